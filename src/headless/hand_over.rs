//! The page for whoever acts elsewhere, in files beside the run's journal: as Markdown, as plain text and as a script.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crosspull_azure::platform::private;
use crosspull_core::hand_over::HandOver;

/// Writes all forms of the page beside the journal, in place of those of an earlier part of the run; gives where they
/// are. The page holds no secret; its files are the operator's all the same, to send on as they like.
///
/// # Errors
/// A sentence, where the folder cannot be written.
pub fn write(page: &HandOver, journal: &Path) -> Result<[PathBuf; 3], String> {
    let markdown = markdown(journal);
    let text = journal.with_extension("tenant-b.txt");
    put(&markdown, &page.markdown())?;
    put(&text, &page.text())?;
    let script = journal.with_extension("tenant-b.sh");
    put(&script, &page.script())?;
    Ok([markdown, text, script])
}

/// Returns the file of the page as Markdown, where it was written beside the journal.
pub fn written(journal: &Path) -> Option<PathBuf> {
    Some(markdown(journal)).filter(|place| place.is_file())
}

fn markdown(journal: &Path) -> PathBuf {
    journal.with_extension("tenant-b.md")
}

/// Writes a file whole or not at all. What a program that is killed leaves beside it is written over by the next one:
/// the journal's lock keeps others away.
fn put(path: &Path, text: &str) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("the page {} cannot be written ({e})", path.display());
    let part = path.with_added_extension("part");
    let mut file = private(File::options().write(true).create(true).truncate(true)).open(&part).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| std::fs::rename(&part, path)).map_err(failed)
}
