//! The Resource Manager: one router for everything, since its paths are matched in any case.
//!
//! Every request passes the same gates in the same order: a token for this plane, an `api-version`, a subscription of the
//! caller's own tenant. Then one table of paths names the handler.

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
};

use self::request::Asked;
use crate::{cloud::Shared, errors::Answer};

mod answers;
mod authorization;
mod clusters;
mod compute;
mod crowd;
mod filter;
mod gates;
mod kql;
mod limits;
mod locks;
mod metadata;
mod network;
mod operations;
mod registries;
mod registry_tokens;
mod request;
mod resets;
mod resource_graph;
mod role_rows;
mod shapes;
mod subscriptions;
#[cfg(test)]
mod tests;
mod updates;
mod vaults;

/// Returns the routes of everything under `/metadata`, `/subscriptions`, `/providers` and `/tenants`.
pub fn router(cloud: Shared) -> Router {
    // One handler: a router's own table would mind the case.
    Router::new().fallback(handle).with_state(cloud)
}

async fn handle(State(cloud): State<Shared>, request: Request) -> Response {
    let answer = match gates::ask(&cloud, request).await {
        Ok(gates::Gate::Open(asked)) => dispatch(&cloud, &asked),
        Ok(gates::Gate::Answered(response)) => Ok(response),
        Err(refusal) => Err(refusal),
    };
    answer.unwrap_or_else(IntoResponse::into_response)
}

/// Answers a request by the table of paths, in lower case. Names keep the casing that they came with.
fn dispatch(cloud: &Shared, asked: &Asked) -> Answer {
    let lower: Vec<String> = asked.segments.iter().map(|segment| segment.to_lowercase()).collect();
    let path: Vec<&str> = lower.iter().map(String::as_str).collect();
    if let Some(at) = path.windows(2).rposition(|pair| pair == ["providers", "microsoft.authorization"]) {
        let scope = format!("/{}", asked.segments.get(..at).unwrap_or_default().join("/"));
        return match path.get(at + 2..).unwrap_or_default() {
            ["locks", rest @ ..] => locks::answer(cloud, asked, &scope, rest),
            rest => authorization::answer(cloud, asked, &scope, rest),
        };
    }
    match (asked.method.as_str(), path.as_slice()) {
        ("GET", ["tenants"]) => subscriptions::tenants(cloud, asked),
        ("GET", ["subscriptions"]) => subscriptions::list(cloud, asked),
        ("GET", ["subscriptions", _]) => subscriptions::show(cloud, asked),
        ("GET", ["subscriptions", _, "resourcegroups"]) => subscriptions::groups(cloud, asked),
        ("GET", ["subscriptions", _, "resourcegroups", _]) => subscriptions::group(cloud, asked),
        ("GET", ["subscriptions", _, "resources"] | ["subscriptions", _, "resourcegroups", _, "resources"]) => {
            subscriptions::resources(cloud, asked)
        }
        ("GET", ["subscriptions", _, "providers", "microsoft.compute", "locations", location, "usages"]) => {
            compute::usages(cloud, asked, location)
        }
        ("POST", ["providers", "microsoft.resourcegraph", "resources"]) => resource_graph::answer(cloud, asked),
        (_, ["subscriptions", _, "providers", "microsoft.containerservice", "locations", _, kind, id]) => {
            operations::show(cloud, asked, kind, id)
        }
        (_, ["subscriptions", _, "providers", "microsoft.containerservice", "managedclusters"]) => {
            clusters::list(cloud, asked, None)
        }
        (
            _,
            ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.containerservice", "managedclusters"],
        ) => clusters::list(cloud, asked, Some(group)),
        (
            _,
            [
                "subscriptions",
                _,
                "resourcegroups",
                _,
                "providers",
                "microsoft.containerservice",
                "managedclusters",
                _,
                rest @ ..,
            ],
        ) => clusters::answer(cloud, asked, rest),
        ("POST", ["subscriptions", _, "providers", "microsoft.containerregistry", "checknameavailability"]) => {
            registries::check_name(cloud, asked)
        }
        (_, ["subscriptions", _, "providers", "microsoft.containerregistry", "registries"]) => {
            registries::list(cloud, asked, None)
        }
        (
            _,
            ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.containerregistry", "registries"],
        ) => registries::list(cloud, asked, Some(group)),
        (
            _,
            [
                "subscriptions",
                _,
                "resourcegroups",
                _,
                "providers",
                "microsoft.containerregistry",
                "registries",
                _,
                rest @ ..,
            ],
        ) => registries::answer(cloud, asked, rest),
        (_, ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.network", _, ..]) => {
            network::answer(cloud, asked)
        }
        (_, ["subscriptions", _, "providers", "microsoft.keyvault", "vaults"]) => vaults::list(cloud, asked, None),
        (_, ["subscriptions", _, "resourcegroups", group, "providers", "microsoft.keyvault", "vaults"]) => {
            vaults::list(cloud, asked, Some(group))
        }
        (_, ["subscriptions", _, "resourcegroups", _, "providers", "microsoft.keyvault", "vaults", _]) => {
            vaults::answer(cloud, asked)
        }
        _ => Err(answers::not_served(asked)),
    }
}
