//! Finding what the operator may mean: tenants, clusters, registries, repositories, tags, page by page. Nothing is
//! changed.

use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::find::{Choice, Sought};
use crosspull_core::ids::{ClusterId, RegistryId};
use crosspull_core::input::Key;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use futures_util::future::join;
use futures_util::stream::{self, StreamExt as _};
use k8s_openapi::api::core::v1::Namespace;

use crate::door::{Door, MOST_PAGES, endless};
use crate::kubernetes::{Kubernetes, KubernetesUnavailable, requests};
use crate::registry_access::{self, RealmError};
use crate::reply::{Catalog, GraphPage, Registry, Resource, Subscription, Tag, Tags, Tenant};
use crate::request::{self, Audience, Request};
use crate::wire::CallError;

/// Subscriptions that are asked at once where Resource Graph may not be.
const AT_ONCE: usize = 4;

/// Takes found things, page by page.
pub type Tell<'a> = &'a (dyn Fn(Vec<Choice>) + Sync);

/// Looks for things in one tenant.
pub struct Finder<'a> {
    /// The door; only the side's operator is asked for.
    pub door: &'a Door,
    /// The tenant.
    pub side: Side,
    /// The cluster whose namespaces are looked for.
    pub cluster: Option<ClusterId>,
    /// The registry whose repositories and tags are looked for.
    pub registry: Option<RegistryId>,
    /// Takes found things.
    pub tell: Tell<'a>,
}

impl Finder<'_> {
    /// Looks for all of them.
    ///
    /// # Errors
    /// The reason why the search broke off. Things that were found until then were told.
    pub async fn find(&self, sought: &Sought) -> Result<(), Trouble> {
        let found = match sought {
            Sought::For(Key::TenantA | Key::TenantB) => self.tenants().await,
            Sought::For(Key::Cluster) => self.resources(&CLUSTERS).await,
            Sought::For(Key::Registry) => self.resources(&REGISTRIES).await,
            Sought::For(Key::Namespace) => return self.namespaces().await,
            Sought::For(Key::Repository) => return self.repositories().await,
            Sought::Tags(repository) => return self.tags(repository).await,
            Sought::For(_) => Ok(()),
        };
        found.map_err(|error| error.trouble("They cannot be listed."))
    }

    const fn work(&self) -> Work {
        Work::Search(self.side)
    }

    async fn tenants(&self) -> Result<(), CallError> {
        let request = request::tenants(self.door.endpoints(), self.side);
        self.door
            .pages::<Tenant>(&self.work(), request, |page| (self.tell)(page.into_iter().map(of_tenant).collect()))
            .await
    }

    /// Finds all of a kind in all subscriptions: by Resource Graph, else subscription by subscription.
    async fn resources(&self, kind: &ResourceQuery) -> Result<(), CallError> {
        // Who does not sign in is asked once, and not again for the other question.
        self.door.tokens().token(self.side, Audience::Arm).await.map_err(CallError::SignIn)?;
        let work = self.work();
        let page = |after: Option<&str>| request::resources(self.door.endpoints(), self.side, kind.query, after);
        let request = request::subscriptions(self.door.endpoints(), self.side);
        let (subscriptions, mut page_read) = join(
            self.door.list::<Subscription>(&work, request),
            self.door.json::<GraphPage<Resource>>(&work, page(None)),
        )
        .await;
        // Their names are nice to have.
        let names = Names::of(subscriptions.as_deref().unwrap_or_default());
        // Somebody forbade it, or the cloud has none.
        if matches!(page_read, Err(CallError::Refused(_))) {
            return self.by_subscription(kind, &subscriptions?, &names).await;
        }
        for _ in 0..MOST_PAGES {
            let found = page_read?;
            (self.tell)(found.data.into_iter().map(|resource| names.choice(resource)).collect());
            match found.next {
                Some(next) => page_read = self.door.json(&work, page(Some(&next))).await,
                None => return Ok(()),
            }
        }
        Err(endless())
    }

    /// Reads subscription by subscription. One that cannot be read does not hide the others; its error is told at the
    /// end.
    async fn by_subscription(
        &self,
        kind: &ResourceQuery,
        subscriptions: &[Subscription],
        names: &Names,
    ) -> Result<(), CallError> {
        let work = self.work();
        let asked = subscriptions.iter().map(|subscription| {
            let request = (kind.in_subscription)(self.door.endpoints(), self.side, subscription.subscription_id);
            self.door.pages::<Listed>(&work, request, |page| {
                (self.tell)(page.into_iter().map(|listed| names.choice(listed.into())).collect());
            })
        });
        let answers: Vec<Result<(), CallError>> = stream::iter(asked).buffer_unordered(AT_ONCE).collect().await;
        answers.into_iter().find(Result::is_err).unwrap_or(Ok(()))
    }

    /// Reads the namespaces of a cluster. Those that go away say so.
    async fn namespaces(&self) -> Result<(), Trouble> {
        const WHAT: &str = "The namespaces cannot be listed.";
        let Some(cluster) = &self.cluster else {
            return Err(Trouble::new(WHAT, "No cluster is chosen yet.", "Choose the cluster first."));
        };
        let work = self.work();
        let unavailable = |unavailable: KubernetesUnavailable| match unavailable.why() {
            Ok(why) => Trouble::new(WHAT, why, ""),
            Err(error) => error.trouble(WHAT),
        };
        let api = Kubernetes::of(self.door, &work, cluster).await.map_err(unavailable)?;
        let listed = api.list::<Namespace>(&work, requests::namespaces).await;
        let listed = listed.map_err(|error| unavailable(KubernetesUnavailable::of(error)))?;
        (self.tell)(listed.into_iter().filter_map(of_namespace).collect());
        Ok(())
    }

    async fn repositories(&self) -> Result<(), Trouble> {
        const WHAT: &str = "The repositories cannot be listed.";
        let at = self.enter_registry(WHAT, "registry:catalog:*").await?;
        self.names(
            |after| request::repositories(&at.server, after, &at.token),
            |page: Catalog| page.repositories.unwrap_or_default(),
            |name| Choice { name: printable(name, 200), details: Vec::new(), value: name.clone() },
            Clone::clone,
        )
        .await
        .map_err(|error| error.trouble(WHAT))
    }

    async fn tags(&self, repository: &str) -> Result<(), Trouble> {
        const WHAT: &str = "The tags cannot be listed.";
        let at = self.enter_registry(WHAT, &format!("repository:{repository}:metadata_read")).await?;
        self.names(
            |after| request::tags(&at.server, repository, after, &at.token),
            |page: Tags| page.tags.unwrap_or_default(),
            |tag: &Tag| Choice {
                name: printable(&tag.name, 128),
                details: tag.last_update_time.iter().map(|at| minute(at)).collect(),
                value: format!("{repository}:{}", tag.name),
            },
            |tag| tag.name.clone(),
        )
        .await
        .map_err(|error| error.trouble(WHAT))
    }

    /// Reads a registry's list: the next page begins after the last name, as long as there is one (the dataplane's
    /// contract).
    async fn names<P: serde::de::DeserializeOwned + Send, T>(
        &self,
        page: impl Fn(Option<&str>) -> Request,
        items: impl Fn(P) -> Vec<T>,
        choice: impl Fn(&T) -> Choice,
        name: impl Fn(&T) -> String,
    ) -> Result<(), CallError> {
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let read = items(self.door.json(&self.work(), page(after.as_deref())).await?);
            let Some(last) = read.last().map(&name) else { return Ok(()) };
            if after.as_ref() == Some(&last) {
                return Ok(());
            }
            (self.tell)(read.iter().map(&choice).collect());
            after = Some(last);
        }
        Err(endless())
    }

    /// Signs in to the registry as the operator, for one thing.
    async fn enter_registry(&self, what: &str, scope: &str) -> Result<EnteredRegistry, Trouble> {
        let Some(id) = &self.registry else {
            return Err(Trouble::new(what, "No registry is chosen yet.", "Choose the registry first."));
        };
        let (door, work) = (self.door, self.work());
        let call = |error: CallError| error.trouble(what);
        let registry: Registry = door.json(&work, request::registry(door.endpoints(), id)).await.map_err(call)?;
        let login_server = registry.properties.login_server.unwrap_or_default();
        let realm = registry_access::ask(door, &work, &login_server).await.map_err(|error| match error {
            RealmError::Call(error) => error.trouble(what),
            RealmError::Unusable(why) => Trouble::new(what, why, "Type the image's name."),
        })?;
        let refresh = realm.sign_in(door, &work).await.map_err(call)?.refresh;
        let token = realm.token(door, &work, scope, &refresh).await.map_err(call)?;
        Ok(EnteredRegistry { server: realm.server, token })
    }
}

/// A registry, with the right to read something there.
struct EnteredRegistry {
    server: url::Url,
    token: Secret,
}

/// A kind of resource, and the requests for it.
struct ResourceQuery {
    query: &'static str,
    in_subscription: fn(&crosspull_core::cloud::Endpoints, Side, uuid::Uuid) -> Request,
}

const CLUSTERS: ResourceQuery = ResourceQuery {
    query: "resources | where type =~ 'microsoft.containerservice/managedclusters' | project id, name, location, \
            kind = properties.kubernetesVersion | order by name asc, id asc",
    in_subscription: request::clusters_in,
};

const REGISTRIES: ResourceQuery = ResourceQuery {
    query: "resources | where type =~ 'microsoft.containerregistry/registries' | project id, name, location, \
            kind = sku.name, loginServer = properties.loginServer | order by name asc, id asc",
    in_subscription: request::registries_in,
};

/// A cluster or a registry, as the list of its own service shows one.
#[derive(serde::Deserialize)]
struct Listed {
    id: String,
    name: String,
    #[serde(default)]
    location: Option<String>,
    #[serde(default)]
    properties: Option<Properties>,
    #[serde(default)]
    sku: Option<Sku>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    #[serde(default)]
    kubernetes_version: Option<String>,
    #[serde(default)]
    login_server: Option<String>,
}

#[derive(serde::Deserialize)]
struct Sku {
    #[serde(default)]
    name: Option<String>,
}

impl From<Listed> for Resource {
    fn from(listed: Listed) -> Self {
        let (version, login_server) =
            listed.properties.map_or((None, None), |found| (found.kubernetes_version, found.login_server));
        let kind = version.or_else(|| listed.sku.and_then(|sku| sku.name));
        Self { id: listed.id, name: listed.name, location: listed.location, kind, login_server }
    }
}

/// The names of subscriptions, by id.
struct Names(Vec<(String, String)>);

impl Names {
    fn of(subscriptions: &[Subscription]) -> Self {
        let named = subscriptions.iter().filter_map(|s| Some((s.subscription_id.to_string(), s.display_name.clone()?)));
        Self(named.collect())
    }

    /// Returns a cluster or a registry as a choice: the name, and the place.
    fn choice(&self, resource: Resource) -> Choice {
        let parts: Vec<&str> = resource.id.split('/').collect();
        let after = |word: &str| {
            let at = parts.iter().position(|part| part.eq_ignore_ascii_case(word))?;
            parts.get(at + 1).map(|part| (*part).to_owned())
        };
        let subscription = after("subscriptions").unwrap_or_default();
        let called = self.0.iter().find(|(id, _)| id.eq_ignore_ascii_case(&subscription)).map(|(_, name)| name.clone());
        let details = [after("resourceGroups"), resource.location, resource.kind, resource.login_server, called];
        Choice {
            name: printable(&resource.name, 80),
            details: details.into_iter().map(|d| printable(&d.unwrap_or_default(), 90)).collect(),
            value: resource.id,
        }
    }
}

/// Shortens a time such as `2026-11-22T12:00:00.1234567Z` to the minute: `2026-11-22 12:00`.
fn minute(time: &str) -> String {
    printable(time.get(..16).unwrap_or(time), 40).replace('T', " ")
}

fn of_namespace(namespace: Namespace) -> Option<Choice> {
    let name = namespace.metadata.name?;
    let phase = namespace.status.and_then(|status| status.phase).filter(|phase| phase != "Active");
    let details = vec![phase.map_or_else(String::new, |phase| printable(&phase, 20))];
    Some(Choice { name: printable(&name, 63), details, value: name })
}

fn of_tenant(tenant: Tenant) -> Choice {
    let id = tenant.tenant_id.to_string();
    let domain = tenant.default_domain.map(|d| printable(&d, 80));
    let name = tenant.display_name.map(|n| printable(&n, 80)).or_else(|| domain.clone());
    Choice {
        name: name.unwrap_or_else(|| id.clone()),
        details: vec![domain.unwrap_or_default(), id.clone()],
        value: id,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_resource_is_told_from_others_of_its_name() {
        let resource = Resource {
            id: "/subscriptions/1/resourcegroups/rg-shop/providers/x/managedClusters/aks".to_owned(),
            name: "aks".to_owned(),
            location: Some("westeurope".to_owned()),
            kind: None,
            login_server: None,
        };
        let choice = Names(vec![("1".to_owned(), "Shop".to_owned())]).choice(resource);
        assert_eq!((choice.name.as_str(), choice.details.join("|")), ("aks", "rg-shop|westeurope|||Shop".to_owned()));
    }

    #[test]
    fn a_tags_time_is_told_to_the_minute() {
        assert_eq!(minute("2026-11-22T12:00:00.1234567Z"), "2026-11-22 12:00");
        assert_eq!(minute("new"), "new");
    }

    #[test]
    fn a_tenant_without_a_name_is_called_by_its_domain_or_its_id() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        let tenant = |name: Option<&str>, domain: Option<&str>| {
            let [display_name, default_domain] = [name, domain].map(|t| t.map(str::to_owned));
            of_tenant(Tenant { tenant_id: id.parse().expect("a GUID"), display_name, default_domain }).name
        };
        assert_eq!(tenant(Some("Contoso"), Some("contoso.com")), "Contoso");
        assert_eq!(tenant(None, Some("contoso.com")), "contoso.com");
        assert_eq!(tenant(None, None), id);
    }
}
