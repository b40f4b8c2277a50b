//! Tests that hold for any recording, whoever made it and of whatever service.
//!
//! An answer is read, or it is refused with the code, the message and the request id that stand in it. Nothing is taken
//! for what does not stand there.
//!
//! Nothing here knows a file by its name. What stands in an answer is found in another way than the program finds it.

use std::collections::BTreeMap;
use std::fmt;

use crosspull_azure::refusal::{Refused, refused};
use crosspull_azure::{kubernetes, long_running, reply};
use crosspull_reference::{Contracts, Exchange, Recording, Reference};
use http::HeaderMap;
use serde_json::Value;
use url::Url;

use crate::calls::{self, CALLS, Fault, place};
use crate::recorded::{headers, recordings};

/// Headers that carry the id of a request, in the order in which they are asked.
const REQUEST_IDS: [&str; 3] = ["x-ms-request-id", "request-id", "x-ms-correlation-request-id"];
/// Names of fields that hold a code or a message, by every service that answers with JSON.
const CODES: [&str; 3] = ["code", "error", "reason"];
const MESSAGES: [&str; 3] = ["message", "error_description", "value"];
/// The message beside a code that is a mere word, as OAuth has it.
const DESCRIPTION: [&str; 1] = ["error_description"];

/// The fates of the answers.
#[derive(Debug, Default)]
pub struct Count {
    /// Answers to our calls, by call.
    read: BTreeMap<&'static str, usize>,
    /// Successes of our calls that the program does not take for one, with the reason.
    unread: Vec<String>,
    refused: usize,
    /// Successes of calls that are not ours.
    others: usize,
    /// Readings of an answer as something that it is not meant to be, none of which found what does not stand there.
    crossed: usize,
    /// The mistakes in how answers were read.
    pub wrong: Vec<String>,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ours = self.read.values().sum::<usize>();
        writeln!(f, "read: {ours} answers to our calls {:?}", self.read)?;
        writeln!(
            f,
            "refused: {}; other calls that went well: {}; read crosswise: {}",
            self.refused, self.others, self.crossed
        )?;
        write!(f, "not taken for an answer: {} {:#?}", self.unread.len(), self.unread)
    }
}

impl Count {
    /// Reads every answer of some recordings.
    pub fn of(recordings: &[Recording], contracts: Option<&Contracts>) -> Self {
        let mut count = Self::default();
        for recording in recordings {
            for exchange in &recording.exchanges {
                let at = format!(
                    "{} {} {} {}",
                    recording.scenario, exchange.n, exchange.response.status, exchange.request.uri
                );
                let wrong = count.take(exchange, contracts);
                count.wrong.extend(wrong.into_iter().map(|why| format!("{at}: {why}")));
            }
        }
        count
    }

    /// Takes in an exchange; gives what is wrong with how it is read.
    fn take(&mut self, exchange: &Exchange, contracts: Option<&Contracts>) -> Vec<String> {
        let answer = &exchange.response;
        let (headers, body) = (headers(&answer.headers), answer.body.as_deref().unwrap_or_default());
        let mut wrong = led_astray(exchange, &headers);
        wrong.extend(self.crosswise(body));
        if !(200..300).contains(&answer.status) {
            self.refused += 1;
            let read = refused(answer.status, &headers, body.as_bytes());
            wrong.extend(misread(&read, answer.status, &headers, body));
            return wrong;
        }
        let Some(call) = calls::of(exchange) else {
            self.others += 1;
            return wrong;
        };
        match (call.read)(body.as_bytes()) {
            Ok(_) => *self.read.entry(call.name).or_default() += 1,
            Err(Fault::Misread(why)) => wrong.push(format!("an answer to {}: {why}", call.name)),
            Err(Fault::Unread(why)) => {
                if !answer.is_cut_off() && should_be_read(exchange, contracts, body, &why) {
                    wrong.push(format!("an answer to {} that is as its contract says is not read: {why}", call.name));
                }
                self.unread.push(format!("{}: {why}: {}", call.name, body.chars().take(80).collect::<String>()));
            }
        }
        wrong
    }

    /// Reads a body as an answer to every call: what is found in it stands in it, or it is not taken for one. All that
    /// is read is an object.
    fn crosswise(&mut self, body: &str) -> Vec<String> {
        drop(kubernetes::server_of(body));
        if !body.trim_start().starts_with('{') {
            return Vec::new();
        }
        let readings = CALLS.iter().map(|call| (call.name, (call.read)(body.as_bytes())));
        let mut wrong = Vec::new();
        for (name, read) in readings {
            match read {
                Err(Fault::Misread(why)) => wrong.push(format!("read as {name}: {why}")),
                _ => self.crossed += 1,
            }
        }
        wrong
    }
}

/// True where an answer that was not read is one by all that is published: it is as its contract says, and what the
/// program misses or refuses is neither absent nor a value that a recorder has spoilt.
fn should_be_read(exchange: &Exchange, contracts: Option<&Contracts>, body: &str, why: &str) -> bool {
    let sent = &exchange.request;
    let operation = contracts.and_then(|contracts| contracts.operation(None, &sent.method, &sent.uri));
    let answer = &exchange.response;
    let fits = operation.is_some_and(|operation| {
        operation.check_response(answer.status, &answer.headers.pairs(), body.as_bytes()).is_empty()
    });
    let missed = why.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
    fits && !body.is_empty()
        && match missed {
            Some(name) => serde_json::from_str(body).is_ok_and(|value| !some_lack(&value, name)),
            None => why.starts_with("invalid type"),
        }
}

/// True where the body, one of the items of its list, or the properties of one of these lacks a field.
fn some_lack(body: &Value, name: &str) -> bool {
    let items = body.get("value").and_then(Value::as_array).into_iter().flatten();
    let all = items.chain([body]).flat_map(|item| [Some(item), item.get("properties")]);
    all.flatten().any(|object| object.get(name).is_none())
}

/// Addresses in headers that lead to another host than the one that was asked.
fn led_astray(exchange: &Exchange, headers: &HeaderMap) -> Vec<String> {
    let (host, _) = place(&exchange.request.uri);
    let Ok(asked) = Url::parse(&format!("https://{host}/")) else { return Vec::new() };
    let mut wrong = Vec::new();
    let text = |name: &str| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>();
    match long_running::address(headers, &asked) {
        Ok(Some(url)) if url.origin() != asked.origin() => wrong.push(format!("an operation is asked at {url}")),
        Ok(Some(url)) => {
            let named = ["azure-asyncoperation", "location"].iter().flat_map(|name| text(name));
            let stands = named.into_iter().any(|named| asked.join(named).is_ok_and(|named| named == url));
            wrong.extend((!stands).then(|| format!("no header names {url}")));
        }
        Ok(None) | Err(_) => {}
    }
    if let Ok((realm, service)) = reply::challenge(headers, &asked) {
        let challenges = text("www-authenticate").join(" ");
        let stands = challenges.contains(realm.as_str().trim_end_matches('/'));
        if realm.origin() != asked.origin() || !stands {
            wrong.push(format!("a secret goes to {realm}, challenged by {challenges}"));
        }
        if !challenges.contains(&service) && service != asked.authority() {
            wrong.push(format!("{service} is not challenged by {challenges}"));
        }
    }
    wrong
}

/// Returns what is wrong with how a refusal was read.
pub fn misread(read: &Refused, status: u16, headers: &HeaderMap, body: &str) -> Vec<String> {
    let refusal = &read.refusal;
    let value: Value = serde_json::from_str(body).unwrap_or(Value::Null);
    let mut wrong = Vec::new();
    if refusal.status != Some(status) {
        wrong.push(format!("the status was read as {:?}", refusal.status));
    }
    for text in [&refusal.code, &refusal.message].into_iter().chain(&refusal.request_id) {
        if text.chars().any(char::is_control) {
            wrong.push(format!("not fit for a terminal: {text:?}"));
        }
    }
    wrong.extend(wrong_code(&refusal.code, status, &value));
    wrong.extend(wrong_message(&refusal.message, status, &value));
    let header = |name: &&str| headers.get(*name).and_then(|value| value.to_str().ok());
    let stands = REQUEST_IDS.iter().find_map(header).or_else(|| value.get("trace_id").and_then(Value::as_str));
    let (plain_read, plain) = (refusal.request_id.as_deref().map(letters), stands.map(letters));
    if plain_read.as_deref().unwrap_or_default() != plain.as_deref().unwrap_or_default() {
        wrong.push(format!("the request id is {stands:?} and was read as {:?}", refusal.request_id));
    }
    wrong
}

/// Judges a code that was read. The right one stands in the body as a code, or the body has none and the status stands
/// in its place.
fn wrong_code(read: &str, status: u16, body: &Value) -> Option<String> {
    let all = texts(body, &CODES);
    let numbers = body.get("error_codes").and_then(Value::as_array).into_iter().flatten();
    let mut all: Vec<String> = all.into_iter().chain(numbers.map(|number| format!("AADSTS{number}"))).collect();
    all.retain(|code| !letters(code).is_empty());
    let stands = all.iter().any(|code| begins(code, read));
    match read == format!("HTTP {status}") {
        true => near(body, &CODES).map(|code| format!("its code {code} was not read")),
        false => (!stands).then(|| format!("{read:?} is no code in it, only {all:?}")),
    }
}

/// Judges a message that was read. The right one is the beginning of one in the body. The program's words tell of a
/// redirect that tells nothing.
fn wrong_message(read: &str, status: u16, body: &Value) -> Option<String> {
    let all = texts(body, &MESSAGES);
    if read.is_empty() || ((300..400).contains(&status) && read.contains("not followed")) {
        let names = if body.get("error").is_some_and(Value::is_string) { &DESCRIPTION[..] } else { &MESSAGES[..] };
        return near(body, names).map(|message| format!("its message was not read: {message}"));
    }
    // Entra repeats the code before the words.
    let stands = all.iter().any(|message| {
        let words = message.split_once(": ").filter(|(code, _)| code.starts_with("AADSTS")).map(|(_, words)| words);
        begins(message, read) || words.is_some_and(|words| begins(words, read))
    });
    (!stands).then(|| format!("{read:?} begins no message in it, only {all:?}"))
}

/// True where a text begins with what was read of it, spaces, marks and the end of what was cut off aside.
fn begins(text: &str, read: &str) -> bool {
    letters(text).starts_with(&letters(read))
}

/// Returns the letters and digits of a text.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Returns every text that a field of one of those names holds, however deep.
fn texts(value: &Value, names: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::Array(items) => items.iter().for_each(|item| found.extend(texts(item, names))),
        Value::Object(fields) => {
            for (name, value) in fields {
                let named = names.contains(&name.as_str());
                found.extend(value.as_str().filter(|_| named).map(str::to_owned));
                found.extend(texts(value, names));
            }
        }
        _ => {}
    }
    found
}

/// Returns the text that a field of one of those names holds where services put it: at the top, in `error` or
/// `odata.error`, in the first of `errors`.
fn near(body: &Value, names: &[&str]) -> Option<String> {
    let first = body.get("errors").and_then(|errors| errors.get(0));
    let error = body.get("error").or_else(|| body.get("odata.error")).filter(|error| !error.is_null());
    let holder = error.filter(|error| error.is_object()).or(first).unwrap_or(body);
    let field = |name: &&str| Some(holder.get(*name)?.as_str()?.to_owned());
    names.iter().find_map(field).filter(|text| !letters(text).is_empty())
}

/// The whole folder, whatever is in it.
#[test]
fn any_recording_is_read_or_refused_with_what_stands_in_it() {
    let Some(recordings) = recordings() else { return };
    let contracts = Reference::find().and_then(|reference| reference.contracts().ok());
    let count = Count::of(&recordings, contracts.as_ref());
    println!("{} recordings\n{count}", recordings.len());
    assert!(count.wrong.is_empty(), "{:#?}", count.wrong);
    assert!(recordings.iter().any(|recording| !recording.exchanges.is_empty()), "no exchange in any of them");
}
