//! The logins in a pull secret (`pkg/credentialprovider/config.go` of kubernetes/kubernetes).

use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Map, Value};

use crate::secret::Secret;

/// A login of a pull secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The registry, maybe with a path, as the secret names it.
    pub server: String,
    /// The user name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// Returns the logins of a secret; none where it is no pull secret or cannot be read.
#[must_use]
pub fn logins(secret: &Value) -> Vec<Login> {
    let value = |key: &str| {
        let text = secret.get("data")?.get(key)?.as_str()?;
        serde_json::from_slice::<Map<String, Value>>(&BASE64_STANDARD.decode(text).ok()?).ok()
    };
    let auths = match secret.get("type").and_then(Value::as_str) {
        Some("kubernetes.io/dockerconfigjson") => {
            value(".dockerconfigjson").and_then(|config| config.get("auths")?.as_object().cloned())
        }
        Some("kubernetes.io/dockercfg") => value(".dockercfg"),
        _ => None,
    };
    auths.into_iter().flatten().filter_map(|(server, auth)| login(server, &auth)).collect()
}

/// Returns a login: `auth` counts where it is given, else user name and password.
fn login(server: String, auth: &Value) -> Option<Login> {
    let text = |name: &str| auth.get(name).and_then(Value::as_str).unwrap_or_default();
    let (name, password) = match text("auth") {
        "" => (text("username").to_owned(), text("password").to_owned()),
        encoded => {
            let decoded = String::from_utf8(BASE64_STANDARD.decode(encoded.trim()).ok()?).ok()?;
            let (name, password) = decoded.split_once(':')?;
            (name.to_owned(), password.to_owned())
        }
    };
    Some(Login { server, name, password: Secret::new(password) })
}
