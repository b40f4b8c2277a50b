//! The world of the simulated cloud, as `/_sim/world` shows it (`docs/SIMULATED-CLOUD.md` 3), and what a story says
//! about it.

use crosspull_sim::Sim;
use serde_json::Value;

/// The world at one moment.
pub struct World(Value);

impl World {
    /// Returns the world of a cloud, now.
    pub fn of(sim: &Sim) -> Self {
        Self(sim.world())
    }

    /// Returns the apps of tenant A that this program made.
    pub fn our_apps(&self) -> Vec<&Value> {
        let ours = |app: &&Value| app["displayName"].as_str().is_some_and(|name| name.starts_with("crosspull-"));
        list(&self.0["tenants"]["a"]["applications"]).filter(ours).collect()
    }

    /// Returns the apps that are registered in tenant `a` or `b`.
    pub fn apps(&self, tenant: &str) -> impl Iterator<Item = &Value> {
        list(&self.0["tenants"][tenant]["applications"])
    }

    /// Returns the one app of tenant A that this program made.
    pub fn app(&self) -> &Value {
        match self.our_apps().as_slice() {
            [app] => app,
            others => panic!("one app of ours is expected: {others:#?}"),
        }
    }

    /// Returns the ids of that app's secrets.
    pub fn secrets(&self) -> Vec<&str> {
        list(&self.app()["passwordCredentials"]).map(|secret| text(secret, "keyId")).collect()
    }

    /// Returns the object ids of an app's service principals in tenant `a` or `b`.
    pub fn principals(&self, tenant: &str, app_id: &str) -> Vec<&str> {
        let all = list(&self.0["tenants"][tenant]["servicePrincipals"]);
        all.filter(|principal| principal["appId"] == app_id).map(|principal| text(principal, "id")).collect()
    }

    /// Returns the role assignments of a principal.
    pub fn roles(&self, principal: &str) -> Vec<&Value> {
        list(&self.0["roleAssignments"]).filter(|role| role["principalId"] == principal).collect()
    }

    /// Returns the one role of our app's service principal in B.
    pub fn role(&self) -> &Value {
        let principals = self.principals("b", text(self.app(), "appId"));
        assert_eq!(principals.len(), 1, "service principals in B");
        match self.roles(principals[0]).as_slice() {
            [role] => role,
            others => panic!("one role in B is expected: {others:#?}"),
        }
    }

    /// Returns the cluster.
    pub fn cluster(&self) -> &Value {
        &self.0["clusters"][0]
    }

    /// Returns the registry.
    pub fn registry(&self) -> &Value {
        &self.0["registries"][0]
    }

    /// Returns the pull secrets of a namespace that crosspull wrote.
    pub fn pull_secrets(&self, namespace: &str) -> Vec<&Value> {
        let all = list(&self.cluster()["namespaces"][namespace]["secrets"]);
        all.filter(|secret| text(secret, "name").starts_with("crosspull-")).collect()
    }

    /// Returns what became of the images on the nodes, one each.
    pub fn pulls(&self) -> Vec<&str> {
        let nodes = list(&self.cluster()["nodes"]);
        nodes.flat_map(|node| list(&node["pulls"])).map(|pull| text(pull, "state")).collect()
    }

    /// The route is done (`docs/PRODUCT.md` 3): the multi-tenant app in A with its principal and one live secret, the
    /// former principal's roles for the new one too, the former app as it was, its principal in B with this role on the
    /// registry alone, the cluster, reset once, that pulls, and no pod left.
    pub fn is_done(&self, begin: &Self, role: &str) {
        let app = self.app();
        let app_id = text(app, "appId");
        assert_eq!(app["signInAudience"], "AzureADMultipleOrgs");
        assert_eq!(app["web"]["redirectUris"], serde_json::json!(["https://www.microsoft.com"]));
        assert_eq!(self.secrets().len(), 1, "live secrets: {app:#}");
        let in_a = self.principals("a", app_id);
        assert_eq!(in_a.len(), 1, "service principals in A");
        let former = text(begin.cluster(), "clientId");
        assert_eq!(self.held(in_a[0]), begin.held(begin.principals("a", former)[0]), "roles in A");
        assert_eq!(self.secrets_of(former), begin.secrets_of(former), "secrets of the former app");

        let granted = self.role();
        assert_eq!(granted["roleName"], role);
        assert_eq!(granted["scope"], self.0["registries"][0]["id"]);
        assert_eq!(granted["principalType"], "ServicePrincipal");

        assert_eq!(self.cluster()["clientId"], app_id);
        assert_eq!(self.cluster()["resets"], 1);
        assert_eq!(self.cluster()["provisioningState"], "Succeeded");
        assert_eq!(self.pulls(), ["Pulled"; 3]);
        assert_eq!(self.pods(), Vec::<&str>::new(), "pods that are left");
    }

    /// Returns what a principal may do: role, scope and condition of each of its assignments, in a fixed order.
    pub fn held(&self, principal: &str) -> Vec<[String; 3]> {
        let parts = |role: &&Value| ["roleName", "scope", "condition"].map(|part| role[part].to_string());
        let mut held: Vec<_> = self.roles(principal).iter().map(parts).collect();
        held.sort();
        held
    }

    /// Returns the key ids of the secrets of an app in tenant A.
    pub fn secrets_of(&self, app_id: &str) -> Vec<&str> {
        let app = list(&self.0["tenants"]["a"]["applications"]).find(|app| app["appId"] == app_id);
        app.map_or_else(Vec::new, |app| list(&app["passwordCredentials"]).map(|s| text(s, "keyId")).collect())
    }

    /// Returns the end of each secret of an app in tenant A, by key id.
    pub fn ends_of_secrets(&self, app_id: &str) -> Vec<(String, String)> {
        let app = list(&self.0["tenants"]["a"]["applications"]).find(|app| app["appId"] == app_id);
        let secrets = app.map(|app| list(&app["passwordCredentials"])).into_iter().flatten();
        secrets.map(|s| (text(s, "keyId").to_owned(), text(s, "endDateTime").to_owned())).collect()
    }

    /// The cluster's principal has every role that the former one had then, or it is still the former one.
    pub fn cluster_is_whole(&self, then: &Self) {
        let (now, former) = (text(self.cluster(), "clientId"), text(then.cluster(), "clientId"));
        let principal = |world: &Self, app: &str| world.principals("a", app).first().map(|p| (*p).to_owned());
        let had = principal(then, former).map(|p| then.held(&p)).unwrap_or_default();
        let has = principal(self, now).map(|p| self.held(&p)).unwrap_or_default();
        let lost: Vec<_> = had.iter().filter(|role| !has.contains(role)).collect();
        assert!(lost.is_empty(), "the cluster's principal {now} lost {lost:#?}");
        assert_eq!(self.cluster()["provisioningState"], "Succeeded");
    }

    /// Returns an app of tenant A, by its object id.
    pub fn app_of(&self, object: &str) -> Option<&Value> {
        list(&self.0["tenants"]["a"]["applications"]).find(|app| app["id"] == object)
    }

    /// The cluster's former app has one secret more than then.
    pub fn way_back_is_kept(&self, begin: &Self) {
        let former = text(begin.cluster(), "clientId");
        assert_eq!(self.secrets_of(former).len(), begin.secrets_of(former).len() + 1, "secrets of the former app");
    }

    /// Returns the pods of the cluster that crosspull made.
    pub fn pods(&self) -> Vec<&str> {
        let namespaces = self.cluster()["namespaces"].as_object().into_iter().flat_map(serde_json::Map::values);
        let pods = namespaces.flat_map(|namespace| list(&namespace["pods"])).map(|pod| text(pod, "name"));
        pods.filter(|name| name.starts_with("crosspull-")).collect()
    }

    /// The cluster is exactly what it was then.
    pub fn cluster_is_as(&self, then: &Self) {
        assert_eq!(self.cluster(), then.cluster());
    }

    /// Asserts that what a run made is taken back: everything is as it was then.
    ///
    /// The former app may have one secret more, where the cluster was given back with it, since the old secret cannot
    /// be read.
    pub fn is_taken_back(&self, then: &Self) {
        let (mut now, mut then) = (Self(self.0.clone()), Self(then.0.clone()));
        let former = text(then.cluster(), "clientId").to_owned();
        let before: Vec<String> = then.secrets_of(&former).into_iter().map(str::to_owned).collect();
        let resets = now.cluster()["resets"].as_u64().unwrap_or_default();
        assert!(matches!(resets, 0 | 2), "a reset there and one back, or none: {resets}");
        let apps = now.0["tenants"]["a"]["applications"].as_array_mut().expect("apps");
        // A cluster with a managed identity has no app.
        if let Some(app) = apps.iter_mut().find(|app| app["appId"] == former.as_str()) {
            let secrets = app["passwordCredentials"].as_array_mut().expect("secrets");
            let (kept, more): (Vec<_>, Vec<_>) =
                secrets.drain(..).partition(|s| before.iter().any(|key| s["keyId"] == key.as_str()));
            let expected = usize::from(resets == 2);
            assert_eq!(more.len(), expected, "secrets of the former app beside those that it had: {more:?}");
            assert!(more.iter().all(|s| text(s, "displayName").ends_with(" back")), "{more:?}");
            secrets.extend(kept);
        }
        for world in [&mut now, &mut then] {
            forget_pulls_of_identities(&mut world.0);
            world.0["clusters"][0]["resets"].take();
            // A node keeps the image that a pod pulled there; a reset makes nodes anew.
            if resets == 0 {
                let nodes = world.0["clusters"][0]["nodes"].as_array_mut().into_iter().flatten();
                nodes.for_each(|node| drop(node["pulls"].take()));
            }
            // Why a node cannot pull is told in other words after it tried anew.
            for node in world.0["clusters"][0]["nodes"].as_array_mut().into_iter().flatten() {
                node["pulls"].as_array_mut().into_iter().flatten().for_each(|pull| drop(pull["reason"].take()));
            }
        }
        now.is_as(&then);
    }

    /// Asserts that everything is as it was then. Pulls from the registries that only look at it do not count.
    pub fn is_as(&self, then: &Self) {
        let (mut now, mut then) = (self.0.clone(), then.0.clone());
        for world in [&mut now, &mut then] {
            for registry in world["registries"].as_array_mut().into_iter().flatten() {
                registry["pulls"].take();
            }
        }
        let differ = differences("", &then, &now);
        assert!(differ.is_empty(), "the world is not what it was:\n{}", differ.join("\n"));
    }
}

/// Leaves out what the nodes of clusters with a managed identity pulled: they pull as soon as the identity may, each in its
/// own time, and keep what they have.
pub fn forget_pulls_of_identities(world: &mut Value) {
    for cluster in world["clusters"].as_array_mut().into_iter().flatten().filter(|cluster| cluster["clientId"] == "msi")
    {
        cluster["nodes"].as_array_mut().into_iter().flatten().for_each(|node| drop(node["pulls"].take()));
    }
}

/// Returns the places where two values differ, and how.
fn differences(at: &str, then: &Value, now: &Value) -> Vec<String> {
    match (then, now) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            let part = |map: &serde_json::Map<String, Value>, name: &str| map.get(name).cloned().unwrap_or_default();
            names.into_iter().flat_map(|n| differences(&format!("{at}/{n}"), &part(a, n), &part(b, n))).collect()
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            let pairs = a.iter().zip(b).enumerate();
            pairs.flat_map(|(n, (a, b))| differences(&format!("{at}/{n}"), a, b)).collect()
        }
        _ if then == now => Vec::new(),
        _ => vec![format!("{at}: {then} became {now}")],
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Returns a text of an object.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
