//! The protocol of credential helpers, as docker, podman and skopeo speak it (`docs/facts/azure.md` 9.4).
//!
//! A program runs `docker-credential-NAME` with one word and writes on its standard input. What the helper writes on its
//! standard output is the answer, and a failure is a line there with exit code 1.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use thiserror::Error;
use zeroize::Zeroizing;

use super::NULL_USER;
use crate::secret::Secret;

/// The user name by which docker gives a refresh token to be kept that the registry answered a login with
/// (`docs/facts/real-clients.md` 4).
const TOKEN_USER: &str = "<token>";

/// The word that says what a helper is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum Verb {
    /// The credential of a registry.
    Get,
    /// To keep a credential.
    Store,
    /// To forget the credential of a registry.
    Erase,
    /// The registries that the helper has credentials of.
    List,
    /// The helper's version.
    Version,
}

impl Verb {
    /// Returns the words of all verbs.
    #[must_use]
    pub fn words() -> Vec<&'static str> {
        Self::VARIANTS.iter().map(|verb| verb.into()).collect()
    }
}

/// The reason why a helper gives no credential, in words that programs know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HelperError {
    /// The helper has none for that registry. Programs go on without one then.
    #[error("credentials not found in native keychain")]
    NotFound,
    /// The input names no registry.
    #[error("no credentials server URL")]
    NoServer,
    /// A credential that is to be kept has no user name.
    #[error("no credentials username")]
    NoUser,
    /// The input is not what the word asks for.
    #[error("the input is no JSON object with ServerURL, Username and Secret")]
    Malformed,
}

/// A credential as programs give it to a helper to keep. Its secret is wiped when dropped.
#[derive(Debug)]
pub struct Given {
    /// The registry's host, with a port where there is one.
    pub server: String,
    /// The user name.
    pub user: String,
    /// The password.
    pub secret: Secret,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GivenText {
    #[serde(rename = "ServerURL", default)]
    server: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    #[serde(rename = "ServerURL")]
    server: &'a str,
    username: &'a str,
    secret: &'a str,
}

impl Given {
    /// Returns true where it is a registry's token, by the names that stand for one.
    #[must_use]
    pub fn is_token(&self) -> bool {
        [NULL_USER, TOKEN_USER].contains(&self.user.as_str()) && !self.secret.is_empty()
    }
}

/// Reads the registry that `get` and `erase` are about: its host in lower case, with a port where there is one.
///
/// Programs write it bare, with a scheme, or with a path.
///
/// # Errors
/// [`HelperError::NoServer`] where the input names none.
pub fn server(input: &str) -> Result<String, HelperError> {
    let text = input.trim();
    let text = text.split_once("://").map_or(text, |(_, rest)| rest);
    let host = text.split(['/', '?', '#']).next().unwrap_or_default();
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return Err(HelperError::NoServer);
    }
    Ok(host.to_ascii_lowercase())
}

/// Reads the credential that `store` is about.
///
/// # Errors
/// An error where the input is none, or names no registry or no user.
pub fn given(input: &str) -> Result<Given, HelperError> {
    let text: GivenText = serde_json::from_str(input).map_err(|_| HelperError::Malformed)?;
    let secret = Secret::new(text.secret);
    let server = server(&text.server)?;
    if text.username.is_empty() {
        return Err(HelperError::NoUser);
    }
    Ok(Given { server, user: text.username, secret })
}

/// Returns the answer to `get`: a registry's refresh token under the user name that stands for one. The address is that
/// of the question.
#[must_use]
pub fn answer(asked: &str, refresh: &Secret) -> Zeroizing<String> {
    let answer = Answer { server: asked.trim(), username: NULL_USER, secret: refresh.reveal() };
    // The room is there from the beginning, also where each byte is escaped: a text that grows leaves copies behind.
    let mut text = Vec::with_capacity((asked.len() + refresh.reveal().len()) * 6 + 128);
    let written = serde_json::to_writer(&mut text, &answer).ok().and_then(|()| String::from_utf8(text).ok());
    Zeroizing::new(written.unwrap_or_default())
}

/// Returns the answer to `list`: the registries, each with its user name.
#[must_use]
pub fn listed<'a>(servers: impl IntoIterator<Item = &'a str>) -> String {
    let listed: BTreeMap<&str, &str> = servers.into_iter().map(|server| (server, NULL_USER)).collect();
    serde_json::to_string(&listed).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_read_however_a_program_writes_it() {
        for text in [
            "shop.azurecr.io",
            "shop.azurecr.io\n",
            "https://shop.azurecr.io",
            "https://shop.azurecr.io/v2/",
            "SHOP.azurecr.io",
            "https://somebody@shop.azurecr.io/v1/",
        ] {
            assert_eq!(server(text).as_deref(), Ok("shop.azurecr.io"), "{text:?}");
        }
        assert_eq!(server("https://localhost:5001/v2/").as_deref(), Ok("localhost:5001"));
        for text in ["", "\n", "https://", "two words", "/v2/"] {
            assert_eq!(server(text), Err(HelperError::NoServer), "{text:?}");
        }
    }

    #[test]
    fn what_is_to_be_kept_names_registry_and_user() {
        let text = r#"{"ServerURL":"https://shop.azurecr.io","Username":"u","Secret":"s"}"#;
        let read = given(text).expect("a credential");
        assert_eq!((read.server.as_str(), read.user.as_str(), read.secret.reveal()), ("shop.azurecr.io", "u", "s"));
        let none = |text: &str| given(text).map(drop);
        assert_eq!(none(r#"{"Username":"u","Secret":"s"}"#), Err(HelperError::NoServer));
        assert_eq!(none(r#"{"ServerURL":"shop.azurecr.io","Secret":"s"}"#), Err(HelperError::NoUser));
        assert_eq!(none("shop.azurecr.io"), Err(HelperError::Malformed));
    }

    #[test]
    fn the_answer_has_the_names_that_programs_read() {
        let told = answer("shop.azurecr.io\n", &Secret::new("r".to_owned()));
        let expected = format!(r#"{{"ServerURL":"shop.azurecr.io","Username":"{NULL_USER}","Secret":"r"}}"#);
        assert_eq!(*told, expected);
        assert_eq!(listed([]), "{}");
        assert_eq!(listed(["b.azurecr.io"]), format!(r#"{{"b.azurecr.io":"{NULL_USER}"}}"#));
    }

    #[test]
    fn every_verb_is_one_word() {
        assert_eq!(Verb::words(), ["get", "store", "erase", "list", "version"]);
        assert_eq!("get".parse(), Ok(Verb::Get));
    }
}
