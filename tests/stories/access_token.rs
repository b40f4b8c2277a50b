//! `crosspull access token`, as kubectl runs it.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crosspull_sim::Tenant;
use crosspull_support::{Story, program};
use serde_json::{Value, json};

use crate::azure_cli::{calls, with_az};
use crate::kubeconfig::{at_home, kubeconfig, write};
use crate::sign_in::{Person, of_persons};

const V1: &str = "client.authentication.k8s.io/v1";
const V1BETA1: &str = "client.authentication.k8s.io/v1beta1";

/// The answer to kubectl.
#[derive(Debug)]
struct Answer {
    code: Option<i32>,
    out: String,
    err: String,
}

impl Answer {
    fn credential(&self) -> Value {
        assert_eq!((self.code, self.err.as_str()), (Some(0), ""), "{self:?}");
        serde_json::from_str(&self.out).expect("one JSON object")
    }

    fn token(&self) -> String {
        self.credential()["status"]["token"].as_str().expect("a token").to_owned()
    }

    /// Returns the two lines of a failure.
    fn failure(&self) -> &str {
        assert_eq!((self.code, self.out.as_str(), self.err.lines().count()), (Some(1), "", 2), "{self:?}");
        &self.err
    }
}

fn begun(variables: &BTreeMap<String, String>, words: &[String], asked: Option<&Value>) -> Child {
    let mut command = Command::new(program());
    command.args(words).env_clear().envs(variables);
    if let Some(asked) = asked {
        command.env("KUBERNETES_EXEC_INFO", asked.to_string());
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().expect("it starts")
}

fn ended(child: Child) -> Answer {
    let output = child.wait_with_output().expect("its end");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    Answer { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

fn question(version: &str, interactive: bool) -> Value {
    json!({ "kind": "ExecCredential", "apiVersion": version, "spec": { "interactive": interactive } })
}

/// Returns the arguments of the entry in the operator's kubeconfig.
fn words(story: &Story) -> Vec<String> {
    let text = std::fs::read_to_string(kubeconfig(story)).expect("a kubeconfig");
    let words = text.lines().skip_while(|line| line.trim() != "args:").skip(1);
    words.map_while(|line| line.trim().strip_prefix("- ").map(str::to_owned)).collect()
}

/// Calls it as kubectl does, with the arguments of the entry, whatever the environment says of the identity.
fn call(story: &Story, asked: Option<&Value>) -> Answer {
    let mut variables = story.variables();
    variables.retain(|name, _| !name.starts_with("CROSSPULL_") || name.ends_with("_SECRET") || name.ends_with("_PACE"));
    ended(begun(&variables, &words(story), asked))
}

/// Returns a story whose kubeconfig signs in by a service principal.
fn by_app() -> Story {
    let story = at_home(Story::of("entra-cluster"));
    write(&story, &[]).exits(0);
    story
}

/// Returns how many tokens for Kubernetes Entra was asked for.
fn sign_ins(story: &Story) -> usize {
    story.sim.exchanges().iter().filter(|e| e.url.ends_with("/token") && e.request_body.contains("6dae42f8")).count()
}

fn kept(story: &Story) -> PathBuf {
    let folder = std::fs::read_dir(story.path("run/crosspull")).expect("a folder");
    let mut files = folder.flatten().map(|entry| entry.path());
    files.find(|file| file.extension().is_some_and(|end| end == "token")).expect("a token is kept")
}

/// Lets time pass for what is kept.
fn let_pass(story: &Story, minutes: i64) {
    let text = std::fs::read_to_string(kept(story)).expect("a token is kept");
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines[2..4] {
        *line = (line.parse::<i64>().expect("a time") - minutes * 60).to_string();
    }
    std::fs::write(kept(story), lines.join("\n") + "\n").expect("written");
}

#[test]
fn kubectl_is_answered_in_its_own_version_by_what_is_kept() {
    let story = by_app();
    assert_eq!(sign_ins(&story), 1, "that of the proof");
    let first = call(&story, Some(&question(V1, false)));
    let credential = first.credential();
    assert_eq!((&credential["apiVersion"], &credential["kind"]), (&V1.into(), &"ExecCredential".into()));
    let ends = credential["status"]["expirationTimestamp"].as_str().expect("an end");
    assert!(ends.ends_with('Z') && ends.len() == 20, "{ends}");
    assert_eq!(call(&story, Some(&question(V1BETA1, false))).credential()["apiVersion"], V1BETA1);
    let bare = call(&story, None);
    assert_eq!((bare.credential()["apiVersion"].as_str(), bare.token()), (Some(V1), first.token()));
    assert_eq!(sign_ins(&story), 1, "no other sign-in");
    let refused = call(&story, Some(&question("client.authentication.k8s.io/v1alpha1", false)));
    assert!(refused.failure().contains("v1alpha1"), "{refused:?}");
}

#[test]
fn of_fifty_calls_at_once_one_signs_in() {
    let story = by_app();
    std::fs::remove_file(kept(&story)).expect("forgotten");
    let (variables, words) = (story.variables(), words(&story));
    let asked = question(V1, false);
    let calls: Vec<Child> = (0..50).map(|_| begun(&variables, &words, Some(&asked))).collect();
    let tokens: Vec<String> = calls.into_iter().map(|child| ended(child).token()).collect();
    assert_eq!(sign_ins(&story), 2, "one more");
    assert!(tokens.iter().all(|token| *token == tokens[0]), "all have that one");
}

#[test]
fn a_token_is_renewed_five_minutes_before_its_end() {
    let story = by_app();
    let first = call(&story, None).token();
    let end = call(&story, None).credential()["status"]["expirationTimestamp"].as_str().expect("an end").to_owned();
    let left = end.parse::<jiff::Timestamp>().expect("a time").duration_since(jiff::Timestamp::now()).as_mins();
    let_pass(&story, left - 6);
    assert_eq!(call(&story, None).token(), first, "six minutes and more are left");
    let_pass(&story, 3);
    assert_ne!(call(&story, None).token(), first);
    assert_eq!(sign_ins(&story), 2);
}

#[test]
fn a_refusal_of_entra_is_told_in_two_lines() {
    let story = by_app();
    std::fs::remove_file(kept(&story)).expect("forgotten");
    let story = story.with("CROSSPULL_A_CLIENT_SECRET", "a-false-one");
    let answer = call(&story, Some(&question(V1, false)));
    let tenant = story.ready.tenants.a.id.to_string();
    assert!(answer.failure().starts_with(&format!("crosspull: no token of tenant {tenant} by service-principal:\n")));
    assert!(answer.err.contains("AADSTS7000215") && !answer.err.contains("a-false-one"), "{answer:?}");
    let without = story.without("CROSSPULL_A_CLIENT_SECRET");
    let answer = call(&without, None);
    assert!(answer.failure().contains("CROSSPULL_A_CLIENT_SECRET is not set here"), "{answer:?}");
}

#[test]
fn what_the_cluster_refuses_is_forgotten() {
    let story = by_app();
    let first = call(&story, None).token();
    let end = story.run(&["access", "token", "--forget"]);
    end.exits(0);
    assert!(end.out.is_empty() && end.err.contains("1 token forgotten"), "{end}");
    assert_ne!(call(&story, None).token(), first, "it signs in anew");
    let all = "name = 'f'\nsays = 'f'\n[[fault]]\non = 'kubernetes POST **/selfsubjectreviews'\nnth = 'every'\n\
               do = 'status'\ncode = 401\nerror = 'Unauthorized'\nmessage = 'Unauthorized'\n";
    let story = at_home(Story::told(&["entra-cluster"], all));
    let end = write(&story, &[]);
    end.exits(1);
    assert!(end.out.contains("The cluster does not let it in"), "{end}");
    let left = std::fs::read_dir(story.path("run/crosspull")).expect("a folder").flatten();
    let tokens = left.filter(|entry| entry.path().extension().is_some_and(|end| end == "token")).count();
    assert_eq!(tokens, 0, "kubectl is not given what was refused");
}

/// Returns a story whose kubeconfig signs a person in by device code, who did so once.
fn by_person() -> (Story, usize) {
    let story = at_home(of_persons(&["entra-cluster"]));
    let cluster = story.ready.cluster.clone();
    let mut person = Person::of(&story);
    let line =
        ["access", "kubeconfig", "--cluster", &cluster, "--tenant-a", "contoso.com", "--sign-in-a", "device-code"];
    let mut child = begun(&story.variables(), &line.map(str::to_owned), None);
    for line in BufReader::new(child.stderr.take().expect("piped")).lines() {
        person.reads(&line.expect("text"));
    }
    let answer = ended(child);
    assert_eq!(answer.code, Some(0), "{answer:?}");
    assert!(answer.out.contains(&format!("Kubernetes knows you as {}", story.sim.account(Tenant::A))), "{answer:?}");
    let codes = person.codes;
    (story, codes)
}

#[test]
fn a_person_signs_in_once_for_azure_and_the_cluster_and_is_asked_where_kubectl_can_ask() {
    let (story, codes) = by_person();
    assert_eq!(codes, 1, "one code for both");
    call(&story, Some(&question(V1, false))).token();
    std::fs::remove_file(kept(&story)).expect("forgotten");
    let answer = call(&story, Some(&question(V1, false)));
    let said = answer.failure();
    assert!(
        said.contains("nobody can be asked here; sign in first, in a terminal: crosspull access token --tenant"),
        "{said}"
    );
    let mut person = Person::of(&story);
    let mut child = begun(&story.variables(), &words(&story), Some(&question(V1, true)));
    for line in BufReader::new(child.stderr.take().expect("piped")).lines() {
        person.reads(&line.expect("text"));
    }
    let mut out = String::new();
    child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
    assert!(child.wait().expect("its end").success());
    let credential: Value = serde_json::from_str(&out).expect("nothing else is there");
    assert_eq!((person.codes, &credential["spec"]["interactive"]), (1, &true.into()));
    assert_eq!(call(&story, Some(&question(V1, false))).token(), credential["status"]["token"], "it is kept");
}

#[test]
fn another_account_of_the_azure_cli_or_another_tenants_token_is_not_given() {
    let story = at_home(of_persons(&["entra-cluster"]));
    let story = with_az(story, "[ -e \"$(dirname \"$0\")/other\" ] && side=b; json");
    let cluster = story.ready.cluster.clone();
    story.run(&["access", "kubeconfig", "--cluster", &cluster, "--tenant-a", "contoso.com"]).exits(0);
    let asked = calls(&story).len();
    let first = call(&story, None).token();
    assert_eq!(calls(&story).len(), asked, "it is kept");
    std::fs::create_dir(story.path(".azure")).expect("made");
    std::fs::write(story.path(".azure/azureProfile.json"), "another login").expect("written");
    call(&story, None).token();
    assert_eq!(calls(&story).len(), asked + 1, "another account is asked for its own");
    assert!(!first.is_empty());
    std::fs::remove_file(kept(&story)).expect("forgotten");
    std::fs::write(story.path("bin/other"), "").expect("written");
    let answer = call(&story, None);
    let other = story.ready.tenants.b.id.to_string();
    assert!(answer.failure().contains(&other) && answer.err.contains("az login --tenant"), "{answer:?}");
}
