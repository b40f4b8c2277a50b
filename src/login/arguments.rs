//! The arguments of `crosspull login`.

use clap::{Arg, ArgAction, ArgMatches, Command};
use crosspull_core::input::Key;
use crosspull_core::login::look::EXIT_CODES;
use crosspull_core::login::{self, Who};

use crate::cli;

/// The registry, or the registries that a helper is set up for.
pub const REGISTRY: &str = "registry";
/// The one who signs in.
pub const AS: &str = "as";
/// The way in which a person signs in.
pub const SIGN_IN: &str = "sign-in";
/// The registry's tenant.
pub const TENANT: &str = "tenant";
/// Repositories whose rights are asked for.
pub const REPOSITORY: &str = "repository";
/// The user of the registry's own.
pub const USERNAME: &str = "username";
/// The registry's token is printed.
pub const EXPOSE: &str = "expose-token";
/// The registry's token is printed as a refresh token too.
pub const REFRESH: &str = "refresh-token";
/// The programs that get the sign-in.
pub const INTO: &str = "into";
/// A credential helper is set up.
pub const CONFIGURE: &str = "configure-docker";
/// A credential helper is taken back.
pub const REMOVE: &str = "remove";
/// The helper keeps nothing between calls.
pub const NO_CACHE: &str = "no-cache";
/// The way to the registry is looked at.
pub const CHECK: &str = "check";
/// The word for a check that signs nobody in.
pub const NOBODY: &str = "none";
/// The way to the registry is looked at from a cluster.
pub const FROM_CLUSTER: &str = "from-cluster";

/// The admin account is enabled.
pub const ENABLE_ADMIN: &str = "enable-admin";

/// The ways in which a person signs in.
pub const WAYS: [&str; 3] = [login::WAYS[0].0, login::WAYS[1].0, login::WAYS[2].0];

const WHO: &str = "Who signs in";
const GIVE: &str = "Where the sign-in goes";
const HELPER: &str = "A helper that signs in by itself";
const LOOK: &str = "Looking for what is wrong";

const ABOUT: &str = "Signs in to a registry, and gives the sign-in to docker and its kin";

const AFTER: &str = "Examples:
  crosspull login shop01.azurecr.io
      signs you in by the Azure CLI, for docker, podman, helm, oras, skopeo and nerdctl
  crosspull login shop01 --sign-in device-code --expose-token
      prints a token as az acr login --expose-token does, without the Azure CLI
  crosspull login shop01.azurecr.io --as service-principal --tenant fabrikam.com
      by CROSSPULL_B_CLIENT_ID and CROSSPULL_B_CLIENT_SECRET (or its _FILE)
  crosspull login --configure-docker shop01.azurecr.io
      lets docker sign in by itself from now on, with no password on disk
  crosspull login --check shop01.azurecr.io --repository shop/web:1.4
      tells what stands between you and the image, and what to do

The registry's tenant is tenant B in crosspull's words: its variables are those of B. The password of a registry's own \
user comes from CROSSPULL_REGISTRY_PASSWORD or CROSSPULL_REGISTRY_PASSWORD_FILE, never from an argument.

Exit codes: 0 signed in; 1 refused, or a program did not take it; 2 wrong input, nothing was called; 130 stopped.";

/// Returns the command line.
pub fn command() -> Command {
    let heading = |arg: Arg, heading: &'static str| arg.help_heading(heading);
    let words = Who::ALL.map(|(_, word, _)| word);
    Command::new("login")
        .about(ABOUT)
        .after_help(format!("{AFTER}\n\n{EXIT_CODES}"))
        .arg(
            Arg::new(REGISTRY)
                .value_name("REGISTRY")
                .required(true)
                .num_args(1..)
                .help("The registry: its name, login server, address or resource id"),
        )
        .args(
            [
                valued(AS, "WHO").value_parser(words).default_value(Who::Me.word()).help("Who signs in"),
                valued(SIGN_IN, "WAY")
                    .value_parser([WAYS[0], WAYS[1], WAYS[2], NOBODY])
                    .alias("sign-in-b")
                    .help("How a person signs in; none with --check alone [default: azure-cli]"),
                valued(TENANT, "TENANT").alias("tenant-b").help(
                    "The registry's tenant. By default a person's own; for an app that of the registry's resource id",
                ),
                valued(USERNAME, "NAME").help("The name of a registry's token, or of its admin account"),
                switch(ENABLE_ADMIN, "Enable the admin account first, as a run that crosspull undo takes back")
                    .conflicts_with_all([EXPOSE, INTO, CONFIGURE, CHECK]),
                valued(REPOSITORY, "NAME")
                    .action(ArgAction::Append)
                    .help("A repository whose rights are told; may be repeated. With --check an image, NAME[:TAG]"),
            ]
            .map(|arg| heading(arg, WHO)),
        )
        .args(
            [
                switch(EXPOSE, "Print a token for docker login as JSON, and nothing else"),
                switch(REFRESH, "With --expose-token, name the token as a refresh token too").requires(EXPOSE),
                valued(INTO, "PROGRAM")
                    .action(ArgAction::Append)
                    .value_parser(super::tools::names())
                    .conflicts_with(EXPOSE)
                    .help("The program that gets it; may be repeated [default: those that are here]"),
                cli::output().conflicts_with(EXPOSE),
            ]
            .map(|arg| heading(arg, GIVE)),
        )
        .args(
            [
                switch(CONFIGURE, "Let docker and its kin ask crosspull for this registry from now on")
                    .conflicts_with_all([EXPOSE, INTO]),
                switch(REMOVE, "Take that back").requires(CONFIGURE),
                switch(NO_CACHE, "Keep nothing between two calls of the helper").requires(CONFIGURE),
            ]
            .map(|arg| heading(arg, HELPER)),
        )
        .args(
            [
                switch(CHECK, "Tell what stands between here and the registry")
                    .conflicts_with_all([EXPOSE, INTO, CONFIGURE]),
                valued(FROM_CLUSTER, "CLUSTER")
                    .requires_all([CHECK, REPOSITORY])
                    .help("Have a node of this cluster (its id) pull the image too, by a pod that is removed again"),
                cli::yes().help("Go on without asking, here and with --enable-admin"),
            ]
            .map(|arg| heading(arg, LOOK)),
        )
        .args(
            cli::inputs_of([Key::TenantA, Key::SignInA, Key::Kubeconfig, Key::Context, Key::Namespace])
                .map(|arg| heading(arg, LOOK)),
        )
        .mut_arg(Key::Namespace.name(), |arg| arg.help("The namespace of that pod [default: default]"))
        .args(cli::inputs_of([Key::Cloud, Key::LoginHost, Key::ClientId, Key::CaFile]))
        // Only the simulated cloud's time runs faster.
        .args(cli::inputs_of([Key::Pace]).map(|arg| arg.hide(true)))
        .arg(cli::answers())
}

fn valued(name: &'static str, value: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(value)
}

fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).action(ArgAction::SetTrue).help(help)
}

/// True where a switch is given.
pub fn flag(arguments: &ArgMatches, name: &str) -> bool {
    arguments.get_flag(name)
}

/// Returns the values of an argument, in order.
pub fn all<'a>(arguments: &'a ArgMatches, name: &str) -> Vec<&'a str> {
    arguments.get_many::<String>(name).into_iter().flatten().map(String::as_str).collect()
}
