//! `crosspull man`: writes a manual page to standard output, or all of them into a folder.

use std::path::Path;

use clap::{Arg, ArgMatches, Command};

use super::{Subcommand, command};
use crate::exit::{Code, WRONG_INPUT};
use crate::headless::lines::{self, aside};

/// The command line of `man`, and what it does.
pub const MAN: Subcommand = Subcommand { arguments, run: |arguments| Box::pin(async { run(arguments) }) };

fn arguments() -> Command {
    Command::new("man")
        .about("Writes the manual page, or that of a command")
        .arg(Arg::new("command").value_name("COMMAND").num_args(0..).help("The command, and its part if it has some"))
        .arg(
            Arg::new("to")
                .long("to")
                .value_name("FOLDER")
                .conflicts_with("command")
                .help("Writes the pages of all commands into a folder, which is made where it is not there"),
        )
}

fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if let Some(folder) = arguments.get_one::<String>("to") {
        return write_all(Path::new(folder)).map(|()| 0).map_err(|why| color_eyre::eyre::eyre!(why));
    }
    let named: Vec<&str> = arguments.get_many::<String>("command").into_iter().flatten().map(String::as_str).collect();
    let whole = command();
    let Some(found) = named.iter().try_fold(&whole, |command, name| command.find_subcommand(name)) else {
        aside(&format!("crosspull: {} is no command: crosspull --help lists them", named.join(" ")));
        return Ok(WRONG_INPUT);
    };
    let words = [&["crosspull"], named.as_slice()].concat();
    lines::bytes(&page(found, &words)?)?;
    Ok(0)
}

/// Writes the pages of all commands.
///
/// # Errors
/// A sentence on the folder that cannot be made, or the first page that cannot be written.
fn write_all(folder: &Path) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("{} cannot be made ({error})", folder.display()))?;
    for (name, text) in pages(&command(), &["crosspull"]).map_err(|error| error.to_string())? {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(|error| format!("{} cannot be written ({error})", file.display()))?;
    }
    Ok(())
}

/// Returns the pages of a command, which those words call, and of its parts: the name of each file, and its text.
fn pages(command: &Command, words: &[&str]) -> std::io::Result<Vec<(String, Vec<u8>)>> {
    let mut all = vec![(format!("{}.1", words.join("-")), page(command, words)?)];
    for part in command.get_subcommands() {
        all.extend(pages(part, &[words, &[part.get_name()]].concat())?);
    }
    Ok(all)
}

fn page(command: &Command, words: &[&str]) -> std::io::Result<Vec<u8>> {
    // Of the help that clap adds as a command there is no page.
    let command = command.clone().disable_help_subcommand(true);
    let command = command.display_name(words.join("-")).bin_name(words.join(" "));
    let mut text = Vec::new();
    let source = concat!("crosspull ", env!("CARGO_PKG_VERSION"));
    clap_mangen::Man::new(command).source(source).render(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_command_and_each_part_of_one_has_a_page_and_each_page_that_is_named_is_there() {
        let pages = pages(&command(), &["crosspull"]).expect("pages");
        let names: Vec<&str> = pages.iter().map(|(name, _)| name.as_str()).collect();
        for wanted in ["crosspull.1", "crosspull-apply.1", "crosspull-access.1", "crosspull-access-open.1"] {
            assert!(names.contains(&wanted), "{wanted} is missing in {names:?}");
        }
        for (file, text) in &pages {
            let text = String::from_utf8_lossy(text).replace("\\-", "-");
            let name = file.trim_end_matches(".1");
            assert!(text.contains(&format!("\n{name} - ")) && text.contains("\n.SH SYNOPSIS"), "{file}\n{text}");
            let head = text.lines().find(|line| line.starts_with(".TH")).unwrap_or_default();
            let source = concat!("\"crosspull ", env!("CARGO_PKG_VERSION"));
            assert!(head.contains(source), "{file}: {head}");
            for other in text.lines().filter_map(|line| line.strip_suffix("(1)")) {
                assert!(names.contains(&format!("{other}.1").as_str()), "{file} names {other}(1), which is not there");
            }
        }
    }

    #[test]
    fn all_pages_are_written_into_a_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let (new, taken) = (folder.path().join("share/man1"), folder.path().join("taken"));
        write_all(&new).expect("written");
        assert!(new.join("crosspull-access-who-can.1").is_file());
        std::fs::write(&taken, "").expect("a file");
        let said = write_all(&taken).expect_err("a file is no folder");
        assert!(said.contains("taken cannot be made"), "{said}");
    }
}
