//! Requests to Microsoft Graph: who somebody is, and what they belong to.

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Plane;
use crosspull_core::ids::ObjectId;
use crosspull_core::names::Side;
use http::Method;

use serde_json::json;

use super::{Audience, Auth, Repeat, Request, at, encode};

/// Entries of one page, which is the most that Graph gives.
const PAGE: (&str, &str) = ("$top", "999");

fn get(endpoints: &Endpoints, path: &str, query: &[(&str, &str)]) -> Request {
    let url = at(&endpoints.graph, &format!("/v1.0{path}"), query);
    Request::new(Plane::Graph, Side::A, Method::GET, url, Auth::Operator(Audience::Graph))
}

/// Writes a text as a literal of a filter, in which a quote is written twice.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// Asks for the person who is signed in. An app is answered with 400.
#[must_use]
pub fn me(endpoints: &Endpoints) -> Request {
    get(endpoints, "/me", &[])
}

/// Asks for a person, by user principal name or object id.
#[must_use]
pub fn user(endpoints: &Endpoints, name: &str) -> Request {
    get(endpoints, &format!("/users/{}", encode(name)), &[])
}

/// Asks for the people of a mail address, as guests have one.
#[must_use]
pub fn users_of_mail(endpoints: &Endpoints, mail: &str) -> Request {
    get(endpoints, "/users", &[("$filter", &format!("mail eq {}", literal(mail)))])
}

/// Asks for an object of the directory, of whatever kind.
#[must_use]
pub fn directory_object(endpoints: &Endpoints, id: ObjectId) -> Request {
    get(endpoints, &format!("/directoryObjects/{id}"), &[])
}

/// Asks for objects of the directory by their ids, of which those that are not there are left out. A POST that reads; no
/// more than 1,000 ids are taken.
#[must_use]
pub fn directory_objects(endpoints: &Endpoints, ids: &[ObjectId]) -> Request {
    let url = at(&endpoints.graph, "/v1.0/directoryObjects/getByIds", &[]);
    let request = Request::new(Plane::Graph, Side::A, Method::POST, url, Auth::Operator(Audience::Graph));
    let body = json!({ "ids": ids, "types": ["user", "group", "servicePrincipal"] });
    Request { repeat: Repeat::Freely, ..request.json(&body) }
}

/// Asks for the groups of a name.
#[must_use]
pub fn groups_named(endpoints: &Endpoints, name: &str) -> Request {
    get(endpoints, "/groups", &[("$filter", &format!("displayName eq {}", literal(name)))])
}

/// Asks for the service principals of a name, managed identities among them.
#[must_use]
pub fn principals_named(endpoints: &Endpoints, name: &str) -> Request {
    get(endpoints, "/servicePrincipals", &[("$filter", &format!("displayName eq {}", literal(name)))])
}

/// Asks for the groups and directory roles that an object is in, also by way of others. `set` is the one of the directory's
/// that it is in: `users`, `groups` or `servicePrincipals`.
#[must_use]
pub fn transitive_member_of(endpoints: &Endpoints, set: &str, id: ObjectId) -> Request {
    get(endpoints, &format!("/{set}/{id}/transitiveMemberOf"), &[PAGE])
}

/// Asks for the members of a group, also by way of other groups.
#[must_use]
pub fn transitive_members(endpoints: &Endpoints, group: ObjectId) -> Request {
    get(endpoints, &format!("/groups/{group}/transitiveMembers"), &[PAGE])
}
