//! The contracts as this crate reads them agree with Microsoft's examples and with recorded traffic.

use crosspull_reference::{Contracts, Plane, ProblemKind, Reference};

type Outcome = Result<(), crosspull_reference::Error>;

const SKIPPED: &str = "skipped: no reference data (set CROSSPULL_REFERENCE_DIR)";

/// Examples that do not find their own operation by path, and why.
const UNPLACED: [(&str, &str); 3] = [
    ("authorization-roledefinitions-2022-04-01/GetRoleDefinitionById", "its id is a mere word, no path"),
    ("graph-v1.0/application-list", "$count is no operation of the contract"),
    ("graph-v1.0/serviceprincipal-list", "$count is no operation of the contract"),
];

/// Recorded requests that rightly differ from the contract, and why.
const LATER_REQUESTS: [(&str, &str); 1] =
    [("acr_managed_registry", "api-version 2023-11-01-preview has policies that 2023-07-01 lacks")];

#[test]
fn every_official_example_fits_its_operation() -> Outcome {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let (mut problems, mut unplaced, mut requests, mut answers) = (Vec::new(), Vec::new(), 0, 0);
    for example in reference.examples()? {
        let sent = &example.request;
        let operation = example.operation.as_deref().and_then(|id| contracts.by_id(id));
        let placed = operation.and_then(|operation| {
            let found = contracts.operation(Some(operation.plane()), &sent.method, &sent.url);
            found.filter(|found| found.id() == operation.id())
        });
        if placed.is_none() {
            unplaced.push(example.file.clone());
        }
        let Some(operation) = operation else { continue };
        requests += 1;
        let body = sent.body.as_deref().map(str::as_bytes);
        problems.extend(operation.check_request(&sent.method, &sent.url, &[], body));
        for answer in &example.responses {
            answers += 1;
            let headers = answer.header_pairs();
            problems.extend(operation.check_response(answer.status, &headers, answer.body.as_bytes()));
        }
    }
    println!("{requests} requests and {answers} answers of the official examples checked");
    assert!(problems.is_empty(), "{}", lines(&problems));
    assert_eq!(unplaced, UNPLACED.map(|(file, _)| file));
    assert!(requests > 60 && answers > 70, "examples were lost");
    Ok(())
}

#[test]
fn every_recorded_exchange_fits_its_operation() -> Outcome {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let (mut problems, mut later, mut known, mut all) = (Vec::new(), Vec::new(), 0, 0);
    let recordings = reference.recordings()?;
    for recording in &recordings {
        for exchange in &recording.exchanges {
            let (sent, answer) = (&exchange.request, &exchange.response);
            all += 1;
            let Some(operation) = contracts.operation(None, &sent.method, &sent.uri) else {
                continue;
            };
            known += 1;
            let body = sent.body.as_deref().map(str::as_bytes);
            let headers = sent.headers.pairs();
            for problem in operation.check_request(&sent.method, &sent.uri, &headers, body) {
                match problem.kind {
                    ProblemKind::UnknownProperty => later.push(recording.scenario.clone()),
                    _ => problems.push(problem),
                }
            }
            if !answer.is_cut_off() {
                let body = answer.body.as_deref().unwrap_or_default().as_bytes();
                problems.extend(operation.check_response(answer.status, &answer.headers.pairs(), body));
            }
        }
    }
    println!("{known} of {all} recorded exchanges belong to a known operation and were checked");
    if !recordings.iter().any(|recording| recording.scenario == LATER_REQUESTS[0].0) {
        // Another set: whoever recorded it may have asked in another version than the contract's.
        println!("in another set than the one that is pinned: {}", lines(&problems));
        return Ok(());
    }
    assert!(problems.is_empty(), "{}", lines(&problems));
    later.dedup();
    assert_eq!(later, LATER_REQUESTS.map(|(scenario, _)| scenario));
    // The rest is sign-in, polling of operations, the retired AAD Graph, and calls the wizard never makes.
    assert!(known * 2 > all, "exchanges are no longer recognised");
    Ok(())
}

#[test]
fn a_path_finds_the_most_specific_operation() -> Outcome {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let registry = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerregistry/REGISTRIES/r";
    let role = "/providers/Microsoft.Authorization";
    let cases = [
        (Plane::Arm, "GET", registry.to_owned(), Some("Registries_Get")),
        (Plane::Arm, "GET", format!("{registry}{role}/roleAssignments"), Some("RoleAssignments_ListForResource")),
        (Plane::Arm, "GET", format!("/subscriptions/s{role}/roleAssignments"), Some("RoleAssignments_ListForScope")),
        (Plane::Arm, "PUT", format!("{registry}{role}/roleAssignments/x"), Some("RoleAssignments_Create")),
        (Plane::Arm, "GET", format!("{registry}{role}/permissions"), Some("Permissions_ListForResource")),
        (Plane::Arm, "GET", format!("{role}/roleDefinitions?api-version=1"), Some("RoleDefinitions_List")),
        (Plane::Arm, "GET", format!("{registry}/listUsages"), None),
        (Plane::Graph, "GET", "/v1.0/serviceprincipals/x".into(), Some("servicePrincipal_GetServicePrincipal")),
        (Plane::Graph, "GET", "/v1.0/applications(appId='x')".into(), Some("application_GetApplicationGraphBPreAppId")),
        (Plane::Graph, "GET", "/v1.0/applications/$count".into(), None),
        (Plane::Registry, "GET", "/v2/team/app/manifests/v1".into(), Some("ContainerRegistry_GetManifest")),
        (Plane::Registry, "GET", "http://127.0.0.1:5000/v2/".into(), Some("ContainerRegistry_CheckDockerV2Support")),
        (Plane::Arm, "GET", "/v2/".into(), None),
    ];
    for (plane, method, path, expected) in cases {
        let found = contracts.operation(Some(plane), method, &path);
        assert_eq!(found.map(|o| o.id()), expected, "{method} {path}");
    }
    Ok(())
}

#[test]
fn every_schema_compiles() -> Outcome {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    for operation in contracts.operations() {
        let mut problems = operation.check_request(operation.method(), "/", &[], Some(b"[]"));
        for status in [200, 201, 400] {
            problems.extend(operation.check_response(status, &[], b"[]"));
        }
        problems.retain(|problem| problem.kind == ProblemKind::Contract);
        assert!(problems.is_empty(), "{}", lines(&problems));
    }
    Ok(())
}

#[test]
fn shapes_tell_newer_members_and_wrong_types() -> Outcome {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts: Contracts = reference.contracts()?;
    let cases: [(&str, &[u8], &[ProblemKind]); 5] = [
        ("microsoft.graph.application", br#"{"isDisabled":null,"tags":["a"]}"#, &[]),
        ("microsoft.graph.application", br#"{"tags":"a"}"#, &[ProblemKind::Schema]),
        ("Microsoft.ContainerRegistry/registries", br#"{"sku":{"name":"Premium"},"location":"x"}"#, &[]),
        ("generateCredentials.input", br#"{"expiry":7}"#, &[ProblemKind::Schema]),
        ("generateCredentials.input", br#"{"expires":"x"}"#, &[ProblemKind::UnknownProperty]),
    ];
    for (name, body, expected) in cases {
        let problems = contracts.shape(name).map(|shape| shape.check_request(body));
        let kinds = problems.map(|found| found.iter().map(|p| p.kind).collect::<Vec<_>>());
        assert_eq!(kinds.as_deref(), Some(expected), "{name}");
    }
    Ok(())
}

fn lines(problems: &[crosspull_reference::Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
