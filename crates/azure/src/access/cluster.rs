//! Reads how a cluster is reached: its identity, Entra, Azure's roles, local accounts, the API server.

use crosspull_core::access::{ClusterAccess, ClusterDoors, ClusterIdentity};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::Side;
use crosspull_core::text::printable;

use crate::door::Door;
use crate::reply::Cluster;
use crate::request;
use crate::wire::CallError;

/// Reads a cluster by its id.
///
/// # Errors
/// See [`CallError`].
pub async fn read(door: &Door, id: &ClusterId) -> Result<ClusterAccess, CallError> {
    let cluster = door.json(&Work::Search(Side::A), request::cluster(door.endpoints(), id)).await?;
    Ok(seen(cluster))
}

fn seen(cluster: Cluster) -> ClusterAccess {
    let Cluster { identity, properties, .. } = cluster;
    let identity = match (properties.client_id(), identity) {
        (Some(app), _) => ClusterIdentity::ServicePrincipal(app),
        (None, Some(managed)) => match (managed.user_assigned_identities.into_keys().next(), managed.principal_id) {
            (Some(id), _) => ClusterIdentity::UserAssigned(printable(&id, 300)),
            (None, Some(object)) => ClusterIdentity::SystemAssigned(printable(&object, 40)),
            (None, None) => ClusterIdentity::Untold,
        },
        (None, None) => ClusterIdentity::Untold,
    };
    let kubelet = properties.kubelet_identity().map(|(object, name)| format!("{}, {object}", printable(name, 130)));
    let entra = properties.aad_profile;
    let texts = |texts: Option<Vec<String>>| -> Vec<String> {
        texts.unwrap_or_default().iter().map(|text| printable(text, 60)).collect()
    };
    let azure_roles = entra.as_ref().and_then(|profile| profile.enable_azure_rbac).unwrap_or_default();
    let is_entra = entra.is_some();
    let admin_groups = texts(entra.and_then(|profile| profile.admin_groups));
    let api = properties.api_server_access_profile.unwrap_or_default();
    // A cluster that tells no state runs.
    let state = properties.power_state.and_then(|power| power.code);
    let doors = ClusterDoors {
        entra: is_entra,
        azure_roles,
        admin_groups: !admin_groups.is_empty(),
        no_local_accounts: properties.disable_local_accounts.unwrap_or_default(),
        no_run_command: api.disable_run_command.unwrap_or_default(),
    };
    ClusterAccess {
        identity,
        kubelet,
        doors,
        admin_groups,
        host: properties.private_fqdn.or(properties.fqdn).map(|host| printable(&host, 255)),
        is_stopped: state.is_some_and(|state| state.eq_ignore_ascii_case("Stopped")),
        is_private: api.enable_private_cluster.unwrap_or_default(),
        ranges: texts(api.authorized_ip_ranges),
    }
}
