//! Whatever is in a kubeconfig, or is given for one, is read or refused; what is written of it is read back as the same.

#![no_main]

use crosspull_core::access::exec::ExecQuestion;
use crosspull_core::access::kubeconfig::{Given, Kubeconfig};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = ExecQuestion::parse(text);
    let _ = Given::parse(text, "6dae42f8-4368-4678-94ff-3960e28e3630");
    if let Ok(file) = Kubeconfig::parse(text) {
        let written = file.text().expect("what is read can be written");
        assert_eq!(Kubeconfig::parse(&written).as_ref(), Ok(&file));
    }
});
