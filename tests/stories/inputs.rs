//! Wrong input: a sentence that says what is wrong and what right looks like, exit code 2, nothing was called. And
//! what people paste, which is understood.

use crosspull_support::{Story, path_text as text};

const GUID: &str = "aaaabbbb-0000-4ccc-8ddd-eeee1111aaaa";
const CLUSTER: &str = "/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg-shop/providers/\
                       Microsoft.ContainerService/managedClusters/aks-shop";
const REGISTRY: &str = "/subscriptions/22222222-2222-4222-8222-222222222222/resourceGroups/rg-registry/providers/\
                        Microsoft.ContainerRegistry/registries/registryb";

#[test]
fn a_wrong_value_is_named_beside_a_right_one() {
    let give_tenant = "give its domain (contoso.com) or its id (a GUID)";
    let give_cluster = "give an id such as /subscriptions/…/managedClusters/NAME";
    let give_registry = "give an id such as /subscriptions/…/registries/NAME or a login server";
    let upper = GUID.to_uppercase();
    let cut = &CLUSTER[..90];
    #[rustfmt::skip]
    let wrong: [(&[&str], &[&str]); 20] = [
        (&["--tenant-a", "contoso"], &["tenant-a: \"contoso\" is not a tenant", give_tenant]),
        (&["--tenant-b", "1f0c2b7e-90aa"], &["tenant-b: \"1f0c2b7e-90aa\" is not a tenant", give_tenant]),
        (&["--route", "new-app", "--tenant-b", GUID], &["tenant-b: aaaabbbb-", "is the cluster's tenant too", "--route attach"]),
        (&["--route", "new-app", "--tenant-b", &upper], &["is the cluster's tenant too"]),
        (&["--cluster", REGISTRY], &["cluster: that is a Microsoft.ContainerRegistry/registries, not a cluster", give_cluster]),
        (&["--registry", CLUSTER], &["registry: that is a Microsoft.ContainerService/managedClusters, not a registry", give_registry]),
        (&["--cluster", "aks/shop"], &["cluster: \"aks/shop\" is not a resource id", give_cluster]),
        (&["--cluster", cut], &["is cut off", give_cluster]),
        (&["--cluster", CLUSTER, "--cluster", CLUSTER], &["2 clusters are named; one run takes one"]),
        (&["--cloud", "germany"], &["cloud: \"germany\" is not a cloud: give public, china, usgov"]),
        (&["--cloud", "http://localhost:1"], &["is not encrypted: give an address that begins with https://"]),
        (&["--cloud", "public", "--repository", "registryb.azurecr.cn/shop/web:1.4"], &["repository:", "belongs to the china cloud and public was asked for"]),
        (&["--cloud", "china", "--cluster", "https://portal.azure.us/#@x/resource/subscriptions/11111111-1111-4111-8111-111111111111/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/aks"], &["cluster:", "belongs to the usgov cloud and china was asked for"]),
        (&["--repository", "Shop/Web"], &["repository: \"Shop/Web\" is not an image: give a repository and a tag (shop/web:1.4)"]),
        (&["--secret-days", "0"], &["secret-days: \"0\" is not a number of days: give 1 to 730"]),
        (&["--soak", "forever"], &["soak: \"forever\" is not a number of minutes: give 0 to 1440"]),
        (&["--consent", "maybe"], &["consent: \"maybe\" is not offered", "direct", "url"]),
        (&["--sign-in-a", "password"], &["sign-in-a: \"password\" is not offered", "azure-cli or device-code or browser or service-principal or managed-identity or workload-identity"]),
        (&["--redirect-uri", "www.microsoft.com"], &["redirect-uri: \"www.microsoft.com\" is not a redirect address: give one such as https://www.microsoft.com"]),
        (&["--ca-file", "not-there.pem"], &["not-there.pem cannot be read", "give a PEM file that is there"]),
    ];
    let story = Story::of("happy");
    for (flags, sentences) in wrong {
        let end = story.apply(flags);
        end.complains("nothing was called");
        for sentence in sentences {
            end.complains(sentence);
        }
        assert!(!end.secret_file.exists(), "{flags:?}");
    }
    story.called_nothing();
}

#[test]
fn all_complaints_come_at_once() {
    let story = Story::of("happy");
    let end = story.apply(&["--tenant-a", "contoso", "--cluster", "aks/1", "--secret-days", "731"]);
    for sentence in ["tenant-a: \"contoso\"", "cluster: \"aks/1\"", "secret-days: \"731\""] {
        end.complains(sentence);
    }
    let none = story.run(&["apply", "--yes"]);
    for input in ["tenant-a", "cluster", "tenant-b", "registry", "repository"] {
        none.complains(&format!("{input}: missing."));
    }
    story.called_nothing();
}

#[test]
fn a_key_that_the_answers_file_does_not_have_is_named_with_the_nearest() {
    let story = Story::of("happy").with_answer("tenent-a = \"contoso.com\"").with_answer("client-secret = \"hush\"");
    let end = story.apply(&[]);
    end.complains("\"tenent-a\" in the answers file is not an input. Did you mean tenant-a?");
    end.complains("\"client-secret\" in the answers file is not an input");
    assert!(!end.err.contains("hush"), "\n{end}");
    story.called_nothing();
}

#[test]
fn an_answers_file_that_cannot_be_read_is_named() {
    let story = Story::of("happy");
    story.run(&["apply", "--yes", "--answers", "gone.toml"]).complains("answers: gone.toml cannot be read");
    story.called_nothing();

    let story = story.with_answer("tenant-a contoso.com");
    story.apply(&[]).complains("answers.toml: line 14 is not TOML");
    story.called_nothing();
}

#[test]
fn without_a_terminal_there_is_nobody_to_ask() {
    let story = Story::of("happy");
    let end = story.run(&["apply", "--answers", story.answers()]);
    end.complains("yes: it asks before it writes, and there is no terminal to ask on: give --yes");
    story
        .run(&[])
        .complains("the wizard needs a terminal, and this is none")
        .complains("crosspull apply --answers FILE --yes");
    story.run(&["demo"]).complains("the wizard needs a terminal, and this is none");
    story.called_nothing();
}

#[test]
fn no_earlier_secret_is_overwritten() {
    let story = Story::of("happy");
    let file = story.path("kept");
    std::fs::write(&file, "an earlier secret").expect("written");
    story.apply(&["--secret-out", text(&file)]).complains("kept exists already: name a new file");
    assert_eq!(std::fs::read_to_string(&file).expect("it is there"), "an earlier secret");
    let nowhere = story.path("no/such/folder");
    story.apply(&["--secret-out", text(&nowhere)]).complains("no/such is not there: name a file in one that is");
    story.called_nothing();
}

#[test]
fn a_credential_that_is_missing_is_named_by_its_variable() {
    let names =
        ["CROSSPULL_A_CLIENT_ID", "CROSSPULL_A_CLIENT_SECRET", "CROSSPULL_B_CLIENT_ID", "CROSSPULL_B_CLIENT_SECRET"];
    let story = names.into_iter().fold(Story::of("happy"), Story::without);
    let end = story.apply(&[]);
    for name in names {
        end.complains(&format!("{name} is missing: sign-in by service principal to tenant"));
    }
    let story = story.with("CROSSPULL_A_CLIENT_ID", "contoso-operator").with("CROSSPULL_A_CLIENT_SECRET", "x");
    story.apply(&[]).complains("CROSSPULL_A_CLIENT_ID is not a GUID: give the application (client) id");
    story.called_nothing();
}

#[test]
fn what_people_paste_is_understood() {
    let story = Story::of("happy");
    let (cluster, registry) = (&story.ready.cluster, &story.ready.registry);
    let portal = format!("https://portal.azure.com/#@contoso.com/resource{cluster}/overview");
    let encoded = format!("https://portal.azure.com/#view/X/resourceId/{}", registry.replace('/', "%2F"));
    let other_case = cluster.replace("resourceGroups", "resourcegroups").replace("managedClusters", "ManagedClusters");
    let pasted: [&[&str]; 9] = [
        &["--cluster", &format!("  {cluster}\n")],
        &["--cluster", &format!("\"{cluster}\"")],
        &["--cluster", &portal],
        &["--cluster", &other_case],
        &["--registry", &format!(" '{registry}', ")],
        &["--registry", &encoded],
        &["--tenant-a", " Contoso.com ", "--tenant-b", "\"fabrikam.onmicrosoft.com\""],
        &["--tenant-a", &format!("https://portal.azure.com/#@{GUID}/resource")],
        &["--repository", &format!("https://{}/shop/web:1.4", story.ready.login_server)],
    ];
    for flags in pasted {
        let end = story.plan(flags);
        end.exits(0).says_nothing_aside();
        let plan =
            end.events("planned").next().unwrap_or_else(|| panic!("no plan for {flags:?}\n{end}"))["plan"].to_string();
        for id in [cluster, registry] {
            assert!(plan.contains(id.as_str()), "{flags:?}: {id} is not in the plan {plan}");
        }
    }
    story.wrote_nothing();
}
