//! A registry as its clients reach it: by sockets, with tokens of Entra, and with hours that pass at once.

#[cfg(test)]
mod common;

use bytes::Bytes;
use common::{ARM, Bench, Reply};
use crosspull_sim::Tenant;
use http_body_util::StreamBody;
use hyper::body::Frame;
use serde_json::{Value, json};

const REGISTRIES: &str = "https://containerregistry.azure.net";
const PULL: &str = "repository:shop/web:pull";

fn at_registry(bench: &Bench, path: &str) -> String {
    format!("https://{}{path}", bench.sim.ready().login_server)
}

async fn exchange(bench: &Bench, token: &str) -> Reply {
    let service = bench.sim.ready().login_server.clone();
    let form = [("grant_type", "access_token"), ("service", &service), ("access_token", token)];
    bench.post_form(&at_registry(bench, "/oauth2/exchange"), &form).await
}

/// Returns the form by which a refresh token is redeemed.
fn redeeming(bench: &Bench, refresh: &str) -> Vec<(&'static str, String)> {
    let service = bench.sim.ready().login_server.clone();
    let fixed = [("grant_type", "refresh_token".to_owned()), ("scope", PULL.to_owned())];
    fixed.into_iter().chain([("service", service), ("refresh_token", refresh.to_owned())]).collect()
}

async fn redeem(bench: &Bench, refresh: &str) -> u16 {
    let form = redeeming(bench, refresh);
    let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    bench.post_form(&at_registry(bench, "/oauth2/token"), &form).await.status
}

async fn steer(bench: &Bench, body: Value) -> Reply {
    bench.call("POST", "/_sim/time", "", &body).await
}

/// Returns the answer of the endpoint for the machine's identity.
async fn of_machine(bench: &Bench, resource: &str) -> Reply {
    let path = format!("/metadata/identity/oauth2/token?api-version=2018-02-01&resource={resource}");
    bench.get_with(&bench.url(&path), &[("metadata", "true")]).await
}

#[tokio::test]
async fn three_hours_pass_at_once() {
    let bench = Bench::with(&[]).await;
    let entra = bench.token(Tenant::B, REGISTRIES).await;
    let refresh = exchange(&bench, &entra).await.at("/refresh_token").to_owned();
    assert_eq!(redeem(&bench, &refresh).await, 200);
    let passed = steer(&bench, json!({ "seconds": 3.0 * 3600.0 })).await;
    assert_eq!((passed.status, &passed.body["moved"]), (200, &json!(10_800.0)));
    assert_eq!(redeem(&bench, &refresh).await, 401);
    // The token of Entra is over too; a new one is good from now on.
    assert_eq!(exchange(&bench, &entra).await.status, 401);
    let entra = bench.token(Tenant::B, REGISTRIES).await;
    let refresh = exchange(&bench, &entra).await.at("/refresh_token").to_owned();
    assert_eq!(redeem(&bench, &refresh).await, 200);
    for wrong in [-1.0, 1e12] {
        assert_eq!(steer(&bench, json!({ "seconds": wrong })).await.status, 400);
    }
    assert_eq!(redeem(&bench, &refresh).await, 200);
}

#[tokio::test]
async fn a_scenario_says_how_long_the_tokens_of_a_registry_live() {
    let bench = Bench::with_and("happy", "[time]\nregistry_refresh_lifetime = 60\nregistry_access_lifetime = 30").await;
    let entra = bench.token(Tenant::B, REGISTRIES).await;
    let refresh = exchange(&bench, &entra).await.at("/refresh_token").to_owned();
    bench.sim.pass(59.0);
    assert_eq!(redeem(&bench, &refresh).await, 200);
    bench.sim.pass(2.0);
    assert_eq!(redeem(&bench, &refresh).await, 401);
}

#[tokio::test]
async fn a_form_without_a_length_is_read_from_the_socket() {
    let bench = Bench::with(&[]).await;
    let entra = bench.token(Tenant::B, REGISTRIES).await;
    let refresh = exchange(&bench, &entra).await.at("/refresh_token").to_owned();
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(redeeming(&bench, &refresh)).finish();
    let frames = form.into_bytes().chunks(7).map(Bytes::copy_from_slice).collect::<Vec<_>>();
    let frames = frames.into_iter().map(|part| Ok::<_, std::io::Error>(Frame::data(part)));
    let body = reqwest::Body::wrap(StreamBody::new(futures_util::stream::iter(frames)));
    let request = bench
        .http
        .post(at_registry(&bench, "/oauth2/token"))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(body);
    let reply = bench.send(request).await.unwrap();
    assert_eq!((reply.status, reply.at("/access_token").is_empty()), (200, false), "{}", reply.text);
    let exchanges = bench.sim.exchanges();
    let sent = &exchanges.last().unwrap().request_headers;
    assert!(sent.iter().any(|(name, value)| name == "transfer-encoding" && value == "chunked"));
    assert!(sent.iter().all(|(name, _)| name != "content-length"));
}

#[tokio::test]
async fn a_tenant_that_knows_no_registries_gives_tokens_of_the_resource_manager_alone() {
    let bench = Bench::with(&["no-registry-audience"]).await;
    let operator = bench.sim.operator(Tenant::B);
    let (id, secret) = (operator.client_id.to_string(), operator.client_secret.reveal().to_owned());
    let tenant = bench.tenant(Tenant::B);
    let refused = bench.sign_in(&tenant, &id, &secret, REGISTRIES).await;
    assert_eq!((refused.status, refused.at("/error"), common::code_of(&refused)), (400, "invalid_resource", 500_011));
    let person = bench.by_device(&tenant, bench.sim.account(Tenant::B), ARM, "").await;
    let scope = format!("{REGISTRIES}/.default");
    let form =
        [("grant_type", "refresh_token"), ("refresh_token", person.at("/refresh_token")), ("scope", scope.as_str())];
    let refused = bench.as_cli(&tenant, &form).await;
    assert_eq!((refused.status, common::code_of(&refused)), (400, 500_011), "{}", refused.text);
    let refused = of_machine(&bench, REGISTRIES).await;
    assert_eq!((refused.status, refused.at("/error")), (400, "invalid_resource"));
    assert!(refused.at("/error_description").starts_with("AADSTS500011: "));
    // The other tenant knows them.
    assert!(!bench.token(Tenant::A, REGISTRIES).await.is_empty());
    for token in [bench.token(Tenant::B, ARM).await, of_machine(&bench, ARM).await.at("/access_token").to_owned()] {
        assert_eq!(exchange(&bench, &token).await.status, 200);
    }
}

#[tokio::test]
async fn an_endpoint_of_a_machine_may_not_serve_registries() {
    let text = "[world]\nmachine_in_b = true\nmachine_registry_audience = false";
    let bench = Bench::with_and("happy", text).await;
    let refused = of_machine(&bench, REGISTRIES).await;
    assert_eq!((refused.status, refused.at("/error/code")), (400, "AudienceNotSupported"));
    let words = "Audience https://containerregistry.azure.net is not a supported MSI token audience.";
    assert_eq!(refused.at("/error/message"), words);
    let token = of_machine(&bench, ARM).await.at("/access_token").to_owned();
    assert_eq!(exchange(&bench, &token).await.status, 200);
    assert!(!bench.token(Tenant::B, REGISTRIES).await.is_empty());
}
