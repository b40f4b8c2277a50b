//! The work of people in the clouds of a story beside the program: by a browser, by another tool, by hand.

use crosspull_sim::Tenant;
use serde_json::Value;

use crate::story::Story;
use crate::world::text;

impl Story {
    /// Opens a sign-in page in a browser, as a person does, and chooses an account. The browser goes where the page
    /// sends it.
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

    /// Opens a consent page in a browser and decides. The browser goes where the page sends it, unless that is elsewhere
    /// than on this machine. Returns what it shows at last, or where it would go.
    pub fn consents_by_browser(&self, page: &str, decision: &str) -> String {
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let shown = client.get(page).send().await.expect("the page");
            if !shown.status().is_success() {
                return shown.text().await.expect("words");
            }
            let form = format!("organization=yes&decision={decision}");
            let sent = client.post(page).header("content-type", "application/x-www-form-urlencoded").body(form).send();
            let sent = sent.await.expect("an answer");
            let to = sent.headers().get("location").map(|to| to.to_str().expect("an address").to_owned());
            match to {
                Some(to) if to.starts_with("http://localhost:") => {
                    client.get(to).send().await.expect("it comes back").text().await.expect("words")
                }
                Some(to) => to,
                None => sent.text().await.expect("words"),
            }
        })
    }

    /// A browser comes to an address of this machine. Returns what it shows.
    pub fn comes_to(&self, address: &str) -> String {
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async { client.get(address).send().await.expect("an answer").text().await.expect("words") })
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

    /// An administrator of tenant B assigns a role under that name, with a condition. Where the name is taken, the
    /// condition changes.
    pub fn assign_by_hand(&self, name: uuid::Uuid, app: &str, role: &str, condition: Option<&str>) {
        let world = self.world();
        let principal = world.principals("b", app).first().map(|id| (*id).to_owned()).expect("it is there");
        self.assign_to_by_hand(Tenant::B, name, &principal, role, condition);
    }

    /// An operator of a tenant assigns a role on the registry to a principal, under that name and with a condition.
    pub fn assign_to_by_hand(
        &self,
        tenant: Tenant,
        name: uuid::Uuid,
        principal: &str,
        role: &str,
        condition: Option<&str>,
    ) {
        let token = self.token(tenant, "https://management.azure.com/.default");
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

    /// Registers an app with those tags, as somebody of tenant A. Returns the object id of the app, once reads find it:
    /// Graph needs a moment for that.
    pub fn register_app(&self, name: &str, tags: &[&str]) -> String {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let body = serde_json::json!({ "displayName": name, "signInAudience": "AzureADMultipleOrgs", "tags": tags });
        let url = format!("{}/v1.0/applications", self.ready.arm);
        let made = self.post(&url, Some(&token), "application/json", body.to_string());
        let object = text(&made, "id");
        let one = format!("{url}/{object}");
        self.until("the app that was registered", |_| {
            self.asks(reqwest::Method::GET, &one, Some(&token), "application/json", String::new()).0.is_success()
        });
        object.to_owned()
    }

    /// Somebody of tenant B deletes an app there, by its object id.
    pub fn delete_app_by_hand(&self, object: &str) {
        let token = self.token(Tenant::B, "https://graph.microsoft.com/.default");
        let url = format!("{}/v1.0/applications/{object}", self.ready.arm);
        self.send(reqwest::Method::DELETE, &url, Some(&token), "application/json", String::new());
    }

    /// Somebody of tenant A adds a secret to an app, by its object id. Returns the secret.
    pub fn add_secret_by_hand(&self, object: &str, name: &str) -> String {
        self.add_secret_until(object, name, None)
    }

    /// Somebody of tenant A adds a secret to an app, which ends then. Returns the secret.
    pub fn add_secret_until(&self, object: &str, name: &str, ends: Option<&str>) -> String {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let mut wanted = serde_json::json!({ "displayName": name });
        if let Some(ends) = ends {
            wanted["endDateTime"] = ends.into();
        }
        let body = serde_json::json!({ "passwordCredential": wanted });
        let url = format!("{}/v1.0/applications/{object}/addPassword", self.ready.arm);
        text(&self.post(&url, Some(&token), "application/json", body.to_string()), "secretText").to_owned()
    }

    /// Asks tenant A's sign-in for a token as an app. Returns the number of its refusal, or `None` where it takes the secret.
    pub fn sign_in_by_hand(&self, app: &str, secret: &str) -> Option<u64> {
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let form = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("grant_type", "client_credentials")
                .append_pair("client_id", app)
                .append_pair("client_secret", secret)
                .append_pair("scope", "https://management.azure.com/.default")
                .finish();
            let url = format!("{}/{}/oauth2/v2.0/token", self.ready.arm, self.ready.tenants.a.id);
            let asked = client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form);
            let body = asked.send().await.expect("an answer").bytes().await.expect("a body");
            let told: Value = serde_json::from_slice(&body).expect("JSON");
            told["error_codes"][0].as_u64()
        })
    }

    /// Somebody of tenant A changes properties of an app, by its object id.
    pub fn change_app_by_hand(&self, object: &str, properties: &Value) {
        let token = self.token(Tenant::A, "https://graph.microsoft.com/.default");
        let url = format!("{}/v1.0/applications/{object}", self.ready.arm);
        self.send(reqwest::Method::PATCH, &url, Some(&token), "application/json", properties.to_string());
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

    /// Gives a principal Reader on the cluster's subscription, as somebody of tenant A. Returns the id of the
    /// assignment.
    pub fn grant_reader_by_hand(&self, principal: &str) -> String {
        self.grant_in_a(principal, "acdd72a7-3385-48ef-bd42-f606fba81ae7")
    }

    /// Gives a principal Network Contributor there, as somebody of tenant A. Returns the id of the assignment.
    pub fn grant_contributor_by_hand(&self, principal: &str) -> String {
        self.grant_in_a(principal, "4d97b98b-1d4f-4787-a291-c67834d212e7")
    }

    fn grant_in_a(&self, principal: &str, role: &str) -> String {
        self.grant_at_by_hand(principal, role, &format!("/subscriptions/{}", self.ready.tenants.a.subscription))
    }

    /// Gives a principal a role at a scope, as somebody of tenant A. Returns the id of the assignment.
    pub fn grant_at_by_hand(&self, principal: &str, role: &str, scope: &str) -> String {
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        self.grant_with(&token, principal, role, scope)
    }

    /// Gives a person a role at a scope, as somebody of tenant A. Returns the id of the assignment.
    pub fn grant_to_person_by_hand(&self, person: &str, role: &str, scope: &str) -> String {
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        self.grant_of_type(&token, (person, "User"), role, scope)
    }

    fn grant_with(&self, token: &str, principal: &str, role: &str, scope: &str) -> String {
        self.grant_of_type(token, (principal, "ServicePrincipal"), role, scope)
    }

    fn grant_of_type(&self, token: &str, (principal, kind): (&str, &str), role: &str, scope: &str) -> String {
        let id = format!("{scope}/providers/Microsoft.Authorization/roleAssignments/{}", uuid::Uuid::new_v4());
        let definition = format!("/providers/Microsoft.Authorization/roleDefinitions/{role}");
        let body = serde_json::json!({ "properties": {
            "roleDefinitionId": definition, "principalId": principal, "principalType": kind,
        }});
        let url = format!("{}{id}?api-version=2022-04-01", self.ready.arm);
        self.send(reqwest::Method::PUT, &url, Some(token), "application/json", body.to_string());
        id
    }

    /// The machine's own identity, which is somebody else than the operator, gives a principal of tenant A a role at a
    /// scope. Returns the id of the assignment.
    pub fn grant_by_another(&self, principal: &str, role: &str, scope: &str) -> String {
        let url = format!(
            "{}/metadata/identity/oauth2/token?api-version=2018-02-01&resource=https://management.azure.com/",
            self.ready.arm
        );
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let token = runtime.block_on(async {
            let answer = client.get(url).header("metadata", "true").send().await.expect("an answer");
            let body = answer.bytes().await.expect("a body");
            serde_json::from_slice::<Value>(&body).expect("JSON")
        });
        self.grant_with(text(&token, "access_token"), principal, role, scope)
    }

    /// Somebody of tenant A changes the condition of a role assignment, as the world shows it.
    pub fn set_condition_by_hand(&self, assignment: &Value, condition: &str) {
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let url = format!("{}{}?api-version=2022-04-01", self.ready.arm, text(assignment, "id"));
        let now = self.send(reqwest::Method::GET, &url, Some(&token), "application/json", String::new());
        let mut properties = now["properties"].clone();
        properties["condition"] = condition.into();
        let wanted = ["roleDefinitionId", "principalId", "principalType", "condition", "conditionVersion"];
        let body: serde_json::Map<String, Value> =
            wanted.iter().map(|name| ((*name).to_owned(), properties[*name].clone())).collect();
        let body = serde_json::json!({ "properties": body }).to_string();
        self.send(reqwest::Method::PUT, &url, Some(&token), "application/json", body);
    }

    /// Returns the kubeconfig of the cluster's user, as Resource Manager gives it to an operator of tenant A.
    pub fn kubeconfig(&self) -> String {
        self.kubeconfig_of("listClusterUserCredential")
    }

    fn kubeconfig_of(&self, action: &str) -> String {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let cluster = text(self.world().cluster(), "id").to_owned();
        let url = format!("{}{cluster}/{action}?api-version=2024-09-01", self.ready.arm);
        let told = self.post(&url, Some(&token), "application/json", String::new());
        let coded = told["kubeconfigs"][0]["value"].as_str().expect("a kubeconfig");
        String::from_utf8(BASE64_STANDARD.decode(coded).expect("base64")).expect("text")
    }

    /// Sends a request to the cluster's Kubernetes API as its user, as kubectl does; as the local admin, where Entra signs
    /// the users in. Returns status and answer.
    pub fn kubernetes_by_hand(&self, method: &str, path: &str, media: &str, body: &Value) -> (u16, Value) {
        use base64::prelude::{BASE64_STANDARD, Engine as _};
        let is_by_entra = self.world().cluster()["aadProfile"].is_object();
        let action = if is_by_entra { "listClusterAdminCredential" } else { "listClusterUserCredential" };
        let config = self.kubeconfig_of(action);
        let entry = |name: &str| {
            let line = config.lines().map(str::trim).find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("no {name} in the kubeconfig")).trim().to_owned()
        };
        let decoded = |name: &str| BASE64_STANDARD.decode(entry(name)).expect("base64");
        let pem = [decoded("client-key-data:"), b"\n".to_vec(), decoded("client-certificate-data:")].concat();
        let identity = reqwest::Identity::from_pem(&pem).expect("the user's certificate");
        let authority = decoded("certificate-authority-data:");
        let authority = reqwest::Certificate::from_pem(&authority).expect("the cluster's authority");
        let client = reqwest::Client::builder().tls_certs_only([authority]).no_proxy().identity(identity);
        let client = client.build().expect("a client");
        let url = format!("{}{path}", entry("server:").trim_end_matches('/'));
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let request = client.request(method, url).header("content-type", media);
            let request = if body.is_null() { request } else { request.body(body.to_string()) };
            let answer = request.send().await.expect("an answer");
            let status = answer.status().as_u16();
            let body = answer.bytes().await.expect("a body");
            (status, serde_json::from_slice(&body).unwrap_or_default())
        })
    }

    /// Runs a pod of one image in the default namespace, by kubectl's ways, and waits until the node pulled or refused.
    /// Returns the reason for which the image is not there, or `None` where it was pulled.
    pub fn pod_by_hand(&self, name: &str, image: &str, pull_secret: Option<&str>) -> Option<String> {
        let secrets: Vec<Value> = pull_secret.into_iter().map(|name| serde_json::json!({ "name": name })).collect();
        let pod = serde_json::json!({
            "apiVersion": "v1", "kind": "Pod", "metadata": { "name": name },
            "spec": {
                "containers": [{
                    "name": "it",
                    "image": format!("{}/{image}", self.ready.login_server),
                    "imagePullPolicy": "Always",
                }],
                "imagePullSecrets": secrets,
            },
        });
        let pods = "/api/v1/namespaces/default/pods";
        let (status, answer) = self.kubernetes_by_hand("POST", pods, "application/json", &pod);
        assert_eq!(status, 201, "{answer}");
        let at = format!("{pods}/{name}");
        let begun = std::time::Instant::now();
        loop {
            let (_, pod) = self.kubernetes_by_hand("GET", &at, "application/json", &Value::Null);
            let container = &pod["status"]["containerStatuses"][0];
            let refused = container["state"]["waiting"]["reason"].as_str().filter(|reason| reason.contains("Image"));
            if refused.is_some() || container["imageID"].as_str().is_some_and(|id| !id.is_empty()) {
                self.kubernetes_by_hand("DELETE", &at, "application/json", &Value::Null);
                return refused.map(str::to_owned);
            }
            assert!(begun.elapsed().as_secs() < 30, "the node says nothing of {image}: {pod}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Pulls the manifest of an image as a container runtime does, with a name and a password. Returns the status at
    /// which it ended: 200, or the first refusal.
    pub fn pull_by_hand(&self, user: &str, password: &str, image: &str) -> u16 {
        self.pull_by_hand_from(&self.ready.login_server, user, password, image)
    }

    /// Pulls the manifest of an image from a registry, as [`Self::pull_by_hand`] does.
    pub fn pull_by_hand_from(&self, server: &str, user: &str, password: &str, image: &str) -> u16 {
        let (repository, tag) = image.split_once(':').expect("an image with its tag");
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let scope = format!("scope=repository%3A{}%3Apull", repository.replace('/', "%2F"));
            let at = format!("https://{server}/oauth2/token?service={}&{scope}", server.replace(':', "%3A"));
            let told = client.get(at).basic_auth(user, Some(password)).send().await.expect("an answer");
            if !told.status().is_success() {
                return told.status().as_u16();
            }
            let token: Value = serde_json::from_slice(&told.bytes().await.expect("a body")).expect("JSON");
            let at = format!("https://{server}/v2/{repository}/manifests/{tag}");
            let accept =
                "application/vnd.oci.image.manifest.v1+json, application/vnd.docker.distribution.manifest.v2+json";
            let pulled = client.get(at).bearer_auth(text(&token, "access_token")).header("accept", accept);
            pulled.send().await.expect("an answer").status().as_u16()
        })
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

    /// Gives the cluster another app, that of an operator of tenant A. Returns the id of the app.
    pub fn give_another_app(&self) -> String {
        let operator = self.sim.operator(Tenant::A);
        let host = &self.ready.arm;
        let token = self.token(Tenant::A, "https://management.azure.com/.default");
        let app = operator.client_id.to_string();
        let body = serde_json::json!({ "clientId": app, "secret": operator.client_secret.reveal() }).to_string();
        let cluster = text(self.world().cluster(), "id").to_owned();
        let url = format!("{host}{cluster}/resetServicePrincipalProfile?api-version=2026-05-01");
        self.post(&url, Some(&token), "application/json", body);
        self.until("the reset by hand ends", |world| world.cluster()["provisioningState"] == "Succeeded");
        app
    }

    /// Asks Resource Manager for something below the registry, as somebody of tenant B. Without a body it reads.
    pub fn registry_by_hand(&self, method: &str, path: &str, body: &Value) -> Value {
        let token = self.token(Tenant::B, "https://management.azure.com/.default");
        let url = format!("{}{}{path}?api-version=2023-07-01", self.ready.arm, self.ready.registry);
        let method = reqwest::Method::from_bytes(method.as_bytes()).expect("a method");
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, &url, Some(&token), "application/json", body)
    }

    /// Somebody of tenant A signs in for the Kubernetes API and asks it for something, as kubectl does. Returns the status.
    pub fn asks_cluster(&self, account: &str, path: &str) -> u16 {
        let tenant = format!("{}/{}/oauth2/v2.0", self.ready.arm, self.ready.tenants.a.id);
        let form = |pairs: &[(&str, &str)]| {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            form.append_pair("client_id", "04b07795-8ddb-461a-bbee-02f9e1bf7b46").extend_pairs(pairs).finish()
        };
        let kind = "application/x-www-form-urlencoded";
        let scope = "6dae42f8-4368-4678-94ff-3960e28e3630/.default";
        let asked = self.post(&format!("{tenant}/devicecode"), None, kind, form(&[("scope", scope)]));
        self.sim.approve_device(text(&asked, "user_code"), account).expect("the account signs in");
        let grant = "urn:ietf:params:oauth:grant-type:device_code";
        let pairs = [("grant_type", grant), ("device_code", text(&asked, "device_code"))];
        let token = self.post(&format!("{tenant}/token"), None, kind, form(&pairs));
        let config = self.kubeconfig();
        let server = config.lines().find_map(|line| line.trim().strip_prefix("server:")).expect("a server").trim();
        let url = format!("{}{path}", server.trim_end_matches('/'));
        let client = self.browser();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let request = client.get(url).bearer_auth(text(&token, "access_token"));
            request.send().await.expect("an answer").status().as_u16()
        })
    }

    /// Returns an operator's token, as somebody else than the program asks for it.
    pub fn token(&self, tenant: Tenant, scope: &str) -> String {
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
        text(&self.post(&url, None, "application/x-www-form-urlencoded", form), "access_token").to_owned()
    }

    /// Posts to the cloud, as somebody else than the program does; gives the answer, which must be a success.
    fn post(&self, url: &str, token: Option<&str>, kind: &str, body: String) -> Value {
        self.send(reqwest::Method::POST, url, token, kind, body)
    }

    /// Sends a request to the cloud, as somebody else than the program does; gives the answer, which must be a success.
    fn send(&self, method: reqwest::Method, url: &str, token: Option<&str>, kind: &str, body: String) -> Value {
        let (status, answer) = self.asks(method, url, token, kind, body);
        assert!(status.is_success(), "{url}: {status}\n{answer}");
        answer
    }

    /// Sends a request to the cloud, as somebody else than the program does; gives the status and the answer.
    fn asks(
        &self,
        method: reqwest::Method,
        url: &str,
        token: Option<&str>,
        kind: &str,
        body: String,
    ) -> (reqwest::StatusCode, Value) {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let client = self.browser();
        runtime.block_on(async {
            let mut request = client.request(method, url).header("content-type", kind).body(body);
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.expect("an answer");
            let status = answer.status();
            let body = answer.bytes().await.expect("a body");
            (status, if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).expect("JSON") })
        })
    }

    /// Returns a client that trusts the cloud and follows nothing by itself.
    fn browser(&self) -> reqwest::Client {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let authority = reqwest::Certificate::from_pem(self.sim.ca_pem().as_bytes()).expect("the cloud's authority");
        let builder = reqwest::Client::builder().tls_certs_only([authority]).no_proxy();
        builder.redirect(reqwest::redirect::Policy::none()).build().expect("a client")
    }
}
