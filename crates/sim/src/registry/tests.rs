//! The data plane of a registry asked directly, with the clock in hand.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::images;
use crate::testbed::{Reply, Testbed};

const PULL: &str = "repository:shop/web:pull";
const MANIFEST: &str = "/v2/shop/web/manifests/1.4";

fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{password}")))
}

async fn token(bed: &Testbed, authorization: &str, scope: &str) -> Reply {
    let path = format!("/oauth2/token?service=localhost:5001&scope={scope}");
    bed.registry(Method::GET, &path, &[("authorization", authorization)], "").await
}

fn access(reply: &Reply) -> Value {
    let body = reply.json();
    let token = body["access_token"].as_str().expect("a token");
    let claims = BASE64_URL_SAFE_NO_PAD.decode(token.split('.').nth(1).expect("claims")).expect("base64");
    serde_json::from_slice::<Value>(&claims).expect("JSON")["access"].clone()
}

fn bearer(reply: &Reply) -> String {
    format!("Bearer {}", reply.json()["access_token"].as_str().expect("a token"))
}

#[tokio::test]
async fn a_stranger_is_told_where_to_get_a_token() {
    let bed = Testbed::new(|_| {});
    let reply = bed.registry(Method::GET, "/v2/", &[], "").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHORIZED"));
    assert_eq!(
        reply.header("www-authenticate"),
        "Bearer realm=\"https://localhost:5001/oauth2/token\",service=\"localhost:5001\""
    );
    let reply = bed.registry(Method::GET, MANIFEST, &[], "").await;
    assert!(reply.header("www-authenticate").ends_with(",scope=\"repository:shop/web:pull\""));
}

#[tokio::test]
async fn the_role_to_pull_lets_pull_and_no_more() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    let credential = basic(&app.client_id.to_string(), &app.secret);
    let reply = token(&bed, &credential, "repository:shop/web:pull,push").await;
    assert_eq!(access(&reply), json!([{"type": "repository", "name": "shop/web", "actions": ["pull"]}]));
    let bearer = bearer(&reply);
    let head = bed.registry(Method::HEAD, MANIFEST, &[("authorization", &bearer)], "").await;
    assert_eq!(head.status, StatusCode::OK);
    assert!(head.bytes.is_empty());
    assert!(bed.cloud.world().registries[0].pulls.is_empty());
    let got = bed.registry(Method::GET, MANIFEST, &[("authorization", &bearer)], "").await;
    assert_eq!(got.header("docker-content-digest"), images::digest(&got.bytes));
    assert_eq!(got.header("docker-content-digest"), head.header("docker-content-digest"));
    assert_eq!(bed.cloud.world().registries[0].pulls[0].by, app.client_id.to_string());
    let other = bed.registry(Method::GET, "/v2/shop/api/manifests/latest", &[("authorization", &bearer)], "").await;
    assert_eq!(other.status, StatusCode::UNAUTHORIZED);
    assert!(other.header("www-authenticate").contains("error=\"insufficient_scope\""));
}

#[tokio::test]
async fn a_wrong_secret_no_role_or_no_principal_gets_no_token() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let id = app.client_id.to_string();
    let status = async |credential: String| token(&bed, &credential, PULL).await.status;
    assert_eq!(status(basic(&id, &app.secret)).await, StatusCode::UNAUTHORIZED);
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    assert_eq!(status(basic(&id, &app.secret)).await, StatusCode::OK);
    assert_eq!(status(basic(&id, "wrong")).await, StatusCode::UNAUTHORIZED);
    let b = bed.cloud.world().b;
    bed.cloud
        .world()
        .directory_mut(b)
        .expect("a tenant")
        .service_principals
        .retain(|found| found.app_id != app.client_id);
    assert_eq!(status(basic(&id, &app.secret)).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_role_on_another_registry_is_no_role_here() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let other = bed.cloud.world().registries[1].id.clone();
    bed.grant(app.principal_b, "AcrPull", &other, None);
    let reply = token(&bed, &basic(&app.client_id.to_string(), &app.secret), PULL).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn with_repository_permissions_only_the_repository_roles_count() {
    let bed =
        Testbed::new(|world| "AbacRepositoryPermissions".clone_into(&mut world.registries[0].role_assignment_mode));
    let app = bed.app();
    let credential = basic(&app.client_id.to_string(), &app.secret);
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    let reply = token(&bed, &credential, PULL).await;
    assert_eq!((reply.status, access(&reply)), (StatusCode::OK, json!([])));
    let manifest = bed.registry(Method::HEAD, MANIFEST, &[("authorization", &bearer(&reply))], "").await;
    assert_eq!(manifest.status, StatusCode::UNAUTHORIZED);
    let condition = "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web'))";
    bed.grant(app.principal_b, "Container Registry Repository Reader", &bed.registry_id, Some(condition));
    let both = token(&bed, &credential, "repository:shop/web:pull%20repository:shop/api:pull").await;
    assert_eq!(access(&both), json!([{"type": "repository", "name": "shop/web", "actions": ["pull"]}]));
}

#[tokio::test]
async fn the_repository_roles_do_not_count_without_repository_permissions() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    bed.grant(app.principal_b, "Container Registry Repository Reader", &bed.registry_id, None);
    let reply = token(&bed, &basic(&app.client_id.to_string(), &app.secret), PULL).await;
    assert_eq!(access(&reply), json!([]));
}

#[tokio::test]
async fn an_entra_token_is_exchanged_if_it_is_of_the_registrys_tenant() {
    let bed = Testbed::new(|_| {});
    let exchange = async |token: &str| {
        let form = format!("grant_type=access_token&service=localhost:5001&access_token={token}");
        bed.registry(Method::POST, "/oauth2/exchange", &[], &form).await
    };
    let foreign = bed.operator_token('a', "https://containerregistry.azure.net");
    assert_eq!(exchange(&foreign).await.status, StatusCode::UNAUTHORIZED);
    let of_graph = bed.operator_token('b', "https://graph.microsoft.com");
    assert_eq!(exchange(&of_graph).await.status, StatusCode::UNAUTHORIZED);
    let own = exchange(&bed.operator_token('b', "https://containerregistry.azure.net")).await;
    let refresh = own.json()["refresh_token"].as_str().expect("a token").to_owned();
    let form =
        format!("grant_type=refresh_token&service=localhost:5001&scope=registry:catalog:*&refresh_token={refresh}");
    let issued = bed.registry(Method::POST, "/oauth2/token", &[], &form).await;
    let listed = bed.registry(Method::GET, "/v2/_catalog?n=2", &[("authorization", &bearer(&issued))], "").await;
    assert_eq!(listed.json(), json!({"repositories": ["shop/api", "shop/web"]}));
    assert_eq!(listed.header("link"), "</v2/_catalog?last=shop%2Fweb&n=2&orderby=>; rel=\"next\"");
    let arm = bed.operator_token('b', "https://management.azure.com/");
    assert_eq!(exchange(&arm).await.status, StatusCode::OK);
    bed.cloud.world().registries[0].accepts_arm_tokens = false;
    assert_eq!(exchange(&arm).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn blobs_come_from_storage_by_a_signed_address_and_in_parts() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    let bearer = bearer(&token(&bed, &basic(&app.client_id.to_string(), &app.secret), PULL).await);
    let manifest = bed.registry(Method::GET, MANIFEST, &[("authorization", &bearer)], "").await.json();
    let layer = manifest["layers"][0]["digest"].as_str().expect("a digest").to_owned();
    let redirect =
        bed.registry(Method::GET, &format!("/v2/shop/web/blobs/{layer}"), &[("authorization", &bearer)], "").await;
    assert_eq!(redirect.status, StatusCode::TEMPORARY_REDIRECT);
    let address = redirect.header("location").strip_prefix("https://127.0.0.1:5001").expect("another host").to_owned();
    let whole = bed.registry(Method::GET, &address, &[], "").await;
    assert_eq!(images::digest(&whole.bytes), layer);
    let part = bed.registry(Method::GET, &address, &[("range", "bytes=0-15")], "").await;
    assert_eq!(part.status, StatusCode::PARTIAL_CONTENT);
    assert_eq!(part.bytes, whole.bytes[..16]);
    assert_eq!(part.header("content-range"), format!("bytes 0-15/{}", whole.bytes.len()));
    let forged = bed.registry(Method::GET, &format!("{address}x"), &[], "").await;
    assert_eq!(forged.status, StatusCode::FORBIDDEN);
    let with_token = bed.registry(Method::GET, &address, &[("authorization", &bearer)], "").await;
    assert_eq!(with_token.status, StatusCode::BAD_REQUEST);
    assert!(String::from_utf8_lossy(&with_token.bytes).contains("<Code>InvalidAuthenticationInfo</Code>"));
}

#[tokio::test]
async fn what_a_registry_does_not_have_is_named() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    bed.grant(app.principal_b, "AcrPull", &bed.registry_id, None);
    let scope = "repository:shop/web:pull%20repository:none:pull";
    let bearer = bearer(&token(&bed, &basic(&app.client_id.to_string(), &app.secret), scope).await);
    let code = async |path: &str| {
        let reply = bed.registry(Method::GET, path, &[("authorization", &bearer)], "").await;
        assert_eq!(reply.status, StatusCode::NOT_FOUND);
        reply.code()
    };
    assert_eq!(code("/v2/shop/web/manifests/9.9").await, "MANIFEST_UNKNOWN");
    assert_eq!(code("/v2/shop/web/blobs/sha256:00").await, "BLOB_UNKNOWN");
    assert_eq!(code("/v2/none/manifests/1").await, "NAME_UNKNOWN");
}

#[tokio::test]
async fn a_firewall_refuses_every_address_but_maybe_not_the_nodes() {
    let bed = Testbed::new(|world| world.registries[0].firewalled = true);
    let reply = bed.registry(Method::GET, "/v2/", &[], "").await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::FORBIDDEN, "DENIED"));
    let node = [("user-agent", "containerd/1.7.22")];
    assert_eq!(bed.registry(Method::GET, "/v2/", &node, "").await.status, StatusCode::FORBIDDEN);
    bed.cloud.world().registries[0].firewall_lets_nodes_in = true;
    assert_eq!(bed.registry(Method::GET, "/v2/", &node, "").await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_repository_token_may_do_what_its_scope_map_says() {
    let bed = Testbed::new(|_| {});
    let id = &bed.registry_id;
    let map = json!({"properties": {"description": "", "actions": ["repositories/shop/web/content/read"]}});
    let made = bed.arm('b', Method::PUT, &format!("{id}/scopeMaps/web-readers"), map).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let new = json!({"properties": {"scopeMapId": format!("{id}/scopemaps/web-readers"), "status": "enabled"}});
    let made = bed.arm('b', Method::PUT, &format!("{id}/tokens/puller"), new).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let generate = json!({"tokenId": format!("{id}/tokens/puller")});
    let made = bed.arm('b', Method::POST, &format!("{id}/generateCredentials"), generate).await.json();
    let password = made["passwords"][1]["value"].as_str().expect("a password");
    let shown = bed.arm('b', Method::GET, &format!("{id}/tokens/puller"), Value::Null).await;
    assert!(!String::from_utf8_lossy(&shown.bytes).contains(password));
    let scopes = "repository:shop/web:pull%20repository:shop/api:pull";
    // A new password needs a minute.
    assert_eq!(token(&bed, &basic("puller", password), scopes).await.status, StatusCode::UNAUTHORIZED);
    bed.pass(60.0).await;
    let reply = token(&bed, &basic("puller", password), scopes).await;
    assert_eq!(access(&reply), json!([{"type": "repository", "name": "shop/web", "actions": ["pull"]}]));
}

#[tokio::test]
async fn the_admin_user_exists_only_where_it_is_switched_on() {
    let bed = Testbed::new(|_| {});
    let list = format!("{}/listCredentials", bed.registry_id);
    let refused = bed.arm('b', Method::POST, &list, Value::Null).await;
    assert_eq!(refused.code(), "UnAuthorizedForCredentialOperations");
    let on = json!({"properties": {"adminUserEnabled": true}});
    assert_eq!(bed.arm('b', Method::PATCH, &bed.registry_id, on).await.status, StatusCode::OK);
    let shown = bed.arm('b', Method::POST, &list, Value::Null).await.json();
    let password = shown["passwords"][0]["value"].as_str().expect("a password");
    let reply = token(&bed, &basic("registryb", password), PULL).await;
    assert_eq!(reply.status, StatusCode::OK);
}

#[tokio::test]
async fn a_password_made_anew_needs_a_minute_and_the_old_one_ends_at_once() {
    let bed = Testbed::new(|world| world.registries[0].admin_user_enabled = true);
    let path = |action: &str| format!("{}/{action}", bed.registry_id);
    let passwords = |body: Value| {
        let of = |at: usize| body["passwords"][at]["value"].as_str().expect("a password").to_owned();
        [of(0), of(1)]
    };
    let [old, other] = passwords(bed.arm('b', Method::POST, &path("listCredentials"), Value::Null).await.json());
    let renewed = bed.arm('b', Method::POST, &path("regenerateCredential"), json!({"name": "password"})).await.json();
    let [new, same] = passwords(renewed);
    assert_eq!((new == old, &same), (false, &other));
    let opens = async |password: &str| token(&bed, &basic("registryb", password), PULL).await.status == StatusCode::OK;
    assert_eq!((opens(&old).await, opens(&new).await, opens(&other).await), (false, false, true));
    bed.pass(59.0).await;
    assert!(!opens(&new).await);
    bed.pass(1.0).await;
    assert_eq!((opens(&old).await, opens(&new).await, opens(&other).await), (false, true, true));
    let wrong = bed.arm('b', Method::POST, &path("regenerateCredential"), json!({"name": "password1"})).await;
    assert_eq!(wrong.status, StatusCode::BAD_REQUEST);
    bed.cloud.world().registries[0].admin_user_enabled = false;
    assert!(!opens(&new).await);
    let off = bed.arm('b', Method::POST, &path("regenerateCredential"), json!({"name": "password"})).await;
    assert_eq!(off.code(), "UnAuthorizedForCredentialOperations");
    bed.cloud.world().registries[0].admin_user_enabled = true;
    assert!(opens(&new).await);
}

#[tokio::test]
async fn a_password_of_a_token_is_made_alone_and_ends() {
    let bed = Testbed::new(|_| {});
    let id = &bed.registry_id;
    let put = async |path: &str, body: Value| bed.arm('b', Method::PUT, &format!("{id}/{path}"), body).await;
    let puller = json!({"properties": {"scopeMapId": format!("{id}/scopeMaps/_repositories_pull")}});
    assert_eq!(put("tokens/puller", puller.clone()).await.status, StatusCode::CREATED);
    for (path, body) in [
        ("tokens/abc", puller.clone()),
        ("tokens/under_score", puller),
        ("scopeMaps/maps", json!({"properties": {"actions": []}})),
        ("scopeMaps/readers", json!({"properties": {"actions": ["repositories/shop/web/content/list"]}})),
    ] {
        assert_eq!(put(path, body).await.status, StatusCode::BAD_REQUEST, "{path}");
    }
    let generate = async |body: Value| {
        let mut body = body;
        body["tokenId"] = json!(format!("{id}/tokens/puller"));
        bed.arm('b', Method::POST, &format!("{id}/generateCredentials"), body).await.json()
    };
    let value = |body: &Value, at: usize| body["passwords"][at]["value"].as_str().map(str::to_owned);
    let first = value(&generate(json!({"name": "password1"})).await, 0).expect("a password");
    let end = bed.cloud.clock.timestamp() + jiff::SignedDuration::from_mins(10);
    let both = generate(json!({"name": "password2", "expiry": end})).await;
    assert_eq!(value(&both, 0), None);
    let second = value(&both, 1).expect("a password");
    let shown = bed.arm('b', Method::GET, &format!("{id}/tokens/puller"), Value::Null).await.json();
    let passwords = &shown["properties"]["credentials"]["passwords"];
    assert_eq!(passwords[1]["expiry"], "2026-11-01T12:10:00.0000000Z");
    let world = crate::world::view::of(&bed.cloud.world());
    let expected = json!({
        "name": "puller",
        "scopeMap": "_repositories_pull",
        "scopeMapId": format!("{id}/scopeMaps/_repositories_pull"),
        "status": "enabled",
        "passwords": [{"name": "password1", "expiry": null}, {"name": "password2", "expiry": end}],
    });
    assert_eq!(world["registries"][0]["tokens"], json!([expected]));
    assert_eq!(world["registries"][0]["publicNetworkAccess"], "Enabled");
    assert!(!world.to_string().contains(&second));
    assert!(passwords[0].get("expiry").is_none() && passwords[0]["creationTime"].is_string());
    bed.pass(60.0).await;
    let opens = async |password: &str| token(&bed, &basic("puller", password), PULL).await.status == StatusCode::OK;
    assert_eq!((opens(&first).await, opens(&second).await), (true, true));
    bed.pass(540.0).await;
    assert_eq!((opens(&first).await, opens(&second).await), (true, false));
}

#[tokio::test]
async fn a_switch_of_the_mode_ends_all_that_was_issued_before() {
    let bed = Testbed::new(|world| world.registries[0].admin_user_enabled = true);
    let password = bed.cloud.world().registries[0].admin_passwords[0].value.reveal().to_owned();
    let issued = bearer(&token(&bed, &basic("registryb", &password), PULL).await);
    let get = async |bearer: &str| bed.registry(Method::GET, MANIFEST, &[("authorization", bearer)], "").await.status;
    assert_eq!(get(&issued).await, StatusCode::OK);
    let entra = bed.operator_token('b', "https://containerregistry.azure.net");
    let form = format!("grant_type=access_token&service=localhost:5001&access_token={entra}");
    let refresh = bed.registry(Method::POST, "/oauth2/exchange", &[], &form).await.json();
    let refresh = refresh["refresh_token"].as_str().expect("a token");
    let form = format!("grant_type=refresh_token&service=localhost:5001&scope={PULL}&refresh_token={refresh}");
    let redeem = async || bed.registry(Method::POST, "/oauth2/token", &[], &form).await.status;
    assert_eq!(redeem().await, StatusCode::OK);
    for (mode, left) in
        [("LegacyRegistryPermissions", StatusCode::OK), ("AbacRepositoryPermissions", StatusCode::UNAUTHORIZED)]
    {
        let body = json!({"properties": {"roleAssignmentMode": mode}});
        assert_eq!(bed.arm('b', Method::PATCH, &bed.registry_id, body).await.status, StatusCode::OK);
        assert_eq!((get(&issued).await, redeem().await), (left, left), "{mode}");
    }
    assert_eq!(get(&bearer(&token(&bed, &basic("registryb", &password), PULL).await)).await, StatusCode::OK);
}
