//! The question who can reach a cluster, as somebody asks it by flags or by the wizard's form, and the command that asks the same.

use crate::command::Command;
use crate::ids::ClusterId;
use crate::input::{Access, Answers, Complaint, Field, Key, Kind, Page, SIGN_IN_A};
use crate::names::Side;
use crate::sign_in::SignIn;

/// The fields of the form that asks who can reach a cluster, in their order. Below them stands who is asked about.
pub static FIELDS: [Field; 3] = [
    field(
        Key::TenantA,
        "Tenant",
        "The cluster's tenant, by domain or id. Where it is empty, that of whoever signs in is taken.",
        "contoso.com",
        Kind::Text,
    ),
    Field {
        default: Some("azure-cli"),
        ..field(Key::SignInA, "Sign in", "How to sign in.", "azure-cli", Kind::Choice(SIGN_IN_A))
    },
    field(
        Key::Cluster,
        "Cluster",
        "The cluster's name or resource id, or its address in the portal.",
        "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop",
        Kind::Text,
    ),
];

const fn field(key: Key, label: &'static str, help: &'static str, example: &'static str, kind: Kind) -> Field {
    Field { key, label, help, example, default: None, kind, page: Page::Access }
}

/// The inputs by which the question is asked, beside the cluster itself.
const OF_QUESTION: [Key; 7] =
    [Key::TenantA, Key::SignInA, Key::Cloud, Key::LoginHost, Key::ClientId, Key::CaFile, Key::Pace];

/// A cluster that is asked about, and what reaching its tenant takes.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedCluster {
    /// The cluster.
    pub cluster: ClusterId,
    /// The way to its tenant: the named one, else that of whoever signs in.
    pub access: Access,
}

impl AskedCluster {
    /// Reads which cluster is meant, and how its tenant is reached.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn read(answers: &Answers) -> Result<Self, Vec<Complaint>> {
        let complaint = |text: String| vec![Complaint::of(Key::Cluster, text)];
        let cluster = match answers.get(Key::Cluster) {
            None => Err(complaint("missing: give its resource id".to_owned())),
            Some(text) => ClusterId::parse(text).map_err(complaint),
        };
        let way = if answers.get(Key::TenantA).is_some() { Access::of_side } else { Access::at_home };
        match (cluster, way(answers, Side::A)) {
            (Ok(cluster), Ok(access)) => Ok(Self { cluster, access }),
            (cluster, access) => Err([access.err(), cluster.err()].into_iter().flatten().flatten().collect()),
        }
    }

    /// Returns the command that asks the same, about somebody where one is named. An input with its default is not said.
    #[must_use]
    pub fn command(answers: &Answers, principal: Option<&str>) -> String {
        let said = |key: Key| answers.get(key).filter(|value| Some(*value) != key.default());
        let options = [Key::Cluster].into_iter().chain(OF_QUESTION).map(|key| (key.name(), said(key)));
        let options = options.chain([("principal", principal)]);
        let options: Vec<(&str, &str)> = options.filter_map(|(name, value)| Some((name, value?))).collect();
        Command::Access { options: &options }.to_string()
    }

    /// Returns what the command takes from the environment.
    #[must_use]
    pub fn variables(answers: &Answers) -> Option<&'static str> {
        match SignIn::from_word(answers.or_default(Key::SignInA))? {
            SignIn::ServicePrincipal => Some("CROSSPULL_A_CLIENT_ID and CROSSPULL_A_CLIENT_SECRET"),
            SignIn::WorkloadIdentity => Some("AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::TenantRef;
    use crate::input::check;

    fn answers(given: &[(Key, &str)]) -> Answers {
        let mut answers = Answers::default();
        given.iter().for_each(|(key, value)| answers.set(*key, *value));
        answers
    }

    fn example() -> &'static str {
        FIELDS[2].example
    }

    #[test]
    fn every_field_takes_its_own_example() {
        for field in &FIELDS {
            assert_eq!(check(field.key, field.example), Ok(()), "{}", field.label);
        }
    }

    #[test]
    fn a_person_need_not_name_the_tenant_and_an_app_has_to() {
        let asked = AskedCluster::read(&answers(&[(Key::Cluster, example())])).expect("complete");
        assert_eq!((asked.cluster.name(), &asked.access.tenants[Side::A]), ("aks-shop", &TenantRef::Home));
        assert_eq!(asked.access.sign_ins[Side::B], SignIn::Nobody);
        let app = answers(&[(Key::Cluster, "two words"), (Key::SignInA, "service-principal")]);
        let wrong = AskedCluster::read(&app).expect_err("two complaints");
        let keys: Vec<Option<Key>> = wrong.iter().map(|complaint| complaint.key).collect();
        assert_eq!(keys, [Some(Key::TenantA), Some(Key::Cluster)]);
    }

    #[test]
    fn the_command_says_what_was_chosen_and_nothing_of_a_run() {
        let given = answers(&[
            (Key::Cluster, "/subscriptions/s"),
            (Key::TenantA, "contoso.com"),
            (Key::SignInA, "device-code"),
            (Key::Cloud, "public"),
            (Key::Registry, "no matter of this"),
        ]);
        assert_eq!(
            AskedCluster::command(&given, Some("the shop's admins")),
            r#"crosspull access --cluster /subscriptions/s --tenant-a contoso.com --sign-in-a device-code --principal "the shop's admins""#
        );
    }
}
