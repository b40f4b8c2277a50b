//! The sentences about what can be done next: by its keys, and by its words where there is no screen.

use crate::here::Clipboard;
use crate::shared::Shared;

/// Something that can be done next, as a status tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Back, or sign in again: the checks of an earlier run.
    BackOrSignIn,
    /// Other answers, or ask again: the checks.
    AnswersOrAsk,
    /// Other answers, or try again.
    AnswersOrTry,
    /// Other answers.
    Answers,
    /// Ask again.
    Ask,
    /// Stop what goes.
    Stop,
    /// Wait no longer.
    CutShort,
    /// Have the reset asked about again, or end the run.
    AskResetOrEnd,
    /// Go on with the run.
    GoOn,
    /// Go on with the run, once something was mended.
    GoOnOnceMended,
    /// Do what the command above does.
    DoNow,
    /// Other answers, for a run that finds what this one made.
    AnotherRun,
    /// Other answers, for the first run that makes something.
    FirstRun,
}

impl Next {
    /// Returns the sentence.
    pub(crate) const fn told(self, shared: &Shared) -> &'static str {
        let (keys, words) = self.both();
        if shared.aloud { words } else { keys }
    }

    /// Returns the sentence behind another one.
    pub(crate) fn after(self, says: &str, shared: &Shared) -> String {
        format!("{says} {}", self.told(shared))
    }

    /// Returns the sentence about keys, and the one about words.
    const fn both(self) -> (&'static str, &'static str) {
        match self {
            Self::BackOrSignIn => {
                ("Esc goes back, r signs in again.", "The word back goes back, ask again signs in again.")
            }
            Self::AnswersOrAsk => {
                ("Esc changes answers, r asks again.", "The word back leads to the answers, ask again asks once more.")
            }
            Self::AnswersOrTry => {
                ("Esc changes answers, Enter tries again.", "The word back leads to the answers, Enter tries again.")
            }
            Self::Answers => ("Esc changes them.", "The word back leads to them."),
            Self::Ask => ("r asks again.", "The words ask again ask once more."),
            Self::Stop => ("Esc stops it.", "The word back stops it."),
            Self::CutShort => ("w waits no longer.", "The words wait no longer cut it short."),
            Self::AskResetOrEnd => {
                ("Enter asks again, Ctrl+C ends the run here.", "Enter asks again, the words end the run end it here.")
            }
            Self::GoOn => ("r goes on, in this window.", "The words go on do so."),
            Self::GoOnOnceMended => {
                ("Once that is mended, r goes on, in this window.", "Once that is mended, the words go on do so.")
            }
            Self::AnotherRun => (
                "Esc changes the answers; what was made is found again.",
                "The word back leads to the answers; what was made is found again.",
            ),
            Self::FirstRun => ("Esc changes the answers.", "The word back leads to the answers."),
            Self::DoNow => ("r does it now, in this window.", "The words go on do it now."),
        }
    }
}

/// Returns what copies something, in brackets and behind it: a key of a screen. Nothing where there is no screen, and where
/// nothing can be copied.
pub(crate) fn copied_by(key: char, shared: &Shared) -> String {
    match shared.here.clipboard {
        Clipboard::Nowhere => String::new(),
        Clipboard::Terminals | Clipboard::Own | Clipboard::File if shared.aloud => String::new(),
        Clipboard::Terminals | Clipboard::Own | Clipboard::File => format!(" ({key} copies it)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Next; 13] = [
        Next::BackOrSignIn,
        Next::AnswersOrAsk,
        Next::AnswersOrTry,
        Next::Answers,
        Next::Ask,
        Next::Stop,
        Next::CutShort,
        Next::AskResetOrEnd,
        Next::GoOn,
        Next::GoOnOnceMended,
        Next::DoNow,
        Next::AnotherRun,
        Next::FirstRun,
    ];

    #[test]
    fn nothing_that_is_told_aloud_names_a_key_of_a_screen() {
        for next in ALL {
            let (keys, words) = next.both();
            for key in ["Esc", "Ctrl", "r ", "w ", "window"] {
                assert!(!words.split_inclusive(' ').any(|word| word.starts_with(key)), "{words}");
            }
            assert!(keys.ends_with('.') && words.ends_with('.') && keys != words, "{keys}");
        }
    }
}
