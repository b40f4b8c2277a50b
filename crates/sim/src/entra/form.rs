//! The form of a request to the token endpoint.

use base64::{Engine, engine::general_purpose::STANDARD};
use http::{HeaderMap, StatusCode, header};

use crate::errors::{self, Refusal};

/// The form of a token request, and the client that a Basic header names.
pub struct Form {
    fields: Vec<(String, String)>,
}

impl Form {
    /// Reads it.
    ///
    /// # Errors
    /// Two parameters of one name.
    pub fn read(headers: &HeaderMap, body: &str) -> Result<Self, Refusal> {
        // What does not say that it is a form is not read: its parameters are missing.
        let body = if errors::is_of(headers, errors::FORM) { body } else { "" };
        let mut fields: Vec<(String, String)> = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
        fields.extend(
            basic(headers)
                .into_iter()
                .flat_map(|(id, secret)| [("client_id".to_owned(), id), ("client_secret".to_owned(), secret)]),
        );
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair.first() == pair.last()) {
            let text = "The request body or its headers give a parameter more than once.";
            return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 9_002_313, text));
        }
        Ok(Self { fields })
    }

    /// Returns a parameter that is there and not empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let field = self.fields.iter().find(|(field, value)| field == name && !value.is_empty());
        field.map(|(_, value)| value.as_str())
    }

    /// Returns a parameter that has to be there.
    ///
    /// # Errors
    /// 900144.
    pub fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| {
            let text = format!("The request body must contain the following parameter: '{name}'.");
            errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 900_144, &text)
        })
    }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let text = STANDARD.decode(value.strip_prefix("Basic ")?.trim()).ok()?;
    let text = String::from_utf8(text).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain = |part: &str| percent_encoding::percent_decode_str(part).decode_utf8_lossy().into_owned();
    Some((plain(id), plain(secret)))
}
