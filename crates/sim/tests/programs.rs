//! Programs that sign in without a secret: by certificate, by federation, by the managed identity of a machine.

#[cfg(test)]
mod common;
#[cfg(test)]
mod jwt;

use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use common::{ARM, Bench, Reply, claims_of, code_of};
use crosspull_sim::{Tenant, write_files};
use jwt::{certificate, jwt, thumbprint};
use serde_json::{Value, json};

const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

async fn present(bench: &Bench, tenant: Tenant, assertion: &str) -> Reply {
    let id = bench.sim.operator(tenant).client_id.to_string();
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", &id),
        ("client_assertion_type", KIND),
        ("client_assertion", assertion),
        ("scope", "https://management.core.windows.net//.default"),
    ];
    bench.post_form(&bench.url(&format!("/{}/oauth2/v2.0/token", bench.tenant(tenant))), &form).await
}

/// Claims of an assertion of operator A, with some of them changed.
fn claims(bench: &Bench, change: &Value) -> Value {
    let id = bench.sim.operator(Tenant::A).client_id;
    let now = jiff::Timestamp::now().as_second();
    let mut claims = json!({
        "aud": bench.url(&format!("/{}/oauth2/v2.0/token", bench.tenant(Tenant::A))),
        "iss": id, "sub": id, "jti": "1", "nbf": now, "exp": now + 600,
    });
    for (name, value) in change.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    claims
}

#[tokio::test]
async fn a_certificate_signs_in_and_whatever_is_wrong_is_named() {
    let bench = Bench::with(&[]).await;
    let (own, other) = (bench.sim.certificate_pem(Tenant::A), bench.sim.certificate_pem(Tenant::B));
    let named = |pem: &str| json!({ "x5t#S256": thumbprint(pem) });
    let sha1 = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &certificate(&own));
    for (algorithm, head) in [
        ("PS256", named(&own)),
        ("RS256", named(&own)),
        ("RS256", json!({ "x5t": BASE64_URL_SAFE_NO_PAD.encode(sha1) })),
    ] {
        let good = present(&bench, Tenant::A, &jwt(&own, algorithm, head, &claims(&bench, &json!({})))).await;
        assert_eq!(good.status, 200, "{algorithm}: {}", good.text);
        assert_eq!(bench.get("/subscriptions?api-version=2022-12-01", good.at("/access_token")).await.status, 200);
    }
    let fraction = json!({ "exp": 4_000_000_000.5 });
    assert_eq!(
        present(&bench, Tenant::A, &jwt(&own, "PS256", named(&own), &claims(&bench, &fraction))).await.status,
        200
    );
    let issuer = json!({ "aud": format!("https://sts.windows.net/{}/", bench.tenant(Tenant::A)) });
    assert_eq!(
        present(&bench, Tenant::A, &jwt(&own, "PS256", named(&own), &claims(&bench, &issuer))).await.status,
        200
    );
    for (key, head, change, code) in [
        (&other, named(&own), json!({}), 700_027),
        (&other, named(&other), json!({}), 700_027),
        (&own, named(&own), json!({ "exp": 1 }), 700_024),
        (&own, named(&own), json!({ "aud": "https://login.example" }), 700_023),
        (&own, named(&own), json!({ "sub": "x" }), 700_021),
    ] {
        let wrong = present(&bench, Tenant::A, &jwt(key, "RS256", head, &claims(&bench, &change))).await;
        assert_eq!((wrong.status, wrong.at("/error"), code_of(&wrong)), (401, "invalid_client", code), "{change}");
    }
    assert_eq!(code_of(&present(&bench, Tenant::A, "no.jwt.at-all").await), 50_027);
}

#[tokio::test]
async fn a_certificate_that_is_over_is_told_from_one_that_is_not_known() {
    let bench = Bench::with_and("happy", "[world.operator_a]\ngraph_roles = ['Application.ReadWrite.All']").await;
    let graph = bench.graph_token(Tenant::A).await;
    let id = bench.sim.operator(Tenant::A).client_id;
    let path = format!("/v1.0/applications(appId='{id}')");
    let shown = bench.get(&path, &graph).await;
    assert_eq!(
        (shown.at("/keyCredentials/0/type"), &shown.body["keyCredentials"][0]["key"]),
        ("AsymmetricX509Cert", &Value::Null)
    );
    let pem = bench.sim.certificate_pem(Tenant::A);
    let key = json!({
        "type": "AsymmetricX509Cert", "usage": "Verify", "key": BASE64_STANDARD.encode(certificate(&pem)),
        "startDateTime": "2024-01-01T00:00:00Z", "endDateTime": "2024-02-01T00:00:00Z",
    });
    assert_eq!(bench.call("PATCH", &path, &graph, &json!({ "keyCredentials": [key] })).await.status, 204);
    let assertion = jwt(&pem, "PS256", json!({ "x5t#S256": thumbprint(&pem) }), &claims(&bench, &json!({})));
    assert_eq!(code_of(&present(&bench, Tenant::A, &assertion).await), 7_000_222);
    let torn = json!({ "keyCredentials": [{ "type": "AsymmetricX509Cert", "usage": "Verify", "key": "AAAA" }] });
    assert_eq!(bench.call("PATCH", &path, &graph, &torn).await.status, 400);
}

#[tokio::test]
async fn a_token_of_the_cluster_signs_in_where_it_is_trusted() {
    let bench = Bench::with(&[]).await;
    let token = bench.sim.federated_token(Tenant::B);
    let good = present(&bench, Tenant::B, token.reveal()).await;
    assert_eq!(good.status, 200, "{}", good.text);
    assert_eq!(claims_of(good.at("/access_token"))["tid"], bench.tenant(Tenant::B));
    // A trusts the other service account.
    assert_eq!(code_of(&present(&bench, Tenant::A, token.reveal()).await), 700_213);
    let issuer = claims_of(token.reveal())["iss"].as_str().unwrap().to_owned();
    let found = bench.get_with(&format!("{issuer}.well-known/openid-configuration"), &[]).await;
    assert_eq!(found.at("/issuer"), issuer);
    assert_eq!(bench.get_with(found.at("/jwks_uri"), &[]).await.at("/keys/0/kty"), "RSA");
    for (scenario, audience) in
        [("china", "api://AzureADTokenExchangeChina"), ("usgov", "api://AzureADTokenExchangeUSGov")]
    {
        let other = Bench::with(&[scenario]).await.sim.federated_token(Tenant::A);
        assert_eq!(claims_of(other.reveal())["aud"], json!([audience]));
    }
    let forged = jwt(&bench.sim.certificate_pem(Tenant::B), "RS256", json!({}), &claims_of(token.reveal()));
    assert_eq!(code_of(&present(&bench, Tenant::B, &forged).await), 50_013);
    let mut other = claims_of(token.reveal());
    other["iss"] = json!("https://elsewhere.example/");
    let other = jwt(&bench.sim.certificate_pem(Tenant::B), "RS256", json!({}), &other);
    assert_eq!(code_of(&present(&bench, Tenant::B, &other).await), 700_211);
}

#[tokio::test]
async fn federated_credentials_are_made_listed_and_deleted() {
    let bench = Bench::with(&[]).await;
    let (id, app_id) = bench.create_app().await;
    let graph = bench.graph_token(Tenant::A).await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    let new = |n: usize| {
        json!({
            "name": format!("n{n}"), "issuer": "https://issuer.example/", "subject": format!("s{n}"), "audiences": ["api://AzureADTokenExchange"],
        })
    };
    let made = bench.call("POST", &path, &graph, &new(0)).await;
    assert_eq!((made.status, made.at("/name")), (201, "n0"), "{}", made.text);
    assert_eq!(bench.call("POST", &path, &graph, &new(0)).await.status, 409);
    for n in 1..20 {
        assert_eq!(bench.call("POST", &path, &graph, &new(n)).await.status, 201);
    }
    assert_eq!(bench.call("POST", &path, &graph, &new(20)).await.status, 400);
    assert_eq!(bench.get(&path, &graph).await.body["value"].as_array().map(Vec::len), Some(20));
    assert_eq!(bench.get(&format!("{path}/n7"), &graph).await.at("/subject"), "s7");
    let by_app = format!("/v1.0/applications(appId='{app_id}')/federatedIdentityCredentials");
    assert_eq!(bench.call("DELETE", &format!("{by_app}/{}", made.at("/id")), &graph, &Value::Null).await.status, 204);
    assert_eq!(bench.call("DELETE", &format!("{path}/n0"), &graph, &Value::Null).await.status, 404);
    let lacking = json!({ "name": "x", "issuer": "https://issuer.example/", "audiences": ["a"] });
    assert_eq!(bench.call("POST", &path, &graph, &lacking).await.status, 400);
}

#[tokio::test]
async fn a_machine_has_an_identity_of_tenant_a() {
    let bench = Bench::with(&[]).await;
    let url = format!(
        "{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F",
        bench.sim.metadata_host()
    );
    let token = bench.get_with(&url, &[("Metadata", "true")]).await;
    assert_eq!((token.status, token.at("/expires_in"), token.at("/resource")), (200, "3599", ARM), "{}", token.text);
    assert!(token.at("/expires_on").parse::<i64>().is_ok());
    let cluster = format!("{}?api-version=2024-09-01", bench.sim.ready().cluster);
    assert_eq!(bench.get(&cluster, token.at("/access_token")).await.status, 200);
    assert_eq!(bench.get_with(&url, &[]).await.status, 400);
    let own = format!("{url}&client_id={}", token.at("/client_id"));
    assert_eq!(bench.get_with(&own, &[("Metadata", "true")]).await.status, 200);
    let unknown = bench.get_with(&format!("{url}&client_id={}", uuid::Uuid::new_v4()), &[("Metadata", "true")]).await;
    assert_eq!(
        (unknown.status, unknown.at("/error"), unknown.at("/error_description")),
        (400, "invalid_request", "Identity not found")
    );
    let (endpoint, header) = bench.sim.app_service_identity();
    let url = format!("{endpoint}?api-version=2019-08-01&resource=https%3A%2F%2Fmanagement.core.windows.net%2F");
    assert_eq!(bench.get_with(&url, &[("X-IDENTITY-HEADER", header)]).await.status, 200);
    assert_eq!(bench.get_with(&url, &[("X-IDENTITY-HEADER", "x")]).await.status, 401);
    let none = Bench::with_and("happy", "[world]\nmachine_identity = false").await;
    let url =
        none.url("/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https%3A%2F%2Fgraph.microsoft.com");
    assert_eq!(none.get_with(&url, &[("Metadata", "true")]).await.status, 400);
}

#[tokio::test]
async fn the_files_let_another_program_in() {
    let bench = Bench::with(&[]).await;
    let folder = std::env::temp_dir().join(format!("crosspull-sim-{}", uuid::Uuid::new_v4()));
    let ready = write_files(&bench.sim, &folder).unwrap();
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(present(&bench, Tenant::A, &read("operator-a.token")).await.status, 200);
    let pem = read("operator-a.pem");
    let assertion = jwt(&pem, "PS256", json!({ "x5t#S256": thumbprint(&pem) }), &claims(&bench, &json!({})));
    assert_eq!(present(&bench, Tenant::A, &assertion).await.status, 200);
    let env = read("env");
    for line in
        ["CROSSPULL_A_CLIENT_CERTIFICATE_FILE", "CROSSPULL_B_FEDERATED_TOKEN_FILE", "AZURE_POD_IDENTITY_AUTHORITY_HOST"]
    {
        assert!(env.contains(&format!("\n# export {line}='")), "{line}: {env}");
    }
    #[cfg(unix)]
    for name in ["operator-a.pem", "operator-b.pem", "operator-a.token", "operator-b.token"] {
        let mode =
            std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(folder.join(name)).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    assert_eq!(ready.env.as_deref().map(|file| file.ends_with("env")), Some(true));
    std::fs::remove_dir_all(folder).unwrap();
}
