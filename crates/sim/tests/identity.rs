//! Entra, Graph and consent, asked by a plain client.

#[cfg(test)]
mod common;

use common::{ARM, Bench, Reply};
use crosspull_sim::{Options, Tenant};
use serde_json::{Value, json};

#[tokio::test]
async fn discovery_gives_the_tenants_id_for_its_domain() {
    let bench = Bench::with(&[]).await;
    let found =
        bench.send(bench.http.get(bench.url("/contoso.com/v2.0/.well-known/openid-configuration"))).await.unwrap();
    let id = bench.tenant(Tenant::A);
    assert_eq!(found.body["issuer"], bench.url(&format!("/{id}/v2.0")));
    assert_eq!(found.body["token_endpoint"], bench.url(&format!("/{id}/oauth2/v2.0/token")));
    let unknown =
        bench.send(bench.http.get(bench.url("/nobody.com/v2.0/.well-known/openid-configuration"))).await.unwrap();
    assert_eq!((unknown.status, &unknown.body["error_codes"]), (400, &json!([90_002])));
}

#[tokio::test]
async fn a_wrong_secret_is_refused_in_entras_words() {
    let bench = Bench::with(&[]).await;
    let id = bench.sim.operator(Tenant::A).client_id.to_string();
    let refused = bench.sign_in("contoso.com", &id, "wrong", ARM).await;
    assert_eq!((refused.status, &refused.body["error"]), (401, &json!("invalid_client")));
    let text = refused.body["error_description"].as_str().unwrap();
    assert!(text.starts_with("AADSTS7000215: Invalid client secret provided."), "{text}");
    assert!(
        text.contains("\r\nTrace ID: ") && text.contains("\r\nCorrelation ID: ") && text.contains("\r\nTimestamp: "),
        "{text}"
    );
    assert_eq!(refused.header("x-ms-request-id"), refused.body["trace_id"]);
    // The operator of A is nobody in B.
    let secret = bench.sim.operator(Tenant::A).client_secret.reveal();
    let abroad = bench.sign_in("fabrikam.com", &id, secret, ARM).await;
    assert_eq!((abroad.status, &abroad.body["error_codes"]), (400, &json!([700_016])));
}

#[tokio::test]
async fn an_app_is_known_elsewhere_only_after_a_while_and_in_b_only_after_consent() {
    let bench = Bench::with(&["slow-replication"]).await;
    let graph = bench.graph_token(Tenant::A).await;
    let body = json!({ "displayName": "late", "signInAudience": "AzureADMultipleOrgs" });
    let made = bench.call("POST", "/v1.0/applications", &graph, &body).await;
    let (id, app_id) = (made.body["id"].as_str().unwrap(), made.body["appId"].as_str().unwrap());
    assert_eq!(bench.get(&format!("/v1.0/applications/{id}"), &graph).await.status, 404);
    let early = bench.call("POST", "/v1.0/servicePrincipals", &graph, &json!({ "appId": app_id })).await;
    assert_eq!(early.status, 400);
    let message =
        format!("The appId '{app_id}' of the service principal does not reference a valid application object.");
    assert_eq!(early.body["error"]["message"], message);
    bench
        .until("the app is known", async || {
            let read = bench.get(&format!("/v1.0/applications?$filter=appId eq '{app_id}'"), &graph).await;
            (read.body["value"].as_array()?.len() == 1).then_some(())
        })
        .await;
    bench.create_principal(Tenant::A, app_id).await;
    let secret = bench.add_secret(id).await;
    assert_eq!(bench.sign_in("contoso.com", app_id, &secret, ARM).await.body["error_codes"], json!([7_000_229]));
    bench.until_signed_in(Tenant::A, app_id, &secret, ARM).await;
    assert_eq!(bench.sign_in("fabrikam.com", app_id, &secret, ARM).await.body["error_codes"], json!([700_016]));
    bench.create_principal(Tenant::B, app_id).await;
    bench.until_signed_in(Tenant::B, app_id, &secret, ARM).await;
}

#[tokio::test]
async fn a_secret_shows_its_value_once_and_can_be_taken_back() {
    let bench = Bench::with(&[]).await;
    let (id, app_id) = bench.create_app().await;
    bench.create_principal(Tenant::A, &app_id).await;
    let secret = bench.add_secret(&id).await;
    let graph = bench.graph_token(Tenant::A).await;
    let read = bench.get(&format!("/v1.0/applications/{id}"), &graph).await;
    assert!(!read.text.contains(&secret) && !bench.sim.world().to_string().contains(&secret));
    let key = &read.body["passwordCredentials"][0];
    assert_eq!((&key["secretText"], key["hint"].as_str()), (&Value::Null, secret.get(..3)));
    bench.until_signed_in(Tenant::A, &app_id, &secret, ARM).await;
    let removed = bench
        .call("POST", &format!("/v1.0/applications/{id}/removePassword"), &graph, &json!({ "keyId": key["keyId"] }))
        .await;
    assert_eq!(removed.status, 204);
    assert_eq!(bench.sign_in("contoso.com", &app_id, &secret, ARM).await.body["error_codes"], json!([7_000_215]));
}

#[tokio::test]
async fn a_new_secret_flaps_before_it_holds() {
    let bench = Bench::with(&["secret-not-yet-valid"]).await;
    let (id, app_id) = bench.create_app().await;
    bench.create_principal(Tenant::A, &app_id).await;
    let secret = bench.add_secret(&id).await;
    bench.until_signed_in(Tenant::A, &app_id, &secret, ARM).await;
    // Some replica that answers next does not know it yet, and in the end all do.
    let mut refusals = 0;
    bench
        .until("it holds", async || {
            for _ in 0..8 {
                if bench.sign_in("contoso.com", &app_id, &secret, ARM).await.status != 200 {
                    refusals += 1;
                    return None;
                }
            }
            Some(())
        })
        .await;
    assert!(refusals > 0);
}

#[tokio::test]
async fn graph_is_strict() {
    let bench = Bench::with(&[]).await;
    let graph = bench.graph_token(Tenant::A).await;
    let unknown =
        bench.call("POST", "/v1.0/applications", &graph, &json!({ "displayName": "x", "colour": "red" })).await;
    assert_eq!((unknown.status, &unknown.body["error"]["code"]), (400, &json!("Request_BadRequest")));
    assert!(unknown.body["error"]["message"].as_str().unwrap().contains("'colour'"));
    assert_eq!(bench.get("/v1.0/applicationz", &graph).await.status, 404);
    assert_eq!(bench.get("/v1.0/applications?$filter=appId gt '1'", &graph).await.status, 400);
    let arm = bench.token(Tenant::A, ARM).await;
    let wrong = bench.get("/v1.0/applications", &arm).await;
    assert_eq!((wrong.status, &wrong.body["error"]["code"]), (401, &json!("InvalidAuthenticationToken")));
    assert!(!wrong.header("request-id").is_empty());
    assert_eq!(bench.get("/v1.0/applications", "e.e.e").await.status, 401);
    assert_eq!(bench.sign_in("contoso.com", "x", "y", "https://registryb.azurecr.io").await.status, 400);
}

#[tokio::test]
async fn rights_on_the_directory_come_from_app_roles() {
    let bench = Bench::with(&["cannot-create-apps"]).await;
    let graph = bench.graph_token(Tenant::A).await;
    assert_eq!(bench.get("/v1.0/applications", &graph).await.status, 200);
    let refused = bench.call("POST", "/v1.0/applications", &graph, &json!({ "displayName": "x" })).await;
    assert_eq!((refused.status, &refused.body["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
}

/// A permission that apps of the portal list: to sign people in and read their profile.
fn user_read() -> Value {
    json!([{
        "resourceAppId": "00000003-0000-0000-c000-000000000000",
        "resourceAccess": [{ "id": "e1fe6dd8-ba31-4d61-89e7-88639da4683d", "type": "Scope" }],
    }])
}

#[tokio::test]
async fn a_person_consents_on_the_page() {
    let bench = Bench::with(&[]).await;
    let (id, app_id) = bench.create_app().await;
    let path = |redirect: &str| {
        format!("/fabrikam.com/oauth2/authorize?client_id={app_id}&response_type=code&redirect_uri={redirect}&state=7")
    };
    let wrong = bench.send(bench.http.get(bench.url(&path("https%3A%2F%2Fwww.microsoft.com%2F")))).await.unwrap();
    assert!(wrong.status == 400 && wrong.text.contains("AADSTS50011"), "{}", wrong.text);
    let url = bench.url(&path("https%3A%2F%2Fwww.microsoft.com"));
    // An app of Graph's lists no permission until it is given one, as the portal does.
    for (more, code) in [("", "AADSTS650056"), (&*format!("&resource={app_id}"), "AADSTS90008")] {
        let refused = bench.send(bench.http.get(format!("{url}{more}"))).await.unwrap();
        assert!(refused.status == 400 && refused.text.contains(code), "{}", refused.text);
    }
    let graph = bench.graph_token(Tenant::A).await;
    let listed = json!({ "requiredResourceAccess": user_read() });
    assert_eq!(bench.call("PATCH", &format!("/v1.0/applications/{id}"), &graph, &listed).await.status, 204);
    let page = bench.send(bench.http.get(&url)).await.unwrap();
    assert!(page.text.contains("crosspull-test") && page.text.contains("Consent on behalf of your organization"));
    declines_and_accepts(&bench, &url, &app_id, "https://www.microsoft.com/?code=").await;
}

#[tokio::test]
async fn an_administrator_consents_for_an_app_that_lists_no_permission() {
    let bench = Bench::with(&[]).await;
    let (_, app_id) = bench.create_app().await;
    let path = format!("/fabrikam.com/v2.0/adminconsent?client_id={app_id}&state=7");
    let path = format!("{path}&redirect_uri=https%3A%2F%2Fwww.microsoft.com");
    let scopeless = bench.send(bench.http.get(bench.url(&path))).await.unwrap();
    assert!(scopeless.status == 400 && scopeless.text.contains("AADSTS900144"), "{}", scopeless.text);
    let url = bench.url(&format!("{path}&scope=openid"));
    let page = bench.send(bench.http.get(&url)).await.unwrap();
    assert!(
        page.text.contains("for all users in your organization") && !page.text.contains("checkbox"),
        "{}",
        page.text
    );
    let back = format!("https://www.microsoft.com/?admin_consent=True&tenant={}", bench.tenant(Tenant::B));
    declines_and_accepts(&bench, &url, &app_id, &back).await;
}

/// A consent page takes a no and a yes, and sends the browser back with the one and the other.
#[allow(clippy::unwrap_used, reason = "a helper of tests")]
async fn declines_and_accepts(bench: &Bench, url: &str, app_id: &str, back: &str) {
    let post = |decision: &'static str| {
        bench.send(bench.http.post(url).header("content-type", "application/x-www-form-urlencoded").body(decision))
    };
    let location = |reply: &Reply| reply.header("location").replace("%5F", "_").replace("%2D", "-");
    let declined = post("decision=cancel").await.unwrap();
    assert!(location(&declined).contains("error=access_denied"), "{declined:?}");
    assert_eq!(bench.principals_in_b(app_id), 0);
    let accepted = post("organization=yes&decision=accept").await.unwrap();
    assert_eq!(accepted.status, 302);
    assert!(location(&accepted).starts_with(back) && location(&accepted).ends_with("state=7"), "{accepted:?}");
    assert_eq!(bench.principals_in_b(app_id), 1);
}

#[tokio::test]
async fn the_steering_path_plays_the_administrator_once() {
    let bench = Bench::with(&[]).await;
    let (_, app_id) = bench.create_app().await;
    let body = json!({ "tenant": bench.tenant(Tenant::B), "appId": app_id });
    let first = bench.call("POST", "/_sim/consent", "", &body).await;
    let second = bench.call("POST", "/_sim/consent", "", &body).await;
    assert_eq!((first.status, second.status), (200, 200));
    assert_eq!(first.body, second.body);
    assert_eq!(bench.principals_in_b(&app_id), 1);
}

#[tokio::test]
async fn in_consent_later_a_person_comes_by() {
    let bench = Bench::with(&["consent-later"]).await;
    let (_, app_id) = bench.create_app().await;
    assert_eq!(bench.principals_in_b(&app_id), 0);
    bench.until("the person consents", async || (bench.principals_in_b(&app_id) == 1).then_some(())).await;
}

#[tokio::test]
async fn a_lost_reply_cuts_the_connection_after_the_commit() {
    let bench = Bench::with(&["lost-reply-create-app"]).await;
    let graph = bench.graph_token(Tenant::A).await;
    let request = || {
        let body = json!({ "displayName": "lost" }).to_string();
        let request =
            bench.http.post(bench.url("/v1.0/applications")).header("authorization", format!("Bearer {graph}"));
        request.header("content-type", "application/json").body(body)
    };
    assert!(bench.send(request()).await.is_err());
    assert_eq!(bench.apps_called("lost"), 1);
    assert_eq!(bench.send(request()).await.unwrap().status, 201);
    let lost = bench.sim.requests().as_array().unwrap().iter().filter(|entry| entry["status"].is_null()).count();
    assert_eq!(lost, 1);
}

#[tokio::test]
async fn throttling_says_how_long() {
    let bench = Bench::with(&["throttled"]).await;
    let graph = bench.graph_token(Tenant::A).await;
    let first = bench.call("POST", "/v1.0/applications", &graph, &json!({ "displayName": "x" })).await;
    assert_eq!((first.status, first.header("retry-after"), first.header("x-ms-retry-after-ms")), (429, "1", "100"));
    assert_eq!(bench.call("POST", "/v1.0/applications", &graph, &json!({ "displayName": "x" })).await.status, 201);
}

#[tokio::test]
async fn requests_are_logged_without_their_queries() {
    let bench = Bench::with(&[]).await;
    let graph = bench.graph_token(Tenant::B).await;
    bench.get("/v1.0/applications?$filter=appId eq 'x'", &graph).await;
    let requests = bench.get("/_sim/requests", "").await.body;
    let planes: Vec<&str> = requests.as_array().unwrap().iter().map(|entry| entry["plane"].as_str().unwrap()).collect();
    assert_eq!(planes, ["entra", "graph"]);
    assert_eq!(requests[1]["path"], "/v1.0/applications");
    assert_eq!((&requests[1]["n"], &requests[1]["status"]), (&json!(2), &json!(200)));
    assert_eq!(requests[1]["tenant"].as_str(), Some(bench.tenant(Tenant::B).as_str()));
    assert_eq!(bench.sim.exchanges().len(), 2);
}

#[tokio::test]
async fn only_loopback_is_served() {
    let options = Options { listen: "0.0.0.0:0".parse().unwrap(), ..Options::default() };
    assert!(crosspull_sim::start(options).await.unwrap_err().to_string().contains("loopback"));
}

#[tokio::test]
async fn files_are_for_their_owner_and_complete() {
    let bench = Bench::with(&["consent-later"]).await;
    let folder = std::env::temp_dir().join(format!("crosspull-sim-{}", uuid::Uuid::new_v4()));
    let ready = crosspull_sim::write_files(&bench.sim, &folder).unwrap();
    let answers: toml::Table = std::fs::read_to_string(ready.answers.as_ref().unwrap()).unwrap().parse().unwrap();
    let env = std::fs::read_to_string(ready.env.as_ref().unwrap()).unwrap();
    assert_eq!(answers["consent"].as_str(), Some("url"));
    assert_eq!(answers["cluster"].as_str(), Some(ready.cluster.as_str()));
    assert!(env.contains(bench.sim.operator(Tenant::A).client_secret.reveal()));
    let line = serde_json::to_value(&ready).unwrap();
    for key in ["arm", "ca_file", "tenants", "cluster", "registry", "login_server", "answers", "env"] {
        assert!(!line[key].is_null(), "{key}");
    }
    #[cfg(unix)]
    for (path, mode) in
        [(&folder, 0o700), (ready.env.as_ref().unwrap(), 0o600), (ready.ca_file.as_ref().unwrap(), 0o600)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, mode);
    }
    std::fs::remove_dir_all(folder).unwrap();
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_is_there_keeps_its_mode_and_what_is_not_ours() {
    use std::{fs, os::unix::fs::PermissionsExt};

    let bench = Bench::with(&[]).await;
    let folder = std::env::temp_dir().join(format!("crosspull-sim-{}", uuid::Uuid::new_v4()));
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(folder.join("notes"), "mine").unwrap();
    fs::write(folder.join("env"), "mine").unwrap();
    let why = crosspull_sim::write_files(&bench.sim, &folder).unwrap_err();
    assert_eq!(why.kind(), std::io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read_to_string(folder.join("env")).unwrap(), "mine");
    assert!(!folder.join("ca.pem").exists());

    fs::remove_file(folder.join("env")).unwrap();
    // The second time over the files of the first.
    for _ in 0..2 {
        crosspull_sim::write_files(&bench.sim, &folder).unwrap();
    }
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o755);
    assert_eq!(fs::read_to_string(folder.join("notes")).unwrap(), "mine");
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_body_that_does_not_say_what_it_is_is_not_read() {
    let bench = Bench::with(&[]).await;
    let ready = bench.sim.ready().clone();
    let operator = bench.sim.operator(Tenant::A).clone();
    let login = format!("{}/{}/oauth2/v2.0/token", ready.arm, bench.tenant(Tenant::A));
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}&scope={ARM}.default",
        operator.client_id,
        operator.client_secret.reveal()
    );
    let entra = bench.send(bench.http.post(login).body(form)).await.unwrap();
    assert_eq!((entra.status, entra.body["error_codes"][0].as_u64()), (400, Some(900_144)));
    let graph = bench.graph_token(Tenant::A).await;
    let plain = |url: String, token: &str| bench.http.post(url).bearer_auth(token).body("{\"displayName\":\"x\"}");
    let made = bench.send(plain(format!("{}/v1.0/applications", ready.arm), &graph)).await.unwrap();
    assert_eq!((made.status, made.at("/error/code")), (400, "Request_BadRequest"));
    let arm = bench.token(Tenant::A, ARM).await;
    let reset = format!("{}{}/resetServicePrincipalProfile?api-version=2024-09-01", ready.arm, ready.cluster);
    let refused = bench.send(plain(reset, &arm)).await.unwrap();
    assert_eq!((refused.status, refused.at("/error/code")), (415, "UnsupportedMediaType"));
    let refresh = || {
        let request = bench.http.post(format!("https://{}/oauth2/token", ready.login_server));
        let service = &ready.login_server;
        request.body(format!("grant_type=refresh_token&service={service}&scope=registry:catalog:*&refresh_token=z"))
    };
    let unread = bench.send(refresh()).await.unwrap();
    let read = refresh().header("content-type", "application/x-www-form-urlencoded; charset=utf-8");
    assert_eq!((unread.status, bench.send(read).await.unwrap().status), (400, 401));
}
