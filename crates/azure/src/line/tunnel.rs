//! The word of a proxy that opens no tunnel. The client tells that it did not, and not what it said
//! (`hyper-util` 0.1, `client::legacy::connect::proxy`), so the proxy is asked once more.

use std::time::Duration;

use crosspull_core::explain::NoConnection;
use crosspull_core::text::printable;
use hyper_util::client::proxy::matcher::Intercept;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use url::Url;

/// The time for the proxy's word. It took a connection just now.
const AT_MOST: Duration = Duration::from_secs(2);
/// A first line is no longer.
const LINE: usize = 512;

/// Asks a proxy that is spoken to in the clear for a tunnel, and returns why there is none, with the proxy's words.
/// `None` where that cannot be told.
pub(super) async fn refused(proxy: &Intercept, url: &Url) -> Option<(NoConnection, String)> {
    let uri = proxy.uri();
    if uri.scheme_str() != Some("http") {
        return None;
    }
    let address = (uri.host()?.trim_matches(['[', ']']).to_owned(), uri.port_u16().unwrap_or(80));
    let authority = format!("{}:{}", url.host_str()?, url.port_or_known_default()?);
    let mut ask = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(basic) = proxy.basic_auth() {
        ask.extend_from_slice(b"Proxy-Authorization: ");
        ask.extend_from_slice(basic.as_bytes());
        ask.extend_from_slice(b"\r\n");
    }
    ask.extend_from_slice(b"\r\n");
    let ask = zeroize::Zeroizing::new(ask);
    let said = tokio::time::timeout(AT_MOST, async {
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(&ask).await.ok()?;
        let mut said = Vec::with_capacity(LINE);
        while said.len() < LINE && !said.contains(&b'\n') && stream.read_buf(&mut said).await.unwrap_or(0) > 0 {}
        Some(said)
    });
    judge(&said.await.ok()??)
}

/// Judges the beginning of a proxy's answer.
fn judge(said: &[u8]) -> Option<(NoConnection, String)> {
    if said.is_empty() {
        return Some((NoConnection::ProxyKind, "it ends the connection without a word".to_owned()));
    }
    // The types of an alert and of a handshake (RFC 8446, 5.1).
    if matches!(said, [0x15 | 0x16, 0x03, ..]) {
        return Some((NoConnection::ProxyKind, "it speaks TLS; its address begins with https://".to_owned()));
    }
    let text = String::from_utf8_lossy(said);
    let line = text.lines().next().unwrap_or_default();
    let Some(rest) = line.strip_prefix("HTTP/1.").and_then(|rest| rest.split_once(' ')).map(|(_, rest)| rest) else {
        let words = format!("it does not answer as an HTTP proxy, but says \"{}\"", printable(line, 60));
        return Some((NoConnection::ProxyKind, words));
    };
    let status: u16 = rest.get(..3)?.parse().ok()?;
    let cause = match status {
        200..300 => return None,
        407 => NoConnection::ProxyCredentials,
        500.. => NoConnection::ProxyFails,
        _ => NoConnection::ProxyForbids,
    };
    Some((cause, format!("it answers {}", printable(rest, 80))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_proxy_says_tells_its_kinds_apart() {
        for (said, cause, words) in [
            (&b"HTTP/1.1 403 Forbidden\r\n"[..], NoConnection::ProxyForbids, "it answers 403 Forbidden"),
            (b"HTTP/1.0 407 Proxy Authentication Required\r\n", NoConnection::ProxyCredentials, "it answers 407 Proxy"),
            (b"HTTP/1.1 503 Service Unavailable\r\n", NoConnection::ProxyFails, "it answers 503 Service Unavailable"),
            (b"SSH-2.0-OpenSSH_9.6\x1b[31m\r\n", NoConnection::ProxyKind, "says \"SSH-2.0-OpenSSH_9.6 [31m\""),
            (b"\x15\x03\x01\x00\x02\x02\x46", NoConnection::ProxyKind, "it speaks TLS"),
            (b"\x05\xff", NoConnection::ProxyKind, "it does not answer as an HTTP proxy"),
            (b"", NoConnection::ProxyKind, "without a word"),
        ] {
            let (judged, told) = judge(said).expect("a cause");
            assert_eq!(judged, cause, "{told}");
            assert!(told.contains(words), "{told}");
        }
        assert_eq!(judge(b"HTTP/1.1 200 Connection established\r\n"), None);
    }
}
