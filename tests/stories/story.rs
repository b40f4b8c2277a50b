//! A story's stage: the simulated cloud of a scenario, and the program run against it as an operator would.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{BufRead as _, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crosspull_sim::{Options, Ready, Scenario, Sim, Tenant, write_files};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::oneshot;

use crate::end::End;
use crate::world::{World, text as text_of};

/// What divides the cloud's delays and the program's own waits.
const SPEED: f64 = 100.0;
/// A program that takes longer than this is killed, and the story has failed.
const LIMIT: Duration = Duration::from_secs(60);

/// A simulated cloud, and the folder of the operator who runs the program against it.
pub struct Story {
    /// The cloud.
    pub sim: Sim,
    /// Where it is, and what is in it.
    pub ready: Ready,
    environment: BTreeMap<String, String>,
    folder: TempDir,
    runs: Cell<u32>,
    begin: World,
    // Last: the cloud goes before the thread that it lives on.
    _thread: CloudThread,
}

impl Story {
    /// Starts the cloud of a scenario, with its answers and environment in files as `crosspull simulate` writes them.
    pub fn of(scenario: &str) -> Self {
        Self::of_all(&[scenario])
    }

    /// The same with several scenarios, later ones over earlier ones.
    pub fn of_all(scenarios: &[&str]) -> Self {
        let named = |name: &&str| Scenario::named(name).expect("a scenario of this name");
        Self::begin_with(scenarios.iter().map(named).collect())
    }

    /// The same with a scenario over them that is only this story's, in TOML.
    pub fn told(scenarios: &[&str], own: &str) -> Self {
        let named = scenarios.iter().map(|name| Scenario::named(name).expect("a scenario of this name"));
        Self::begin_with(named.chain([Scenario::from_toml(own).expect("a scenario")]).collect())
    }

    fn begin_with(scenarios: Vec<Scenario>) -> Self {
        let options = Options { scenarios, speed: SPEED, record: true, ..Options::default() };
        let (sim, thread) = CloudThread::start(options);
        let folder = tempfile::tempdir().expect("a folder");
        let ready = write_files(&sim, &folder.path().join("cloud")).expect("the cloud's files");
        let lines = std::fs::read_to_string(ready.env.as_deref().expect("env")).expect("env can be read");
        let environment = exported(&lines);
        let begin = World::of(&sim);
        Self { sim, ready, environment, folder, runs: Cell::new(0), begin, _thread: thread }
    }

    /// Sets a variable of the operator's environment.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Takes a variable out of the operator's environment.
    pub fn without(mut self, name: &str) -> Self {
        assert!(self.environment.remove(name).is_some(), "{name} was not set");
        self
    }

    /// Adds a line to the answers file.
    pub fn with_answer(self, line: &str) -> Self {
        let mut file = OpenOptions::new().append(true).open(self.answers()).expect("the answers file");
        writeln!(file, "{line}").expect("written");
        self
    }

    /// `crosspull apply` with the answers file, without questions, in JSON, the secret to a new file.
    pub fn apply(&self, flags: &[&str]) -> End {
        self.apply_while(flags, |_, _| {})
    }

    /// The same, while somebody watches: told every event, and the program's process id.
    pub fn apply_while(&self, flags: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        self.runs.set(self.runs.get() + 1);
        let secret = self.path(&format!("secret-{}", self.runs.get()));
        let mut arguments = vec!["apply", "--answers", self.answers(), "--yes", "--output", "json"];
        arguments.extend(["--secret-out", text(&secret)]);
        arguments.extend(flags);
        let end = self.run_while(&arguments, watch);
        End { secret_file: secret, ..end }
    }

    /// `crosspull apply` while somebody reads what it says aside, line by line, and does what that asks for.
    pub fn apply_with_somebody(&self, flags: &[&str], aside: impl FnMut(&str)) -> End {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspull"));
        command.args(["apply", "--answers", self.answers(), "--yes", "--output", "json"]).args(flags);
        command.current_dir(self.folder.path()).env_clear().envs(self.variables());
        ended_while(command, |_, _| {}, aside)
    }

    /// A person opens a sign-in page in a browser, chooses an account, and the browser goes where the page sends it.
    pub fn sign_in_by_browser(&self, page: &str, account: &str) -> String {
        let client = self.browser();
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("user", account)
            .append_pair("decision", "accept")
            .finish();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let shown = client.get(page).send().await.expect("the page");
            assert!(shown.status().is_success(), "{}", shown.text().await.expect("words"));
            let sent = client.post(page).header("content-type", "application/x-www-form-urlencoded").body(form).send();
            let sent = sent.await.expect("an answer");
            let to = sent.headers().get("location").map(|to| to.to_str().expect("an address").to_owned());
            let Some(to) = to else { return sent.text().await.expect("words") };
            client.get(to).send().await.expect("it comes back").text().await.expect("words")
        })
    }

    /// `crosspull resume` of the run, without questions, in JSON.
    pub fn resume(&self, flags: &[&str]) -> End {
        self.resume_while(flags, |_, _| {})
    }

    /// The same, while somebody watches.
    pub fn resume_while(&self, flags: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        let run = self.run_id();
        let arguments = ["resume", &run, "--yes", "--output", "json"];
        self.run_while(&[&arguments, flags].concat(), watch)
    }

    /// `crosspull resume` of one of several runs.
    pub fn resume_of(&self, run: &str) -> End {
        self.run(&["resume", run, "--yes", "--output", "json"])
    }

    /// `crosspull undo` of the run, without questions, in JSON.
    pub fn undo(&self, flags: &[&str]) -> End {
        let run = self.run_id();
        self.undo_of(&run, flags)
    }

    /// The same of one of several runs.
    pub fn undo_of(&self, run: &str, flags: &[&str]) -> End {
        let arguments = ["undo", run, "--yes", "--output", "json"];
        self.run(&[&arguments, flags].concat())
    }

    /// An administrator of tenant B runs the command that lets an app in, in place of opening the page.
    pub fn provision_by_hand(&self, app: &str) {
        let token = self.token(Tenant::B, "https://graph.microsoft.com/.default");
        let body = serde_json::json!({ "appId": app }).to_string();
        let url = format!("{}/v1.0/servicePrincipals", self.ready.arm);
        self.post(&url, Some(&token), "application/json", body);
    }

    /// An administrator of tenant B gives an app's service principal there a role on the registry.
    pub fn grant_by_hand(&self, app: &str, role: &str) {
        self.assign_by_hand(uuid::Uuid::new_v4(), app, role, None);
    }

    /// The same under that name, with a condition; where the name is taken, it changes the condition.
    pub fn assign_by_hand(&self, name: uuid::Uuid, app: &str, role: &str, condition: Option<&str>) {
        let token = self.token(Tenant::B, "https://management.azure.com/.default");
        let world = self.world();
        let principal = world.principals("b", app).first().map(|id| (*id).to_owned()).expect("it is there");
        let scope = &self.ready.registry;
        let url = format!(
            "{}{scope}/providers/Microsoft.Authorization/roleAssignments/{name}?api-version=2022-04-01",
            self.ready.arm
        );
        let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let body = serde_json::json!({ "properties": {
            "roleDefinitionId": definition, "principalId": principal, "principalType": "ServicePrincipal",
            "condition": condition, "conditionVersion": condition.map(|_| "2.0"),
        }});
        self.send(reqwest::Method::PUT, &url, Some(&token), "application/json", body.to_string());
    }

    /// Somebody of tenant A registers an app with those tags; gives its object id.
    pub fn register_app(&self, name: &str, tags: &[&str]) -> String {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let body = serde_json::json!({ "displayName": name, "signInAudience": "AzureADMultipleOrgs", "tags": tags });
        let url = format!("{}/v1.0/applications", self.ready.arm);
        text_of(&self.post(&url, Some(&token), "application/json", body.to_string()), "id").to_owned()
    }

    /// Somebody of tenant A adds a secret to an app, by its object id.
    pub fn add_secret_by_hand(&self, object: &str, name: &str) {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let body = serde_json::json!({ "passwordCredential": { "displayName": name } });
        let url = format!("{}/v1.0/applications/{object}/addPassword", self.ready.arm);
        self.post(&url, Some(&token), "application/json", body.to_string());
    }

    /// Somebody of tenant A removes a secret from an app, by their ids.
    pub fn remove_secret_by_hand(&self, object: &str, key: &str) {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let body = serde_json::json!({ "keyId": key });
        let url = format!("{}/v1.0/applications/{object}/removePassword", self.ready.arm);
        self.post(&url, Some(&token), "application/json", body.to_string());
    }

    /// Somebody of a tenant takes a role away, by the assignment's id.
    pub fn remove_role_by_hand(&self, tenant: Tenant, assignment: &str) {
        let token = self.token(tenant, "https://management.azure.com/.default");
        let url = format!("{}{assignment}?api-version=2022-04-01", self.ready.arm);
        self.send(reqwest::Method::DELETE, &url, Some(&token), "application/json", String::new());
    }

    /// Somebody of tenant A gives a principal Reader on the cluster's subscription; gives the assignment's id.
    pub fn grant_reader_by_hand(&self, principal: &str) -> String {
        self.grant_in_a(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7")
    }

    /// The same with Network Contributor.
    pub fn grant_contributor_by_hand(&self, principal: &str) -> String {
        self.grant_in_a(principal, "4d97b98b-1d4f-4787-a291-c67834d212e7")
    }

    fn grant_in_a(&self, principal: &str, role: &str) -> String {
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let scope = format!("/subscriptions/{}", self.ready.tenants.a.subscription);
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", uuid::Uuid::new_v4());
        let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let body = serde_json::json!({ "properties": {
            "roleDefinitionId": definition, "principalId": principal, "principalType": "ServicePrincipal",
        }});
        let url = format!("{}{id}?api-version=2022-04-01", self.ready.arm);
        self.send(reqwest::Method::PUT, &url, Some(&token), "application/json", body.to_string());
        id
    }

    /// Somebody of tenant A changes the condition of a role assignment, as the world shows it.
    pub fn set_condition_by_hand(&self, assignment: &Value, condition: &str) {
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let url = format!("{}{}?api-version=2022-04-01", self.ready.arm, text_of(assignment, "id"));
        let now = self.send(reqwest::Method::GET, &url, Some(&token), "application/json", String::new());
        let mut properties = now["properties"].clone();
        properties["condition"] = condition.into();
        let wanted = ["roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion"];
        let body: serde_json::Map<String, Value> =
            wanted.iter().map(|name| ((*name).to_owned(), properties[*name].clone())).collect();
        let body = serde_json::json!({ "properties": body }).to_string();
        self.send(reqwest::Method::PUT, &url, Some(&token), "application/json", body);
    }

    /// The tag by which crosspull knows an app that it made for the cluster.
    pub fn mark(&self) -> String {
        let cluster = crosspull_core::ids::ClusterId::parse(&self.ready.cluster).expect("an id");
        crosspull_core::names::marker(&cluster)
    }

    /// An administrator of tenant B deletes a service principal there.
    pub fn remove_from_b(&self, principal: &str) {
        let token = self.token(Tenant::B, "https://graph.microsoft.com/.default");
        let url = format!("{}/v1.0/servicePrincipals/{principal}", self.ready.arm);
        self.send(reqwest::Method::DELETE, &url, Some(&token), "application/json", String::new());
    }

    /// Somebody of tenant A deletes a service principal there.
    pub fn remove_from_a(&self, principal: &str) {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let url = format!("{}/v1.0/servicePrincipals/{principal}", self.ready.arm);
        self.send(reqwest::Method::DELETE, &url, Some(&token), "application/json", String::new());
    }

    /// An operator of tenant A gives the cluster another app, that of an operator; gives the app's id.
    pub fn give_another_app(&self) -> String {
        let operator = self.sim.operator(Tenant::A);
        let host = &self.ready.arm;
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let app = operator.client_id.to_string();
        let body = serde_json::json!({ "clientId": app, "secret": operator.client_secret.reveal() }).to_string();
        let cluster = text_of(self.world().cluster(), "id").to_owned();
        let url = format!("{host}{cluster}/resetServicePrincipalProfile?api-version=2026-05-01");
        self.post(&url, Some(&token), "application/json", body);
        self.until("the reset by hand ends", |world| world.cluster()["provisioningState"] == "Succeeded");
        app
    }

    /// Waits until something is so in the world.
    pub fn until(&self, what: &str, is_so: impl Fn(&World) -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !is_so(&self.world()) {
            assert!(Instant::now() < deadline, "not seen: {what}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// An operator's token, as somebody else than the program asks for it.
    fn token(&self, tenant: Tenant, scope: &str) -> String {
        let operator = self.sim.operator(tenant);
        let id = match tenant {
            Tenant::A => self.ready.tenants.a.id,
            Tenant::B => self.ready.tenants.b.id,
        };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "client_credentials")
            .append_pair("client_id", &operator.client_id.to_string())
            .append_pair("client_secret", operator.client_secret.reveal())
            .append_pair("scope", scope)
            .finish();
        let url = format!("{}/{id}/oauth2/v2.0/token", self.ready.arm);
        text_of(&self.post(&url, None, "application/x-www-form-urlencoded", form), "access_token").to_owned()
    }

    /// Posts to the cloud, as somebody else than the program does; gives the answer, which must be a success.
    fn post(&self, url: &str, token: Option<&str>, kind: &str, body: String) -> Value {
        self.send(reqwest::Method::POST, url, token, kind, body)
    }

    /// The same with any method.
    fn send(&self, method: reqwest::Method, url: &str, token: Option<&str>, kind: &str, body: String) -> Value {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = self.browser();
        runtime.block_on(async {
            let mut request = client.request(method, url).header("content-type", kind).body(body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("an answer").error_for_status().expect("a success");
            let body = answer.bytes().await.expect("a body");
            if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") }
        })
    }

    /// A client that trusts the cloud and follows nothing by itself.
    fn browser(&self) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = reqwest::Certificate::from_pem(self.sim.ca_pem().as_bytes()).expect("the cloud's authority");
        let builder = reqwest::Client::builder().tls_certs_only([authority]).no_proxy();
        builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
    }

    /// The ids of all runs but those.
    pub fn runs_but(&self, others: &[&str]) -> Vec<String> {
        let runs = self.journals().into_iter().map(|p| p.file_stem().expect("a name").to_string_lossy().into_owned());
        runs.filter(|run| !others.contains(&run.as_str())).collect()
    }

    /// The id of the one run.
    pub fn run_id(&self) -> String {
        match self.journals().as_slice() {
            [journal] => journal.file_stem().and_then(|stem| stem.to_str()).expect("a run's id").to_owned(),
            others => panic!("one run is expected: {others:?}"),
        }
    }

    /// `crosspull plan` with the answers file, in JSON.
    pub fn plan(&self, flags: &[&str]) -> End {
        let mut arguments = vec!["plan", "--answers", self.answers(), "--output", "json"];
        arguments.extend(flags);
        self.run(&arguments)
    }

    /// `crosspull` with just these arguments.
    pub fn run(&self, arguments: &[&str]) -> End {
        self.run_while(arguments, |_, _| {})
    }

    fn run_while(&self, arguments: &[&str], watch: impl FnMut(&Value, u32)) -> End {
        let mut command = Command::new(env!("CARGO_BIN_EXE_crosspull"));
        command.args(arguments);
        self.told_of(command, watch)
    }

    /// A command line of a shell, in which `crosspull` is the program.
    pub fn shell(&self, line: &str) -> End {
        let mut command = Command::new("sh");
        command.args(["-c", &line.replace("crosspull ", concat!(env!("CARGO_BIN_EXE_crosspull"), " "))]);
        self.told_of(command, |_, _| {})
    }

    fn told_of(&self, mut command: Command, watch: impl FnMut(&Value, u32)) -> End {
        command.current_dir(self.folder.path()).env_clear().envs(self.variables());
        ended(command, watch)
    }

    /// The environment that the program has.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let own = [
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("XDG_STATE_HOME", text(&self.state()).to_owned()),
            // Whatever a story does wrong, it calls nobody outside this machine. To this machine no proxy is used.
            ("HTTPS_PROXY", "http://127.0.0.1:9".to_owned()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        own.chain(self.environment.clone()).collect()
    }

    /// The operator's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The value of the last secret that was made for our app, as the directory told it.
    pub fn secret_that_was_made(&self) -> String {
        let exchanges = self.sim.exchanges();
        let told = exchanges.iter().rev().filter(|e| e.url.ends_with("/addPassword") && e.status == Some(200));
        let named = |e: &&crosspull_sim::Exchange| !e.request_body.contains(" way back");
        let made = told.into_iter().find(named).expect("a secret was made");
        let answer: Value = serde_json::from_str(&made.response_body).expect("JSON");
        text_of(&answer, "secretText").to_owned()
    }

    /// The answers file.
    pub fn answers(&self) -> &str {
        text(self.ready.answers.as_deref().expect("answers"))
    }

    /// A path in the operator's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// `$XDG_STATE_HOME`.
    pub fn state(&self) -> PathBuf {
        self.path("state")
    }

    /// The journals of the runs so far.
    pub fn journals(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.state().join("crosspull/runs")).into_iter().flatten();
        let files = folder.map(|entry| entry.expect("a file").path());
        files.filter(|path| path.extension().is_some_and(|kind| kind == "jsonl")).collect()
    }

    /// The world as it was before anything was run.
    pub const fn begin(&self) -> &World {
        &self.begin
    }

    /// The world as it is.
    pub fn world(&self) -> World {
        World::of(&self.sim)
    }

    /// The route is done, and nothing is there beside what it makes.
    pub fn is_done(&self, role: &str) {
        self.world().is_done(&self.begin, role);
    }

    /// What the run made is taken back: the world is what it was before anything was run.
    pub fn is_taken_back(&self) {
        self.world().is_taken_back(&self.begin);
    }

    /// Every request so far that asks for a change, as `METHOD path`: all but reads and requests for tokens.
    pub fn writes(&self) -> Vec<String> {
        self.changes(|_| true)
    }

    /// Those writes so far that a service took: it did not refuse them. One whose answer was lost was taken too.
    pub fn taken(&self) -> Vec<String> {
        self.changes(|request| request["status"].as_u64().is_none_or(|status| status < 400))
    }

    fn changes(&self, which: impl Fn(&Value) -> bool) -> Vec<String> {
        let requests = self.sim.requests();
        let all = requests.as_array().expect("a list").iter().filter(|request| which(request));
        all.map(|request| (text_of(request, "method"), text_of(request, "path")))
            .filter(|(method, path)| !matches!(*method, "GET" | "HEAD") && !only_reads(path))
            .map(|(method, path)| format!("{method} {path}"))
            .collect()
    }

    /// How many of the writes so far that end so were taken.
    pub fn taken_by(&self, tail: &str) -> usize {
        self.taken().iter().filter(|write| write.ends_with(tail)).count()
    }

    /// The cluster is what it was before anything was run, and no reset was asked for.
    pub fn cluster_was_not_touched(&self) {
        let resets: Vec<String> = self.writes().into_iter().filter(|w| w.contains("/managedClusters/")).collect();
        assert_eq!(resets, Vec::<String>::new());
        self.world().cluster_is_as(&self.begin);
    }

    /// No request asked for a change, and the world is what it was.
    pub fn wrote_nothing(&self) {
        assert_eq!(self.writes(), Vec::<String>::new());
        self.world().is_as(&self.begin);
        assert_eq!(self.journals(), Vec::<PathBuf>::new(), "a run began");
    }

    /// Nothing was asked at all.
    pub fn called_nothing(&self) {
        assert_eq!(self.sim.requests(), serde_json::json!([]));
        self.wrote_nothing();
    }
}

/// Tokens, a cluster's credentials and a query are asked for by POST; nothing changes by it (`azure-facts.md` 3.1, 3.10).
fn only_reads(path: &str) -> bool {
    ["/oauth2/v2.0/token", "/oauth2/v2.0/devicecode", "/listClusterUserCredential", "Microsoft.ResourceGraph/resources"]
        .iter()
        .any(|tail| path.ends_with(tail))
        || matches!(path, "/oauth2/token" | "/oauth2/exchange")
}

/// The variables that lines such as `export NAME='value'` set.
fn exported(lines: &str) -> BTreeMap<String, String> {
    let one = |line: &str| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.strip_prefix('\'')?.strip_suffix('\'')?.to_owned()))
    };
    let lines = lines.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    lines.map(|line| one(line).unwrap_or_else(|| panic!("no export: {line}"))).collect()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("a path in UTF-8")
}

/// The thread that a simulated cloud lives on.
struct CloudThread {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl CloudThread {
    fn start(options: Options) -> (Sim, Self) {
        let (give, take) = channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                give.send(crosspull_sim::start(options).await.expect("a cloud")).expect("somebody takes it");
                let _ = stopped.await;
            });
        });
        let sim = take.recv_timeout(LIMIT).expect("the cloud starts");
        (sim, Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for CloudThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// A process that does not outlive its story.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Which stream a line came from.
enum Line {
    Out(String),
    Err(String),
}

/// Runs a program to its end, without a terminal, and tells what it says while it does.
fn ended(command: Command, watch: impl FnMut(&Value, u32)) -> End {
    ended_while(command, watch, |_| {})
}

/// The same, and tells what it says aside too, line by line.
fn ended_while(mut command: Command, mut watch: impl FnMut(&Value, u32), mut aside: impl FnMut(&str)) -> End {
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Running(command.spawn().expect("the program starts"));
    let (sender, lines) = channel();
    let readers = [
        read(child.0.stdout.take().expect("piped"), sender.clone(), Line::Out),
        read(child.0.stderr.take().expect("piped"), sender, Line::Err),
    ];
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let mut end = End { json: words.join(" ").contains("--output json"), ..End::default() };
    let deadline = Instant::now() + LIMIT;
    loop {
        match lines.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Line::Out(line)) => {
                if let Ok(event) = serde_json::from_str(&line) {
                    watch(&event, child.0.id());
                    end.events.push(event);
                }
                end.out.push_str(&line);
                end.out.push('\n');
            }
            Ok(Line::Err(line)) => {
                aside(&line);
                end.err.push_str(&line);
                end.err.push('\n');
            }
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("not over after {LIMIT:?}\n{end}"),
        }
    }
    end.code = child.0.wait().expect("its end").code();
    for reader in readers {
        reader.join().expect("what it said can be read");
    }
    end
}

fn read(from: impl Read + Send + 'static, to: Sender<Line>, kind: fn(String) -> Line) -> JoinHandle<()> {
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines() {
            let _ = to.send(kind(line.expect("text in UTF-8")));
        }
    })
}
