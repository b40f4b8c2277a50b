//! Going back is as careful as going.

use crosspull_sim::Tenant;
use crosspull_support::{AT_ONCE, Story, path_text, text};

/// Returns the object id of the former principal.
fn former(story: &Story) -> String {
    let app = text(story.begin().cluster(), "clientId").to_owned();
    story.begin().principals("a", &app)[0].to_owned()
}

#[test]
fn roles_that_the_former_principal_lost_are_given_back_first() {
    let story = Story::of("old-roles-to-copy");
    story.apply(&[]).is_done();
    let principal = former(&story);
    let lost: Vec<String> = story.world().roles(&principal).iter().map(|r| text(r, "id").to_owned()).collect();
    assert_eq!(lost.len(), 4);
    lost.iter().for_each(|role| story.remove_role_by_hand(Tenant::A, role));
    let end = story.undo(&[]);
    end.ends_well();
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], story.begin().cluster()["clientId"]);
    assert_eq!(world.held(&principal), story.begin().held(&principal), "it has again what it had");
    let note = end.events("step_ended").find(|e| e["step"] == 9).map(|e| e["note"].to_string()).unwrap_or_default();
    assert!(note.contains("had lost and was given"), "{note}");
}

#[test]
fn a_cluster_is_not_given_to_a_principal_that_lacks_what_it_had() {
    let refused = "name = 'refused'\nsays = 'roles cannot be given any more'\n[[fault]]\n\
                   on = 'arm PUT /**/providers/Microsoft.Authorization/roleAssignments/{id}'\nnth = [6, 7, 8, 9, 10, 11, 12]\n\
                   do = 'status'\ncode = 403\nerror = 'AuthorizationFailed'";
    let story = Story::told(&["old-roles-to-copy"], refused);
    story.apply(&[]).is_done();
    let principal = former(&story);
    let role = story.world().roles(&principal)[0]["id"].as_str().expect("an id").to_owned();
    story.remove_role_by_hand(Tenant::A, &role);
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "why").contains("has lost"), "\n{end}");
    assert!(text(end.trouble(), "now").contains(&principal), "\n{end}");
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], world.app()["appId"], "the cluster keeps what works");
    assert_eq!(world.cluster()["resets"], 1);
    world.cluster_is_whole(story.begin());
}

/// A fault after which nobody may add a secret to the former app any more, from the second one on.
const EXPIRED: &str = "[[fault]]\non = 'graph POST /applications/{id}/addPassword'\nnth = [3, 4, 5, 6, 7, 8, 9, 10]\ndo = 'status'\n\
                       code = 403\nerror = 'Authorization_RequestDenied'";

#[test]
fn a_way_back_that_was_saved_needs_no_right_any_more() {
    let story = Story::told(&[], &format!("{AT_ONCE}{EXPIRED}"));
    let file = story.path("way-back");
    story.apply(&["--way-back-out", path_text(&file)]).is_done();
    story.world().way_back_is_kept(story.begin());
    let mode = std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&file).expect("a file"));
    assert_eq!(mode & 0o777, 0o600);
    let saved = std::fs::read_to_string(&file).expect("the secret");
    assert!(!saved.is_empty() && !saved.contains('\n'));
    let app = text(story.begin().cluster(), "clientId").to_owned();
    let ends: Vec<String> =
        story.world().ends_of_secrets(&app).into_iter().map(|(_, end)| end[..10].to_owned()).collect();
    assert!(ends.iter().all(|end| *end == ends[0]), "it lives as long as the one before: {ends:?}");
    let end = story.run(&["undo", &story.run_id(), "--yes"]);
    end.exits(0);
    for part in [
        "stays: the cluster was given back with it",
        "aks-shop has the secret of its former app that was kept for this.",
    ] {
        assert!(end.out.contains(part), "no {part:?} in {end}");
    }
    let world = story.world();
    assert_eq!(world.cluster()["clientId"], story.begin().cluster()["clientId"]);
    assert_eq!(world.secrets_of(&app).len(), 2, "the one before, and the saved one");
    assert_eq!(world.pulls().len(), 3);
    for journal in story.journals() {
        assert!(!std::fs::read_to_string(journal).expect("a journal").contains(&saved), "no journal holds it");
    }
}

#[test]
fn a_way_back_that_nobody_saves_says_what_it_proved_and_goes() {
    let story = Story::told(&[], &format!("{AT_ONCE}{EXPIRED}"));
    let end = story.apply(&[]);
    end.is_done();
    assert!(end.note("keep-way-back").contains("you may add a secret to the former app"), "\n{end}");
    assert_eq!(end.outcome("remove-secret"), "changed", "\n{end}");
    let app = text(story.begin().cluster(), "clientId").to_owned();
    assert_eq!(story.world().secrets_of(&app), story.begin().secrets_of(&app));
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    assert!(text(end.trouble(), "now").contains("az ad app credential reset --append"), "\n{end}");
    story.world().cluster_is_whole(story.begin());
}

#[test]
fn the_secret_that_gives_the_cluster_back_lives_as_long_as_the_one_before() {
    let own = "name = 'ends'\nsays = 'its secret ends in 40 days'\n[world.cluster]\nsecret_ends_in_days = 40";
    let story = Story::told(&[], own);
    story.apply(&[]).is_done();
    story.undo(&[]).ends_well();
    let world = story.world();
    let app = text(world.cluster(), "clientId").to_owned();
    let before: Vec<String> = story.begin().secrets_of(&app).into_iter().map(str::to_owned).collect();
    let ends = world.ends_of_secrets(&app);
    let (old, new): (Vec<_>, Vec<_>) = ends.into_iter().partition(|(key, _)| before.contains(key));
    assert_eq!(new.len(), 1);
    assert_eq!(
        new[0].1.get(..10),
        old.iter().map(|(_, end)| end.as_str()).max().and_then(|end| end.get(..10)),
        "the same day"
    );
}
