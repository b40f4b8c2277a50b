//! The operator's own files: a secret, a certificate, a kubeconfig, answers. Each is read whole, and none without end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use crosspull_core::secret::Secret;
use zeroize::Zeroizing;

/// No file with a secret or a token is longer, in bytes.
const LONGEST_SECRET: u32 = 32 * 1024;

/// Reads the secret in a file, without line breaks at its end. It may be empty.
///
/// # Errors
/// The file cannot be read, holds more than 32 KiB, or is no text.
pub fn secret_in(path: &Path) -> io::Result<Secret> {
    Ok(Secret::new(text_in(path, LONGEST_SECRET)?.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Reads the text of a file, which has no more than that many bytes.
///
/// # Errors
/// The file cannot be read, holds more, or is no text.
pub fn text_in(path: &Path, most: u32) -> io::Result<Zeroizing<String>> {
    let bytes = bytes_in(path, most)?;
    let text = std::str::from_utf8(&bytes).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is no text"))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Reads the bytes of a file, which are no more than that.
///
/// # Errors
/// The file cannot be read, or holds more.
pub fn bytes_in(path: &Path, most: u32) -> io::Result<Zeroizing<Vec<u8>>> {
    let file = File::open(path)?;
    let about = file.metadata()?;
    // The room is there from the beginning, since a text that grows leaves copies behind: more than a secret takes, also where
    // the file does not tell its length. Of a pipe nobody knows how long it is.
    let least = u64::from(LONGEST_SECRET.min(most));
    let length = if about.is_file() { about.len().clamp(least, most.into()) } else { most.into() };
    let room = usize::try_from(length).map_err(io::Error::other)?.saturating_add(1);
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(u64::from(most) + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most.into() {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_in_a_file_ends_before_the_line_break_and_is_bounded() {
        let folder = tempfile::tempdir().expect("a folder");
        let read = |text: &[u8]| {
            let path = folder.path().join("secret");
            std::fs::write(&path, text).expect("written");
            let read = secret_in(&path);
            read.map(|secret| secret.reveal().to_owned()).map_err(|error| error.to_string())
        };
        assert_eq!(read(b" a~b \r\n").as_deref(), Ok(" a~b "));
        assert_eq!(read(b"\xff"), Err("it is no text".to_owned()));
        assert_eq!(read(&vec![b'x'; 32 * 1024]).map(|text| text.len()), Ok(32 * 1024));
        assert_eq!(read(&vec![b'x'; 32 * 1024 + 1]), Err("it has more than 32768 bytes".to_owned()));
    }

    #[cfg(unix)]
    #[test]
    fn what_never_ends_and_what_is_no_file_are_told() {
        let read = |path: &str| secret_in(path.as_ref()).map_err(|error| error.to_string());
        assert_eq!(read("/dev/zero").expect_err("endless"), "it has more than 32768 bytes");
        assert!(read("/").expect_err("a folder").contains("directory"));
    }
}
