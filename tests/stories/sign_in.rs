//! Every way to sign in, for A and for B, alone and combined.

use crosspull_sim::Tenant;
use crosspull_support::{End, Story, path_text, text};

use crate::secrets;

const WAYS: [&str; 2] = ["--sign-in-a", "--sign-in-b"];

/// Returns a story whose operators are no service principals.
pub fn of_persons(scenarios: &[&str]) -> Story {
    without_apps(Story::of_all(scenarios))
}

/// Moves the operator of a story to the machine whose identity the cloud knows.
pub fn on_the_machine(story: Story) -> Story {
    let host = story.sim.metadata_host().to_owned();
    story.with("AZURE_POD_IDENTITY_AUTHORITY_HOST", &host)
}

/// Takes the service principals of the operators out of a story.
pub fn without_apps(story: Story) -> Story {
    let names =
        ["CROSSPULL_A_CLIENT_ID", "CROSSPULL_A_CLIENT_SECRET", "CROSSPULL_B_CLIENT_ID", "CROSSPULL_B_CLIENT_SECRET"];
    names.into_iter().fold(story, Story::without)
}

/// Returns the account that a check tells for a side, and what else the check tells of the tenant.
fn who<'a>(end: &'a End, side: &str) -> &'a str {
    let of_side = |finding: &&serde_json::Value| finding["check"]["sign_in"] == side;
    text(end.findings("pass").find(of_side).unwrap_or_else(|| panic!("nobody signed in to {side}\n{end}")), "text")
}

/// The run is done, and no token or code is told anywhere but what a person is shown.
fn is_done(story: &Story, end: &End) {
    end.ends_well();
    story.is_done("AcrPull");
    secrets::are_kept_so_far(story, end);
}

/// A person who reads what is asked aside and does it: enters codes as the operator of that tenant, opens pages.
pub struct Person<'a> {
    story: &'a Story,
    tenant: Tenant,
    pub codes: usize,
    pages: usize,
}

impl<'a> Person<'a> {
    pub const fn of(story: &'a Story) -> Self {
        Self { story, tenant: Tenant::A, codes: 0, pages: 0 }
    }

    pub fn reads(&mut self, line: &str) {
        if line.starts_with("To sign in to tenant") {
            self.tenant = if line.contains("tenant A") { Tenant::A } else { Tenant::B };
        }
        let account = self.story.sim.account(self.tenant);
        let word = line.trim();
        if self.story.sim.device_codes().iter().any(|code| code == word) {
            self.codes += 1;
            // A policy may refuse it, which the program is to hear of.
            let _ = self.story.sim.approve_device(word, account);
        } else if word.contains("/oauth2/v2.0/authorize?") {
            self.pages += 1;
            let said = self.story.sign_in_by_browser(word, account);
            assert!(said.contains("You are signed in"), "{said}");
        }
    }
}

#[test]
fn persons_sign_in_to_both_tenants_by_device_code() {
    let story = of_persons(&["happy"]);
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "device-code", WAYS[1], "device-code"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!((person.codes, person.pages), (2, 0), "one sign-in for each tenant\n{end}");
    assert!(who(&end, "a").contains(story.sim.account(Tenant::A)), "\n{end}");
    assert!(who(&end, "b").contains(story.sim.account(Tenant::B)), "\n{end}");
}

#[test]
fn persons_sign_in_to_both_tenants_by_browser() {
    let story = of_persons(&["happy"]);
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "browser", WAYS[1], "browser"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!((person.codes, person.pages), (0, 2), "\n{end}");
}

#[test]
fn over_ssh_the_line_for_the_tunnel_is_told() {
    let story = of_persons(&["happy"]).with("SSH_CONNECTION", "10.0.0.9 51000 10.0.0.1 22").with("USER", "ops");
    let mut person = Person::of(&story);
    let end = story.apply_with_somebody(&[WAYS[0], "browser", WAYS[1], "device-code"], |line| person.reads(line));
    is_done(&story, &end);
    assert!(end.err.lines().any(|l| l.trim().starts_with("ssh -N -L ") && l.ends_with(" ops@10.0.0.1")), "\n{end}");
    assert_eq!((person.codes, person.pages), (1, 1), "\n{end}");
}

#[test]
fn where_device_codes_are_blocked_the_browser_is_tried_and_the_reason_told() {
    let blocks = [
        ("device-code-blocked", "Conditional Access", "https://login.microsoftonline.com/error?code=53003"),
        ("security-defaults", "security defaults", "https://login.microsoftonline.com/error?code=530035"),
    ];
    for (scenario, reason, page) in blocks {
        let story = of_persons(&[scenario]);
        let mut person = Person::of(&story);
        let flags = [WAYS[0], "device-code", WAYS[1], "device-code"];
        let end = story.apply_with_somebody(&flags, |line| person.reads(line));
        is_done(&story, &end);
        assert_eq!(person.pages, 2, "\n{end}");
        assert!(end.err.contains("sign-in by device-code did not work; trying browser"), "\n{end}");
        assert!(end.err.contains(reason) && end.err.contains(page), "\n{end}");
    }
}

#[test]
fn where_every_way_is_blocked_the_other_one_is_tried_and_the_reason_told_twice() {
    let story = of_persons(&["conditional-access"]);
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "device-code", WAYS[1], "device-code"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    end.exits(4).verdict("stopped").finds("stop", "a Conditional Access policy of the tenant blocks", "another way");
    assert!(end.err.contains("Tenant B: sign-in by device-code did not work; trying browser"), "\n{end}");
    assert_eq!(person.pages, 1, "B's browser\n{end}");
    story.world().is_as(story.begin());
}

#[test]
fn where_nobody_knows_the_tenant_no_other_way_is_tried() {
    let story = of_persons(&["happy"]);
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "device-code", WAYS[1], "device-code", "--tenant-b", "fabrikan.example"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    end.exits(4).verdict("stopped").finds("stop", "there is no such tenant", "Check the tenant");
    assert!(!end.err.contains("trying browser"), "\n{end}");
    assert_eq!(person.pages, 0, "\n{end}");
}

#[test]
fn a_code_that_is_declined_stops_with_the_reason() {
    let story = of_persons(&["happy"]);
    let end = story.apply_with_somebody(&[WAYS[0], "device-code", WAYS[1], "device-code"], |line| {
        if story.sim.device_codes().iter().any(|code| code == line.trim()) {
            story.sim.decline_device(line.trim()).expect("the code is known");
        }
    });
    end.exits(4).verdict("stopped").finds("stop", "declined in the browser", "Sign in again");
    assert_eq!(end.err.matches("enter this code").count(), 2, "each tenant asks once\n{end}");
    assert_eq!(story.writes(), Vec::<String>::new());
}

#[test]
fn an_account_of_the_other_tenant_is_not_taken() {
    let story = of_persons(&["happy"]);
    let end = story.apply_with_somebody(&[WAYS[0], "device-code", WAYS[1], "device-code"], |line| {
        if story.sim.device_codes().iter().any(|code| code == line.trim()) {
            // The account of B in A's place.
            let refused = story.sim.approve_device(line.trim(), story.sim.account(Tenant::B));
            if refused.is_err() {
                story.sim.decline_device(line.trim()).expect("the code is known");
            }
        }
    });
    end.exits(4).verdict("stopped");
    assert_eq!(story.writes(), Vec::<String>::new());
}

#[test]
fn a_stronger_sign_in_is_asked_for_in_the_middle_and_the_run_goes_on() {
    for way in ["device-code", "browser"] {
        let story = of_persons(&["step-up"]);
        let mut person = Person::of(&story);
        let end = story.apply_with_somebody(&[WAYS[0], way, WAYS[1], way], |line| person.reads(line));
        is_done(&story, &end);
        assert!(person.codes + person.pages > 2, "asked again\n{end}");
    }
}

#[test]
fn a_stronger_sign_in_may_be_asked_for_by_the_very_first_question() {
    let story = Story::told(&["happy"], "name = \"mine\"\nsays = \"mine\"\n[world.policies_a]\nstep_up = \"all\"");
    let story = without_apps(story);
    let mut person = Person::of(&story);
    let end = story.apply_with_somebody(&[WAYS[0], "device-code", WAYS[1], "device-code"], |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!(person.codes, 3, "twice for A\n{end}");
}

#[test]
fn tokens_of_persons_that_expire_midway_are_renewed_without_them() {
    let story = of_persons(&["token-expires-midway"]);
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "device-code", WAYS[1], "device-code"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!(person.codes, 2, "\n{end}");
}

#[test]
fn certificates_prove_both_service_principals() {
    let mut story = Story::of("happy");
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let file = story.path(&format!("operator-{side}.pem"));
        std::fs::write(&file, story.sim.certificate_pem(tenant)).expect("written");
        let name = format!("CROSSPULL_{side}_CLIENT_CERTIFICATE_FILE");
        story = story.without(&format!("CROSSPULL_{side}_CLIENT_SECRET")).with(&name, path_text(&file));
    }
    let end = story.apply(&[]);
    is_done(&story, &end);
}

/// Writes the federated token of a tenant's operator in a file.
pub fn token_file(story: &Story, tenant: Tenant) -> String {
    let file = story.path(&format!("token-{tenant:?}"));
    std::fs::write(&file, story.sim.federated_token(tenant).reveal()).expect("written");
    path_text(&file).to_owned()
}

#[test]
fn tokens_of_another_issuer_prove_both_service_principals() {
    let mut story = Story::of("happy");
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let file = token_file(&story, tenant);
        let name = format!("CROSSPULL_{side}_FEDERATED_TOKEN_FILE");
        story = story.without(&format!("CROSSPULL_{side}_CLIENT_SECRET")).with(&name, &file);
    }
    let end = story.apply(&[]);
    is_done(&story, &end);
}

#[test]
fn a_pod_with_a_workload_identity_signs_in_to_both_tenants() {
    let mut story = Story::of("happy");
    for (side, tenant) in [("A", Tenant::A), ("B", Tenant::B)] {
        let file = token_file(&story, tenant);
        // Who writes it by hand leaves a line break at its end.
        let token = std::fs::read_to_string(&file).expect("the token");
        std::fs::write(&file, format!("{token}\n")).expect("written");
        story = story
            .without(&format!("CROSSPULL_{side}_CLIENT_SECRET"))
            .with(&format!("CROSSPULL_{side}_FEDERATED_TOKEN_FILE"), &file);
    }
    let end = story.apply(&[WAYS[0], "workload-identity", WAYS[1], "workload-identity"]);
    is_done(&story, &end);
}

#[test]
fn the_machines_identity_signs_in_to_a_and_a_person_to_b() {
    let story = on_the_machine(of_persons(&["happy"]));
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "managed-identity", WAYS[1], "device-code"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!((person.codes, person.pages), (1, 0), "\n{end}");
}

#[test]
fn a_machine_of_tenant_b_signs_in_there_and_a_person_to_a() {
    let own = "name = \"mine\"\nsays = \"mine\"\n[world]\nmachine_in_b = true";
    let story = on_the_machine(without_apps(Story::told(&["happy"], own)));
    let mut person = Person::of(&story);
    let flags = [WAYS[0], "browser", WAYS[1], "managed-identity"];
    let end = story.apply_with_somebody(&flags, |line| person.reads(line));
    is_done(&story, &end);
    assert_eq!((person.codes, person.pages), (0, 1), "\n{end}");
}

#[test]
fn the_machines_identity_of_another_tenant_is_told_from_the_one_that_was_named() {
    let story = on_the_machine(of_persons(&["happy"]));
    // The machine is of tenant A.
    let end = story.plan(&[WAYS[0], "managed-identity", WAYS[1], "managed-identity"]);
    end.is_stopped_by("you are signed in to tenant", "name the tenant that you are signed in to");
}

#[test]
fn without_a_machines_token_service_the_way_out_is_told() {
    // Nothing listens at port 1 of this machine.
    let story = of_persons(&["happy"]).with("AZURE_POD_IDENTITY_AUTHORITY_HOST", "http://127.0.0.1:1");
    let end = story.plan(&[WAYS[0], "managed-identity", WAYS[1], "managed-identity"]);
    end.is_stopped_by("no token service of a managed identity answers", "give another --sign-in-a");
}
