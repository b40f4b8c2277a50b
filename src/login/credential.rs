//! The credential helper: `docker-credential-crosspull`, and `crosspull credential`. Nothing is signed in to, and no
//! command line is built, where an answer is kept.

use std::ffi::{OsStr, OsString};
use std::io::{self, Read as _};
use std::path::Path;

use crosspull_azure::reply::subject_of;
use crosspull_core::command::Command;
use crosspull_core::kept::{Kept, Sort};
use crosspull_core::login::helper::{self, HelperError, Verb};
use crosspull_core::login::settings::{OfRegistry, Settings};
use crosspull_core::names::Verdict;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use jiff::Timestamp;
use zeroize::Zeroizing;

use super::link::PROGRAM;
use super::{identity, registries, renew};
use crate::exit::Code;
use crate::headless::lines;
use crate::kept::cache::Cache;
use crate::kept::shared::{LONGEST, Wanted, kept_or_fresh};
use crate::sources::environment;

/// The most bytes of what a program asks.
const LARGEST: u64 = 64 * 1024;

/// A call of the helper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// The word that says what it is asked for; `None` for a word that is none.
    pub verb: Option<Verb>,
    /// True where nothing kept is used, and nothing is kept.
    pub no_cache: bool,
}

impl Call {
    /// Reads the command line. `None` where it is another command's, or asks for help.
    pub fn of(mut words: impl Iterator<Item = OsString>) -> Option<Self> {
        let program = words.next()?;
        let is_helper = Path::new(&program).file_stem() == Some(OsStr::new(PROGRAM));
        if !is_helper && words.next()? != "credential" {
            return None;
        }
        let (flags, words): (Vec<OsString>, Vec<OsString>) = words.partition(|word| word == "--no-cache");
        let verb = match words.as_slice() {
            [word] => word.to_str().and_then(|word| word.parse().ok()),
            _ => None,
        };
        let call = Self { verb, no_cache: !flags.is_empty() };
        (is_helper || call.verb.is_some()).then_some(call)
    }

    /// Answers on standard output.
    ///
    /// A failure is one line there and on standard error: docker shows the one, podman and skopeo the other
    /// (`docs/facts/azure.md` 9.4).
    pub fn answer(self) -> Code {
        match self.answered() {
            Ok(text) if text.is_empty() => 0,
            Ok(text) => match lines::bytes(text.as_bytes()) {
                Ok(()) => 0,
                Err(error) => failed(&Failure::of(format!("the answer cannot be written ({error})"))),
            },
            Err(failure) => failed(&failure),
        }
    }

    fn answered(self) -> Result<Zeroizing<String>, Failure> {
        let nothing = Zeroizing::default();
        match self.verb {
            None => Err(Failure::of(format!("usage: {PROGRAM} {}", Verb::words().join("|")))),
            Some(Verb::Version) => Ok(Zeroizing::new(format!("{PROGRAM} {}\n", env!("CARGO_PKG_VERSION")))),
            Some(Verb::List) => {
                Ok(Zeroizing::new(helper::listed(settings().unwrap_or_default().keys().map(String::as_str))))
            }
            Some(Verb::Get) => get(&input()?, self.no_cache),
            Some(Verb::Store) => store(&input()?).map(|()| nothing),
            Some(Verb::Erase) => erase(&input()?).map(|()| nothing),
        }
    }
}

/// A failure, in one line.
#[derive(Debug)]
struct Failure {
    /// The words for a program that knows them.
    known: Option<HelperError>,
    /// The line for a person.
    line: String,
}

impl Failure {
    fn of(line: impl Into<String>) -> Self {
        Self { known: None, line: line.into() }
    }
}

impl From<HelperError> for Failure {
    fn from(known: HelperError) -> Self {
        Self { line: known.to_string(), known: Some(known) }
    }
}

fn failed(failure: &Failure) -> Code {
    let line = printable(&failure.line, LONGEST);
    let told = failure.known.map_or_else(|| line.clone(), |known| known.to_string());
    // Where standard output is gone, standard error still tells.
    let _ = lines::bytes(format!("{told}\n").as_bytes());
    lines::aside(&line);
    Verdict::Failed.exit_code()
}

/// Reads what the program asks, to the end of standard input.
fn input() -> Result<Zeroizing<String>, Failure> {
    // The room is there from the beginning: a text that grows leaves copies behind.
    let mut text = Zeroizing::new(String::with_capacity(usize::try_from(LARGEST).unwrap_or_default()));
    let read = io::stdin().take(LARGEST).read_to_string(&mut text);
    read.map_err(|error| Failure::of(format!("standard input cannot be read ({error})")))?;
    Ok(text)
}

fn settings() -> Result<Settings, Failure> {
    let read = registries::file().and_then(|file| registries::read(&file));
    read.map_err(|why| Failure::of(format!("crosspull: {why}")))
}

/// Returns the credential of a registry.
fn get(asked: &str, no_cache: bool) -> Result<Zeroizing<String>, Failure> {
    let server = helper::server(asked)?;
    let settings = settings()?;
    let of = settings.get(&server).ok_or_else(|| Failure {
        known: Some(HelperError::NotFound),
        line: format!(
            "{}: {}. crosspull is not set up for it: {}",
            printable(&server, 120),
            HelperError::NotFound,
            Command::ConfigureDocker { registry: &server }
        ),
    })?;
    let refresh = refresh_token(&server, of, no_cache);
    let refresh = refresh.map_err(|why| Failure::of(format!("crosspull: {server}: {why}")))?;
    Ok(helper::answer(asked, &refresh))
}

fn cache(of: &OfRegistry, no_cache: bool) -> Option<Cache> {
    if no_cache || !of.keeps() { None } else { Cache::of_login() }
}

/// Returns a registry's refresh token.
fn refresh_token(server: &str, of: &OfRegistry, no_cache: bool) -> Result<Secret, String> {
    let since = Timestamp::now();
    let sign_in = || renew::sign_in(server, of).map(|fresh| (fresh.refresh, fresh.expires));
    match cache(of, no_cache).zip(identity::line(of, &environment)) {
        Some((cache, by)) => {
            let wanted = Wanted { sort: Sort::Registry, name: server, by, since };
            kept_or_fresh(&cache, wanted, sign_in).map(|kept| kept.token)
        }
        None => sign_in().map(|(token, _)| token),
    }
}

/// Takes back the credential that `get` gave. Docker gives it to be kept after each `docker login`.
fn store(asked: &str) -> Result<(), Failure> {
    let given = helper::given(asked)?;
    let settings = settings()?;
    let of = settings.get(&given.server);
    let kept = of.and_then(|of| cache(of, false)).and_then(|cache| cache.look(Sort::Registry, &given.server));
    // The registry may answer a login by another token of the same account. Where nothing is kept, there is nothing to
    // compare it with.
    let is_ours = kept.is_none_or(|Kept { token, .. }| {
        let account = subject_of(&token);
        token.reveal() == given.secret.reveal() || account.is_some() && account == subject_of(&given.secret)
    });
    if of.is_some() && given.is_token() && is_ours {
        return Ok(());
    }
    let take_back = Command::RemoveDocker { registry: &given.server };
    Err(Failure::of(format!(
        "crosspull: {}: this credential helper keeps no passwords, it signs in by itself; to keep one elsewhere, take \
         its entry back with {take_back}",
        printable(&given.server, 120)
    )))
}

/// Forgets what is kept for a registry.
fn erase(asked: &str) -> Result<(), Failure> {
    let server = helper::server(asked)?;
    // Only what is in the settings is a name of a file.
    let settings = settings()?;
    let forgotten = settings.get(&server).map_or(Ok(()), |_| Cache::forget_of_login(&server));
    forgotten.map_err(|error| Failure::of(format!("crosspull: {server}: its token cannot be forgotten ({error})")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(words: &[&str]) -> Option<(Option<Verb>, bool)> {
        Call::of(words.iter().map(OsString::from)).map(|call| (call.verb, call.no_cache))
    }

    #[test]
    fn the_helper_is_called_by_its_name_or_as_a_command() {
        let get = Some((Some(Verb::Get), false));
        for words in [
            &["docker-credential-crosspull", "get"] as &[&str],
            &["/usr/local/bin/docker-credential-crosspull", "get"],
            &["docker-credential-crosspull.exe", "get"],
            &["crosspull", "credential", "get"],
        ] {
            assert_eq!(call(words), get, "{words:?}");
        }
        for words in [["get", "--no-cache"], ["--no-cache", "get"]] {
            assert_eq!(call(&[&["crosspull", "credential"], &words[..]].concat()), Some((Some(Verb::Get), true)));
        }
    }

    #[test]
    fn help_and_other_commands_are_not_the_helpers() {
        for words in [&["crosspull"] as &[&str], &["crosspull", "get"], &["crosspull", "credential"]] {
            assert_eq!(call(words), None, "{words:?}");
        }
        assert_eq!(call(&["crosspull", "credential", "--help"]), None);
        assert_eq!(call(&["docker-credential-crosspull"]), Some((None, false)), "usage");
        assert_eq!(call(&["docker-credential-crosspull", "push"]), Some((None, false)), "usage");
    }
}
