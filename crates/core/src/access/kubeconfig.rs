//! Kubeconfigs: the entry of a cluster, and how it comes into a file without harm to what else is there.
//!
//! The file is a value of YAML all the time, so that fields which nobody here knows stay, with their order. Comments do not:
//! no parser keeps them, neither does kubectl.

mod given;
mod kept;
mod names;
mod node;
mod taken;
#[cfg(test)]
mod tests;
mod way;

pub use given::{EntraServer, FixedUser, Given, GivenBy, Kubelogin};
pub use names::{Chosen, Names, Wish};
pub use way::{Part, Way};

use url::Url;

use super::exec::{ExecSignIn, ExecVersion};
use kept::loadable;
use node::{Fields, Node, fields};

/// The lists of a kubeconfig, each with the name of the thing in its items.
const LISTS: [(&str, &str); 3] = [("clusters", "cluster"), ("users", "user"), ("contexts", "context")];

/// A kubeconfig.
#[derive(Debug, Clone, PartialEq)]
pub struct Kubeconfig(Fields);

/// A cluster's entry in a kubeconfig.
#[derive(Debug, Clone)]
pub struct Entry {
    cluster: Fields,
    /// The address of the Kubernetes API.
    pub server: Url,
    /// The one who signs in.
    pub user: User,
}

/// The user of an entry.
#[derive(Debug, Clone)]
pub enum User {
    /// Whom crosspull signs in.
    Crosspull {
        /// The program, as kubectl is to run it.
        program: String,
        /// The sign-in.
        sign_in: ExecSignIn,
    },
    /// Whom kubelogin signs in.
    Kubelogin(KubeloginUser),
    /// A certificate or a token that is the same for everybody.
    Fixed {
        /// The certificate or token.
        user: FixedUser,
        /// True for that of the local admin account.
        admin: bool,
    },
}

/// A user whom kubelogin signs in.
#[derive(Debug, Clone)]
pub struct KubeloginUser(Fields);

impl KubeloginUser {
    /// Returns the user for a cluster's application.
    #[must_use]
    pub fn of(server: &EntraServer, login: &Kubelogin<'_>) -> Self {
        Self(server.kubelogin(login))
    }
}

impl User {
    /// Returns the user's fields.
    fn fields(&self) -> Fields {
        match self {
            Self::Crosspull { program, sign_in } => fields([("exec", Node::Fields(exec(program, sign_in)))]),
            Self::Kubelogin(user) => user.0.clone(),
            Self::Fixed { user, .. } => user.0.clone(),
        }
    }
}

/// Returns how kubectl runs crosspull (Kubernetes documentation, "client-go credential plugins").
fn exec(program: &str, sign_in: &ExecSignIn) -> Fields {
    fields([
        ("apiVersion", Node::text(ExecVersion::V1.name())),
        ("command", Node::text(program)),
        ("args", Node::List(sign_in.arguments().into_iter().map(Node::Text).collect())),
        (
            "installHint",
            Node::text(
                "crosspull signs in to this cluster, and is not where this kubeconfig says. Install it, or \
                                    write the entry anew: crosspull access kubeconfig",
            ),
        ),
        ("interactiveMode", Node::text("IfAvailable")),
        ("provideClusterInfo", Node::Bool(false)),
    ])
}

impl Entry {
    /// Returns the entry of what Azure gave, with that user.
    #[must_use]
    pub fn new(given: &Given, user: User) -> Self {
        Self { cluster: given.cluster.clone(), server: given.server.clone(), user }
    }
}

impl Default for Kubeconfig {
    /// Returns a kubeconfig with nothing in it.
    fn default() -> Self {
        Self(fields([("apiVersion", Node::text("v1")), ("kind", Node::text("Config"))]))
    }
}

impl Kubeconfig {
    /// Reads a kubeconfig; an empty file is one with nothing in it.
    ///
    /// # Errors
    /// A clause on what is wrong. It quotes nothing: what stands there may be secret.
    pub fn parse(text: &str) -> Result<Self, String> {
        Self::of(node::parse(text)?)
    }

    /// Reads a kubeconfig that is not to be written again, so that nothing of it has to be kept.
    fn read(text: &str) -> Result<Self, String> {
        Self::of(node::read(text)?)
    }

    fn of(read: Node) -> Result<Self, String> {
        let read = match read {
            Node::Null => return Ok(Self::default()),
            Node::Fields(read) => read,
            _ => return Err("it is no kubeconfig".to_owned()),
        };
        loadable(&read)?;
        Ok(Self(read))
    }

    /// Returns the text of the file.
    ///
    /// # Errors
    /// A clause, also where that text would not be read as the same.
    pub fn text(&self) -> Result<String, String> {
        let text = node::text(&self.0)?;
        match node::parse(&text) {
            Ok(Node::Fields(read)) if read == self.0 => Ok(text),
            _ => Err(node::NOT_KEPT.to_owned()),
        }
    }

    /// Returns the name of the current context.
    #[must_use]
    pub fn current(&self) -> Option<&str> {
        self.0.get("current-context").and_then(Node::as_text).filter(|name| !name.is_empty())
    }

    /// Puts an entry in under those names, in place of what has them; as the current context, or not. All else stays.
    pub fn merge(&mut self, entry: &Entry, names: &Names, is_current: bool) {
        self.put("clusters", "cluster", &names.cluster, |cluster| {
            // What the file says besides stays, such as a proxy; what would contradict does not.
            for gone in ["certificate-authority", "insecure-skip-tls-verify"] {
                cluster.shift_remove(gone);
            }
            cluster.extend(entry.cluster.clone());
        });
        self.put("users", "user", &names.user, |user| *user = entry.user.fields());
        self.put("contexts", "context", &names.context, |context| {
            context.insert("cluster".to_owned(), Node::text(&names.cluster));
            context.insert("user".to_owned(), Node::text(&names.user));
        });
        if is_current {
            self.0.insert("current-context".to_owned(), Node::text(&names.context));
        }
    }

    /// Changes the fields of a thing in a list. The thing is added where it is not there.
    fn put(&mut self, list: &str, thing: &str, name: &str, change: impl FnOnce(&mut Fields)) {
        let mut items = self.0.get(list).and_then(Node::as_list).unwrap_or_default().to_vec();
        let found = items.iter_mut().find(|item| item.text_at("name") == Some(name));
        let before = found.as_ref().and_then(|item| item.as_fields().cloned());
        let mut item = before.unwrap_or_else(|| fields([("name", Node::text(name))]));
        let mut of = item.get(thing).and_then(Node::as_fields).cloned().unwrap_or_default();
        change(&mut of);
        item.insert(thing.to_owned(), Node::Fields(of));
        match found {
            Some(place) => *place = Node::Fields(item),
            None => items.push(Node::Fields(item)),
        }
        self.0.insert(list.to_owned(), Node::List(items));
    }

    /// Returns the items of a list: their names, and the fields of the thing.
    fn items<'a>(&'a self, list: &str, thing: &'a str) -> impl Iterator<Item = (&'a str, Option<&'a Fields>)> {
        let items = self.0.get(list).and_then(Node::as_list).unwrap_or_default();
        items.iter().filter_map(move |item| {
            let of = item.as_fields()?.get(thing).and_then(Node::as_fields);
            Some((item.text_at("name")?, of))
        })
    }

    fn named<'a>(&'a self, list: &str, name: &str, thing: &'a str) -> Option<&'a Fields> {
        self.items(list, thing).find(|(known, _)| *known == name)?.1
    }

    /// Returns the address of a cluster.
    fn server(&self, cluster: &str) -> Option<&str> {
        self.named("clusters", cluster, "cluster")?.get("server")?.as_text()
    }

    fn user(&self, name: &str) -> Option<&Fields> {
        self.named("users", name, "user")
    }

    /// Returns the address that a context leads to, by all files that are read together.
    fn server_of_context<'a>(&self, context: &str, files: &'a [Self]) -> Option<&'a str> {
        let cluster = self.named("contexts", context, "context")?.get("cluster")?.as_text()?;
        files.iter().find_map(|file| file.server(cluster))
    }

    /// Returns the names of the contexts that use a cluster or a user of that name.
    fn contexts_of<'a>(&'a self, kind: &'a str, name: &'a str) -> impl Iterator<Item = &'a str> {
        let is_of = move |of: &Fields| of.get(kind).and_then(Node::as_text) == Some(name);
        self.items("contexts", "context").filter(move |(_, of)| of.is_some_and(is_of)).map(|(name, _)| name)
    }
}
