//! `crosspull access token`: what kubectl runs to be given a token of a cluster (an exec credential). No command line but its
//! own is built, and nothing is signed in to, where an answer is kept.

use std::ffi::OsString;
use std::io::IsTerminal as _;

use clap::{Arg, ArgAction, ArgMatches};
use crosspull_core::access::exec::{ExecQuestion, ExecSignIn, ExecVersion, Fixed};
use crosspull_core::cloud::{CloudChoice, KnownCloud};
use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::kept::Sort;
use crosspull_core::names::Verdict;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use crosspull_core::text::{count, printable};
use crosspull_core::wording::Front;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::fixed;
use crate::attended::{Attended, Means, Way};
use crate::commands::Subcommand;
use crate::exit::Code;
use crate::headless::lines::{aside, bytes};
use crate::kept::cache::Cache;
use crate::kept::shared::{LONGEST, SIGN_IN_LIMIT, Wanted, kept_or_fresh};
use crate::sources::environment;

/// The command line of `access token`. What it does is done before the whole command line is built (`main`): whoever asks
/// waits.
pub const TOKEN: Subcommand = Subcommand {
    arguments,
    run: |_| Box::pin(async { Err(color_eyre::eyre::eyre!("token is answered before the command line is read")) }),
};

const AFTER: &str = "kubectl and its kin run it by an entry that crosspull access kubeconfig writes. What they ask is in \
KUBERNETES_EXEC_INFO, which they set; without it the answer is of client.authentication.k8s.io/v1. The token is kept in \
XDG_RUNTIME_DIR until five minutes before its end. Where kubectl says Unauthorized meanwhile, crosspull access token --forget \
has its next call sign in anew. An app's secret that no file holds comes from CROSSPULL_A_CLIENT_SECRET.

Exit codes: 0 answered; 1 there is no token, and why is said on standard error.";

/// The flag by which nothing is kept.
const NO_CACHE: &str = "no-cache";
/// The flag by which what is kept is forgotten.
const FORGET: &str = "forget";

fn arguments() -> clap::Command {
    let parts: [(Fixed, &str, &str); 11] = [
        (Fixed::Tenant, "TENANT", "The tenant; without it the account's own"),
        (Fixed::As, "WAY", "How to sign in [default: azure-cli]"),
        (Fixed::ServerId, "ID", "The application that the token is for [default: that of AKS]"),
        (Fixed::Subscription, "ID", "The subscription whose account the Azure CLI takes"),
        (Fixed::ClientId, "ID", "The app or identity that signs in; for a person the public client"),
        (Fixed::ClientSecretFile, "FILE", "The file with the app's secret"),
        (Fixed::ClientCertificateFile, "FILE", "The file with the app's certificate and key"),
        (Fixed::FederatedTokenFile, "FILE", "The file with a token that the app trusts"),
        (Fixed::Cloud, "CLOUD", "The cloud, or the address of its Resource Manager"),
        (Fixed::LoginHost, "URL", "Another sign-in host than the cloud's"),
        (Fixed::CaFile, "FILE", "Authorities to trust besides the system's"),
    ];
    let argument = |(part, value, help): (Fixed, &'static str, &'static str)| {
        let argument = Arg::new(part.name()).long(part.name()).value_name(value).help(help);
        match part {
            Fixed::As => argument.value_parser(
                SignIn::ALL.map(|(_, word, _)| word).into_iter().filter(|w| *w != "none").collect::<Vec<_>>(),
            ),
            _ => argument,
        }
    };
    clap::Command::new("token")
        .about("Gives kubectl and its kin a token for a cluster (an exec credential)")
        .after_help(AFTER)
        .args_override_self(true)
        .args(parts.map(argument))
        .arg(
            Arg::new(NO_CACHE)
                .long(NO_CACHE)
                .action(ArgAction::SetTrue)
                .help("Use nothing that is kept between two calls, and keep nothing"),
        )
        .arg(
            Arg::new(FORGET)
                .long(FORGET)
                .action(ArgAction::SetTrue)
                .help("Forget the tokens that are kept for clusters, so that the next calls sign in anew; give none"),
        )
}

/// A call for a token.
#[derive(Debug)]
pub struct Call {
    sign_in: ExecSignIn,
    no_cache: bool,
    forget: bool,
}

impl Call {
    /// Reads the command line. `None` where it is another command's, is wrong, or asks for help.
    pub fn of(words: impl Iterator<Item = OsString>) -> Option<Self> {
        let mut words = words.skip(1);
        if words.next()? != "access" || words.next()? != "token" {
            return None;
        }
        let line = std::iter::once(OsString::from("token")).chain(words);
        arguments().try_get_matches_from(line).ok().map(|matches| Self::read(&matches))
    }

    fn read(matches: &ArgMatches) -> Self {
        let mut sign_in = ExecSignIn::default();
        for part in Fixed::all() {
            if let Some(value) = matches.get_one::<String>(part.name()) {
                sign_in.set(part, value);
            }
        }
        Self { sign_in, no_cache: matches.get_flag(NO_CACHE), forget: matches.get_flag(FORGET) }
    }

    /// Answers on standard output; a failure is told on standard error, in two lines.
    pub fn answer(&self) -> Code {
        if self.forget {
            return forget();
        }
        let written = self
            .answered()
            .and_then(|text| bytes(text.as_bytes()).map_err(|error| format!("the answer cannot be written ({error})")));
        let Err(why) = written else { return 0 };
        let tenant = self.sign_in.get(Fixed::Tenant).map(|tenant| format!(" of tenant {}", printable(tenant, 80)));
        let by = fixed::sign_in(&self.sign_in).word();
        aside(&format!("crosspull: no token{} by {by}:", tenant.unwrap_or_default()));
        aside(&format!("  {}", printable(&fixed::in_words_of_entry(&self.sign_in, &why), LONGEST)));
        Verdict::Failed.exit_code()
    }

    fn answered(&self) -> Result<Zeroizing<String>, String> {
        let question = match environment("KUBERNETES_EXEC_INFO") {
            Some(asked) => ExecQuestion::parse(&asked)?,
            None => ExecQuestion { version: ExecVersion::V1, interactive: std::io::stdin().is_terminal() },
        };
        let (token, expires) = self.token(question.interactive)?;
        Ok(question.answer(&token, expires))
    }

    /// Returns the token that is kept, else a new one.
    fn token(&self, interactive: bool) -> Result<(Secret, Timestamp), String> {
        let since = Timestamp::now();
        let sign_in = || self.sign_in(interactive);
        let cache = if self.no_cache { None } else { Cache::of_login() };
        match cache.zip(fixed::line(&self.sign_in)) {
            Some((cache, by)) => {
                let name = fixed::name(&self.sign_in);
                let wanted = Wanted { sort: Sort::Cluster, name: &name, by, since };
                kept_or_fresh(&cache, wanted, sign_in).map(|kept| (kept.token, kept.expires))
            }
            None => sign_in(),
        }
    }

    fn sign_in(&self, interactive: bool) -> Result<(Secret, Timestamp), String> {
        let asks = fixed::sign_in(&self.sign_in).asks_a_person();
        if asks && !interactive {
            return Err(format!(
                "a person has to sign in, and nobody can be asked here; sign in first, in a terminal: {} > /dev/null",
                Command::ClusterToken { options: &self.sign_in.options() }
            ));
        }
        if fixed::needs_secret(&self.sign_in) && environment(fixed::CLIENT_SECRET).is_none() {
            return Err(format!(
                "the app's secret is in no file that the entry names, and {} is not set here: set it, or name a file by \
                 CROSSPULL_A_CLIENT_SECRET_FILE and write the entry anew: crosspull access kubeconfig",
                fixed::CLIENT_SECRET
            ));
        }
        let way = fixed::way(&self.sign_in).map_err(|complaints| complaints.join("; "))?;
        let runtime = crate::runtime().map_err(|error| format!("nobody can sign in ({error})"))?;
        let tasks = tokio::task::LocalSet::new();
        let signed_in =
            if asks { tasks.block_on(&runtime, attended(way)) } else { tasks.block_on(&runtime, unattended(way)) };
        drop(tasks);
        runtime.shutdown_background();
        signed_in
    }
}

/// Forgets what is kept for clusters.
fn forget() -> Code {
    match Cache::forget_all_of_login(fixed::PREFIX) {
        Ok(forgotten) => {
            aside(&format!(
                "crosspull: {} forgotten; the next call of kubectl signs in anew",
                count(forgotten, "token")
            ));
            Verdict::Done.exit_code()
        }
        Err(error) => {
            aside(&format!("crosspull: what is kept cannot be forgotten ({error})"));
            Verdict::Failed.exit_code()
        }
    }
}

/// Signs in by what needs nobody. Nothing is said meanwhile: where what is sent goes was shown when the entry was written.
async fn unattended(way: Way) -> Result<(Secret, Timestamp), String> {
    let signed_in = tokio::time::timeout(SIGN_IN_LIMIT, fixed::token(&Means::unattended(), way)).await;
    signed_in
        .map_err(|_| format!("the sign-in did not end within {} seconds: try again", SIGN_IN_LIMIT.as_secs()))?
        .map_err(|trouble| in_one(&trouble))
}

/// Signs a person in, who is asked on standard error.
async fn attended(way: Way) -> Result<(Secret, Timestamp), String> {
    let mut attended = Attended::new(known(&way)).map_err(|error| format!("nobody can be asked ({error})"))?;
    let means = attended.means();
    match attended.see(fixed::token(&means, way)).await {
        Ok(signed_in) => signed_in.map_err(|trouble| in_one(&trouble)),
        Err(_) => Err("it was stopped".to_owned()),
    }
}

fn known(way: &Way) -> Option<KnownCloud> {
    match way.access.cloud {
        CloudChoice::Known(cloud) => Some(cloud),
        CloudChoice::ByResourceManager(_) => None,
    }
}

/// Returns a trouble in one line of several sentences, of which commands and ids have no full stop.
fn in_one(trouble: &Trouble) -> String {
    trouble.told(Front::EntryFlags, None).iter().map(|line| line.trim_end_matches('.')).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_entry_runs_is_answered_before_a_command_line_is_built() {
        let mut fixed = ExecSignIn::default();
        for part in Fixed::all() {
            fixed.set(part, if part == Fixed::As { "device-code" } else { "x" });
        }
        let line = std::iter::once("crosspull".to_owned()).chain(fixed.arguments());
        let call = Call::of(line.map(OsString::from)).expect("answered");
        assert_eq!((call.sign_in, call.no_cache), (fixed, false));
        let of = |line: &str| Call::of(line.split(' ').map(OsString::from));
        assert!(of("crosspull access token --no-cache").is_some_and(|call| call.no_cache));
        assert!(of("crosspull access token --forget").is_some_and(|call| call.forget));
        for line in
            ["crosspull", "crosspull access", "crosspull access token --help", "crosspull access token --as none"]
        {
            assert!(of(line).is_none(), "{line}");
        }
    }
}
