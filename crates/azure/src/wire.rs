//! The wire: sends one request, tries again where that is safe, and says so in events. The only place that sends
//! anything to Azure.

use std::time::{Duration, Instant};

use backon::BackoffBuilder;
use base64::prelude::{BASE64_STANDARD, Engine as _};
use crosspull_core::event::{Event, Plane, Work};
use crosspull_core::explain::{NoConnection, Refusal, Trouble};
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use http::{HeaderMap, StatusCode};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::control::Control;
use crate::journal::JournalError;
use crate::line::{Line, Proxies, Way, innermost, is_near};
use crate::page;
use crate::recorder::Recorder;
use crate::refusal::{Refused, Unanswered, refused};
use crate::request::{Auth, Repeat, Request};
use crate::throttle::Throttles;

/// No answer of ours is larger; a manifest may have 4 MiB (OCI distribution specification).
const LARGEST_ANSWER: usize = 4 * 1024 * 1024;
/// Bytes to have room for where an answer does not tell its length.
const COMMON_ANSWER: usize = 64 * 1024;
/// Tries of a request that is answered by errors or not at all.
const TRIES: u32 = 5;
/// The longest time for which throttling is sat out.
const THROTTLE_AT_MOST: Duration = Duration::from_secs(300);

/// The longest time for which throttling is sat out, and that of one try, where the answer is wanted at once.
const AT_ONCE: Duration = Duration::from_secs(5);

/// The reason of a wait that a service asks for.
const PATIENCE: &str = "the service asks for patience";

/// The time that things may take.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// The divisor of the waits that are crosspull's own. A wait that a service asks for is not divided.
    pub divisor: f64,
    /// The longest time of one try of a request.
    pub deadline: Duration,
    /// The longest wait for a person, which nothing divides.
    pub person: Duration,
    /// The tries of a request that is answered by errors or not at all.
    tries: u32,
    /// The longest time for which a service's word to wait is sat out.
    throttled: Duration,
}

impl Pace {
    /// Makes the pace of a run, which may take its time.
    #[must_use]
    pub const fn new(divisor: f64, deadline: Duration, person: Duration) -> Self {
        Self { divisor, deadline, person, tries: TRIES, throttled: THROTTLE_AT_MOST }
    }

    /// Returns the pace of a question whose answer tells what is so at present: one more try, and short patience.
    #[must_use]
    pub fn at_once(self) -> Self {
        Self { deadline: self.deadline.min(AT_ONCE), tries: 2, throttled: AT_ONCE, ..self }
    }

    /// True for the pace of such a question.
    #[must_use]
    pub const fn is_at_once(&self) -> bool {
        self.tries < TRIES
    }

    /// Returns one of crosspull's own waits at this pace.
    #[must_use]
    pub fn of(&self, wait: Duration) -> Duration {
        wait.div_f64(self.divisor.max(1.0))
    }
}

/// An answer that says that the request was done.
pub struct Reply {
    /// The HTTP status: one of success, or one that the request takes.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body; wiped after use, since some hold a secret.
    pub body: Zeroizing<Vec<u8>>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Reply({}, {} bytes)", self.status, self.body.len())
    }
}

/// The reason why a request was not done, or is not known to be done.
#[derive(Debug)]
pub enum CallError {
    /// The service answered that the request was not done.
    Refused(Refused),
    /// The request was never sent, or nothing but reading was lost.
    Unreachable(Refusal),
    /// The request was sent and may or may not have been done.
    Lost(Refusal),
    /// There is no token for the request.
    SignIn(Trouble),
    /// The journal cannot be written, so the request was not sent.
    Journal(JournalError),
    /// The operator said stop before the request was sent.
    Stopped,
}

impl CallError {
    /// True where asking again soon may bring an answer: nobody said no, nobody said stop, and the way to the service is
    /// not closed for a reason that stays.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let is_open = |refusal: &Refusal| NoConnection::of(refusal).is_none_or(NoConnection::may_pass);
        let way = match self {
            Self::Unreachable(refusal) | Self::Lost(refusal) => is_open(refusal),
            Self::SignIn(trouble) => trouble.refusal.as_ref().is_none_or(is_open),
            Self::Refused(_) => true,
            Self::Journal(_) | Self::Stopped => false,
        };
        way && !self.is_final()
    }

    /// True where asking again changes nothing: the service, or the sign-in for it, said no for good.
    #[must_use]
    pub fn is_final(&self) -> bool {
        let no = |refusal: &Refusal| refusal.status.is_some_and(|s| (400..500).contains(&s) && !matches!(s, 408 | 429));
        match self {
            Self::Refused(refused) => no(&refused.refusal),
            // A sign-in that could not be reached may be reached soon; one that said no without an answer is a
            // program's.
            Self::SignIn(trouble) => trouble.refusal.as_ref().is_none_or(no),
            Self::Unreachable(_) | Self::Lost(_) | Self::Journal(_) | Self::Stopped => false,
        }
    }

    /// Returns the service's refusal, or the words for an answer that did not come; else the error itself.
    ///
    /// # Errors
    /// The error, where neither the service nor the line to it is the reason.
    pub fn refusal(self) -> Result<Refusal, Self> {
        match self {
            Self::Refused(Refused { refusal, .. }) | Self::Unreachable(refusal) | Self::Lost(refusal) => Ok(refusal),
            error @ (Self::SignIn(_) | Self::Journal(_) | Self::Stopped) => Err(error),
        }
    }

    /// Returns the error as a trouble, where nothing was to be changed; `what` says what did not happen.
    #[must_use]
    pub fn trouble(self, what: impl Into<String>) -> Trouble {
        match self {
            Self::Refused(Refused { refusal, .. }) | Self::Unreachable(refusal) | Self::Lost(refusal) => {
                Trouble::from_refusal(what, refusal)
            }
            Self::SignIn(trouble) => trouble,
            Self::Journal(error) => Trouble::new(what, error.to_string(), error.cure()),
            Self::Stopped => Trouble::new(what, "You stopped it.", ""),
        }
    }
}

/// Sends requests.
#[derive(Debug, Clone)]
pub struct Wire {
    line: Line,
    recorder: std::sync::Arc<Recorder>,
    control: Control,
    pace: Pace,
    /// The services that asked for patience, whoever asked them.
    throttles: Throttles,
    /// Tries of a request that is answered by errors or not at all.
    tries: u32,
}

/// The result of one try.
enum Tried {
    Done(Reply),
    Refused(Refused, Option<Duration>),
    Unsent(Refusal),
    Lost(Refusal),
}

/// A pause, and what is said of it.
#[derive(Debug)]
pub struct Pause<'a> {
    /// The work that waits.
    pub work: &'a Work,
    /// The reason, which completes "waiting: …".
    pub why: &'a str,
    /// The time until the next try.
    pub wait: Duration,
    /// The longest time, counted from the first pause of its kind.
    pub at_most: Duration,
    /// Tries so far.
    pub tries: u32,
    /// The trouble that a service tells of meanwhile.
    pub says: Option<Trouble>,
}

impl Wire {
    /// Makes a wire on that line. Its client must not follow redirects: a token would go along.
    #[must_use]
    pub fn new(line: Line, recorder: std::sync::Arc<Recorder>, control: Control, pace: Pace) -> Self {
        Self { line, recorder, control, pace, throttles: Throttles::of_process(), tries: pace.tries }
    }

    /// Returns this wire on another line, with so many tries: for a host that has an authority and credentials of its
    /// own.
    #[must_use]
    pub fn on(&self, line: Line, tries: u32) -> Self {
        Self { line, tries, ..self.clone() }
    }

    /// Returns the proxies that the wire goes through.
    #[must_use]
    pub const fn proxies(&self) -> &Proxies {
        self.line.proxies()
    }

    /// Returns the way to a host.
    #[must_use]
    pub fn way(&self, url: &url::Url) -> Way {
        self.line.way(url)
    }

    /// Returns the recorder that events go to.
    #[must_use]
    pub fn recorder(&self) -> &Recorder {
        &self.recorder
    }

    /// Returns the operator's word: stop, or go on.
    #[must_use]
    pub const fn control(&self) -> &Control {
        &self.control
    }

    /// Returns the time that things may take.
    #[must_use]
    pub const fn pace(&self) -> Pace {
        self.pace
    }

    /// Sends a request and reads its answer; `read` judges the body, so that a torn one counts as none.
    ///
    /// # Errors
    /// See [`CallError`].
    pub async fn send<T>(
        &self,
        work: &Work,
        request: &Request,
        token: Option<&Secret>,
        read: impl Fn(&Reply) -> Result<T, String> + Send + Sync,
    ) -> Result<T, CallError> {
        if self.control.is_stopped() {
            return Err(CallError::Stopped);
        }
        self.keep_away(work, request).await?;
        let call = self.recorder.next_call();
        let started = Event::CallStarted {
            call,
            work: work.clone(),
            plane: request.plane,
            side: request.side,
            method: request.method.to_string(),
            url: shown(&request.url),
            writes: request.writes(),
            resets: request.resets,
        };
        if request.writes() { self.recorder.record(started) } else { self.recorder.announce(started) }
            .map_err(CallError::Journal)?;
        let mut backoff = backon::ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(500))
            .with_max_delay(Duration::from_secs(15))
            .with_jitter()
            .without_max_times()
            .build();
        let begun = Instant::now();
        let mut n = 0;
        loop {
            n += 1;
            let sent = Instant::now();
            let tried = self.once(request, token).await;
            let outcome = match tried {
                Tried::Done(reply) => match read(&reply) {
                    Ok(value) => Ok((value, reply.status)),
                    Err(why) => Err(Tried::Lost(Unanswered::Torn.because(&why))),
                },
                other => Err(other),
            };
            let ms = u64::try_from(sent.elapsed().as_millis()).unwrap_or(u64::MAX);
            let event = Event::CallTried { call, n, status: status_of(&outcome), ms, refusal: refusal_of(&outcome) };
            if request.writes() { self.recorder.record(event) } else { self.recorder.announce(event) }
                .map_err(CallError::Journal)?;
            let failed = match outcome {
                Ok((value, _)) => {
                    self.throttles.answered(request);
                    return Ok(value);
                }
                Err(failed) => failed,
            };
            let own = self.pace.of(backoff.next().unwrap_or(Duration::from_secs(15)));
            match &failed {
                Tried::Refused(refused, Some(wait)) if matches!(refused.refusal.status, Some(429 | 503)) => {
                    self.throttles.note(request, refused, *wait, Instant::now());
                }
                Tried::Refused(refused, None) if refused.refusal.status == Some(429) => {
                    self.throttles.note(request, refused, own, Instant::now());
                }
                Tried::Refused(..) => self.throttles.answered(request),
                Tried::Done(_) | Tried::Unsent(_) | Tried::Lost(_) => {}
            }
            let within_tries = n < tries(&failed, self.tries);
            // A service that has throttled other calls all the while is not sat out anew by each of them.
            let so_far = begun.elapsed().max(self.throttles.lasting(request, Instant::now()));
            let spent = Spent { so_far, at_most: self.pace.throttled };
            let Some((why, wait, at_most)) = again(request.repeat, &failed, within_tries, own, spent) else {
                return Err(given_up(failed, request.repeat));
            };
            self.pause(work, why, wait, at_most, n).await?;
            self.keep_away(work, request).await?;
        }
    }

    /// Waits until the service may be asked, where it asked for patience in answer to any call.
    ///
    /// # Errors
    /// The service's refusal, where the wait is longer than any that is sat out; an error of [`Self::pause`].
    async fn keep_away(&self, work: &Work, request: &Request) -> Result<(), CallError> {
        let begun = Instant::now();
        while let Some((wait, refused)) = self.throttles.wait(request, Instant::now()) {
            let so_far = begun.elapsed().max(self.throttles.lasting(request, Instant::now()));
            if so_far + wait > self.pace.throttled {
                return Err(CallError::Refused(refused));
            }
            self.pause(work, PATIENCE, wait, self.pace.throttled, 1).await?;
        }
        Ok(())
    }

    /// Waits, and says so.
    ///
    /// # Errors
    /// An error where the operator says stop meanwhile, or the journal cannot be written.
    pub async fn pause(
        &self,
        work: &Work,
        why: &str,
        wait: Duration,
        at_most: Duration,
        tries: u32,
    ) -> Result<(), CallError> {
        let pause = Pause { work, why, wait, at_most, tries, says: None };
        self.pause_unless(pause, std::future::pending::<()>()).await.map(drop)
    }

    /// Waits and says so, unless something comes before; returns what came.
    ///
    /// # Errors
    /// The operator said stop, or the journal cannot be written.
    pub async fn pause_unless<T>(
        &self,
        pause: Pause<'_>,
        before: impl Future<Output = T>,
    ) -> Result<Option<T>, CallError> {
        let Pause { work, why, wait, at_most, tries, says } = pause;
        let ms = |d: Duration| u64::try_from(d.as_millis()).unwrap_or(u64::MAX);
        let (work, why) = (work.clone(), why.to_owned());
        let event = Event::Waiting { work, why, ms: ms(wait), at_most_ms: ms(at_most), tries, says };
        self.recorder.announce(event).map_err(CallError::Journal)?;
        tokio::select! {
            biased;
            () = self.control.stopped() => Err(CallError::Stopped),
            came = before => Ok(Some(came)),
            () = tokio::time::sleep(wait) => Ok(None),
        }
    }

    /// Sends one try.
    async fn once(&self, request: &Request, token: Option<&Secret>) -> Tried {
        if let Err(refusal) = self.line.is_usable(&request.url) {
            return Tried::Unsent(refusal);
        }
        let mut builder =
            self.line.http().request(request.method.clone(), request.url.clone()).timeout(self.pace.deadline);
        builder = match (&request.auth, token) {
            (Auth::Basic(user, secret), _) => builder.basic_auth(user, Some(secret.reveal())),
            (Auth::Token(secret), _) => builder.bearer_auth(secret.reveal()),
            (Auth::Operator(_), Some(token)) => builder.bearer_auth(token.reveal()),
            (Auth::None | Auth::Operator(_), _) => builder,
        };
        if let Some(accept) = request.accept {
            builder = builder.header(http::header::ACCEPT, accept);
        }
        if let Some(range) = request.range {
            builder = builder.header(http::header::RANGE, range);
        }
        if let Some((name, value)) = &request.header {
            builder = builder.header(*name, value.reveal());
        }
        if let Some(name) = client_request_id(request.plane) {
            builder = builder.header(name, Uuid::new_v4().to_string());
        }
        if let Some(body) = &request.body {
            // Wiped when the client lets go of it.
            let bytes = bytes::Bytes::from_owner(body.bytes.clone());
            builder = builder.header(http::header::CONTENT_TYPE, body.content_type).body(bytes);
        }
        match builder.send().await {
            Err(error) if error.is_connect() => {
                Tried::Unsent(self.line.not_connected(&request.url, &error, self.recorder.now()).await)
            }
            Err(error) => {
                let why = if error.is_timeout() { self.too_late() } else { innermost(&error) };
                Tried::Lost(Unanswered::NoAnswer.because(&self.line.words(&request.url, &why)))
            }
            Ok(response) => self.read(response, request, token).await,
        }
    }

    async fn read(&self, mut response: reqwest::Response, request: &Request, token: Option<&Secret>) -> Tried {
        let status = response.status();
        // Large enough at once: what is copied while it grows would not be wiped.
        let length = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Zeroizing::new(Vec::with_capacity(length.unwrap_or(COMMON_ANSWER).min(LARGEST_ANSWER)));
        let headers = std::mem::take(response.headers_mut());
        loop {
            match response.chunk().await {
                Ok(None) => break,
                Ok(Some(chunk)) if body.len() + chunk.len() <= LARGEST_ANSWER => body.extend_from_slice(&chunk),
                Ok(Some(_)) => {
                    return Tried::Lost(Unanswered::TooLarge.because("the answer is larger than any should be"));
                }
                Err(error) => return Tried::Lost(Unanswered::Torn.because(&innermost(&error))),
            }
        }
        let is_taken = status.is_success() || request.takes.contains(&status.as_u16());
        let foreign = page::not_of_service(status, is_taken, &headers, &body).or_else(|| {
            let is_entra = request.plane == Plane::Entra && !is_near(&request.url);
            if is_entra { page::not_of_entra(status, &headers, &body) } else { None }
        });
        if is_taken && foreign.is_none() {
            return Tried::Done(Reply { status, headers, body });
        }
        // The words of the refusal are shown and kept, and may repeat what was sent.
        let secrets = request.secrets();
        let body = token.into_iter().chain(&secrets).fold(body, masked);
        if let Some(cause) = foreign {
            let words = page::words(status, &headers, &body);
            let refusal = self.line.not_of_service(cause, &request.url, &words);
            // A write may have come to the service before a gateway lost it.
            let may_be_done = cause == NoConnection::GatewayTrouble || status.is_success() && request.writes();
            return if may_be_done { Tried::Lost(refusal) } else { Tried::Unsent(refusal) };
        }
        // Only a throttled service is taken by its text: other errors speak of seconds for other reasons.
        let text: &[u8] = if status.as_u16() == 429 { &body } else { &[] };
        let wait = asked_wait(&headers, text, self.recorder.now());
        Tried::Refused(refused(status.as_u16(), &headers, &body), wait)
    }

    fn too_late(&self) -> String {
        format!("no answer within {} s", self.pace.deadline.as_secs())
    }
}

/// Returns an answer without a secret that it may repeat: as the secret is, as forms have it, as HTTP's basic sign-in
/// has it.
fn masked(body: Zeroizing<Vec<u8>>, secret: &Secret) -> Zeroizing<Vec<u8>> {
    let text = Zeroizing::new(String::from_utf8_lossy(&body).into_owned());
    let forms = [
        Zeroizing::new(secret.reveal().to_owned()),
        Zeroizing::new(url::form_urlencoded::byte_serialize(secret.reveal().as_bytes()).collect::<String>()),
        Zeroizing::new(BASE64_STANDARD.encode(secret.reveal())),
    ];
    let repeats = |form: &&Zeroizing<String>| !form.is_empty() && text.contains(form.as_str());
    if !forms.iter().any(|form| repeats(&form)) {
        return body;
    }
    let text =
        forms.iter().filter(repeats).fold(text.clone(), |text, form| Zeroizing::new(text.replace(form.as_str(), "…")));
    Zeroizing::new(text.as_bytes().to_vec())
}

/// Returns how often a request is tried that failed so, of so many tries.
fn tries(failed: &Tried, all: u32) -> u32 {
    match failed {
        Tried::Unsent(refusal) if NoConnection::of(refusal).is_some_and(NoConnection::is_soon_given_up) => all.min(2),
        _ => all,
    }
}

/// The time that a request has waited, and the longest that it may.
#[derive(Debug, Clone, Copy)]
struct Spent {
    so_far: Duration,
    at_most: Duration,
}

/// Returns whether and when a request may be tried again: the reason of the wait, the wait, and the time for all waits.
fn again(
    repeat: Repeat,
    failed: &Tried,
    within_tries: bool,
    own: Duration,
    spent: Spent,
) -> Option<(&'static str, Duration, Duration)> {
    let at_most = spent.at_most;
    match failed {
        Tried::Refused(Refused { refusal, .. }, asked) => match refusal.status {
            // Throttled: not done, whatever it was.
            Some(429) => {
                // No wait at all is no patience.
                let wait = asked.filter(|wait| !wait.is_zero()).unwrap_or(own);
                (spent.so_far + wait <= at_most).then_some((PATIENCE, wait, at_most))
            }
            Some(503) if repeat == Repeat::Freely => {
                let wait = asked.unwrap_or(own);
                (within_tries && wait <= at_most).then_some(("the service is busy", wait, at_most))
            }
            Some(408 | 500 | 502 | 504) if repeat == Repeat::Freely => {
                within_tries.then_some(("the service had an error", own, at_most))
            }
            _ => None,
        },
        Tried::Unsent(refusal) => {
            let may_pass = NoConnection::of(refusal).is_none_or(NoConnection::may_pass);
            (within_tries && may_pass).then_some(("no connection", own, at_most))
        }
        Tried::Lost(_) if repeat == Repeat::Freely => within_tries.then_some(("no answer came", own, at_most)),
        Tried::Lost(_) | Tried::Done(_) => None,
    }
}

/// Returns the meaning of a last try. A write that the service answered with an error of its own may have
/// been done all the same.
fn given_up(failed: Tried, repeat: Repeat) -> CallError {
    match failed {
        Tried::Refused(refused, _)
            if repeat == Repeat::AfterReading
                && matches!(refused.refusal.status, Some(408 | 500 | 502 | 503 | 504)) =>
        {
            CallError::Lost(refused.refusal)
        }
        Tried::Refused(refused, _) => CallError::Refused(refused),
        Tried::Unsent(refusal) => CallError::Unreachable(refusal),
        Tried::Lost(refusal) if repeat == Repeat::Freely => CallError::Unreachable(refusal),
        Tried::Lost(refusal) => CallError::Lost(refusal),
        Tried::Done(_) => CallError::Lost(Unanswered::Torn.because("the answer could not be read")),
    }
}

fn status_of<T>(outcome: &Result<(T, StatusCode), Tried>) -> Option<u16> {
    match outcome {
        Ok((_, status)) => Some(status.as_u16()),
        Err(Tried::Refused(refused, _)) => refused.refusal.status,
        Err(_) => None,
    }
}

fn refusal_of<T>(outcome: &Result<T, Tried>) -> Option<Refusal> {
    match outcome {
        Err(Tried::Refused(refused, _)) => Some(refused.refusal.clone()),
        Err(Tried::Unsent(refusal) | Tried::Lost(refusal)) => Some(refusal.clone()),
        Ok(_) | Err(Tried::Done(_)) => None,
    }
}

/// Returns the wait that the service asks for: a header in seconds, milliseconds or as a date, or only its text
/// (`docs/facts/azure-sdk.md` 2).
pub(crate) fn asked_wait(headers: &HeaderMap, body: &[u8], now: jiff::Timestamp) -> Option<Duration> {
    let header = |name: &str| headers.get(name).and_then(|v| v.to_str().ok()).map(str::trim);
    let ms = ["retry-after-ms", "x-ms-retry-after-ms"].iter().find_map(|name| header(name)?.parse().ok());
    if let Some(ms) = ms {
        return Some(Duration::from_millis(ms));
    }
    if let Some(text) = header("retry-after") {
        if let Ok(seconds) = text.parse::<f64>() {
            return Duration::try_from_secs_f64(seconds).ok();
        }
        let date = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        return Some(Duration::try_from(date.duration_since(now)).unwrap_or(Duration::ZERO));
    }
    seconds_in(&String::from_utf8_lossy(body))
}

/// Returns the number before the first "second" in a text such as "Please try again after 12 seconds".
fn seconds_in(text: &str) -> Option<Duration> {
    let before = text.get(..text.to_ascii_lowercase().find("second")?)?.trim_end();
    let digits: String =
        before.chars().rev().take_while(char::is_ascii_digit).collect::<Vec<_>>().into_iter().rev().collect();
    digits.parse().ok().filter(|s| *s <= 3600).map(Duration::from_secs)
}

/// Returns the header under which a service takes the caller's own id for a call.
const fn client_request_id(plane: Plane) -> Option<&'static str> {
    match plane {
        Plane::Arm => Some("x-ms-client-request-id"),
        Plane::Graph => Some("client-request-id"),
        Plane::Entra | Plane::Registry | Plane::Kubernetes => None,
    }
}

/// Returns an address as it may be shown: a signature in a query (operations, redirected blobs) is left out.
fn shown(url: &url::Url) -> String {
    const HARMLESS: [&str; 6] = ["api-version", "$filter", "$select", "service", "scope", "monitor"];
    let mut shown = url.clone();
    shown.set_query(None);
    let kept: Vec<String> =
        url.query_pairs().filter(|(k, _)| HARMLESS.contains(&k.as_ref())).map(|(k, v)| format!("{k}={v}")).collect();
    let base = printable(shown.as_str(), 600);
    if kept.is_empty() { base } else { format!("{base}?{}", printable(&kept.join("&"), 300)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::refusal::not_connected;

    #[test]
    fn what_an_answer_repeats_of_a_secret_is_not_kept() {
        let secret = Secret::new("a~secret/value".to_owned());
        let said = |body: &str| {
            let body = masked(Zeroizing::new(body.as_bytes().to_vec()), &secret);
            String::from_utf8_lossy(&body).into_owned()
        };
        assert_eq!(said("you sent a~secret/value, and"), "you sent …, and");
        assert_eq!(said("client_secret=a%7Esecret%2Fvalue&x"), "client_secret=…&x");
        assert_eq!(said("YX5zZWNyZXQvdmFsdWU="), "…");
        assert_eq!(said("nothing of it"), "nothing of it");
    }

    #[test]
    fn a_wait_is_read_from_headers_or_from_the_text() {
        let now: jiff::Timestamp = "2026-11-22T12:00:00Z".parse().expect("a time");
        let wait = |name: &'static str, value: &'static str, body: &str| {
            let mut headers = HeaderMap::new();
            if !name.is_empty() {
                headers.insert(name, http::HeaderValue::from_static(value));
            }
            asked_wait(&headers, body.as_bytes(), now).map(|d| d.as_millis())
        };
        assert_eq!(wait("retry-after", "12", ""), Some(12_000));
        assert_eq!(wait("retry-after", "Sun, 22 Nov 2026 12:00:30 GMT", ""), Some(30_000));
        assert_eq!(wait("retry-after-ms", "250", ""), Some(250));
        assert_eq!(wait("", "", "Too many requests. Please try again after 7 seconds."), Some(7000));
        assert_eq!(wait("", "", "no number of seconds"), None);
    }

    #[test]
    fn only_what_can_be_repeated_is_tried_again() {
        let refused = |status| {
            let refusal =
                Refusal { status: Some(status), code: String::new(), message: String::new(), request_id: None };
            Tried::Refused(Refused { refusal, oauth: None, claims: None }, None)
        };
        let lost = || Tried::Lost(Unanswered::NoAnswer.because(""));
        let spent = Spent { so_far: Duration::ZERO, at_most: THROTTLE_AT_MOST };
        let retried = |repeat, failed: &Tried| again(repeat, failed, true, Duration::ZERO, spent).is_some();
        for status in [429, 500, 502, 503, 504] {
            assert!(retried(Repeat::Freely, &refused(status)), "{status}");
            assert_eq!(retried(Repeat::AfterReading, &refused(status)), status == 429, "{status}");
        }
        for status in [400, 401, 403, 404, 409] {
            assert!(!retried(Repeat::Freely, &refused(status)), "{status}");
        }
        assert!(retried(Repeat::Freely, &lost()));
        assert!(!retried(Repeat::AfterReading, &lost()));
        let unsent = |cause: NoConnection| Tried::Unsent(not_connected(cause, ""));
        for cause in [NoConnection::Refused, NoConnection::NameNotFound, NoConnection::TimedOut, NoConnection::Other] {
            assert!(retried(Repeat::AfterReading, &unsent(cause)), "{cause:?}");
        }
        for cause in [
            NoConnection::UnknownAuthority,
            NoConnection::CertificateTime,
            NoConnection::CertificateName,
            NoConnection::ProxyCredentials,
            NoConnection::ProxyForbids,
            NoConnection::ProxyKind,
        ] {
            assert!(!retried(Repeat::Freely, &unsent(cause)), "{cause:?}");
        }
    }

    #[test]
    fn signatures_in_an_address_are_not_shown() {
        let url = url::Url::parse("https://h/op/1?api-version=1&t=9&c=sig&s=x&h=y").expect("a URL");
        assert_eq!(shown(&url), "https://h/op/1?api-version=1");
    }
}
