//! Lists: what is selected, in pages where a client asks for pages (Kubernetes documentation, "Retrieving large results sets
//! in chunks").

use http::StatusCode;
use serde_json::{Value, json};

use super::{answers::plain, asked::Asked, kinds::Target, objects, refusals::bad_request, select::Selector};
use crate::{errors::Answer, paging, world::Stored};

/// Answers a list.
pub fn answer(asked: &Asked, target: &Target<'_>) -> Answer {
    let kind = target.kind;
    let selector = Selector::of(asked, kind)?;
    let limit = match asked.query("limit").map(str::parse::<usize>) {
        None | Some(Ok(0)) => usize::MAX,
        Some(Ok(limit)) => limit,
        Some(Err(_)) => return Err(bad_request("limit must be a number")),
    };
    let from = match asked.query("continue").filter(|token| !token.is_empty()) {
        None => 0,
        Some(token) => paging::read(token).ok_or_else(|| bad_request("continue key is not valid"))?,
    };
    let (revision, found) = asked.cluster(|cluster| {
        let all = objects::all(cluster, kind).into_iter().filter(|stored| is_in(stored, target.namespace));
        let found: Vec<Stored> = all.filter(|stored| selector.selects(&stored.object)).collect();
        (cluster.kubernetes.revision, found)
    })?;
    let end = from.saturating_add(limit);
    let mut metadata = json!({ "resourceVersion": revision.to_string() });
    if end < found.len() {
        metadata["continue"] = json!(paging::write(end));
        if selector.is_empty() {
            metadata["remainingItemCount"] = json!(found.len() - end);
        }
    }
    let items: Vec<Value> = found.iter().skip(from).take(limit).map(objects::shown).collect();
    let name = format!("{}List", kind.name);
    let body = json!({ "kind": name, "apiVersion": kind.api_version(), "metadata": metadata, "items": items });
    Ok(plain(StatusCode::OK, &body))
}

/// True where an object is in a namespace, if one is named.
#[must_use]
pub fn is_in(stored: &Stored, namespace: Option<&str>) -> bool {
    namespace.is_none_or(|namespace| stored.namespace() == namespace)
}
