//! Watches: what is there, if no version is named or it is asked for, and every change from then on (Kubernetes documentation,
//! "Efficient detection of changes", "Streaming lists").

use std::{convert::Infallible, time::Duration};

use axum::{
    body::{Body, Bytes},
    response::{IntoResponse, Response},
};
use futures_util::stream;
use http::{HeaderValue, header};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    api::Api,
    asked::Asked,
    kinds::{Kind, Target},
    list::is_in,
    objects,
    select::Selector,
};
use crate::{
    errors::{Answer, JSON},
    log::NotKept,
};

/// The interval at which the world is looked at, on the wall clock.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// The longest time that a watch lasts, on the wall clock, when the client does not say.
const USUAL: Duration = Duration::from_secs(300);

/// One watch.
struct Watch {
    api: Api,
    kind: &'static Kind,
    namespace: Option<String>,
    selector: Selector,
    /// The newest revision that was sent.
    seen: u64,
    /// True where a bookmark is to say where what was there ends.
    bookmark: bool,
    end: Instant,
}

/// Answers a watch: a line of JSON for each change, until its time is over.
pub fn answer(asked: &Asked, target: &Target<'_>) -> Answer {
    let selector = Selector::of(asked, target.kind)?;
    let seconds = asked.query("timeoutSeconds").and_then(|seconds| seconds.parse().ok()).filter(|seconds| *seconds > 0);
    let initial = asked.is_set("sendInitialEvents");
    let since = asked.query("resourceVersion").filter(|_| !initial);
    let watch = Watch {
        api: asked.api.clone(),
        kind: target.kind,
        namespace: target.namespace.map(str::to_owned),
        selector,
        seen: since.and_then(|version| version.parse().ok()).unwrap_or_default(),
        bookmark: initial,
        end: Instant::now() + seconds.map_or(USUAL, Duration::from_secs),
    };
    let lines = stream::unfold(watch, |mut watch| async move {
        loop {
            let lines = watch.changes();
            if !lines.is_empty() {
                return Some((Ok::<_, Infallible>(Bytes::from(lines)), watch));
            }
            if Instant::now() >= watch.end {
                return None;
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    });
    let mut response: Response = Body::from_stream(lines).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(JSON));
    response.extensions_mut().insert(NotKept);
    Ok(response)
}

impl Watch {
    /// Returns what happened since the watch looked last, the oldest first.
    fn changes(&mut self) -> String {
        let world = self.api.cloud.world();
        let Some(cluster) = world.cluster(&self.api.cluster) else {
            return String::new();
        };
        let seen = self.seen;
        let there = objects::all(cluster, self.kind).into_iter();
        let there = there.map(|stored| (if stored.made > seen { "ADDED" } else { "MODIFIED" }, stored));
        // What was made and deleted since is no news.
        let gone =
            cluster.kubernetes.gone.iter().filter(|stored| stored.made <= seen && stored.plural == self.kind.plural);
        let gone = gone.map(|stored| ("DELETED", stored.clone()));
        let mut changes: Vec<_> = there
            .chain(gone)
            .filter(|(_, stored)| stored.changed > seen && is_in(stored, self.namespace.as_deref()))
            .filter(|(_, stored)| self.selector.selects(&stored.object))
            .collect();
        self.seen = cluster.kubernetes.revision;
        changes.sort_by_key(|(_, stored)| stored.changed);
        let line = |what: &str, object: Value| {
            format!("{}\n", json!({ "type": what, "object": objects::typed(self.kind, object) }))
        };
        let mut lines: String = changes.iter().map(|(what, stored)| line(what, objects::shown(stored))).collect();
        if std::mem::take(&mut self.bookmark) {
            let annotations = json!({ "k8s.io/initial-events-end": "true" });
            let metadata = json!({ "resourceVersion": self.seen.to_string(), "annotations": annotations });
            lines.push_str(&line("BOOKMARK", json!({ "metadata": metadata })));
        }
        lines
    }
}
