//! Every request that can be sent, word for word, and each against the contract of its operation.

#[cfg(test)]
mod table;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crosspull_azure::reply;
use crosspull_azure::request::{self, Audience, Auth, Request};
use crosspull_core::event::Plane;
use crosspull_core::names::Side;
use crosspull_reference::{Contracts, Plane as ContractPlane, Reference};
use table::Contract::{None as No, Operation as Is};
use table::{APP, SECRET, cluster, endpoints, rows};

fn sender(request: &Request) -> String {
    let who = match &request.auth {
        Auth::None => "nobody".to_owned(),
        Auth::Operator(Audience::Arm) => "operator for Arm".to_owned(),
        Auth::Operator(Audience::Graph) => "operator for Graph".to_owned(),
        Auth::Operator(Audience::Registry) => "operator for Registry".to_owned(),
        Auth::Operator(Audience::Kubernetes) => "operator for Kubernetes".to_owned(),
        Auth::Basic(user, _) => format!("basic {user}"),
        Auth::Token(_) => "token".to_owned(),
    };
    format!("{:?} {who}", request.side)
}

fn body(request: &Request) -> Cow<'_, str> {
    request.body.as_ref().map_or(Cow::Borrowed(""), |body| String::from_utf8_lossy(&body.bytes))
}

/// Forms are compared as text, JSON as what it says.
fn same_body(sent: &str, wanted: &str) -> bool {
    match (serde_json::from_str::<serde_json::Value>(sent), serde_json::from_str::<serde_json::Value>(wanted)) {
        (Ok(sent), Ok(wanted)) => sent == wanted,
        _ => sent == wanted,
    }
}

#[test]
fn every_request_is_what_it_should_be() {
    for row in rows() {
        let request = &row.request;
        assert_eq!(format!("{} {}", request.method, request.url), row.line, "{}", row.function);
        assert_eq!(sender(request), row.sender, "{}", row.function);
        assert!(same_body(&body(request), row.body), "{}: {}", row.function, body(request));
        assert_eq!(request.writes(), row.writes, "{}", row.function);
        let plane = match request.url.host_str() {
            Some("management.azure.com") => Plane::Arm,
            Some("graph.microsoft.com") => Plane::Graph,
            Some("login.microsoftonline.com") => Plane::Entra,
            _ => Plane::Registry,
        };
        assert_eq!(request.plane, plane, "{}", row.function);
        assert!(!format!("{request:?}").contains(SECRET), "{} shows its secret", row.function);
    }
}

#[test]
fn the_table_has_every_function() {
    let source = [
        include_str!("../../src/request.rs"),
        include_str!("../../src/request/arm.rs"),
        include_str!("../../src/request/directory.rs"),
        include_str!("../../src/request/entra.rs"),
        include_str!("../../src/request/graph.rs"),
        include_str!("../../src/request/groups.rs"),
        include_str!("../../src/request/network.rs"),
        include_str!("../../src/request/registry.rs"),
        include_str!("../../src/request/registry_users.rs"),
    ]
    .concat();
    let built: BTreeSet<&str> = source
        .split("\npub fn ")
        .skip(1)
        .filter(|text| text.split('{').next().is_some_and(|signature| signature.contains("-> Request")))
        .filter_map(|text| text.split('(').next())
        .collect();
    let listed: BTreeSet<&str> = rows().iter().map(|row| row.function).collect();
    assert_eq!(built, listed);
}

/// The address of the sign-in page is shown to a person, who opens it; nothing in it is secret.
#[test]
fn the_sign_in_page_is_that_of_the_documents() {
    let at = endpoints();
    let client = request::Client { endpoints: &at, side: Side::A, tenant: "contoso.com", id: APP };
    let page = request::sign_in_page(client, &at.arm_audience, "http://localhost:5000", "s", "c", None);
    assert_eq!(
        page.as_str(),
        "https://login.microsoftonline.com/contoso.com/oauth2/v2.0/authorize?client_id=aaaaaaaa-0000-4000-8000-000000000001\
         &response_type=code&redirect_uri=http%3A%2F%2Flocalhost%3A5000&response_mode=query\
         &scope=https%3A%2F%2Fmanagement.core.windows.net%2F.default%20offline_access%20openid%20profile\
         &state=s&code_challenge=c&code_challenge_method=S256&prompt=select_account"
    );
}

#[test]
fn what_is_accepted_and_how_much_of_it() {
    let rows = rows();
    let of = |name: &str| &rows.iter().find(|row| row.function == name).expect("a row").request;
    let types: Vec<&str> = of("manifest").accept.expect("types").split(", ").collect();
    assert_eq!(
        types,
        [
            "application/vnd.oci.image.manifest.v1+json",
            "application/vnd.oci.image.index.v1+json",
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.docker.distribution.manifest.list.v2+json"
        ]
    );
    for row in &rows {
        let request = &row.request;
        assert_eq!(request.accept.is_some(), row.function.starts_with("manifest"), "{}", row.function);
        assert_eq!(request.range, row.function.ends_with("blob").then_some("bytes=0-0"), "{}", row.function);
        let takes: &[u16] = match row.function {
            "hello" | "challenge" | "who_has_subscription" => &[401],
            "blob" => &[301, 302, 303, 307, 308],
            _ => &[],
        };
        assert_eq!(request.takes, takes, "{}", row.function);
    }
}

fn plane(request: &Request) -> Option<ContractPlane> {
    match request.plane {
        Plane::Arm => Some(ContractPlane::Arm),
        Plane::Graph => Some(ContractPlane::Graph),
        Plane::Registry => Some(ContractPlane::Registry),
        Plane::Entra | Plane::Kubernetes => None,
    }
}

/// Returns the operation that a request is, and what is wrong with it; or nothing where no contract knows it.
fn check(contracts: &Contracts, request: &Request) -> Option<(String, Vec<String>)> {
    let operation = contracts.operation(Some(plane(request)?), request.method.as_str(), request.url.as_str())?;
    let mut headers: Vec<(&str, &str)> = request.body.iter().map(|body| ("content-type", body.content_type)).collect();
    headers.extend(request.accept.map(|types| ("accept", types)));
    let body = request.body.as_ref().map(|body| body.bytes.as_slice());
    let problems = operation.check_request(request.method.as_str(), request.url.as_str(), &headers, body);
    let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
    Some((operation.id().to_owned(), problems))
}

#[test]
fn every_request_is_as_its_contract_says() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    let (mut checked, mut without) = (BTreeMap::<String, usize>::new(), Vec::new());
    for row in rows() {
        match (check(&contracts, &row.request), row.contract) {
            (Some((id, problems)), Is(wanted)) => {
                assert_eq!(id, wanted, "{}", row.function);
                assert!(problems.is_empty(), "{}: {problems:#?}", row.function);
                *checked.entry(format!("{:?}", row.request.plane)).or_default() += 1;
            }
            (None, No(why)) => without.push(format!("{}: {why}", row.function)),
            (found, _) => panic!("{}: the contracts say {found:?}", row.function),
        }
    }
    assert_eq!(checked.keys().map(String::as_str).collect::<Vec<_>>(), ["Arm", "Graph", "Registry"]);
    println!("requests checked against contracts: {checked:?}; of no contract: {without:#?}");
}

/// The contracts check no api-version by themselves: it has to be the one that they describe.
#[test]
fn api_versions_are_those_of_the_contracts() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    for row in rows().iter().filter(|row| row.request.plane == Plane::Arm) {
        let Is(id) = row.contract else { continue };
        let contract = contracts.by_id(id).expect("an operation").contract();
        let version = row.request.url.query_pairs().find_map(|(name, value)| (name == "api-version").then_some(value));
        // A registry's `roleAssignmentMode` is newer than its contract; the answer's shape is published (below).
        let described = if id == "Registries_Get" { "acr-shapes-2025-11-01" } else { contract };
        let version = version.expect("an api-version");
        assert!(described.ends_with(version.as_ref()), "{}: {version} is not of {described}", row.function);
    }
}

#[test]
fn a_registry_of_the_newer_api_version_is_read() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    let examples = reference.examples().expect("examples");
    let example = examples.iter().find(|e| e.file.ends_with("acr-shapes-2025-11-01/RegistryGet")).expect("an example");
    let answer = example.responses.first().expect("an answer").body.as_bytes();
    let shape = contracts.shape("Microsoft.ContainerRegistry/registries").expect("a shape");
    // The one gap of the published text: `status` is null in the example and an object in the type.
    let problems: Vec<String> = shape.check_response(answer).into_iter().map(|problem| problem.pointer).collect();
    assert_eq!(problems, ["/properties/status"]);
    let read: reply::Registry = serde_json::from_slice(answer).expect("a registry");
    assert_eq!(read.properties.login_server.as_deref(), Some("myRegistry.azurecr.io"));

    // The shape knows the property that the older contract does not have, and its two values.
    for mode in ["LegacyRegistryPermissions", "AbacRepositoryPermissions"] {
        let answer = format!(r#"{{"properties":{{"roleAssignmentMode":"{mode}"}}}}"#);
        assert_eq!(shape.check_request(answer.as_bytes()), []);
        let read: reply::Registry = serde_json::from_str(&answer).expect("a registry");
        assert_eq!(read.properties.role_assignment_mode.as_deref(), Some(mode));
    }
    assert!(!shape.check_response(br#"{"properties":{"roleAssignmentMode":7}}"#).is_empty());
}

#[test]
fn a_request_that_breaks_its_contract_is_noticed() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    let mut request = request::create_principal(&endpoints(), Side::B, APP, "crosspull-run:7f3c9a2e");
    let bytes = zeroize::Zeroizing::new(br#"{"appId":7,"appID":"x"}"#.to_vec());
    request.body = Some(request::Body { content_type: "application/json", bytes, secrets: Vec::new() });
    let (_, problems) = check(&contracts, &request).expect("an operation");
    assert_eq!(problems.len(), 2, "{problems:?}");
    let mut request = request::cluster(&endpoints(), &cluster());
    request.url.set_query(None);
    assert_eq!(check(&contracts, &request).map(|(_, problems)| problems.len()), Some(1));
}
