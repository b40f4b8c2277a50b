//! Everything that goes wrong on purpose: each fault, the latency, and the worlds that scenarios make.

#[cfg(test)]
mod common;

use std::time::{Duration, Instant};

use common::{ARM, Bench};
use crosspull_sim::{Options, Tenant, start};
use serde_json::{Value, json};

/// Returns a cloud in which the first creation of an application suffers.
async fn creation_suffers(fault: &str) -> (Bench, String) {
    let bench = Bench::suffering(&format!("on = 'graph POST /applications'\n{fault}")).await;
    let graph = bench.graph_token(Tenant::A).await;
    (bench, graph)
}

fn create(bench: &Bench, graph: &str) -> reqwest::RequestBuilder {
    bench.request("POST", "/v1.0/applications", graph, &json!({ "displayName": "suffering" }))
}

#[tokio::test]
async fn drop_cuts_before_anything_is_done() {
    let (bench, graph) = creation_suffers("do = 'drop'").await;
    assert!(bench.send(create(&bench, &graph)).await.is_err());
    assert_eq!(bench.apps_called("suffering"), 0);
    assert_eq!(bench.send(create(&bench, &graph)).await.unwrap().status, 201);
}

#[tokio::test]
async fn lose_reply_cuts_after_it_was_done() {
    let (bench, graph) = creation_suffers("do = 'lose_reply'").await;
    assert!(bench.send(create(&bench, &graph)).await.is_err());
    assert_eq!(bench.apps_called("suffering"), 1);
}

#[tokio::test]
async fn hang_never_answers_and_does_nothing() {
    let (bench, graph) = creation_suffers("do = 'hang'").await;
    let why = bench.send(create(&bench, &graph).timeout(Duration::from_millis(200))).await.unwrap_err();
    assert!(why.is_timeout(), "{why}");
    assert_eq!(bench.apps_called("suffering"), 0);
}

#[tokio::test]
async fn garbage_is_200_with_a_torn_body() {
    let (bench, graph) = creation_suffers("do = 'garbage'").await;
    let reply = bench.send(create(&bench, &graph)).await.unwrap();
    assert_eq!((reply.status, &reply.body), (200, &Value::Null));
    assert!(reply.text.starts_with('{'));
}

#[tokio::test]
async fn delay_is_counted_in_simulated_seconds() {
    let (bench, graph) = creation_suffers("do = 'delay'\nseconds = 20").await;
    let begin = Instant::now();
    assert_eq!(bench.send(create(&bench, &graph)).await.unwrap().status, 201);
    // A hundredth of twenty seconds.
    assert!(begin.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn status_answers_in_the_planes_own_words() {
    let (bench, graph) = creation_suffers("nth = 'every'\ndo = 'status'\ncode = 503\nretry_after = 200").await;
    for _ in 0..2 {
        let reply = bench.send(create(&bench, &graph)).await.unwrap();
        assert_eq!((reply.status, &reply.body["error"]["code"]), (503, &json!("serviceNotAvailable")));
        assert_eq!(reply.header("retry-after"), "2");
        assert!(!reply.header("request-id").is_empty());
    }
    assert_eq!(bench.apps_called("suffering"), 0);
}

#[tokio::test]
async fn a_registry_and_the_sign_in_are_refused_in_their_own_words() {
    let text = "[[fault]]\non = 'registry GET /v2/'\nnth = [1]\ndo = 'status'\ncode = 429\nerror = 'TOOMANYREQUESTS'\n\
        message = 'slow down'\nretry_after = 200\n\
        [[fault]]\non = 'entra POST /a/oauth2/v2.0/token'\nnth = [1]\ndo = 'status'\ncode = 401\n\
        error = 'invalid_client'\nerror_codes = [7000222]\nmessage = 'its time is over'\nretry_after = 300";
    let bench = Bench::with_and("happy", text).await;
    let url = format!("https://{}/v2/", bench.sim.ready().login_server);
    let registry = bench.get_with(&url, &[]).await;
    assert_eq!((registry.status, registry.header("retry-after")), (429, "2"));
    assert_eq!((registry.at("/errors/0/code"), registry.at("/errors/0/message")), ("TOOMANYREQUESTS", "slow down"));
    assert_eq!(bench.get_with(&url, &[]).await.status, 401);
    let operator = bench.sim.operator(Tenant::A);
    let (id, secret) = (operator.client_id.to_string(), operator.client_secret.reveal());
    let refused = bench.sign_in("contoso.com", &id, secret, ARM).await;
    assert_eq!((refused.status, refused.at("/error"), refused.header("retry-after")), (401, "invalid_client", "3"));
    assert_eq!(refused.body["error_codes"], json!([7_000_222]));
    assert!(refused.at("/error_description").starts_with("AADSTS7000222: its time is over"));
    assert_eq!(bench.sign_in("contoso.com", &id, secret, ARM).await.status, 200);
}

#[tokio::test]
async fn conditional_access_keeps_the_operator_of_b_out_by_either_name() {
    let bench = Bench::with(&["conditional-access"]).await;
    let operator = bench.sim.operator(Tenant::B);
    for tenant in ["fabrikam.com", &bench.tenant(Tenant::B)] {
        let id = operator.client_id.to_string();
        let refused = bench.sign_in(tenant, &id, operator.client_secret.reveal(), ARM).await;
        assert_eq!((refused.status, &refused.body["error_codes"]), (400, &json!([53_003])));
    }
    bench.graph_token(Tenant::A).await;
}

#[tokio::test]
async fn latency_delays_every_answer() {
    let latency = Duration::from_millis(80);
    let sim = start(Options { latency, ..Options::default() }).await.unwrap();
    let bench = Bench::over(sim);
    let begin = Instant::now();
    bench.graph_token(Tenant::A).await;
    assert!(begin.elapsed() >= latency);
    assert!(bench.sim.requests()[0]["ms"].as_u64().unwrap() >= 80);
}

#[tokio::test]
async fn each_cloud_has_its_own_names() {
    for (scenario, name, suffix) in
        [("china", "AzureChinaCloud", "azurecr.cn"), ("usgov", "AzureUSGovernment", "azurecr.us")]
    {
        let bench = Bench::with(&[scenario]).await;
        let found = bench.send(bench.http.get(bench.url("/metadata/endpoints?api-version=2022-09-01"))).await.unwrap();
        assert_eq!(found.body["name"], name);
        assert!(found.body["suffixes"]["acrLoginServer"].as_str().unwrap().ends_with(suffix), "{}", found.text);
        assert_eq!(bench.sim.world()["cloud"], scenario);
        // The audience of another cloud is nobody's here.
        let operator = bench.sim.operator(Tenant::A);
        let id = operator.client_id.to_string();
        let secret = operator.client_secret.reveal();
        let foreign = bench.sign_in("contoso.com", &id, secret, ARM).await;
        assert_eq!(foreign.body["error_codes"], json!([500_011]));
        let own = found.body["authentication"]["audiences"][0].as_str().unwrap();
        assert_eq!(bench.sign_in("contoso.com", &id, secret, own).await.status, 200);
    }
}

#[tokio::test]
async fn in_one_tenant_both_sides_are_the_same() {
    let bench = Bench::with(&["same-tenant"]).await;
    let ready = bench.sim.ready();
    assert_eq!(ready.tenants.a.id, ready.tenants.b.id);
    assert_ne!(ready.tenants.a.subscription, ready.tenants.b.subscription);
    bench.graph_token(Tenant::B).await;
}

#[tokio::test]
async fn a_policy_caps_the_lifetime_of_secrets() {
    let bench = Bench::with(&["secret-lifetime-capped"]).await;
    let (id, _) = bench.create_app().await;
    let graph = bench.graph_token(Tenant::A).await;
    let path = format!("/v1.0/applications/{id}/addPassword");
    let until = |days: i64| {
        let end = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days);
        json!({ "passwordCredential": { "endDateTime": end.to_string() } })
    };
    let long = bench.call("POST", &path, &graph, &until(180)).await;
    assert_eq!((long.status, &long.body["error"]["code"]), (400, &json!("CredentialInvalidLifetimeAsPerAppPolicy")));
    assert_eq!(bench.call("POST", &path, &graph, &until(90)).await.status, 200);
}

#[tokio::test]
async fn an_administrator_who_declines_stays_at_that() {
    let bench = Bench::with(&["consent-refused"]).await;
    let (_, app_id) = bench.create_app().await;
    assert!(bench.sim.consent("b", &app_id).is_err());
    assert_eq!(bench.principals_in_b(&app_id), 0);
}
