//! Stories in which everything is in order.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crosspull_sim::Tenant;
use crosspull_support::{Story, path_text as text};

use crate::secrets;

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777
}

#[test]
fn a_cluster_in_one_tenant_pulls_from_a_registry_in_another() {
    let story = Story::of("happy");
    let end = story.apply(&[]);
    end.is_done();

    let world = story.world();
    story.is_done("AcrPull");
    assert_eq!(world.role()["condition"], serde_json::Value::Null);
    for step in
        ["create-app", "create-principal", "add-secret", "provision", "grant-role", "copy-roles", "keep-way-back"]
    {
        assert_eq!(end.outcome(step), "created", "{step}");
    }
    assert_eq!((end.outcome("prove-pull"), end.outcome("reset-cluster")), ("proved", "changed"));
    assert_eq!(end.outcome("prove-inside"), "proved");
    assert_eq!(end.fact("app"), world.app()["appId"].as_str().expect("an id"));
    assert_eq!([end.fact("secret_key")], *world.secrets());
}

#[test]
fn the_secret_is_in_its_file_and_nowhere_else() {
    let story = Story::of("happy");
    let end = story.apply(&[]);
    end.is_done();

    assert_eq!(end.secret(), story.secret_that_was_made(), "the file holds the secret, and only it");
    assert_eq!(mode(&end.secret_file), 0o600);
    assert_eq!(story.journals().len(), 1);
    assert_eq!(mode(&story.journals()[0]), 0o600);
    secrets::are_kept(&story, &end);
}

#[test]
fn the_journal_is_the_run() {
    let story = Story::of("happy");
    let end = story.apply(&[]);
    end.is_done();

    let journal = std::fs::read_to_string(&story.journals()[0]).expect("a journal");
    let said: Vec<&str> = end.out.lines().collect();
    assert!(journal.lines().all(|line| said.contains(&line)), "what is kept was said");
    let kept = |event: &str| journal.lines().filter(|line| line.contains(event)).count();
    assert_eq!(kept(r#""event":"run_started""#), 1);
    assert_eq!(kept(r#""event":"run_ended""#), 1);
    assert_eq!(kept(r#""writes":true"#), story.writes().len(), "every write was announced, and nothing else");
}

#[test]
fn a_person_reads_the_same_without_a_secret() {
    let story = Story::of("happy");
    let secret = story.path("secret");
    let end = story.run(&["apply", "--answers", story.answers(), "--yes", "--secret-out", text(&secret)]);
    end.exits(0);
    assert_eq!(end.err, format!("crosspull: the secret is in {}, readable by you alone\n", secret.display()), "{end}");

    story.is_done("AcrPull");
    assert!(
        end.out.contains(
            "aks-shop pulls shop/web:1.4 from registryb: proved from here, and from the cluster on node aks-"
        ),
        "{end}"
    );
    assert!(end.out.contains(&format!("Receipt: {}", story.journals()[0].display())), "{end}");
    for says in
        ["aks-shop has the secret.", "The secret ends on ", &format!("Back with crosspull undo {} :", story.run_id())]
    {
        assert!(end.out.contains(says), "{says} is not said\n{end}");
    }
    assert!(end.out.contains("  removed  way back's key id"), "{end}");
    let world = story.world();
    for id in [&world.app()["appId"], &world.role()["id"]] {
        assert!(end.out.contains(id.as_str().expect("an id")), "{id} is not told\n{end}");
    }
    secrets::are_kept(&story, &end);
}

#[test]
fn a_second_run_finds_what_is_there() {
    let story = Story::of("happy");
    story.apply(&[]).is_done();
    let (first, written) = (story.world(), story.writes());

    let again = story.apply(&[]);
    again.exits(0).verdict("done");
    assert_eq!(again.err, "crosspull: no secret was made, so none was saved.\n");

    story.is_done("AcrPull");
    story.world().is_as(&first);
    let more: Vec<String> = story.writes().split_off(written.len());
    assert!(more.iter().all(|write| write.contains("/pods")), "the second run wrote nothing but its pod: {more:?}");
    for step in ["create-app", "create-principal", "add-secret", "provision", "grant-role", "reset-cluster"] {
        assert_eq!(again.outcome(step), "found", "{step}");
    }
    assert_eq!((again.outcome("prove-pull"), again.outcome("prove-inside")), ("skipped", "proved"));
    assert!(!again.secret_file.exists(), "no secret was made, so none is saved");
}

#[test]
fn the_plan_alone_writes_nothing() {
    let story = Story::of("happy");
    let end = story.plan(&[]);
    end.is_done();

    assert_eq!(end.events("planned").count(), 1, "\n{end}");
    assert_eq!(end.findings("stop").count(), 0, "\n{end}");
    story.wrote_nothing();
}

#[test]
fn the_operators_secrets_may_be_in_files() {
    let mut story = Story::of("happy");
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let file = story.path(&format!("secret-of-{side}"));
        std::fs::write(&file, format!("{}\n", story.sim.operator(tenant).client_secret.reveal())).expect("written");
        let name = format!("CROSSPULL_{side}_CLIENT_SECRET");
        story = story.without(&name).with(&format!("{name}_FILE"), text(&file));
    }
    story.plan(&[]).exits(0);
    story.wrote_nothing();
}
