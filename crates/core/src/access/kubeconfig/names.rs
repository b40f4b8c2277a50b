//! The names of a cluster's entry in a kubeconfig: those of `az aks get-credentials` where they are free, so that people
//! find them, else longer ones.

use super::taken::There;
use super::{Entry, Kubeconfig, User};
use crate::ids::ClusterId;

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
    /// The entries that it takes the place of, and the contexts that it moves.
    pub replaced: Vec<String>,
    /// True where the file says by which proxy kubectl goes to the cluster.
    pub by_proxy: bool,
}

/// The wishes about the names.
#[derive(Debug, Clone, Copy)]
pub struct Wish<'a> {
    /// The cluster.
    pub id: &'a ClusterId,
    /// The context that was asked for by name.
    pub context: Option<&'a str>,
    /// True where what has these names is overwritten, as far as no other context uses it.
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

    /// Chooses the names of an entry, by what is in all files that are read together. What other contexts use stays theirs.
    ///
    /// # Errors
    /// A sentence where they are another cluster's.
    pub fn choose(wish: &Wish<'_>, entry: &Entry, files: &[Kubeconfig]) -> Result<Chosen, String> {
        let [az, of_group, longest] = Self::of(wish.id, &entry.user);
        let users = match wish.context {
            Some(own) => [az.user.clone(), format!("{}_{own}", az.user), format!("{}_{own}", longest.user)],
            None => [az.user.clone(), longest.user.clone(), format!("{}_{}", longest.user, longest.context)],
        };
        // A context that may be overwritten keeps its name.
        let fixed = wish.context.map(str::to_owned).or_else(|| wish.overwrite.then(|| az.context.clone()));
        let there = There { own_context: wish.context.is_some(), overwrite: wish.overwrite, entry, files };
        if let Some(why) = fixed.as_ref().and_then(|context| there.context_taken(context)) {
            return Err(format!("{why}: give another --context, or --overwrite to have it replaced"));
        }
        // A cluster of that user's name is in a resource group of the same name, which then tells the two not apart.
        let same_group = there.server_of_user(&az.user, fixed.as_deref().unwrap_or_default()).is_some();
        let by_group = (!same_group).then_some(of_group);
        let mut instead: Option<String> = None;
        for Self { cluster, context, .. } in [Some(az), by_group, Some(longest)].into_iter().flatten() {
            let context_taken = fixed.is_none().then(|| there.context_taken(&context)).flatten();
            let context = fixed.clone().unwrap_or(context);
            if let Some(why) = there.cluster_taken(&cluster, &context).or(context_taken) {
                instead.get_or_insert(why);
                continue;
            }
            for user in users {
                if let Some(why) = there.user_taken(&user, &context) {
                    instead.get_or_insert(why);
                    continue;
                }
                let names = Self { cluster, user, context };
                let (replaced, by_proxy) =
                    (there.replaced(&names.context, &names.cluster, &names.user), there.has_proxy(&names.cluster));
                return Ok(Chosen { names, instead, replaced, by_proxy });
            }
            break;
        }
        let why = instead.unwrap_or_default();
        Err(format!("{why}, and longer names are taken too: give another --context NAME"))
    }
}
