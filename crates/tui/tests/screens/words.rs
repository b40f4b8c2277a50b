//! The words of screens: an input is called by its field there, and by its flag on the command line alone.

use std::fs;
use std::path::{Path, PathBuf};

use crosspull_core::explain::Meaning;
use crosspull_core::input::{FIELDS, Key};
use crosspull_core::{access, login};

/// The rooms whose words reach a screen, from this crate.
const ROOMS: [&str; 5] = ["src", "../core/src", "../azure/src", "../../src/login", "../../src/wizard"];
/// The files that write flags on purpose: commands to copy, and words of commands that have no screen.
const OF_COMMANDS: [&str; 13] = [
    "core/src/command.rs",
    "core/src/explain/azure_cli/cure.rs",
    "core/src/access/kinds.rs",
    "core/src/access/way_in.rs",
    "core/src/access/kubeconfig/",
    "core/src/opening/",
    "azure/src/access/opening/through.rs",
    "azure/src/access/kubeconfig.rs",
    "azure/src/operations/bind_access.rs",
    "azure/src/login_check/",
    "src/login/arguments.rs",
    "src/login/entered.rs",
    "src/login/check.rs",
];

/// Returns the source files below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of the project").map(|entry| entry.expect("an entry").path());
    let found = entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    found.filter(|path| path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("tests.rs")).collect()
}

/// Returns true where a line names the input by its flag.
fn names(line: &str, input: Key) -> bool {
    let flag = format!("--{}", input.name());
    let mut rest = line;
    while let Some((_, after)) = rest.split_once(&flag) {
        if !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-') {
            return true;
        }
        rest = after;
    }
    false
}

#[test]
fn no_text_that_reaches_a_screen_names_an_input_by_its_flag() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ROOMS.iter().flat_map(|room| sources(&root.join(room))) {
        let shown = path.display().to_string().replace('\\', "/");
        if OF_COMMANDS.iter().any(|of| shown.contains(of)) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a source file");
        let own = text.lines().take_while(|line| !line.contains("#[cfg(test)]"));
        for line in own.filter(|line| !line.trim_start().starts_with("//")) {
            let flag = FIELDS.iter().map(|field| field.key).find(|key| names(line, *key));
            assert_eq!(flag.map(Key::name), None, "{shown}: {line}\n(say it by core::wording)");
        }
    }
}

#[test]
fn no_table_that_a_screen_shows_names_a_flag() {
    let of_fields =
        FIELDS.iter().chain(&login::FIELDS).chain(&access::FIELDS).flat_map(|field| [field.label, field.help]);
    let of_meanings = Meaning::all().flat_map(|meaning| [meaning.means, meaning.now]);
    for text in of_fields.chain(of_meanings) {
        assert!(!text.contains(" --") && !text.starts_with("--"), "{text}");
    }
}

/// Returns the lines of a picture of a screen without its rail: those of the screen, and those of a box over it.
fn parts(picture: &str) -> [Vec<&str>; 2] {
    let lines = picture.lines().filter(|line| line.starts_with('"')).map(|line| {
        let line = line.trim_matches('"');
        let rail = line.char_indices().nth(18).filter(|(at, _)| line[*at..].starts_with(['│', '|']));
        rail.map_or(line, |(at, _)| line[at..].trim_start_matches(['│', '|'])).trim()
    });
    let (over, own): (Vec<&str>, Vec<&str>) = lines.partition(|line| line.starts_with(['│', '|']));
    [own, over]
}

/// Returns the sentences of such lines.
fn sentences(lines: &[&str]) -> Vec<String> {
    let text = lines.join(" ");
    let words: Vec<&str> = text.split_whitespace().filter(|word| !["│", "|"].contains(word)).collect();
    let parts = words.split(|word| word.ends_with(['.', '?', ':', ';']));
    parts.filter(|words| words.len() >= 4).map(|words| words.join(" ")).collect()
}

#[test]
fn neither_a_screen_nor_a_box_over_it_says_a_sentence_twice() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/screens/snapshots");
    let pictures = fs::read_dir(folder).expect("pictures").map(|entry| entry.expect("an entry").path());
    for path in pictures.filter(|path| path.display().to_string().contains("__looks__")) {
        // Two routes do the same in tenant A, and each says it.
        if path.display().to_string().contains("__route_") {
            continue;
        }
        for lines in parts(&fs::read_to_string(&path).expect("a picture")) {
            let mut said = sentences(&lines);
            said.sort();
            let twice = said.windows(2).find(|pair| pair[0] == pair[1]);
            assert_eq!(twice, None, "{}", path.display());
        }
    }
}

#[test]
fn a_number_and_its_unit_agree() {
    const UNITS: [&str; 8] = ["days", "minutes", "hours", "nodes", "roles", "namespaces", "calls", "steps"];
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ROOMS.iter().flat_map(|room| sources(&root.join(room))) {
        let text = fs::read_to_string(&path).expect("a source file");
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            let unit = UNITS.iter().find(|unit| line.contains(&format!("}} {unit}")));
            assert_eq!(unit, None, "{}: {line}\n(say it by core::text::count)", path.display());
        }
    }
}
