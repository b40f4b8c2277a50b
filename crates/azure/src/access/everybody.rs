//! Everybody at a cluster: all roles and bindings that let anybody do something there, and who the holders are.

use std::collections::BTreeMap;

use crosspull_core::access::{Everybody, Known, Part, PrincipalRef};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::text::printable;
use futures_util::future::try_join3;
use futures_util::stream::{self, StreamExt as _};

use super::principal::as_user;
use super::unread::unread;
use super::{assignments, cluster, look};
use crate::door::Door;
use crate::reply::DirectoryObject;
use crate::request;

/// Ids of one question, which is the most that Graph takes.
const IDS: usize = 1000;
/// Groups whose members are asked for at once.
const AT_ONCE: usize = 8;
/// The longest name that is told.
const NAME: usize = 120;

/// The known objects of Entra, or the reason why their names were not read.
#[derive(Debug, Default)]
pub struct Names {
    /// The objects.
    pub known: BTreeMap<ObjectId, Known>,
    /// The reason why some have no name.
    pub unread: Vec<String>,
}

/// Reads everything that lets anybody do something at a cluster, in a namespace or in all of them.
///
/// # Errors
/// A trouble where the cluster cannot be read.
pub async fn read(door: &Door, id: &ClusterId, namespace: Option<&str>) -> Result<Everybody, Trouble> {
    let work = Work::Search(Side::A);
    let access = async {
        let what = || format!("{} cannot be looked at.", id.name());
        cluster::read(door, id).await.map_err(|error| error.trouble(what()))
    };
    let (access, roles, inside) =
        try_join3(access, async { Ok(assignments::of_everybody(door, &work, id, namespace).await) }, async {
            Ok(look::inside(door, &work, id, &PrincipalRef::Me).await)
        })
        .await?;
    let rbac = inside.rbac;
    Ok(Everybody { cluster: id.to_string(), doors: access.doors, admin_groups: access.admin_groups, roles, rbac })
}

/// Reads the names of objects, and the members of those that are groups, also by way of other groups.
pub async fn names(door: &Door, ids: &[ObjectId]) -> Names {
    let work = Work::Search(Side::A);
    let at = door.endpoints();
    let mut names = Names::default();
    for ids in ids.chunks(IDS) {
        match door.list::<DirectoryObject>(&work, request::directory_objects(at, ids)).await {
            Ok(found) => names.known.extend(found.iter().map(|object| (object.id, known(object)))),
            Err(error) => names.unread.push(unread("names", "Microsoft Graph", error)),
        }
    }
    let groups: Vec<ObjectId> =
        names.known.iter().filter(|(_, known)| known.members.is_some()).map(|(id, _)| *id).collect();
    let asked = groups.into_iter().map(async |id| {
        let listed = door.list::<DirectoryObject>(&work, request::transitive_members(at, id)).await;
        let members = match listed {
            Ok(list) => Part::whole(list.iter().map(name).collect()),
            Err(error) => Part::unread(unread("members", "Microsoft Graph", error)),
        };
        (id, members)
    });
    let members: Vec<_> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
    for (id, members) in members {
        if let Some(known) = names.known.get_mut(&id) {
            known.members = Some(members);
        }
    }
    names
}

fn known(object: &DirectoryObject) -> Known {
    let own = || Some(object.id.to_string());
    let (kind, kubernetes_name, members) = match object.kind() {
        "user" => ("user", as_user(object).map(|user| user.kubernetes_name), None),
        "group" => ("group", own(), Some(Part::default())),
        "servicePrincipal" => ("service principal", own(), None),
        _ => ("object", None, None),
    };
    Known { kind: kind.to_owned(), name: name(object), kubernetes_name, members }
}

fn name(object: &DirectoryObject) -> String {
    let name = object.user_principal_name.as_deref().or(object.display_name.as_deref());
    name.map_or_else(|| object.id.to_string(), |name| printable(name, NAME))
}
