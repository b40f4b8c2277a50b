//! A listener on loopback that a browser comes back to after a sign-in. The listener takes one answer.

use std::time::Duration;

use crosspull_core::secret::Secret;
use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zeroize::Zeroizing;

/// The longest time that a browser may take to say what it wants.
const SPOKEN_WITHIN: Duration = Duration::from_secs(10);
/// No request of a browser that comes back is longer.
const LONGEST: usize = 16 * 1024;

/// The answer that the browser brought back.
#[derive(Debug)]
pub(super) enum BrowserAnswer {
    /// A code for a token.
    Code(Secret),
    /// The sign-in page's refusal: OAuth's word, and its description.
    Refused(String, String),
}

/// The listener.
#[derive(Debug)]
pub(super) struct Listener {
    socket: TcpListener,
    /// The port.
    pub(super) port: u16,
}

impl Listener {
    /// Listens on loopback, at a port that is free.
    ///
    /// # Errors
    /// An error where the machine has no free port.
    pub(super) async fn open() -> std::io::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await?;
        let port = socket.local_addr()?.port();
        Ok(Self { socket, port })
    }

    /// Returns the address that the sign-in page sends the browser to. A public client may have any port there (RFC
    /// 8252, 7.3).
    pub(super) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer that carries this state; anything else is answered with 404. Browsers open connections on
    /// which they say nothing, so none holds up the others.
    pub(super) async fn answer(&self, state: &str) -> std::io::Result<BrowserAnswer> {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => open.push(talk(accepted?.0, state)),
                Some(back) = open.next() => if let Some(back) = back {
                    return Ok(back);
                },
            }
        }
    }
}

/// Reads one request and answers it. Returns what the request brought, where that is the answer.
async fn talk(mut browser: TcpStream, state: &str) -> Option<BrowserAnswer> {
    let asked = tokio::time::timeout(SPOKEN_WITHIN, first_line(&mut browser)).await.ok()??;
    let back = read(&asked, state);
    let (status, says) = match &back {
        Some(BrowserAnswer::Code(_)) => ("200 OK", "You are signed in. Close this page and go back to crosspull."),
        Some(BrowserAnswer::Refused(..)) => {
            ("200 OK", "The sign-in did not work. crosspull tells why; close this page.")
        }
        None => ("404 Not Found", "This is not the page that crosspull waits for."),
    };
    let page = format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>crosspull</title><p>{says}</p></html>\n"
    );
    let answer = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\n\
         Content-Security-Policy: default-src 'none'\r\nReferrer-Policy: no-referrer\r\nCache-Control: no-store\r\n\
         Connection: close\r\n\r\n{page}",
        page.len()
    );
    // A browser that does not take the page has brought its answer all the same.
    let _ = tokio::time::timeout(SPOKEN_WITHIN, async {
        browser.write_all(answer.as_bytes()).await?;
        browser.shutdown().await
    })
    .await;
    back
}

/// Returns the first line of a request, once its head is whole.
async fn first_line(browser: &mut TcpStream) -> Option<Zeroizing<String>> {
    let mut chunk = Zeroizing::new([0_u8; 2048]);
    // Room for all that is taken, so that it does not grow and leave copies of a code behind.
    let mut head = Zeroizing::new(Vec::with_capacity(LONGEST + chunk.len()));
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let n = browser.read(chunk.as_mut_slice()).await.ok().filter(|n| *n > 0)?;
        head.extend_from_slice(chunk.get(..n)?);
        if head.len() > LONGEST {
            return None;
        }
    }
    let line = head.split(|byte| *byte == b'\r').next()?;
    std::str::from_utf8(line).ok().map(|line| Zeroizing::new(line.to_owned()))
}

/// Reads a request line such as `GET /?code=…&state=… HTTP/1.1`. A line without the state that was given along is from
/// somewhere else, and brings nothing.
fn read(line: &str, state: &str) -> Option<BrowserAnswer> {
    let (_, query) = line.strip_prefix("GET ")?.split(' ').next()?.split_once('?')?;
    let pairs = || url::form_urlencoded::parse(query.as_bytes());
    let get = |name: &str| pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    if get("state")? != state {
        return None;
    }
    match (get("code"), get("error")) {
        (Some(code), _) => Some(BrowserAnswer::Code(Secret::new(code))),
        (None, Some(error)) => Some(BrowserAnswer::Refused(error, get("error_description").unwrap_or_default())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_with_the_right_state_counts() {
        let code = |line: &str| match read(line, "s") {
            Some(BrowserAnswer::Code(code)) => Some(code.reveal().to_owned()),
            _ => None,
        };
        assert_eq!(code("GET /?code=a%2Bb&state=s HTTP/1.1").as_deref(), Some("a+b"));
        for other in [
            "GET /?code=a&state=t HTTP/1.1",
            "GET /?code=a HTTP/1.1",
            "POST /?code=a&state=s HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "",
        ] {
            assert!(read(other, "s").is_none(), "{other}");
        }
        let refused = read("GET /?error=access_denied&error_description=AADSTS65004%3A+no&state=s HTTP/1.1", "s");
        assert!(
            matches!(refused, Some(BrowserAnswer::Refused(e, d)) if e == "access_denied" && d == "AADSTS65004: no")
        );
    }

    #[tokio::test]
    async fn a_silent_connection_and_a_stray_request_do_not_hold_up_the_answer() {
        let listener = Listener::open().await.expect("a free port");
        let at = ("127.0.0.1", listener.port);
        let browser = async {
            let _silent = TcpStream::connect(at).await.expect("listens");
            let mut said = Vec::new();
            for path in ["/favicon.ico", "/?code=c&state=s"] {
                let mut browser = TcpStream::connect(at).await.expect("listens");
                let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
                browser.write_all(request.as_bytes()).await.expect("takes it");
                let mut answer = String::new();
                browser.read_to_string(&mut answer).await.expect("answers");
                said.push(answer.lines().next().unwrap_or_default().to_owned());
            }
            said
        };
        let (back, said) = futures_util::future::join(listener.answer("s"), browser).await;
        assert!(matches!(back, Ok(BrowserAnswer::Code(code)) if code.reveal() == "c"));
        assert_eq!(said, ["HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK"]);
    }
}
