//! Sign-in: what a person does in a browser, while crosspull waits for it.

mod spoken;

use crosspull_core::names::Side;
use crosspull_core::sign_in::{Prompt, SignIn, tunnel_command};
use jiff::Timestamp;
use qrcode::{EcLevel, QrCode};
use ratatui::text::{Line, Span};

use super::{Reaction, View};
use crate::keys::{Action, Context};
use crate::msg::{Effect, Notice};
use crate::secret::Copying;
use crate::shared::Shared;
use crate::spoken::Spoken;
use crate::theme::{Mark, Theme, Tone};
use crate::widgets::lines::{self, block, filled, wrap};
use crate::widgets::sheet::Sheet;
use crate::words::times;

/// Rows that the screen takes at ease.
const ROOMY: usize = 12;

/// A sign-in that waits for a person, over whatever screen.
#[derive(Debug)]
pub(crate) struct SignInScreen {
    pub prompt: Prompt,
    /// The way that did not work before this one, and why.
    pub instead: Option<Prompt>,
    /// True once the operator stopped it.
    pub stopped: bool,
}

impl SignInScreen {
    /// Opens the screen; `instead` is the way that did not work before.
    pub const fn new(prompt: Prompt, instead: Option<Prompt>) -> Self {
        Self { prompt, instead, stopped: false }
    }

    /// Stops the sign-in.
    fn stop(&mut self, shared: &mut Shared) -> Effect {
        self.stopped = true;
        shared.notice = Some(Notice::good("The sign-in is being stopped."));
        Effect::StopSignIn
    }
}

impl View for SignInScreen {
    fn context(&self, _: &Shared) -> Context {
        Context::SignIn
    }

    fn offers(&self, shared: &Shared, action: Action) -> bool {
        match action {
            Action::CopyAddress => matches!(self.prompt, Prompt::Code { .. }),
            Action::Open => shared.here.desktop,
            _ => true,
        }
    }

    fn on(&mut self, shared: &mut Shared, action: Action) -> Vec<Reaction> {
        let copy = |what: &str, text: &str| Effect::Copy { what: what.to_owned(), text: text.to_owned().into() };
        let plain = |text: String| vec![Reaction::Do(Effect::ShowPlain { text: text.into() })];
        let copied = match (action, &self.prompt) {
            (Action::Move(way), _) => return vec![Reaction::Scroll(way)],
            (Action::Back, _) => return vec![Reaction::Do(self.stop(shared))],
            (Action::Open, Prompt::Code { address, .. } | Prompt::Page { address, .. }) => {
                return vec![Reaction::Do(Effect::Open { address: address.clone() })];
            }
            (Action::Plain, Prompt::Code { address, code, .. }) => {
                return plain(format!("{address}\n{}", code.reveal()));
            }
            (Action::Plain, Prompt::Page { address, .. }) => return plain(address.clone()),
            (Action::Copy, Prompt::Code { code, .. }) => copy("code", code.reveal()),
            (Action::Copy | Action::CopyAddress, Prompt::Code { address, .. } | Prompt::Page { address, .. }) => {
                copy("address", address)
            }
            _ => return Vec::new(),
        };
        shared.copying = Some(Copying::Other);
        vec![Reaction::Do(copied)]
    }

    fn spoken(&self, shared: &Shared, _: Timestamp) -> Spoken {
        spoken::sign_in(self, shared)
    }

    /// Address and code stand on lines of their own from the window's first column on, so that they can be selected
    /// whole; there is no rail beside them.
    fn sheet(&self, shared: &Shared, columns: usize, rows: usize, now: Timestamp) -> Sheet {
        let theme = shared.theme;
        let title = title(self.prompt.side(), shared);
        let mut sheet = Sheet::new(theme.span(Tone::Strong, format!(" {title}")));
        let roomy = rows >= ROOMY;
        let instead = self.instead.as_ref().map_or_else(Vec::new, |i| did_not_work(theme, i, columns));
        if roomy {
            sheet.lines.extend_from_slice(&instead);
        }
        match &self.prompt {
            // Where there is little room, what is needed in the browser stands first.
            Prompt::Code { address, code, until, .. } if !roomy => {
                sheet
                    .lines
                    .extend(wrap(address, columns).into_iter().map(|line| theme.span(Tone::Accent, line).into()));
                sheet.lines.push(theme.span(Tone::Strong, code.reveal().to_owned()).into());
                say(&mut sheet, theme, "Enter it there, in any browser.", columns);
                let mut line = vec![Span::raw(" "), theme.mark(Mark::Work, now)];
                line.push(theme.span(Tone::Dim, format!(" The code ends in {}.", left(*until, now))));
                sheet.lines.push(line.into());
            }
            Prompt::Code { address, code, until, .. } => {
                say(&mut sheet, theme, "Open this page in a browser on any machine:", columns);
                whole(&mut sheet, theme, Tone::Accent, filled(address, columns));
                say(&mut sheet, theme, "Enter this code there, and sign in with an account of the tenant:", columns);
                sheet.gap();
                sheet.lines.push(theme.span(Tone::Accent, spaced(code.reveal())).into());
                sheet.gap();
                let shown = lines::secret(code.reveal(), columns);
                sheet.lines.extend(shown.into_iter().map(|line| theme.span(Tone::Strong, line).into()));
                waits(&mut sheet, shared, [FOR_CODE, "The code ends in"], *until, now, columns);
                let below = rows.saturating_sub(sheet.lines.len() + 1);
                if let Some(picture) = picture(theme, address, columns, below) {
                    sheet.gap();
                    sheet.lines.extend(picture);
                }
            }
            Prompt::Page { address, port, until, .. } => {
                if let Some(host) = &shared.here.tunnel {
                    say(&mut sheet, theme, "This is an SSH login. First, on the machine with the browser:", columns);
                    whole(&mut sheet, theme, Tone::Strong, wrap(&tunnel_command(*port, host), columns));
                }
                say(
                    &mut sheet,
                    theme,
                    "Open this page in a browser, and sign in with an account of the tenant:",
                    columns,
                );
                whole(&mut sheet, theme, Tone::Accent, filled(address, columns));
                let says = ["Waiting for the browser to come back.", "It is waited for"];
                waits(&mut sheet, shared, says, *until, now, columns);
            }
            Prompt::Instead { .. } | Prompt::Over { .. } => {}
        }
        if !roomy {
            sheet.gap();
            sheet.lines.extend(instead);
        }
        sheet
    }
}

/// Returns the title.
fn title(side: Side, shared: &Shared) -> String {
    match side {
        Side::B if shared.is_login() => "Sign in to the registry's tenant".to_owned(),
        side => format!("Sign in to tenant {side}"),
    }
}

/// The sentence while a code is shown.
const FOR_CODE: &str = "Waiting for you to enter it.";

/// Returns a code so large that it can be read from afar.
fn spaced(code: &str) -> String {
    let mut line = String::with_capacity(3 * code.len());
    code.chars().for_each(|c| line.extend([' ', ' ', c]));
    line
}

/// Returns the way that did not work, above the one that takes its place; dim, the number by which others know the
/// reason.
fn did_not_work(theme: Theme, instead: &Prompt, columns: usize) -> Vec<Line<'static>> {
    let Prompt::Instead { failed, way, trouble, .. } = instead else { return Vec::new() };
    let says =
        format!("Sign-in by {} did not work: {}  Trying the {}.", in_words(*failed), trouble.why, in_words(*way));
    let mut lines = block(theme, Tone::Warn, &says, 1, columns.saturating_sub(1));
    if let Some(refusal) = &trouble.refusal {
        lines.extend(block(theme, Tone::Dim, &refusal.code, 1, columns.saturating_sub(1)));
    }
    lines
}

fn in_words(way: SignIn) -> String {
    way.word().replace('-', " ")
}

/// Adds a sentence, with an empty line above it.
fn say(sheet: &mut Sheet, theme: Theme, text: &str, columns: usize) {
    sheet.gap();
    sheet.lines.extend(block(theme, Tone::Plain, text, 1, columns.saturating_sub(1)));
}

/// Adds something to be taken whole, from the first column on.
fn whole(sheet: &mut Sheet, theme: Theme, tone: Tone, lines: Vec<String>) {
    sheet.gap();
    sheet.lines.extend(lines.into_iter().map(|line| theme.span(tone, line).into()));
}

/// Adds what is waited for, and until when.
fn waits(
    sheet: &mut Sheet,
    shared: &Shared,
    [waiting, ends]: [&str; 2],
    until: Timestamp,
    now: Timestamp,
    columns: usize,
) {
    sheet.gap();
    let theme = shared.theme;
    let mut line = Line::from(vec![Span::raw(" "), theme.mark(Mark::Work, now), Span::raw(" ")]);
    line.push_span(Span::raw(waiting.to_owned()));
    sheet.lines.push(line);
    sheet.lines.extend(block(theme, Tone::Dim, &format!("{ends} {}.", left(until, now)), 3, columns.saturating_sub(1)));
}

/// Returns how long there still is: `14:32`.
fn left(until: Timestamp, now: Timestamp) -> String {
    let seconds = times::between(now, until) / 1000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Returns the address for a telephone's camera, in half blocks with the quiet zone that cameras need; none where it
/// does not fit or the terminal has no such blocks. A code or anything secret is never shown so.
fn picture(theme: Theme, address: &str, columns: usize, rows: usize) -> Option<Vec<Line<'static>>> {
    const QUIET: usize = 2;
    if !theme.unicode() {
        return None;
    }
    let code = QrCode::with_error_correction_level(address, EcLevel::L).ok()?;
    let size = code.width() + 2 * QUIET;
    if size + 1 > columns || size.div_ceil(2) > rows {
        return None;
    }
    let dark = |x: usize, y: usize| {
        let inside = |at: usize| at.checked_sub(QUIET).filter(|at| *at < code.width());
        match (inside(x), inside(y)) {
            (Some(x), Some(y)) => code[(x, y)] == qrcode::Color::Dark,
            _ => false,
        }
    };
    let half = |x: usize, y: usize| match (dark(x, y), dark(x, y + 1)) {
        // Drawn light on dark: what is dark in the picture is left out.
        (true, true) => ' ',
        (true, false) => '▄',
        (false, true) => '▀',
        (false, false) => '█',
    };
    let row = |y: usize| {
        let halves: String = (0..size).map(|x| half(x, y)).collect();
        Line::from(vec![Span::raw(" "), Span::styled(halves, theme.picture())])
    };
    Some((0..size).step_by(2).map(row).collect())
}
