//! The file that tells docker, podman and skopeo which credential helper to ask: docker's `config.json`, and the
//! `auth.json` of podman and its kin, which has the same form (`docs/facts/azure.md` 9.4).
//!
//! Only `credHelpers` is written, one entry a registry. Everything else in the file stays as it is, letter by letter.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};
use thiserror::Error;

/// The name by which the file calls crosspull's helper: the program `docker-credential-crosspull`.
pub const HELPER: &str = "crosspull";

/// The member of the file that names a helper for each registry.
const HELPERS: &str = "credHelpers";

/// The indentation that docker writes.
const INDENTATION: &str = "\t";

/// The reason why the file is left alone, as a clause.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file is no JSON object.
    #[error("it is no JSON object: {0}")]
    NoObject(serde_json::Error),
    /// The helpers in the file are not as they should be.
    #[error("its {HELPERS} is no object of names: {0}")]
    NoHelpers(serde_json::Error),
}

/// A file as it is to be written.
#[derive(Debug, PartialEq, Eq)]
pub struct Edited {
    /// The text of the whole file.
    pub text: String,
    /// The registries whose entry changes.
    pub changed: Vec<Change>,
}

/// A registry whose entry changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The registry.
    pub server: String,
    /// The helper that it had.
    pub before: Option<String>,
    /// The helper that it has now.
    pub after: Option<String>,
}

#[derive(Deserialize, Serialize, Default)]
#[serde(transparent)]
struct File(IndexMap<String, Box<RawValue>>);

type Helpers = IndexMap<String, String>;

/// Returns the file with crosspull's helper for those registries. An empty text stands for a file that is not there.
///
/// # Errors
/// See [`ConfigError`].
pub fn with_helper<'a>(text: &str, servers: impl IntoIterator<Item = &'a str>) -> Result<Edited, ConfigError> {
    edit(text, |helpers| {
        let add = |server: &'a str| {
            let is_another = helpers.get(server).is_none_or(|helper| helper != HELPER);
            is_another.then(|| set(helpers, server, Some(HELPER)))
        };
        servers.into_iter().filter_map(add).collect()
    })
}

/// Returns the file without crosspull's helper for those registries: with the one that each had before, where that is
/// known. The helper of somebody else stays.
///
/// # Errors
/// See [`ConfigError`].
pub fn without_helper<'a>(
    text: &str,
    servers: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
) -> Result<Edited, ConfigError> {
    edit(text, |helpers| {
        let take = |(server, before): (&'a str, Option<&'a str>)| {
            let own = helpers.get(server).is_some_and(|helper| helper == HELPER);
            own.then(|| set(helpers, server, before))
        };
        servers.into_iter().filter_map(take).collect()
    })
}

/// Returns those of the registries whose password an earlier login left in the file. None of a file that is not
/// understood.
pub fn with_password<'a>(text: &str, servers: impl Iterator<Item = &'a str>) -> Vec<&'a str> {
    let entries = read(text).ok().and_then(|(file, _)| {
        let raw = file.0.get("auths")?;
        serde_json::from_str::<IndexMap<String, Box<RawValue>>>(raw.get()).ok()
    });
    // Docker leaves an empty entry where a helper has the password.
    let holds =
        |server: &&str| entries.as_ref().is_some_and(|all| all.get(*server).is_some_and(|one| one.get().contains(':')));
    servers.filter(holds).collect()
}

fn set(helpers: &mut Helpers, server: &str, helper: Option<&str>) -> Change {
    let after = helper.map(str::to_owned);
    let before = match after.clone() {
        Some(helper) => helpers.insert(server.to_owned(), helper),
        None => helpers.shift_remove(server),
    };
    Change { server: server.to_owned(), before, after }
}

fn read(text: &str) -> Result<(File, Helpers), ConfigError> {
    let file = if text.trim().is_empty() { File::default() } else { parse(text).map_err(ConfigError::NoObject)? };
    let helpers = file.0.get(HELPERS).map(|raw| serde_json::from_str::<Option<Helpers>>(raw.get())).transpose();
    let helpers = helpers.map_err(ConfigError::NoHelpers)?.flatten().unwrap_or_default();
    Ok((file, helpers))
}

fn parse(text: &str) -> Result<File, serde_json::Error> {
    serde_json::from_str(text)
}

/// Edits the helpers of a file. A file in which nothing changes keeps its very text.
fn edit(text: &str, change: impl FnOnce(&mut Helpers) -> Vec<Change>) -> Result<Edited, ConfigError> {
    let (mut file, mut helpers) = read(text)?;
    let changed = change(&mut helpers);
    if changed.is_empty() {
        return Ok(Edited { text: text.to_owned(), changed });
    }
    let indentation = indentation(text);
    if helpers.is_empty() {
        file.0.shift_remove(HELPERS);
    } else {
        let raw = raw_helpers(&helpers, indentation).map_err(ConfigError::NoHelpers)?;
        file.0.insert(HELPERS.to_owned(), raw);
    }
    Ok(Edited { text: written(&file, indentation), changed })
}

/// Returns the helpers as the file has them, a registry a line.
fn raw_helpers(helpers: &Helpers, indentation: &str) -> Result<Box<RawValue>, serde_json::Error> {
    let line = |(server, helper): (&String, &String)| {
        Ok(format!(
            "\n{indentation}{indentation}{}: {}",
            serde_json::to_string(server)?,
            serde_json::to_string(helper)?
        ))
    };
    let lines: Vec<String> = helpers.iter().map(line).collect::<Result<_, serde_json::Error>>()?;
    RawValue::from_string(format!("{{{}\n{indentation}}}", lines.join(",")))
}

/// Returns the text of a file, a member a line. Each member's own text is as it was.
fn written(file: &File, indentation: &str) -> String {
    let name = |name: &str| to_raw_value(name).map(|raw| raw.get().to_owned()).unwrap_or_default();
    let members = file.0.iter().map(|(key, raw)| format!("\n{indentation}{}: {}", name(key), raw.get()));
    let members: Vec<String> = members.collect();
    if members.is_empty() { "{}\n".to_owned() } else { format!("{{{}\n}}\n", members.join(",")) }
}

/// Returns the indentation of a file's first member: docker's own where there is none.
fn indentation(text: &str) -> &str {
    let inside = text.trim_start().strip_prefix('{').and_then(|rest| rest.split_once('\n')).map(|(_, rest)| rest);
    let space = inside.map(|rest| &rest[..rest.len() - rest.trim_start_matches([' ', '\t']).len()]);
    space.filter(|space| !space.is_empty()).unwrap_or(INDENTATION)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOCKER: &str = "{\n\t\"auths\": {\n\t\t\"https://index.docker.io/v1/\": { \"auth\": \"dTpw\" }\n\t},\n\
                          \t\"credsStore\": \"pass\",\n\t\"proxies\": {\"default\":  {\"httpProxy\": \"http://p\"}}\n}\n";

    const SHOP: &str = "shop.azurecr.io";

    /// Returns what becomes of a file that a registry is taken out of.
    fn back(text: &str, before: Option<&str>) -> String {
        without_helper(text, [(SHOP, before)]).expect("a file").text
    }

    #[test]
    fn one_entry_a_registry_is_added_and_the_rest_stays_letter_by_letter() {
        let edited = with_helper(DOCKER, [SHOP]).expect("a file");
        let change = Change { server: SHOP.to_owned(), before: None, after: Some(HELPER.to_owned()) };
        assert_eq!(edited.changed, [change]);
        let (before, _) = DOCKER.split_at(DOCKER.len() - 3);
        let added = ",\n\t\"credHelpers\": {\n\t\t\"shop.azurecr.io\": \"crosspull\"\n\t}\n}\n";
        assert_eq!(edited.text, format!("{before}{added}"));
        assert_eq!(back(&edited.text, None), DOCKER, "and taken back whole");
    }

    #[test]
    fn what_is_there_already_is_not_written_again() {
        let once = with_helper("", [SHOP]).expect("a file");
        let twice = with_helper(&once.text, [SHOP]).expect("a file");
        assert_eq!(twice, Edited { text: once.text.clone(), changed: Vec::new() });
        assert_eq!(back(&once.text, None), "{}\n");
        assert_eq!(back("", None), "");
    }

    #[test]
    fn the_helper_of_somebody_else_is_told_and_given_back() {
        let theirs =
            "{\n  \"credHelpers\": {\n    \"shop.azurecr.io\": \"acr-env\",\n    \"gcr.io\": \"gcloud\"\n  }\n}\n";
        let edited = with_helper(theirs, [SHOP]).expect("a file");
        let [change] = edited.changed.as_slice() else { panic!("one: {edited:?}") };
        assert_eq!(change.before.as_deref(), Some("acr-env"));
        assert_eq!(edited.text, theirs.replace("acr-env", HELPER));
        assert_eq!(back(&edited.text, change.before.as_deref()), theirs);
        assert_eq!(back(theirs, None), theirs, "it is not removed");
    }

    #[test]
    fn a_password_of_an_earlier_login_is_seen() {
        let text = r#"{"auths": {"a.io": {"auth": "dTpw"}, "b.io": {}, "c.io": {"identitytoken": "t"}}}"#;
        assert_eq!(with_password(text, ["a.io", "b.io", "c.io", "d.io"].into_iter()), ["a.io", "c.io"]);
        assert_eq!(with_password("[]", ["a.io"].into_iter()), Vec::<&str>::new());
    }

    #[test]
    fn a_file_that_is_not_understood_is_left_alone() {
        assert!(matches!(with_helper("[]", [SHOP]), Err(ConfigError::NoObject(_))));
        assert!(matches!(with_helper("{\"auths\": ", [SHOP]), Err(ConfigError::NoObject(_))));
        assert!(matches!(with_helper("{\"credHelpers\": [1]}", [SHOP]), Err(ConfigError::NoHelpers(_))));
        assert!(with_helper("{\"credHelpers\": null}", [SHOP]).is_ok_and(|edited| edited.changed.len() == 1));
    }
}
