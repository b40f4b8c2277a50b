//! The check of other pull secrets: would a renewal shut out a namespace that it does not write into?

use crosspull_core::check::{Check, Finding, Unread, judge_other_secrets, judge_other_secrets_unread};
use crosspull_core::event::Work;
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::input::{Inputs, Part};
use crosspull_core::names::Route;
use crosspull_core::route::secret_name;

use super::reads::Reads;
use super::{CheckStopped, kubernetes, registry};
use crate::kubernetes::requests;
use crate::reply::{StoredLogin, StoredSecret};
use crate::wire::CallError;

/// Asks where the Kubernetes API answers. Where it does not, nothing in the cluster is written and nothing is ended.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let Ok(api) = kubernetes::usable(reads, id).await else { return Ok(()) };
    let mut servers = Vec::new();
    for registry in &reads.inputs.registries {
        servers.push((registry, registry::usable(reads, registry).await?.0.login_server.clone()));
    }
    let check = Check::OtherSecrets(id.clone());
    reads
        .ask(check.clone(), async {
            let all = api.list::<StoredSecret>(&Work::Check(check), requests::pull_secrets).await;
            let all = all.map_err(unread);
            let accepted = &reads.inputs.may_stay_unread;
            let finding: Finding = match all {
                Ok(all) => judge_other_secrets(id, &shut_out(reads.inputs, &servers, &all)),
                Err(unread) => judge_other_secrets_unread(id, unread, accepted),
            };
            Ok(((), finding))
        })
        .await
}

fn unread(error: CallError) -> Unread {
    let trouble = error.trouble("");
    let denied = trouble.refusal.as_ref().is_some_and(|refusal| refusal.status == Some(403));
    let why = crosspull_core::text::lower_first(trouble.why.trim_end_matches('.'));
    Unread { part: Part::PullSecrets, why, denied, refusal: trouble.refusal }
}

/// Returns the pull secrets that the renewal does not write, and that have a password which it ends.
///
/// A token's password and an app's secret that are replaced are those in the pull secrets that are written. Of the admin
/// account it is the other password, which nobody sees before it is made anew.
fn shut_out(inputs: &Inputs, servers: &[(&RegistryId, String)], all: &[StoredSecret]) -> Vec<String> {
    let is_written = |secret: &StoredSecret, registry: &RegistryId| {
        let (namespace, name) = (secret.metadata.namespace.as_ref(), secret.metadata.name.as_ref());
        let named = namespace.is_some_and(|namespace| inputs.namespaces.contains(namespace));
        named && name.is_some_and(|name| *name == secret_name(inputs, registry))
    };
    let mut places = Vec::new();
    for (registry, server) in servers {
        let (written, others): (Vec<_>, Vec<_>) = all.iter().partition(|secret| is_written(secret, registry));
        let replaced: Vec<StoredLogin> = written.iter().filter_map(|secret| secret.login(server)).collect();
        let same = |login: &StoredLogin| {
            replaced.iter().any(|r| r.username == login.username && r.password.reveal() == login.password.reveal())
        };
        let ends = |login: &StoredLogin| match inputs.route {
            Some(Route::AdminAccount) => login.username.eq_ignore_ascii_case(registry.name()) && !same(login),
            _ => same(login),
        };
        places.extend(
            others.iter().filter(|other| other.login(server).is_some_and(|login| ends(&login))).map(|o| o.place()),
        );
    }
    places
}
