//! The message line, which may be several lines.

use ratatui::text::{Line, Span};

use super::Scene;
use crate::keys::Context;
use crate::msg::Notice;
use crate::pages::RailEntry;
use crate::secret::{Copied, Handed};
use crate::theme::Tone;
use crate::widgets::lines::clipped;
use crate::words::times;

/// Returns the message: what stands, then what was said, else what the screen has to say. Each has up to three lines,
/// both together four.
pub(super) fn message(scene: &Scene, columns: u16) -> Vec<Line<'static>> {
    const MOST: usize = 3;
    let room = usize::from(columns).saturating_sub(2);
    let lines = |(tone, text): (Tone, String), most: usize| -> Vec<Line<'static>> {
        let shown = clipped(&text, room, most).into_iter();
        shown.map(|text| Line::from(vec![Span::raw(" "), scene.shared.theme.span(tone, text)])).collect()
    };
    let notice = scene
        .shared
        .notice
        .as_ref()
        .map(|Notice { text, good }| (if *good { Tone::Plain } else { Tone::Bad }, text.clone()));
    let now = notice
        .or_else(|| scene.front.status(scene.shared, scene.layer.is_some()))
        .map_or_else(Vec::new, |says| lines(says, MOST));
    let most = MOST.min(MOST + 1 - now.len());
    let mut all = standing(scene).map_or_else(Vec::new, |says| lines(says, most));
    all.extend(now);
    // Where what is said changes with each key, the screen above keeps its size.
    all.resize(all.len().max(scene.front.message_rows()), Line::default());
    all
}

/// Returns what stands in the message line whatever else is said there: how long the secret stays in the clipboard, and
/// whether the file for it was made.
fn standing(scene: &Scene) -> Option<(Tone, String)> {
    let shared = scene.shared;
    if let Some(Copied::For { seconds_left, .. }) = &shared.copied {
        let left = times::seconds(*seconds_left);
        // Elsewhere the key means something else.
        let keeps = if scene.context() == Context::Copied { ", Esc keeps it there" } else { "" };
        let holds = shared.here.clipboard.holds();
        return Some((Tone::Warn, format!("The secret {holds}; cleared in {left}{keeps}.")));
    }
    match (scene.rail_entry, &shared.handed) {
        (RailEntry::Run | RailEntry::Done | RailEntry::Login, Handed::Saved(place)) => {
            Some((Tone::Plain, format!("The secret is saved, readable by you alone: {place}")))
        }
        (RailEntry::Run | RailEntry::Done, Handed::NotSaved(why)) if shared.copied.is_none() => {
            Some((Tone::Bad, why.clone()))
        }
        _ => None,
    }
}
