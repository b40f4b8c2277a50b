//! Every answer of the simulated cloud against Microsoft's own contracts, and every request this test sends as well.

#[cfg(test)]
mod common;
#[cfg(test)]
mod route;

use std::collections::BTreeSet;

use common::{ARM, Bench};
use crosspull_reference::{Contracts, Plane, Reference};
use crosspull_sim::{Exchange, Plane as SimPlane, Tenant};
use route::{MANIFEST, NewApp, grant, prove, provision, reset};
use serde_json::{Value, json};

/// Contracts by the operation's id that the exchanges have to touch, so that the check cannot become empty.
const COVERED: &[&str] = &[
    "ManagedClusters_Get",
    "ManagedClusters_List",
    "ManagedClusters_ListByResourceGroup",
    "ManagedClusters_ListClusterUserCredentials",
    "ManagedClusters_ListClusterAdminCredentials",
    "ManagedClusters_GetAccessProfile",
    "ManagedClusters_ResetServicePrincipalProfile",
    "AgentPools_List",
    "Registries_CheckNameAvailability",
    "Registries_Get",
    "Registries_List",
    "Registries_ListByResourceGroup",
    "Registries_Update",
    "Registries_ListCredentials",
    "Registries_RegenerateCredential",
    "Registries_GenerateCredentials",
    "ScopeMaps_Create",
    "ScopeMaps_Get",
    "ScopeMaps_List",
    "ScopeMaps_Delete",
    "Tokens_Create",
    "Tokens_Get",
    "Tokens_List",
    "Tokens_Delete",
    "RoleAssignments_Create",
    "RoleAssignments_Get",
    "RoleAssignments_Delete",
    "RoleAssignments_ListForScope",
    "RoleAssignments_ListForResource",
    "RoleDefinitions_List",
    "RoleDefinitions_Get",
    "Permissions_ListForResourceGroup",
    "Permissions_ListForResource",
    "Subscriptions_List",
    "Subscriptions_Get",
    "Tenants_List",
    "Resources",
    "me.user.GetUser",
    "user_GetUser",
    "organization_ListOrganization",
    "organization_GetOrganization",
    "application_GetApplicationGraphBPreAppId",
    "application_ListFederatedIdentityCredential",
    "application_CreateFederatedIdentityCredential",
    "application_GetFederatedIdentityCredential",
    "application_DeleteFederatedIdentityCredential",
    "ContainerRegistry_CheckDockerV2Support",
    "ContainerRegistry_GetManifest",
    "ContainerRegistry_GetRepositories",
    "ContainerRegistry_GetTags",
    "Authentication_ExchangeAadAccessTokenForAcrRefreshToken",
    "Authentication_ExchangeAcrRefreshTokenForAcrAccessToken",
    "Authentication_GetAcrAccessTokenFromLogin",
];

fn plane(exchange: &Exchange) -> Option<Plane> {
    match exchange.plane {
        SimPlane::Graph => Some(Plane::Graph),
        SimPlane::ResourceManager => Some(Plane::Arm),
        SimPlane::Registry => Some(Plane::Registry),
        _ => None,
    }
}

/// Returns the problems of an exchange, and the operation of the exchange.
fn check(contracts: &Contracts, exchange: &Exchange) -> Option<(String, Vec<String>)> {
    let status = exchange.status?;
    let operation = contracts.operation(Some(plane(exchange)?), &exchange.method, &exchange.url)?;
    let pairs = |headers: &[(String, String)]| -> Vec<(String, String)> { headers.to_vec() };
    let (sent, got) = (pairs(&exchange.request_headers), pairs(&exchange.response_headers));
    let sent: Vec<(&str, &str)> = sent.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let got: Vec<(&str, &str)> = got.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let body = exchange.request_body.as_bytes();
    let mut problems =
        operation.check_request(&exchange.method, &exchange.url, &sent, (!body.is_empty()).then_some(body));
    problems.extend(operation.check_response(status, &got, exchange.response_body.as_bytes()));
    let texts = problems.iter().map(|problem| format!("{exchange:?}: {problem}")).collect();
    Some((operation.id().to_owned(), texts))
}

/// The requests that the contracts know and the route does not make: whose token, method, path, api-version and maybe a
/// body.
///
/// The words in braces are resource ids, and the subscriptions and groups that they are in.
const VISITS: &str = r#"
a GET /subscriptions 2022-12-01
a GET {cluster-subscription} 2022-12-01
a GET /tenants 2022-12-01
a GET {cluster} 2024-09-01
a GET {cluster}x 2024-09-01
a GET {cluster-subscription}/providers/Microsoft.ContainerService/managedClusters 2024-09-01
a GET {cluster-group}/providers/Microsoft.ContainerService/managedClusters 2024-09-01
a GET {cluster}/agentPools 2024-09-01
a POST {cluster}/listClusterUserCredential 2024-09-01
a POST {cluster}/listClusterAdminCredential 2024-09-01
a POST {cluster}/accessProfiles/clusterUser/listCredential 2024-09-01
a GET {cluster}/providers/Microsoft.Authorization/permissions 2022-04-01
a GET {cluster-group}/providers/Microsoft.Authorization/permissions 2022-04-01
b GET {registry} 2023-07-01
b GET {registry-subscription}/providers/Microsoft.ContainerRegistry/registries 2023-07-01
b GET {registry-group}/providers/Microsoft.ContainerRegistry/registries 2023-07-01
b POST {registry-subscription}/providers/Microsoft.ContainerRegistry/checkNameAvailability 2023-07-01 {"name":"registryb","type":"Microsoft.ContainerRegistry/registries"}
b PATCH {registry} 2023-07-01 {"properties":{"adminUserEnabled":true}}
b POST {registry}/listCredentials 2023-07-01
b POST {registry}/regenerateCredential 2023-07-01 {"name":"password2"}
b PUT {registry}/scopeMaps/readers 2023-07-01 {"properties":{"actions":["repositories/shop/web/content/read"]}}
b GET {registry}/scopeMaps/readers 2023-07-01
b GET {registry}/scopeMaps 2023-07-01
b PUT {registry}/tokens/reader 2023-07-01 {"properties":{"scopeMapId":"{registry}/scopeMaps/readers","status":"enabled"}}
b POST {registry}/generateCredentials 2023-07-01 {"tokenId":"{registry}/tokens/reader"}
b GET {registry}/tokens/reader 2023-07-01
b GET {registry}/tokens 2023-07-01
b DELETE {registry}/tokens/reader 2023-07-01
b DELETE {registry}/scopeMaps/readers 2023-07-01
b GET {registry}/providers/Microsoft.Authorization/roleDefinitions?$filter=roleName%20eq%20'AcrPull' 2022-04-01
b GET {registry}/providers/Microsoft.Authorization/roleDefinitions/7f951dda-4ed3-4680-a7ca-43fe172d538d 2022-04-01
b POST /providers/Microsoft.ResourceGraph/resources 2024-04-01 {"query":"Resources | project id, name, type"}
a POST /providers/Microsoft.ResourceGraph/resources 2024-04-01 {"query":"authorizationresources | project id, properties","options":{"authorizationScopeFilter":"AtScopeAndBelow","$top":5}}
b GET {registry-subscription}/providers/Microsoft.Authorization/roleAssignments 2022-04-01
b GET {registry}/providers/Microsoft.Authorization/roleAssignments 2022-04-01
b GET {assignment} 2022-04-01
b DELETE {assignment} 2022-04-01
"#;

/// Sends every line of [`VISITS`]; `assignment` is the id of a role assignment that may go.
async fn visit(bench: &Bench, assignment: &str) {
    let (a, b) = (bench.token(Tenant::A, ARM).await, bench.token(Tenant::B, ARM).await);
    let ready = bench.sim.ready();
    let part = |id: &str, end: &str| id.split(end).next().unwrap_or_default().to_owned();
    let text = VISITS
        .replace("{cluster}", &ready.cluster)
        .replace("{cluster-group}", &part(&ready.cluster, "/providers/"))
        .replace("{cluster-subscription}", &part(&ready.cluster, "/resourceGroups/"))
        .replace("{registry}", &ready.registry)
        .replace("{registry-group}", &part(&ready.registry, "/providers/"))
        .replace("{registry-subscription}", &part(&ready.registry, "/resourceGroups/"))
        .replace("{assignment}", assignment);
    for line in text.lines().filter(|line| !line.is_empty()) {
        let mut words = line.splitn(5, ' ');
        let mut word = || words.next().unwrap_or_default();
        let token = if word() == "a" { &a } else { &b };
        let (method, path, version) = (word(), word(), word());
        let body: Value = serde_json::from_str(word()).unwrap_or_default();
        let separator = if path.contains('?') { '&' } else { '?' };
        bench.call(method, &format!("{path}{separator}api-version={version}"), token, &body).await;
    }
}

/// Reads and changes what a person does with the Azure CLI's rights.
async fn by_hand(bench: &Bench, app: &NewApp) {
    let graph = bench.user_token("contoso.com", "ops@contoso.com", &format!("{}/", bench.sim.ready().arm)).await;
    let operator = bench.sim.operator(Tenant::A).client_id;
    let tenant = bench.tenant(Tenant::A);
    for path in [
        "/v1.0/me",
        "/v1.0/me?$select=id,userType,accountEnabled,userPrincipalName",
        "/v1.0/users/ops@contoso.com",
        "/v1.0/organization",
        &format!("/v1.0/organization/{tenant}"),
        &format!("/v1.0/applications(appId='{operator}')"),
    ] {
        assert_eq!(bench.get(path, &graph).await.status, 200, "{path}");
    }
    let credentials = format!("/v1.0/applications/{}/federatedIdentityCredentials", app.object_id);
    let new = json!({ "name": "n", "issuer": "https://issuer.example", "subject": "s", "audiences": ["api://AzureADTokenExchange"] });
    let made = bench.call("POST", &credentials, &graph, &new).await;
    let one = format!("{credentials}/{}", made.at("/id"));
    for (method, path, status) in
        [("GET", &credentials, 200), ("GET", &one, 200), ("DELETE", &one, 204), ("GET", &one, 404)]
    {
        assert_eq!(bench.call(method, path, &graph, &Value::Null).await.status, status, "{method} {path}");
    }
    let arm = bench.user_token("organizations", "ops@contoso.com", ARM).await;
    for path in ["/tenants", "/subscriptions"] {
        bench.get(&format!("{path}?api-version=2022-12-01"), &arm).await;
    }
}

/// The registry with the token of an Entra sign-in, as tools for people do it.
async fn browse(bench: &Bench) {
    let server = &bench.sim.ready().login_server;
    let entra = bench.token(Tenant::B, "https://containerregistry.azure.net").await;
    bench.get_with(&format!("https://{server}/v2/"), &[]).await;
    let tenant = bench.tenant(Tenant::B);
    let form = [("grant_type", "access_token"), ("service", server), ("tenant", &tenant), ("access_token", &entra)];
    let exchanged = bench.post_form(&format!("https://{server}/oauth2/exchange?api-version=2021-07-01"), &form).await;
    let refresh = exchanged.at("/refresh_token");
    for (scope, path) in [
        ("registry:catalog:*", "/acr/v1/_catalog?n=100&api-version=2021-07-01"),
        ("repository:shop/web:metadata_read", "/acr/v1/shop/web/_tags?n=100&api-version=2021-07-01"),
        ("repository:shop/web:pull", "/v2/shop/web/manifests/latest"),
        ("repository:shop/web:pull", "/v2/"),
    ] {
        let form = [("grant_type", "refresh_token"), ("service", server), ("scope", scope), ("refresh_token", refresh)];
        let token = bench.post_form(&format!("https://{server}/oauth2/token?api-version=2021-07-01"), &form).await;
        let bearer = format!("Bearer {}", token.at("/access_token"));
        let headers = [("authorization", bearer.as_str()), ("accept", MANIFEST)];
        let reply = bench.get_with(&format!("https://{server}{path}"), &headers).await;
        assert!(reply.status == 200, "{path}: {reply:?}");
    }
}

#[tokio::test]
async fn every_exchange_is_as_the_contracts_say() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    let bench = Bench::with(&[]).await;
    let app = provision(&bench).await;
    let granted = grant(&bench, &app).await;
    prove(&bench, &app).await;
    visit(&bench, granted.at("/id")).await;
    browse(&bench).await;
    by_hand(&bench, &app).await;
    reset(&bench, &app).await;

    let checked: Vec<(String, Vec<String>)> =
        bench.sim.exchanges().iter().filter_map(|exchange| check(&contracts, exchange)).collect();
    let problems: Vec<&String> = checked.iter().flat_map(|(_, problems)| problems).collect();
    assert!(problems.is_empty(), "{problems:#?}");
    let touched: BTreeSet<&str> = checked.iter().map(|(id, _)| id.as_str()).collect();
    let missed: Vec<&&str> = COVERED.iter().filter(|id| !touched.contains(**id)).collect();
    assert!(missed.is_empty(), "never asked: {missed:?}");
    println!("{} exchanges of {} operations", checked.len(), touched.len());
}

#[test]
fn an_answer_that_breaks_its_contract_is_noticed() {
    let Some(reference) = Reference::find() else {
        println!("skipped: the contracts are not here");
        return;
    };
    let contracts = reference.contracts().expect("contracts");
    let exchange = |response_body: &str| Exchange {
        plane: SimPlane::ResourceManager,
        method: "GET".to_owned(),
        url: "/subscriptions?api-version=2022-12-01".to_owned(),
        request_headers: Vec::new(),
        request_body: String::new(),
        status: Some(200),
        response_headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        response_body: response_body.to_owned(),
    };
    let problems = |body: &str| check(&contracts, &exchange(body)).map(|(_, problems)| problems.len());
    assert_eq!(problems(r#"{"value":[],"nextLink":""}"#), Some(0));
    assert_eq!(problems(r#"{"value":7,"nextLink":""}"#), Some(1));
}
