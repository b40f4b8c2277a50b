//! Client assertions (RFC 7523): a program proves who it is by a certificate (Entra's document "Microsoft identity platform
//! application authentication certificate credentials") or by the token of an issuer that its application trusts ("Workload
//! identity federation").

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::StatusCode;
use serde_json::Value;

use super::{form::Form, refusals};
use crate::{
    cloud::Cloud,
    directory::{self, SignInError, SignedIn},
    errors::{self, Refusal},
    keys::{self, Algorithm},
    world::{Application, World},
};

/// The value that `client_assertion_type` must have.
const KIND: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// Entra allows for clocks that differ a little.
const LEEWAY: i64 = 300;

/// The reason why an assertion is not taken (Entra's document "Microsoft Entra authentication and authorization error
/// codes").
enum Wrong {
    SignIn(SignInError),
    Assertion(u32, String),
}

impl From<SignInError> for Wrong {
    fn from(why: SignInError) -> Self {
        Self::SignIn(why)
    }
}

/// Signs an application in by its assertion.
///
/// # Errors
/// What is wrong with an assertion.
pub fn sign_in(cloud: &Cloud, tenant: &str, form: &Form) -> Result<SignedIn, Refusal> {
    let client_id = form.required("client_id")?;
    if form.required("client_assertion_type")? != KIND {
        let text = format!(
            "The provided value for the input parameter 'client_assertion_type' is not valid. Expected value: '{KIND}'."
        );
        return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 900_144, &text));
    }
    let text = form.required("client_assertion")?;
    let Some(assertion) = Assertion::read(text) else {
        let text = "JWT token is invalid or malformed.";
        return Err(errors::entra(StatusCode::BAD_REQUEST, "invalid_request", 50_027, text));
    };
    let signed_in = directory::sign_in_by(cloud, tenant, client_id, |world, application| {
        assertion.in_time(cloud)?;
        if assertion.names_a_certificate() {
            assertion.is_of_a_certificate(cloud, world, tenant, application)
        } else {
            assertion.is_federated(world, application)
        }
    });
    signed_in.map_err(|wrong| match wrong {
        Wrong::SignIn(why) => refusals::sign_in(why, tenant, client_id),
        Wrong::Assertion(code, text) => errors::entra(StatusCode::UNAUTHORIZED, "invalid_client", code, &text),
    })
}

/// A JWT that was read and not checked.
struct Assertion<'a> {
    head: Value,
    claims: Value,
    signed: &'a str,
    signature: Vec<u8>,
    algorithm: Algorithm,
}

impl<'a> Assertion<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let (signed, signature) = text.rsplit_once('.')?;
        let (head, claims) = signed.split_once('.')?;
        let json = |part: &str| -> Option<Value> { serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok() };
        let head = json(head)?;
        let algorithm = match head.get("alg")?.as_str()? {
            "RS256" => Algorithm::Rs256,
            "PS256" => Algorithm::Ps256,
            _ => return None,
        };
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        Some(Self { claims: json(claims)?, head, signed, signature, algorithm })
    }

    fn claim(&self, name: &str) -> &str {
        self.claims.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns `aud`, one text or several.
    fn audiences(&self) -> Vec<&str> {
        match self.claims.get("aud") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(all)) => all.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    fn in_time(&self, cloud: &Cloud) -> Result<(), Wrong> {
        let now = cloud.clock.timestamp().as_second();
        let at = |name: &str| self.claims.get(name).and_then(seconds);
        let ends = at("exp").is_some_and(|end| end + LEEWAY > now);
        let begun = at("nbf").or_else(|| at("iat")).is_none_or(|start| start - LEEWAY <= now);
        if ends && begun {
            return Ok(());
        }
        let text = format!(
            "Client assertion is not within its valid time range. Current time: {now}, expiry time of assertion {}.",
            at("exp").unwrap_or_default()
        );
        Err(Wrong::Assertion(700_024, text))
    }

    fn thumbprint(&self, name: &str) -> Option<&str> {
        self.head.get(name).and_then(Value::as_str)
    }

    fn names_a_certificate(&self) -> bool {
        self.thumbprint("x5t").is_some() || self.thumbprint("x5t#S256").is_some()
    }

    fn is_of_a_certificate(
        &self,
        cloud: &Cloud,
        world: &World,
        tenant: &str,
        application: &Application,
    ) -> Result<(), Wrong> {
        let id = application.app_id.to_string();
        if self.claim("iss") != id || self.claim("sub") != id {
            let text = "Client assertion application identifier doesn't match 'client_id' parameter.";
            return Err(Wrong::Assertion(700_021, text.to_owned()));
        }
        if !self.audiences().iter().any(|audience| is_token_endpoint(cloud, world, tenant, audience)) {
            let text = "Client assertion audience claim does not match Realm issuer.";
            return Err(Wrong::Assertion(700_023, text.to_owned()));
        }
        let is = |print: Option<&str>, of: fn(&[u8]) -> Vec<u8>, der: &[u8]| {
            print.is_none_or(|print| print.trim_end_matches('=') == URL_SAFE_NO_PAD.encode(of(der)))
        };
        let named = application.certificates.iter().find(|known| {
            is(self.thumbprint("x5t"), keys::sha1, &known.der)
                && is(self.thumbprint("x5t#S256"), keys::sha256, &known.der)
        });
        let Some(named) = named else {
            let print = self.thumbprint("x5t").or_else(|| self.thumbprint("x5t#S256")).unwrap_or_default();
            let text = format!(
                "The certificate with identifier used to sign the client assertion is not registered on application. [Reason - The key was not found., Thumbprint of key used by client: '{print}'.]"
            );
            return Err(Wrong::Assertion(700_027, text));
        };
        if !keys::is_signed_by(&named.der, self.algorithm, self.signed.as_bytes(), &self.signature) {
            let text = "Client assertion failed signature validation.";
            return Err(Wrong::Assertion(700_027, text.to_owned()));
        }
        let now = cloud.clock.timestamp();
        if named.end < now || named.start > now {
            let text = format!(
                "The provided client certificate for app '{id}' is expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret."
            );
            return Err(Wrong::Assertion(7_000_222, text));
        }
        Ok(())
    }

    /// True where the application trusts the assertion. Issuer, subject and audience are compared as they are written,
    /// in their case.
    fn is_federated(&self, world: &World, application: &Application) -> Result<(), Wrong> {
        let no_match = |code, what: &str, value: &str| {
            Err(Wrong::Assertion(
                code,
                format!(
                    "No matching federated identity record found for presented assertion {what} '{value}'. Please check your federated identity credential \
                     Subject, Audience and Issuer against the presented assertion. https://learn.microsoft.com/entra/workload-id/workload-identity-federation"
                ),
            ))
        };
        let (issuer, subject) = (self.claim("iss"), self.claim("sub"));
        let of_issuer: Vec<_> = application.federated.iter().filter(|known| known.issuer == issuer).collect();
        if of_issuer.is_empty() {
            return no_match(700_211, "issuer", issuer);
        }
        let Some(known) = of_issuer.iter().find(|known| known.subject == subject) else {
            return no_match(700_213, "subject", subject);
        };
        let audiences = self.audiences();
        if !known.audiences.iter().any(|audience| audiences.contains(&audience.as_str())) {
            return no_match(700_212, "audience", audiences.first().copied().unwrap_or_default());
        }
        if !world.clusters.iter().any(|cluster| cluster.issuer == issuer) {
            let text = format!("External OAuth endpoint couldn't be reached: the keys of '{issuer}' cannot be read.");
            return Err(Wrong::Assertion(90_061, text));
        }
        if !keys::is_the_clusters(self.algorithm, self.signed.as_bytes(), &self.signature) {
            let text = "Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]";
            return Err(Wrong::Assertion(50_013, text.to_owned()));
        }
        Ok(())
    }
}

/// Returns a time of a claim in whole seconds; Microsoft's library for Python sends fractions too (RFC 7519 2,
/// `NumericDate`).
#[expect(clippy::cast_possible_truncation, reason = "a time that is out of range is at its end")]
fn seconds(value: &Value) -> Option<i64> {
    value.as_f64().map(|seconds| seconds as i64)
}

/// True where an audience is the tenant's token endpoint or its issuer, the tenant named as the request does or by its
/// id.
fn is_token_endpoint(cloud: &Cloud, world: &World, tenant: &str, audience: &str) -> bool {
    let id = world.tenant(tenant).map(|found| found.id.to_string()).unwrap_or_default();
    let ends = ["oauth2/v2.0/token", "oauth2/token", "v2.0", ""];
    let of = |tenant: &str| ends.map(|end| format!("{}/{tenant}/{end}", cloud.origin));
    let issuer = format!("https://{}/{id}", world.names.issuer_host);
    let same = |known: &str| audience.trim_end_matches('/').eq_ignore_ascii_case(known.trim_end_matches('/'));
    of(tenant).iter().chain(&of(&id)).any(|known| same(known)) || same(&issuer)
}
