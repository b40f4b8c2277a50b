//! Answers that mean harm, the trap they lead to, and lists in pages.

#[cfg(test)]
mod common;

use std::time::Duration;

use common::{ARM, Bench};
use crosspull_sim::Tenant;
use serde_json::{Value, json};

/// Returns a cloud in which the list of applications suffers, its operator's token for it, and what is asked for.
async fn list_suffers(act: &str) -> (Bench, String) {
    let bench = Bench::suffering(&format!("on = 'graph GET /applications'\n{act}")).await;
    let graph = bench.graph_token(Tenant::A).await;
    (bench, graph)
}

#[tokio::test]
async fn an_endless_body_goes_on_and_never_ends() {
    let (bench, graph) = list_suffers("do = 'endless'").await;
    let mut answer = bench.request("GET", "/v1.0/applications", &graph, &Value::Null).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    // Longer than one waits for silence: each piece comes within a second.
    for _ in 0..5 {
        let piece = tokio::time::timeout(Duration::from_secs(1), answer.chunk()).await.expect("it is steady").unwrap();
        assert!(!piece.expect("it does not end").is_empty());
    }
    assert_eq!(bench.sim.exchanges().last().unwrap().response_body, "");
}

#[tokio::test]
async fn a_huge_body_has_64_mib() {
    let (bench, graph) = list_suffers("do = 'huge'").await;
    let mut answer = bench.request("GET", "/v1.0/applications", &graph, &Value::Null).send().await.unwrap();
    assert_eq!(answer.content_length(), Some(64 << 20));
    let mut size = 0;
    while let Some(piece) = answer.chunk().await.unwrap() {
        size += piece.len();
    }
    assert_eq!(size, 64 << 20);
}

#[tokio::test]
async fn leaves_of_another_type_and_texts_with_escapes_reach_the_client() {
    let (bench, graph) = list_suffers("do = 'wrong_types'").await;
    let reply = bench.get("/v1.0/applications", &graph).await;
    assert_eq!((reply.status, &reply.body["value"][0]["id"]), (200, &json!(7)));

    let (bench, graph) = list_suffers("do = 'escapes'\nkeep_ids = true").await;
    let reply = bench.get("/v1.0/applications", &graph).await;
    assert_eq!(reply.at("/value/0/id").len(), 36);
    assert!(reply.at("/value/0/displayName").contains("\u{1b}[2J"), "{reply:?}");

    let text = "nth = 'every'\ndo = 'status'\ncode = 403\n[[fault]]\non = 'graph GET /applications'\ndo = 'escapes'";
    let (bench, graph) = list_suffers(text).await;
    let reply = bench.get("/v1.0/applications", &graph).await;
    assert_eq!(reply.status, 403);
    assert!(reply.at("/error/message").contains('\u{9b}'), "an error's words are texts too: {reply:?}");
}

#[tokio::test]
async fn a_redirect_leads_to_the_trap_which_keeps_what_it_is_sent() {
    let bench = Bench::suffering("on = 'graph POST /applications'\ndo = 'redirect'").await;
    let graph = bench.graph_token(Tenant::A).await;
    let body = json!({ "displayName": "x" });
    let reply = bench.call("POST", "/v1.0/applications", &graph, &body).await;
    let location = format!("{}/v1.0/applications", bench.sim.trap_origin());
    assert_eq!((reply.status, reply.header("location")), (307, location.as_str()));
    assert_eq!(bench.apps_called("x"), 1);
    assert!(bench.sim.trap().is_empty());

    let trapped = bench.call("POST", &format!("{location}?q=1"), &graph, &body).await;
    assert_eq!((trapped.status, &trapped.body), (200, &json!({})));
    let kept = bench.sim.trap();
    assert_eq!((kept[0].method.as_str(), kept[0].url.as_str()), ("POST", "/v1.0/applications?q=1"));
    assert!(kept[0].had_authorization() && kept[0].body == body.to_string());
    let shown = bench.get("/_sim/trap", "").await;
    let expected = json!([{ "method": "POST", "path": "/v1.0/applications", "authorization": true, "bytes": 19 }]);
    assert_eq!(shown.body, expected);
    assert!(!format!("{kept:?}").contains(&graph));
}

#[tokio::test]
async fn the_ways_on_lead_elsewhere() {
    let bench = Bench::with_and("paged", "[[fault]]\non = 'graph GET /applications'\ndo = 'elsewhere'").await;
    let graph = bench.graph_token(Tenant::A).await;
    let reply = bench.get("/v1.0/applications", &graph).await;
    let trap = bench.sim.trap_origin().to_owned();
    let next = reply.at("/@odata.nextLink");
    assert!(next.starts_with(&format!("{trap}/v1.0/applications?")), "{next}");
    // What is no address to go on at stays.
    assert!(reply.at("/@odata.context").starts_with(&bench.url("/v1.0/")), "{reply:?}");

    let bench = Bench::suffering("on = 'registry GET /v2/'\ndo = 'elsewhere'").await;
    let challenged = bench.get_with(&format!("https://{}/v2/", bench.sim.ready().login_server), &[]).await;
    let expected = format!("Bearer realm=\"{}/oauth2/token\"", bench.sim.trap_origin());
    assert!(challenged.header("www-authenticate").starts_with(&expected), "{challenged:?}");
    assert_eq!(challenged.status, 401);
}

/// Returns every item of a list, page by page, and how many pages there were.
async fn all_pages(bench: &Bench, path: &str, token: &str, link: &str) -> (Vec<Value>, usize) {
    let (mut items, mut pages, mut next) = (Vec::new(), 0, path.to_owned());
    loop {
        let reply = bench.get(&next, token).await;
        assert_eq!(reply.status, 200, "{next}: {reply:?}");
        items.extend(reply.body["value"].as_array().cloned().unwrap_or_default());
        pages += 1;
        match reply.body[link].as_str() {
            Some(link) => link.clone_into(&mut next),
            None => return (items, pages),
        }
    }
}

#[tokio::test]
async fn lists_come_in_pages_and_are_the_same_together() {
    let (whole, paged) = (Bench::with(&[]).await, Bench::with(&["paged"]).await);
    let names = |items: Vec<Value>| items.iter().map(|item| item["displayName"].clone()).collect::<Vec<_>>();
    let path = "/v1.0/servicePrincipals?$select=displayName";
    let (expected, once) = all_pages(&whole, path, &whole.graph_token(Tenant::A).await, "@odata.nextLink").await;
    let (found, pages) = all_pages(&paged, path, &paged.graph_token(Tenant::A).await, "@odata.nextLink").await;
    assert_eq!((once, pages, names(found)), (1, 3, names(expected)));

    let subscription = paged.sim.ready().cluster.split("/resourceGroups/").next().unwrap().to_owned();
    let path = format!("{subscription}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
    let ids = |items: Vec<Value>| items.iter().map(|item| item["id"].clone()).collect::<Vec<_>>();
    let (expected, once) = all_pages(&whole, &path, &whole.token(Tenant::A, ARM).await, "nextLink").await;
    let (found, pages) = all_pages(&paged, &path, &paged.token(Tenant::A, ARM).await, "nextLink").await;
    assert_eq!((once, pages, ids(found)), (1, 7, ids(expected)));
}

#[tokio::test]
async fn a_query_over_all_resources_comes_in_pages_too() {
    let bench = Bench::with(&["paged"]).await;
    let token = bench.token(Tenant::B, ARM).await;
    let path = "/providers/Microsoft.ResourceGraph/resources?api-version=2024-04-01";
    let query = "Resources | project id, name | order by name asc";
    let first = bench.call("POST", path, &token, &json!({ "query": query })).await;
    assert_eq!((first.at("/data/0/name"), first.at("/resultTruncated")), ("registryb", "false"));
    let options = json!({ "$skipToken": first.body["$skipToken"] });
    let second = bench.call("POST", path, &token, &json!({ "query": query, "options": options })).await;
    assert_eq!((second.at("/data/0/name"), second.body.get("$skipToken")), ("registryother", None));
    // Nothing says where to go on without ids.
    let nameless = bench.call("POST", path, &token, &json!({ "query": "Resources | project name" })).await;
    assert_eq!((nameless.at("/resultTruncated"), nameless.body.get("$skipToken")), ("true", None));
}
