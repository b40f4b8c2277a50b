//! The frame of all pages that a person sees.

use axum::response::{IntoResponse, Response};
use http::{StatusCode, header};

/// Returns a page as an answer. It runs no script, loads nothing and is shown in no frame.
pub fn answer(status: StatusCode, page: String) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (status, headers, page).into_response()
}

/// Returns a page: `body` is HTML.
#[must_use]
pub fn page(title: &str, body: &str) -> String {
    format!(
        r#"<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; background: #f2f2f2; color: #1b1b1b; }}
main {{ max-width: 27rem; margin: 10vh auto; padding: 2rem 2.75rem; background: #fff; box-shadow: 0 2px 6px #0003; }}
h1 {{ font-size: 1.5rem; font-weight: 600; }}
button, input, select {{ font: inherit; padding: .3rem 1.5rem; border: 0; background: #ccc; }}
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

/// Returns a text as it stands in HTML.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
