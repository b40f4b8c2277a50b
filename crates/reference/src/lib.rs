//! Microsoft's own API contracts and recorded Azure traffic, for tests.
//!
//! Nothing here was written by this project: the contracts say what a request and an answer may look
//! like, the recordings show what the cloud really answered. Tests compare the client and the simulator
//! with both. The data lives beside the checkout ([`Reference::find`]); where it is absent, a test prints
//! that its check is skipped, or fails where the data is relied on.
//!
//! ```no_run
//! use crosspull_reference::{Plane, Reference};
//! # fn main() -> Result<(), crosspull_reference::Error> {
//! if let Some(reference) = Reference::find() {
//!     let contracts = reference.contracts()?;
//!     let url = "/v1.0/servicePrincipals";
//!     if let Some(operation) = contracts.operation(Some(Plane::Graph), "POST", url) {
//!         let problems = operation.check_request("POST", url, &[], Some(br#"{"appId":"x"}"#));
//!         assert!(problems.is_empty(), "{problems:?}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```

mod contracts;
mod examples;
mod gaps;
mod layouts;
mod load;
mod operation;
mod problem;
mod recordings;
mod schema;
mod shapes;

pub use contracts::{Contracts, Plane};
pub use examples::{Example, ExampleRequest, ExampleResponse};
pub use gaps::{Excused, GAPS, Gap};
pub use operation::Operation;
pub use problem::{Problem, ProblemKind};
pub use recordings::{Exchange, Headers, RecordedRequest, RecordedResponse, Recording};
pub use shapes::Shape;

use std::path::{Path, PathBuf};

/// Names the folder of the data.
const FOLDER: &str = "CROSSPULL_REFERENCE_DIR";
/// `1` where tests must not pass without the data, `0` where they may; by default they must not where `CI` is set.
const REQUIRED: &str = "CROSSPULL_REFERENCE_REQUIRED";

/// The reference data: contracts and recordings.
#[derive(Debug, Clone)]
pub struct Reference {
    folders: Vec<PathBuf>,
}

impl Reference {
    /// Finds the data: in the folder that the environment variable `CROSSPULL_REFERENCE_DIR` names, else in `../shared`
    /// relative to the workspace root; a part that the named folder lacks is looked for in the other one. `None` where
    /// nothing is there and nothing need be.
    ///
    /// # Panics
    /// Where the variable names a folder that holds nothing of it, and where nothing is found though it is relied on:
    /// `CROSSPULL_REFERENCE_REQUIRED` is `1`, or it is not set and `CI` is.
    pub fn find() -> Option<Reference> {
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
        let required = set(REQUIRED).map_or(set("CI").is_some(), |value| value != "0");
        Reference::among(set(FOLDER).map(PathBuf::from), &beside, required).unwrap_or_else(|why| fail(&why))
    }

    fn among(named: Option<PathBuf>, beside: &Path, required: bool) -> Result<Option<Reference>, String> {
        if let Some(folder) = named.as_ref().filter(|folder| Reference::at(folder).is_none()) {
            return Err(format!("{FOLDER} names {}, where no contracts and no recordings are", folder.display()));
        }
        // What lies beside a checkout may be anything; what is named is meant.
        let beside = Some(beside.to_path_buf()).filter(|folder| has_part(folder));
        let folders: Vec<PathBuf> = named.into_iter().chain(beside).collect();
        if folders.is_empty() && required {
            return Err(format!(
                "contracts and recordings are relied on here and are not found: set {FOLDER}, or {REQUIRED}=0 to do without"
            ));
        }
        Ok(Some(Reference { folders }).filter(|reference| !reference.folders.is_empty()))
    }

    /// Returns the data in `folder`: `contracts/`, `recordings/`, or files of recordings and nothing else. `None` where
    /// it holds none of them.
    pub fn at(folder: &Path) -> Option<Reference> {
        let bare = || recorded_files(folder).is_ok_and(|files| !files.is_empty());
        (has_part(folder) || bare()).then(|| Reference { folders: vec![folder.to_path_buf()] })
    }

    /// Reads every contract.
    ///
    /// # Errors
    /// No contracts, and a file that cannot be read or is not the kind of document its name says.
    pub fn contracts(&self) -> Result<Contracts, Error> {
        Contracts::load(&self.folder_of("contracts"))
    }

    /// Reads every recording, in order of file name.
    ///
    /// # Errors
    /// No recordings, and a file that cannot be read or tells of exchanges in a layout that is not known.
    pub fn recordings(&self) -> Result<Vec<Recording>, Error> {
        // A folder that has neither of the two parts is itself one of recordings.
        let folder = self.folders.iter().find(|folder| !has_part(folder)).cloned();
        Recording::load(&folder.unwrap_or_else(|| self.folder_of("recordings")))
    }

    /// Returns the first folder that has that part.
    fn folder_of(&self, part: &str) -> PathBuf {
        let mut all = self.folders.iter().map(|folder| folder.join(part));
        let first = all.clone().next().unwrap_or_default();
        all.find(|folder| folder.is_dir()).unwrap_or(first)
    }

    /// Reads Microsoft's published examples, each with the operation it belongs to where that can be told.
    ///
    /// # Errors
    /// As [`Reference::contracts`], and an example that cannot be read.
    pub fn examples(&self) -> Result<Vec<Example>, Error> {
        examples::load(&self.folder_of("contracts").join("examples"), &self.contracts()?)
    }
}

/// The reason why reference data could not be used.
#[derive(Debug)]
pub struct Error {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// The problem of that file.
    pub reason: String,
}

impl Error {
    pub(crate) fn new(path: &Path, reason: impl ToString) -> Error {
        Error { path: path.to_path_buf(), reason: reason.to_string() }
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.reason)
    }
}

impl std::error::Error for Error {}

/// True where a folder has one of the two parts.
fn has_part(folder: &Path) -> bool {
    ["contracts", "recordings"].iter().any(|name| folder.join(name).is_dir())
}

/// Ends a test that cannot do without the data.
#[allow(clippy::panic, reason = "only tests depend on this crate, and a test fails by panicking")]
fn fail(why: &str) -> ! {
    panic!("{why}")
}

/// Returns the files of recordings in `folder` and below it, sorted by name. What people are told beside them is left
/// out.
pub(crate) fn recorded_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    let mut left = vec![folder.to_path_buf()];
    while let Some(folder) = left.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|e| Error::new(&folder, e))? {
            let path = entry.map_err(|e| Error::new(&folder, e))?.path();
            let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
            match path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).as_deref() {
                _ if hidden => {}
                _ if path.is_dir() => left.push(path),
                None | Some("md" | "txt") => {}
                Some("json" | "har") => files.push(path),
                Some(other) => return Err(Error::new(&path, format!("recordings are read of JSON, not of {other}"))),
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Returns the `.json` files directly in `folder`, sorted by name.
pub(crate) fn json_files(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let entries = std::fs::read_dir(folder).map_err(|e| Error::new(folder, e))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(|e| Error::new(folder, e))?.path();
        if path.extension().is_some_and(|e| e == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

pub(crate) fn read_json<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let text = std::fs::read(path).map_err(|e| Error::new(path, e))?;
    serde_json::from_slice(&text).map_err(|e| Error::new(path, e))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a folder of this test alone, with those empty folders and files in it.
    fn folder(name: &str, holds: &[&str]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("crosspull-reference-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).expect("a folder");
        for part in holds {
            match part.contains('.') {
                true => std::fs::write(folder.join(part), "[]").expect("a file"),
                false => std::fs::create_dir_all(folder.join(part)).expect("a folder"),
            }
        }
        folder
    }

    #[test]
    fn what_is_relied_on_and_absent_is_a_failure() {
        let (nothing, both) = (folder("nothing", &["README.md"]), folder("both", &["contracts", "recordings"]));
        let found = |named: Option<&Path>, beside: &Path, required| {
            let found = Reference::among(named.map(Path::to_path_buf), beside, required);
            found.map(|found| found.map(|reference| reference.folder_of("contracts")))
        };
        assert_eq!(found(None, &nothing, false), Ok(None));
        assert!(found(None, &nothing, true).is_err_and(|why| why.contains("relied on")));
        assert_eq!(found(None, &both, true), Ok(Some(both.join("contracts"))));
        for required in [false, true] {
            let why = found(Some(&nothing), &both, required).expect_err("the folder that is named holds nothing");
            assert!(why.contains(FOLDER), "{why}");
        }
        for folder in [nothing, both] {
            std::fs::remove_dir_all(folder).expect("it was there");
        }
    }

    #[test]
    fn a_folder_may_hold_recordings_alone_and_other_parts_are_found_beside() {
        let bare = folder("bare", &["a.json", "LICENSE", "notes.md"]);
        let both = folder("beside", &["contracts", "recordings", "recordings/more"]);
        let found = Reference::among(Some(bare.clone()), &both, true).expect("no fault").expect("data");
        assert_eq!(found.folder_of("contracts"), both.join("contracts"));
        assert_eq!(found.recordings().map(|all| all.len()).map_err(|e| e.reason), Ok(1));
        std::fs::write(both.join("recordings/more/b.yaml"), "").expect("a file");
        let found = Reference::at(&both).expect("data");
        assert!(found.recordings().is_err_and(|why| why.reason.contains("yaml")), "no file is passed over in silence");
        for folder in [bare, both] {
            std::fs::remove_dir_all(folder).expect("it was there");
        }
    }
}
