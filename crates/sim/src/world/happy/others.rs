//! The objects beside the cluster and the registry at the start: Key Vaults, app registrations of others.

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use uuid::Uuid;

use super::{
    CONTOSO, access,
    identities::{
        Builder, CLUSTER_APP, Ids, LONG_BEFORE, OPERATOR_A, cluster_places, hub_places, registry_places, scope_of,
    },
    many, people,
};
use crate::{
    clock::Moment,
    scenario::{AppPart, DenyPart, On, Party, SecretPart, VaultPart, WorldPart},
    secret::Secret,
    world::{Application, DenyAssignment, Password, ServicePrincipal, Vault, World},
};

impl Builder {
    /// The Key Vaults and applications that the scenarios name.
    pub fn others(&self, world: &mut World, part: &WorldPart) {
        world.deny_assignments = part.deny_assignments.iter().map(|deny| made_deny(world, deny, part)).collect();
        world.vaults = part.vaults.iter().map(|vault| made_vault(vault, part)).collect();
        for (n, app) in part.apps_a.iter().enumerate() {
            self.app(world, n, app, part);
        }
    }

    /// Returns a client secret that has been there for long.
    pub fn password(&self, application: Uuid, part: &SecretPart) -> Password {
        Password {
            key_id: Uuid::new_v5(&application, format!("password {}", part.name).as_bytes()),
            display_name: Some(part.name.clone()),
            start: self.before,
            end: self.in_days(part.ends_in_days),
            secret: Secret::client(),
            written: Moment::LONG_AGO,
        }
    }

    /// Returns the day so many days from the start; the usual end where none is given.
    pub fn in_days(&self, days: Option<f64>) -> Timestamp {
        let from_now = days.map_or(LONG_BEFORE, duration);
        self.today.checked_add(from_now).unwrap_or(self.today)
    }

    fn app(&self, world: &mut World, n: usize, part: &AppPart, all: &WorldPart) {
        let id = |what: &str| Uuid::new_v5(&CONTOSO, format!("{what} {n} {}", part.name).as_bytes());
        let created = part.created_days_ago.and_then(|days| self.today.checked_sub(duration(days)).ok());
        let (created, application) = (created.unwrap_or(self.before), id("application"));
        let audience = part.sign_in_audience.clone().unwrap_or_else(|| "AzureADMultipleOrgs".to_owned());
        let mut extra = serde_json::Map::new();
        extra.insert("tags".to_owned(), json!(part.tags));
        if let Some(notes) = &part.notes {
            extra.insert("notes".to_owned(), json!(notes));
        }
        let Some(directory) = world.directory_mut(CONTOSO) else {
            return;
        };
        let owners: Vec<Uuid> = part.owner.into_iter().flat_map(|owner| object_ids(owner, all)).collect();
        directory.applications.push(Application {
            id: application,
            app_id: id("client"),
            display_name: part.name.clone(),
            sign_in_audience: audience.clone(),
            redirect_uris: Vec::new(),
            passwords: part.secrets.iter().map(|secret| self.password(application, secret)).collect(),
            certificates: Vec::new(),
            federated: Vec::new(),
            owners: owners.clone(),
            extra,
            created,
            written: Moment::LONG_AGO,
        });
        directory.service_principals.push(ServicePrincipal {
            id: id("principal"),
            app_id: id("client"),
            display_name: part.name.clone(),
            app_owner: CONTOSO,
            sign_in_audience: audience,
            enabled: true,
            graph_roles: Vec::new(),
            kind: "Application".to_owned(),
            owners,
            extra: serde_json::Map::new(),
            created,
            written: Moment::LONG_AGO,
            replica: Default::default(),
        });
    }
}

fn duration(days: f64) -> SignedDuration {
    SignedDuration::try_from_secs_f64(days * 86_400.0).unwrap_or(LONG_BEFORE)
}

/// Returns the object ids that a party's word stands for.
pub fn object_ids(party: Party, part: &WorldPart) -> Vec<Uuid> {
    let principal = |ids: &Ids| vec![ids.principal];
    match party {
        Party::OldPrincipal => principal(&CLUSTER_APP),
        Party::OldPrincipalGroups => {
            part.old_principal_groups.iter().flatten().map(|name| Uuid::new_v5(&CONTOSO, name.as_bytes())).collect()
        }
        Party::OperatorA => principal(&OPERATOR_A),
        Party::OpsA => vec![people::OPS_A],
        Party::ReaderA => vec![people::READER_A],
        Party::Ada => vec![access::ADA],
        Party::Bob => vec![access::BOB],
        Party::Guest => vec![access::GUEST],
        Party::CiDeployer => principal(&access::DEPLOYER),
        Party::CiRunner => principal(&access::RUNNER),
        Party::ShopDevelopers => vec![access::DEVELOPERS],
        Party::ShopEverybody => vec![access::EVERYBODY],
    }
}

fn made_deny(world: &World, part: &DenyPart, all: &WorldPart) -> DenyAssignment {
    let scope = scope_of(part.on, &cluster_places());
    let ids = |parties: &[Party]| parties.iter().flat_map(|party| object_ids(*party, all)).collect();
    DenyAssignment {
        tenant: if part.on.is_at_registry() { world.b } else { CONTOSO },
        name: Uuid::new_v5(&CONTOSO, format!("deny {} {scope}", part.name).as_bytes()),
        display_name: part.name.clone(),
        scope,
        actions: part.actions.clone(),
        not_actions: part.not_actions.clone(),
        denies: ids(&part.denies),
        but: ids(&part.but),
        not_below: part.not_below,
    }
}

fn made_vault(part: &VaultPart, all: &WorldPart) -> Vault {
    let group = match part.on {
        On::Subscription | On::ResourceGroup | On::Resource => cluster_places().resource_group,
        On::NodeResourceGroup => cluster_places().node_resource_group,
        On::HubNetwork | On::HubRouteTable | On::HubSecurityGroup | On::HubZone => hub_places().resource_group,
        On::Registry | On::RegistryResourceGroup | On::RegistrySubscription => registry_places().resource_group,
        On::InSubscription(n) => many::group_of(n),
    };
    Vault {
        id: format!("{group}/providers/Microsoft.KeyVault/vaults/{}", part.name),
        name: part.name.clone(),
        tenant: CONTOSO,
        location: "westeurope".to_owned(),
        rbac: part.rbac,
        policies: part.policies_for.iter().flat_map(|party| object_ids(*party, all)).collect(),
    }
}
