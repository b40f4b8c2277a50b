//! A step fails: exit code 1, and what was made stays and is found by the next run.

use crosspull_support::Story;

#[test]
fn who_may_not_register_apps_is_told_which_role_is_missing() {
    let story = Story::of("cannot-create-apps");
    let end = story.apply(&[]);
    end.fails_with(
        "The app was not created. You may not create app registrations in tenant A",
        "Application Developer",
    );
    assert_eq!(end.trouble()["refusal"]["code"], "Authorization_RequestDenied", "\n{end}");
    story.world().is_as(story.begin());
    assert_eq!(story.writes(), ["POST /v1.0/applications"], "it was tried once, and nothing after it");
    assert!(!end.secret_file.exists());
}

#[test]
fn without_a_proof_the_cluster_is_not_reset() {
    let own = "name = \"own\"\nsays = \"own\"\n[world.cluster]\nkubernetes = \"private\"";
    let story = Story::told(&["firewalled-registry"], own);
    let end = story.apply(&[]);
    end.finds("warn", "registryb's firewall does not let this machine in", "proved from a node of the cluster instead");
    end.finds("warn", "aks-shop's Kubernetes API cannot be used from here", "Give --kubeconfig");
    end.fails_with("registryb's firewall does not let this machine in", "under registryb's Networking");
    story.cluster_was_not_touched();
    assert_eq!(story.world().role()["roleName"], "AcrPull");
    assert_eq!((end.outcome("prove-pull"), end.outcome("reset-cluster")), ("failed", ""));
}

#[test]
fn a_registry_that_keeps_this_machine_out_is_proved_from_a_node_before_the_reset() {
    for (scenario, flags) in [("firewalled-registry", &[][..]), ("happy", &["--prove", "inside"])] {
        let story = Story::of(scenario);
        let end = story.apply(flags);
        end.ends_well();
        story.is_done("AcrPull");
        assert_eq!((end.outcome("prove-first"), end.outcome("reset-cluster")), ("proved", "changed"), "\n{end}");
        story.undo(&[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn a_proof_that_fails_after_all_else_is_done_keeps_the_cluster_as_it_is() {
    // The role takes so long that the proof is the last step before the reset.
    let story = Story::of_all(&["slow-replication", "abac-registry", "missing-repository"]);
    let end = story.apply(&[]);
    end.fails_with("shop/not-yet-pushed:1.0 is not in registryb", "crosspull resume");
    assert_eq!((end.outcome("provision"), end.outcome("add-secret")), ("created", "created"), "\n{end}");
    story.cluster_was_not_touched();
}

#[test]
fn an_image_that_is_not_there_stops_before_anything_is_written() {
    let story = Story::of("missing-repository");
    let end = story.apply(&[]);
    end.is_stopped_by("shop/not-yet-pushed:1.0 is not in registryb", "Push it, or name another image");
    story.wrote_nothing();
}

#[test]
fn nonsense_is_no_image_and_no_missing_right() {
    for on in ["GET /v2/{name}/{image}/manifests/{tag}", "POST /oauth2/token", "POST /oauth2/exchange"] {
        let own = format!("name = 'own'\nsays = 'own'\n[[fault]]\non = 'registry {on}'\nnth = 'every'\ndo = 'garbage'");
        let end = Story::told(&[], &own).plan(&[]);
        end.finds("warn", "whether shop/web:1.4 exists could not be read: The answer", "The proof will tell");
    }
}

#[test]
fn an_image_that_the_operator_cannot_look_for_is_named_by_the_proof_and_the_next_run_goes_on() {
    // Whoever gives roles on repositories has none there.
    let story = Story::of_all(&["abac-registry", "missing-repository"]);
    let end = story.apply(&[]);
    let image = "shop/not-yet-pushed:1.0 is not in registryb";
    end.finds("warn", "cannot be read with your account", "The proof will tell");
    end.fails_with(image, "Push it, then go on with crosspull resume");
    story.cluster_was_not_touched();

    let left = story.world().secrets().concat();
    let next = story.apply(&["--repository", "shop/web:1.4"]);
    next.is_done();
    assert!(next.note("add-secret").contains(&left), "the secret of the run that failed is named\n{next}");
    for step in ["create-app", "create-principal", "provision"] {
        assert_eq!(next.outcome(step), "found", "{step}");
    }
    assert_eq!(next.outcome("grant-role"), "changed", "the role is to reach the other repository");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.role()["roleName"], "Container Registry Repository Reader");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}

#[test]
fn a_reset_that_fails_is_told_in_the_services_words() {
    let story = Story::of("reset-fails");
    let end = story.apply(&[]);
    end.fails_with("The reset of aks-shop did not succeed.", "crosspull resume");
    let refusal = &end.trouble()["refusal"];
    assert_eq!(refusal["code"], "ReconcileStandardLoadBalancerError", "\n{end}");
    assert!(refusal["message"].as_str().is_some_and(|m| m.contains("the nodes did not become ready in time")), "{end}");
    let (why, now) = (end.trouble()["why"].to_string(), end.trouble()["now"].to_string());
    assert!(!now.contains("connection"), "the service answered, so the connection is not to blame: {now}");
    assert!(!why.contains("gives no reason"), "the service gave a reason: {why}");
    let world = story.world();
    assert_eq!(world.cluster()["provisioningState"], "Failed");
    assert_eq!(world.cluster()["resets"], 1);
    assert_eq!(story.taken_by("/resetServicePrincipalProfile"), 1, "it is not sent again blindly");
    assert!(!end.secret().is_empty(), "the secret was saved before the reset");
}

#[test]
fn a_reset_that_failed_is_repaired_by_the_next_run() {
    let story = Story::told(
        &[],
        r#"
        name = "reset-fails-once"
        says = "the first reset ends Failed, later ones succeed"

        [[fault]]
        on = "arm POST /**/resetServicePrincipalProfile"
        nth = 1
        do = "fail_operation"
        error = "ReconcileStandardLoadBalancerError"
        message = "Reconcile standard load balancer failed."
        "#,
    );
    story.apply(&[]).fails_with("The reset of aks-shop did not succeed.", "crosspull resume");
    let next = story.apply(&[]);
    next.finds("warn", "aks-shop is in the state Failed", "this run repeats it").is_done();
    assert_eq!(next.outcome("reset-cluster"), "changed");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"]);
    assert_eq!(world.cluster()["provisioningState"], "Succeeded");
    assert_eq!(world.pulls(), ["Pulled"; 3]);
}
