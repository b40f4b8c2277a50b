//! Role assignments that somebody made before the run, with conditions of their own: what is understood is added to and
//! taken from, and nothing else is touched.

use crosspull_support::{Story, text};
use uuid::Uuid;

/// Container Registry Repository Reader (`docs/facts/azure.md` 3.6).
const READER: &str = "b93aa761-3e63-49ed-ac28-beffa264f7ac";
/// The name that the assignment has which somebody made.
const BY_HAND: Uuid = Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_00aa);
const NAME: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";

/// Returns a condition in the layout of the portal's editor.
fn portal(comparison: &str) -> String {
    format!(
        "(\n (\n  !(ActionMatches{{'Microsoft.ContainerRegistry/registries/repositories/content/read'}})\n  AND\n  \
         !(ActionMatches{{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'}})\n )\n OR \n (\n  \
         {comparison}\n )\n)"
    )
}

/// Returns a registry with roles on repositories, on which somebody gave the run's app a role before the run could.
fn given_by_hand(condition: &str) -> (Story, Theirs) {
    let story = Story::of("abac-registry");
    story.apply(&["--consent", "url", "--consent-wait", "0"]).exits(3);
    let app = text(story.world().app(), "appId").to_owned();
    story.provision_by_hand(&app);
    story.assign_by_hand(BY_HAND, &app, READER, Some(condition));
    let principal = story.world().principals("b", &app)[0].to_owned();
    (story, Theirs { app, principal })
}

/// The app, and its service principal in B, which has the assignment that somebody made.
struct Theirs {
    app: String,
    principal: String,
}

impl Theirs {
    /// Returns the conditions of the roles that the service principal has; an assignment may outlive it.
    fn conditions(&self, story: &Story) -> Vec<String> {
        story.world().roles(&self.principal).into_iter().map(|role| text(role, "condition").to_owned()).collect()
    }
}

/// Undo leaves the service principal in B, since somebody else gave it a role, and says so.
fn is_taken_back_but_for_theirs(story: &Story) {
    let end = story.undo(&[]);
    end.exits(5).verdict("left");
    let trouble = end.trouble();
    assert_eq!(trouble["what"], "The app's service principal in tenant B was not deleted.", "\n{end}");
    assert!(trouble["why"].to_string().contains("the role assignment /subscriptions/"), "\n{end}");
    assert!(trouble["now"].to_string().contains("az ad sp delete --id "), "\n{end}");
}

#[test]
fn one_in_the_portals_layout_is_added_to_and_taken_from() {
    let written = portal(&format!("{NAME} StringEqualsIgnoreCase 'shop/api'"));
    let (story, theirs) = given_by_hand(&written);
    story.resume(&[]).ends_well();
    let both = format!("{NAME} StringEqualsIgnoreCase 'shop/api' OR {NAME} StringEqualsIgnoreCase 'shop/web'");
    assert_eq!(theirs.conditions(&story), [portal(&both)], "the one assignment lets in both, in its own layout");
    assert_eq!(story.world().cluster()["clientId"], *theirs.app);
    assert_eq!(story.world().pulls(), ["Pulled"; 3]);

    is_taken_back_but_for_theirs(&story);
    assert_eq!(theirs.conditions(&story), [written], "it is what it was");
}

#[test]
fn what_somebody_added_meanwhile_stays_when_the_run_is_taken_back() {
    let (story, theirs) = given_by_hand(&portal(&format!("{NAME} StringEquals 'shop/api'")));
    story.resume(&[]).ends_well();
    let all = format!("{NAME} ForAnyOfAnyValues:StringEquals {{'shop/api', 'shop/web', 'tools/base'}}");
    story.assign_by_hand(BY_HAND, &theirs.app, READER, Some(&portal(&all)));
    is_taken_back_but_for_theirs(&story);
    let [left] = theirs.conditions(&story).try_into().expect("one assignment");
    let names: Vec<&str> = left.split(NAME).skip(1).filter_map(|rest| rest.split('\'').nth(1)).collect();
    assert_eq!(names, ["shop/api", "tools/base"], "{left}");
}

#[test]
fn one_that_is_not_understood_stops_the_run_and_is_left() {
    let written = portal(&format!("{NAME} StringStartsWith 'tools/'"));
    let (story, theirs) = given_by_hand(&written);
    let end = story.resume(&[]);
    end.exits(1).verdict("failed");
    let trouble = end.trouble();
    let why =
        format!("roleAssignments/{BY_HAND} has a condition that crosspull does not understand; it is left as it is.");
    assert!(text(trouble, "why").ends_with(&why), "\n{end}");
    let now =
        "Add shop/web to its condition in the portal, or remove that assignment; then go on with crosspull resume.";
    assert_eq!(text(trouble, "now"), now, "\n{end}");
    assert_eq!(theirs.conditions(&story), [written]);
    story.cluster_was_not_touched();

    // A person does what was said, and the run goes on.
    let more = portal(&format!("{NAME} StringStartsWith 'tools/' OR {NAME} StringEquals 'shop/web'"));
    story.assign_by_hand(BY_HAND, &theirs.app, READER, Some(&more));
    story.resume(&[]).ends_well();
    assert_eq!(theirs.conditions(&story), std::slice::from_ref(&more));
    assert_eq!(story.world().pulls(), ["Pulled"; 3]);
    is_taken_back_but_for_theirs(&story);
    assert_eq!(theirs.conditions(&story), [more], "it was found, so it stays");
}
