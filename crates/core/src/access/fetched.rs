//! Where somebody stands with the certificates that they may fetch with a kubeconfig.

use super::because::{Because, May};
use super::certificate::Certificate;
use super::rbac::{AUTHENTICATED, KubernetesUser};
use super::standing::Standing;

impl Standing {
    /// Returns whether they may do everything at the cluster by a certificate that they may fetch.
    #[must_use]
    pub fn by_certificate(&self) -> May {
        if !self.is_of_entra() {
            return May::No("a service account fetches no kubeconfig".to_owned());
        }
        let mut unknown = None;
        for certificate in Certificate::given_by(self.doors) {
            match self.may_in_azure(certificate.action()) {
                May::Yes(by) => return May::Yes(Because::Certificate { certificate, by: Box::new(by) }),
                May::Unknown(why) => unknown = unknown.or(Some(why)),
                May::No(_) => {}
            }
        }
        let none = || May::No("they may not fetch a certificate of the cluster's".to_owned());
        unknown.map_or_else(none, May::Unknown)
    }

    /// Returns what stands beside the answers about somebody whom Entra signs in: that they may do everything by the local
    /// admin's certificate, or that this is not known. `None` where they may not, or where the answers say it already.
    #[must_use]
    pub fn beside(&self) -> Option<May> {
        let may = self.doors.entra.then(|| self.by_certificate())?;
        (!matches!(may, May::No(_))).then_some(may)
    }

    /// Returns the same in a sentence.
    #[must_use]
    pub fn beside_in_words(&self) -> Option<String> {
        let name = &self.principal.name;
        Some(match self.beside()? {
            May::Yes(because) => {
                format!("That is about {name} as Entra signs them in. They may do everything there by {because}.")
            }
            May::Unknown(why) => format!(
                "That is about {name} as Entra signs them in. Whether they may do everything there by {} is not known, \
                 since {why}",
                Certificate::LocalAdmin.name()
            ),
            May::No(_) => return None,
        })
    }

    /// Returns whom the cluster is to be asked about. Where Entra signs nobody in, it knows no person: there it is asked
    /// about the certificate that they may fetch.
    ///
    /// # Errors
    /// The reason why it cannot be asked, as the end of a sentence that begins with "not known, since".
    pub fn reviewed_as(&self) -> Result<KubernetesUser, String> {
        if self.doors.entra || !self.is_of_entra() {
            return Ok(self.user());
        }
        match self.by_certificate() {
            May::Yes(_) => Ok(KubernetesUser {
                name: "masterclient".to_owned(),
                groups: vec!["system:masters".to_owned(), AUTHENTICATED.to_owned()],
            }),
            May::No(_) => Err("it knows nobody of Entra".to_owned()),
            May::Unknown(why) => Err(why),
        }
    }
}

#[cfg(test)]
mod tests;
