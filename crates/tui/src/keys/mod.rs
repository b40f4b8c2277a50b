//! The key table: the keys of every place, what they ask for, and the words that the key line and the help print.
//!
//! The screen that an action is asked of says what the action does.

mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// An action that a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// To the next screen, or take what is chosen.
    GoOn,
    /// To the previous screen, or away with what lies above.
    Back,
    /// Along a list or a text.
    Move(Move),
    /// The word or the button to the left.
    Left,
    /// The word or the button to the right.
    Right,
    /// Show the fields that are folded away.
    Unfold,
    /// The next field.
    NextField,
    /// The field before.
    PreviousField,
    /// Show the keys.
    Help,
    /// Copy what the screen offers.
    Copy,
    /// Copy the address.
    CopyAddress,
    /// Open the address in a browser.
    Open,
    /// Copy the command that does the same.
    CopyCommand,
    /// Show or hide the secret.
    Reveal,
    /// Show what the screen offers on the terminal itself, without a frame.
    Plain,
    /// Save the secret.
    SaveSecret,
    /// Leave the secret in the clipboard.
    KeepCopied,
    /// Take the secret out of the clipboard.
    ClearCopied,
    /// List what the field may be; else tell who signs in.
    LookUp,
    /// List what the field may be; else the next field.
    Below,
    /// Sign in, and tell who that is.
    SignIn,
    /// Take what is chosen, else on to the next field.
    Take,
    /// Save the plan.
    SavePlan,
    /// Wait no longer before the reset.
    CutShort,
    /// Explain a step.
    Explain,
    /// The next page of the screen.
    NextTab,
    /// The page before.
    PreviousTab,
    /// Another namespace.
    NextNamespace,
    /// Show only what is allowed, or all again.
    OnlyAllowed,
    /// Narrow a table by what is typed.
    Filter,
    /// Save the matrix.
    SaveMatrix,
    /// Ask the checks again, or read again what routes are weighed by.
    Again,
    /// List the methods by which a registry lets somebody in.
    Methods,
    /// Yes.
    Yes,
    /// No.
    No,
    /// Stop, or leave.
    Stop,
    /// Draw anew.
    Redraw,
    /// Stop for a while, as programs of a shell do.
    Suspend,
}

/// A way along a list or a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Move {
    /// To the entry or the line before.
    Up,
    /// To the next.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    First,
    /// To the end.
    Last,
}

/// A place where keys are pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// The first screen.
    Home,
    /// The list of earlier runs.
    Runs,
    /// The routes, or who will use a registry.
    Route,
    /// The routes, weighed by what was found.
    Chooser,
    /// The routes, which could not be weighed.
    Unweighed,
    /// A form, in a field for text.
    Text,
    /// A form, in a field for one of a few words.
    Choice,
    /// A form, on the line that fields are folded away behind.
    Fold,
    /// The checks.
    Checks,
    /// The review.
    Review,
    /// The run.
    Run,
    /// The run, while the question before its reset stays without an answer.
    NotReset,
    /// The run, with a step chosen.
    Step,
    /// The run, while it waits for a person.
    Consent,
    /// A sign-in that waits for a person.
    SignIn,
    /// The end.
    Done,
    /// The end, while the secret is in the clipboard for a while.
    Copied,
    /// A sign-in to a registry that goes, or was refused.
    Entering,
    /// A sign-in to a registry that came about.
    Entered,
    /// The screen of access to a cluster, while it is read or could not be.
    Asking,
    /// Access to a cluster.
    Access,
    /// The matrix of what somebody may do in a cluster.
    Matrix,
    /// The same, while a text is typed that narrows it.
    Filter,
    /// Above a screen: something to read.
    Reading,
    /// Above a screen: a question with two buttons.
    Question,
    /// Above a screen: what is to become of the secret in the clipboard.
    Clipboard,
    /// Above a screen: a question about the reset, which keys typed ahead must not answer with yes.
    Reset,
    /// Above a screen: a place for a file.
    Path,
    /// A form, in a field with a list to choose from.
    Pick,
    /// Above a screen: other ways to sign in.
    Ways,
}

impl Context {
    /// Returns true where the same screen is shown at the same place, whatever its keys do.
    pub fn is_like(self, other: Self) -> bool {
        let ends = [Self::Done, Self::Copied];
        self == other || [self, other].iter().all(|one| ends.contains(one))
    }
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    keys: &'static [(KeyCode, KeyModifiers)],
    /// The keys as they are written.
    pub label: &'static str,
    /// The action in one or two words for the key line; empty where the row is in the help alone.
    pub word: &'static str,
    /// The action in words for the help.
    pub help: &'static str,
    pub action: Action,
}

/// Returns the rows of a place.
pub(crate) fn table(context: Context) -> impl Iterator<Item = &'static Binding> {
    let scrolls = !matches!(
        context,
        Context::Text
            | Context::Choice
            | Context::Fold
            | Context::Question
            | Context::Clipboard
            | Context::Path
            | Context::Pick
            | Context::Ways
            | Context::Filter
    );
    let first = table::at_the_end(context).iter();
    first.chain(table::own(context)).chain(if scrolls { table::PAGES } else { &[] }).chain(table::EVERYWHERE)
}

/// Returns what a key asks for there; none where it is text or nothing.
pub(crate) fn action(context: Context, key: &KeyEvent) -> Option<Action> {
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let code = match key.code {
        KeyCode::Tab if shift => KeyCode::BackTab,
        KeyCode::Char(c) => KeyCode::Char(c.to_ascii_lowercase()),
        other => other,
    };
    let chord = (code, key.modifiers.difference(KeyModifiers::SHIFT));
    table(context).find(|row| row.keys.contains(&chord)).map(|row| row.action)
}

/// Returns how much an action is needed on the key line: what has the greatest rank gives way first where there is little room.
/// The help has all of them.
pub(crate) const fn rank(action: Action) -> u8 {
    match action {
        // On, back, and the way to all others.
        Action::GoOn | Action::Take | Action::Unfold | Action::Back | Action::Help => 0,
        // An answer to a question, and what keeps a secret.
        Action::Left | Action::Right | Action::Yes | Action::KeepCopied | Action::ClearCopied | Action::SaveSecret => 1,
        // The way out.
        Action::Stop => 2,
        Action::Reveal
        | Action::Copy
        | Action::CopyAddress
        | Action::CutShort
        | Action::SignIn
        | Action::LookUp
        | Action::Again => 3,
        Action::Explain | Action::Open | Action::NextTab | Action::Filter => 4,
        Action::CopyCommand
        | Action::SavePlan
        | Action::SaveMatrix
        | Action::Methods
        | Action::NextNamespace
        | Action::OnlyAllowed
        | Action::Plain
        | Action::NextField => 5,
        // What arrows and Tab do is tried without being told.
        Action::Move(_)
        | Action::PreviousField
        | Action::PreviousTab
        | Action::Below
        | Action::No
        | Action::Redraw
        | Action::Suspend => 6,
    }
}

/// All places.
#[cfg(test)]
pub(crate) const ALL: [Context; 30] = [
    Context::Home,
    Context::Runs,
    Context::Route,
    Context::Chooser,
    Context::Unweighed,
    Context::Text,
    Context::Choice,
    Context::Fold,
    Context::Checks,
    Context::Review,
    Context::Run,
    Context::NotReset,
    Context::Step,
    Context::Consent,
    Context::SignIn,
    Context::Done,
    Context::Copied,
    Context::Entering,
    Context::Entered,
    Context::Asking,
    Context::Access,
    Context::Matrix,
    Context::Filter,
    Context::Reading,
    Context::Question,
    Context::Clipboard,
    Context::Reset,
    Context::Path,
    Context::Pick,
    Context::Ways,
];

#[cfg(test)]
mod tests {
    use super::table::{CTRL, NONE};
    use super::*;

    #[test]
    fn no_key_means_two_things_in_one_place_and_every_row_that_is_shown_is_explained() {
        for context in ALL {
            let mut keys: Vec<_> = table(context).flat_map(|r| r.keys).collect();
            let all = keys.len();
            keys.dedup();
            keys.sort_by_key(|k| format!("{k:?}"));
            keys.dedup();
            assert_eq!(keys.len(), all, "{context:?}");
            for row in table(context) {
                assert_eq!(row.label.is_empty(), row.help.is_empty(), "{context:?} {row:?}");
            }
        }
    }

    #[test]
    fn fields_for_text_take_every_letter() {
        for c in ('a'..='z').chain(['?', ' ']) {
            let key = KeyEvent::new(KeyCode::Char(c), NONE);
            assert_eq!(action(Context::Text, &key), None, "{c}");
            assert_eq!(action(Context::Path, &key), None, "{c}");
            assert_eq!(action(Context::Pick, &key), None, "{c}");
            assert_eq!(action(Context::Filter, &key), None, "{c}");
        }
    }

    #[test]
    fn control_c_and_control_l_are_known_everywhere() {
        for context in ALL {
            let chord = |c| KeyEvent::new(KeyCode::Char(c), CTRL);
            assert!(action(context, &chord('c')).is_some(), "{context:?}");
            assert_eq!(action(context, &chord('l')), Some(Action::Redraw), "{context:?}");
            assert_eq!(action(context, &chord('z')), Some(Action::Suspend), "{context:?}");
        }
    }

    #[test]
    fn nothing_is_done_by_an_f_key_alone() {
        for row in ALL.into_iter().flat_map(table) {
            let only = !row.keys.is_empty() && row.keys.iter().all(|(code, _)| matches!(code, KeyCode::F(_)));
            assert!(!only && !row.label.starts_with('F'), "{row:?}");
        }
    }

    #[test]
    fn q_leaves_or_closes_where_no_text_is_typed() {
        let q = KeyEvent::new(KeyCode::Char('q'), NONE);
        for context in ALL {
            let text = matches!(context, Context::Text | Context::Filter | Context::Path | Context::Pick);
            // On the last screen Enter leaves too.
            let wanted = [Action::Stop, Action::Back, Action::GoOn];
            assert_eq!(action(context, &q).is_some_and(|action| wanted.contains(&action)), !text, "{context:?}");
        }
    }
}
