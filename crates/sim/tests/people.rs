//! People who sign in: device code, authorization code, refresh, and what they may do then.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod common;

use std::time::Duration;

use browser::{VERIFIER, authorize, query};
use common::{ARM, AZURE_CLI, Bench, claims_of, code_of, returned};
use crosspull_sim::{DeviceError, Tenant};
use serde_json::{Value, json};

/// Returns a fast way to Graph's resource, as the Azure CLI names it.
fn graph(bench: &Bench) -> String {
    format!("{}/", bench.sim.ready().arm)
}

#[tokio::test]
async fn a_device_code_is_pending_until_somebody_signs_in_and_works_once() {
    let bench = Bench::with(&[]).await;
    let begun = bench.device_code("contoso.com", ARM, "").await;
    assert_eq!(begun.status, 200, "{}", begun.text);
    assert_eq!((begun.body["expires_in"].as_i64(), begun.body["interval"].as_i64()), (Some(900), Some(1)));
    assert_eq!(begun.at("/verification_uri"), bench.url("/devicelogin"));
    assert!(begun.at("/message").contains(begun.at("/user_code")));
    let device_code = begun.at("/device_code");
    let pending = bench.poll("contoso.com", device_code).await;
    assert_eq!((pending.status, pending.at("/error"), code_of(&pending)), (400, "authorization_pending", 70_016));
    let early = bench.poll("contoso.com", device_code).await;
    assert_eq!(early.at("/error"), "slow_down");
    let tenant = bench.sim.approve_device(&begun.at("/user_code").to_lowercase(), "ops@contoso.com").unwrap();
    assert_eq!(tenant.to_string(), bench.tenant(Tenant::A));
    let done = bench.poll("contoso.com", device_code).await;
    assert_eq!(done.status, 200, "{}", done.text);
    assert_eq!(
        done.at("/scope"),
        "https://management.core.windows.net//user_impersonation https://management.core.windows.net//.default"
    );
    assert_eq!((done.at("/token_type"), done.at("/foci")), ("Bearer", "1"));
    let claims = claims_of(done.at("/access_token"));
    assert_eq!(
        (&claims["aud"], &claims["upn"], &claims["appid"], &claims["idtyp"], &claims["scp"]),
        (&json!(ARM), &json!("ops@contoso.com"), &json!(AZURE_CLI), &json!("user"), &json!("user_impersonation"))
    );
    assert!(claims["wids"].as_array().unwrap().contains(&json!("9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3")));
    let id = claims_of(done.at("/id_token"));
    assert_eq!(
        (&id["aud"], &id["preferred_username"], &id["oid"]),
        (&json!(AZURE_CLI), &json!("ops@contoso.com"), &claims["oid"])
    );
    assert_eq!(claims_of(&format!(".{}", done.at("/client_info")))["utid"], bench.tenant(Tenant::A));
    let again = bench.poll("contoso.com", device_code).await;
    assert_eq!((again.at("/error"), code_of(&again)), ("invalid_grant", 54_005));
}

#[tokio::test]
async fn a_device_code_can_be_declined_and_is_over_one_day() {
    let bench = Bench::with_and("happy", "[time]\ndevice_code_lifetime = 1").await;
    let declined = bench.device_code("contoso.com", ARM, "").await;
    bench.sim.decline_device(declined.at("/user_code")).unwrap();
    let reply = bench.poll("contoso.com", declined.at("/device_code")).await;
    assert_eq!(reply.at("/error"), "authorization_declined");
    let late = bench.device_code("contoso.com", ARM, "").await;
    let reply = bench
        .until("the code is over", async || {
            let reply = bench.poll("contoso.com", late.at("/device_code")).await;
            (reply.at("/error") == "expired_token").then_some(reply)
        })
        .await;
    assert_eq!(code_of(&reply), 70_020);
    assert_eq!(bench.sim.approve_device(late.at("/user_code"), "a"), Err(DeviceError::UnknownCode));
    assert_eq!(code_of(&bench.poll("contoso.com", "no-such-code").await), 70_002);
}

#[tokio::test]
async fn a_code_is_good_at_the_tenant_that_it_was_made_for_alone() {
    let bench = Bench::with(&["happy"]).await;
    let begun = bench.device_code("fabrikam.com", ARM, "").await;
    bench.sim.approve_device(begun.at("/user_code"), "b").unwrap();
    let elsewhere = bench.poll("contoso.com", begun.at("/device_code")).await;
    assert_eq!((elsewhere.at("/error"), code_of(&elsewhere)), ("invalid_grant", 700_005));
    let by_id = bench.tenant(Tenant::B);
    assert_eq!(
        bench.poll(&by_id, begun.at("/device_code")).await.status,
        200,
        "by another of its names it is the same"
    );
}

#[tokio::test]
async fn the_page_takes_a_code_and_an_account_and_is_hardened() {
    let bench = Bench::with(&[]).await;
    let begun = bench.device_code("fabrikam.com", ARM, "").await;
    let page = bench.url("/devicelogin");
    let first = bench.get_with(&page, &[]).await;
    assert!(first.header("content-security-policy").starts_with("default-src 'none'"));
    assert_eq!(bench.post_form(&page, &[("code", "ABCDEFGHI")]).await.status, 400);
    let code = begun.at("/user_code");
    let second = bench.post_form(&page, &[("code", code)]).await;
    for name in ["ops@fabrikam.com", "reader@fabrikam.com", "ops@contoso.com", "Microsoft Azure CLI"] {
        assert!(second.text.contains(name), "{name}: {}", second.text);
    }
    assert!(!second.text.contains("reader@contoso.com"));
    let form = |user| [("code", code), ("user", user), ("decision", "accept")];
    let stranger = bench.post_form(&page, &form("reader@contoso.com")).await;
    assert!(stranger.status == 400 && stranger.text.contains("AADSTS50020"), "{}", stranger.text);
    assert_eq!(bench.poll("fabrikam.com", begun.at("/device_code")).await.at("/error"), "authorization_pending");
    let done = bench.post_form(&page, &form("ops@fabrikam.com")).await;
    assert!(done.status == 200 && done.text.contains("You have signed in"), "{}", done.text);
    assert_eq!(bench.poll("fabrikam.com", begun.at("/device_code")).await.status, 200);
}

#[tokio::test]
async fn steering_enters_codes_and_a_person_of_the_scenario_does_so_by_itself() {
    let bench = Bench::with(&["person-signs-in"]).await;
    for (tenant, account) in
        [("contoso.com", "ops@contoso.com"), ("fabrikam.com", "ops@fabrikam.com"), ("organizations", "ops@contoso.com")]
    {
        let begun = bench.device_code(tenant, ARM, "").await;
        let done = bench
            .until("the person signs in", async || {
                tokio::time::sleep(Duration::from_millis(100)).await;
                let reply = bench.poll(tenant, begun.at("/device_code")).await;
                (reply.status == 200).then_some(reply)
            })
            .await;
        assert_eq!(claims_of(done.at("/access_token"))["unique_name"], account);
    }
    let bench = Bench::with(&[]).await;
    let begun = bench.device_code("contoso.com", ARM, "").await;
    assert_eq!(bench.sim.device_codes(), [begun.at("/user_code")]);
    let enter = async |body: Value| bench.call("POST", "/_sim/device", "", &body).await;
    let waiting = bench.get("/_sim/device", "").await;
    assert_eq!(waiting.at("/0/userCode"), begun.at("/user_code"));
    assert_eq!(enter(json!({ "userCode": "ABCDEFGHI", "user": "a" })).await.status, 404);
    assert_eq!(enter(json!({ "userCode": begun.at("/user_code"), "user": "nobody@contoso.com" })).await.status, 409);
    let done = enter(json!({ "userCode": begun.at("/user_code"), "user": "ops@contoso.com" })).await;
    assert_eq!((done.status, done.at("/tenant")), (200, bench.tenant(Tenant::A).as_str()));
}

#[tokio::test]
async fn one_sign_in_at_organizations_reaches_every_tenant_and_resource_by_refresh() {
    let bench = Bench::with(&[]).await;
    let tokens = bench.by_device("organizations", "ops@contoso.com", ARM, "").await;
    let tenants = bench.get("/tenants?api-version=2022-12-01", tokens.at("/access_token")).await;
    let names: Vec<&str> =
        [0, 1].iter().map(|n| tenants.at(&format!("/value/{n}/defaultDomain")).to_owned().leak() as &str).collect();
    assert_eq!(names, ["contoso.com", "fabrikam.com"]);
    let refresh = tokens.at("/refresh_token");
    let redeem = async |tenant: &str, scope: &str| {
        bench.as_cli(tenant, &[("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", scope)]).await
    };
    let abroad =
        redeem("fabrikam.com", "https://management.core.windows.net//.default offline_access openid profile").await;
    assert_eq!(abroad.status, 200, "{}", abroad.text);
    let claims = claims_of(abroad.at("/access_token"));
    assert_eq!((&claims["tid"], &claims["upn"]), (&json!(bench.tenant(Tenant::B)), &Value::Null));
    assert!(claims["idp"].as_str().unwrap().contains(&bench.tenant(Tenant::A)));
    assert_ne!(claims["oid"], claims_of(tokens.at("/access_token"))["oid"]);
    // A guest has no subscription there.
    let none = bench.get("/subscriptions?api-version=2022-12-01", abroad.at("/access_token")).await;
    assert_eq!(none.body["value"], json!([]));
    let other = redeem("organizations", &format!("{}/.default", graph(&bench))).await;
    assert_eq!(other.status, 200, "{}", other.text);
    assert!(other.body.get("refresh_token").is_none() && other.at("/scope").contains("Application.ReadWrite.All"));
    assert_eq!(bench.get("/v1.0/me", other.at("/access_token")).await.at("/userPrincipalName"), "ops@contoso.com");
    let wrong = bench.as_cli("contoso.com", &[("grant_type", "refresh_token"), ("refresh_token", "1.Anothing")]).await;
    assert_eq!((wrong.at("/error"), code_of(&wrong)), ("invalid_grant", 9_002_313));
}

#[tokio::test]
async fn tokens_end_soon_and_are_had_again_by_refresh() {
    let bench = Bench::with_and("token-expires-midway", "[time]\ntoken_lifetime = 1\nrefresh_token_lifetime = 3").await;
    let tokens = bench.by_device("contoso.com", "a", ARM, "").await;
    let path = "/subscriptions?api-version=2022-12-01";
    bench
        .until("the token is over", async || {
            (bench.get(path, tokens.at("/access_token")).await.status == 401).then_some(())
        })
        .await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.at("/refresh_token"))];
    let again = bench.as_cli("contoso.com", &form).await;
    assert_eq!(bench.get(path, again.at("/access_token")).await.status, 200);
    let over = bench
        .until("the refresh token is over", async || {
            let reply = bench.as_cli("contoso.com", &form).await;
            (reply.status == 400).then_some(reply)
        })
        .await;
    assert_eq!((over.at("/error"), code_of(&over)), ("invalid_grant", 700_082));
}

#[tokio::test]
async fn an_authorization_code_needs_its_verifier_its_address_and_works_once() {
    let bench = Bench::with(&[]).await;
    let scope = "https://management.core.windows.net//.default offline_access openid profile";
    let asked = query("http://localhost:8400", scope);
    let accepted =
        authorize(&bench, "contoso.com", &asked, &[("user", "ops@contoso.com"), ("decision", "accept")]).await;
    assert_eq!(accepted.status, 302, "{}", accepted.text);
    assert!(accepted.header("location").starts_with("http://localhost:8400/?code="));
    assert_eq!(returned(&accepted, "state"), "s 1");
    assert!(!returned(&accepted, "session_state").is_empty());
    let code = returned(&accepted, "code");
    let redeem = async |to: &str, verifier: &str| {
        let form =
            [("grant_type", "authorization_code"), ("code", &code), ("redirect_uri", to), ("code_verifier", verifier)];
        bench.as_cli("contoso.com", &form).await
    };
    let elsewhere = redeem("http://localhost:8401", VERIFIER).await;
    assert_eq!((elsewhere.status, code_of(&elsewhere)), (400, 500_112));
    assert_eq!(code_of(&redeem("http://localhost:8400", "another-verifier").await), 501_481);
    assert_eq!(code_of(&redeem("http://localhost:8400", "").await), 50_148);
    let tokens = redeem("http://localhost:8400", VERIFIER).await;
    assert_eq!(tokens.status, 200, "{}", tokens.text);
    assert!(!tokens.at("/refresh_token").is_empty() && !tokens.at("/id_token").is_empty());
    assert_eq!(claims_of(tokens.at("/access_token"))["upn"], "ops@contoso.com");
    let again = redeem("http://localhost:8400", VERIFIER).await;
    assert_eq!((again.at("/error"), code_of(&again)), ("invalid_grant", 54_005));

    let declined = authorize(&bench, "contoso.com", &asked, &[("decision", "cancel")]).await;
    assert_eq!(returned(&declined, "error"), "access_denied");
    let stranger =
        authorize(&bench, "fabrikam.com", &asked, &[("user", "reader@contoso.com"), ("decision", "accept")]).await;
    assert!(stranger.status == 400 && stranger.text.contains("AADSTS50020"));
    let away = bench.url(
        "/contoso.com/oauth2/v2.0/authorize?code_challenge=x&response_type=code&redirect_uri=https%3A%2F%2Fexample.com",
    );
    let away = bench.get_with(&format!("{away}&client_id={AZURE_CLI}"), &[]).await;
    assert!(away.status == 400 && away.text.contains("AADSTS50011"), "{}", away.text);
    let unknown =
        bench.url("/contoso.com/oauth2/v2.0/authorize?code_challenge=x&client_id=11111111-2222-4333-8444-555555555555");
    assert!(bench.get_with(&unknown, &[]).await.text.contains("AADSTS700016"));
}

#[tokio::test]
async fn an_authorization_code_is_over_one_day_and_a_form_can_carry_it() {
    let bench = Bench::with_and("happy", "[time]\ncode_lifetime = 0").await;
    let accept = [("user", "ops@contoso.com"), ("decision", "accept")];
    let reply = authorize(&bench, "organizations", &query("http://127.0.0.1:9/x", "openid"), &accept).await;
    let code = returned(&reply, "code");
    let form = [
        ("grant_type", "authorization_code"),
        ("code", &code),
        ("redirect_uri", "http://127.0.0.1:9/x"),
        ("code_verifier", VERIFIER),
    ];
    assert_eq!(code_of(&bench.as_cli("organizations", &form).await), 70_008);
    let mut asked = query("http://localhost:1", "openid");
    asked.push(("response_mode", "form_post"));
    let posted = authorize(&bench, "organizations", &asked, &accept).await;
    assert!(
        posted.status == 200
            && posted.text.contains(r#"action="http://localhost:1""#)
            && posted.text.contains(r#"name="code""#)
    );
}

#[tokio::test]
async fn a_users_rights_are_those_of_role_and_client() {
    let bench = Bench::with(&[]).await;
    let graph = graph(&bench);
    let new = json!({ "displayName": "by hand", "signInAudience": "AzureADMultipleOrgs" });
    let ops = bench.user_token("contoso.com", "ops@contoso.com", &graph).await;
    let made = bench.call("POST", "/v1.0/applications", &ops, &new).await;
    assert_eq!(made.status, 201, "{}", made.text);
    let app_id = made.at("/appId");
    let owners = bench
        .until("the app is readable", async || {
            let reply = bench.get(&format!("/v1.0/applications/{}/owners", made.at("/id")), &ops).await;
            (reply.status == 200).then_some(reply)
        })
        .await;
    assert_eq!(
        (owners.at("/value/0/@odata.type"), owners.at("/value/0/userPrincipalName")),
        ("#microsoft.graph.user", "ops@contoso.com")
    );
    let ops_b = bench.user_token("fabrikam.com", "ops@fabrikam.com", &graph).await;
    let there = bench.call("POST", "/v1.0/servicePrincipals", &ops_b, &json!({ "appId": app_id })).await;
    assert_eq!(there.status, 201, "{}", there.text);

    let reader = bench.user_token("contoso.com", "reader@contoso.com", &graph).await;
    assert_eq!(bench.call("POST", "/v1.0/applications", &reader, &new).await.status, 403);
    assert_eq!(bench.get("/v1.0/applications", &reader).await.status, 200);
    assert_eq!(bench.get("/v1.0/users/ops@contoso.com", &reader).await.at("/displayName"), "Robin Ops");
    let guest = bench.user_token("fabrikam.com", "ops@contoso.com", &graph).await;
    assert_eq!(bench.get("/v1.0/applications", &guest).await.status, 403);
    assert_eq!(bench.get("/v1.0/users", &guest).await.status, 403);
    let me = bench.get("/v1.0/me?$select=userType,userPrincipalName", &guest).await;
    assert_eq!(
        (me.at("/userType"), me.at("/userPrincipalName")),
        ("Guest", "ops_contoso.com#EXT#@fabrikam.onmicrosoft.com")
    );
    assert_eq!(bench.get("/v1.0/organization", &guest).await.at("/value/0/displayName"), "Fabrikam");
    let roles = bench.get("/v1.0/me/memberOf", &ops).await;
    assert_eq!(roles.at("/value/0/displayName"), "Application Administrator");

    let arm = bench.user_token("contoso.com", "reader@contoso.com", ARM).await;
    assert_eq!(bench.get("/subscriptions?api-version=2022-12-01", &arm).await.body["value"], json!([]));
    let cluster = format!("{}?api-version=2024-09-01", bench.sim.ready().cluster);
    let refused = bench.get(&cluster, &arm).await;
    assert_eq!(refused.status, 403);
    assert!(refused.at("/error/message").starts_with("The client 'reader@contoso.com' with object id"));
    let arm = bench.user_token("contoso.com", "ops@contoso.com", ARM).await;
    assert_eq!(bench.get(&cluster, &arm).await.status, 200);
}

#[tokio::test]
async fn what_a_scenario_takes_from_the_operator_it_takes_from_the_user() {
    let bench = Bench::with(&["no-right-on-cluster", "cannot-create-apps"]).await;
    let arm = bench.user_token("contoso.com", "a", ARM).await;
    let reset = format!("{}/resetServicePrincipalProfile?api-version=2024-09-01", bench.sim.ready().cluster);
    let refused = bench.call("POST", &reset, &arm, &json!({ "clientId": AZURE_CLI, "secret": "x" })).await;
    assert_eq!(refused.at("/error/code"), "AuthorizationFailed");
    let graph = bench.user_token("contoso.com", "a", &graph(&bench)).await;
    assert_eq!(bench.call("POST", "/v1.0/applications", &graph, &json!({ "displayName": "x" })).await.status, 403);
    let one = Bench::with(&["same-tenant"]).await;
    assert_eq!(one.sim.account(Tenant::A), one.sim.account(Tenant::B));
    let arm = one.user_token("contoso.com", "b", ARM).await;
    assert_eq!(one.get(&format!("{}?api-version=2023-07-01", one.sim.ready().registry), &arm).await.status, 200);
}

#[tokio::test]
async fn a_user_can_be_given_a_role_and_own_an_app_that_it_may_change() {
    let bench = Bench::with(&["no-way-back"]).await;
    let graph = bench.user_token("contoso.com", "a", &graph(&bench)).await;
    let found = bench.get("/v1.0/applications?$filter=displayName eq 'aks-shop-sp'", &graph).await;
    let path = format!("/v1.0/applications/{}/addPassword", found.at("/value/0/id"));
    assert_eq!(bench.call("POST", &path, &graph, &json!({})).await.status, 403);
    let reader = bench.get("/v1.0/users/reader@contoso.com", &graph).await;
    let by_ids = json!({ "ids": [reader.at("/id")], "types": ["user"] });
    let objects = bench.call("POST", "/v1.0/directoryObjects/getByIds", &graph, &by_ids).await;
    assert_eq!(objects.at("/value/0/@odata.type"), "#microsoft.graph.user");
    let arm = bench.user_token("contoso.com", "a", ARM).await;
    let cluster = &bench.sim.ready().cluster;
    let grant = format!(
        "{cluster}/providers/Microsoft.Authorization/roleAssignments/{}?api-version=2022-04-01",
        uuid::Uuid::new_v4()
    );
    let role = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let body =
        json!({ "properties": { "roleDefinitionId": role, "principalId": reader.at("/id"), "principalType": "User" } });
    let made = bench.call("PUT", &grant, &arm, &body).await;
    assert_eq!((made.status, made.at("/properties/principalType")), (201, "User"), "{}", made.text);
    let token = bench.user_token("contoso.com", "reader@contoso.com", ARM).await;
    let path = format!("{cluster}?api-version=2024-09-01");
    bench.until("the role holds", async || (bench.get(&path, &token).await.status == 200).then_some(())).await;
}

#[tokio::test]
async fn a_registry_takes_a_users_token() {
    let bench = Bench::with(&[]).await;
    let server = &bench.sim.ready().login_server;
    let token = bench.user_token("fabrikam.com", "b", "https://containerregistry.azure.net").await;
    let form = [("grant_type", "access_token"), ("service", server), ("access_token", &token)];
    let exchanged = bench.post_form(&format!("https://{server}/oauth2/exchange"), &form).await;
    assert_eq!(exchanged.status, 200, "{}", exchanged.text);
}

#[tokio::test]
async fn another_public_client_needs_to_be_one_and_to_be_let_in() {
    let bench = Bench::with_and("happy", "[world.policies_b]\nblock_user_consent = true").await;
    let graph = bench.graph_token(Tenant::A).await;
    let body = json!({ "displayName": "tool", "signInAudience": "AzureADMultipleOrgs" });
    let made = bench.call("POST", "/v1.0/applications", &graph, &body).await;
    let app_id = made.at("/appId").to_owned();
    let begin = async |tenant: &str| {
        let form = [("client_id", app_id.as_str()), ("scope", "User.Read openid offline_access")];
        bench.post_form(&bench.url(&format!("/{tenant}/oauth2/v2.0/devicecode")), &form).await
    };
    assert_eq!(code_of(&begin("contoso.com").await), 7_000_218);
    let public = json!({ "isFallbackPublicClient": true });
    let path = format!("/v1.0/applications/{}", made.at("/id"));
    bench
        .until("the app is known", async || {
            (bench.call("PATCH", &path, &graph, &public).await.status == 204).then_some(())
        })
        .await;
    let begun = begin("contoso.com").await;
    assert_eq!(bench.sim.approve_device(begun.at("/user_code"), "a").unwrap().to_string(), bench.tenant(Tenant::A));
    let grant = "urn:ietf:params:oauth:grant-type:device_code";
    let poll = [("client_id", app_id.as_str()), ("grant_type", grant), ("device_code", begun.at("/device_code"))];
    let tokens = bench.post_form(&bench.url("/contoso.com/oauth2/v2.0/token"), &poll).await;
    assert_eq!((tokens.status, tokens.at("/scope")), (200, "User.Read"), "{}", tokens.text);
    let silent = [
        ("client_id", app_id.as_str()),
        ("grant_type", "refresh_token"),
        ("refresh_token", tokens.at("/refresh_token")),
    ];
    let refused = bench.post_form(&bench.url("/fabrikam.com/oauth2/v2.0/token"), &silent).await;
    assert_eq!((refused.at("/error"), code_of(&refused)), ("invalid_grant", 65_001));
    let abroad = begin("fabrikam.com").await;
    let refused = bench.sim.approve_device(abroad.at("/user_code"), "b");
    assert!(matches!(refused, Err(DeviceError::Refused(90_094, _))), "{refused:?}");
    assert_eq!(bench.principals_in_b(&app_id), 0);
}
