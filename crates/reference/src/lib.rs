//! Microsoft's own API contracts and recorded Azure traffic, for tests.
//!
//! Nothing here was written by this project: the contracts say what a request and an answer may look
//! like, the recordings show what the cloud really answered. Tests compare the client and the simulator
//! with both. The data lives beside the checkout ([`Reference::find`]); where it is absent, a test prints
//! that its check is skipped.
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

/// The folder that holds `contracts/` and `recordings/`.
#[derive(Debug, Clone)]
pub struct Reference {
    folder: PathBuf,
}

impl Reference {
    /// The folder named by the environment variable `CROSSPULL_REFERENCE_DIR`, else `../shared` relative
    /// to the workspace root. `None` where neither holds the data.
    pub fn find() -> Option<Reference> {
        let folder = std::env::var_os("CROSSPULL_REFERENCE_DIR")
            .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from);
        Reference::at(&folder)
    }

    /// The reference data in `folder`, or `None` if it does not hold both `contracts/` and `recordings/`.
    pub fn at(folder: &Path) -> Option<Reference> {
        let complete = ["contracts", "recordings"].iter().all(|name| folder.join(name).is_dir());
        complete.then(|| Reference { folder: folder.to_path_buf() })
    }

    /// Reads every contract.
    ///
    /// # Errors
    /// A file that cannot be read or is not the kind of document its name says.
    pub fn contracts(&self) -> Result<Contracts, Error> {
        Contracts::load(&self.folder.join("contracts"))
    }

    /// Reads every recording, in order of scenario name.
    ///
    /// # Errors
    /// A file that cannot be read or does not follow `recordings/README.md`.
    pub fn recordings(&self) -> Result<Vec<Recording>, Error> {
        json_files(&self.folder.join("recordings"))?.iter().map(|path| read_json(path)).collect()
    }

    /// Reads Microsoft's published examples, each with the operation it belongs to where that can be told.
    ///
    /// # Errors
    /// As [`Reference::contracts`], and an example that cannot be read.
    pub fn examples(&self) -> Result<Vec<Example>, Error> {
        examples::load(&self.folder.join("contracts/examples"), &self.contracts()?)
    }
}

/// Why reference data could not be used.
#[derive(Debug)]
pub struct Error {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// What is wrong with it.
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

/// The `.json` files directly in `folder`, sorted by name.
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
