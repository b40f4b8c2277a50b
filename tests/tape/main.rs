//! The walkthrough of the main job, `demo.tape`, replayed in a pseudo-terminal with the real program.

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

    /// Replays the tape in a window of that size: the program ends well, and its summary stays on the screen.
    fn leads_from_home_to_done(size: (u16, u16)) {
        let home = tempfile::tempdir().expect("a folder");
        let folder = Path::new(env!("CARGO_BIN_EXE_crosspull")).parent().expect("the program is in a folder");
        let (window, program) = open(shell(folder, home.path()), size);
        let mut recorder = Recorder::new(window, folder);
        recorder.replay(&tape()).unwrap_or_else(|why| panic!("demo.tape: {why}"));

        let last = recorder.screen();
        let verdict = last.split_whitespace().collect::<Vec<_>>().join(" ");
        let says = "aks-shop pulls shop/web:1.4 from registryb: proved from here, and from the cluster on node aks-";
        assert!(verdict.contains(says), "no verdict on the last screen:\n{last}");
        assert_eq!(recorder.screenshots.len(), 6);
        for (name, screen) in &recorder.screenshots {
            assert!(screen.contains("simulated cloud"), "{name} does not show the program:\n{screen}");
        }
        // A shell ends with the code of its last command.
        recorder.type_text("exit\r");
        assert_eq!(program.end(Duration::from_secs(10)), Ok(0));
    }

    #[test]
    fn the_tape_leads_from_home_to_done() {
        leads_from_home_to_done((80, 24));
    }

    #[test]
    fn the_tape_leads_from_home_to_done_in_a_large_window() {
        leads_from_home_to_done((120, 40));
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
