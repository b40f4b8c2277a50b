//! Tokens for people.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use crate::{cloud::Cloud, sessions::Session, world::User};

/// Returns an access token of Entra for a user: the claims of version 1.0 (Entra's document "Access token claims
/// reference").
#[must_use]
pub fn user_token(cloud: &Cloud, session: &Session, audience: &str, scopes: &[&str]) -> Option<String> {
    let world = cloud.world();
    let user = world.directory(session.tenant)?.user(session.user)?;
    let now = cloud.clock.timestamp().as_second();
    let issuer = |tenant: Uuid| format!("https://{}/{tenant}/", world.names.issuer_host);
    let mut claims = json!({
        "aud": audience,
        "iss": issuer(session.tenant),
        "iat": now, "nbf": now, "exp": now + cloud.times.token_lifetime,
        "acr": "1", "amr": if session.mfa { json!(["pwd", "mfa"]) } else { json!(["pwd"]) },
        "appid": session.client, "appidacr": "0", "idtyp": "user", "ipaddr": "127.0.0.1",
        "name": user.display_name, "oid": user.id, "scp": scopes.join(" "),
        "sub": Uuid::new_v5(&user.id, session.client.as_bytes()).simple().to_string(),
        "tid": session.tenant, "unique_name": user.account,
        "uti": Uuid::new_v4().simple().to_string(), "ver": "1.0",
        "wids": wids(user),
    });
    let mut add = |name: &str, value: Value| {
        claims[name] = value;
    };
    if user.is_member(session.tenant) {
        add("upn", json!(user.user_principal_name));
    } else {
        add("idp", json!(issuer(user.home)));
        add("email", json!(user.account));
    }
    if !session.acrs.is_empty() {
        add("acrs", json!(session.acrs));
    }
    if !session.capabilities.is_empty() {
        add("xms_cc", json!(session.capabilities));
    }
    Some(cloud.issuer.sign(&claims))
}

/// Returns the role templates of a user, and for everybody the one of no role (Entra's document "Access token claims
/// reference", `wids`).
fn wids(user: &User) -> Vec<Uuid> {
    let mut all = user.role_templates();
    all.push(uuid!("b79fbf4d-3ef9-4689-8143-76b194e85509"));
    all
}

/// Returns an ID token for a user (Entra's document "ID token claims reference"; `docs/facts/real-clients.md` 2, layout
/// rule 10).
#[must_use]
pub fn id_token(cloud: &Cloud, session: &Session) -> Option<String> {
    let world = cloud.world();
    let user = world.directory(session.tenant)?.user(session.user)?;
    let now = cloud.clock.timestamp().as_second();
    let mut claims = json!({
        "aud": session.client,
        "iss": format!("{}/{}/v2.0", cloud.origin, session.tenant),
        "iat": now, "nbf": now, "exp": now + cloud.times.token_lifetime,
        "name": user.display_name, "oid": user.id, "preferred_username": user.account,
        "sub": Uuid::new_v5(&user.id, session.client.as_bytes()).simple().to_string(),
        "tid": session.tenant, "uti": Uuid::new_v4().simple().to_string(), "ver": "2.0",
    });
    if let Some(nonce) = &session.nonce {
        claims["nonce"] = json!(nonce);
    }
    Some(cloud.issuer.sign(&claims))
}
