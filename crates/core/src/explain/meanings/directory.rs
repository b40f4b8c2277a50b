//! The codes of Microsoft Graph (`docs/facts/azure.md` 3.1 and 9.6).

use super::Meaning;

const ERRORS: &str = "errors";
const APP_POLICY: &str = "api/resources/applicationauthenticationmethodpolicy";

pub(super) const ROWS: &[Meaning] = &[
    Meaning::graph(
        "Authorization_RequestDenied",
        "The signed-in account may not do this in the directory.",
        "It needs the role Application Administrator or Cloud Application Administrator in this tenant.",
        ERRORS,
    )
    .denied(),
    Meaning::graph(
        "Request_ResourceNotFound",
        "The directory does not know the object, or does not know it yet.",
        "Try again; if it lasts, check the tenant.",
        ERRORS,
    )
    .passing(),
    Meaning::graph(
        "CredentialInvalidLifetimeAsPerAppPolicy",
        "The tenant caps how long a secret may live.",
        "Ask an administrator of the tenant to except this app, or take the run back with crosspull undo and \
         begin again with a secret of fewer days.",
        APP_POLICY,
    ),
    Meaning::graph(
        "Directory_QuotaExceeded",
        "The account has as many objects in the directory as it may; deleted ones count for 30 days.",
        "Delete some of its own for good, or let an administrator of the tenant do this.",
        "api/resources/directoryobject",
    ),
    Meaning::graph(
        "Directory_ResourceSizeExceeded",
        "The app is full: it has as many secrets, certificates and other values as it can hold.",
        "Remove secrets of the app that have expired, then try again.",
        "api/application-removepassword",
    ),
    Meaning::graph(
        "CredentialTypeNotAllowedAsPerAppPolicy",
        "The tenant forbids its apps this kind of credential.",
        "Ask an administrator of the tenant to except this app, or choose a route without a secret.",
        APP_POLICY,
    ),
    Meaning::graph(
        "SignInAudienceNotAllowedAsPerAppPolicy",
        "The tenant forbids multi-tenant apps.",
        "Ask an administrator of the tenant for an exception, or choose a route without such an app.",
        APP_POLICY,
    ),
    Meaning::graph(
        "Authorization_IdentityNotFound",
        "The directory does not know the account or the app that asks.",
        "Check the tenant that is signed in to; an app needs a service principal there.",
        ERRORS,
    ),
    Meaning::graph(
        "Directory_ConcurrencyViolation",
        "Another change of the same object came at the same time.",
        "Try again.",
        ERRORS,
    )
    .passing(),
    Meaning::graph(
        "Request_MultipleObjectsWithSameKeyValue",
        "Another object of the directory has that name or id already.",
        "Look for it in the directory; crosspull can use an app that is there.",
        ERRORS,
    ),
    Meaning::graph("ServiceNotAvailable", "The directory does not answer at present.", "Try again later.", ERRORS)
        .passing(),
];
