//! The names of a cluster's entry in a kubeconfig: those of `az aks get-credentials` where they are free, so that people
//! find them, else longer ones.

use url::Url;

use super::{Entry, Kubeconfig, User};
use crate::ids::ClusterId;
use crate::text::printable;

/// The names of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Names {
    /// The name of the cluster.
    pub cluster: String,
    /// The name of the user.
    pub user: String,
    /// The name of the context.
    pub context: String,
}

/// The names that were chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    /// The names.
    pub names: Names,
    /// The reason why they are not those of `az`, as a clause; `None` where they are.
    pub instead: Option<String>,
}

/// What is asked of the names.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The cluster.
    pub id: &'a ClusterId,
    /// The context that was asked for by name.
    pub context: Option<&'a str>,
    /// True where what has these names is overwritten.
    pub overwrite: bool,
}

impl Names {
    /// Returns names for a cluster: those of `az`, then with its resource group, then with its subscription too.
    fn of(id: &ClusterId, user: &User) -> [Self; 3] {
        let (name, group, subscription) = (id.name(), id.group(), id.subscription());
        let (account, end) = match user {
            User::Fixed { admin: true, .. } => ("clusterAdmin", "-admin"),
            _ => ("clusterUser", ""),
        };
        let names = |cluster: String, user: String| Self { context: format!("{cluster}{end}"), cluster, user };
        let of_az = format!("{account}_{group}_{name}");
        [
            names(name.to_owned(), of_az.clone()),
            names(format!("{group}_{name}"), of_az.clone()),
            names(format!("{group}_{name}_{subscription}"), format!("{of_az}_{subscription}")),
        ]
    }

    /// Chooses the names of an entry, by what is in all files that are read together.
    ///
    /// # Errors
    /// A sentence where they are another cluster's.
    pub fn choose(wish: &Wish<'_>, entry: &Entry, files: &[Kubeconfig]) -> Result<Chosen, String> {
        let all = Self::of(wish.id, &entry.user);
        let mut first_taken: Option<String> = None;
        for mut names in all.clone() {
            if let Some(context) = wish.context {
                names.user = own_user(&names.user, context, entry, files);
                context.clone_into(&mut names.context);
            }
            let taken = if wish.overwrite { None } else { names.taken(entry, files) };
            let Some(why) = taken else {
                return Ok(Chosen { names, instead: first_taken });
            };
            if wish.context.is_some() && why.is_of_the_context {
                return Err(format!("{}: give another --context, or --overwrite to have it replaced", why.text));
            }
            first_taken.get_or_insert(why.text);
        }
        let why = first_taken.unwrap_or_default();
        Err(format!("{why}, and longer names are taken too: give --context NAME, or --overwrite to have it replaced"))
    }

    /// Returns whose these names are, where they are another cluster's.
    fn taken(&self, entry: &Entry, files: &[Kubeconfig]) -> Option<Taken> {
        let elsewhere = |server: &str| !is_same(server, &entry.server);
        let taken = |is_of_the_context, what: &str, name: &str, whose: &str| Taken {
            text: format!("{what} {} is that of {}", printable(name, 120), printable(whose, 120)),
            is_of_the_context,
        };
        for file in files {
            if let Some(server) = file.server(&self.cluster).filter(|server| elsewhere(server)) {
                return Some(taken(false, "cluster", &self.cluster, server));
            }
            if let Some(server) = file.server_of_context(&self.context, files).filter(|server| elsewhere(server)) {
                return Some(taken(true, "context", &self.context, server));
            }
            let mut users = file.contexts_of(&self.user).filter(|context| *context != self.context);
            let other = users.find_map(|context| file.server_of_context(context, files).filter(|s| elsewhere(s)));
            if let Some(server) = other {
                return Some(taken(false, "user", &self.user, server));
            }
        }
        None
    }
}

/// Whose a name is.
struct Taken {
    text: String,
    is_of_the_context: bool,
}

/// Returns a name for the user of a context that was asked for by name: what other contexts sign in by stays.
fn own_user(name: &str, context: &str, entry: &Entry, files: &[Kubeconfig]) -> String {
    let is_others = |file: &Kubeconfig| {
        file.contexts_of(name).any(|other| other != context) && file.user(name) != Some(&entry.user.fields())
    };
    if files.iter().any(is_others) { format!("{name}_{context}") } else { name.to_owned() }
}

/// Returns true for two addresses of one server.
fn is_same(text: &str, server: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    Url::parse(text).is_ok_and(|other| other.origin() == server.origin() && path(&other) == path(server))
}
