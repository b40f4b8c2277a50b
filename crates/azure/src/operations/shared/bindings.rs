//! Bindings of Kubernetes: looked for, and a subject taken out of one or put back into one.

use crosspull_core::access::{BoundRole, Subject};
use crosspull_core::ids::ClusterId;

use super::api;
use crate::kubernetes::{Kubernetes, access};
use crate::reply::{Binding, KeptBinding};
use crate::step_context::StepContext;
use crate::step_result::StepError;

/// The bindings of a namespace, or of a whole cluster.
pub struct Bindings<'a> {
    context: &'a StepContext<'a>,
    api: Kubernetes,
    namespace: Option<&'a str>,
    /// The sentence that says what did not happen.
    what: &'a str,
}

impl<'a> Bindings<'a> {
    /// Opens the bindings of a place. `name` is that of the one which is worked on.
    pub async fn open(
        context: &'a StepContext<'a>,
        cluster: &ClusterId,
        namespace: Option<&'a str>,
        name: &str,
        what: &'a str,
    ) -> Result<Self, StepError> {
        api::is_name(namespace, name, what)?;
        Ok(Self { context, api: api::needed(context, cluster, what).await?, namespace, what })
    }

    /// Reads a binding. `None` where there is none.
    pub async fn read(&self, name: &str) -> Result<Option<Binding>, StepError> {
        api::read(self.context, &self.api, self.what, || access::binding(self.namespace, name)).await
    }

    /// Finds a binding that gives a subject a role.
    pub async fn giving(&self, role: &BoundRole, subject: &Subject) -> Result<Option<Binding>, StepError> {
        let all: Vec<Binding> =
            api::list(self.context, &self.api, self.what, |from| access::bindings(self.namespace, from)).await?;
        Ok(all.into_iter().find(|binding| binding.is_of(role) && binding.has(subject)))
    }

    /// Applies a binding of this run.
    pub async fn apply(&self, name: &str, role: &BoundRole, subject: &Subject) -> Result<(), StepError> {
        let request = || access::apply_binding(self.namespace, name, role, subject, self.context.run());
        api::apply(self.context, &self.api, self.what, request).await
    }

    /// Takes a subject out of a binding. One that has no other is deleted; one of another role is left.
    pub async fn take_out(&self, name: &str, role: &BoundRole, subject: &Subject) -> Result<(), StepError> {
        api::settle(self.context, &self.api, self.what, async || {
            let there = self.read(name).await?.filter(|there| there.is_of(role) && there.has(subject));
            Ok(there.map(|there| {
                let rest: Vec<Subject> = there.subjects().iter().filter(|one| !one.is(subject)).cloned().collect();
                let version = there.metadata.resource_version.as_deref().unwrap_or_default();
                match rest.as_slice() {
                    [] => {
                        let uid = there.metadata.uid.as_deref().unwrap_or_default();
                        access::delete_binding(self.namespace, name, uid, version)
                    }
                    rest => access::set_subjects(self.namespace, name, version, rest),
                }
            }))
        })
        .await
    }

    /// Puts a subject back into a binding as it was; one that is gone is made again. The role of a binding never changes, so
    /// one of that name with another role is somebody else's: that is an error.
    pub async fn put_back(&self, name: &str, kept: &KeptBinding, subject: &Subject) -> Result<(), StepError> {
        api::settle(self.context, &self.api, self.what, async || {
            let Some(there) = self.read(name).await? else {
                return Ok(Some(access::create_binding(self.namespace, name, kept)));
            };
            if there.role_ref != kept.role_ref {
                return Err(self.of_others(&there));
            }
            if there.has(subject) {
                return Ok(None);
            }
            let version = there.metadata.resource_version.as_deref().unwrap_or_default();
            let subjects = with(there.subjects(), &kept.subjects, subject);
            Ok(Some(access::set_subjects(self.namespace, name, version, &subjects)))
        })
        .await
    }

    /// Returns the error of a binding that is another's.
    pub fn of_others(&self, there: &Binding) -> StepError {
        let by = there.run().map_or_else(|| "somebody else".to_owned(), |run| format!("run {run}"));
        StepError::failed(
            self.what,
            format!(
                "There is a binding {} of {by}, which gives {} {} to others. A binding's role cannot be changed, and it is \
                 left as it is.",
                there.name(),
                there.role_ref.kind,
                there.role_ref.name
            ),
            "Look what it is for, and delete it where nobody needs it; then go on.",
        )
    }
}

/// Returns the subjects with one put back where it was: exactly as they were, where nobody changed the others.
fn with(present: &[Subject], before: &[Subject], subject: &Subject) -> Vec<Subject> {
    let others: Vec<&Subject> = before.iter().filter(|one| !one.is(subject)).collect();
    if others.iter().copied().eq(present.iter()) {
        return before.to_vec();
    }
    let at = before.iter().position(|one| one.is(subject)).unwrap_or(present.len()).min(present.len());
    let own = before.iter().find(|one| one.is(subject)).unwrap_or(subject);
    let mut subjects = present.to_vec();
    subjects.insert(at, own.clone());
    subjects
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_goes_back_to_where_it_was_and_what_others_changed_stays() {
        let subject = |name: &str| Subject {
            api_group: "rbac.authorization.k8s.io".to_owned(),
            kind: "User".to_owned(),
            name: name.to_owned(),
            namespace: None,
        };
        let all = |names: &[&str]| names.iter().map(|name| subject(name)).collect::<Vec<_>>();
        let before = all(&["ada", "bob", "eve"]);
        for (present, becomes) in [
            (&["ada", "eve"][..], &["ada", "bob", "eve"][..]),
            (&[], &["bob"]),
            (&["eve", "ada", "new"], &["eve", "bob", "ada", "new"]),
        ] {
            assert_eq!(with(&all(present), &before, &subject("bob")), all(becomes));
        }
    }
}
