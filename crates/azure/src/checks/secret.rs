//! The check of the secret that the cluster uses: does it end soon?

use crosspull_core::check::{Check, SecretInUse, judge_secret, secret_in_use};
use crosspull_core::ids::ClusterId;

use super::reads::Reads;
use super::{CheckStopped, app, cluster};

/// Judges the end of the secret that the cluster uses, where the cluster uses an app of crosspull's.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let (Ok(cluster), Ok(apps)) = (cluster::usable(reads, id).await, app::chosen(reads, id).await) else {
        return Ok(());
    };
    let Some(client) = cluster.facts.client_id else { return Ok(()) };
    let check = Check::Secret(id.clone());
    let own = apps.taken.as_ref().filter(|own| own.app_id == client);
    let (inputs, of) = (reads.inputs, reads.cluster(id)?);
    let Some(app) = own else {
        if !inputs.renew {
            return Ok(());
        }
        reads.begin(&check)?;
        let text = format!("{} has no app of crosspull's yet, so there is nothing to renew", id.name());
        return reads.conclude(Ok(((), check.pass(text))));
    };
    reads.begin(&check)?;
    let in_use = secret_in_use(app, reads.known.key(id));
    let now = reads.door.wire().recorder().now();
    let finding = judge_secret(id, &in_use, now, inputs.soak_minutes, inputs.renew);
    let key = match in_use {
        SecretInUse::Known(secret) => Some(secret.key),
        SecretInUse::OneOf(_) => None,
    };
    of.key.get_or_init(async || key).await;
    reads.conclude(Ok(((), finding)))
}
