//! The causes that keep a service from being reached, each with its cure.
//!
//! The refusal's words name the host and the proxy.

use super::Refusal;

/// The reason why the service was not reached: no connection came about, or something else answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoConnection {
    /// The host has no address that this machine can learn.
    NameNotFound,
    /// The host is there, and nothing listens at its port.
    Refused,
    /// This machine's network has no way to the host.
    NetworkUnreachable,
    /// Nothing came back in time.
    TimedOut,
    /// Nobody whom this machine trusts signed the host's certificate.
    UnknownAuthority,
    /// The host's certificate has expired or is not valid yet, by this machine's clock.
    CertificateTime,
    /// The host's certificate is another host's.
    CertificateName,
    /// Something else is wrong with the host's certificate.
    CertificateRefused,
    /// There is no connection to the proxy.
    ProxyUnreached,
    /// The proxy asks for credentials (status 407).
    ProxyCredentials,
    /// The proxy was given credentials and asks for others (status 407).
    ProxyCredentialsRefused,
    /// The proxy takes only a sign-in that is not built in (status 407, no `Basic` offered).
    ProxySignIn,
    /// The proxy leads to a page of its own, where a person signs in.
    ProxyPortal,
    /// What is named as a proxy is a web server.
    NoProxy,
    /// The proxy opens a tunnel, and nothing answers at its other end.
    BeyondProxy,
    /// The host is asked without the proxy, as `NO_PROXY` says, and there is no way to it.
    LeftOutOfProxy,
    /// The proxy refuses to connect to the host.
    ProxyForbids,
    /// The proxy tries to connect to the host, and cannot.
    ProxyFails,
    /// What the environment names as a proxy is of a kind that is not built in, or no proxy at all.
    ProxyKind,
    /// What answered is something on the way, such as a proxy that inspects TLS or a sign-in portal.
    NotAzure,
    /// What answered is something on the way, and says that it has trouble of its own.
    GatewayTrouble,
    /// Another cause, which the refusal's own words alone tell.
    Other,
}

/// A row of the table: the code of the refusal, its meaning, the cure.
type Row = (NoConnection, &'static str, &'static str, &'static str);

/// All causes (`docs/facts/azure.md` 9.6).
const CAUSES: [Row; 22] = [
    (
        NoConnection::NameNotFound,
        "NameNotFound",
        "The host's name is not known to this machine.",
        "Check the name, and this machine's DNS; where a proxy is the way out, set HTTPS_PROXY.",
    ),
    (
        NoConnection::Refused,
        "ConnectionRefused",
        "Nothing takes connections at the host's address.",
        "Check the address, and whether a firewall stands between.",
    ),
    (
        NoConnection::NetworkUnreachable,
        "NetworkUnreachable",
        "This machine's network has no way to the host.",
        "Check the network; where a proxy is the way out, set HTTPS_PROXY.",
    ),
    (
        NoConnection::TimedOut,
        "ConnectionTimedOut",
        "The host does not answer.",
        "Check the network and its firewall; where a proxy is the way out, set HTTPS_PROXY.",
    ),
    (
        NoConnection::UnknownAuthority,
        "UnknownAuthority",
        "An authority that this machine does not trust signed the certificate, as where a proxy inspects TLS.",
        "Name that authority's PEM file in CROSSPULL_CA_FILE, often the one of REQUESTS_CA_BUNDLE, or the host in NO_PROXY.",
    ),
    (
        NoConnection::CertificateTime,
        "CertificateTime",
        "The certificate is not valid at the time of this machine's clock.",
        "Set the clock where it is wrong; else whoever runs the host has to renew the certificate.",
    ),
    (
        NoConnection::CertificateName,
        "CertificateName",
        "The certificate is for another name, as where something else answers in the host's place.",
        "Check the address, and HTTPS_PROXY and NO_PROXY.",
    ),
    (
        NoConnection::CertificateRefused,
        "CertificateRefused",
        "The certificate is not accepted.",
        "Read the reason below. Where a proxy inspects TLS, name the host in NO_PROXY, or its authority's PEM file in CROSSPULL_CA_FILE.",
    ),
    (
        NoConnection::ProxyUnreached,
        "ProxyUnreached",
        "The proxy cannot be reached.",
        "Check HTTPS_PROXY; a host that needs no proxy is named in NO_PROXY.",
    ),
    (
        NoConnection::ProxyCredentials,
        "ProxyCredentials",
        "The proxy wants credentials that it was not given.",
        "Put them in HTTPS_PROXY, as in http://USER:PASSWORD@PROXY:PORT, where characters like @ are percent-encoded.",
    ),
    (
        NoConnection::ProxyCredentialsRefused,
        "ProxyCredentialsRefused",
        "The proxy does not accept the credentials of HTTPS_PROXY.",
        "Check user and password in HTTPS_PROXY, where characters like @ are percent-encoded, or ask whoever runs the proxy.",
    ),
    (
        NoConnection::ProxySignIn,
        "ProxySignIn",
        "The proxy does not take Basic, only a sign-in that crosspull does not speak, such as NTLM, Negotiate or Kerberos.",
        "Name a proxy that takes Basic in HTTPS_PROXY, or a helper on this machine such as cntlm or px; or use another machine.",
    ),
    (
        NoConnection::ProxyPortal,
        "ProxyPortal",
        "The proxy wants a sign-in on a page of its own first.",
        "Open any page in a browser on this network and sign in there, then try again.",
    ),
    (
        NoConnection::NoProxy,
        "NoProxy",
        "What HTTPS_PROXY names answers as a web server, and is no proxy.",
        "Check host and port in HTTPS_PROXY, as in http://PROXY:PORT, or unset it where no proxy is needed.",
    ),
    (
        NoConnection::BeyondProxy,
        "BeyondProxy",
        "The proxy answers, and what lies beyond it does not.",
        "Try again later; if it lasts, ask whoever runs the proxy to let the host through, or name the host in NO_PROXY.",
    ),
    (
        NoConnection::LeftOutOfProxy,
        "LeftOutOfProxy",
        "NO_PROXY has the host asked without the proxy, and there is no way to it.",
        "Take the host out of NO_PROXY where the proxy is the way out; else check the network, and this machine's DNS.",
    ),
    (
        NoConnection::ProxyForbids,
        "ProxyForbids",
        "The proxy does not let the connection through.",
        "Ask whoever runs the proxy to allow the host; one that needs no proxy is named in NO_PROXY.",
    ),
    (
        NoConnection::ProxyFails,
        "ProxyFails",
        "The proxy does not get through to the host.",
        "Check the host's address, and ask whoever runs the proxy; a host that needs no proxy is named in NO_PROXY.",
    ),
    (
        NoConnection::NotAzure,
        "NotAzure",
        "What answered is not Azure, but something on the way, such as a proxy or a sign-in portal.",
        "Ask whoever runs it to let the host through, sign in to it where it asks for that, or name the host in NO_PROXY.",
    ),
    (
        NoConnection::GatewayTrouble,
        "GatewayTrouble",
        "What answered is not the service, but a gateway on the way that has trouble of its own.",
        "Try again later; if it lasts, ask whoever runs the proxy of this network.",
    ),
    (
        NoConnection::ProxyKind,
        "ProxyKind",
        "The proxy is of a kind that crosspull does not know.",
        "Name an HTTP proxy in HTTPS_PROXY, such as http://PROXY:PORT, or none.",
    ),
    (
        NoConnection::Other,
        "NoConnection",
        "No connection came about.",
        "Check the network and the proxy, then try again.",
    ),
];

impl NoConnection {
    /// Returns the cause that a refusal tells. `None` where a service answered, or where a connection was there.
    #[must_use]
    pub fn of(refusal: &Refusal) -> Option<Self> {
        let row = CAUSES.iter().find(|(_, code, ..)| refusal.status.is_none() && *code == refusal.code)?;
        Some(row.0)
    }

    fn row(self) -> (&'static str, &'static str, &'static str) {
        let row = CAUSES.iter().find(|(cause, ..)| *cause == self);
        row.map_or(("", "", ""), |(_, code, means, now)| (code, means, now))
    }

    /// Returns the code of the cause's refusal.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.row().0
    }

    /// Returns the meaning of the cause, as a sentence.
    #[must_use]
    pub fn means(self) -> &'static str {
        self.row().1
    }

    /// Returns the cure.
    #[must_use]
    pub fn now(self) -> &'static str {
        self.row().2
    }

    /// True where the cause is something between this machine and the host, which says nothing about the host itself.
    #[must_use]
    pub const fn is_between(self) -> bool {
        !matches!(
            self,
            Self::NameNotFound
                | Self::Refused
                | Self::NetworkUnreachable
                | Self::TimedOut
                | Self::LeftOutOfProxy
                | Self::Other
        )
    }

    /// True where the next try may succeed without anybody doing anything.
    #[must_use]
    pub const fn may_pass(self) -> bool {
        matches!(
            self,
            Self::NameNotFound
                | Self::Refused
                | Self::NetworkUnreachable
                | Self::TimedOut
                | Self::ProxyUnreached
                | Self::ProxyFails
                | Self::BeyondProxy
                | Self::LeftOutOfProxy
                | Self::GatewayTrouble
                | Self::Other
        )
    }

    /// True where one more try is enough: the proxy is near, and a slip of it passes at once.
    #[must_use]
    pub const fn is_soon_given_up(self) -> bool {
        matches!(self, Self::ProxyUnreached | Self::BeyondProxy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cause_has_one_row_that_its_code_leads_back_to() {
        for (cause, code, means, now) in CAUSES {
            let refusal = |status| Refusal { status, code: code.to_owned(), message: String::new(), request_id: None };
            assert_eq!(NoConnection::of(&refusal(None)), Some(cause));
            assert_eq!(NoConnection::of(&refusal(Some(400))), None, "a service's own code");
            assert_eq!((cause.code(), cause.means(), cause.now()), (code, means, now));
            assert!(super::super::meaning(code).is_none(), "{code} is a service's too");
            for text in [means, now] {
                assert!(text.ends_with('.') && text.len() <= 180, "{code}: {text}");
            }
        }
    }
}
