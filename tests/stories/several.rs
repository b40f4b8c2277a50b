//! Several registries for one cluster, in one run: each image is paired with its registry by name.

use crosspull_support::{End, Story, text};

/// Returns the flags for the two registries of tenant B, with an image of each.
fn flags(story: &Story) -> Vec<String> {
    let first = story.ready.registry.clone();
    let second = first.replace("registryb", "registryother");
    let images = ["registryb/shop/web:1.4", "registryother/shop/api:2.0"];
    let registries = [first, second].into_iter().flat_map(|id| ["--registry".to_owned(), id]);
    registries.chain(images.iter().flat_map(|image| ["--repository".to_owned(), (*image).to_owned()])).collect()
}

fn apply(story: &Story, route: &str, more: &[&str]) -> End {
    let flags = flags(story);
    let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
    all.extend(["--route", route]);
    all.extend(more);
    story.apply(&all)
}

/// Returns how many steps of that operation ended so.
fn ended(end: &End, operation: &str, outcome: &str) -> usize {
    let begun = end.events("run_started").next().expect("a run");
    let steps = begun["plan"]["steps"].as_array().into_iter().flatten().filter(|step| step["op"] == operation);
    let how = |id: &serde_json::Value| {
        end.events("step_ended").find(|e| e["step"] == *id).map(|e| text(e, "outcome").to_owned())
    };
    steps.filter(|step| how(&step["id"]).as_deref() == Some(outcome)).count()
}

#[test]
fn every_route_serves_two_registries_in_one_run_and_takes_both_back() {
    let routes = [
        ("new-app", "happy", "grant-role"),
        ("convert-app", "happy", "grant-role"),
        ("pull-secret", "managed-identity-cluster", "grant-role"),
        ("repository-token", "managed-identity-cluster", "make-token"),
        ("attach", "same-tenant-system-assigned", "attach"),
    ];
    for (route, scenario, lets_pull) in routes {
        let story = Story::of(scenario);
        let end = apply(&story, route, &[]);
        end.ends_well();
        assert_eq!(ended(&end, lets_pull, "created"), 2, "{route}\n{end}");
        let inside = ended(&end, "prove-inside", "proved");
        assert_eq!(inside, 2, "{route}: a node pulls from each\n{end}");
        let pulled =
            |registry: usize| story.sim.world()["registries"][registry]["pulls"].as_array().map_or(0, Vec::len);
        assert!(pulled(0) > 0 && pulled(1) > 0, "{route}: each registry was pulled from");
        story.undo(&[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn an_image_of_no_named_registry_is_complained_about_and_nothing_is_called() {
    let story = Story::of("happy");
    let ids = flags(&story);
    let registries: Vec<&str> = ids.iter().take(4).map(String::as_str).collect();
    story.apply(&registries).complains("which registry \"shop/web:1.4\" is in is not clear");
    let one = [&registries[..], &["--repository", "registryb/shop/web:1.4"]].concat();
    story.apply(&one).complains("no image of registryother is named");
    story.called_nothing();
}

#[test]
fn of_two_registries_the_one_that_refuses_is_named_and_the_run_goes_on() {
    let story = Story::of("managed-identity-cluster");
    let flags = flags(&story);
    let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
    all.extend(["--repository", "registryother/shop/none:1"]);
    let end = story.apply(&all);
    end.finds("warn", "shop/none:1 is not in registryother", "Push it before you go on");
    end.fails_with("shop/none:1 is not in registryother", "crosspull resume");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
