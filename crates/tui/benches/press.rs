//! Measures a key press in a list of ten thousand, the new frame with it, beside the same in a list of ten
//! (`docs/PRODUCT.md` 8). The bench prints; nothing is asserted.

#![allow(clippy::print_stdout, reason = "a bench tells what it measured")]

use std::time::{Duration, Instant};

use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_tui::{Here, Model, Msg, Setup, Theme, update, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// The text that is typed, key by key, and deleted again.
const TYPED: &str = "aksplant9997";
/// The number of presses.
const ROUNDS: usize = 40;

fn cluster(n: usize) -> Choice {
    let team = ["shop", "plant", "web", "data"].get(n % 4).copied().unwrap_or_default();
    Choice {
        name: format!("aks-{team}-{n:05}"),
        details: vec![format!("rg-{team}"), "westeurope".to_owned(), "1.33".to_owned()],
        value: format!("/subscriptions/1/resourceGroups/rg-{team}/managedClusters/aks-{team}-{n:05}"),
    }
}

fn list_of(length: usize) -> Model {
    let mut answers = Answers::default();
    answers.set(Key::TenantA, "contoso.com");
    let setup = Setup { answers, simulated: false, theme: Theme::full(), size: (80, 24), here: Here::default() };
    let mut model = Model::new(setup);
    for code in [KeyCode::Enter, KeyCode::Tab, KeyCode::Tab, KeyCode::Tab, KeyCode::F(5)] {
        press(&mut model, code);
    }
    let found = Msg::Found {
        sought: Sought::For(Key::Cluster),
        choices: (0..length).map(cluster).collect(),
        progress: Progress::Whole,
    };
    update(&mut model, found, Timestamp::UNIX_EPOCH);
    model
}

fn press(model: &mut Model, code: KeyCode) {
    update(model, Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)), Timestamp::UNIX_EPOCH);
}

/// The median and the longest time of a key press with its frame.
fn measure(length: usize) -> Option<(Duration, Duration)> {
    let mut model = list_of(length);
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).ok()?;
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let keys = TYPED.chars().map(KeyCode::Char).chain(TYPED.chars().map(|_| KeyCode::Backspace));
        for code in keys {
            let begun = Instant::now();
            press(&mut model, code);
            terminal.draw(|frame| view(&model, frame, Timestamp::UNIX_EPOCH)).ok()?;
            times.push(begun.elapsed());
        }
    }
    times.sort_unstable();
    Some((*times.get(times.len() / 2)?, *times.last()?))
}

fn main() {
    let (Some((few, _)), Some((many, longest))) = (measure(10), measure(10_000)) else {
        println!("the list could not be drawn");
        return;
    };
    let ratio = many.as_secs_f64() / few.as_secs_f64();
    println!(
        "a key in a list of 10,000: median {many:.2?}, longest {longest:.2?} (aim: under 5 ms); in one of 10: median \
         {few:.2?}; ratio {ratio:.1}"
    );
}
