//! Route `pull-secret`: a service principal of the registry's tenant pulls, by a pull secret in the cluster.

use crosspull_support::{End, Story, World, text};
use serde_json::Value;

/// The name of the pull secret, where nobody gives one.
const NAME: &str = "crosspull-registryb";

/// Returns the pull secrets of a namespace that crosspull wrote.
fn secrets<'w>(world: &'w World, namespace: &str) -> Vec<&'w Value> {
    let secrets = &world.cluster()["namespaces"][namespace]["secrets"];
    let all = secrets.as_array().into_iter().flatten();
    all.filter(|secret| text(secret, "name").starts_with("crosspull-")).collect()
}

/// The cluster has the pull secret in those namespaces, a node pulled with it, and nothing else of the cluster changed.
fn pulls_by_secret(story: &Story, end: &End, namespaces: &[&str]) {
    end.ends_well();
    let world = story.world();
    for namespace in namespaces {
        let [secret] = secrets(&world, namespace).try_into().unwrap_or_else(|all| panic!("{namespace}: {all:?}"));
        assert_eq!((text(secret, "name"), text(secret, "type")), (NAME, "kubernetes.io/dockerconfigjson"));
        assert_eq!(secret["servers"], serde_json::json!([story.ready.login_server]));
    }
    for part in ["clientId", "resets", "identity", "provisioningState"] {
        assert_eq!(world.cluster()[part], story.begin().cluster()[part], "{part}");
    }
    assert_eq!(world.pods(), Vec::<&str>::new(), "pods that are left");
}

#[test]
fn a_cluster_with_a_managed_identity_pulls_from_another_tenant() {
    let story = Story::of("managed-identity-cluster");
    let end = story.apply(&[]);
    pulls_by_secret(&story, &end, &["default"]);
    end.finds("pass", "route pull-secret: any cluster pulls by a pull secret, and nothing restarts", "");
    assert_eq!((end.outcome("prove-pull"), end.outcome("prove-inside")), ("proved", "proved"), "\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}
