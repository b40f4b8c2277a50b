//! Causes that keep a connection from coming about are told with host, cause and cure, and not tried again where that
//! cannot help. The same holds for the operator's own sign-in.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crosspull_support::{End, Story, path_text, text};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The operator works on the public cloud, which is reached through a proxy alone.
pub(super) const PUBLIC: [&str; 4] = ["--cloud", "public", "--pace", "1"];
/// The host that every sign-in of the public cloud begins at.
pub(super) const LOGIN: &str = "login.microsoftonline.com";

/// An answer of nobody in particular.
const NOTHING_OF_USE: &str = "HTTP/1.1 418 I am a proxy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Somebody who takes connections on this machine, and how many they were.
pub(super) struct Listener {
    port: u16,
    taken: Arc<AtomicUsize>,
}

impl Listener {
    /// Takes connections until the tests are over.
    pub(super) fn new(mut serve: impl FnMut(TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let taken = Arc::new(AtomicUsize::new(0));
        let counted = taken.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                counted.fetch_add(1, Ordering::SeqCst);
                serve(stream);
            }
        });
        Self { port, taken }
    }

    /// Returns a proxy that answers every request to connect so.
    pub(super) fn proxy(answer: &'static str) -> Self {
        Self::new(move |mut stream| {
            head(&mut stream);
            let _ = write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\n\r\n");
        })
    }

    /// Returns a proxy that inspects TLS: it answers so in the host's place, with a certificate of its own.
    pub(super) fn inspecting(config: Arc<ServerConfig>, answer: String) -> Self {
        Self::new(move |mut stream| {
            head(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n");
            handshake(stream, &config, &answer);
        })
    }

    /// Returns a server whose certificate is given.
    pub(super) fn server(config: Arc<ServerConfig>) -> Self {
        Self::new(move |stream| handshake(stream, &config, NOTHING_OF_USE))
    }

    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Returns host and port, as a server of this machine has them.
    pub(super) fn host(&self) -> String {
        format!("localhost:{}", self.port)
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.load(Ordering::SeqCst)
    }
}

/// Reads a request's head.
pub(super) fn head(stream: &mut TcpStream) {
    let mut said = Vec::new();
    let mut byte = [0];
    while !said.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|n| n == 1) {
        said.push(byte[0]);
    }
}

/// Shakes hands, and answers what comes then.
fn handshake(stream: TcpStream, config: &Arc<ServerConfig>, answer: &str) {
    let connection = ServerConnection::new(config.clone()).expect("a configuration");
    let mut stream = StreamOwned::new(connection, stream);
    let mut said = [0; 4096];
    if stream.read(&mut said).is_ok_and(|n| n > 0) {
        let _ = stream.write_all(answer.as_bytes());
    }
}

/// An authority of these stories' own.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(super) pem: String,
}

impl Authority {
    pub(super) fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "inspection");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Returns a server's configuration with a certificate for that name.
    pub(super) fn server(&self, name: &str, change: impl FnOnce(&mut CertificateParams)) -> Arc<ServerConfig> {
        let key = KeyPair::generate().expect("a key");
        let mut params = CertificateParams::new([name.to_owned()]).expect("a name");
        change(&mut params);
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate");
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let builder = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().expect("protocols").with_no_client_auth();
        Arc::new(builder.with_single_cert(vec![certificate.der().clone()], key).expect("a configuration"))
    }
}

/// Returns the number of tries of each call.
pub(super) fn tries(end: &End) -> Vec<u64> {
    let started = end.events("call_started").map(|event| event["call"].clone());
    let of = |call| end.events("call_tried").filter(|event| event["call"] == call).count();
    started.map(|call| u64::try_from(of(call)).expect("few")).collect()
}

/// Asserts that a check stops the run with that cause and cure. The words below name the host, and every call was tried
/// so often.
pub(super) fn is_told(end: &End, cause: &str, cure: &str, words: &str, often: u64) {
    end.is_stopped_by(cause, cure);
    let named = end.findings("stop").any(|finding| text(&finding["refusal"], "message").contains(words));
    assert!(named, "\"{words}\" is not said\n{end}");
    let tries = tries(end);
    assert!(!tries.is_empty() && tries.iter().all(|n| *n == often), "tried {tries:?}\n{end}");
}

/// Returns the public cloud behind that proxy.
pub(super) fn behind(proxy: &str) -> Story {
    Story::of("happy").with("HTTPS_PROXY", proxy)
}

#[test]
fn a_proxy_that_wants_credentials_is_asked_once_by_each_call() {
    let proxy = Listener::proxy("407 Proxy Authentication Required");
    let story = behind(&proxy.address());
    let end = story.plan(&PUBLIC);
    let words = format!("{LOGIN} through the proxy {}/: status 407", proxy.address());
    end.finds("stop", ") cannot be asked: the proxy wants credentials", "");
    is_told(&end, "the proxy wants credentials", "http://USER:PASSWORD@PROXY:PORT", &words, 1);
    assert_eq!(proxy.taken(), 2 * tries(&end).len(), "each call asks, and asks for the words\n{end}");
    story.called_nothing();
}

#[test]
fn a_proxy_that_takes_another_sign_in_or_other_credentials_is_told_so() {
    let proxy = Listener::proxy("407 No\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM");
    let end = behind(&proxy.address()).plan(&PUBLIC);
    is_told(&end, "such as NTLM, Negotiate or Kerberos", "cntlm or px", "it offers Negotiate, NTLM", 1);

    let proxy = Listener::proxy("407 No\r\nProxy-Authenticate: Basic realm=x");
    let end = behind(&format!("http://ops:word@127.0.0.1:{}", proxy.port)).plan(&PUBLIC);
    is_told(&end, "the proxy does not accept the credentials of HTTPS_PROXY", "Check user and password", "407", 1);
}

#[test]
fn the_password_of_a_proxy_is_told_nowhere() {
    let proxy = Listener::proxy("407 Proxy Authentication Required");
    let story = behind(&format!("http://ops:hush-hush@127.0.0.1:{}", proxy.port));
    let end = story.plan(&PUBLIC);
    is_told(&end, "the proxy does not accept the credentials", "HTTPS_PROXY", LOGIN, 1);
    assert!(!end.out.contains("hush-hush"), "\n{end}");
}

#[test]
fn a_password_with_an_at_sign_is_told_nowhere_and_a_proxy_that_is_none_stops_at_once() {
    let proxy = Listener::proxy("407 Proxy Authentication Required");
    let end = behind(&format!("http://bob:hun@ter2@127.0.0.1:{}", proxy.port)).plan(&PUBLIC);
    is_told(&end, "the proxy", "HTTPS_PROXY", &format!("through the proxy {}/: ", proxy.address()), 1);
    assert!(!end.out.contains("ter2"), "\n{end}");

    for value in ["'http://bob:hush@127.0.0.1:9'", "ftp://127.0.0.1", "http://", "ht!tp://x"] {
        let end = behind(value).plan(&PUBLIC);
        end.is_stopped_by("HTTPS_PROXY is not the address of a proxy", "http://USER:PASSWORD@PROXY:PORT");
        assert_eq!((end.events("call_started").count(), end.out.contains("hush")), (0, false), "\n{end}");
    }
}

#[test]
fn a_proxy_that_forbids_a_host_is_asked_once_by_each_call() {
    let proxy = Listener::proxy("403 Forbidden");
    let story = behind(&proxy.address());
    let end = story.plan(&PUBLIC);
    let words = format!("{LOGIN} through the proxy {}/: it answers 403 Forbidden", proxy.address());
    is_told(&end, "the proxy does not let the connection through", "to allow the host", &words, 1);
    story.called_nothing();
}

#[test]
fn a_proxy_that_inspects_tls_is_told_with_the_cure_and_the_cure_helps() {
    let authority = Authority::new();
    let proxy = Listener::inspecting(authority.server(LOGIN, |_| {}), NOTHING_OF_USE.to_owned());
    let story = behind(&proxy.address());
    let end = story.plan(&PUBLIC);
    let words = format!("{LOGIN} through the proxy {}/: its certificate is of an authority", proxy.address());
    is_told(&end, "an authority that this machine does not trust", "CROSSPULL_CA_FILE", &words, 1);

    let file = story.path("inspection.pem");
    std::fs::write(&file, &authority.pem).expect("written");
    let end = story.plan(&[&PUBLIC[..], &["--ca-file", path_text(&file)]].concat());
    end.exits(4).finds("pass", "sign-in goes to https://login.microsoftonline.com/", "");
    end.finds("pass", &format!("the authorities in {} are trusted", file.display()), "");
    is_told(&end, ") cannot be asked: what answered is not Azure", "", "status 418", 1);
    story.called_nothing();
}

#[test]
fn a_proxy_of_another_kind_is_told_and_nothing_is_sent_to_it() {
    let proxy = Listener::proxy("200 OK");
    for kind in ["socks5", "socks5h", "socks4"] {
        let address = format!("{kind}://127.0.0.1:{}", proxy.port);
        let story = behind(&address);
        let end = story.plan(&PUBLIC);
        let words = format!("{LOGIN} through the proxy {address}/: {kind} is not spoken");
        is_told(&end, "the proxy is of a kind that crosspull does not know", "Name an HTTP proxy", &words, 1);
    }
    assert_eq!(proxy.taken(), 0);
}

#[test]
fn a_proxy_that_is_not_there_is_tried_again_and_told() {
    let story = behind("http://127.0.0.1:9");
    let end = story.plan(&["--login-host", "https://login.example.com"]);
    end.is_stopped_by("the proxy cannot be reached", "Check HTTPS_PROXY");
    let again: Vec<u64> = tries(&end).into_iter().filter(|n| *n > 1).collect();
    assert!(!again.is_empty() && again.iter().all(|n| *n == 2), "{again:?}\n{end}");
}

#[test]
fn a_certificate_out_of_time_is_told_with_this_machines_clock() {
    let authority = Authority::new();
    let times = [
        (2001, 2002, "its certificate ended 2002-01-01 00:00 UTC; this machine's clock says 20"),
        (2901, 2902, "its certificate begins 2901-01-01 00:00 UTC; this machine's clock says 20"),
    ];
    for (from, to, words) in times {
        let server = Listener::server(authority.server("localhost", |params| {
            params.not_before = date_time_ymd(from, 1, 1);
            params.not_after = date_time_ymd(to, 1, 1);
        }));
        let story = Story::of("happy");
        let file = story.path("authority.pem");
        std::fs::write(&file, &authority.pem).expect("written");
        let cloud = format!("https://localhost:{}", server.port);
        let end = story.plan(&["--cloud", &cloud, "--ca-file", path_text(&file)]);
        let words = format!("localhost:{}: {words}", server.port);
        is_told(&end, "is not valid at the time of this machine's clock", "Set the clock", &words, 1);
        assert_eq!(server.taken(), 1);
    }
}

#[test]
fn a_certificate_of_another_host_is_told() {
    let authority = Authority::new();
    let server = Listener::server(authority.server("portal.example.com", |_| {}));
    let story = Story::of("happy");
    let file = story.path("authority.pem");
    std::fs::write(&file, &authority.pem).expect("written");
    let cloud = format!("https://localhost:{}", server.port);
    let end = story.plan(&["--cloud", &cloud, "--ca-file", path_text(&file)]);
    is_told(&end, "the certificate is for another name", "Check the address", "portal.example.com", 1);
    assert_eq!(server.taken(), 1);
}

#[test]
fn a_port_that_takes_no_connections_is_tried_again_and_told() {
    let story = Story::of("happy");
    let end = story.plan(&["--cloud", "https://localhost:1"]);
    is_told(&end, "nothing takes connections at the host's address", "Check the address", "localhost:1: ", 5);
}

#[test]
fn a_name_without_an_address_is_tried_again_and_told() {
    // No name ends so (RFC 6761). Where no resolver answers at all, that is known after a second (resolv.conf(5)).
    let story = Story::of("happy").with("HTTPS_PROXY", "").with("RES_OPTIONS", "timeout:1 attempts:1");
    let end = story.plan(&["--login-host", "https://login.crosspull.invalid"]);
    end.is_stopped_by("the host's name is not known to this machine", "this machine's DNS");
    let refusals = end.findings("stop").map(|finding| &finding["refusal"]);
    let named = refusals.filter(|refusal| text(refusal, "message").starts_with("login.crosspull.invalid: ")).count();
    assert_eq!(named, 2, "one for each tenant\n{end}");
    let again: Vec<u64> = tries(&end).into_iter().filter(|n| *n > 1).collect();
    assert!(!again.is_empty() && again.iter().all(|n| *n == 5), "{again:?}\n{end}");
}

#[test]
fn a_host_that_no_proxy_leaves_out_is_told_so() {
    let story = behind("http://127.0.0.1:9").with("NO_PROXY", ".invalid").with("RES_OPTIONS", "timeout:1 attempts:1");
    let end = story.plan(&["--login-host", "https://login.crosspull.invalid"]);
    end.is_stopped_by("NO_PROXY has the host asked without the proxy", "Take the host out of NO_PROXY");
}

/// Returns a story whose sign-in service refuses tenant B's operator with that number.
fn refused(number: u32) -> Story {
    let own = format!(
        "name = \"own\"\nsays = \"own\"\n[[fault]]\non = \"entra POST /b/oauth2/v2.0/token\"\nnth = \"every\"\n\
         do = \"status\"\ncode = 401\nerror = \"AADSTS{number}\"\nmessage = \"The service's own words.\"\n"
    );
    Story::told(&["happy"], &own)
}

#[test]
fn what_is_wrong_with_the_operators_sign_in_is_told_each_by_its_own() {
    let told = [
        (7000222, "the secret has expired", "Make a new one"),
        (7000215, "the secret is wrong", "Check that the value was given"),
        (7000112, "the app is disabled", "Enable it"),
        (700016, "the app is not known in this tenant", "Check the tenant"),
        (700024, "not valid at the present time", "It says 20"),
        (700027, "the certificate is not one that is registered", "Add the certificate"),
        (700213, "no federated credential for the subject", "Add one to the app"),
        (70021, "no federated credential that fits", "Compare them"),
    ];
    for (number, cause, cure) in told {
        let end = refused(number).plan(&[]);
        end.is_stopped_by(cause, cure).finds("stop", cause, "signs in by the secret of CROSSPULL_B_CLIENT_SECRET");
        let stop = end.findings("stop").next().expect("a stop");
        assert_eq!(text(&stop["refusal"], "code"), format!("AADSTS{number}"), "\n{end}");
    }
}

#[test]
fn a_refusal_that_no_table_knows_says_what_was_signed_in_by() {
    let end = refused(7_999_999).plan(&[]);
    end.is_stopped_by("the service gives no reason that crosspull knows", "signs in by the secret of");

    // The word of OAuth beside an unknown number is no reason to guess at the secret.
    let own = "name = 'own'\nsays = 'own'\n[[fault]]\non = 'entra POST /b/oauth2/v2.0/token'\nnth = 'every'\ndo = 'status'\n\
               code = 401\nerror = 'invalid_client'\nerror_codes = [7999998]";
    let end = Story::told(&["happy"], own).plan(&[]);
    end.is_stopped_by("the service gives no reason that crosspull knows", "signs in by the secret of");
}

#[test]
#[cfg(unix)]
fn what_the_azure_cli_says_of_its_own_sign_in_is_told_with_its_meaning() {
    use std::os::unix::fs::PermissionsExt as _;
    let said = [
        ("AADSTS7000222: The provided client secret keys are expired.", "the secret has expired", "Make a new one"),
        (
            "AADSTS700082: The refresh token has expired.",
            "it was not used for too long",
            "Sign in, then try again: az login",
        ),
        ("AADSTS90999: Words of no table.", "AADSTS90999: Words of no table", "Sign in, then try again: az login"),
    ];
    for (words, cause, cure) in said {
        let story = Story::of("happy");
        let program = story.path("az");
        std::fs::write(&program, format!("#!/bin/sh\necho \"ERROR: {words}\" >&2\nexit 1\n")).expect("written");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("ours");
        let path = format!("{}:{}", path_text(story.folder()), story.variables()["PATH"]);
        let story = story.with("PATH", &path);
        let end = story.plan(&["--sign-in-a", "azure-cli"]);
        end.is_stopped_by(cause, cure).finds("stop", cause, "az login --tenant");
    }
}
