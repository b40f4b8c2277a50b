//! A trouble in lines: what happened, why, what to do now, the service's words.

use crosspull_core::cloud::KnownCloud;
use crosspull_core::explain::Trouble;
use crosspull_core::wording::Front;
use ratatui::text::Line;

use crate::theme::{Theme, Tone};
use crate::widgets::lines::{block, hang};

/// Returns all of a trouble.
pub(crate) fn trouble(
    theme: Theme,
    front: Front,
    cloud: Option<KnownCloud>,
    trouble: &Trouble,
    columns: usize,
) -> Vec<Line<'static>> {
    let mut lines = hang(theme, Tone::Bad, vec![theme.span(Tone::Bad, "✗ ")], &trouble.what, columns);
    lines.extend(below_the_first_line(theme, front, cloud, trouble, columns));
    lines
}

/// Returns a trouble without what happened.
pub(crate) fn below_the_first_line(
    theme: Theme,
    front: Front,
    cloud: Option<KnownCloud>,
    trouble: &Trouble,
    columns: usize,
) -> Vec<Line<'static>> {
    let service = trouble.told(front, cloud).into_iter().skip(1);
    service
        .zip([Tone::Plain, Tone::Strong].into_iter().chain(std::iter::repeat(Tone::Dim)))
        .flat_map(|(text, tone)| block(theme, tone, &text, 2, columns))
        .collect()
}
