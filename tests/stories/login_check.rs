//! `crosspull login --check`: one fault each, and the look that names it, with its cure and its exit code.

use crosspull_support::{End, Story, path_text, side_by_side, text};
use serde_json::Value;

use crate::connection::{Authority, Listener};
use crate::secrets;

const BY_APP: [&str; 2] = ["--as", "service-principal"];
const IMAGE: [&str; 2] = ["--repository", "shop/web:1.4"];
/// The looks, in their order.
const LOOKS: [&str; 15] = [
    "name",
    "ipv4",
    "ipv6",
    "proxy",
    "tls",
    "cloud",
    "firewall",
    "challenge",
    "sign_in",
    "exchange",
    "right",
    "repository",
    "manifest",
    "layer",
    "data_endpoint",
];

/// Runs the check of a registry, in JSON.
fn check(story: &Story, registry: &str, flags: &[&str]) -> End {
    story.run(&[&["login", "--check", registry, "--output", "json"], flags].concat())
}

/// Runs the check of the story's registry by its operator.
fn check_by_app(story: &Story, flags: &[&str]) -> End {
    check(story, &story.ready.registry, &[&BY_APP[..], flags].concat())
}

/// Returns a look of a check.
fn look<'a>(end: &'a End, name: &str) -> &'a Value {
    end.events.iter().find(|event| event["look"] == name).unwrap_or_else(|| panic!("no look {name}\n{end}"))
}

/// Asserts that a look is the first that does not hold, for that cause, with that cure and exit code; that every look
/// before it was asked and none behind it was; and that no secret is told.
fn fails(story: &Story, end: &End, name: &str, code: i32, cause: &str, cure: &str) {
    end.exits(code);
    let told = look(end, name);
    let why = format!("{} {}", text(told, "seen"), text(told, "why"));
    assert!(why.contains(cause), "\"{cause}\" is not in: {why}\n{end}");
    assert!(text(told, "now").contains(cure), "\"{cure}\" is not the cure\n{end}");
    assert_eq!((&told["state"], &told["exit"]), (&"fails".into(), &code.into()), "{end}");
    let summary = end.events.last().unwrap_or(&Value::Null);
    assert_eq!((&summary["exit"], &summary["fails"][0]), (&code.into(), &name.into()), "{end}");
    let behind = LOOKS.iter().skip_while(|one| **one != name).skip(1);
    let asked: Vec<_> = behind.filter(|one| look(end, one)["state"] != "not_asked").collect();
    assert!(asked.is_empty(), "asked behind {name}: {asked:?}\n{end}");
    secrets::are_kept_so_far(story, end);
}

/// Returns a cloud in which that goes wrong with every request of that kind.
fn struck(on: &str, fault: &str) -> Story {
    let own = format!("name = 'own'\nsays = 'own'\n[[fault]]\non = '{on}'\nnth = 'every'\n{fault}");
    Story::told(&["happy"], &own)
}

#[test]
fn everything_that_is_asked_holds_each_with_its_time() {
    let story = Story::of("happy");
    // With the image that is named, else with the first repository that is listed.
    side_by_side([&IMAGE[..], &[]], |image| {
        let end = check_by_app(&story, image);
        end.exits(0);
        for name in LOOKS.into_iter().filter(|name| !matches!(*name, "ipv6" | "proxy")) {
            let told = look(&end, name);
            assert_eq!(told["state"], "holds", "{name}\n{end}");
            // Whether the host is one of the cloud's is no question to anybody.
            assert!(told["ms"].is_u64() || name == "cloud", "{name} has no time\n{end}");
        }
        assert_eq!(look(&end, "proxy")["state"], "not_asked", "{end}");
        assert_eq!(end.events.last().expect("a summary")["exit"], 0, "{end}");
        secrets::are_kept_so_far(&story, &end);
    });
    let rows = story.run(&["login", "--check", &story.ready.registry, "--as", "service-principal"]);
    rows.exits(0);
    assert_eq!(rows.out.lines().filter(|line| line.starts_with(['✓', '!', '-'])).count(), LOOKS.len(), "{rows}");
    assert!(rows.out.lines().all(|line| line.chars().count() <= 80), "{rows}");
    story.wrote_nothing();
}

#[test]
fn where_nobody_signs_in_the_looks_end_at_the_challenge() {
    let story = Story::of("happy");
    let end = check(&story, &story.ready.login_server, &["--sign-in", "none"]);
    end.exits(0);
    assert_eq!(
        (&look(&end, "challenge")["state"], &look(&end, "sign_in")["state"]),
        (&"holds".into(), &"not_asked".into())
    );
    let end = story.run(&["login", &story.ready.login_server, "--sign-in", "none"]);
    end.exits(2);
    assert!(end.err.contains("for --check alone"), "{end}");
}

#[test]
fn a_firewall_is_told_with_the_address_that_it_saw_and_nothing_is_sent_past_it() {
    let story = Story::of("firewalled-registry");
    let end = check_by_app(&story, &IMAGE);
    fails(&story, &end, "firewall", 56, "which it sees as 127.0.0.1", "az acr network-rule add --resource-group");
    let requests = story.sim.requests();
    let sent = requests.as_array().expect("a list").iter().filter(|r| r["plane"] == "registry" && r["path"] != "/v2/");
    assert_eq!(sent.count(), 0, "{end}");
}

#[test]
fn a_name_without_an_address_is_told() {
    // No label has more than 63 characters (RFC 1035), so nobody is asked.
    let host = format!("shop01.{}.geo.azurecr.io", "x".repeat(70));
    let story = Story::of("happy").with("HTTPS_PROXY", "");
    let end = check(&story, &host, &["--cloud", "public", "--sign-in", "none"]);
    fails(&story, &end, "name", 52, "The host's name is not known to this machine", "this machine's DNS");
    let story = story.with("HTTPS_PROXY", "http://127.0.0.1:9").with("NO_PROXY", ".azurecr.io");
    let end = check(&story, &host, &["--cloud", "public", "--sign-in", "none"]);
    fails(&story, &end, "name", 52, "NO_PROXY has the host asked", "Take the host out of NO_PROXY");
    story.called_nothing();
}

#[test]
fn a_port_that_takes_no_connections_is_told() {
    let story = Story::of("happy");
    let end = check(&story, "localhost:1", &["--sign-in", "none"]);
    fails(&story, &end, "ipv4", 53, "127.0.0.1: connection refused", "whether a firewall stands between");
}

#[test]
fn a_certificate_that_is_not_trusted_or_of_another_name_is_told_and_no_secret_is_sent() {
    let authority = Authority::new();
    let story = Story::of("happy");
    let app = [&BY_APP[..], &["--tenant", "fabrikam.com"]].concat();
    let server = Listener::server(authority.server("localhost", |_| {}));
    let end = check(&story, &server.host(), &app);
    fails(&story, &end, "tls", 55, "An authority that this machine does not trust", "CROSSPULL_CA_FILE");

    let server = Listener::server(authority.server("portal.example.com", |_| {}));
    let cloud = std::fs::read_to_string(&story.variables()["CROSSPULL_CA_FILE"]).expect("the cloud's authority");
    let file = story.path("both.pem");
    std::fs::write(&file, format!("{cloud}{}", authority.pem)).expect("written");
    let end = check(&story, &server.host(), &[&app[..], &["--ca-file", path_text(&file)]].concat());
    fails(&story, &end, "tls", 55, "for another name", "Check the address");
    assert!(story.sim.requests().as_array().expect("a list").iter().all(|r| r["plane"] != "entra"), "{end}");
}

#[test]
fn a_proxy_that_forbids_the_host_or_is_not_there_is_told() {
    let forbids = Listener::proxy("403 Forbidden");
    for (address, cause, cure) in [
        (forbids.address(), "The proxy does not let the connection through", "allow the host"),
        ("http://127.0.0.1:9".to_owned(), "The proxy cannot be reached", "Check HTTPS_PROXY"),
        ("socks5://127.0.0.1:9".to_owned(), "The proxy is of a kind", "Name an HTTP proxy"),
    ] {
        let story = Story::of("happy").with("HTTPS_PROXY", &address);
        let end = check(&story, "shop01.azurecr.io", &["--cloud", "public", "--sign-in", "none"]);
        fails(&story, &end, "proxy", 54, cause, cure);
        assert!(text(look(&end, "name"), "seen").contains("the matter of the proxy"), "{end}");
    }
}

#[test]
fn what_answers_in_the_registrys_place_is_told() {
    let authority = Authority::new();
    let story = Story::of("happy");
    let server = Listener::server(authority.server("localhost", |_| {}));
    let file = story.path("both.pem");
    let cloud = std::fs::read_to_string(&story.variables()["CROSSPULL_CA_FILE"]).expect("the cloud's authority");
    std::fs::write(&file, format!("{cloud}{}", authority.pem)).expect("written");
    let end = check(&story, &server.host(), &["--sign-in", "none", "--ca-file", path_text(&file)]);
    fails(&story, &end, "challenge", 57, "answered with HTTP 418", "whether the name is a registry's");
}

#[test]
fn a_registry_that_never_answers_ends_by_a_deadline() {
    let story = struck("registry GET /v2/", "do = 'hang'");
    let end = check(&story, &story.ready.login_server, &["--sign-in", "none"]);
    fails(&story, &end, "challenge", 57, "no answer within", "Check the network");
}

#[test]
fn a_registry_that_asks_for_patience_is_not_waited_for() {
    let story = struck("registry POST /oauth2/token", "do = 'status'\ncode = 429\nretry_after = 90000");
    let end = check_by_app(&story, &IMAGE);
    fails(&story, &end, "right", 60, "refused with", "");
    assert_eq!(look(&end, "right")["refusal"]["status"], 429, "{end}");
}

#[test]
fn a_sign_in_that_is_refused_is_told_from_one_that_is_not_answered() {
    let server = |story: &Story| story.ready.login_server.clone();
    let app = [&BY_APP[..], &["--tenant", "fabrikam.com"]].concat();
    let story = Story::of("happy").with("CROSSPULL_B_CLIENT_SECRET", "not~it");
    let end = check(&story, &server(&story), &app);
    fails(&story, &end, "sign_in", 10, "The secret is wrong", "Check that the value was given");
    let story = struck("entra POST /{tenant}/oauth2/v2.0/token", "do = 'status'\ncode = 503");
    let end = check(&story, &server(&story), &app);
    fails(&story, &end, "sign_in", 58, "refused with", "");
}

#[test]
fn a_registry_of_another_tenant_is_told_by_the_exchange() {
    let story = Story::of("happy");
    let [id, secret] = ["CLIENT_ID", "CLIENT_SECRET"].map(|of| story.variables()[&format!("CROSSPULL_A_{of}")].clone());
    let story = story.with("CROSSPULL_B_CLIENT_ID", &id).with("CROSSPULL_B_CLIENT_SECRET", &secret);
    let tenant = story.ready.tenants.a.id.to_string();
    let end = check(&story, &story.ready.login_server, &[&BY_APP[..], &["--tenant", &tenant]].concat());
    fails(&story, &end, "exchange", 59, &format!("does not take a token of tenant {tenant}"), "own tenant by --tenant");
}

#[test]
fn on_an_abac_registry_the_granted_repository_holds_and_no_other() {
    const NAME: &str = "@Request[Microsoft.ContainerRegistry/registries/repositories:name]";
    let action =
        |of: &str| format!("!(ActionMatches{{'Microsoft.ContainerRegistry/registries/repositories/{of}/read'}})");
    let own = format!(
        "name = 'own'\nsays = 'own'\n[[world.operator_b.roles]]\nrole = 'Container Registry Repository Reader'\non = \
         'resource'\ncondition = \"\"\"(({} AND {}) OR ({NAME} StringEqualsIgnoreCase 'shop/web'))\"\"\"\n",
        action("content"),
        action("metadata")
    );
    let app = [&BY_APP[..], &["--tenant", "fabrikam.com"]].concat();
    let story = Story::told(&["abac-registry"], &own);
    let server = story.ready.login_server.clone();
    check(&story, &server, &[&app[..], &IMAGE].concat()).exits(0);
    let end = check(&story, &server, &[&app[..], &["--repository", "shop/api:2.0"]].concat());
    fails(&story, &end, "right", 60, "grants nothing that pulls on shop/api", "Repository Reader");

    // AcrPull has no effect there, on nothing.
    let story = Story::of("abac-registry");
    fails(&story, &check_by_app(&story, &[]), "right", 60, "on the whole registry", "--repository.");
}

#[test]
fn a_repository_or_a_tag_that_is_not_there_is_told() {
    let story = Story::of("happy");
    let end = check_by_app(&story, &["--repository", "shop/nowhere:1"]);
    fails(&story, &end, "repository", 61, "has no repository shop/nowhere", "Check the name");
    let end = check_by_app(&story, &["--repository", "shop/web:9"]);
    fails(&story, &end, "manifest", 62, "shop/web has no image 9", "1.4");
}

#[test]
fn a_closed_way_to_the_layers_is_told_with_the_host_that_they_come_from() {
    let storage = "registry GET /storage/docker/registry/v2/blobs/sha256/{a}/{b}/data";
    for (fault, cause) in [
        ("do = 'status'\ncode = 403", "refuses the address that the registry gave"),
        ("do = 'drop'", "its layers cannot. No answer came"),
    ] {
        let story = struck(storage, fault);
        let end = check_by_app(&story, &IMAGE);
        fails(&story, &end, "data_endpoint", 64, cause, "127.0.0.1:");
    }
}

/// Runs the check with a pod in the story's cluster, while somebody watches.
fn check_from_cluster(story: &Story, watch: impl FnMut(&Value, u32)) -> End {
    let tenant = story.ready.tenants.a.id.to_string();
    let registry = ["login", "--check", story.ready.registry.as_str(), "--output", "json", "--yes"];
    let cluster = ["--from-cluster", story.ready.cluster.as_str(), "--tenant-a", &tenant];
    let signs_in = ["--sign-in-a", "service-principal"];
    story.run_while(&[&registry[..], &BY_APP, &IMAGE, &cluster, &signs_in].concat(), watch)
}

#[test]
fn a_node_of_the_cluster_pulls_where_this_machine_is_kept_out_and_its_pod_is_removed() {
    let story = Story::of("firewalled-registry");
    story.apply(&[]).ends_well();
    let end = check_from_cluster(&story, |_, _| {});
    end.exits(56);
    assert_eq!(look(&end, "from_cluster")["state"], "holds", "{end}");
    assert!(text(look(&end, "from_cluster"), "seen").contains(" pulls it"), "{end}");
    assert_eq!(story.world().pods(), Vec::<&str>::new());
}

#[test]
fn a_node_that_is_refused_is_told_in_its_own_words_and_its_pod_is_removed() {
    let story = Story::of("happy");
    let end = check_from_cluster(&story, |_, _| {});
    end.exits(65);
    let told = look(&end, "from_cluster");
    assert!(text(told, "why").contains("401 Unauthorized"), "{end}");
    assert!(text(told, "now").contains("a right there"), "{end}");
    assert_eq!(story.world().pods(), Vec::<&str>::new());
    assert_eq!(look(&end, "data_endpoint")["state"], "holds", "{end}");
}

#[test]
fn a_check_that_is_stopped_removes_its_pod() {
    let story = Story::of("happy");
    let end = check_from_cluster(&story, |event, process| {
        // The pod is made behind this look, and no node pulls for it.
        if event["look"] == "data_endpoint" {
            story.until("a pod", |world| !world.pods().is_empty());
            let sent = std::process::Command::new("kill").args(["-INT", &process.to_string()]).status();
            assert!(sent.expect("kill").success());
        }
    });
    end.exits(130);
    assert_eq!(story.world().pods(), Vec::<&str>::new(), "{end}");
    assert!(end.err.contains("kubectl delete pod"), "{end}");
}

#[test]
fn no_pod_is_made_without_an_image_or_a_yes() {
    let story = Story::of("happy");
    let cluster = ["--from-cluster", story.ready.cluster.as_str()];
    check_by_app(&story, &cluster).exits(2);
    let end = check_by_app(&story, &[&IMAGE[..], &cluster].concat());
    end.exits(2);
    assert!(end.err.contains("give --yes"), "{end}");
    story.called_nothing();
}
