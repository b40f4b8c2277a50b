//! Finds the principal that somebody names: the one who is signed in, a person, a group, a service principal, or an account
//! of the cluster.
//!
//! That there is none, that nobody may tell, and that no answer came are three troubles: only the first has no answer of a
//! service behind it.

use crosspull_core::access::{Principal, PrincipalKind, PrincipalRef};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{AppId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::sign_in::{Account, AccountKind};
use crosspull_core::text::printable;
use futures_util::future::join;

use crate::door::Door;
use crate::reply::{self, DirectoryObject};
use crate::request::{self, Audience, Request};
use crate::wire::CallError;

/// The longest name that is told.
const NAME: usize = 120;

/// Finds the principal that is named, in the cluster's tenant.
///
/// # Errors
/// A trouble that says which it is: nobody of that name, several of it, no right to look, or no answer.
pub async fn find(door: &Door, work: &Work, who: &PrincipalRef) -> Result<Principal, Trouble> {
    match who {
        PrincipalRef::Me => me(door, work).await,
        PrincipalRef::Upn(name) => by_upn(door, work, name).await?.ok_or_else(|| nobody(name)),
        PrincipalRef::Id(id) => by_id(door, work, *id).await?.ok_or_else(|| nobody(&id.to_string())),
        PrincipalRef::Named(name) => by_name(door, work, name).await,
        PrincipalRef::ServiceAccount { .. } => {
            let name = who.to_string();
            Ok(Principal { kind: PrincipalKind::ServiceAccount, object: None, kubernetes_name: name.clone(), name })
        }
    }
}

/// A principal, who may have left the directory.
#[derive(Debug)]
pub enum Found {
    /// The directory has them.
    There(Principal),
    /// The directory says that it has nobody of that id or name. Kubernetes may still know them by it.
    Left(Principal),
}

/// Finds the principal that is named, or who may have been it: what somebody held stays when they leave the directory.
///
/// # Errors
/// As of [`find`], but for nobody of an id or of a user principal name.
pub async fn find_or_left(door: &Door, work: &Work, who: &PrincipalRef) -> Result<Found, Trouble> {
    let (found, object, known) = match who {
        PrincipalRef::Upn(name) => (by_upn(door, work, name).await?, None, printable(name, NAME)),
        PrincipalRef::Id(id) => (by_id(door, work, *id).await?, Some(*id), id.to_string()),
        who => (Some(find(door, work, who).await?), None, String::new()),
    };
    let left = || Principal {
        kind: PrincipalKind::User,
        object,
        name: format!("{known} (not in Entra)"),
        kubernetes_name: known,
    };
    Ok(found.map_or_else(|| Found::Left(left()), Found::There))
}

/// Returns the one who is signed in, by the token for Resource Manager. Graph is asked where the token cannot be read; it
/// knows people alone there.
async fn me(door: &Door, work: &Work) -> Result<Principal, Trouble> {
    const WHAT: &str = "Who is signed in cannot be told.";
    let token = door.tokens().token(Side::A, Audience::Arm).await?;
    if let (Some(object), Some(account)) = (reply::object_of(&token), reply::account_of(&token)) {
        return Ok(signed_in(object, &account));
    }
    let object: DirectoryObject =
        door.json(work, request::me(door.endpoints())).await.map_err(|error| error.trouble(WHAT))?;
    as_user(&object).ok_or_else(|| hidden(&object))
}

/// Returns the principal that a token is of. A member of the tenant is known to Kubernetes by name, everybody else by id.
fn signed_in(object: ObjectId, account: &Account) -> Principal {
    let (kind, name) = match account.kind {
        AccountKind::Member | AccountKind::Guest => (PrincipalKind::User, account.name.clone()),
        AccountKind::App => (PrincipalKind::ServicePrincipal, account.to_string()),
    };
    let kubernetes_name = match account.kind {
        AccountKind::Member => account.name.clone(),
        AccountKind::Guest | AccountKind::App => object.to_string(),
    };
    Principal { kind, object: Some(object), name, kubernetes_name }
}

/// Finds a person by user principal name, and a guest by mail address. `None` where there is nobody.
async fn by_upn(door: &Door, work: &Work, name: &str) -> Result<Option<Principal>, Trouble> {
    let at = door.endpoints();
    let (named, mailed) = join(
        one(door, work, request::user(at, name)),
        door.list::<DirectoryObject>(work, request::users_of_mail(at, name)),
    )
    .await;
    if let Some(object) = named.map_err(|error| not_looked_up(name, error))? {
        return as_user(&object).ok_or_else(|| hidden(&object)).map(Some);
    }
    let found = mailed.map_err(|error| not_looked_up(name, error))?;
    let people: Vec<Principal> =
        found.iter().map(|object| as_user(object).ok_or_else(|| hidden(object))).collect::<Result<_, _>>()?;
    only(name, people)
}

/// Finds a principal by object id, and a service principal by app id. `None` where both ways say that there is none.
async fn by_id(door: &Door, work: &Work, id: ObjectId) -> Result<Option<Principal>, Trouble> {
    let at = door.endpoints();
    let name = id.to_string();
    let (object, of_app) = join(
        one(door, work, request::directory_object(at, id)),
        door.list::<DirectoryObject>(work, request::principals_of(at, Side::A, AppId(id.0))),
    )
    .await;
    // What one way finds stands, whatever the other says: an id is one thing's.
    let of_app = of_app.map(|list| list.into_iter().next());
    match (object, of_app) {
        (Ok(Some(object)), _) => of_any_kind(&object).map(Some),
        (_, Ok(Some(principal))) => Ok(Some(as_service_principal(&principal))),
        (Err(error), _) | (_, Err(error)) => Err(not_looked_up(&name, error)),
        (Ok(None), Ok(None)) => Ok(None),
    }
}

/// Finds a group or a service principal by display name.
async fn by_name(door: &Door, work: &Work, name: &str) -> Result<Principal, Trouble> {
    let at = door.endpoints();
    let (groups, principals) = join(
        door.list::<DirectoryObject>(work, request::groups_named(at, name)),
        door.list::<DirectoryObject>(work, request::principals_named(at, name)),
    )
    .await;
    // One half alone would take a second of that name for none.
    let groups = groups.map_err(|error| not_looked_up(name, error))?;
    let principals = principals.map_err(|error| not_looked_up(name, error))?;
    let all = groups.iter().map(as_group).chain(principals.iter().map(as_service_principal)).collect();
    only(name, all)?.ok_or_else(|| nobody(name))
}

/// Reads one object. `None` where the directory says that it is not there.
async fn one(door: &Door, work: &Work, request: Request) -> Result<Option<DirectoryObject>, CallError> {
    match door.json(work, request).await {
        Ok(object) => Ok(Some(object)),
        Err(CallError::Refused(refused)) if refused.refusal.status == Some(404) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns the only one of a name. `None` where there is nobody.
fn only(name: &str, mut found: Vec<Principal>) -> Result<Option<Principal>, Trouble> {
    match (found.pop(), found.is_empty()) {
        (None, _) => Ok(None),
        (Some(one), true) => Ok(Some(one)),
        (Some(last), false) => {
            found.push(last);
            Err(several(name, &found))
        }
    }
}

/// Returns the principal that an object of the directory is.
fn of_any_kind(object: &DirectoryObject) -> Result<Principal, Trouble> {
    match object.kind() {
        "user" => as_user(object).ok_or_else(|| hidden(object)),
        "group" => Ok(as_group(object)),
        "servicePrincipal" => Ok(as_service_principal(object)),
        other => {
            let app = object.app_id.map(|app| format!(" Its app id is {app}")).unwrap_or_default();
            Err(Trouble::new(
                format!("{} is no principal.", object.id),
                format!("It is the directory's {} “{}”.{app}", printable(other, 40), name_of(object)),
                "Give a person, a group or a service principal; that of an app goes by its app id.",
            ))
        }
    }
}

/// Returns a person. `None` where the user principal name may not be read, since Kubernetes knows members by it.
pub(super) fn as_user(object: &DirectoryObject) -> Option<Principal> {
    // The name of who signs in elsewhere is made of the address there (Microsoft, "Properties of a B2B collaboration user").
    const ELSEWHERE: &str = "#EXT#";
    let upn = printable(object.user_principal_name.as_deref()?, NAME);
    let is_guest = upn.to_ascii_uppercase().contains(ELSEWHERE);
    let name = object.mail.as_deref().filter(|_| is_guest).map_or_else(|| upn.clone(), |mail| printable(mail, NAME));
    let kubernetes_name = if is_guest { object.id.to_string() } else { upn };
    Some(Principal { kind: PrincipalKind::User, object: Some(object.id), name, kubernetes_name })
}

fn as_group(object: &DirectoryObject) -> Principal {
    by_object_id(PrincipalKind::Group, object)
}

fn as_service_principal(object: &DirectoryObject) -> Principal {
    by_object_id(PrincipalKind::ServicePrincipal, object)
}

/// Returns a principal that Kubernetes knows by its object id.
fn by_object_id(kind: PrincipalKind, object: &DirectoryObject) -> Principal {
    Principal { kind, object: Some(object.id), name: name_of(object), kubernetes_name: object.id.to_string() }
}

fn name_of(object: &DirectoryObject) -> String {
    object.display_name.as_deref().map_or_else(|| object.id.to_string(), |name| printable(name, NAME))
}

fn nobody(name: &str) -> Trouble {
    Trouble::new(
        format!("Nobody in the cluster's tenant is {} .", printable(name, NAME)),
        "The directory was looked through, and has no such person, group or service principal.",
        "Give me, a user principal name, an object id, an app id, or the display name of a group or service principal as it is \
         written there.",
    )
}

fn several(name: &str, found: &[Principal]) -> Trouble {
    let one = |principal: &Principal| {
        let id = principal.object.map(|id| id.to_string()).unwrap_or_default();
        format!("{} {id}", principal.kind.word())
    };
    let all: Vec<String> = found.iter().map(one).collect();
    Trouble::new(
        format!("{} of the cluster's tenant are called {} .", found.len(), printable(name, NAME)),
        format!("They are: {}", all.join(", ")),
        "Give the object id of the one that is meant.",
    )
}

/// Returns the trouble with a directory that does not answer, or not for this operator.
fn not_looked_up(name: &str, error: CallError) -> Trouble {
    error.trouble(format!("Who {} is, is not known.", printable(name, NAME))).where_denied(
        "You may not read that of the directory, so whether there is such a principal is not known.",
        "Give the object id, or have somebody look who may read the directory (Directory Readers; an app: \
         Directory.Read.All).",
    )
}

/// Returns the trouble with a person whose details are kept from the operator.
fn hidden(object: &DirectoryObject) -> Trouble {
    Trouble::new(
        format!("By what name Kubernetes knows {} is not known.", object.id),
        "It is a person, and the directory does not show you the user principal name.",
        "Have somebody look who may read people (an app: User.Read.All).",
    )
}

#[cfg(test)]
mod tests;
