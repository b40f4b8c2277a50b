//! The sign-in to a registry: while it goes, why it was refused, or who is signed in, what that is granted, and who gets it.

use crosspull_core::input::Page;
use crosspull_core::login::{SignedIn, Who, ends};
use crosspull_core::wording::Front;
use jiff::Timestamp;
use ratatui::style::Modifier;
use ratatui::text::{Line, Span};

use super::form::begin_login;
use super::path::Saving;
use super::{Go, Layer, PathLayer, Reaction, View, along_chosen};
use crate::keys::{Action, Context, Move};
use crate::login::{Giving, Stage};
use crate::msg::Effect;
use crate::secret::Copying;
use crate::shared::Shared;
use crate::spoken::{Answer, Kind, Question, Row, Spoken};
use crate::theme::{Mark, Tone};
use crate::widgets::aloud::{TALL, WIDE, aloud};
use crate::widgets::lines::{self, block, hang};
use crate::widgets::sheet::Sheet;
use crate::widgets::trouble::trouble;
use crate::words::command::in_lines;
use crate::words::next::{Next, copied_by};
use crate::words::times;

/// Columns of the names before values, and of the programs.
const NAME: usize = 11;
/// The line above the programs that can get the sign-in.
const GIVES: &str = "Enter gives it to";

/// The sign-in, with the program that is chosen.
#[derive(Debug, Default)]
pub(crate) struct LoginScreen {
    chosen: usize,
    /// True once a key went along the programs: from then on the one that is chosen is in sight.
    moved: bool,
}

impl View for LoginScreen {
    fn context(&self, shared: &Shared) -> Context {
        if matches!(shared.login.stage, Stage::SignedIn(_)) { Context::Entered } else { Context::Entering }
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::Again => !matches!(shared.login.stage, Stage::Goes),
            Action::GoOn => !shared.login.programs.is_empty(),
            Action::CopyCommand => !shared.simulated,
            _ => true,
        }
    }

    fn writes(&self, shared: &Shared, action: Action) -> bool {
        action == Action::GoOn && self.context(shared) == Context::Entered && !shared.login.programs.is_empty()
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let effect = match action {
            Action::Move(way) if !shared.login.programs.is_empty() => {
                self.moved |= matches!(way, Move::Up | Move::Down);
                return along_chosen(shared, &mut self.chosen, shared.login.programs.len(), way);
            }
            Action::Move(way) => return vec![Reaction::Scroll(way)],
            Action::Back => return back(shared),
            Action::Again => return begin_login(shared),
            Action::GoOn => self.give(shared),
            Action::Copy => {
                shared.copying = Some(Copying::Secret);
                Some(Effect::CopySecret)
            }
            Action::CopyCommand => command(shared).map(|text| {
                shared.copying = Some(Copying::Other);
                Effect::Copy { what: "command".to_owned(), text: text.into() }
            }),
            Action::Reveal => Some(Effect::RevealSecret),
            Action::Plain => Some(Effect::ShowSecretPlain),
            Action::SaveSecret => {
                let name =
                    told(shared).map_or("registry", |told| told.server.split(['.', ':']).next().unwrap_or("registry"));
                let layer = PathLayer::new(Saving::Secret, &format!("{name}.secret"));
                return vec![Reaction::Over(Layer::Path(layer))];
            }
            _ => None,
        };
        effect.map(Reaction::Do).into_iter().collect()
    }

    fn spoken(&self, shared: &Shared, now: Timestamp) -> Spoken {
        let mut spoken = aloud(&self.sheet(shared, WIDE, TALL, Timestamp::MAX));
        // The programs are told with their numbers, and above them what became of those that were given it.
        let is_name = |line: &str| shared.login.programs.iter().any(|(name, _)| *name == line);
        spoken.lines.retain(|line| line.trim() != GIVES && !is_name(line.trim()));
        match &shared.login.stage {
            Stage::Goes => {
                spoken.works =
                    Some("waits for Entra, then for the registry, then for what is granted there".to_owned());
                return spoken;
            }
            // How long it still lasts is counted down, so that only the time of the end is told.
            Stage::SignedIn(told) => {
                let ends = ends(told.expires, Timestamp::MAX);
                let counts = spoken.lines.iter_mut().filter(|line| line.trim() == ends);
                let head = ends.split_once(", in ").map(|(head, _)| format!("  {head}."));
                counts.zip(head).for_each(|(line, head)| *line = head);
            }
            Stage::Nobody | Stage::Refused(_) => {}
        }
        spoken.lines.extend(self.status(shared, false).map(|(_, says)| says));
        spoken.secret = shared.in_sight(now).map(|revealed| revealed.secret.clone());
        let rows: Vec<Row> = shared.login.programs.iter().map(|(name, _)| Row::new(*name, [""; 0])).collect();
        let kind = Kind::Choice { rows, chosen: None };
        spoken.works = shared.login.moves().then(|| "waits for the program to take the sign-in".to_owned());
        let asks = !shared.login.programs.is_empty() && !shared.login.moves();
        spoken.question = asks.then(|| Question::new("Give it to which program?", kind));
        spoken
    }

    fn said(&mut self, shared: &mut Shared, answer: &Answer) -> Vec<Reaction> {
        let Answer::Number(at) = answer else { return Vec::new() };
        self.chosen = *at;
        self.on(shared, Action::GoOn)
    }

    fn sheet(&self, shared: &Shared, columns: usize, _: usize, now: Timestamp) -> Sheet {
        let theme = shared.theme;
        match &shared.login.stage {
            Stage::Nobody => Sheet::default(),
            Stage::Goes => {
                let mut sheet = Sheet::new(theme.span(Tone::Strong, "Signing in"));
                let wish = shared.wish();
                let registry = wish.as_ref().map_or("the registry", |wish| wish.registry.as_str());
                let mark = vec![theme.mark(Mark::Work, now), Span::raw(" ")];
                sheet.lines.extend(hang(theme, Tone::Plain, mark, registry, columns));
                let says = "Entra, then the registry, then what is granted there. This only reads.";
                sheet.lines.extend(block(theme, Tone::Dim, says, 2, columns));
                sheet
            }
            Stage::Refused(why) => {
                let mut sheet = Sheet::new(theme.span(Tone::Strong, "Not signed in"));
                sheet.lines.extend(trouble(theme, Front::LoginFields, shared.answers.cloud(), why, columns));
                sheet
            }
            Stage::SignedIn(told) => self.signed_in(shared, told, columns, now),
        }
    }

    fn status(&self, shared: &Shared, _: bool) -> Option<(Tone, String)> {
        Some(match &shared.login.stage {
            Stage::Nobody => return None,
            Stage::Goes => (Tone::Plain, Next::Stop.told(shared).to_owned()),
            Stage::Refused(_) => (Tone::Warn, Next::AnswersOrTry.after("Nothing was given to anybody.", shared)),
            Stage::SignedIn(_) => (Tone::Plain, "crosspull does not keep the secret.".to_owned()),
        })
    }

    /// A sign-in is had again by the same answers.
    fn loses(&self, _: &Shared) -> bool {
        false
    }
}

impl LoginScreen {
    /// Gives the sign-in to the program that is chosen.
    fn give(&self, shared: &mut Shared) -> Option<Effect> {
        // Several programs keep what they are given in one file, so one is run at a time.
        if shared.login.programs.iter().any(|(_, giving)| matches!(giving, Giving::Goes)) {
            return None;
        }
        let (program, giving) = shared.login.programs.get_mut(self.chosen)?;
        *giving = Giving::Goes;
        Some(Effect::GiveSignIn { program })
    }

    fn signed_in(&self, shared: &Shared, told: &SignedIn, columns: usize, now: Timestamp) -> Sheet {
        let theme = shared.theme;
        let mut sheet = Sheet::new(theme.span(Tone::Strong, "Signed in"));
        let mark = if told.in_vain { Mark::Warn } else { Mark::Good };
        let mut says = told.lines.iter();
        if let Some(first) = says.next() {
            let mark = vec![theme.mark(mark, now), Span::raw(" ")];
            sheet.lines.extend(hang(theme, Tone::Strong, mark, first, columns));
        }
        let tone = if told.in_vain { Tone::Warn } else { Tone::Plain };
        let warning = shared.login.who.and_then(Who::warning);
        for line in says {
            if Some(line.as_str()) == warning {
                let mark = vec![theme.mark(Mark::Warn, now), Span::raw(" ")];
                sheet.lines.extend(hang(theme, Tone::Warn, mark, line, columns));
            } else {
                sheet.lines.extend(block(theme, tone, line, 2, columns));
            }
        }
        sheet.lines.extend(block(theme, Tone::Plain, &ends(told.expires, now), 2, columns));
        sheet.gap();
        value(shared, &mut sheet, "user name", &told.user, columns);
        secret(shared, &mut sheet, columns, now);
        sheet.gap();
        self.programs(shared, &mut sheet, columns, now);
        if !shared.simulated {
            commands(shared, told, &mut sheet, columns);
        }
        sheet
    }

    /// Adds the programs, each with what became of the sign-in there.
    fn programs(&self, shared: &Shared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
        let theme = shared.theme;
        let programs = &shared.login.programs;
        let says = match (shared.simulated, programs.is_empty()) {
            (true, _) => "In the demo nobody is given it: it goes with the demo.",
            (false, true) => "No program that keeps sign-ins, such as docker, is on the PATH.",
            (false, false) => GIVES,
        };
        sheet.lines.extend(block(theme, Tone::Dim, says, 0, columns));
        for (i, (name, giving)) in programs.iter().enumerate() {
            let here = i == self.chosen;
            let top = sheet.lines.len();
            let (mark, tone) = if here { ("▸ ", Tone::Strong) } else { ("  ", Tone::Plain) };
            let span = theme.span(tone, format!("{mark}{name:width$}", width = NAME - 2));
            let span = if here { span.patch_style(Modifier::REVERSED) } else { span };
            match giving {
                Giving::NotYet => sheet.lines.push(Line::from(span)),
                Giving::Goes => {
                    let line =
                        vec![span, Span::raw("  "), theme.mark(Mark::Work, now), theme.span(Tone::Dim, " being given")];
                    sheet.lines.push(Line::from(line));
                }
                Giving::Over(given) => {
                    let mark = if given.taken { Mark::Good } else { Mark::Bad };
                    let mut lines = given.lines().into_iter();
                    let before = vec![span, Span::raw("  "), theme.mark(mark, now), Span::raw(" ")];
                    let head = lines.next().unwrap_or_default();
                    let head = head.strip_prefix(*name).unwrap_or(&head).trim_start().to_owned();
                    sheet.lines.extend(hang(theme, Tone::Plain, before, &head, columns));
                    lines.for_each(|line| {
                        sheet.lines.extend(block(theme, Tone::Plain, line.trim_start(), NAME + 4, columns))
                    });
                }
            }
            // A secret in sight is not scrolled away.
            if here && self.moved && shared.in_sight(now).is_none() {
                sheet.focus = top..sheet.lines.len();
            }
        }
    }
}

/// Returns the sign-in that came about.
fn told(shared: &Shared) -> Option<&SignedIn> {
    if let Stage::SignedIn(told) = &shared.login.stage { Some(told) } else { None }
}

/// Returns the command that does the same without questions.
fn command(shared: &Shared) -> Option<String> {
    shared.wish().map(|wish| wish.command(&shared.answers))
}

/// Adds the command that lets docker sign in by itself, where that can be, and the one that does the same as was done here.
fn commands(shared: &Shared, told: &SignedIn, sheet: &mut Sheet, columns: usize) {
    let Some(wish) = shared.wish() else { return };
    let by = wish.variables().map_or_else(String::new, |names| format!(", by {names} of its environment"));
    let copies = copied_by('c', shared);
    let always = "To have docker sign in by itself from now on:".to_owned();
    let lines = [
        wish.from_now_on(&told.server, told.tenant.as_deref(), &shared.answers).map(|line| (always, line)),
        command(shared).map(|line| (format!("The same without questions{copies}{by}:"), line)),
    ];
    for (says, line) in lines.into_iter().flatten() {
        sheet.gap();
        sheet.lines.extend(block(shared.theme, Tone::Plain, &says, 0, columns));
        for part in in_lines(&line, columns.saturating_sub(2)) {
            sheet.lines.extend(block(shared.theme, Tone::Plain, &part, 2, columns));
        }
    }
}

/// Goes back to the form. What goes is stopped, and what came of it is forgotten.
fn back(shared: &mut Shared) -> Vec<Reaction> {
    let clears = shared.leave_login(Stage::Nobody);
    let effects = clears.then_some(Effect::ClearClipboard).into_iter().chain([Effect::LeaveRegistry]);
    effects.map(Reaction::Do).chain([Reaction::Go(Go::Form(Page::Login))]).collect()
}

/// Adds a name with its value.
fn value(shared: &Shared, sheet: &mut Sheet, name: &str, value: &str, columns: usize) {
    let theme = shared.theme;
    let before = vec![theme.span(Tone::Dim, format!("  {name:NAME$}"))];
    sheet.lines.extend(hang(theme, Tone::Plain, before, value, columns));
}

/// Adds the secret: masked, or in sight for a while.
fn secret(shared: &Shared, sheet: &mut Sheet, columns: usize, now: Timestamp) {
    let Some(revealed) = shared.in_sight(now) else {
        return value(shared, sheet, "password", "••••••••", columns);
    };
    let theme = shared.theme;
    let left = times::between(now, revealed.until).div_ceil(1000);
    let top = sheet.lines.len();
    value(shared, sheet, "password", &format!("hides in {left} s"), columns);
    let shown = lines::secret(revealed.secret.reveal(), columns.saturating_sub(2));
    sheet.lines.extend(shown.into_iter().map(|line| Line::from(vec![Span::raw("  "), theme.span(Tone::Strong, line)])));
    sheet.focus = top..sheet.lines.len();
}
