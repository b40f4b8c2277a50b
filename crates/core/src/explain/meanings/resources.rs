//! The codes of Azure Resource Manager and of what is behind it (`docs/facts/azure.md` 3.2, 3.3 and 9.6).

use super::Meaning;

const RESOURCES: &str = "azure-resource-manager/troubleshooting/common-deployment-errors";
const ROLES: &str = "role-based-access-control/troubleshooting";
const QUOTA: &str = "azure-resource-manager/troubleshooting/error-resource-quota";
const THROTTLED: &str = "azure-resource-manager/management/request-limits-and-throttling";
const CREDENTIAL: &str = "aks/update-credentials";

pub(super) const ROWS: &[Meaning] = &[
    Meaning::azure(
        "AuthorizationFailed",
        "The right to assign roles is limited by a condition to some roles or principals, and this is none of them.",
        "Ask an owner of the place for this role assignment.",
        "role-based-access-control/delegate-role-assignments-overview",
    )
    .saying("ABAC condition"),
    Meaning::azure(
        "AuthorizationFailed",
        "The signed-in account may not do this.",
        "Ask an owner of the resource for the right, or sign in with another account.",
        ROLES,
    )
    .denied(),
    Meaning::azure(
        "LinkedAuthorizationFailed",
        "The account may not use a resource that this one is linked to.",
        "Ask an owner of the linked resource for the right.",
        ROLES,
    ),
    Meaning::azure(
        "InvalidAuthenticationToken",
        "The sign-in is not accepted here, or it has ended.",
        "Sign in again, to the right tenant.",
        RESOURCES,
    ),
    Meaning::azure(
        "InvalidAuthenticationTokenTenant",
        "The subscription belongs to another tenant.",
        "Check the resource id and the tenant: they must belong together.",
        RESOURCES,
    ),
    Meaning::azure(
        "PrincipalNotFound",
        "The service principal is not known to this tenant.",
        "It may be too new; if it lasts, its object id belongs to the other tenant.",
        ROLES,
    )
    .passing(),
    Meaning::azure("RoleAssignmentExists", "The role is assigned already.", "Nothing: it is there.", ROLES),
    Meaning::azure(
        "RoleAssignmentUpdateNotPermitted",
        "Another role assignment has this name.",
        "Remove it, then try again.",
        ROLES,
    ),
    Meaning::azure(
        "ResourceNotFound",
        "There is no such resource, or the account may not see it.",
        "Check the resource id and the account.",
        RESOURCES,
    ),
    Meaning::azure(
        "ResourceGroupNotFound",
        "There is no such resource group, or the account may not see it.",
        "Check the resource id and the account.",
        RESOURCES,
    ),
    Meaning::azure(
        "SubscriptionNotFound",
        "The subscription is not in this tenant, or the account may not see it.",
        "Check the resource id, the tenant and the account.",
        RESOURCES,
    ),
    Meaning::azure(
        "ServicePrincipalNotFound",
        "The cluster's tenant does not know the service principal yet.",
        "Try again in a few minutes.",
        CREDENTIAL,
    )
    .passing(),
    Meaning::azure(
        "OperationNotAllowed",
        "The subscription's quota has no room left for it.",
        "Ask for more quota in that region, or free some, then try again.",
        QUOTA,
    )
    .saying("quota"),
    Meaning::azure(
        "OperationNotAllowed",
        "The cluster does not take changes in its present state.",
        "Start it, or wait until its running operation has ended, then try again.",
        RESOURCES,
    )
    .passing(),
    Meaning::azure(
        "Conflict",
        "Another operation is running on the resource.",
        "Wait until it has ended, then try again.",
        RESOURCES,
    )
    .passing(),
    Meaning::azure(
        "ScopeLocked",
        "A lock on the resource, its group or its subscription forbids the change.",
        "Remove the lock that the service's words name, or ask who set it.",
        "azure-resource-manager/management/lock-resources",
    ),
    Meaning::azure(
        "RequestDisallowedByPolicy",
        "An Azure Policy forbids it there.",
        "Ask those who keep the policy that the service's words name to except this.",
        "azure-resource-manager/troubleshooting/error-policy-requestdisallowedbypolicy",
    ),
    Meaning::azure(
        "DenyAssignmentAuthorizationFailed",
        "A deny assignment forbids it, as in a managed application, a deployment stack or a locked node resource group.",
        "No role helps: whoever made the deny assignment that the service's words name has to except this.",
        "role-based-access-control/deny-assignments",
    ),
    Meaning::azure(
        "RoleAssignmentLimitExceeded",
        "The subscription has as many role assignments as it may.",
        "Remove some there, such as those whose principal is gone, then try again.",
        "role-based-access-control/troubleshoot-limits",
    ),
    Meaning::azure(
        "ReadOnlyDisabledSubscription",
        "The subscription is disabled: it can be read, and nothing in it can be changed.",
        "Have it enabled by its account administrator, then try again.",
        "cost-management-billing/manage/subscription-disabled",
    ),
    Meaning::azure(
        "MissingSubscriptionRegistration",
        "The subscription does not use this kind of resource yet.",
        "Let a contributor of the subscription run az provider register for the namespace that the words name.",
        "azure-resource-manager/troubleshooting/error-register-resource-provider",
    ),
    Meaning::azure("ExpiredAuthenticationToken", "The sign-in has ended.", "Sign in again.", RESOURCES),
    Meaning::azure(
        "ServicePrincipalValidationClientError",
        "The cluster's service could not sign in with the new credential.",
        "A new secret can take minutes to be known everywhere; if it lasts, look whether the app is enabled.",
        CREDENTIAL,
    )
    .passing(),
    Meaning::azure(
        "AuthenticationFailed",
        "The sign-in is not accepted here, or it has ended.",
        "Sign in again, to the right tenant.",
        RESOURCES,
    ),
    Meaning::azure(
        "InvalidAuthenticationTokenAudience",
        "The sign-in is for another service or another cloud.",
        "Check that the cloud is the one of the cluster and the registry, then sign in again.",
        RESOURCES,
    ),
    Meaning::azure(
        "RoleDefinitionDoesNotExist",
        "The role is not defined there, or not known there yet.",
        "Try again in a few minutes; if it lasts, look whether the role was deleted.",
        ROLES,
    )
    .passing(),
    Meaning::azure(
        "UnmatchedPrincipalType",
        "The object id is not one of a service principal: it belongs to a person, a group or a device.",
        "Give the object id of the service principal, found under Enterprise applications.",
        ROLES,
    ),
    Meaning::azure(
        "PrincipalTypeNotSupported",
        "The object id is the app registration's, and a role is assigned to its service principal.",
        "Give the object id of the service principal, found under Enterprise applications.",
        ROLES,
    ),
    Meaning::azure(
        "ParentResourceNotFound",
        "The resource that this one belongs to is not there, or the account may not see it.",
        "Check the resource id and the account.",
        RESOURCES,
    ),
    Meaning::azure(
        "ResourceGroupBeingDeleted",
        "The resource group is being deleted.",
        "Look whether that is meant: nothing in it can be changed any more.",
        RESOURCES,
    ),
    Meaning::azure(
        "TooManyRequests",
        "The service has had too many requests for now.",
        "Wait some minutes, then try again.",
        THROTTLED,
    )
    .passing(),
    Meaning::azure(
        "SubscriptionRequestsThrottled",
        "The subscription has sent Azure too many requests for now, from whatever program.",
        "Wait some minutes, then try again.",
        THROTTLED,
    )
    .passing(),
    Meaning::azure(
        "UnAuthorizedForCredentialOperations",
        "The registry's admin account is off.",
        "Have it switched on under the registry's Access keys, or choose a route without it.",
        "container-registry/container-registry-authentication",
    ),
];
