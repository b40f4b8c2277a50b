//! Resets asked for directly, with the clock in hand.

use http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    faults::Fate,
    testbed::{Reply, Testbed},
    world::{ClusterIdentity, KubeletIdentity, ManagedIdentity, ManagedKind},
};

/// Returns a reset asked for with the credential of `App`.
async fn reset(bed: &Testbed, body: Value, fate: Fate) -> Reply {
    let path = format!("{}/resetServicePrincipalProfile", bed.cluster);
    bed.arm_with('a', Method::POST, &path, body, fate).await
}

/// Returns the body of the operation that an accepted reset names.
async fn operation(bed: &Testbed, accepted: &Reply) -> Value {
    let address = accepted.header("azure-asyncoperation");
    let path = address.strip_prefix("https://localhost:5000").expect("on the same origin");
    bed.arm('a', Method::GET, path, Value::Null).await.json()
}

#[tokio::test]
async fn a_reset_takes_its_time_and_gives_the_cluster_its_new_identity() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let body = json!({"clientId": app.client_id, "secret": app.secret});
    let accepted = reset(&bed, body.clone(), Fate::default()).await;
    assert_eq!(accepted.status, StatusCode::ACCEPTED);
    assert_eq!(accepted.header("retry-after"), "5");
    let state = async || bed.arm('a', Method::GET, &bed.cluster, Value::Null).await.json();
    assert_eq!(state().await["properties"]["provisioningState"], "Updating");
    assert_eq!(operation(&bed, &accepted).await["status"], "InProgress");
    let second = reset(&bed, body, Fate::default()).await;
    assert_eq!((second.status, second.code().as_str()), (StatusCode::CONFLICT, "OperationNotAllowed"));
    // The task has to be waiting before the clock moves.
    bed.pass(0.0).await;
    bed.pass(bed.cloud.times.reset_operation).await;
    assert_eq!(operation(&bed, &accepted).await["status"], "Succeeded");
    let shown = state().await;
    assert_eq!(shown["properties"]["provisioningState"], "Succeeded");
    assert_eq!(shown["properties"]["servicePrincipalProfile"]["clientId"], app.client_id.to_string());
    let results = accepted.header("location").replace("https://localhost:5000", "");
    assert_eq!(bed.arm('a', Method::GET, &results, Value::Null).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn a_later_operation_shows_an_error_beside_in_progress() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let body = json!({"clientId": app.client_id, "secret": app.secret});
    let first = reset(&bed, body.clone(), Fate::Fails { error: None, applied: false }).await;
    bed.pass(0.0).await;
    bed.pass(bed.cloud.times.reset_operation).await;
    let failed = operation(&bed, &first).await;
    assert_eq!(failed["status"], "Failed");
    assert!(failed["error"]["code"].is_string());
    let second = reset(&bed, body, Fate::NeverEnds).await;
    bed.pass(0.0).await;
    bed.pass(1e6).await;
    let running = operation(&bed, &second).await;
    assert_eq!(running["status"], "InProgress");
    assert_eq!(running["error"]["code"], "NotLatestOperation");
}

#[tokio::test]
async fn a_reset_may_fail_with_the_new_identity_on_the_first_node_only() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    let body = json!({"clientId": app.client_id, "secret": app.secret});
    for applied in [false, true] {
        let accepted = reset(&bed, body.clone(), Fate::Fails { error: None, applied }).await;
        bed.pass(0.0).await;
        bed.pass(bed.cloud.times.reset_operation).await;
        assert_eq!(operation(&bed, &accepted).await["status"], "Failed");
        let shown = bed.arm('a', Method::GET, &bed.cluster, Value::Null).await.json();
        let new = json!(app.client_id.to_string());
        assert_eq!(shown["properties"]["provisioningState"], "Failed");
        assert_eq!(shown["properties"]["servicePrincipalProfile"]["clientId"] == new, applied);
        let world = bed.cloud.world();
        let nodes = world.clusters[0].nodes.iter();
        let has_new: Vec<_> =
            nodes.map(|node| node.credential.as_ref().is_some_and(|held| held.client_id == app.client_id)).collect();
        assert_eq!(has_new, [applied, false, false]);
    }
}

#[tokio::test]
async fn a_reset_is_refused_for_a_credential_that_the_clusters_tenant_does_not_take() {
    let bed = Testbed::new(|_| {});
    let app = bed.app();
    for (body, code) in [
        (json!({"clientId": app.client_id, "secret": "wrong"}), "ServicePrincipalValidationClientError"),
        (json!({"clientId": Uuid::new_v4(), "secret": "wrong"}), "ServicePrincipalNotFound"),
        (json!({"clientId": app.client_id, "secret": "x".repeat(191)}), "InvalidParameter"),
        (json!({"clientId": app.client_id, "secret": app.secret, "tenant": "x"}), "UnmarshalError"),
    ] {
        let reply = reset(&bed, body, Fate::default()).await;
        assert_eq!((reply.status, reply.code().as_str()), (StatusCode::BAD_REQUEST, code));
        assert!(!String::from_utf8_lossy(&reply.bytes).contains(&app.secret));
    }
    assert_eq!(bed.cloud.world().clusters[0].resets, 0);
}

#[tokio::test]
async fn a_managed_identity_or_stopped_cluster_takes_no_reset() {
    let managed = Testbed::new(|world| {
        let (resource_id, client_id, object_id) = (String::new(), Uuid::new_v4(), Uuid::new_v4());
        world.clusters[0].identity = ClusterIdentity::Managed(ManagedIdentity {
            kind: ManagedKind::SystemAssigned,
            principal_id: Uuid::new_v4(),
            kubelet: KubeletIdentity { resource_id, client_id, object_id },
        });
    });
    let body = json!({"clientId": Uuid::new_v4(), "secret": "x"});
    let reply = reset(&managed, body.clone(), Fate::default()).await;
    assert_eq!(reply.json()["message"], "Updating service principal profile is not allowed on MSI cluster.");
    let shown = managed.arm('a', Method::GET, &managed.cluster, Value::Null).await.json();
    assert_eq!(shown["properties"]["servicePrincipalProfile"]["clientId"], "msi");
    assert_eq!(shown["identity"]["type"], "SystemAssigned");
    let stopped = Testbed::new(|world| "Stopped".clone_into(&mut world.clusters[0].power_state));
    let reply = reset(&stopped, body, Fate::default()).await;
    assert_eq!((reply.status, reply.code().as_str()), (StatusCode::CONFLICT, "OperationNotAllowed"));
}
