//! The methods that no route uses: a person's own account, and the identity of a machine in Azure, pull what their roles
//! allow and no more. A run's checks pull the manifest of each image by them.

use crosspull_support::{End, Story, text};

use crate::sign_in::{Person, of_persons, on_the_machine, without_apps};

/// The machine's identity is of tenant B.
const MACHINE: &str = "name = 'mine'\nsays = 'mine'\n[world]\nmachine_in_b = true";

/// Returns the repositories that were pulled from the registry.
fn pulled(story: &Story) -> Vec<String> {
    let registry = story.world().registry().clone();
    let pulls = registry["pulls"].as_array().into_iter().flatten();
    pulls.map(|pull| text(pull, "repository").to_owned()).collect()
}

/// Checks as somebody who is asked for codes and pages.
fn plan(story: &Story, in_b: &str) -> End {
    let mut person = Person::of(story);
    let flags = ["--sign-in-a", "device-code", "--sign-in-b", in_b];
    story.plan_with_somebody(&flags, |line| person.reads(line))
}

#[test]
fn a_persons_own_account_pulls() {
    let story = of_persons(&["happy"]);
    let end = plan(&story, "device-code");
    end.finds("pass", "shop/web:1.4 exists", "");
    assert_eq!(pulled(&story), ["shop/web"], "\n{end}");
    story.wrote_nothing();
}

#[test]
fn a_persons_own_account_without_a_role_is_refused() {
    // Owner lets nobody pull where roles hold on repositories.
    let story = of_persons(&["abac-registry"]);
    let end = plan(&story, "device-code");
    end.finds("warn", "whether shop/web:1.4 exists cannot be read with your account", "The proof will tell");
    assert_eq!(pulled(&story), Vec::<String>::new(), "\n{end}");
}

#[test]
fn the_identity_of_a_machine_pulls() {
    let story = on_the_machine(without_apps(Story::told(&["happy"], MACHINE)));
    let end = plan(&story, "managed-identity");
    end.finds("pass", "shop/web:1.4 exists", "");
    assert_eq!(pulled(&story), ["shop/web"], "\n{end}");
}

#[test]
fn the_identity_of_a_machine_without_a_role_is_refused() {
    let story = on_the_machine(without_apps(Story::told(&["abac-registry"], MACHINE)));
    let end = plan(&story, "managed-identity");
    end.finds("warn", "whether shop/web:1.4 exists cannot be read with your account", "The proof will tell");
    assert_eq!(pulled(&story), Vec::<String>::new(), "\n{end}");
}
