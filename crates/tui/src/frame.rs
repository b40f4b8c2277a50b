//! The frame around the screens: line 1, the rail, the message line, the key line (`screens.md`, frame).

use crosspull_core::event::Verdict;
use crosspull_core::field::Page;
use crosspull_core::plan::Route;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use crate::keys::{self, Context, Move};
use crate::lines::{apart, clipped, fit, middle, width, wrap};
use crate::model::{Model, Screen};
use crate::msg::Said;
use crate::screens::{self, Sheet, layers};
use crate::theme::{Mark, Tone};
use crate::words;

/// The smallest window that screens fit in.
const LEAST: (u16, u16) = (40, 12);
/// True where nothing can be shown but the wish for a larger window.
pub(crate) const fn too_small(size: (u16, u16)) -> bool {
    size.0 < LEAST.0 || size.1 < LEAST.1
}

/// Columns of the rail, without its line.
const RAIL: u16 = 18;
/// A narrower window has no rail.
const RAIL_FROM: u16 = 60;
/// The box over a screen has at most this many columns.
const BOX: u16 = 72;
/// A box keeps off the rail where that leaves it this many columns, in which an id is never broken.
const ROOMY: u16 = 56;

/// The steps of the wizard, as the rail shows them.
const PLACES: &[&str] = &["Route", "Tenant A", "Tenant B", "App and secret", "Checks", "Review", "Run", "Done"];
/// The same for an earlier run.
const EARLIER: &[&str] = &["Earlier run", "Sign-in", "Review", "Run", "Done"];

/// The steps of the wizard, on the way that it is on.
const fn places(model: &Model) -> &'static [&'static str] {
    if model.live.errand.is_some() { EARLIER } else { PLACES }
}

/// Draws the wizard. Everything that is shown comes from the model and the time.
pub fn view(model: &Model, frame: &mut Frame, now: Timestamp) {
    let area = frame.area();
    if too_small((area.width, area.height)) {
        for (y, line) in wrap("enlarge the window (40x12)", usize::from(area.width)).into_iter().enumerate() {
            let y = u16::try_from(y).unwrap_or(u16::MAX).min(area.height);
            frame.render_widget(Line::from(line), Rect { y, height: u16::from(y < area.height), ..area });
        }
        return;
    }
    let rail = has_rail(model, area.width);
    let body = body(model, area);
    let sheet = screens::sheet(model, columns(body), rows(body), now);
    let (above, below) = hidden(&sheet, rows(body));
    frame.render_widget(head(model, area.width), row(area, 0));
    frame.render_widget(rule(model, area.width, rail.then_some("┬"), "↑", above), row(area, 1));
    if rail {
        draw_rail(model, frame, body, now);
    }
    draw_sheet(model, frame, body, &sheet);
    sheet.wipe();
    let foot = body.bottom() - area.y;
    frame.render_widget(rule(model, area.width, rail.then_some("┴"), "↓", below), row(area, foot));
    for (line, y) in message(model, area.width).into_iter().zip(foot + 1..area.height - 1) {
        frame.render_widget(line, row(area, y));
    }
    frame.render_widget(key_line(model, area.width), row(area, area.height - 1));
    draw_layer(model, frame, area, now);
    model.theme.narrow(frame.buffer_mut());
}

/// A row of the window.
const fn row(area: Rect, y: u16) -> Rect {
    Rect { x: area.x, y: area.y + y, width: area.width, height: 1 }
}

/// Home has nothing behind it, and an address to copy has nothing beside it.
fn has_rail(model: &Model, width: u16) -> bool {
    let plain = matches!(Context::of_screen(model), Context::Home | Context::Runs | Context::Consent | Context::SignIn);
    width >= RAIL_FROM && !plain
}

/// Where the screen's own lines are.
fn body(model: &Model, area: Rect) -> Rect {
    let left = match Context::of_screen(model) {
        Context::Consent | Context::SignIn => 0,
        _ if has_rail(model, area.width) => RAIL + 2,
        _ => 1,
    };
    let right = u16::from(left > 0);
    let said = u16::try_from(message(model, area.width).len()).unwrap_or(1).max(1);
    Rect { x: area.x + left, y: area.y + 2, width: area.width - left - right, height: area.height - 4 - said }
}

fn columns(body: Rect) -> usize {
    usize::from(body.width)
}

/// Rows for the lines of a sheet, below its title.
fn rows(body: Rect) -> usize {
    usize::from(body.height - heading(body))
}

/// Rows of a title with the empty line below it, where there is room for one.
const fn heading(body: Rect) -> u16 {
    if body.height >= 14 { 2 } else { 1 }
}

/// How many lines a sheet has above and below what is shown.
fn hidden(sheet: &Sheet, rows: usize) -> (usize, usize) {
    let above = sheet.offset(rows);
    (above, sheet.lines.len().saturating_sub(above + rows))
}

fn draw_sheet(model: &Model, frame: &mut Frame, body: Rect, sheet: &Sheet) {
    let title = apart(sheet.title.clone(), sheet.right.clone(), columns(body));
    frame.render_widget(title, Rect { height: 1, ..body });
    let top = body.y + heading(body);
    let area = Rect { y: top, height: body.height - heading(body), ..body };
    draw_lines(frame, area, sheet, model.overlays.is_empty());
}

/// Draws the lines in sight, and sets the cursor where it belongs to them.
fn draw_lines(frame: &mut Frame, area: Rect, sheet: &Sheet, topmost: bool) {
    let offset = sheet.offset(usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(sheet.lines.iter().skip(offset)) {
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
    let cursor = sheet.cursor.filter(|_| topmost).and_then(|(x, y)| {
        let x = u16::try_from(x).ok().filter(|x| *x < area.width)?;
        let y = u16::try_from(y.checked_sub(offset)?).ok().filter(|y| *y < area.height)?;
        Some((area.x + x, area.y + y))
    });
    if let Some(place) = cursor {
        frame.set_cursor_position(place);
    }
}

/// The topmost layer in its box, over the middle of the window; line 1, message and keys stay in sight.
struct Layer {
    sheet: Sheet,
    /// The box.
    place: Rect,
    /// Its lines, which may scroll.
    text: Rect,
    /// Its last lines, which do not.
    foot: Rect,
}

/// Puts the topmost layer in its place.
fn layer(model: &Model, area: Rect, now: Timestamp) -> Option<Layer> {
    let overlay = model.layer()?;
    let over = over(model, area);
    let width = over.width.min(BOX);
    let sheet = layers::sheet(model, overlay, usize::from(width.saturating_sub(4)), now);
    let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let body = body(model, area);
    let lines = rows(sheet.lines.len() + sheet.foot.len() + 2);
    // Where the body is too small, the rules above and below it may be covered too.
    let room = if lines <= body.height { body } else { Rect { y: body.y - 1, height: body.height + 2, ..body } };
    let height = lines.min(room.height);
    let place = Rect { x: over.x + (over.width - width) / 2, y: room.y + (room.height - height) / 2, width, height };
    let inside =
        Rect { x: place.x + 2, y: place.y + 1, width: width.saturating_sub(4), height: height.saturating_sub(2) };
    let foot = rows(sheet.foot.len()).min(inside.height);
    let text = Rect { height: inside.height - foot, ..inside };
    Some(Layer { sheet, place, text, foot: Rect { y: text.bottom(), height: foot, ..inside } })
}

fn draw_layer(model: &Model, frame: &mut Frame, area: Rect, now: Timestamp) {
    let Some(Layer { sheet, place, text, foot }) = layer(model, area, now) else {
        return;
    };
    let (above, below) = hidden(&sheet, usize::from(text.height));
    let theme = model.theme;
    let title: String = sheet.title.iter().map(|s| s.content.as_ref()).collect();
    let title = fit(&title, usize::from(place.width.saturating_sub(6)));
    let mut block =
        Block::bordered().border_style(theme.style(Tone::Accent)).title(theme.span(Tone::Strong, format!(" {title} ")));
    if above + below > 0 {
        block = block.title_bottom(Line::from(theme.span(Tone::Dim, format!(" ↑{above} ↓{below} "))).right_aligned());
    }
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    draw_lines(frame, text, &sheet, true);
    for (y, line) in (foot.y..foot.bottom()).zip(&sheet.foot) {
        frame.render_widget(line, Rect { y, height: 1, ..foot });
    }
}

/// How far something scrolls.
pub(crate) struct Room {
    /// The first line that is shown.
    pub from: usize,
    /// The lines that are shown.
    pub rows: usize,
    /// The furthest that it scrolls.
    pub most: usize,
}

impl Room {
    /// The first line to show, from that one along. A page leaves a line of the page before in sight.
    pub fn moved(&self, from: usize, way: Move) -> usize {
        let page = self.rows.saturating_sub(1).max(1);
        let to = match way {
            Move::Up => from.saturating_sub(1),
            Move::Down => from.saturating_add(1),
            Move::PageUp => from.saturating_sub(page),
            Move::PageDown => from.saturating_add(page),
            Move::First => 0,
            Move::Last => self.most,
        };
        to.min(self.most)
    }

    fn of(sheet: &Sheet, rows: usize) -> Self {
        Self { from: sheet.offset(rows), rows, most: sheet.lines.len().saturating_sub(rows) }
    }
}

/// How far the screen scrolls in the model's window.
pub(crate) fn screen_room(model: &Model) -> Room {
    let body = body(model, window(model));
    let rows = rows(body);
    let sheet = screens::sheet(model, columns(body), rows, Timestamp::UNIX_EPOCH);
    let room = Room::of(&sheet, rows);
    sheet.wipe();
    room
}

/// How far the topmost layer scrolls in the model's window.
pub(crate) fn layer_room(model: &Model) -> Room {
    let layer = layer(model, window(model), Timestamp::UNIX_EPOCH);
    layer.map_or(Room { from: 0, rows: 0, most: 0 }, |l| Room::of(&l.sheet, usize::from(l.text.height)))
}

/// The model's window, as if it were never too small.
fn window(model: &Model) -> Rect {
    Rect::new(0, 0, model.size.0.max(LEAST.0), model.size.1.max(LEAST.1))
}

/// Where boxes may be: over the body, so that the rail stays in sight, where that is wide enough.
fn over(model: &Model, area: Rect) -> Rect {
    let body = body(model, area);
    if body.width >= ROOMY { body } else { area }
}

/// Line 1: program, route, and at the right where it works. Without a rail, the place in the wizard.
fn head(model: &Model, columns: u16) -> Line<'static> {
    let theme = model.theme;
    let place = place(model);
    let cloud = if model.simulated { "simulated cloud".to_owned() } else { words::cloud(&model.answers) };
    let home = matches!(model.screen, Screen::Home { .. } | Screen::Runs { .. });
    let places = places(model);
    let text = if columns < RAIL_FROM && !home {
        format!("{}/{} {}", place + 1, places.len(), places.get(place).copied().unwrap_or_default())
    } else if home {
        "crosspull".to_owned()
    } else {
        format!("crosspull · {}", model.live.plan().map_or(Route::NewApp, |plan| plan.route).title())
    };
    let room = usize::from(columns).saturating_sub(width(&text) + 4);
    let tone = if model.simulated { Tone::Accent } else { Tone::Dim };
    let right = vec![theme.span(tone, middle(&cloud, room)), Span::raw(" ")];
    apart(vec![theme.span(Tone::Strong, format!(" {text}"))], right, usize::from(columns))
}

/// A rule, joined to the rail's line, with how much there is beyond it.
fn rule(model: &Model, columns: u16, joint: Option<&str>, arrow: &str, beyond: usize) -> Line<'static> {
    let mark = if beyond > 0 { format!(" {arrow} {beyond} more ") } else { String::new() };
    let left = joint.map_or_else(String::new, |joint| "─".repeat(usize::from(RAIL)) + joint);
    let after = if beyond > 0 { 2 } else { 0 };
    let fill = usize::from(columns).saturating_sub(width(&left) + width(&mark) + after);
    let text = format!("{left}{}{mark}{}", "─".repeat(fill), "─".repeat(after));
    model.theme.span(Tone::Dim, text).into()
}

/// Where the wizard is, by the place in the rail.
const fn place(model: &Model) -> usize {
    let earlier = model.live.errand.is_some();
    match &model.screen {
        Screen::Home { .. } | Screen::Runs { .. } => 0,
        Screen::Form(form) => match form.page {
            Page::TenantA => 1,
            Page::TenantB => 2,
            Page::App | Page::Nowhere => 3,
        },
        Screen::Checks { .. } if earlier => 1,
        Screen::Review { .. } if earlier => 2,
        Screen::Run { .. } if earlier => 3,
        Screen::Done if earlier => 4,
        Screen::Checks { .. } => 4,
        Screen::Review { .. } => 5,
        Screen::Run { .. } => 6,
        Screen::Done => 7,
    }
}

fn draw_rail(model: &Model, frame: &mut Frame, body: Rect, now: Timestamp) {
    let theme = model.theme;
    let here = place(model);
    for (at, y) in (body.y..body.bottom()).enumerate() {
        let mut spans = vec![Span::raw(" ".repeat(usize::from(RAIL)))];
        if let Some(name) = places(model).get(at) {
            let (mark, tone) = match at.cmp(&here) {
                std::cmp::Ordering::Less => (passed(model, at), Tone::Plain),
                std::cmp::Ordering::Equal => (Mark::Here, Tone::Strong),
                std::cmp::Ordering::Greater => (Mark::ToCome, Tone::Dim),
            };
            let name = format!("{name:width$}", width = usize::from(RAIL) - 3);
            spans = vec![Span::raw(" "), theme.mark(mark, now), Span::raw(" "), theme.span(tone, name)];
        }
        spans.push(theme.span(Tone::Dim, "│"));
        frame.render_widget(Line::from(spans), Rect { x: body.x - RAIL - 2, y, width: RAIL + 1, height: 1 });
    }
}

/// The glyph of a place that lies behind: a run that did not end well is not ticked off.
const fn passed(model: &Model, at: usize) -> Mark {
    match model.live.run.verdict {
        Some(Verdict::Failed) if at + 2 == places(model).len() => Mark::Bad,
        Some(Verdict::Waits | Verdict::Interrupted | Verdict::Left) if at + 2 == places(model).len() => Mark::Warn,
        _ => Mark::Good,
    }
}

/// The message: what stands, then what was said, else what the screen has to say. Each has up to three lines, both
/// together four.
fn message(model: &Model, columns: u16) -> Vec<Line<'static>> {
    const MOST: usize = 3;
    let room = usize::from(columns).saturating_sub(2);
    let lines = |(tone, text): (Tone, String), most: usize| -> Vec<Line<'static>> {
        let shown = clipped(&text, room, most).into_iter();
        shown.map(|text| Line::from(vec![Span::raw(" "), model.theme.span(tone, text)])).collect()
    };
    let said =
        model.said.as_ref().map(|Said { text, good }| (if *good { Tone::Plain } else { Tone::Bad }, text.clone()));
    let now = said.or_else(|| screens::status(model)).map_or_else(Vec::new, |says| lines(says, MOST));
    let most = MOST.min(MOST + 1 - now.len());
    let mut all = screens::standing(model).map_or_else(Vec::new, |says| lines(says, most));
    all.extend(now);
    all
}

/// The key line, from the key table. Where there is too little room the first rows give way: the last ones lead on.
fn key_line(model: &Model, columns: u16) -> Line<'static> {
    let theme = model.theme;
    let rows = keys::table(Context::of(model)).filter(|r| !r.word.is_empty() && keys::offered(model, r.action));
    let mut shown: Vec<_> = rows.collect();
    let taken = |shown: &[&keys::Binding]| -> usize { shown.iter().map(|r| width(r.label) + width(r.word) + 3).sum() };
    while taken(&shown) > usize::from(columns) && !shown.is_empty() {
        shown.remove(0);
    }
    let mut spans = Vec::new();
    for row in shown {
        spans.push(theme.span(Tone::Strong, format!(" {}", row.label)));
        spans.push(theme.span(Tone::Dim, format!(" {} ", row.word)));
    }
    Line::from(spans)
}
