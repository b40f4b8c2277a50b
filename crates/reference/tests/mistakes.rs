//! A mistake in a request or an answer is noticed, and nothing else is.

use crosspull_reference::{Contracts, Error, Plane, ProblemKind, Reference};

use ProblemKind::{
    BadParameter, MissingBody, MissingHeader, MissingParameter, NotJson, ReadOnlyProperty, Schema, Status,
    UnexpectedBody, UnknownProperty,
};

const SKIPPED: &str = "skipped: no reference data (set CROSSPULL_REFERENCE_DIR)";
const ASSIGNMENT: &str = "/subscriptions/s/providers/Microsoft.Authorization/roleAssignments/a?api-version=2022-04-01";
const REGISTRY: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/r";
const CLUSTER: &str = "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c";
const ARG: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

/// Kind and pointer of each problem.
type Found = Vec<(ProblemKind, String)>;

fn request(contracts: &Contracts, plane: Plane, method: &str, url: &str, body: &str) -> Option<Found> {
    let operation = contracts.operation(Some(plane), method, url)?;
    let body = (!body.is_empty()).then_some(body.as_bytes());
    let problems = operation.check_request(method, url, &[], body);
    Some(problems.into_iter().map(|p| (p.kind, p.pointer)).collect())
}

fn answer(contracts: &Contracts, call: (Plane, &str, &str), status: u16, body: &str) -> Option<Found> {
    let operation = contracts.operation(Some(call.0), call.1, call.2)?;
    let problems = operation.check_response(status, &[], body.as_bytes());
    Some(problems.into_iter().map(|p| (p.kind, p.pointer)).collect())
}

fn found(expected: &[(ProblemKind, &str)]) -> Option<Found> {
    Some(expected.iter().map(|(kind, at)| (*kind, (*at).to_owned())).collect())
}

#[test]
fn in_a_request_to_resource_manager() -> Result<(), Error> {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let bare = ASSIGNMENT.trim_end_matches("?api-version=2022-04-01");
    let good = r#"{"properties":{"roleDefinitionId":"r","principalId":"p"}}"#;
    let put = |url: &str, body: &str| request(&contracts, Plane::Arm, "PUT", url, body);
    assert_eq!(put(ASSIGNMENT, good), found(&[]));
    assert_eq!(put(bare, good), found(&[(MissingParameter, "api-version")]));
    assert_eq!(put(ASSIGNMENT, ""), found(&[(MissingBody, "")]));
    assert_eq!(put(ASSIGNMENT, "{"), found(&[(NotJson, "")]));
    let with = |extra: &str| good.replace("}}", &format!(",{extra}}}}}"));
    let cases = [
        (r#""condition":7"#, &[(Schema, "/properties/condition")][..]),
        // The service answers null here, but a client must not send it.
        (r#""condition":null"#, &[(Schema, "/properties/condition")]),
        (r#""principal":"p""#, &[(UnknownProperty, "/properties/principal")]),
        (r#""createdOn":"now""#, &[(ReadOnlyProperty, "/properties/createdOn")]),
        (r#""principalType":"NotYetInvented""#, &[]),
    ];
    for (extra, expected) in cases {
        assert_eq!(put(ASSIGNMENT, &with(extra)), found(expected), "{extra}");
    }
    let absent = r#"{"properties":{"principalId":"p"}}"#;
    assert_eq!(put(ASSIGNMENT, absent), found(&[(Schema, "/properties")]));
    Ok(())
}

#[test]
fn in_a_closed_set_a_form_or_a_body_too_many() -> Result<(), Error> {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let url = format!("{REGISTRY}/regenerateCredential?api-version=2023-07-01");
    let arm = |url: &str, body: &str| request(&contracts, Plane::Arm, "POST", url, body);
    assert_eq!(arm(&url, r#"{"name":"password3"}"#), found(&[(Schema, "/name")]));
    let url = format!("{REGISTRY}/listCredentials?api-version=2023-07-01");
    assert_eq!(arm(&url, "{}"), found(&[(UnexpectedBody, "")]));

    let form = |url: &str, body: &str| request(&contracts, Plane::Registry, "POST", url, body);
    let exchange = "grant_type=access_token&service=r.azurecr.io&access_token=x";
    assert_eq!(form("/oauth2/exchange", exchange), found(&[]));
    assert_eq!(
        form("/oauth2/exchange", "grant_type=magic&token=x"),
        found(&[(BadParameter, "grant_type"), (MissingParameter, "service"), (UnknownProperty, "token")]),
    );
    let token = "service=r&scope=repository:a:pull&grant_type=";
    assert_eq!(form("/oauth2/token", &format!("{token}password")), found(&[]));
    assert_eq!(form("/oauth2/token", &format!("{token}refresh_token")), found(&[(MissingParameter, "refresh_token")]),);
    Ok(())
}

#[test]
fn in_an_answer() -> Result<(), Error> {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let reset = format!("{CLUSTER}/resetServicePrincipalProfile?api-version=2024-09-01");
    let reset = (Plane::Arm, "POST", reset.as_str());
    let list = (Plane::Arm, "GET", "/subscriptions?api-version=2022-12-01");
    let create = (Plane::Graph, "POST", "/v1.0/servicePrincipals");
    let query = (Plane::Arm, "POST", ARG);
    let registry = (Plane::Arm, "GET", REGISTRY);
    let ping = (Plane::Registry, "GET", "/v2/");
    let facet = |rest: &str| {
        let head = r#"{"totalRecords":0,"count":0,"resultTruncated":"false","data":[],"facets":"#;
        format!(r#"{head}[{{"expression":"e","resultType":{rest}}}]}}"#)
    };
    let graph_error = r#"{"error":{"code":"Authorization_RequestDenied","message":"m"}}"#;
    let cases = [
        (list, 200, r#"{"value":[{"newer":1}]}"#.to_owned(), &[][..]),
        (list, 200, r#"{"value":[{"displayName":1}]}"#.into(), &[(Schema, "/value/0/displayName")]),
        (list, 200, String::new(), &[(MissingBody, "")]),
        (list, 201, "{}".into(), &[(Status, "")]),
        (registry, 404, r#"{"error":{"code":"ResourceNotFound","message":"m"}}"#.into(), &[]),
        (registry, 404, r#"{"error":"ResourceNotFound"}"#.into(), &[(Schema, "/error")]),
        (create, 201, r#"{"appId":"x","@odata.context":"c"}"#.into(), &[]),
        (create, 200, r#"{"appId":"x"}"#.into(), &[(Status, "")]),
        (create, 403, graph_error.into(), &[]),
        (create, 403, r#"{"error":{"code":"c"}}"#.into(), &[(Schema, "/error")]),
        (reset, 202, String::new(), &[(MissingHeader, "")]),
        (query, 200, facet(r#""FacetError","errors":[]"#), &[]),
        (query, 200, facet(r#""FacetError""#), &[(Schema, "/facets/0")]),
        (ping, 401, r#"{"errors":[{"code":"UNAUTHORIZED","message":"m","detail":[]}]}"#.into(), &[]),
        (ping, 401, r#"{"errors":{}}"#.into(), &[(Schema, "/errors")]),
    ];
    for (call, status, body, expected) in cases {
        assert_eq!(answer(&contracts, call, status, &body), found(expected), "{call:?} {status} {body}");
    }
    Ok(())
}

#[test]
fn a_problem_names_operation_and_place_but_no_value() -> Result<(), Error> {
    let Some(reference) = Reference::find() else {
        println!("{SKIPPED}");
        return Ok(());
    };
    let contracts = reference.contracts()?;
    let url = format!("{CLUSTER}/resetServicePrincipalProfile?api-version=2024-09-01");
    let body = br#"{"clientId":"c","secret":["hunter2"]}"#;
    let operation = contracts.operation(Some(Plane::Arm), "POST", &url);
    let problems = operation.map(|o| o.check_request("POST", &url, &[], Some(body)));
    let text: Vec<String> = problems.iter().flatten().map(ToString::to_string).collect();
    assert_eq!(
        text,
        ["ManagedClusters_ResetServicePrincipalProfile /secret: value is not of type \"string\" [Schema]"]
    );
    Ok(())
}
