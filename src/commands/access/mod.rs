//! `crosspull access`: who can reach a cluster, and how. Each part is a file: its arguments and its body.

mod asked;
const PARTS: [Subcommand; 3] = [identity::IDENTITY, kubeconfig::KUBECONFIG, token::TOKEN];

fn arguments() -> Command {
    ways::arguments(Command::new("access"))
        .args_conflicts_with_subcommands(true)
        .subcommands(PARTS.iter().map(|part| (part.arguments)()))
}

async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    match arguments.subcommand() {
        Some((name, arguments)) => super::run_one(&PARTS, name, arguments).await,
        None => ways::run(arguments).await,
    }
}
