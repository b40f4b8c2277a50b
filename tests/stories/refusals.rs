//! Writes that a service refuses, and the sentences that the operator reads then: the code's own meaning, never a sentence
//! about the place that the code does not bear out, and a next command that says what it waits for.

use crosspull_support::{AT_ONCE, Story};

/// A refusal, and what is read of it.
struct Refused {
    /// The call, as a scenario names it.
    on: &'static str,
    status: u16,
    code: &'static str,
    message: &'static str,
    /// The beginning of what happened.
    what: &'static str,
    /// Parts of the reason and of the cure.
    why: &'static str,
    now: &'static str,
}

const ASSIGN: &str = "arm PUT /**/registries/{r}/providers/Microsoft.Authorization/roleAssignments/{n}";
const RESET: &str = "arm POST /**/resetServicePrincipalProfile";

const REFUSED: [Refused; 11] = [
    Refused {
        on: ASSIGN,
        status: 403,
        code: "RequestDisallowedByPolicy",
        message: "Resource 'x' was disallowed by policy.",
        what: "AcrPull on ",
        why: "An Azure Policy forbids it there",
        now: "the policy that the service's words name",
    },
    Refused {
        on: ASSIGN,
        status: 400,
        code: "RoleAssignmentLimitExceeded",
        message: "The role assignment limit for subscription reached.",
        what: "AcrPull on ",
        why: "as many role assignments as it may",
        now: "Remove some there",
    },
    Refused {
        on: ASSIGN,
        status: 403,
        code: "DenyAssignmentAuthorizationFailed",
        message: "however, the access is denied because of the deny assignment with name 'lockdown'",
        what: "AcrPull on ",
        why: "A deny assignment forbids it",
        now: "No role helps",
    },
    Refused {
        on: ASSIGN,
        status: 403,
        code: "AuthorizationFailed",
        message: "does not have authorization. The request was denied because an ABAC condition that is not fulfilled.",
        what: "AcrPull on ",
        why: "limited by a condition",
        now: "Ask an owner of the place for this role assignment",
    },
    Refused {
        on: RESET,
        status: 409,
        code: "ScopeLocked",
        message: "following scope(s) are locked",
        what: "aks-shop was not reset.",
        why: "A lock on the resource, its group or its subscription",
        now: "Remove the lock",
    },
    Refused {
        on: RESET,
        status: 409,
        code: "ReadOnlyDisabledSubscription",
        message: "is disabled and therefore marked as read only",
        what: "aks-shop was not reset.",
        why: "The subscription is disabled",
        now: "Have it enabled",
    },
    Refused {
        on: "graph POST /applications",
        status: 400,
        code: "SignInAudienceNotAllowedAsPerAppPolicy",
        message: "is not allowed as per assigned policy",
        what: "The app was not created.",
        why: "The tenant forbids multi-tenant apps",
        now: "for an exception",
    },
    Refused {
        on: "graph POST /applications",
        status: 403,
        code: "Directory_QuotaExceeded",
        message: "The directory object quota limit for the Principal has been exceeded.",
        what: "The app was not created.",
        why: "as many objects in the directory as it may",
        now: "Delete some of its own for good",
    },
    Refused {
        on: "graph POST /applications/{id}/addPassword",
        status: 400,
        code: "CredentialTypeNotAllowedAsPerAppPolicy",
        message: "Credential type not allowed as per assigned policy",
        what: "The client secret was not added.",
        why: "forbids its apps this kind of credential",
        now: "a route without a secret",
    },
    Refused {
        on: "graph POST /applications/{id}/addPassword",
        status: 403,
        code: "Directory_ResourceSizeExceeded",
        message: "The size of the object has exceeded its limit.",
        what: "The client secret was not added.",
        why: "The app is full",
        now: "Remove secrets of the app that have expired",
    },
    // What no table knows is said as that.
    Refused {
        on: "graph POST /applications",
        status: 403,
        code: "SomethingNew",
        message: "Words that nobody has seen.",
        what: "The app was not created.",
        why: "The service gives no reason that crosspull knows.",
        now: "Read the service's own words below.",
    },
];

fn scenario(refused: &Refused, act: &str) -> String {
    let Refused { on, status, code, message, .. } = refused;
    format!(
        "name = 'r'\nsays = 'r'\n[[fault]]\non = \"{on}\"\nnth = 'every'\ndo = '{act}'\ncode = {status}\n\
         error = \"{code}\"\nmessage = \"{message}\""
    )
}

#[test]
fn each_refusal_is_told_by_its_own_meaning() {
    for refused in &REFUSED {
        let story = Story::told(&[], &scenario(refused, "status"));
        let end = story.apply(&[]);
        end.exits(1);
        let told = |part: &str| end.trouble()[part].as_str().unwrap_or_default().to_owned();
        for (part, expected) in [("what", refused.what), ("why", refused.why), ("now", refused.now)] {
            assert!(told(part).contains(expected), "{}: {part}: {}\n{end}", refused.code, told(part));
        }
        assert_eq!(end.trouble()["refusal"]["code"], refused.code);
        let world = story.world();
        assert_eq!(world.cluster()["resets"], 0, "{}", refused.code);
    }
}

#[test]
fn a_refusal_that_lasts_says_what_the_next_command_waits_for() {
    let locked = REFUSED.iter().find(|refused| refused.code == "ScopeLocked").expect("a row");
    let story = Story::told(&[], &scenario(locked, "status"));
    let end = story.run(&["apply", "--answers", story.answers(), "--yes"]);
    assert!(end.out.contains("\nOnce that is mended: crosspull resume "), "{end}");
    assert!(!end.out.contains("\nNext: "), "{end}");
}

#[test]
fn an_operation_that_fails_is_told_by_the_meaning_of_its_code() {
    let own = format!(
        "name = 'r'\nsays = 'r'\n[[fault]]\non = '{RESET}'\nnth = 1\ndo = 'fail_operation'\nerror = 'SubnetIsFull'\n\
         message = 'Subnet aks-subnet does not have enough capacity for 31 IP addresses.'"
    );
    let end = Story::told(&[], &own).apply(&[]);
    end.fails_with("The reset of aks-shop did not succeed.", "Free addresses in the subnet");
    assert!(end.trouble()["why"].as_str().is_some_and(|why| why.contains("no address left")), "{end}");
}

#[test]
fn a_way_back_that_a_full_app_refuses_is_told_as_that() {
    let own = "[[fault]]\non = 'graph POST /applications/{id}/addPassword'\nnth = [2, 3, 4, 5, 6]\n\
               do = 'status'\ncode = 403\nerror = 'Directory_ResourceSizeExceeded'\nmessage = 'The size of the object.'";
    let end = Story::told(&[], &format!("{AT_ONCE}{own}")).apply(&[]);
    end.is_done();
    let note = end.note("keep-way-back");
    assert!(note.contains("since the app is full") && !note.contains("you may not"), "{note}");
}

#[test]
fn an_undo_that_a_full_app_refuses_is_told_as_that() {
    let own = "[[fault]]\non = 'graph POST /applications/{id}/addPassword'\nnth = [3, 4, 5, 6, 7, 8]\n\
               do = 'status'\ncode = 403\nerror = 'Directory_ResourceSizeExceeded'\nmessage = 'The size of the object.'";
    let story = Story::told(&[], &format!("{AT_ONCE}{own}"));
    story.apply(&[]).is_done();
    let end = story.undo(&[]);
    end.exits(5);
    let trouble = end.trouble();
    for (part, said) in [("why", "The app is full"), ("now", "Remove secrets of the app that have expired")] {
        assert!(trouble[part].as_str().is_some_and(|told| told.contains(said)), "{part}: {end}");
    }
}

#[test]
fn a_lock_is_not_taken_for_a_registry_at_work() {
    let own = "name = 'l'\nsays = 'l'\n[[fault]]\non = 'arm PATCH /**/registries/{r}'\nnth = 'every'\ndo = 'status'\ncode = 409\n\
               error = 'ScopeLocked'\nmessage = 'following scope(s) are locked'";
    let end = Story::told(&["managed-identity-cluster"], own).apply(&["--route", "admin-account"]);
    end.fails_with("The admin account of registryb was not enabled.", "Remove the lock");
    assert!(!end.out.contains("the registry works on it"), "{end}");
}
