//! A form: the fields of a page, from the table of inputs.

mod access;
mod below;
mod draw;
mod listing;
mod login;
mod spoken;

use crosspull_core::find::Named;
use crosspull_core::input;
use crosspull_core::input::Inputs;
use crosspull_core::input::{Answers, Complaint};
use crosspull_core::input::{Field, Key, Page};
use crosspull_core::route;
use crosspull_core::sign_in::{Offer, SignIn};
use crosspull_core::text::clean;
use crosspull_core::wording::Front;
use crossterm::event::KeyEvent;
use jiff::Timestamp;
use ratatui::text::Line;

use super::{Reaction, View, to_next, to_previous};
use crate::keys::{Action, Context};
use crate::msg::{Effect, Notice};
use crate::pages::{self, RailEntry};
use crate::shared::Shared;
use crate::spoken::{Answer, Spoken};
use crate::theme::Tone;
use crate::widgets::cell::{Cell, LABEL, Value, shown};
use crate::widgets::picker::Picker;
use crate::widgets::sheet::Sheet;
use crate::widgets::text_box::TextBox;
pub(crate) use access::begin as begin_access;
use below::Below;
pub(crate) use login::begin as begin_login;

/// The fields of a page.
#[derive(Debug)]
pub(crate) struct FormScreen {
    pub page: Page,
    /// The list below the field in focus.
    pub list: Option<Box<Picker>>,
    /// True once the list was closed: it does not come again by itself.
    hushed: bool,
    cells: Vec<Cell>,
    /// The fields that are folded away below the others, behind a line of their own.
    folded: Vec<Cell>,
    focus: usize,
    /// The fields below them that are no inputs of a run.
    below: Option<Below>,
    /// The way to sign in, where another screen asks for that.
    way_before: Option<SignIn>,
    /// True where the answers were complained about once, so that no other field is asked for again.
    tried: bool,
}

impl FormScreen {
    /// Opens the form of a page, with the answers so far or the defaults.
    pub fn new(page: Page, answers: &Answers) -> Self {
        let to_cluster = SignIn::from_word(answers.or_default(Key::SignInA));
        let asked = |field: &&'static Field| route::asks_for(answers.route(), field.key);
        let cells = |page| input::on(page).filter(asked).map(|field| Cell::new(field, answers)).collect::<Vec<_>>();
        let has_more = route::own_page(answers.route()) == Some(page);
        let folded = if has_more { cells(Page::More) } else { Vec::new() };
        let mut form = Self { folded, ..Self::of(page, cells(page), to_cluster) };
        // What was answered already is not hidden.
        if form.folded.iter().any(|cell| answers.get(cell.field.key).is_some()) {
            form.unfold();
        }
        form
    }

    /// Opens a form of those fields.
    const fn of(page: Page, cells: Vec<Cell>, way_before: Option<SignIn>) -> Self {
        Self {
            page,
            list: None,
            hushed: false,
            cells,
            folded: Vec::new(),
            focus: 0,
            below: None,
            way_before,
            tried: false,
        }
    }

    /// Returns true where the focus is in a field that takes letters.
    pub fn in_text(&self) -> bool {
        self.at_below().is_some() || matches!(self.cells.get(self.focus).map(|c| &c.value), Some(Value::Text(_)))
    }

    /// Returns the field below the others that has the focus.
    fn at_below(&self) -> Option<usize> {
        self.below.as_ref().and_then(|_| self.focus.checked_sub(self.cells.len()))
    }

    /// Returns true while a list is shown that keys choose from.
    pub fn chooses(&self) -> bool {
        self.list.as_ref().is_some_and(|list| list.offers())
    }

    /// Returns true where the focus is on the line that the folded fields are behind.
    fn is_at_fold(&self) -> bool {
        !self.folded.is_empty() && self.focus == self.cells.len()
    }

    /// Shows the fields that are folded away. The focus on their line goes to the first of them.
    fn unfold(&mut self) {
        self.cells.append(&mut self.folded);
    }

    /// Takes a key for the field in focus.
    pub fn key(&mut self, key: &KeyEvent) {
        if let (Some(field), Some(below)) = (self.at_below(), &mut self.below) {
            below.key(field, key);
        }
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
            && input.key(key)
        {
            cell.changed();
        }
    }

    /// Takes a paste for the field in focus.
    pub fn paste(&mut self, text: &str) {
        if let (Some(field), Some(below)) = (self.at_below(), &mut self.below) {
            below.paste(field, text);
        }
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Text(input) = &mut cell.value
        {
            input.paste(text);
            cell.changed();
        }
    }

    /// Turns the word in the field in focus into the next one, or the one before.
    pub fn turn(&mut self, forward: bool) {
        if let Some(cell) = self.cells.get_mut(self.focus)
            && let Value::Word(words, at) = &mut cell.value
        {
            *at = around(*at, words.len(), forward);
            cell.complaint = None;
        }
    }

    /// Moves the focus to the next field, or the one before. The field that is left is checked.
    pub fn step(&mut self, forward: bool) {
        let lists = self.has_list();
        if let Some(cell) = self.cells.get_mut(self.focus) {
            cell.left(lists);
        }
        self.lacks_server();
        self.go_to(around(self.focus, self.stops(), forward));
    }

    /// Returns how many places the focus goes along: the fields, and the line that others are behind.
    fn stops(&self) -> usize {
        let below = self.below.as_ref().map_or(0, Below::fields);
        self.cells.len() + usize::from(!self.folded.is_empty()) + below
    }

    /// Moves the focus to a field, away from the list of another.
    fn go_to(&mut self, place: usize) {
        if place != self.focus {
            (self.focus, self.list, self.hushed) = (place, None, false);
        }
    }

    /// Sets the word for an input.
    pub fn set(&mut self, key: Key, to: &str) {
        for cell in self.cells.iter_mut().filter(|cell| cell.field.key == key) {
            if let Value::Word(words, at) = &mut cell.value {
                *at = words.iter().position(|(word, _)| *word == to).unwrap_or(*at);
            }
        }
    }

    /// Returns true where something is wrong with an input. A complaint is shown then, and the focus goes there.
    pub fn is_wrong(&mut self, key: Key) -> bool {
        let Some(place) = self.cells.iter().position(|cell| cell.field.key == key) else { return false };
        let wrong = self.cells.get_mut(place).is_some_and(Cell::is_wrong);
        if wrong {
            self.go_to(place);
        }
        wrong
    }

    /// Writes the fields into the answers. The demo's cloud stays what it is: no other one is ever called from there.
    pub fn write(&mut self, shared: &mut Shared) {
        let own = shared.given.get(Key::Cloud).filter(|_| shared.simulated);
        let cloud = self.cells.iter_mut().find(|cell| cell.field.key == Key::Cloud);
        if let (Some(own), Some(cloud)) = (own, cloud)
            && cloud.text() != own
        {
            cloud.value = Value::Text(TextBox::new(own));
            cloud.doubt(None);
            shared.notice = Some(Notice::good("The demo has a cloud of its own, and calls no other."));
        }
        for cell in &self.cells {
            let text = cell.text();
            if text != clean(&shown(&shared.answers, cell.field)) {
                shared.answers.set(cell.field.key, text);
            }
        }
    }

    /// Shows the complaints that belong to this page and goes to the first; returns how many there are.
    pub fn complain(&mut self, complaints: &[Complaint]) -> usize {
        if self.folded.iter().any(|cell| complaints.iter().any(|c| c.key == Some(cell.field.key))) {
            self.unfold();
        }
        let front = if self.page == Page::Login { Front::LoginFields } else { Front::Fields };
        for cell in &mut self.cells {
            let mine = complaints.iter().find(|c| c.key == Some(cell.field.key));
            cell.doubt(mine.map(|c| c.text.told(front)));
        }
        let wrong = |c: &Cell| c.complaint.is_some();
        if let Some(first) = self.cells.iter().position(wrong) {
            self.go_to(first);
        }
        self.cells.iter().filter(|c| wrong(c)).count()
    }

    /// Opens the list for the first field that is complained about, where that names something without its id: then one
    /// chooses which is meant, and there is nothing to complain about. True where it is so.
    pub fn asks_which(&mut self) -> bool {
        let lists = self.has_list();
        let named = |cell: &&mut Cell| lists && Named::read(cell.field.key, cell.text()).is_some();
        let Some(cell) = self.cells.get_mut(self.focus).filter(named) else { return false };
        if cell.complaint.take().is_none() {
            return false;
        }
        self.ask();
        if let Some(list) = &mut self.list {
            list.exactly();
        }
        true
    }

    /// Goes on where the inputs have no complaint about the form; to what is read or asked where they have none at all,
    /// else to the form of the first complaint.
    fn submit(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        self.write(shared);
        match self.page {
            Page::Login => return self.submit_login(shared),
            Page::Access => return self.submit_access(shared),
            _ => {}
        }
        let wrong = self.complain(&Inputs::from_answers(&shared.answers).err().unwrap_or_default());
        if wrong > 0 {
            shared.notice = Some(match wrong {
                _ if self.asks_which() => Notice::good("Choose the one that is meant, or change the name."),
                1 => Notice::bad("One answer needs a look."),
                _ => Notice::bad("Some answers need a look."),
            });
            return Vec::new();
        }
        let complaints = match to_next(shared, RailEntry::Form(self.page)) {
            Ok(reactions) => return reactions,
            Err(complaints) => complaints,
        };
        let page = complaints.iter().find_map(|c| pages::form_of(shared.answers.route(), c.key?));
        if let Some(page) = page {
            *self = Self::new(page, &shared.answers);
            self.complain(&complaints);
        }
        shared.notice = complaints.into_iter().next().map(|c| Notice::bad(c.told(Front::Fields)));
        Vec::new()
    }

    /// Asks for who signs in to the tenant of the form, where that tenant is named; else says what is missing. Where somebody
    /// signed in already, another person may be meant, who sees other things.
    fn sign_in(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        self.write(shared);
        let Some(side) = pages::side(self.page) else { return Vec::new() };
        if self.is_wrong(Key::tenant(side)) {
            return Vec::new();
        }
        let anew = shared.signed_in.of(side, &shared.answers).is_some();
        if anew {
            self.list = None;
        }
        shared.signed_in.ask(side, &shared.answers);
        vec![Reaction::Do(Effect::SignIn { side, anew })]
    }

    /// Signs in to the tenant of the form by another way, which is the answer from now on.
    pub fn sign_in_by(&mut self, shared: &mut Shared, offer: &Offer) -> Vec<Reaction> {
        if let Some(side) = pages::side(self.page) {
            self.set(Key::sign_in(side), offer.way.word());
        }
        self.sign_in(shared)
    }

    /// Closes the list; where there is none, goes back to the form before this one.
    fn back(&mut self, shared: &mut Shared) -> Vec<Reaction> {
        if self.chooses() {
            self.hush();
            return Vec::new();
        }
        self.write(shared);
        match self.page {
            Page::Login => return self.leave_login(shared),
            Page::Access => return self.leave_access(shared),
            _ => {}
        }
        to_previous(shared, RailEntry::Form(self.page))
    }
}

impl View for FormScreen {
    fn context(&self, _: &Shared) -> Context {
        match self.in_text() {
            _ if self.chooses() => Context::Pick,
            _ if self.is_at_fold() => Context::Fold,
            true => Context::Text,
            false => Context::Choice,
        }
    }

    fn offers(&self, _: &Shared, action: Action) -> bool {
        match action {
            Action::LookUp => self.chooses() || self.has_list() || self.can_sign_in(),
            Action::SignIn => self.can_sign_in(),
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let mut reactions = Vec::new();
        match action {
            Action::Move(way) => {
                match &mut self.list {
                    Some(list) if list.offers() => {
                        list.along(way, usize::from(shared.size.1).saturating_sub(16).clamp(3, 12))
                    }
                    _ => reactions.push(Reaction::Scroll(way)),
                }
                return reactions;
            }
            Action::NextField => self.step(true),
            // Who hears one question after the other would meet the last one, of which nothing was told yet.
            Action::PreviousField if shared.aloud && self.focus == 0 => {
                shared.notice = Some(Notice::good("This is the first question here; back leads to what was before."));
            }
            Action::PreviousField => self.step(false),
            Action::Unfold => self.unfold(),
            Action::Left => self.turn(false),
            Action::Right => self.turn(true),
            Action::Below if self.can_list() => self.ask(),
            Action::Below => self.step(true),
            Action::LookUp if self.has_list() => self.ask(),
            Action::LookUp | Action::SignIn => return self.sign_in(shared),
            Action::Take | Action::GoOn if self.chooses() && self.take() => {}
            Action::Take => self.step(true),
            Action::GoOn => return self.submit(shared),
            Action::Back => return self.back(shared),
            _ => {}
        }
        self.write(shared);
        reactions
    }

    fn typed(&mut self, shared: &mut Shared, key: &KeyEvent) {
        self.key(key);
        self.write(shared);
    }

    fn pasted(&mut self, shared: &mut Shared, text: &str) {
        self.paste(text);
        self.write(shared);
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        self.told(shared)
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        self.answered(shared, answer)
    }

    fn sheet(&self, shared: &Shared, columns: usize, rows: usize, _: Timestamp) -> Sheet {
        let theme = shared.theme;
        // A list needs the rows that else keep the fields apart.
        let stride = match self.stops() * 4 <= rows {
            _ if self.chooses() => 1,
            true => 4,
            false => 3,
        };
        let mut sheet = Sheet::new(theme.span(Tone::Strong, shared.pages().title(self.page)));
        if let Some(who) = shared.login.who.filter(|_| self.page == Page::Login) {
            sheet.right = vec![theme.span(Tone::Dim, who.word())];
        }
        for (i, cell) in self.cells.iter().enumerate() {
            let focused = i == self.focus;
            let top = sheet.lines.len();
            let right = self.right(shared, cell, focused, columns);
            let (line, cursor) = cell.line(theme, focused, &right, columns);
            sheet.lines.push(line);
            sheet.lines.extend(self.under(shared, cell, focused, columns, rows));
            if focused {
                sheet.focus = top..sheet.lines.len();
                sheet.cursor = Some((cursor, top));
            }
            let last = i + 1 == self.stops();
            while rows >= 12 && !last && sheet.lines.len() < top + stride {
                sheet.lines.push(Line::default());
            }
            if rows >= 12 && !last {
                sheet.gap();
            }
        }
        self.draw_below(shared, &mut sheet, columns, rows);
        if !self.folded.is_empty() {
            let top = sheet.lines.len();
            sheet.lines.extend(self.fold(theme, columns));
            if self.is_at_fold() {
                (sheet.focus, sheet.cursor) = (top..sheet.lines.len(), Some((LABEL, top)));
            }
        }
        sheet
    }
}

/// Returns the next place in a ring, or the one before.
fn around(at: usize, of: usize, forward: bool) -> usize {
    let step = if forward { 1 } else { of.saturating_sub(1) };
    (at + step).checked_rem(of).unwrap_or(0)
}
