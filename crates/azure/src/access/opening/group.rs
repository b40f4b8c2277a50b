//! The group of Entra that is named: one of the cluster's administrators by name or id, another one by id alone.

use crosspull_core::command::Command;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ClusterId, ObjectId};
use crosspull_core::names::Side;
use crosspull_core::opening::TheGroup;
use crosspull_core::text::printable;
use futures_util::future::try_join_all;

use super::Look;
use crate::reply::Group;
use crate::request;
use crate::wire::CallError;

/// A group, and the reason why its members cannot be changed here, as a sentence.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names say it")]
pub struct FoundGroup {
    pub group: TheGroup,
    pub fixed: Option<String>,
}

impl Look<'_> {
    /// Finds the group. `admins` are the cluster's groups of administrators.
    ///
    /// # Errors
    /// A trouble where there is none, or that is not known.
    pub async fn group(&self, named: &str, admins: &[String]) -> Result<FoundGroup, Trouble> {
        if let Ok(id) = named.parse::<ObjectId>() {
            let group = self.group_of(id).await?;
            return Ok(found(&group, admins));
        }
        let ids = admins.iter().filter_map(|id| id.parse::<ObjectId>().ok());
        let all = try_join_all(ids.map(|id| self.group_of(id))).await?;
        let mut of_name = all.iter().filter(|group| group.display_name.as_deref() == Some(named));
        match (of_name.next(), of_name.next()) {
            (Some(group), None) => Ok(found(group, admins)),
            (Some(_), Some(_)) => Err(Trouble::new(
                format!("Several groups of administrators are named {}.", printable(named, 80)),
                "A name does not tell which is meant.",
                format!("Give one by its object id: {}", admins.join(", ")),
            )),
            (None, _) => Err(no_such(named, self.cluster, &all)),
        }
    }

    async fn group_of(&self, id: ObjectId) -> Result<Group, Trouble> {
        let what = format!("The group {id} cannot be read.");
        match self.door.json(&self.work, request::group(self.door.endpoints(), Side::A, id)).await {
            Ok(group) => Ok(group),
            Err(CallError::Refused(r)) if r.refusal.status == Some(404) => Err(Trouble::new(
                format!("The cluster's tenant has no group {id} ."),
                "The directory itself says so.",
                "Give a group of that tenant by its object id.",
            )),
            Err(error) => Err(error.trouble(what)),
        }
    }
}

fn name_of(group: &Group) -> String {
    group.display_name.as_deref().map_or_else(|| group.id.to_string(), |name| printable(name, 80))
}

fn found(group: &Group, admins: &[String]) -> FoundGroup {
    let id = group.id.to_string();
    let name = name_of(group);
    let by_rule = group.group_types.iter().any(|kind| kind == "DynamicMembership")
        || group.membership_rule.as_deref().is_some_and(|rule| !rule.is_empty());
    let fixed = match (group.on_premises_sync_enabled, by_rule) {
        (Some(true), _) => {
            Some(format!("{name} comes from a directory on premises, and its members are changed there"))
        }
        (_, true) => Some(format!("the members of {name} are found by a rule, and nobody adds one")),
        _ => None,
    };
    let administers = admins.iter().any(|admin| admin.eq_ignore_ascii_case(&id));
    FoundGroup { group: TheGroup { id: group.id, name, administers }, fixed }
}

/// Returns the line for a shell that names a further group of administrators. It takes a change of the whole cluster, which
/// crosspull does not send; the list that is given takes the place of the one that is there.
#[must_use]
pub fn names_group(cluster: &ClusterId, admins: &[String], group: &str) -> String {
    let all: Vec<&str> = admins.iter().map(String::as_str).chain([group]).collect();
    format!("{} --aad-admin-group-object-ids {}", Command::UpdateCluster { cluster }, all.join(","))
}

fn no_such(named: &str, cluster: &ClusterId, admins: &[Group]) -> Trouble {
    let names: Vec<String> = admins.iter().map(name_of).collect();
    let ids: Vec<String> = admins.iter().map(|group| group.id.to_string()).collect();
    let there = if names.is_empty() {
        "The cluster names none.".to_owned()
    } else {
        format!("Those of the cluster are {}.", names.join(", "))
    };
    Trouble::new(
        format!("No group of administrators is named {}.", printable(named, 80)),
        there,
        format!(
            "Give one of them, or another group by its object id. To name a further one (nothing else of the list may be left \
             out): {}",
            names_group(cluster, &ids, "GROUP-ID")
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_whose_members_are_found_elsewhere_is_told() {
        let id = "22222222-2222-4222-8222-222222222222";
        let read = |more: serde_json::Value| {
            let mut group = serde_json::json!({ "id": id, "displayName": "Admins" });
            if let (Some(group), Some(more)) = (group.as_object_mut(), more.as_object()) {
                group.extend(more.clone());
            }
            found(&serde_json::from_value(group).expect("a group"), &[id.to_ascii_uppercase()])
        };
        let plain =
            read(serde_json::json!({ "groupTypes": [], "membershipRule": null, "onPremisesSyncEnabled": null }));
        assert!(plain.fixed.is_none() && plain.group.administers);
        let by_rule =
            read(serde_json::json!({ "groupTypes": ["DynamicMembership"], "membershipRule": "user.x -eq 1" }));
        assert!(by_rule.fixed.is_some_and(|why| why.contains("found by a rule")));
        let synced = read(serde_json::json!({ "onPremisesSyncEnabled": true }));
        assert!(synced.fixed.is_some_and(|why| why.contains("on premises")));
    }
}
