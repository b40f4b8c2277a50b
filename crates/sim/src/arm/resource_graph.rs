//! Resource Graph: one query over every resource that the caller may read (`resourcegraph-2024-04-01.json`).

use std::sync::Arc;

use http::StatusCode;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{
    crowd,
    kql::Query,
    request::Asked,
    role_rows::{self, ScopeFilter},
    shapes, subscriptions,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer, Refusal},
    paging,
    world::{World, crowd::Kind},
};

/// The most rows that one answer may have.
const MOST_ROWS: usize = 1000;

#[derive(Deserialize)]
struct Request {
    #[serde(default)]
    subscriptions: Vec<String>,
    query: String,
    #[serde(default)]
    options: Options,
}

#[derive(Deserialize, Default)]
struct Options {
    #[serde(rename = "$top")]
    top: Option<usize>,
    #[serde(rename = "$skip")]
    skip: Option<usize>,
    #[serde(rename = "$skipToken")]
    skip_token: Option<String>,
    #[serde(rename = "resultFormat")]
    result_format: Option<String>,
    #[serde(rename = "authorizationScopeFilter", default)]
    authorization: ScopeFilter,
}

/// Answers a query.
pub fn answer(cloud: &Cloud, asked: &Asked) -> Answer {
    let request: Request = asked.body()?;
    let query = Query::parse(&request.query).map_err(|why| invalid(&why))?;
    let asked_by = format!(
        "{} {} {:?} {:?} {}",
        asked.caller.tenant,
        asked.caller.object_id,
        request.subscriptions,
        request.options.authorization,
        request.query
    );
    let kept = request.options.skip_token.as_ref().and_then(|_| cloud.results.of(&asked_by));
    let found = kept.unwrap_or_else(|| Arc::new(find(cloud, asked, &request, &query)));
    let total = found.len();
    let options = &request.options;
    if options.top.is_some_and(|top| !(1..=MOST_ROWS).contains(&top)) {
        return Err(invalid("$top has to be between 1 and 1000"));
    }
    let most = options.top.unwrap_or(MOST_ROWS).min(cloud.page.unwrap_or(MOST_ROWS));
    let from = match &options.skip_token {
        Some(token) => paging::read(token).ok_or_else(|| invalid("$skipToken is not valid"))?,
        None => options.skip.unwrap_or_default(),
    };
    let page: Vec<Value> = found.iter().skip(from).take(most).cloned().collect();
    let end = from.saturating_add(page.len());
    let with_ids = page.iter().all(|row| row.get("id").is_some());
    let table = options.result_format.as_deref() == Some("table");
    let mut body = json!({
        "totalRecords": total,
        "count": page.len(),
        "resultTruncated": "false",
        "facets": [],
        "data": if table { as_table(&page) } else { Value::Array(page) },
    });
    // Without ids there is nothing to go on from (Resource Graph's document "Working with large data sets"); with them a page
    // is not called truncated (the contract's example `ResourcesFirstPageQuery`).
    if end < total && with_ids {
        cloud.results.keep(asked_by, found);
        body["$skipToken"] = json!(paging::write(end));
    } else if end < total {
        body["resultTruncated"] = json!("true");
    }
    Ok(errors::json(StatusCode::OK, &body))
}

/// Returns everything that a query finds.
fn find(cloud: &Cloud, asked: &Asked, request: &Request, query: &Query) -> Vec<Value> {
    let world = cloud.world();
    let within: Vec<Uuid> = subscriptions::visible(cloud, &world, &asked.caller)
        .into_iter()
        .filter(|id| {
            request.subscriptions.is_empty()
                || request.subscriptions.iter().any(|wanted| wanted.eq_ignore_ascii_case(&id.to_string()))
        })
        .collect();
    let tenant = asked.caller.tenant;
    match query.table.as_str() {
        "resourcecontainers" => query.run(containers(&world, &within).into_iter()),
        "authorizationresources" => {
            let named = (!request.subscriptions.is_empty()).then_some(within.as_slice());
            let rows = role_rows::assignments(cloud, &world, &asked.caller, named, request.options.authorization);
            query.run(rows.into_iter().chain(role_rows::definitions(tenant)))
        }
        _ => {
            let kinds = [Kind::Cluster, Kind::Registry].into_iter().filter(|kind| query.may_want(kind.path()));
            let many = kinds.flat_map(|kind| crowd::readable(cloud, &world, &asked.caller, kind));
            let many = many.filter(|member| within.contains(&member.subscription)).map(|member| crowd::row(&member));
            let inside = |resource: &Value| {
                let subscription =
                    subscriptions::text(resource, "id").split('/').nth(2).and_then(|id| Uuid::parse_str(id).ok());
                subscription.is_some_and(|id| within.contains(&id))
            };
            let all = subscriptions::readable(cloud, &world, &asked.caller).into_iter().filter(inside).chain(many);
            query.run(all.filter_map(|resource| row(&tenant, resource)))
        }
    }
}

/// Returns a resource as a row: type and group in lower case, the parts of its id beside it.
fn row(tenant: &Uuid, resource: Value) -> Option<Value> {
    let Value::Object(mut members) = resource else {
        return None;
    };
    let id = members.get("id")?.as_str()?.to_owned();
    let kind = members.get("type")?.as_str()?.to_lowercase();
    let mut parts = id.split('/');
    let subscription = parts.nth(2)?.to_owned();
    let group = parts.nth(1)?.to_lowercase();
    members.insert("type".to_owned(), json!(kind));
    members.insert("subscriptionId".to_owned(), json!(subscription));
    members.insert("resourceGroup".to_owned(), json!(group));
    members.insert("tenantId".to_owned(), json!(tenant));
    for empty in ["kind", "managedBy"] {
        members.entry(empty).or_insert_with(|| json!(""));
    }
    for absent in ["tags", "identity", "sku", "plan", "zones", "extendedLocation"] {
        members.entry(absent).or_insert(Value::Null);
    }
    Some(Value::Object(members))
}

fn containers(world: &World, within: &[Uuid]) -> Vec<Value> {
    world
        .subscriptions
        .iter()
        .filter(|found| within.contains(&found.id))
        .map(|found| {
            json!({
                "id": format!("/subscriptions/{}", found.id),
                "name": found.display_name,
                "type": "microsoft.resources/subscriptions",
                "tenantId": found.tenant,
                "subscriptionId": found.id,
                "properties": shapes::subscription(found),
            })
        })
        .collect()
}

fn as_table(rows: &[Value]) -> Value {
    let first = rows.first().and_then(Value::as_object);
    let names: Vec<&String> = first.map(Map::keys).into_iter().flatten().collect();
    let columns: Vec<Value> = names.iter().map(|name| json!({"name": name, "type": "string"})).collect();
    let cells: Vec<Value> = rows
        .iter()
        .map(|row| names.iter().map(|name| row.get(name.as_str()).cloned().unwrap_or_default()).collect())
        .collect();
    json!({"columns": columns, "rows": cells})
}

fn invalid(why: &str) -> Refusal {
    let body = json!({"error": {
        "code": "BadRequest",
        "message": "Please provide below info when asking for support.",
        "details": [
            {"code": "InvalidQuery", "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying."},
            {"code": "ParserFailure", "message": why},
        ],
    }});
    Refusal::from(errors::json(StatusCode::BAD_REQUEST, &body))
}
