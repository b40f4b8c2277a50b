//! A place for a file: where to save the secret or the plan.

use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::text::Span;

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::shared::Shared;
use crate::spoken::{Answer, Kind, Question, Spoken};
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, hang};
use crate::widgets::sheet::Sheet;
use crate::widgets::text_box::TextBox;
use crate::words::plan_text::plan_text;

/// A thing to save in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Saving {
    Secret,
    Plan,
    /// The matrix of what somebody may do in a cluster.
    Matrix,
}

/// A question: where to save?
#[derive(Debug)]
pub(crate) struct PathLayer {
    what: Saving,
    /// The path, as typed.
    input: TextBox,
    /// True until the shell says what became of the file.
    waits: bool,
    /// The reason why the last path could not be written.
    complaint: Option<String>,
}

impl PathLayer {
    /// Opens the question with a path filled in.
    pub fn new(what: Saving, path: &str) -> Self {
        Self { what, input: TextBox::new(path), waits: false, complaint: None }
    }

    /// Takes in what became of the file that was asked for; true where this was the one, and it was made. Else the
    /// question stays with the complaint, so that what is typed next is a path and no command.
    pub fn answered(&mut self, what: Saving, why_not: Option<&str>) -> bool {
        if self.what != what || !std::mem::take(&mut self.waits) {
            return false;
        }
        self.complaint = why_not.map(str::to_owned);
        why_not.is_none()
    }

    /// Returns true while the shell is to say what became of the file.
    pub fn waits_for(&self, what: Saving) -> bool {
        self.waits && self.what == what
    }
}

impl View for PathLayer {
    fn context(&self, _: &Shared) -> Context {
        Context::Path
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::GoOn => self.save(shared),
            Action::Back => vec![Reaction::Close],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, _: &mut Shared, key: &KeyEvent) {
        self.complaint = None;
        self.input.key(key);
    }

    fn pasted(&mut self, _: &mut Shared, text: &str) {
        self.complaint = None;
        self.input.paste(text);
    }

    fn spoken(&self, _: &Shared, _: Timestamp) -> Spoken {
        let kind = Kind::Text { value: self.input.value().to_owned(), rows: Vec::new() };
        let question = Question { complaint: self.complaint.clone(), ..Question::new("Path", kind) };
        Spoken { lines: vec![self.hint().to_owned()], question: Some(question), ..Spoken::titled(self.title()) }
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        match answer {
            Answer::Text(text) | Answer::Sought(text) => self.input = TextBox::new(text),
            Answer::Keep => {}
            Answer::Number(_) | Answer::Yes => return Vec::new(),
        }
        self.complaint = None;
        self.save(shared)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let (text, cursor) = self.input.view(columns);
        let mut sheet = Sheet::new(Span::raw(self.title()));
        sheet.lines.extend(block(shared.theme, Tone::Dim, self.hint(), 0, columns));
        sheet.gap();
        sheet.cursor = Some((cursor, sheet.lines.len()));
        sheet.lines.push(shared.theme.span(Tone::Strong, text).into());
        if let Some(why) = &self.complaint {
            let mark = vec![shared.theme.mark(Mark::Bad, now), Span::raw(" ")];
            sheet.lines.extend(hang(shared.theme, Tone::Bad, mark, why, columns));
        }
        let lines = sheet.lines.len();
        sheet.focus = lines.saturating_sub(1)..lines;
        sheet
    }
}

impl PathLayer {
    const fn title(&self) -> &'static str {
        match self.what {
            Saving::Secret => "Save the secret",
            Saving::Plan => "Save the plan",
            Saving::Matrix => "Save the matrix",
        }
    }

    /// Returns what becomes of the file.
    const fn hint(&self) -> &'static str {
        match self.what {
            Saving::Secret => "A new file, readable by you alone. It must not exist yet.",
            Saving::Plan => "A new file. It holds no secret. It must not exist yet.",
            Saving::Matrix => "All rows, in a new file: Markdown, or by its end .csv or .json. It must not exist yet.",
        }
    }

    /// Lets the shell save, which says what became of that. The question stays until the file is there.
    fn save(&mut self, shared: &Shared) -> Vec<Reaction> {
        let path = self.input.value().trim().to_owned();
        if path.is_empty() {
            self.complaint = Some("Give the path of a new file.".to_owned());
            return Vec::new();
        }
        let plan = || Some(plan_text(shared.live.plan()?, &shared.live.run, &shared.answers));
        let effect = match self.what {
            Saving::Secret => Some(Effect::SaveSecret { path }),
            Saving::Plan => plan().map(|text| Effect::SaveText { path, text }),
            Saving::Matrix => matrix_text(shared, &path).map(|text| Effect::SaveText { path, text }),
        };
        self.waits = effect.is_some();
        effect.map(Reaction::Do).into_iter().collect()
    }
}

/// Returns the matrix in the form that the end of a path asks for.
fn matrix_text(shared: &Shared, path: &str) -> Option<String> {
    let matrix = shared.access.whole()?;
    let end = path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase();
    let lines = match end.as_str() {
        "csv" => matrix.csv(),
        "json" => vec![matrix.json().to_string()],
        _ => matrix.markdown(),
    };
    Some(lines.join("\n") + "\n")
}
