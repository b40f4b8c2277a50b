//! `/devicelogin`: where a person enters the code that a device shows, and signs in for it.

use axum::{extract::State, response::Response};
use http::StatusCode;

use super::{
    device::{self, DeviceError},
    people,
};
use crate::{
    cloud::{Cloud, Shared},
    html::{self, escaped, page},
};

/// Returns the page that asks for the code.
pub async fn show() -> Response {
    html::answer(StatusCode::OK, ask_for_code(""))
}

/// Returns the answer to either of its forms: the code alone, or an account with a decision as well.
pub async fn entered(State(cloud): State<Shared>, form: String) -> Response {
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map_or("", |(_, value)| value.as_str());
    let (code, user) = (field("code"), field("user"));
    let Some(waiting) = device::waiting(&cloud, code) else {
        let text = "That code didn&#39;t work. Check the code and try again.";
        return html::answer(StatusCode::BAD_REQUEST, ask_for_code(text));
    };
    match field("decision") {
        "accept" if !user.is_empty() => decided(device::approve(&cloud, code, user).map(|_| true), &waiting.client),
        "cancel" | "decline" => decided(device::decline(&cloud, code).map(|()| false), &waiting.client),
        _ => html::answer(StatusCode::OK, ask_for_account(&cloud, code, &waiting)),
    }
}

fn decided(result: Result<bool, DeviceError>, client: &str) -> Response {
    let client = escaped(client);
    let (status, text) = match result {
        Ok(true) => (
            StatusCode::OK,
            format!(
                "<h1>{client}</h1>\n<p>You have signed in to the {client} application on your device. You may now close this window.</p>"
            ),
        ),
        Ok(false) => (
            StatusCode::OK,
            format!("<h1>{client}</h1>\n<p>You have not signed in. You may now close this window.</p>"),
        ),
        Err(why) => (StatusCode::BAD_REQUEST, kept_out(&why.to_string())),
    };
    html::answer(status, page("Sign in to your account", &text))
}

/// Returns the sentence for somebody whom a policy keeps out (Azure/azure-cli issue 32420), or who is not known.
fn kept_out(why: &str) -> String {
    let lead = if why.starts_with("AADSTS53003") {
        "<h1>You don&#39;t have access to this</h1>\n<p>Your sign-in was successful but does not meet the criteria to access this resource.</p>"
    } else {
        "<h1>Sign in</h1>\n<p>Sorry, but we&#39;re having trouble signing you in.</p>"
    };
    format!("{lead}\n<p>{}</p>", escaped(why))
}

fn ask_for_code(problem: &str) -> String {
    let body = format!(
        r#"<h1>Enter code to allow access</h1>
<p>Once you enter the code displayed on your app or device, it will have access to your account.</p>
<p>{problem}</p>
<form method="post" action="/devicelogin">
<p><label>Code <input name="code" autocomplete="off" autofocus></label></p>
<p><button class="main">Next</button></p>
</form>"#
    );
    page("Sign in to your account", &body)
}

fn ask_for_account(cloud: &Cloud, code: &str, waiting: &device::Waiting) -> String {
    let body = format!(
        r#"<h1>Pick an account</h1>
<p>Are you trying to sign in to {client}? Only continue if you asked for the code on a device that you trust.</p>
<form method="post" action="/devicelogin">
<input type="hidden" name="code" value="{code}">
{accounts}
<p><button name="decision" value="cancel">Cancel</button> <button name="decision" value="accept" class="main">Continue</button></p>
</form>"#,
        client = escaped(&waiting.client),
        code = escaped(code),
        accounts = accounts(cloud, &waiting.authority, ""),
    );
    page("Sign in to your account", &body)
}

/// Returns the accounts of a tenant, guests' among them, or of every tenant where none is named.
pub fn accounts(cloud: &Cloud, authority: &str, hint: &str) -> String {
    let world = cloud.world();
    let named = people::tenant(&world, authority).ok().flatten();
    let listed = world.tenants.iter().filter(|tenant| named.is_none_or(|named| named.id == tenant.id));
    let users =
        listed.flat_map(|tenant| tenant.users.iter().filter(move |user| named.is_some() || user.is_member(tenant.id)));
    let options = users.map(|user| {
        let chosen = if user.account.eq_ignore_ascii_case(hint) { " checked" } else { "" };
        format!(
            r#"<p><label><input type="radio" name="user" value="{0}"{chosen}> {0}<br><span class="quiet">{1}</span></label></p>"#,
            escaped(&user.account),
            escaped(&user.display_name)
        )
    });
    options.collect::<Vec<_>>().join("\n")
}
