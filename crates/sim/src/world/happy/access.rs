//! The people, programs and groups of tenant A that are to be let into its cluster, and what they have from the start.

use serde_json::{Value, json};
use uuid::{Uuid, uuid};

use super::{
    CONTOSO,
    identities::{Builder, Ids, OPERATOR_A, cluster_places},
    others::object_ids,
    people::{OPS_A, READER_B},
};
use crate::{
    clock::Moment,
    roles,
    scenario::{AccessPart, BindingPart, NAMESPACES, Party, WorldPart},
    world::{Group, Keeper, RoleAssignment, User, World, date},
};

/// A member of tenant A without any right.
pub const ADA: Uuid = uuid!("0e0e0e0e-0011-4e0e-8e0e-00000000e0a1");
/// A member of a group in a group.
pub const BOB: Uuid = uuid!("0e0e0e0e-0012-4e0e-8e0e-00000000e0a2");
/// A guest of tenant B.
pub const GUEST: Uuid = uuid!("0e0e0e0e-0013-4e0e-8e0e-00000000e0a3");
/// A program.
pub static DEPLOYER: Ids = Ids {
    name: "ci-deployer",
    application: uuid!("0d0d0d0d-0001-4d0d-8d0d-00000000d001"),
    client: uuid!("0d0d0d0d-0002-4d0d-8d0d-00000000d002"),
    principal: uuid!("0d0d0d0d-0003-4d0d-8d0d-00000000d003"),
    graph_roles: &[],
};
/// A managed identity.
pub static RUNNER: Ids = Ids {
    name: "ci-runner",
    application: Uuid::nil(),
    client: uuid!("0d0d0d0d-0002-4d0d-8d0d-00000000d012"),
    principal: uuid!("0d0d0d0d-0003-4d0d-8d0d-00000000d013"),
    graph_roles: &[],
};
/// The group that bob is in.
pub const DEVELOPERS: Uuid = uuid!("0e0e0e0e-0021-4e0e-8e0e-00000000e0a1");
/// The group that the developers are in.
pub const EVERYBODY: Uuid = uuid!("0e0e0e0e-0022-4e0e-8e0e-00000000e0a2");

impl Builder {
    /// Adds the people, programs and groups. The cluster is there already.
    pub fn access(&self, world: &mut World, part: &WorldPart) {
        if part.access.people == Some(true) {
            self.cast(world);
        }
        for (n, role) in part.access.roles.iter().enumerate() {
            for holder in object_ids(role.who, part) {
                let scope = scope(role.namespace.as_deref());
                self.assignment(world, holder, kind(role.who), &role.role, scope, n);
            }
        }
        for binding in &part.access.bindings {
            for holder in object_ids(binding.who, part) {
                self.binding(world, binding, holder);
            }
        }
        self.access_crowd(world, &part.access);
    }

    fn cast(&self, world: &mut World) {
        let guest = world.directory(world.b).and_then(|directory| directory.user(READER_B));
        let guest = guest.map(|user| (user.account.clone(), user.home));
        self.application(world, CONTOSO, &DEPLOYER, Vec::new());
        let runner = self.principal(CONTOSO, &RUNNER, Vec::new(), "ManagedIdentity");
        let Some(directory) = world.directory_mut(CONTOSO) else {
            return;
        };
        directory.service_principals.push(runner);
        let domain = |at: usize| directory.domains.get(at).cloned().unwrap_or_default();
        let (domain, initial) = (domain(0), domain(directory.domains.len().saturating_sub(1)));
        let user = |id, name: String, account: String, display_name: &str, home| User {
            id,
            user_principal_name: name,
            account: account.clone(),
            display_name: display_name.to_owned(),
            mail: Some(account),
            home,
            enabled: true,
            directory_roles: Vec::new(),
            created: self.before,
        };
        for (id, name, display_name) in [(ADA, "ada", "Ada Member"), (BOB, "bob", "Bob Developer")] {
            let name = format!("{name}@{domain}");
            directory.users.push(user(id, name.clone(), name, display_name, CONTOSO));
        }
        if let Some((account, home)) = guest {
            let name = format!("{}#EXT#@{initial}", account.replace('@', "_"));
            directory.users.push(user(GUEST, name, account, "Alex Reader (Fabrikam)", home));
        }
        for (id, name, member) in [(DEVELOPERS, "shop-developers", BOB), (EVERYBODY, "shop-everybody", DEVELOPERS)] {
            directory.groups.push(Group {
                id,
                display_name: name.to_owned(),
                members: vec![member],
                owners: vec![OPS_A, OPERATOR_A.principal],
                keeper: Keeper::People,
                created: self.before,
            });
        }
    }

    fn assignment(&self, world: &mut World, holder: Uuid, kind: &str, role: &str, scope: String, n: usize) {
        let Some(role) = roles::by_name(role) else {
            return;
        };
        world.role_assignments.push(RoleAssignment {
            tenant: CONTOSO,
            name: Uuid::new_v5(&holder, format!("{scope} {} {n}", role.id).as_bytes()).to_string(),
            scope,
            principal_id: holder,
            principal_type: kind.to_owned(),
            role: role.id.to_owned(),
            condition: None,
            condition_version: None,
            description: None,
            created_by: None,
            created: self.before,
            written: Moment::LONG_AGO,
        });
    }

    fn binding(&self, world: &mut World, part: &BindingPart, holder: Uuid) {
        let user = world.directory(CONTOSO).and_then(|directory| directory.user(holder));
        let name = user.filter(|user| user.is_member(CONTOSO)).map(|user| user.user_principal_name.clone());
        let (kind, name) = match (kind(part.who), name) {
            ("Group", _) => ("Group", holder.to_string()),
            (_, Some(name)) => ("User", name),
            (_, None) => ("User", holder.to_string()),
        };
        self.bound(world, &part.name, &part.role, part.namespace.as_deref(), &json!({ "kind": kind, "name": name }));
    }

    fn bound(&self, world: &mut World, name: &str, role: &str, namespace: Option<&str>, subject: &Value) {
        let Some(cluster) = world.clusters.first_mut() else {
            return;
        };
        let group = "rbac.authorization.k8s.io";
        let plural = if namespace.is_some() { "rolebindings" } else { "clusterrolebindings" };
        let about = format!("{} {plural} {} {name}", cluster.id, namespace.unwrap_or_default());
        let mut object = json!({
            "metadata": {
                "name": name,
                "uid": Uuid::new_v5(&Uuid::NAMESPACE_URL, about.as_bytes()),
                "creationTimestamp": date(self.before),
            },
            "subjects": [subject],
            "roleRef": { "apiGroup": group, "kind": "ClusterRole", "name": role },
        });
        object["subjects"][0]["apiGroup"] = json!(group);
        if let Some(namespace) = namespace {
            object["metadata"]["namespace"] = json!(namespace);
        }
        cluster.kubernetes.add(plural, object);
    }

    /// Adds what is only there to be looked through: groups in groups, roles and bindings of theirs and of nobody.
    fn access_crowd(&self, world: &mut World, part: &AccessPart) {
        let id = |n: usize| Uuid::new_v5(&CONTOSO, format!("crowd {n}").as_bytes());
        let count = part.crowd.groups;
        if let Some(directory) = world.directory_mut(CONTOSO) {
            directory.groups.extend((0..count).map(|n| Group {
                id: id(n),
                display_name: format!("team-{n:03}"),
                members: if n + 1 < count { vec![id(n + 1)] } else { vec![BOB] },
                owners: Vec::new(),
                keeper: Keeper::People,
                created: self.before,
            }));
        }
        let holder = |n: usize| if count > 0 && !n.is_multiple_of(3) { id(n % count) } else { id(100_000 + n) };
        for n in 0..part.crowd.assignments {
            let role = CROWD_ROLES.get(n % CROWD_ROLES.len()).copied().unwrap_or_default();
            let place = match n % 4 {
                0 => cluster_places().subscription,
                1 => cluster_places().resource_group,
                2 => cluster_places().resource,
                _ => scope(NAMESPACES.get(n % NAMESPACES.len()).copied()),
            };
            let (holder, kind) = (holder(n), if n.is_multiple_of(3) { "User" } else { "Group" });
            self.assignment(world, holder, kind, role, place, n);
        }
        for n in 0..part.crowd.bindings {
            let namespace = NAMESPACES.get(n % NAMESPACES.len()).copied();
            let role = ["view", "edit", "admin"].get(n % 3).copied().unwrap_or_default();
            let subject = json!({ "kind": "Group", "name": holder(n) });
            self.bound(world, &format!("team-{n:03}"), role, namespace, &subject);
        }
    }
}

/// Roles that say nothing of what is inside the cluster, and one that does.
const CROWD_ROLES: &[&str] =
    &["Reader", "Azure Kubernetes Service Cluster User Role", "Azure Kubernetes Service RBAC Reader", "Contributor"];

fn scope(namespace: Option<&str>) -> String {
    let cluster = cluster_places().resource;
    namespace.map_or_else(|| cluster.clone(), |namespace| format!("{cluster}/namespaces/{namespace}"))
}

/// Returns the kind of a party, as role assignments name it.
fn kind(party: Party) -> &'static str {
    match party {
        Party::OldPrincipalGroups | Party::ShopDevelopers | Party::ShopEverybody => "Group",
        Party::OldPrincipal | Party::OperatorA | Party::CiDeployer | Party::CiRunner => "ServicePrincipal",
        Party::OpsA | Party::ReaderA | Party::Ada | Party::Bob | Party::Guest => "User",
    }
}
