//! Requests to Microsoft Graph about groups and their members.

use crosspull_core::cloud::Endpoints;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use http::Method;
use serde_json::json;

use super::graph::graph;
use super::{Request, at};

/// Asks for a group, with what tells whether its members can be changed here (Graph, "group resource type").
#[must_use]
pub fn group(endpoints: &Endpoints, side: Side, id: ObjectId) -> Request {
    let select = "id,displayName,groupTypes,membershipRule,onPremisesSyncEnabled,securityEnabled";
    graph(endpoints, side, Method::GET, &format!("/groups/{id}"), &[("$select", select)])
}

/// Asks for the members of a group themselves.
#[must_use]
pub fn members_of(endpoints: &Endpoints, side: Side, group: ObjectId) -> Request {
    graph(endpoints, side, Method::GET, &format!("/groups/{group}/members"), &[("$select", "id")])
}

/// Makes somebody a member of a group (Graph, "Add members").
#[must_use]
pub fn add_member(endpoints: &Endpoints, side: Side, group: ObjectId, member: ObjectId) -> Request {
    let object = at(&endpoints.graph, &format!("/v1.0/directoryObjects/{member}"), &[]);
    let body = json!({ "@odata.id": object.as_str() });
    graph(endpoints, side, Method::POST, &format!("/groups/{group}/members/$ref"), &[]).json(&body)
}

/// Ends a membership (Graph, "Remove member").
#[must_use]
pub fn remove_member(endpoints: &Endpoints, side: Side, group: ObjectId, member: ObjectId) -> Request {
    graph(endpoints, side, Method::DELETE, &format!("/groups/{group}/members/{member}/$ref"), &[])
}
