//! The rail: the steps of the wizard, at the left.

use std::cmp::Ordering;

use crosspull_core::names::Verdict;
use jiff::Timestamp;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::Scene;
use crate::pages::RailEntry;
use crate::theme::{Mark, Tone};

/// Columns of the rail, without its line.
pub(super) const RAIL: u16 = 18;

/// Returns true on the way of an earlier run, which has steps of its own.
const fn is_earlier(scene: &Scene) -> bool {
    scene.shared.live.taken_up.is_some()
}

/// Returns the steps of the wizard, and the place among them.
fn entries(scene: &Scene) -> (Vec<RailEntry>, usize) {
    let entries = match scene.rail_entry.beside() {
        Some((_, steps)) => steps.to_vec(),
        None => scene.shared.pages().rail(is_earlier(scene)),
    };
    let here = entries.iter().position(|entry| *entry == scene.rail_entry).unwrap_or(0);
    (entries, here)
}

/// Returns the place in the wizard where there is no room for a rail: `3/8 Tenant B`.
pub(super) fn in_a_word(scene: &Scene) -> String {
    let (entries, here) = entries(scene);
    format!("{}/{} {}", here + 1, entries.len(), scene.shared.pages().rail_name(scene.rail_entry, is_earlier(scene)))
}

/// Draws the rail beside the `body`.
pub(super) fn draw(scene: &Scene, frame: &mut Frame, body: Rect, now: Timestamp) {
    let theme = scene.shared.theme;
    let (entries, here) = entries(scene);
    for (at, y) in (body.y..body.bottom()).enumerate() {
        let mut spans = vec![Span::raw(" ".repeat(usize::from(RAIL)))];
        if let Some(entry) = entries.get(at) {
            let (mark, tone) = match at.cmp(&here) {
                Ordering::Less => (passed(scene, *entry), Tone::Plain),
                Ordering::Equal => (Mark::Here, Tone::Strong),
                Ordering::Greater => (Mark::ToCome, Tone::Dim),
            };
            let name = format!(
                "{:width$}",
                scene.shared.pages().rail_name(*entry, is_earlier(scene)),
                width = usize::from(RAIL) - 3
            );
            spans = vec![Span::raw(" "), theme.mark(mark, now), Span::raw(" "), theme.span(tone, name)];
        }
        spans.push(theme.span(Tone::Dim, "│"));
        frame.render_widget(Line::from(spans), Rect { x: body.x - RAIL - 2, y, width: RAIL + 1, height: 1 });
    }
}

/// Returns the glyph of a step that lies behind: a run that did not end well is not ticked off.
const fn passed(scene: &Scene, entry: RailEntry) -> Mark {
    match (entry, scene.shared.live.run.verdict) {
        (RailEntry::Run, Some(Verdict::Failed)) => Mark::Bad,
        (RailEntry::Run, Some(Verdict::Waits | Verdict::Interrupted | Verdict::Left)) => Mark::Warn,
        _ => Mark::Good,
    }
}
