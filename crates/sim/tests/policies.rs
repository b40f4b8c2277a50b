//! Policies that keep people out, or ask them for more.

#[cfg(test)]
mod browser;
#[cfg(test)]
mod common;

use base64::Engine as _;
use browser::{authorize, query};
use common::{ARM, Bench, claims_of, code_of};
use crosspull_sim::{DeviceError, Tenant};
use serde_json::{Value, json};

const STEP_UP: &str = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;

#[tokio::test]
async fn policies_keep_people_out_by_device_code_and_not_by_browser() {
    let bench = Bench::with(&["device-code-blocked"]).await;
    let begun = bench.device_code("fabrikam.com", ARM, "").await;
    let form = [("code", begun.at("/user_code")), ("user", "ops@fabrikam.com"), ("decision", "accept")];
    let page = bench.post_form(&bench.url("/devicelogin"), &form).await;
    assert!(
        page.status == 400 && page.text.contains("have access to this") && page.text.contains("AADSTS53003"),
        "{}",
        page.text
    );
    let told = bench.poll("fabrikam.com", begun.at("/device_code")).await;
    assert_eq!((told.at("/error"), code_of(&told)), ("invalid_grant", 53_003));
    let accept = [("user", "ops@fabrikam.com"), ("decision", "accept")];
    let browser = authorize(&bench, "fabrikam.com", &query("http://localhost:1", "openid"), &accept).await;
    assert_eq!(browser.status, 302);
    for (policy, code) in [("security_defaults", 530_035), ("tenant_restrictions", 500_021), ("block_sign_in", 53_003)]
    {
        let bench = Bench::with_and("happy", &format!("[world.policies_b]\n{policy} = true")).await;
        let begun = bench.device_code("fabrikam.com", ARM, "").await;
        bench.sim.approve_device(begun.at("/user_code"), "b").unwrap_err();
        assert_eq!(code_of(&bench.poll("fabrikam.com", begun.at("/device_code")).await), code, "{policy}");
    }
    let bench = Bench::with_and("happy", "[world.policies_b]\nno_guests = true").await;
    let begun = bench.device_code("fabrikam.com", ARM, "").await;
    let kept_out = bench.sim.approve_device(begun.at("/user_code"), "a");
    assert!(matches!(kept_out, Err(DeviceError::Refused(50_020, _))));
}

#[tokio::test]
async fn a_second_step_is_asked_for_and_passed_by_signing_in_again() {
    let bench = Bench::with(&["step-up"]).await;
    let tokens = bench.by_device("contoso.com", "a", ARM, "").await;
    let cluster = &bench.sim.ready().cluster;
    let read = format!("{cluster}?api-version=2024-09-01");
    let write = format!("{cluster}/resetServicePrincipalProfile?api-version=2024-09-01");
    let attempt = async |token: &str| bench.call("POST", &write, token, &json!({})).await;
    assert_eq!(bench.get(&read, tokens.at("/access_token")).await.status, 200);
    let challenged = attempt(tokens.at("/access_token")).await;
    assert_eq!(challenged.status, 401);
    let challenge = challenged.header("www-authenticate");
    let encoded = challenge.split("claims=\"").nth(1).unwrap().trim_end_matches('"');
    let claims: Value = serde_json::from_slice(&base64::prelude::BASE64_STANDARD.decode(encoded).unwrap()).unwrap();
    assert_eq!(claims, serde_json::from_str::<Value>(STEP_UP).unwrap());
    assert!(challenge.contains("error=\"insufficient_claims\""));
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.at("/refresh_token")), ("claims", STEP_UP)];
    let silent = bench.as_cli("contoso.com", &form).await;
    assert_eq!((silent.at("/error"), code_of(&silent)), ("interaction_required", 50_076));
    let stepped = bench.by_device("contoso.com", "a", ARM, STEP_UP).await;
    assert_eq!(claims_of(stepped.at("/access_token"))["acrs"], json!(["c1"]));
    assert_eq!(attempt(stepped.at("/access_token")).await.status, 400);
    // Programs are not asked.
    assert_eq!(attempt(&bench.token(Tenant::A, ARM).await).await.status, 400);
    let refreshed =
        bench.as_cli("contoso.com", &[form[0], ("refresh_token", stepped.at("/refresh_token")), form[2]]).await;
    assert_eq!(claims_of(refreshed.at("/access_token"))["acrs"], json!(["c1"]));
}

#[tokio::test]
async fn a_tenant_that_wants_more_refuses_what_another_was_content_with() {
    let bench = Bench::with_and("happy", "[world.policies_b]\nmfa = true").await;
    let tokens = bench.by_device("organizations", "ops@contoso.com", ARM, "").await;
    let form = [("grant_type", "refresh_token"), ("refresh_token", tokens.at("/refresh_token"))];
    let refused = bench.as_cli("fabrikam.com", &form).await;
    assert_eq!((refused.at("/error"), code_of(&refused)), ("interaction_required", 50_076));
    let direct = bench.by_device("fabrikam.com", "ops@contoso.com", ARM, "").await;
    assert_eq!(claims_of(direct.at("/access_token"))["amr"], json!(["pwd", "mfa"]));
}
