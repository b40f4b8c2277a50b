//! What the Azure CLI says in place of a token, told apart by what helps.
//!
//! The Azure CLI has no codes: it writes sentences to standard error, and tracebacks of Python where it breaks. The
//! marks are those of its own source (`azure-cli-core`: `util.py`, `azclierror.py`, `auth/util.py`, `_profile.py`,
//! `extension/dynamic_install.py`), of `requests`, and of `msal-extensions`.

use super::{Meaning, NoConnection, Refusal, Trouble, meaning};
use crate::command::Command;
use crate::field::Key;
use crate::names::Side;
use crate::text::printable;
use crate::wording::Wording;

mod cure;
mod words;

pub use words::without_colours;

use cure::Cure;
use words::{TRACEBACK, heard, number_in, own_words};

/// The kind of reason why the Azure CLI gave no token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// It is not on the PATH.
    Missing,
    /// The file that the PATH leads to cannot be run.
    NotRun,
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

/// The numbers of who is known in another cloud alone: the Azure CLI is set to one of its own.
const OTHER_CLOUD: [&str; 3] = ["AADSTS90038", "AADSTS900382", "AADSTS900432"];

/// The reason why the Azure CLI gave no token, with its own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliFailure {
    fault: Fault,
    words: String,
    /// The command that the Azure CLI names as the cure.
    cure: Option<Cure>,
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
    /// The Azure CLI's own name of the cloud that is worked in, such as `AzureCloud`.
    pub cloud: String,
}

impl CliFailure {
    /// There is no Azure CLI.
    #[must_use]
    pub fn missing() -> Self {
        Self::of(Fault::Missing, "The Azure CLI (az) was not found on the PATH.")
    }

    /// The file that the PATH leads to cannot be run. `why` goes on after its name.
    #[must_use]
    pub fn not_run(file: &str, why: &str) -> Self {
        Self::of(Fault::NotRun, &printable(&format!("The Azure CLI cannot be run: {file} {why}."), 600))
    }

    /// The Azure CLI did not end within that many seconds.
    #[must_use]
    pub fn silent(seconds: u64) -> Self {
        Self::of(Fault::Silent, &format!("The Azure CLI did not answer within {seconds} s, and was ended."))
    }

    /// The Azure CLI gave a token, and says when it expires in a form that nobody knows.
    #[must_use]
    pub fn unread_expiry() -> Self {
        Self::of(Fault::NoToken, "The Azure CLI says when its token expires in a form that crosspull does not know.")
    }

    /// The Azure CLI gave a token and not when it expires.
    #[must_use]
    pub fn without_expiry() -> Self {
        Self::of(Fault::TooOld, "The Azure CLI is too old: it does not say when its token expires.")
    }

    /// The Azure CLI ended well and gave no token. Its standard output is not told, since part of a token may be in it.
    #[must_use]
    pub fn without_token(stderr: &str) -> Self {
        let words = own_words(&heard(stderr));
        if words.is_empty() {
            return Self::of(Fault::NoToken, "The Azure CLI gave no token, and no reason.");
        }
        Self::of(Fault::NoToken, &format!("The Azure CLI gave no token: {words}"))
    }

    /// Reads what the Azure CLI wrote to standard error when it failed.
    #[must_use]
    pub fn said(stderr: &str) -> Self {
        let stderr = heard(stderr);
        let row = MARKS.iter().find(|(_, marks)| marks.iter().any(|mark| stderr.contains(mark)));
        let fault = match row {
            Some((fault, _)) => *fault,
            // The sentence has the subscription's id in its middle.
            None if stderr.contains("Subscription '") && stderr.contains("not found") => Fault::UnknownSubscription,
            None => Fault::Other,
        };
        Self { fault, words: own_words(&stderr), cure: Cure::named_in(&stderr) }
    }

    fn of(fault: Fault, words: &str) -> Self {
        Self { fault, words: words.to_owned(), cure: None }
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
        self.cure.as_ref()?.tenant()
    }

    /// Returns the failure for a person. `what` says what did not work.
    #[must_use]
    pub fn trouble(&self, what: String, commands: &CliCommands) -> Trouble {
        let CliCommands { side, login, ask, .. } = commands;
        let otherwise = Wording::from("give ") + Key::sign_in(*side).given("device-code");
        let in_its_words =
            |why: &str, now: Wording| Trouble { refusal: Some(self.refusal()), ..Trouble::new(what.clone(), why, now) };
        let login = self.cure.as_ref().and_then(Cure::line).unwrap_or(login);
        match self.fault {
            Fault::Missing => {
                Trouble::new(what, self.words(), Wording::from("Install the Azure CLI, or ") + otherwise + ".")
            }
            Fault::NotRun => Trouble::new(
                what,
                self.words(),
                Wording::from("Mend that, or install the Azure CLI anew, or ") + otherwise + ".",
            ),
            Fault::Silent => Trouble::new(
                what,
                self.words(),
                Wording::from("See what it waits for, or ") + otherwise + ": " + ask.as_str(),
            ),
            Fault::NotSignedIn | Fault::UnknownSubscription => Trouble::new(what, self.words(), sign_in(login)),
            Fault::Refused => self.refused(what, commands),
            Fault::NotConnected(cause @ NoConnection::UnknownAuthority) => in_its_words(
                cause.means(),
                "Name that authority's PEM file in REQUESTS_CA_BUNDLE, which the Azure CLI reads, or the host in \
                 NO_PROXY."
                    .into(),
            ),
            Fault::NotConnected(cause) => in_its_words(cause.means(), cause.now().into()),
            Fault::Extension => Trouble::new(
                what,
                self.words(),
                match self.extension() {
                    Some(name) => format!("Install it, then try again: {}", Command::AddExtension { name }).into(),
                    None => Wording::from("Install it, or ") + otherwise + ".",
                },
            ),
            Fault::TooOld => in_its_words(
                "The Azure CLI is too old for crosspull.",
                Wording::from(format!("Update the Azure CLI (2.54 or newer): {} ; or ", Command::Upgrade))
                    + otherwise
                    + ".",
            ),
            Fault::Asks => in_its_words(
                "The Azure CLI asks a question, and here nobody can answer it.",
                format!("Answer it by hand, then try again: {ask}").into(),
            ),
            Fault::Cache => in_its_words(
                "The Azure CLI cannot read the tokens that it kept.",
                format!("Clear them and sign in anew: {}", Command::LoginAnew { login }).into(),
            ),
            Fault::Folder => in_its_words(
                "The Azure CLI cannot use a file or folder of its own.",
                Wording::from("Make it yours, or name another folder in AZURE_CONFIG_DIR; or ") + otherwise + ".",
            ),
            Fault::Crash => Trouble::new(
                what,
                format!("The Azure CLI ended with an error of its own: {}", self.words()),
                Wording::from("Update or repair the Azure CLI, or ") + otherwise + ".",
            ),
            Fault::NoToken | Fault::Other => Trouble::new(
                what,
                self.words(),
                match &self.cure {
                    Some(cure) => run(cure, login).into(),
                    None => Wording::from("See what it says by hand, or ") + otherwise + ": " + ask.as_str(),
                },
            ),
        }
    }

    /// Explains a refusal of the sign-in service. The Azure CLI names the command that signs in as that asks for.
    fn refused(&self, what: String, CliCommands { login, cloud, .. }: &CliCommands) -> Trouble {
        let cure = self.cure.as_ref().map_or_else(|| sign_in(login), |cure| run(cure, login));
        match number_in(&self.words).as_deref().and_then(meaning) {
            Some(Meaning { code, means, now, .. }) => {
                let message = self.words.strip_prefix(code).and_then(|rest| rest.strip_prefix(": "));
                let message = message.unwrap_or(&self.words).to_owned();
                let refusal = Refusal { code: (*code).to_owned(), message, ..self.refusal() };
                let now = match *now {
                    _ if OTHER_CLOUD.contains(code) => {
                        let there = Command::LoginToCloud { cloud, login };
                        format!("{now} Set the Azure CLI to this one, then try again: {there}")
                    }
                    "Sign in again." => cure,
                    now => format!("{now} {cure}"),
                };
                Trouble::from_refusal(what, refusal).because(*means, now)
            }
            None => Trouble::new(what, self.words(), cure),
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

/// Returns the cure that the Azure CLI names, or the plain sign-in where its line is not one to repeat.
fn run(cure: &Cure, login: &str) -> String {
    cure.line().map_or_else(|| sign_in(login), |line| format!("Run what the Azure CLI names, then try again: {line}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn commands() -> CliCommands {
        CliCommands {
            side: Side::B,
            login: "az login --tenant T".to_owned(),
            ask: "az account x".to_owned(),
            cloud: "AzureCloud".to_owned(),
        }
    }

    fn told(stderr: &str) -> Trouble {
        CliFailure::said(stderr).trouble("w".to_owned(), &commands())
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
    fn a_number_of_the_sign_in_service_is_told_once() {
        let trouble = told("ERROR: AADSTS50076: AADSTS is told. Trace ID: 1");
        assert_eq!(trouble.refusal.map(|r| r.to_string()).as_deref(), Some("AADSTS50076: AADSTS is told."));
        assert_eq!(told("ERROR: AADSTS50173: Revoked.").now, "Sign in, then try again: az login --tenant T");
    }

    #[test]
    fn who_is_set_to_another_cloud_is_told_to_change_it() {
        let now = told("ERROR: AADSTS900382: Confidential Client is not supported in Cross Cloud request.").now;
        assert!(now.ends_with("then try again: az cloud set --name AzureCloud && az login --tenant T"), "{now}");
    }

    #[test]
    fn a_cure_that_is_not_one_to_repeat_gives_way_to_the_plain_sign_in() {
        for stderr in ["ERROR: AADSTS1: x\naz login --tenant $(rm -rf ~); echo hi", "ERROR: no\naz login --x; rm y"] {
            assert_eq!(told(stderr).now, "Sign in, then try again: az login --tenant T");
        }
        let named = "az login --use-device-code";
        assert!(told(&format!("ERROR: no\n{named}")).now.ends_with(&format!("then try again: {named}")));
    }

    #[test]
    fn no_token_is_told_of_what_the_azure_cli_said() {
        let token = "eyJhbGciOiJSUzI1NiJ9.eyJhdWQiOiJ4In0.c2lnbmF0dXJl";
        for stderr in [
            format!("ERROR: refresh failed for token {token}"),
            token.to_owned(),
            format!("Traceback (most recent call last):\n  File \"x\"\nKeyError: '{token}'"),
            format!("ERROR: no\naz login --tenant {token}"),
        ] {
            for failure in [CliFailure::said(&stderr), CliFailure::without_token(&stderr)] {
                let told = format!("{failure:?} {}", failure.trouble("w".to_owned(), &commands()));
                assert!(!told.contains("c2lnbmF0dXJl") && !told.contains("eyJhdWQi"), "{told}");
            }
        }
    }

    #[test]
    fn only_who_is_not_signed_in_is_told_to_sign_in() {
        let signed_in = [
            "requests.exceptions.ProxyError: HTTPSConnectionPool(host='x', port=443)",
            "Traceback (most recent call last):\n  f\nKeyError: 1",
            "ERROR: The command requires the extension account. Unable to prompt",
            "az: error: unrecognized arguments: --scope",
            "[Errno 30] Read-only file system: '/home/ops/.azure'",
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
