//! A story: somebody types, the engine speaks, the screen is looked at.

use crosspull_core::event::{Entry, Event};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::operation::Fact;
use crosspull_tui::{Effect, Model, Msg, Setup, Theme, update, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::{SignedDuration, Timestamp};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

pub struct Story {
    pub model: Model,
    pub now: Timestamp,
    pub effects: Vec<Effect>,
    terminal: Terminal<TestBackend>,
}

/// 2026-11-07 14:02:00 UTC.
pub fn start() -> Timestamp {
    Timestamp::from_second(1_794_060_120).expect("a time")
}

/// The answers of `demo`: all there are, and the documented route.
pub fn complete() -> Answers {
    let mut answers = undecided();
    answers.set(Key::Route, "new-app");
    answers
}

/// All answers but that the choice of the route is left to crosspull.
pub fn undecided() -> Answers {
    let mut answers = Answers::default();
    for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
        answers.set(key, key.field().expect("a row").example);
    }
    answers
}

impl Story {
    pub fn new(size: (u16, u16), answers: Answers, simulated: bool, theme: Theme) -> Self {
        let here = crosspull_tui::Here::default();
        let setup = Setup { answers, simulated, theme, size, here };
        let terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("a terminal");
        Self { model: Model::new(setup), now: start(), effects: Vec::new(), terminal }
    }

    /// The wizard of `demo`.
    pub fn demo(size: (u16, u16)) -> Self {
        Self::new(size, complete(), true, Theme::full())
    }

    /// The wizard of `demo`, with the choice of the route left to crosspull.
    pub fn undecided(size: (u16, u16)) -> Self {
        Self::new(size, undecided(), true, Theme::full())
    }

    /// The wizard on a real cloud, nothing answered.
    pub fn blank(size: (u16, u16)) -> Self {
        Self::new(size, Answers::default(), false, Theme::full())
    }

    pub fn msg(&mut self, msg: Msg) -> &mut Self {
        let effects = update(&mut self.model, msg, self.now);
        self.effects.extend(effects);
        self
    }

    /// Presses a key. Whoever presses Enter has read what stands there.
    pub fn press(&mut self, code: KeyCode) -> &mut Self {
        if code == KeyCode::Enter { self.wait(700).press_at_once(code) } else { self.press_at_once(code) }
    }

    /// Presses a key right after the one before.
    pub fn press_at_once(&mut self, code: KeyCode) -> &mut Self {
        self.msg(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    pub fn ctrl(&mut self, c: char) -> &mut Self {
        self.msg(Msg::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)))
    }

    /// Presses Enter. The chosen route is taken at once where the routes are offered: what most stories are about comes
    /// after that.
    pub fn enter(&mut self) -> &mut Self {
        self.press(KeyCode::Enter);
        if self.see().contains("Which way?") { self.press(KeyCode::Enter) } else { self }
    }

    pub fn type_text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    /// The engine says these, half a second apart.
    pub fn engine(&mut self, events: impl IntoIterator<Item = Event>) -> &mut Self {
        for event in events {
            self.wait(500);
            let made =
                matches!(&event, Event::Learnt { learnt, .. } if learnt.iter().any(|l| l.fact == Fact::SecretKey));
            self.msg(Msg::Engine(Entry::new(self.now, event)));
            if made {
                self.msg(Msg::SecretAtHand(true));
            }
        }
        self
    }

    /// Ends a chain where nothing is to come of it.
    pub fn end(&mut self) {}

    /// Time passes.
    pub fn wait(&mut self, ms: i64) -> &mut Self {
        self.now = self.now.checked_add(SignedDuration::from_millis(ms)).expect("a time");
        self
    }

    pub fn resize(&mut self, columns: u16, rows: u16) -> &mut Self {
        self.terminal.backend_mut().resize(columns, rows);
        self.terminal.autoresize().expect("resizes");
        self.msg(Msg::Resize(columns, rows))
    }

    /// Returns what was asked of the shell since the last look.
    pub fn asked(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The screen as text.
    pub fn see(&mut self) -> String {
        let (model, now) = (&self.model, self.now);
        self.terminal.draw(|frame| view(model, frame, now)).expect("draws");
        self.terminal.backend().to_string()
    }

    /// The screen as text in which every run of cells that have a style stands in braces after that style.
    pub fn see_styles(&mut self) -> String {
        self.see();
        let buffer = self.terminal.backend().buffer();
        let rows = buffer.content.chunks(usize::from(buffer.area.width));
        rows.map(|row| styled(row) + "\n").collect()
    }

    /// The screen as text without what is dim, by its modifier or by the grey of where the background is not known.
    pub fn see_undimmed(&mut self) -> String {
        self.see();
        let buffer = self.terminal.backend().buffer();
        let is_dim = |cell: &Cell| cell.modifier.contains(Modifier::DIM) || cell.fg == Color::Indexed(243);
        let symbol = |cell| if is_dim(cell) { " " } else { cell.symbol() };
        let rows = buffer.content.chunks(usize::from(buffer.area.width));
        rows.map(|row| row.iter().map(symbol).collect::<String>() + "\n").collect()
    }

    /// The screen shows this text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> &mut Self {
        let screen = self.see();
        assert!(screen.contains(text), "no {text:?} in\n{screen}");
        self
    }

    /// The screen does not show this text.
    #[track_caller]
    pub fn hides(&mut self, text: &str) -> &mut Self {
        let screen = self.see();
        assert!(!screen.contains(text), "{text:?} in\n{screen}");
        self
    }

    /// Returns the place of the hardware cursor.
    pub fn cursor(&mut self) -> (u16, u16) {
        self.see();
        let place = self.terminal.get_cursor_position().expect("a cursor");
        (place.x, place.y)
    }
}

/// Returns a row of cells as text, with styles.
fn styled(row: &[Cell]) -> String {
    let runs = row.chunk_by(|one, other| words(one) == words(other));
    let text = |run: &[Cell]| run.iter().map(Cell::symbol).collect::<String>();
    let told = runs.map(|run| match run.first().map(words).unwrap_or_default() {
        style if style.is_empty() => text(run),
        style => format!("{{{style}: {}}}", text(run)),
    });
    told.collect::<String>().trim_end().to_owned()
}

/// Returns the style of a cell in words; none where it is the terminal's own.
fn words(cell: &Cell) -> String {
    let colour = |name: &str, colour: Color| (colour != Color::Reset).then(|| format!("{name}{colour}").to_lowercase());
    let modifiers = cell.modifier.iter_names().map(|(name, _)| name.to_lowercase());
    let colours = colour("", cell.fg).into_iter().chain(colour("on ", cell.bg));
    colours.chain(modifiers).collect::<Vec<_>>().join(" ")
}
