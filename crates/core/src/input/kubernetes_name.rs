//! Names that Kubernetes takes.

/// Reads the name of a Kubernetes namespace (RFC 1123 label).
///
/// # Errors
/// A sentence that says what right looks like.
pub fn namespace(text: &str) -> Result<String, String> {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let bytes = text.as_bytes();
    let inside = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if bytes.len() <= 63 && edge(bytes.first()) && edge(bytes.last()) && inside {
        Ok(text.to_owned())
    } else {
        Err(format!("\"{text}\" is not a namespace: give small letters, digits and hyphens, such as default"))
    }
}

/// Reads the name of a Kubernetes object (RFC 1123 subdomain), such as that of a secret or of a service account.
///
/// # Errors
/// A sentence that says what right looks like; `what` names the kind of object.
pub fn object_name(text: &str, what: &str, such_as: &str) -> Result<String, String> {
    let edge = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let part = |part: &str| {
        let bytes = part.as_bytes();
        let inside = bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
        edge(bytes.first()) && edge(bytes.last()) && inside
    };
    if text.len() <= 253 && text.split('.').all(part) {
        Ok(text.to_owned())
    } else {
        Err(format!(
            "\"{text}\" is not the name of a {what}: give small letters, digits, hyphens and dots, such as {such_as}"
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_that_kubernetes_takes() {
        for fine in ["default", "a", "shop-1"] {
            assert!(namespace(fine).is_ok() && object_name(fine, "x", "y").is_ok(), "{fine}");
        }
        assert!(object_name("crosspull.registryb", "x", "y").is_ok() && namespace("a.b").is_err());
        for wrong in ["", "-a", "a-", "A", "a_b", "a..b", ".a"] {
            assert!(namespace(wrong).is_err() && object_name(wrong, "x", "y").is_err(), "{wrong}");
        }
        assert!(namespace(&"a".repeat(64)).is_err() && object_name(&"a".repeat(254), "x", "y").is_err());
    }
}
