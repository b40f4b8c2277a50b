//! Entering a registry: which one is meant, who signs in, and what that is granted.

use std::sync::{Mutex, PoisonError};

use crosspull_azure::door::Door;
use crosspull_azure::find::Finder;
use crosspull_azure::registry_access::{self, Realm, RealmError};
use crosspull_azure::registry_login::{RegistryCredential, RegistrySignIn};
use crosspull_azure::reply::{self, AdminCredentials, Registry};
use crosspull_azure::request::{self, Audience};
use crosspull_azure::wire::CallError;
use crosspull_core::command::Command;
use crosspull_core::event::Work;
use crosspull_core::explain::{Firewall, Trouble};
use crosspull_core::find::{Named, Sought};
use crosspull_core::ids::RegistryId;
use crosspull_core::input::Key;
use crosspull_core::login::{Granted, Meant, Who};
use crosspull_core::names::Side;
use crosspull_core::wording::Wording;

use super::asked::Asked;
use super::entered::Entered;
use crate::attended::{Means, Way};
use crate::sources::environment;

/// The work that every call of a sign-in is made for.
const WORK: Work = Work::SignIn(Side::B);

/// Signs in to a registry as it is asked for.
///
/// # Errors
/// A trouble, in the words of who refused.
pub async fn enter(asked: Asked, means: Means) -> Result<Entered, Trouble> {
    let (asked, door) = opened(asked, &means).await?;
    let (server, id, taken) = registry(&asked, &door).await?;
    let entered = entered(&asked, &door, server, &id).await;
    match (entered, taken) {
        (Ok(entered), note) => Ok(Entered { note, ..entered }),
        (Err(trouble), Some(note)) => Err(Trouble { why: format!("{} {note}", trouble.why), ..trouble }),
        (Err(trouble), None) => Err(trouble),
    }
}

/// Signs in to a registry whose host is known.
async fn entered(asked: &Asked, door: &Door, server: String, id: &RegistryId) -> Result<Entered, Trouble> {
    let realm = realm(door, &server, id).await?;
    let mut entered = credential(asked, door, &realm, server, id).await?;
    let granted = realm.granted(door, &WORK, &entered.credential, &asked.repositories).await;
    entered.granted = granted.map_err(|error| not_let_in(error, &entered.server, &entered.account, entered.who))?;
    Ok(entered)
}

/// Signs in again to a registry that was entered before.
///
/// # Errors
/// A trouble, in the words of who refused.
pub async fn again(way: Way, who: Who, server: &str, means: &Means) -> Result<RegistrySignIn, Trouble> {
    let door = means.open(way).await?;
    let realm = realm(&door, server, &of_server(server)?).await?;
    signed_in(&realm, &door, server, who).await
}

/// Finds an app's tenant by the registry's subscription, where nobody named it.
///
/// # Errors
/// A trouble where Azure does not tell it.
pub async fn with_tenant(asked: Asked, means: &Means) -> Result<Asked, Trouble> {
    let (None, Some(subscription)) = (&asked.way, asked.subscription()) else { return Ok(asked) };
    const WHAT: &str = "The registry's tenant was not found.";
    let wrong = |complaints: Vec<String>| Trouble::new("Nobody can sign in.", complaints.join("; "), "");
    let door = means.open(asked.way_of_nobody(&environment).map_err(wrong)?).await?;
    let request = request::who_has_subscription(door.endpoints(), subscription);
    let reply = door.raw(&WORK, request).await.map_err(|error| error.trouble(WHAT))?;
    let tenant = reply::tenant_of_challenge(&reply.headers).ok_or_else(|| {
        let why = format!("Azure does not say which tenant has subscription {subscription}");
        Trouble::new(WHAT, why, Wording::from("Give ") + Key::TenantB + ".")
    })?;
    asked.with_tenant(&tenant.to_string(), &environment).map_err(wrong)
}

/// Opens the door to the registry's tenant.
///
/// # Errors
/// A trouble where the cloud cannot be used, or the tenant is not known.
pub async fn opened(asked: Asked, means: &Means) -> Result<(Asked, Door), Trouble> {
    let asked = with_tenant(asked, means).await?;
    let Some(way) = asked.way.clone() else {
        return Err(Trouble::new(
            "Nobody can sign in.",
            "The tenant is not known.",
            Wording::from("Give ") + Key::TenantB + ".",
        ));
    };
    let door = means.open(way).await?;
    Ok((asked, door))
}

/// Returns the resource that is meant.
///
/// # Errors
/// A trouble where it is not known.
pub async fn resource(door: &Door, meant: &Meant) -> Result<RegistryId, Trouble> {
    match meant {
        Meant::Id(id) => Ok(id.clone()),
        Meant::Name(name) | Meant::Server(name) => found(door, name).await?.ok_or_else(|| nobody_sees(name)),
    }
}

/// Returns the host of the registry that is meant, the registry as commands name it, and what was taken for it where nobody
/// knows it.
pub async fn registry(asked: &Asked, door: &Door) -> Result<(String, RegistryId, Option<String>), Trouble> {
    let suffix = door.endpoints().registry_suffix.as_str();
    let id = match &asked.registry {
        // The admin account's password is a matter of the resource.
        meant if asked.who == Who::Admin && asked.own.is_none() => resource(door, meant).await?,
        Meant::Server(server) => return Ok((server.clone(), of_server(server)?, None)),
        Meant::Id(id) => id.clone(),
        Meant::Name(name) => match found(door, name).await? {
            Some(id) => id,
            None if suffix.is_empty() => return Err(nobody_sees(name)),
            None => {
                let server = format!("{}{suffix}", name.to_ascii_lowercase());
                let note = format!("No registry that this account may see is called {name}, so {server} was taken.");
                return Ok((server.clone(), of_server(&server)?, Some(note)));
            }
        },
    };
    let what = || format!("The login server of {} is not known.", id.name());
    look(door).await?;
    let read: Registry = door
        .json(&WORK, request::registry(door.endpoints(), &id))
        .await
        .map_err(|error| server_instead(error.trouble(what())))?;
    match read.properties.login_server.filter(|server| !server.is_empty()) {
        Some(server) => Ok((server, id, None)),
        None => Err(server_instead(Trouble::new(what(), "Azure tells none.", ""))),
    }
}

fn of_server(server: &str) -> Result<RegistryId, Trouble> {
    RegistryId::parse(server).map_err(|why| Trouble::new("No registry is named.", why, ""))
}

fn nobody_sees(name: &str) -> Trouble {
    Trouble::new(
        format!("Which registry {name} is, is not known."),
        "No registry that this account may see is called so.",
        "Check the name and the tenant, or give the registry's resource id.",
    )
}

/// Adds that the login server does in place of what Resource Manager would tell.
fn server_instead(trouble: Trouble) -> Trouble {
    let before = if trouble.now.is_empty() { trouble.now } else { trouble.now + " " };
    let now = before + "Or give the registry's login server, which needs no look into Azure.";
    Trouble { now, ..trouble }
}

/// Signs in for a look into Azure, so that what is refused there is not taken for what is refused here.
async fn look(door: &Door) -> Result<(), Trouble> {
    door.tokens().token(Side::B, Audience::Arm).await.map(drop)
}

/// Looks for a registry by its name or login server. `None` where the account may see none that is called so.
async fn found(door: &Door, name: &str) -> Result<Option<RegistryId>, Trouble> {
    let named = Named { key: Key::Registry, name: name.to_owned() };
    let seen = Mutex::new(Vec::new());
    let tell = |choices| seen.lock().unwrap_or_else(PoisonError::into_inner).extend(choices);
    look(door).await?;
    let finder = Finder { door, side: Side::B, cluster: None, registry: None, tell: &tell };
    finder.find(&Sought::For(Key::Registry)).await.map_err(server_instead)?;
    let seen = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
    match named.meant(&seen).as_slice() {
        [] => Ok(None),
        [one] => RegistryId::parse(one).map(Some).map_err(|why| Trouble::new("No registry is named.", why, "")),
        several => Err(Trouble::new(
            format!("Which registry {name} is, is not known."),
            format!("{} are called so: {}", several.len(), several.join(", ")),
            "Give the resource id of the one that is meant.",
        )),
    }
}

/// Asks the registry where its tokens come from.
async fn realm(door: &Door, server: &str, id: &RegistryId) -> Result<Realm, Trouble> {
    let what = format!("{server} cannot be signed in to.");
    registry_access::ask(door, &WORK, server).await.map_err(|error| match error {
        RealmError::Unusable(why) => {
            Trouble::new(what, why, Wording::from("Check the name of the registry and the cloud (") + Key::Cloud + ").")
        }
        RealmError::Call(error) => {
            let trouble = error.trouble(what);
            match trouble.refusal.as_ref().and_then(Firewall::of) {
                Some(firewall) => trouble.because(format!("{}.", firewall.why(id)), firewall.cure(id)),
                None => trouble,
            }
        }
    })
}

/// Signs in: nothing is granted yet.
async fn credential(
    asked: &Asked,
    door: &Door,
    realm: &Realm,
    server: String,
    id: &RegistryId,
) -> Result<Entered, Trouble> {
    let own = match (&asked.own, asked.who) {
        (Some(own), _) => Some(own.clone()),
        (None, Who::Admin) => Some(admin(door, id).await?),
        (None, _) => None,
    };
    if let Some((user, secret)) = own {
        let credential = RegistryCredential::Password(user.clone(), secret);
        let (who, granted) = (asked.who, Granted::default());
        return Ok(Entered {
            server,
            who,
            account: user,
            tenant: None,
            audience: None,
            credential,
            expires: None,
            granted,
            note: None,
        });
    }
    let signed_in = signed_in(realm, door, &server, asked.who).await?;
    let account =
        reply::account_of(&signed_in.entra).map_or_else(|| asked.who.word().to_owned(), |account| account.to_string());
    Ok(Entered {
        server,
        who: asked.who,
        account,
        tenant: reply::tenant_of(&signed_in.entra).map(|tenant| tenant.to_string()),
        audience: Some(signed_in.audience),
        credential: RegistryCredential::Refresh(signed_in.refresh),
        expires: Some(signed_in.expires),
        granted: Granted::default(),
        note: None,
    })
}

/// Signs in by a token of Entra.
async fn signed_in(realm: &Realm, door: &Door, server: &str, who: Who) -> Result<RegistrySignIn, Trouble> {
    realm.sign_in(door, &WORK).await.map_err(|error| not_let_in(error, server, "this account", who))
}

/// Asks for the admin account's name and its first password.
pub async fn admin(door: &Door, id: &RegistryId) -> Result<(String, crosspull_core::secret::Secret), Trouble> {
    let what = format!("The admin account of {} cannot be used.", id.name());
    let registry: Registry =
        door.json(&WORK, request::registry(door.endpoints(), id)).await.map_err(|error| error.trouble(what.clone()))?;
    if !registry.properties.admin_user_enabled {
        return Err(Trouble::new(
            what,
            "It is disabled, as it is in every registry at first.",
            format!(
                "Sign in as yourself or as an app instead; that account is for tests. To enable it all the same: {}",
                Command::EnableAdmin { registry: &id.to_string() }
            ),
        ));
    }
    let told: AdminCredentials = door
        .json(&WORK, request::admin_credentials(door.endpoints(), id))
        .await
        .map_err(|error| error.trouble(what.clone()))?;
    match told.value("password").or_else(|| told.value("password2")) {
        Some(secret) => Ok((told.username.clone(), secret.clone())),
        None => {
            Err(Trouble::new(what, "The registry tells no password of it.", "Look at its Access keys in the portal."))
        }
    }
}

/// Returns why nobody is signed in to a registry. Where it says 401, it says no more than that.
fn not_let_in(error: CallError, server: &str, account: &str, who: Who) -> Trouble {
    let is_refused = matches!(&error, CallError::Refused(refused) if refused.refusal.status == Some(401));
    if !is_refused {
        return error.trouble(format!("Signing in to {server} did not work."));
    }
    let (why, now) = who.refused();
    error.trouble(format!("{server} does not let {account} in.")).because(why, now)
}
