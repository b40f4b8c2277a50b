//! The codes of the sign-in service (`docs/facts/azure.md` 3.1, 3.9 and 9.6).

use super::Meaning;

pub(super) const ROWS: &[Meaning] = &[
    Meaning::sign_in(
        "AADSTS7000215",
        "The secret is wrong, is not known everywhere yet, or is the secret's id in place of its value.",
        "Check that the value was given, not its id; a new secret needs a few seconds.",
    ),
    Meaning::sign_in("AADSTS7000222", "The secret has expired.", "Make a new one and give it in its place."),
    Meaning::sign_in(
        "AADSTS700016",
        "The app is not known in this tenant.",
        "Check the tenant, or let an administrator of the tenant consent.",
    ),
    Meaning::sign_in(
        "AADSTS7000229",
        "The app has no service principal in this tenant.",
        "Let an administrator of the tenant consent to the app.",
    ),
    Meaning::sign_in("AADSTS7000112", "The app is disabled.", "Enable it under Enterprise applications in the portal."),
    Meaning::sign_in(
        "AADSTS700024",
        "What proves the sign-in is not valid at the present time.",
        "Set this machine's clock, or have the token renewed, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS700027",
        "The certificate is not one that is registered with the app, or its key is another's.",
        "Add the certificate to the app registration, or give the one that is there.",
    ),
    Meaning::sign_in(
        "AADSTS700213",
        "The app has no federated credential for the subject of this token.",
        "Add one to the app for the subject that the service's words name.",
    ),
    Meaning::sign_in(
        "AADSTS70021",
        "The app has no federated credential that fits this token's issuer, subject and audience.",
        "Compare them with the app's federated credentials: each has to be the same, letter by letter.",
    ),
    Meaning::sign_in(
        "AADSTS50011",
        "The redirect address is not one of the app's.",
        "Give the same redirect address as the app has; a trailing slash counts.",
    ),
    Meaning::sign_in(
        "AADSTS500113",
        "The app lists no address that the page could lead back to.",
        "Let the administrator run az ad sp create with the app's id, or add a redirect address to the app.",
    ),
    Meaning::sign_in("AADSTS65001", "Nobody has consented to the app.", "Let an administrator of the tenant consent."),
    Meaning::sign_in(
        "AADSTS90094",
        "Only an administrator may consent.",
        "Send the consent address to an administrator of the tenant.",
    ),
    Meaning::sign_in(
        "AADSTS90095",
        "The consent was sent to the tenant's administrators for review.",
        "Let one of them approve it, or send the consent address to one of them.",
    ),
    Meaning::sign_in(
        "AADSTS65004",
        "The consent was declined.",
        "Ask the administrator of the tenant, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS50020",
        "The account does not belong to this tenant.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    Meaning::sign_in(
        "AADSTS50014",
        "The account's invitation to this tenant was not accepted.",
        "Accept it, or sign in with an account of the tenant.",
    ),
    Meaning::sign_in(
        "AADSTS51004",
        "The account does not exist in this tenant.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    Meaning::sign_in(
        "AADSTS16000",
        "The account that is signed in does not exist in this tenant.",
        "Choose another account, or have it invited.",
    ),
    Meaning::sign_in(
        "AADSTS53003",
        "A Conditional Access policy of the tenant blocks this sign-in.",
        "Sign in another way or from another place, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS530035",
        "The tenant's security defaults block this sign-in.",
        "Sign in another way or with another factor, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS500021",
        "A tenant restriction of your network does not let you in to this tenant.",
        "Sign in from another network, or ask those who run this one to allow the tenant.",
    ),
    Meaning::sign_in(
        "AADSTS500022",
        "A tenant restriction of your network does not let this account in to this tenant.",
        "Sign in from another network, or ask those who run this one to allow the tenant.",
    ),
    Meaning::sign_in(
        "AADSTS90002",
        "There is no such tenant in this cloud.",
        "Check the tenant's domain or id, and the cloud.",
    ),
    Meaning::sign_in("AADSTS90038", "Credentials do not cross clouds.", "Cluster and registry must be in one cloud."),
    Meaning::sign_in(
        "AADSTS900382",
        "A secret of another cloud is not taken here.",
        "Cluster and registry must be in one cloud.",
    ),
    Meaning::sign_in(
        "AADSTS900432",
        "A secret of another cloud is not taken here.",
        "Cluster and registry must be in one cloud.",
    ),
    Meaning::sign_in("AADSTS500011", "The service is not known in this tenant.", "Check the cloud and the tenant."),
    Meaning::sign_in(
        "AADSTS700211",
        "The app has no federated credential of this token's issuer.",
        "Add one to the app for the issuer that the service's words name.",
    ),
    Meaning::sign_in(
        "AADSTS700212",
        "The app has no federated credential for the audience of this token.",
        "Have the token issued for the audience that the app's federated credential names.",
    ),
    Meaning::sign_in(
        "AADSTS50076",
        "The tenant asks this account for another factor.",
        "Sign in again by a way that asks for it: the browser, a device code, or az login to this tenant.",
    ),
    Meaning::sign_in(
        "AADSTS50079",
        "The account has to set up another factor before it may sign in.",
        "Sign in to this tenant in a browser once and set it up, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS50158",
        "The tenant asks for something more that this way of signing in cannot give.",
        "Sign in again by the browser or a device code.",
    ),
    Meaning::sign_in("AADSTS50173", "The sign-in was revoked, as after a change of the password.", "Sign in again."),
    Meaning::sign_in("AADSTS700082", "The sign-in has ended: it was not used for too long.", "Sign in again."),
    Meaning::sign_in(
        "AADSTS70043",
        "The sign-in has ended: the tenant's policy says how often to sign in.",
        "Sign in again.",
    ),
    Meaning::sign_in(
        "AADSTS50057",
        "The account is disabled.",
        "Sign in with another account, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS50105",
        "The app takes only people who are assigned to it, and this account is not.",
        "Ask the tenant's administrator to assign the account to the app that the words name.",
    ),
    Meaning::sign_in(
        "AADSTS53000",
        "The tenant lets in only from a machine that it manages and finds compliant.",
        "Sign in from such a machine, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS7000218",
        "The app takes no sign-in without its secret or certificate.",
        "Sign in another way, or allow public client flows for the app.",
    ),
    Meaning::sign_in(
        "AADSTS650056",
        "The app lists no permission, so this consent address does not work for it.",
        "Let the administrator open the address of admin consent, or run az ad sp create with the app's id.",
    ),
    Meaning::sign_in(
        "AADSTS90008",
        "The app lists no permission for what this consent address asks.",
        "Let the administrator open the address of admin consent, or run az ad sp create with the app's id.",
    ),
    Meaning::sign_in(
        "AADSTS50034",
        "The account does not exist in this tenant.",
        "Check its name and the tenant, or have it invited.",
    ),
    Meaning::sign_in("AADSTS50126", "User name or password is wrong.", "Sign in again."),
    Meaning::sign_in(
        "AADSTS50053",
        "The account is locked, or signs in from an address that is blocked.",
        "Wait, or ask the tenant's administrator to unlock it.",
    ),
    Meaning::sign_in(
        "AADSTS50055",
        "The password of the account has expired.",
        "Set a new one in a browser, then sign in again.",
    ),
    Meaning::sign_in(
        "AADSTS50072",
        "The account has to set up another factor before it may sign in.",
        "Sign in to this tenant in a browser once and set it up, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS50074",
        "The tenant asks this account for another factor.",
        "Sign in again by a way that asks for it: the browser, a device code, or az login to this tenant.",
    ),
    Meaning::sign_in(
        "AADSTS50078",
        "The account's second factor was asked for too long ago.",
        "Sign in again by a way that asks for it: the browser, a device code, or az login to this tenant.",
    ),
    Meaning::sign_in("AADSTS50132", "The sign-in was revoked, as after a change of the password.", "Sign in again."),
    Meaning::sign_in("AADSTS50133", "The sign-in was revoked, as after a change of the password.", "Sign in again."),
    Meaning::sign_in("AADSTS70008", "The sign-in has ended: it was not used for too long.", "Sign in again."),
    Meaning::sign_in(
        "AADSTS500341",
        "The account was deleted from the directory.",
        "Sign in with another account, or ask the tenant's administrator to restore it.",
    ),
    Meaning::sign_in(
        "AADSTS500571",
        "The guest account is disabled in this tenant.",
        "Sign in with another account, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS90072",
        "The account is of another tenant and not a guest of this one.",
        "Sign in with an account of the tenant, or have it invited.",
    ),
    Meaning::sign_in(
        "AADSTS50131",
        "A Conditional Access policy of the tenant blocks this sign-in.",
        "Sign in another way or from another place, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS53001",
        "The tenant lets in only from a machine that has joined it.",
        "Sign in from such a machine, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS53002",
        "The tenant lets in only by apps that it has approved.",
        "Sign in another way, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS530003",
        "The tenant lets in only from a machine that it manages.",
        "Sign in from such a machine, or ask the tenant's administrator.",
    ),
    Meaning::sign_in(
        "AADSTS53004",
        "The account has to set up another factor before it may sign in.",
        "Sign in to this tenant in a browser once and set it up, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS500133",
        "What proves the sign-in is not valid at the present time.",
        "Set this machine's clock, or have the token renewed, then try again.",
    ),
    Meaning::sign_in(
        "AADSTS50012",
        "The certificate is not one that is registered with the app, or its key is another's.",
        "Add the certificate to the app registration, or give the one that is there.",
    ),
    Meaning::sign_in(
        "AADSTS7000216",
        "The app signs in by a secret or a certificate, and none was given.",
        "Give one of the two.",
    ),
    Meaning::sign_in(
        "AADSTS50059",
        "The sign-in does not say which tenant it is for.",
        "Give the tenant's domain or id.",
    ),
    Meaning::sign_in("AADSTS900023", "The tenant's name is none.", "Check the tenant's domain or id."),
    Meaning::sign_in(
        "AADSTS65005",
        "The app asks for a permission that it does not list, or that the tenant does not know.",
        "Ask those who keep the app registration to mend its permissions.",
    ),
    Meaning::sign_in(
        "AADSTS650052",
        "The tenant has not the service that the app asks for.",
        "Ask the tenant's administrator to have it there, or to take the permission off the app.",
    ),
    Meaning::sign_in("AADSTS90033", "The sign-in service does not answer at present.", "Try again in a few minutes.")
        .passing(),
    Meaning::sign_in("AADSTS90006", "The sign-in service had a fault.", "Try again in a few minutes.").passing(),
    Meaning::sign_in(
        "AADSTS50196",
        "The same sign-in was asked for again and again, and the service stopped it.",
        "Wait some minutes, then sign in again.",
    )
    .passing(),
];
