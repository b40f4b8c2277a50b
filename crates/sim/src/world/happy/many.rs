//! The world of `many`: subscriptions full of clusters and registries around the two that matter, and a registry full of
//! repositories.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::{
    CONTOSO, HUB_SUBSCRIPTION, OPERATOR_A_ROLES, OPERATOR_B_ROLES, SHOP_SUBSCRIPTION,
    identities::{Builder, Holder, MANAGED_IDENTITY, OPERATOR_A, Places, cluster_places, hub_places},
    operator_roles, people,
};
use crate::{
    scenario::{ManyPart, On, RolePart, Setup},
    world::{
        Subscription, SubscriptionState, World,
        crowd::{self, Crowd},
    },
};

const PLACES: &[&str] =
    &["Retail", "Finance", "Logistics", "Research", "Sandbox", "Shared Services", "Analytics", "Partners"];

/// The beginning of the ids of numbered subscriptions of tenant A.
const NUMBERED: &str = "a1000000-0000-4000-8000-";
/// The resource group of a numbered subscription.
const NUMBERED_GROUP: &str = "rg-main";

/// Returns the id of the subscription of tenant A with a number: 1 is the cluster's, 2 the hub's, the others end with
/// their number in decimal digits.
pub fn subscription_id(n: usize) -> Uuid {
    match n {
        1 => SHOP_SUBSCRIPTION,
        2 => HUB_SUBSCRIPTION,
        _ => Uuid::parse_str(&format!("{NUMBERED}{n:012}")).unwrap_or_default(),
    }
}

/// Returns a resource group of the subscription of tenant A with a number.
pub fn group_of(n: usize) -> String {
    match n {
        1 => cluster_places().resource_group,
        2 => hub_places().resource_group,
        _ => format!("/subscriptions/{}/resourceGroups/{NUMBERED_GROUP}", subscription_id(n)),
    }
}

impl Builder {
    /// Adds the numbered subscriptions of tenant A, for its operator to see as the scenario says.
    fn numbered(&self, world: &mut World, setup: &Setup) {
        let part = &setup.world.many;
        for n in 3..=part.subscriptions_in_a.unwrap_or_default() {
            let id = subscription_id(n);
            let place = PLACES.get(n % PLACES.len()).copied().unwrap_or_default();
            world.subscriptions.push(Subscription {
                id,
                tenant: world.a,
                display_name: format!("Contoso {place} {n:02}"),
                state: SubscriptionState::default(),
                resource_groups: vec![NUMBERED_GROUP.to_owned()],
            });
            let usual = || operator_roles(&setup.world.operator_a, OPERATOR_A_ROLES);
            let roles = part.roles_in(n).map(|names| names.iter().map(|name| RolePart::new(name, On::Subscription)));
            let roles = roles.map_or_else(usual, Iterator::collect);
            for holder in operators_of_a(world) {
                self.grant(world, &holder, &everywhere_in(id), roles.clone());
            }
        }
    }

    /// Adds what is wanted beside what there is, for the operators to see.
    pub fn many(&self, world: &mut World, setup: &Setup) {
        self.numbered(world, setup);
        let part = &setup.world.many;
        let more = part.subscriptions.unwrap_or_default().saturating_sub(world.subscriptions.len());
        let (tenant_a, tenant_b) = (world.a, world.b);
        let (mut in_a, mut in_b) = (Vec::new(), Vec::new());
        for n in 0..more {
            let a = n % 2 == 0;
            let (tenant, ids) = if a { (tenant_a, &mut in_a) } else { (tenant_b, &mut in_b) };
            let id = Uuid::new_v5(&CONTOSO, format!("subscription {n}").as_bytes());
            ids.push(id);
            let place = PLACES.get(n / 2 % PLACES.len()).copied().unwrap_or_default();
            let organization = world.directory(tenant).map_or("", |tenant| tenant.display_name.as_str());
            let display_name = format!("{organization} {place} {:02}", n / 2 / PLACES.len() + 1);
            let (state, resource_groups) = (SubscriptionState::default(), crowd::groups());
            world.subscriptions.push(Subscription { id, tenant, display_name, state, resource_groups });
        }
        self.let_operators_in(world, setup, &in_a, &in_b);
        let count = |wanted: Option<usize>, there: usize, places: &[Uuid]| {
            if places.is_empty() { 0 } else { wanted.unwrap_or_default().saturating_sub(there) }
        };
        world.crowd = Crowd {
            clusters: count(part.clusters, world.clusters.len(), &in_a),
            registries: count(part.registries, world.registries.len(), &in_b),
            cluster_subscriptions: in_a,
            registry_subscriptions: in_b,
        };
    }

    fn let_operators_in(&self, world: &mut World, setup: &Setup, in_a: &[Uuid], in_b: &[Uuid]) {
        let (a, b) = (world.a, world.b);
        let person_b = if a == b { people::OPS_A } else { people::OPS_B };
        let of_a = operators_of_a(world);
        let of_b = [Holder::operator_of_registry(world), Holder::user(b, person_b)];
        for subscription in in_a {
            for holder in &of_a {
                let roles = operator_roles(&setup.world.operator_a, OPERATOR_A_ROLES);
                self.grant(world, holder, &everywhere_in(*subscription), roles);
            }
        }
        for subscription in in_b {
            for holder in &of_b {
                let roles = operator_roles(&setup.world.operator_b, OPERATOR_B_ROLES);
                self.grant(world, holder, &everywhere_in(*subscription), roles);
            }
        }
    }
}

/// Returns those who work in tenant A: the program, the machine, the person.
fn operators_of_a(world: &World) -> [Holder; 3] {
    let a = world.a;
    [Holder::principal(a, &OPERATOR_A), Holder::principal(a, &MANAGED_IDENTITY), Holder::user(a, people::OPS_A)]
}

/// Places that are all the whole subscription.
fn everywhere_in(subscription: Uuid) -> Places {
    let scope = format!("/subscriptions/{subscription}");
    Places {
        subscription: scope.clone(),
        resource_group: scope.clone(),
        node_resource_group: scope.clone(),
        resource: scope,
    }
}

/// Fills a registry up to the wanted number of repositories, one of them with many tags.
pub fn fill(repositories: &mut BTreeMap<String, Vec<String>>, part: &ManyPart) {
    const KINDS: &[&str] = &["api", "batch", "gateway", "jobs", "proxy", "sync", "ui", "worker"];
    if let Some(tags) = part.tags {
        let tags = (0..tags).map(|n| format!("{}.{}.{:02}", 1 + n / 2500, n / 50 % 50, n % 50));
        repositories.insert("shop/history".to_owned(), tags.collect());
    }
    let more = part.repositories.unwrap_or_default().saturating_sub(repositories.len());
    for n in 0..more {
        let kind = KINDS.get(n % KINDS.len()).copied().unwrap_or_default();
        repositories.insert(format!("team-{:03}/{kind}-{n:05}", n / 40), vec!["1.0".to_owned()]);
    }
}
