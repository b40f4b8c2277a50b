//! The pages of access where there is no screen.

use jiff::Timestamp;

use super::{AccessScreen, Tab, name};
use crate::screen::View as _;
use crate::shared::Shared;
use crate::spoken::{Answer, Kind, Question, Spoken};
use crate::widgets::aloud::{TALL, WIDE, aloud};

/// Returns what is said of the page that is shown.
pub(super) fn access(screen: &AccessScreen, shared: &Shared, now: Timestamp) -> Spoken {
    let page = Tab::NAMES.iter().find(|(tab, _)| *tab == screen.tab).map_or("", |(_, name)| name);
    let title = format!("{}, {page}", name(shared));
    let goes = match screen.tab {
        Tab::Cluster => shared.access.cluster.goes(),
        Tab::Standing | Tab::Matrix => shared.access.standing.goes(),
    };
    if goes {
        let call = shared.access.call.as_deref().map(|call| format!("waits for the answer to {call}"));
        let works = Some(call.unwrap_or_else(|| "waits for the sign-in".to_owned()));
        return Spoken { works, ..Spoken::titled(title) };
    }
    if screen.is_table(shared) {
        return Spoken { title, ..matrix(screen, shared) };
    }
    let lines = aloud(&screen.sheet(shared, WIDE, TALL, now)).lines;
    // What was read is told while more is read.
    let status = screen.status(shared, false).filter(|_| !shared.access.moves()).map(|(_, says)| says);
    Spoken { lines: lines.into_iter().chain(status).collect(), ..Spoken::titled(title) }
}

/// Returns what is said of the matrix: a numbered line for each kind of object.
fn matrix(screen: &AccessScreen, shared: &Shared) -> Spoken {
    let mut spoken = screen.table.spoken(shared);
    if screen.table.is_narrowed() {
        let kind = Kind::Text { value: shared.access.wanted.filter.clone(), rows: Vec::new() };
        spoken.question = Some(Question::new("Rows with", kind));
    }
    spoken
}

/// Takes the text that narrows the matrix, or the number of a row whose reasons are wanted.
pub(super) fn answer(screen: &mut AccessScreen, shared: &mut Shared, answer: &Answer) {
    match answer {
        Answer::Number(at) => screen.table.tell(*at),
        Answer::Text(text) | Answer::Sought(text) => screen.table.narrow_to(shared, text),
        Answer::Keep | Answer::Yes => screen.table.keep(),
    }
}
