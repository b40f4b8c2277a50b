//! The things under an entry's names in a kubeconfig: those that stay since they are somebody else's, and those that it takes the
//! place of.

use url::Url;

use super::node::{Fields, Node};
use super::{Entry, Kubeconfig};
use crate::text::{listed, printable};

/// The fields that say whom a cluster's certificate has to be by.
const TRUST: [&str; 4] =
    ["certificate-authority-data", "certificate-authority", "insecure-skip-tls-verify", "tls-server-name"];
/// The most characters of a name that are told.
const LONGEST: usize = 120;

/// The entries of all files that are read together.
pub(super) struct There<'a> {
    /// True where a context of the operator's own was named.
    pub own_context: bool,
    /// True where what no other context uses is overwritten.
    pub overwrite: bool,
    pub entry: &'a Entry,
    pub files: &'a [Kubeconfig],
}

impl<'a> There<'a> {
    /// Returns whose a context is, where it leads to another server and is not to be overwritten.
    pub fn context_taken(&self, context: &str) -> Option<String> {
        let server = self.leads_elsewhere(context).filter(|_| !self.overwrite)?;
        Some(is_that_of("context", context, server))
    }

    /// Returns whose a cluster's entry is, where it is another server's, or is trusted by something else and other contexts
    /// use it. Overwritten is one that no other context uses.
    pub fn cluster_taken(&self, name: &str, own: &str) -> Option<String> {
        let mut others = self.others("cluster", name, own);
        let other = others.next();
        self.files.iter().filter_map(|file| file.named("clusters", name, "cluster")).find_map(|cluster| {
            match (self.server_elsewhere(cluster), other) {
                (Some(_), None) if self.overwrite => None,
                (Some(server), _) => Some(is_that_of("cluster", name, server)),
                (None, Some(other)) if self.trust_differs(cluster) => Some(format!(
                    "cluster {} has another certificate authority, and context {} uses it",
                    told(name),
                    told(other)
                )),
                (None, _) => None,
            }
        })
    }

    /// Returns whose a user's entry is, where other contexts need it, or where no context uses it: that is a credential too.
    pub fn user_taken(&self, name: &str, own: &str) -> Option<String> {
        if let Some(server) = self.server_of_user(name, own) {
            return Some(is_that_of("user", name, server));
        }
        if !self.user_differs(name) {
            return None;
        }
        match self.others("user", name, own).next() {
            Some(other) if self.own_context => Some(is_that_of("user", name, &format!("context {other}"))),
            Some(_) => None,
            None if self.overwrite || self.names_in(own, "user").any(|user| user == name) => None,
            None => Some(format!("user {} is a credential of its own that no context uses", told(name))),
        }
    }

    /// Returns the other server that contexts besides the own one sign in to by that user.
    pub fn server_of_user(&self, name: &str, own: &str) -> Option<&'a str> {
        self.others("user", name, own).find_map(|context| self.leads_elsewhere(context))
    }

    /// Returns what an entry of those names takes the place of, and what it moves.
    pub fn replaced(&self, own: &str, cluster_name: &str, user_name: &str) -> Vec<String> {
        let context = told(own);
        let moved = match self.leads_elsewhere(own) {
            Some(server) => Some(format!("context {context}, which led to {}", told(server))),
            None => self
                .names_in(own, "user")
                .find(|user| *user != user_name)
                .map(|user| format!("context {context}, which signed in by user {}", told(user))),
        };
        let cluster = self.first("clusters", cluster_name, "cluster");
        let of_cluster = cluster.and_then(|cluster| match self.server_elsewhere(cluster) {
            Some(server) => Some(format!("cluster {}, which was that of {}", told(cluster_name), told(server))),
            None if self.trust_differs(cluster) => {
                Some(format!("the certificate authority of cluster {}", told(cluster_name)))
            }
            None => None,
        });
        let of_user = self.user_differs(user_name).then(|| {
            let others: Vec<String> = self.others("user", user_name, own).map(told).collect();
            let too = match others.is_empty() {
                true => String::new(),
                false => format!(", by which others sign in too: {}", listed(&others)),
            };
            format!("the credential of user {}{too}", told(user_name))
        });
        [moved, of_cluster, of_user].into_iter().flatten().collect()
    }

    /// True where the file says by which proxy kubectl goes to that cluster.
    pub fn has_proxy(&self, cluster: &str) -> bool {
        self.first("clusters", cluster, "cluster").is_some_and(|cluster| {
            cluster.get("proxy-url").and_then(Node::as_text).is_some_and(|proxy| !proxy.is_empty())
        })
    }

    fn first(&self, list: &str, name: &str, thing: &'a str) -> Option<&'a Fields> {
        self.files.iter().find_map(|file| file.named(list, name, thing))
    }

    fn user_differs(&self, name: &str) -> bool {
        self.files.iter().filter_map(|file| file.user(name)).any(|user| *user != self.entry.user.fields())
    }

    /// Returns the contexts other than that one which use a cluster or a user of that name.
    fn others<'b>(&'b self, kind: &'b str, name: &'b str, own: &'b str) -> impl Iterator<Item = &'b str> {
        self.files.iter().flat_map(move |file| file.contexts_of(kind, name)).filter(move |context| *context != own)
    }

    /// Returns the names of the cluster or the user that a context has, in each file.
    fn names_in<'b>(&'b self, context: &'b str, kind: &'b str) -> impl Iterator<Item = &'b str> {
        self.files.iter().filter_map(move |file| file.named("contexts", context, "context")?.get(kind)?.as_text())
    }

    /// Returns the other server that a context leads to.
    fn leads_elsewhere(&self, context: &str) -> Option<&'a str> {
        let mut servers = self.files.iter().filter_map(|file| file.server_of_context(context, self.files));
        servers.find(|server| !is_same(server, &self.entry.server))
    }

    /// Returns the address of a cluster's entry, where it is another server's.
    fn server_elsewhere(&self, cluster: &'a Fields) -> Option<&'a str> {
        cluster.get("server").and_then(Node::as_text).filter(|server| !is_same(server, &self.entry.server))
    }

    fn trust_differs(&self, cluster: &Fields) -> bool {
        TRUST.iter().any(|name| cluster.get(*name) != self.entry.cluster.get(*name))
    }
}

fn told(name: &str) -> String {
    printable(name, LONGEST)
}

fn is_that_of(what: &str, name: &str, whose: &str) -> String {
    format!("{what} {} is that of {}", told(name), told(whose))
}

/// Returns true for two addresses of one server.
fn is_same(text: &str, server: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    Url::parse(text).is_ok_and(|other| other.origin() == server.origin() && path(&other) == path(server))
}
