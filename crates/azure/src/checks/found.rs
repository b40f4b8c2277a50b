//! What a route is chosen by: read before the checks of the route, which read nothing of it again.

use crosspull_core::check::Check;
use crosspull_core::names::{Side, Tenants};
use crosspull_core::rights::ASSIGN;
use crosspull_core::route::{Found, Rights};
use futures_util::future::{join, join4};

use super::reads::NoKubernetes;
use super::reads::Reads;
use super::{cluster, image, kubernetes, registry};

/// Reads what the routes depend on, each thing as the check of it. `None` where the cluster, the registry or the
/// Kubernetes API stops, which is said.
pub(super) async fn read(reads: &Reads<'_>) -> Option<Found> {
    let inputs = reads.inputs;
    let (cluster, registry) = (inputs.clusters.first()?, inputs.registries.first()?);
    let may_assign = async {
        // Where nobody signs in, nobody asks for rights there.
        let check = Check::RoleRight(registry.clone());
        if registry.server().is_some() {
            return None;
        }
        reads.has_right(&check, Side::B, &registry.to_string(), ASSIGN).await.ok()
    };
    // Whatever route is chosen, the image is looked for.
    let token = async {
        if !inputs.images.is_empty() {
            image::token_ahead(reads, registry).await;
        }
    };
    let asked = join4(registry::usable(reads, registry), kubernetes::usable(reads, cluster), may_assign, token);
    let (of_cluster, (of_registry, api, may_assign, ())) = join(cluster::as_it_is(reads, cluster), asked).await;
    let (Ok(of_cluster), Ok((facts, _))) = (of_cluster, of_registry) else { return None };
    let no_kubernetes = match api {
        Ok(_) => None,
        Err(NoKubernetes::NotFromHere(why)) => Some(why.clone()),
        Err(NoKubernetes::Stopped) => return None,
    };
    let tenants = if reads.tenants.is_one() { Tenants::One } else { Tenants::Two };
    let rights = Rights { signs_in_to_b: reads.door.tokens().signs_in(Side::B), may_assign };
    Some(Found::of(tenants, &of_cluster.facts, facts, no_kubernetes, rights))
}
