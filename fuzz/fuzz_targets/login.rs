//! Whatever a program asks a credential helper, and whatever is in the files that tell of helpers, is read or refused; what
//! is written into docker's file leaves the rest of it as it was.

#![no_main]

use crosspull_core::kept::{Failed, Kept, Sort};
use crosspull_core::login::{Meant, helper, helper_config, settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Meant::parse(text);
    let _ = helper::given(text);
    let _ = (Kept::parse(Sort::Registry, text), Kept::parse(Sort::Cluster, text), Failed::parse(text));
    if let Ok(server) = helper::server(text) {
        assert!(!server.is_empty() && !server.contains(char::is_whitespace));
    }
    if let Ok(known) = settings::parse(text) {
        let again = settings::parse(&settings::text(&known)).expect("its own file reads");
        assert_eq!(settings::text(&again), settings::text(&known));
    }
    if let Ok(edited) = helper_config::with_helper(text, ["shop.azurecr.io"]) {
        let file: serde_json::Value = serde_json::from_str(&edited.text).expect("what is written is JSON");
        assert_eq!(file["credHelpers"]["shop.azurecr.io"], helper_config::HELPER);
        let twice = helper_config::with_helper(&edited.text, ["shop.azurecr.io"]).expect("what is written is read");
        assert_eq!(twice.text, edited.text, "and stays as it is");
    }
});
