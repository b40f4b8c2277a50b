//! The reads that stand before a change: role assignments over many subscriptions, Key Vaults, and how reading fails.

#[cfg(test)]
mod common;

use common::{ARM, Bench};
use crosspull_sim::Tenant;
use serde_json::{Value, json};

const GRAPH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";
const OLD_PRINCIPAL: &str = "0c0c0c0c-0003-4c0c-8c0c-00000000c003";

/// Returns the query for the assignments of the cluster's principal.
fn held() -> String {
    format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
         | where properties.principalId == '{OLD_PRINCIPAL}' | project id, properties"
    )
}

/// Returns the scopes of a list of assignments.
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

/// Returns a subscription of `many-subscriptions`.
fn numbered(n: usize) -> String {
    format!("/subscriptions/a1000000-0000-4000-8000-{n:012}")
}

fn assignments(scope: &str) -> String {
    format!(
        "{scope}/providers/Microsoft.Authorization/roleAssignments?$filter=principalId eq '{OLD_PRINCIPAL}'&api-version=2022-04-01"
    )
}

fn length(list: &Value) -> Option<usize> {
    list.as_array().map(Vec::len)
}

#[tokio::test]
async fn a_role_in_the_57th_of_61_subscriptions_is_found_either_way() {
    let bench = Bench::with(&["many-subscriptions"]).await;
    let token = bench.token(Tenant::A, ARM).await;
    let seen = bench.get("/subscriptions?api-version=2022-12-01", &token).await;
    assert_eq!(length(&seen.body["value"]), Some(61));
    let at_once = bench.call("POST", GRAPH, &token, &json!({ "query": held() })).await;
    let (all, there) = (scopes(&at_once.body["data"]), numbered(57));
    assert!(all.len() == 2 && all.contains(&there), "{all:?}");
    assert_eq!(scopes(&bench.get(&assignments(&there), &token).await.body["value"]), [there]);
    assert_eq!(length(&bench.get(&assignments(&numbered(56)), &token).await.body["value"]), Some(0));
    let may = bench
        .get(&format!("{}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01", numbered(57)), &token)
        .await;
    assert!(may.text.contains("Microsoft.Authorization/roleAssignments/write"), "{}", may.text);
}

#[tokio::test]
async fn one_subscription_fails_by_its_id_and_the_others_answer() {
    let id = numbered(57);
    let fault = format!(
        "[[fault]]\non = 'arm GET {id}/**'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'"
    );
    let bench = Bench::with_and("many-subscriptions", &fault).await;
    let token = bench.token(Tenant::A, ARM).await;
    for (n, status) in [(56, 200), (57, 403), (57, 403), (58, 200)] {
        assert_eq!(bench.get(&assignments(&numbered(n)), &token).await.status, status, "{n}");
    }
}

#[tokio::test]
async fn what_the_operator_has_in_a_subscription_is_set_by_its_number() {
    let roles = "[world.many.operator_a_roles]\n57 = ['AcrPull']\n58 = []\n59 = ['Reader']";
    let bench = Bench::with_and("many-subscriptions", roles).await;
    let token = bench.token(Tenant::A, ARM).await;
    let listed = bench.get("/subscriptions?api-version=2022-12-01", &token).await;
    assert_eq!(length(&listed.body["value"]), Some(60));
    assert!(listed.text.contains(&numbered(57)) && !listed.text.contains(&numbered(58)));
    for (n, status) in [(56, 200), (57, 403), (58, 403), (59, 200)] {
        assert_eq!(bench.get(&assignments(&numbered(n)), &token).await.status, status, "{n}");
    }
    let at_once = bench.call("POST", GRAPH, &token, &json!({ "query": held() })).await;
    let all = scopes(&at_once.body["data"]);
    assert!(at_once.status == 200 && !all.contains(&numbered(57)), "{all:?}");
    let by_hand = bench.user_token("contoso.com", "a", ARM).await;
    assert_eq!(bench.get(&assignments(&numbered(57)), &by_hand).await.status, 403);
}

/// Two vaults in two subscriptions, one of which goes by roles.
const VAULTS: &str = "[[world.vaults]]\nname = 'kv-shop'\npolicies_for = ['ops-a', 'old-principal']\n\
    [[world.vaults]]\nname = 'kv-hub'\non = 'subscription-2'\nrbac = true";

#[tokio::test]
async fn vaults_are_listed_with_their_access_policies() {
    let bench = Bench::with_and("happy", VAULTS).await;
    let token = bench.token(Tenant::A, ARM).await;
    let subscription = bench.sim.ready().tenants.a.subscription;
    let version = "api-version=2023-07-01";
    let list = format!("/subscriptions/{subscription}/providers/Microsoft.KeyVault/vaults?{version}");
    let listed = bench.get(&list, &token).await;
    assert_eq!((listed.status, length(&listed.body["value"])), (200, Some(1)), "{}", listed.text);
    let id = listed.at("/value/0/id").to_owned();
    let properties = &listed.body["value"][0]["properties"];
    assert_eq!(properties["enableRbacAuthorization"], false);
    assert_eq!(properties["accessPolicies"][1]["objectId"], OLD_PRINCIPAL);
    assert_eq!(properties["accessPolicies"][1]["tenantId"], bench.tenant(Tenant::A));
    assert_eq!(properties["accessPolicies"][1]["permissions"]["secrets"], json!(["get", "list"]));
    assert_eq!(bench.get(&format!("{id}?{version}"), &token).await.at("/name"), "kv-shop");
    let missing = bench.get(&format!("{id}x?{version}"), &token).await;
    assert_eq!((missing.status, missing.at("/error/code")), (404, "ResourceNotFound"));
    let group = format!("{}?{version}", id.trim_end_matches("/kv-shop"));
    assert_eq!(length(&bench.get(&group, &token).await.body["value"]), Some(1));
    let filter = "$filter=resourceType eq 'Microsoft.KeyVault/vaults'";
    let short = bench.get(&format!("/subscriptions/{subscription}/resources?{filter}&{version}"), &token).await;
    assert_eq!((short.at("/value/0/id"), &short.body["value"][0]["properties"]), (id.as_str(), &Value::Null));
    let reader = bench.user_token("contoso.com", "reader@contoso.com", ARM).await;
    let refused = bench.get(&list, &reader).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "AuthorizationFailed"));
}

#[tokio::test]
async fn vaults_of_every_subscription_come_in_one_query() {
    let bench = Bench::with_and("happy", VAULTS).await;
    let token = bench.token(Tenant::A, ARM).await;
    let query =
        "resources | where type =~ 'Microsoft.KeyVault/vaults' | project id, name, properties | order by name asc";
    let found = bench.call("POST", GRAPH, &token, &json!({ "query": query })).await;
    assert_eq!((found.at("/data/0/name"), found.at("/data/1/name")), ("kv-hub", "kv-shop"));
    assert_eq!(found.body["data"][0]["properties"]["enableRbacAuthorization"], true);
    assert_eq!(found.body["data"][1]["properties"]["accessPolicies"][1]["objectId"], OLD_PRINCIPAL);
    let world = bench.sim.world();
    assert_eq!(world["vaults"][0]["accessPolicies"][1]["objectId"], OLD_PRINCIPAL);
    assert_eq!(Bench::with(&[]).await.sim.world()["vaults"], json!([]));
}

/// Lists of both planes: whose path a fault names, and what asks for the first page.
const LISTS: [(&str, &str); 5] = [
    ("arm GET /subscriptions", "/subscriptions?api-version=2022-12-01"),
    (
        "arm GET /subscriptions/{s}/providers/Microsoft.Authorization/roleAssignments",
        "/subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01",
    ),
    (
        "arm GET /subscriptions/{s}/providers/Microsoft.KeyVault/vaults",
        "/subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1/providers/Microsoft.KeyVault/vaults?api-version=2023-07-01",
    ),
    ("graph GET /applications", "/v1.0/applications?$select=id,tags"),
    (
        "graph GET /servicePrincipals/{id}/memberOf",
        "/v1.0/servicePrincipals/0c0c0c0c-0003-4c0c-8c0c-00000000c003/memberOf?$select=id",
    ),
];

/// The scenario in which every list of [`LISTS`] has two items.
const TWO_OF_ALL: &str = "[[world.vaults]]\nname = 'kv-1'\n[[world.vaults]]\nname = 'kv-2'\n\
    [world]\npage = 1\nold_principal_groups = ['one', 'two']";

/// Returns the pages of a list up to the first that fails: the status of each, and whether the last had a body that can
/// be read.
async fn pages(bench: &Bench, first: &str) -> (Vec<u16>, bool) {
    let resource = if first.starts_with("/v1.0") { format!("{}/", bench.sim.ready().arm) } else { ARM.to_owned() };
    let token = bench.token(Tenant::A, &resource).await;
    let (mut next, mut statuses) = (first.to_owned(), Vec::new());
    loop {
        let page = bench.get(&next, &token).await;
        statuses.push(page.status);
        let whole = !page.body.is_null();
        let link = page.body["nextLink"].as_str().or_else(|| page.body["@odata.nextLink"].as_str());
        match link {
            Some(link) if page.status == 200 => link.clone_into(&mut next),
            _ => return (statuses, whole),
        }
    }
}

#[tokio::test]
async fn the_second_page_of_a_list_fails_or_is_torn() {
    for (on, first) in LISTS {
        for (act, status, whole) in [("'status'\ncode = 403", 403, true), ("'garbage'", 200, false)] {
            let text = format!("{TWO_OF_ALL}\n[[fault]]\non = '{on}'\nnth = [2]\ndo = {act}");
            let bench = Bench::with_and("happy", &text).await;
            assert_eq!(pages(&bench, first).await, (vec![200, status], whole), "{on} {act}");
            // The third request of the path, from the first page on, is spared.
            let (statuses, whole) = pages(&bench, first).await;
            assert!(whole && statuses.len() >= 2 && statuses.iter().all(|status| *status == 200), "{on}: {statuses:?}");
        }
    }
}

#[tokio::test]
async fn a_list_fails_every_time() {
    for (on, first) in LISTS {
        for (act, status, whole) in [("'status'\ncode = 503", 503, true), ("'garbage'", 200, false)] {
            let text = format!("{TWO_OF_ALL}\n[[fault]]\non = '{on}'\nnth = 'every'\ndo = {act}");
            let bench = Bench::with_and("happy", &text).await;
            for _ in 0..3 {
                assert_eq!(pages(&bench, first).await, (vec![status], whole), "{on} {act}");
            }
        }
    }
}

#[tokio::test]
async fn a_read_is_delayed_each_time() {
    let fault = "on = 'arm GET /subscriptions'\nnth = 'every'\ndo = 'delay'\nseconds = 20";
    let bench = Bench::suffering(fault).await;
    let token = bench.token(Tenant::A, ARM).await;
    for _ in 0..2 {
        let began = std::time::Instant::now();
        assert_eq!(bench.get("/subscriptions?api-version=2022-12-01", &token).await.status, 200);
        // A hundredth of twenty seconds.
        assert!(began.elapsed() >= std::time::Duration::from_millis(200));
    }
}

#[tokio::test]
async fn resource_graph_learns_of_an_assignment_later_than_the_lists() {
    let bench = Bench::with_and("happy", "[time]\nresource_graph = 200").await;
    let token = bench.token(Tenant::A, ARM).await;
    let subscription = "/subscriptions/a1a1a1a1-5b5b-4c4c-8d8d-0000000000a1";
    let name = uuid::Uuid::new_v4();
    let path =
        format!("{subscription}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01");
    let role = "/providers/Microsoft.Authorization/roleDefinitions/acdd72a7-3385-48ef-bd42-f606fba81ae7";
    let body = json!({ "properties": { "roleDefinitionId": role, "principalId": OLD_PRINCIPAL } });
    assert_eq!(bench.call("PUT", &path, &token, &body).await.status, 201);
    let listed = bench.get(&assignments(subscription), &token).await;
    assert!(scopes(&listed.body["value"]).contains(&subscription.to_owned()));
    let asked = async || bench.call("POST", GRAPH, &token, &json!({ "query": held() })).await;
    assert_eq!(scopes(&asked().await.body["data"]).len(), 1);
    bench.until("Resource Graph knows", async || (scopes(&asked().await.body["data"]).len() == 2).then_some(())).await;
}
