//! The rows of the key table, by place.

use crossterm::event::{KeyCode, KeyModifiers};

use super::{Action, Binding, Context, Move};

/// No modifier.
pub(super) const NONE: KeyModifiers = KeyModifiers::NONE;
/// The modifier of chords.
pub(super) const CTRL: KeyModifiers = KeyModifiers::CONTROL;

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
const CLOSE_TEXT: Binding = row(ESC, "Esc", "close", "away with what lies above the screen", Action::Back);
const CLOSE: Binding = Binding { keys: &[(KeyCode::Esc, NONE), (KeyCode::Char('q'), NONE)], ..CLOSE_TEXT };
const MOVE_UP: Binding = row(UP, "↑↓", "choose", "up and down in a list", Action::Move(Move::Up));
const MOVE_DOWN: Binding = row(DOWN, "", "", "", Action::Move(Move::Down));
const WORD_LEFT: Binding = row(LEFT, "←→", "choose", "the word before, the next word", Action::Left);
const WORD_RIGHT: Binding = row(RIGHT, "", "", "", Action::Right);
const NEXT_FIELD: Binding = row(TAB, "Tab", "next", "to the next field", Action::NextField);
const PREVIOUS_FIELD: Binding = row(BACK_TAB, "Shift+Tab", "previous", "to the field before", Action::PreviousField);
const HELP_IN_TEXT: Binding =
    row(&[(KeyCode::Char('g'), CTRL), (KeyCode::F(1), NONE)], "Ctrl+G", "help", "this help, also by F1", Action::Help);
const HELP: Binding =
    row(&[(KeyCode::F(1), NONE), (KeyCode::Char('?'), NONE)], "?", "help", "this help, also by F1", Action::Help);
const LEAVE_IN_TEXT: Binding = row(
    &[(KeyCode::Char('c'), CTRL)],
    "Ctrl+C",
    "",
    "leave; asks first where there is something to lose",
    Action::Stop,
);
const LEAVE: Binding = Binding {
    keys: &[(KeyCode::Char('c'), CTRL), (KeyCode::Char('q'), NONE)],
    word: "leave",
    help: "leave, also by q; asks first where there is something to lose",
    ..LEAVE_IN_TEXT
};
const LEAVE_QUIETLY: Binding = Binding { word: "", ..LEAVE };
const STOP: Binding = row(
    &[(KeyCode::Char('c'), CTRL), (KeyCode::Char('q'), NONE)],
    "Ctrl+C",
    "stop after this call",
    "stop after the call in flight, also by q; a second time leaves at once",
    Action::Stop,
);

const HOME: &[Binding] = &[MOVE_UP, MOVE_DOWN, GO_ON, HELP, LEAVE];
const RUNS: &[Binding] = &[MOVE_UP, MOVE_DOWN, GO_ON, PREVIOUS_SCREEN, HELP, LEAVE];
const METHODS: Binding = row(
    &[(KeyCode::Char('m'), NONE)],
    "m",
    "methods",
    "all methods by which a registry lets somebody in, with their limits",
    Action::Methods,
);
const ROUTE: &[Binding] = &[MOVE_UP, MOVE_DOWN, METHODS, GO_ON, PREVIOUS_SCREEN, HELP, LEAVE];
const CHOOSER: &[Binding] = &[
    MOVE_UP,
    MOVE_DOWN,
    METHODS,
    row(&[(KeyCode::Char('r'), NONE)], "r", "read again", "read again what routes are weighed by", Action::Again),
    row(ENTER, "Enter", "take it", "take the route in focus, and go on", Action::GoOn),
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
];
const UNWEIGHED: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    METHODS,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Char('r'), NONE)],
        "Enter",
        "try again",
        "read again what routes are weighed by",
        Action::Again,
    ),
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
];
const LIST: &[(KeyCode, KeyModifiers)] = &[(KeyCode::Char('r'), CTRL), (KeyCode::F(5), NONE)];
const LOOK_UP: Binding = row(
    LIST,
    "Ctrl+R",
    "list",
    "list what there is to choose from, else tell who you are there; signs in for that; also by F5",
    Action::LookUp,
);
const SIGN_IN_NOW: Binding = row(
    &[(KeyCode::Char('s'), NONE), (KeyCode::Char('r'), CTRL), (KeyCode::F(5), NONE)],
    "s",
    "sign in",
    "sign in now, and tell who you are there; also by F5",
    Action::SignIn,
);
const TEXT: &[Binding] = &[
    row(&[(KeyCode::Tab, NONE)], "Tab", "next", "to the next field", Action::NextField),
    PREVIOUS_FIELD,
    row(&[(KeyCode::Down, NONE)], "↓", "", "list what there is to choose from, else to the next field", Action::Below),
    LOOK_UP,
    GO_ON,
    PREVIOUS_SCREEN,
    HELP_IN_TEXT,
    LEAVE_IN_TEXT,
];
const CHOICE: &[Binding] =
    &[NEXT_FIELD, PREVIOUS_FIELD, WORD_LEFT, WORD_RIGHT, SIGN_IN_NOW, GO_ON, PREVIOUS_SCREEN, HELP, LEAVE_QUIETLY];
const FOLD: &[Binding] = &[
    NEXT_FIELD,
    PREVIOUS_FIELD,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Right, NONE)],
        "Enter",
        "show them",
        "show the fields that most people leave as they are",
        Action::Unfold,
    ),
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
];
const CHECKS: &[Binding] = &[
    MOVE_UP,
    MOVE_DOWN,
    row(&[(KeyCode::Char('r'), NONE)], "r", "ask again", "ask all checks again", Action::Again),
    GO_ON,
    PREVIOUS_SCREEN,
    HELP,
    LEAVE_QUIETLY,
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
];
const CUT_SHORT: Binding = row(
    &[(KeyCode::Char('w'), NONE)],
    "w",
    "wait no longer",
    "cut the wait before the reset short; asks first",
    Action::CutShort,
);
const RUN: &[Binding] = &[
    Binding { word: "look at a step", ..MOVE_UP },
    MOVE_DOWN,
    row(ESC, "", "", "", Action::Back),
    CUT_SHORT,
    row(ENTER, "Enter", "go on", "at the end, to the last screen", Action::GoOn),
    HELP,
    STOP,
];
const NOT_RESET: &[Binding] = &[
    Binding { word: "look at a step", ..MOVE_UP },
    MOVE_DOWN,
    row(ESC, "", "", "", Action::Back),
    row(ENTER, "Enter", "ask again", "back to the question before the reset", Action::GoOn),
    HELP,
    Binding { word: "end the run", help: "end the run here, also by q; nothing was reset", ..STOP },
];
const STEP: &[Binding] = &[
    Binding { word: "look at a step", ..MOVE_UP },
    MOVE_DOWN,
    CUT_SHORT,
    row(ENTER, "Enter", "its calls", "the calls of the step that is looked at", Action::GoOn),
    row(ESC, "Esc", "the run", "back to the run as a whole, where Enter goes on", Action::Back),
    HELP,
    Binding { word: "stop", ..STOP },
];
const CONSENT: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(
        &[(KeyCode::Char('y'), NONE)],
        "y",
        "copy page",
        "copy the whole page for whoever acts elsewhere, as Markdown",
        Action::Copy,
    ),
    Binding {
        keys: &[(KeyCode::Char('a'), NONE), (KeyCode::F(2), NONE)],
        help: "copy the address, also by F2",
        ..COPY_ADDRESS
    },
    PLAIN,
    HELP,
    Binding { word: "stop", ..STOP },
];
const COPY_ADDRESS: Binding =
    row(&[(KeyCode::Char('a'), NONE)], "a", "copy address", "copy the address", Action::CopyAddress);
const PLAIN: Binding = row(
    &[(KeyCode::Char('p'), NONE)],
    "p",
    "",
    "show it on the terminal itself, whole and without a frame, to be marked with the mouse",
    Action::Plain,
);
const SIGN_IN: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(
        &[(KeyCode::Char('y'), NONE), (KeyCode::F(2), NONE)],
        "y",
        "copy",
        "copy the code, or the address where there is no code; also by F2",
        Action::Copy,
    ),
    COPY_ADDRESS,
    PLAIN,
    row(
        &[(KeyCode::Char('o'), NONE), (KeyCode::Char('o'), CTRL)],
        "o",
        "open",
        "open the address in a browser of this machine",
        Action::Open,
    ),
    row(ESC, "Esc", "stop it", "stop the sign-in", Action::Back),
    HELP,
    LEAVE_QUIETLY,
];
const SAVE_SECRET: Binding = row(
    &[(KeyCode::Char('s'), NONE), (KeyCode::F(4), NONE)],
    "s",
    "save",
    "save the secret in a new file, also by F4",
    Action::SaveSecret,
);
const REVEAL: Binding = row(
    &[(KeyCode::Char('v'), NONE), (KeyCode::F(3), NONE)],
    "v",
    "reveal",
    "show the secret for 10 seconds, also by F3",
    Action::Reveal,
);
const COPY_SECRET: Binding =
    row(&[(KeyCode::Char('y'), NONE), (KeyCode::F(2), NONE)], "y", "copy", "copy the secret, also by F2", Action::Copy);
const DONE: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(&[(KeyCode::Char('c'), NONE)], "c", "copy command", "copy the command that does the same", Action::CopyCommand),
    Binding { help: "copy the address for the person who is waited for", ..COPY_ADDRESS },
    REVEAL,
    PLAIN,
    COPY_SECRET,
    SAVE_SECRET,
    row(&[(KeyCode::Char('r'), NONE)], "r", "go on", "go on with this run: every step looks first", Action::Again),
    HELP,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Char('q'), NONE)],
        "Enter",
        "leave",
        "leave; a summary without the secret stays on the terminal",
        Action::GoOn,
    ),
    LEAVE_IN_TEXT,
];
const CHANGE_ANSWERS: Binding =
    Binding { help: "back to the answers; a run with other ones finds what this one made", ..PREVIOUS_SCREEN };
const KEEP_COPIED: Binding = row(ESC, "Esc", "keep it there", "leave the secret in the clipboard", Action::KeepCopied);
const ENTERING: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Char('r'), NONE)],
        "Enter",
        "try again",
        "sign in again, by the same answers",
        Action::Again,
    ),
    PREVIOUS_SCREEN,
    HELP,
    LEAVE,
];
const ENTERED: &[Binding] = &[
    Binding { word: "", help: "along the programs, else up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(&[(KeyCode::Char('r'), NONE)], "r", "renew", "sign in anew, by the same answers", Action::Again),
    row(&[(KeyCode::Char('c'), NONE)], "c", "", "copy the command that does the same", Action::CopyCommand),
    SAVE_SECRET,
    REVEAL,
    PLAIN,
    COPY_SECRET,
    row(ENTER, "Enter", "give it", "give the sign-in to the program that is chosen", Action::GoOn),
    PREVIOUS_SCREEN,
    HELP,
    row(
        &[(KeyCode::Char('q'), NONE), (KeyCode::Char('c'), CTRL)],
        "q",
        "leave",
        "leave, also by Ctrl+C; the sign-in stays where it was given",
        Action::Stop,
    ),
];
const ASKING: &[Binding] = &[
    Binding { word: "", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(
        &[(KeyCode::Enter, NONE), (KeyCode::Char('r'), NONE)],
        "Enter",
        "try again",
        "read again, by the same answers",
        Action::Again,
    ),
    NEXT_TAB,
    PREVIOUS_TAB,
    PREVIOUS_SCREEN,
    HELP,
    LEAVE,
];
const NEXT_TAB: Binding =
    row(&[(KeyCode::Tab, NONE)], "Tab", "next page", "to the next page of the screen", Action::NextTab);
const PREVIOUS_TAB: Binding =
    row(&[(KeyCode::BackTab, NONE)], "Shift+Tab", "", "to the page before", Action::PreviousTab);
const NAMESPACE: Binding = row(
    &[(KeyCode::Char('n'), NONE)],
    "n",
    "namespace",
    "another namespace in which somebody has a role or a binding, then all of them",
    Action::NextNamespace,
);
const READ_AGAIN: Binding =
    row(&[(KeyCode::Char('r'), NONE)], "r", "read again", "read again, by the same answers", Action::Again);
const QUIT: Binding =
    row(&[(KeyCode::Char('q'), NONE), (KeyCode::Char('c'), CTRL)], "q", "leave", "leave, also by Ctrl+C", Action::Stop);
const ACCESS: &[Binding] = &[
    Binding { word: "scroll", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    READ_AGAIN,
    row(
        &[(KeyCode::Char('y'), NONE), (KeyCode::Char('c'), NONE)],
        "y",
        "copy command",
        "copy the command that tells the same",
        Action::CopyCommand,
    ),
    NAMESPACE,
    NEXT_TAB,
    PREVIOUS_TAB,
    PREVIOUS_SCREEN,
    HELP,
    QUIT,
];
const MATRIX: &[Binding] = &[
    Binding { word: "", help: "to the row before, to the next row", ..MOVE_UP },
    MOVE_DOWN,
    row(LEFT, "←→", "", "to the verb before, to the next verb", Action::Left),
    WORD_RIGHT,
    Binding { word: "", ..READ_AGAIN },
    row(&[(KeyCode::Char('/'), NONE)], "/", "filter", "narrow the rows by what is typed", Action::Filter),
    NAMESPACE,
    row(
        &[(KeyCode::Char('o'), NONE)],
        "o",
        "allowed",
        "only rows in which something is allowed or not known, then all again",
        Action::OnlyAllowed,
    ),
    row(&[(KeyCode::Char('y'), NONE)], "y", "copy", "copy what is shown, as Markdown", Action::Copy),
    row(
        &[(KeyCode::Char('s'), NONE)],
        "s",
        "save",
        "save what is shown in a new file: Markdown, CSV or JSON",
        Action::SaveMatrix,
    ),
    Binding { word: "page", ..NEXT_TAB },
    PREVIOUS_TAB,
    PREVIOUS_SCREEN,
    HELP,
    Binding { word: "", ..QUIT },
];
const FILTER: &[Binding] = &[
    row(&[(KeyCode::Up, NONE)], "↑↓", "", "to the row before, to the next row", Action::Move(Move::Up)),
    row(&[(KeyCode::Down, NONE)], "", "", "", Action::Move(Move::Down)),
    row(ENTER, "Enter", "keep it", "keep the filter", Action::GoOn),
    row(ESC, "Esc", "all rows", "away with the filter", Action::Back),
    HELP_IN_TEXT,
    LEAVE_IN_TEXT,
];
const READING: &[Binding] = &[
    Binding { word: "scroll", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    CLOSE,
    row(ENTER, "", "", "", Action::GoOn),
    LEAVE_IN_TEXT,
];
const BUTTON_LEFT: Binding = row(
    &[(KeyCode::Left, NONE), (KeyCode::BackTab, NONE)],
    "←→",
    "choose",
    "the other button, also by Tab",
    Action::Left,
);
const BUTTON_RIGHT: Binding = row(&[(KeyCode::Right, NONE), (KeyCode::Tab, NONE)], "", "", "", Action::Right);
const QUESTION: &[Binding] = &[
    BUTTON_LEFT,
    BUTTON_RIGHT,
    // None of the letters means something on the screens below.
    row(&[(KeyCode::Char('l'), NONE)], "l", "leave", "leave", Action::Yes),
    row(&[(KeyCode::Char('n'), NONE)], "n", "", "stay", Action::No),
    row(ENTER, "Enter", "take", "take the button in focus", Action::GoOn),
    Binding { word: "stay", help: "stay, also by n", ..CLOSE },
    Binding { word: "leave", help: "leave, once this could be read", ..LEAVE_IN_TEXT },
];
const CLIPBOARD: &[Binding] = &[
    BUTTON_LEFT,
    BUTTON_RIGHT,
    row(
        &[(KeyCode::Char('l'), NONE)],
        "l",
        "leave it there",
        "leave, and leave the secret in the clipboard",
        Action::KeepCopied,
    ),
    row(
        &[(KeyCode::Char('x'), NONE)],
        "x",
        "clear it",
        "take the secret out of the clipboard, and leave",
        Action::ClearCopied,
    ),
    row(ENTER, "Enter", "take", "take the button in focus", Action::GoOn),
    row(
        &[(KeyCode::Esc, NONE), (KeyCode::Char('n'), NONE), (KeyCode::Char('q'), NONE)],
        "Esc",
        "stay",
        "stay, also by n",
        Action::Back,
    ),
    LEAVE_IN_TEXT,
];
const RESET: &[Binding] = &[
    BUTTON_LEFT,
    BUTTON_RIGHT,
    Binding { word: "scroll", help: "up and down in the text", ..MOVE_UP },
    MOVE_DOWN,
    row(ENTER, "Enter", "ok", "take the button in focus", Action::GoOn),
    row(
        &[(KeyCode::Esc, NONE), (KeyCode::Char('n'), NONE), (KeyCode::Char('q'), NONE)],
        "Esc",
        "no",
        "not now, also by n",
        Action::Back,
    ),
    // Where there is little room the buttons' keys stay told.
    Binding { word: "", ..HELP },
    LEAVE_IN_TEXT,
];
const PICK: &[Binding] = &[
    row(&[(KeyCode::BackTab, NONE)], "Shift+Tab", "", "to the field before", Action::PreviousField),
    row(&[(KeyCode::Up, NONE), (KeyCode::Char('p'), CTRL)], "↑↓", "choose", "up and down", Action::Move(Move::Up)),
    row(&[(KeyCode::Down, NONE), (KeyCode::Char('n'), CTRL)], "", "", "", Action::Move(Move::Down)),
    row(&[(KeyCode::PageUp, NONE)], "PgUp PgDn", "", "a page up, a page down", Action::Move(Move::PageUp)),
    row(&[(KeyCode::PageDown, NONE)], "", "", "", Action::Move(Move::PageDown)),
    row(&[(KeyCode::Enter, NONE)], "Enter", "take", "take what is chosen, else to the next screen", Action::GoOn),
    row(&[(KeyCode::Tab, NONE)], "Tab", "", "take what is chosen, else to the next field", Action::Take),
    row(LIST, "Ctrl+R", "", "list them anew, also by F5", Action::LookUp),
    row(ESC, "Esc", "close", "close the list", Action::Back),
    HELP_IN_TEXT,
    LEAVE_IN_TEXT,
];
const WAYS: &[Binding] = &[
    MOVE_UP,
    MOVE_DOWN,
    row(ENTER, "Enter", "sign in", "sign in by the way that is chosen", Action::GoOn),
    CLOSE,
    LEAVE_IN_TEXT,
];
const PATH: &[Binding] = &[row(ENTER, "Enter", "save", "save", Action::GoOn), CLOSE_TEXT, LEAVE_IN_TEXT];

/// Further ways along what can be longer than its window; in fields for text these keys move the cursor.
pub(super) const PAGES: &[Binding] = &[
    row(&[(KeyCode::PageUp, NONE)], "PgUp PgDn", "", "a page up, a page down", Action::Move(Move::PageUp)),
    row(&[(KeyCode::PageDown, NONE)], "", "", "", Action::Move(Move::PageDown)),
    row(&[(KeyCode::Home, NONE)], "Home End", "", "to the beginning, to the end", Action::Move(Move::First)),
    row(&[(KeyCode::End, NONE)], "", "", "", Action::Move(Move::Last)),
];

/// The keys that work everywhere.
pub(super) const EVERYWHERE: &[Binding] = &[
    row(&[(KeyCode::Char('l'), CTRL)], "Ctrl+L", "", "draw the screen anew", Action::Redraw),
    row(
        &[(KeyCode::Char('z'), CTRL)],
        "Ctrl+Z",
        "",
        "stop crosspull for a while, and a run with it; fg goes on",
        Action::Suspend,
    ),
];

/// Returns the rows of one way to be at the end, before those of every end.
pub(super) const fn at_the_end(context: Context) -> &'static [Binding] {
    match context {
        Context::Done => &[CHANGE_ANSWERS],
        Context::Copied => &[KEEP_COPIED],
        _ => &[],
    }
}

/// Returns the rows of a place alone.
pub(super) const fn own(context: Context) -> &'static [Binding] {
    match context {
        Context::Home => HOME,
        Context::Runs => RUNS,
        Context::Route => ROUTE,
        Context::Chooser => CHOOSER,
        Context::Unweighed => UNWEIGHED,
        Context::Text => TEXT,
        Context::Choice => CHOICE,
        Context::Fold => FOLD,
        Context::Checks => CHECKS,
        Context::Review => REVIEW,
        Context::Run => RUN,
        Context::NotReset => NOT_RESET,
        Context::Step => STEP,
        Context::Consent => CONSENT,
        Context::SignIn => SIGN_IN,
        Context::Done | Context::Copied => DONE,
        Context::Entering => ENTERING,
        Context::Entered => ENTERED,
        Context::Asking => ASKING,
        Context::Access => ACCESS,
        Context::Matrix => MATRIX,
        Context::Filter => FILTER,
        Context::Reading => READING,
        Context::Question => QUESTION,
        Context::Clipboard => CLIPBOARD,
        Context::Reset => RESET,
        Context::Path => PATH,
        Context::Pick => PICK,
        Context::Ways => WAYS,
    }
}
