//! The proof: token, manifest and layer are one try, and what is refused is judged by the part that refused it.

use crosspull_support::{End, Story, text};

/// Returns the happy world with one thing that goes wrong at the registry.
fn registry_that(on: &str, nth: &str, what: &str) -> Story {
    let own = format!("name = 'r'\nsays = 'r'\n[[fault]]\non = 'registry GET {on}'\nnth = {nth}\n{what}");
    Story::told(&[], &own)
}

const UNAUTHORIZED: &str = "do = 'status'\ncode = 401\nerror = 'UNAUTHORIZED'";
const UNKNOWN: &str = "do = 'status'\ncode = 404\nerror = 'MANIFEST_UNKNOWN'";

/// The step that proves the pull.
const PROOF: u64 = 6;

/// Returns what the proof asked the registry for, in order, each with the status.
fn asked(end: &End) -> Vec<String> {
    let kind = |call: &serde_json::Value| {
        let of = |e: &&serde_json::Value| e["call"] == *call && e["plane"] == "registry" && e["work"]["step"] == PROOF;
        let url = text(end.events("call_started").find(of)?, "url");
        let kinds = [
            ("/oauth2/token", "token"),
            ("/manifests/", "manifest"),
            ("/blobs/sha256:", "layer"),
            ("/storage/", "storage"),
        ];
        kinds.iter().find(|(part, _)| url.contains(part)).map(|(_, kind)| *kind)
    };
    end.events("call_tried").filter_map(|e| Some(format!("{} {}", kind(&e["call"])?, e["status"]))).collect()
}

/// Returns what was asked for from the first token on.
fn asked_with_a_token(end: &End) -> Vec<String> {
    asked(end).into_iter().skip_while(|call| call != "token 200").collect()
}

#[test]
fn a_layer_that_is_refused_once_is_asked_for_again_with_a_fresh_token() {
    let story = registry_that("/v2/shop/web/blobs/**", "1", UNAUTHORIZED);
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    let tries = ["token 200", "manifest 200", "layer 401", "token 200", "manifest 200", "layer 307", "storage 206"];
    assert_eq!(asked_with_a_token(&end), tries, "\n{end}");
    assert!(end.waits().contains(&"the role is not in effect yet"), "\n{end}");
}

#[test]
fn a_manifest_that_is_refused_once_is_asked_for_again_with_a_fresh_token() {
    // The first one is asked for by the checks.
    let story = registry_that("/v2/shop/web/manifests/**", "2", UNAUTHORIZED);
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    let tries = ["token 200", "manifest 401", "token 200", "manifest 200", "layer 307", "storage 206"];
    assert_eq!(asked_with_a_token(&end), tries, "\n{end}");
}

#[test]
fn an_image_that_a_replica_does_not_have_yet_is_asked_for_again() {
    let story = registry_that("/v2/shop/web/manifests/**", "2", UNKNOWN);
    let end = story.apply(&[]);
    end.is_done();
    story.is_done("AcrPull");
    let tries = ["token 200", "manifest 404", "token 200", "manifest 200", "layer 307", "storage 206"];
    assert_eq!(asked_with_a_token(&end), tries, "\n{end}");
    assert!(end.waits().contains(&"the registry does not show the image; a replica may lag"), "\n{end}");
}

#[test]
fn an_image_that_is_not_there_is_not_waited_for_as_long_as_a_role() {
    let story = Story::of_all(&["abac-registry", "missing-repository"]);
    let end = story.apply(&[]);
    end.fails_with("shop/not-yet-pushed:1.0 is not in registryb", "Push it, then go on with crosspull resume");
    let waits = end.waits().into_iter().filter(|why| why.contains("a replica may lag")).count();
    assert!((1..=8).contains(&waits), "a minute, not a quarter of an hour: {waits} waits\n{end}");
}

#[test]
fn a_layer_that_the_registry_refuses_for_good_is_no_closed_data_endpoint() {
    let story = registry_that("/v2/shop/web/blobs/**", "'every'", UNAUTHORIZED);
    let end = story.apply(&[]);
    end.fails_with(
        "the role is not in effect yet. The manifest of shop/web:1.4 can be had; registryb itself refuses \
         its layers.",
        "Look at the role assignment there and its condition, then go on with crosspull resume.",
    );
    story.cluster_was_not_touched();
}

#[test]
fn a_data_endpoint_that_is_closed_is_told_as_such() {
    for what in ["do = 'drop'", "do = 'status'\ncode = 403\nerror = 'AuthorizationFailure'"] {
        let story = registry_that("/storage/**", "'every'", what);
        let end = story.apply(&[]);
        end.fails_with(
            "The manifest can be had, its layers cannot.",
            "reach the registry's data endpoint (its storage)",
        );
        story.cluster_was_not_touched();
    }
}

#[test]
fn layers_of_windows_that_are_in_another_registry_are_passed_over() {
    let own = "name = 'w'\nsays = 'an image for Windows'\n[world.registry]\nwindows = ['shop/win:1.0']\n\
               [world.registry.repositories]\n'shop/web' = ['1.4']\n'shop/win' = ['1.0']";
    let story = Story::told(&[], own);
    let end = story.apply(&["--repository", "shop/web:1.4", "--repository", "shop/win:1.0"]);
    end.is_done();
    story.is_done("AcrPull");
    let exchanges = story.sim.exchanges();
    let of_windows: Vec<_> = exchanges.iter().filter(|e| e.url.contains("/v2/shop/win/blobs/")).collect();
    let [proof, last_look] = of_windows.as_slice() else { panic!("one layer is asked for each time: {of_windows:?}") };
    for layer in [proof, last_look] {
        assert_eq!(layer.status, Some(307), "it is one that the registry holds");
    }
}

/// Returns the digest of `shop/web:1.4`. Equal content has an equal digest in every registry.
fn digest() -> String {
    let story = Story::of("happy");
    story.plan(&[]).is_done();
    let exchanges = story.sim.exchanges();
    let looked = exchanges.iter().find(|e| e.url == "/v2/shop/web/manifests/1.4").expect("the checks look");
    let headers = looked.response_headers.iter();
    headers.filter(|(name, _)| name == "docker-content-digest").map(|(_, v)| v.clone()).next().expect("a digest")
}

#[test]
fn an_image_may_have_a_tag_and_a_digest() {
    let digest = digest();
    let story = Story::of("abac-registry");
    let image = format!("shop/web:1.4@{digest}");
    let end = story.apply(&["--repository", &image]);
    end.is_done();
    assert_eq!((end.outcome("prove-pull"), end.outcome("prove-inside")), ("proved", "proved"), "\n{end}");
    assert!(end.out.contains(&image), "it is named as it was typed");
    let asked = end.events("call_started").filter(|e| e["work"]["step"] == 6 && text(e, "url").contains("/manifests/"));
    let asked: Vec<&str> = asked.map(|e| text(e, "url")).collect();
    assert!(
        !asked.is_empty() && asked.iter().all(|url| url.ends_with(digest.as_str())),
        "the digest counts: {asked:?}"
    );
    assert!(text(story.world().role(), "condition").ends_with("StringEqualsIgnoreCase 'shop/web'))"), "\n{end}");
}
