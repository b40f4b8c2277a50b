//! The sign-in that an entry of a kubeconfig fixes: `crosspull access token`, as kubectl runs it, with tenant and identity,
//! so that several tenants live side by side (`docs/facts/azure.md` 9.5).

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};
use strum::{EnumIter, EnumString, IntoEnumIterator as _, IntoStaticStr};
use zeroize::Zeroizing;

use crate::secret::Secret;
use crate::text::printable;

/// A part of a sign-in that is fixed: a flag of `crosspull access token`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, EnumIter, EnumString, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Fixed {
    /// The tenant.
    Tenant,
    /// The way to sign in: the word of a [`crate::sign_in::SignIn`].
    As,
    /// The application that the token is for.
    ServerId,
    /// The subscription by which the Azure CLI chooses an account.
    Subscription,
    /// The app or identity that signs in; for a person the public client.
    ClientId,
    /// The file with the app's secret.
    ClientSecretFile,
    /// The file with the app's certificate.
    ClientCertificateFile,
    /// The file with a token that the app trusts.
    FederatedTokenFile,
    /// The cloud.
    Cloud,
    /// Another sign-in host than the cloud's.
    LoginHost,
    /// A file with authorities to trust besides the system's.
    CaFile,
}

impl Fixed {
    /// Returns all of them.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::iter()
    }

    /// Returns the name of the flag.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The sign-in that an entry of a kubeconfig fixes. No secret is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExecSignIn(BTreeMap<Fixed, String>);

impl ExecSignIn {
    /// Returns a part; `None` where it is not fixed.
    #[must_use]
    pub fn get(&self, part: Fixed) -> Option<&str> {
        self.0.get(&part).map(String::as_str)
    }

    /// Fixes a part.
    pub fn set(&mut self, part: Fixed, value: impl Into<String>) {
        self.0.insert(part, value.into());
    }

    /// Returns the arguments of the program.
    #[must_use]
    pub fn arguments(&self) -> Vec<String> {
        let words = ["access", "token"].into_iter().map(str::to_owned);
        words.chain(self.0.iter().flat_map(|(part, value)| [format!("--{}", part.name()), value.clone()])).collect()
    }

    /// Returns the parts with the names of their flags.
    #[must_use]
    pub fn options(&self) -> Vec<(&'static str, &str)> {
        self.0.iter().map(|(part, value)| (part.name(), value.as_str())).collect()
    }

    /// Returns the same in one line: by it is seen whether two are the same.
    #[must_use]
    pub fn line(&self) -> String {
        // Line breaks in values are escaped.
        format!("{:?}", self.0)
    }
}

/// The version of what kubectl asks and is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumString, IntoStaticStr)]
pub enum ExecVersion {
    /// The present one.
    #[strum(serialize = "client.authentication.k8s.io/v1")]
    V1,
    /// The one before, which kubelogin's entries name.
    #[strum(serialize = "client.authentication.k8s.io/v1beta1")]
    V1Beta1,
}

impl ExecVersion {
    /// Returns its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The question of kubectl: what it sets in `KUBERNETES_EXEC_INFO` (Kubernetes documentation, "client-go credential
/// plugins").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExecQuestion {
    /// The version that the answer has to be of.
    pub version: ExecVersion,
    /// True where a person can be asked on standard input.
    pub interactive: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ExecInfo {
    api_version: String,
    kind: String,
    #[serde(default)]
    spec: ExecSpec,
}

#[derive(Deserialize, Default)]
struct ExecSpec {
    #[serde(default)]
    interactive: bool,
}

impl ExecQuestion {
    /// Reads the variable.
    ///
    /// # Errors
    /// A sentence on what is not understood.
    pub fn parse(text: &str) -> Result<Self, String> {
        let info: ExecInfo = serde_json::from_str(text)
            .map_err(|error| format!("KUBERNETES_EXEC_INFO is no JSON that is understood ({error})"))?;
        match info.api_version.parse() {
            Ok(version) if info.kind == "ExecCredential" => Ok(Self { version, interactive: info.spec.interactive }),
            _ => Err(format!(
                "KUBERNETES_EXEC_INFO asks for {} of {}, and ExecCredential of {} or of {} is answered: set apiVersion in the \
                 kubeconfig to one of them",
                printable(&info.kind, 60),
                printable(&info.api_version, 60),
                ExecVersion::V1.name(),
                ExecVersion::V1Beta1.name()
            )),
        }
    }

    /// Returns the answer: a token with its end, as an RFC 3339 time.
    #[must_use]
    pub fn answer(self, token: &Secret, expires: jiff::Timestamp) -> Zeroizing<String> {
        let quoted = |text: &str| Value::from(text).to_string();
        let spec = json!({ "interactive": self.interactive });
        let token = Zeroizing::new(quoted(token.reveal()));
        // The room is there from the beginning: a text that grows leaves copies behind.
        let mut text = Zeroizing::new(String::with_capacity(token.len() + 400));
        for part in [
            &format!("{{\"apiVersion\":{},\"kind\":\"ExecCredential\",\"spec\":{spec},", quoted(self.version.name())),
            &format!("\"status\":{{\"expirationTimestamp\":{},\"token\":", quoted(&second(expires).to_string())),
            token.as_str(),
            "}}\n",
        ] {
            text.push_str(part);
        }
        text
    }
}

/// Returns a time without parts of a second: that is how Kubernetes writes one.
fn second(time: jiff::Timestamp) -> jiff::Timestamp {
    jiff::Timestamp::from_second(time.as_second()).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kubectl_is_answered_in_the_version_that_it_asks_for() {
        let ends = jiff::Timestamp::from_millisecond(1_790_000_000_500).expect("a time");
        for (version, interactive) in [(ExecVersion::V1, true), (ExecVersion::V1Beta1, false)] {
            let asked = json!({ "apiVersion": version.name(), "kind": "ExecCredential",
                                "spec": { "interactive": interactive, "cluster": {} }, "status": null });
            let question = ExecQuestion::parse(&asked.to_string()).expect("understood");
            assert_eq!(question, ExecQuestion { version, interactive });
            let answer = question.answer(&Secret::new("a.b\"c".to_owned()), ends);
            let answer: Value = serde_json::from_str(&answer).expect("JSON");
            assert_eq!(answer["apiVersion"], version.name());
            assert_eq!(answer["kind"], "ExecCredential");
            assert_eq!(answer["status"], json!({ "expirationTimestamp": "2026-09-21T14:13:20Z", "token": "a.b\"c" }));
        }
        let bare = r#"{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential"}"#;
        assert!(ExecQuestion::parse(bare).is_ok_and(|asked| !asked.interactive), "older ones say nothing of it");
    }

    #[test]
    fn a_question_that_is_not_understood_is_told() {
        let old = r#"{"apiVersion":"client.authentication.k8s.io/v1alpha1","kind":"ExecCredential","spec":{}}"#;
        assert!(ExecQuestion::parse(old).is_err_and(|why| why.contains("v1alpha1, and ExecCredential of")));
        for text in ["", "{", "[]", r#"{"apiVersion":"client.authentication.k8s.io/v1","kind":"Pod"}"#] {
            assert!(ExecQuestion::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_arguments_fix_tenant_and_identity() {
        let mut fixed = ExecSignIn::default();
        fixed.set(Fixed::As, "azure-cli");
        fixed.set(Fixed::Tenant, "contoso.com");
        assert_eq!(fixed.arguments(), ["access", "token", "--tenant", "contoso.com", "--as", "azure-cli"]);
        let mut other = fixed.clone();
        other.set(Fixed::CaFile, "/a\nb");
        assert!(other.line() != fixed.line() && other.line().lines().count() == 1);
    }
}
