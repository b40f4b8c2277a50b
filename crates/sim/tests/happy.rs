//! The whole route `new-app` by a plain client, and what the world must look like at its end.

#[cfg(test)]
mod route;

use crosspull_sim::{Sim, Tenant};
use http::{Method, StatusCode};
use route::{ARM, Client, grant, prove, provision, reset, start};
use serde_json::{Value, json};

/// What the nodes of the cluster have made of their images: state and reason, one an image and node.
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
    let sim = start(&[]).await;
    let client = Client::of(&sim);
    assert_eq!(pulls(&sim).len(), 3);
    assert!(pulls(&sim).iter().all(|(state, _)| state == "ImagePullBackOff"), "{:?}", pulls(&sim));

    let app = provision(&sim, &client).await;
    assert_eq!(grant(&sim, &client, &app).await.status, StatusCode::CREATED);
    prove(&sim, &client, &app).await;
    assert_eq!(reset(&sim, &client, &app).await["status"], "Succeeded");

    assert!(pulls(&sim).iter().all(|(state, _)| state == "Pulled"), "{:?}", pulls(&sim));
    let world = sim.world();
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
    let sim = start(&[]).await;
    let client = Client::of(&sim);
    let app = provision(&sim, &client).await;
    assert_eq!(reset(&sim, &client, &app).await["status"], "Succeeded");
    for (state, reason) in pulls(&sim) {
        assert_eq!(state, "ImagePullBackOff");
        assert!(reason.contains("401 Unauthorized"), "{reason}");
        assert!(!reason.contains(&app.secret));
    }
}

#[tokio::test]
async fn the_registry_of_tenant_b_is_not_there_for_a_token_of_tenant_a() {
    let sim = start(&[]).await;
    let client = Client::of(&sim);
    let token = client.operator(&sim, Tenant::A, ARM).await;
    let path = format!("{}?api-version=2023-07-01", sim.ready().registry);
    let reply = client.ask(&token, Method::GET, &path, Value::Null).await;
    assert_eq!(reply.status, StatusCode::UNAUTHORIZED);
    assert_eq!(reply.text("/error/code"), "InvalidAuthenticationTokenTenant");
}

#[tokio::test]
async fn a_failed_reset_leaves_the_old_identity_and_can_be_tried_again() {
    let sim = start(&["reset-fails"]).await;
    let client = Client::of(&sim);
    let app = provision(&sim, &client).await;
    let before = sim.world()["clusters"][0]["clientId"].clone();
    let ended = reset(&sim, &client, &app).await;
    assert_eq!(ended["status"], "Failed");
    assert!(ended["error"]["code"].is_string(), "{ended}");
    let world = sim.world();
    assert_eq!(world["clusters"][0]["provisioningState"], "Failed");
    assert_eq!(world["clusters"][0]["clientId"], before);
}

#[tokio::test]
async fn a_lost_reply_cuts_the_line_after_the_reset_began() {
    let sim = start(&["lost-reply-reset"]).await;
    let client = Client::of(&sim);
    let app = provision(&sim, &client).await;
    let token = client.operator(&sim, Tenant::A, ARM).await;
    let url = format!("{}{}/resetServicePrincipalProfile?api-version=2024-09-01", client.origin, sim.ready().cluster);
    let bearer = format!("Bearer {token}");
    let headers = [("authorization", bearer.as_str()), ("content-type", "application/json")];
    let body = json!({"clientId": app.app_id, "secret": app.secret}).to_string();
    assert!(client.try_send(Method::POST, &url, &headers, body).await.is_err());
    assert_eq!(sim.world()["clusters"][0]["resets"], 1);
}

#[tokio::test]
async fn images_are_pulled_by_the_nodes_even_where_the_operator_is_kept_out() {
    let sim = start(&["firewalled-registry"]).await;
    let client = Client::of(&sim);
    let url = format!("https://{}/v2/", sim.ready().login_server);
    let reply = client.send(Method::GET, &url, &[], String::new()).await;
    assert_eq!(reply.status, StatusCode::FORBIDDEN);
    assert_eq!(reply.text("/errors/0/code"), "DENIED");
}
