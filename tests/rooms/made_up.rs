//! The finder itself, on crates that are made up.

use std::collections::{BTreeMap, BTreeSet};

use crate::circles::Graph;
use crate::tree::Tree;
use crate::{all, large};

/// Returns a crate of these files. Its root declares nothing but what is given.
fn tree(files: &[(&str, &str)]) -> Tree {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    Tree::read("lib.rs", &|file| files.get(file).map(|text| (*text).to_owned())).expect("it parses")
}

/// Returns the pairs in which one needs the other, as `from>to`.
fn edges(graph: &Graph) -> BTreeSet<String> {
    graph.edges().map(|(from, to)| format!("{from}>{to}")).collect()
}

fn set(edges: &[&str]) -> BTreeSet<String> {
    edges.iter().map(|edge| (*edge).to_owned()).collect()
}

#[test]
fn a_circle_of_two_rooms_is_told_with_what_closes_it() {
    let tree = tree(&[
        ("lib.rs", "pub mod a;\npub mod b;"),
        ("a.rs", "//! A.\nuse crate::b::B;\npub struct A(B);"),
        ("b.rs", "pub struct B;\n\nfn f() {\n    crate::a::g();\n}"),
    ]);
    let told = all(&tree);
    for line in ["2 need each other: a, b", "a -> b -> a", "a -> b: a.rs:2 crate::b::B", "b -> a: b.rs:4 crate::a::g"] {
        assert!(told.contains(line), "{line} is not in: {told}");
    }
}

#[test]
fn the_shortest_circle_comes_first() {
    let tree = tree(&[
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "use crate::b;"),
        ("b.rs", "use crate::c::{self as other};"),
        ("c.rs", "use super::a::*;"),
        ("d.rs", "use crate::{e, a};"),
        ("e.rs", "pub use crate::d;"),
    ]);
    let rooms = tree.between_rooms();
    assert_eq!(rooms.circles(1), [vec!["d", "e"], vec!["a", "b", "c"]]);
    assert_eq!(rooms.knots(2), [BTreeSet::from(["a", "b", "c"])]);
    assert_eq!(rooms.told(3), None);
}

#[test]
fn a_chain_is_no_circle() {
    let tree = tree(&[
        ("lib.rs", "mod a; mod b; mod c; pub use a::A;"),
        ("a.rs", "use crate::{b::{B, C as D}, c};\npub struct A(B, D);\nfn f() { c::f() }"),
        ("b.rs", "use std::fmt;\npub struct B;\npub use crate::c::C;"),
        ("c.rs", "pub struct C;\npub fn f() {}"),
    ]);
    assert_eq!(edges(&tree.between_rooms()), set(&["a>b", "a>c", "b>c"]));
    assert_eq!(all(&tree), "");
}

#[test]
fn a_file_may_use_the_modules_that_it_is_in() {
    let tree = tree(&[
        ("lib.rs", "mod plan;"),
        ("plan/mod.rs", "mod step; mod step_words;\npub use step::Step;\npub struct Plan(Step);"),
        ("plan/step.rs", "mod part;\nuse super::Plan;\npub struct Step(Box<Plan>);"),
        ("plan/step/part.rs", "use crate::plan::Plan;\nuse super::super::Plan as Same;"),
        ("plan/step_words.rs", "fn f() { super::g() }"),
    ]);
    assert_eq!(edges(&tree.between_files()), set(&["plan/mod.rs>plan/step.rs"]));
    assert_eq!(all(&tree), "");
}

#[test]
fn files_of_one_room_form_no_circle_either() {
    let tree = tree(&[
        ("lib.rs", "mod plan;"),
        ("plan.rs", "mod fact; mod step;\npub use fact::Fact;\npub use step::*;"),
        ("plan/fact.rs", "use super::Step;\npub struct Fact(Step);"),
        ("plan/step.rs", "use crate::plan::Fact;\npub struct Step(Fact);"),
    ]);
    let told = all(&tree);
    assert!(told.contains("plan/fact.rs -> plan/step.rs -> plan/fact.rs"), "{told}");
    assert!(!told.contains("circles of rooms"), "{told}");
}

#[test]
fn a_name_is_followed_to_the_file_that_has_it_and_counted_where_it_was_asked_for() {
    let tree = tree(&[
        ("lib.rs", "mod plan; mod run; mod ids;\npub use ids::Id;"),
        ("plan/mod.rs", "mod fact;\npub use fact::Fact;\npub use crate::ids::*;"),
        ("plan/fact.rs", "pub enum Fact { One }"),
        ("ids.rs", "pub struct Id; pub struct Other;"),
        ("run.rs", "use crate::plan::{Fact, Other};\nuse crate::Id;\nfn f() { Fact::One; }"),
    ]);
    assert_eq!(edges(&tree.between_rooms()), set(&["plan>ids", "run>ids", "run>plan"]));
    let files = ["plan/mod.rs>ids.rs", "plan/mod.rs>plan/fact.rs", "run.rs>ids.rs", "run.rs>plan/fact.rs"];
    assert_eq!(edges(&tree.between_files()), set(&[&["lib.rs>ids.rs"], &files[..]].concat()));
}

#[test]
fn what_is_for_tests_alone_does_not_count() {
    let tree = tree(&[
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "use crate::b::B;"),
        (
            "b.rs",
            "pub struct B;
            #[cfg(test)] mod apart;
            #[cfg(test)] use crate::a;
            #[cfg(all(test, unix))] fn f() { crate::a::f() }
            #[test] fn g() { crate::a::f() }
            impl B { #[cfg(test)] fn h() { crate::a::f() } }
            #[cfg(test)] mod tests { use crate::a::*; use super::*; }",
        ),
        ("b/apart.rs", "use crate::a;"),
    ]);
    assert_eq!(edges(&tree.between_rooms()), set(&["a>b"]));
    assert!(tree.files().all(|file| file != "b/apart.rs"));
}

#[test]
fn what_is_not_for_tests_alone_counts() {
    for source in [
        "#[cfg(not(test))] use crate::a;",
        "#[cfg(any(test, unix))] use crate::a;",
        "mod inside { fn f() { super::super::a::f() } }",
        "fn f() { println!(\"{}\", [crate::a::f()]) }",
        "fn f(a: &dyn crate::a::T<u8>) {}",
        "fn f() { use crate::a::f; f() }",
        "fn f() -> <u8 as crate::a::T>::Out {}",
        "use crate as here; fn f() { here::a::f() }",
    ] {
        let tree = tree(&[("lib.rs", "mod a; mod b;"), ("a.rs", ""), ("b.rs", source)]);
        assert_eq!(edges(&tree.between_rooms()), set(&["b>a"]), "{source}");
    }
}

#[test]
fn what_leads_out_of_the_crate_or_says_who_may_see_it_does_not_count() {
    for source in [
        "use a::x;",
        "use ::a::x;",
        "pub(in crate::a) fn f() {}",
        "fn f(a: std::a::B) -> Self::a {}",
        "fn f() { println!(\"crate::a\") } // crate::a",
        "struct A; impl A { fn a(self) { self.a() } }",
    ] {
        let tree = tree(&[("lib.rs", "mod a; mod b;"), ("a.rs", ""), ("b.rs", source)]);
        assert_eq!(edges(&tree.between_rooms()), set(&[]), "{source}");
    }
}

#[test]
fn only_large_circles_of_files_are_told_where_small_ones_may_be() {
    let names = ["a", "b", "c", "d", "e", "f"];
    let ring = |of: usize| -> String {
        let of = &names[..of];
        let text = |at: usize| format!("use crate::{};", of[(at + 1) % of.len()]);
        let root: String = of.iter().map(|name| format!("mod {name};")).collect();
        let files: Vec<(String, String)> = (0..of.len()).map(|at| (format!("{}.rs", of[at]), text(at))).collect();
        let files: Vec<(&str, &str)> = files.iter().map(|(file, text)| (file.as_str(), text.as_str())).collect();
        large(&tree(&[&[("lib.rs", root.as_str())], &files[..]].concat()).between_files())
    };
    assert_eq!(ring(5), "");
    assert!(ring(6).contains("6 need each other"), "{}", ring(6));
}

#[test]
fn a_file_that_is_declared_and_not_there_is_told() {
    assert_eq!(
        Tree::read("lib.rs", &|file| (file == "lib.rs").then(|| "mod a;".to_owned())).map(drop),
        Err("a/mod.rs is declared and not there".to_owned())
    );
}
