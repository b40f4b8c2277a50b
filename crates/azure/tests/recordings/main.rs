//! Every recorded exchange with Azure that belongs to one of our calls, read by the types and functions that the
//! program reads with. What holds for any recording is in `any.rs`; here is what is pinned of those that are known.

#[cfg(test)]
mod any;
#[cfg(test)]
mod calls;
#[cfg(test)]
mod odd;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod refusals;

use std::collections::{BTreeMap, BTreeSet};

use calls::{CALLS, place};
use crosspull_azure::refusal::{self, OauthError};
use crosspull_azure::{long_running, reply};
use recorded::{body, headers, named, pinned};
use url::Url;

#[test]
fn every_success_is_read() {
    let Some(recordings) = pinned() else { return };
    let (mut read, mut compared, mut skipped, mut others) = (BTreeMap::<&str, usize>::new(), 0, Vec::new(), 0);
    let mut failures = Vec::new();
    for recording in &recordings {
        for exchange in recording.exchanges.iter().filter(|exchange| exchange.response.status < 400) {
            let Some(call) = calls::of(exchange) else {
                others += 1;
                continue;
            };
            let at = format!("{} {} ({})", recording.scenario, exchange.n, call.name);
            if exchange.response.is_cut_off() {
                skipped.push(format!("{at}: its body was cut off when it was recorded"));
                continue;
            }
            match (call.read)(body(&recording.scenario, exchange).as_bytes()) {
                Ok(number) => {
                    *read.entry(call.name).or_default() += 1;
                    compared += number;
                }
                Err(why) => failures.push(format!("{at}: {why:?}")),
            }
        }
    }
    println!("successes read: {} {read:?}", read.values().sum::<usize>());
    println!("ids and words compared in them: {compared}; exchanges of other calls: {others}; skipped: {skipped:?}");
    assert!(failures.is_empty(), "{failures:#?}");
    // The kubeconfig of that recording was cut off, as every long text in it.
    skipped.retain(|skip| !skip.starts_with("aks_go_user_admin_credentials 60 "));
    assert!(skipped.is_empty(), "a skip is new: see that it must be, and list it here: {skipped:?}");
    // `challenge` is a 401 and has its own test.
    let wanted: BTreeSet<&str> = CALLS.iter().map(|call| call.name).filter(|name| *name != "challenge").collect();
    assert_eq!(read.keys().copied().collect::<BTreeSet<_>>(), wanted, "a call without a recorded success");
}

#[test]
fn every_refusal_is_read() {
    let Some(recordings) = pinned() else { return };
    let (mut seen, mut ours, mut others) = (BTreeMap::<usize, usize>::new(), BTreeMap::<&str, usize>::new(), 0);
    for recording in &recordings {
        for exchange in recording.exchanges.iter().filter(|exchange| exchange.response.status >= 400) {
            let body = body(&recording.scenario, exchange);
            let recorded = &exchange.response;
            let read = refusal::refused(recorded.status, &headers(&recorded.headers), body.as_bytes());
            let row = refusals::row_of(&recording.scenario, exchange, &body, &read);
            *seen.entry(row).or_default() += 1;
            match calls::of(exchange) {
                Some(call) => *ours.entry(call.name).or_default() += 1,
                None => others += 1,
            }
        }
    }
    refusals::assert_all_seen(&seen);
    println!("refusals read: {} of our calls {ours:?}, {others} of other calls", ours.values().sum::<usize>());
    for name in ["token", "openid_configuration", "app", "principals_of", "cluster", "operation", "assign_role"] {
        assert!(ours.contains_key(name), "no refusal of {name}");
    }
}

/// Those that the engine decides by, word for word: recording, code, Entra's own word, message, request id.
#[test]
fn the_refusals_that_decide_are_read_word_for_word() {
    let Some(recordings) = pinned() else { return };
    let cases = [
        (
            "entra_invalid_secret",
            "AADSTS7000215",
            Some("invalid_client"),
            "Invalid client secret provided. Ensure the secret being sent in the request is the client \
             secret value, not the client secret ID, for a secret added to app '26790ce1-d05c-4de7-ba73-51837152f0bc'.",
            Some("efa7004d-8611-4e8e-aa74-4f43ecec0600"),
        ),
        (
            "entra_unknown_tenant",
            "AADSTS90002",
            Some("invalid_tenant"),
            "Tenant 'tenant' not found. This may happen if there are no active subscriptions for the \
             tenant. Check to make sure you have the correct tenant ID. Check with your subscription administrator.",
            Some("52dd626e-7771-44eb-8c84-09b7e4cd1200"),
        ),
        (
            "graph_403_sp_lookup",
            "Authorization_RequestDenied",
            None,
            "Insufficient privileges to complete the operation.",
            Some("3ca3abb1-c654-40b2-92da-35797e532ed1"),
        ),
        (
            "ra_principal_not_found_retry_new",
            "PrincipalNotFound",
            None,
            "Principal 22d492ad32b5447dbad5e288552e8a16 does not exist in the directory \
             54826b22-38d6-4fb2-bad9-b7b93a3e9c5a. Check that you have the correct principal ID. If you are creating \
             this principal and then immediately assigning a role, this error might be related to a replication \
             delay. In this case, set the role assignment principalType property to a value, such as \
             ServicePrincipal, User, or Group. See https://aka.ms/docs-principaltype",
            None,
        ),
        ("ra_acr_exists_409", "RoleAssignmentExists", None, "The role assignment already exists.", None),
        ("arm_invalid_token_401", "InvalidAuthenticationToken", None, "The access token is invalid.", None),
        (
            "acr_login_v2",
            "UNAUTHORIZED",
            None,
            "authentication required, visit https://aka.ms/acr/authorization for more information.",
            None,
        ),
    ];
    for (scenario, code, oauth, message, request_id) in cases {
        let exchange = named(&recordings, scenario).iter().find(|exchange| exchange.response.status >= 400);
        let exchange = exchange.expect("a refusal");
        let answer = &exchange.response;
        let read = refusal::refused(answer.status, &headers(&answer.headers), body(scenario, exchange).as_bytes());
        let refusal = &read.refusal;
        assert_eq!(
            (
                refusal.code.as_str(),
                read.oauth.as_ref().map(OauthError::word),
                refusal.message.as_str(),
                refusal.request_id.as_deref()
            ),
            (code, oauth, message, request_id),
            "{scenario}"
        );
    }
}

/// Every registry that refuses names its realm; only `GET /v2/` is ours, the header is the same everywhere.
#[test]
fn every_challenge_names_realm_and_service() {
    let Some(recordings) = pinned() else { return };
    let mut read = 0;
    for recording in &recordings {
        for exchange in recording.exchanges.iter().filter(|exchange| exchange.response.status == 401) {
            let (host, path) = place(&exchange.request.uri);
            if !host.ends_with(".azurecr.io") {
                continue;
            }
            let answered = headers(&exchange.response.headers);
            let asked = Url::parse(&format!("https://{host}/")).expect("a server");
            // The host in this one's address is a placeholder; header and body have the real one.
            let server = match recording.scenario.as_str() {
                "acr_login_v2" => {
                    assert_eq!(path, "/v2/");
                    let refusal = reply::challenge(&answered, &asked).expect_err("another host");
                    assert!(refusal.contains("another host"), "{refusal}");
                    Url::parse("https://containerappwudkonztwcse.azurecr.io/").expect("a server")
                }
                _ => asked,
            };
            let (realm, service) = reply::challenge(&answered, &server).expect("a challenge");
            assert_eq!(realm.as_str(), format!("{server}oauth2/token"), "{}", recording.scenario);
            assert_eq!(Some(service.as_str()), server.host_str(), "{}", recording.scenario);
            read += 1;
        }
    }
    println!("challenges read: {read}");
    assert_eq!(read, 8);
}

/// An answer to a call that starts an operation names the address at which the operation is asked.
#[test]
fn every_accepted_operation_can_be_asked() {
    let Some(recordings) = pinned() else { return };
    let arm = Url::parse("https://management.azure.com/").expect("a URL");
    let mut read = 0;
    for recording in &recordings {
        for exchange in &recording.exchanges {
            let answer = &exchange.response;
            if place(&exchange.request.uri).0 != "management.azure.com" || answer.status != 202 {
                continue;
            }
            let named = answer.headers.get("azure-asyncoperation").or_else(|| answer.headers.get("location"));
            let address = long_running::address(&headers(&answer.headers), &arm).expect("an address on the same host");
            let wanted = named.map(|text| Url::parse(text).expect("a URL"));
            assert_eq!(address, wanted, "{} {}", recording.scenario, exchange.n);
            assert!(address.is_some(), "{} {}", recording.scenario, exchange.n);
            read += 1;
        }
    }
    println!("addresses of operations read: {read}");
    assert!(read > 0);
    // The call with the shape of a reset: POST, 202, both headers, and the one with a status in its body is taken.
    let stop = named(&recordings, "aks_stop_start").iter().find(|exchange| exchange.request.method == "POST");
    let stop = stop.expect("a POST");
    let address = long_running::address(&headers(&stop.response.headers), &arm).ok().flatten().expect("an address");
    assert!(address.path().contains("/operations/72e66432-"), "{address}");
}

#[test]
fn an_operation_is_over_when_its_status_says_so() {
    let Some(recordings) = pinned() else { return };
    let polls = |scenario: &str| -> Vec<(String, Option<String>)> {
        let exchanges = named(&recordings, scenario).iter();
        exchanges
            .filter(|exchange| {
                exchange.response.status == 200 && place(&exchange.request.uri).1.contains("/operations/")
            })
            .map(|exchange| {
                let body = exchange.response.body.as_deref().expect("a body");
                let read: reply::OperationStatus = serde_json::from_str(body).expect("an operation");
                (read.status, read.error.and_then(|error| error.code))
            })
            .collect()
    };
    let poll = |status: &str, code: Option<&str>| (status.to_owned(), code.map(str::to_owned));
    let preempted = Some("NotLatestOperation");
    assert_eq!(
        polls("aks_poll_error_object_while_running"),
        [
            poll("InProgress", None),
            poll("Succeeded", None),
            poll("InProgress", preempted),
            poll("Succeeded", preempted)
        ]
    );
    assert_eq!(polls("aks_async_failed"), [poll("InProgress", None), poll("Failed", Some("CreateManagedAppError"))]);
}
