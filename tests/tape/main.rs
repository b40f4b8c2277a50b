//! The tapes of the pictures, replayed in a pseudo-terminal with the real program: a screen that no longer comes fails.

#[cfg(test)]
mod reader;
#[cfg(test)]
mod replay;

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use crate::reader::{Command, Line, read};
    use crate::replay::{Recorder, shell};
    use crosspull_support::terminal::{command, open};

    const TAPE: &str = include_str!("../../demo.tape");
    /// A program that is there to be looked at, and what it shows.
    const SIGN: [&str; 2] = ["-c", "echo another screen; exec cat"];

    fn tape() -> Vec<Line> {
        read(TAPE).expect("demo.tape is understood")
    }

    /// Replays a tape in a window of that size: so many pictures, the program ends well, and its verdict stays on the screen.
    fn leads_to_the_verdict(tape: &str, size: (u16, u16), pictures: usize, says: &str) {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Path::new(env!("CARGO_BIN_EXE_crosspull")).parent().expect("the program is in a folder");
        let (window, program) = open(shell(folder, home.path()), size);
        let mut recorder = Recorder::new(window, folder);
        let lines = read(tape).expect("a tape that is understood");
        recorder.replay(&lines).unwrap_or_else(|why| panic!("{why}"));

        let last = recorder.screen();
        let verdict = last.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(verdict.contains(says), "no verdict on the last screen:\n{last}");
        assert_eq!(recorder.screenshots.len(), pictures);
        for (name, screen) in &recorder.screenshots {
            assert!(screen.contains("simulated cloud"), "{name} does not show the program:\n{screen}");
        }
        // A shell ends with the code of its last command, and takes along what it began.
        recorder.type_text("[ -z \"$(jobs -p)\" ] || kill $(jobs -p); exit\r");
        assert_eq!(program.end(Duration::from_secs(10)), Ok(0));
    }

    /// The verdict of the main job.
    const PULLS: &str =
        "aks-shop pulls shop/web:1.4 from registryb: proved from here, and from the cluster on node aks-";

    #[test]
    fn the_tape_leads_from_home_to_done() {
        leads_to_the_verdict(TAPE, (80, 24), 6, PULLS);
    }

    #[test]
    fn the_tape_leads_from_home_to_done_in_a_large_window() {
        leads_to_the_verdict(TAPE, (120, 40), 6, PULLS);
    }

    #[test]
    fn the_tape_of_a_pull_secret_leads_there() {
        let says = "aks-shop pulls shop/web:1.4 from registryb by its pull secret: proved from here";
        leads_to_the_verdict(include_str!("../../assets/tapes/pull-secret.tape"), (100, 30), 4, says);
    }

    #[test]
    fn the_tape_of_a_dropped_line_goes_on_where_it_stopped() {
        leads_to_the_verdict(include_str!("../../assets/tapes/resume.tape"), (120, 50), 4, PULLS);
    }

    #[test]
    fn every_enter_is_pressed_on_a_screen_that_was_waited_for() {
        let mut waited = false;
        for line in tape() {
            match line.command {
                Command::Wait { .. } => waited = true,
                Command::Enter => assert!(std::mem::take(&mut waited), "line {}: nothing was waited for", line.number),
                _ => {}
            }
        }
    }

    #[test]
    fn every_wait_of_the_tape_can_fail_and_then_shows_the_screen() {
        let home = tempfile::tempdir().expect("a folder");
        let (window, _program) = open(command("sh", &SIGN, home.path()), (80, 24));
        let mut recorder = Recorder::new(window, home.path());
        recorder.replay(&read("Wait+Screen@10s /another screen/").expect("a tape")).expect("it shows its sign");
        let waits: Vec<Line> = tape().into_iter().filter(|l| matches!(l.command, Command::Wait { .. })).collect();
        assert!(waits.len() > 8, "{}", waits.len());
        for line in waits {
            let Command::Wait { screen, .. } = line.command else { continue };
            let (number, pattern) = (line.number, screen.to_string());
            let brief = Line { number, command: Command::Wait { screen, at_most: Duration::ZERO } };
            let why = recorder.replay(&[brief]).expect_err("it shows something else");
            for part in [format!("line {number}: /{pattern}/ is not in sight"), "another screen".to_owned()] {
                assert!(why.contains(&part), "{why}");
            }
        }
    }

    #[test]
    fn a_program_that_is_required_and_absent_is_missed() {
        let home = tempfile::tempdir().expect("a folder");
        let (window, _program) = open(command("sh", &SIGN, home.path()), (80, 24));
        let why = Recorder::new(window, home.path()).replay(&tape()).expect_err("crosspull is not in that folder");
        assert!(why.contains("Require") && why.contains("crosspull"), "{why}");
    }
}
