//! Arguments that several commands have. The inputs come from the table in `core`, so that flags, environment, answers
//! file and wizard cannot differ.

use clap::builder::FalseyValueParser;
use clap::{Arg, ArgAction};
use crosspull_core::input::{FIELDS, Field, Key, Kind, Page};

/// Says what one needs to know beyond the flags.
pub const AFTER: &str = "Every input can also be given as an environment variable (CROSSPULL_TENANT_A) or in the answers \
file (tenant-a). A service principal's id and secret come from CROSSPULL_A_CLIENT_ID and CROSSPULL_A_CLIENT_SECRET (or \
CROSSPULL_A_CLIENT_SECRET_FILE), likewise B; a secret is never an argument.

Exit codes: 0 done; 1 failed; 2 wrong input, nothing was called; 3 waits for a person; 4 stopped by a check, nothing was \
written; 5 undo left something behind; 129, 130, 131, 143 stopped by a signal. What ended with 1, 3 or a signal can be gone \
on with: crosspull resume; with 5: crosspull undo.";

/// Says where the inputs of an earlier run come from.
pub const EARLIER: &str = "Cluster, registry, tenants and plan are those of the run. How to sign in is as it was then; flags, \
environment and an answers file change that. A secret is asked for anew: it is nowhere in the journal.";

/// The headings that inputs stand under in the help, in this order.
pub const HEADINGS: [&str; 6] = ["Tenant A", "Tenant B", "App and secret", "Pull secret", "Run", "Cloud and sign-in"];

/// Returns a flag for every input.
pub fn inputs() -> impl Iterator<Item = Arg> {
    grouped(|_| true)
}

/// Returns the inputs that may differ when an earlier run is taken up: how the clouds are reached, and where a secret
/// goes.
pub fn inputs_of_access() -> impl Iterator<Item = Arg> {
    grouped(Key::is_of_access)
}

/// Returns a flag for each of those inputs.
pub fn inputs_of<const N: usize>(keys: [Key; N]) -> impl Iterator<Item = Arg> {
    FIELDS.iter().filter(move |field| keys.contains(&field.key)).map(input)
}

/// Returns a flag for every input of that kind, in the order of the headings: clap orders these by their first flag.
fn grouped(which: fn(Key) -> bool) -> impl Iterator<Item = Arg> {
    let under = move |wanted: &'static str| {
        FIELDS.iter().filter(move |field| which(field.key) && heading(field) == wanted).map(input)
    };
    HEADINGS.into_iter().flat_map(under)
}

fn input(field: &'static Field) -> Arg {
    let arg = Arg::new(field.key.name())
        .long(field.key.name())
        .help_heading(heading(field))
        .value_name(value_name(field.key))
        .allow_negative_numbers(true)
        .help(help(field));
    // The word alone is a yes.
    let arg = if field.key == Key::Renew {
        arg.num_args(0..=1).require_equals(true).default_missing_value("yes")
    } else {
        arg
    };
    // Of several values for one input the last counts, as in other tools, unless it takes a list.
    arg.action(if many(field.key) { ArgAction::Append } else { ArgAction::Set })
}

/// Returns the argument for the earlier run that a command is about.
pub fn run_id() -> Arg {
    Arg::new("run").value_name("RUN").help("The run's id, as crosspull runs lists it")
}

/// Returns true for the inputs that may be given several times. A second cluster or registry is read, so that it can be
/// refused with a sentence.
const fn many(key: Key) -> bool {
    matches!(key, Key::Repository | Key::Cluster | Key::Registry | Key::Unread | Key::Namespace | Key::ServiceAccount)
}

/// Returns the heading that an input stands under in the help.
const fn heading(field: &Field) -> &'static str {
    match (field.key, field.page) {
        (Key::Cloud | Key::LoginHost | Key::ClientId | Key::CaFile, _) => "Cloud and sign-in",
        (Key::Soak | Key::Prove, _) => "Run",
        (Key::Kubeconfig | Key::Context | Key::ClusterCredential, _) => "Tenant A",
        (Key::PullApp | Key::ManifestOut, _) | (_, Page::PullSecret) => "Pull secret",
        (_, Page::TenantA) => "Tenant A",
        (_, Page::TenantB) => "Tenant B",
        (Key::AppSecretFile | Key::SecretOut | Key::WayBackOut | Key::Renew | Key::Adopt | Key::ConsentLink, _)
        | (_, Page::App) => "App and secret",
        (_, Page::Route | Page::Login | Page::Access | Page::More | Page::Nowhere) => "Run",
    }
}

/// Returns what stands for an input's value in the help. A long one makes the column of the sentences narrow.
const fn value_name(key: Key) -> &'static str {
    match key {
        Key::Route | Key::SignInA | Key::SignInB | Key::Consent | Key::Prove => "WAY",
        Key::Cloud => "CLOUD",
        Key::LoginHost | Key::RedirectUri => "URL",
        Key::TenantA | Key::TenantB => "TENANT",
        Key::Cluster => "CLUSTER",
        Key::Registry => "REGISTRY",
        Key::Repository => "IMAGE",
        Key::AppName | Key::Namespace | Key::ServiceAccount | Key::PullSecret | Key::Context => "NAME",
        Key::PullApp => "a|b|auto",
        Key::ClusterCredential => "user|admin",
        Key::SecretDays => "DAYS",
        Key::ConsentLink => "FORM",
        Key::ConsentWait | Key::Soak => "MINUTES",
        Key::SecretOut | Key::WayBackOut | Key::CaFile | Key::Kubeconfig | Key::ManifestOut | Key::AppSecretFile => {
            "FILE"
        }
        Key::Renew => "yes|no",
        Key::Adopt => "ID|new",
        Key::Unread => "PART",
        Key::ClientId => "ID",
        Key::Pace => "X",
    }
}

/// Returns the help of an input: its meaning, the words that it may be, and its default.
fn help(field: &Field) -> String {
    let mut help = field.help.trim_end_matches('.').to_owned();
    if let Kind::Choice(words) = field.kind {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        help = format!("{help}: {}", words.join(", "));
    }
    field.default.map_or_else(|| help.clone(), |default| format!("{help} [default: {default}]"))
}

/// Returns the flag for the file with answers.
pub fn answers() -> Arg {
    Arg::new("answers")
        .long("answers")
        .value_name("FILE")
        .env("CROSSPULL_ANSWERS")
        .help("A TOML file with inputs, by the same names")
}

/// Returns the flag for the form of standard output.
pub fn output() -> Arg {
    Arg::new("output")
        .long("output")
        .value_name("FORM")
        .value_parser(["text", "json"])
        .default_value("text")
        .help("What to write on standard output: text for people, or one JSON object a line")
}

/// Returns the flag that lets a command go on without asking.
pub fn yes() -> Arg {
    Arg::new("yes")
        .long("yes")
        .action(ArgAction::SetTrue)
        .help("Go on without asking, also before the cluster is reset")
}

/// Returns the flag for the way to copy.
pub fn clipboard() -> Arg {
    Arg::new("clipboard")
        .long("clipboard")
        .value_name("WAY")
        .env("CROSSPULL_CLIPBOARD")
        .default_value("auto")
        .value_parser(["auto", "osc52", "tmux", "screen", "system", "file", "off"])
        .help("How to copy")
}

/// Returns the flag for the wizard without a screen.
pub fn accessible() -> Arg {
    Arg::new("accessible").long("accessible").action(ArgAction::SetTrue).help(
        "Plain questions and lines in place of screens, for screen readers and scripts; also by ACCESSIBLE=1, and \
               by itself where TERM is dumb",
    )
}

/// Returns the flags for the look of the screens.
pub fn look() -> [Arg; 2] {
    let theme = Arg::new("theme").long("theme").value_name("LOOK").env("CROSSPULL_THEME").default_value("auto");
    let ascii = Arg::new("ascii").long("ascii").env("CROSSPULL_ASCII").action(ArgAction::SetTrue);
    [
        theme.value_parser(["auto", "dark", "light", "mono"]).help("Colours for a dark or a light background, or none"),
        ascii.value_parser(FalseyValueParser::new()).help("Draw with ASCII alone"),
    ]
}
