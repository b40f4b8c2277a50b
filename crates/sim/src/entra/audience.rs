//! The audiences that Entra issues tokens for.

use http::StatusCode;
use uuid::Uuid;

use crate::{
    cloud::Cloud,
    errors::{self, Refusal},
    tokens::Audience,
};

/// Keeps everybody from a resource that Conditional Access blocks in a tenant.
///
/// # Errors
/// 53003, with the `error` that the kind of caller gets.
pub fn let_in(cloud: &Cloud, tenant: Uuid, resource: &str, error: &str) -> Result<(), Refusal> {
    let (_, kind) = of(cloud, tenant, resource)?;
    if kind != Audience::Graph || cloud.policies(tenant).block_graph != Some(true) {
        return Ok(());
    }
    let text =
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.";
    Err(errors::entra(StatusCode::BAD_REQUEST, error, 53_003, text))
}

/// Returns the resource that a tenant knows by a name.
pub fn known(cloud: &Cloud, tenant: Uuid, resource: &str) -> Option<Audience> {
    let names = cloud.world().names;
    let kind = Audience::of(resource, names, &cloud.origin)?;
    let unknown = kind == Audience::Registry && cloud.policies(tenant).no_registry_audience == Some(true);
    (!unknown).then_some(kind)
}

/// Returns the audience of tokens for a resource, and which resource it is.
///
/// # Errors
/// 500011 for one that is not known, or not to this tenant.
pub fn of(cloud: &Cloud, tenant: Uuid, resource: &str) -> Result<(String, Audience), Refusal> {
    let Some(kind) = known(cloud, tenant, resource) else {
        let text = format!(
            "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the \
             administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant."
        );
        return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_resource", 500_011, &text));
    };
    // Clients ask for RESOURCE//.default when the resource ends in a slash; the token's audience has it once.
    let audience = resource.strip_suffix("//").map_or_else(|| resource.to_owned(), |head| format!("{head}/"));
    Ok((audience, kind))
}
