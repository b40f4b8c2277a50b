//! The ways into a cluster for one principal: which are open to them and by what, what they lack for the others, and the
//! change that would open each, with the least that does.

use super::because::{Because, May};
use super::certificate::{ADMIN_CREDENTIAL, USER_CREDENTIAL};
use super::standing::Standing;
use super::{Door, KubernetesRole, Principal, PrincipalKind, Question, Way};
use crate::text::shell_option;

/// Has Azure run a command.
const RUN_COMMAND: &str = "Microsoft.ContainerService/managedClusters/runcommand/action";
/// Reads what the command said.
const COMMAND_RESULTS: &str = "Microsoft.ContainerService/managedClusters/commandResults/read";

/// The roles that give both.
const RUNS_AND_READS: &str = "Azure Kubernetes Service Contributor Role or Contributor on the cluster, or a custom role with \
                              managedClusters/runcommand/action and managedClusters/commandResults/read";
/// The roles that give the second alone.
const READS: &str = "Reader on the cluster";

/// A way into a cluster, for somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WayIn {
    /// The way.
    pub way: Way,
    /// Their standing with it.
    pub passage: Passage,
}

/// Where somebody stands with a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Passage {
    /// The way is open to them, by all of these.
    Open(Vec<Because>),
    /// They lack something for it.
    Lacks {
        /// The part of it that they have.
        has: Vec<Because>,
        /// The things that they lack, each as the end of a sentence that begins with "lacks".
        lacks: Vec<&'static str>,
        /// The change that would open it, in as many parts as they lack things.
        change: Vec<Change>,
        /// The things that are not known besides.
        unknown: Vec<String>,
    },
    /// The way is closed to everybody, or is not for them: why.
    Closed(&'static str),
    /// Whether it is open is not known: why, each as the end of a sentence that begins with "not known, since".
    Unknown(Vec<String>),
}

/// A part of a change that opens a way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A role of Azure's, on the cluster or on a namespace of it.
    Role {
        /// The role.
        role: KubernetesRole,
        /// The namespace. `None` for the cluster.
        namespace: Option<String>,
    },
    /// A binding to one of the roles that every cluster has.
    Bind {
        /// The name of the `ClusterRole`.
        role: &'static str,
        /// The namespace. `None` for the cluster.
        namespace: Option<String>,
    },
    /// Membership in a group.
    Join {
        /// The object id of the group.
        group: String,
    },
    /// Another role of Azure's, which no command here gives.
    ByHand(&'static str),
}

/// A thing that a way takes: whether somebody has it, what they lack without, and what gives it.
struct Takes {
    may: May,
    lacks: &'static str,
    gives: Change,
}

/// Ways that came since Microsoft's table was written, each with why it is not judged here.
pub const BEYOND: [(&str, &str); 6] = [
    (
        "managed namespaces",
        "the roles Namespace User and Namespace Contributor on a managed namespace give a kubeconfig of their own; not looked at",
    ),
    ("Fleet", "roles on a fleet's hub reach the hub, and its members by what it places there; not looked at"),
    ("Trusted Access", "lets services of Azure in that the cluster trusts by name, and no person"),
    (
        "external OIDC issuers",
        "let people of another issuer in (preview); whoever signs in there is not of this tenant",
    ),
    ("deny assignments", "may take away what a role gives in Azure, the kubeconfig too; not looked at"),
    ("roles to activate", "a role or group that may be activated (PIM) counts from then on; not looked at"),
];

impl Standing {
    /// Returns every way with where they stand; `namespace` is the one that they want to work in.
    #[must_use]
    pub fn ways_in(&self, namespace: Option<&str>) -> Vec<WayIn> {
        Way::ALL.into_iter().map(|way| WayIn { way, passage: self.passage(way, namespace) }).collect()
    }

    fn passage(&self, way: Way, namespace: Option<&str>) -> Passage {
        if let Door::Closed(why) = way.door(self.doors) {
            return Passage::Closed(why);
        }
        if !self.is_of_entra() && way != Way::ServiceAccount {
            return Passage::Closed("it is for accounts of Entra, and a service account is none");
        }
        passage(self.takes(way, namespace.map(str::to_owned)))
    }

    /// Returns what a way takes.
    fn takes(&self, way: Way, namespace: Option<String>) -> Vec<Takes> {
        let role = |action, lacks, role| Takes {
            may: self.may_in_azure(action),
            lacks,
            gives: Change::Role { role, namespace: None },
        };
        let kubeconfig = || role(USER_CREDENTIAL, "the right to get the kubeconfig", KubernetesRole::ClusterUser);
        let binding = Change::Bind { role: "view", namespace: namespace.clone() };
        match way {
            Way::LocalAdmin => {
                vec![role(ADMIN_CREDENTIAL, "the right to get the admin's kubeconfig", KubernetesRole::ClusterAdmin)]
            }
            Way::SharedCertificate => vec![kubeconfig()],
            Way::Bindings => {
                vec![kubeconfig(), Takes { may: self.is_bound(), lacks: "a binding", gives: binding }]
            }
            Way::AdminGroup => {
                let group = self.admin_groups.first().cloned().unwrap_or_default();
                let lacks = "membership in a group of administrators";
                vec![kubeconfig(), Takes { may: self.is_admin(), lacks, gives: Change::Join { group } }]
            }
            Way::AzureRole => {
                let may = self.has_role_for_kubernetes(namespace.as_deref());
                let gives = Change::Role { role: KubernetesRole::RbacReader, namespace };
                vec![kubeconfig(), Takes { may, lacks: "a role for Kubernetes", gives }]
            }
            Way::RunCommand => {
                // The Cluster Admin role runs them, and does not read what they said (`docs/facts/azure.md` 9.5).
                let (run, results) = (self.may_in_azure(RUN_COMMAND), self.may_in_azure(COMMAND_RESULTS));
                let runs = !matches!(run, May::No(_));
                let by_hand = |may, lacks, gives| Takes { may, lacks, gives: Change::ByHand(gives) };
                let running = by_hand(run, "the right to have Azure run commands", RUNS_AND_READS);
                let reading = by_hand(results, "the right to read what the commands said", READS);
                std::iter::once(running).chain(runs.then_some(reading)).collect()
            }
            Way::ServiceAccount if !self.is_of_entra() => {
                let bound = Takes { may: self.is_bound(), lacks: "a binding", gives: binding.clone() };
                let lacks = "the account itself, of which the cluster has none";
                let absent = self.is_absent().map(|may| Takes { may, lacks, gives: binding });
                absent.into_iter().chain([bound]).collect()
            }
            Way::ServiceAccount => {
                let asked = Question {
                    verb: "create",
                    resource: "serviceaccounts",
                    subresource: "token",
                    namespace: namespace.as_deref().unwrap_or_default(),
                    ..Question::default()
                };
                let may = self.may(&asked);
                let gives = match self.doors.azure_roles {
                    true => Change::Role { role: KubernetesRole::RbacWriter, namespace },
                    false => Change::Bind { role: "edit", namespace },
                };
                // They ask for the token as themselves, so they get in to ask.
                vec![kubeconfig(), Takes { may, lacks: "the right to make a token of one", gives }]
            }
        }
    }

    /// Returns why a service account is not there, or why that is not known. `None` for who is there.
    fn is_absent(&self) -> Option<May> {
        match (self.there.unread.first(), self.there.known) {
            (Some(why), _) => Some(May::Unknown(why.clone())),
            (None, false) => Some(May::No("the cluster has no such account".to_owned())),
            (None, true) => None,
        }
    }

    /// Returns whether a binding gives them something: by name, by a group of theirs, or as it gives everybody.
    fn is_bound(&self) -> May {
        let user = self.user();
        if let Some(grant) = self.rbac.known.letting_in(&user) {
            return May::Yes(Because::binding(grant, |id| self.through(id)));
        }
        let unread = self.rbac.unread.first().or_else(|| self.groups.unread.first());
        unread.map_or_else(|| May::No("no binding gives them anything".to_owned()), |why| May::Unknown(why.clone()))
    }

    /// Returns whether they are in a group of administrators, or are one.
    fn is_admin(&self) -> May {
        if let Some(group) = self.admin_group() {
            return May::Yes(Because::AdminGroup { group });
        }
        let unread = self.groups.unread.first();
        unread.map_or_else(|| May::No("they are in none".to_owned()), |why| May::Unknown(why.clone()))
    }

    /// Returns whether a role for Kubernetes reaches them, somewhere in the cluster or in that namespace.
    fn has_role_for_kubernetes(&self, namespace: Option<&str>) -> May {
        let asked = Question { namespace: namespace.unwrap_or_default(), ..Question::default() };
        let scope = asked.scope(&self.cluster);
        let below = |role: &&super::AssignedRole| {
            role.reaches(&scope) || namespace.is_none() && super::question::reaches(&self.cluster, &role.scope)
        };
        let own = self.roles.known.iter().filter(|role| role.is_for_kubernetes()).find(below);
        match (own, self.roles.unread.first()) {
            (Some(role), _) => May::Yes(self.because_of(role)),
            (None, Some(why)) => May::Unknown(why.clone()),
            (None, None) => May::No("none reaches them".to_owned()),
        }
    }
}

/// Returns where somebody stands with a way that takes all of these.
fn passage(takes: Vec<Takes>) -> Passage {
    let (mut has, mut lacks, mut change, mut unknown) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for Takes { may, lacks: without, gives } in takes {
        match may {
            May::Yes(because) => has.push(because),
            May::No(_) => {
                lacks.push(without);
                change.push(gives);
            }
            May::Unknown(why) => unknown.push(why),
        }
    }
    has.dedup();
    unknown.dedup();
    change.dedup();
    match (lacks.is_empty(), unknown.is_empty()) {
        (true, true) => Passage::Open(has),
        (true, false) => Passage::Unknown(unknown),
        (false, _) => Passage::Lacks { has, lacks, change, unknown },
    }
}

impl WayIn {
    /// Returns the change that lets somebody in with the least: by a role of Azure's for Kubernetes where these decide,
    /// else by a binding. `None` where they are in, or may be.
    #[must_use]
    pub fn least(ways: &[Self]) -> Option<&Self> {
        let in_already = |way: &Self| matches!(way.passage, Passage::Open(_) | Passage::Unknown(_));
        if ways.iter().filter(|one| one.way != Way::ServiceAccount).any(in_already) {
            return None;
        }
        let lacks = |way: &&Self| matches!(way.passage, Passage::Lacks { .. });
        let wanted = [Way::AzureRole, Way::Bindings, Way::SharedCertificate, Way::LocalAdmin, Way::ServiceAccount];
        wanted.into_iter().find_map(|wanted| ways.iter().filter(lacks).find(|one| one.way == wanted))
    }
}

impl Change {
    /// Returns the command that makes the changes for a principal. It gives the kubeconfig of users by itself where that
    /// lacks, so that part is named only where it is all. `None` where nothing is to be changed.
    #[must_use]
    pub fn command(all: &[Self], cluster: &str, principal: &Principal) -> Option<String> {
        let gives_kubeconfig =
            |one: &&Self| matches!(one, Self::Role { role: KubernetesRole::ClusterUser, namespace: None });
        let chosen = all.iter().find(|one| !gives_kubeconfig(one)).or(all.first())?;
        let (option, namespace) = match chosen {
            Self::Role { role, namespace } => (shell_option("--role", role.word()), namespace.as_deref()),
            Self::Bind { role, namespace } => (shell_option("--bind", role), namespace.as_deref()),
            Self::Join { group } => (shell_option("--group", group), None),
            Self::ByHand(_) => return None,
        };
        let parts = [
            "crosspull access open".to_owned(),
            shell_option("--cluster", cluster),
            shell_option("--principal", &principal.kubernetes_name),
            option,
        ];
        let namespace = namespace.map(|namespace| shell_option("--namespace", namespace));
        Some(parts.into_iter().chain(namespace).collect::<Vec<_>>().join(" "))
    }

    /// Returns the change in words, for somebody of that kind.
    #[must_use]
    pub fn words(&self, of: PrincipalKind) -> String {
        let place = |namespace: &Option<String>| match namespace {
            Some(namespace) => format!("the namespace {namespace}"),
            None => "the cluster".to_owned(),
        };
        match self {
            Self::Role { role, namespace } => format!("{} on {}", role.built_in().name, place(namespace)),
            Self::Bind { role, namespace } => format!("a binding to the ClusterRole {role} in {}", place(namespace)),
            Self::Join { group } if of == PrincipalKind::Group => format!("a place of the group in the group {group}"),
            Self::Join { group } => format!("membership in the group {group}"),
            Self::ByHand(role) => (*role).to_owned(),
        }
    }
}

#[cfg(test)]
mod tests;
