//! Looks at somebody at a cluster: who they are, what reaches them there, and what the cluster itself says. Everything is
//! read side by side; a part that cannot be read is told as such, and the rest stands.

use crosspull_core::access::{AssignedRole, MemberOf};
use crosspull_core::access::{
    Can, ClusterAccess, Compared, Part, Principal, PrincipalKind, PrincipalRef, Rbac, Standing,
};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::ClusterId;
use crosspull_core::names::Side;
use futures_util::future::{join, try_join3};
use k8s_openapi::api::core::v1::ServiceAccount;

use super::{assignments, bindings, cluster, groups, principal, review};
use crate::door::Door;
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, access, requests};
use crate::wire::CallError;

/// Somebody who is asked about, at a cluster.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// The cluster.
    pub cluster: &'a ClusterId,
    /// The principal.
    pub who: &'a PrincipalRef,
    /// The namespace that they want to work in. `None` for all of them.
    pub namespace: Option<&'a str>,
}

/// The things seen of somebody at a cluster.
#[derive(Debug)]
pub struct Look {
    /// The cluster, as far as getting in depends on it.
    pub access: ClusterAccess,
    /// Their standing.
    pub standing: Standing,
    /// The Kubernetes API, or why it cannot be used.
    api: Result<Kubernetes, String>,
    /// True where the API is opened as the one who is asked about.
    is_own: bool,
}

/// Looks at somebody.
///
/// # Errors
/// A trouble where nobody of that name is found, or where the cluster cannot be read.
pub async fn at(door: &Door, about: About<'_>) -> Result<Look, Trouble> {
    let work = Work::Search(Side::A);
    let cluster = async {
        let what = || format!("{} cannot be looked at.", about.cluster.name());
        cluster::read(door, about.cluster).await.map_err(|error| error.trouble(what()))
    };
    let inside = async { Ok(inside(door, &work, about.cluster, about.who).await) };
    let (access, (who, groups, roles), Inside { api, rbac, there }) =
        try_join3(cluster, outside(door, &work, about), inside).await?;
    // Where Entra signs nobody in, the operator's own entry is a certificate: it is them whom the API knows by it.
    let is_of_operator = |api: &Kubernetes| api.is_of_operator() || !access.doors.entra;
    let is_own = *about.who == PrincipalRef::Me && api.as_ref().is_ok_and(is_of_operator);
    let standing = Standing {
        principal: who,
        cluster: about.cluster.to_string(),
        doors: access.doors,
        admin_groups: access.admin_groups.clone(),
        there,
        groups,
        roles,
        rbac,
    };
    Ok(Look { access, standing, api, is_own })
}

/// The groups and roles of somebody, as Entra and Azure tell them.
type Outside = (Principal, Part<Vec<MemberOf>>, Part<Vec<AssignedRole>>);

/// Reads what Entra and Azure tell of somebody.
async fn outside(door: &Door, work: &Work, about: About<'_>) -> Result<Outside, Trouble> {
    let who = principal::find(door, work, about.who).await?;
    let of = async |groups: &Part<_>| assignments::of(door, work, about.cluster, about.namespace, &who, groups).await;
    let (groups, roles) = if who.kind == PrincipalKind::Group {
        let groups = groups::read(door, work, &who).await;
        let roles = of(&groups).await;
        (groups, roles)
    } else {
        let none = Part::default();
        join(groups::read(door, work, &who), of(&none)).await
    };
    Ok((who, groups, roles))
}

/// The parts that the cluster itself tells.
pub(super) struct Inside {
    /// The API, or why it cannot be used.
    api: Result<Kubernetes, String>,
    /// The roles and bindings.
    pub rbac: Part<Rbac>,
    /// True where who is asked about is there.
    there: Part<bool>,
}

/// Opens the Kubernetes API, reads its roles and bindings, and looks whether a service account is there.
pub(super) async fn inside(door: &Door, work: &Work, cluster: &ClusterId, who: &PrincipalRef) -> Inside {
    match Kubernetes::of(door, work, cluster).await {
        Ok(api) => {
            let (rbac, there) = join(bindings::read(&api, work), account(&api, work, who)).await;
            Inside { api: Ok(api), rbac, there }
        }
        Err(error) => {
            let why = KubernetesUnavailable::why(error).unwrap_or_else(|_| "you stopped it".to_owned());
            let rbac = Part::unread(format!("the bindings were not read: {why}"));
            let is_account = matches!(who, PrincipalRef::ServiceAccount { .. });
            let there = if is_account { Part::unread(not_looked_for(&why)) } else { Part::whole(true) };
            Inside { api: Err(why), rbac, there }
        }
    }
}

/// Looks whether a service account is there. Everybody else is not of the cluster.
async fn account(api: &Kubernetes, work: &Work, who: &PrincipalRef) -> Part<bool> {
    let PrincipalRef::ServiceAccount { namespace, name } = who else { return Part::whole(true) };
    let request = requests::account(namespace, name);
    let asked = request.as_ref().map(|request| request.uri().path().to_owned()).unwrap_or_default();
    match api.json::<ServiceAccount>(work, request).await {
        Ok(_) => Part::whole(true),
        Err(CallError::Refused(refused)) if access::is_gone(&asked, &refused.refusal) => Part::whole(false),
        Err(error) => {
            let why = KubernetesUnavailable::of(error).why().unwrap_or_else(|_| "you stopped it".to_owned());
            Part::unread(not_looked_for(&why))
        }
    }
}

fn not_looked_for(why: &str) -> String {
    format!("whether the account is there was not read: {why}")
}

impl Look {
    /// Asks the cluster itself, and sets its answers beside those of the rules.
    pub async fn compared(&self, questions: &[Can]) -> Vec<Compared> {
        let api = self.api.as_ref().map_err(String::as_str);
        review::ask(api, &Work::Search(Side::A), &self.standing, self.is_own, questions).await
    }
}
