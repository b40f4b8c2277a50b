//! What the Azure CLI says in place of a token, told apart by what helps.
//!
//! The Azure CLI has no codes: it writes sentences to standard error, and tracebacks of Python where it breaks. The
//! marks are those of its own source (`azure-cli-core`: `util.py`, `azclierror.py`, `auth/util.py`, `_profile.py`,
//! `extension/dynamic_install.py`), of `requests`, and of `msal-extensions`.

use super::{Meaning, NoConnection, Refusal, Trouble, meaning};
use crate::command::Command;
use crate::names::Side;
use crate::text::printable;

/// The kind of reason why the Azure CLI gave no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is not on the PATH.
    Missing,
    /// It did not end in time.
    Silent,
    /// Nobody is signed in, or the sign-in is lost.
    NotSignedIn,
    /// It knows no such subscription: a guest, or a login without subscriptions.
    UnknownSubscription,
    /// The sign-in service refused.
    Refused,
    /// There is no connection to the sign-in service.
    NotConnected(NoConnection),
    /// It wants an extension.
    Extension,
    /// It does not know what newer ones know.
    TooOld,
    /// It asks a question, and nobody can answer.
    Asks,
    /// It cannot read the tokens that it kept.
    Cache,
    /// It cannot use its own folder.
    Folder,
    /// It broke.
    Crash,
    /// It ended well, and gave no token.
    NoToken,
    /// Its words alone tell.
    Other,
}

/// The marks of a kind in the Azure CLI's words, of which one is enough. The first row that fits counts.
type Row = (Fault, &'static [&'static str]);

const MARKS: [Row; 20] = [
    (Fault::Refused, &["AADSTS"]),
    (Fault::NotConnected(NoConnection::ProxyKind), &["Missing dependencies for SOCKS", "Unable to determine SOCKS"]),
    (Fault::NotConnected(NoConnection::ProxyCredentials), &["Proxy Authentication Required", "connection failed: 407"]),
    (Fault::NotConnected(NoConnection::ProxyForbids), &["Tunnel connection failed"]),
    (Fault::NotConnected(NoConnection::ProxyUnreached), &["ProxyError", "connect to proxy", "InvalidProxyURL"]),
    (Fault::NotConnected(NoConnection::CertificateTime), &["certificate has expired", "certificate is not yet valid"]),
    (Fault::NotConnected(NoConnection::CertificateName), &["Hostname mismatch", "doesn't match"]),
    (
        Fault::NotConnected(NoConnection::UnknownAuthority),
        &["CERTIFICATE_VERIFY_FAILED", "Certificate verification failed", "SSLError"],
    ),
    (
        Fault::NotConnected(NoConnection::NameNotFound),
        &["NameResolutionError", "name resolution", "Name or service not known", "getaddrinfo failed"],
    ),
    (Fault::NotConnected(NoConnection::Refused), &["Connection refused"]),
    (Fault::NotConnected(NoConnection::NetworkUnreachable), &["Network is unreachable"]),
    (Fault::NotConnected(NoConnection::TimedOut), &["ConnectTimeout", "Read timed out", "timed out. (connect"]),
    (
        Fault::NotConnected(NoConnection::Other),
        &["Max retries exceeded", "Failed to establish a new connection", "Connection aborted", "network connection"],
    ),
    (
        Fault::NotSignedIn,
        &[
            "'az login' to setup account",
            "does not exist in MSAL token cache",
            "Can't find token from MSAL cache",
            "Interactive authentication is needed",
        ],
    ),
    (Fault::Extension, &["requires the extension "]),
    (Fault::TooOld, &["unrecognized arguments"]),
    (Fault::Asks, &["NoTTYException", "EOFError", "no tty available"]),
    (Fault::Cache, &["Decryption failed", "PersistenceDecryptionError", "PersistenceError", "CryptUnprotectData"]),
    (Fault::Folder, &["PermissionError", "Permission denied", "Read-only file system"]),
    (Fault::Crash, &[TRACEBACK]),
];

/// The head of what Python writes where a program breaks.
const TRACEBACK: &str = "Traceback (most recent call last)";
/// The most characters that are kept of the Azure CLI's words.
const WORDS: usize = 500;

/// The reason why the Azure CLI gave no token, with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliFailure {
    fault: Fault,
    words: String,
    /// The command that the Azure CLI names as the cure.
    remedy: Option<String>,
}

/// The commands for an operator who is to sign in, or to look: which of them helps, the failure tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliCommands {
    /// The side that the token is for.
    pub side: Side,
    /// The command that signs somebody in to the tenant.
    pub login: String,
    /// The command that asks for a token, as crosspull gives it.
    pub ask: String,
}

impl CliFailure {
    /// There is no Azure CLI.
    #[must_use]
    pub fn missing() -> Self {
        Self::of(Fault::Missing, "The Azure CLI (az) was not found on the PATH.")
    }

    /// The Azure CLI did not end within that many seconds.
    #[must_use]
    pub fn silent(seconds: u64) -> Self {
        Self::of(Fault::Silent, &format!("The Azure CLI did not answer within {seconds} s, and was ended."))
    }

    /// The Azure CLI gave a token and not when it expires, as before version 2.54 where the local time is unreadable.
    #[must_use]
    pub fn without_expiry() -> Self {
        Self::of(Fault::TooOld, "The Azure CLI is too old: it does not say when its token expires.")
    }

    /// The Azure CLI ended well and gave no token. Its standard output is not told, since part of a token may be in it.
    #[must_use]
    pub fn without_token(stderr: &str) -> Self {
        let words = own_words(&without_colours(stderr));
        if words.is_empty() {
            return Self::of(Fault::NoToken, "The Azure CLI gave no token, and no reason.");
        }
        Self::of(Fault::NoToken, &format!("The Azure CLI gave no token: {words}"))
    }

    /// Reads what the Azure CLI wrote to standard error when it failed.
    #[must_use]
    pub fn said(stderr: &str) -> Self {
        let stderr = without_colours(stderr);
        let row = MARKS.iter().find(|(_, marks)| marks.iter().any(|mark| stderr.contains(mark)));
        let fault = match row {
            Some((fault, _)) => *fault,
            // The sentence has the subscription's id in its middle.
            None if stderr.contains("Subscription '") && stderr.contains("not found") => Fault::UnknownSubscription,
            None => Fault::Other,
        };
        Self { fault, words: own_words(&stderr), remedy: remedy(&stderr) }
    }

    fn of(fault: Fault, words: &str) -> Self {
        Self { fault, words: words.to_owned(), remedy: None }
    }

    /// Returns the failure as one line.
    #[must_use]
    pub fn words(&self) -> &str {
        if self.words.is_empty() { "The Azure CLI failed, and gave no reason." } else { &self.words }
    }

    /// True where another account of the Azure CLI may have what was asked for: it does not know the subscription.
    #[must_use]
    pub fn is_of_the_subscription(&self) -> bool {
        self.fault == Fault::UnknownSubscription
    }

    /// Returns the tenant that the Azure CLI's own cure signs in to.
    #[must_use]
    pub fn remedy_tenant(&self) -> Option<&str> {
        let (_, rest) = self.remedy.as_deref()?.split_once("--tenant")?;
        rest.split([' ', '=']).map(|word| word.trim_matches(['"', '\''])).find(|word| !word.is_empty())
    }

    /// Returns the failure for a person. `what` says what did not work.
    #[must_use]
    pub fn trouble(&self, what: String, commands: &CliCommands) -> Trouble {
        let CliCommands { side, login, ask } = commands;
        let otherwise = format!("give --sign-in-{} device-code", side.lower());
        let in_its_words =
            |why: &str, now: String| Trouble { refusal: Some(self.refusal()), ..Trouble::new(what.clone(), why, now) };
        let login = self.remedy.as_ref().unwrap_or(login);
        match self.fault {
            Fault::Missing => Trouble::new(what, self.words(), format!("Install the Azure CLI, or {otherwise}.")),
            Fault::Silent => Trouble::new(what, self.words(), format!("See what it waits for, or {otherwise}: {ask}")),
            Fault::NotSignedIn | Fault::UnknownSubscription => Trouble::new(what, self.words(), sign_in(login)),
            Fault::Refused => self.refused(what, login),
            Fault::NotConnected(cause @ NoConnection::UnknownAuthority) => in_its_words(
                cause.means(),
                "Name that authority's PEM file in REQUESTS_CA_BUNDLE, which the Azure CLI reads, or the host in \
                 NO_PROXY."
                    .to_owned(),
            ),
            Fault::NotConnected(cause) => in_its_words(cause.means(), cause.now().to_owned()),
            Fault::Extension => Trouble::new(
                what,
                self.words(),
                match self.extension() {
                    Some(name) => format!("Install it, then try again: {}", Command::AddExtension { name }),
                    None => format!("Install it, or {otherwise}."),
                },
            ),
            Fault::TooOld => in_its_words(
                "The Azure CLI is too old for crosspull.",
                format!("Update the Azure CLI (2.54 or newer): {} ; or {otherwise}.", Command::Upgrade),
            ),
            Fault::Asks => in_its_words(
                "The Azure CLI asks a question, and here nobody can answer it.",
                format!("Answer it by hand, then try again: {ask}"),
            ),
            Fault::Cache => in_its_words(
                "The Azure CLI cannot read the tokens that it kept.",
                format!("Clear them and sign in anew: {}", Command::LoginAnew { login }),
            ),
            Fault::Folder => in_its_words(
                "The Azure CLI cannot use a file or folder of its own.",
                format!("Make it yours, or name another folder in AZURE_CONFIG_DIR; or {otherwise}."),
            ),
            Fault::Crash => Trouble::new(
                what,
                format!("The Azure CLI ended with an error of its own: {}", self.words()),
                format!("Update or repair the Azure CLI, or {otherwise}."),
            ),
            Fault::NoToken | Fault::Other => Trouble::new(
                what,
                self.words(),
                match &self.remedy {
                    Some(remedy) => cure(remedy),
                    None => format!("See what it says by hand, or {otherwise}: {ask}"),
                },
            ),
        }
    }

    /// Explains a refusal of the sign-in service. The Azure CLI names the command that signs in as that asks for.
    fn refused(&self, what: String, login: &str) -> Trouble {
        let login = self.remedy.as_deref().map_or_else(|| sign_in(login), cure);
        match number_in(&self.words).as_deref().and_then(meaning) {
            Some(Meaning { code, means, now, .. }) => {
                let refusal = Refusal { code: (*code).to_owned(), ..self.refusal() };
                Trouble::from_refusal(what, refusal).because(*means, format!("{now} {login}"))
            }
            None => Trouble::new(what, self.words(), login),
        }
    }

    /// Returns the refusal in the Azure CLI's own words.
    #[must_use]
    pub fn refusal(&self) -> Refusal {
        Refusal { status: None, code: "AzureCli".to_owned(), message: self.words().to_owned(), request_id: None }
    }

    /// Returns the extension that the Azure CLI asks for. A name is letters, digits and dashes.
    fn extension(&self) -> Option<&str> {
        let (_, rest) = self.words.split_once("requires the extension ")?;
        let name = rest.split([' ', '.']).next()?;
        let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        (fits && !name.is_empty() && !name.starts_with('-')).then_some(name)
    }
}

fn sign_in(login: &str) -> String {
    format!("Sign in, then try again: {login}")
}

fn cure(remedy: &str) -> String {
    format!("Run what the Azure CLI names, then try again: {remedy}")
}

/// Returns the Azure CLI's words: the last line of a traceback, else its first error without the warnings before and
/// the ids behind.
fn own_words(stderr: &str) -> String {
    let after = |mark: &str| stderr.rfind(mark).and_then(|at| stderr.get(at + mark.len()..));
    // Its frames are indented; the first line that is not says what went wrong.
    let last_line = after(TRACEBACK)
        .and_then(|trace| trace.lines().skip(1).find(|line| !line.trim().is_empty() && !line.starts_with([' ', '\t'])));
    let line = last_line.map(str::trim).unwrap_or_else(|| {
        let error = stderr.find("ERROR: ").and_then(|at| stderr.get(at + "ERROR: ".len()..));
        let from = error.unwrap_or(stderr).trim_start();
        let end = ["\r\n", "\n", " Trace ID:"].iter().filter_map(|mark| from.find(mark)).min();
        from.get(..end.unwrap_or(from.len())).unwrap_or(from)
    });
    printable(line, WORDS)
}

/// Returns the command that the Azure CLI names as the cure, as it wrote it. The `az logout` that it writes before is left
/// out: that would sign the other tenant's account out too, and the sign-in takes its place without.
fn remedy(stderr: &str) -> Option<String> {
    let line = stderr.lines().rev().map(str::trim).find(|line| line.starts_with("az login --"))?;
    Some(printable(line, 2000))
}

/// Returns a text without the sequences that colour it on a terminal (ECMA-48, 5.4: `ESC [`, parameters, a letter).
#[must_use]
pub fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once(|c: char| c.is_ascii_alphabetic()).map_or("", |(_, rest)| rest));
    }
    plain
}

/// Returns the number of the sign-in service in the Azure CLI's words, such as `AADSTS7000222`.
fn number_in(words: &str) -> Option<String> {
    const MARK: &str = "AADSTS";
    let from = words.get(words.find(MARK)? + MARK.len()..)?;
    let digits: String = from.chars().take_while(char::is_ascii_digit).collect();
    (!digits.is_empty()).then(|| format!("{MARK}{digits}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> CliCommands {
        CliCommands { side: Side::B, login: "az login --tenant T".to_owned(), ask: "az account x".to_owned() }
    }

    fn told(stderr: &str) -> Trouble {
        CliFailure::said(stderr).trouble("w".to_owned(), &commands())
    }

    #[test]
    fn the_sign_in_services_number_is_found_in_the_azure_clis_words() {
        assert_eq!(number_in("AADSTS7000222: The secret is expired.").as_deref(), Some("AADSTS7000222"));
        assert_eq!(number_in("Failed (AADSTS53003)").as_deref(), Some("AADSTS53003"));
        assert_eq!(number_in("no AADSTS here"), None);
    }

    #[test]
    fn the_azure_clis_own_words_begin_with_its_error() {
        let stderr = "WARNING: Could not retrieve credential.\nERROR: AADSTS700016: Application 'x' was not found. Trace ID: 1\nRun the command below";
        assert_eq!(own_words(stderr), "AADSTS700016: Application 'x' was not found.");
        assert_eq!(own_words("Please run 'az login'"), "Please run 'az login'");
        assert_eq!(own_words(&without_colours("\u{1b}[91mERROR: no\u{1b}[0m\nmore")), "no");
    }

    #[test]
    fn a_traceback_is_told_by_its_own_last_line() {
        let stderr = "ERROR: The command failed with an unexpected error. Here is the traceback:\nERROR: 'x'\n\
                      Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nOSError: first\n\n\
                      During handling of the above exception, another exception occurred:\n\n\
                      Traceback (most recent call last):\n  File \"b.py\", line 2, in g\n    h()\nKeyError: 'x'\n\
                      To check existing issues, please visit: https://github.com/Azure/azure-cli/issues\n";
        assert_eq!(told(stderr).why, "The Azure CLI ended with an error of its own: KeyError: 'x'");
    }

    #[test]
    fn the_azure_clis_own_cure_is_kept_as_it_wrote_it() {
        let cure = r#"az login --tenant "22222222-2222-4222-8222-222222222222" --scope "https://graph.microsoft.com//.default" --claims-challenge "eyJh""#;
        let stderr =
            format!("ERROR: AADSTS50076: Due to a change. Trace ID: 1\nRun the command below:\naz logout\n{cure}\n");
        let failure = CliFailure::said(&stderr);
        assert_eq!(failure.remedy_tenant(), Some("22222222-2222-4222-8222-222222222222"));
        let now = failure.trouble("w".to_owned(), &commands()).now;
        assert!(now.ends_with(&format!("then try again: {cure}")) && !now.contains("logout"), "{now}");
    }

    #[test]
    fn only_who_is_not_signed_in_is_told_to_sign_in() {
        let signed_in = [
            "requests.exceptions.ProxyError: HTTPSConnectionPool(host='x', port=443)",
            "Traceback (most recent call last):\n  f\nKeyError: 1",
            "ERROR: The command requires the extension account. Unable to prompt",
            "az: error: unrecognized arguments: --scope",
            "[Errno 30] Read-only file system: '/root/.azure'",
            "ERROR: something else",
            "",
        ];
        for stderr in signed_in {
            let trouble = told(stderr);
            assert!(!trouble.now.contains("Sign in") && !trouble.now.contains("az login"), "{trouble}");
            assert!(!trouble.why.is_empty() && !trouble.now.is_empty(), "{trouble}");
        }
        let stderr = "ERROR: Please run 'az login' to setup account.";
        assert_eq!(told(stderr).now, "Sign in, then try again: az login --tenant T");
    }

    #[test]
    fn an_extension_is_named_only_by_what_can_be_a_name() {
        let now = |name: &str| told(&format!("ERROR: The command requires the extension {name}. Unable to")).now;
        assert!(now("account").ends_with("az extension add --name account"));
        assert!(!now("$(x)").contains('$'));
        assert!(!now("--x").contains("--name"));
    }
}
