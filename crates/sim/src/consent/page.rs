//! The two pages a person may see: what an application asks for, and what is wrong with the address.

use uuid::Uuid;

use crate::html::{escaped, page};

/// The subject of a consent page.
pub struct Subject {
    /// The application's name.
    pub application: String,
    /// The domain of the tenant it is registered in.
    pub publisher: String,
    /// The name of the tenant it wants to be let into.
    pub tenant: String,
    /// The id of that tenant.
    pub tenant_id: Uuid,
    /// True where an administrator consents for the organization, and is not asked whether.
    pub for_everybody: bool,
}

/// Returns the page that asks.
#[must_use]
pub fn consent(subject: &Subject) -> String {
    let for_whom = if subject.for_everybody {
        "<p>If you accept, this app will get access for all users in your organization.</p>"
    } else {
        r#"<p><label><input type="checkbox" name="organization" value="yes"> Consent on behalf of your organization</label></p>"#
    };
    let body = format!(
        r#"<p class="who">{tenant}</p>
<h1>Permissions requested</h1>
<p><b>{application}</b><br><span class="quiet">{publisher} &middot; unverified</span></p>
<p>This app would like to:</p>
<ul><li>Sign you in and read your profile</li></ul>
<form method="post">
{for_whom}
<p class="quiet">Accepting adds this app to {tenant}. What it may do there is granted separately, by role assignments.</p>
<p><button name="decision" value="cancel">Cancel</button> <button name="decision" value="accept" class="main">Accept</button></p>
</form>"#,
        tenant = escaped(&subject.tenant),
        application = escaped(&subject.application),
        publisher = escaped(&subject.publisher),
    );
    page("Permissions requested", &body)
}

/// Returns the page that says why not.
#[must_use]
pub fn error(code: u32, message: &str) -> String {
    let body = format!(
        "<h1>Sign in</h1>\n<p>Sorry, but we&#39;re having trouble signing you in.</p>\n<p>AADSTS{code}: {}</p>",
        escaped(message)
    );
    page("Sign in to your account", &body)
}
