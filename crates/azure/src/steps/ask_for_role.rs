//! Asking whoever may assign roles on the registry: a page for them, and then a pod that tries the pull until it works, since
//! nobody here can ask as the identity of a cluster.

use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::hand_over::{HandOver, RolePage};
use crosspull_core::names::Outcome;
use crosspull_core::operation::{AskForRole, Fact, Learnt};

use super::inside::{Came, because, full_name};
use crate::engine::{Doing, Done};
use crate::kubernetes::Kubernetes;
use crate::patience::{Halt, Patience};

/// Why the step did not end.
const NOT_YET: &str = "The registry does not let the cluster pull yet.";
/// A node that was refused says so within this; then the pod is made anew, since a node waits longer after each refusal.
const ONE_TRY: Patience = Patience::new(2, 1);
/// The value of a fact about an assignment whose id nobody here may read.
const BY_THEM: &str = "assigned by others";

impl Doing<'_> {
    /// Waits until a node of the cluster pulls; whoever may assign the role gets a page.
    pub(super) async fn ask_for_role(&self, op: &AskForRole) -> Done {
        self.begin()?;
        let attached = Fact::Attached(op.cluster.clone(), op.registry.clone());
        let Some(image) = op.images.first() else { return self.nothing_there() };
        let place = self.place(&op.namespace, full_name(&op.registry.to_string(), image))?;
        let api = match Kubernetes::of(self.door(), &self.work, &op.cluster).await {
            Ok(api) => api,
            Err(shut) => {
                self.ask_whoever_assigns(op)?;
                let why = because(shut)?;
                return Err(Halt::Waits(Trouble::new(
                    NOT_YET,
                    format!("The page tells what is to be done; whether it is done cannot be seen from here: {why}."),
                    "Once it is done, go on with crosspull resume from a machine that reaches the cluster's API.",
                )));
            }
        };
        if self.pulls_now(&api, &place).await?.is_some() {
            self.learn(vec![Learnt::new(Outcome::Found, attached, BY_THEM)])?;
            return Ok((Outcome::Found, "it may pull already".to_owned()));
        }
        self.ask_whoever_assigns(op)?;
        let late = Trouble::new(
            NOT_YET,
            "Whoever may assign roles there has not followed the page yet, or the role is not in effect.",
            "Send them the page, then go on with crosspull resume.",
        );
        self.until_a_person_acts("no node may pull yet", late, async || {
            Ok(self.pulls_now(&api, &place).await?.ok_or(None))
        })
        .await?;
        self.learn(vec![Learnt::new(Outcome::Found, attached, BY_THEM)])?;
        Ok((Outcome::Found, "done by others".to_owned()))
    }

    /// Has a node try the pull once; returns the node where it pulled.
    async fn pulls_now(&self, api: &Kubernetes, place: &super::inside::Place<'_>) -> Result<Option<String>, Halt> {
        if let Err(shut) = self.make_pod(api, place).await? {
            let why = because(shut)?;
            return Err(Halt::Failed(Trouble::new(
                NOT_YET,
                format!("No pod can try the pull: {why}."),
                "Mend that, then go on with crosspull resume.",
            )));
        }
        let came = self.watch_pod(api, place, ONE_TRY, 1).await?;
        self.remove(api, place).await?;
        Ok(match came {
            Came::Pulled(node) => Some(node),
            Came::Refused(_) | Came::Untold(_) => None,
        })
    }

    fn ask_whoever_assigns(&self, op: &AskForRole) -> Result<(), Halt> {
        let page = RolePage {
            principal: op.principal,
            cluster: op.cluster.name().to_owned(),
            tenant: self.plan().tenants.a,
            login_server: op.registry.to_string(),
            images: op.images.clone(),
        };
        let command = page.commands().pop().unwrap_or_default();
        self.door().wire().recorder().keep(Event::PersonNeeded {
            step: self.step.id,
            says: format!(
                "Whoever may assign roles on {} gives the principal {} a role there.",
                op.registry, op.principal
            ),
            url: String::new(),
            command,
            page: Some(Box::new(HandOver::Role(page))),
        })?;
        Ok(())
    }

    /// Tells what whoever assigned the role removes.
    pub(super) fn ask_to_take_back(&self, op: &AskForRole) -> Done {
        let found = self.past().facts.learnt(&Fact::Attached(op.cluster.clone(), op.registry.clone()));
        if found.is_none() {
            return self.nothing_there();
        }
        Err(Halt::Failed(Trouble::new(
            "The role of the cluster's identity was not taken back.",
            "Nobody signs in who may assign roles on the registry.",
            format!(
                "Let whoever assigned it run az role assignment delete --assignee {} --scope with the id of {}",
                op.principal, op.registry
            ),
        )))
    }
}
