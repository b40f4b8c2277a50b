//! Whatever is typed or pasted as an id, and whatever somebody wrote as a condition, is read, or refused with a sentence;
//! and what was read is written as it reads.

#![no_main]

use crosspull_core::cloud::CloudChoice;
use crosspull_core::condition::{Widened, repositories_of, widened};
use crosspull_core::ids::{ClusterId, ImageRef, RegistryId, TenantRef};
use crosspull_core::input::{FIELDS, check};
use crosspull_core::names::RunId;
use crosspull_core::text::{printable, terminal_safe};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(id) = ClusterId::parse(text) {
        assert_eq!(ClusterId::parse(&id.to_string()), Ok(id));
    }
    if let Ok(id) = RegistryId::parse(text) {
        assert_eq!(RegistryId::parse(&id.to_string()), Ok(id));
    }
    if let Ok(image) = ImageRef::parse(text) {
        assert_eq!(ImageRef::parse(&image.to_string()), Ok(image));
    }
    if repositories_of(text).is_some() {
        assert_eq!(widened(Some(text), Some(text)), Widened::Unchanged);
    }
    let _ = TenantRef::parse(text);
    let _ = CloudChoice::parse(text);
    if let Ok(run) = text.parse::<RunId>() {
        assert!(run.0.bytes().all(|b| b.is_ascii_alphanumeric()), "a file is named so");
    }
    for field in &FIELDS {
        if let Err(sentence) = check(field.key, text) {
            assert!(!sentence.is_empty());
        }
    }
    assert!(!terminal_safe(text).contains(char::is_control));
    assert!(!printable(text, 200).contains(char::is_control));
});
