//! Several registries for one cluster, in one run: each image is paired with its registry by name.

use std::os::unix::fs::PermissionsExt as _;

use crosspull_support::{End, Story, path_text, text};

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
fn of_two_registries_the_one_without_the_image_is_named_and_nothing_is_written() {
    let story = Story::of("managed-identity-cluster");
    let flags = flags(&story);
    let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
    all.extend(["--repository", "registryother/shop/none:1"]);
    let end = story.apply(&all);
    end.is_stopped_by("shop/none:1 is not in registryother", "Push it, or name another image");
    story.wrote_nothing();
}

#[test]
fn each_registrys_password_is_saved_in_a_file_of_its_own() {
    for route in ["repository-token", "admin-account"] {
        let story = Story::of("managed-identity-cluster");
        let manifest = story.path("shop.yaml");
        let end = apply(&story, route, &["--manifest-out", path_text(&manifest)]);
        end.ends_well();
        assert!(!end.secret_file.exists(), "{route}: no file belongs to both\n{end}");
        let world = story.sim.world();
        let saved: Vec<(String, String)> = ["registryb", "registryother"]
            .iter()
            .enumerate()
            .map(|(at, name)| {
                let file = end.secret_file.with_extension(name);
                assert!(end.err.is_empty(), "who reads events knows\n{end}");
                let mode = std::fs::metadata(&file).expect("saved").permissions().mode();
                assert_eq!(mode & 0o777, 0o600, "{route} {name}");
                let server = text(&world["registries"][at], "loginServer").to_owned();
                (server, std::fs::read_to_string(&file).expect("saved"))
            })
            .collect();
        let [(first, b), (second, other)] = saved.as_slice() else { panic!("two") };
        assert!(!end.out.contains(b) && !end.out.contains(other), "{route}: no password is in an event");
        let users = ["registryb", "registryother"]
            .map(|admin| if route == "admin-account" { admin } else { "crosspull-aks-shop" });
        assert_eq!(story.pull_by_hand_from(first, users[0], b, "shop/web:1.4"), 200, "{route}");
        assert_eq!(story.pull_by_hand_from(second, users[1], other, "shop/api:2.0"), 200, "{route}");
        assert_eq!(story.pull_by_hand_from(second, users[1], b, "shop/api:2.0"), 401, "{route}");
        let deployments = std::fs::read_to_string(&manifest).expect("written");
        for image in [format!("{first}/shop/web:1.4"), format!("{second}/shop/api:2.0")] {
            assert!(deployments.contains(&image), "{route}: no {image} in\n{deployments}");
        }
        for secret in ["crosspull-registryb", "crosspull-registryother"] {
            assert!(deployments.lines().any(|line| line == format!("        - name: {secret}")), "{deployments}");
        }
        story.undo(&[]).ends_well();
        if route == "repository-token" {
            story.is_taken_back();
            assert_eq!(story.pull_by_hand_from(second, users[1], other, "shop/api:2.0"), 401, "the token is gone");
        }
    }
}

#[test]
fn a_file_of_one_registry_that_exists_is_refused_before_anything_is_called() {
    for route in ["repository-token", "auto"] {
        let story = Story::of("managed-identity-cluster");
        std::fs::write(story.path("secret-1.registryother"), "an earlier one").expect("written");
        apply(&story, route, &[]).complains("secret-1.registryother exists already");
        story.called_nothing();
    }
    let story = Story::of("managed-identity-cluster");
    let taken = story.path("secret-1.registryb");
    let end = apply(&story, "repository-token", &["--way-back-out", path_text(&taken)]);
    end.complains("way-back-out: that is the file of secret-out");
    // One app pulls from both by one secret.
    std::fs::write(story.path("secret-2.registryother"), "somebody's").expect("written");
    let end = apply(&story, "pull-secret", &[]);
    end.ends_well();
    assert_eq!(end.secret().len(), 40);
}

#[test]
fn a_run_of_several_registries_that_was_stopped_saves_what_it_makes_when_it_goes_on() {
    let own = "name = 'once'\nsays = 'the second token is refused once'\n[[fault]]\n\
               on = 'arm PUT **/registryother/tokens/{name}'\nnth = 1\ndo = 'status'\ncode = 403\n\
               error = 'AuthorizationFailed'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = apply(&story, "repository-token", &[]);
    end.exits(1);
    story.resume(&[]).ends_well();
    let read = |name: &str| std::fs::read_to_string(story.path(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let server = text(&story.sim.world()["registries"][1], "loginServer").to_owned();
    let pulled =
        story.pull_by_hand_from(&server, "crosspull-aks-shop", &read("secret-1.registryother"), "shop/api:2.0");
    assert_eq!(pulled, 200);
    let first = if story.path("secret-1.registryb.2").exists() { "secret-1.registryb.2" } else { "secret-1.registryb" };
    assert_eq!(story.pull_by_hand("crosspull-aks-shop", &read(first), "shop/web:1.4"), 200);
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
