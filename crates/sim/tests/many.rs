//! A world with a great many of everything, looked through as a client does.

#[cfg(test)]
mod common;
#[cfg(test)]
mod route;

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use common::{ARM, Bench};
use crosspull_sim::Tenant;
use route::registry_token;
use serde_json::{Value, json};

const QUERY: &str = "resources | where type =~ 'Microsoft.ContainerService/managedClusters' | project id, name, resourceGroup, location, subscriptionId, properties.kubernetesVersion | order by name asc, id asc";
const PATH: &str = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";

async fn rows(bench: &Bench, token: &str, query: &str) -> Vec<Value> {
    let (mut rows, mut options) = (Vec::new(), json!({ "$top": 1000, "resultFormat": "objectArray" }));
    loop {
        let page = bench.call("POST", PATH, token, &json!({ "query": query, "options": options })).await;
        assert_eq!(
            (page.status, page.at("/resultTruncated")),
            (200, "false"),
            "{}",
            page.text.get(..200).unwrap_or_default()
        );
        let data = page.body["data"].as_array().cloned().unwrap_or_default();
        assert_eq!(page.body["count"], data.len());
        rows.extend(data);
        let Some(next) = page.body["$skipToken"].as_str() else {
            assert_eq!(page.body["totalRecords"], rows.len());
            return rows;
        };
        options["$skipToken"] = json!(next);
    }
}

fn texts<'v>(rows: &'v [Value], member: &str) -> BTreeSet<&'v str> {
    rows.iter().filter_map(|row| row[member].as_str()).collect()
}

#[tokio::test]
async fn ten_thousand_clusters_and_registries_are_found_page_by_page() {
    let began = Instant::now();
    let bench = Bench::with(&["many"]).await;
    let started = began.elapsed();
    assert!(started < Duration::from_secs(2), "{started:?}");
    let token = bench.token(Tenant::A, ARM).await;
    let began = Instant::now();
    let clusters = rows(&bench, &token, QUERY).await;
    println!("start {started:?}, ten pages {:?}", began.elapsed());
    let ids = texts(&clusters, "id");
    assert_eq!((clusters.len(), ids.len()), (10_000, 10_000));
    assert!(ids.contains(bench.sim.ready().cluster.as_str()));
    let names: Vec<&str> = clusters.iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.is_sorted() && names.len() == 10_000);
    assert!(texts(&clusters, "properties_kubernetesVersion").contains("1.33.2"));
    let in_b = bench.token(Tenant::B, ARM).await;
    let query = "resources | where type == 'microsoft.containerregistry/registries' | project id, name, sku.name";
    let registries = rows(&bench, &in_b, query).await;
    assert_eq!((registries.len(), texts(&registries, "id").len()), (10_000, 10_000));
    assert!(texts(&registries, "name").contains("registryb"));
    let by_hand = bench.user_token("contoso.com", "a", ARM).await;
    let counted = bench.call("POST", PATH, &by_hand, &json!({ "query": "Resources | count" })).await;
    assert_eq!(counted.body["data"][0]["Count"], 10_000);
}

#[tokio::test]
async fn they_are_listed_by_subscription_too_and_one_can_be_read() {
    let bench = Bench::with(&["many"]).await;
    let mut subscriptions = 0;
    for (tenant, kind) in [
        (Tenant::A, "Microsoft.ContainerService/managedClusters"),
        (Tenant::B, "Microsoft.ContainerRegistry/registries"),
    ] {
        let token = bench.token(tenant, ARM).await;
        let listed = bench.get("/subscriptions?api-version=2022-12-01", &token).await;
        let listed = listed.body["value"].as_array().cloned().unwrap_or_default();
        subscriptions += listed.len();
        let last = listed.last().and_then(|last| last["subscriptionId"].as_str()).unwrap_or_default().to_owned();
        let mut next = format!("/subscriptions/{last}/providers/{kind}?api-version=2024-09-01");
        let (mut ids, mut pages) = (BTreeSet::new(), 0);
        loop {
            let page = bench.get(&next, &token).await;
            assert_eq!(page.status, 200);
            ids.extend(
                page.body["value"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|one| one["id"].as_str().map(str::to_owned)),
            );
            pages += 1;
            match page.body["nextLink"].as_str() {
                Some(link) => link.clone_into(&mut next),
                None => break,
            }
        }
        assert!(ids.len() > 400 && pages == ids.len().div_ceil(200), "{} on {pages}", ids.len());
        let one = ids.first().cloned().unwrap_or_default();
        let read = bench.get(&format!("{one}?api-version=2024-09-01"), &token).await;
        assert_eq!((read.status, read.at("/id")), (200, one.as_str()));
        let may = bench
            .get(&format!("{one}/providers/Microsoft.Authorization/permissions?api-version=2022-04-01"), &token)
            .await;
        assert!(may.body["value"].as_array().is_some_and(|sets| !sets.is_empty()));
        let resources = bench
            .get(
                &format!("/subscriptions/{last}/resources?$filter=resourceType eq '{kind}'&api-version=2024-11-01"),
                &token,
            )
            .await;
        assert_eq!(resources.body["value"].as_array().map(Vec::len), Some(200));
    }
    assert_eq!(subscriptions, 40);
}

#[tokio::test]
async fn a_registry_gives_its_ten_thousand_names_after_one_another() {
    let bench = Bench::with(&["many"]).await;
    let server = bench.sim.ready().login_server.clone();
    let operator = bench.sim.operator(Tenant::B);
    let (name, secret) = (operator.client_id.to_string(), operator.client_secret.reveal());
    for (scope, first, member) in [
        ("registry:catalog:*", "/acr/v1/_catalog?n=1000", "repositories"),
        ("registry:catalog:*", "/v2/_catalog?n=1000", "repositories"),
        ("repository:shop/history:pull", "/v2/shop/history/tags/list?n=1000", "tags"),
        ("repository:shop/history:metadata_read", "/acr/v1/shop/history/_tags?n=100&last=4.40.00", "tags"),
    ] {
        let token = registry_token(&bench, &server, &name, secret, scope).await;
        let bearer = format!("Bearer {}", token.at("/access_token"));
        let (mut names, mut pages, mut next) = (BTreeSet::new(), 0, first.to_owned());
        loop {
            let page = bench.get_with(&format!("https://{server}{next}"), &[("authorization", &bearer)]).await;
            assert_eq!(page.status, 200, "{}", page.text);
            let listed = page.body[member].as_array().cloned().unwrap_or_default();
            names.extend(
                listed.iter().filter_map(|one| one.as_str().or_else(|| one["name"].as_str()).map(str::to_owned)),
            );
            pages += 1;
            match page.header("link").split_once("<").and_then(|(_, rest)| rest.split_once('>')) {
                Some((link, _)) => link.clone_into(&mut next),
                None => break,
            }
        }
        let expected = if first.contains("last=") { (749, 8) } else { (10_000, 10) };
        assert_eq!((names.len(), pages), expected, "{first}");
    }
}

#[tokio::test]
async fn resource_graph_can_be_refused_and_the_lists_still_answer() {
    let bench = Bench::suffering("on = 'arm POST /providers/Microsoft.ResourceGraph/resources'\nnth = 'every'\ndo = 'status'\ncode = 403\nerror = 'AuthorizationFailed'").await;
    let token = bench.token(Tenant::A, ARM).await;
    let refused = bench.call("POST", PATH, &token, &json!({ "query": QUERY })).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "AuthorizationFailed"));
    let subscription = bench.sim.ready().tenants.a.subscription;
    let path = format!(
        "/subscriptions/{subscription}/providers/Microsoft.ContainerService/managedClusters?api-version=2024-09-01"
    );
    assert_eq!(bench.get(&path, &token).await.body["value"].as_array().map(Vec::len), Some(1));
}
