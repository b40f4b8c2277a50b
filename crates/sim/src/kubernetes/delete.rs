//! Deleting secrets, service accounts, roles and bindings.

use http::StatusCode;
use serde_json::{Value, json};

use super::{
    answers::{object, plain},
    asked::Asked,
    kinds::Target,
    objects::{self, kept},
    rbac::aggregation,
    refusals::{not_found, precondition},
};
use crate::errors::{Answer, Refusal};

/// Deletes an object, if what the request says of it still holds.
pub fn answer(asked: &Asked, target: &Target<'_>) -> Answer {
    let (kind, name) = (target.kind, target.name.unwrap_or_default());
    let options = if asked.body.is_empty() { json!({}) } else { asked.object()? };
    let dry_run = asked.is_dry_run() || options.get("dryRun").is_some_and(|all| *all == json!(["All"]));
    let created = asked.cloud().clock.timestamp();
    let gone = asked.cluster(|cluster| {
        let found = kept(cluster, target).cloned().ok_or_else(|| not_found(target))?;
        let (uid, version) = (found.text("/metadata/uid").to_owned(), found.changed.to_string());
        let wanted = |member: &str| options.pointer(&format!("/preconditions/{member}")).and_then(Value::as_str);
        if let Some(wanted) = wanted("uid").filter(|wanted| *wanted != uid) {
            let why = format!(
                "the UID in the precondition ({wanted}) does not match the UID in record ({uid}). The object might have been deleted and then recreated"
            );
            return Err(precondition(kind, name, &why));
        }
        if let Some(wanted) = wanted("resourceVersion").filter(|wanted| *wanted != version) {
            let why = format!(
                "the ResourceVersion in the precondition ({wanted}) does not match the ResourceVersion in record ({version}). The object might have been modified"
            );
            return Err(precondition(kind, name, &why));
        }
        if !dry_run {
            cluster.kubernetes.remove(&uid);
            aggregation::settle(&mut cluster.kubernetes);
            // The controller of service accounts sees to it that every namespace has one.
            if (kind.plural, name) == ("serviceaccounts", "default") {
                cluster.usual_account(found.namespace(), created);
            }
        }
        Ok::<_, Refusal>(found)
    })??;
    if kind.plural == "serviceaccounts" {
        return Ok(object(StatusCode::OK, kind, objects::shown(&gone)));
    }
    let details = json!({ "name": name, "kind": kind.plural, "uid": gone.text("/metadata/uid") });
    let status =
        json!({ "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Success", "details": details });
    Ok(plain(StatusCode::OK, &status))
}
