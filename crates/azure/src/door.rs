//! The one door: a request goes out with the operator's token for it, and comes back as a typed reply.

use std::sync::Arc;

use crosspull_core::cloud::Endpoints;
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::input::KubernetesAccess;
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use serde::de::DeserializeOwned;

use crate::refusal::{Unanswered, torn};
use crate::reply::{GraphPage, List};
use crate::request::{self, Audience, Auth, Request};
use crate::sign_in::Tokens;
use crate::wire::{CallError, Reply, Wire};

/// No list that is read here has more pages.
pub(crate) const MOST_PAGES: usize = 100;

/// The door to one cloud and two tenants.
#[derive(Debug)]
pub struct Door {
    wire: Arc<Wire>,
    tokens: Tokens,
    endpoints: Endpoints,
    kubernetes: KubernetesAccess,
    app_secret: Option<Secret>,
}

impl Door {
    /// Makes a door.
    #[must_use]
    pub const fn new(
        wire: Arc<Wire>,
        tokens: Tokens,
        endpoints: Endpoints,
        kubernetes: KubernetesAccess,
        app_secret: Option<Secret>,
    ) -> Self {
        Self { wire, tokens, endpoints, kubernetes, app_secret }
    }

    /// Returns the way to the clusters' Kubernetes APIs.
    #[must_use]
    pub const fn kubernetes(&self) -> &KubernetesAccess {
        &self.kubernetes
    }

    /// Returns the secret of the cluster's app that was given to prove the pull.
    #[must_use]
    pub const fn app_secret(&self) -> Option<&Secret> {
        self.app_secret.as_ref()
    }

    /// Returns the wire behind the door.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// Returns the addresses of the cloud's services.
    #[must_use]
    pub const fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// Returns the tokens that requests go out with.
    #[must_use]
    pub const fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    /// Sends a request and reads JSON.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn json<T: DeserializeOwned + Send>(&self, work: &Work, request: Request) -> Result<T, CallError> {
        // On the heap: what a request waits for is large, and every question holds some.
        Box::pin(self.read(work, request, |reply| serde_json::from_slice(&reply.body).map_err(|e| torn(&e)))).await
    }

    /// Sends a request and returns the answer as it is.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn raw(&self, work: &Work, request: Request) -> Result<Reply, CallError> {
        Box::pin(self.read(work, request, |reply| {
            Ok(Reply { status: reply.status, headers: reply.headers.clone(), body: reply.body.clone() })
        }))
        .await
    }

    /// Returns the operator's token. A stop meanwhile is a stop, not a sign-in that does not work.
    async fn token(&self, side: Side, audience: Audience) -> Result<Secret, CallError> {
        let token = self.tokens.token(side, audience).await;
        token.map_err(|t| if self.wire.control().is_stopped() { CallError::Stopped } else { CallError::SignIn(t) })
    }

    /// Reads a list to its end. Next pages must be on the same host: the operator's token goes there. A list that goes
    /// on elsewhere, or without end, is no list: half of one would be taken for the whole.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn list<T: DeserializeOwned + Send>(&self, work: &Work, request: Request) -> Result<Vec<T>, CallError> {
        let mut items = Vec::new();
        self.pages(work, request, |page| items.extend(page)).await?;
        Ok(items)
    }

    /// Reads a list to its end, page by page.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn pages<T: DeserializeOwned + Send>(
        &self,
        work: &Work,
        request: Request,
        mut each: impl FnMut(Vec<T>),
    ) -> Result<(), CallError> {
        let mut page = request;
        for _ in 0..MOST_PAGES {
            let list: List<T> = self.json(work, page.clone()).await?;
            each(list.value);
            let Some(link) = list.next else { return Ok(()) };
            match page.url.join(&link) {
                Ok(url) if url.origin() == page.url.origin() => page.url = url,
                _ => {
                    return Err(CallError::Unreachable(
                        Unanswered::Elsewhere.because("the list goes on at another host"),
                    ));
                }
            }
        }
        Err(endless())
    }

    /// Everything that a query finds in all scopes that the operator may read (Resource Graph), page by page.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn query<T: DeserializeOwned + Send>(
        &self,
        work: &Work,
        side: Side,
        query: &str,
    ) -> Result<Vec<T>, CallError> {
        let mut rows = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..MOST_PAGES {
            let request = request::resources(&self.endpoints, side, query, after.as_deref());
            let page: GraphPage<T> = self.json(work, request).await?;
            rows.extend(page.data);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(rows),
            }
        }
        Err(endless())
    }

    /// Sends a request; a token that is not accepted is made anew once, since a 401 says that nothing was done.
    async fn read<T>(
        &self,
        work: &Work,
        request: Request,
        read: impl Fn(&Reply) -> Result<T, String> + Send + Sync,
    ) -> Result<T, CallError> {
        let Auth::Operator(audience) = request.auth else {
            return self.wire.send(work, &request, None, read).await;
        };
        let token = self.token(request.side, audience).await?;
        match self.wire.send(work, &request, Some(&token), &read).await {
            Err(CallError::Refused(refused)) if refused.refusal.status == Some(401) => {
                self.tokens
                    .refused(request.side, audience, &token, refused.claims)
                    .await
                    .map_err(|trouble| CallError::SignIn(Trouble { refusal: Some(refused.refusal), ..trouble }))?;
                let token = self.token(request.side, audience).await?;
                self.wire.send(work, &request, Some(&token), &read).await
            }
            other => other,
        }
    }
}

/// Returns the error for a list without end.
pub(crate) fn endless() -> CallError {
    CallError::Unreachable(Unanswered::TooLarge.because("the list has more pages than any should"))
}
