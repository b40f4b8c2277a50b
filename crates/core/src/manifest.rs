//! Manifests: a Deployment that pulls by the pull secret, to copy or for GitOps. There is no secret in it.

use std::fmt::Write as _;

use crate::ids::ImageRef;
use crate::operation::{Op, PullsAs};
use crate::plan::Plan;

/// The lines above the manifests.
const ABOVE: &str =
    "# Deployments that pull by the pull secrets of a run of crosspull. There is no secret in this file.\n";

/// Returns a Deployment for each pull secret of a plan, as YAML. `None` where the plan has none.
///
/// The version is `apps/v1`: the one of Microsoft's older page, `apps/v1beta1`, is gone from Kubernetes since 1.16
/// (`docs/facts/azure.md` 7).
#[must_use]
pub fn deployments(plan: &Plan) -> Option<String> {
    let mut text = String::new();
    for step in &plan.steps {
        match &step.op {
            Op::WritePullSecret(op) => {
                let image = image_of(plan, &op.login_server);
                text.extend(image.map(|image| deployment(&op.namespace, &op.name, &op.login_server, &image)));
            }
            Op::TellPullSecret(op) => {
                let image = image_of(plan, &op.login_server);
                let one = |namespace: &String| {
                    image.as_ref().map(|image| deployment(namespace, &op.name, &op.login_server, image))
                };
                text.extend(op.namespaces.iter().filter_map(one));
            }
            _ => {}
        }
    }
    (!text.is_empty()).then(|| format!("{ABOVE}{text}"))
}

/// Returns the first image that the plan proves from a registry, wherever it does.
fn image_of(plan: &Plan, login_server: &str) -> Option<ImageRef> {
    plan.steps.iter().find_map(|step| match &step.op {
        Op::ProvePull(op) if op.login_server == login_server => op.images.first().cloned(),
        Op::ProveFirst(op) if op.login_server == login_server => op.images.first().cloned(),
        Op::ProveInside(op) if op.login_server == login_server && matches!(op.pulls_as, PullsAs::PullSecret(_)) => {
            Some(op.image.clone())
        }
        _ => None,
    })
}

/// Returns one Deployment. Its names are names that Kubernetes takes; the image is quoted.
fn deployment(namespace: &str, secret: &str, login_server: &str, image: &ImageRef) -> String {
    let name = format!("{secret}-example");
    let mut text = String::new();
    // Writing to memory does not fail.
    let _ = write!(
        text,
        "---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\n  namespace: {namespace}\nspec:\n  \
         replicas: 1\n  selector:\n    matchLabels:\n      app: {name}\n  template:\n    metadata:\n      labels:\n        app: \
         {name}\n    spec:\n      containers:\n        - name: app\n          image: \"{login_server}/{image}\"\n      \
         imagePullSecrets:\n        - name: {secret}\n"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::RoleMode;
    use crate::route::tests::{sample_inputs, sample_survey};

    #[test]
    fn a_deployment_names_the_pull_secret_and_holds_none() {
        let inputs = sample_inputs();
        let spec = crate::route::spec(crate::names::Route::PullSecret).expect("offered");
        let plan = (spec.plan)(&inputs, &sample_survey(&inputs, RoleMode::Registry));
        let text = deployments(&plan).expect("a manifest");
        for line in [
            "apiVersion: apps/v1",
            "  namespace: default",
            "          image: \"registryb.azurecr.io/shop/web:1.4\"",
            "        - name: crosspull-registryb",
        ] {
            assert!(text.lines().any(|one| one == line), "no {line:?} in\n{text}");
        }
        let other = crate::route::tests::sample(RoleMode::Registry);
        assert_eq!(deployments(&other), None, "route new-app has no pull secret");
    }
}
