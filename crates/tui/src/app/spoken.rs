//! The wizard where there is no screen: what is told of it, and what is said to it.

use crossterm::event::{KeyCode, KeyEvent};
use jiff::Timestamp;

use super::Model;
use crate::keys::{self, Action, Binding};
use crate::live::Activity;
use crate::msg::Effect;
use crate::pages::RailEntry;
use crate::secret::{Copied, Handed};
use crate::spoken::{Said, Spoken};

impl Model {
    /// Returns what is said of the topmost layer, else of the screen in front.
    pub(crate) fn spoken(&self, now: Timestamp) -> Spoken {
        let scene = self.scene();
        let mut spoken = scene.layer.unwrap_or(scene.front).spoken(&self.shared, now);
        if scene.layer.is_none() {
            spoken.lines.extend(self.of_secret());
        }
        spoken
    }

    /// Returns how many layers lie over the screen.
    pub(crate) fn depth(&self) -> usize {
        self.top_layer().map_or(0, |top| top + 1)
    }

    /// Returns what was said last about something that the operator asked for.
    pub(crate) fn notice(&self) -> Option<&str> {
        self.shared.notice.as_ref().map(|notice| notice.text.as_str())
    }

    /// Returns the rows of the key table that mean something where there is no screen: nothing is gone along there.
    pub(crate) fn words(&self) -> Vec<&'static Binding> {
        let scene = self.scene();
        let is_word = |action| {
            !matches!(
                action,
                Action::Move(_)
                    | Action::Left
                    | Action::Right
                    | Action::NextField
                    | Action::Take
                    | Action::Below
                    | Action::Unfold
                    | Action::Redraw
            )
        };
        scene.rows().filter(|row| is_word(row.action)).collect()
    }

    /// Returns what Enter asks for, where that has something to do now.
    pub(crate) fn enter(&self) -> Option<Action> {
        let scene = self.scene();
        let action = keys::action(scene.context(), &KeyEvent::from(KeyCode::Enter))?;
        let view = scene.layer.unwrap_or(scene.front);
        Some(action).filter(|action| view.offers(&self.shared, *action))
    }

    /// Returns true while a run is under way, which a line that drops must not leave alone.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.shared.live.activity == Activity::Run
    }

    /// Returns true where the run has come to its end.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        self.shared.live.over()
    }

    /// Returns where the secret of the run is.
    fn of_secret(&self) -> Option<String> {
        let shared = &self.shared;
        if matches!(shared.copied, Some(Copied::For { .. })) {
            let holds = shared.here.clipboard.holds();
            return Some(format!("The secret {holds}; it is cleared a minute after it was copied."));
        }
        match (self.screen.rail_entry(), &shared.handed) {
            (RailEntry::Run | RailEntry::Done | RailEntry::Login, Handed::Saved(place)) => {
                Some(format!("The secret is saved, readable by you alone: {place}"))
            }
            (RailEntry::Run | RailEntry::Done, Handed::NotSaved(why)) => Some(why.clone()),
            _ => None,
        }
    }

    /// Takes what was said in place of a key.
    pub(super) fn said(&mut self, said: Said) -> Vec<Effect> {
        self.shared.revealed = None;
        self.shared.notice = None;
        self.shared.copying = None;
        self.touched = true;
        match said {
            Said::Word(word) if word.0 == Action::Stop => self.stop(),
            // Words are told with their help; nothing is laid over the screen for that.
            Said::Word(word) if word.0 == Action::Help => Vec::new(),
            Said::Word(word) => self.act(word.0),
            Said::Answer(answer) => {
                let (view, shared) = self.in_focus();
                let reactions = view.said(shared, &answer);
                self.react(reactions)
            }
        }
    }
}
