//! The report on an entry that was written.

use crosspull_core::access::exec::{ExecSignIn, Fixed};
use crosspull_core::names::Verdict;
use serde_json::json;

use super::write::{Written, kubelogin_is_there};
use super::{Asked, EVERYBODYS, Place, fixed};
use crate::exit::Code;
use crate::headless::lines::{aside, bytes};
use crate::tell::{Form, print};

impl Written {
    pub fn tell(&self, asked: &Asked) -> color_eyre::Result<Code> {
        let told = match (&self.alone, asked.form) {
            (Some(alone), _) => {
                self.lines(asked).iter().for_each(|line| aside(line));
                bytes(alone.reveal().as_bytes()).map_err(|error| {
                    color_eyre::eyre::eyre!("standard output could not be written ({error}), so the entry is nowhere")
                })
            }
            (None, Form::Json) => print(&[self.object(asked).to_string()]),
            (None, Form::Text) => print(&self.lines(asked)),
        };
        told?;
        let is_refused = self.proved.as_ref().is_err_and(|why| why.is_refused);
        Ok(if is_refused { Verdict::Failed.exit_code() } else { 0 })
    }

    fn lines(&self, asked: &Asked) -> Vec<String> {
        let names = &self.chosen.names;
        let mut lines = vec![match &asked.place {
            Place::Standard if self.sign_in.is_none() => {
                format!("Context {} is on standard output, with its private key", names.context)
            }
            Place::Standard => format!("Context {} is on standard output", names.context),
            Place::File { target, .. } if asked.keeps_context => {
                format!("Context {} is in {}; the current context stays", names.context, target.display())
            }
            Place::File { target, .. } => {
                format!("Context {} is in {}, and is the current one now", names.context, target.display())
            }
        }];
        if let Some(why) = &self.chosen.instead {
            lines.push(format!("Its names are longer than those of az, since {why}"));
        }
        lines.extend(self.chosen.replaced.iter().map(|what| format!("Replaced: {what}")));
        match &self.sign_in {
            None => lines.push(EVERYBODYS.to_owned()),
            Some(sign_in) => lines.extend(signs_in(sign_in, asked.kubelogin)),
        }
        lines.extend(self.told());
        lines.extend(self.differs(asked));
        lines
    }

    /// Returns what kubectl does in another way than the proof did.
    fn differs(&self, asked: &Asked) -> Vec<String> {
        let by_kubelogin = asked.kubelogin && self.sign_in.is_some();
        let mut lines = Vec::new();
        if by_kubelogin && self.proved.is_ok() {
            lines.push(
                "That was proved by crosspull's own sign-in; kubelogin, which kubectl runs, was not run".to_owned(),
            );
        }
        if by_kubelogin && !kubelogin_is_there() {
            let place = "https://azure.github.io/kubelogin/";
            lines.push(format!("kubelogin is not in PATH, so kubectl cannot sign in: install it, {place}"));
        }
        if self.chosen.by_proxy {
            lines.push("kubectl goes there by the proxy-url of the entry, which stays; the proof did not".to_owned());
        }
        lines
    }

    /// Returns what the cluster said.
    fn told(&self) -> Vec<String> {
        let known = match &self.proved {
            Ok(known) => known,
            Err(not) => return not.lines.clone(),
        };
        let name = known.name.as_ref().map_or_else(
            || "The cluster lets you in; this Kubernetes tells nobody who they are".to_owned(),
            |name| format!("Kubernetes knows you as {name}"),
        );
        let pods = if known.lists_pods { "You may list" } else { "You may not list" };
        let reason = known.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
        vec![name, format!("{pods} pods in all namespaces{reason}")]
    }

    fn object(&self, asked: &Asked) -> serde_json::Value {
        let names = &self.chosen.names;
        let file = match &asked.place {
            Place::File { target, .. } => Some(target.display().to_string()),
            Place::Standard => None,
        };
        let proved = match &self.proved {
            Ok(known) => {
                json!({ "is": true, "name": known.name, "lists_pods": known.lists_pods, "reason": known.reason })
            }
            Err(not) => json!({ "is": false, "refused": not.is_refused, "why": not.lines.join(" ") }),
        };
        let by = match &self.sign_in {
            None => "certificate",
            Some(_) if asked.kubelogin => "kubelogin",
            Some(_) => "crosspull",
        };
        let others_may_read = self.sign_in.is_none().then(|| asked.place.warning()).flatten();
        let warnings: Vec<String> = others_may_read.into_iter().chain(self.differs(asked)).collect();
        json!({
            "file": file,
            "context": names.context,
            "cluster": names.cluster,
            "user": names.user,
            "current": !asked.keeps_context,
            "instead": self.chosen.instead,
            "replaced": self.chosen.replaced,
            "warnings": warnings,
            "by": by,
            "sign_in": self.sign_in.as_ref().map(|of| fixed::sign_in(of).word()),
            "tenant": self.sign_in.as_ref().and_then(|of| of.get(Fixed::Tenant)),
            "proved": proved,
        })
    }
}

/// Returns how the entry signs in, in lines.
fn signs_in(sign_in: &ExecSignIn, by_kubelogin: bool) -> Vec<String> {
    let program = if by_kubelogin { "kubelogin" } else { "crosspull" };
    let tenant = sign_in.get(Fixed::Tenant).map(|tenant| format!(", in tenant {tenant}")).unwrap_or_default();
    let mut lines = vec![format!("It signs in by {program}: {}{tenant}", fixed::sign_in(sign_in).word())];
    if !by_kubelogin && fixed::needs_secret(sign_in) {
        lines.push(format!("The app's secret is kept nowhere: whatever runs kubectl needs {}", fixed::CLIENT_SECRET));
    }
    lines
}
