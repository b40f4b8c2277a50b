//! Answers of something on the way: a proxy, a gateway, a sign-in portal. Where TLS is inspected they come in the
//! service's place, and they say nothing about what was asked for: a 403 of theirs is no right that lacks, a 404 no object
//! that is gone.

use crosspull_core::explain::NoConnection;
use crosspull_core::text::printable;
use http::header::{CONTENT_TYPE, LOCATION, PROXY_AUTHENTICATE, SERVER, VIA, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderName, StatusCode};

/// Programs that stand between and name themselves.
const BETWEEN: [&str; 14] = [
    "squid",
    "zscaler",
    "bluecoat",
    "proxysg",
    "websense",
    "forcepoint",
    "fortigate",
    "fortiproxy",
    "ironport",
    "mcafee",
    "netskope",
    "mitmproxy",
    "tinyproxy",
    "privoxy",
];

/// Headers that the services set themselves (the contracts' `x-ms-` ones aside): Graph, registries, Kubernetes.
const OF_SERVICES: [&str; 4] = ["request-id", "client-request-id", "docker-distribution-api-version", "audit-id"];

/// Returns why an answer is not the service's own. `None` where it is, or may be.
pub(crate) fn not_of_service(
    status: StatusCode,
    is_taken: bool,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<NoConnection> {
    if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED || headers.contains_key(PROXY_AUTHENTICATE) {
        return Some(sign_in_of_proxy(headers));
    }
    let leads_away = status.is_redirection() && !is_taken && headers.contains_key(LOCATION);
    if is_of_service(headers, body) || !(is_html(headers, body) || names_itself(headers) || leads_away) {
        return None;
    }
    Some(on_the_way(status))
}

/// Returns why an answer in place of Entra's is not Entra's own: it has none of its headers, and says nothing that it
/// says (Microsoft identity platform: OpenID configuration, token and device code responses, error responses).
pub(crate) fn not_of_entra(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Option<NoConnection> {
    let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
    let has = |name: &str| body.get(name).is_some();
    let refuses = has("error") && (has("error_description") || has("error_codes"));
    let tells = ["issuer", "access_token", "device_code"].into_iter().any(has);
    (!has_own_header(headers) && !refuses && !tells).then(|| on_the_way(status))
}

/// Returns the sign-in that a proxy asks for. One that names none may take a password (RFC 9110, 11.7.1).
pub(crate) fn sign_in_of_proxy(headers: &HeaderMap) -> NoConnection {
    let offers = offers(headers);
    let takes = offers.is_empty() || offers.iter().any(|offer| offer.eq_ignore_ascii_case("basic"));
    if takes { NoConnection::ProxyCredentials } else { NoConnection::ProxySignIn }
}

/// Returns the schemes of sign-in that a proxy offers.
fn offers(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(PROXY_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let first = |part: &str| part.split_whitespace().next().filter(|word| !word.contains('=')).map(str::to_owned);
    values.flat_map(|value| value.split(',')).filter_map(first).collect()
}

/// Returns the cause for an answer of something on the way.
fn on_the_way(status: StatusCode) -> NoConnection {
    // RFC 6585: a network asks for a sign-in of its own.
    let asks = status == StatusCode::NETWORK_AUTHENTICATION_REQUIRED;
    if status.is_server_error() && !asks { NoConnection::GatewayTrouble } else { NoConnection::NotAzure }
}

/// Returns what such an answer says of itself: its status, its title, its author, where it leads.
pub(crate) fn words(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> String {
    let mut words = format!("status {}", status.as_u16());
    if let Some(title) = title(body) {
        words.push_str(&format!(", a page \"{title}\""));
    }
    let is_plain = text(headers, &CONTENT_TYPE).is_some_and(|kind| kind.starts_with("text/plain"));
    let says = if is_plain { printable(&String::from_utf8_lossy(body), 80) } else { String::new() };
    if !says.is_empty() {
        words.push_str(&format!(", the words \"{says}\""));
    }
    let author = text(headers, &SERVER).or_else(|| text(headers, &VIA));
    if let Some(author) = author.filter(|author| !author.is_empty()) {
        words.push_str(&format!(" of {}", printable(author, 60)));
    }
    if let offers @ [_, ..] = offers(headers).as_slice() {
        words.push_str(&format!(", it offers {}", printable(&offers.join(", "), 60)));
    }
    // The rest of the address may hold what nobody else is to know.
    let leads_to = text(headers, &LOCATION).and_then(|to| url::Url::parse(to).ok());
    if let Some(host) = leads_to.as_ref().and_then(url::Url::host_str) {
        words.push_str(&format!(", which leads to {}", printable(host, 100)));
    }
    words
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn has_own_header(headers: &HeaderMap) -> bool {
    let own = |name: &HeaderName| {
        let name = name.as_str();
        ["x-ms-", "x-azure-", "x-msedge-"].iter().any(|prefix| name.starts_with(prefix)) || OF_SERVICES.contains(&name)
    };
    headers.keys().any(own)
}

fn is_of_service(headers: &HeaderMap, body: &[u8]) -> bool {
    let server = text(headers, &SERVER).unwrap_or_default().to_ascii_lowercase();
    let asks_for_token = text(headers, &WWW_AUTHENTICATE).is_some_and(|asks| asks.starts_with("Bearer "));
    let is_json = matches!(body.trim_ascii_start().first(), Some(b'{' | b'['));
    has_own_header(headers)
        || ["microsoft", "azure"].iter().any(|name| server.starts_with(name))
        || asks_for_token
        || is_json
}

fn is_html(headers: &HeaderMap, body: &[u8]) -> bool {
    let begins = |with: &str| {
        let begin = body.trim_ascii_start().get(..with.len());
        begin.is_some_and(|begin| begin.eq_ignore_ascii_case(with.as_bytes()))
    };
    match text(headers, &CONTENT_TYPE) {
        Some(kind) => {
            let kind = kind.to_ascii_lowercase();
            kind.starts_with("text/html") || kind.starts_with("application/xhtml")
        }
        None => begins("<!doctype html") || begins("<html"),
    }
}

/// True where the answer names a program that stands between. `Via` alone does not: what passes on another's answer adds
/// it too (RFC 9110, 7.6.3).
fn names_itself(headers: &HeaderMap) -> bool {
    let server = text(headers, &SERVER).unwrap_or_default().to_ascii_lowercase();
    headers.contains_key("x-squid-error") || BETWEEN.iter().any(|name| server.contains(name))
}

/// Returns the title of a page.
fn title(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let lower = text.to_ascii_lowercase();
    let from = lower.find("<title")?;
    let from = from + lower.get(from..)?.find('>')? + 1;
    let to = from + lower.get(from..)?.find("</title")?;
    let title = printable(&unescaped(text.get(from..to)?), 80);
    (!title.is_empty()).then_some(title)
}

/// Returns a text without the entities that every page knows (HTML, 13.1.4; XML 1.0, 4.6). `&amp;` is the last one, so that
/// nothing is read twice.
fn unescaped(text: &str) -> String {
    const ENTITIES: [(&str, &str); 6] =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#39;", "'"), ("&amp;", "&")];
    ENTITIES.iter().fold(text.to_owned(), |text, (entity, is)| text.replace(entity, is))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let line = |(name, value): &(&'static str, &'static str)| {
            (HeaderName::from_static(name), http::HeaderValue::from_static(value))
        };
        lines.iter().map(line).collect()
    }

    fn judged(status: u16, lines: &[(&'static str, &'static str)], body: &str) -> Option<NoConnection> {
        let status = StatusCode::from_u16(status).expect("a status");
        not_of_service(status, false, &headers(lines), body.as_bytes())
    }

    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    #[test]
    fn a_page_of_something_on_the_way_is_not_the_services() {
        let not_azure = Some(NoConnection::NotAzure);
        assert_eq!(judged(403, &[HTML, ("server", "squid/5.7")], "<html>"), not_azure);
        assert_eq!(judged(403, &[("server", "Zscaler/6.2"), ("content-type", "text/plain")], "no"), not_azure);
        assert_eq!(judged(404, &[], "<!DOCTYPE html><html>"), not_azure);
        assert_eq!(judged(200, &[HTML], "<html><title>Welcome to the hotel</title>"), not_azure);
        assert_eq!(judged(302, &[("location", "http://portal.example/login?x=secret")], ""), not_azure);
        assert_eq!(judged(511, &[HTML], "<html>"), not_azure);
        for status in [500, 502, 503, 504] {
            assert_eq!(judged(status, &[HTML, ("via", "1.1 gate")], "<html>"), Some(NoConnection::GatewayTrouble));
        }
        let asks = Some(NoConnection::ProxyCredentials);
        assert_eq!(judged(407, &[], ""), asks);
        assert_eq!(judged(401, &[("proxy-authenticate", "Basic realm=\"x, y\""), ("x-ms-request-id", "r")], ""), asks);
        assert_eq!(judged(407, &[("proxy-authenticate", "Negotiate, NTLM, basic realm=x")], ""), asks);
        let other = Some(NoConnection::ProxySignIn);
        assert_eq!(judged(407, &[("proxy-authenticate", "Negotiate"), ("proxy-authenticate", "NTLM")], ""), other);
    }

    #[test]
    fn an_answer_of_the_service_is_the_services_whatever_it_came_through() {
        for lines in [
            &[("x-ms-request-id", "r"), HTML, ("via", "1.1 squid")][..],
            &[("request-id", "r"), HTML],
            &[("docker-distribution-api-version", "registry/2.0"), ("server", "openresty"), HTML],
            &[("server", "Microsoft-Azure-Application-Gateway/v2"), HTML],
            &[("x-azure-ref", "r"), HTML],
            &[("via", "1.1 proxy (squid/5.7)"), ("content-type", "application/json")],
            &[("www-authenticate", "Bearer realm=\"https://r/oauth2/token\""), HTML],
        ] {
            assert_eq!(judged(403, lines, "<html>"), None, "{lines:?}");
        }
        assert_eq!(judged(403, &[("server", "squid")], r#"{"error":{"code":"AuthorizationFailed"}}"#), None);
        assert_eq!(judged(404, &[("content-type", "text/plain")], "404 page not found"), None);
        assert_eq!(judged(403, &[], ""), None);
        let taken = headers(&[("location", "https://store.blob.core.windows.net/x?sig=s")]);
        assert_eq!(not_of_service(StatusCode::TEMPORARY_REDIRECT, true, &taken, b""), None);
    }

    #[test]
    fn what_entra_does_not_say_is_not_entras() {
        let judged = |status: u16, lines: &[_], body: &str| {
            not_of_entra(StatusCode::from_u16(status).expect("a status"), &headers(lines), body.as_bytes())
        };
        for (status, body) in [
            (403, "Blocked by policy"),
            (403, r#"{"error":"blocked"}"#),
            (200, r#"{"blocked":true}"#),
            (200, ""),
            (204, ""),
        ] {
            assert_eq!(judged(status, &[], body), Some(NoConnection::NotAzure), "{status} {body}");
            assert_eq!(judged(status, &[("x-ms-request-id", "r")], body), None, "{status} {body}");
        }
        assert_eq!(judged(503, &[], "busy"), Some(NoConnection::GatewayTrouble));
        for body in [
            r#"{"error":"invalid_tenant","error_description":"AADSTS90002: No.","error_codes":[90002]}"#,
            r#"{"issuer":"https://login.microsoftonline.com/x/v2.0"}"#,
            r#"{"access_token":"t"}"#,
            r#"{"device_code":"c"}"#,
        ] {
            assert_eq!(judged(400, &[], body), None, "{body}");
        }
    }

    #[test]
    fn a_page_is_told_by_status_title_author_and_host() {
        let said = |status, lines: &[_], body: &str| words(status, &headers(lines), body.as_bytes());
        let squid =
            said(StatusCode::FORBIDDEN, &[("server", "squid/5.7")], "<html><TITLE lang=en>\nNo\x1b[31m!</TITLE>");
        assert_eq!(squid, "status 403, a page \"No [31m!\" of squid/5.7");
        let escaped = said(StatusCode::OK, &[], "<title>A &amp;amp; B &lt;&quot;&#39;&apos;&gt;</title>");
        assert_eq!(escaped, "status 200, a page \"A &amp; B <\"''>\"");
        let plain = said(StatusCode::FORBIDDEN, &[("content-type", "text/plain")], "Blocked by policy\n");
        assert_eq!(plain, "status 403, the words \"Blocked by policy\"");
        let via = said(StatusCode::BAD_GATEWAY, &[("via", "1.1 gate.corp")], "");
        assert_eq!(via, "status 502 of 1.1 gate.corp");
        let portal = said(StatusCode::FOUND, &[("location", "http://portal.example/login?x=secret")], "");
        assert_eq!(portal, "status 302, which leads to portal.example");
    }
}
