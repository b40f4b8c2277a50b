//! A tenant's policy for apps: what it forbids is seen before anything is written, where it may be read.

use crosspull_support::{Story, text};

/// A policy for apps that the operator of tenant A may read.
fn seen_policy(policy: &str) -> String {
    format!(
        "name = 'a'\nsays = 'a'\n[policy]\n{policy}\n[world.operator_a]\ngraph_roles = ['Application.ReadWrite.OwnedBy', \
         'Policy.Read.All']"
    )
}

#[test]
fn a_policy_that_forbids_the_secret_of_the_proof_stops_before_the_app_is_opened() {
    let story = Story::told(&[], &seen_policy("forbids_secrets = true"));
    for route in ["convert-app", "auto"] {
        let end = story.apply(&["--route", route]);
        end.is_stopped_by(
            "tenant A's policy for apps forbids them client secrets",
            "by --app-secret-file, so that none",
        );
        story.wrote_nothing();
    }
    let file = story.path("given.secret");
    std::fs::write(&file, "not~a~secret~of~that~app\n").expect("written");
    let end = story.apply(&["--route", "convert-app", "--app-secret-file", file.to_str().expect("UTF-8")]);
    end.is_stopped_by("the secret that you give is no secret of aks-shop's app", "");
    assert!(!end.findings("stop").any(|found| text(found, "text").contains("policy for apps")), "{end}");
}

#[test]
fn a_policy_that_lets_no_secret_live_asks_for_no_days() {
    let story = Story::told(&[], &seen_policy("max_secret_days = 0"));
    let end = story.apply(&[]);
    end.is_stopped_by("lets no client secret live a day, so none may be added", "--route repository-token");
    assert!(!end.findings("stop").any(|found| text(found, "now").contains("--secret-days")), "{end}");
    story.wrote_nothing();
}

#[test]
fn a_policy_that_was_not_seen_is_told_and_one_that_may_not_be_seen_is_left_to_the_service() {
    for (how, is_told) in [
        ("do = 'status'\ncode = 503", true),
        ("do = 'garbage'", true),
        ("do = 'wrong_types'", true),
        ("do = 'status'\ncode = 403\nerror = 'Authorization_RequestDenied'", false),
    ] {
        let own = format!(
            "{}\n[[fault]]\non = 'graph GET /policies/defaultAppManagementPolicy'\nnth = 'every'\n{how}\n",
            seen_policy("max_secret_days = 730")
        );
        let story = Story::told(&[], &own);
        for route in ["new-app", "convert-app"] {
            let end = story.plan(&["--route", route]);
            end.exits(0);
            let told = end.findings("warn").any(|found| text(found, "text").contains("policy for apps was not seen: "));
            assert_eq!(told, is_told, "{how}, {route}\n{end}");
        }
    }
}

#[test]
fn a_policy_for_apps_that_may_be_read_stops_before_anything_is_written() {
    let own = seen_policy;
    let story = Story::told(&[], &own("max_secret_days = 90"));
    let end = story.apply(&[]);
    end.is_stopped_by("lets a client secret live 90 days, and 180 are asked for", "Give --secret-days 90 ");
    story.wrote_nothing();
    story.apply(&["--secret-days", "90"]).is_done();

    let story = Story::told(&[], &own("forbids_secrets = true"));
    let end = story.apply(&[]);
    end.is_stopped_by("tenant A's policy for apps forbids them client secrets", "--route repository-token");
    story.wrote_nothing();
    // Apps that are made now are none of those that it is about.
    Story::told(&[], &own("forbids_secrets = true\nfor_apps_after_days = 30")).apply(&[]).is_done();

    // Where the policy may not be read, the service says it.
    for (policy, why) in [
        ("forbids_secrets = true", "forbids its apps this kind of credential"),
        ("forbids_multi_tenant = true", "The tenant forbids multi-tenant apps"),
    ] {
        let story = Story::told(&[], &format!("name = 'a'\nsays = 'a'\n[policy]\n{policy}"));
        let end = story.apply(&[]);
        end.exits(1);
        assert!(text(end.trouble(), "why").contains(why), "{end}");
        story.cluster_was_not_touched();
    }
}
