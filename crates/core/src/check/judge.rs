//! What the answers of the checks mean: for each, how bad it is, in one line, and what to do about it.

use super::{Check, ClusterFacts, Finding, Headroom, HeldRole, Lack, Reach, RegistryFacts, RoleMode, Unread};
use crate::ids::{ClusterId, ImageRef, RegistryId, TenantId};
use crate::input::Part;
use crate::text::count;

/// Judges whether the tenants are two.
#[must_use]
pub fn judge_tenants(a: TenantId, b: TenantId) -> Finding {
    if a == b {
        Check::Tenants.stop(
            format!("cluster and registry are in one tenant, {a}"),
            "No app of another tenant is needed: az aks update --attach-acr does it. Name the registry's tenant if it is \
             another one.",
        )
    } else {
        Check::Tenants.pass("the tenants are two, in one cloud")
    }
}

/// Judges whether a cluster can be reset (`azure-facts.md` 0, fact 1, and 3.9). Where an earlier run tried, a failed
/// cluster may be reset again: that is the documented repair of a failed reset.
#[must_use]
pub fn judge_cluster(cluster: &ClusterFacts, tried_before: bool) -> Finding {
    let check = Check::Cluster(cluster.id.clone());
    let name = cluster.id.name();
    if cluster.client_id.is_none() {
        return check.stop(
            format!("{name} uses a managed identity, which cannot be reset to a service principal"),
            "Azure offers no way back from a managed identity, and one cannot pull across tenants. Use a pull secret in \
             the cluster instead: a service principal of the registry's tenant, in a Kubernetes docker-registry secret.",
        );
    }
    if !cluster.power_state.eq_ignore_ascii_case("Running") {
        return check.stop(
            format!("{name} is {}, and a reset needs it running", cluster.power_state.to_lowercase()),
            format!("Start it, then run again: az aks start --resource-group {} --name {name}", cluster.id.group()),
        );
    }
    let is = |state: &str| cluster.provisioning_state.eq_ignore_ascii_case(state);
    if is("Failed") && tried_before {
        return check.warn(
            format!("{name} is in the state Failed, and an earlier run has worked on it"),
            "Where a reset failed, resetting again is the documented repair. Look at its activity log first.",
        );
    }
    if !is("Succeeded") {
        return check.stop(
            format!("{name} is in the state {}, and a reset needs Succeeded", cluster.provisioning_state),
            format!(
                "Wait until its running operation has ended. A failed one is repaired by az aks update --resource-group {} \
                 --name {name}",
                cluster.id.group()
            ),
        );
    }
    let client = cluster.client_id.map(|id| id.to_string()).unwrap_or_default();
    check.pass(format!("{name} runs on {} and uses the app {client}", count(cluster.nodes as usize, "node")))
}

/// Judges the right to reset.
#[must_use]
pub fn judge_reset_right(cluster: &ClusterId, allowed: bool) -> Finding {
    let check = Check::ResetRight(cluster.clone());
    let name = cluster.name();
    if allowed {
        check.pass(format!("you may reset {name}'s service principal"))
    } else {
        check.stop(
            format!("you may not reset {name}'s service principal"),
            format!(
                "It needs Microsoft.ContainerService/managedClusters/resetServicePrincipalProfile/action. Ask an owner of \
                 {name} for Azure Kubernetes Service Contributor Role, or sign in to tenant A with another account."
            ),
        )
    }
}

/// Judges what the cluster would lose with its present principal (`azure-facts.md` 0, fact 2). Roles on the registry
/// side do not count here: these are tenant A's. A part that was not read stops, unless the account may not read it and
/// somebody named it as one that may stay unread.
#[must_use]
pub fn judge_old_roles(
    cluster: &ClusterId,
    roles: &[HeldRole],
    lacks: &[Lack],
    unread: &[Unread],
    accepted: &[Part],
) -> Finding {
    let check = Check::OldRoles(cluster.clone());
    let name = cluster.name();
    let is_accepted = |part: &Unread| part.denied && accepted.iter().any(|a| a.covers(part.part));
    if let Some(first) = unread.iter().find(|u| !u.denied) {
        return Finding {
            refusal: first.refusal.clone(),
            ..check.stop(
                format!("not read of {name}'s present principal: {}", parts(unread.iter().filter(|u| !u.denied))),
                "What could not be read is not taken for what is not there, so nothing was written. Try again later.",
            )
        };
    }
    let open: Vec<&Unread> = unread.iter().filter(|u| !is_accepted(u)).collect();
    if let Some(first) = open.first() {
        let words: Vec<String> = open.iter().map(|u| u.part.word()).collect();
        return Finding {
            refusal: first.refusal.clone(),
            ..check.stop(
                format!("not read of {name}'s present principal, and asking again does not help: {}", parts(open.iter().copied())),
                format!(
                    "The cluster may lose it. Sign in to tenant A with an account that may read it, or accept that it may be \
                     missing: --unread {}",
                    words.join(" --unread ")
                ),
            )
        };
    }
    let listed: Vec<String> = roles.iter().map(HeldRole::short).collect();
    let copied = format!("{}: {}", count(roles.len(), "role"), listed.join(", "));
    match (roles, lacks) {
        ([], []) => check.pass(format!("{name}'s present principal has no roles that the new one would lack")),
        (_, []) => check.pass(format!("{name}'s present principal has {copied}; the new one gets the same")),
        (_, lacks) => {
            let missing: Vec<String> = lacks.iter().map(ToString::to_string).collect();
            let rest = if roles.is_empty() { String::new() } else { format!(" It gets {copied}.") };
            check.warn(
                format!("the new principal will lack what {name}'s present one has: {}", missing.join(", ")),
                format!(
                    "Have it granted to the new principal before the reset: without its rights the cluster cannot change \
                     load balancers, disks and routes.{rest} The wizard shows the app's id before the reset; headless, \
                     --soak leaves the time for it."
                ),
            )
        }
    }
}

/// Parts that were not read, each with the reason.
fn parts<'a>(unread: impl Iterator<Item = &'a Unread>) -> String {
    unread.map(|u| format!("{} ({})", u.part, u.why)).collect::<Vec<_>>().join(", ")
}

/// Judges what stands in the way when nodes are renewed in turn (`azure-facts.md` 3.9 and 6, point 6).
#[must_use]
pub fn judge_headroom(cluster: &ClusterId, headroom: &Headroom) -> Finding {
    let check = Check::Headroom(cluster.clone());
    let mut found = Vec::new();
    let mut now = Vec::new();
    match headroom.free_vcpus {
        Some(0) => {
            found.push("the region's quota has no vCPU left for a spare node".to_owned());
            now.push("Raise the quota, or let the node pools surge by 0.".to_owned());
        }
        Some(_) => {}
        None => {
            found.push("how many vCPUs the region's quota has left was not read".to_owned());
            now.push("Look for yourself: az vm list-usage --location REGION".to_owned());
        }
    }
    match &headroom.workloads {
        Ok(workloads) => {
            if !workloads.blocking_budgets.is_empty() {
                found.push(format!("no disruption is allowed now by {}", listed(&workloads.blocking_budgets)));
                now.push(
                    "Such a budget keeps a node from being drained: wait until its pods are ready, or loosen it."
                        .to_owned(),
                );
            }
            if !workloads.single.is_empty() {
                found.push(format!("one replica alone has {}", listed(&workloads.single)));
                now.push("It is away while its node is renewed: give it a second replica.".to_owned());
            }
        }
        Err(why) => {
            found.push(format!("what runs on {} cannot be read from here: {why}", cluster.name()));
            now.push("Look for yourself: kubectl get pdb,deployments,statefulsets --all-namespaces".to_owned());
        }
    }
    if found.is_empty() {
        let nodes = count(headroom.nodes as usize, "node");
        check.pass(format!(
            "{nodes} can be renewed in turn: no disruption budget and no single replica stands in the way"
        ))
    } else {
        check.warn(found.join("; "), now.join(" "))
    }
}

/// The first names of a list, and how many more there are.
fn listed(names: &[String]) -> String {
    const MOST: usize = 4;
    let shown: Vec<&str> = names.iter().take(MOST).map(String::as_str).collect();
    match names.len().saturating_sub(MOST) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// The wait before the reset that the documents ask for, in minutes: a service principal is known in every region
/// after around 30 (`azure-facts.md` 3.1).
pub const SOAK_MINUTES: u16 = 30;

/// Judges the wait between the proof and the reset.
#[must_use]
pub fn judge_soak(minutes: u16) -> Finding {
    if minutes >= SOAK_MINUTES {
        return Check::Soak.pass(format!("the reset comes {minutes} min after the proof"));
    }
    let when = if minutes == 0 { "right after".to_owned() } else { format!("{minutes} min after") };
    Check::Soak.warn(
        format!("the reset comes {when} the proof; Microsoft asks for around {SOAK_MINUTES} min"),
        "A new service principal is not known in every region at once, and a reset that meets one that does not know it \
         fails. Give --soak 30, or know that your regions are quick.",
    )
}

/// Judges whether a registry can be used from here.
#[must_use]
pub fn judge_registry(registry: &RegistryFacts) -> Finding {
    let check = Check::Registry(registry.id.clone());
    let name = registry.id.name();
    let mode = match registry.mode {
        RoleMode::Registry => "roles hold on the registry (AcrPull)",
        RoleMode::Repositories => "roles hold on repositories (AcrPull is ignored)",
    };
    match &registry.reach {
        Reach::Open => check.pass(format!("{name} answers from here; {mode}")),
        Reach::Firewalled => check.warn(
            format!("{name}'s firewall does not let this machine in"),
            "The pull cannot be proved from here, and without the proof the cluster is not reset. Allow this machine's \
             address under the registry's Networking, or run crosspull from a machine that it lets in.",
        ),
        Reach::Silent { why, now } => {
            let now = match now.as_str() {
                "" => {
                    "Check name resolution and routes to the registry, or run crosspull from a machine that reaches it."
                }
                now => now,
            };
            check.warn(
                format!("{} does not answer from here: {why}", registry.login_server),
                format!("The pull cannot be proved from here, and without the proof the cluster is not reset. {now}"),
            )
        }
    }
}

/// The same of a registry whose tenant nobody signs in to.
#[must_use]
pub fn judge_registry_of_others(registry: &RegistryFacts) -> Finding {
    match registry.reach {
        Reach::Open => Check::Registry(registry.id.clone())
            .pass(format!("{} answers from here; its roles are for its administrator to tell", registry.login_server)),
        _ => judge_registry(registry),
    }
}

/// Judges the right to assign roles on a registry.
#[must_use]
pub fn judge_role_right(registry: &RegistryId, allowed: bool) -> Finding {
    let check = Check::RoleRight(registry.clone());
    let name = registry.name();
    if allowed {
        check.pass(format!("you may assign roles on {name}"))
    } else {
        check.stop(
            format!("you may not assign roles on {name}"),
            format!(
                "It needs Microsoft.Authorization/roleAssignments/write. Ask an owner of {name} for Role Based Access \
                 Control Administrator, or sign in to tenant B with another account."
            ),
        )
    }
}

/// Judges whether an image is there; `None` where that cannot be read from here.
#[must_use]
pub fn judge_image(registry: &RegistryId, image: &ImageRef, found: Option<bool>) -> Finding {
    let check = Check::Image(registry.clone(), image.clone());
    match found {
        Some(true) => check.pass(format!("{image} exists")),
        Some(false) => check.warn(
            format!("{image} is not in {}", registry.name()),
            "Push it before you go on, or name another image: the proof pulls this one.",
        ),
        None => check.warn(
            format!("whether {image} exists cannot be read with your account"),
            "The proof will tell; it pulls this image with the new credential.",
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::{Level, Workloads};

    fn cluster() -> ClusterFacts {
        ClusterFacts {
            id: ClusterId::parse("/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/aks-shop").expect("an id"),
            client_id: "33333333-3333-4333-8333-333333333333".parse().ok(),
            provisioning_state: "Succeeded".to_owned(),
            power_state: "Running".to_owned(),
            nodes: 3,
            roles: Vec::new(),
            lacks: Vec::new(),
            holds: Vec::new(),
            key: None,
        }
    }

    #[test]
    fn a_cluster_must_run_succeed_and_use_a_service_principal() {
        assert_eq!(judge_cluster(&cluster(), false).level, Level::Pass);
        let managed = judge_cluster(&ClusterFacts { client_id: None, ..cluster() }, false);
        assert_eq!(managed.level, Level::Stop);
        assert!(managed.now.contains("pull secret"));
        let stopped = judge_cluster(&ClusterFacts { power_state: "Stopped".to_owned(), ..cluster() }, false);
        assert!(stopped.now.contains("az aks start --resource-group rg-shop --name aks-shop"));
        let failed = ClusterFacts { provisioning_state: "Failed".to_owned(), ..cluster() };
        assert_eq!(judge_cluster(&failed, false).level, Level::Stop);
        assert_eq!(judge_cluster(&failed, true).level, Level::Warn);
    }

    fn held(role: &str, scope: &str) -> HeldRole {
        let definition =
            "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c";
        HeldRole { role: role.to_owned(), definition: definition.to_owned(), scope: scope.to_owned(), condition: None }
    }

    #[test]
    fn roles_that_can_be_copied_pass_and_what_cannot_is_named_with_its_reason() {
        let roles = [held("Contributor", "/subscriptions/s/resourceGroups/MC_x")];
        let all = judge_old_roles(&cluster().id, &roles, &[], &[], &[]);
        assert_eq!(all.level, Level::Pass);
        assert_eq!(all.text, "aks-shop's present principal has 1 role: Contributor on MC_x; the new one gets the same");
        assert_eq!(judge_old_roles(&cluster().id, &[], &[], &[], &[]).level, Level::Pass);
        let lack = Lack { what: "membership of aks-admins".to_owned(), why: "groups are not copied" };
        let some = judge_old_roles(&cluster().id, &roles, &[lack], &[], &[]);
        assert_eq!(some.level, Level::Warn);
        assert!(some.text.ends_with("has: membership of aks-admins (groups are not copied)"), "{}", some.text);
        assert!(some.now.contains("It gets 1 role: Contributor on MC_x."), "{}", some.now);
    }

    #[test]
    fn what_was_not_read_stops_unless_it_may_not_be_read_and_somebody_accepts_that() {
        let unread = |denied| Unread { part: Part::Groups, why: "503".to_owned(), denied, refusal: None };
        let judged = |denied, accepted: &[Part]| judge_old_roles(&cluster().id, &[], &[], &[unread(denied)], accepted);
        for (denied, accepted) in
            [(false, &[][..]), (false, &[Part::Groups][..]), (true, &[][..]), (true, &[Part::Roles][..])]
        {
            let finding = judged(denied, accepted);
            assert_eq!(finding.level, Level::Stop, "{denied} {accepted:?}");
            assert!(finding.text.contains("its groups (503)"), "{}", finding.text);
        }
        assert!(judged(true, &[]).now.ends_with("--unread groups"));
        assert_ne!(judged(true, &[Part::Groups]).level, Level::Stop);
    }

    #[test]
    fn what_stands_in_the_way_of_renewing_nodes_is_named() {
        let free = Headroom { nodes: 3, free_vcpus: Some(12), workloads: Ok(Workloads::default()) };
        assert_eq!(judge_headroom(&cluster().id, &free).level, Level::Pass);
        let many: Vec<String> = (0..6).map(|n| format!("shop/one{n}")).collect();
        let workloads = Workloads { blocking_budgets: vec!["shop/web".to_owned()], single: many };
        let tight = Headroom { nodes: 3, free_vcpus: Some(0), workloads: Ok(workloads) };
        let finding = judge_headroom(&cluster().id, &tight);
        assert_eq!(finding.level, Level::Warn);
        for part in ["no vCPU left", "by shop/web", "shop/one3 and 2 more"] {
            assert!(finding.text.contains(part), "no {part:?} in {}", finding.text);
        }
        let unread = Headroom { nodes: 3, free_vcpus: None, workloads: Err("its address does not answer".to_owned()) };
        assert!(judge_headroom(&cluster().id, &unread).now.contains("kubectl get pdb"));
    }

    #[test]
    fn a_registry_that_does_not_answer_is_told_with_what_to_do_about_that() {
        let id = RegistryId::parse("/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/registryb").expect("an id");
        let silent = |now: &str| {
            let reach = Reach::Silent { why: "a cause".to_owned(), now: now.to_owned() };
            let login_server = "registryb.azurecr.io".to_owned();
            judge_registry(&RegistryFacts { id: id.clone(), login_server, mode: RoleMode::Registry, reach })
        };
        let (general, own) = (silent(""), silent("A cure."));
        assert_eq!((general.level, own.level), (Level::Warn, Level::Warn));
        assert_eq!(own.text, "registryb.azurecr.io does not answer from here: a cause");
        assert!(general.now.ends_with("from a machine that reaches it.") && own.now.ends_with(" reset. A cure."));
    }

    #[test]
    fn a_wait_shorter_than_the_documents_ask_for_is_warned_of() {
        assert_eq!(judge_soak(30).level, Level::Pass);
        assert!(judge_soak(5).text.contains("comes 5 min after the proof"));
        assert!(judge_soak(0).text.contains("comes right after the proof"));
        assert_eq!(judge_soak(0).level, Level::Warn);
    }
}
