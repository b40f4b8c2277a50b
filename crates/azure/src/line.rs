//! The line that requests go out on: a client, and the proxies that the client goes through. Where no connection comes
//! about, the line says why.

use std::error::Error;
use std::io;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use crosspull_core::cloud::is_loopback;
use crosspull_core::explain::{NoConnection, Refusal};
use hyper_util::client::proxy::matcher::Intercept;
use jiff::Timestamp;
use rustls::CertificateError;
use rustls_pki_types::UnixTime;
use url::Url;

use crate::refusal::not_connected;

mod proxies;
mod tunnel;

pub use proxies::{NoAddress, Proxies};

/// The way to a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    /// The host is asked itself.
    Direct,
    /// The host is asked itself, since `NO_PROXY` leaves it out of the proxy that is named.
    LeftOut,
    /// The host is asked through the proxy of that address, which has no credentials in it.
    Through(String),
}

/// A client with its proxies.
#[derive(Debug, Clone)]
pub struct Line {
    http: reqwest::Client,
    proxies: Proxies,
}

impl Line {
    /// Makes a line by that client, through those proxies.
    ///
    /// # Errors
    /// An error where the client cannot be made; the text says why.
    pub fn new(builder: reqwest::ClientBuilder, proxies: Proxies) -> Result<Self, String> {
        let its = proxies.clone();
        let proxy = reqwest::Proxy::custom(move |url| its.of(url).and_then(|proxy| with_credentials(&proxy)));
        let http = builder.proxy(proxy).build().map_err(|e| innermost(&e))?;
        Ok(Self { http, proxies })
    }

    /// Returns the HTTP client of this line.
    #[must_use]
    pub const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Returns the proxies that this line goes through.
    #[must_use]
    pub const fn proxies(&self) -> &Proxies {
        &self.proxies
    }

    /// Returns the way to a host.
    #[must_use]
    pub fn way(&self, url: &Url) -> Way {
        match self.proxies.of(url) {
            Some(proxy) => Way::Through(proxies::shown(&proxy)),
            None if self.proxies.leaves_out(url) => Way::LeftOut,
            None => Way::Direct,
        }
    }

    /// Refuses an address whose proxy is spoken to in a way that is not built in: nothing is sent then.
    ///
    /// # Errors
    /// That no connection can come about.
    pub fn is_usable(&self, url: &Url) -> Result<(), Refusal> {
        match self.proxies.of(url) {
            Some(proxy) if !matches!(proxy.uri().scheme_str(), Some("http" | "https")) => {
                let kind = proxy.uri().scheme_str().unwrap_or_default().to_owned();
                Err(self.refusal(NoConnection::ProxyKind, url, &format!("{kind} is not spoken")))
            }
            _ => Ok(()),
        }
    }

    /// Returns why no connection came about; `now` is the time of this machine's clock. A proxy that opened no tunnel is
    /// asked for its words.
    pub async fn not_connected(&self, url: &Url, error: &reqwest::Error, now: Timestamp) -> Refusal {
        let proxy = self.proxies.of(url);
        let (mut cause, mut detail) = cause(error, proxy.is_some(), now);
        match proxy {
            Some(proxy) if is_of_tunnel(cause) => match tunnel::asked(&proxy, url, cause, &detail).await {
                Some(said) => (cause, detail) = said,
                None if error.is_timeout() => cause = NoConnection::ProxyUnreached,
                None => {}
            },
            None if is_no_way(cause) && self.proxies.leaves_out(url) => cause = NoConnection::LeftOutOfProxy,
            _ => {}
        }
        self.not_of_service(cause, url, &detail)
    }

    /// Returns the refusal for an answer that is not the service's; `detail` is what the answer says of itself.
    #[must_use]
    pub fn not_of_service(&self, cause: NoConnection, url: &Url, detail: &str) -> Refusal {
        let given = || self.proxies.of(url).is_some_and(|proxy| proxy.basic_auth().is_some());
        let cause = match cause {
            NoConnection::ProxyCredentials if given() => NoConnection::ProxyCredentialsRefused,
            cause => cause,
        };
        self.refusal(cause, url, detail)
    }

    fn refusal(&self, cause: NoConnection, url: &Url, detail: &str) -> Refusal {
        not_connected(cause, &self.words(url, detail))
    }

    /// Returns the words `HOST through the proxy ADDRESS: DETAIL`.
    #[must_use]
    pub fn words(&self, url: &Url, detail: &str) -> String {
        let host = url.host_str().unwrap_or_default();
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let through = self.proxies.of(url).map(|proxy| format!(" through the proxy {}", proxies::shown(&proxy)));
        format!("{host}{}: {detail}", through.unwrap_or_default())
    }
}

/// True where the proxy itself can tell more: it was reached, and the host was not.
const fn is_of_tunnel(cause: NoConnection) -> bool {
    matches!(cause, NoConnection::ProxyCredentials | NoConnection::ProxyForbids | NoConnection::BeyondProxy)
}

/// True where the host may be one that only a proxy has a way to.
const fn is_no_way(cause: NoConnection) -> bool {
    matches!(cause, NoConnection::NameNotFound | NoConnection::NetworkUnreachable | NoConnection::TimedOut)
}

/// Returns the address of a proxy with its credentials in it, as the client takes them.
fn with_credentials(proxy: &Intercept) -> Option<Url> {
    let mut address: Url = proxy.uri().to_string().parse().ok()?;
    if let Some(basic) = proxy.basic_auth() {
        let coded = basic.to_str().ok()?.strip_prefix("Basic ")?;
        let decoded = zeroize::Zeroizing::new(BASE64_STANDARD.decode(coded).ok()?);
        let (user, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
        address.set_username(user).ok()?;
        address.set_password(Some(password)).ok()?;
    }
    Some(address)
}

/// Returns the cause of an error before there was a connection, and the error's words.
fn cause(error: &reqwest::Error, proxied: bool, now: Timestamp) -> (NoConnection, String) {
    let said = || innermost(error);
    if let Some(error) = chain(error).find_map(|e| e.downcast_ref::<rustls::Error>()) {
        let other = if proxied { NoConnection::BeyondProxy } else { NoConnection::Other };
        return certificate(error, now).unwrap_or_else(|| (other, said()));
    }
    // The error of a tunnel has no public type (`hyper-util` 0.1, `client::legacy::connect::proxy`).
    let tunnel = chain(error).find_map(|e| e.to_string().strip_prefix("tunnel error: ").map(str::to_owned));
    let cause = match tunnel.as_deref() {
        Some("proxy authorization required") => NoConnection::ProxyCredentials,
        Some("failed to create underlying connection") => NoConnection::ProxyUnreached,
        Some(_) => NoConnection::ProxyForbids,
        None if proxied => NoConnection::BeyondProxy,
        None => unproxied(error),
    };
    match cause {
        NoConnection::ProxyCredentials => (cause, "status 407".to_owned()),
        NoConnection::ProxyForbids if tunnel.as_deref() == Some("unsuccessful") => {
            (cause, "it answers that it does not connect to it".to_owned())
        }
        _ => (cause, said()),
    }
}

/// Returns the cause where no proxy stands between.
fn unproxied(error: &reqwest::Error) -> NoConnection {
    let kind = chain(error).filter_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind).last();
    match kind {
        _ if error.is_timeout() => NoConnection::TimedOut,
        _ if chain(error).any(|e| e.to_string() == "dns error") || error.is_dns() => NoConnection::NameNotFound,
        kind => no_way(kind),
    }
}

/// Returns the cause that the system tells where a host takes no connection.
pub(crate) const fn no_way(kind: Option<io::ErrorKind>) -> NoConnection {
    match kind {
        Some(io::ErrorKind::ConnectionRefused) => NoConnection::Refused,
        Some(io::ErrorKind::NetworkUnreachable | io::ErrorKind::HostUnreachable) => NoConnection::NetworkUnreachable,
        Some(io::ErrorKind::TimedOut) => NoConnection::TimedOut,
        _ => NoConnection::Other,
    }
}

/// Names what is wrong with a certificate. `None` where the certificate is not the matter.
fn certificate(error: &rustls::Error, now: Timestamp) -> Option<(NoConnection, String)> {
    let rustls::Error::InvalidCertificate(why) = error else { return None };
    let clock = format!("this machine's clock says {}", minute(now));
    Some(match why {
        CertificateError::UnknownIssuer => {
            (NoConnection::UnknownAuthority, "its certificate is of an authority that is not known here".to_owned())
        }
        CertificateError::Expired => (NoConnection::CertificateTime, format!("its certificate has expired; {clock}")),
        CertificateError::ExpiredContext { not_after, .. } => {
            (NoConnection::CertificateTime, format!("its certificate ended {}; {clock}", time(*not_after)))
        }
        CertificateError::NotValidYet => {
            (NoConnection::CertificateTime, format!("its certificate is not valid yet; {clock}"))
        }
        CertificateError::NotValidYetContext { not_before, .. } => {
            (NoConnection::CertificateTime, format!("its certificate begins {}; {clock}", time(*not_before)))
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            (NoConnection::CertificateName, why.to_string())
        }
        // The error of a certificate that is its own authority has no public type (`rustls-webpki`).
        other if other.to_string().contains("CaUsedAsEndEntity") => {
            (NoConnection::UnknownAuthority, "its certificate is signed by itself".to_owned())
        }
        other => (NoConnection::CertificateRefused, other.to_string()),
    })
}

fn time(at: UnixTime) -> String {
    let at = i64::try_from(at.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    at.map(minute).unwrap_or_default()
}

/// Writes a time to the minute, so that people can compare a clock with it.
fn minute(at: Timestamp) -> String {
    at.strftime("%F %R UTC").to_string()
}

/// Returns an error and its causes, outermost first. An I/O error that wraps another one names that as its content, not
/// as its cause.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| {
        let error = *error;
        match error.downcast_ref::<io::Error>() {
            Some(wraps) => wraps.get_ref().map(|inner| inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// Returns the words of the innermost cause, which is the one that says something. A page for programmers at their end
/// (`rustls`) is left out.
pub(crate) fn innermost(error: &reqwest::Error) -> String {
    let words = chain(error).last().unwrap_or(error).to_string();
    words.split(": https://docs.rs/").next().unwrap_or_default().to_owned()
}

/// True for this machine, and for the address of instance metadata, which no router passes on (RFC 3927).
pub(crate) fn is_near(url: &Url) -> bool {
    is_loopback(url) || matches!(url.host(), Some(url::Host::Ipv4(ip)) if ip.is_link_local())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn a_proxys_credentials_reach_the_client_and_no_sentence() {
        let line = |address: &str| {
            let _ = rustls::crypto::ring::default_provider().install_default();
            let proxies = Proxies::of_environment(|name| (name == "HTTPS_PROXY").then(|| address.into()));
            Line::new(reqwest::Client::builder(), proxies.expect("an address")).expect("a client")
        };
        let far = url("https://login.example.com/t");
        let with = line("http://ops:p%40ss%3Aword@proxy.example:8080");
        let given = with.proxies.of(&far).and_then(|proxy| with_credentials(&proxy));
        assert_eq!(given.as_ref().map(Url::as_str), Some("http://ops:p%40ss%3Aword@proxy.example:8080/"));
        let told = with.refusal(NoConnection::ProxyCredentials, &far, "status 407");
        assert_eq!(told.message, "login.example.com through the proxy http://proxy.example:8080/: status 407");
        assert!(with.is_usable(&far).is_ok());

        let socks = line("socks5h://ops:word@proxy.example:1080").is_usable(&far).expect_err("not spoken");
        assert_eq!(NoConnection::of(&socks), Some(NoConnection::ProxyKind));
        assert!(socks.message.ends_with("socks5h://proxy.example:1080/: socks5h is not spoken"), "{socks}");
    }

    #[tokio::test]
    async fn a_host_that_says_nothing_is_told_from_one_that_is_not_there() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().connect_timeout(std::time::Duration::from_millis(50));
        let line = Line::new(builder, Proxies::none()).expect("a client");
        let now: Timestamp = "2026-11-26T18:00:00Z".parse().expect("a time");
        let bound = || std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = |listener: &std::net::TcpListener| listener.local_addr().expect("an address").port();
        let silent = bound();
        let gone = port(&bound());
        for (port, expected) in [(port(&silent), NoConnection::TimedOut), (gone, NoConnection::Refused)] {
            let at = url(&format!("https://127.0.0.1:{port}/"));
            let error = line.http().get(at.clone()).send().await.expect_err("nobody answers");
            assert!(error.is_connect(), "{error:?}");
            let refusal = line.not_connected(&at, &error, now).await;
            assert_eq!(NoConnection::of(&refusal), Some(expected), "{refusal}");
            assert!(refusal.message.starts_with(&format!("127.0.0.1:{port}: ")), "{refusal}");
        }
    }

    #[test]
    fn a_certificates_fault_is_told_with_this_machines_clock() {
        let now: Timestamp = "2026-11-26T18:00:30Z".parse().expect("a time");
        let at = |text: &str| {
            let at: Timestamp = text.parse().expect("a time");
            UnixTime::since_unix_epoch(std::time::Duration::from_secs(at.as_second().unsigned_abs()))
        };
        let of = |why| certificate(&rustls::Error::InvalidCertificate(why), now).expect("a certificate");
        let clock = "this machine's clock says 2026-11-26 18:00 UTC";
        let (time, not_after) = (at("2026-11-26T18:00:30Z"), at("2026-11-01T00:00:00Z"));
        let expired = of(CertificateError::ExpiredContext { time, not_after });
        let words = format!("its certificate ended 2026-11-01 00:00 UTC; {clock}");
        assert_eq!(expired, (NoConnection::CertificateTime, words));
        let early = of(CertificateError::NotValidYetContext { time, not_before: at("2027-01-01T00:00:00Z") });
        assert!(early.1.starts_with("its certificate begins 2027-01-01 00:00 UTC; "), "{early:?}");
        assert_eq!(of(CertificateError::UnknownIssuer).0, NoConnection::UnknownAuthority);
        assert_eq!(of(CertificateError::NotValidForName).0, NoConnection::CertificateName);
        assert_eq!(of(CertificateError::Revoked).0, NoConnection::CertificateRefused);
        assert!(certificate(&rustls::Error::DecryptError, now).is_none());
    }
}
