//! Recorded exchanges with the live cloud (`recordings/README.md`).

use std::collections::BTreeMap;
use std::path::Path;

use crate::{Error, layouts, read_json, recorded_files};

/// One recorded test of Azure's own tools.
#[derive(Debug, Clone)]
pub struct Recording {
    /// The name that the recording gives itself, such as `ra_acr_exists_409`; else the file's, without extension.
    pub scenario: String,
    /// The subject of the recording, in words.
    pub shows: String,
    /// The exchanges in recorded order.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Clone)]
pub struct Exchange {
    /// The index in the original recording.
    pub n: u32,
    /// The request that was sent.
    pub request: RecordedRequest,
    /// The answer that came back.
    pub response: RecordedResponse,
    /// The number of alike exchanges in a row that this one stands for. It is 1 for a single one.
    pub repeats: u32,
    /// The time at which the last of the repeated exchanges ended, as an HTTP date.
    pub last_response_date: Option<String>,
}

/// A recorded request.
#[derive(Debug, Clone)]
pub struct RecordedRequest {
    /// The HTTP method, upper case.
    pub method: String,
    /// The absolute URL.
    pub uri: String,
    /// The headers kept.
    pub headers: Headers,
    /// The body as sent.
    pub body: Option<String>,
}

/// A recorded answer.
#[derive(Debug, Clone)]
pub struct RecordedResponse {
    /// The HTTP status code.
    pub status: u16,
    /// The headers kept; the casing is the recorder's.
    pub headers: Headers,
    /// The body.
    pub body: Option<String>,
    /// The way in which a long body was shortened, if it was.
    pub body_trimmed: Option<String>,
}

impl Recording {
    /// Reads the text of one file of recordings, in any of the layouts that `layouts.rs` names. `None` for JSON that
    /// tells of no exchange.
    ///
    /// # Errors
    /// A text that is no JSON, or that tells of exchanges in a layout that is not known.
    pub fn from_json(name: &str, text: &str) -> Result<Option<Recording>, Error> {
        let value = serde_json::from_str(text).map_err(|e| Error::new(Path::new(name), e))?;
        layouts::recording(name, &value).map_err(|reason| Error::new(Path::new(name), reason))
    }

    /// Reads every recording in a folder and below it, in order of file name.
    pub(crate) fn load(folder: &Path) -> Result<Vec<Recording>, Error> {
        let mut recordings = Vec::new();
        for path in recorded_files(folder)? {
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            let read = layouts::recording(&name, &read_json(&path)?);
            recordings.extend(read.map_err(|reason| Error::new(&path, reason))?);
        }
        Ok(recordings)
    }
}

impl RecordedResponse {
    /// True where the body was cut off in the middle, so that it is no longer JSON.
    pub fn is_cut_off(&self) -> bool {
        let trimmed = self.body_trimmed.as_deref().unwrap_or_default();
        trimmed.contains("not valid JSON")
    }
}

/// Headers by name as recorded, each with its values in order.
#[derive(Debug, Clone, Default)]
pub struct Headers(pub BTreeMap<String, Vec<String>>);

impl Headers {
    /// Returns the first value of `name`, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs().into_iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Returns every name and value, as the checks of [`crate::Operation`] take them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |v| (name.as_str(), v.as_str()))).collect()
    }
}
