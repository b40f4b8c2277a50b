//! Replies of a registry: names, tokens, and where the tokens come from.

use crosspull_core::login::Grants;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{secret, token};

/// A page of a registry's repositories.
#[derive(Debug, Deserialize)]
pub struct Catalog {
    /// Their names; nothing where there are none.
    #[serde(default)]
    pub repositories: Option<Vec<String>>,
}

/// A page of a repository's tags.
#[derive(Debug, Deserialize)]
pub struct Tags {
    /// The tags; nothing where there are none.
    #[serde(default)]
    pub tags: Option<Vec<Tag>>,
}

/// A tag.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tag {
    /// The text of the tag.
    pub name: String,
    /// The time when the tag was last set.
    #[serde(default)]
    pub last_update_time: Option<String>,
}

/// A registry's refresh token.
#[derive(Debug, Deserialize)]
pub struct RefreshToken {
    /// The value.
    #[serde(deserialize_with = "secret::secret")]
    pub refresh_token: Secret,
}

/// Reads from a registry's `WWW-Authenticate` where its tokens come from: the address, and the service's name.
///
/// # Errors
/// A sentence, where there is none or it points to another host: a secret would go there (`docs/facts/azure.md` 3.10).
pub fn challenge(headers: &HeaderMap, server: &Url) -> Result<(Url, String), String> {
    let text = headers
        .get_all(http::header::WWW_AUTHENTICATE)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .find(|v| v.get(..7).is_some_and(|s| s.eq_ignore_ascii_case("bearer ")))
        .ok_or("the registry does not say where its tokens come from")?;
    let part = |name: &str| {
        let from = text.find(&format!("{name}=\""))? + name.len() + 2;
        let rest = text.get(from..)?;
        rest.get(..rest.find('"')?)
    };
    let realm = part("realm").and_then(|r| Url::parse(r).ok()).ok_or("the registry names no address for its tokens")?;
    if realm.origin() != server.origin() {
        return Err(format!(
            "the registry sends its clients to {} for a token, which is another host; no secret is sent there",
            printable(&realm.origin().ascii_serialization(), 100)
        ));
    }
    let service = part("service").map_or_else(|| server.authority().to_owned(), str::to_owned);
    Ok((realm, service))
}

/// True where a registry's token grants to pull: a 200 may carry fewer actions than were asked for
/// (`docs/facts/azure.md` 3.10). A token that cannot be read is taken as it is; the manifest will tell.
#[must_use]
pub fn grants_pull(given: &Secret, repository: &str) -> bool {
    let Some(claims) = token::claims(given) else { return true };
    let Some(access) = claims.get("access").and_then(Value::as_array) else {
        return true;
    };
    access.iter().any(|entry| {
        let named = entry.get("name").and_then(Value::as_str) == Some(repository);
        let actions = entry.get("actions").and_then(Value::as_array);
        named && actions.is_some_and(|list| list.iter().any(|a| matches!(a.as_str(), Some("pull" | "*"))))
    })
}

/// Returns what a registry's token grants: each repository, or the list of repositories as `catalog`, with the actions on
/// it. `None` where the token cannot be read.
#[must_use]
pub fn grants(given: &Secret) -> Option<Grants> {
    let claims = token::claims(given)?;
    let entries = claims.get("access").and_then(Value::as_array).into_iter().flatten();
    let grant = |entry: &Value| {
        let actions = entry.get("actions")?.as_array()?.iter();
        let actions = actions.filter_map(|action| Some(printable(action.as_str()?, 40))).collect();
        Some((printable(entry.get("name")?.as_str()?, 256), actions))
    };
    Some(entries.filter_map(grant).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_challenge_that_points_to_another_host_is_refused() {
        let server = Url::parse("https://registryb.azurecr.io/").expect("a URL");
        let read = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("www-authenticate", http::HeaderValue::from_static(text));
            challenge(&headers, &server)
        };
        let (realm, service) =
            read(r#"Bearer realm="https://registryb.azurecr.io/oauth2/token",service="registryb.azurecr.io""#)
                .expect("a realm");
        assert_eq!((realm.path(), service.as_str()), ("/oauth2/token", "registryb.azurecr.io"));
        assert!(read(r#"Bearer realm="https://evil.example/token",service="x""#).unwrap_err().contains("another host"));
        assert!(
            read(r#"Bearer realm="http://registryb.azurecr.io/oauth2/token""#).is_err(),
            "a secret is never sent in clear"
        );
        assert!(read("Basic realm=\"x\"").is_err());
    }

    #[test]
    fn a_token_with_less_than_was_asked_is_seen() {
        use base64::Engine as _;
        let token = |claims: &str| {
            let payload = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(claims);
            Secret::new(format!("h.{payload}.s"))
        };
        assert!(grants_pull(
            &token(r#"{"access":[{"type":"repository","name":"shop/web","actions":["pull"]}]}"#),
            "shop/web"
        ));
        assert!(!grants_pull(&token(r#"{"access":[]}"#), "shop/web"));
        assert!(!grants_pull(&token(r#"{"access":[{"name":"other","actions":["pull"]}]}"#), "shop/web"));
        let opaque = Secret::new("opaque".to_owned());
        assert!(grants_pull(&opaque, "shop/web"));
        assert_eq!(grants(&opaque), None, "it tells nothing, not that nothing is granted");
        assert_eq!(grants(&token(r#"{"access":[]}"#)), Some(Vec::new()));
    }
}
