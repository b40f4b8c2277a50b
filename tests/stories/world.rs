//! The world of the simulated cloud, as `/_sim/world` shows it (`simulator.md` section 3), and what a story says
//! about it.

use crosspull_sim::Sim;
use serde_json::Value;

/// The world at one moment.
pub struct World(Value);

impl World {
    /// The world of a cloud, now.
    pub fn of(sim: &Sim) -> Self {
        Self(sim.world())
    }

    /// The apps of tenant A that this program made.
    pub fn our_apps(&self) -> Vec<&Value> {
        let ours = |app: &&Value| app["displayName"].as_str().is_some_and(|name| name.starts_with("crosspull-"));
        list(&self.0["tenants"]["a"]["applications"]).filter(ours).collect()
    }

    /// The one app of tenant A that this program made.
    pub fn app(&self) -> &Value {
        match self.our_apps().as_slice() {
            [app] => app,
            others => panic!("one app of ours is expected: {others:#?}"),
        }
    }

    /// The ids of that app's secrets.
    pub fn secrets(&self) -> Vec<&str> {
        list(&self.app()["passwordCredentials"]).map(|secret| text(secret, "keyId")).collect()
    }

    /// The object ids of an app's service principals in tenant `a` or `b`.
    pub fn principals(&self, tenant: &str, app_id: &str) -> Vec<&str> {
        let all = list(&self.0["tenants"][tenant]["servicePrincipals"]);
        all.filter(|principal| principal["appId"] == app_id).map(|principal| text(principal, "id")).collect()
    }

    /// The role assignments of a principal.
    pub fn roles(&self, principal: &str) -> Vec<&Value> {
        list(&self.0["roleAssignments"]).filter(|role| role["principalId"] == principal).collect()
    }

    /// The one role of our app's service principal in B.
    pub fn role(&self) -> &Value {
        let principals = self.principals("b", text(self.app(), "appId"));
        assert_eq!(principals.len(), 1, "service principals in B");
        match self.roles(principals[0]).as_slice() {
            [role] => role,
            others => panic!("one role in B is expected: {others:#?}"),
        }
    }

    /// The cluster.
    pub fn cluster(&self) -> &Value {
        &self.0["clusters"][0]
    }

    /// What became of the images on the nodes, one each.
    pub fn pulls(&self) -> Vec<&str> {
        let nodes = list(&self.cluster()["nodes"]);
        nodes.flat_map(|node| list(&node["pulls"])).map(|pull| text(pull, "state")).collect()
    }

    /// The route is done (`product.md` section 3): the multi-tenant app in A with its principal and one live secret,
    /// its principal in B with this role on the registry alone, and the cluster, reset once, that pulls.
    pub fn is_done(&self, role: &str) {
        let app = self.app();
        let app_id = text(app, "appId");
        assert_eq!(app["signInAudience"], "AzureADMultipleOrgs");
        assert_eq!(app["web"]["redirectUris"], serde_json::json!(["https://www.microsoft.com"]));
        assert_eq!(self.secrets().len(), 1, "live secrets: {app:#}");
        let in_a = self.principals("a", app_id);
        assert_eq!(in_a.len(), 1, "service principals in A");
        assert_eq!(self.roles(in_a[0]).len(), 0, "roles in A");

        let granted = self.role();
        assert_eq!(granted["roleName"], role);
        assert_eq!(granted["scope"], self.0["registries"][0]["id"]);
        assert_eq!(granted["principalType"], "ServicePrincipal");

        assert_eq!(self.cluster()["clientId"], app_id);
        assert_eq!(self.cluster()["resets"], 1);
        assert_eq!(self.cluster()["provisioningState"], "Succeeded");
        assert_eq!(self.pulls(), ["Pulled"; 3]);
    }

    /// The cluster is exactly what it was then.
    pub fn cluster_is_as(&self, then: &Self) {
        assert_eq!(self.cluster(), then.cluster());
    }

    /// Everything is what it was then; what was pulled from the registries to look at it does not count.
    pub fn is_as(&self, then: &Self) {
        let (mut now, mut then) = (self.0.clone(), then.0.clone());
        for world in [&mut now, &mut then] {
            for registry in world["registries"].as_array_mut().into_iter().flatten() {
                registry["pulls"].take();
            }
        }
        assert_eq!(now, then);
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A text of an object.
pub fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_default()
}
