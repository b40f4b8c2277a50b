//! Public clients: programs on people's machines, which have no secret.

use serde_json::Value;
use url::Url;
use uuid::{Uuid, uuid};

use super::people::Stop;
use crate::{
    delegated::AZURE_CLI,
    world::{Application, Directory, World},
};

/// Microsoft's own public clients: the Azure CLI, and what kubelogin signs people in with (`docs/facts/azure.md` 9.5).
const FIRST_PARTY: [(Uuid, &str); 2] = [
    (AZURE_CLI, "Microsoft Azure CLI"),
    (uuid!("80faf920-1908-4b52-b5ef-a8e7bedfc67a"), "Azure Kubernetes Service AAD Client"),
];

/// A public client.
#[derive(Debug)]
pub struct Client {
    /// The client id.
    pub id: Uuid,
    /// The name people see.
    pub name: String,
    /// True where the client is Microsoft's own, which needs no consent.
    pub first_party: bool,
    redirect_uris: Vec<String>,
}

impl Client {
    /// True where an answer may be sent there: to an address of its own, or to any port of this machine where it has
    /// `http://localhost` (Entra's document "Redirect URI restrictions and limitations": the port is ignored).
    #[must_use]
    pub fn may_return_to(&self, uri: &str) -> bool {
        let Ok(asked) = Url::parse(uri) else {
            return false;
        };
        let local = |url: &Url| url.scheme() == "http" && matches!(url.host_str(), Some("localhost" | "127.0.0.1"));
        if self.first_party {
            return local(&asked);
        }
        self.redirect_uris.iter().any(|known| {
            let same =
                || Url::parse(known).is_ok_and(|known| local(&known) && local(&asked) && known.path() == asked.path());
            known == uri || same()
        })
    }
}

/// Returns the public client of an id, as a tenant knows it; where none is named yet, as any does.
///
/// # Errors
/// 700016 where it is not known, 7000218 where it has to prove who it is.
pub fn public(world: &World, tenant: Option<&Directory>, client_id: &str) -> Result<Client, Stop> {
    let id = Uuid::parse_str(client_id).ok();
    if let Some((known, name)) = FIRST_PARTY.into_iter().find(|(known, _)| id == Some(*known)) {
        return Ok(Client { id: known, name: name.to_owned(), first_party: true, redirect_uris: Vec::new() });
    }
    let found = id.and_then(|id| world.application(id)).filter(|(home, application)| {
        application.sign_in_audience != "AzureADMyOrg" || tenant.is_some_and(|tenant| tenant.id == home.id)
    });
    let Some((_, application)) = found else {
        return Err(Stop::unknown_application(client_id, tenant));
    };
    let redirect_uris = redirect_uris(application);
    if redirect_uris.is_empty() && application.extra.get("isFallbackPublicClient") != Some(&Value::Bool(true)) {
        return Err(Stop::client(
            "invalid_client",
            7_000_218,
            "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.".to_owned(),
        ));
    }
    Ok(Client { id: application.app_id, name: application.display_name.clone(), first_party: false, redirect_uris })
}

/// Returns `publicClient.redirectUris`.
fn redirect_uris(application: &Application) -> Vec<String> {
    let uris = application.extra.get("publicClient").and_then(|public| public.get("redirectUris"));
    let uris = uris.and_then(Value::as_array).into_iter().flatten();
    uris.filter_map(|uri| uri.as_str().map(str::to_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_stay_on_this_machine_whatever_the_port() {
        let client = |first_party, uris: &[&str]| Client {
            id: AZURE_CLI,
            name: String::new(),
            first_party,
            redirect_uris: uris.iter().map(|&uri| uri.to_owned()).collect(),
        };
        let cli = client(true, &[]);
        assert!(cli.may_return_to("http://localhost:8400") && cli.may_return_to("http://127.0.0.1:1/x"));
        assert!(!cli.may_return_to("http://localhost.example") && !cli.may_return_to("https://example.com"));
        let own = client(false, &["http://localhost/done", "https://example.com/x"]);
        assert!(own.may_return_to("http://localhost:5/done") && own.may_return_to("https://example.com/x"));
        assert!(!own.may_return_to("http://localhost:5/other"));
    }
}
