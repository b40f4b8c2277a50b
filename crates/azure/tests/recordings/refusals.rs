//! The readings of every recorded refusal.

use std::collections::BTreeMap;

use crosspull_azure::refusal::{OauthError, Refused};
use crosspull_reference::Exchange;

/// Recording, how often, HTTP status, code, Entra's own word, where the request id stands (a header, or `trace_id` of
/// the body), and how the message begins. Recorders of azure-cli kept no `x-ms-request-id`.
const TABLE: &str = "\
acr_dataplane_anonymous             3 401 UNAUTHORIZED                - - authentication required, visit https://aka.ms/acr/authorization
acr_dataplane_catalog_js            2 401 UNAUTHORIZED                - x-ms-correlation-request-id authentication required, visit
acr_dataplane_repository            1 401 UNAUTHORIZED                - - authentication required, visit https://aka.ms/acr/authorization
acr_dataplane_tag_unknown           1 401 UNAUTHORIZED                - - authentication required, visit https://aka.ms/acr/authorization
acr_dataplane_tag_unknown           1 404 TAG_UNKNOWN                 - - the specified tag does not exist
acr_login_v2                        1 401 UNAUTHORIZED                - - authentication required, visit https://aka.ms/acr/authorization
acr_tokens_scope_maps               3 404 ResourceNotFound            - - The resource 
aks_async_failed                    1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/openShiftManagedClusters/clitestosa000003'
aks_disable_local_accounts          1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000002'
aks_msi_create_show                 1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000001'
aks_poll_502                        1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000001'
aks_poll_502                        2 502 BadGatewayConnection        - - The network connectivity issue encountered for 'Microsoft.ContainerService';
aks_poll_error_object_while_running 1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000002'
aks_put_500_flat_error              1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000001'
aks_put_500_flat_error              1 500 GetVnetError                - - Get virtual network failed. Subscription: 79a7390d-3a85-432d-9f6f-a11a703c8b83;
aks_sp_create_show                  1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000003'
aks_sp_not_found_retry              1 400 ServicePrincipalNotFound    - - Service principal clientID: http://clitest000002 not found in Active Directory tenant
aks_sp_not_found_retry              1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000001'
aks_stop_start                      1 404 ResourceNotFound            - - The Resource 'Microsoft.ContainerService/managedClusters/cliakstest000002'
arm_invalid_token_401               1 401 InvalidAuthenticationToken  - - The access token is invalid.
arm_subscriptions_tenants_rest      1 404 ResourceGroupNotFound       - - Resource group 'test-rest-rg000001' could not be found.
entra_auth_code_redeemed            1 400 AADSTS54005   invalid_grant x-ms-request-id OAuth2 Authorization code was already redeemed,
entra_cae_device_code               4 400 AADSTS70016   authorization_pending trace_id OAuth 2.0 device flow error. Authorization is pending.
entra_cae_device_code               1 400 AADSTS50173   invalid_grant trace_id The provided grant has expired due to it being revoked,
entra_cae_device_code               1 401 AuthenticationFailed        - - Authentication failed.
entra_device_code_pending           1 400 AADSTS70016   authorization_pending x-ms-request-id OAuth 2.0 device flow error. Authorization is
entra_invalid_secret                1 401 AADSTS7000215 invalid_client x-ms-request-id Invalid client secret provided.
entra_unknown_tenant                1 400 AADSTS90002   invalid_tenant x-ms-request-id Tenant 'tenant' not found.
graph_403_sp_lookup                 7 403 Authorization_RequestDenied - request-id Insufficient privileges to complete the operation.
graph_legacy_password_400           1 400 Request_BadRequest          - request-id The password must contain at least 1 special character.
graph_rest                          2 404 Request_ResourceNotFound    - request-id Resource '
graph_service_principal_scenario    3 404 Request_ResourceNotFound    - request-id Resource '4faba265-b3a0-4bfd-8f56-f8a1a0cee277' does not exist
ra_acr_exists_409                   1 409 RoleAssignmentExists        - - The role assignment already exists.
ra_forbidden_403                    4 403 AuthorizationFailed         - - The client 'user@microsoft.com' with object id '674368bb-7eaa-4100-aef7-138f65f50648'
ra_principal_not_found_retry_2020   4 400 PrincipalNotFound           - - Principal 
ra_principal_not_found_retry_new    2 400 PrincipalNotFound           - - Principal 
";

struct Row {
    scenario: &'static str,
    times: usize,
    status: u16,
    code: &'static str,
    oauth: Option<&'static str>,
    request_id: Option<&'static str>,
    message: &'static str,
}

fn rows() -> Vec<Row> {
    let given = |word: &'static str| (word != "-").then_some(word);
    let row = |line: &'static str| {
        let mut rest = line;
        let mut word = || {
            let (word, tail) = rest.trim_start().split_once(' ').unwrap_or((rest, ""));
            rest = tail;
            word
        };
        let (scenario, times, status, code) = (word(), word(), word(), word());
        let (oauth, request_id) = (given(word()), given(word()));
        let (times, status) = (times.parse().expect("a number"), status.parse().expect("a status"));
        Row { scenario, times, status, code, oauth, request_id, message: rest }
    };
    TABLE.lines().map(row).collect()
}

/// The row of a refusal; panics where what was read is not as the row says.
pub fn row_of(scenario: &str, exchange: &Exchange, body: &str, read: &Refused) -> usize {
    let at = format!("{scenario} {}", exchange.n);
    let (rows, refusal) = (rows(), &read.refusal);
    let same =
        |row: &Row| row.scenario == scenario && row.status == exchange.response.status && row.code == refusal.code;
    let index = rows.iter().position(same).unwrap_or_else(|| panic!("{at} was read as {read:?}"));
    let row = rows.get(index).expect("a row");
    assert_eq!(refusal.status, Some(row.status), "{at}");
    assert!(refusal.message.starts_with(row.message), "{at}: {}", refusal.message);
    assert_eq!(read.oauth.as_ref().map(OauthError::word), row.oauth, "{at}");
    let json: serde_json::Value = serde_json::from_str(body).expect("JSON");
    let id = row.request_id.map(|place| {
        let header = exchange.response.headers.get(place);
        header.or_else(|| json.get(place).and_then(|id| id.as_str())).expect("a request id")
    });
    assert_eq!(refusal.request_id.as_deref(), id, "{at}");
    for word in ["Trace ID", "Correlation ID", "Timestamp:", "\r", "\n"] {
        assert!(!refusal.message.contains(word), "{at}: {}", refusal.message);
    }
    index
}

/// Every row was met as often as it says.
pub fn assert_all_seen(seen: &BTreeMap<usize, usize>) {
    for (index, row) in rows().iter().enumerate() {
        assert_eq!(seen.get(&index).copied().unwrap_or_default(), row.times, "{} {}", row.scenario, row.code);
    }
}
