//! The worlds about access: who gets into the cluster in each.

#[cfg(test)]
mod common;

use common::{ARM, Bench, Reply};
use crosspull_sim::Tenant;
use serde_json::{Value, json};

const AUDIENCE: &str = "6dae42f8-4368-4678-94ff-3960e28e3630";
const RBAC: &str = "apis/rbac.authorization.k8s.io/v1";
const PODS: &str = "api/v1/namespaces/shop/pods";
const NODES: &str = "api/v1/nodes";

/// A world, and the address of the cluster's Kubernetes API.
struct Cluster {
    bench: Bench,
    api: String,
}

impl Cluster {
    async fn of(scenario: &str) -> Self {
        let bench = Bench::with(&[scenario]).await;
        let token = bench.token(Tenant::A, ARM).await;
        let path = format!("{}/listClusterUserCredential?api-version=2024-09-01", bench.sim.ready().cluster);
        let listed = bench.call("POST", &path, &token, &Value::Null).await;
        let config = base64(listed.at("/kubeconfigs/0/value"));
        let server = config.lines().find_map(|line| line.trim().strip_prefix("server: ")).unwrap_or_default();
        Self { api: server.to_owned(), bench }
    }

    /// Returns a token of somebody of tenant A for Kubernetes APIs.
    async fn person(&self, account: &str) -> String {
        self.bench.user_token(&self.bench.tenant(Tenant::A), account, AUDIENCE).await
    }

    async fn operator(&self) -> String {
        self.bench.token(Tenant::A, AUDIENCE).await
    }

    async fn ask(&self, method: &str, path: &str, token: &str, body: &Value) -> Reply {
        self.bench.call(method, &format!("{}/{path}", self.api), token, body).await
    }

    async fn get(&self, path: &str, token: &str) -> u16 {
        self.ask("GET", path, token, &Value::Null).await.status
    }

    /// Returns the token of the administrator's local account.
    async fn local(&self) -> Reply {
        let token = self.bench.token(Tenant::A, ARM).await;
        let path = format!("{}/listClusterAdminCredential?api-version=2024-09-01", self.bench.sim.ready().cluster);
        self.bench.call("POST", &path, &token, &Value::Null).await
    }
}

fn base64(text: &str) -> String {
    use base64::Engine as _;
    let bytes = base64::prelude::BASE64_STANDARD.decode(text).unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

fn token_of(config: &str) -> &str {
    config.lines().find_map(|line| line.trim().strip_prefix("token: ")).unwrap_or_default()
}

#[tokio::test]
async fn bindings_let_in_and_local_accounts_make_them() {
    let cluster = Cluster::of("access-bindings").await;
    let (ada, bob) = (cluster.person("ada@contoso.com").await, cluster.person("bob@contoso.com").await);
    assert_eq!((cluster.get(PODS, &ada).await, cluster.get(PODS, &cluster.operator().await).await), (403, 403));
    let config = base64(cluster.local().await.at("/kubeconfigs/0/value"));
    let everybody = cluster.bench.sim.world()["tenants"]["a"]["groups"]
        .as_array()
        .and_then(|groups| groups.iter().find(|group| group["displayName"] == "shop-everybody").cloned())
        .expect("a group");
    let bind = async |name: &str, subject: Value| {
        let role = json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "view" });
        let body = json!({ "metadata": { "name": name }, "roleRef": role, "subjects": [subject] });
        cluster.ask("POST", &format!("{RBAC}/namespaces/shop/rolebindings"), token_of(&config), &body).await.status
    };
    assert_eq!(bind("ada", json!({ "kind": "User", "name": "ada@contoso.com" })).await, 201);
    assert_eq!((cluster.get(PODS, &ada).await, cluster.get(PODS, &bob).await), (200, 403));
    assert_eq!(bind("everybody", json!({ "kind": "Group", "name": everybody["id"] })).await, 201);
    assert_eq!((cluster.get(PODS, &bob).await, cluster.get(NODES, &bob).await), (200, 403));
    let shown = cluster.bench.sim.world()["clusters"][0]["namespaces"]["shop"]["roleBindings"][0].clone();
    let expected = json!({ "name": "ada", "role": "ClusterRole view", "subjects": ["User ada@contoso.com"] });
    assert_eq!(shown, expected);
}

#[tokio::test]
async fn a_group_of_administrators_reaches_through_groups_and_is_changed_on_the_cluster() {
    let cluster = Cluster::of("access-admin-group").await;
    let (ada, bob) = (cluster.person("ada@contoso.com").await, cluster.person("bob@contoso.com").await);
    let found = [cluster.get(NODES, &ada).await, cluster.get(NODES, &bob).await];
    assert_eq!((found, cluster.get(NODES, &cluster.operator().await).await), ([403, 200], 200));
    assert_eq!(cluster.local().await.status, 400);
    let arm = cluster.bench.token(Tenant::A, ARM).await;
    let path = format!("{}?api-version=2024-09-01", cluster.bench.sim.ready().cluster);
    let mut sent = cluster.bench.get(&path, &arm).await.body;
    sent["properties"]["aadProfile"]["adminGroupObjectIDs"] = json!(["not-a-guid"]);
    assert_eq!(cluster.bench.call("PUT", &path, &arm, &sent).await.status, 400);
    sent["properties"]["aadProfile"]["adminGroupObjectIDs"] = json!([]);
    assert_eq!(cluster.bench.call("PUT", &path, &arm, &sent).await.status, 200);
    let closed = async || (cluster.get(NODES, &bob).await == 403).then_some(());
    cluster.bench.until("the group is none of administrators", closed).await;
}

#[tokio::test]
async fn role_assignments_let_in_at_the_namespace_where_they_are() {
    let cluster = Cluster::of("access-azure-roles").await;
    let (ada, bob) = (cluster.person("ada@contoso.com").await, cluster.person("bob@contoso.com").await);
    assert_eq!((cluster.get(PODS, &ada).await, cluster.get(PODS, &bob).await), (403, 200));
    assert_eq!((cluster.get("api/v1/pods", &bob).await, cluster.local().await.status), (403, 400));
    let operator = cluster.operator().await;
    assert_eq!(cluster.get(NODES, &operator).await, 200);
    // The same question by an administrator: right with the object id, and silent without.
    let world = cluster.bench.sim.world();
    let user = |name: &str| {
        let users = world["tenants"]["a"]["users"].as_array().cloned().unwrap_or_default();
        users.into_iter().find(|user| user["userPrincipalName"] == name).expect("a user")["id"].clone()
    };
    let everybody = world["roleAssignments"].as_array().and_then(|all| {
        all.iter().find(|found| found["principalType"] == "Group").map(|found| found["principalId"].clone())
    });
    let ask = async |spec: Value| {
        let mut spec = spec;
        spec["resourceAttributes"] = json!({ "verb": "list", "resource": "pods", "namespace": "shop" });
        let path = "apis/authorization.k8s.io/v1/subjectaccessreviews";
        cluster.ask("POST", path, &operator, &json!({ "spec": spec })).await.body["status"].clone()
    };
    let bob = user("bob@contoso.com");
    let told = ask(json!({ "user": "bob@contoso.com", "extra": { "oid": [bob] }, "groups": [everybody] })).await;
    let reason = told["reason"].as_str().unwrap_or_default();
    assert!(told["allowed"] == true && reason.ends_with("to user bob@contoso.com"), "{told}");
    let silent = ask(json!({ "user": "bob@contoso.com" })).await;
    assert_eq!((&silent["allowed"], &silent["denied"]), (&json!(false), &Value::Null));
    assert!(
        silent["reason"].as_str().is_some_and(|why| why.starts_with("Azure does not have opinion for this non AAD"))
    );
    let wrong = ask(json!({ "user": "bob@contoso.com", "extra": { "oid": ["bob"] } })).await;
    assert!(wrong["evaluationError"].as_str().is_some_and(|why| why.contains("is not valid (oid: bob)")), "{wrong}");
}

#[tokio::test]
async fn local_accounts_pass_by_azure() {
    let cluster = Cluster::of("access-local").await;
    let ada = cluster.person("ada@contoso.com").await;
    assert_eq!((cluster.get(PODS, &ada).await, cluster.get(PODS, &cluster.operator().await).await), (403, 403));
    let config = base64(cluster.local().await.at("/kubeconfigs/0/value"));
    assert_eq!(cluster.get(NODES, token_of(&config)).await, 200);
}

#[tokio::test]
async fn a_crowd_is_as_large_as_it_says() {
    let cluster = Cluster::of("access-crowd").await;
    let world = cluster.bench.sim.world();
    let of_cluster = &world["clusters"][0];
    let bindings = of_cluster["namespaces"].as_object().into_iter().flatten();
    let bindings: usize = bindings.map(|(_, space)| space["roleBindings"].as_array().map_or(0, Vec::len)).sum();
    let assignments = world["roleAssignments"].as_array().map_or(0, Vec::len);
    assert!(assignments >= 1000 && bindings == 200, "{assignments} {bindings}");
    let arm = cluster.bench.token(Tenant::A, ARM).await;
    let scope = format!("{}/namespaces/shop", cluster.bench.sim.ready().cluster);
    let path = format!("{scope}/providers/Microsoft.Authorization/roleAssignments?api-version=2022-04-01");
    let bob = world["tenants"]["a"]["users"].as_array().and_then(|users| {
        users.iter().find(|user| user["userPrincipalName"] == "bob@contoso.com").map(|user| user["id"].clone())
    });
    let filter =
        format!("&$filter=atScope() and assignedTo('{}')", bob.as_ref().and_then(Value::as_str).unwrap_or_default());
    let found = cluster.bench.get(&format!("{path}{filter}"), &arm).await;
    let found = found.body["value"].as_array().map_or(0, Vec::len);
    assert!(found > 100 && found < assignments, "{found}");
}
