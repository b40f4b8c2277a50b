//! Sign-in: what a person does in a browser, while crosspull waits for it.

use crosspull_core::sign_in::{Prompt, tunnel_command};
use jiff::Timestamp;
use qrcode::{EcLevel, QrCode};
use ratatui::text::{Line, Span};

use super::Sheet;
use crate::lines::{block, wrap};
use crate::model::{Model, SigningIn};
use crate::theme::{Mark, Theme, Tone};
use crate::words;

/// Rows that the screen takes at ease.
const ROOMY: usize = 12;

/// The screen. Address and code stand on lines of their own from the window's first column on, so that they can be
/// selected whole; there is no rail beside them.
pub(crate) fn sheet(model: &Model, signing_in: &SigningIn, columns: usize, rows: usize, now: Timestamp) -> Sheet {
    let theme = model.theme;
    let mut sheet = Sheet::new(theme.span(Tone::Strong, format!(" Sign in to tenant {}", signing_in.prompt.side())));
    if let Some(instead) = &signing_in.instead {
        sheet.lines.extend(block(theme, Tone::Warn, instead, 1, columns.saturating_sub(1)));
        sheet.gap();
    }
    match &signing_in.prompt {
        // Where there is little room, what is needed in the browser stands first.
        Prompt::Code { address, code, until, .. } if rows < ROOMY => {
            sheet.lines.extend(wrap(address, columns).into_iter().map(|line| theme.span(Tone::Accent, line).into()));
            sheet.lines.push(theme.span(Tone::Strong, code.reveal().to_owned()).into());
            say(&mut sheet, theme, "Open the page in any browser, and enter the code there.", columns);
            waits(&mut sheet, model, "Waiting for you to enter it.", *until, now, columns);
        }
        Prompt::Code { address, code, until, .. } => {
            say(&mut sheet, theme, "Open this page in a browser on any machine:", columns);
            whole(&mut sheet, theme, Tone::Accent, address, columns);
            say(&mut sheet, theme, "Enter this code there, and sign in with an account of the tenant:", columns);
            whole(&mut sheet, theme, Tone::Strong, code.reveal(), columns);
            waits(&mut sheet, model, "Waiting for you to enter it.", *until, now, columns);
            let left = rows.saturating_sub(sheet.lines.len() + 1);
            if let Some(picture) = picture(theme, address, columns, left) {
                sheet.gap();
                sheet.lines.extend(picture);
            }
        }
        Prompt::Page { address, port, until, .. } => {
            if let Some(host) = &model.here.tunnel {
                say(&mut sheet, theme, "This is an SSH login. First, on the machine with the browser:", columns);
                whole(&mut sheet, theme, Tone::Strong, &tunnel_command(*port, host), columns);
            }
            say(&mut sheet, theme, "Open this page in a browser, and sign in with an account of the tenant:", columns);
            whole(&mut sheet, theme, Tone::Accent, address, columns);
            waits(&mut sheet, model, "Waiting for the browser to come back.", *until, now, columns);
        }
        Prompt::Instead { .. } | Prompt::Over { .. } => {}
    }
    sheet
}

/// A sentence, with an empty line above it.
fn say(sheet: &mut Sheet, theme: Theme, text: &str, columns: usize) {
    sheet.gap();
    sheet.lines.extend(block(theme, Tone::Plain, text, 1, columns.saturating_sub(1)));
}

/// Something to be taken whole, from the first column on.
fn whole(sheet: &mut Sheet, theme: Theme, tone: Tone, text: &str, columns: usize) {
    sheet.gap();
    sheet.lines.extend(wrap(text, columns).into_iter().map(|line| theme.span(tone, line).into()));
}

fn waits(sheet: &mut Sheet, model: &Model, says: &str, until: Timestamp, now: Timestamp, columns: usize) {
    sheet.gap();
    let theme = model.theme;
    let mut line = Line::from(vec![Span::raw(" "), theme.mark(Mark::Work, now), Span::raw(" ")]);
    line.push_span(Span::raw(says.to_owned()));
    sheet.lines.push(line);
    let left = words::between(now, until) / 1000;
    let ends = format!("It ends in {}:{:02}. Esc stops the sign-in.", left / 60, left % 60);
    sheet.lines.extend(block(theme, Tone::Dim, &ends, 3, columns.saturating_sub(1)));
}

/// The address for a telephone's camera, in half blocks with the quiet zone that cameras need; none where it does not fit
/// or the terminal has no such blocks. A code or anything secret is never shown so.
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
        // Drawn in the letters' colour, which is light on most terminals: what is dark in the picture is left out.
        (true, true) => ' ',
        (true, false) => '▄',
        (false, true) => '▀',
        (false, false) => '█',
    };
    let row = |y: usize| Line::from(format!(" {}", (0..size).map(|x| half(x, y)).collect::<String>()));
    Some((0..size).step_by(2).map(row).collect())
}

/// What stands above the next prompt once a way did not work.
pub(crate) fn instead(prompt: &Prompt) -> Option<String> {
    let Prompt::Instead { failed, way, trouble, .. } = prompt else { return None };
    let code = trouble.refusal.as_ref().map(|r| format!(" ({})", r.code)).unwrap_or_default();
    Some(format!(
        "Sign-in by {} did not work: {}{code} Now by {}.",
        failed.word().replace('-', " "),
        trouble.why,
        way.word().replace('-', " ")
    ))
}
