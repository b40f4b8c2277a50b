//! The pages of access to a cluster: the cluster, how somebody gets in, and what they may do there. Each is shown while it is read,
//! where it could not be, and with what was found.

mod cluster;
mod facts;
mod matrix;
mod spoken;
mod standing;

use crosspull_core::explain::Trouble;
use crosspull_core::input::Page;
use crosspull_core::wording::Front;
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::Span;

use super::form::begin_access;
use super::{Go, Reaction, View};
use crate::access::Reading;
use crate::keys::{Action, Context};
use crate::msg::Effect;
use crate::secret::Copying;
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::{Mark, Tone};
use crate::widgets::lines::{block, fit, hang, path, width};
use crate::widgets::sheet::Sheet;
use crate::widgets::trouble::trouble;
use crate::words::next::Next;
use crate::words::times;
use matrix::Table;

/// A page.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Tab {
    /// The cluster, and the ways in.
    #[default]
    Cluster,
    /// How somebody gets in.
    Standing,
    /// The matrix of what they may do there.
    Matrix,
}

/// The answer to who can reach a cluster.
#[derive(Debug, Default)]
pub(crate) struct AccessScreen {
    tab: Tab,
    table: Table,
}

impl View for AccessScreen {
    fn context(&self, shared: &Shared) -> Context {
        match (self.tab, self.is_read(shared)) {
            (_, false) => Context::Asking,
            (Tab::Matrix, true) if self.table.is_narrowed() => Context::Filter,
            (Tab::Matrix, true) => Context::Matrix,
            (Tab::Cluster | Tab::Standing, true) => Context::Access,
        }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::Again => self.is_read(shared) || self.trouble(shared).is_some(),
            Action::CopyCommand => !shared.simulated,
            Action::NextTab | Action::PreviousTab => shared.principal().is_some(),
            Action::NextNamespace => self.tab != Tab::Cluster,
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        match action {
            Action::Back if self.table.is_narrowed() => self.table.on(shared, action),
            Action::Back => back(shared),
            Action::Again => read_again(shared),
            Action::CopyCommand => vec![copy(shared, "command", shared.access_command())],
            Action::NextTab | Action::PreviousTab => {
                self.tab = self.tab.beside(action == Action::NextTab);
                shared.scrolled = None;
                Vec::new()
            }
            Action::NextNamespace => {
                shared.access.next_namespace();
                shared.scrolled = None;
                Vec::new()
            }
            _ if self.is_table(shared) => self.table.on(shared, action),
            Action::Move(way) => vec![Reaction::Scroll(way)],
            _ => Vec::new(),
        }
    }

    fn typed(&mut self, shared: &mut Shared, key: &KeyEvent) {
        self.table.typed(shared, key);
    }

    fn pasted(&mut self, shared: &mut Shared, text: &str) {
        self.table.pasted(shared, text);
    }

    fn spoken(&self, shared: &Shared, now: Timestamp) -> Spoken {
        spoken::access(self, shared, now)
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        spoken::answer(self, shared, answer);
        Vec::new()
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let mut sheet = Sheet { right: self.tabs(shared), ..Sheet::default() };
        let room = columns.saturating_sub(sheet.right.iter().map(Span::width).sum::<usize>() + 1);
        sheet.title = vec![shared.theme.span(Tone::Strong, fit(&name(shared), room))];
        let access = &shared.access;
        match self.tab {
            Tab::Cluster => page(shared, &access.cluster, &mut sheet, columns, now, |sheet, read| {
                cluster::add(shared, read, sheet, columns, now);
            }),
            Tab::Standing => page(shared, &access.standing, &mut sheet, columns, now, |sheet, read| {
                standing::add(shared, read, sheet, columns, now);
            }),
            Tab::Matrix => page(shared, &access.standing, &mut sheet, columns, now, |sheet, _| {
                self.table.add(shared, sheet, columns);
            }),
        }
        sheet
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        if self.is_table(shared) {
            return self.table.status(shared);
        }
        match self.trouble(shared) {
            Some(_) => Some((Tone::Warn, Next::AnswersOrTry.told(shared).to_owned())),
            None if shared.access.moves() => Some((Tone::Plain, Next::Stop.told(shared).to_owned())),
            None => None,
        }
    }

    fn message_rows(&self) -> usize {
        if self.tab == Tab::Matrix { 2 } else { 0 }
    }

    /// A second reading by the same answers.
    fn loses(&self, _: &Shared) -> bool {
        false
    }
}

impl AccessScreen {
    /// Returns true where what the page shows was read.
    const fn is_read(&self, shared: &Shared) -> bool {
        match self.tab {
            Tab::Cluster => shared.access.cluster.read().is_some(),
            Tab::Standing | Tab::Matrix => shared.access.standing.read().is_some(),
        }
    }

    /// Returns true where the table is shown.
    fn is_table(&self, shared: &Shared) -> bool {
        self.tab == Tab::Matrix && self.is_read(shared)
    }

    /// Returns why what the page shows could not be read.
    const fn trouble<'a>(&self, shared: &'a Shared) -> Option<&'a Trouble> {
        match (self.tab, &shared.access.cluster, &shared.access.standing) {
            (Tab::Cluster, Reading::Failed(why), _) | (Tab::Standing | Tab::Matrix, _, Reading::Failed(why)) => {
                Some(why)
            }
            _ => None,
        }
    }

    /// Returns the names of the pages. Where nobody is asked about, there is one alone.
    fn tabs(&self, shared: &Shared) -> Vec<Span<'static>> {
        if shared.principal().is_none() {
            return Vec::new();
        }
        let span = |(tab, name): (Tab, &str)| match tab == self.tab {
            true => shared.theme.span(Tone::Strong, format!("[{name}]")).patch_style(Modifier::REVERSED),
            false => shared.theme.span(Tone::Plain, format!(" {name} ")),
        };
        Tab::NAMES.map(span).into()
    }
}

impl Tab {
    const NAMES: [(Self, &'static str); 3] =
        [(Self::Cluster, "Cluster"), (Self::Standing, "Ways in"), (Self::Matrix, "Matrix")];

    /// Returns the next page, or the one before.
    const fn beside(self, forward: bool) -> Self {
        match (self, forward) {
            (Self::Cluster, true) | (Self::Matrix, false) => Self::Standing,
            (Self::Standing, true) | (Self::Cluster, false) => Self::Matrix,
            (Self::Matrix, true) | (Self::Standing, false) => Self::Cluster,
        }
    }
}

/// Adds a page as far as it was read.
fn page<T>(
    shared: &Shared,
    reading: &Reading<T>,
    sheet: &mut Sheet,
    columns: usize,
    now: Timestamp,
    add: impl Fn(&mut Sheet, &T),
) {
    match reading {
        Reading::NotAsked => {}
        Reading::Goes => goes(shared, sheet, columns, now),
        Reading::Failed(why) => {
            sheet.lines.extend(trouble(shared.theme, Front::Fields, shared.answers.cloud(), why, columns))
        }
        Reading::Read(read) => add(sheet, read),
    }
}

/// Returns the name of the cluster.
fn name(shared: &Shared) -> String {
    shared.asked_cluster().map_or_else(|| "The cluster".to_owned(), |id| id.name().to_owned())
}

/// Adds what is read, and for how long.
fn goes(shared: &Shared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let theme = shared.theme;
    let seconds = shared.access.since.map_or(0, |since| times::between(since, now) / 1000);
    let says = format!("Reading for {}", times::seconds(seconds));
    let mark = vec![theme.mark(Mark::Work, now), Span::raw(" ")];
    sheet.lines.extend(hang(theme, Tone::Plain, mark, &says, columns));
    let call = shared.access.call.as_deref().unwrap_or("signing in");
    for line in path(call, columns.saturating_sub(2)) {
        sheet.lines.push(vec![Span::raw("  "), theme.span(Tone::Plain, line)].into());
    }
    sheet.lines.extend(block(theme, Tone::Dim, "This only reads.", 2, columns));
}

/// Reads all of it again, by the same answers, and stays on the page.
fn read_again(shared: &mut Shared) -> Vec<Reaction> {
    let reactions = begin_access(shared);
    reactions.into_iter().filter(|reaction| !matches!(reaction, Reaction::Go(_))).collect()
}

/// Goes back to the form. What goes is stopped, and what was read is forgotten.
fn back(shared: &mut Shared) -> Vec<Reaction> {
    let access = &shared.access;
    let doubts_who = access.cluster.read().is_some() && matches!(access.standing, Reading::Failed(_));
    shared.leave_access();
    shared.access.doubts_who = doubts_who;
    vec![Reaction::Do(Effect::LeaveAccess), Reaction::Go(Go::Form(Page::Access))]
}

/// Has a text copied.
fn copy(shared: &mut Shared, what: &str, text: String) -> Reaction {
    shared.copying = Some(Copying::Other);
    Reaction::Do(Effect::Copy { what: what.to_owned(), text: text.into() })
}

/// Returns a name for a file, of the cluster and of the one who is asked about.
fn file_name(shared: &Shared) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || ".-_".contains(c) { c } else { '-' };
    let who: String = shared.principal().unwrap_or_default().chars().map(plain).collect();
    let cut = if width(&who) > 40 { who.chars().take(40).collect() } else { who };
    format!("{}-{cut}.md", name(shared))
}
