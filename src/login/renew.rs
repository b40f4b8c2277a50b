//! The sign-in of the credential helper: by what needs nobody, as the settings of the registry say.

use crosspull_azure::registry_login::RegistrySignIn;
use crosspull_core::command::Command;
use crosspull_core::input::{Access, Answers, Key};
use crosspull_core::login::Who;
use crosspull_core::login::settings::{OfRegistry, Setting};
use crosspull_core::names::{PerTenant, Side};
use crosspull_core::sign_in::SignIn;
use crosspull_core::wording::Front;

use super::{enter, identity};
use crate::attended::{Means, Way};
use crate::credentials;
use crate::kept::shared::SIGN_IN_LIMIT;
use crate::sources::environment;

/// The settings that are answers, each with its input.
pub const ANSWERS: [(Setting, Key); 4] = [
    (Setting::Tenant, Key::TenantB),
    (Setting::Cloud, Key::Cloud),
    (Setting::LoginHost, Key::LoginHost),
    (Setting::CaFile, Key::CaFile),
];

/// Signs in to a registry. Nobody is asked and nothing is said meanwhile: where what is sent goes was shown when it was
/// set up.
///
/// # Errors
/// The reason and what to do now, in one line.
pub fn sign_in(server: &str, of: &OfRegistry) -> Result<RegistrySignIn, String> {
    let who = of.get(Setting::As).and_then(Who::from_word).filter(|who| needs_nobody(*who));
    let who = who.ok_or_else(|| "its settings do not say who signs in: set it up again".to_owned())?;
    let anew = || Command::ConfigureDocker { registry: server };
    if identity::needs_secret(of) && environment("CROSSPULL_B_CLIENT_SECRET").is_none() {
        return Err(format!(
            "the app's secret is in no file that was named when this was set up, and CROSSPULL_B_CLIENT_SECRET is not set \
             here; name a file by CROSSPULL_B_CLIENT_SECRET_FILE and set it up again, as that app: {}",
            anew()
        ));
    }
    let way = way(of, who)
        .map_err(|why| format!("{why}; what was set up is not right any more, set it up again: {}", anew()))?;
    let runtime = crate::runtime().map_err(|error| format!("it cannot be signed in to ({error})"))?;
    let signing_in = async {
        let signed_in = tokio::time::timeout(SIGN_IN_LIMIT, enter::again(way, who, server, &Means::unattended())).await;
        signed_in.map_err(|_| format!("the sign-in did not end within {} seconds: try again", SIGN_IN_LIMIT.as_secs()))
    };
    let signed_in = tokio::task::LocalSet::new().block_on(&runtime, signing_in);
    runtime.shutdown_background();
    // One line of several sentences, of which commands and ids have no full stop.
    let in_one =
        |lines: Vec<String>| lines.iter().map(|line| line.trim_end_matches('.')).collect::<Vec<_>>().join("; ");
    signed_in?.map_err(|trouble| in_one(trouble.told(Front::LoginFlags, None)))
}

fn way(of: &OfRegistry, who: Who) -> Result<Way, String> {
    let mut answers = Answers::default();
    if let Some(sign_in) = who.sign_in(SignIn::AzureCli) {
        answers.set(Key::SignInB, sign_in.word());
    }
    for (setting, key) in ANSWERS {
        if let Some(value) = of.get(setting) {
            answers.set(key, value);
        }
    }
    let wrong = |complaints: Vec<String>| complaints.join("; ");
    let access = Access::of_side(&answers, Side::B)
        .map_err(|complaints| wrong(complaints.iter().map(ToString::to_string).collect()))?;
    let subscription = of.get(Setting::Subscription).and_then(|id| id.parse().ok());
    let variables = |name: &str| identity::variable(of, name, &environment);
    let credentials = credentials::read(&access, PerTenant { a: None, b: subscription }, &variables).map_err(wrong)?;
    Ok(Way { access, credentials })
}

/// True for who signs in without a person and without a password of the registry's.
pub const fn needs_nobody(who: Who) -> bool {
    matches!(who, Who::Me | Who::ServicePrincipal | Who::ManagedIdentity | Who::WorkloadIdentity)
}
