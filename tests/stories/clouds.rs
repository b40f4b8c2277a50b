//! Other clouds, and registries of the newer kind.

use crosspull_support::Story;

#[test]
fn every_national_cloud_works_by_its_resource_manager() {
    for (scenario, name) in [("china", "AzureChinaCloud"), ("usgov", "AzureUSGovernment")] {
        let story = Story::of(scenario);
        let end = story.apply(&[]);
        end.is_done();
        story.is_done("AcrPull");
        let planned = end.events("planned").next().expect("a plan");
        assert_eq!(planned["plan"]["cloud"], name);
    }
}

#[test]
fn a_registry_that_ignores_acrpull_gets_a_role_on_the_repository() {
    let story = Story::of("abac-registry");
    let end = story.apply(&[]);
    end.is_done();
    let world = story.world();
    story.is_done("Container Registry Repository Reader");
    let condition = world.role()["condition"].as_str().expect("a condition");
    assert!(condition.contains("repositories:name] StringEqualsIgnoreCase 'shop/web'"), "{condition}");
    assert!(!condition.contains("shop/api"), "{condition}");
    assert_eq!(end.outcome("prove-pull"), "proved");
}

#[test]
fn another_repository_later_widens_the_condition_and_changes_nothing_else() {
    let story = Story::of("abac-registry");
    story.apply(&[]).is_done();
    let end = story.apply(&["--repository", "shop/api:2.0"]);
    end.exits(0).verdict("done");
    assert_eq!(end.outcome("grant-role"), "changed", "\n{end}");
    let world = story.world();
    let condition = world.role()["condition"].as_str().expect("a condition").to_owned();
    assert!(condition.contains("'shop/api'") && condition.contains("'shop/web'"), "the first pull stays: {condition}");
}
