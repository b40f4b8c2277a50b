//! The frame around the screens: line 1, the rail, the message line, the key line (`docs/PRODUCT.md` 4, frame).

mod message;
mod rail;

use crosspull_core::route;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use crate::here::Clipboard;
use crate::keys::{self, Action, Context};
use crate::pages::RailEntry;
use crate::screen::View;
use crate::shared::Shared;
use crate::theme::Tone;
use crate::widgets::lines::{apart, fit, middle, width, wrap};
use crate::widgets::sheet::{Room, Sheet};
use crate::words::names;
use message::message;
use rail::RAIL;

/// The smallest window that screens fit in.
const LEAST: (u16, u16) = (40, 12);

/// Returns true where nothing can be shown but the wish for a larger window.
pub(crate) const fn too_small(size: (u16, u16)) -> bool {
    size.0 < LEAST.0 || size.1 < LEAST.1
}

/// A narrower window has no rail.
const RAIL_FROM: u16 = 60;
/// The box over a screen has at most this many columns.
const BOX: u16 = 72;
/// A box keeps off the rail where that leaves it this many columns, in which an id is never broken.
const ROOMY: u16 = 56;

/// A picture of the wizard, to be drawn.
pub(crate) struct Scene<'a> {
    pub shared: &'a Shared,
    /// The screen, or the sign-in that stands in its place.
    pub front: &'a dyn View,
    /// The place of the screen in the rail.
    pub rail_entry: RailEntry,
    /// The topmost layer.
    pub layer: Option<&'a dyn View>,
}

impl Scene<'_> {
    /// Returns where the next key goes.
    pub fn context(&self) -> Context {
        self.layer.unwrap_or(self.front).context(self.shared)
    }

    /// Returns what the screen shows. A secret in sight is not scrolled away.
    fn sheet(&self, body: Rect, now: Timestamp) -> Sheet {
        let mut sheet = self.front.sheet(self.shared, columns(body), rows(body), now);
        sheet.from = self.shared.scrolled.filter(|_| self.shared.in_sight(now).is_none());
        sheet
    }

    /// Returns the rows of the key table that are offered now.
    pub fn rows(&self) -> impl Iterator<Item = &'static keys::Binding> {
        keys::table(self.context()).filter(|row| self.offers(row.action))
    }

    /// Returns true where an action has something to do now. A box whose text is whole does not scroll, and where there is
    /// no clipboard nothing is copied.
    fn offers(&self, action: Action) -> bool {
        match (self.context(), action) {
            (_, Action::Copy | Action::CopyAddress | Action::CopyCommand)
                if self.shared.here.clipboard == Clipboard::Nowhere =>
            {
                false
            }
            (Context::Reset, Action::Move(_)) => layer_room(self).most > 0,
            _ => self.layer.unwrap_or(self.front).offers(self.shared, action),
        }
    }
}

/// Draws a scene. Everything that is shown comes from it and from the time.
pub(crate) fn draw(scene: &Scene, frame: &mut Frame, now: Timestamp) {
    let area = frame.area();
    if too_small((area.width, area.height)) {
        for (y, line) in wrap("enlarge the window (40x12)", usize::from(area.width)).into_iter().enumerate() {
            let y = u16::try_from(y).unwrap_or(u16::MAX).min(area.height);
            frame.render_widget(Line::from(line), Rect { y, height: u16::from(y < area.height), ..area });
        }
        return;
    }
    let has_rail = has_rail(scene, area.width);
    let body = body(scene, area);
    let sheet = scene.sheet(body, now);
    let (above, below) = sheet.hidden(rows(body));
    frame.render_widget(head(scene, area.width), row(area, 0));
    frame.render_widget(rule(scene, area.width, has_rail.then_some("┬"), "↑", above), row(area, 1));
    if has_rail {
        rail::draw(scene, frame, body, now);
    }
    draw_sheet(scene, frame, body, &sheet);
    sheet.wipe();
    let foot = body.bottom() - area.y;
    frame.render_widget(rule(scene, area.width, has_rail.then_some("┴"), "↓", below), row(area, foot));
    for (line, y) in message(scene, area.width).into_iter().zip(foot + 1..area.height - 1) {
        frame.render_widget(line, row(area, y));
    }
    frame.render_widget(key_line(scene, area.width), row(area, area.height - 1));
    draw_layer(scene, frame, area, now);
    scene.shared.theme.narrow(frame.buffer_mut());
}

/// Returns a row of the window.
const fn row(area: Rect, y: u16) -> Rect {
    Rect { x: area.x, y: area.y + y, width: area.width, height: 1 }
}

/// Returns true where there is a rail: Home has nothing behind it, and an address to copy has nothing beside it.
fn has_rail(scene: &Scene, width: u16) -> bool {
    let plain = matches!(
        scene.front.context(scene.shared),
        Context::Home
            | Context::Runs
            | Context::Route
            | Context::Consent
            | Context::SignIn
            | Context::Asking
            | Context::Access
            | Context::Matrix
            | Context::Filter
    );
    width >= RAIL_FROM && !plain
}

/// Returns where the screen's own lines are.
fn body(scene: &Scene, area: Rect) -> Rect {
    let left = match scene.front.context(scene.shared) {
        Context::Consent | Context::SignIn => 0,
        _ if has_rail(scene, area.width) => RAIL + 2,
        _ => 1,
    };
    let right = u16::from(left > 0);
    let told = u16::try_from(message(scene, area.width).len()).unwrap_or(1).max(1);
    Rect { x: area.x + left, y: area.y + 2, width: area.width - left - right, height: area.height - 4 - told }
}

fn columns(body: Rect) -> usize {
    usize::from(body.width)
}

/// Returns the rows for the lines of a sheet, below its title.
fn rows(body: Rect) -> usize {
    usize::from(body.height - heading(body))
}

/// Returns the rows of a title with the empty line below it, where there is room for one.
const fn heading(body: Rect) -> u16 {
    if body.height >= 14 { 2 } else { 1 }
}

fn draw_sheet(scene: &Scene, frame: &mut Frame, body: Rect, sheet: &Sheet) {
    let title = apart(sheet.title.clone(), sheet.right.clone(), columns(body));
    frame.render_widget(title, Rect { height: 1, ..body });
    let top = body.y + heading(body);
    let area = Rect { y: top, height: body.height - heading(body), ..body };
    draw_lines(frame, area, sheet, scene.layer.is_none());
}

/// Draws the lines in sight, and sets the cursor where it belongs to them.
fn draw_lines(frame: &mut Frame, area: Rect, sheet: &Sheet, topmost: bool) {
    let offset = sheet.offset(usize::from(area.height));
    for (y, line) in (area.y..area.bottom()).zip(&sheet.head) {
        frame.render_widget(line, Rect { y, height: 1, ..area });
    }
    let head = u16::try_from(sheet.head.len()).unwrap_or(u16::MAX).min(area.height);
    let area = Rect { y: area.y + head, height: area.height - head, ..area };
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
struct LayerBox {
    sheet: Sheet,
    /// The box.
    place: Rect,
    /// The place of the lines that scroll.
    text: Rect,
    /// The place of the last lines, which do not.
    foot: Rect,
}

/// Puts the topmost layer in its place.
fn layer(scene: &Scene, area: Rect, now: Timestamp) -> Option<LayerBox> {
    let over = over(scene, area);
    let width = over.width.min(BOX);
    let body = body(scene, area);
    let sheet = scene.layer?.sheet(scene.shared, usize::from(width.saturating_sub(4)), rows(body), now);
    let rows = |lines: usize| u16::try_from(lines).unwrap_or(u16::MAX);
    let lines = rows(sheet.lines.len() + sheet.foot.len() + 2);
    // Where the body is too small, the rules above and below it may be covered too.
    let room = if lines <= body.height { body } else { Rect { y: body.y - 1, height: body.height + 2, ..body } };
    let height = lines.min(room.height);
    let place = Rect { x: over.x + (over.width - width) / 2, y: room.y + (room.height - height) / 2, width, height };
    let inside =
        Rect { x: place.x + 2, y: place.y + 1, width: width.saturating_sub(4), height: height.saturating_sub(2) };
    let foot = rows(sheet.foot.len()).min(inside.height);
    let text = Rect { height: inside.height - foot, ..inside };
    Some(LayerBox { sheet, place, text, foot: Rect { y: text.bottom(), height: foot, ..inside } })
}

fn draw_layer(scene: &Scene, frame: &mut Frame, area: Rect, now: Timestamp) {
    let Some(LayerBox { sheet, place, text, foot }) = layer(scene, area, now) else {
        return;
    };
    let (above, below) = sheet.hidden(usize::from(text.height));
    let theme = scene.shared.theme;
    let title: String = sheet.title.iter().map(|s| s.content.as_ref()).collect();
    let title = fit(&title, usize::from(place.width.saturating_sub(6)));
    let mut block =
        Block::bordered().border_style(theme.style(Tone::Accent)).title(theme.span(Tone::Strong, format!(" {title} ")));
    if above + below > 0 {
        block = block.title_bottom(Line::from(theme.span(Tone::Dim, format!(" ↑{above} ↓{below} "))).right_aligned());
    }
    // Of a row that the box covers in part, nothing readable is left beside it.
    let body = body(scene, area);
    frame.render_widget(Clear, Rect { x: body.x, width: body.width, ..place }.intersection(body));
    frame.render_widget(Clear, place);
    frame.render_widget(block, place);
    draw_lines(frame, text, &sheet, true);
    for (y, line) in (foot.y..foot.bottom()).zip(&sheet.foot) {
        frame.render_widget(line, Rect { y, height: 1, ..foot });
    }
}

/// Returns how far the screen scrolls in its window.
pub(crate) fn screen_room(scene: &Scene) -> Room {
    let body = body(scene, window(scene));
    let sheet = scene.sheet(body, Timestamp::UNIX_EPOCH);
    let room = sheet.room(rows(body));
    sheet.wipe();
    room
}

/// Returns how far the topmost layer scrolls in the window.
pub(crate) fn layer_room(scene: &Scene) -> Room {
    let layer = layer(scene, window(scene), Timestamp::UNIX_EPOCH);
    layer.map_or_else(Room::default, |l| l.sheet.room(usize::from(l.text.height)))
}

/// Returns the window, as if it were never too small.
fn window(scene: &Scene) -> Rect {
    Rect::new(0, 0, scene.shared.size.0.max(LEAST.0), scene.shared.size.1.max(LEAST.1))
}

/// Returns where boxes may be: over the body, so that the rail stays in sight, where that is wide enough.
fn over(scene: &Scene, area: Rect) -> Rect {
    let body = body(scene, area);
    if body.width >= ROOMY { body } else { area }
}

/// Returns line 1: program, route, and at the right where it works. Without a rail, the place in the wizard.
fn head(scene: &Scene, columns: u16) -> Line<'static> {
    let (shared, theme) = (scene.shared, scene.shared.theme);
    let cloud = if shared.simulated { "simulated cloud".to_owned() } else { names::cloud(shared.holding()) };
    let text = if scene.rail_entry == RailEntry::Home {
        "crosspull".to_owned()
    } else if columns < RAIL_FROM {
        rail::in_a_word(scene)
    } else if let Some((what, _)) = scene.rail_entry.beside() {
        format!("crosspull · {what}")
    } else {
        let earlier = shared.live.taken_up.as_ref().map(|earlier| earlier.plan.route);
        let taken = earlier.or_else(|| shared.answers.route());
        taken.map_or_else(|| "crosspull".to_owned(), |taken| format!("crosspull · {}", route::title(taken)))
    };
    let room = usize::from(columns).saturating_sub(width(&text) + 4);
    let tone = if shared.simulated { Tone::Accent } else { Tone::Dim };
    let right = vec![theme.span(tone, middle(&cloud, room)), Span::raw(" ")];
    apart(vec![theme.span(Tone::Strong, format!(" {text}"))], right, usize::from(columns))
}

/// Returns a rule, joined to the rail's line, with how much there is beyond it.
fn rule(scene: &Scene, columns: u16, joint: Option<&str>, arrow: &str, beyond: usize) -> Line<'static> {
    let mark = if beyond > 0 { format!(" {arrow} {beyond} more ") } else { String::new() };
    let left = joint.map_or_else(String::new, |joint| "─".repeat(usize::from(RAIL)) + joint);
    let after = if beyond > 0 { 2 } else { 0 };
    let fill = usize::from(columns).saturating_sub(width(&left) + width(&mark) + after);
    let text = format!("{left}{}{mark}{}", "─".repeat(fill), "─".repeat(after));
    scene.shared.theme.span(Tone::Dim, text).into()
}

/// Returns the key line, from the key table. Where there is too little room, what is needed least gives way.
fn key_line(scene: &Scene, columns: u16) -> Line<'static> {
    let theme = scene.shared.theme;
    let mut shown: Vec<_> = scene.rows().filter(|row| !row.word.is_empty()).collect();
    let taken = |shown: &[&keys::Binding]| -> usize { shown.iter().map(|r| width(r.label) + width(r.word) + 3).sum() };
    while taken(&shown) > usize::from(columns) && !shown.is_empty() {
        let least = shown.iter().map(|row| keys::rank(row.action)).max();
        shown.remove(shown.iter().position(|row| Some(keys::rank(row.action)) == least).unwrap_or(0));
    }
    let mut spans = Vec::new();
    for row in shown {
        spans.push(theme.span(Tone::Strong, format!(" {}", row.label)));
        spans.push(theme.span(Tone::Plain, format!(" {} ", row.word)));
    }
    Line::from(spans)
}
