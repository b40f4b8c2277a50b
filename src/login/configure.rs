//! `crosspull login --configure-docker`: docker and its kin ask crosspull for the credential of a registry from then on.

use std::path::Path;

use clap::ArgMatches;
use crosspull_azure::registry_login::RegistryCredential;
use crosspull_core::input::Key;
use crosspull_core::login::helper_config::{Change, with_helper, without_helper};
use crosspull_core::login::kept::Kept;
use crosspull_core::login::settings::{OfRegistry, Setting};
use crosspull_core::login::{Meant, Who, helper};
use crosspull_core::names::Verdict;
use crosspull_core::sign_in::SignIn;
use jiff::Timestamp;

use super::arguments::{AS, NO_CACHE, REGISTRY, REMOVE, all, flag};
use super::asked::Asked;
use super::attended::Attended;
use super::cache::Cache;
use super::config_files;
use super::enter::enter;
use super::entered::Entered;
use super::link::Link;
use super::renew::{ANSWERS, needs_nobody};
use super::tell::{print, refused};
use super::{Told, complain, identity, registries};
use crate::exit::Code;
use crate::headless::lines::aside;
use crate::sources::environment;

/// Sets up the credential helper for registries, or takes it back.
///
/// # Errors
/// An error where signals cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let registries = match meant(arguments) {
        Ok(registries) => registries,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    if flag(arguments, REMOVE) {
        return Ok(told(remove(&registries)));
    }
    let to_set_up = registries.into_iter().map(|registry| ask(arguments, registry)).collect::<Result<Vec<_>, _>>();
    match to_set_up {
        Ok(all) => set_up(all).await,
        Err(complaints) => Ok(complain(&complaints)),
    }
}

/// Ends with what was said; what went wrong comes last.
fn told(done: Result<(), String>) -> Code {
    match done {
        Ok(()) => 0,
        Err(why) => {
            aside(&format!("crosspull: {why}"));
            Verdict::Failed.exit_code()
        }
    }
}

/// Reads the registries.
fn meant(arguments: &ArgMatches) -> Result<Vec<Meant>, Vec<String>> {
    let named = all(arguments, REGISTRY).into_iter();
    named.map(|text| Meant::parse(text).map_err(|why| vec![format!("registry: {why}")])).collect()
}

/// A registry that is to be set up: its settings so far, and the sign-in that proves them.
struct ToSetUp {
    of: OfRegistry,
    asked: Asked,
}

/// Reads how a registry is to be signed in to: as the helper does it then, by what the settings say.
fn ask(arguments: &ArgMatches, registry: Meant) -> Result<ToSetUp, Vec<String>> {
    let who = arguments.get_one::<String>(AS).and_then(|word| Who::from_word(word)).unwrap_or(Who::Me);
    if !needs_nobody(who) {
        return Err(vec![format!(
            "as: the helper keeps no password, so {} is nothing for it: give me, service-principal, managed-identity \
             or workload-identity",
            who.word()
        )]);
    }
    let mut of = OfRegistry::default();
    of.set(Setting::As, who.word());
    identity::take_over(&mut of, who, &environment);
    let asked = Asked::of(arguments, &|name| identity::variable(&of, name, &environment), registry)?;
    let way = asked.answers.get(Key::SignInB).and_then(SignIn::from_word);
    if way.is_some_and(SignIn::asks_a_person) {
        return Err(vec!["sign-in: docker can ask nobody, so the helper signs you in by azure-cli alone".to_owned()]);
    }
    for (setting, key) in ANSWERS {
        if let Some(value) = asked.answers.get(key) {
            of.set(setting, value);
        }
    }
    if let Some(subscription) = asked.subscription().filter(|_| who == Who::Me) {
        of.set(Setting::Subscription, subscription.to_string());
    }
    if flag(arguments, NO_CACHE) {
        of.set(Setting::Cache, "no");
    }
    Ok(ToSetUp { of, asked })
}

/// Signs in to each registry once, and writes nothing where one of them does not let the account in.
async fn set_up(all: Vec<ToSetUp>) -> color_eyre::Result<Code> {
    let mut proved = Vec::new();
    let cloud = all.first().and_then(|one| one.asked.answers.cloud());
    let mut attended = Attended::new(cloud)?;
    for ToSetUp { mut of, asked } in all {
        match attended.see(enter(asked, attended.means())).await {
            Ok(Ok(entered)) => {
                print(&entered.lines());
                // Another account of the same machine may be of another tenant by then.
                if let Some(tenant) = &entered.tenant {
                    of.set(Setting::Tenant, tenant.clone());
                }
                proved.push((of, entered));
            }
            Ok(Err(trouble)) => return Ok(refused(Told::Text, &trouble, cloud)),
            Err(code) => return Ok(code),
        }
    }
    Ok(told(write(&proved)))
}

/// Writes the settings, keeps the tokens, and then lets docker and its kin know.
fn write(proved: &[(OfRegistry, Entered)]) -> Result<(), String> {
    let server = |entered: &Entered| helper::server(&entered.server).map_err(|error| error.to_string());
    let servers: Vec<String> = proved.iter().map(|(_, entered)| server(entered)).collect::<Result<_, _>>()?;
    let file = registries::file()?;
    registries::change(&file, |settings| {
        for (server, (of, _)) in servers.iter().zip(proved) {
            let mut of = of.clone();
            // What was there before crosspull's helper stays known when it is set up again.
            if let Some(before) = settings.get(server).and_then(|known| known.get(Setting::HelpersBefore)) {
                of.set(Setting::HelpersBefore, before);
            }
            settings.insert(server.clone(), of);
        }
    })?;
    print(&[format!("{}: how the helper signs in; no secret is in it", file.display())]);
    keep(&servers, proved)?;
    for config in config_files::files(&environment)? {
        let changed = config_files::change(&config, |text| with_helper(text, servers.iter().map(String::as_str)))?;
        config_files::tell_passwords(&config, &servers);
        if changed.iter().any(|change| change.before.is_some()) {
            registries::change(&file, |settings| {
                for Change { server, before, .. } in &changed {
                    if let (Some(of), Some(before)) = (settings.get_mut(server), before) {
                        of.keep_helper_before(&name(&config), before);
                    }
                }
            })?;
        }
    }
    if proved.iter().any(|(of, _)| identity::needs_secret(of)) {
        aside(
            "crosspull: the app's secret is kept nowhere: whatever runs docker needs CROSSPULL_B_CLIENT_SECRET in its \
             environment. To name a file in its place: set CROSSPULL_B_CLIENT_SECRET_FILE, and do this again",
        );
    }
    let own = std::env::current_exe().map_err(|error| format!("where this program is is not known ({error})"))?;
    if let Some(line) = Link::provide(&environment("PATH").unwrap_or_default(), &own).told() {
        aside(&format!("crosspull: {line}"));
    }
    Ok(())
}

/// Keeps the tokens of the first sign-in for the first pull, where tokens are kept.
fn keep(servers: &[String], proved: &[(OfRegistry, Entered)]) -> Result<(), String> {
    let Some(cache) = Cache::of_login() else {
        if proved.iter().any(|(of, _)| of.keeps()) {
            aside(
                "crosspull: XDG_RUNTIME_DIR is no folder that is yours alone, so nothing is kept between two pulls: each \
                 one signs in",
            );
        }
        return Ok(());
    };
    for (server, (of, entered)) in servers.iter().zip(proved) {
        match (&entered.credential, entered.expires) {
            (RegistryCredential::Refresh(refresh), Some(expires)) if of.keeps() => {
                let by = identity::line(of, &environment);
                let kept = Kept { by, since: Timestamp::now(), expires, refresh: refresh.clone() };
                // Where it cannot be kept, the first pull signs in.
                let _ = cache.keep(server, &kept);
            }
            _ => forget(&cache, server)?,
        }
    }
    Ok(())
}

/// Returns the name of a file in the settings.
fn name(file: &Path) -> String {
    file.display().to_string()
}

fn forget(cache: &Cache, server: &str) -> Result<(), String> {
    cache.forget(server).map_err(|error| format!("the token of {server} cannot be forgotten ({error})"))
}

/// Takes registries out of the files of docker and its kin, and forgets how to sign in to them.
fn remove(registries: &[Meant]) -> Result<(), String> {
    let file = registries::file()?;
    let settings = registries::read(&file)?;
    let known = |registry: &Meant| match registry {
        Meant::Server(server) => helper::server(server).map_err(|error| error.to_string()),
        Meant::Id(_) | Meant::Name(_) => {
            let named = registry.id("").map(|id| id.name().to_owned()).unwrap_or_default();
            let is_named =
                |server: &&String| server.split('.').next().is_some_and(|name| name.eq_ignore_ascii_case(&named));
            let found = settings.keys().find(is_named).cloned();
            found.ok_or_else(|| format!("no registry called {named} is set up: give its login server"))
        }
    };
    let servers: Vec<String> = registries.iter().map(known).collect::<Result<_, _>>()?;
    for config in config_files::files(&environment)? {
        let name = name(&config);
        let before = |server: &String| settings.get(server).and_then(|of| of.helper_before(&name));
        config_files::change(&config, |text| {
            without_helper(text, servers.iter().map(|server| (server.as_str(), before(server))))
        })?;
    }
    if settings.keys().any(|server| servers.contains(server)) {
        registries::change(&file, |settings| settings.retain(|server, _| !servers.contains(server)))?;
        print(&[format!("{}: nothing about {} any more", file.display(), servers.join(", "))]);
    } else {
        print(&[format!("{} was not set up", servers.join(", "))]);
    }
    Cache::of_login().map_or(Ok(()), |cache| servers.iter().try_for_each(|server| forget(&cache, server)))
}
