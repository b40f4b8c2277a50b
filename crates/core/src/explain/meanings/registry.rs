//! The codes of a registry, and what crosspull says where a registry has none (`docs/facts/azure.md` 3.10).

use super::super::Firewall;
use super::Meaning;

pub(super) const ROWS: &[Meaning] = &[
    Meaning::azure(
        "DENIED",
        "The registry's firewall does not let this machine in.",
        "Allow this machine's address under the registry's Networking, or run crosspull from a machine that it lets in.",
        "container-registry/container-registry-troubleshoot-access",
    )
    .saying(Firewall::WORDS),
    // Distribution specification, error codes: "requested access to the resource is denied".
    Meaning::azure(
        "DENIED",
        "The registry denies access to this.",
        "Check the role on the registry; a new one can take ten minutes.",
        "container-registry/container-registry-troubleshoot-access",
    )
    .passing(),
    Meaning::azure(
        "UNAUTHORIZED",
        "The registry does not accept the credential for this repository.",
        "Check the role on the registry; a new one can take ten minutes.",
        "container-registry/container-registry-troubleshoot-login",
    )
    .passing(),
    Meaning::azure(
        "NotGranted",
        "The registry accepts the credential, and its token does not let it into this repository.",
        "Check the role on the registry and its condition; a new one can take ten minutes.",
        "container-registry/container-registry-troubleshoot-login",
    )
    .passing(),
];
