//! Resources of networks, read only (Virtual Network's REST reference, "Subnets - Get", "Route Tables - Get", "Network
//! Security Groups - Get"; Private DNS's, "Private Zones - Get").

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    answers::{self, no_resource},
    request::Asked,
};
use crate::{
    cloud::Cloud,
    errors::{self, Answer},
    rights,
    world::NetworkResource,
};

/// Returns one resource of `Microsoft.Network`.
pub fn answer(cloud: &Cloud, asked: &Asked) -> Answer {
    if asked.method != Method::GET {
        return Err(answers::not_served(asked));
    }
    let id = format!("/{}", asked.segments.join("/"));
    let segment = |at: usize| asked.segments.get(at).map_or("", String::as_str);
    let kind = kind_of(&id);
    rights::require(cloud, &asked.caller, &id, &format!("{kind}/read"))?;
    let world = cloud.world();
    let found = world.networks.iter().find(|found| found.id.eq_ignore_ascii_case(&id));
    let found = found.ok_or_else(|| no_resource("Microsoft.Network/virtualNetworks", segment(7), segment(3)))?;
    Ok(errors::json(StatusCode::OK, &shape(found)))
}

/// Returns the type of a resource, which is every other part of what follows its provider.
fn kind_of(id: &str) -> String {
    let rest: Vec<&str> = id.split('/').skip(7).collect();
    let kinds: Vec<&str> = rest.iter().step_by(2).copied().collect();
    format!("Microsoft.Network/{}", kinds.join("/"))
}

fn shape(found: &NetworkResource) -> Value {
    let mut shown = json!({
        "id": found.id,
        "name": found.id.rsplit('/').next(),
        "type": kind_of(&found.id),
        "etag": "W/\"5c0e3b1d-0a1b-4c2d-8e3f-000000000001\"",
        "properties": found.properties,
    });
    if let Some(location) = &found.location {
        shown["location"] = json!(location);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::Testbed;

    const SUBNET: &str = "/subscriptions/x/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s";

    #[test]
    fn a_type_is_every_other_part_of_an_id() {
        assert_eq!(kind_of(SUBNET), "Microsoft.Network/virtualNetworks/subnets");
    }

    #[tokio::test]
    async fn a_subnet_is_read_by_who_may_and_is_not_there_by_another_name() {
        let bed = Testbed::new(|world| {
            let subscription = world.subscriptions[0].id;
            world.networks.push(NetworkResource {
                id: SUBNET.replace("/x/", &format!("/{subscription}/")),
                location: None,
                properties: json!({ "addressPrefix": "10.1.0.0/24" }),
            });
        });
        let subscription = bed.cluster.split('/').nth(2).unwrap_or_default();
        let id = SUBNET.replace("/x/", &format!("/{subscription}/"));
        let written = id.replace("/resourceGroups/", "/resourcegroups/");
        let read = bed.arm('a', Method::GET, &written, Value::Null).await;
        assert_eq!(
            (read.status, &read.json()["type"]),
            (StatusCode::OK, &json!("Microsoft.Network/virtualNetworks/subnets"))
        );
        let other = bed.arm('a', Method::GET, &format!("{id}2"), Value::Null).await;
        assert_eq!((other.status, other.code().as_str()), (StatusCode::NOT_FOUND, "ResourceNotFound"));
        let nobody = bed.arm('b', Method::GET, &id, Value::Null).await;
        assert_ne!(nobody.status, StatusCode::OK);
    }
}
