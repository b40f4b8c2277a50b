//! The proxies of a client, as the environment or the system names them.

use std::ffi::OsString;
use std::fmt;
use std::sync::Arc;

use crosspull_core::cloud::is_loopback;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use url::Url;

/// The kinds of proxy that an address may name. Those of SOCKS are known, so that they can be told; none is spoken.
const KINDS: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];
/// The address that tells whether a proxy is named for anything beyond this machine.
const ELSEWHERE: &str = "https://elsewhere.invalid/";

/// The proxies of a client.
#[derive(Clone)]
pub struct Proxies {
    matcher: Arc<Matcher>,
    /// True where a proxy is named, whatever is left out of it.
    is_named: bool,
}

/// The variable of the environment that is meant to name a proxy, and does not. Its value may hold a password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoAddress(pub &'static str);

impl NoAddress {
    /// The cure.
    pub const NOW: &'static str = "Write it http://PROXY:PORT or http://USER:PASSWORD@PROXY:PORT, without quotes; \
                                   percent-encode characters like @ and / in USER and PASSWORD. Or unset it.";
}

impl fmt::Display for NoAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not the address of a proxy, and nothing is sent past one that may be meant", self.0)
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An address may hold a password.
        f.write_str("Proxies(…)")
    }
}

impl Proxies {
    /// Returns the proxies of the system: `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, or the settings of macOS and
    /// Windows.
    ///
    /// # Errors
    /// A variable is not the address of a proxy. The client would take that for no proxy at all.
    pub fn of_system() -> Result<Self, NoAddress> {
        Self::of_environment(|name| std::env::var_os(name))
    }

    pub(super) fn of_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, NoAddress> {
        // The first of a pair that is set counts, as the client has it.
        let first = |names: [&'static str; 2]| names.into_iter().find_map(|name| Some((name, variable(name)?)));
        let address = |names| match first(names) {
            None => Ok(String::new()),
            Some((name, value)) => value.to_str().and_then(normal).ok_or(NoAddress(name)),
        };
        let https = address(["HTTPS_PROXY", "https_proxy"])?;
        let http = address(["HTTP_PROXY", "http_proxy"])?;
        let all = address(["ALL_PROXY", "all_proxy"])?;
        if https.is_empty() && all.is_empty() {
            let matcher = Matcher::from_system();
            let is_named = ELSEWHERE.parse().is_ok_and(|elsewhere| matcher.intercept(&elsewhere).is_some());
            return Ok(Self { matcher: Arc::new(matcher), is_named });
        }
        let no = first(["NO_PROXY", "no_proxy"]).map(|(_, value)| value.to_string_lossy().into_owned());
        let matcher = Matcher::builder().https(https).http(http).all(all).no(no.unwrap_or_default());
        Ok(Self { matcher: Arc::new(matcher.build()), is_named: true })
    }

    /// Returns no proxies.
    #[must_use]
    pub fn none() -> Self {
        Self { matcher: Arc::new(Matcher::builder().build()), is_named: false }
    }

    /// Returns the proxy for an address. `None` for this machine itself, whatever the system says (`docs/PRODUCT.md` 7,
    /// rule 12).
    pub(super) fn of(&self, url: &Url) -> Option<Intercept> {
        if is_loopback(url) { None } else { self.matcher.intercept(&url.as_str().parse().ok()?) }
    }

    /// True where a proxy is named, and this host is asked without it.
    pub(super) fn leaves_out(&self, url: &Url) -> bool {
        self.is_named && !is_loopback(url) && self.of(url).is_none()
    }
}

/// Returns the address of a proxy without its credentials.
pub(super) fn shown(proxy: &Intercept) -> String {
    let uri = proxy.uri();
    let authority = uri.authority().map(http::uri::Authority::as_str).unwrap_or_default();
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    format!("{}://{host}/", uri.scheme_str().unwrap_or("http"))
}

/// Returns an address as the client reads it in the same sense: user and password end at the last `@`, and are
/// percent-encoded. Empty for none. `None` where it is no address of a proxy.
fn normal(value: &str) -> Option<String> {
    let value = value.trim();
    if value.is_empty() {
        return Some(String::new());
    }
    let (kind, rest) = value.split_once("://").unwrap_or(("http", value));
    let kind = kind.to_ascii_lowercase();
    let (authority, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (credentials, host) = match authority.rsplit_once('@') {
        Some((credentials, host)) => (Some(credentials), host),
        None => (None, authority),
    };
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    // An `@` behind the host is of a password that ended too early.
    if !KINDS.contains(&kind.as_str()) || path.contains('@') || host.ends_with(':') || !host.chars().all(is_of_host) {
        return None;
    }
    let mut address = Url::parse(&format!("{kind}://{host}/")).ok().filter(|address| address.host().is_some())?;
    if let Some(credentials) = credentials {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        address.set_username(user).ok()?;
        address.set_password(Some(password)).ok()?;
    }
    // The client's own judgement is the last one.
    let elsewhere = ELSEWHERE.parse().ok()?;
    Matcher::builder().all(address.to_string()).build().intercept(&elsewhere)?;
    Some(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the proxies of an environment.
    fn of(variables: &[(&str, &str)]) -> Result<Proxies, NoAddress> {
        let value = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.into());
        Proxies::of_environment(value)
    }

    fn url(text: &str) -> Url {
        text.parse().expect("a URL")
    }

    #[test]
    fn no_proxy_stands_between_a_machine_and_itself() {
        let proxies = of(&[("ALL_PROXY", "http://proxy.example:8080"), ("NO_PROXY", "inside.example")]).expect("one");
        for near in [
            "https://localhost:1/x",
            "https://127.0.0.1/",
            "https://127.9.9.9:2/",
            "https://[::1]:3/",
            "http://localhost/",
        ] {
            assert!(proxies.of(&url(near)).is_none() && !proxies.leaves_out(&url(near)), "{near}");
        }
        assert!(proxies.of(&url("https://inside.example/")).is_none());
        assert!(proxies.leaves_out(&url("https://inside.example/")));
        let none = of(&[("HTTPS_PROXY", "http://proxy.example:8080"), ("NO_PROXY", "*")]).expect("one");
        assert!(none.leaves_out(&url("https://far.example/")));
        assert!(proxies.of(&url("https://localhost.example/")).is_some());
        assert!(!proxies.leaves_out(&url("https://localhost.example/")));
        assert!(Proxies::none().of(&url("https://example.com/")).is_none());
        assert!(!Proxies::none().leaves_out(&url("https://example.com/")));
    }

    #[test]
    fn credentials_end_at_the_last_at_sign_and_are_shown_nowhere() {
        for (value, coded) in [
            ("http://bob:hun@ter2@127.0.0.1:9", "bob:hun@ter2"),
            ("http://bob:hun%40ter2@127.0.0.1:9", "bob:hun@ter2"),
            ("  HTTP://bob:h^n|t\"r@127.0.0.1:9/ ", "bob:h^n|t\"r"),
            ("bob@127.0.0.1:9", "bob:"),
        ] {
            use base64::prelude::{BASE64_STANDARD, Engine as _};
            let proxy = of(&[("HTTPS_PROXY", value)]).expect("one").of(&url("https://far.example/")).expect("a proxy");
            assert_eq!(shown(&proxy), "http://127.0.0.1:9/");
            let basic = proxy.basic_auth().and_then(|basic| basic.to_str().ok());
            assert_eq!(basic, Some(format!("Basic {}", BASE64_STANDARD.encode(coded)).as_str()), "{value}");
        }
    }

    #[test]
    fn what_is_no_address_of_a_proxy_is_told_by_its_variable() {
        for value in [
            "'http://proxy:8080'",
            "\"http://proxy:8080\"",
            "\"proxy:8080\"",
            "'proxy'",
            "ftp://proxy:21",
            "http://",
            "http://:8080",
            "http:/proxy:8080",
            "http://proxy:",
            "http://proxy:port",
            "ht!tp://x",
            "http://pro xy:8080",
            "http://bob:hun/ter2@proxy:8080",
            "http://bob:12/3@proxy:8080",
            "://proxy",
        ] {
            for name in ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"] {
                let told = of(&[(name, value)]).err();
                assert_eq!(told.as_ref().map(|told| told.0), Some(name), "{value}");
                assert!(!told.map(|told| told.to_string()).unwrap_or_default().contains("ter2"));
            }
        }
        for value in ["", "  ", "proxy", "proxy:8080", "http://[::1]:8080", "https://proxy", "socks5h://u:p@proxy:1"] {
            assert!(of(&[("https_proxy", value)]).is_ok(), "{value}");
        }
        let (first, second) = (("HTTPS_PROXY", "http://one:1"), ("https_proxy", "'two'"));
        let both = of(&[first, second]).expect("the first counts").of(&url("https://far.example/")).expect("a proxy");
        assert_eq!(shown(&both), "http://one:1/");
    }
}
