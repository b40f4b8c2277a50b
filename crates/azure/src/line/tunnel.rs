//! The word of a proxy that opens no tunnel. The client tells that it did not, and not what it said
//! (`hyper-util` 0.1, `client::legacy::connect::proxy`), so the proxy is asked once more.

use std::time::Duration;

use crosspull_core::explain::NoConnection;
use crosspull_core::text::printable;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

use crate::page;

/// The time for the proxy's word.
const AT_MOST: Duration = Duration::from_secs(2);
/// No more of an answer is read.
const ANSWER: usize = 8192;

/// Asks a proxy that is spoken to in the clear for a tunnel, and returns why none leads to the host, with the proxy's
/// words. `cause` and `detail` are those of the try before. `None` where the proxy cannot tell.
pub(super) async fn asked(
    proxy: &Intercept,
    url: &Url,
    cause: NoConnection,
    detail: &str,
) -> Option<(NoConnection, String)> {
    let uri = proxy.uri();
    if uri.scheme_str() != Some("http") {
        return None;
    }
    let address = (uri.host()?.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(80));
    let authority = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let mut ask = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    // Credentials that were refused are not given once more: some accounts are locked for that.
    if let Some(basic) = proxy.basic_auth().filter(|_| cause != NoConnection::ProxyCredentials) {
        ask.extend_from_slice(b"Proxy-Authorization: ");
        ask.extend_from_slice(basic.as_bytes());
        ask.extend_from_slice(b"\r\n");
    }
    ask.extend_from_slice(b"\r\n");
    let ask = zeroize::Zeroizing::new(ask);
    let mut stream = match tokio::time::timeout(AT_MOST, TcpStream::connect(address)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return Some((NoConnection::ProxyUnreached, error.to_string())),
        Err(_) => return Some((NoConnection::ProxyUnreached, "it takes no connection in time".to_owned())),
    };
    let mut said = Vec::with_capacity(ANSWER);
    let in_time = tokio::time::timeout(AT_MOST, async {
        stream.write_all(&ask).await.ok()?;
        while !is_whole(&said) && stream.read_buf(&mut said).await.ok()? > 0 {}
        Some(())
    });
    if in_time.await.is_err() && said.is_empty() {
        return Some((NoConnection::ProxyFails, "it takes the connection and says nothing".to_owned()));
    }
    judge(&said, detail)
}

/// True where an answer is read as far as it matters: its head, and the page that it says is behind.
fn is_whole(said: &[u8]) -> bool {
    let speaks = b"HTTP/1.";
    let is_http = said.iter().zip(speaks).all(|(is, of)| is == of);
    match split(said) {
        _ if said.len() >= ANSWER => true,
        None => !is_http && said.contains(&b'\n'),
        Some((head, _)) => !(is_http && headers(&head).contains_key(http::header::CONTENT_TYPE)),
    }
}

/// Returns head and body of an answer whose head has ended.
fn split(said: &[u8]) -> Option<(String, &[u8])> {
    let end = said.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(said.get(..end)?).into_owned();
    Some((head, said.get(end + 4..)?))
}

/// Returns the headers of a head; what is no header is left out.
fn headers(head: &str) -> HeaderMap {
    let one = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().parse::<HeaderName>().ok()?, value.trim().parse::<HeaderValue>().ok()?))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in head.lines().skip(1).filter_map(one) {
        headers.append(name, value);
    }
    headers
}

/// Judges a proxy's answer; `detail` is what came of the tunnel before.
fn judge(said: &[u8], detail: &str) -> Option<(NoConnection, String)> {
    if said.is_empty() {
        return Some((NoConnection::ProxyKind, "it ends the connection without a word".to_owned()));
    }
    // The types of an alert and of a handshake (RFC 8446, 5.1).
    if matches!(said, [0x15 | 0x16, 0x03, ..]) {
        return Some((NoConnection::ProxyKind, "it speaks TLS; its address begins with https://".to_owned()));
    }
    let (head, body) = split(said).unwrap_or_else(|| (String::from_utf8_lossy(said).into_owned(), &[]));
    let line = head.lines().next().unwrap_or_default();
    let Some(rest) = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest) else {
        let words = format!("it does not answer as an HTTP proxy, but says \"{}\"", printable(line, 60));
        return Some((NoConnection::ProxyKind, words));
    };
    let status = StatusCode::from_bytes(rest.get(..3)?.as_bytes()).ok()?;
    let headers = headers(&head);
    let answers = format!("it answers {}", printable(rest, 80));
    let page = || page::words(status, &headers, body);
    Some(match status.as_u16() {
        200..300 if body.trim_ascii_start().starts_with(b"<") => (NoConnection::NotAzure, page()),
        200..300 => (NoConnection::BeyondProxy, format!("{answers}, then {detail}")),
        300..400 | 511 => (NoConnection::ProxyPortal, page()),
        407 => (page::sign_in_of_proxy(&headers), page()),
        // What a web server says to a method that it does not know (RFC 9110, 9.3.6).
        400 | 404 | 405 | 501 => (NoConnection::NoProxy, answers),
        500.. => (NoConnection::ProxyFails, answers),
        _ => (NoConnection::ProxyForbids, answers),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_says_tells_its_kinds_apart() {
        for (said, cause, words) in [
            (&b"HTTP/1.1 403 Forbidden\r\n"[..], NoConnection::ProxyForbids, "it answers 403 Forbidden"),
            (b"HTTP/1.0 407 Proxy Authentication Required\r\n", NoConnection::ProxyCredentials, "status 407"),
            (b"HTTP/1.1 407 No\r\nProxy-Authenticate: NTLM\r\n\r\n", NoConnection::ProxySignIn, "it offers NTLM"),
            (b"HTTP/1.1 400 Bad Request\r\n\r\n", NoConnection::NoProxy, "it answers 400 Bad Request"),
            (b"HTTP/1.1 404 Not Found\r\n\r\n", NoConnection::NoProxy, "it answers 404 Not Found"),
            (b"HTTP/1.1 405 Method Not Allowed\r\n\r\n", NoConnection::NoProxy, "it answers 405"),
            (b"HTTP/1.1 501 Not Implemented\r\n\r\n", NoConnection::NoProxy, "it answers 501"),
            (
                b"HTTP/1.1 302 Found\r\nLocation: http://in.example/?x=y\r\n\r\n",
                NoConnection::ProxyPortal,
                "to in.example",
            ),
            (b"HTTP/1.1 511 Sign In\r\n\r\n", NoConnection::ProxyPortal, "status 511"),
            (b"HTTP/1.1 200 OK\r\n\r\n", NoConnection::BeyondProxy, "it answers 200 OK, then an end"),
            (b"HTTP/1.1 200 OK\r\n\r\n<html><title>In</title>", NoConnection::NotAzure, "a page \"In\""),
            (b"HTTP/1.1 503 Service Unavailable\r\n", NoConnection::ProxyFails, "it answers 503 Service Unavailable"),
            (b"SSH-2.0-OpenSSH_9.6\x1b[31m\r\n", NoConnection::ProxyKind, "says \"SSH-2.0-OpenSSH_9.6 [31m\""),
            (b"\x15\x03\x01\x00\x02\x02\x46", NoConnection::ProxyKind, "it speaks TLS"),
            (b"\x05\xff", NoConnection::ProxyKind, "it does not answer as an HTTP proxy"),
            (b"", NoConnection::ProxyKind, "without a word"),
        ] {
            let (judged, told) = judge(said, "an end").expect("a cause");
            assert_eq!(judged, cause, "{told}");
            assert!(told.contains(words), "{told}");
        }
    }
}
