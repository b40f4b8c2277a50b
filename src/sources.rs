//! Sources of answers: flags over environment over answers file over defaults. All complaints come at once, before
//! any call.

use std::path::Path;

use clap::ArgMatches;
use clap::parser::ValueSource;
use crosspull_azure::own_file::text_in;
use crosspull_azure::platform::is_own;
use crosspull_core::input::not_for_a_file;
use crosspull_core::input::{Answers, Complaint};
use crosspull_core::input::{FIELDS, Key};

/// No answers file is longer, in bytes.
const LONGEST_ANSWERS: u32 = 1024 * 1024;

/// The environment, as a function, so that a test can say what is in it.
pub type Variables<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Returns a variable of the process's environment; an empty one counts as none.
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Returns the answers of flags, environment and answers file.
///
/// # Errors
/// Every complaint about the answers file, also that it alone says where secrets go.
pub fn answers(arguments: &ArgMatches, variables: Variables) -> Result<Answers, Vec<String>> {
    let given = given(arguments, variables);
    let file = match arguments.get_one::<String>("answers") {
        None => Answers::default(),
        Some(path) => {
            let text = text_in(path.as_ref(), LONGEST_ANSWERS)
                .map_err(|e| vec![format!("answers: {path} cannot be read ({e}): give a file that is there")])?;
            let named = |c: Complaint| format!("answers: {path}: {c}");
            Answers::from_toml(&text).map_err(|complaints| complaints.into_iter().map(named).collect::<Vec<_>>())?
        }
    };
    let complaints = not_for_a_file("the answers file", &file, &given);
    if complaints.is_empty() {
        Ok(with_whole_paths(given.over(file)))
    } else {
        Err(complaints.iter().map(ToString::to_string).collect())
    }
}

/// Returns the answers of an earlier run, under those that are given now. What says where secrets go is taken from its
/// journal where that is the operator's own; else it has to be given too.
///
/// # Errors
/// Every complaint about the journal.
pub fn answers_of_run(given: &Answers, run: &Answers, journal: &Path) -> Result<Answers, Vec<String>> {
    let complaints =
        if is_own(journal) { Vec::new() } else { not_for_a_file("a journal that others may write", run, given) };
    if complaints.is_empty() {
        Ok(given.clone().over(run.clone()))
    } else {
        Err(complaints.iter().map(ToString::to_string).collect())
    }
}

/// Returns the answers of flags and environment.
fn given(arguments: &ArgMatches, variables: Variables) -> Answers {
    let mut flags = Answers::default();
    let mut environment = Answers::default();
    for key in FIELDS.iter().map(|f| f.key) {
        // Some commands have not every input.
        if arguments.try_contains_id(key.name()).is_ok()
            && arguments.value_source(key.name()) == Some(ValueSource::CommandLine)
            && let Some(values) = arguments.get_many::<String>(key.name())
        {
            flags.set_all(key, values.cloned().collect());
        }
        if let Some(value) = variables(&key.variable()) {
            environment.set(key, value);
        }
    }
    flags.over(environment)
}

/// The inputs that are paths.
const FILES: [Key; 6] =
    [Key::SecretOut, Key::WayBackOut, Key::CaFile, Key::ManifestOut, Key::Kubeconfig, Key::AppSecretFile];

/// Returns the answers with the paths in them from the root on: the journal keeps them, and a run is taken up from
/// anywhere.
pub fn with_whole_paths(mut answers: Answers) -> Answers {
    for key in FILES {
        let whole = answers.get(key).and_then(|path| std::path::absolute(path).ok());
        if let Some(whole) = whole.as_ref().and_then(|path| path.to_str()) {
            answers.set(key, whole);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli;

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    fn arguments(words: &[&str]) -> ArgMatches {
        clap::Command::new("crosspull").args(cli::inputs()).arg(cli::answers()).get_matches_from(words)
    }

    #[test]
    fn flags_stand_over_the_environment() {
        let given = arguments(&["crosspull", "--tenant-a", "flag.com"]);
        let set = [("CROSSPULL_TENANT_A", "variable.com"), ("CROSSPULL_TENANT_B", "variable.org")];
        let answers = answers(&given, &with(&set)).expect("no file");
        assert_eq!(answers.get(Key::TenantA), Some("flag.com"));
        assert_eq!(answers.get(Key::TenantB), Some("variable.org"));
    }

    #[test]
    fn paths_are_kept_from_the_root_on() {
        let given = arguments(&["crosspull"]);
        let set = FILES.map(|key| (key.variable(), "Cargo.toml"));
        let set: Vec<(&str, &str)> = set.iter().map(|(name, path)| (name.as_str(), *path)).collect();
        let answers = answers(&given, &with(&set)).expect("no file");
        for key in FILES {
            assert!(answers.get(key).is_some_and(|path| Path::new(path).is_absolute()), "{}", key.name());
        }
    }

    #[test]
    #[cfg(unix)]
    fn a_journal_that_others_may_write_says_not_where_secrets_go() {
        use std::os::unix::fs::PermissionsExt as _;
        let journal = tempfile::NamedTempFile::new().expect("a file");
        let mut run = Answers::default();
        run.set(Key::Cloud, "https://management.example.com");
        run.set(Key::TenantA, "contoso.com");
        let mode = |mode| std::fs::set_permissions(journal.path(), std::fs::Permissions::from_mode(mode));
        let read = |given: &Answers| answers_of_run(given, &run, journal.path());
        let nothing = Answers::default();
        mode(0o600).expect("its owner may");
        assert_eq!(read(&nothing).as_ref(), Ok(&run));
        mode(0o620).expect("its owner may");
        let said = read(&nothing).expect_err("others may write it");
        assert!(said.iter().any(|t| t.starts_with("cloud: a journal that others may write alone says")), "{said:?}");
        assert_eq!(read(&run).as_ref(), Ok(&run), "given now too");
    }
}
