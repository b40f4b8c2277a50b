//! The whole route `new-app` by a plain client, and what the world must look like at its end.

#[cfg(test)]
mod common;
#[cfg(test)]
mod route;

use std::time::Duration;

use common::{ARM, Bench, code_of};
use crosspull_sim::{Sim, Tenant};
use route::{grant, prove, provision, registry_token, reset, reset_request};
use serde_json::{Value, json};

/// Returns what the nodes of the cluster have made of their images: state and reason, one an image and node.
fn pulls(sim: &Sim) -> Vec<(String, String)> {
    let world = sim.world();
    let nodes = world["clusters"][0]["nodes"].as_array().cloned().unwrap_or_default();
    let text = |pull: &Value, name: &str| pull[name].as_str().unwrap_or_default().to_owned();
    nodes
        .iter()
        .flat_map(|node| node["pulls"].as_array().cloned().unwrap_or_default())
        .map(|pull| (text(&pull, "state"), text(&pull, "reason")))
        .collect()
}

#[tokio::test]
async fn the_cluster_pulls_after_the_route_and_not_before() {
    let bench = Bench::with(&[]).await;
    assert_eq!(pulls(&bench.sim).len(), 3);
    assert!(pulls(&bench.sim).iter().all(|(state, _)| state == "ImagePullBackOff"), "{:?}", pulls(&bench.sim));

    let app = provision(&bench).await;
    assert_eq!(grant(&bench, &app).await.status, 201);
    prove(&bench, &app).await;
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");

    assert!(pulls(&bench.sim).iter().all(|(state, _)| state == "Pulled"), "{:?}", pulls(&bench.sim));
    let world = bench.sim.world();
    let cluster = &world["clusters"][0];
    assert_eq!(cluster["clientId"], app.app_id);
    assert_eq!(cluster["provisioningState"], "Succeeded");
    assert_eq!(cluster["resets"], 1);
    let by_app = json!({"repository": "shop/web", "by": app.app_id});
    let served = world["registries"][0]["pulls"].as_array().cloned().unwrap_or_default();
    // The proof of this test reads the manifest once, each of the three nodes once.
    assert_eq!(served, vec![by_app; 4]);
    let roles: Vec<&Value> = world["roleAssignments"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|role| role["principalId"] == app.principal_b)
        .collect();
    assert_eq!(roles.len(), 1);
    assert_eq!(roles[0]["roleName"], "AcrPull");
    assert!(!world.to_string().contains(&app.secret));
}

#[tokio::test]
async fn a_reset_without_the_role_succeeds_and_leaves_the_nodes_without_images() {
    let bench = Bench::with(&[]).await;
    let app = provision(&bench).await;
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");
    for (state, reason) in pulls(&bench.sim) {
        assert_eq!(state, "ImagePullBackOff");
        assert!(reason.contains("401 Unauthorized"), "{reason}");
        assert!(!reason.contains(&app.secret));
    }
}

#[tokio::test]
async fn the_registry_of_tenant_b_is_not_there_for_a_token_of_tenant_a() {
    let bench = Bench::with(&[]).await;
    let token = bench.token(Tenant::A, ARM).await;
    let path = format!("{}?api-version=2023-07-01", bench.sim.ready().registry);
    let reply = bench.get(&path, &token).await;
    assert_eq!((reply.status, reply.at("/error/code")), (401, "InvalidAuthenticationTokenTenant"));
}

#[tokio::test]
async fn a_failed_reset_leaves_the_old_identity_and_can_be_tried_again() {
    let bench = Bench::with(&["reset-fails"]).await;
    let app = provision(&bench).await;
    let before = bench.sim.world()["clusters"][0]["clientId"].clone();
    let ended = reset(&bench, &app).await;
    assert_eq!(ended["status"], "Failed");
    assert!(ended["error"]["code"].is_string(), "{ended}");
    let world = bench.sim.world();
    assert_eq!(world["clusters"][0]["provisioningState"], "Failed");
    assert_eq!(world["clusters"][0]["clientId"], before);
    // Another is accepted; this world fails it too.
    assert_eq!(reset(&bench, &app).await["status"], "Failed");
}

#[tokio::test]
async fn a_lost_reply_cuts_the_line_after_the_reset_began() {
    let bench = Bench::with(&["lost-reply-reset"]).await;
    let app = provision(&bench).await;
    let token = bench.token(Tenant::A, ARM).await;
    assert!(bench.send(reset_request(&bench, &app, &token)).await.is_err());
    assert_eq!(bench.sim.world()["clusters"][0]["resets"], 1);
}

#[tokio::test]
async fn images_are_pulled_by_the_nodes_even_where_the_operator_is_kept_out() {
    let bench = Bench::with(&["firewalled-registry"]).await;
    let reply = bench.get_with(&format!("https://{}/v2/", bench.sim.ready().login_server), &[]).await;
    assert_eq!((reply.status, reply.at("/errors/0/code")), (403, "DENIED"));

    let app = provision(&bench).await;
    assert_eq!(grant(&bench, &app).await.status, 201);
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");
    assert!(pulls(&bench.sim).iter().all(|(state, _)| state == "Pulled"), "{:?}", pulls(&bench.sim));
}

#[tokio::test]
async fn nodes_try_again_until_the_role_is_there() {
    let bench = Bench::with(&[]).await;
    let app = provision(&bench).await;
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");
    assert!(pulls(&bench.sim).iter().all(|(state, _)| state == "ImagePullBackOff"), "{:?}", pulls(&bench.sim));
    assert_eq!(grant(&bench, &app).await.status, 201);
    let all = async {
        while !pulls(&bench.sim).iter().all(|(state, _)| state == "Pulled") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), all).await.expect("the nodes pull in the end");
}

#[tokio::test]
async fn a_registry_that_hangs_does_not_keep_the_reset_from_its_end() {
    let bench = Bench::suffering("on = 'registry GET /v2/'\ndo = 'hang'").await;
    let app = provision(&bench).await;
    assert_eq!(grant(&bench, &app).await.status, 201);
    assert_eq!(reset(&bench, &app).await["status"], "Succeeded");
}

#[tokio::test]
async fn requests_of_a_registry_are_of_its_tenant() {
    let bench = Bench::with(&[]).await;
    bench.get_with(&format!("https://{}/v2/", bench.sim.ready().login_server), &[]).await;
    assert_eq!(bench.sim.requests()[0]["tenant"].as_str(), Some(bench.tenant(Tenant::B).as_str()));
}

#[tokio::test]
async fn a_secret_whose_time_is_over_is_taken_nowhere() {
    let bench = Bench::with(&[]).await;
    let mut app = provision(&bench).await;
    let graph = bench.graph_token(Tenant::A).await;
    let times = json!({ "startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2021-01-01T00:00:00Z" });
    let path = format!("/v1.0/applications/{}/addPassword", app.object_id);
    let made = bench.call("POST", &path, &graph, &json!({ "passwordCredential": times })).await;
    app.secret = made.at("/secretText").to_owned();
    for tenant in [Tenant::A, Tenant::B].map(|side| bench.tenant(side)) {
        let refused = bench
            .until("the secret is known", async || {
                let refused = bench.sign_in(&tenant, &app.app_id, &app.secret, ARM).await;
                (code_of(&refused) != 7_000_215).then_some(refused)
            })
            .await;
        assert_eq!((refused.status, refused.at("/error"), code_of(&refused)), (401, "invalid_client", 7_000_222));
    }
    let server = &bench.sim.ready().login_server;
    let token = registry_token(&bench, server, &app.app_id, &app.secret, "repository:shop/web:pull").await;
    assert_eq!(token.status, 401);
    let arm = bench.token(Tenant::A, ARM).await;
    let reset = bench.send(reset_request(&bench, &app, &arm)).await.unwrap();
    assert_eq!((reset.status, reset.body["code"].as_str()), (400, Some("ServicePrincipalValidationClientError")));
    assert!(reset.text.contains("AADSTS7000222"), "{}", reset.text);
}
