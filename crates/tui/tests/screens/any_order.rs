//! Whatever comes, in whatever order and at whatever size, is drawn without a panic.

use crosspull_core::event::{Entry, Event};
use crosspull_core::find::{Progress, Sought};
use crosspull_core::input::Key;
use crosspull_core::names::Direction;
use crosspull_core::names::Side;
use crosspull_core::route::Identity;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::Prompt;
use crosspull_tui::{Msg, Notice};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::engine;
use crate::story::Story;

/// Numbers that are the same in every run (a linear congruential generator, Knuth's MMIX constants).
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % n
    }
}

const KEYS: [KeyCode; 30] = [
    KeyCode::Enter,
    KeyCode::Enter,
    KeyCode::Enter,
    KeyCode::Esc,
    KeyCode::Tab,
    KeyCode::BackTab,
    KeyCode::Up,
    KeyCode::Down,
    KeyCode::Left,
    KeyCode::Right,
    KeyCode::Home,
    KeyCode::PageUp,
    KeyCode::PageDown,
    KeyCode::End,
    KeyCode::Backspace,
    KeyCode::Delete,
    KeyCode::F(1),
    KeyCode::F(2),
    KeyCode::F(3),
    KeyCode::F(4),
    KeyCode::F(5),
    KeyCode::Char(' '),
    KeyCode::Char('?'),
    KeyCode::Char('e'),
    KeyCode::Char('m'),
    KeyCode::Char('r'),
    KeyCode::Char('s'),
    KeyCode::Char('w'),
    KeyCode::Char('日'),
    KeyCode::Char('y'),
];

pub fn events() -> Vec<Event> {
    let back = engine::taken_back(&engine::done());
    let weighed = [engine::weighed(), engine::unread(), engine::weighed_for(Identity::Managed)].concat();
    let route =
        [weighed, engine::checked(), engine::stopped(), engine::person_needed(), engine::soaking(), engine::asking()];
    [route.concat(), engine::reset(), engine::failed(), engine::reset_failed(), engine::resumed(), back].concat()
}

#[test]
fn no_order_of_keys_sizes_and_events_breaks_the_screen() {
    let events = events();
    for seed in 0..16 {
        let mut numbers = Numbers(seed);
        let mut story = match seed % 3 {
            0 => Story::demo((80, 24)),
            1 => Story::undecided((80, 24)),
            _ => Story::blank((40, 12)),
        };
        for _ in 0..250 {
            match numbers.below(20) {
                0 => {
                    let (columns, rows) = (1 + numbers.below(140), 1 + numbers.below(50));
                    story.resize(u16::try_from(columns).expect("small"), u16::try_from(rows).expect("small"));
                }
                1 => story.msg(Msg::Paste("https://portal.azure.com/#@contoso.com \u{1b}]0;x\n日本".to_owned())).end(),
                2 => story.msg(Msg::Secret(Secret::new("a~secret".to_owned()))).end(),
                3 => story.msg(Msg::Notice(Notice::good("Sent to your terminal's clipboard; paste to check."))).end(),
                4 if numbers.below(2) == 0 => {
                    let place = Err("/home/ops/aks-shop.secret exists already: name a new file.".to_owned());
                    story.msg(Msg::SecretSaved { place });
                }
                4 => story.wait(700).msg(Msg::Tick).end(),
                5 if numbers.below(6) == 0 => story.ctrl('c').end(),
                5 => {
                    let runs = [engine::dropped(), engine::done(), engine::told([])];
                    let run = runs[numbers.below(3)].clone();
                    let way = if numbers.below(2) == 0 { Direction::Forward } else { Direction::Back };
                    match numbers.below(3) {
                        0 => story.msg(Msg::Earlier(runs.to_vec())).end(),
                        1 => story.msg(Msg::TakenUp { run: Box::new(run), way }).end(),
                        _ => story.msg(Msg::SecretAtHand(numbers.below(2) == 0)).msg(Msg::ChecksOver).end(),
                    }
                }
                6 => match numbers.below(4) {
                    0 => story.msg(crate::sign_in::entered()).end(),
                    1 => story.msg(Msg::Prompt(crate::sign_in::code())).end(),
                    2 => story.msg(Msg::Prompt(Prompt::Over { side: Side::A })).end(),
                    _ => {
                        let keys = [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository];
                        let sought = Sought::For(keys[numbers.below(keys.len())]);
                        let progress = if numbers.below(2) == 0 { Progress::Goes } else { Progress::Whole };
                        let choices = (0..numbers.below(60)).map(crate::picking::cluster).collect();
                        story.msg(Msg::Found { sought, choices, progress });
                    }
                },
                7..=9 => {
                    let event = events[numbers.below(events.len())].clone();
                    let entry = Entry::new(story.now, event);
                    story.msg(Msg::Engine(entry));
                }
                _ => {
                    let code = KEYS[numbers.below(KEYS.len())];
                    story.msg(Msg::Key(KeyEvent::new(code, KeyModifiers::NONE)));
                }
            }
            story.see();
        }
    }
}

#[test]
fn every_screen_fits_every_size() {
    let stories: [fn(&mut Story); 4] = [
        |s| s.enter().end(),
        |s| s.enter().enter().enter().enter().engine(engine::stopped()).end(),
        |s| s.enter().enter().enter().enter().engine(engine::passed()).enter().enter().engine(engine::asking()).end(),
        |s| {
            s.enter().enter().enter().enter().engine(engine::passed()).enter().enter();
            s.engine(engine::asking()).enter().engine(engine::reset()).enter();
        },
    ];
    let chooses: [fn(&mut Story); 2] = [
        |s| s.enter().enter().enter().engine(engine::weighed_for(Identity::Managed)).end(),
        |s| s.enter().enter().enter().engine(engine::unread()).msg(Msg::ChecksOver).end(),
    ];
    let all = stories.map(|tell| (Story::demo as fn((u16, u16)) -> Story, tell));
    let undecided = chooses.map(|tell| (Story::undecided as fn((u16, u16)) -> Story, tell));
    for (begin, tell) in all.into_iter().chain(undecided) {
        let mut story = begin((80, 24));
        tell(&mut story);
        for columns in [1, 10, 39, 40, 41, 59, 60, 61, 79, 200] {
            for rows in [1, 11, 12, 13, 18, 19, 60] {
                story.resize(columns, rows).see();
            }
        }
    }
}
