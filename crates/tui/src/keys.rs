//! The key table. What a key does on a screen, the key line at the bottom and the help are all read from it.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::model::{Model, Screen};
use crate::overlay::Overlay;

/// What a key asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    /// To the next screen, or take what is chosen.
    GoOn,
    /// To the previous screen, or away with what lies above.
    Back,
    /// Up in a list.
    Up,
    /// Down in a list.
    Down,
    /// The word or the button to the left.
    Left,
    /// The word or the button to the right.
    Right,
    /// The next field.
    NextField,
    /// The field before.
    PreviousField,
    /// Show the keys.
    Help,
    /// Copy what the screen offers.
    Copy,
    /// Copy the command that does the same.
    CopyCommand,
    /// Show or hide the secret.
    Reveal,
    /// Save the secret.
    SaveSecret,
    /// Save the plan.
    SavePlan,
    /// Explain a step.
    Explain,
    /// Ask the checks again.
    Again,
    /// Yes.
    Yes,
    /// No.
    No,
    /// Stop, or leave.
    Stop,
    /// Draw anew.
    Redraw,
}

/// Where a key is pressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Context {
    /// The first screen.
    Home,
    /// A form, in a field for text.
    Text,
    /// A form, in a field for one of a few words.
    Choice,
    /// The checks.
    Checks,
    /// The review.
    Review,
    /// The run.
    Run,
    /// The run, while it waits for a person.
    Consent,
    /// The end.
    Done,
    /// Above a screen: something to read.
    Reading,
    /// Above a screen: a question with two buttons.
    Question,
    /// Above a screen: a place for a file.
    Path,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Binding {
    keys: &'static [(KeyCode, KeyModifiers)],
    /// The keys as they are written.
    pub label: &'static str,
    /// What it does, in one or two words for the key line; empty where it is in the help alone.
    pub word: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
    /// What it asks for.
    pub action: Action,
}

const NONE: KeyModifiers = KeyModifiers::NONE;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

/// Shortens a row.
const fn row(
    keys: &'static [(KeyCode, KeyModifiers)],
    label: &'static str,
    word: &'static str,
    help: &'static str,
    action: Action,
) -> Binding {
    Binding { keys, label, word, help, action }
}

const ENTER: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Enter, NONE)];
const ESC: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Esc, NONE)];
const LEFT: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Left, NONE)];
const RIGHT: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Right, NONE)];
const TAB: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Tab, NONE), (KeyCode::Down, NONE)];
const BACK_TAB: &[(KeyCode, KeyModifiers)] = &[(KeyCode::BackTab, NONE), (KeyCode::Up, NONE)];
const UP: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Up, NONE), (KeyCode::Char('k'), NONE), (KeyCode::Char('p'), CTRL)];
const DOWN: &[(KeyCode, KeyModifiers)] =
    &[(KeyCode::Down, NONE), (KeyCode::Char('j'), NONE), (KeyCode::Char('n'), CTRL)];

const GO_ON: Binding = row(ENTER, "Enter", "go on", "to the next screen", Action::GoOn);
const PREVIOUS_SCREEN: Binding = row(ESC, "Esc", "back", "to the previous screen; every answer is kept", Action::Back);
const CLOSE: Binding = row(ESC, "Esc", "close", "away with what lies above the screen", Action::Back);
const MOVE_UP: Binding = row(UP, "↑↓", "choose", "up and down in a list", Action::Up);
const MOVE_DOWN: Binding = row(DOWN, "", "", "", Action::Down);
const WORD_LEFT: Binding = row(LEFT, "←→", "choose", "the word before, the next word", Action::Left);
const WORD_RIGHT: Binding = row(RIGHT, "", "", "", Action::Right);
const NEXT_FIELD: Binding = row(TAB, "Tab", "next", "to the next field", Action::NextField);
const PREVIOUS_FIELD: Binding = row(BACK_TAB, "Shift+Tab", "previous", "to the field before", Action::PreviousField);
const HELP_IN_TEXT: Binding = row(&[(KeyCode::F(1), NONE)], "F1", "help", "this help", Action::Help);
const HELP: Binding =
    row(&[(KeyCode::F(1), NONE), (KeyCode::Char('?'), NONE)], "?", "help", "this help, also by F1", Action::Help);
const LEAVE: Binding = row(
    &[(KeyCode::Char('c'), CTRL)],
    "Ctrl+C",
    "leave",
    "leave; asks first where there is something to lose",
    Action::Stop,
);
const LEAVE_QUIETLY: Binding = Binding { word: "", ..LEAVE };
const STOP: Binding = Binding {
    word: "stop after this call",
    help: "stop after the call in flight; a second time leaves at once",
    ..LEAVE
};
const REDRAW: Binding = row(&[(KeyCode::Char('l'), CTRL)], "Ctrl+L", "", "draw the screen anew", Action::Redraw);

const HOME: &[Binding] = &[MOVE_UP, MOVE_DOWN, GO_ON, HELP, LEAVE, REDRAW];
const TEXT: &[Binding] = &[NEXT_FIELD, PREVIOUS_FIELD, GO_ON, PREVIOUS_SCREEN, HELP_IN_TEXT, LEAVE_QUIETLY, REDRAW];
const CHOICE: &[Binding] =
    &[NEXT_FIELD, PREVIOUS_FIELD, WORD_LEFT, WORD_RIGHT, GO_ON, PREVIOUS_SCREEN, HELP, LEAVE_QUIETLY, REDRAW];
const CHECKS: &[Binding] = &[
    MOVE_UP,
    MOVE_DOWN,
    row(&[(KeyCode::Char('r'), NONE)], "r", "ask again", "ask all checks again", Action::Again),
    GO_ON,
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
    REDRAW,
];
const REVIEW: &[Binding] = &[
    MOVE_UP,
    MOVE_DOWN,
    row(
        &[(KeyCode::Char('e'), NONE)],
        "e",
        "explain",
        "what a step does, what it needs, how it is undone",
        Action::Explain,
    ),
    row(&[(KeyCode::Char('s'), NONE)], "s", "save plan", "save the plan in a file", Action::SavePlan),
    row(ENTER, "Enter", "run", "run the plan", Action::GoOn),
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
    REDRAW,
];
const RUN: &[Binding] = &[
    Binding { word: "look at a step", ..MOVE_UP },
    MOVE_DOWN,
    row(ESC, "", "", "", Action::Back),
    row(
        ENTER,
        "Enter",
        "go on",
        "the calls of the step that is looked at; at the end, to the last screen",
        Action::GoOn,
    ),
    HELP,
    STOP,
    REDRAW,
];
const CONSENT: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(&[(KeyCode::F(2), NONE)], "F2", "copy", "copy the address", Action::Copy),
    HELP,
    Binding { word: "stop", ..STOP },
    REDRAW,
];
const DONE: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(&[(KeyCode::Char('c'), NONE)], "c", "copy command", "copy the command that does the same", Action::CopyCommand),
    row(&[(KeyCode::F(3), NONE)], "F3", "reveal", "show the secret for 10 seconds", Action::Reveal),
    row(&[(KeyCode::F(2), NONE)], "F2", "copy", "copy the secret", Action::Copy),
    row(&[(KeyCode::F(4), NONE)], "F4", "save", "save the secret in a new file", Action::SaveSecret),
    HELP,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Char('q'), NONE), (KeyCode::Char('c'), CTRL)],
        "Enter",
        "leave",
        "leave; a summary without the secret stays on the terminal",
        Action::GoOn,
    ),
    REDRAW,
];
const READING: &[Binding] = &[
    Binding { word: "scroll", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    CLOSE,
    row(&[(KeyCode::Enter, NONE), (KeyCode::Char('q'), NONE)], "", "", "", Action::GoOn),
    LEAVE_QUIETLY,
    REDRAW,
];
const QUESTION: &[Binding] = &[
    row(
        &[(KeyCode::Left, NONE), (KeyCode::BackTab, NONE), (KeyCode::Up, NONE)],
        "←→",
        "choose",
        "the other button",
        Action::Left,
    ),
    row(&[(KeyCode::Right, NONE), (KeyCode::Tab, NONE), (KeyCode::Down, NONE)], "", "", "", Action::Right),
    row(&[(KeyCode::Char('y'), NONE)], "y", "yes", "yes", Action::Yes),
    row(&[(KeyCode::Char('n'), NONE)], "n", "no", "no", Action::No),
    row(ENTER, "Enter", "take", "take the button in focus", Action::GoOn),
    CLOSE,
    LEAVE_QUIETLY,
    REDRAW,
];
const PATH: &[Binding] = &[row(ENTER, "Enter", "save", "save", Action::GoOn), CLOSE, LEAVE_QUIETLY, REDRAW];

/// The rows of a place.
pub(crate) const fn table(context: Context) -> &'static [Binding] {
    match context {
        Context::Home => HOME,
        Context::Text => TEXT,
        Context::Choice => CHOICE,
        Context::Checks => CHECKS,
        Context::Review => REVIEW,
        Context::Run => RUN,
        Context::Consent => CONSENT,
        Context::Done => DONE,
        Context::Reading => READING,
        Context::Question => QUESTION,
        Context::Path => PATH,
    }
}

/// What a key asks for there; none where it is text or nothing.
pub(crate) fn action(context: Context, key: &KeyEvent) -> Option<Action> {
    let shift = key.modifiers.contains(KeyModifiers::SHIFT);
    let code = match key.code {
        KeyCode::Tab if shift => KeyCode::BackTab,
        KeyCode::Char(c) => KeyCode::Char(c.to_ascii_lowercase()),
        other => other,
    };
    let chord = (code, key.modifiers.difference(KeyModifiers::SHIFT));
    table(context).iter().find(|row| row.keys.contains(&chord)).map(|row| row.action)
}

impl Context {
    /// Where the next key goes.
    pub fn of(model: &Model) -> Self {
        match model.overlays.last() {
            Some(overlay) => match overlay {
                Overlay::Help { .. } | Overlay::Explain { .. } | Overlay::Calls { .. } => Self::Reading,
                Overlay::Leave { .. } | Overlay::Reset { .. } => Self::Question,
                Overlay::Path { .. } => Self::Path,
            },
            None => Self::of_screen(model),
        }
    }

    /// Where keys go when nothing lies above the screen.
    pub fn of_screen(model: &Model) -> Self {
        match &model.screen {
            Screen::Home { .. } => Self::Home,
            Screen::Form(form) if form.in_text() => Self::Text,
            Screen::Form(_) => Self::Choice,
            Screen::Checks { .. } => Self::Checks,
            Screen::Review { .. } => Self::Review,
            Screen::Run { .. } if model.live.person().is_some() => Self::Consent,
            Screen::Run { .. } => Self::Run,
            Screen::Done { .. } => Self::Done,
        }
    }
}

/// True where an action has something to do now; the key line shows no other.
pub(crate) fn offered(model: &Model, action: Action) -> bool {
    let live = &model.live;
    match (Context::of(model), action) {
        (Context::Checks, Action::GoOn) => live.ready().is_some(),
        (Context::Run, Action::GoOn) => {
            live.over() || live.question().is_some() || matches!(model.screen, Screen::Run { chosen: Some(_), .. })
        }
        (Context::Run | Context::Consent, Action::Stop) => !live.over(),
        (Context::Done, Action::Copy | Action::Reveal | Action::SaveSecret) => live.has_secret(),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Context; 11] = [
        Context::Home,
        Context::Text,
        Context::Choice,
        Context::Checks,
        Context::Review,
        Context::Run,
        Context::Consent,
        Context::Done,
        Context::Reading,
        Context::Question,
        Context::Path,
    ];

    #[test]
    fn no_key_means_two_things_in_one_place_and_every_row_that_is_shown_is_explained() {
        for context in ALL {
            let mut keys: Vec<_> = table(context).iter().flat_map(|r| r.keys).collect();
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
        }
    }

    #[test]
    fn control_c_and_control_l_are_known_everywhere() {
        for context in ALL {
            let chord = |c| KeyEvent::new(KeyCode::Char(c), CTRL);
            assert!(action(context, &chord('c')).is_some(), "{context:?}");
            assert_eq!(action(context, &chord('l')), Some(Action::Redraw), "{context:?}");
        }
    }
}
