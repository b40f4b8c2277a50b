//! The wizard without a screen: lines out, lines in. What is told and what a line means is decided in `crosspull_tui::Voice`.

mod output;
mod typed;

use std::ffi::OsString;

use clap::{ArgMatches, ColorChoice};

pub use output::Output;
pub use typed::{Typed, read_lines};

/// The values of `ACCESSIBLE` that ask for screens.
const NO: [&str; 5] = ["", "0", "false", "no", "off"];

/// Returns true where plain lines are wanted: by the flag, by `ACCESSIBLE` as huh and clack call it, or by a terminal that
/// can do nothing else.
pub fn is_wanted(arguments: &ArgMatches, variable: impl Fn(&str) -> Option<String>) -> bool {
    arguments.get_flag("accessible") || is_wanted_here(variable)
}

/// Returns true where the place asks for plain lines: a variable, or the terminal.
fn is_wanted_here(variable: impl Fn(&str) -> Option<String>) -> bool {
    let is_no = |value: &str| NO.iter().any(|no| no.eq_ignore_ascii_case(value.trim()));
    variable("ACCESSIBLE").is_some_and(|value| !is_no(&value)) || variable("TERM").is_some_and(|term| term == "dumb")
}

/// Returns the colours of what is said before the arguments are understood: none where plain lines are wanted.
pub fn colours(
    mut arguments: impl Iterator<Item = OsString>,
    variable: impl Fn(&str) -> Option<String>,
) -> ColorChoice {
    let plain = arguments.any(|argument| argument == "--accessible") || is_wanted_here(variable);
    if plain { ColorChoice::Never } else { ColorChoice::Auto }
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::*;

    #[test]
    fn it_is_chosen_by_flag_by_variable_and_by_a_dumb_terminal() {
        let wanted = |words: &[&str], name: &str, value: &str| {
            let command = Command::new("x").arg(crate::cli::accessible());
            let arguments = command.try_get_matches_from([&["x"], words].concat()).expect("arguments");
            is_wanted(&arguments, |asked| (asked == name).then(|| value.to_owned()))
        };
        assert!(wanted(&["--accessible"], "", ""));
        assert!(wanted(&[], "ACCESSIBLE", "1") && wanted(&[], "TERM", "dumb"));
        assert!(!wanted(&[], "TERM", "xterm"));
        let colours = |words: &[&str], name: &str| {
            let words: Vec<OsString> = words.iter().map(Into::into).collect();
            colours(words.into_iter(), |asked| (asked == name).then(|| "1".to_owned()))
        };
        assert_eq!(colours(&["x", "demo", "--accessible", "--wrong"], ""), ColorChoice::Never);
        assert_eq!((colours(&["x"], "ACCESSIBLE"), colours(&["x"], "")), (ColorChoice::Never, ColorChoice::Auto));
        for no in ["", "0", "false", "no", "No", "off"] {
            assert!(!wanted(&[], "ACCESSIBLE", no), "{no:?}");
        }
    }
}
