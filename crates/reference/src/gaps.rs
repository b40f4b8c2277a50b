//! Gaps: the places where Microsoft's contracts disagree with Microsoft's own examples and answers.

use crate::ProblemKind;
use crate::schema::Finding;

/// The difference that a [`Gap`] lets pass in an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excused {
    /// A `null` where the contract wants a value.
    Null,
    /// The absence of the property at the gap's place.
    Absent,
}

/// A known fault of a contract, allowed for when an answer is checked.
#[derive(Debug, PartialEq, Eq)]
pub struct Gap {
    /// The beginning of the contract's file name.
    pub contract: &'static str,
    /// The end of the property's JSON pointer.
    pub place: &'static str,
    /// The difference that is let pass there.
    pub excused: Excused,
    /// The reason for it.
    pub reason: &'static str,
}

const fn gap(contract: &'static str, place: &'static str, excused: Excused, reason: &'static str) -> Gap {
    Gap { contract, place, excused, reason }
}

const NULL_ANSWERED: &str = "recordings: the service writes null for what is not set";

/// The gaps allowed for. Those that are rules and no places stand with the code that applies them:
///
/// - An object without members is any JSON (`schema.rs`): Resource Graph `data` is an array of rows, a
///   registry's error `detail` an array.
/// - Resource types and ids are plain strings, so `ManagedClusters` is as good as `managedClusters`.
/// - Graph's documented success codes take the place of `2XX`, and a member that the newer types call
///   nullable may be null, such as `optionalClaims` (`load.rs`).
/// - A bare `$count` is no operation of a contract (`contracts.rs`).
/// - `grant_type=password` needs no `refresh_token` (`field_may_lack` below).
pub const GAPS: &[Gap] = &[
    gap("acr-registries", "/properties/status", Excused::Null, "null in the official examples, typed object"),
    gap("aks-managedclusters", "/config", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/condition", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/conditionVersion", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/createdBy", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/delegatedManagedIdentityResourceId", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/description", Excused::Null, NULL_ANSWERED),
    gap("authorization", "/properties/updatedBy", Excused::Null, NULL_ANSWERED),
    gap(
        "graph-v1.0-me",
        "/@odata.type",
        Excused::Absent,
        "required by the contract, absent from the official examples and from answers",
    ),
    gap(
        "resources-subscriptions",
        "/nextLink",
        Excused::Absent,
        "required by the contract, absent from recorded answers of one page",
    ),
];

/// Returns the gap that excuses `finding` in an answer of `contract`, if any.
pub(crate) fn excuse(contract: &str, finding: &Finding) -> Option<&'static Gap> {
    GAPS.iter().find(|gap| {
        contract.starts_with(gap.contract)
            && finding.kind == ProblemKind::Schema
            && match gap.excused {
                Excused::Null => finding.is_null && finding.pointer.ends_with(gap.place),
                Excused::Absent => {
                    let name = gap.place.trim_start_matches('/');
                    finding.message == format!("\"{name}\" is a required property")
                }
            }
    })
}

/// True for a field that an answer may lack.
///
/// The data plane's contract demands a refresh token of every grant, but an anonymous client is served with
/// `grant_type=password` and none (recording `acr_dataplane_anonymous`).
pub(crate) fn field_may_lack(contract: &str, field: &str, sent: &[(String, String)]) -> bool {
    contract.starts_with("acr-dataplane")
        && field == "refresh_token"
        && sent.iter().any(|(name, value)| name == "grant_type" && value == "password")
}

#[cfg(test)]
mod tests {
    use super::{GAPS, excuse};
    use crate::{Error, Reference};

    /// A recording of the set that the gaps were found in.
    const PINNED: &str = "acr_managed_registry";

    #[test]
    fn every_gap_is_met_in_an_example_or_a_recording() -> Result<(), Error> {
        let Some(reference) = Reference::find() else {
            println!("skipped: no reference data (set CROSSPULL_REFERENCE_DIR)");
            return Ok(());
        };
        let recordings = reference.recordings()?;
        if !recordings.iter().any(|recording| recording.scenario == PINNED) {
            println!("skipped: another set of recordings than the one that the gaps were found in");
            return Ok(());
        }
        let contracts = reference.contracts()?;
        let mut met = Vec::new();
        for example in reference.examples()? {
            let operation = example.operation.as_deref().and_then(|id| contracts.by_id(id));
            for answer in operation.iter().flat_map(|_| &example.responses) {
                met.push((operation, answer.status, answer.body.clone()));
            }
        }
        for recording in recordings {
            for exchange in recording.exchanges {
                let (sent, answer) = (exchange.request, exchange.response);
                let operation = contracts.operation(None, &sent.method, &sent.uri);
                met.push((operation, answer.status, answer.body.unwrap_or_default()));
            }
        }
        let used: Vec<_> = met
            .iter()
            .filter_map(|(operation, status, body)| Some(((*operation)?, status, body)))
            .flat_map(|(operation, status, body)| {
                let found = operation.misfits(*status, &[], body.as_bytes());
                found.into_iter().filter_map(|finding| excuse(operation.contract(), &finding))
            })
            .collect();
        for gap in GAPS {
            assert!(used.contains(&gap), "{gap:?} excuses nothing");
        }
        Ok(())
    }
}
