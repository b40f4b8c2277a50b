//! Somebody at a browser.

#![allow(dead_code, reason = "every test file uses its own part")]

use crate::common::{AZURE_CLI, Bench, Reply};

/// RFC 7636, appendix B.
pub const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// RFC 7636, appendix B.
pub const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Gives the form of the authorize page an account; the answer.
pub async fn authorize(bench: &Bench, tenant: &str, query: &[(&str, &str)], form: &[(&str, &str)]) -> Reply {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(query).finish();
    let url = bench.url(&format!("/{tenant}/oauth2/v2.0/authorize?{query}"));
    let page = bench.get_with(&url, &[]).await;
    assert!(page.text.contains("<form method=\"post\">"), "{}", page.text);
    bench.post_form(&url, form).await
}

/// Returns the query by which the Azure CLI asks for the page.
pub fn query<'a>(redirect: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("client_id", AZURE_CLI),
        ("response_type", "code"),
        ("redirect_uri", redirect),
        ("scope", scope),
        ("state", "s 1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]
}
