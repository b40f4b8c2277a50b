//! Messages of protocol buffers, as far as their fields have a length or are numbers (protobuf.dev, "Encoding").

use serde_json::{Map, Value};

/// Returns a map: a field that repeats, each time with a key and a value.
pub fn map(found: &Fields<'_>, number: u64, value: impl Fn(&[u8]) -> Option<String>) -> Option<Map<String, Value>> {
    let entries = found.iter().filter(|(known, _)| *known == number);
    let read = entries.map(|(_, bytes)| {
        let entry = fields(bytes)?;
        let key = text(field(&entry, 1).unwrap_or_default())?;
        Some((key, Value::from(value(field(&entry, 2).unwrap_or_default())?)))
    });
    read.collect()
}

/// Returns a text; `None` where it is none.
pub fn text(bytes: &[u8]) -> Option<String> {
    std::str::from_utf8(bytes).ok().map(str::to_owned)
}

/// Returns the texts of a field that repeats.
pub fn all_texts(found: &Fields<'_>, number: u64) -> Option<Vec<String>> {
    found.iter().filter(|(known, _)| *known == number).map(|(_, bytes)| text(bytes)).collect()
}

/// Returns a number of a message; the outer `None` where the message cannot be read.
pub fn number(mut bytes: &[u8], wanted: u64) -> Option<Option<u64>> {
    let mut found = None;
    while !bytes.is_empty() {
        let (key, rest) = varint(bytes)?;
        if key == wanted << 3 {
            found = Some(varint(rest)?.0);
        }
        bytes = after(key, rest)?.1;
    }
    Some(found)
}

/// The fields of a message that have a length, each with its number.
pub type Fields<'a> = Vec<(u64, &'a [u8])>;

/// Returns the first field of a number.
pub fn field<'a>(fields: &Fields<'a>, number: u64) -> Option<&'a [u8]> {
    fields.iter().find(|(found, _)| *found == number).map(|(_, bytes)| *bytes)
}

/// Texts by the names of their fields, which count from 1; those that are empty are left out.
pub fn texts(fields: &Fields<'_>, names: &[&str]) -> Option<Map<String, Value>> {
    let mut read = Map::new();
    for (number, name) in (1..).zip(names) {
        let bytes = field(fields, number).unwrap_or_default();
        if !bytes.is_empty() {
            read.insert((*name).to_owned(), Value::from(std::str::from_utf8(bytes).ok()?));
        }
    }
    Some(read)
}

/// Returns the fields of a message; `None` where it cannot be read.
pub fn fields(mut bytes: &[u8]) -> Option<Fields<'_>> {
    let mut fields = Vec::new();
    while !bytes.is_empty() {
        let (key, rest) = varint(bytes)?;
        let (field, rest) = after(key, rest)?;
        fields.extend(field.map(|field| (key >> 3, field)));
        bytes = rest;
    }
    Some(fields)
}

/// Returns the bytes of a field that has a length, and what comes after a field.
fn after(key: u64, rest: &[u8]) -> Option<(Option<&[u8]>, &[u8])> {
    match key & 7 {
        0 => Some((None, varint(rest)?.1)),
        1 => Some((None, rest.get(8..)?)),
        2 => {
            let (length, rest) = varint(rest)?;
            let length = usize::try_from(length).ok()?;
            Some((Some(rest.get(..length)?), rest.get(length..)?))
        }
        5 => Some((None, rest.get(4..)?)),
        _ => None,
    }
}

fn varint(bytes: &[u8]) -> Option<(u64, &[u8])> {
    let mut value = 0;
    for (at, byte) in bytes.iter().enumerate().take(10) {
        value |= u64::from(byte & 0x7f).checked_shl(u32::try_from(at * 7).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, bytes.get(at + 1..)?));
        }
    }
    None
}
