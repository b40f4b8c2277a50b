//! The operator's words to a run at work: stop, or go on with a step that asks first.

use std::collections::BTreeSet;
use std::sync::Arc;

use crosspull_core::names::StepId;
use tokio::sync::watch;

/// The operator's end.
#[derive(Debug, Clone)]
pub struct Controller(Arc<watch::Sender<State>>);

/// The engine's end.
#[derive(Debug, Clone)]
pub struct Control(watch::Receiver<State>);

#[derive(Debug, Clone, Default)]
struct State {
    stopped: bool,
    all_confirmed: bool,
    cut_short: bool,
    confirmed: BTreeSet<StepId>,
}

/// Returns both ends.
#[must_use]
pub fn control() -> (Controller, Control) {
    let (sender, receiver) = watch::channel(State::default());
    (Controller(Arc::new(sender)), Control(receiver))
}

impl Controller {
    /// Stop after the calls in flight.
    pub fn stop(&self) {
        self.0.send_modify(|s| s.stopped = true);
    }

    /// Go on with a step that asked.
    pub fn confirm(&self, step: StepId) {
        self.0.send_modify(|s| {
            s.confirmed.insert(step);
        });
    }

    /// Wait no longer before the reset.
    pub fn cut_short(&self) {
        self.0.send_modify(|s| s.cut_short = true);
    }

    /// Go on with every step that will ask (`--yes`).
    pub fn confirm_all(&self) {
        self.0.send_modify(|s| s.all_confirmed = true);
    }
}

impl Control {
    /// True once the operator said stop.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.0.borrow().stopped
    }

    /// Ends when the operator says stop; never where nobody can.
    pub async fn stopped(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|s| s.stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// Ends when the operator cuts the wait before the reset short; never where nobody can.
    pub async fn cut_short(&self) {
        let mut receiver = self.0.clone();
        if receiver.wait_for(|s| s.cut_short).await.is_err() {
            std::future::pending::<()>().await;
        }
    }

    /// True where the step need not ask.
    #[must_use]
    pub fn is_confirmed(&self, step: StepId) -> bool {
        let state = self.0.borrow();
        state.all_confirmed || state.confirmed.contains(&step)
    }

    /// Ends when the operator confirms the step; false where nobody is there to.
    pub async fn confirmed(&self, step: StepId) -> bool {
        let mut receiver = self.0.clone();
        receiver.wait_for(|s| s.all_confirmed || s.confirmed.contains(&step)).await.is_ok()
    }
}
