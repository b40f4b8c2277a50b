//! The tokens of a registry: their claims, their lives, and the ways to ask for them.

use axum::body::Body;
use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testbed::{Reply, Testbed};

const PULL: &str = "repository:shop/web:pull";
const MANIFEST: &str = "/v2/shop/web/manifests/1.4";
const NULL_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// Returns the answer to the exchange of the operator's token for the registry's audience.
async fn exchange(bed: &Testbed) -> Reply {
    let entra = bed.operator_token('b', "https://containerregistry.azure.net");
    let form = format!("grant_type=access_token&service=localhost:5001&tenant=x&access_token={entra}");
    bed.registry(Method::POST, "/oauth2/exchange", &[], &form).await
}

async fn refresh_token(bed: &Testbed) -> String {
    text(&exchange(bed).await, "refresh_token")
}

async fn redeem(bed: &Testbed, refresh: &str, scopes: &str) -> Reply {
    let form = format!("grant_type=refresh_token&service=localhost:5001&refresh_token={refresh}{scopes}");
    bed.registry(Method::POST, "/oauth2/token", &[], &form).await
}

fn text(reply: &Reply, name: &str) -> String {
    reply.json()[name].as_str().expect("a token").to_owned()
}

fn claims(token: &str) -> Value {
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    serde_json::from_slice(&claims).expect("JSON")
}

fn span(claims: &Value) -> i64 {
    claims["exp"].as_i64().expect("an end") - claims["iat"].as_i64().expect("a beginning")
}

#[tokio::test]
async fn the_claims_are_those_of_the_documents() {
    let bed = Testbed::new(|_| {});
    let exchanged = exchange(&bed).await;
    assert_eq!(exchanged.header("x-ms-ratelimit-remaining-calls-per-second"), "166.65");
    let refresh = text(&exchanged, "refresh_token");
    let shown = claims(&refresh);
    let b = bed.cloud.world().b;
    let common = |shown: &Value, kind: &str| {
        assert_eq!((&shown["aud"], &shown["grant_type"]), (&json!("localhost:5001"), &json!(kind)));
        assert_eq!((&shown["iss"], &shown["version"]), (&json!("Azure Container Registry"), &json!("1.0")));
        assert!(["jti", "sub"].iter().all(|name| shown[*name].is_string()) && shown["nbf"] == shown["iat"]);
    };
    common(&shown, "refresh_token");
    assert_eq!((span(&shown), &shown["tenant"], shown.get("access")), (10_800, &json!(b), None));
    let access = text(&redeem(&bed, &refresh, &format!("&scope={PULL}")).await, "access_token");
    let shown = claims(&access);
    common(&shown, "access_token");
    let granted = json!([{"type": "repository", "name": "shop/web", "actions": ["pull"]}]);
    assert_eq!((span(&shown), &shown["access"], shown.get("tenant")), (4_500, &granted, None));
}

#[tokio::test]
async fn a_refresh_token_ends_after_three_hours_and_an_access_token_before() {
    let bed = Testbed::new(|_| {});
    let refresh = refresh_token(&bed).await;
    let scope = format!("&scope={PULL}");
    let access = format!("Bearer {}", text(&redeem(&bed, &refresh, &scope).await, "access_token"));
    let (ok, no) = (StatusCode::OK, StatusCode::UNAUTHORIZED);
    for (minutes, opens, redeems) in [(74.0, ok, ok), (2.0, no, ok), (103.0, no, ok), (2.0, no, no)] {
        bed.pass(minutes * 60.0).await;
        let read = bed.registry(Method::GET, MANIFEST, &[("authorization", &access)], "").await;
        assert_eq!((read.status, redeem(&bed, &refresh, &scope).await.status), (opens, redeems), "{minutes}");
    }
    let again = bed.registry(Method::GET, MANIFEST, &[("authorization", &access)], "").await;
    assert!(again.header("www-authenticate").ends_with(",error=\"invalid_token\""));
}

#[tokio::test]
async fn one_kind_of_token_does_not_do_for_the_other() {
    let bed = Testbed::new(|_| {});
    let refresh = refresh_token(&bed).await;
    let access = text(&redeem(&bed, &refresh, &format!("&scope={PULL}")).await, "access_token");
    assert_eq!(redeem(&bed, &access, &format!("&scope={PULL}")).await.status, StatusCode::UNAUTHORIZED);
    let as_bearer = format!("Bearer {refresh}");
    let read = bed.registry(Method::GET, MANIFEST, &[("authorization", &as_bearer)], "").await;
    assert_eq!(read.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_refresh_token_of_another_registry_is_refused() {
    let bed = Testbed::new(|_| {});
    let refresh = refresh_token(&bed).await;
    "localhost:5002".clone_into(&mut bed.cloud.world().registries[0].login_server);
    let form = format!("grant_type=refresh_token&service=localhost:5002&scope={PULL}&refresh_token={refresh}");
    let redeemed = bed.registry(Method::POST, "/oauth2/token", &[], &form).await;
    assert_eq!(redeemed.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn scopes_are_repeated_or_have_spaces_between() {
    let bed = Testbed::new(|_| {});
    let refresh = refresh_token(&bed).await;
    let both = json!([
        {"type": "repository", "name": "shop/web", "actions": ["pull"]},
        {"type": "registry", "name": "catalog", "actions": ["*"]},
    ]);
    for scopes in [
        format!("&scope={PULL}&scope=registry:catalog:*"),
        format!("&scope={PULL}+registry:catalog:*&scope={PULL}"),
        format!("&scope={PULL}%20registry%3Acatalog%3A%2A"),
    ] {
        let reply = redeem(&bed, &refresh, &scopes).await;
        assert_eq!(claims(&text(&reply, "access_token"))["access"], both, "{scopes}");
    }
    assert_eq!(claims(&text(&redeem(&bed, &refresh, "").await, "access_token"))["access"], json!([]));
}

#[tokio::test]
async fn docker_login_is_given_its_refresh_token_again() {
    let bed = Testbed::new(|world| world.registries[0].admin_user_enabled = true);
    let refresh = refresh_token(&bed).await;
    let login = async |name: &str, password: &str, offline: bool| {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")));
        let asked = format!("account={name}&client_id=docker&offline_token={offline}&service=localhost%3A5001");
        bed.registry(Method::GET, &format!("/oauth2/token?{asked}"), &[("authorization", &basic)], "").await
    };
    let signed_in = login(NULL_GUID, &refresh, true).await;
    assert_eq!((text(&signed_in, "refresh_token"), claims(&text(&signed_in, "access_token"))["access"].clone()), {
        (refresh.clone(), json!([]))
    });
    assert_eq!(login(NULL_GUID, &refresh, false).await.json().get("refresh_token"), None);
    let password = bed.cloud.world().registries[0].admin_passwords[0].value.reveal().to_owned();
    assert_eq!(login("registryb", &password, true).await.json().get("refresh_token"), None);
    assert_eq!(login(NULL_GUID, "wrong", true).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_form_of_unknown_length_is_read() {
    let bed = Testbed::new(|_| {});
    let refresh = refresh_token(&bed).await;
    let parts = ["grant_type=refresh_token&service=localhost", ":5001&client_id=containers%2Fimage&refresh_token="];
    let rest = format!("{refresh}&scope={PULL}");
    let parts =
        parts.into_iter().map(str::to_owned).chain([rest]).map(|part| Ok::<_, std::io::Error>(Bytes::from(part)));
    let request = Request::post("/oauth2/token")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .body(Body::from_stream(futures_util::stream::iter(parts)))
        .expect("a request");
    let reply = Reply::read(bed.registry.clone().oneshot(request).await.expect("an answer")).await;
    assert_eq!((reply.status, reply.json()["access_token"].is_string()), (StatusCode::OK, true));
}

#[tokio::test]
async fn an_entra_token_whose_time_is_over_is_not_exchanged() {
    let bed = Testbed::new(|_| {});
    let entra = bed.operator_token('b', "https://containerregistry.azure.net");
    bed.pass(3600.0).await;
    let form = format!("grant_type=access_token&service=localhost:5001&access_token={entra}");
    let late = bed.registry(Method::POST, "/oauth2/exchange", &[], &form).await;
    assert_eq!((late.status, late.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"));
    let other = form.replace("5001", "5002");
    assert_eq!(bed.registry(Method::POST, "/oauth2/exchange", &[], &other).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_name_that_the_tenant_does_not_know_is_told_from_a_wrong_password() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    let message = async |name: &str| {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:wrong")));
        let path = "/oauth2/token?service=localhost:5001";
        let reply = bed.registry(Method::GET, path, &[("authorization", &basic)], "").await;
        assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
        reply.json()["errors"][0]["message"].as_str().unwrap_or_default().to_owned()
    };
    assert_eq!(message("somebody").await, "Application not registered with AAD.");
    assert!(message(&app.client_id.to_string()).await.starts_with("authentication required, visit "));
}
