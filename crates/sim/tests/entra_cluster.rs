//! Signing in to a cluster's Kubernetes API by Entra, as a service principal and as a person.

#[cfg(test)]
mod common;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use common::{ARM, Bench};
use crosspull_sim::Tenant;
use serde_json::Value;

const AKS: &str = "6dae42f8-4368-4678-94ff-3960e28e3630";

#[tokio::test]
async fn programs_and_people_sign_in_for_the_cluster() {
    let bench = Bench::with(&["entra-cluster"]).await;
    let url = format!("{}/listClusterUserCredential?api-version=2024-09-01", bench.sim.ready().cluster);
    let reply = bench.call("POST", &url, &bench.token(Tenant::A, ARM).await, &Value::Null).await;
    let kubeconfig = String::from_utf8(BASE64_STANDARD.decode(reply.at("/kubeconfigs/0/value")).unwrap()).unwrap();
    assert!(kubeconfig.contains("command: kubelogin"), "{kubeconfig}");
    let server = kubeconfig.lines().find_map(|line| line.trim().strip_prefix("server: ")).unwrap();
    let pods = format!("{server}/api/v1/namespaces/shop/pods");
    let tenant = bench.tenant(Tenant::A);
    let program = bench.token(Tenant::A, AKS).await;
    let person = bench.user_token(&tenant, "a", AKS).await;
    for token in [&program, &person] {
        let claims = common::claims_of(token);
        assert_eq!((&claims["aud"], &claims["tid"]), (&Value::from(AKS), &Value::from(tenant.as_str())));
        assert_eq!(bench.get(&pods, token).await.status, 200);
    }
    let nobody = bench.user_token(&tenant, "reader@contoso.com", AKS).await;
    let refused = bench.get(&pods, &nobody).await;
    assert_eq!(refused.status, 403);
    assert!(
        refused.at("/message").contains("User \"reader@contoso.com\" cannot list resource \"pods\""),
        "{refused:?}"
    );
    let foreign = bench.token(Tenant::B, AKS).await;
    assert_eq!(bench.get(&pods, &foreign).await.status, 401);
}
