//! Tenants, resources, addresses and numbers of steps, as they are written on a screen.

use crosspull_core::cloud::{CloudChoice, is_loopback};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::names::StepId;
use crosspull_core::plan::Plan;
use crosspull_core::sign_in::Entered;
use crosspull_core::text::abbreviated;

use crate::widgets::lines::width;

/// Returns a tenant that somebody signed in to: its name, its domain where that was not `typed`, its id.
pub(crate) fn tenant(entered: &Entered, typed: &str, columns: usize) -> String {
    let id = entered.tenant.to_string();
    // An id is never broken.
    let id = if width(&id) <= columns { id } else { abbreviated(&id) };
    let domain = entered.domain.as_deref().filter(|domain| !domain.eq_ignore_ascii_case(typed));
    let known = [entered.name.as_deref(), domain].into_iter().flatten();
    known.chain([id.as_str()]).collect::<Vec<_>>().join(", ")
}

/// Returns who signed in, and where.
pub(crate) fn who_entered(entered: &Entered, columns: usize) -> String {
    let tenant = tenant(entered, "", columns);
    entered
        .account
        .as_ref()
        .map_or_else(|| format!("signed in to {tenant}"), |account| format!("{account} in {tenant}"))
}

/// Returns an address in short: without the scheme that all of them share, and without its query.
pub(crate) fn address(url: &str) -> &str {
    let url = url.strip_prefix("https://").unwrap_or(url);
    url.split_once('?').map_or(url, |(path, _)| path)
}

/// Returns a step's number, right-aligned among those of its plan.
pub(crate) fn number(plan: &Plan, id: StepId) -> String {
    let columns = plan.steps.len().to_string().len();
    format!("{:>columns$}", id.to_string())
}

/// Returns the name of the cluster that a plan is about.
pub(crate) fn cluster(plan: Option<&Plan>) -> String {
    plan.and_then(|p| p.subject().0).map_or_else(|| "the cluster".to_owned(), |c| c.name().to_owned())
}

/// Returns the cloud of the answers.
pub(crate) fn cloud(answers: &Answers) -> String {
    match CloudChoice::parse(answers.or_default(Key::Cloud)) {
        Ok(CloudChoice::Known(known)) => format!("{} cloud", known.word()),
        Ok(CloudChoice::ByResourceManager(url)) if is_loopback(&url) => "simulated cloud".to_owned(),
        Ok(CloudChoice::ByResourceManager(url)) => url.host_str().unwrap_or("another cloud").to_owned(),
        Err(_) => String::new(),
    }
}

/// Returns the full ids of the cluster and of the registry.
pub(crate) fn resources(plan: &Plan) -> [String; 2] {
    let (cluster, registry) = plan.subject();
    [cluster.map(ToString::to_string), registry.map(ToString::to_string)].map(Option::unwrap_or_default)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_short() {
        assert_eq!(address("https://graph.microsoft.com/v1.0?x=1"), "graph.microsoft.com/v1.0");
    }
}
