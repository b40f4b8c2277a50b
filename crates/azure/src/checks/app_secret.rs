//! The check of the secret that the operator gives for a cluster's app: does sign-in take it?

use crosspull_core::check::{Check, judge_app_secret};
use crosspull_core::event::Work;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::Side;

use super::reads::Reads;
use super::{CheckStopped, call_stop, cluster};
use crate::refusal::OauthError;
use crate::reply::AccessToken;
use crate::request;
use crate::wire::CallError;

/// Asks tenant A's sign-in once: a secret that was there before the run is known everywhere.
pub(super) async fn ask(reads: &Reads<'_>, id: &ClusterId) -> Result<(), CheckStopped> {
    let Some(secret) = reads.door.app_secret() else { return Ok(()) };
    // The check of the cluster tells where there is none, and that of its app where it has none.
    let Ok(of_cluster) = cluster::usable(reads, id).await else { return Ok(()) };
    let Some(app) = of_cluster.facts.client_id else { return Ok(()) };
    let check = Check::AppSecret(id.clone());
    let work = Work::Check(check.clone());
    let read = async {
        let tenant = reads.tenants.a.to_string();
        let request = request::token(reads.door.endpoints(), Side::A, &tenant, app, secret);
        match reads.door.json::<AccessToken>(&work, request).await {
            Ok(_) => Ok(((), judge_app_secret(id, app, None))),
            Err(CallError::Refused(r)) if r.oauth.as_ref().is_some_and(OauthError::is_of_credential) => {
                Err(judge_app_secret(id, app, Some(r.refusal)))
            }
            Err(error) => {
                Err(call_stop(check.clone(), "whether sign-in takes the secret that you give is not told", error))
            }
        }
    };
    reads.ask(check.clone(), read).await
}
