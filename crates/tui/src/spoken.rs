//! The words of a view where there is no screen, and those that are said to it: plain lines, a question, an answer.

use crosspull_core::secret::Secret;
use zeroize::Zeroizing;

use crate::keys::Action;

/// The words of a view where there is no screen.
///
/// Nothing in it changes only because time passes: whatever is new in it since it was told last is told.
#[derive(Debug, Default)]
pub(crate) struct Spoken {
    pub title: String,
    pub lines: Vec<String>,
    /// The question, where one is asked beside the words of the key table.
    pub question: Option<Question>,
    /// How many of the lines have a number that can be typed.
    pub numbered: usize,
    /// The thing that is waited for, as the rest of a sentence: `waits for the answers to 3 checks`. Nothing is asked meanwhile.
    pub works: Option<String>,
    /// The secret, while it is in sight.
    pub secret: Option<Secret>,
}

/// A question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Question {
    /// The name of the field.
    pub label: String,
    /// The lines that one has to know before one answers.
    pub says: Vec<String>,
    /// The fault of the answer so far.
    pub complaint: Option<String>,
    pub kind: Kind,
    /// True where something is lost by an answer, so that no line is one that came before the question was told.
    pub loses: bool,
}

/// The kinds of questions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Kind {
    /// One of some rows. An empty line takes the `chosen` one.
    Choice { rows: Vec<Row>, chosen: Option<usize> },
    /// A text, or one of some rows where there are any. An empty line keeps what there is.
    Text { value: String, rows: Vec<Row> },
    /// A secret: nobody sees it while it is typed. An empty line keeps what there is, where it `has` something.
    Hidden { has: bool },
    /// Something is written by it, so that nothing but a typed yes is one.
    Yes,
}

/// A row of a list, which is told with its number.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Row {
    pub title: String,
    /// The lines below the title.
    pub says: Vec<String>,
}

impl Spoken {
    /// Creates what a view with that title says.
    pub fn titled(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// Says one of these rows is to be chosen.
    pub fn choice(title: impl Into<String>, rows: Vec<Row>, chosen: Option<usize>) -> Self {
        let title = title.into();
        let question = Question::new("Which one?", Kind::Choice { rows, chosen });
        Self { question: Some(question), ..Self::titled(title) }
    }

    /// Says that something is lost by an answer.
    pub fn losing(mut self) -> Self {
        if let Some(question) = &mut self.question {
            question.loses = true;
        }
        self
    }

    /// Says that something is written where the answer is yes.
    pub fn yes(mut self, question: impl Into<String>) -> Self {
        self.question = Some(Question::new(question, Kind::Yes));
        self
    }
}

impl Question {
    /// Creates a question of which nothing else is to be known.
    pub fn new(label: impl Into<String>, kind: Kind) -> Self {
        Self { label: label.into(), says: Vec::new(), complaint: None, kind, loses: false }
    }

    /// Returns the rows to choose from.
    pub fn rows(&self) -> &[Row] {
        match &self.kind {
            Kind::Choice { rows, .. } | Kind::Text { rows, .. } => rows,
            Kind::Hidden { .. } | Kind::Yes => &[],
        }
    }
}

impl Row {
    /// Creates a row with what is told below it; empty texts are left out.
    pub fn new<S: Into<String>>(title: impl Into<String>, says: impl IntoIterator<Item = S>) -> Self {
        let says = says.into_iter().map(Into::into).filter(|text: &String| !text.is_empty()).collect();
        Self { title: title.into(), says }
    }
}

/// Something that was said: an answer, or a word of the key table.
#[derive(Debug, Clone)]
pub enum Said {
    /// An answer to the question, or the number of a line.
    Answer(Answer),
    /// A word of the key table.
    Word(Word),
}

/// An answer.
#[derive(Debug, Clone)]
pub enum Answer {
    /// A row or a line, by its place from 0 on.
    Number(usize),
    /// A text.
    Text(Zeroizing<String>),
    /// A text while there is a list: a value, or what none of the list is called.
    Sought(Zeroizing<String>),
    /// The answer that is there stays.
    Keep,
    /// A typed yes.
    Yes,
}

/// A word of the key table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Word(pub(crate) Action);

impl Word {
    /// Stop, or leave, as Ctrl+C does.
    pub const STOP: Self = Self(Action::Stop);
}
