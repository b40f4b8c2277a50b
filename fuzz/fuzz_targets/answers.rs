//! Whatever an answers file holds is read, or refused with sentences; and the answers survive their own file.

#![no_main]

use crosspull_core::input::{Answers, Inputs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Answers::from_toml(text) {
        Err(complaints) => assert!(!complaints.is_empty()),
        Ok(answers) => {
            let again = Answers::from_toml(&answers.to_toml()).expect("its own file reads");
            assert_eq!(Inputs::from_answers(&again).is_ok(), Inputs::from_answers(&answers).is_ok());
        }
    }
});
