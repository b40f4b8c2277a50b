//! Every command that is printed for somebody to run: one place, so that each is tried by a real shell and, where it is
//! `az`'s, by the real Azure CLI's own parser (`tests/commands.rs`, `tests/real-clients/commands.sh`).
//!
//! The lines of a page for somebody else are with the page (`hand_over`), and are tried along.

use std::fmt;

use strum::{EnumCount, EnumDiscriminants};

use crate::ids::{AppId, ClusterId};
use crate::names::RunId;
use crate::text::{shell_option, shell_word};

/// A command as a line for a shell. Values are quoted where the shell would read more than a word in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumCount, EnumDiscriminants)]
#[allow(missing_docs, reason = "the fields are the values of the options")]
pub enum Command<'a> {
    /// Signs somebody in to a tenant, or to their own.
    Login { tenant: Option<&'a str> },
    /// Signs somebody in as a service asks for it: its claims in base64.
    LoginWithClaims { tenant: Option<&'a str>, claims: &'a str },
    /// Asks for a token, as crosspull does.
    GetToken { tenant: Option<&'a str> },
    /// Forgets all tokens that are kept, and signs somebody in.
    LoginAnew { login: &'a str },
    /// Sets the Azure CLI to a cloud, and signs somebody in there.
    LoginToCloud { cloud: &'a str, login: &'a str },
    /// Updates the Azure CLI.
    Upgrade,
    /// Installs an extension of the Azure CLI.
    AddExtension { name: &'a str },
    /// Lets an app in: its service principal in the tenant that somebody is signed in to.
    CreatePrincipal { app: AppId },
    /// Deletes a service principal, by its own id or its app's.
    DeletePrincipal { id: &'a str },
    /// Deletes an app.
    DeleteApp { app: &'a str },
    /// Lists the secrets of an app, without their values.
    ListSecrets { app: &'a str },
    /// Adds a secret to an app.
    AddSecret { app: &'a str },
    /// Deletes a secret of an app.
    DeleteSecret { app: &'a str, key: &'a str },
    /// Starts a cluster.
    StartCluster { cluster: &'a ClusterId },
    /// Repairs a cluster.
    UpdateCluster { cluster: &'a ClusterId },
    /// Renews the certificates of a cluster, which restarts its nodes.
    RotateCertificates { cluster: &'a ClusterId },
    /// Gives a cluster an app, whose secret stands in place of `SECRET`.
    ResetCluster { cluster: &'a ClusterId, app: &'a str },
    /// Writes the kubeconfig of a cluster.
    GetCredentials { cluster: &'a ClusterId },
    /// Runs a pod that does nothing but be pulled.
    RunPod { pod: &'a str, namespace: &'a str, image: &'a str, runs: &'a str },
    /// Tells what became of a pod.
    DescribePod { pod: &'a str, namespace: &'a str },
    /// Deletes a pod.
    DeletePod { pod: &'a str, namespace: &'a str },
    /// Writes a pull secret, whose password is in the file `FILE`.
    CreatePullSecret { name: &'a str, namespace: &'a str, server: &'a str, user: &'a str },
    /// Deletes a pull secret.
    DeletePullSecret { name: &'a str, namespace: &'a str },
    /// Lists the service accounts of a namespace.
    ListServiceAccounts { namespace: &'a str },
    /// Lists the contexts of a kubeconfig.
    ListContexts { kubeconfig: &'a str },
    /// Ends passwords of a registry's token: one, or those that are named after.
    EndTokenPassword { registry: &'a str, token: &'a str, password: Option<&'a str> },
    /// Makes a password of a registry's admin account anew.
    RenewAdminPassword { registry: &'a str, password: &'a str },
    /// Enables a registry's token.
    EnableToken { registry: &'a str, token: &'a str },
    /// Deletes a registry's token.
    DeleteToken { registry: &'a str, token: &'a str },
    /// Gives a service principal a role, by the role's id.
    GiveRole { principal: &'a str, kind: &'a str, role: &'a str, scope: &'a str },
    /// Takes a role back, whose name stands in place of `ROLE`.
    TakeRole { assignee: &'a str, scope: &'a str },
    /// Brings a port of this machine to the machine with the browser.
    Tunnel { port: u16, host: &'a str },
    /// Signs in to a registry by those options, or lets docker do so by itself from now on.
    SignIn { registry: &'a str, options: &'a [(&'a str, &'a str)], from_now_on: bool },
    /// Enables the admin account of a registry.
    EnableAdmin { registry: &'a str },
    /// Signs in by the admin account of a registry.
    SignInByAdmin { registry: &'a str },
    /// Has docker and its kin ask crosspull for the credential of a registry.
    ConfigureDocker { registry: &'a str },
    /// Takes that back.
    RemoveDocker { registry: &'a str },
    /// Gives a program another name.
    LinkHelper { program: &'a str, link: &'a str },
    /// Signs in to a cluster by those options.
    ClusterToken { options: &'a [(&'a str, &'a str)] },
    /// Tells who can reach a cluster, by those options.
    Access { options: &'a [(&'a str, &'a str)] },
    /// Goes on with a run.
    Resume { run: &'a RunId },
    /// Takes a run back.
    Undo { run: &'a RunId },
}

/// A line for a shell that grows by options.
struct Line(String);

impl Line {
    fn of(words: &str) -> Self {
        Self(words.to_owned())
    }

    fn option(self, name: &str, value: &str) -> Self {
        self.written(&shell_option(name, value))
    }

    fn options(self, options: &[(&str, &str)]) -> Self {
        options.iter().fold(self, |line, (name, value)| line.option(&format!("--{name}"), value))
    }

    /// Adds a word that is no value of an option. None of those that are printed can begin with a dash: names of Kubernetes, ids of
    /// runs, hosts.
    fn value(self, value: &str) -> Self {
        self.written(&shell_word(value))
    }

    /// Adds words that the shell is to read as they are.
    fn written(mut self, words: &str) -> Self {
        self.0.push(' ');
        self.0.push_str(words);
        self
    }

    fn at_tenant(self, tenant: Option<&str>) -> Self {
        match tenant {
            Some(tenant) => self.option("--tenant", tenant),
            None => self,
        }
    }
}

impl Command<'_> {
    fn line(&self) -> Line {
        let of_token = |words: &str, registry: &str, token: &str| {
            Line::of(words).option("--registry", registry).option("--name", token)
        };
        let on_cluster = |words: &str, cluster: &ClusterId| Line::of(words).written(&cluster.for_az());
        match *self {
            Self::Login { tenant } => Line::of("az login").at_tenant(tenant),
            Self::LoginWithClaims { tenant, claims } => {
                Line::of("az login").at_tenant(tenant).option("--claims-challenge", claims)
            }
            Self::GetToken { tenant } => Line::of("az account get-access-token").at_tenant(tenant),
            Self::LoginAnew { login } => Line::of("az account clear &&").written(login),
            Self::LoginToCloud { cloud, login } => {
                Line::of("az cloud set").option("--name", cloud).written("&&").written(login)
            }
            Self::Upgrade => Line::of("az upgrade"),
            Self::AddExtension { name } => Line::of("az extension add").option("--name", name),
            Self::CreatePrincipal { app } => Line::of("az ad sp create").option("--id", &app.to_string()),
            Self::DeletePrincipal { id } => Line::of("az ad sp delete").option("--id", id),
            Self::DeleteApp { app } => Line::of("az ad app delete").option("--id", app),
            Self::ListSecrets { app } => Line::of("az ad app credential list").option("--id", app),
            Self::AddSecret { app } => Line::of("az ad app credential reset --append").option("--id", app),
            Self::DeleteSecret { app, key } => {
                Line::of("az ad app credential delete").option("--id", app).option("--key-id", key)
            }
            Self::StartCluster { cluster } => on_cluster("az aks start", cluster),
            Self::UpdateCluster { cluster } => on_cluster("az aks update", cluster),
            Self::RotateCertificates { cluster } => on_cluster("az aks rotate-certs", cluster),
            Self::ResetCluster { cluster, app } => on_cluster("az aks update-credentials", cluster)
                .written("--reset-service-principal")
                .option("--service-principal", app)
                .written("--client-secret SECRET"),
            Self::GetCredentials { cluster } => on_cluster("az aks get-credentials", cluster),
            Self::RunPod { pod, namespace, image, runs } => Line::of("kubectl run")
                .value(pod)
                .option("--namespace", namespace)
                .option("--image", image)
                .written("--image-pull-policy Always --restart Never --command --")
                .value(runs),
            Self::DescribePod { pod, namespace } => {
                Line::of("kubectl describe pod").value(pod).option("--namespace", namespace)
            }
            Self::DeletePod { pod, namespace } => {
                Line::of("kubectl delete pod").value(pod).option("--namespace", namespace)
            }
            Self::CreatePullSecret { name, namespace, server, user } => {
                Line::of("kubectl create secret docker-registry")
                    .value(name)
                    .option("--namespace", namespace)
                    .option("--docker-server", server)
                    .option("--docker-username", user)
                    .written("--docker-password=\"$(cat FILE)\"")
            }
            Self::DeletePullSecret { name, namespace } => {
                Line::of("kubectl delete secret").value(name).option("--namespace", namespace)
            }
            Self::ListServiceAccounts { namespace } => {
                Line::of("kubectl get serviceaccounts").option("--namespace", namespace)
            }
            Self::ListContexts { kubeconfig } => {
                Line::of("kubectl config get-contexts").option("--kubeconfig", kubeconfig)
            }
            Self::EndTokenPassword { registry, token, password } => {
                let line = of_token("az acr token credential delete", registry, token);
                match password {
                    Some(password) => line.value(&format!("--{password}")),
                    None => line,
                }
            }
            Self::RenewAdminPassword { registry, password } => {
                Line::of("az acr credential renew").option("--name", registry).option("--password-name", password)
            }
            Self::EnableToken { registry, token } => {
                of_token("az acr token update", registry, token).option("--status", "enabled")
            }
            Self::DeleteToken { registry, token } => of_token("az acr token delete", registry, token),
            Self::GiveRole { principal, kind, role, scope } => Line::of("az role assignment create")
                .option("--assignee-object-id", principal)
                .option("--assignee-principal-type", kind)
                .option("--role", role)
                .option("--scope", scope),
            Self::TakeRole { assignee, scope } => Line::of("az role assignment delete")
                .option("--assignee", assignee)
                .option("--scope", scope)
                .written("--role ROLE"),
            Self::Tunnel { port, host } => Line::of(&format!("ssh -N -L {port}:127.0.0.1:{port}")).value(host),
            Self::SignIn { registry, options, from_now_on } => match from_now_on {
                true => Self::ConfigureDocker { registry }.line().options(options),
                false => Line::of("crosspull login").value(registry).options(options),
            },
            Self::EnableAdmin { registry } => {
                Line::of("crosspull login").value(registry).written("--as admin --enable-admin")
            }
            Self::SignInByAdmin { registry } => Line::of("crosspull login").value(registry).written("--as admin"),
            Self::ConfigureDocker { registry } => Line::of("crosspull login --configure-docker").value(registry),
            Self::RemoveDocker { registry } => {
                Line::of("crosspull login --configure-docker").value(registry).written("--remove")
            }
            Self::LinkHelper { program, link } => Line::of("ln -sf").value(program).value(link),
            Self::ClusterToken { options } => Line::of("crosspull access token").options(options),
            Self::Access { options } => Line::of("crosspull access").options(options),
            Self::Resume { run } => Line::of("crosspull resume").value(&run.to_string()),
            Self::Undo { run } => Line::of("crosspull undo").value(&run.to_string()),
        }
    }
}

impl fmt::Display for Command<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line().0)
    }
}
