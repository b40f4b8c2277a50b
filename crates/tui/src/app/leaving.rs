//! Stopping a run, and leaving the program.

use super::Model;
use crate::live::Activity;
use crate::msg::Effect;
use crate::screen::{ClipboardLayer, Go, Layer, LeaveLayer, Screen};

impl Model {
    /// Does what Ctrl+C asks for: it stops a run after the call in flight, and a second time leaves. When the run has
    /// ended meanwhile, its end is shown first. On a form it asks.
    pub(super) fn stop(&mut self) -> Vec<Effect> {
        match self.shared.live.activity {
            Activity::Run if self.shared.live.stopping => vec![Effect::Leave],
            Activity::Run => {
                self.shared.live.stopping = true;
                self.layers.retain(|layer| !matches!(layer, Layer::Reset(_) | Layer::CutShort(_)));
                vec![Effect::Stop]
            }
            Activity::None | Activity::Weighing | Activity::Checks if matches!(self.screen, Screen::Run(_)) => {
                self.layers.clear();
                self.screen = Screen::open(Go::Done, &self.shared);
                Vec::new()
            }
            Activity::None | Activity::Weighing | Activity::Checks => self.leave(),
        }
    }

    /// Does what a signal asks for: what Ctrl+C does, and a second one leaves whatever is asked.
    pub(super) fn stop_from_outside(&mut self) -> Vec<Effect> {
        let asked = self.layers.iter().any(|layer| matches!(layer, Layer::Leave(_) | Layer::Clipboard(_)));
        if asked { vec![Effect::Leave] } else { self.stop() }
    }

    /// Leaves, where nothing is lost by it or somebody asked for it again once the question could be read; else asks. What is to become of a secret
    /// that is in the clipboard alone has to be answered.
    pub(super) fn leave(&mut self) -> Vec<Effect> {
        if self.shared.in_clipboard_alone() {
            if !self.layers.iter().any(|layer| matches!(layer, Layer::Clipboard(_))) {
                self.layers.push(Layer::Clipboard(ClipboardLayer::new()));
            }
            return Vec::new();
        }
        let asked = self.layers.iter().any(|layer| matches!(layer, Layer::Leave(_)));
        // A run that is gone on with may still have the secret of its first part, on whatever screen.
        let secret = self.is_at_end() || self.shared.loses_secret();
        if asked || !(self.shared.loses_secret() || self.screen.view().loses(&self.shared)) {
            return vec![Effect::Leave];
        }
        self.layers.push(Layer::Leave(LeaveLayer::new(secret, false)));
        Vec::new()
    }

    /// Returns true where the last screen is shown.
    pub(super) const fn is_at_end(&self) -> bool {
        matches!(self.screen, Screen::Done(_))
    }
}
