//! Cluster and registry by name, without an id: they are looked up in their tenants before anything else.

use crate::sign_in::{Person, of_persons};
use crosspull_support::Story;

const BY_NAME: [&str; 4] = ["--cluster", "aks-shop", "--registry", "registryb"];

#[test]
fn a_cluster_and_a_registry_may_be_named_without_their_ids() {
    let story = Story::of("happy");
    let end = story.apply(&BY_NAME);
    end.ends_well().finds("pass", "aks-shop is /subscriptions/", "").finds("pass", "registryb is /subscriptions/", "");
    story.is_done("AcrPull");
}

#[test]
fn they_are_found_among_ten_thousand_and_by_a_registrys_login_server() {
    let story = Story::of("many");
    let server = story.ready.login_server.clone();
    let end = story.apply(&["--cluster", "AKS-SHOP", "--registry", &server]);
    end.ends_well().finds("pass", &format!("{server} is /subscriptions/"), "");
    story.is_done("AcrPull");
}

#[test]
fn a_person_who_looked_them_up_is_not_asked_again() {
    let story = of_persons(&["happy"]);
    let mut person = Person::of(&story);
    let flags = [BY_NAME.as_slice(), &["--sign-in-a", "device-code", "--sign-in-b", "device-code"]].concat();
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    end.ends_well();
    assert_eq!(person.codes, 2, "one sign-in for each tenant\n{end}");
}

#[test]
fn a_name_that_is_not_there_stops_before_the_checks() {
    let story = Story::of("happy");
    let end = story.apply(&["--cluster", "aks-shp"]);
    end.exits(4).verdict("stopped").finds("stop", "no cluster that you may see in tenant A is called aks-shp", "id");
    story.wrote_nothing();
}

#[test]
fn what_else_is_wrong_is_told_before_anything_is_called() {
    let story = Story::of("happy");
    let end = story.apply(&["--cluster", "aks-shop", "--secret-days", "0"]);
    end.exits(2);
    assert!(end.err.contains("secret-days"), "\n{end}");
    let end = story.apply(&["--cluster", "aks-shop", "--cluster", "aks-other"]);
    end.exits(2);
    assert!(end.err.contains("2 clusters are named; one run takes one"), "\n{end}");
    story.called_nothing();
}
