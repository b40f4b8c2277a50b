//! A sign-in to a registry that came about, without anything secret, and what became of it at the programs that got it.

use jiff::Timestamp;

/// A sign-in to a registry, as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// The host of the registry, with a port where there is one.
    pub server: String,
    /// The tenant of the sign-in. `None` for a user of the registry's own.
    pub tenant: Option<String>,
    /// The user name that goes with what docker and its kin are given.
    pub user: String,
    /// Who signed in and what that is granted, in lines.
    pub lines: Vec<String>,
    /// True where nothing is granted, on the whole or on something that was named.
    pub in_vain: bool,
    /// The end of the sign-in. `None` where it has none that is known.
    pub expires: Option<Timestamp>,
    /// The programs on the PATH that keep sign-ins to registries.
    pub programs: Vec<&'static str>,
}

/// What became of a sign-in at one program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The program.
    pub program: &'static str,
    /// True where the program says that it took the sign-in.
    pub taken: bool,
    /// The lines that the program wrote, without anything secret.
    pub says: Vec<String>,
}

impl Given {
    /// Returns what became of it, in lines. That a program is content needs no line of its own.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let head = if self.taken { "has the sign-in" } else { "did not take the sign-in:" };
        let is_content = |line: &&String| line.trim_end_matches('!').eq_ignore_ascii_case("login succeeded");
        let says = self.says.iter().filter(|line| !self.taken || !is_content(line));
        [format!("{} {head}", self.program)].into_iter().chain(says.map(|line| format!("  {line}"))).collect()
    }
}

/// Returns when a sign-in ends, in a sentence.
#[must_use]
pub fn ends(expires: Option<Timestamp>, now: Timestamp) -> String {
    let Some(ends) = expires else { return "It lasts as long as the password does.".to_owned() };
    let minutes = (ends.as_second() - now.as_second()).max(0) / 60;
    let (hours, rest) = (minutes / 60, minutes % 60);
    format!("It ends at {} UTC, in {hours} h {rest} min.", ends.strftime("%F %R"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_says_is_told_where_it_is_more_than_yes() {
        let given = |taken, says: &[&str]| {
            let says = says.iter().map(|line| (*line).to_owned()).collect();
            Given { program: "docker", taken, says }.lines()
        };
        assert_eq!(given(true, &["Login Succeeded!"]), ["docker has the sign-in"]);
        assert_eq!(given(false, &["denied"]), ["docker did not take the sign-in:", "  denied"]);
    }

    #[test]
    fn the_end_is_told_by_the_clock_and_by_what_is_left() {
        let at = |second| Timestamp::from_second(second).expect("a time");
        assert_eq!(ends(Some(at(10_800)), at(60)), "It ends at 1970-01-01 03:00 UTC, in 2 h 59 min.");
        assert_eq!(ends(Some(at(0)), at(60)), "It ends at 1970-01-01 00:00 UTC, in 0 h 0 min.");
        assert!(ends(None, at(0)).contains("as long as the password"));
    }
}
