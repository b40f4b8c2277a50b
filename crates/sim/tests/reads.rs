//! The reads that stand before a change: role assignments over many subscriptions, Key Vaults, and how reading fails.

#[cfg(test)]
mod common;

use common::{ARM, Bench};
use crosspull_sim::Tenant;
use serde_json::{Value, json};

const GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";
const OLD_PRINCIPAL: &str = "0c0c0c0c-0003-4c0c-8c0c-00000000c003";

/// The query for the assignments of the cluster's principal.
fn held() -> String {
    format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
         | where properties.principalId == '{OLD_PRINCIPAL}' | project id, properties"
    )
}

/// The scopes of a list of assignments.
fn scopes(list: &Value) -> Vec<String> {
    let all = list.as_array().into_iter().flatten();
    all.filter_map(|one| one["properties"]["scope"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn assignments_come_page_by_page_and_the_second_page_can_fail() {
    let fault =
        "[[fault]]\non = 'arm POST /providers/Microsoft.ResourceGraph/resources'\nnth = [2]\ndo = 'status'\ncode = 503";
    let bench = Bench::with_and(
        "paged",
        &format!("[[world.old_principal_roles]]\nrole = 'Reader'\non = 'subscription'\n{fault}"),
    )
    .await;
    let token = bench.token(Tenant::A, ARM).await;
    let (mut found, mut options, mut asked) = (Vec::new(), json!({}), Vec::new());
    loop {
        let page = bench.call("POST", GRAPH, &token, &json!({ "query": held(), "options": options })).await;
        asked.push(page.status);
        if page.status == 503 {
            continue;
        }
        found.extend(scopes(&page.body["data"]));
        match page.body["$skipToken"].as_str() {
            Some(next) => options["$skipToken"] = json!(next),
            None => break,
        }
    }
    assert_eq!(asked, [200, 503, 200]);
    assert_eq!(found.len(), 2, "{found:?}");
}
