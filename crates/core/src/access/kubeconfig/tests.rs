//! Tests of kubeconfigs.

use proptest::prelude::*;

use super::node::{Fields, Node};
use super::{Chosen, Entry, Given, GivenBy, Kubeconfig, Kubelogin, KubeloginUser, Names, User, Wish};
use crate::access::exec::{ExecSignIn, Fixed};
use crate::ids::ClusterId;

const USUAL: &str = "6dae42f8-4368-4678-94ff-3960e28e3630";
const TENANT: &str = "22222222-2222-4222-8222-222222222222";

fn given(server: &str) -> String {
    format!(
        "apiVersion: v1\nclusters:\n- cluster:\n    certificate-authority-data: Q0E=\n    certificate-authority: /etc/passwd\n    \
         server: {server}\n  name: shop\ncontexts:\n- context:\n    cluster: shop\n    user: clusterUser_rg_shop\n  name: \
         shop\ncurrent-context: shop\nkind: Config\npreferences: {{}}\nusers:\n- name: clusterUser_rg_shop\n  user:\n"
    )
}

fn by_entra(server: &str) -> Given {
    let exec = "    exec:\n      apiVersion: client.authentication.k8s.io/v1beta1\n      args: [get-token, --environment, \
                AzurePublicCloud, --server-id, 11111111-1111-4111-8111-111111111111, --client-id, 33333333-3333-4333-8333-333333333333, --tenant-id, \
                22222222-2222-4222-8222-222222222222, --login, \
                devicecode]\n      command: kubelogin\n";
    Given::parse(&(given(server) + exec), USUAL).expect("a kubeconfig")
}

fn by_certificate(server: &str) -> Given {
    let user =
        "    client-certificate-data: Qw==\n    client-key-data: Sw==\n    tokenFile: /etc/passwd\n    token: \"1\"\n";
    Given::parse(&(given(server) + user), USUAL).expect("a kubeconfig")
}

fn crosspull(server: &str) -> Entry {
    let mut sign_in = ExecSignIn::default();
    sign_in.set(Fixed::Tenant, "t");
    Entry::new(&by_entra(server), User::Crosspull { program: "crosspull".to_owned(), sign_in })
}

fn cluster(subscription: u8, group: &str) -> ClusterId {
    let id = format!(
        "/subscriptions/{subscription}1111111-1111-4111-8111-111111111111/resourceGroups/{group}/providers\
         /Microsoft.ContainerService/managedClusters/shop"
    );
    ClusterId::parse(&id).expect("an id")
}

/// Puts an entry into a file, and returns its names, or why it was not.
fn put(file: &mut Kubeconfig, id: &ClusterId, context: Option<&str>, entry: &Entry) -> Result<Names, String> {
    let wish = Wish { id, context, overwrite: false };
    let chosen = Names::choose(&wish, entry, std::slice::from_ref(file))?;
    let before = file.clone();
    file.merge(entry, &chosen.names, true);
    file.text_after(&before, &chosen.names)?;
    Ok(chosen.names)
}

#[test]
fn what_azure_gives_is_taken_without_the_paths_in_it() {
    let fixed = by_certificate("https://a.hcp.io:443");
    assert!(fixed.cluster.get("certificate-authority").is_none() && fixed.cluster.len() == 2);
    let GivenBy::Fixed(user) = fixed.by else { panic!("a certificate") };
    assert_eq!(user.0.keys().collect::<Vec<_>>(), ["client-certificate-data", "client-key-data", "token"]);
    assert_eq!(user.0.get("token").and_then(Node::as_text), Some("1"), "a text stays a text");
    let GivenBy::Entra(server) = by_entra("https://a.hcp.io").by else { panic!("Entra") };
    assert_eq!((server.id.as_str(), server.tenant.as_deref()), ("11111111-1111-4111-8111-111111111111", Some(TENANT)));
    let old =
        "    auth-provider:\n      name: azure\n      config: {apiserver-id: 11111111-1111-4111-8111-111111111111}\n";
    let old = Given::parse(&(given("https://a.hcp.io") + old), USUAL).expect("the provider before");
    assert!(matches!(old.by, GivenBy::Entra(server) if server.id.starts_with("111")));
    let bare = "    exec:\n      command: /usr/bin/kubelogin\n      args: [get-token]\n";
    let bare = Given::parse(&(given("https://a.hcp.io") + bare), USUAL).expect("kubelogin");
    assert!(matches!(bare.by, GivenBy::Entra(server) if server.id == USUAL && server.tenant.is_none()));
}

#[test]
fn what_azure_gives_and_cannot_be_used_is_told() {
    for (text, why) in [
        (given("https://a.hcp.io") + "    exec:\n      command: /bin/sh\n", "another program (sh)"),
        (given("http://a.hcp.io") + "    token: t\n", "no HTTPS"),
        (given("https://me:p@a.hcp.io") + "    token: t\n", "a user in it"),
        ("kind: Config\n".to_owned(), "no current context"),
        (
            given("https://a.hcp.io").replace("current-context: shop", "current-context: x") + "    token: t\n",
            "not in it",
        ),
        (given("https://a.hcp.io") + "    exec: {command: kubelogin, args: [--server-id, --login]}\n", "is no GUID"),
        ("{".to_owned(), "no YAML that can be read"),
    ] {
        assert!(Given::parse(&text, USUAL).is_err_and(|said| said.contains(why)), "{why}");
    }
}

#[test]
fn an_entry_has_the_names_of_az_and_signs_in_by_crosspull() {
    let mut file = Kubeconfig::default();
    let names = put(&mut file, &cluster(1, "rg"), None, &crosspull("https://a.hcp.io")).expect("free");
    assert_eq!(
        (names.cluster.as_str(), names.user.as_str(), names.context.as_str()),
        ("shop", "clusterUser_rg_shop", "shop")
    );
    let text = file.text().expect("written");
    for line in [
        "apiVersion: v1",
        "current-context: shop",
        "    apiVersion: client.authentication.k8s.io/v1",
        "command: crosspull",
        "- --tenant",
        "interactiveMode: IfAvailable",
        "provideClusterInfo: false",
        "server: https://a.hcp.io",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(Kubeconfig::parse(&text).as_ref(), Ok(&file));
}

#[test]
fn clusters_of_one_name_live_side_by_side() {
    let mut file = Kubeconfig::default();
    let [one, two, three] = ["https://a.hcp.io", "https://b.hcp.io", "https://c.hcp.io"].map(crosspull);
    let contexts = [
        put(&mut file, &cluster(1, "rg"), None, &one).expect("free").context,
        put(&mut file, &cluster(1, "other"), None, &two).expect("longer").context,
        put(&mut file, &cluster(2, "rg"), None, &three).expect("longest").context,
        put(&mut file, &cluster(1, "rg"), None, &one).expect("its own").context,
    ];
    let of_same_group = "rg_shop_21111111-1111-4111-8111-111111111111";
    assert_eq!(
        contexts,
        ["shop", "other_shop", of_same_group, "shop"],
        "the group alone tells not the third from the first"
    );
    let users: Vec<&str> = file.items("users", "user").map(|(name, _)| name).collect();
    let of_third = "clusterUser_rg_shop_21111111-1111-4111-8111-111111111111";
    assert_eq!(users, ["clusterUser_rg_shop", "clusterUser_other_shop", of_third]);
    let wish = Wish { id: &cluster(1, "other"), context: None, overwrite: true };
    let chosen = Names::choose(&wish, &two, std::slice::from_ref(&file)).expect("overwritten");
    assert_eq!(chosen.names.context, "shop");
    let said =
        Names::choose(&Wish { overwrite: false, ..wish }, &two, std::slice::from_ref(&file)).expect("longer").instead;
    assert_eq!(said.as_deref(), Some("cluster shop is that of https://a.hcp.io"));
}

#[test]
fn a_context_of_another_server_is_not_overwritten_and_another_users_entry_stays() {
    let mut file = Kubeconfig::default();
    let [one, two] = ["https://a.hcp.io", "https://b.hcp.io"].map(crosspull);
    put(&mut file, &cluster(1, "rg"), Some("prod"), &one).expect("free");
    let refused = put(&mut file, &cluster(1, "other"), Some("prod"), &two);
    assert!(refused.is_err_and(|why| why.starts_with("context prod is that of https://a.hcp.io: give another")));
    // Another identity for the same cluster, beside the first.
    let admin = match by_certificate("https://a.hcp.io").by {
        GivenBy::Fixed(user) => User::Fixed { user, admin: false },
        GivenBy::Entra(_) => panic!("a certificate"),
    };
    let other = Entry::new(&by_certificate("https://a.hcp.io"), admin);
    let names = put(&mut file, &cluster(1, "rg"), Some("shared"), &other).expect("beside");
    assert_eq!((names.cluster.as_str(), names.user.as_str()), ("shop", "clusterUser_rg_shop_shared"));
    assert!(
        file.user("clusterUser_rg_shop").is_some_and(|user| user.contains_key("exec")),
        "the first signs in as before"
    );
}

/// Chooses names, in place of what has them where that harms no other context.
fn overwrite(file: &Kubeconfig, id: &ClusterId, context: Option<&str>, entry: &Entry) -> Chosen {
    let wish = Wish { id, context, overwrite: true };
    Names::choose(&wish, entry, std::slice::from_ref(file)).expect("chosen")
}

#[test]
fn overwriting_a_context_moves_no_other_one() {
    let [one, two] = ["https://a.hcp.io", "https://b.hcp.io"].map(crosspull);
    let mut file = Kubeconfig::default();
    for context in ["prod", "other"] {
        put(&mut file, &cluster(1, "rg"), Some(context), &one).expect("free");
    }
    for (wanted, context) in [(Some("prod"), "prod"), (None, "shop")] {
        let chosen = overwrite(&file, &cluster(1, "rg"), wanted, &two);
        let mut after = file.clone();
        after.merge(&two, &chosen.names, true);
        let files = std::slice::from_ref(&after);
        assert_eq!(after.server_of_context("other", files), Some("https://a.hcp.io"), "it stays");
        assert_eq!(after.server_of_context(context, files), Some("https://b.hcp.io"));
        assert_eq!(chosen.names.cluster, "rg_shop_11111111-1111-4111-8111-111111111111");
        assert_eq!(chosen.instead.as_deref(), Some("cluster shop is that of https://a.hcp.io"));
    }
    let moved = overwrite(&file, &cluster(1, "rg"), Some("prod"), &two).replaced;
    assert_eq!(moved, ["context prod, which led to https://a.hcp.io"]);
    let mut alone = Kubeconfig::default();
    put(&mut alone, &cluster(1, "rg"), None, &one).expect("free");
    let chosen = overwrite(&alone, &cluster(1, "rg"), None, &two);
    assert_eq!((chosen.names.cluster.as_str(), chosen.instead), ("shop", None), "no other context uses it");
    assert_eq!(chosen.replaced.len(), 2, "the context and the cluster: {:?}", chosen.replaced);
}

#[test]
fn a_user_that_no_context_uses_is_a_credential_too() {
    let text = "users:\n- name: clusterUser_rg_shop\n  user: {token: t}\n";
    let mut file = Kubeconfig::parse(text).expect("a kubeconfig");
    let entry = crosspull("https://a.hcp.io");
    let chosen = overwrite(&file, &cluster(1, "rg"), None, &entry);
    assert_eq!(chosen.names.user, "clusterUser_rg_shop");
    assert_eq!(chosen.replaced, ["the credential of user clusterUser_rg_shop"]);
    let names = put(&mut file, &cluster(1, "rg"), None, &entry).expect("a longer name");
    assert_eq!((names.context.as_str(), names.user.len()), ("shop", "clusterUser_rg_shop_".len() + 36));
    assert_eq!(file.user("clusterUser_rg_shop").and_then(|user| user.get("token")?.as_text()), Some("t"));
}

#[test]
fn what_other_contexts_trust_stays_and_what_changes_for_them_is_told() {
    let text = "clusters:\n- name: shop\n  cluster: {server: 'https://a.hcp.io', certificate-authority-data: T3RoZXI=, \
                proxy-url: 'http://me:secret@p'}\ncontexts:\n- name: shop\n  context: {cluster: shop, user: \
                clusterUser_rg_shop}\nusers:\n- name: clusterUser_rg_shop\n  user: {token: t}\n";
    let own = Kubeconfig::parse(text).expect("a kubeconfig");
    let (id, entry) = (cluster(1, "rg"), crosspull("https://a.hcp.io"));
    let choose = |file: &Kubeconfig| {
        let wish = Wish { id: &id, context: None, overwrite: false };
        Names::choose(&wish, &entry, std::slice::from_ref(file)).expect("chosen")
    };
    let chosen = choose(&own);
    assert_eq!(
        chosen.replaced,
        ["the certificate authority of cluster shop", "the credential of user clusterUser_rg_shop"]
    );
    assert!(chosen.by_proxy && chosen.instead.is_none());
    let other = "- name: mine\n  context: {cluster: shop, user: clusterUser_rg_shop}\n";
    let shared = Kubeconfig::parse(&text.replace("users:\n", &format!("{other}users:\n"))).expect("a kubeconfig");
    let chosen = choose(&shared);
    assert_eq!(chosen.names.cluster, "rg_shop");
    assert!(chosen.instead.is_some_and(|why| why.ends_with("and context mine uses it")));
    assert_eq!(
        chosen.replaced,
        ["the credential of user clusterUser_rg_shop, by which others sign in too: shop and mine"]
    );
}

#[test]
fn the_admins_entry_is_another_one() {
    let GivenBy::Fixed(user) = by_certificate("https://a.hcp.io").by else { panic!("a certificate") };
    let mut file = Kubeconfig::default();
    put(&mut file, &cluster(1, "rg"), None, &crosspull("https://a.hcp.io")).expect("free");
    let entry = Entry::new(&by_certificate("https://a.hcp.io"), User::Fixed { user, admin: true });
    let names = put(&mut file, &cluster(1, "rg"), None, &entry).expect("beside");
    assert_eq!(
        (names.cluster.as_str(), names.user.as_str(), names.context.as_str()),
        ("shop", "clusterAdmin_rg_shop", "shop-admin")
    );
}

#[test]
fn what_the_file_says_of_a_cluster_besides_stays_and_what_contradicts_goes() {
    let text = "clusters:\n- name: shop\n  cluster: {server: 'https://a.hcp.io:443', proxy-url: 'http://p', \
                insecure-skip-tls-verify: true, certificate-authority: /ca}\ncontexts:\n- name: shop\n  context: {cluster: \
                shop, user: me, namespace: jobs}\nextra: [1, 1.5, 'yes', null]\n";
    let mut file = Kubeconfig::parse(text).expect("a kubeconfig");
    put(&mut file, &cluster(1, "rg"), None, &crosspull("https://a.hcp.io")).expect("its own");
    let of = file.named("clusters", "shop", "cluster").expect("there");
    assert_eq!(of.keys().collect::<Vec<_>>(), ["server", "proxy-url", "certificate-authority-data"]);
    let context = file.named("contexts", "shop", "context").expect("there");
    assert_eq!(context.get("namespace").and_then(Node::as_text), Some("jobs"));
    let text = file.text().expect("written");
    assert!(text.contains("- 1\n") && text.contains("- 1.5\n") && text.contains("null"), "{text}");
    assert!(text.contains("'yes'") || text.contains("\"yes\""), "YAML 1.1 takes a bare yes for true\n{text}");
}

#[test]
fn a_file_that_is_broken_or_something_else_is_told_and_quotes_nothing() {
    for (text, why) in [
        ("a: [secret", "no YAML that can be read, by line 1"),
        ("- secret\n", "no kubeconfig"),
        ("secret", "no kubeconfig"),
        ("kind: Pod\n", "another kind"),
        ("users: secret\n", "users in it is no list"),
        ("contexts:\n- secret\n", "a context in it has no name"),
        ("a: 1\n---\nb: secret\n", "no YAML that can be read"),
        ("a: 1\na: secret\n", "no YAML that can be read"),
        ("apiVersion: v2\n", "apiVersion is not v1"),
        ("current-context: 5\n", "current-context is no text"),
        ("users:\n- {name: a, user: {token: secret}}\n- {name: a}\n", "two of its users have one name"),
        ("users:\n- {name: a, user: secret}\n", "a user in it is no mapping"),
        ("clusters:\n- {name: a, cluster: {server: 5}}\n", "the server of a cluster in it is no text"),
        ("a: !secret b\n", "cannot keep as it is, by line 1"),
        ("a: !!binary c2VjcmV0\n", "cannot keep as it is"),
    ] {
        let said = Kubeconfig::parse(text).expect_err(text);
        assert!(said.contains(why) && !said.contains("secret"), "{text}: {said}");
    }
    for text in ["kind: ''\napiVersion: null\nusers: [{name: a, user: null}]\n", "users: [{name: a}, {name: b}]\n"] {
        assert!(Kubeconfig::parse(text).is_ok(), "kubectl loads it: {text}");
    }
    for text in ["", "\n\n", "# nothing\n"] {
        assert_eq!(Kubeconfig::parse(text), Ok(Kubeconfig::default()), "{text:?}");
    }
}

#[test]
fn kubelogins_form_is_that_of_its_own_converter() {
    let GivenBy::Entra(server) = by_entra("https://a.hcp.io").by else { panic!("Entra") };
    let arguments = |method, client, tenant| {
        let user = KubeloginUser::of(&server, &Kubelogin { method, client, tenant });
        let args = user.0["exec"].as_fields().and_then(|exec| exec.get("args")).and_then(Node::as_list);
        args.unwrap_or_default().iter().filter_map(Node::as_text).skip(1).collect::<Vec<_>>().join(" ")
    };
    let id = "--server-id 11111111-1111-4111-8111-111111111111";
    assert_eq!(arguments("azurecli", None, Some("t")), format!("--login azurecli {id} --tenant-id t"));
    assert_eq!(
        arguments("devicecode", Some("c"), Some("t")),
        format!("--login devicecode {id} --client-id c --tenant-id t --environment AzurePublicCloud")
    );
    assert_eq!(arguments("msi", None, None), format!("--login msi {id}"));
}

#[test]
fn what_kubectl_reads_a_bare_word_as_stays() {
    // YAML 1.1, which kubectl reads, has more words for true and false, and octal numbers that begin with a zero.
    for (read, written) in [
        ("yes", "true"),
        ("off", "false"),
        ("0777", "511"),
        ("0x1F", "31"),
        ("~", "null"),
        ("12:30:45", "\"12:30:45\""),
        ("2026-11-27", "\"2026-11-27\""),
        ("1.0", "1.0"),
        ("18446744073709551615", "18446744073709551615"),
    ] {
        let file = Kubeconfig::parse(&format!("extra: {read}\n")).expect(read);
        assert_eq!(file.text().as_deref(), Ok(format!("extra: {written}\n").as_str()), "{read}");
    }
    assert!(Kubeconfig::parse("extra: 1e400\n").is_err(), "what cannot be written again is not read");
}

/// Returns any value of YAML that a kubeconfig may hold.
fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        Just(Node::Null),
        any::<bool>().prop_map(Node::Bool),
        any::<i64>().prop_map(|n| Node::Number(n.into())),
        any::<String>().prop_map(Node::Text),
        prop_oneof![
            "yes",
            "0x1f",
            "1e3",
            "~",
            "",
            "2026-11-27",
            "012",
            "=",
            "<<",
            "a: b",
            "- c",
            "'",
            "\"",
            " x ",
            "1_000"
        ]
        .prop_map(Node::Text),
        "[ -~]{0,120}".prop_map(Node::Text),
        "([a-z ]{0,12}\n){0,4}".prop_map(Node::Text),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Node::List),
            prop::collection::vec(("[ -~]{0,8}", inner), 0..4)
                .prop_map(|pairs| Node::Fields(pairs.into_iter().collect::<Fields>())),
        ]
    })
}

/// Returns a list of named things with anything in them, none of them called as those of the entry that is put in.
fn list(thing: &'static str) -> impl Strategy<Value = Node> {
    let of = prop::collection::vec(("[ -~]{0,3}", node()), 0..3);
    let item = ("[a-z]{1,3}", of, node()).prop_map(move |(name, of, more)| {
        let pairs = [("more", more), ("name", Node::Text(name)), (thing, Node::Fields(of.into_iter().collect()))];
        Node::Fields(pairs.into_iter().map(|(name, node)| (name.to_owned(), node)).collect())
    });
    let items = prop::collection::vec(item, 0..4).prop_map(|mut items: Vec<Node>| {
        let mut names = std::collections::HashSet::new();
        items.retain(|item| names.insert(item.text_at("name").map(str::to_owned)));
        Node::List(items)
    });
    prop_oneof![items, Just(Node::Null)]
}

fn file() -> impl Strategy<Value = Kubeconfig> {
    let lists = (list("cluster"), list("user"), list("context"));
    (lists, prop::collection::vec(("[a-zA-Z-]{1,8}", node()), 0..4)).prop_map(|((clusters, users, contexts), more)| {
        let mut fields: Fields = more.into_iter().collect();
        for gone in ["kind", "apiVersion", "current-context"] {
            fields.shift_remove(gone);
        }
        for (name, node) in [("users", users), ("clusters", clusters), ("contexts", contexts)] {
            fields.insert(name.to_owned(), node);
        }
        Kubeconfig(fields)
    })
}

proptest! {
    #[test]
    fn whatever_is_written_is_read_back(file in file()) {
        let text = file.text().expect("written");
        prop_assert_eq!(Kubeconfig::parse(&text), Ok(file), "{}", text);
    }

    #[test]
    fn an_entry_changes_nothing_else(file in file()) {
        let entry = crosspull("https://a.hcp.io");
        let mut after = file.clone();
        let names = put(&mut after, &cluster(1, "rg"), None, &entry).expect("free");
        for (name, node) in &file.0 {
            match node.as_list() {
                Some(items) if super::LISTS.iter().any(|(list, _)| list == name) => {
                    let there = after.0[name].as_list().expect("a list");
                    prop_assert!(there.len() == items.len() + 1 && there.starts_with(items), "{}", name);
                }
                _ if super::LISTS.iter().any(|(list, _)| list == name) => {}
                _ => prop_assert!(after.0[name] == *node, "{}", name),
            }
        }
        let order = |file: &Kubeconfig| file.0.keys().cloned().collect::<Vec<_>>();
        prop_assert!(order(&after).starts_with(&order(&file)), "the order stays");
        prop_assert_eq!(after.current(), Some(names.context.as_str()));
        let once = after.clone();
        put(&mut after, &cluster(1, "rg"), None, &entry).expect("its own");
        prop_assert!(after == once, "twice is once");
    }
}
