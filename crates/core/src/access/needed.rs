//! The needs of one cluster: what its own configuration makes it need, and at which resource. A pure function of what was
//! read.

use serde::{Deserialize, Serialize};

use super::{Need, Needs, When};

/// The names in a cluster's configuration on which permissions depend. Resources are named by their ids.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Configuration {
    /// The resource group of the nodes. `None` where the cluster does not tell it.
    pub node_group: Option<String>,
    /// The subnets of nodes, pods and the API server that were there before.
    pub subnets: Vec<Subnet>,
    /// The public addresses, and prefixes of them, for outbound traffic.
    pub outbound_addresses: Vec<String>,
    /// True where the load balancer's pools are of addresses.
    pub pools_of_addresses: bool,
    /// The private DNS zone that was there before.
    pub private_zone: Option<String>,
    /// The disk encryption set.
    pub encryption_set: Option<String>,
    /// The proximity placement groups.
    pub placement_groups: Vec<String>,
    /// The application gateways that are the ingress, and the subnets that such a gateway is to be made in.
    pub gateways: Vec<String>,
    /// The workspaces that container insights write to.
    pub workspaces: Vec<String>,
    /// The identity that the nodes pull with, where somebody else than AKS made it.
    pub own_kubelet: Option<String>,
}

/// A subnet, and what hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subnet {
    /// The id.
    pub id: String,
    /// The things that hang on it. The error is the reason why that is not known.
    pub attached: Result<Attached, NotRead>,
}

/// The reason why something was not read. Whoever tells it says that it is not known, and never that there is nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotRead {
    /// The reason, as the second half of a sentence.
    pub why: String,
    /// True where asking again later may help.
    pub may_pass: bool,
}

/// The things that hang on a subnet, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Attached {
    pub route_table: Option<String>,
    pub security_group: Option<String>,
}

/// Actions that are needed at one resource.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Needed {
    /// The id of the resource, or of the resource group.
    pub scope: String,
    /// The actions.
    pub actions: Vec<String>,
    /// The reason, as the end of a sentence that begins with "to".
    pub reason: String,
}

/// A part of the configuration that was not read, so that what it needs is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotKnown {
    /// The resource, or the part of the cluster.
    pub what: String,
    /// The reason.
    pub why: NotRead,
}

/// Everything that a cluster needs of one who has to do with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Requirements {
    /// The needs, in the order of Microsoft's tables.
    pub needed: Vec<Needed>,
    /// The parts whose needs are not known.
    pub unknown: Vec<NotKnown>,
}

/// Returns what a table asks for where a cluster is configured like that.
#[must_use]
pub fn needed(table: Needs, of: &Configuration) -> Requirements {
    let mut all = Requirements::default();
    for need in table.all() {
        for one in of.at_places(need) {
            if !all.needed.contains(&one) {
                all.needed.push(one);
            }
        }
    }
    all.unknown = of.unknown(table);
    all
}

impl Configuration {
    /// Returns a need at each resource that it is about. At a resource only the actions of its type count, and in a
    /// resource group those of which no resource is named.
    fn at_places(&self, need: &'static Need) -> Vec<Needed> {
        let places = self.places(need.when);
        let is_of = |place: &str, action: &str| kind_of(place).is_some_and(|kind| starts_with(action, &kind));
        let at = |place: &String| Needed {
            scope: place.clone(),
            actions: need
                .actions
                .iter()
                .copied()
                .filter(|action| match kind_of(place) {
                    Some(_) => is_of(place, action),
                    None => !places.iter().any(|other| is_of(other, action)),
                })
                .map(ToOwned::to_owned)
                .collect(),
            reason: need.reason.to_owned(),
        };
        places.iter().map(at).filter(|one| !one.actions.is_empty()).collect()
    }

    /// Returns the resources that a circumstance is about. Empty where it does not apply.
    fn places(&self, when: When) -> Vec<String> {
        let subnets = || self.subnets.iter().map(|subnet| subnet.id.clone());
        let attached = |of: fn(&Attached) -> &Option<String>| -> Vec<String> {
            self.subnets.iter().filter_map(|subnet| of(subnet.attached.as_ref().ok()?).clone()).collect()
        };
        let all = match when {
            When::Always => self.node_group.iter().cloned().collect(),
            When::OwnSubnet => subnets().collect(),
            When::OwnRouteTable => attached(|on| &on.route_table),
            When::OwnSecurityGroup => attached(|on| &on.security_group),
            When::OwnPrivateZone => self.private_zone.iter().cloned().collect(),
            When::OwnKubelet => self.own_kubelet.iter().cloned().collect(),
            When::EncryptionSet => self.encryption_set.iter().cloned().collect(),
            When::PlacementGroup => self.placement_groups.clone(),
            When::ApplicationGateway => self.gateways.clone(),
            When::OwnOutboundAddresses => self.outbound_addresses.clone(),
            When::PoolsOfAddresses if self.pools_of_addresses => subnets().filter_map(|id| network_of(&id)).collect(),
            When::Monitoring => {
                let groups = self.workspaces.iter().filter_map(|id| group_of(id));
                self.workspaces.iter().cloned().chain(groups).collect()
            }
            // The subnet of an internal load balancer is told by the service that asks for one; those of the cluster are
            // asked for with their nodes.
            When::PoolsOfAddresses | When::InternalLoadBalancer => Vec::new(),
        };
        distinct(all)
    }

    fn unknown(&self, table: Needs) -> Vec<NotKnown> {
        match table {
            Needs::Operator => Vec::new(),
            Needs::Cluster if self.node_group.is_none() => vec![NotKnown {
                what: "the resource group of the nodes".to_owned(),
                why: NotRead { why: "the cluster does not tell it".to_owned(), may_pass: false },
            }],
            Needs::Cluster => Vec::new(),
            Needs::ClusterBeyond => {
                let of = |subnet: &Subnet| {
                    let why = subnet.attached.as_ref().err()?.clone();
                    Some(NotKnown { what: format!("route table and security group of {}", subnet.id), why })
                };
                self.subnets.iter().filter_map(of).collect()
            }
        }
    }
}

impl Needed {
    /// Returns the last two parts of the resource's id, for a screen.
    #[must_use]
    pub fn short_place(&self) -> String {
        short_place(&self.scope)
    }
}

/// Returns the last two parts of a resource's id: its type and its name. A resource group is told by its name alone.
#[must_use]
pub fn short_place(id: &str) -> String {
    let parts: Vec<&str> = id.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        [.., kind, name] if kind_of(id).is_some() => format!("{kind}/{name}"),
        [.., name] => (*name).to_owned(),
        [] => "/".to_owned(),
    }
}

/// Returns the ids without those that stand there twice. Case does not count.
#[must_use]
pub fn distinct(ids: Vec<String>) -> Vec<String> {
    let mut seen = std::collections::BTreeSet::new();
    ids.into_iter().filter(|id| seen.insert(id.trim_end_matches('/').to_ascii_lowercase())).collect()
}

/// Returns the type of the resource that an id names. `None` for a resource group, a subscription and what is no id.
fn kind_of(id: &str) -> Option<String> {
    const PROVIDERS: &str = "/providers/";
    let at = id.to_ascii_lowercase().rfind(PROVIDERS)?;
    let parts: Vec<&str> = id.get(at + PROVIDERS.len()..)?.split('/').collect();
    let (namespace, rest) = parts.split_first()?;
    let kinds: Vec<&str> = rest.iter().step_by(2).copied().collect();
    (!kinds.is_empty()).then(|| format!("{namespace}/{}/", kinds.join("/")))
}

/// Returns the network that a subnet is in.
fn network_of(subnet: &str) -> Option<String> {
    let at = subnet.to_ascii_lowercase().rfind("/subnets/")?;
    subnet.get(..at).map(ToOwned::to_owned)
}

/// Returns the resource group that a resource is in.
fn group_of(id: &str) -> Option<String> {
    let at = id.to_ascii_lowercase().find("/providers/")?;
    id.get(..at).map(ToOwned::to_owned)
}

fn starts_with(text: &str, beginning: &str) -> bool {
    text.get(..beginning.len()).is_some_and(|head| head.eq_ignore_ascii_case(beginning))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GROUP: &str = "/subscriptions/s/resourceGroups/rg-network";
    const NODES: &str = "/subscriptions/s/resourceGroups/MC_rg_aks_westeurope";

    fn id(rest: &str) -> String {
        format!("{GROUP}/providers/{rest}")
    }

    fn subnet(attached: Result<Attached, NotRead>) -> Subnet {
        Subnet { id: id("Microsoft.Network/virtualNetworks/hub/subnets/aks"), attached }
    }

    /// Returns what is needed: the end of the scope, and the ends of the actions.
    fn told(table: Needs, of: &Configuration) -> Vec<(String, usize)> {
        needed(table, of).needed.iter().map(|one| (one.short_place(), one.actions.len())).collect()
    }

    #[test]
    fn a_cluster_in_aks_own_network_needs_nothing_beyond_its_node_group() {
        let of = Configuration { node_group: Some(NODES.to_owned()), ..Configuration::default() };
        assert_eq!(needed(Needs::ClusterBeyond, &of), Requirements::default());
        assert_eq!(needed(Needs::Operator, &of), Requirements::default());
        let inside = needed(Needs::Cluster, &of);
        assert!(inside.needed.iter().all(|one| one.scope == NODES && !one.actions.is_empty()));
        assert_eq!(inside.needed.len(), Needs::Cluster.all().len());
    }

    #[test]
    fn each_row_is_needed_at_the_resource_that_the_configuration_names() {
        let zone = id("Microsoft.Network/privateDnsZones/privatelink.westeurope.azmk8s.io");
        let attached = Attached {
            route_table: Some(id("Microsoft.Network/routeTables/rt-aks")),
            security_group: Some(id("Microsoft.Network/networkSecurityGroups/nsg-aks")),
        };
        let of = Configuration {
            subnets: vec![subnet(Ok(attached))],
            outbound_addresses: vec![
                id("Microsoft.Network/publicIPAddresses/out"),
                id("Microsoft.Network/publicIPPrefixes/outs"),
            ],
            pools_of_addresses: true,
            private_zone: Some(zone),
            encryption_set: Some(id("Microsoft.Compute/diskEncryptionSets/des")),
            placement_groups: vec![id("Microsoft.Compute/proximityPlacementGroups/near")],
            gateways: vec![id("Microsoft.Network/applicationGateways/agw")],
            workspaces: vec![id("Microsoft.OperationalInsights/workspaces/logs")],
            own_kubelet: Some(id("Microsoft.ManagedIdentity/userAssignedIdentities/kubelet")),
            ..Configuration::default()
        };
        let beyond = told(Needs::ClusterBeyond, &of);
        for (place, actions) in [
            ("subnets/aks", 2),
            ("routeTables/rt-aks", 2),
            ("networkSecurityGroups/nsg-aks", 2),
            ("privateDnsZones/privatelink.westeurope.azmk8s.io", 1),
            ("userAssignedIdentities/kubelet", 1),
        ] {
            assert!(beyond.contains(&(place.to_owned(), actions)), "no {place} in {beyond:?}");
        }
        assert_eq!(beyond.len(), 5);
        let operator = told(Needs::Operator, &of);
        for (place, actions) in [
            ("diskEncryptionSets/des", 1),
            ("proximityPlacementGroups/near", 1),
            ("applicationGateways/agw", 2),
            ("subnets/aks", 1),
            ("publicIPAddresses/out", 1),
            ("publicIPPrefixes/outs", 1),
            ("workspaces/logs", 2),
            ("rg-network", 3),
            ("virtualNetworks/hub", 1),
        ] {
            assert!(operator.contains(&(place.to_owned(), actions)), "no {place} in {operator:?}");
        }
        assert_eq!(operator.len(), 9);
    }

    #[test]
    fn a_subnet_that_was_not_read_is_needed_itself_and_the_rest_is_not_known() {
        let of = Configuration {
            subnets: vec![subnet(Err(NotRead { why: "403".to_owned(), may_pass: false }))],
            ..Configuration::default()
        };
        let all = needed(Needs::ClusterBeyond, &of);
        assert_eq!(all.needed.len(), 1);
        let [unknown] = all.unknown.as_slice() else { panic!("{:?}", all.unknown) };
        assert!(unknown.what.ends_with("/subnets/aks") && unknown.why.why == "403", "{unknown:?}");
        let [unknown] = needed(Needs::Cluster, &of).unknown.try_into().expect("one");
        assert_eq!(unknown.what, "the resource group of the nodes");
    }

    #[test]
    fn a_resource_that_is_named_twice_counts_once() {
        let twice = [subnet(Ok(Attached::default())), subnet(Ok(Attached::default()))];
        let of = Configuration { subnets: twice.to_vec(), ..Configuration::default() };
        assert_eq!(needed(Needs::ClusterBeyond, &of).needed.len(), 1);
        assert_eq!(distinct(vec!["/A/b".to_owned(), "/a/B/".to_owned()]), ["/A/b"]);
    }
}
