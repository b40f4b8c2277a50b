//! Whoever else uses a service account that a run made: the account stays then, and that is said.

use crosspull_core::access::Subject;
use crosspull_core::text::printable;
use k8s_openapi::api::core::v1::ServiceAccount;

use super::api;
use crate::kubernetes::requests::MANAGER;
use crate::kubernetes::{Kubernetes, access, requests};
use crate::reply::{Binding, MANAGED_BY, Pod, RUN};
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// A service account of a namespace.
#[derive(Debug, Clone, Copy)]
pub struct Account<'a> {
    pub namespace: &'a str,
    pub name: &'a str,
}

/// Finds the bindings that name an account, and the pods that run as it. What cannot be read is an error: nobody knows then
/// whether the account is free.
pub async fn users(
    context: &StepContext<'_>,
    api: &Kubernetes,
    what: &str,
    account: Account<'_>,
) -> Result<Vec<String>, StepError> {
    let Account { namespace, name } = account;
    let unread = |error: StepError| {
        api::where_right_lacks(
            error,
            "Whether others use it by now is not known: you may not list bindings and pods there.",
            "Let an administrator of the cluster take it back, or look who uses it and delete it by hand.",
        )
    };
    let everywhere = api::list(context, api, what, requests::cluster_role_bindings).await.map_err(unread)?;
    let inside = api::list(context, api, what, requests::role_bindings).await.map_err(unread)?;
    let pods: Vec<Pod> =
        api::list(context, api, what, |from| access::pods_of(namespace, from)).await.map_err(unread)?;
    let mut all = named_by(&everywhere, account);
    all.extend(named_by(&inside, account));
    all.extend(
        pods.iter()
            .filter(|pod| runs_as(pod, name))
            .map(|pod| format!("the pod {}", short(pod.metadata.name.as_deref()))),
    );
    Ok(all)
}

/// Returns what others have put on an account.
pub fn put_on(account: &ServiceAccount) -> Vec<String> {
    let metadata = &account.metadata;
    let labels = metadata.labels.iter().flatten().filter(|(name, _)| name.as_str() != MANAGED_BY.0);
    let annotations = metadata.annotations.iter().flatten().filter(|(name, _)| name.as_str() != RUN);
    let mut all: Vec<String> = labels.map(|(name, _)| format!("the label {}", short(Some(name)))).collect();
    all.extend(annotations.map(|(name, _)| format!("the annotation {}", short(Some(name)))));
    let pulls = account.image_pull_secrets.iter().flatten();
    all.extend(pulls.map(|secret| format!("the pull secret {}", short(Some(&secret.name)))));
    let secrets = account.secrets.iter().flatten();
    all.extend(secrets.map(|secret| format!("the secret {}", short(secret.name.as_deref()))));
    let managers = metadata.managed_fields.iter().flatten().filter_map(|entry| entry.manager.as_deref());
    let mut managers: Vec<String> = managers
        .filter(|manager| *manager != MANAGER)
        .map(|manager| format!("what {} wrote", short(Some(manager))))
        .collect();
    managers.sort();
    managers.dedup();
    all.extend(managers);
    all
}

fn named_by(bindings: &[Binding], account: Account<'_>) -> Vec<String> {
    let subject = Subject {
        api_group: String::new(),
        kind: "ServiceAccount".to_owned(),
        name: account.name.to_owned(),
        namespace: Some(account.namespace.to_owned()),
    };
    let naming = bindings.iter().filter(|binding| binding.has(&subject));
    naming.map(Binding::in_words).collect()
}

/// True where a pod runs, or is to run, as that account.
fn runs_as(pod: &Pod, account: &str) -> bool {
    let is_over = pod.status.as_ref().and_then(|status| status.phase.as_deref());
    let is_over = is_over.is_some_and(|phase| matches!(phase, "Succeeded" | "Failed"));
    !is_over && pod.spec.as_ref().and_then(|spec| spec.service_account_name.as_deref()) == Some(account)
}

fn short(name: Option<&str>) -> String {
    printable(name.unwrap_or_default(), 100)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const BUILD: Account<'_> = Account { namespace: "shop", name: "build" };

    #[test]
    fn what_others_put_on_an_account_is_found_and_what_the_run_made_is_not() {
        let account = |more: Value| {
            let mut object = json!({ "metadata": {
                "labels": { "app.kubernetes.io/managed-by": "crosspull" }, "annotations": { "crosspull/run": "7f3c9a2e" },
                "managedFields": [{ "manager": "crosspull" }],
            } });
            object.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
            put_on(&serde_json::from_value(object).expect("an account"))
        };
        assert_eq!(account(json!({})), [""; 0]);
        assert_eq!(account(json!({ "imagePullSecrets": [{ "name": "regcred" }] })), ["the pull secret regcred"]);
        assert_eq!(
            account(json!({ "metadata": {
                "labels": { "team": "shop" }, "annotations": { "note": "ours" }, "managedFields": [{ "manager": "kubectl" }],
            } })),
            ["the label team", "the annotation note", "what kubectl wrote"]
        );
    }

    #[test]
    fn bindings_that_name_an_account_and_pods_that_run_as_it_are_found() {
        let binding = |namespace: Option<&str>, subject: Value| {
            serde_json::from_value(json!({
                "metadata": { "name": "one", "namespace": namespace },
                "roleRef": { "kind": "ClusterRole", "name": "view" }, "subjects": [subject],
            }))
            .expect("a binding")
        };
        let build = || json!({ "kind": "ServiceAccount", "name": "build", "namespace": "shop" });
        let user = json!({ "kind": "User", "name": "system:serviceaccount:shop:build" });
        let other = json!({ "kind": "ServiceAccount", "name": "build", "namespace": "other" });
        let all: Vec<Binding> =
            vec![binding(None, build()), binding(Some("pay"), build()), binding(None, user), binding(None, other)];
        let one = "the ClusterRoleBinding one";
        assert_eq!(named_by(&all, BUILD), [one, "the RoleBinding pay/one", one]);
        let pod = |account: &str, phase: &str| {
            serde_json::from_value(json!({
                "metadata": {}, "spec": { "serviceAccountName": account, "containers": [] }, "status": { "phase": phase },
            }))
            .expect("a pod")
        };
        assert!(runs_as(&pod("build", "Pending"), "build"));
        assert!(!runs_as(&pod("build", "Succeeded"), "build") && !runs_as(&pod("default", "Running"), "build"));
    }
}
