//! Looks in words: aligned rows for people, objects for programs.

use serde_json::{Value, json};

use super::look::{Look, Looked, exit_code};
use crate::cloud::KnownCloud;
use crate::text::{duration, wrapped};
use crate::wording::Front;

/// The columns of the narrowest terminal that is common.
const COLUMNS: usize = 80;
/// The column at which what was seen begins.
const SEEN: usize = 16;
/// The columns of the time at the end of a row, with the space before it.
const TIME: usize = 9;

impl Looked {
    /// Returns the row of the look, and below it, where it does not hold, why, the cure and the service's own words.
    #[must_use]
    pub fn lines(&self, cloud: Option<KnownCloud>) -> Vec<String> {
        let time = self.ms.map(took).unwrap_or_default();
        let mut seen = wrapped(&self.seen, COLUMNS - SEEN - TIME).into_iter();
        let first = seen.next().unwrap_or_default();
        let row = format!(
            "{} {:<name$}{first:<seen$}{time:>TIME$}",
            self.state.mark(),
            self.look.name(),
            name = SEEN - 2,
            seen = COLUMNS - SEEN - TIME
        );
        let failure = self.failure();
        let told = failure.into_iter().flat_map(|failure| {
            let words = failure.refusal.iter().flat_map(|refusal| refusal.lines(cloud));
            let told: Vec<String> =
                [failure.why.clone(), failure.now.told(Front::LoginFlags)].into_iter().chain(words).collect();
            told.into_iter().flat_map(|text| below(&text))
        });
        let lines = seen.map(|line| format!("{:SEEN$}{line}", "")).chain(told);
        [row.trim_end().to_owned()].into_iter().chain(lines).collect()
    }

    /// Returns the look as an object (`docs/LOGIN.md`).
    #[must_use]
    pub fn json(&self) -> Value {
        let mut object = json!({ "look": word(self.look), "state": self.state.word(), "seen": self.seen });
        if let Some(ms) = self.ms {
            object["ms"] = ms.into();
        }
        if let Some(failure) = self.failure() {
            object["why"] = failure.why.as_str().into();
            object["now"] = failure.now.told(Front::LoginFlags).into();
            object["exit"] = failure.code.into();
            // A refusal consists of texts and a number, which are JSON.
            object["refusal"] = failure.refusal.as_ref().and_then(|r| serde_json::to_value(r).ok()).unwrap_or_default();
        }
        object
    }
}

/// Returns the last line of a check: how many looks hold, and the first that does not.
#[must_use]
pub fn end_line(looks: &[Looked]) -> String {
    let Some(first) = looks.iter().find(|looked| looked.failure().is_some()) else {
        return "Everything that was asked holds.".to_owned();
    };
    let number = |word: &str| looks.iter().filter(|looked| looked.state.word() == word).count();
    let [held, failed, not_asked] = ["holds", "fails", "not_asked"].map(number);
    let (name, code) = (first.look.name(), exit_code(looks));
    format!("{held} held, {failed} failed, {not_asked} not asked. The first to fail: {name} (exit code {code})")
}

/// Returns the last object of a check (`docs/LOGIN.md`).
#[must_use]
pub fn end_json(registry: &str, looks: &[Looked]) -> Value {
    let fails: Vec<String> = looks.iter().filter(|l| l.failure().is_some()).map(|l| word(l.look)).collect();
    json!({ "summary": registry, "fails": fails, "exit": exit_code(looks) })
}

/// Returns the name of a look in JSON.
fn word(look: Look) -> String {
    look.name().to_ascii_lowercase().replace([' ', '-'], "_")
}

/// Returns a time as a row has it: the looks that are quick differ in milliseconds.
fn took(ms: u64) -> String {
    if ms < 1000 { format!("{ms} ms") } else { duration(ms) }
}

/// Returns a text below a row. A command at its end stays in one piece, so that it can be copied.
fn below(text: &str) -> Vec<String> {
    let (sentence, command) = match text.find(": az ") {
        Some(at) => text.split_at(at + 2),
        None => (text, ""),
    };
    let lines = wrapped(sentence.trim_end(), COLUMNS - SEEN).into_iter();
    let command = (!command.is_empty()).then(|| command.to_owned());
    lines.chain(command).map(|line| format!("{:SEEN$}{line}", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::super::look::{EXIT_CODES, Reached, failed, judge_addresses, judge_door, judge_name, judge_sign_in};
    use super::*;
    use crate::explain::{NoConnection, Refusal, Trouble};
    use crate::ids::RegistryId;

    fn refusal(status: Option<u16>, code: &str, message: &str) -> Refusal {
        Refusal { status, code: code.to_owned(), message: message.to_owned(), request_id: None }
    }

    fn reached(address: &str, failed: Option<NoConnection>) -> Reached {
        let failed = failed.map(|cause| (cause, format!("{address}: words")));
        Reached { address: address.parse().expect("an address"), failed, ms: 3 }
    }

    #[test]
    fn every_look_has_a_code_that_its_help_tells_and_no_other_command_uses() {
        for look in Look::all() {
            let code = look.code();
            let said = EXIT_CODES.lines().any(|line| line.contains(&format!("{code}  ")) && line.contains(look.name()));
            assert!(said, "{} {code}", look.name());
            // 4 is canipull's as well as crosspull's: the cloud is not known, and nothing was sent.
            assert!(code == 4 || (52..=65).contains(&code), "{} {code}", look.name());
        }
        assert!(EXIT_CODES.lines().all(|line| line.chars().count() <= COLUMNS), "{EXIT_CODES}");
    }

    #[test]
    fn a_cause_is_told_by_the_look_that_it_keeps_from_holding() {
        assert_eq!(Look::of(NoConnection::ProxyForbids), Look::Proxy);
        assert_eq!(Look::of(NoConnection::UnknownAuthority), Look::Tls);
        assert_eq!(Look::of(NoConnection::NotAzure), Look::Challenge);
    }

    #[test]
    fn one_family_of_addresses_is_enough() {
        let states = |all: &[Reached]| judge_addresses(all).map(|looked| looked.state.word());
        let refused = Some(NoConnection::Refused);
        let [v4, v6] = ["203.0.113.7", "2001:db8::7"];
        assert_eq!(states(&[reached(v4, None)]), ["holds", "noted"]);
        assert_eq!(states(&[reached(v4, None), reached(v6, refused)]), ["holds", "noted"]);
        assert_eq!(states(&[reached(v4, refused), reached(v6, None)]), ["noted", "holds"]);
        assert_eq!(states(&[reached(v4, refused), reached("203.0.113.8", None)]), ["holds", "noted"]);
        assert_eq!(states(&[reached(v4, refused)]), ["fails", "not_asked"]);
        assert_eq!(states(&[reached(v4, refused), reached(v6, refused)]), ["fails", "fails"]);
        assert_eq!(exit_code(&judge_addresses(&[reached(v6, refused)])), 53);
    }

    #[test]
    fn a_name_without_an_address_is_told_with_canipulls_code() {
        let found = [[203, 0, 113, 7].into()];
        assert_eq!(judge_name("r.example", Ok(&found)).seen, "r.example is 203.0.113.7");
        for looked in [judge_name("r.example", Ok(&[])), judge_name("r.example", Err("no such host"))] {
            assert_eq!(exit_code(&[looked]), 52);
        }
    }

    #[test]
    fn a_firewall_is_told_with_the_address_that_it_saw() {
        let registry = RegistryId::parse("registryb.azurecr.io").expect("a registry");
        let words = "client with IP '203.0.113.7' is not allowed access. Refer https://aka.ms/acr/firewall";
        let looked = judge_door(&registry, refusal(Some(403), "DENIED", words));
        let lines = looked.lines(None);
        assert_eq!(lines.first().map(String::as_str), Some("✗ firewall      refused as 203.0.113.7"));
        assert!(lines.iter().any(|line| line.trim().starts_with("az acr network-rule add ")), "{lines:#?}");
        assert_eq!((looked.json()["look"].as_str(), looked.json()["exit"].as_u64()), (Some("firewall"), Some(56)));
        let other = judge_door(&registry, refusal(Some(403), "HTTP 403", ""));
        assert_eq!((other.look, exit_code(&[other])), (Look::Firewall, 56));
        assert_eq!(judge_door(&registry, refusal(Some(500), "HTTP 500", "")).look, Look::Challenge);
    }

    #[test]
    fn a_sign_in_that_is_refused_is_told_from_one_that_was_not_answered() {
        let of = |refusal| exit_code(&[judge_sign_in(Trouble::from_refusal("No token.", refusal))]);
        assert_eq!(of(refusal(Some(401), "AADSTS7000215", "")), 10);
        assert_eq!(of(refusal(Some(503), "HTTP 503", "")), 58);
        assert_eq!(of(refusal(None, NoConnection::TimedOut.code(), "")), 58);
        assert_eq!(exit_code(&[judge_sign_in(Trouble::new("No token.", "az says no.", ""))]), 10);
    }

    #[test]
    fn rows_fit_a_terminal_and_a_long_word_is_not_broken() {
        let long = failed(Look::Tls, NoConnection::CertificateRefused, &"words of the system ".repeat(9)).within(1234);
        let lines = long.lines(None);
        assert!(lines.iter().all(|line| line.chars().count() <= COLUMNS), "{lines:#?}");
        assert!(lines.first().is_some_and(|row| row.starts_with("✗ TLS ") && row.ends_with(" 1.2 s")), "{lines:#?}");
        let word = "x".repeat(COLUMNS);
        assert_eq!(wrapped(&format!("a {word} b"), 20), ["a", word.as_str(), "b"]);
    }

    #[test]
    fn the_end_names_the_first_that_does_not_hold() {
        let held = Looked::holds(Look::Name, "r.example is 203.0.113.7").within(3);
        let fails = failed(Look::Tls, NoConnection::UnknownAuthority, "its certificate");
        let rest = Looked::not_asked(Look::Right, "TLS does not hold");
        let all = [held.clone(), fails, rest];
        assert_eq!(end_line(&all), "1 held, 1 failed, 1 not asked. The first to fail: TLS (exit code 55)");
        let end = json!({ "summary": "registryb.azurecr.io", "fails": ["tls"], "exit": 55 });
        assert_eq!(end_json("registryb.azurecr.io", &all), end);
        assert_eq!(end_json("r", &[held])["exit"], 0);
    }
}
