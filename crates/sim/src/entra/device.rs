//! The device code flow (RFC 8628; Entra's document "OAuth 2.0 device authorization grant";
//! `docs/facts/real-clients.md` 3).

use std::time::{Duration, Instant};

use axum::extract::{Path, State};
use http::{HeaderMap, StatusCode};
use jiff::SignedDuration;
use serde_json::json;
use uuid::Uuid;

use super::{
    client::{self, Client},
    codes,
    form::Form,
    people::{self, Stop, Way},
};
use crate::{
    cloud::{Cloud, Shared},
    errors::{self, Answer, Refusal},
    sessions::{Device, Progress, Session},
};

/// The interval at which a client asks, in simulated seconds.
const INTERVAL: f64 = 5.0;
/// Letters of a user code: none that looks like another.
const LETTERS: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";

/// The reason why a device code cannot be approved or declined.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// No sign-in waits for this code, or no longer.
    #[error("no sign-in waits for this code")]
    UnknownCode,
    /// Entra keeps the account out.
    #[error("AADSTS{0}: {1}")]
    Refused(u32, String),
}

/// `POST /{tenant}/oauth2/v2.0/devicecode`.
pub async fn begin(
    State(cloud): State<Shared>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    body: String,
) -> Answer {
    let form = Form::read(&headers, &body)?;
    let client_id = form.required("client_id")?;
    let client = {
        let world = cloud.world();
        let directory = people::tenant(&world, &tenant).map_err(|stop| stop.refusal())?;
        client::public(&world, directory, client_id).map_err(|stop| stop.refusal())?
    };
    let lifetime = cloud.times.device_code_lifetime;
    let now = cloud.clock.timestamp();
    let device = Device {
        user_code: user_code(),
        device_code: codes::opaque(),
        authority: tenant,
        client: client.id,
        scope: form.required("scope")?.to_owned(),
        claims: codes::claims(&form)?,
        expires: now.checked_add(SignedDuration::from_secs(lifetime)).unwrap_or(now),
        asked: None,
        progress: Progress::Pending,
    };
    let page = format!("{}/devicelogin", cloud.origin);
    let message = format!(
        "To sign in, use a web browser to open the page {page} and enter the code {} to authenticate.",
        device.user_code
    );
    let body = json!({
        "user_code": device.user_code,
        "device_code": device.device_code,
        "verification_uri": page,
        "expires_in": lifetime,
        "interval": interval(&cloud).as_secs(),
        "message": message,
    });
    somebody_enters(&cloud, &device);
    cloud.sign_ins().devices.push(device);
    Ok(errors::json(StatusCode::OK, &body))
}

/// Returns the interval in whole seconds of the wall clock, at least one.
fn interval(cloud: &Cloud) -> Duration {
    Duration::from_secs(cloud.clock.real(INTERVAL).as_secs().max(1))
}

/// Returns nine letters and digits, as Entra makes them.
fn user_code() -> String {
    let bytes = Uuid::new_v4().into_bytes();
    // The bits that say which kind of UUID it is are in the bytes that are left out.
    let random = bytes.iter().take(6).chain(bytes.iter().skip(9)).take(9);
    random.map(|byte| char::from(*LETTERS.get(usize::from(byte % 32)).unwrap_or(&b'A'))).collect()
}

/// Plays the person of the scenario, if there is one: enters the code as the operator of the tenant.
fn somebody_enters(cloud: &Shared, device: &Device) {
    let Some(seconds) = cloud.person.signs_in_after else {
        return;
    };
    let code = device.user_code.clone();
    let account = usual_account(cloud, &device.authority);
    let person = Shared::clone(cloud);
    cloud.spawn(async move {
        person.clock.sleep(seconds).await;
        // The code may have been used or be over by then; a refusal is told to the client.
        let _ = if person.person.declines_sign_in == Some(true) {
            decline(&person, &code)
        } else {
            approve(&person, &code, &account).map(|_| ())
        };
    });
}

/// Returns the account that signs in to a tenant: its operator, unless the scenario names somebody else.
fn usual_account(cloud: &Cloud, authority: &str) -> String {
    let to_b = {
        let world = cloud.world();
        world.a != world.b && world.tenant(authority).is_some_and(|tenant| tenant.id == world.b)
    };
    let (named, usual) = if to_b {
        (&cloud.person.signs_in_to_b_as, &cloud.operators.b)
    } else {
        (&cloud.person.signs_in_to_a_as, &cloud.operators.a)
    };
    named.as_ref().unwrap_or(usual).clone()
}

/// The facts of a code for a page: who asks, and where.
pub struct Waiting {
    /// The client's name.
    pub client: String,
    /// The tenant as the request named it.
    pub authority: String,
}

/// Returns the sign-in that waits for a user code.
pub fn waiting(cloud: &Cloud, code: &str) -> Option<Waiting> {
    let (client, authority) =
        with_pending(cloud, code, |device| (device.client.to_string(), device.authority.clone()))?;
    let world = cloud.world();
    let tenant = people::tenant(&world, &authority).ok()?;
    let client = client::public(&world, tenant, &client).ok()?;
    Some(Waiting { client: client.name, authority })
}

fn with_pending<T>(cloud: &Cloud, code: &str, act: impl FnOnce(&mut Device) -> T) -> Option<T> {
    let now = cloud.clock.timestamp();
    let code = code.trim();
    let mut all = cloud.sign_ins();
    let found = all.devices.iter_mut().find(|device| {
        device.user_code.eq_ignore_ascii_case(code) && device.progress == Progress::Pending && device.expires > now
    });
    found.map(act)
}

/// Returns the codes that nobody has entered yet: the user code, the tenant as it was named, the client.
pub fn pending(cloud: &Cloud) -> Vec<(String, String, Uuid)> {
    let now = cloud.clock.timestamp();
    let all = cloud.sign_ins();
    let waiting = all.devices.iter().filter(|device| device.progress == Progress::Pending && device.expires > now);
    waiting.map(|device| (device.user_code.clone(), device.authority.clone(), device.client)).collect()
}

/// Signs an account in for a user code; `a` and `b` are the operators. Gives the tenant that was signed in to.
///
/// # Errors
/// The code is not known, or Entra keeps the account out.
pub fn approve(cloud: &Cloud, code: &str, account: &str) -> Result<Uuid, DeviceError> {
    let account = match account {
        "a" => &cloud.operators.a,
        "b" => &cloud.operators.b,
        other => other,
    };
    let asked = with_pending(cloud, code, |device| (device.authority.clone(), device.client, device.claims.clone()));
    let (authority, client, claims) = asked.ok_or(DeviceError::UnknownCode)?;
    let signed_in = people::sign_in(cloud, &authority, account, &client.to_string(), &claims, Way::DeviceCode);
    let (progress, result) = match signed_in {
        Ok(session) => (Some(Progress::Approved(session.clone())), Ok(session.tenant)),
        Err(Stop { code, message, ends, .. }) => {
            (ends.then(|| Progress::Blocked(code, message.clone())), Err(DeviceError::Refused(code, message)))
        }
    };
    if let Some(progress) = progress {
        with_pending(cloud, code, |device| device.progress = progress).ok_or(DeviceError::UnknownCode)?;
    }
    result
}

/// Declines the sign-in of a user code.
///
/// # Errors
/// The code is not known.
pub fn decline(cloud: &Cloud, code: &str) -> Result<(), DeviceError> {
    with_pending(cloud, code, |device| device.progress = Progress::Declined).ok_or(DeviceError::UnknownCode)
}

/// Returns the grant: who signed in, and the scopes.
///
/// # Errors
/// Nobody has yet, or nobody will.
pub fn redeem(cloud: &Cloud, tenant: &str, client: &Client, form: &Form) -> Result<(Session, String), Refusal> {
    // Microsoft's libraries send it by both names (`docs/facts/real-clients.md` 3).
    let code = form.get("device_code").map_or_else(|| form.required("code"), Ok)?;
    let refuse = |error, code, text: &str| Err(errors::entra(StatusCode::BAD_REQUEST, error, code, text));
    let claims = codes::claims(form)?;
    let interval = interval(cloud);
    let now = cloud.clock.timestamp();
    let mut all = cloud.sign_ins();
    let found = all.devices.iter_mut().find(|device| device.device_code == code && device.client == client.id);
    let Some(device) = found else {
        let text = "The provided value for the input parameter 'device_code' is not valid.";
        return refuse("invalid_grant", 70_002, text);
    };
    codes::redeemed_where_it_was_made(cloud, &device.authority, tenant)?;
    if device.expires <= now && device.progress != Progress::Redeemed {
        // Recorded in Azure/azure-cli issue 22251.
        let text =
            "The provided value for the input parameter 'device_code' is not valid. This device code has expired.";
        return refuse("expired_token", 70_020, text);
    }
    // A little less than the interval is forgiven, since answers take their time.
    let early = device.asked.is_some_and(|asked| asked.elapsed() < interval.mul_f64(0.8));
    device.asked = Some(Instant::now());
    match &device.progress {
        Progress::Pending if early => {
            refuse("slow_down", 70_016, "OAuth 2.0 device flow error. Polling is faster than the interval. Slow down.")
        }
        Progress::Pending => {
            let text = "OAuth 2.0 device flow error. Authorization is pending. Continue polling.";
            refuse("authorization_pending", 70_016, text)
        }
        Progress::Declined => {
            let text = "OAuth 2.0 device flow error. The end user has denied the authorization request.";
            refuse("authorization_declined", 70_018, text)
        }
        Progress::Blocked(code, message) => refuse("invalid_grant", *code, message),
        Progress::Redeemed => {
            let text = "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.";
            refuse("invalid_grant", 54_005, text)
        }
        Progress::Approved(session) => {
            let mut session = session.clone();
            if session.capabilities.is_empty() {
                session.capabilities = claims.capabilities;
            }
            device.progress = Progress::Redeemed;
            Ok((session, device.scope.clone()))
        }
    }
}
