//! The credentials of the operators' programs beside their secrets: a certificate, and the token of a service account
//! of the cluster.

use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use super::{CONTOSO, LONG_BEFORE, identities::Ids, identities::OPERATOR_A, identities::OPERATOR_B};
use crate::{
    keys::{self, Pair},
    world::{Application, Certificate, FederatedCredential, World},
};

/// Returns the audience of tokens that are exchanged, by cloud (Entra's document "Workload identity federation").
fn audience(cloud: &str) -> &'static str {
    match cloud {
        "china" => "api://AzureADTokenExchangeChina",
        "usgov" => "api://AzureADTokenExchangeUSGov",
        _ => "api://AzureADTokenExchange",
    }
}

/// Both operators.
const OPERATORS: [(&Ids, &Pair, &str); 2] =
    [(&OPERATOR_A, &keys::OPERATOR_A, "operator-a"), (&OPERATOR_B, &keys::OPERATOR_B, "operator-b")];

/// Makes the clusters issuers on the cloud's origin, and lets the operators in by certificate and service account.
pub fn settle(world: &mut World, origin: &str, today: Timestamp) {
    for cluster in &mut world.clusters {
        let id = Uuid::new_v5(&CONTOSO, cluster.id.as_bytes());
        cluster.issuer = format!("{origin}/oidc/{id}/");
    }
    let Some(issuer) = world.clusters.first().map(|cluster| cluster.issuer.clone()) else {
        return;
    };
    let audience = audience(world.names.short);
    let one_tenant = world.a == world.b;
    for application in world.tenants.iter_mut().flat_map(|tenant| &mut tenant.applications) {
        for (ids, pair, account) in OPERATORS {
            // One operator stands for both where one tenant has both cluster and registry.
            let ids = if one_tenant { &OPERATOR_A } else { ids };
            if application.id == ids.application {
                trust(application, pair, account, &issuer, audience, today);
            }
        }
    }
}

fn trust(application: &mut Application, pair: &Pair, account: &str, issuer: &str, audience: &str, today: Timestamp) {
    application.certificates.push(Certificate {
        key_id: Uuid::new_v5(&application.id, format!("certificate {account}").as_bytes()),
        display_name: Some(format!("CN=simulated {account}")),
        start: application.created,
        end: today.checked_add(LONG_BEFORE).unwrap_or(today),
        der: pair.certificate.to_vec(),
    });
    application.federated.push(FederatedCredential {
        id: Uuid::new_v5(&application.id, format!("federated {account}").as_bytes()),
        name: account.to_owned(),
        issuer: issuer.to_owned(),
        subject: subject(account),
        audiences: vec![audience.to_owned()],
        description: None,
    });
}

fn subject(account: &str) -> String {
    format!("system:serviceaccount:crosspull:{account}")
}

/// Returns a token of the service account that an operator is federated with, valid for long; `account` is `operator-a`
/// or `operator-b`.
pub fn federated_token(world: &World, account: &str, today: Timestamp) -> Option<String> {
    let issuer = &world.clusters.first()?.issuer;
    let now = today.as_second();
    keys::cluster_token(&json!({
        "aud": [audience(world.names.short)],
        "iss": issuer,
        "sub": subject(account),
        "iat": now, "nbf": now, "exp": now + LONG_BEFORE.as_secs(),
        "jti": Uuid::new_v4(),
        "kubernetes.io": { "namespace": "crosspull", "serviceaccount": { "name": account } },
    }))
}
