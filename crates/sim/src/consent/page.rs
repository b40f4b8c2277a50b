//! The two pages a person may see: what an application asks for, and what is wrong with the address.

/// What a consent page is about.
pub struct Subject {
    /// The application's name.
    pub application: String,
    /// The domain of the tenant it is registered in.
    pub publisher: String,
    /// The name of the tenant it wants to be let into.
    pub tenant: String,
}

/// The page that asks.
#[must_use]
pub fn consent(subject: &Subject) -> String {
    let body = format!(
        r#"<p class="who">{tenant}</p>
<h1>Permissions requested</h1>
<p><b>{application}</b><br><span class="quiet">{publisher} &middot; unverified</span></p>
<p>This app would like to:</p>
<ul><li>Sign you in and read your profile</li></ul>
<form method="post">
<p><label><input type="checkbox" name="organization" value="yes"> Consent on behalf of your organization</label></p>
<p class="quiet">Accepting adds this app to {tenant}. What it may do there is granted separately, by role assignments.</p>
<p><button name="decision" value="cancel">Cancel</button> <button name="decision" value="accept" class="main">Accept</button></p>
</form>"#,
        tenant = escaped(&subject.tenant),
        application = escaped(&subject.application),
        publisher = escaped(&subject.publisher),
    );
    page("Permissions requested", &body)
}

/// The page that says why not.
#[must_use]
pub fn error(code: u32, message: &str) -> String {
    let body = format!(
        "<h1>Sign in</h1>\n<p>Sorry, but we&#39;re having trouble signing you in.</p>\n<p>AADSTS{code}: {}</p>",
        escaped(message)
    );
    page("Sign in to your account", &body)
}

fn page(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f2f2; color: #1b1b1b; }}
main {{ max-width: 27rem; margin: 10vh auto; padding: 2rem 2.75rem; background: #fff; box-shadow: 0 2px 6px #0003; }}
h1 {{ font-size: 1.5rem; font-weight: 600; }}
button {{ font: inherit; padding: .3rem 1.5rem; border: 0; background: #ccc; }}
.main {{ background: #0067b8; color: #fff; }}
.quiet, .who {{ color: #616161; font-size: .875rem; }}
</style></head>
<body><main>
{body}
<p class="quiet">Simulated cloud: nothing here is real.</p>
</main></body>
</html>
"#
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
