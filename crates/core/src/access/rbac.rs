//! Kubernetes' own authorization: what the roles and bindings of a cluster allow, and by which of them (Kubernetes
//! documentation, "Using RBAC Authorization").

use super::Question;

/// A rule of a role. An empty list matches nothing, but for the names: without any, all are meant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are those of Kubernetes")]
pub struct PolicyRule {
    pub verbs: Vec<String>,
    pub api_groups: Vec<String>,
    pub resources: Vec<String>,
    pub resource_names: Vec<String>,
    pub non_resource_urls: Vec<String>,
}

/// A role, of a namespace or of the whole cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RbacRole {
    /// The name.
    pub name: String,
    /// The namespace. `None` for a `ClusterRole`.
    pub namespace: Option<String>,
    /// The rules, those of aggregated roles among them.
    pub rules: Vec<PolicyRule>,
}

/// Somebody whom a binding names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum RbacSubject {
    /// A user, by name.
    User(String),
    /// A group, by name; a group of Entra by its object id.
    Group(String),
    /// An account of the cluster.
    ServiceAccount {
        /// The namespace.
        namespace: String,
        /// The name.
        name: String,
    },
}

/// A binding, of a namespace or of the whole cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RbacBinding {
    /// The name.
    pub name: String,
    /// The namespace. `None` for a `ClusterRoleBinding`.
    pub namespace: Option<String>,
    /// The name of the role.
    pub role: String,
    /// True where the role is a `ClusterRole`.
    pub is_cluster_role: bool,
    /// Those who hold it.
    pub subjects: Vec<RbacSubject>,
}

/// The roles and bindings of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rbac {
    /// The roles.
    pub roles: Vec<RbacRole>,
    /// The bindings.
    pub bindings: Vec<RbacBinding>,
}

/// Somebody, as the Kubernetes API sees them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KubernetesUser {
    /// The name. Empty for whoever is in the groups.
    pub name: String,
    /// The groups.
    pub groups: Vec<String>,
}

/// The binding that allows something, and to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant<'a> {
    /// The binding.
    pub binding: &'a RbacBinding,
    /// The one of its subjects that is meant.
    pub subject: &'a RbacSubject,
}

/// The group of everybody whom the API knows.
pub const AUTHENTICATED: &str = "system:authenticated";
/// The group of every account of the cluster.
const ACCOUNTS: &str = "system:serviceaccounts";
/// The roles that Kubernetes gives everybody, or every account, by itself: with them alone nobody gets anywhere
/// (Kubernetes documentation, "Using RBAC Authorization", "API discovery roles" and "Other component roles").
const OF_ALL: [&str; 4] =
    ["system:basic-user", "system:discovery", "system:public-info-viewer", "system:service-account-issuer-discovery"];
/// The group of everybody.
pub const EVERYBODY: &str = "system:unauthenticated";

impl PolicyRule {
    /// True where the rule allows what is asked.
    #[must_use]
    pub fn allows(&self, asked: &Question<'_>) -> bool {
        has(&self.verbs, asked.verb)
            && has(&self.api_groups, asked.group)
            && self.resources.iter().any(|resource| is_of(resource, asked))
            && (self.resource_names.is_empty() || self.resource_names.iter().any(|name| name == asked.name))
    }

    /// True where the rule allows a verb on an address that is no resource.
    #[must_use]
    pub fn allows_path(&self, verb: &str, path: &str) -> bool {
        let matches = |url: &String| match url.strip_suffix('*') {
            Some(beginning) => path.starts_with(beginning),
            None => url == path,
        };
        has(&self.verbs, verb) && self.non_resource_urls.iter().any(matches)
    }
}

/// True for a list with the word or with the wildcard.
fn has(list: &[String], word: &str) -> bool {
    list.iter().any(|one| one == "*" || one == word)
}

/// True where a rule's resource is what is asked about: all of them, that one, or that part of all of them. There is no
/// wildcard for all the parts of one.
fn is_of(resource: &str, asked: &Question<'_>) -> bool {
    match (resource.split_once('/'), asked.subresource) {
        _ if resource == "*" => true,
        (None, part) => part.is_empty() && resource == asked.resource,
        (Some((whole, part)), asked_part) => {
            !asked_part.is_empty() && part == asked_part && (whole == "*" || whole == asked.resource)
        }
    }
}

impl RbacSubject {
    /// True where the subject is that user or one of the groups.
    #[must_use]
    pub fn is(&self, user: &KubernetesUser) -> bool {
        match self {
            Self::User(name) => !user.name.is_empty() && *name == user.name,
            Self::Group(name) => user.groups.contains(name),
            Self::ServiceAccount { namespace, name } => user.name == account(namespace, name),
        }
    }

    /// Returns the name by which the API knows the subject.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::User(name) | Self::Group(name) => name.clone(),
            Self::ServiceAccount { namespace, name } => account(namespace, name),
        }
    }

    /// Returns the word for the kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::User(_) => "user",
            Self::Group(_) => "group",
            Self::ServiceAccount { .. } => "service account",
        }
    }

    /// True for a group that nobody is put into: everybody is in it, or every account of the cluster.
    #[must_use]
    pub fn is_of_all(&self) -> bool {
        self.is_everybody() || matches!(self, Self::Group(name) if name == ACCOUNTS)
    }

    /// True for a group that everybody is in who signs in.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        matches!(self, Self::Group(name) if name == AUTHENTICATED || name == EVERYBODY)
    }
}

/// Returns the name of an account of the cluster.
fn account(namespace: &str, name: &str) -> String {
    format!("system:serviceaccount:{namespace}:{name}")
}

impl KubernetesUser {
    /// Returns an account of the cluster, with the groups that the API puts it in.
    #[must_use]
    pub fn service_account(namespace: &str, name: &str) -> Self {
        let groups = [AUTHENTICATED, ACCOUNTS, &format!("system:serviceaccounts:{namespace}")];
        Self { name: account(namespace, name), groups: groups.map(str::to_owned).to_vec() }
    }

    /// Returns somebody of Entra, who is in groups of it.
    #[must_use]
    pub fn of_entra(name: &str, groups: impl Iterator<Item = String>) -> Self {
        Self { name: name.to_owned(), groups: groups.chain([AUTHENTICATED.to_owned()]).collect() }
    }
}

impl Rbac {
    /// Returns the first binding that allows somebody what is asked: a binding of the whole cluster before one of the
    /// namespace, and one that names them before one that everybody has.
    #[must_use]
    pub fn allows(&self, user: &KubernetesUser, asked: &Question<'_>) -> Option<Grant<'_>> {
        let of_user = self.granting(asked).filter_map(|binding| {
            let own = binding.subjects.iter().filter(|subject| subject.is(user));
            own.min_by_key(|subject| subject.is_of_all()).map(|subject| Grant { binding, subject })
        });
        of_user.min_by_key(|grant| (grant.subject.is_of_all(), grant.binding.namespace.is_some()))
    }

    /// Returns every binding that allows what is asked, whoever holds it.
    pub fn granting<'a>(&'a self, asked: &Question<'_>) -> impl Iterator<Item = &'a RbacBinding> {
        self.bindings.iter().filter(move |binding| {
            let reaches = binding.namespace.as_deref().is_none_or(|namespace| namespace == asked.namespace);
            reaches && self.role_of(binding).is_some_and(|role| role.rules.iter().any(|rule| rule.allows(asked)))
        })
    }

    /// Returns every binding that names somebody, beside those that everybody has.
    pub fn naming<'a>(&'a self, user: &KubernetesUser) -> impl Iterator<Item = Grant<'a>> {
        self.bindings.iter().filter_map(move |binding| {
            let own = |subject: &&RbacSubject| subject.is(user) && !subject.is_of_all();
            binding.subjects.iter().find(own).map(|subject| Grant { binding, subject })
        })
    }

    /// Returns the first binding that gives somebody more than what Kubernetes gives everybody: one that names them before
    /// one that everybody has. A binding whose role is not there, or allows nothing, gives nothing.
    #[must_use]
    pub fn letting_in(&self, user: &KubernetesUser) -> Option<Grant<'_>> {
        let gives = |binding: &&RbacBinding| {
            let more = !(binding.is_cluster_role && OF_ALL.contains(&binding.role.as_str()));
            more && self.role_of(binding).is_some_and(|role| !role.rules.is_empty())
        };
        let of_user = self.bindings.iter().filter(gives).filter_map(|binding| {
            let own = binding.subjects.iter().filter(|subject| subject.is(user));
            own.min_by_key(|subject| subject.is_of_all()).map(|subject| Grant { binding, subject })
        });
        of_user.min_by_key(|grant| grant.subject.is_of_all())
    }

    /// True where a binding of the whole cluster lets somebody ask for an address that is no resource.
    #[must_use]
    pub fn allows_path(&self, user: &KubernetesUser, verb: &str, path: &str) -> bool {
        self.bindings.iter().filter(|binding| binding.namespace.is_none()).any(|binding| {
            binding.subjects.iter().any(|subject| subject.is(user))
                && self.role_of(binding).is_some_and(|role| role.rules.iter().any(|rule| rule.allows_path(verb, path)))
        })
    }

    /// Returns the role of a binding. `None` where it is not there: such a binding allows nothing.
    #[must_use]
    pub fn role_of(&self, binding: &RbacBinding) -> Option<&RbacRole> {
        let namespace = if binding.is_cluster_role { &None } else { &binding.namespace };
        self.roles.iter().find(|role| role.name == binding.role && role.namespace == *namespace)
    }
}

#[cfg(test)]
mod tests;
