//! The recordings, and what has to be put right before they are read.

use crosspull_reference::{Exchange, Headers, Recording, Reference};
use http::{HeaderMap, HeaderName, HeaderValue};

/// The recordings whose answers are pinned, word by word or in number.
const PINNED: [&str; 43] = [
    "acr_dataplane_anonymous",
    "acr_dataplane_catalog_js",
    "acr_dataplane_repository",
    "acr_dataplane_tag_unknown",
    "acr_login_v2",
    "acr_managed_registry",
    "acr_public_access_disabled",
    "acr_tokens_scope_maps",
    "aks_async_failed",
    "aks_attach_acr_sp",
    "aks_disable_local_accounts",
    "aks_go_user_admin_credentials",
    "aks_msi_create_show",
    "aks_poll_502",
    "aks_poll_error_object_while_running",
    "aks_put_500_flat_error",
    "aks_sp_create_show",
    "aks_sp_not_found_retry",
    "aks_stop_start",
    "arm_invalid_token_401",
    "arm_permissions",
    "arm_subscriptions_tenants_rest",
    "arm_tenants_py",
    "azd_containerapp_2026",
    "entra_auth_code_redeemed",
    "entra_cae_device_code",
    "entra_client_secret_ok",
    "entra_device_code_pending",
    "entra_invalid_secret",
    "entra_unknown_tenant",
    "graph_403_sp_lookup",
    "graph_app_create_idempotent",
    "graph_app_credential",
    "graph_app_not_found",
    "graph_create_for_rbac_password",
    "graph_legacy_password_400",
    "graph_organization",
    "graph_rest",
    "graph_service_principal_scenario",
    "ra_acr_exists_409",
    "ra_forbidden_403",
    "ra_principal_not_found_retry_2020",
    "ra_principal_not_found_retry_new",
];

/// Returns the recordings, or nothing where they are not here.
pub fn recordings() -> Option<Vec<Recording>> {
    let Some(reference) = Reference::find() else {
        println!("skipped: the recordings are not here");
        return None;
    };
    Some(reference.recordings().expect("recordings"))
}

/// Headers as the program has them: what no header can hold never comes so far, whatever a recorder wrote.
pub fn headers(recorded: &Headers) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in recorded.pairs() {
        if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_bytes(value.as_bytes())) {
            headers.append(name, value);
        }
    }
    headers
}

/// Returns the body, with what a recorder spoilt put right (`recordings/README.md`): in `entra_unknown_tenant` it wrote
/// a GUID in the place of every word "tenant", in Entra's error code too.
pub fn body(scenario: &str, exchange: &Exchange) -> String {
    let recorded = exchange.response.body.clone().unwrap_or_default();
    match scenario {
        "entra_unknown_tenant" => recorded.replace("12345678-1234-1234-1234-123456789012", "tenant"),
        _ => recorded,
    }
}

/// Returns the recordings whose answers are pinned by name, or nothing where the folder holds another set. One of them
/// that is missing among the others was lost, and that is a failure.
pub fn pinned() -> Option<Vec<Recording>> {
    let all = recordings()?;
    let (here, missing): (Vec<&str>, Vec<&str>) =
        PINNED.iter().copied().partition(|name| all.iter().any(|recording| recording.scenario == *name));
    if here.is_empty() {
        println!("skipped: another set of recordings, none of which is pinned");
        return None;
    }
    assert!(missing.is_empty(), "recordings that are pinned and not here: {missing:?}");
    Some(all.into_iter().filter(|recording| PINNED.contains(&recording.scenario.as_str())).collect())
}

/// Returns the exchanges of one recording.
pub fn named<'r>(recordings: &'r [Recording], scenario: &str) -> &'r [Exchange] {
    &recordings.iter().find(|recording| recording.scenario == scenario).expect("a recording").exchanges
}
