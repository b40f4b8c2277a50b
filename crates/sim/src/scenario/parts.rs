//! The settings of scenarios, and how later ones add to earlier ones.

use serde::Deserialize;

use super::{
    error::{ScenarioError, one_of},
    times::TimePart,
    world_part::WorldPart,
};
use crate::faults::Fault;

/// Everything that scenarios can set. A setting of `None` is as in the `happy` world.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Setup {
    /// The world.
    pub world: WorldPart,
    /// Delays.
    pub time: TimePart,
    /// The people.
    pub person: PersonPart,
    /// Policies of tenant A.
    pub policy: PolicyPart,
    /// The differences in `answers.toml`.
    pub answers: AnswersPart,
    /// Faults, in the order they are tried.
    pub fault: Vec<Fault>,
}

/// The people: the administrator of tenant B who consents, and the operators who sign in.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PersonPart {
    /// Consents so many simulated seconds after a multi-tenant application was made.
    pub consents_after: Option<f64>,
    /// Declines every consent that is asked for.
    pub refuses: Option<bool>,
    /// Enters each device code so many simulated seconds after it was made.
    pub signs_in_after: Option<f64>,
    /// The account to sign in to tenant A with, in place of its operator's.
    pub signs_in_to_a_as: Option<String>,
    /// The account to sign in to tenant B with, in place of its operator's.
    pub signs_in_to_b_as: Option<String>,
    /// Declines every sign-in by device code.
    pub declines_sign_in: Option<bool>,
}

/// Application management policies (`docs/facts/azure.md` 3.3).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PolicyPart {
    /// `passwordLifetime`, in days.
    pub max_secret_days: Option<i64>,
    /// `passwordAddition`: applications get no client secret.
    pub forbids_secrets: Option<bool>,
    /// `audiences`: no application is registered that other tenants may let in. Graph's v1.0 does not show it.
    pub forbids_multi_tenant: Option<bool>,
    /// `restrictForAppsCreatedAfterDateTime` of the restrictions of secrets, in days from the start; negative for one that
    /// is past. All applications are meant where it is left out.
    pub for_apps_after_days: Option<f64>,
}

/// The differences in `answers.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AnswersPart {
    /// `direct` or `url`.
    pub consent: Option<String>,
    /// The repositories that the cluster is to pull.
    pub repository: Option<Vec<String>>,
}

impl Setup {
    pub(super) fn and(self, later: Self) -> Self {
        let mut fault = self.fault;
        fault.extend(later.fault);
        Self {
            world: self.world.and(later.world),
            time: self.time.and(later.time),
            person: PersonPart {
                consents_after: later.person.consents_after.or(self.person.consents_after),
                refuses: later.person.refuses.or(self.person.refuses),
                signs_in_after: later.person.signs_in_after.or(self.person.signs_in_after),
                signs_in_to_a_as: later.person.signs_in_to_a_as.or(self.person.signs_in_to_a_as),
                signs_in_to_b_as: later.person.signs_in_to_b_as.or(self.person.signs_in_to_b_as),
                declines_sign_in: later.person.declines_sign_in.or(self.person.declines_sign_in),
            },
            policy: PolicyPart {
                max_secret_days: later.policy.max_secret_days.or(self.policy.max_secret_days),
                forbids_secrets: later.policy.forbids_secrets.or(self.policy.forbids_secrets),
                forbids_multi_tenant: later.policy.forbids_multi_tenant.or(self.policy.forbids_multi_tenant),
                for_apps_after_days: later.policy.for_apps_after_days.or(self.policy.for_apps_after_days),
            },
            answers: AnswersPart {
                consent: later.answers.consent.or(self.answers.consent),
                repository: later.answers.repository.or(self.answers.repository),
            },
            fault,
        }
    }

    /// Checks what serde cannot.
    pub(super) fn check(&self) -> Result<(), ScenarioError> {
        self.world.check()?;
        one_of("answers.consent", self.answers.consent.as_deref(), &["direct", "url", "auto"])
    }
}
