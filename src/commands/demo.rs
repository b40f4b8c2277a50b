//! `crosspull demo`: the wizard on the embedded simulated cloud, with every answer filled in.

use clap::{ArgMatches, Command};
use crosspull_azure::sign_in::Login;
use crosspull_core::input::Answers;
use crosspull_core::names::PerTenant;
use crosspull_core::secret::Secret;
use crosspull_sim::{Sim, Tenant};

use super::{Subcommand, simulate};
use crate::cli::{accessible, clipboard, look};
use crate::credentials::Credentials;
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::aside;
use crate::wizard::{self, Workspace};

/// The command line of `demo`, and what it does.
pub const DEMO: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(run(arguments)) };

fn arguments() -> Command {
    Command::new("demo")
        .about("The wizard on the embedded simulated cloud: press Enter on every screen")
        .args([simulate::scenario(), clipboard(), accessible(), simulate::speed("4")])
        .args(look())
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if simulate::list_scenarios(arguments)? {
        return Ok(0);
    }
    let sim = match simulate::start(arguments).await {
        Ok(sim) => sim,
        Err(why) => {
            aside(&format!("crosspull demo: {why}"));
            return Ok(WRONG_INPUT);
        }
    };
    let answers = Answers::from_toml(&sim.answers_toml(None))
        .map_err(|c| color_eyre::eyre::eyre!("the simulated cloud's answers are not understood: {c:?}"))?;
    let runs = tempfile::tempdir()?;
    let folder = runs.path().to_owned();
    let fixed = Credentials {
        app_secret: None,
        logins: PerTenant { a: operator(&sim, Tenant::A)?, b: operator(&sim, Tenant::B)? },
        authorities: vec![sim.ca_pem().as_bytes().to_vec()],
        metadata_host: None,
    };
    let code =
        wizard::run(arguments, answers, Workspace { runs: folder, fixed: Some(fixed), temporary: Some(runs) }, true)
            .await;
    sim.stop().await;
    code
}

/// Returns the simulated cloud's operator of a tenant, as a login.
fn operator(sim: &Sim, tenant: Tenant) -> color_eyre::Result<Login> {
    let operator = sim.operator(tenant);
    let secret = Secret::new(operator.client_secret.reveal().to_owned());
    Ok(Login::service_principal(operator.client_id.to_string().parse()?, secret))
}
