//! Recorded exchanges with the live cloud (`recordings/README.md`).

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer};

/// One recorded test of Azure's own tools.
#[derive(Debug, Clone, Deserialize)]
pub struct Recording {
    /// The file name without extension, such as `ra_acr_exists_409`.
    pub scenario: String,
    /// What it shows, in words.
    #[serde(default)]
    pub shows: String,
    /// The exchanges in recorded order.
    pub exchanges: Vec<Exchange>,
}

/// One request and its answer.
#[derive(Debug, Clone, Deserialize)]
pub struct Exchange {
    /// Its index in the original recording.
    pub n: u32,
    /// What was sent.
    pub request: RecordedRequest,
    /// What came back.
    pub response: RecordedResponse,
    /// How many alike exchanges in a row this one stands for; 1 if only itself.
    #[serde(default = "once")]
    pub repeats: u32,
    /// When the last of the repeated exchanges ended, as an HTTP date.
    pub last_response_date: Option<String>,
}

/// A recorded request.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedRequest {
    /// The HTTP method, upper case.
    pub method: String,
    /// The absolute URL.
    pub uri: String,
    /// The headers kept.
    #[serde(default)]
    pub headers: Headers,
    /// The body as sent.
    #[serde(default, deserialize_with = "sent_body")]
    pub body: Option<String>,
}

/// A recorded answer.
#[derive(Debug, Clone, Deserialize)]
pub struct RecordedResponse {
    /// The HTTP status code.
    pub status: u16,
    /// The headers kept; the casing is the recorder's.
    #[serde(default)]
    pub headers: Headers,
    /// The body.
    pub body: Option<String>,
    /// How a long body was shortened, if it was.
    pub body_trimmed: Option<String>,
}

impl RecordedResponse {
    /// Whether the body was cut off in the middle, so that it is no longer JSON.
    pub fn is_cut_off(&self) -> bool {
        let trimmed = self.body_trimmed.as_deref().unwrap_or_default();
        trimmed.contains("not valid JSON")
    }
}

/// Headers by name as recorded, each with its values in order.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(from = "BTreeMap<String, OneOrMany>")]
pub struct Headers(pub BTreeMap<String, Vec<String>>);

impl Headers {
    /// The first value of `name`, whatever its case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs().into_iter().find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
    }

    /// Every name and value, as the checks of [`crate::Operation`] take them.
    pub fn pairs(&self) -> Vec<(&str, &str)> {
        self.0.iter().flat_map(|(name, values)| values.iter().map(move |v| (name.as_str(), v.as_str()))).collect()
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl From<BTreeMap<String, OneOrMany>> for Headers {
    fn from(recorded: BTreeMap<String, OneOrMany>) -> Headers {
        let values = |value| match value {
            OneOrMany::One(value) => vec![value],
            OneOrMany::Many(values) => values,
        };
        Headers(recorded.into_iter().map(|(k, v)| (k, values(v))).collect())
    }
}

fn once() -> u32 {
    1
}

/// Some azure-cli recordings hold Python's notation of a byte string, `b'...'`, in place of the bytes.
fn sent_body<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let body = Option::<String>::deserialize(deserializer)?;
    Ok(body.map(|text| {
        let bytes = text.strip_prefix("b'").and_then(|t| t.strip_suffix('\''));
        bytes.map_or(text.clone(), str::to_owned)
    }))
}
