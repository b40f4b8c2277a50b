//! The check of the secret that the operator gives for a cluster's app: does sign-in take it?

use super::{About, Check, Finding};
use crate::command::Command;
use crate::explain::{Refusal, Trouble};
use crate::ids::{AppId, ClusterId};
use crate::input::Key;
use crate::text::lower_first;
use crate::wording::Wording;

pub(super) fn about(id: &ClusterId) -> About {
    About::of_a(format!("the secret that you give for {}'s app", id.name()))
}

/// Judges the answer of tenant A's sign-in to the secret. `refusal` is its no.
#[must_use]
pub fn judge_app_secret(cluster: &ClusterId, app: AppId, refusal: Option<Refusal>) -> Finding {
    let check = Check::AppSecret(cluster.clone());
    let Some(refusal) = refusal else {
        return check.pass(format!(
            "sign-in takes the secret that you give for {}'s app; no other one is made",
            cluster.name()
        ));
    };
    let trouble = app_secret_refused(cluster, app, "", refusal);
    Finding { refusal: trouble.refusal, ..check.stop(lower_first(trouble.why.trim_end_matches('.')), trouble.now) }
}

/// Returns why tenant A's sign-in does not take the secret, and what to do.
#[must_use]
pub fn app_secret_refused(cluster: &ClusterId, app: AppId, what: &str, refusal: Refusal) -> Trouble {
    let without = || Wording::from("or leave ") + Key::AppSecretFile + " out, and one is made for a day and removed.";
    let name = cluster.name();
    let code = refusal.code.clone();
    let trouble = Trouble::from_refusal(what, refusal);
    match code.as_str() {
        // Sign-in does not tell a secret of another app from one of none (`docs/facts/azure.md` 3.2).
        "AADSTS7000215" => trouble.because(
            format!("The secret that you give is no secret of {name}'s app {app} ."),
            Wording::from(format!(
                "Give the value of one, not its key id, and not that of another app; one that was made just now takes a \
                 minute. Look with {} ; ",
                Command::ListSecrets { app: &app.to_string() }
            )) + without(),
        ),
        "AADSTS7000222" => trouble.because(
            format!("The secret that you give for {name}'s app {app} has ended."),
            Wording::from("Give one that lives; ") + without(),
        ),
        "AADSTS700016" => trouble.because(
            format!("Tenant A's sign-in does not know the app {app} , which {name} uses."),
            "Look whether that app is still there: az ad app show, by its id. No secret of another app helps.",
        ),
        _ => trouble,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::Level;

    #[test]
    fn each_reason_for_which_a_secret_is_not_taken_has_a_sentence_of_its_own() {
        let cluster = ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id");
        let app = AppId(uuid::Uuid::from_u128(7));
        let judged = |code: &str| {
            let refusal =
                Refusal { status: Some(401), code: code.to_owned(), message: String::new(), request_id: None };
            judge_app_secret(&cluster, app, Some(refusal))
        };
        for (code, says, cure) in [
            ("AADSTS7000215", "is no secret of aks-shop's app", "not that of another app"),
            ("AADSTS7000222", "has ended", "Give one that lives"),
            ("AADSTS700016", "does not know the app", "az ad app show"),
            ("AADSTS7000112", "the app is disabled", "Enable it"),
        ] {
            let finding = judged(code);
            assert!(finding.level == Level::Stop && finding.text.contains(says), "{code}: {}", finding.text);
            assert!(finding.now.contains(cure), "{code}: {}", finding.now);
        }
        assert_eq!(judge_app_secret(&cluster, app, None).level, Level::Pass);
    }
}
