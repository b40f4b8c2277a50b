//! A listener on loopback that a browser comes back to after a sign-in or a consent.

use std::time::Duration;

use futures_util::stream::{FuturesUnordered, StreamExt as _};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use zeroize::Zeroizing;

/// The longest time that a browser may take to say what it wants.
const SPOKEN_WITHIN: Duration = Duration::from_secs(10);
/// No request of a browser that comes back is longer.
const LONGEST: usize = 16 * 1024;

/// The query of an address that a browser came back to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    /// Reads a request line such as `GET /?code=…&state=… HTTP/1.1`. A line without the state that was given along is
    /// from somewhere else, and brings nothing.
    fn of(line: &'a str, state: &str) -> Option<Self> {
        let (_, query) = line.strip_prefix("GET ")?.split(' ').next()?.split_once('?')?;
        let query = Self(query);
        (query.get("state")? == state).then_some(query)
    }

    /// Returns the value of a parameter.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        url::form_urlencoded::parse(self.0.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    }
}

/// The listener.
#[derive(Debug)]
pub(crate) struct Listener {
    socket: TcpListener,
    /// The port.
    pub(crate) port: u16,
}

impl Listener {
    /// Listens on loopback, at that port or at one that is free.
    ///
    /// # Errors
    /// An error where the port is taken, or the machine has no free one.
    pub(crate) async fn open(port: Option<u16>) -> std::io::Result<Self> {
        let socket = TcpListener::bind(("127.0.0.1", port.unwrap_or(0))).await?;
        let port = socket.local_addr()?.port();
        Ok(Self { socket, port })
    }

    /// Returns the address that the sign-in page sends the browser to. A public client may have any port there (RFC
    /// 8252, 7.3).
    pub(crate) fn address(&self) -> String {
        format!("http://localhost:{}", self.port)
    }

    /// Waits for the answer that carries this state; anything else is answered with 404. `read` takes what the answer
    /// brings, with the words that the browser shows. Browsers open connections on which they say nothing, so none holds
    /// up the others.
    ///
    /// # Errors
    /// An error where no connection can be taken any more.
    pub(crate) async fn answer<T>(
        &self,
        state: &str,
        read: impl Fn(Query<'_>) -> Option<(T, &'static str)> + Copy,
    ) -> std::io::Result<T> {
        let mut open = FuturesUnordered::new();
        loop {
            tokio::select! {
                accepted = self.socket.accept() => open.push(talk(accepted?.0, state, read)),
                Some(back) = open.next() => if let Some(back) = back {
                    return Ok(back);
                },
            }
        }
    }
}

/// Reads one request and answers it. Returns what the request brought, where that is the answer.
async fn talk<T>(
    mut browser: TcpStream,
    state: &str,
    read: impl Fn(Query<'_>) -> Option<(T, &'static str)>,
) -> Option<T> {
    let asked = tokio::time::timeout(SPOKEN_WITHIN, first_line(&mut browser)).await.ok()??;
    let (back, status, says) = match Query::of(&asked, state).and_then(read) {
        Some((back, says)) => (Some(back), "200 OK", says),
        None => (None, "404 Not Found", "This is not the page that crosspull waits for."),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_answer_with_the_right_state_counts() {
        let get = |line: &str, name: &str| Query::of(line, "s").and_then(|query| query.get(name));
        assert_eq!(get("GET /?code=a%2Bb&state=s HTTP/1.1", "code").as_deref(), Some("a+b"));
        for other in [
            "GET /?code=a&state=t HTTP/1.1",
            "GET /?code=a HTTP/1.1",
            "POST /?code=a&state=s HTTP/1.1",
            "GET /favicon.ico HTTP/1.1",
            "",
        ] {
            assert_eq!(get(other, "code"), None, "{other}");
        }
    }

    #[tokio::test]
    async fn a_silent_connection_and_a_stray_request_do_not_hold_up_the_answer() {
        let listener = Listener::open(None).await.expect("a free port");
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
        let (back, said) =
            futures_util::future::join(listener.answer("s", |query| Some((query.get("code")?, "Done."))), browser)
                .await;
        assert!(matches!(back, Ok(code) if code == "c"));
        assert_eq!(said, ["HTTP/1.1 404 Not Found", "HTTP/1.1 200 OK"]);
    }
}
