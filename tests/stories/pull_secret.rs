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

#[test]
fn the_reads_that_a_route_is_chosen_by_are_said_as_they_begin_and_as_they_end_and_once() {
    let end = Story::of("managed-identity-cluster").plan(&[]);
    let chosen = end.events.iter().position(|event| event["event"] == "routes_weighed").expect("weighed");
    for check in ["cluster", "kubernetes", "registry"] {
        let begun = |event: &Value| event["event"] == "check_started" && event["check"].get(check).is_some();
        let ended = |event: &Value| event["event"] == "check_ended" && event["finding"]["check"].get(check).is_some();
        let places = |is: &dyn Fn(&Value) -> bool| {
            let all = end.events.iter().enumerate().filter(|(_, event)| is(event)).map(|(at, _)| at);
            all.collect::<Vec<_>>()
        };
        let (begins, ends) = (places(&begun), places(&ended));
        let ([begin], [over]) = (begins.as_slice(), ends.as_slice()) else { panic!("{check}\n{end}") };
        assert!(begin < over && *over < chosen, "{check}\n{end}");
    }
}

/// Returns the app of tenant B that this program made.
fn app_in_b(world: &World) -> &Value {
    let ours: Vec<&Value> = world.apps("b").filter(|app| text(app, "displayName").starts_with("crosspull-")).collect();
    match ours.as_slice() {
        [app] => app,
        others => panic!("one app of ours is expected in B: {others:#?}"),
    }
}

/// Returns the key ids of the secrets of that app.
fn keys(world: &World) -> Vec<&str> {
    let secrets = app_in_b(world)["passwordCredentials"].as_array().into_iter().flatten();
    secrets.map(|secret| text(secret, "keyId")).collect()
}

#[test]
fn every_namespace_and_account_that_is_named_pulls_by_it_and_is_given_back() {
    let story = Story::of("managed-identity-cluster");
    let flags = ["--namespace", "shop", "--namespace", "jobs", "--service-account", "shop/default"];
    let end = story.apply(&flags);
    pulls_by_secret(&story, &end, &["shop", "jobs"]);
    let world = story.world();
    assert_eq!(secrets(&world, "default"), Vec::<&Value>::new(), "no other namespace is touched");
    let accounts = &world.cluster()["namespaces"]["shop"]["serviceAccounts"];
    let used = accounts.as_array().into_iter().flatten().find(|account| account["name"] == "default");
    assert_eq!(used.expect("an account")["imagePullSecrets"], serde_json::json!([NAME]), "{accounts:#}");
    let proofs = end.events("step_ended").filter(|ended| ended["outcome"] == "proved").count();
    assert_eq!(proofs, 4, "from here, in shop, in jobs, and as shop/default\n{end}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn every_kind_of_cluster_and_both_numbers_of_tenants_are_served() {
    for scenario in ["happy", "same-tenant", "same-tenant-system-assigned", "same-tenant-user-assigned"] {
        let story = Story::of(scenario);
        let end = story.apply(&["--route", "pull-secret"]);
        pulls_by_secret(&story, &end, &["default"]);
        story.undo(&[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn a_second_run_finds_what_is_there_and_leaves_it_to_the_first() {
    let story = Story::of("managed-identity-cluster");
    story.apply(&[]).ends_well();
    let (first, before) = (story.run_id(), story.world());
    let second = story.apply(&["--namespace", "default", "--namespace", "shop"]);
    second.ends_well();
    for op in ["create-app", "create-principal", "add-pull-password", "grant-role", "write-pull-secret"] {
        assert_eq!(second.outcome(op), "found", "{op}\n{second}");
    }
    assert_eq!(keys(&story.world()), keys(&before), "no secret is made where one lives");
    // A third run makes nothing, so it offers no way back. The second made a pull secret.
    let third = story.run(&["apply", "--answers", story.answers(), "--yes", "--namespace", "shop"]);
    third.exits(0);
    assert!(third.out.contains("as pull secret shop/crosspull-registryb"), "{third}");
    assert!(!third.out.contains("Back with crosspull undo"), "{third}");
    let other = story.runs_but(&[&first]);
    let made = |run: &String| story.undo_of(run, &[]).out.contains("step_ended");
    assert_eq!(other.iter().filter(|run| made(run)).count(), 1, "one of the two made something");
    assert_eq!(secrets(&story.world(), "shop").len(), 0, "what the second run wrote is taken back");
    assert_eq!(secrets(&story.world(), "default").len(), 1, "what it found stays");
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_service_account_that_was_changed_is_told_where_a_pod_could_not_be_deleted() {
    let own = "name = 'stuck'\nsays = 'no pod may be deleted'\n[[fault]]\non = 'kubernetes DELETE **/pods/**'\n\
               nth = 'every'\ndo = 'status'\ncode = 403\nerror = 'Forbidden'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = story.run(&[
        "apply",
        "--answers",
        story.answers(),
        "--yes",
        "--namespace",
        "shop",
        "--service-account",
        "default",
    ]);
    end.exits(1);
    assert!(end.out.contains("the service account shop/default was changed; nothing else of aks-shop"), "{end}");
}

#[test]
fn renewing_writes_another_secret_everywhere_proves_it_and_removes_the_old_one() {
    let story = Story::of("managed-identity-cluster");
    let namespaces = ["--namespace", "shop", "--namespace", "jobs"];
    story.apply(&namespaces).ends_well();
    let old = keys(&story.world())[0].to_owned();
    let first = story.run_id();
    let end = story.apply(&[&namespaces[..], &["--renew"]].concat());
    pulls_by_secret(&story, &end, &["shop", "jobs"]);
    let world = story.world();
    let [new] = keys(&world).try_into().unwrap_or_else(|all| panic!("one secret is left: {all:?}"));
    assert_ne!(new, old);
    assert_eq!(
        (end.outcome("write-pull-secret"), end.outcome("remove-pull-password")),
        ("changed", "changed"),
        "\n{end}"
    );
    let second = story.runs_but(&[&first]);
    let back = story.undo_of(&second[0], &[]);
    back.exits(0);
    assert_eq!(keys(&story.world()), [new], "there is nothing to go back to\n{back}");
    assert_eq!(secrets(&story.world(), "shop").len(), 1, "the cluster keeps what it pulls by");
    story.undo_of(&first, &[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_secret_that_ends_soon_is_warned_of() {
    let story = Story::of("managed-identity-cluster");
    story.apply(&["--secret-days", "10"]).ends_well();
    let end = story.plan(&[]);
    end.exits(0).finds("warn", "by which the pull secrets pull, ends on", "apply with --renew, naming every namespace");
    story.plan(&["--renew"]).exits(0);
}

#[test]
fn a_renewal_that_leaves_a_namespace_out_stops_and_names_it() {
    for route in ["pull-secret", "repository-token"] {
        let story = Story::of("managed-identity-cluster");
        let both = ["--route", route, "--namespace", "shop", "--namespace", "jobs"];
        story.apply(&both).ends_well();
        let before = story.writes().len();
        let end = story.apply(&["--route", route, "--namespace", "shop", "--renew"]);
        end.is_stopped_by("jobs/crosspull-registryb of aks-shop would pull no more", "--namespace jobs");
        assert_eq!(story.writes().len(), before, "nothing was written");
        story.apply(&[&both[..], &["--renew"]].concat()).ends_well();
    }
}

#[test]
fn a_copy_that_was_made_during_a_renewal_keeps_the_replaced_secret() {
    for (route, operation) in [("pull-secret", "remove-pull-password"), ("repository-token", "end-token-password")] {
        let story = Story::of("managed-identity-cluster");
        story.apply(&["--route", route]).ends_well();
        let at = |namespace: &str| format!("/api/v1/namespaces/{namespace}/secrets");
        let (_, mut copy) = story.kubernetes_by_hand("GET", &format!("{}/{NAME}", at("default")), "", &Value::Null);
        copy["metadata"] = serde_json::json!({ "name": "copied" });
        let mut is_copied = false;
        let end = story.apply_while(&["--route", route, "--renew"], |event, _| {
            if event["event"] == "step_started" && !is_copied {
                is_copied = true;
                assert_eq!(story.kubernetes_by_hand("POST", &at("jobs"), "application/json", &copy).0, 201);
            }
        });
        end.ends_well();
        assert_eq!(end.outcome(operation), "not_done", "\n{end}");
        assert!(end.note(operation).contains("stays, since jobs/copied of aks-shop has it still"), "\n{end}");
    }
}

#[test]
fn where_nobody_can_tell_who_has_it_the_replaced_secret_stays() {
    let own = "name = 'torn'\nsays = 'the last look at all pull secrets fails'\n[[fault]]\n\
               on = 'kubernetes GET /api/v1/secrets'\nnth = [2, 3, 4, 5, 6, 7, 8, 9]\ndo = 'status'\ncode = 500\nerror = 'InternalError'";
    let story = Story::told(&["managed-identity-cluster"], own);
    story.apply(&[]).ends_well();
    let old = keys(&story.world())[0].to_owned();
    let end = story.apply(&["--renew"]);
    end.ends_well();
    assert!(end.note("remove-pull-password").contains("the pull secrets of aks-shop cannot be read"), "\n{end}");
    assert!(keys(&story.world()).contains(&old.as_str()), "it stays");
}

#[test]
fn who_may_not_read_other_namespaces_renews_only_where_that_is_accepted() {
    let own = "name = 'narrow'\nsays = 'secrets may not be listed everywhere'\n[[fault]]\n\
               on = 'kubernetes GET /api/v1/secrets'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'Forbidden'";
    let story = Story::told(&["managed-identity-cluster"], own);
    story.apply(&[]).ends_well();
    let end = story.apply(&["--renew"]);
    end.is_stopped_by("you may not read whether other namespaces of aks-shop pull by", "--unread pull-secrets");
    let old = keys(&story.world())[0].to_owned();
    let end = story.apply(&["--renew", "--unread", "pull-secrets"]);
    end.ends_well();
    end.finds("warn", "the pull secrets of other namespaces of aks-shop were not read, which you accepted", "");
    assert!(!keys(&story.world()).contains(&old.as_str()), "the replaced secret is removed");
}

#[test]
fn a_part_that_somebody_else_manages_is_kept_and_not_told_as_changed() {
    let own = "name = 'taken'\nsays = 'kubectl has taken over the data'\n[[fault]]\n\
               on = 'kubernetes PATCH **/secrets/crosspull-registryb'\nnth = 4\ndo = 'status'\ncode = 409\nerror = 'Conflict'";
    let story = Story::told(&["managed-identity-cluster"], own);
    story.apply(&[]).ends_well();
    let end = story.apply(&["--renew"]);
    end.fails_with("Somebody else manages a part of a secret of that name; it is kept as it is", "--pull-secret");
    assert!(!end.out.contains("Pull secrets of this run are in"), "\n{end}");
    assert!(!end.out.contains("azure-resource-manager/troubleshooting"), "it is no error of Azure's\n{end}");
}

#[test]
fn what_admission_would_refuse_stops_before_anything_is_written() {
    let told = |call: &str, status: u16, reason: &str, message: &str| {
        let own = format!(
            "name = 'refused'\nsays = 'admission refuses'\n[[fault]]\non = 'kubernetes {call}'\nnth = 'every'\ndo = 'status'\n\
             code = {status}\nerror = '{reason}'\nmessage = '{message}'"
        );
        Story::told(&["managed-identity-cluster"], &own)
    };
    let secret = "PATCH **/secrets/crosspull-registryb";
    let quota = "secrets \"crosspull-registryb\" is forbidden: exceeded quota: few, requested: count/secrets=1, \
                 used: count/secrets=3, limited: count/secrets=3";
    let story = told(secret, 403, "Forbidden", quota);
    let end = story.apply(&[]);
    end.is_stopped_by(
        "default of aks-shop takes no pull secret: secrets \"crosspull-registryb\" is forbidden",
        "a quota",
    );
    story.wrote_nothing();

    let conflict = "Apply failed with 1 conflict: conflict with \"kubectl-edit\" using v1: .data..dockerconfigjson";
    let story = told(secret, 409, "Conflict", conflict);
    let end = story.apply(&[]);
    end.is_stopped_by("somebody else manages a part of the pull secret in default of aks-shop", "--pull-secret");
    story.wrote_nothing();

    let policy = "admission webhook \"validation.gatekeeper.sh\" denied the request: [images] registry is not allowed";
    let story = told("POST **/pods", 403, "Forbidden", policy);
    let end = story.plan(&[]);
    end.exits(0).finds("warn", "default of aks-shop lets no pod in that proves the pull: admission webhook", "no node");
    story.wrote_nothing();
}

#[test]
fn a_namespace_that_is_not_there_stops_before_anything_is_written() {
    let story = Story::of("managed-identity-cluster");
    let end = story.apply(&["--namespace", "shop", "--namespace", "shp"]);
    end.is_stopped_by("aks-shop has no namespace shp", "kubectl create namespace shp");
    story.wrote_nothing();
}

#[test]
fn names_that_kubernetes_refuses_are_complained_about_and_nothing_is_called() {
    let story = Story::of("managed-identity-cluster");
    story.apply(&["--namespace", "Shop_1"]).complains("\"Shop_1\" is not a namespace");
    story.apply(&["--pull-secret", "a_b"]).complains("\"a_b\" is not the name of a pull secret");
    story.apply(&["--service-account", "shop/Web"]).complains("\"Web\" is not the name of a service account");
    story.apply(&["--service-account", "shop/web"]).complains("shop/web is in a namespace that gets no pull secret");
    story.called_nothing();
}

#[test]
fn a_user_who_may_only_read_is_told_what_lacks_in_which_namespace() {
    let story = Story::told(
        &["managed-identity-cluster"],
        "name = \"own\"\nsays = \"own\"\n[world.cluster]\nkubernetes = \"read-only\"",
    );
    let end = story.apply(&["--namespace", "shop"]);
    end.is_stopped_by("you may not create secrets", "Ask whoever administers aks-shop for that right in shop");
    story.wrote_nothing();
}

#[test]
fn where_the_api_does_not_answer_the_operator_is_told_what_to_run() {
    let story = Story::told(
        &["managed-identity-cluster"],
        "name = \"own\"\nsays = \"own\"\n[world.cluster]\nkubernetes = \"private\"",
    );
    let end = story.apply(&["--namespace", "shop"]);
    end.ends_well();
    assert_eq!((end.outcome("prove-pull"), end.outcome("tell-pull-secret")), ("proved", "not_done"), "\n{end}");
    let note = end.note("tell-pull-secret");
    let command = format!(
        "kubectl create secret docker-registry {NAME} --namespace shop --docker-server {}",
        story.ready.login_server
    );
    assert!(note.contains(&command), "{note}");
    assert!(!end.secret().is_empty(), "the secret is saved");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn a_registry_of_repositories_lets_in_those_that_are_named_and_no_other() {
    let story = Story::of_all(&["managed-identity-cluster", "abac-registry"]);
    let end = story.apply(&["--repository", "shop/web:1.4"]);
    pulls_by_secret(&story, &end, &["default"]);
    let app = text(app_in_b(&story.world()), "appId").to_owned();
    assert_eq!(story.pull_by_hand(&app, &end.secret(), "shop/web:1.4"), 200, "the repository that was named");
    assert_eq!(story.pull_by_hand(&app, &end.secret(), "shop/api:2.0"), 401, "another one");
}

#[test]
fn a_registry_that_keeps_this_machine_out_is_proved_from_a_node() {
    for flags in [&[][..], &["--prove", "inside"]] {
        let scenario = if flags.is_empty() { "firewalled-registry" } else { "happy" };
        let story = Story::of_all(&["managed-identity-cluster", scenario]);
        let end = story.apply(flags);
        pulls_by_secret(&story, &end, &["default"]);
        assert_eq!(end.outcome("prove-first"), "proved", "\n{end}");
        story.undo(&[]).ends_well();
        story.is_taken_back();
    }
}

#[test]
fn where_nobody_signs_in_to_b_its_administrator_gets_a_page_and_the_app_is_of_a() {
    let story = Story::of("managed-identity-cluster");
    let story = story.without("CROSSPULL_B_CLIENT_ID").without("CROSSPULL_B_CLIENT_SECRET");
    let server = story.ready.login_server.clone();
    let end = story.apply_while(&["--sign-in-b", "none", "--registry", &server, "--pull-secret", NAME], |event, _| {
        if text(event, "event") == "person_needed" {
            let app = text(&event["page"], "app").to_owned();
            story.provision_by_hand(&app);
            story.grant_by_hand(&app, "7f951dda-4ed3-4680-a7ca-43fe172d538d");
        }
    });
    pulls_by_secret(&story, &end, &["default"]);
    assert_eq!(end.outcome("hand-over"), "found", "\n{end}");
    assert_eq!(story.world().our_apps().len(), 1, "the app is in A");
}

#[test]
fn a_deployment_to_copy_is_written_without_the_secret() {
    for kubernetes in ["open", "private"] {
        let own = format!("name = \"own\"\nsays = \"own\"\n[world.cluster]\nkubernetes = \"{kubernetes}\"");
        let story = Story::told(&["managed-identity-cluster"], &own);
        let file = story.path("shop.yaml");
        let end = story.apply(&["--namespace", "shop", "--manifest-out", "shop.yaml"]);
        end.ends_well();
        let text = std::fs::read_to_string(&file).expect("the manifest");
        let image = format!("image: \"{}/shop/web:1.4\"", story.ready.login_server);
        for part in ["apiVersion: apps/v1\n", "namespace: shop\n", &image, &format!("- name: {NAME}\n")] {
            assert!(text.contains(part), "no {part:?} in {text}");
        }
        assert!(!text.contains(&end.secret()), "there is no secret in it");
        story.apply(&["--manifest-out", "shop.yaml"]).complains("shop.yaml exists already: name a new file");
    }
}

#[test]
fn where_entra_signs_users_in_the_operators_own_token_is_taken_and_no_other_program_is_run() {
    let story = Story::of("entra-cluster");
    let end = story.apply(&[]);
    pulls_by_secret(&story, &end, &["default"]);
    end.finds("pass", "aks-shop's Kubernetes API answers from here, by your sign-in at Entra", "");
    story.undo(&[]).ends_well();
    story.is_taken_back();

    let story = Story::of("entra-cluster-no-role");
    let end = story.apply(&["--route", "pull-secret"]);
    end.is_stopped_by("you may not", "Ask whoever administers aks-shop for that right in default");
    story.wrote_nothing();
}

#[test]
fn the_operators_own_kubeconfig_leads_there_and_one_that_leads_elsewhere_does_not_count() {
    let story = Story::of("managed-identity-cluster");
    std::fs::write(story.path("kubeconfig"), story.kubeconfig()).expect("written");
    let end = story.apply(&["--kubeconfig", "kubeconfig"]);
    pulls_by_secret(&story, &end, &["default"]);
    end.finds("pass", "aks-shop's Kubernetes API answers from here, by your kubeconfig", "");
    story.undo(&[]).ends_well();
    story.is_taken_back();

    let elsewhere = story.kubeconfig().replace("https://localhost", "https://aks-other.example");
    std::fs::write(story.path("elsewhere"), elsewhere).expect("written");
    let end = story.apply(&["--kubeconfig", "elsewhere"]);
    end.is_stopped_by("leads to aks-other.example, and that is not aks-shop", "--kubeconfig");
    assert_eq!(secrets(&story.world(), "default").len(), 0);
}

#[test]
fn a_kubeconfig_that_cannot_be_used_is_complained_of_before_any_call_and_never_quoted() {
    const SECRET: &str = "SUPERSECRETTOKEN";
    let story = Story::of("managed-identity-cluster");
    let bad = format!("apiVersion: v1\nusers:\n- name: u\n  user:\n    token: {SECRET}\n   client: [\n");
    let typed = format!("apiVersion: v1\nusers:\n- name: u\n  user:\n    token: [{SECRET}]\n");
    let list = format!("root:x:0:0:{SECRET}\ndaemon:x:1:1\n");
    let good = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts:\n- name: c\n  context: {{cluster: k, user: u}}\n\
         clusters:\n- name: k\n  cluster: {{server: 'https://localhost:1'}}\nusers:\n- name: u\n  user: {{token: {SECRET}}}\n"
    );
    let bare = "apiVersion: v1\nkind: Config\n".to_owned();
    for (name, text) in [("bad", &bad), ("typed", &typed), ("list", &list), ("whole", &good), ("bare", &bare)] {
        std::fs::write(story.path(name), text).expect("written");
    }
    let cases: [(&[&str], &str); 6] = [
        (&["--kubeconfig", "gone"], "gone cannot be read (No such file"),
        (&["--kubeconfig", "bad"], "bad cannot be read (it is no YAML that can be read, by line"),
        (&["--kubeconfig", "typed"], "typed cannot be read (the token of a user in it is no text"),
        (&["--kubeconfig", "list"], "list cannot be read (it is no kubeconfig"),
        (&["--kubeconfig", "whole", "--context", "nosuch"], "whole has no context nosuch"),
        (&["--kubeconfig", "bare"], "bare has no current context"),
    ];
    for (flags, sentence) in cases {
        let end = story.apply(flags);
        end.complains(sentence);
        let text = story.run(&[&["apply", "--answers", story.answers(), "--yes"], flags].concat());
        text.complains(sentence);
        for said in [&end.out, &end.err, &text.out, &text.err] {
            assert!(!said.contains(SECRET), "{flags:?}\n{said}");
        }
        story.called_nothing();
    }
}

#[test]
fn a_short_outage_is_not_taken_for_a_private_cluster() {
    for (call, who) in [
        ("kubernetes POST **/selfsubjectaccessreviews", "its Kubernetes API answers with an error"),
        ("arm POST /**/listClusterUserCredential", "Resource Manager answers with an error"),
    ] {
        for route in ["pull-secret", "repository-token", "admin-account", "auto"] {
            let own = format!(
                "name = 'out'\nsays = 'out'\n[[fault]]\non = '{call}'\nnth = 'every'\ndo = 'status'\ncode = 503\n\
                 error = 'ServiceUnavailable'"
            );
            let story = Story::told(&["managed-identity-cluster"], &own);
            let end = story.apply(&["--route", route]);
            end.is_stopped_by(who, "Start again in some minutes");
            story.wrote_nothing();
        }
    }
    let once = "name = 'once'\nsays = 'once'\n[[fault]]\non = 'kubernetes POST **/selfsubjectaccessreviews'\nnth = 1\n\
                do = 'status'\ncode = 503\nerror = 'ServiceUnavailable'";
    let story = Story::told(&["managed-identity-cluster"], once);
    let end = story.apply(&[]);
    pulls_by_secret(&story, &end, &["default"]);
}

#[test]
fn a_secret_for_somebody_else_to_write_needs_a_file() {
    let own = "name = 'own'\nsays = 'own'\n[world.cluster]\nkubernetes = 'private'";
    for route in ["pull-secret", "repository-token", "admin-account"] {
        let story = Story::told(&["managed-identity-cluster"], own);
        let apply = ["apply", "--answers", story.answers(), "--yes", "--output", "json", "--route", route];
        let end = story.run(&apply);
        end.is_stopped_by("the secret would be nowhere", "Give --secret-out");
        story.wrote_nothing();
        let end = story.run(&["plan", "--answers", story.answers(), "--output", "json", "--route", route]);
        end.is_stopped_by("the secret would be nowhere", "Give --secret-out");
        story.apply(&["--route", route]).ends_well();
    }
}

#[test]
fn what_somebody_else_is_to_run_is_told_at_the_end_with_the_service_accounts() {
    let own = "name = 'own'\nsays = 'own'\n[world.cluster]\nkubernetes = 'private'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let file = story.path("kept.secret");
    let file = file.to_str().expect("UTF-8");
    let flags = ["--route", "pull-secret", "--service-account", "default", "--secret-out", file];
    let end = story.run(&[&["apply", "--answers", story.answers(), "--yes"], &flags[..]].concat());
    let (_, told) = end.out.split_once("the last step says why, and what to run.").expect("the end");
    assert!(told.contains("run where the API answers: kubectl create secret docker-registry "), "{end}");
    assert!(told.contains("imagePullSecrets of the service accounts default/default"), "{end}");
}

#[test]
fn a_service_account_that_is_refused_is_not_taken_for_one_that_is_there() {
    let own = "name = 'r'\nsays = 'r'\n[[fault]]\n\
               on = 'kubernetes GET /api/v1/namespaces/default/serviceaccounts/default'\nnth = 'every'\ndo = 'status'\n\
               code = 403\nerror = 'Forbidden'";
    let story = Story::told(&["managed-identity-cluster"], own);
    let end = story.apply(&["--route", "pull-secret", "--service-account", "default"]);
    end.is_stopped_by("default cannot be read", "");
    story.wrote_nothing();
}

#[test]
fn a_secret_of_that_name_that_somebody_else_made_is_kept() {
    let story = Story::of("others-pull-secret");
    let end = story.apply(&["--route", "pull-secret"]);
    end.is_stopped_by("has a secret crosspull-registryb that", "--pull-secret");
    story.wrote_nothing();
    let end = story.apply(&["--route", "pull-secret", "--pull-secret", "ours", "--service-account", "default"]);
    end.ends_well();
    let accounts = &story.world().cluster()["namespaces"]["default"]["serviceAccounts"].to_string();
    assert!(accounts.contains("ours") && accounts.contains("crosspull-registryb"), "theirs stays: {accounts}");
    story.undo(&[]).ends_well();
    story.is_taken_back();
}

#[test]
fn without_the_right_to_make_secrets_nothing_is_half_done() {
    let story = Story::of("no-right-on-secrets");
    let end = story.apply(&["--route", "pull-secret", "--namespace", "shop"]);
    end.is_stopped_by("secrets in the namespace shop of aks-shop", "Ask whoever administers aks-shop");
    story.wrote_nothing();
}
