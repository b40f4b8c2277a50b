//! `crosspull login --enable-admin`: enables a registry's admin account, as a run that is asked, journalled and taken back
//! like any other.

use clap::ArgMatches;
use crosspull_azure::door::Door;
use crosspull_azure::journal::JournalError;
use crosspull_azure::reply::tenant_of;
use crosspull_azure::request::Audience;
use crosspull_core::check::{Check, Finding, judge_admin_account};
use crosspull_core::command::Command;
use crosspull_core::event::Event;
use crosspull_core::explain::Trouble;
use crosspull_core::input::Key;
use crosspull_core::login::admin;
use crosspull_core::names::Side;
use crosspull_core::plan::Plan;
use crosspull_core::text::lower_first;

use super::asked::Asked;
use super::enter;
use crate::attended::{Means, Way};
use crate::backend::Backend;
use crate::exit::Code;
use crate::headless::{Session, nobody_to_ask, told};
use crate::places;
use crate::sources::environment;

/// Enables the admin account of the registry that the arguments name.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn enable(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    told(arguments, async |stream| {
        let asked = Asked::read(arguments, &environment);
        let mut complaints = asked.as_ref().err().cloned().unwrap_or_default();
        complaints.extend(nobody_to_ask(arguments));
        let asked = match asked {
            Ok(asked) if complaints.is_empty() => enter::with_tenant(asked, &Means::unattended()).await,
            _ => return Ok(stream.complain(&complaints)),
        };
        let (asked, way) = match asked.map(|asked| (asked.way.clone(), asked)) {
            Ok((Some(way), asked)) => (asked, way),
            Ok((None, _)) => return Ok(stream.complain(&["tenant: missing: give --tenant".to_owned()])),
            Err(trouble) => {
                return Ok(stream.refuse("written", &[format!("tenant: {} {}", trouble.why, trouble.now)]));
            }
        };
        let signs_in = Command::SignInByAdmin { registry: &asked.registry.named() }.to_string();
        let session = Session::new(arguments, stream, Default::default())?;
        let backend = session.backend.clone();
        let mut answers = asked.answers.clone();
        let planned = async {
            let plan = plan(&backend, &asked, way).await?;
            if let Some(plan) = &plan {
                answers.set(Key::TenantB, plan.tenants[Side::B].to_string());
            }
            Ok(plan.map(|plan| (plan, answers)))
        };
        let code = session.carry_out(planned, places::runs()?).await?;
        if code == 0 {
            stream.say(&[format!("To sign in by it: {signs_in}")]);
        }
        Ok(code)
    })
    .await
}

/// Returns the plan, which is said with the warning that goes with the account; none where something stops, which is said.
async fn plan(backend: &Backend, asked: &Asked, way: Way) -> Result<Option<Plan>, JournalError> {
    let Some(door) = backend.open(&way.access, way.credentials).await? else { return Ok(None) };
    match of_registry(&door, asked).await {
        Ok((plan, warning)) => {
            backend.announce(Event::CheckEnded { finding: warning })?;
            backend.announce(Event::Planned { plan: plan.clone() })?;
            Ok(Some(plan))
        }
        Err(trouble) => {
            let stop =
                Check::SignIn(Side::B).stop(lower_first(&format!("{} {}", trouble.what, trouble.why)), trouble.now);
            backend.announce(Event::CheckEnded { finding: Finding { refusal: trouble.refusal, ..stop } })?;
            Ok(None)
        }
    }
}

async fn of_registry(door: &Door, asked: &Asked) -> Result<(Plan, Finding), Trouble> {
    let token = door.tokens().token(Side::B, Audience::Arm).await?;
    let tenant = tenant_of(&token).ok_or_else(|| {
        Trouble::new("The tenant is not known.", "The token of this sign-in cannot be read.", "Sign in another way.")
    })?;
    let id = enter::resource(door, &asked.registry).await?;
    // Its cure names the other routes of a cluster.
    let now = "It is made for one person who tests. For anything else sign in as yourself or as an app.".into();
    let warning = Finding { now, ..judge_admin_account(&id) };
    Ok((admin::plan(&door.endpoints().name, tenant, id), warning))
}
