//! Graph's relations, tags and owners, asked by a plain client.

#[cfg(test)]
mod common;

use common::Bench;
use crosspull_sim::Tenant;
use serde_json::{Value, json};

/// Returns the old principal's object id, as Graph finds it.
async fn cluster_principal(bench: &Bench, graph: &str) -> String {
    let found = bench.get("/v1.0/servicePrincipals?$filter=displayName eq 'aks-shop-sp'", graph).await;
    found.at("/value/0/id").to_owned()
}

/// Returns the world of `old-principal-in-group`, its operator of A with these app roles.
async fn grouped(roles: &str) -> (Bench, String, String) {
    let bench = Bench::with_and("old-principal-in-group", &format!("[world.operator_a]\ngraph_roles = {roles}")).await;
    let graph = bench.graph_token(Tenant::A).await;
    let id = cluster_principal(&bench, &graph).await;
    (bench, graph, id)
}

#[tokio::test]
async fn a_group_shows_only_its_id_to_who_may_not_read_groups() {
    let (bench, graph, id) = grouped("['Application.ReadWrite.OwnedBy']").await;
    let limited = bench.get(&format!("/v1.0/servicePrincipals/{id}/memberOf?$select=id,displayName"), &graph).await;
    assert_eq!(limited.status, 200);
    assert_eq!(limited.at("/value/0/@odata.type"), "#microsoft.graph.group");
    assert_eq!((limited.at("/value/0/id").len(), &limited.body["value"][0]["displayName"]), (36, &Value::Null));
    let refused = bench.get(&format!("/v1.0/servicePrincipals/{id}/transitiveMemberOf"), &graph).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "Authorization_RequestDenied"));
    assert_eq!(bench.get("/v1.0/groups", &graph).await.status, 403);

    let (bench, graph, id) = grouped("['Application.Read.All', 'GroupMember.Read.All']").await;
    let whole = bench.get(&format!("/v1.0/servicePrincipals/{id}/transitiveMemberOf"), &graph).await;
    assert_eq!(whole.at("/value/0/displayName"), "aks-network-admins");
    let group = whole.at("/value/0/id");
    let members = bench.get(&format!("/v1.0/groups/{group}/members"), &graph).await;
    assert_eq!(
        (members.at("/value/0/id"), members.at("/value/0/@odata.type")),
        (id.as_str(), "#microsoft.graph.servicePrincipal")
    );
}

#[tokio::test]
async fn app_roles_on_graph_are_listed() {
    let (bench, graph, id) = grouped("['Application.ReadWrite.OwnedBy']").await;
    let held = bench.get(&format!("/v1.0/servicePrincipals/{id}/appRoleAssignments"), &graph).await;
    assert_eq!(held.body["value"].as_array().map(Vec::len), Some(1));
    assert_eq!(held.at("/value/0/appRoleId"), "7ab1d382-f21e-4acd-a863-ba3e13f7da61");
    assert_eq!(
        (held.at("/value/0/resourceDisplayName"), held.at("/value/0/principalId")),
        ("Microsoft Graph", id.as_str())
    );
    let unknown = bench.get("/v1.0/servicePrincipals/7c6b5a49-0000-4000-8000-000000000000/memberOf", &graph).await;
    assert_eq!(unknown.status, 404);
}

#[tokio::test]
async fn tags_are_kept_found_and_inherited_by_the_service_principal_at_home() {
    let bench = Bench::with(&[]).await;
    let graph = bench.graph_token(Tenant::A).await;
    let (id, app_id) = bench.create_app().await;
    let path = format!("/v1.0/applications/{id}");
    assert_eq!(bench.call("PATCH", &path, &graph, &json!({ "tags": "x" })).await.status, 400);
    assert_eq!(bench.call("PATCH", &path, &graph, &json!({ "tags": ["crosspull:1"], "notes": "n" })).await.status, 204);
    let principal = bench.create_principal(Tenant::A, &app_id).await;
    let abroad = bench.create_principal(Tenant::B, &app_id).await;
    let patch = json!({ "tags": ["own"], "notes": "why" });
    // An application may be changed at once; a service principal has to be known first.
    let url = format!("/v1.0/servicePrincipals/{principal}");
    bench
        .until("the service principal is known", async || {
            (bench.call("PATCH", &url, &graph, &patch).await.status == 204).then_some(())
        })
        .await;
    for (collection, tag) in
        [("applications", "crosspull:1"), ("servicePrincipals", "crosspull:1"), ("servicePrincipals", "own")]
    {
        let found =
            bench.get(&format!("/v1.0/{collection}?$filter=tags/any(t:t eq '{tag}')&$select=appId"), &graph).await;
        assert_eq!(
            (found.body["value"].as_array().map(Vec::len), found.at("/value/0/appId")),
            (Some(1), app_id.as_str())
        );
    }
    let shown = bench.get(&url, &graph).await;
    assert_eq!((&shown.body["tags"], shown.at("/notes")), (&json!(["own", "crosspull:1"]), "why"));
    let graph_b = bench.graph_token(Tenant::B).await;
    let there = bench.get(&format!("/v1.0/servicePrincipals/{abroad}"), &graph_b).await;
    assert_eq!((there.status, &there.body["tags"]), (200, &json!([])));
    bench.call("PATCH", &path, &graph, &json!({ "notes": null })).await;
    assert_eq!(bench.get(&path, &graph).await.body["notes"], Value::Null);
}

#[tokio::test]
async fn an_owner_adds_a_secret_to_the_clusters_app_and_another_does_not() {
    for (scenario, status, owners) in [("happy", 200, 3), ("no-way-back", 403, 0)] {
        let bench = Bench::with(&[scenario]).await;
        let graph = bench.graph_token(Tenant::A).await;
        let found = bench.get("/v1.0/applications?$filter=displayName eq 'aks-shop-sp'", &graph).await;
        let application = format!("/v1.0/applications/{}", found.at("/value/0/id"));
        let listed = bench.get(&format!("{application}/owners?$select=id,appId"), &graph).await;
        assert_eq!(listed.body["value"].as_array().map(Vec::len), Some(owners), "{scenario}: {listed:?}");
        if owners > 0 {
            let operator = bench.sim.operator(Tenant::A).client_id.to_string();
            assert_eq!(listed.at("/value/0/appId"), operator);
        }
        let path = format!("{application}/addPassword");
        let made = bench.call("POST", &path, &graph, &json!({ "passwordCredential": { "displayName": "back" } })).await;
        assert_eq!(made.status, status, "{scenario}: {}", made.text);
    }
}

const OPS_A: &str = "0e0e0e0e-0001-4e0e-8e0e-00000000e0a1";
const READER_A: &str = "0e0e0e0e-0002-4e0e-8e0e-00000000e0a2";

/// Returns the ids of a list's objects.
fn ids(list: &Value) -> Vec<&str> {
    list["value"].as_array().into_iter().flatten().filter_map(|one| one["id"].as_str()).collect()
}

fn reference(id: &str) -> Value {
    json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{id}") })
}

#[tokio::test]
async fn who_registers_an_application_owns_it_program_or_person() {
    let bench = Bench::with(&[]).await;
    let program = bench.graph_token(Tenant::A).await;
    let person = bench.user_token("contoso.com", "a", &format!("{}/", bench.sim.ready().arm)).await;
    let operator = bench.get("/v1.0/servicePrincipals?$filter=displayName eq 'contoso-operator'", &program).await;
    for (token, owner, kind) in [(&program, operator.at("/value/0/id"), "servicePrincipal"), (&person, OPS_A, "user")] {
        let body = json!({ "displayName": "made", "tags": ["a-tag"] });
        let made = bench.call("POST", "/v1.0/applications", token, &body).await;
        assert_eq!((made.status, &made.body["tags"]), (201, &json!(["a-tag"])), "{}", made.text);
        let (id, app_id) = (made.at("/id"), made.at("/appId"));
        let path = format!("/v1.0/applications/{id}/owners");
        let listed = bench
            .until("the app is readable", async || {
                let listed = bench.get(&path, token).await;
                (listed.status == 200).then_some(listed)
            })
            .await;
        assert_eq!(
            (ids(&listed.body), listed.at("/value/0/@odata.type")),
            (vec![owner], format!("#microsoft.graph.{kind}").as_str())
        );
        let principal = bench.call("POST", "/v1.0/servicePrincipals", token, &json!({ "appId": app_id })).await;
        let path = format!("/v1.0/servicePrincipals/{}/owners", principal.at("/id"));
        let listed = bench
            .until("the service principal is readable", async || {
                let listed = bench.get(&path, token).await;
                (listed.status == 200).then_some(listed)
            })
            .await;
        assert_eq!(ids(&listed.body), [owner]);
        let world = bench.sim.world();
        let shown =
            world["tenants"]["a"]["applications"].as_array().unwrap().iter().find(|app| app["id"] == id).unwrap();
        assert_eq!((&shown["owners"], &shown["tags"]), (&json!([owner]), &json!(["a-tag"])));
    }
}

#[tokio::test]
async fn owners_are_added_and_removed() {
    let bench = Bench::with(&[]).await;
    let program = bench.graph_token(Tenant::A).await;
    let person = bench.user_token("contoso.com", "a", &format!("{}/", bench.sim.ready().arm)).await;
    let (id, app_id) = bench.create_app().await;
    let principal = bench.create_principal(Tenant::A, &app_id).await;
    for owned in [format!("applications/{id}"), format!("servicePrincipals/{principal}")] {
        let owners = format!("/v1.0/{owned}/owners");
        bench.until("it is readable", async || (bench.get(&owners, &program).await.status == 200).then_some(())).await;
        let add = format!("{owners}/$ref");
        // A program that may change only what it owns names nobody else.
        assert_eq!(bench.call("POST", &add, &program, &reference(READER_A)).await.status, 403);
        assert_eq!(bench.call("POST", &add, &person, &reference(READER_A)).await.status, 204);
        let again = bench.call("POST", &add, &person, &reference(READER_A)).await;
        assert_eq!((again.status, again.at("/error/code")), (400, "Request_BadRequest"), "{}", again.text);
        let nobody = bench.call("POST", &add, &person, &reference("7c6b5a49-0000-4000-8000-000000000000")).await;
        assert_eq!(nobody.status, 404);
        assert_eq!(bench.call("POST", &add, &person, &json!({ "id": READER_A })).await.status, 400);
        assert_eq!(ids(&bench.get(&owners, &person).await.body).last(), Some(&READER_A), "{owned}");
        let remove = format!("{owners}/{READER_A}/$ref");
        assert_eq!(bench.call("DELETE", &remove, &program, &Value::Null).await.status, 204);
        assert_eq!(bench.call("DELETE", &remove, &program, &Value::Null).await.status, 404);
        assert_eq!(bench.call("GET", &add, &person, &Value::Null).await.status, 405);
    }
}

#[tokio::test]
async fn an_application_of_somebody_else_is_there_with_tags_owner_and_secrets() {
    let text = "[[world.apps_a]]\nname = 'stranger'\ntags = ['crosspull:1']\nowner = 'reader-a'\ncreated_days_ago = 3\n\
        secrets = [{ name = 'ci' }, { name = 'old', ends_in_days = -1 }]";
    let bench = Bench::with_and("happy", text).await;
    let graph = bench.graph_token(Tenant::A).await;
    let found = bench.get("/v1.0/applications?$filter=tags/any(t:t eq 'crosspull:1')", &graph).await;
    let app = &found.body["value"][0];
    assert_eq!(
        (app["displayName"].as_str(), app["signInAudience"].as_str()),
        (Some("stranger"), Some("AzureADMultipleOrgs"))
    );
    let names: Vec<_> = app["passwordCredentials"].as_array().unwrap().iter().map(|one| &one["displayName"]).collect();
    assert_eq!(names, ["ci", "old"]);
    let today = jiff::Timestamp::now().to_string();
    let date = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    assert!(date(&app["createdDateTime"]) < today && date(&app["createdDateTime"]).len() == 20);
    assert!(date(&app["passwordCredentials"][0]["endDateTime"]) > today);
    assert!(date(&app["passwordCredentials"][1]["endDateTime"]) < today);
    let owners = bench.get(&format!("/v1.0/applications/{}/owners", app["id"].as_str().unwrap()), &graph).await;
    // The operator's program may not read users: the id is all that it sees.
    assert_eq!((ids(&owners.body), owners.at("/value/0/displayName")), (vec![READER_A], ""));
    let principal = bench.get("/v1.0/servicePrincipals?$filter=displayName eq 'stranger'", &graph).await;
    assert_eq!(principal.at("/value/0/appId"), app["appId"].as_str().unwrap());
}

#[tokio::test]
async fn members_are_added_once_found_around_groups_and_removed() {
    let bench = Bench::with_and("access-bindings", "").await;
    let graph = bench.graph_token(Tenant::A).await;
    let ada = bench.get("/v1.0/users/ada@contoso.com", &graph).await.at("/id").to_owned();
    let found = bench.get("/v1.0/groups?$filter=displayName eq 'shop-developers'", &graph).await;
    let group = found.at("/value/0/id").to_owned();
    let members = format!("/v1.0/groups/{group}/members/$ref");
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ada}") });
    assert_eq!(bench.call("POST", &members, &graph, &reference).await.status, 204);
    let again = bench.call("POST", &members, &graph, &reference).await;
    let words = "One or more added object references already exist for the following modified properties: 'members'.";
    assert_eq!((again.status, again.at("/error/message")), (400, words));
    let only = json!({ "securityEnabledOnly": true });
    let groups = bench.call("POST", &format!("/v1.0/directoryObjects/{ada}/getMemberGroups"), &graph, &only).await;
    assert_eq!(groups.body["value"].as_array().map(Vec::len), Some(2));
    let around = bench.get(&format!("/v1.0/users/{ada}/transitiveMemberOf"), &graph).await;
    assert_eq!(
        (around.at("/value/0/displayName"), around.at("/value/1/displayName")),
        ("shop-developers", "shop-everybody")
    );
    let one = format!("/v1.0/groups/{group}/members/{ada}/$ref");
    assert_eq!(bench.call("DELETE", &one, &graph, &Value::Null).await.status, 204);
    assert_eq!(bench.call("DELETE", &one, &graph, &Value::Null).await.status, 404);
    let nobody = json!({ "@odata.id": "https://graph.microsoft.com/v1.0/directoryObjects/7c6b5a49-0000-4000-8000-000000000000" });
    assert_eq!(bench.call("POST", &members, &graph, &nobody).await.status, 404);
    let owners = bench.get(&format!("/v1.0/groups/{group}/owners"), &graph).await;
    assert_eq!(owners.at("/value/0/userPrincipalName"), "ops@contoso.com");

    let bench = Bench::with_and("access-bindings", "[world.operator_a]\ngraph_roles = ['GroupMember.Read.All']").await;
    let graph = bench.graph_token(Tenant::A).await;
    let refused = bench.call("POST", &members, &graph, &reference).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "Authorization_RequestDenied"));
}

#[tokio::test]
async fn the_members_of_a_group_that_is_kept_elsewhere_are_not_changed() {
    let own = "[world.cluster]\nentra = { azure_rbac = false, admin_groups = [{ name = 'ruled', rule = 'user.x -eq 1' }, \
               { name = 'synced', on_premises = true }] }";
    let bench = Bench::with_and("access-bindings", own).await;
    let graph = bench.graph_token(Tenant::A).await;
    let ada = bench.get("/v1.0/users/ada@contoso.com", &graph).await.at("/id").to_owned();
    let reference = json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ada}") });
    for (name, types, synced, refused) in [
        ("ruled", json!(["DynamicMembership"]), Value::Null, (403, "Authorization_RequestDenied")),
        ("synced", json!([]), json!(true), (400, "Request_BadRequest")),
    ] {
        let found = bench.get(&format!("/v1.0/groups?$filter=displayName eq '{name}'"), &graph).await;
        let group = &found.body["value"][0];
        assert_eq!((&group["groupTypes"], &group["onPremisesSyncEnabled"]), (&types, &synced), "{name}");
        let members = format!("/v1.0/groups/{}/members/$ref", group["id"].as_str().unwrap());
        let answer = bench.call("POST", &members, &graph, &reference).await;
        assert_eq!((answer.status, answer.at("/error/code")), refused, "{name}");
    }
}
