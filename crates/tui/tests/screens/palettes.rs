//! The main screens in every palette, each with the style of its cells, and in a window as large as a wall.

use crosspull_tui::{Background, Msg, Palette, Theme};
use crossterm::event::KeyCode;

use crate::engine;
use crate::looks::{to_done, to_review, to_run};
use crate::story::{Story, complete};

/// The themes, each by its name.
const THEMES: [(&str, Theme); 5] = [
    ("dark", Theme::new(true, Palette::Dark)),
    ("light", Theme::new(true, Palette::Light)),
    ("either", Theme::new(true, Palette::Either)),
    ("mono", Theme::new(true, Palette::Mono)),
    ("ascii", Theme::plain()),
];

/// The keys that lead to a screen.
type Tell = fn(&mut Story);

/// The screens, each by its name.
const SCREENS: [(&str, Tell); 7] = [
    ("home", |_| {}),
    ("form", |story| story.enter().end()),
    ("form_complaints", |story| story.enter().ctrl('u').type_text("contoso").enter().end()),
    ("review", |story| to_review(story).press(KeyCode::Down).end()),
    ("run", |story| to_run(story).engine(engine::proving()).wait(900).end()),
    ("run_failed", |story| to_run(story).engine(engine::failed()).end()),
    ("done", |story| to_done(story).end()),
];

/// Returns a screen of the demo in that theme.
fn at(size: (u16, u16), theme: Theme, tell: Tell) -> Story {
    let mut story = Story::new(size, complete(), true, theme);
    tell(&mut story);
    story
}

#[test]
fn every_screen_in_every_palette() {
    for (screen, tell) in SCREENS {
        for (name, theme) in THEMES {
            let told = at((80, 24), theme, tell).see_styles();
            insta::assert_snapshot!(format!("{screen}_{name}"), told);
        }
    }
}

#[test]
fn palettes_change_no_text() {
    for (screen, tell) in SCREENS {
        let text = |theme| at((80, 24), theme, tell).see();
        let dark = text(Theme::full());
        for (name, theme) in THEMES.into_iter().filter(|(name, _)| *name != "ascii") {
            assert_eq!(text(theme), dark, "{screen} {name}");
        }
    }
}

#[test]
fn without_colour_and_with_ascii_alone_nothing_else_is_drawn() {
    for (screen, tell) in SCREENS {
        for (name, theme) in THEMES.into_iter().filter(|(_, theme)| theme.palette == Palette::Mono) {
            let mut story = at((80, 24), theme, tell);
            let told = story.see_styles();
            let colours = ["red", "green", "yellow", "blue", "magenta", "cyan", "{on "];
            let found = colours.into_iter().find(|colour| told.contains(&format!("{{{colour}")));
            assert_eq!(found, None, "{screen} {name}\n{told}");
            assert!(theme.unicode || told.is_ascii(), "{screen} {name}\n{told}");
        }
    }
}

/// The texts that have to be read to go on, by the screen that it is on.
const MUST_BE_READ: [(&str, &[&str]); 7] = [
    ("home", &["Let a cluster pull", "See who can reach", "Enter", "go on"]),
    ("form", &["Tenant A, where", "contoso.com", "aks-shop", "next"]),
    ("form_complaints", &["is not a cloud", "Resource Manager", "One answer needs a look."]),
    (
        "review",
        &[
            "create its service principal",
            "Graph POST",
            "AzureADMultipleOrgs, redirect",
            "no API permission",
            "Nothing was written so far.",
            "run",
        ],
    ),
    ("run", &["401, try 4: the role is not in effect yet", "waiting", "stop after this call"]),
    ("run_failed", &["The role was not assigned.", "may not do this.", "Ask an owner", "Enter goes on."]),
    (
        "done",
        &["aks-shop has the secret.", "There is a way back", "lacks: Network", "does not keep the secret.", "save"],
    ),
];

#[test]
fn what_must_be_read_is_never_dim() {
    for (screen, words) in MUST_BE_READ {
        let tell = SCREENS.iter().find(|(name, _)| *name == screen).expect("a screen").1;
        for (name, theme) in THEMES.into_iter().filter(|(name, _)| *name != "ascii") {
            let story = &mut at((80, 24), theme, tell);
            let (all, read) = (story.see(), story.see_undimmed());
            for words in words {
                assert!(all.contains(words) && read.contains(words), "{screen} {name}: {words}\n{read}");
            }
        }
    }
}

#[test]
fn the_place_of_the_secret_is_not_dim() {
    for (name, theme) in THEMES {
        let mut story = at((80, 24), theme, |story| {
            to_done(story).msg(Msg::SecretSaved { place: Ok("/home/ops/aks-shop.secret".to_owned()) });
        });
        let read = story.see_undimmed();
        assert!(read.contains("readable by you alone") && read.contains("aks-shop.secret"), "{name}\n{read}");
    }
}

#[test]
fn a_way_out_of_the_wait_before_the_reset_is_not_dim() {
    for (name, theme) in THEMES {
        let read =
            at((80, 24), theme, |story| to_run(story).engine(engine::soaking()).wait(72_000).end()).see_undimmed();
        assert!(read.contains("w waits no longer."), "{name}\n{read}");
    }
}

#[test]
fn every_screen_in_a_large_window() {
    for (screen, tell) in SCREENS {
        let mut story = at((200, 60), Theme::full(), tell);
        insta::assert_snapshot!(format!("{screen}_200x60"), story.see());
    }
}

#[test]
fn a_background_that_is_told_late_changes_the_colours_alone() {
    for (background, theme) in [(Background::Dark, THEMES[0].1), (Background::Light, THEMES[1].1)] {
        for (screen, tell) in SCREENS {
            let mut story = at((80, 24), THEMES[2].1, tell);
            let before = story.see();
            story.msg(Msg::Background(background));
            assert_eq!(story.see(), before, "{screen}");
            assert_eq!(story.see_styles(), at((80, 24), theme, tell).see_styles(), "{screen}");
        }
    }
    let mut story = at((80, 24), Theme::plain(), |_| {});
    assert!(story.msg(Msg::Background(Background::Dark)).see().is_ascii(), "ASCII stays");
}
