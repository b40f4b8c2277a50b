//! The Azure CLI as a way to sign in, in whatever state it is: a stand-in on the PATH answers as the real one does.

use std::os::unix::fs::PermissionsExt as _;

use crosspull_sim::Tenant;
use crosspull_support::{End, Story, side_by_side, text};

use crate::sign_in::of_persons;

const BY_AZ: [&str; 4] = ["--sign-in-a", "azure-cli", "--sign-in-b", "azure-cli"];
/// Puts a stand-in for the Azure CLI on the PATH of a story.
///
/// It writes down its command line, and then does what `does` says in the shell's language. There `$side` is the tenant
/// that was asked for, by its id, its domain or its subscription, and `json` answers as the real one does, with a token
/// of `$side`; `$SOON` is a time of that answer.
pub fn with_az(story: Story, does: &str) -> Story {
    let folder = story.path("bin");
    std::fs::create_dir_all(&folder).expect("made");
    let here = folder.display();
    let mut tokens = String::new();
    // What a scope has in it on the command line, and the scope.
    let graph = format!("{}/.default", story.ready.arm.trim_end_matches('/'));
    let scopes = [
        ("localhost", graph.as_str()),
        ("containerregistry", "https://containerregistry.azure.net/.default"),
        ("6dae42f8", "6dae42f8-4368-4678-94ff-3960e28e3630/.default"),
        ("management", "https://management.azure.com/.default"),
    ];
    for (n, (mark, scope)) in scopes.into_iter().enumerate() {
        for (side, tenant) in [("a", Tenant::A), ("b", Tenant::B)] {
            std::fs::write(folder.join(format!("token-{side}-{n}")), story.token(tenant, scope)).expect("written");
        }
        tokens.push_str(&format!("*{mark}*) what={n} ;;\n"));
    }
    let subscription_b = story.ready.registry.split('/').nth(2).expect("a subscription").to_owned();
    let tenant_b = story.ready.tenants.b.id;
    let script = format!(
        r#"#!/bin/sh
echo "$*" >>'{here}/calls'
case "$*" in *{tenant_b}* | *fabrikam.com* | *{subscription_b}*) side=b ;; *) side=a ;; esac
case "$*" in
{tokens}esac
SOON=$(($(date +%s) + 3600))
json() {{
  printf '{{\n  "accessToken": "%s",\n  "expires_on": %s,\n  "tokenType": "Bearer"\n}}\n' "$(cat "{here}/token-$side-$what")" "$SOON"
}}
{does}
"#
    );
    let az = folder.join("az");
    std::fs::write(&az, script).expect("written");
    std::fs::set_permissions(&az, std::fs::Permissions::from_mode(0o755)).expect("ours");
    let path = format!("{here}:{}", story.variables()["PATH"]);
    story.with("PATH", &path)
}

/// Returns what a plan ends with where the Azure CLI of both tenants does that.
fn plan_where_az(does: &str) -> (Story, End) {
    let story = with_az(of_persons(&["happy"]), does);
    let end = story.plan(&BY_AZ);
    (story, end)
}

/// Returns the command lines of the stand-in.
pub fn calls(story: &Story) -> Vec<String> {
    let calls = std::fs::read_to_string(story.path("bin").join("calls")).unwrap_or_default();
    calls.lines().map(str::to_owned).collect()
}

/// Asserts that the stand-in was asked for nothing twice.
fn each_was_asked_for_once(story: &Story) {
    let asked = calls(story);
    let kinds: std::collections::BTreeSet<&String> = asked.iter().collect();
    assert_eq!(kinds.len(), asked.len(), "asked once each: {asked:?}");
}

/// Asserts that both accounts signed in, each to its tenant, and that nothing was written.
fn both_signed_in(story: &Story, end: &End) {
    end.exits(0);
    for (side, tenant) in [("a", story.ready.tenants.a.id), ("b", story.ready.tenants.b.id)] {
        let said = end.findings("pass").find(|f| f["check"]["sign_in"] == side).map(|f| text(f, "text"));
        assert!(said.is_some_and(|said| said.ends_with(&tenant.to_string())), "{said:?}\n{end}");
    }
    story.wrote_nothing();
}

#[test]
fn the_token_is_read_out_of_what_surrounds_it() {
    let noises = [
        "echo \"Extension 'account' {1.0} has a later version: {\\\"installed\\\": 1}\"; json; echo 'Try {az upgrade}'",
        "echo 'WARNING: a {brace' >&2; json; echo 'WARNING: done' >&2",
        r"printf '\357\273\277\033[0m'; json; printf '\033[0m'",
        // Somebody has another form of output in their settings.
        r#"case "$*" in *"-o json"*) json ;; *) printf 'AccessToken  ExpiresOn\n-----  -----\n' ;; esac"#,
    ];
    side_by_side(noises, |does| {
        let (story, end) = plan_where_az(does);
        both_signed_in(&story, &end);
        each_was_asked_for_once(&story);
    });
}

#[test]
fn one_is_run_at_a_time_since_they_share_a_cache_of_tokens() {
    // Two at once see each other's half-written cache, as the real ones do.
    let does = "mkdir \"$(dirname \"$0\")/busy\" || {\n\
                echo \"ERROR: User 'ops@contoso.com' does not exist in MSAL token cache. Run \\`az login\\`.\" >&2; exit 1\n\
                }\nsleep 0.2; json; rmdir \"$(dirname \"$0\")/busy\"";
    let (story, end) = plan_where_az(does);
    both_signed_in(&story, &end);
}

#[test]
fn an_old_azure_clis_local_time_is_understood() {
    // What has no zone is of the machine's: nine hours wrong, no token would be kept.
    let does = r#"printf '{"accessToken": "%s", "expiresOn": "%s", "tokenType": "Bearer"}' "$(cat "$(dirname "$0")/token-$side-$what")" "$(date -d "@$SOON" '+%F %T.000000')""#;
    let story = with_az(of_persons(&["happy"]).with("TZ", "XXX-9"), does);
    let end = story.plan(&BY_AZ);
    both_signed_in(&story, &end);
    each_was_asked_for_once(&story);
}

#[test]
fn a_subscription_that_az_has_under_another_tenant_is_asked_for_by_its_tenant() {
    // Both subscriptions are under A, where the last login was: B's is managed from there.
    let does = r#"case "$*" in *--subscription*) side=a ;; esac; json"#;
    side_by_side([false, true], |by_domain| {
        let story = with_az(of_persons(&["happy"]), does);
        let mut flags = BY_AZ.to_vec();
        if by_domain {
            flags.extend(["--tenant-a", "contoso.com", "--tenant-b", "fabrikam.com"]);
        }
        let end = story.plan(&flags);
        both_signed_in(&story, &end);
        let named = if by_domain { "fabrikam.com".to_owned() } else { story.ready.tenants.b.id.to_string() };
        assert!(calls(&story).iter().any(|call| call.contains(&format!("--tenant {named}"))), "{:?}", calls(&story));
        assert!(!calls(&story).iter().any(|call| call.contains("--tenant contoso")), "A's own is A's");
    });
}

#[test]
fn where_neither_gives_a_token_the_tenant_that_az_has_is_told() {
    let does = r#"case "$*" in
*--subscription*) side=a; json ;;
*--tenant*) echo "ERROR: Please run 'az login' to setup account." >&2; exit 1 ;;
esac"#;
    let (story, end) = plan_where_az(does);
    let (a, b) = (story.ready.tenants.a.id, story.ready.tenants.b.id);
    let cure = format!("Sign in, then try again: az login --tenant {b}");
    end.is_stopped_by(&format!("under tenant {a}. Please run 'az login' to setup account"), &cure);
}

/// A way in which the Azure CLI fails, the sentence that the operator reads of it, and the cure.
const FAILURES: [(&str, &str, &str); 26] = [
    (
        "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1",
        "no sign-in to tenant A: please run 'az login' to setup account",
        "Sign in, then try again: az login --tenant {a}",
    ),
    (
        "echo 'ERROR: The command failed with an unexpected error. Here is the traceback:' >&2\n\
         printf 'Traceback (most recent call last):\\n  File \"/x.py\", line 3, in load\\n    return d[k]\\nKeyError: '\"'homeTenantId'\"'\\n' >&2\n\
         echo 'To check existing issues, please visit: https://github.com/Azure/azure-cli/issues' >&2; exit 1",
        "the Azure CLI ended with an error of its own: KeyError: 'homeTenantId'",
        "Update or repair the Azure CLI, or give --sign-in-a device-code.",
    ),
    (
        "echo \"ERROR: HTTPSConnectionPool(host='login.microsoftonline.com', port=443): Max retries exceeded with url: /x (Caused by ProxyError('Unable to connect to proxy', NewConnectionError('x')))\" >&2; exit 1",
        "the proxy cannot be reached",
        "Check HTTPS_PROXY",
    ),
    (
        "echo \"ERROR: HTTPSConnectionPool(host='x', port=443): (Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 407 Proxy Authentication Required')))\" >&2; exit 1",
        "the proxy wants credentials that it was not given",
        "http://USER:PASSWORD@PROXY:PORT",
    ),
    (
        "echo \"ERROR: HTTPSConnectionPool(host='x', port=443): (Caused by ProxyError('Unable to connect to proxy', OSError('Tunnel connection failed: 403 Forbidden')))\" >&2; exit 1",
        "the proxy does not let the connection through",
        "Ask whoever runs the proxy",
    ),
    (
        "echo \"ERROR: HTTPSConnectionPool(host='x', port=443): Max retries exceeded (Caused by SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed')))\" >&2; exit 1",
        "an authority that this machine does not trust",
        "PEM file in REQUESTS_CA_BUNDLE",
    ),
    (
        "echo \"ERROR: HTTPSConnectionPool(host='x', port=443): Max retries exceeded (Caused by NameResolutionError('x: Failed to resolve'))\" >&2; exit 1",
        "the host's name is not known to this machine",
        "DNS",
    ),
    (
        "echo \"ERROR: The command requires the extension account. Unable to prompt for extension install confirmation as no tty available.\" >&2; exit 2",
        "the command requires the extension account",
        "az extension add --name account",
    ),
    (
        r#"printf '{"accessToken": "x", "tokenType": "Bearer"}'"#,
        "the Azure CLI is too old for crosspull",
        "Update the Azure CLI (2.54 or newer): az upgrade ; or give --sign-in-a device-code.",
    ),
    (
        "echo 'az: error: unrecognized arguments: --scope https://x' >&2; exit 2",
        "the Azure CLI is too old for crosspull",
        "az upgrade",
    ),
    (
        "echo 'ERROR: AADSTS50076: Due to a configuration change, you must use multi-factor authentication. Trace ID: x' >&2\n\
         echo 'Run the command below to authenticate interactively; additional arguments may be added as needed:' >&2\n\
         echo 'az logout' >&2; echo 'az login --tenant \"{a}\" --scope \"https://management.azure.com//.default\"' >&2; exit 1",
        "the tenant asks this account for another factor",
        "try again: az login --tenant {a} --scope https://management.azure.com//.default",
    ),
    (
        "echo 'ERROR: AADSTS5000000: Continuous access evaluation. Trace ID: x' >&2\n\
         echo 'az logout' >&2; echo 'az login --tenant \"{a}\" --claims-challenge \"eyJhY2Nlc3NfdG9rZW4iOnt9fQ==\"' >&2; exit 1",
        "AADSTS5000000: Continuous access evaluation",
        "try again: az login --tenant {a} --claims-challenge 'eyJhY2Nlc3NfdG9rZW4iOnt9fQ=='",
    ),
    (
        "echo 'ERROR: AADSTS90002: Tenant not found. Trace ID: x' >&2; exit 1",
        "there is no such tenant in this cloud",
        "Check the tenant's domain or id, and the cloud.",
    ),
    (
        ":",
        "the Azure CLI gave no token, and no reason",
        "by hand, or give --sign-in-a device-code: az account get-access-token",
    ),
    (
        "echo '<html>{sign in}</html>'; echo 'WARNING: a portal' >&2",
        "the Azure CLI gave no token: WARNING: a portal",
        "by hand",
    ),
    ("exit 1", "the Azure CLI failed, and gave no reason", "by hand"),
    (
        "echo \"ERROR: refresh failed for token $(cat \"$(dirname \"$0\")/token-$side-$what\")\" >&2; exit 1",
        "refresh failed for token (hidden)",
        "See what it says by hand",
    ),
    (
        "echo 'ERROR: AADSTS50173: Revoked. Trace ID: x' >&2; echo 'az login --tenant $(rm -rf ~); echo hi' >&2; exit 1",
        "the sign-in was revoked",
        "Sign in, then try again: az login --tenant {a}",
    ),
    (
        "echo 'ERROR: AADSTS900382: Confidential Client is not supported in Cross Cloud request.' >&2; exit 1",
        "a secret of another cloud is not taken here",
        "then try again: az cloud set --name AzureCloud && az login --tenant {a}",
    ),
    (
        "echo \"WARNING: You have 2 update(s) available. Consider updating your CLI installation with 'az upgrade'\" >&2; exit 1",
        "the Azure CLI failed, and gave no reason",
        "by hand",
    ),
    (
        r#"printf '{"accessToken": "x", "expiresOn": "tomorrow"}'"#,
        "the Azure CLI says when its token expires in a form that crosspull does not know",
        "by hand",
    ),
    (
        "echo \"env: 'nothing': No such file or directory\" >&2; exit 127",
        "env: 'nothing': No such file or directory",
        "See what it says by hand",
    ),
    (
        "echo \"PermissionError: [Errno 13] Permission denied: '/home/ops/.azure'\" >&2; exit 1",
        "the Azure CLI cannot use a file or folder of its own",
        "AZURE_CONFIG_DIR",
    ),
    (
        "echo 'ERROR: Decryption failed: [WinError -2146893813]. App developer may consider this guidance' >&2; exit 1",
        "the Azure CLI cannot read the tokens that it kept",
        "az account clear && az login --tenant {a}",
    ),
    (
        "printf 'Traceback (most recent call last):\\n  File \"p.py\"\\nknack.prompting.NoTTYException\\n' >&2; exit 1",
        "the Azure CLI asks a question, and here nobody can answer it",
        "by hand, then try again: az account get-access-token --tenant {a}",
    ),
    (
        r"printf '\033[91mERROR: Something new.\033[0m\n' >&2; exit 1",
        "no sign-in to tenant A: something new",
        "See what it says by hand",
    ),
];

#[test]
fn each_way_in_which_az_fails_has_its_own_sentence_and_cure() {
    side_by_side(FAILURES, |(does, cause, cure)| {
        let story = of_persons(&["happy"]);
        let of_a = |text: &str| text.replace("{a}", &story.ready.tenants.a.id.to_string());
        let (does, cause, cure) = (of_a(does), of_a(cause), of_a(cure));
        let story = with_az(story, &format!("[ $side = a ] || {{ json; exit; }}\n{does}"));
        let end = story.plan(&BY_AZ);
        end.is_stopped_by(&cause, &cure);
        // Who is signed in is not told to sign in, unless the Azure CLI itself says so.
        let stop = end.findings("stop").next().expect("a stop");
        let signs_in = text(stop, "now").contains("az login");
        assert_eq!(signs_in, ["az login", "AADSTS", "Decryption"].iter().any(|mark| does.contains(mark)), "\n{end}");
        assert!(!end.out.contains("eyJ0") && !end.err.contains("eyJ0"), "no token is told\n{end}");
        story.wrote_nothing();
    });
}

#[test]
fn an_az_that_leaves_a_child_with_its_output_has_answered() {
    let (story, end) = plan_where_az("json; sleep 1000 &");
    both_signed_in(&story, &end);
}

#[test]
fn an_expiry_in_milliseconds_is_understood() {
    let (story, end) = plan_where_az("SOON=${SOON}000; json");
    both_signed_in(&story, &end);
}

#[test]
fn a_file_that_cannot_be_run_is_named_with_the_reason() {
    type Spoil = fn(&std::path::Path);
    let ways: [(Spoil, &str); 5] = [
        (|_| {}, "the Azure CLI (az) was not found on the PATH"),
        (|az| std::fs::create_dir(az).expect("made"), "the Azure CLI cannot be run: {az} is a folder"),
        (
            |az| std::os::unix::fs::symlink("/nothing", az).expect("made"),
            "the Azure CLI cannot be run: {az} is a link to a file that is not there",
        ),
        (
            |az| std::fs::write(az, "#!/bin/sh\n").expect("written"),
            "the Azure CLI cannot be run: {az} is not executable for this account",
        ),
        (
            |az| {
                std::fs::write(az, "#!/nothing/python3 -Im\n").expect("written");
                std::fs::set_permissions(az, std::fs::Permissions::from_mode(0o755)).expect("ours");
            },
            "the Azure CLI cannot be run: {az} names the interpreter /nothing/python3, which is not there",
        ),
    ];
    side_by_side(ways, |(spoil, cause)| {
        let story = with_az(of_persons(&["happy"]), "");
        let bin = story.path("bin");
        let az = bin.join("az");
        // No other az is on the PATH then.
        let story = story.with("PATH", &bin.display().to_string());
        std::fs::remove_file(&az).expect("there");
        spoil(&az);
        let end = story.plan(&BY_AZ);
        let cure = if az.symlink_metadata().is_ok() { "Mend that" } else { "Install the Azure CLI" };
        end.is_stopped_by(&cause.replace("{az}", &az.display().to_string()), cure);
        story.wrote_nothing();
    });
}

#[test]
fn a_stop_while_az_is_asked_is_no_finding() {
    let story = with_az(of_persons(&["happy"]), "sleep 1000");
    let mut flags = BY_AZ.to_vec();
    flags.extend(["--pace", "1"]);
    let mut sent = false;
    let end = story.apply_while(&flags, |event, process| {
        if event["event"] == "call_started" && event["method"] == "RUN" && !std::mem::replace(&mut sent, true) {
            let kill = std::process::Command::new("kill").args(["-TERM", &process.to_string()]).status();
            assert!(kill.expect("kill").success());
        }
    });
    end.exits(143).verdict("interrupted");
    assert_eq!(end.findings("stop").count(), 0, "\n{end}");
    story.wrote_nothing();
}
