//! The data actions that guard asks Azure for (`checkaccessreqhelper.go`, `getDataActions`).

use super::operations::{OPERATIONS, Operations};
use crate::kubernetes::question::{About, Question, Resource};

const CLUSTER: &str = "Microsoft.ContainerService/managedClusters";
const GROUP_ATTRIBUTE: &str = "@Request[Microsoft.ContainerService/managedClusters/customResources:group]";
const KIND_ATTRIBUTE: &str = "@Request[Microsoft.ContainerService/managedClusters/customResources:kind]";
const SUBRESOURCE_ATTRIBUTE: &str = "@Request[Microsoft.ContainerService/managedClusters/resources:subresource]";

/// The subresources that conditions can ask for.
const SUBRESOURCES: &[(&str, &str)] = &[
    ("pods", "logs"),
    ("pods", "exec"),
    ("pods", "portforward"),
    ("pods", "proxy"),
    ("pods", "ephemeralcontainers"),
    ("pods", "attach"),
    ("deployments", "scale"),
    ("statefulsets", "scale"),
    ("replicasets", "scale"),
];

/// A data action, with the attributes that conditions can ask for.
#[derive(Debug, PartialEq, Eq)]
pub struct Action<'q> {
    /// The data action.
    pub id: String,
    /// The attributes of the request.
    pub attributes: Vec<(&'static str, &'q str)>,
}

/// Returns the data action of a path below those of clusters.
#[must_use]
pub fn id(parts: &[&str]) -> String {
    let parts = parts.iter().flat_map(|part| part.split('/')).filter(|part| !part.is_empty());
    std::iter::once(CLUSTER).chain(parts).collect::<Vec<_>>().join("/")
}

/// Returns the last part of the data action of a verb. Empty for one that is not known.
fn ending(verb: &str) -> &str {
    match verb {
        "get" | "list" | "watch" => "read",
        "bind" => "bind/action",
        "escalate" => "escalate/action",
        "use" => "use/action",
        "impersonate" => "impersonate/action",
        "create" | "patch" | "update" => "write",
        "delete" | "deletecollection" => "delete",
        "*" => "*",
        _ => "",
    }
}

/// Returns the data actions of a question. `custom` says whether custom resources have actions of their own.
///
/// # Errors
/// Guard's words for a question that it cannot put.
pub fn of<'q>(question: &Question<'q>, custom: bool) -> Result<Vec<Action<'q>>, String> {
    let verb = question.verb;
    let asked = match question.about {
        About::Path(path) => return Ok(vec![Action { id: id(&[path, ending(verb)]), attributes: Vec::new() }]),
        About::Resource(asked) => asked,
    };
    if custom && is_custom(&asked) {
        return custom_resource(verb, &asked);
    }
    let attributes = subresource(&asked);
    let with = |id: String| Action { id, attributes: attributes.clone() };
    if ![asked.resource, asked.group, verb].contains(&"*") {
        let what = match (asked.resource, asked.subresource) {
            ("pods", "exec") => id(&[asked.group, "pods/exec/action"]),
            (resource, _) => id(&[asked.group, resource, ending(verb)]),
        };
        return Ok(vec![with(what)]);
    }
    wildcard(verb, &asked).map(|ids| ids.into_iter().map(with).collect()).map_err(|why| {
        let Resource { group, resource, .. } = asked;
        format!(
            "Error which creating actions for checkaccess for Group: {group}, Resource: {resource}, Verb: {verb}: {why}"
        )
    })
}

fn subresource<'q>(asked: &Resource<'q>) -> Vec<(&'static str, &'q str)> {
    let is_asked = SUBRESOURCES.contains(&(asked.resource, asked.subresource));
    if is_asked { vec![(SUBRESOURCE_ATTRIBUTE, asked.subresource)] } else { Vec::new() }
}

/// Returns the actions of a question about any resource, any group or any verb.
fn wildcard(verb: &str, asked: &Resource<'_>) -> Result<Vec<String>, String> {
    let Resource { group, resource, namespace, .. } = *asked;
    let in_group = |known: &&Operations| group == "*" || known.group == group;
    if group != "*" && !OPERATIONS.iter().any(|known| known.group == group) {
        return Err(match (group, resource) {
            ("", _) => "No resources found for the core group".to_owned(),
            (group, "*") => format!("No resources found for group {group}"),
            (group, resource) => format!("No resources found for group {group} and resource {resource}"),
        });
    }
    // A namespace leaves out what is in none, where any resource is asked for.
    let is_meant = |known: &&Operations| match resource {
        "*" => namespace.is_empty() || known.namespaced,
        resource => known.resource == resource,
    };
    let meant: Vec<&Operations> = OPERATIONS.iter().filter(in_group).filter(is_meant).collect();
    if meant.is_empty() {
        return Err("No operations were found for the request.".to_owned());
    }
    let wanted = ending(verb);
    let verbs = |known: &&Operations| {
        let verbs = known.verbs.iter().filter(|known| verb == "*" || **known == wanted);
        verbs.map(|verb| known.action(verb)).collect::<Vec<_>>()
    };
    let found: Vec<String> = meant.iter().flat_map(verbs).collect();
    if found.is_empty() { Err(format!("No operations were found for the verb: {verb}.")) } else { Ok(found) }
}

/// True where guard takes a resource for a custom one: it knows no data action for it.
fn is_custom(asked: &Resource<'_>) -> bool {
    let in_group = |known: &&Operations| known.group == asked.group;
    match (asked.group, asked.resource) {
        ("" | "*", _) => false,
        (_, "" | "*") => !OPERATIONS.iter().any(|known| in_group(&known)),
        (_, resource) => !OPERATIONS.iter().any(|known| in_group(&known) && known.resource == resource),
    }
}

fn custom_resource<'q>(verb: &str, asked: &Resource<'q>) -> Result<Vec<Action<'q>>, String> {
    let wanted = ending(verb);
    let endings: Vec<&str> =
        ["read", "write", "delete"].into_iter().filter(|end| verb == "*" || *end == wanted).collect();
    if endings.is_empty() {
        return Err(format!("No actions found for verb: {verb}, action: {wanted}"));
    }
    let mut attributes = vec![(GROUP_ATTRIBUTE, asked.group)];
    if !asked.resource.is_empty() {
        attributes.push((KIND_ATTRIBUTE, asked.resource));
    }
    let action = |end: &str| Action { id: id(&["customresources", end]), attributes: attributes.clone() };
    Ok(endings.into_iter().map(action).collect())
}
