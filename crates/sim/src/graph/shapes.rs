//! Objects as Graph shows them (`graph_create_for_rbac_password`, `graph_app_credential`).

use jiff::Timestamp;
use serde_json::{Value, json};

use super::certificates;
use crate::world::{Application, Directory, Group, Keeper, Password, ServicePrincipal, User};

/// Returns a date to the second, as Graph writes it.
pub fn date(timestamp: Timestamp) -> String {
    timestamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Returns an application.
pub fn application(home: &Directory, application: &Application) -> Value {
    let personal = application.sign_in_audience == "AzureADandPersonalMicrosoftAccount";
    let mut shape = json!({
        "id": application.id,
        "deletedDateTime": null,
        "appId": application.app_id,
        "applicationTemplateId": null,
        "disabledByMicrosoftStatus": null,
        "createdDateTime": date(application.created),
        "displayName": application.display_name,
        "description": null,
        "groupMembershipClaims": null,
        "identifierUris": [],
        "isDeviceOnlyAuthSupported": null,
        "isFallbackPublicClient": null,
        "nativeAuthenticationApisEnabled": null,
        "notes": null,
        "publisherDomain": home.domains.first(),
        "serviceManagementReference": null,
        "signInAudience": application.sign_in_audience,
        "tags": [],
        "tokenEncryptionKeyId": null,
        "uniqueName": null,
        "samlMetadataUrl": null,
        "defaultRedirectUri": null,
        "certification": null,
        "optionalClaims": null,
        "servicePrincipalLockConfiguration": null,
        "requestSignatureVerification": null,
        "addIns": [],
        "api": { "acceptMappedClaims": null, "knownClientApplications": [], "requestedAccessTokenVersion": personal.then_some(2), "oauth2PermissionScopes": [], "preAuthorizedApplications": [] },
        "appRoles": [],
        "info": { "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null },
        "keyCredentials": application.certificates.iter().map(certificates::shape).collect::<Vec<_>>(),
        "parentalControlSettings": { "countriesBlockedForMinors": [], "legalAgeGroupRule": "Allow" },
        "passwordCredentials": application.passwords.iter().map(|password| self::password(password, false)).collect::<Vec<_>>(),
        "publicClient": { "redirectUris": [] },
        "requiredResourceAccess": [],
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
        "web": web(application),
        "spa": { "redirectUris": [] },
    });
    if let Some(shape) = shape.as_object_mut() {
        shape.extend(application.extra.clone());
    }
    shape
}

fn web(application: &Application) -> Value {
    let setting = |uri| json!({ "uri": uri, "index": null });
    json!({
        "homePageUrl": null,
        "logoutUrl": null,
        "redirectUris": application.redirect_uris,
        "implicitGrantSettings": { "enableAccessTokenIssuance": false, "enableIdTokenIssuance": false },
        "redirectUriSettings": application.redirect_uris.iter().map(setting).collect::<Vec<_>>(),
    })
}

/// Returns a client secret; its value only in the answer that made it.
pub fn password(password: &Password, with_value: bool) -> Value {
    json!({
        "customKeyIdentifier": null,
        "displayName": password.display_name,
        "endDateTime": date(password.end),
        "hint": password.secret.hint(),
        "keyId": password.key_id,
        "secretText": with_value.then(|| password.secret.reveal()),
        "startDateTime": date(password.start),
    })
}

/// Returns a service principal; `inherited` are the tags of its application.
pub fn principal(principal: &ServicePrincipal, redirect_uris: &[String], inherited: &[Value]) -> Value {
    let mut shape = json!({
        "id": principal.id,
        "deletedDateTime": null,
        "accountEnabled": principal.enabled,
        "alternativeNames": [],
        "appDisplayName": principal.display_name,
        "appDescription": null,
        "appId": principal.app_id,
        "applicationTemplateId": null,
        "appOwnerOrganizationId": principal.app_owner,
        "appRoleAssignmentRequired": false,
        "createdDateTime": date(principal.created),
        "description": null,
        "disabledByMicrosoftStatus": null,
        "displayName": principal.display_name,
        "homepage": null,
        "loginUrl": null,
        "logoutUrl": null,
        "notes": null,
        "notificationEmailAddresses": [],
        "preferredSingleSignOnMode": null,
        "preferredTokenSigningKeyThumbprint": null,
        "replyUrls": redirect_uris,
        "servicePrincipalNames": [principal.app_id],
        "servicePrincipalType": principal.kind,
        "signInAudience": principal.sign_in_audience,
        "tags": [],
        "tokenEncryptionKeyId": null,
        "samlSingleSignOnSettings": null,
        "verifiedPublisher": { "displayName": null, "verifiedPublisherId": null, "addedDateTime": null },
        "addIns": [],
        "appRoles": [],
        "info": { "logoUrl": null, "marketingUrl": null, "privacyStatementUrl": null, "supportUrl": null, "termsOfServiceUrl": null },
        "keyCredentials": [],
        "oauth2PermissionScopes": [],
        "passwordCredentials": [],
        "resourceSpecificApplicationPermissions": [],
    });
    if let Some(shape) = shape.as_object_mut() {
        shape.extend(principal.extra.clone());
        if let Some(Value::Array(tags)) = shape.get_mut("tags") {
            let missing: Vec<_> = inherited.iter().filter(|tag| !tags.contains(tag)).cloned().collect();
            tags.extend(missing);
        }
    }
    shape
}

/// Returns a group; without its details where the caller may not read groups (Graph's document "Limited information
/// returned for inaccessible member objects": type and id, everything else null).
pub fn group(group: &Group, details: bool) -> Value {
    let shown = |value: Value| if details { value } else { Value::Null };
    let (types, rule, synced) = match &group.keeper {
        Keeper::People => (json!([]), Value::Null, Value::Null),
        Keeper::Rule(rule) => (json!(["DynamicMembership"]), json!(rule), Value::Null),
        Keeper::OnPremises => (json!([]), Value::Null, json!(true)),
    };
    json!({
        "@odata.type": "#microsoft.graph.group",
        "id": group.id,
        "deletedDateTime": null,
        "classification": null,
        "createdDateTime": shown(json!(date(group.created))),
        "description": null,
        "displayName": shown(json!(group.display_name)),
        "groupTypes": shown(types),
        "isAssignableToRole": null,
        "mail": null,
        "mailEnabled": shown(json!(false)),
        "mailNickname": shown(json!(group.display_name)),
        "membershipRule": shown(rule),
        "onPremisesSyncEnabled": shown(synced),
        "proxyAddresses": shown(json!([])),
        "securityEnabled": shown(json!(true)),
        "visibility": null,
    })
}

/// Returns a user with the properties that are shown where none is selected (Graph's document "user resource type").
pub fn user(user: &User) -> Value {
    let (given, family) = user.display_name.split_once(' ').unwrap_or((&user.display_name, ""));
    json!({
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": given,
        "jobTitle": null,
        "mail": user.mail,
        "mobilePhone": null,
        "officeLocation": null,
        "preferredLanguage": null,
        "surname": family,
        "userPrincipalName": user.user_principal_name,
        "id": user.id,
    })
}

/// Returns a user whom the caller may not read: type and id alone.
pub fn hidden_user(user: &User) -> Value {
    let mut shape = self::user(user);
    for (name, value) in shape.as_object_mut().into_iter().flatten() {
        if name != "id" {
            *value = Value::Null;
        }
    }
    shape
}

/// Returns a user with what can be selected beside.
pub fn whole_user(tenant: &Directory, user: &User) -> Value {
    let member = user.is_member(tenant.id);
    let mut shape = self::user(user);
    shape["accountEnabled"] = json!(user.enabled);
    shape["createdDateTime"] = json!(date(user.created));
    shape["creationType"] = json!((!member).then_some("Invitation"));
    shape["deletedDateTime"] = Value::Null;
    shape["externalUserState"] = json!((!member).then_some("Accepted"));
    shape["mailNickname"] = json!(user.user_principal_name.split('@').next());
    shape["onPremisesSyncEnabled"] = Value::Null;
    shape["userType"] = json!(if member { "Member" } else { "Guest" });
    shape
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{graph::properties::kind_of, testbed::Testbed};

    #[test]
    fn a_kind_has_every_property_that_is_shown() {
        let bed = Testbed::new(|_| {});
        bed.app();
        let world = bed.cloud.world();
        let a = world.directory(world.a).unwrap();
        let (id, display_name, members) = (uuid::Uuid::nil(), String::new(), Vec::new());
        let groups = Group {
            id,
            display_name,
            members,
            owners: Vec::new(),
            keeper: Keeper::People,
            created: Timestamp::UNIX_EPOCH,
        };
        let shown = [
            ("applications", application(a, a.applications.last().unwrap())),
            ("servicePrincipals", principal(a.service_principals.last().unwrap(), &[], &[])),
            ("groups", group(&groups, true)),
            ("users", whole_user(a, a.users.first().unwrap())),
            ("organization", crate::graph::directory_objects::organization_shape(a)),
        ];
        for (collection, shape) in shown {
            let known = kind_of(collection).unwrap().properties;
            let missing: Vec<_> =
                shape.as_object().unwrap().keys().filter(|key| !known.contains(&key.as_str())).collect();
            assert!(missing.is_empty(), "{collection}: {missing:?}");
        }
    }
}
