//! The size of the window.

/// The size that every terminal has where nobody tells another one.
const USUAL: (u16, u16) = (80, 24);
/// A larger window is drawn in a part of it: a wrong size must not take all memory.
const MOST: (u16, u16) = (1000, 500);

/// Returns the columns and rows of the terminal. A serial line tells none, and no pseudo-terminal has to.
pub fn of_window(variable: impl Fn(&str) -> Option<String>) -> (u16, u16) {
    of(super::tty::size(), variable)
}

/// Returns the size that holds, by what the terminal tells and what the environment does.
fn of(told: (u16, u16), variable: impl Fn(&str) -> Option<String>) -> (u16, u16) {
    let side = |told: u16, name: &str, usual: u16, most: u16| {
        let set = || variable(name).and_then(|value| value.trim().parse().ok()).filter(|length| *length > 0);
        Some(told).filter(|length| *length > 0).or_else(set).unwrap_or(usual).min(most)
    };
    (side(told.0, "COLUMNS", USUAL.0, MOST.0), side(told.1, "LINES", USUAL.1, MOST.1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_terminal_does_not_tell_the_environment_does_else_it_is_the_usual() {
        let set = |name: &str| match name {
            "COLUMNS" => Some("100".to_owned()),
            "LINES" => Some("30".to_owned()),
            _ => None,
        };
        let none = |_: &str| None;
        let wrong = |_: &str| Some("many".to_owned());
        assert_eq!(of((132, 43), set), (132, 43));
        assert_eq!(of((0, 0), set), (100, 30));
        assert_eq!(of((0, 80), none), (80, 80));
        assert_eq!(of((80, 0), none), (80, 24));
        assert_eq!(of((0, 0), wrong), (80, 24));
        assert_eq!(of((0, 0), |_| Some("0".to_owned())), (80, 24));
        assert_eq!(of((u16::MAX, u16::MAX), none), MOST);
    }
}
