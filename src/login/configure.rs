//! `crosspull login --configure-docker`: docker and its kin ask crosspull for the credential of a registry from then on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::ArgMatches;
use crosspull_azure::registry_login::RegistryCredential;
use crosspull_core::input::Key;
use crosspull_core::kept::{Kept, Sort};
use crosspull_core::login::helper_config::{with_helper, without_helper};
use crosspull_core::login::settings::{OfRegistry, Setting, Settings};
use crosspull_core::login::{Meant, Who, helper};
use crosspull_core::names::Verdict;
use crosspull_core::sign_in::SignIn;
use crosspull_core::wording::Front;
use jiff::Timestamp;

use super::arguments::{AS, NO_CACHE, NOBODY, REGISTRY, REMOVE, REPOSITORY, SIGN_IN, all, flag};
use super::asked::{Asked, repositories};
use super::config_files;
use super::enter::enter;
use super::entered::Entered;
use super::link::Link;
use super::renew::{ANSWERS, needs_nobody};
use super::{Told, identity, registries};
use crate::attended::Attended;
use crate::exit::Code;
use crate::headless::lines::aside;
use crate::kept::cache::Cache;
use crate::kept::turn::Turn;
use crate::sources::environment;
use crate::tell::{Form, complain, print, refused};

/// The longest wait for another crosspull that sets helpers up.
const TURN: Duration = Duration::from_secs(20);

/// Sets up the credential helper for registries, or takes it back.
///
/// # Errors
/// An error where signals cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if Told::of(arguments) == Told::Json {
        return Ok(complain(&["output: what is set up is told in text alone".to_owned()]));
    }
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
    if arguments.get_one::<String>(SIGN_IN).is_some_and(|word| word == NOBODY) {
        return Err(vec![format!("sign-in: {NOBODY} signs nobody in, which is for --check alone")]);
    }
    let mut of = OfRegistry::default();
    of.set(Setting::As, who.word());
    identity::take_over(&mut of, who, &environment);
    if let Some(file) = identity::proof_that_is_no_file(&of) {
        return Err(vec![format!("{file} is no file that docker finds again later: name one that stays")]);
    }
    let mut asked = Asked::of(arguments, &|name| identity::variable(&of, name, &environment), registry)?;
    asked.repositories = repositories(all(arguments, REPOSITORY))?;
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
                print(&entered.lines())?;
                if entered.granted.in_vain().next().is_some() {
                    aside("crosspull: nothing was set up, since nothing is granted on what was named");
                    return Ok(Verdict::Failed.exit_code());
                }
                // Another account of the same machine may be of another tenant by then.
                if let Some(tenant) = &entered.tenant {
                    of.set(Setting::Tenant, tenant.clone());
                }
                proved.push((of, entered));
            }
            Ok(Err(trouble)) => return Ok(refused(Form::Text, Front::LoginFlags, &trouble, cloud)),
            Err(code) => return Ok(code),
        }
    }
    Ok(told(write(&proved)))
}

/// Writes the settings, keeps the tokens, and then lets docker and its kin know, one crosspull at a time. A file that cannot
/// be changed does not keep the others from it.
fn write(proved: &[(OfRegistry, Entered)]) -> Result<(), String> {
    let server = |entered: &Entered| helper::server(&entered.server).map_err(|error| error.to_string());
    let servers: Vec<String> = proved.iter().map(|(_, entered)| server(entered)).collect::<Result<_, _>>()?;
    let file = registries::file()?;
    let _turn = turn(&file)?;
    registries::change(&file, |settings| {
        for (server, (of, _)) in servers.iter().zip(proved) {
            let mut of = of.clone();
            // What was there before crosspull's helper stays known when it is set up again.
            for setting in [Setting::HelpersBefore, Setting::Files] {
                if let Some(before) = settings.get(server).and_then(|known| known.get(setting)) {
                    of.set(setting, before);
                }
            }
            settings.insert(server.clone(), of);
        }
    })?;
    print(&[format!("{}: how the helper signs in; no secret is in it", file.display())])
        .map_err(|error| error.to_string())?;
    keep(&servers, proved)?;
    let mut left = Vec::new();
    for config in config_files::files(&environment)? {
        if let Err(why) = let_know(&config, &file, &servers) {
            left.push(format!("{why}: mend that, then do this again"));
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
    if left.is_empty() { Ok(()) } else { Err(left.join("; ")) }
}

/// Lets a file of docker or its kin know of the helper. What stands in it so far is written down before it is changed.
fn let_know(config: &Path, settings: &Path, servers: &[String]) -> Result<(), String> {
    let with = |text: &str| with_helper(text, servers.iter().map(String::as_str));
    let would = config_files::look(config, with)?;
    let name = name(config);
    registries::change(settings, |settings| {
        for server in servers {
            let Some(of) = settings.get_mut(server) else { continue };
            of.keep_file(&name);
            match would.iter().find(|change| change.server == *server).map(|change| change.before.as_deref()) {
                Some(Some(before)) => of.keep_helper_before(&name, before),
                Some(None) => of.forget_helper_before(&name),
                None => {}
            }
        }
    })?;
    if config_files::change(config, with)?.is_empty() {
        print(&[format!("{}: as it was", config.display())]).map_err(|error| error.to_string())?;
    }
    config_files::tell_passwords(config, servers);
    Ok(())
}

/// Waits for the turn to change the files of docker and its kin: they are read and replaced, and nobody else locks them.
fn turn(settings: &Path) -> Result<Turn, String> {
    let cannot = |error: std::io::Error| format!("{} cannot be changed ({error})", settings.display());
    std::fs::create_dir_all(settings.parent().unwrap_or(settings)).map_err(cannot)?;
    let turn = Turn::wait(&settings.with_extension("setup.lock"), TURN).map_err(cannot)?;
    turn.ok_or_else(|| "another crosspull sets helpers up or takes them back: try again".to_owned())
}

/// Keeps the tokens of the first sign-in for the first pull, where tokens are kept.
fn keep(servers: &[String], proved: &[(OfRegistry, Entered)]) -> Result<(), String> {
    let Some(cache) = Cache::of_login() else {
        if proved.iter().any(|(of, _)| of.keeps()) {
            aside(
                "crosspull: XDG_RUNTIME_DIR, or the folder crosspull in it, is not yours alone (mode 0700), so nothing is kept \
                 between two pulls: each one signs in",
            );
        }
        return Ok(());
    };
    for (server, (of, entered)) in servers.iter().zip(proved) {
        match (&entered.credential, entered.expires) {
            (RegistryCredential::Refresh(refresh), Some(expires)) if of.keeps() => {
                // Where it cannot be kept, the first pull signs in.
                if let Some(by) = identity::line(of, &environment) {
                    let token = refresh.clone();
                    let kept = Kept { sort: Sort::Registry, by, since: Timestamp::now(), expires, token };
                    let _ = cache.keep(server, &kept);
                }
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

/// Takes registries out of the files of docker and its kin, and forgets how to sign in to them. What a file still says is
/// not forgotten.
fn remove(registries: &[Meant]) -> Result<(), String> {
    let file = registries::file()?;
    let _turn = turn(&file)?;
    let settings = registries::read(&file)?;
    let servers: Vec<String> = registries.iter().map(|one| set_up_as(one, &settings)).collect::<Result<_, _>>()?;
    let mut configs = config_files::files(&environment)?;
    // Those that were told then, though the environment names others now.
    let told = servers.iter().filter_map(|server| settings.get(server)).flat_map(OfRegistry::files).map(PathBuf::from);
    for config in told {
        if !configs.contains(&config) && config.exists() {
            configs.push(config);
        }
    }
    for config in configs {
        let name = name(&config);
        let before = |server: &String| settings.get(server).and_then(|of| of.helper_before(&name));
        config_files::change(&config, |text| {
            without_helper(text, servers.iter().map(|server| (server.as_str(), before(server))))
        })?;
    }
    if settings.keys().any(|server| servers.contains(server)) {
        registries::change(&file, |settings| settings.retain(|server, _| !servers.contains(server)))?;
        print(&[format!("{}: nothing about {} any more", file.display(), servers.join(", "))])
            .map_err(|error| error.to_string())?;
    } else {
        print(&[format!("{}: nothing was said of {}", file.display(), servers.join(", "))])
            .map_err(|error| error.to_string())?;
    }
    servers.iter().try_for_each(|server| {
        Cache::forget_of_login(server).map_err(|error| format!("the token of {server} cannot be forgotten ({error})"))
    })
}

/// Returns the host under which a registry was set up. A name is the beginning of the host, with a hash behind it or not
/// (`docs/facts/azure.md` 9.3).
fn set_up_as(registry: &Meant, settings: &Settings) -> Result<String, String> {
    let named = match registry {
        Meant::Server(server) => return helper::server(server).map_err(|error| error.to_string()),
        Meant::Id(id) => id.name(),
        Meant::Name(name) => name,
    };
    let is_named = |server: &&String| {
        let label = server.split('.').next().unwrap_or_default();
        label.eq_ignore_ascii_case(named)
            || label.rsplit_once('-').is_some_and(|(name, _)| name.eq_ignore_ascii_case(named))
    };
    let found: Vec<&String> = settings.keys().filter(is_named).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => Err(format!(
            "no registry called {named} is set up. Give the login server of one that is: {}",
            settings.keys().cloned().collect::<Vec<_>>().join(", ")
        )),
        several => Err(format!(
            "several are called {named}. Give the login server of the one that is meant: {}",
            several.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ")
        )),
    }
}
