//! What services asked for patience, and until when: one table for the whole process. What a service throttles as one is
//! left alone as one, by whichever task meets it: calls that go on meanwhile prolong the throttling.

use std::sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crosspull_core::event::Plane;
use crosspull_core::names::Side;

use crate::refusal::Refused;
use crate::request::Request;

/// Everything that shares a limit. Resource Manager counts by principal, and by subscription or tenant (Microsoft, "Understand
/// how Azure Resource Manager throttles requests"); Graph by tenant and app ("Microsoft Graph throttling guidance"); Entra
/// by tenant; a registry and a cluster by themselves. Each side has one principal.
#[derive(Debug, PartialEq, Eq)]
struct Scope {
    plane: Plane,
    /// The host, and its port.
    host: String,
    side: Option<Side>,
    subscription: Option<String>,
}

impl Scope {
    fn of(request: &Request) -> Self {
        let plane = request.plane;
        let subscription = match plane {
            Plane::Arm => subscription(request.url.path()),
            _ => None,
        };
        let side = match plane {
            Plane::Arm | Plane::Graph | Plane::Entra => Some(request.side),
            Plane::Registry | Plane::Kubernetes => None,
        };
        Self { plane, host: request.url.authority().to_owned(), side, subscription }
    }
}

fn subscription(path: &str) -> Option<String> {
    let mut parts = path.split('/').skip_while(|part| !part.eq_ignore_ascii_case("subscriptions"));
    parts.nth(1).filter(|id| !id.is_empty()).map(str::to_ascii_lowercase)
}

/// The longest time after the end of a wait in which the next word for patience still counts as the same throttling.
const SAME: Duration = Duration::from_secs(30);

/// A service's word that it wants to be left alone.
#[derive(Debug)]
struct Throttle {
    scope: Scope,
    /// The time since which the service has said nothing else. `None` where it has answered since.
    since: Option<Instant>,
    until: Instant,
    refused: Refused,
}

/// The table. Clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Throttles(Arc<Mutex<Vec<Throttle>>>);

static OF_PROCESS: LazyLock<Throttles> = LazyLock::new(Throttles::default);

impl Throttles {
    /// Returns the table that every connection of this process shares: the services know nothing of connections.
    pub(crate) fn of_process() -> Self {
        OF_PROCESS.clone()
    }

    fn table(&self) -> MutexGuard<'_, Vec<Throttle>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a service refused a request and asked for a wait. An earlier word that lasts longer stays.
    pub(crate) fn note(&self, request: &Request, refused: &Refused, wait: Duration, now: Instant) {
        let Some(until) = now.checked_add(wait) else { return };
        let scope = Scope::of(request);
        let mut table = self.table();
        let Some(one) = table.iter_mut().find(|one| one.scope == scope) else {
            return table.push(Throttle { scope, since: Some(now), until, refused: refused.clone() });
        };
        let is_same = now.saturating_duration_since(one.until) < SAME;
        one.since = one.since.filter(|_| is_same).or(Some(now));
        if one.until < until {
            (one.until, one.refused) = (until, refused.clone());
        }
    }

    /// Notes that a service answered. Its word to wait stays: other calls are throttled all the same.
    pub(crate) fn answered(&self, request: &Request) {
        let scope = Scope::of(request);
        if let Some(one) = self.table().iter_mut().find(|one| one.scope == scope) {
            one.since = None;
        }
    }

    /// Returns for how long a service has said nothing but to wait, whoever asked.
    pub(crate) fn lasting(&self, request: &Request, now: Instant) -> Duration {
        let scope = Scope::of(request);
        let since = self.table().iter().find(|one| one.scope == scope).and_then(|one| one.since);
        since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since))
    }

    /// Returns the rest of the wait that a request has to keep, and the refusal that asked for it. `None` where it may go
    /// out now.
    pub(crate) fn wait(&self, request: &Request, now: Instant) -> Option<(Duration, Refused)> {
        let scope = Scope::of(request);
        let table = self.table();
        let one = table.iter().find(|one| one.scope == scope && one.until > now)?;
        Some((one.until.duration_since(now), one.refused.clone()))
    }
}

#[cfg(test)]
mod tests {
    use crosspull_core::explain::Refusal;

    use super::*;
    use crate::request::Auth;

    fn request(plane: Plane, side: Side, url: &str) -> Request {
        Request::new(plane, side, http::Method::GET, url.parse().expect("a URL"), Auth::None)
    }

    fn refused(code: &str) -> Refused {
        let (code, message) = (code.to_owned(), String::new());
        Refused { refusal: Refusal { status: Some(429), code, message, request_id: None }, oauth: None, claims: None }
    }

    const ARM: &str = "https://management.azure.com";

    #[test]
    fn what_is_throttled_as_one_waits_as_one() {
        let throttles = Throttles::default();
        let now = Instant::now();
        let waits = |plane, side, url: &str| throttles.wait(&request(plane, side, url), now).is_some();
        let at = |path: &str| format!("{ARM}{path}");
        let one = request(Plane::Arm, Side::A, &at("/subscriptions/S-1/resourceGroups/x?api-version=1"));
        throttles.note(&one, &refused("TooManyRequests"), Duration::from_secs(9), now);
        assert!(waits(Plane::Arm, Side::A, &at("/SUBSCRIPTIONS/s-1/providers/y")));
        for (side, path) in
            [(Side::A, "/subscriptions/s-2/x"), (Side::A, "/subscriptions"), (Side::B, "/subscriptions/s-1")]
        {
            assert!(!waits(Plane::Arm, side, &at(path)), "{side} {path}");
        }
        assert!(!waits(Plane::Arm, Side::A, "https://management.chinacloudapi.cn/subscriptions/s-1/x"));

        let graph = "https://graph.microsoft.com/v1.0/applications";
        throttles.note(&request(Plane::Graph, Side::B, graph), &refused("x"), Duration::from_secs(9), now);
        assert!(waits(Plane::Graph, Side::B, "https://graph.microsoft.com/v1.0/me"));
        assert!(!waits(Plane::Graph, Side::A, graph), "another tenant");

        throttles.note(
            &request(Plane::Registry, Side::B, "https://r.azurecr.io/v2/"),
            &refused("x"),
            Duration::MAX,
            now,
        );
        assert!(!waits(Plane::Registry, Side::B, "https://r.azurecr.io/v2/"), "no time that there is");
        throttles.note(
            &request(Plane::Registry, Side::B, "https://r.azurecr.io/v2/"),
            &refused("x"),
            Duration::from_secs(1),
            now,
        );
        assert!(waits(Plane::Registry, Side::A, "https://r.azurecr.io/oauth2/token"), "whoever asks");
        assert!(!waits(Plane::Registry, Side::B, "https://other.azurecr.io/v2/"));
    }

    #[test]
    fn throttling_lasts_until_the_service_answers_or_is_left_alone_for_a_while() {
        let throttles = Throttles::default();
        let one = request(Plane::Graph, Side::A, "https://graph.microsoft.com/v1.0/me");
        let begin = Instant::now();
        let at = |seconds| begin + Duration::from_secs(seconds);
        let note = |seconds| throttles.note(&one, &refused("x"), Duration::from_secs(60), at(seconds));
        let lasting = |seconds| throttles.lasting(&one, at(seconds)).as_secs();
        assert_eq!(lasting(0), 0, "nobody said anything");
        note(0);
        note(61);
        assert_eq!(lasting(100), 100, "one call after the other");
        throttles.answered(&one);
        assert_eq!(lasting(110), 0);
        assert!(throttles.wait(&one, at(110)).is_some(), "the word stays");
        note(115);
        assert_eq!(lasting(120), 5);
        note(900);
        assert_eq!(lasting(901), 1, "somebody thought it over meanwhile");
    }

    #[test]
    fn the_longest_word_counts_and_every_word_ends() {
        let throttles = Throttles::default();
        let begun = Instant::now();
        let after = |seconds| begun + Duration::from_secs(seconds);
        let one = request(Plane::Graph, Side::A, "https://graph.microsoft.com/v1.0/me");
        throttles.note(&one, &refused("first"), Duration::from_secs(10), begun);
        throttles.note(&one, &refused("shorter"), Duration::from_secs(2), after(1));
        let told = throttles.wait(&one, after(4)).map(|(wait, refused)| (wait.as_secs(), refused.refusal.code));
        assert_eq!(told, Some((6, "first".to_owned())));
        throttles.note(&one, &refused("longer"), Duration::from_secs(20), after(5));
        let told = throttles.wait(&one, after(10)).map(|(wait, refused)| (wait.as_secs(), refused.refusal.code));
        assert_eq!(told, Some((15, "longer".to_owned())));
        assert!(throttles.wait(&one, after(25)).is_none());
        throttles.note(&one, &refused("x"), Duration::ZERO, after(26));
        assert!(throttles.wait(&one, after(26)).is_none());
    }
}
