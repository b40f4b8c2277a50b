//! A registry's firewall: the address that it saw is told, in the checks and at the proof, with what lets it in.

use crosspull_support::{Story, text};

/// Returns the cloud of a registry whose firewall saw that address, as its words have it, and whose cluster cannot prove
/// the pull in its place.
fn kept_out(words: &str) -> Story {
    let own = format!(
        "name = 'own'\nsays = 'own'\n[world.cluster]\nkubernetes = 'private'\n[[fault]]\non = 'registry GET /v2/'\n\
         nth = 'every'\ndo = 'status'\ncode = 403\nerror = 'DENIED'\nmessage = \"\"\"{words}\"\"\""
    );
    Story::told(&["happy"], &own)
}

fn of(address: &str) -> String {
    format!("client with IP {address} is not allowed access. Refer https://aka.ms/acr/firewall to grant access.")
}

#[test]
fn the_address_that_it_saw_is_told_by_check_and_proof_with_the_command_that_lets_it_in() {
    for marked in ["'203.0.113.7'", "\"203.0.113.7\"", "203.0.113.7"] {
        let story = kept_out(&of(marked));
        let end = story.apply(&[]);
        let cause = "registryb's firewall does not let this machine in, which it sees as 203.0.113.7";
        let cure = "Allow 203.0.113.7 under registryb's Networking, signed in to its tenant: az acr network-rule add \
                    --resource-group rg-registry --name registryb --subscription ";
        end.finds("warn", cause, cure).finds("warn", cause, "nodes come from another address");
        let finding = end.findings("warn").find(|f| text(f, "text") == cause).expect("the finding");
        assert_eq!(text(&finding["refusal"], "code"), "DENIED", "the registry's own words go along\n{end}");
        end.fails_with(cause, cure).fails_with("The credential itself was not judged.", " --ip-address 203.0.113.7");
        story.cluster_was_not_touched();
    }
}

#[test]
fn an_address_that_no_rule_can_name_comes_without_a_command() {
    for marked in ["'2001:db8::7'", "2001:DB8::7"] {
        let end = kept_out(&of(marked)).plan(&[]);
        end.finds("warn", "which it sees as 2001:db8::7", "they take IPv4 alone");
        assert!(!end.out.contains("network-rule add"), "\n{end}");
    }
}

#[test]
fn a_no_of_the_registry_that_names_no_address_is_not_its_firewalls() {
    let end = kept_out("requested access to the resource is denied").plan(&[]);
    end.finds("warn", "does not answer from here: the registry denies access to this", "Check the role");
    assert!(!end.out.contains("firewall does not"), "\n{end}");
}

#[test]
fn a_registry_whose_public_access_is_off_is_told_without_a_rule_that_could_not_help() {
    let end = Story::of("firewalled-registry").plan(&[]);
    end.finds("warn", "registryb's firewall does not let this machine in", "registryb's public access is off");
    assert!(!end.out.contains("network-rule add"), "\n{end}");
}
