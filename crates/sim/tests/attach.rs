//! One tenant for cluster and registry: the nodes pull with the cluster's own identity, as far as roles let that.

#[cfg(test)]
mod common;

use common::{ARM, Bench, Reply};
use crosspull_sim::{Sim, Tenant};
use serde_json::{Value, json};

const ACR_PULL: &str = "7f951dda-4ed3-4680-a7ca-43fe172d538d";
const REPOSITORY_READER: &str = "b93aa761-3e63-49ed-ac28-beffa264f7ac";
const ACR_DELETE: &str = "c2f4ef07-c644-48eb-af81-4b1b4947fb11";
/// The three kinds of identity, each with a scenario of one tenant.
const KINDS: [(&str, &str); 3] = [
    ("same-tenant", "service-principal"),
    ("same-tenant-system-assigned", "system-assigned"),
    ("same-tenant-user-assigned", "user-assigned"),
];

/// Returns the object id of what the nodes pull with, from what the Resource Manager and Graph show.
async fn puller(bench: &Bench) -> String {
    let arm = bench.token(Tenant::A, ARM).await;
    let path = format!("{}?api-version=2024-09-01", bench.sim.ready().cluster);
    let cluster = bench.get(&path, &arm).await;
    let kubelet = cluster.at("/properties/identityProfile/kubeletidentity/objectId");
    if !kubelet.is_empty() {
        return kubelet.to_owned();
    }
    let client = cluster.at("/properties/servicePrincipalProfile/clientId");
    let graph = bench.graph_token(Tenant::A).await;
    let found = bench.get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{client}'"), &graph).await;
    found.at("/value/0/id").to_owned()
}

/// Gives a principal a role at a scope, as the operator of a side.
async fn grant(bench: &Bench, side: Tenant, scope: &str, role: &str, principal: &str, condition: Value) -> Reply {
    let token = bench.token(side, ARM).await;
    let name = uuid::Uuid::new_v4();
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01");
    let mut properties = json!({
        "roleDefinitionId": format!("/providers/Microsoft.Authorization/roleDefinitions/{role}"),
        "principalId": principal,
        "principalType": "ServicePrincipal",
    });
    if !condition.is_null() {
        properties["condition"] = condition;
        properties["conditionVersion"] = json!("2.0");
    }
    bench.call("PUT", &path, &token, &json!({ "properties": properties })).await
}

/// Returns what became of the images on the nodes: image, state and reason, one an image and node.
fn pulls(sim: &Sim) -> Vec<(String, String, String)> {
    let world = sim.world();
    let text = |pull: &Value, name: &str| pull[name].as_str().unwrap_or_default().to_owned();
    let nodes = world["clusters"][0]["nodes"].as_array().cloned().unwrap_or_default();
    let pulls = nodes.iter().flat_map(|node| node["pulls"].as_array().cloned().unwrap_or_default());
    pulls.map(|pull| (text(&pull, "image"), text(&pull, "state"), text(&pull, "reason"))).collect()
}

fn all_pulled(sim: &Sim) -> Option<()> {
    let pulls = pulls(sim);
    (!pulls.is_empty() && pulls.iter().all(|(_, state, _)| state == "Pulled")).then_some(())
}

/// Returns the registry's resource group and subscription.
fn around(registry: &str) -> [String; 2] {
    let parts: Vec<&str> = registry.split('/').collect();
    [parts[..5].join("/"), parts[..3].join("/")]
}

/// Returns the assignments that a list at a scope shows: role and scope.
async fn listed(bench: &Bench, scope: &str, filter: &str) -> Vec<(String, String)> {
    let token = bench.token(Tenant::A, ARM).await;
    let path =
        format!("{scope}/providers/Microsoft.Authorization/roleAssignments?$filter={filter}&api-version=2022-04-01");
    let reply = bench.get(&path, &token).await;
    assert_eq!(reply.status, 200, "{}", reply.text);
    let text = |one: &Value, name: &str| one["properties"][name].as_str().unwrap_or_default().to_owned();
    let guid = |id: String| id.rsplit('/').next().unwrap_or_default().to_owned();
    let all = reply.body["value"].as_array().cloned().unwrap_or_default();
    all.iter().map(|one| (guid(text(one, "roleDefinitionId")), text(one, "scope"))).collect()
}

#[tokio::test]
async fn each_kind_of_identity_is_shown_as_azure_shows_it() {
    for (scenario, kind) in KINDS {
        let bench = Bench::with(&[scenario]).await;
        let arm = bench.token(Tenant::A, ARM).await;
        let ready = bench.sim.ready();
        let shown = bench.get(&format!("{}?api-version=2024-09-01", ready.cluster), &arm).await.body;
        let world = bench.sim.world();
        let cluster = &world["clusters"][0];
        assert_eq!((&cluster["identity"]["kind"], &cluster["tenantId"]), (&json!(kind), &json!(ready.tenants.a.id)));
        assert_eq!(cluster["identity"]["kubelet"]["objectId"], json!(puller(&bench).await), "{scenario}");
        let kubelet = &shown["properties"]["identityProfile"]["kubeletidentity"];
        let resource = kubelet["resourceId"].as_str().unwrap_or_default();
        let profile = &shown["properties"]["servicePrincipalProfile"]["clientId"];
        match kind {
            "service-principal" => {
                assert!(shown.get("identity").is_none() && kubelet.is_null(), "{shown}");
                assert_eq!(*profile, cluster["identity"]["kubelet"]["clientId"]);
                continue;
            }
            "system-assigned" => {
                assert_eq!(shown["identity"]["type"], "SystemAssigned");
                assert!(resource.contains("/resourcegroups/MC_") && resource.ends_with("/aks-shop-agentpool"));
            }
            _ => {
                assert_eq!(shown["identity"]["type"], "UserAssigned");
                let own = shown["identity"]["userAssignedIdentities"].as_object().unwrap();
                let (id, ids) = own.iter().next().unwrap();
                assert!(
                    id.ends_with(
                        "/resourceGroups/rg-shop/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-aks-shop"
                    ),
                    "{id}"
                );
                assert!(ids["principalId"].is_string() && ids["clientId"].is_string(), "{ids}");
                assert!(resource.contains("/resourcegroups/rg-shop/"), "{resource}");
            }
        }
        assert_eq!((profile, &kubelet["clientId"]), (&json!("msi"), &cluster["identity"]["kubelet"]["clientId"]));
        let graph = bench.graph_token(Tenant::A).await;
        let id = kubelet["objectId"].as_str().unwrap();
        let principal = bench.get(&format!("/v1.0/servicePrincipals/{id}"), &graph).await;
        assert_eq!(principal.at("/servicePrincipalType"), "ManagedIdentity");
        assert_eq!(principal.at("/appId"), kubelet["clientId"]);
        assert!(principal.at("/alternativeNames/1").eq_ignore_ascii_case(resource), "{}", principal.text);
    }
}

#[tokio::test]
async fn nodes_pull_once_their_identity_has_acr_pull_at_the_registry_or_above() {
    for (scenario, _) in KINDS {
        for level in 0..3 {
            let bench = Bench::with(&[scenario]).await;
            let registry = bench.sim.ready().registry.clone();
            let [group, subscription] = around(&registry);
            assert_ne!(subscription, around(&bench.sim.ready().cluster)[1]);
            let scope = [registry, group, subscription][level].clone();
            assert!(pulls(&bench.sim).iter().all(|(_, state, _)| state == "ImagePullBackOff"));
            let principal = puller(&bench).await;
            let made = grant(&bench, Tenant::A, &scope, ACR_PULL, &principal, Value::Null).await;
            assert_eq!(made.status, 201, "{}", made.text);
            bench.until("the nodes pull", async || all_pulled(&bench.sim)).await;
            let world = bench.sim.world();
            let by = &world["clusters"][0]["identity"]["kubelet"]["clientId"];
            let served = world["registries"][0]["pulls"].as_array().unwrap();
            assert_eq!(served.len(), 3);
            assert!(served.iter().all(|pull| pull["by"] == *by && pull["repository"] == "shop/web"), "{served:?}");
        }
    }
}

#[tokio::test]
async fn a_role_takes_its_time_to_be_in_effect() {
    // Longer than the test takes at the speed of the bench: nothing but the pass of time below brings it into effect.
    let bench = Bench::with_and("same-tenant-system-assigned", "[time]\nrole_effect = 100000").await;
    let principal = puller(&bench).await;
    let registry = bench.sim.ready().registry.clone();
    assert_eq!(grant(&bench, Tenant::A, &registry, ACR_PULL, &principal, Value::Null).await.status, 201);
    let early = |(_, state, reason): (String, String, String)| {
        state == "ImagePullBackOff"
            && reason.contains("failed to fetch anonymous token")
            && reason.ends_with("401 Unauthorized")
    };
    bench.until("a try too early", async || pulls(&bench.sim).into_iter().all(early).then_some(())).await;
    bench.sim.pass(100_000.0);
    bench.until("the nodes pull", async || all_pulled(&bench.sim)).await;
}

#[tokio::test]
async fn another_role_or_mode_gives_no_images() {
    for (scenario, role) in [("same-tenant-system-assigned", ACR_DELETE), ("abac-registry", ACR_PULL)] {
        let bench =
            Bench::with_and(scenario, "[world]\nsame_tenant = true\ncluster_identity = 'system-assigned'").await;
        let principal = puller(&bench).await;
        let registry = bench.sim.ready().registry.clone();
        assert_eq!(grant(&bench, Tenant::A, &registry, role, &principal, Value::Null).await.status, 201);
        let denied = |(_, state, reason): (String, String, String)| {
            state == "ImagePullBackOff"
                && reason
                    == "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
        };
        bench.until("the nodes are told why", async || pulls(&bench.sim).into_iter().all(denied).then_some(())).await;
    }
}

#[tokio::test]
async fn an_abac_registry_lets_nodes_have_the_repositories_of_the_condition() {
    for kind in ["service-principal", "system-assigned"] {
        let identity = format!("[world]\ncluster_identity = '{kind}'");
        let bench = Bench::with_and("same-tenant-abac", &identity).await;
        let principal = puller(&bench).await;
        let registry = bench.sim.ready().registry.clone();
        let condition = "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'}) AND \
            !(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/metadata/read'})) OR \
            (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'shop/web'))";
        let made = grant(&bench, Tenant::A, &registry, REPOSITORY_READER, &principal, json!(condition)).await;
        assert_eq!(made.status, 201, "{}", made.text);
        let settled = async || {
            let pulls = pulls(&bench.sim);
            let of = |repository: &str| {
                let pulls = pulls.iter().filter(|(image, ..)| image.contains(repository));
                pulls
                    .map(|(_, state, reason)| (state.as_str(), reason.contains("insufficient_scope")))
                    .collect::<Vec<_>>()
            };
            (of("shop/web:") == [("Pulled", false); 3] && of("shop/api:") == [("ImagePullBackOff", true); 3])
                .then_some(())
        };
        bench.until("one repository is pulled and the other is not", settled).await;
    }
}

#[tokio::test]
async fn a_group_lends_its_role_to_the_kubelet_identity() {
    let bench = Bench::with(&["same-tenant-held-by-group"]).await;
    bench.until("the nodes have their images", async || all_pulled(&bench.sim)).await;
    let principal = puller(&bench).await;
    let registry = bench.sim.ready().registry.clone();
    let [group, subscription] = around(&registry);
    let at_group = vec![(ACR_PULL.to_owned(), group)];
    let (assigned, own) = (format!("assignedTo('{principal}')"), format!("principalId eq '{principal}'"));
    assert_eq!(listed(&bench, &registry, &format!("atScope() and {assigned}")).await, at_group);
    assert_eq!(listed(&bench, &registry, &assigned).await, at_group);
    assert_eq!(listed(&bench, &registry, &own).await, []);
    // Below the scope, unless only what is at the scope or above is asked for.
    assert_eq!(listed(&bench, &subscription, &assigned).await, at_group);
    assert_eq!(listed(&bench, &subscription, &format!("atScope() and {assigned}")).await, []);
    let world = bench.sim.world();
    assert_eq!(world["tenants"]["a"]["groups"][0]["members"], json!([principal]));
}

#[tokio::test]
async fn one_operator_stands_for_both_sides() {
    let bench = Bench::with(&["same-tenant"]).await;
    let (a, b) = (bench.sim.operator(Tenant::A), bench.sim.operator(Tenant::B));
    assert_eq!((a.client_id, a.client_secret.reveal()), (b.client_id, b.client_secret.reveal()));
    let (answers, ready) = (bench.sim.answers_toml(None), bench.sim.ready());
    let answers: toml::Table = answers.parse().unwrap();
    assert_eq!(answers["tenant-a"], answers["tenant-b"]);
    let arm = bench.token(Tenant::A, ARM).await;
    for path in
        [format!("{}?api-version=2024-09-01", ready.cluster), format!("{}?api-version=2023-07-01", ready.registry)]
    {
        assert_eq!(bench.get(&path, &arm).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn an_operator_without_the_right_on_the_registry_grants_nothing() {
    let bench = Bench::with(&["same-tenant-system-assigned", "no-right-on-registry"]).await;
    let principal = puller(&bench).await;
    let registry = bench.sim.ready().registry.clone();
    let refused = grant(&bench, Tenant::A, &registry, ACR_PULL, &principal, Value::Null).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "AuthorizationFailed"));
    assert!(refused.at("/error/message").contains("Microsoft.Authorization/roleAssignments/write"));
    let own = listed(&bench, &registry, &format!("assignedTo('{principal}')")).await;
    assert_eq!(own, []);
}

#[tokio::test]
async fn across_tenants_the_kubelet_identity_is_nobody() {
    let bench = Bench::with_and("happy", "[world]\ncluster_identity = 'user-assigned'").await;
    let principal = puller(&bench).await;
    let registry = bench.sim.ready().registry.clone();
    let refused = grant(&bench, Tenant::B, &registry, ACR_PULL, &principal, Value::Null).await;
    assert_eq!((refused.status, refused.at("/error/code")), (400, "PrincipalNotFound"));
    assert_eq!(bench.sim.world()["clusters"][0]["identity"]["kind"], "user-assigned");
}

#[tokio::test]
async fn roles_are_read_by_name_and_by_id_with_what_they_permit() {
    let bench = Bench::with(&["same-tenant"]).await;
    let token = bench.token(Tenant::A, ARM).await;
    let ready = bench.sim.ready();
    let pull = "Microsoft.ContainerRegistry/registries/pull/read";
    let content = "Microsoft.ContainerRegistry/registries/repositories/content/read";
    for (name, action, data_action) in [
        ("AcrPull", Some(pull), None),
        ("AcrPush", Some(pull), None),
        ("Reader", Some("*/read"), None),
        ("Contributor", Some("*"), None),
        ("Owner", Some("*"), None),
        ("Container Registry Repository Reader", None, Some(content)),
    ] {
        let definitions = format!("{}/providers/Microsoft.Authorization/roleDefinitions", ready.registry);
        let path = format!("{definitions}?$filter=roleName eq '{name}'&api-version=2022-04-01");
        let found = bench.get(&path, &token).await;
        let id = found.at("/value/0/id").to_owned();
        assert_eq!(found.body["value"].as_array().map(Vec::len), Some(1), "{name}");
        assert!(id.starts_with(&format!("/subscriptions/{}/providers/", ready.tenants.b.subscription)), "{id}");
        let by_id = bench.get(&format!("{id}?api-version=2022-04-01"), &token).await;
        assert_eq!(by_id.at("/properties/roleName"), name);
        let permitted = &by_id.body["properties"]["permissions"][0];
        let has = |member: &str, one: Option<&str>| {
            one.is_none_or(|one| permitted[member].as_array().is_some_and(|all| all.contains(&json!(one))))
        };
        assert!(has("actions", action) && has("dataActions", data_action), "{name}: {permitted}");
    }
}

/// Puts a cluster as it was read, but for what `change` does to it.
async fn put_cluster(bench: &Bench, token: &str, change: impl FnOnce(&mut Value)) -> Reply {
    let path = format!("{}?api-version=2024-09-01", bench.sim.ready().cluster);
    let mut cluster = bench.get(&path, token).await.body;
    change(&mut cluster);
    bench.call("PUT", &path, token, &cluster).await
}

/// Returns the last body of the operation that an answer names.
async fn ended(bench: &Bench, token: &str, started: &Reply) -> Value {
    let address = started.header("azure-asyncoperation").to_owned();
    let look = async || Some(bench.get(&address, token).await.body).filter(|body| body["status"] != "InProgress");
    bench.until("the operation ends", look).await
}

#[tokio::test]
async fn a_cluster_can_be_put_as_it_is_and_in_no_other_way() {
    for (scenario, _) in KINDS {
        let bench = Bench::with(&[scenario]).await;
        let token = bench.token(Tenant::A, ARM).await;
        let path = format!("{}?api-version=2024-09-01", bench.sim.ready().cluster);
        let before = bench.get(&path, &token).await.body;
        let grown = put_cluster(&bench, &token, |cluster| {
            cluster["properties"]["agentPoolProfiles"][0]["count"] = json!(5);
        })
        .await;
        assert_eq!((grown.status, grown.at("/code")), (400, "PropertyChangeNotAllowed"));
        assert!(grown.at("/message").contains("properties.agentPoolProfiles[0].count"), "{}", grown.text);
        let kept = put_cluster(&bench, &token, |cluster| cluster["properties"]["fqdn"] = Value::Null).await;
        assert_eq!((kept.status, kept.at("/properties/provisioningState")), (200, "Updating"), "{}", kept.text);
        let meanwhile = put_cluster(&bench, &token, |_| ()).await;
        assert_eq!((meanwhile.status, meanwhile.at("/code")), (409, "OperationNotAllowed"));
        assert_eq!(ended(&bench, &token, &kept).await["status"], "Succeeded");
        assert_eq!(bench.get(&path, &token).await.body, before, "{scenario}");
        assert_eq!(bench.sim.world()["clusters"][0]["resets"], 0);
    }
}

#[tokio::test]
async fn an_update_needs_its_right_and_may_fail() {
    let reader = "[world.operator_a]\nroles = [{ role = 'Reader', on = 'subscription' }]";
    let bench = Bench::with_and("same-tenant", reader).await;
    let refused = put_cluster(&bench, &bench.token(Tenant::A, ARM).await, |_| ()).await;
    assert_eq!((refused.status, refused.at("/error/code")), (403, "AuthorizationFailed"));
    assert!(refused.at("/error/message").contains("'Microsoft.ContainerService/managedClusters/write'"));
    let fault = "[[fault]]\non = 'arm PUT /**/managedClusters/{name}'\nnth = 'every'\ndo = 'fail_operation'";
    let bench = Bench::with_and("same-tenant", fault).await;
    let token = bench.token(Tenant::A, ARM).await;
    let started = put_cluster(&bench, &token, |_| ()).await;
    let failed = ended(&bench, &token, &started).await;
    assert_eq!((&failed["status"], failed["error"]["code"].is_string()), (&json!("Failed"), true));
    assert_eq!(bench.sim.world()["clusters"][0]["provisioningState"], "Failed");
}
