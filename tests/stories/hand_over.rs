//! Tenant B belongs to somebody else: they get a page, and nobody signs in there.

use crosspull_support::{End, Story, text};
use serde_json::Value;

/// AcrPull (`docs/facts/azure.md` 3.6).
const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";

/// Returns a story whose operator has nothing of tenant B but the registry's login server.
fn of_others(scenario: &str) -> Story {
    Story::of(scenario).without("CROSSPULL_B_CLIENT_ID").without("CROSSPULL_B_CLIENT_SECRET")
}

fn flags(story: &Story) -> [String; 4] {
    ["--sign-in-b", "none", "--registry", &story.ready.login_server].map(str::to_owned)
}

fn apply(story: &Story, more: &[&str], watch: impl FnMut(&Value, u32)) -> End {
    let flags = flags(story);
    let mut all: Vec<&str> = flags.iter().map(String::as_str).collect();
    all.extend(more);
    story.apply_while(&all, watch)
}

/// Returns the app of the page that somebody was asked to follow.
fn app_of(event: &Value) -> String {
    text(&event["page"], "app").to_owned()
}

/// Asserts that nothing was asked of tenant B as anybody but the new app: its sign-in and its registry alone.
fn nobody_signed_in_to_b(end: &End) {
    for call in end.events("call_started").filter(|call| call["side"] == "b") {
        assert!(matches!(text(call, "plane"), "entra" | "registry"), "{call}");
    }
}

#[test]
fn the_clusters_present_app_is_let_in_by_somebody_else() {
    let story = of_others("happy");
    let app = text(story.begin().cluster(), "clientId").to_owned();
    let mut asked = 0;
    let end = apply(&story, &["--route", "convert-app"], |event, _| {
        if text(event, "event") == "person_needed" {
            asked += 1;
            assert_eq!(app_of(event), app, "the page names the cluster's own app");
            story.provision_by_hand(&app);
            story.grant_by_hand(&app, ACR_PULL);
        }
    });
    end.ends_well();
    assert_eq!((asked, end.outcome("hand-over"), end.outcome("prove-pull")), (1, "found", "proved"), "\n{end}");
    nobody_signed_in_to_b(&end);
    assert_eq!(story.world().cluster()["resets"], 0);
    // What tenant B did is B's to take back; the app is closed again, and no secret of the proof is left.
    story.undo(&[]);
    let (now, then) = (story.world(), story.begin());
    assert_eq!(now.secrets_of(&app), then.secrets_of(&app));
    let audience = |world: &crosspull_support::World| {
        let object = world.apps("a").find(|found| found["appId"] == app).expect("the app");
        text(object, "signInAudience").to_owned()
    };
    assert_eq!(audience(&now), audience(then));
}

#[test]
fn the_administrator_follows_the_page_and_the_run_goes_on_by_itself() {
    let story = of_others("happy");
    let (mut pages, mut granted) = (Vec::new(), false);
    let end = apply(&story, &[], |event, _| match text(event, "event") {
        "person_needed" => {
            let app = app_of(event);
            story.provision_by_hand(&app);
            pages.push(app);
        }
        // The second half only once the first was noticed.
        "waiting" if event["why"] == "the app may not pull yet" && !granted => {
            granted = true;
            story.grant_by_hand(&pages[0], ACR_PULL);
        }
        _ => {}
    });
    end.ends_well();
    assert!(end.err.contains(".tenant-b.md") && end.err.contains(".tenant-b.txt"), "\n{end}");
    story.is_done("AcrPull");
    assert_eq!(pages.len(), 1, "asked once\n{end}");
    nobody_signed_in_to_b(&end);
    assert_eq!((end.outcome("hand-over"), end.note("hand-over")), ("found", "done by tenant B"));

    let journal = &story.journals()[0];
    for form in ["tenant-b.md", "tenant-b.txt"] {
        let page = std::fs::read_to_string(journal.with_extension(form)).expect("the page");
        let tenant = story.ready.tenants.b.id;
        for line in [
            format!("az login --tenant {tenant}"),
            format!("az ad sp create --id {}", pages[0]),
            format!("az ad sp delete --id {}", pages[0]),
        ] {
            assert!(page.lines().any(|l| l.trim() == line), "{line} is not in {form}");
        }
        assert!(!page.contains(&story.secret_that_was_made()), "{form} holds the secret");
    }
}

#[test]
fn a_run_may_be_left_and_resumed_once_they_have_done_it() {
    let story = of_others("happy");
    let first = apply(&story, &["--consent-wait", "0"], |_, _| {});
    first.exits(3).verdict("waits");
    story.cluster_was_not_touched();
    let app = text(story.world().app(), "appId").to_owned();
    story.provision_by_hand(&app);
    story.grant_by_hand(&app, ACR_PULL);
    let second = story.resume(&[]);
    second.ends_well();
    story.is_done("AcrPull");
    nobody_signed_in_to_b(&second);
}

#[test]
fn the_summary_of_a_run_that_waits_names_the_file_of_the_page() {
    let story = of_others("happy");
    let flags = flags(&story);
    let mut all = vec!["apply", "--answers", story.answers(), "--yes", "--consent-wait", "0"];
    all.extend(flags.iter().map(String::as_str));
    let end = story.run(&all);
    assert_eq!(end.code, Some(3), "{end}");
    let page = story.journals()[0].with_extension("tenant-b.md");
    assert!(end.out.contains(&format!(": {}\n", page.display())), "{end}");
}

#[test]
fn undo_tells_what_is_left_to_them_until_they_have_done_it() {
    let story = of_others("happy");
    apply(&story, &["--consent-wait", "0"], |_, _| {}).exits(3);
    let app = text(story.world().app(), "appId").to_owned();
    story.provision_by_hand(&app);
    let principal = story.world().principals("b", &app)[0].to_owned();
    let left = story.undo(&[]);
    left.exits(5).verdict("left");
    assert!(text(left.trouble(), "now").ends_with(&format!("az ad sp delete --id {app}")), "\n{left}");
    story.remove_from_b(&principal);
    story.undo(&[]).exits(0);
    story.is_taken_back();
}

#[test]
fn a_registry_is_named_by_what_can_be_known_of_it() {
    let story = of_others("happy");
    let id = story.ready.registry.clone();
    let by_id = story.plan(&["--sign-in-b", "none", "--registry", &id]);
    by_id.exits(2);
    assert!(by_id.err.contains("its login server cannot be read"), "\n{by_id}");
    story.called_nothing();
}

/// A stand-in for the Azure CLI: it writes down how it is called, and answers as one whose account has two subscriptions.
#[cfg(unix)]
const AZ: &str = r#"#!/bin/sh
printf '%s|' "$@" >>"$LOG"
echo >>"$LOG"
case "$*" in
"account list "*) printf 'sub-one\nsub-two\n' ;;
"acr list --subscription $HAS_REGISTRY "*) echo /the/registry ;;
"role assignment list --role AcrPull "*) echo /the/assignment ;;
"ad sp create "*) touch "$LOG.there" ;;
"ad sp show "*) [ -e "$LOG.there" ] && echo the-principal ;;
*) ;;
esac
"#;

/// Runs the script of a page with the stand-in. Returns its exit status, what it says aside, and how az was called.
#[cfg(unix)]
fn script(story: &Story, words: &[&str], has_registry: &str) -> (Option<i32>, String, Vec<String>) {
    use std::os::unix::fs::PermissionsExt as _;
    let az = story.path("az");
    std::fs::write(&az, AZ).expect("written");
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let log = story.path("az.log");
    let _ = std::fs::remove_file(&log);
    let path = format!("{}:{}", story.folder().display(), story.variables()["PATH"]);
    let page = story.journals()[0].with_extension("tenant-b.sh");
    let mut command = std::process::Command::new("sh");
    command.arg(page).args(words).env("PATH", path).env("LOG", &log).env("HAS_REGISTRY", has_registry);
    let output = command.output().expect("a shell");
    let called = std::fs::read_to_string(&log).unwrap_or_default().lines().map(str::to_owned).collect();
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned(), called)
}

#[test]
#[cfg(unix)]
fn the_page_as_a_script_does_it_and_takes_it_back_in_the_right_order() {
    let story = of_others("happy");
    apply(&story, &["--consent-wait", "0"], |_, _| {}).exits(3);
    let app = text(story.world().app(), "appId").to_owned();
    let calls = |called: &[String]| -> Vec<String> {
        called.iter().map(|call| call.split('|').take(3).collect::<Vec<_>>().join(" ")).collect()
    };
    let (status, said, called) = script(&story, &[], "sub-two");
    assert_eq!(status, Some(0), "{said}");
    let looks = ["account list --query", "acr list --subscription", "acr list --subscription"];
    let sign_in = format!("login --tenant {}", story.ready.tenants.b.id);
    let begins = [&[sign_in.as_str()], looks.as_slice()].concat();
    let lets_in = ["ad sp show", "ad sp create", "ad sp show", "role assignment create"];
    assert_eq!(calls(&called), [begins.clone(), lets_in.to_vec()].concat());
    let last = called.last().expect("a call");
    assert!(last.contains("--role|AcrPull|--scope|/the/registry|--assignee-object-id|the-principal|"), "{last}");

    // Again: the app is there. The condition comes through the shell as it is.
    let (status, said, called) = script(&story, &["repositories"], "sub-one");
    assert_eq!(status, Some(0), "{said}");
    assert!(!called.iter().any(|call| call.starts_with("ad|sp|create")), "{called:?}");
    let last = called.last().expect("a call");
    assert!(last.contains("|--condition|((!(ActionMatches{'Microsoft.ContainerRegistry/"), "{last}");
    assert!(last.contains("StringEqualsIgnoreCase 'shop/web'"), "{last}");

    let (status, said, called) = script(&story, &["back"], "sub-two");
    assert_eq!(status, Some(0), "{said}");
    // Of the two roles the one is there.
    let (looks, takes) = ("role assignment list", "role assignment delete");
    let goes = ["ad sp show", looks, takes, looks, "ad sp delete"];
    assert_eq!(calls(&called), [begins, goes.to_vec()].concat());
    assert_eq!(called.last(), Some(&format!("ad|sp|delete|--id|{app}|")));
}

#[test]
#[cfg(unix)]
fn the_script_stops_with_a_word_where_the_registry_is_not_seen() {
    let story = of_others("happy");
    apply(&story, &["--consent-wait", "0"], |_, _| {}).exits(3);
    for words in [&[][..], &["back"]] {
        let (status, said, called) = script(&story, words, "sub-three");
        assert_ne!(status, Some(0));
        assert!(said.contains("is in no subscription that this account sees"), "{said}");
        assert!(!called.iter().any(|call| call.starts_with("role|") || call.starts_with("ad|")), "{called:?}");
    }
    let (status, said, called) = script(&story, &["undo"], "sub-two");
    assert_eq!((status, called.len()), (Some(2), 0), "{said}");
}
