//! The rest of Graph that the routes ask: `organization`, `me`, `directoryObjects`.

use http::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    call::Call,
    groups, memberships, objects, readers,
    refusals::{bad_request, no_method, no_segment, not_found},
    users,
};
use crate::{errors::Answer, world::Directory};

/// Answers what is neither an application nor a service principal.
pub fn answer(call: &Call, method: &Method, first: &str, rest: &[&str]) -> Answer {
    match (first, rest, method) {
        ("organization", [], &Method::GET) => organization(call),
        ("organization", [id], &Method::GET) => one_organization(call, id),
        ("me", rest, &Method::GET) => users::me(call, rest),
        ("directoryObjects", ["getByIds"], &Method::POST) => by_ids(call),
        ("directoryObjects", [id], &Method::GET) => {
            call.require(readers::APPLICATIONS)?;
            let id = Uuid::parse_str(id).map_err(|_| not_found(id))?;
            let found = objects::objects(call, &[id]).pop().ok_or_else(|| not_found(&id.to_string()))?;
            Ok(call.found("directoryObjects", found))
        }
        ("directoryObjects", [id, "getMemberGroups"], &Method::POST) => {
            memberships::ids(call, Uuid::parse_str(id).map_err(|_| not_found(id))?)
        }
        ("me", ["getMemberGroups"], &Method::POST) => memberships::ids(call, call.caller.object_id),
        ("groups", ..) => groups::answer(call, method, rest),
        ("users", rest, &Method::GET) => users::answer(call, rest),
        ("users", [name, "getMemberGroups"], &Method::POST) => {
            memberships::ids(call, users::id(call, name)?.ok_or_else(|| not_found(name))?)
        }
        ("organization" | "directoryObjects" | "me" | "users", ..) => Err(no_method()),
        _ => Err(no_segment(first)),
    }
}

/// The permissions to read the organization. A user may with `User.Read` (Graph's document "List organization").
const READ_ORGANIZATION: &[&str] =
    &["User.Read", "Organization.Read.All", "Directory.Read.All", "Directory.ReadWrite.All"];

fn organization(call: &Call) -> Answer {
    call.require(READ_ORGANIZATION)?;
    let world = call.cloud.world();
    let tenant = world.directory(call.caller.tenant).map(organization_shape);
    let list = tenant.into_iter().collect();
    drop(world);
    call.list("organization", list)
}

fn one_organization(call: &Call, id: &str) -> Answer {
    call.require(READ_ORGANIZATION)?;
    let world = call.cloud.world();
    let own = world.directory(call.caller.tenant).filter(|tenant| tenant.id.to_string().eq_ignore_ascii_case(id));
    Ok(call.found("organization", organization_shape(own.ok_or_else(|| not_found(id))?)))
}

/// Returns `graph_organization`.
pub fn organization_shape(tenant: &Directory) -> Value {
    let domain = |(n, name): (usize, &String)| {
        let initial = n + 1 == tenant.domains.len();
        json!({ "capabilities": "Email, OfficeCommunicationsOnline", "isDefault": n == 0, "isInitial": initial, "name": name, "type": "Managed" })
    };
    json!({
        "id": tenant.id,
        "deletedDateTime": null,
        "businessPhones": [],
        "city": null,
        "country": null,
        "countryLetterCode": "NL",
        "createdDateTime": "2019-03-04T09:30:00Z",
        "displayName": tenant.display_name,
        "marketingNotificationEmails": [],
        "onPremisesLastSyncDateTime": null,
        "onPremisesSyncEnabled": null,
        "partnerTenantType": null,
        "postalCode": null,
        "preferredLanguage": "en",
        "securityComplianceNotificationPhones": [],
        "state": null,
        "street": null,
        "tenantType": "AAD",
        "assignedPlans": [],
        "verifiedDomains": tenant.domains.iter().enumerate().map(domain).collect::<Vec<_>>(),
    })
}

/// Answers `getByIds` as `az role assignment list` sends it. An object that is not there is left out.
fn by_ids(call: &Call) -> Answer {
    call.require(readers::APPLICATIONS)?;
    let body = call.object()?;
    let ids = body
        .get("ids")
        .and_then(Value::as_array)
        .ok_or_else(|| bad_request("A value is required for parameter 'ids'."))?;
    let types: Option<Vec<&str>> =
        body.get("types").and_then(Value::as_array).map(|types| types.iter().filter_map(Value::as_str).collect());
    let ids: Vec<Uuid> = ids.iter().filter_map(|id| Uuid::parse_str(id.as_str()?).ok()).collect();
    let wanted = |object: &Value| {
        let kind = object
            .get("@odata.type")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_start_matches("#microsoft.graph.");
        types.as_ref().is_none_or(|types| types.iter().any(|name| name.eq_ignore_ascii_case(kind)))
    };
    call.list("directoryObjects", objects::objects(call, &ids).into_iter().filter(wanted).collect())
}
