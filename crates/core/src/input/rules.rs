//! Rules: what a single answer must be, and which answers go together.

use super::kubernetes_name::{namespace, object_name};
use super::{
    AccountRef, Adopt, Answers, Complaint, FIELDS, Key, Kind, LIVES_AFTER_RESET_HOURS, Part, QUESTION_HOURS,
    WantedImage,
};
use crate::cloud::{CloudChoice, KnownCloud};
use crate::ids::{AppId, ClusterId, ImageRef, RegistryId, RepositoryWildcard, TenantRef};
use crate::names::SignIn;
use crate::names::{Route, Tenants};
use crate::text::{clean, count, printable};
use crate::wording::Wording;

/// Checks one input as typed so far; what the form shows under its field. Blank text is no complaint here: whether
/// an answer is needed is asked when all are there.
///
/// # Errors
/// A sentence that says what is wrong and what right looks like.
pub fn check(key: Key, raw: &str) -> Result<(), String> {
    let text = clean(raw);
    if text.is_empty() {
        return Ok(());
    }
    match key {
        Key::Cloud => CloudChoice::parse(text).map(drop),
        Key::LoginHost => https(text, "a sign-in host").map(drop),
        Key::TenantA | Key::TenantB => TenantRef::parse(text).map(drop),
        Key::Cluster => ClusterId::parse(text).map(drop),
        Key::Registry => RegistryId::parse(text).map(drop),
        Key::Repository => words(raw).try_for_each(image_or_wildcard),
        Key::RedirectUri => redirect(text).map(drop),
        Key::SecretDays => days(text).map(drop),
        Key::Soak | Key::ConsentWait => minutes(text).map(drop),
        Key::Namespace => words(raw).try_for_each(|t| namespace(t).map(drop)),
        Key::ServiceAccount => words(raw).try_for_each(|t| AccountRef::parse(t).map(drop)),
        Key::PullSecret => object_name(text, "pull secret", "crosspull-registryb").map(drop),
        Key::ClientId => client_id(text).map(drop),
        Key::Pace => pace(text).map(drop),
        Key::AppName if text.chars().count() > 120 => {
            Err("an app's name has 120 characters at most (Graph: displayName)".to_owned())
        }
        Key::Adopt => adopt(text).map(drop),
        Key::Unread => words(raw).try_for_each(|t| Part::parse(t).map(drop)),
        Key::AppName
        | Key::AppSecretFile
        | Key::SecretOut
        | Key::WayBackOut
        | Key::CaFile
        | Key::Kubeconfig
        | Key::Context
        | Key::ManifestOut => Ok(()),
        Key::Route
        | Key::SignInA
        | Key::SignInB
        | Key::Consent
        | Key::ConsentLink
        | Key::Renew
        | Key::PullApp
        | Key::Prove
        | Key::ClusterCredential => choice(key, text),
    }
}

/// The words of a field that holds several.
fn words(raw: &str) -> impl Iterator<Item = &str> {
    raw.split([' ', ',', '\t', '\n']).map(clean).filter(|t| !t.is_empty())
}

fn image_or_wildcard(text: &str) -> Result<(), String> {
    if RepositoryWildcard::is_meant(text) {
        return RepositoryWildcard::parse(text).map(drop);
    }
    ImageRef::parse(text).map(drop)
}

pub(super) fn adopt(text: &str) -> Result<Adopt, String> {
    if text == "new" {
        return Ok(Adopt::New);
    }
    text.parse()
        .map(Adopt::Id)
        .map_err(|_| format!("\"{text}\" is neither the object id nor the app id of an app: give a GUID, or new"))
}

/// One of the words that the field offers.
fn choice(key: Key, text: &str) -> Result<(), String> {
    let Some(Kind::Choice(words)) = key.field().map(|f| f.kind) else {
        return Ok(());
    };
    if words.iter().any(|(word, _)| *word == text) {
        return Ok(());
    }
    let offered: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
    Err(format!("\"{text}\" is not offered for {}: give {}", key.name(), offered.join(" or ")))
}

pub(super) fn https(text: &str, what: &str) -> Result<url::Url, String> {
    url::Url::parse(text)
        .ok()
        .filter(|u| u.scheme() == "https" && u.host().is_some())
        .ok_or_else(|| format!("\"{text}\" is not {what}: give its address, such as https://login.microsoftonline.com"))
}

/// A redirect address is sent as it is written: a trailing slash counts (AADSTS50011), so none is added.
pub(super) fn redirect(text: &str) -> Result<String, String> {
    let parsed = url::Url::parse(text).ok();
    let loopback = parsed.as_ref().and_then(url::Url::host_str).is_some_and(|h| h == "localhost");
    match parsed {
        Some(u) if u.scheme() == "https" || (u.scheme() == "http" && loopback) => Ok(text.to_owned()),
        _ => Err(format!("\"{text}\" is not a redirect address: give one such as https://www.microsoft.com")),
    }
}

/// Reads a number, with its unit behind it where somebody wrote that, as screens show it.
fn number(text: &str, range: std::ops::RangeInclusive<u16>, what: &str) -> Result<u16, String> {
    let one = what.trim_end_matches('s');
    let alone = text.strip_suffix(what).or_else(|| text.strip_suffix(one)).map_or(text, str::trim_end);
    alone
        .parse()
        .ok()
        .filter(|n| range.contains(n))
        .ok_or_else(|| format!("\"{text}\" is not a number of {what}: give {} to {}", range.start(), range.end()))
}

pub(super) fn client_id(text: &str) -> Result<AppId, String> {
    text.parse().map_err(|_| format!("\"{text}\" is not a GUID: give the application (client) id of a public client"))
}

/// Two years is what Graph gives by default and the portal's longest offer (`docs/facts/azure.md` 3.3).
pub(super) fn days(text: &str) -> Result<u16, String> {
    number(text, 1..=730, "days")
}

pub(super) fn minutes(text: &str) -> Result<u16, String> {
    number(text, 0..=1440, "minutes")
}

pub(super) fn pace(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|p: &f64| p.is_finite() && (1.0..=1_000_000.0).contains(p))
        .ok_or_else(|| format!("\"{text}\" is not a pace: give a number from 1 to 1000000"))
}

/// Complaints about answers of a file that decide where secrets go, and that the operator did not give otherwise:
/// another cloud, another sign-in host than the documented ones, another authority (`docs/PRODUCT.md` 7, rule 10).
/// `given` is what flags and environment say, which stands over the file; `by` names the file.
#[must_use]
pub fn not_for_a_file(by: &str, file: &Answers, given: &Answers) -> Vec<Complaint> {
    let cloud = given.get(Key::Cloud).unwrap_or_else(|| file.or_default(Key::Cloud));
    let cloud = CloudChoice::parse(cloud).ok().and_then(|cloud| cloud.known());
    let harmless = |key: Key, value: &str| match key {
        Key::Cloud => !matches!(CloudChoice::parse(value), Ok(CloudChoice::ByResourceManager(_))),
        Key::LoginHost => {
            let host = https(value, "a sign-in host");
            host.is_ok_and(|host| cloud.is_some_and(|cloud| cloud.signs_in_at(&host)))
        }
        _ => false,
    };
    let mut found = Vec::new();
    for key in [Key::Cloud, Key::LoginHost, Key::CaFile] {
        if let (Some(value), None) = (file.get(key), given.get(key))
            && !harmless(key, value)
        {
            let value = printable(value, 300);
            let text = Wording::from(format!("{by} alone says {value}, and that decides where secrets go: give "))
                + key.given(value)
                + &*format!(" or {}, if it is right", key.variable());
            found.push(Complaint::of(key, text));
        }
    }
    found
}

/// Complaints about single values, in the order of the table.
pub(super) fn wrong_values(answers: &Answers) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for field in &FIELDS {
        for value in answers.all(field.key) {
            if let Err(text) = check(field.key, value) {
                complaints.push(Complaint::of(field.key, text));
            }
        }
    }
    complaints
}

/// Complaints about answers that do not go together.
pub(super) fn across(answers: &Answers) -> Vec<Complaint> {
    let mut found = Vec::new();
    let mut complain = |key: Key, text: Wording| found.push(Complaint::of(key, text));
    let tenant = |key| answers.get(key).and_then(|t| TenantRef::parse(t).ok());
    let wanted = answers.route().and_then(Route::tenants);
    match (tenant(Key::TenantA), tenant(Key::TenantB)) {
        (Some(a), Some(b)) if a == b && wanted == Some(Tenants::Two) => complain(
            Key::TenantB,
            Wording::from(format!(
                "{b} is the cluster's tenant too. Cluster and registry in one tenant need no app of another tenant: give "
            )) + Key::Route.given("attach")
                + ". Name the registry's tenant if it is another one",
        ),
        // A domain and an id may name the same tenant; which one they name, their sign-in tells.
        (Some(a @ TenantRef::Id(_)), Some(b @ TenantRef::Id(_))) if a != b && wanted == Some(Tenants::One) => complain(
            Key::TenantB,
            Wording::from(format!("{b} is not the cluster's tenant, and route attach is for one tenant: leave "))
                + Key::TenantB
                + " out, or give another route",
        ),
        _ => {}
    }
    if let Some(registry) = answers.get(Key::Registry).and_then(|r| RegistryId::parse(r).ok()) {
        let nobody = answers.or_default(Key::SignInB) == SignIn::Nobody.word();
        match registry.server() {
            Some(server) if !nobody => complain(
                Key::Registry,
                Wording::from(format!("\"{server}\" is a login server: give the resource id, or "))
                    + Key::SignInB.given(SignIn::Nobody.word())
                    + " where you cannot read it",
            ),
            None if nobody => complain(
                Key::Registry,
                "nobody signs in to tenant B, so its login server cannot be read: give that, such as \
                 registryb.azurecr.io"
                    .into(),
            ),
            _ => {}
        }
    }
    let mut registries: Vec<RegistryId> = Vec::new();
    for registry in answers.all(Key::Registry).into_iter().filter_map(|text| RegistryId::parse(text).ok()) {
        if registries.contains(&registry) {
            complain(Key::Registry, format!("{} is named twice: name it once", registry.name()).into());
        } else {
            registries.push(registry);
        }
    }
    let clusters = answers.all(Key::Cluster).len();
    if clusters > 1 {
        complain(Key::Cluster, format!("{clusters} clusters are named; one run takes one").into());
    }
    let wildcard = answers.all(Key::Repository).into_iter().find(|text| RepositoryWildcard::is_meant(text));
    if let Some(wildcard) = wildcard.filter(|_| !answers.route().is_some_and(Route::grants_wildcards)) {
        let text = format!(
            "\"{wildcard}\" stands for several repositories, which only a repository token may be granted: choose the \
             route repository-token, or name each image"
        );
        complain(Key::Repository, text.into());
    }
    WantedImage::complaints(answers).into_iter().for_each(|(key, text)| complain(key, text.into()));
    in_cluster(answers, &mut complain);
    if let (Ok(days), Ok(soak)) = (days(answers.or_default(Key::SecretDays)), minutes(answers.or_default(Key::Soak))) {
        let needed = u32::from(soak).div_ceil(60) + QUESTION_HOURS + LIVES_AFTER_RESET_HOURS;
        if u32::from(days) * 24 < needed {
            complain(
                Key::SecretDays,
                Wording::from(format!(
                    "a secret of {} may end while the cluster is reset: the wait of {}, the question and the reset need {}. \
                     Give more days, or a shorter ",
                    count(usize::from(days), "day"),
                    count(usize::from(soak), "minute"),
                    count(needed as usize, "hour")
                )) + Key::Soak,
            );
        }
    }
    let asked = answers.cloud();
    if !answers.is_simulated() && pace(answers.or_default(Key::Pace)).is_ok_and(|p| p > 1.0) {
        let text = "is for a simulated cloud on this machine: a real one takes the time that it takes";
        complain(Key::Pace, text.into());
    }
    let one_registry = answers.all(Key::Registry).len() == 1;
    if let Some(registry) = answers.get(Key::Registry).filter(|_| one_registry).and_then(|r| RegistryId::parse(r).ok())
    {
        for image in answers.all(Key::Repository) {
            let host = image.split('/').next().filter(|h| KnownCloud::of_host(h).is_some()).unwrap_or_default();
            if !host.is_empty() && !host.to_ascii_lowercase().starts_with(&registry.name().to_ascii_lowercase()) {
                let text =
                    format!("\"{image}\" is in another registry than {}: name an image of this one", registry.name());
                complain(Key::Repository, text.into());
            }
        }
    }
    for key in [Key::Cluster, Key::Registry, Key::Repository, Key::TenantA, Key::TenantB] {
        for text in answers.all(key) {
            if let (Some(asked), Some(found)) = (asked, cloud_of(text))
                && asked != found
            {
                complain(
                    key,
                    Wording::from(format!(
                        "\"{text}\" belongs to the {} cloud and {} was asked for: give ",
                        found.word(),
                        asked.word()
                    )) + Key::Cloud.given(found.word())
                        + ", or an id of this cloud",
                );
            }
        }
    }
    found
}

/// Complains about answers that say how the cluster gets a pull secret and do not go together.
fn in_cluster(answers: &Answers, complain: &mut impl FnMut(Key, Wording)) {
    let named = answers.all(Key::Namespace);
    let default = Key::Namespace.default().unwrap_or_default();
    let gets_one = |namespace: &str| if named.is_empty() { namespace == default } else { named.contains(&namespace) };
    for text in answers.all(Key::ServiceAccount) {
        let account = AccountRef::parse(text).ok();
        if let Some(namespace) = account.and_then(|account| account.namespace).filter(|of| !gets_one(of)) {
            complain(
                Key::ServiceAccount,
                Wording::from(format!("{text} is in a namespace that gets no pull secret: give "))
                    + Key::Namespace.given(namespace)
                    + " too",
            );
        }
    }
    if answers.get(Key::PullSecret).is_some() && answers.all(Key::Registry).len() > 1 {
        complain(Key::PullSecret, "one name cannot be that of several registries' pull secrets: leave it out".into());
    }
    if answers.or_default(Key::PullApp) == "b" && answers.or_default(Key::SignInB) == SignIn::Nobody.word() {
        complain(
            Key::PullApp,
            Wording::from("nobody signs in to tenant B, so no app is registered there: give a, or another ")
                + Key::SignInB,
        );
    }
    if answers.get(Key::Context).is_some() && answers.get(Key::Kubeconfig).is_none() {
        complain(Key::Context, Wording::from("a context is one of a kubeconfig: give ") + Key::Kubeconfig + " too");
    }
    if answers.get(Key::Kubeconfig).is_some() && answers.or_default(Key::ClusterCredential) == "admin" {
        complain(
            Key::ClusterCredential,
            "a kubeconfig of yours is used, so Resource Manager is asked for none: leave one of the two out".into(),
        );
    }
}

/// The cloud that the host in a pasted text gives away.
fn cloud_of(text: &str) -> Option<KnownCloud> {
    text.split(['/', ' ', '#', ':']).find_map(KnownCloud::of_host)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Access, ConsentMode, Inputs};
    use crate::names::Side;

    fn complete() -> Answers {
        let mut answers = Answers::default();
        for key in [Key::TenantA, Key::Cluster, Key::TenantB, Key::Registry, Key::Repository] {
            answers.set(key, key.field().expect("a row").example);
        }
        answers
    }

    fn complaints(answers: &Answers) -> Vec<String> {
        Inputs::from_answers(answers).expect_err("complaints").iter().map(ToString::to_string).collect()
    }

    #[test]
    fn complete_answers_become_inputs_with_the_documented_defaults() {
        let inputs = Inputs::from_answers(&complete()).expect("complete");
        assert_eq!(inputs.app_name("", &inputs.clusters[0]), "crosspull-aks-shop");
        assert_eq!(inputs.redirect_uri, "https://www.microsoft.com");
        assert_eq!((inputs.secret_days, inputs.soak_minutes, inputs.consent), (180, 30, ConsentMode::Auto));
        assert_eq!(inputs.images.len(), 1);
    }

    #[test]
    fn a_tenant_that_is_not_named_is_the_accounts_own_where_there_is_one() {
        let mut answers = Answers::default();
        for (word, home) in [("azure-cli", true), ("device-code", true), ("service-principal", false)] {
            answers.set(Key::SignInB, word);
            let access = Access::at_home(&answers, Side::B);
            assert_eq!(access.is_ok_and(|access| access.tenants.b == TenantRef::Home), home, "{word}");
        }
        assert!(TenantRef::parse(TenantRef::HOME).is_err(), "nobody names it");
        let complaints = Access::at_home(&answers, Side::B).expect_err("an app names its tenant");
        assert!(complaints[0].text.contains("lists none: type its domain or id"), "{}", complaints[0]);
    }

    #[test]
    fn a_registry_that_is_named_twice_is_named_in_the_one_complaint() {
        let mut answers = complete();
        let id = answers.get(Key::Registry).expect("an example").to_owned();
        answers.set_all(
            Key::Registry,
            vec![id.clone(), id.to_ascii_uppercase().replace("/SUBSCRIPTIONS", "/subscriptions")],
        );
        assert_eq!(complaints(&answers), ["registry: REGISTRYB is named twice: name it once"]);
    }

    #[test]
    fn a_number_may_have_its_unit_behind_it_as_screens_show_it() {
        for text in ["90", "90 days", "90days", "90 day"] {
            assert_eq!(days(text), Ok(90), "{text}");
        }
        assert_eq!(minutes("1 minute"), Ok(1));
        for text in ["days", "90 minutes", "90 d", "0 days", "731 days", "9 0"] {
            assert!(days(text).is_err(), "{text}");
        }
    }

    #[test]
    fn all_complaints_come_at_once() {
        let mut answers = Answers::default();
        answers.set(Key::TenantA, "contoso");
        answers.set(Key::SecretDays, "0");
        let said = complaints(&answers);
        assert_eq!(said.len(), 6, "{said:#?}");
        assert!(said.iter().any(|t| t.contains("tenant-a: \"contoso\" is not a tenant")));
        assert!(said.iter().any(|t| t.contains("secret-days: \"0\" is not a number of days")));
        assert!(said.iter().any(|t| t.starts_with("registry: missing.")));
    }

    #[test]
    fn one_tenant_for_both_is_refused_with_the_way_out() {
        let mut answers = complete();
        answers.set(Key::Route, "new-app");
        answers.set(Key::TenantB, " CONTOSO.com ");
        let said = complaints(&answers);
        assert!(
            said.iter().any(|t| t.contains("is the cluster's tenant too") && t.contains("--route attach")),
            "{said:?}"
        );
    }

    #[test]
    fn an_id_of_another_cloud_is_named() {
        let mut answers = complete();
        answers.set(Key::Repository, "registryb.azurecr.cn/shop/web:1.4");
        assert!(complaints(&answers).iter().any(|t| t.contains("belongs to the china cloud")));
    }

    #[test]
    fn an_answers_file_says_which_keys_it_does_not_know() {
        let said = Answers::from_toml("tennant-a = \"x\"\nzzzzzzzzzz = 1\n[consent]\nx = 1").expect_err("unknown keys");
        let texts: Vec<String> = said.iter().map(ToString::to_string).collect();
        assert!(texts.iter().any(|t| t.contains("Did you mean tenant-a?")), "{texts:?}");
        assert!(texts.iter().any(|t| t.contains("\"zzzzzzzzzz\" in the answers file is not an input")));
        assert!(texts.iter().any(|t| t.contains("consent: in the answers file it is neither")));
    }

    #[test]
    fn a_wildcard_is_for_the_route_that_grants_it_and_an_image_is_named_beside_it() {
        let said = |route: &str, texts: &[&str]| {
            let mut answers = complete();
            answers.set(Key::Route, route);
            answers.set_all(Key::Repository, texts.iter().map(|text| (*text).to_owned()).collect());
            Inputs::from_answers(&answers).map(|inputs| inputs.wildcards.len()).map_err(|all| all[0].to_string())
        };
        assert_eq!(said("repository-token", &["shop/*", "shop/web:1.4"]), Ok(1));
        for route in ["auto", "pull-secret", "convert-app"] {
            let why = said(route, &["shop/*", "shop/web:1.4"]).expect_err(route);
            assert!(why.starts_with("repository: \"shop/*\" stands for several repositories"), "{why}");
            assert!(why.contains("choose the route repository-token, or name each image"), "{why}");
        }
        assert!(said("repository-token", &["shop/*"]).is_err_and(|why| why.contains("the proof pulls one")));
        assert!(said("repository-token", &["shop*", "shop/web"]).is_err_and(|why| why.contains("is no wildcard")));
    }

    #[test]
    fn an_image_of_another_registry_and_a_pace_on_a_real_cloud_are_refused() {
        let mut answers = complete();
        answers.set(Key::Repository, "other.azurecr.io/shop/web:1.4");
        answers.set(Key::Pace, "50");
        let said = complaints(&answers);
        assert!(said.iter().any(|t| t.contains("is in another registry than registryb")), "{said:?}");
        assert!(said.iter().any(|t| t.starts_with("pace: is for a simulated cloud")), "{said:?}");
        answers.set(Key::Repository, "registryb.azurecr.io/shop/web:1.4");
        answers.set(Key::Pace, "1");
        assert!(Inputs::from_answers(&answers).is_ok());
    }

    #[test]
    fn a_pace_is_for_a_cloud_on_this_machine() {
        let mut answers = complete();
        answers.set(Key::Pace, "50");
        for (cloud, fits) in [("https://localhost:8443", true), ("https://management.example.com", false)] {
            answers.set(Key::Cloud, cloud);
            assert_eq!(Inputs::from_answers(&answers).is_ok(), fits, "{cloud}");
        }
    }

    #[test]
    fn a_file_alone_names_no_place_beyond_the_documented_ones() {
        let one = |key, value: &str| {
            let mut answers = Answers::default();
            answers.set(key, value);
            answers
        };
        let complaints = |file: &Answers, given: &Answers| not_for_a_file("the answers file", file, given);
        let nothing = Answers::default();
        for (key, value) in [
            (Key::Cloud, "https://management.example.com"),
            (Key::LoginHost, "https://login.example.com"),
            (Key::LoginHost, "https://login.microsoftonline.us"),
            (Key::CaFile, "ca.pem"),
        ] {
            let file = one(key, value);
            let said = complaints(&file, &nothing);
            let [only] = said.as_slice() else { panic!("{value}: {said:?}") };
            assert!(only.text.contains(&format!("give --{} {value} or {}", key.name(), key.variable())), "{only:?}");
            assert_eq!(complaints(&file, &one(key, value)), [], "named otherwise: {value}");
        }
        let china = one(Key::Cloud, "china").over(one(Key::LoginHost, "https://login.partner.microsoftonline.cn"));
        assert_eq!(complaints(&china, &nothing), []);
        assert_eq!(complaints(&china, &one(Key::Cloud, "public")).len(), 1, "no host of the cloud that is asked for");
    }

    #[test]
    fn where_secrets_go_is_told_where_no_document_says_it() {
        let mut answers = complete();
        let told = |answers: &Answers| {
            let access = Inputs::from_answers(answers).expect("complete").access;
            let mut endpoints = KnownCloud::China.endpoints().expect("endpoints");
            if let Some(login) = &access.login_host {
                endpoints.login = login.clone();
            }
            access.elsewhere(&endpoints)
        };
        answers.set(Key::Cloud, "china");
        answers.set(Key::LoginHost, "https://login.partner.microsoftonline.cn");
        assert_eq!(told(&answers), None);
        answers.set(Key::CaFile, "/etc/inspection.pem");
        assert!(told(&answers).is_some_and(|t| t.ends_with("; the authorities in /etc/inspection.pem are trusted")));
        answers.set(Key::CaFile, "");
        answers.set(Key::LoginHost, "https://login.example.com");
        assert!(told(&answers).is_some_and(|t| t.contains("sign-in goes to https://login.example.com/, Graph to ")));
    }

    #[test]
    fn answers_survive_their_own_file() {
        let mut answers = complete();
        answers.set(Key::Repository, "shop/web:1.4 shop/api:2");
        let again = Answers::from_toml(&answers.to_toml()).expect("its own file");
        assert_eq!(again.all(Key::Repository), ["shop/web:1.4", "shop/api:2"]);
        assert_eq!(Inputs::from_answers(&again), Inputs::from_answers(&answers));
    }

    #[test]
    fn what_is_given_stands_over_what_is_below() {
        let mut flags = Answers::default();
        flags.set(Key::TenantA, "a.com");
        let merged = flags.over(complete());
        assert_eq!(merged.get(Key::TenantA), Some("a.com"));
        assert_eq!(merged.get(Key::TenantB), Some("fabrikam.com"));
    }
}
