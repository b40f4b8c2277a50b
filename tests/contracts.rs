//! The real program against the simulated cloud: every request that it sends and every answer that it gets, against
//! Microsoft's contracts.

#![cfg(test)]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use crosspull_reference::{Contracts, Operation, Plane, Problem, Reference};
use crosspull_sim::{Exchange, Plane as SimPlane};
use crosspull_support::{ROUTES, Struck, side_by_side};

/// The operations that the routes call. Each must be seen, so that the check cannot become empty.
const CALLED: &[&str] = &[
    "application_ListApplication",
    "application_CreateApplication",
    "application_GetApplication",
    "application_addPassword",
    "application_removePassword",
    "organization_ListOrganization",
    "servicePrincipal_ListServicePrincipal",
    "servicePrincipal_CreateServicePrincipal",
    "ManagedClusters_Get",
    "ManagedClusters_ListClusterUserCredentials",
    "ManagedClusters_ResetServicePrincipalProfile",
    "Permissions_ListForResource",
    "Permissions_ListForResourceGroup",
    "Registries_Get",
    "RoleAssignments_Create",
    "RoleAssignments_Get",
    "RoleAssignments_ListForScope",
    "RoleDefinitions_Get",
    "Subscriptions_Get",
    "Subscriptions_List",
    "ContainerRegistry_CheckDockerV2Support",
    "ContainerRegistry_GetManifest",
    "Authentication_ExchangeAadAccessTokenForAcrRefreshToken",
    "Authentication_ExchangeAcrRefreshTokenForAcrAccessToken",
    "Authentication_GetAcrAccessTokenFromLogin",
];

/// Returns the reason why no contract describes an exchange, where none does.
fn without_contract(exchange: &Exchange) -> Option<&'static str> {
    let path = exchange.url.split('?').next().unwrap_or_default();
    match exchange.plane {
        SimPlane::Entra => Some("sign-in: Microsoft publishes no contract of it"),
        SimPlane::ResourceManager if path == "/metadata/endpoints" => Some("the description of the cloud"),
        SimPlane::ResourceManager if path.contains("/operations/") => Some("operations: their address is in a header"),
        SimPlane::ResourceManager if path.contains("/Microsoft.Compute/") => {
            Some("quota: no contract of Compute is here")
        }
        SimPlane::ResourceManager
            if path.contains("/Microsoft.Network/") && !path.contains("/Microsoft.Authorization/") =>
        {
            Some("networks: no contract of them is here")
        }
        SimPlane::ResourceManager if path.ends_with("/providers/Microsoft.Authorization/locks") => {
            Some("locks: no contract of them is here")
        }
        SimPlane::ResourceManager if path.ends_with("/providers/Microsoft.Authorization/denyAssignments") => {
            Some("deny assignments: no contract of them is here")
        }
        SimPlane::ResourceManager if path.ends_with("/roleEligibilityScheduleInstances") => {
            Some("eligible roles: no contract of them is here")
        }
        SimPlane::Graph if path.ends_with("/policies/defaultAppManagementPolicy") => {
            Some("policies for apps: the contract is trimmed to what the routes write")
        }
        SimPlane::Graph if ["emberOf", "/appRoleAssignments"].iter().any(|tail| path.ends_with(tail)) => {
            Some("relations: the contract is trimmed to objects")
        }
        SimPlane::Kubernetes => Some("Kubernetes: its types are those of the k8s-openapi crate"),
        SimPlane::Registry if path.contains("/blobs/") => Some("blobs: the contract is trimmed to manifests"),
        _ => None,
    }
}

const fn plane(exchange: &Exchange) -> Option<Plane> {
    match exchange.plane {
        SimPlane::Graph => Some(Plane::Graph),
        SimPlane::ResourceManager => Some(Plane::Arm),
        SimPlane::Registry => Some(Plane::Registry),
        _ => None,
    }
}

fn operation<'c>(contracts: &'c Contracts, exchange: &Exchange) -> Option<&'c Operation> {
    contracts.operation(Some(plane(exchange)?), &exchange.method, &exchange.url)
}

fn pairs(headers: &[(String, String)]) -> Vec<(&str, &str)> {
    headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Returns the problems of an exchange of that operation.
fn problems(contracts: &Contracts, operation: &Operation, exchange: &Exchange) -> Vec<Problem> {
    let body = exchange.request_body.as_bytes();
    let body = (!body.is_empty()).then_some(body);
    let sent = pairs(&exchange.request_headers);
    let mut found = operation.check_request(&exchange.method, &exchange.url, &sent, body);
    let Some(status) = exchange.status else { return found };
    let answer = exchange.response_body.as_bytes();
    found.extend(operation.check_response(status, &pairs(&exchange.response_headers), answer));
    if operation.id() == "Registries_Get" && status == 200 {
        // Asked in a newer api-version than the contract's, for `roleAssignmentMode`: its shape is published.
        let shape = contracts.shape("Microsoft.ContainerRegistry/registries").expect("a shape");
        found.extend(shape.check_response(answer));
    }
    found
}

/// The exchanges that were checked, by plane or reason.
#[derive(Debug, Default)]
struct Count {
    checked: BTreeMap<&'static str, usize>,
    /// The number of answers by status. Status 0 stands for a connection that the scenario cut, so that only the
    /// request was checked.
    answers: BTreeMap<u16, usize>,
    without: BTreeMap<&'static str, usize>,
    seen: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Count {
    fn add(&mut self, contracts: &Contracts, exchange: &Exchange) {
        let Some(operation) = operation(contracts, exchange) else {
            match without_contract(exchange) {
                Some(why) => *self.without.entry(why).or_default() += 1,
                None => self.wrong.push(format!("{exchange:?}: no contract knows it")),
            }
            return;
        };
        let plane = match operation.plane() {
            Plane::Arm => "Resource Manager",
            Plane::Graph => "Graph",
            Plane::Registry => "registry",
        };
        *self.checked.entry(plane).or_default() += 1;
        *self.answers.entry(exchange.status.unwrap_or_default()).or_default() += 1;
        self.seen.insert(operation.id().to_owned());
        let problems = problems(contracts, operation, exchange);
        self.wrong.extend(problems.into_iter().map(|problem| format!("{exchange:?}: {problem}")));
    }
}

/// Runs a route in its cloud, with a scenario over it where there is one; gives what the program itself asked.
fn exchanges(route: &Struck, scenario: &str) -> Vec<Exchange> {
    let story = if scenario.is_empty() { route.story() } else { route.in_which(scenario) };
    let end = story.apply(&[]);
    assert_eq!(end.code, Some(0), "{end}");
    let ours = |exchange: &Exchange| {
        let headers = exchange.request_headers.iter();
        headers.clone().any(|(name, value)| name.eq_ignore_ascii_case("user-agent") && value.starts_with("crosspull/"))
    };
    story.sim.exchanges().into_iter().filter(ours).collect()
}

fn contracts() -> Option<Contracts> {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return None;
    };
    Some(reference.contracts().expect("contracts"))
}

#[test]
fn every_request_and_every_answer_of_every_route_is_as_the_contracts_say() {
    let Some(contracts) = contracts() else { return };
    let (mut seen, mut planes, mut lost) = (BTreeSet::new(), BTreeSet::new(), 0);
    let scenarios = ["", "abac-registry", "throttled", "lost-reply-secret"];
    let all = Mutex::new(Vec::new());
    side_by_side(ROUTES.iter().flat_map(|route| scenarios.map(|scenario| (route, scenario))), |(route, scenario)| {
        let exchanges = exchanges(route, scenario);
        all.lock().expect("nothing panics with it").push((route, scenario, exchanges));
    });
    for (route, scenario, exchanges) in all.into_inner().expect("nothing panics with it") {
        let mut count = Count::default();
        exchanges.iter().for_each(|exchange| count.add(&contracts, exchange));
        let at = format!("{} {scenario}", route.name());
        println!("{at}: exchanges checked {:?}, by status {:?}", count.checked, count.answers);
        println!("{at}: of no contract {:?}", count.without);
        assert!(count.wrong.is_empty(), "{at}: {:#?}", count.wrong);
        assert_eq!(count.answers.contains_key(&429), scenario == "throttled", "{at}");
        assert!(scenario == "lost-reply-secret" || !count.answers.contains_key(&0), "{at}");
        lost += count.answers.get(&0).copied().unwrap_or_default();
        planes.extend(count.checked.into_keys());
        seen.extend(count.seen);
    }
    assert_eq!(planes.len(), 3, "a plane was not called: {planes:?}");
    assert!(lost > 0, "no reply was lost");
    let missed: Vec<&&str> = CALLED.iter().filter(|id| !seen.contains(**id)).collect();
    assert!(missed.is_empty(), "never called: {missed:?}");
    println!("operations: {seen:?}");
}

#[test]
fn a_wrong_request_and_a_wrong_answer_are_noticed() {
    let Some(contracts) = contracts() else { return };
    let exchange = Exchange {
        plane: SimPlane::Graph,
        method: "POST".to_owned(),
        url: "/v1.0/servicePrincipals".to_owned(),
        request_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        request_body: r#"{"appId":7}"#.to_owned(),
        status: Some(201),
        response_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        response_body: r#"{"appId":7}"#.to_owned(),
    };
    let mut count = Count::default();
    count.add(&contracts, &exchange);
    assert_eq!(count.wrong.len(), 2, "{:?}", count.wrong);
    count.add(&contracts, &Exchange { url: "/v1.0/unheardOf".to_owned(), ..exchange });
    assert_eq!(count.wrong.len(), 3, "{:?}", count.wrong);
}
