//! Scenarios: TOML files that change the world, its delays and its luck.
//!
//! Several can be given; later ones add to earlier ones, and what is left out is the `happy` world.

use std::path::Path;

use serde::Deserialize;

mod access;
mod error;
mod locks;
mod operators;
mod others;
mod parts;
mod policies;
mod times;
mod world_part;

pub use access::*;
pub use error::ScenarioError;
pub use operators::*;
pub use others::*;
pub use parts::*;
pub use policies::*;
pub use times::Times;
pub use world_part::*;

/// The scenarios that come with the simulated cloud, by name.
static SHIPPED: &[(&str, &str)] = &[
    ("happy", include_str!("../../../assets/scenarios/happy.toml")),
    ("consent-later", include_str!("../../../assets/scenarios/consent-later.toml")),
    ("consent-refused", include_str!("../../../assets/scenarios/consent-refused.toml")),
    ("managed-identity-cluster", include_str!("../../../assets/scenarios/managed-identity-cluster.toml")),
    ("abac-registry", include_str!("../../../assets/scenarios/abac-registry.toml")),
    ("same-tenant", include_str!("../../../assets/scenarios/same-tenant.toml")),
    ("same-tenant-system-assigned", include_str!("../../../assets/scenarios/same-tenant-system-assigned.toml")),
    ("same-tenant-user-assigned", include_str!("../../../assets/scenarios/same-tenant-user-assigned.toml")),
    ("same-tenant-held-by-group", include_str!("../../../assets/scenarios/same-tenant-held-by-group.toml")),
    ("same-tenant-abac", include_str!("../../../assets/scenarios/same-tenant-abac.toml")),
    ("slow-replication", include_str!("../../../assets/scenarios/slow-replication.toml")),
    ("throttled", include_str!("../../../assets/scenarios/throttled.toml")),
    ("no-registry-audience", include_str!("../../../assets/scenarios/no-registry-audience.toml")),
    ("no-right-on-cluster", include_str!("../../../assets/scenarios/no-right-on-cluster.toml")),
    ("no-right-on-registry", include_str!("../../../assets/scenarios/no-right-on-registry.toml")),
    ("cannot-create-apps", include_str!("../../../assets/scenarios/cannot-create-apps.toml")),
    ("old-roles-to-copy", include_str!("../../../assets/scenarios/old-roles-to-copy.toml")),
    ("own-network", include_str!("../../../assets/scenarios/own-network.toml")),
    ("old-principal-in-group", include_str!("../../../assets/scenarios/old-principal-in-group.toml")),
    ("cannot-copy-roles", include_str!("../../../assets/scenarios/cannot-copy-roles.toml")),
    ("no-way-back", include_str!("../../../assets/scenarios/no-way-back.toml")),
    ("paged", include_str!("../../../assets/scenarios/paged.toml")),
    ("no-headroom", include_str!("../../../assets/scenarios/no-headroom.toml")),
    ("firewalled-registry", include_str!("../../../assets/scenarios/firewalled-registry.toml")),
    ("missing-repository", include_str!("../../../assets/scenarios/missing-repository.toml")),
    ("secret-lifetime-capped", include_str!("../../../assets/scenarios/secret-lifetime-capped.toml")),
    ("secret-not-yet-valid", include_str!("../../../assets/scenarios/secret-not-yet-valid.toml")),
    ("lost-reply-create-app", include_str!("../../../assets/scenarios/lost-reply-create-app.toml")),
    ("lost-reply-secret", include_str!("../../../assets/scenarios/lost-reply-secret.toml")),
    ("lost-reply-reset", include_str!("../../../assets/scenarios/lost-reply-reset.toml")),
    ("reset-fails", include_str!("../../../assets/scenarios/reset-fails.toml")),
    ("reset-hangs", include_str!("../../../assets/scenarios/reset-hangs.toml")),
    ("cluster-stopped", include_str!("../../../assets/scenarios/cluster-stopped.toml")),
    ("conditional-access", include_str!("../../../assets/scenarios/conditional-access.toml")),
    ("device-code-blocked", include_str!("../../../assets/scenarios/device-code-blocked.toml")),
    ("security-defaults", include_str!("../../../assets/scenarios/security-defaults.toml")),
    ("step-up", include_str!("../../../assets/scenarios/step-up.toml")),
    ("person-signs-in", include_str!("../../../assets/scenarios/person-signs-in.toml")),
    ("many-subscriptions", include_str!("../../../assets/scenarios/many-subscriptions.toml")),
    ("many", include_str!("../../../assets/scenarios/many.toml")),
    ("token-expires-midway", include_str!("../../../assets/scenarios/token-expires-midway.toml")),
    ("no-right-on-secrets", include_str!("../../../assets/scenarios/no-right-on-secrets.toml")),
    (
        "private-managed-identity-cluster",
        include_str!("../../../assets/scenarios/private-managed-identity-cluster.toml"),
    ),
    ("managed-identity-abac", include_str!("../../../assets/scenarios/managed-identity-abac.toml")),
    ("managed-identity-firewalled", include_str!("../../../assets/scenarios/managed-identity-firewalled.toml")),
    ("others-pull-secret", include_str!("../../../assets/scenarios/others-pull-secret.toml")),
    ("admin-enabled", include_str!("../../../assets/scenarios/admin-enabled.toml")),
    ("entra-cluster", include_str!("../../../assets/scenarios/entra-cluster.toml")),
    ("entra-cluster-no-role", include_str!("../../../assets/scenarios/entra-cluster-no-role.toml")),
    ("access-bindings", include_str!("../../../assets/scenarios/access-bindings.toml")),
    ("access-admin-group", include_str!("../../../assets/scenarios/access-admin-group.toml")),
    ("access-azure-roles", include_str!("../../../assets/scenarios/access-azure-roles.toml")),
    ("access-local", include_str!("../../../assets/scenarios/access-local.toml")),
    ("access-crowd", include_str!("../../../assets/scenarios/access-crowd.toml")),
    ("china", include_str!("../../../assets/scenarios/china.toml")),
    ("usgov", include_str!("../../../assets/scenarios/usgov.toml")),
];

/// One scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name of the scenario.
    pub name: String,
    /// The events of the scenario, in one line.
    pub says: String,
    /// The place to look at in a front end, and what is to be seen there, in one line. Empty where the file has none.
    pub watch: String,
    setup: Setup,
}

impl Scenario {
    /// Returns a scenario that comes with the simulated cloud.
    ///
    /// # Errors
    /// [`ScenarioError::Unknown`].
    pub fn named(name: &str) -> Result<Self, ScenarioError> {
        let shipped = SHIPPED.iter().find(|(shipped, _)| *shipped == name);
        let (_, text) = shipped.ok_or_else(|| ScenarioError::Unknown(name.to_owned()))?;
        Self::from_toml(text)
    }

    /// Returns a scenario written in TOML.
    ///
    /// # Errors
    /// [`ScenarioError::Malformed`], which names the key.
    pub fn from_toml(text: &str) -> Result<Self, ScenarioError> {
        let file: File = toml::from_str(text).map_err(|why| ScenarioError::Malformed(why.to_string()))?;
        file.setup.check()?;
        Ok(Self { name: file.name, says: file.says, watch: file.watch, setup: file.setup })
    }

    /// Returns a shipped scenario by its name, else the file of that name.
    ///
    /// # Errors
    /// Neither exists, or the file is no scenario.
    pub fn load(name_or_file: &str) -> Result<Self, ScenarioError> {
        match Self::named(name_or_file) {
            Err(ScenarioError::Unknown(_)) if Path::new(name_or_file).is_file() => {
                let unreadable = |why| ScenarioError::Unreadable { file: name_or_file.to_owned(), why };
                Self::from_toml(&std::fs::read_to_string(name_or_file).map_err(unreadable)?)
            }
            other => other,
        }
    }

    /// Returns the scenarios that come with the simulated cloud, the one in which everything is in order first.
    pub fn shipped() -> impl Iterator<Item = Self> {
        SHIPPED.iter().filter_map(|(_, text)| Self::from_toml(text).ok())
    }

    /// Returns the names of the shipped scenarios.
    pub fn names() -> impl Iterator<Item = &'static str> {
        SHIPPED.iter().map(|(name, _)| *name)
    }
}

impl Setup {
    /// Returns the scenarios put together, later ones over earlier ones.
    #[must_use]
    pub fn of(scenarios: &[Scenario]) -> Self {
        scenarios.iter().fold(Self::default(), |sum, scenario| sum.and(scenario.setup.clone()))
    }
}

/// A scenario file: what it says of itself, and what it sets.
#[derive(Deserialize)]
#[serde(try_from = "toml::Table")]
struct File {
    name: String,
    says: String,
    watch: String,
    setup: Setup,
}

impl TryFrom<toml::Table> for File {
    type Error = toml::de::Error;

    fn try_from(mut table: toml::Table) -> Result<Self, Self::Error> {
        let take = |table: &mut toml::Table, key: &'static str| match table.remove(key) {
            Some(toml::Value::String(text)) => Ok(text),
            Some(_) => Err(serde::de::Error::custom(format!("`{key}` must be a text"))),
            None => Err(serde::de::Error::missing_field(key)),
        };
        let (name, says) = (take(&mut table, "name")?, take(&mut table, "says")?);
        let watch = if table.contains_key("watch") { take(&mut table, "watch")? } else { String::new() };
        Ok(Self { name, says, watch, setup: table.try_into()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_scenario_is_understood_and_called_as_its_file() {
        for name in Scenario::names() {
            let scenario = Scenario::named(name).unwrap_or_else(|why| panic!("{name}: {why}"));
            assert_eq!(scenario.name, name);
            assert!(!scenario.says.is_empty() && !scenario.watch.is_empty(), "{name}");
        }
        assert_eq!(Scenario::shipped().count(), SHIPPED.len());
    }

    #[test]
    fn the_document_has_a_row_for_every_scenario_and_no_other() {
        let document = include_str!("../../../docs/SCENARIOS.md");
        let rows: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
        let told = |one: Scenario| format!("| `{}` | {} | {} |", one.name, one.says, one.watch);
        assert_eq!(rows, Scenario::shipped().map(told).collect::<Vec<_>>());
    }

    #[test]
    fn an_unknown_key_is_named() {
        for text in [
            "name = 'x'\nsays = 'y'\nsurprise = 1",
            "name = 'x'\nsays = 'y'\n[world]\nsurprise = 1",
            "name = 'x'\nsays = 'y'\n[time]\nsurprise = 1",
            "name = 'x'\nsays = 'y'\n[[fault]]\non = 'arm GET /'\nnth = 1\ndo = 'drop'\nsurprise = 1",
        ] {
            let why = Scenario::from_toml(text).unwrap_err().to_string();
            assert!(why.contains("surprise"), "{why}");
        }
    }

    #[test]
    fn what_makes_no_sense_is_named() {
        for (text, named) in [
            ("[[world.old_principal_roles]]\nrole = 'Reader'\non = 'subscription-0'", "'subscription-0'"),
            ("[[world.vaults]]\nname = 'kv'\non = 'moon'", "'moon'"),
            ("[world.many.operator_a_roles]\n2 = ['Reader']", "'2'"),
            ("[world.many.operator_a_roles]\n57 = ['Pope']", "'Pope'"),
            ("[[world.apps_a]]\nname = 'app'\nowner = 'old-principal-groups'", "'old-principal-groups'"),
            ("[[world.access.roles]]\nwho = 'ada'\nrole = 'Pope'", "'Pope'"),
        ] {
            let why = Scenario::from_toml(&format!("name = 'x'\nsays = 'y'\n{text}")).unwrap_err().to_string();
            assert!(why.contains(named), "{why}");
        }
    }

    #[test]
    fn vaults_and_applications_of_all_scenarios_are_there() {
        let named = |name| {
            let text =
                format!("name='a'\nsays='b'\n[[world.vaults]]\nname='kv-{name}'\n[[world.apps_a]]\nname='app-{name}'");
            Scenario::from_toml(&text).unwrap()
        };
        let world = Setup::of(&[named(1), named(2)]).world;
        assert_eq!((world.vaults.len(), world.apps_a.len()), (2, 2));
    }

    #[test]
    fn later_scenarios_add_to_earlier_ones() {
        let slow = Scenario::from_toml("name='a'\nsays='b'\n[time]\nrole_effect=60\nsecret_effect=9\n").unwrap();
        let quick = Scenario::from_toml("name='a'\nsays='b'\n[time]\nrole_effect=1\n[world]\ncloud='china'\n").unwrap();
        let setup = Setup::of(&[slow, quick]);
        let times = Times::default().with(&setup.time);
        assert_eq!((times.role_effect, times.secret_effect), (1.0, 9.0));
        assert_eq!(setup.world.cloud.as_deref(), Some("china"));
    }
}
