//! The ways on which a text reaches the operator's clipboard (`docs/facts/terminal.md` 1): [`choose`] the way; write
//! its [`sequence`] between two frames where it has some, else await [`outside`]; then say [`sentence`], or the
//! sentence of the error.

use std::process::Stdio;
use std::time::Duration;

#[cfg(target_os = "macos")]
use arboard::SetExtApple as _;
#[cfg(not(any(target_os = "macos", windows)))]
use arboard::SetExtLinux as _;
#[cfg(windows)]
use arboard::SetExtWindows as _;
use arboard::{Clipboard, Error};
use base64::prelude::{BASE64_STANDARD, Engine as _};
use crosspull_core::secret::{SECRET_VARIABLES, Secret};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::copy_file;
use super::surroundings::{is_desktop, is_ssh};

/// Bytes of text that every terminal takes whole; some cut longer texts without a word (`docs/facts/terminal.md` 1).
const MOST: usize = 3_000;
/// Bytes of one device control string: GNU screen loses a long one whole (`docs/facts/terminal.md` 1).
const CONTROL_STRING: usize = 240;
/// Makes tmux hand its standard input to the terminal and forget it, so that nothing stays in tmux's own list.
const LOAD: [&str; 9] = ["load-buffer", "-w", "-b", "crosspull", "-", ";", "delete-buffer", "-b", "crosspull"];
const TMUX_LIMIT: Duration = Duration::from_secs(2);
/// A desktop that has not refused a text by now has taken it.
const GRACE: Duration = Duration::from_secs(1);

/// The means to copy by, as the environment tells of them.
#[derive(Debug, Clone, Copy)]
pub struct ClipboardPlace {
    tmux: bool,
    screen: bool,
    ssh: bool,
    desktop: bool,
    /// Standard output is a terminal that may know OSC 52.
    terminal: bool,
}

impl ClipboardPlace {
    /// Reads what there is to copy by from the environment, where an empty variable counts as none. `is_tty` tells
    /// whether standard output is a terminal.
    pub fn from(variable: impl Fn(&str) -> Option<String>, is_tty: bool) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let dull = variable("TERM").is_some_and(|term| term == "dumb" || term == "linux");
        Self {
            tmux: set("TMUX"),
            // TERM does not tell: tmux calls itself screen too.
            screen: set("STY"),
            ssh: is_ssh(&variable),
            desktop: is_desktop(&variable),
            terminal: is_tty && !dull,
        }
    }
}

/// The operator's wish, by `--clipboard` or CROSSPULL_CLIPBOARD: the way that suits, the way of that name, none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyWish {
    Auto,
    Osc52,
    Tmux,
    Screen,
    System,
    File,
    Off,
}

impl std::str::FromStr for CopyWish {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Ok(match word {
            "auto" => Self::Auto,
            "osc52" => Self::Osc52,
            "tmux" => Self::Tmux,
            "screen" => Self::Screen,
            "system" => Self::System,
            "file" => Self::File,
            "off" => Self::Off,
            _ => return Err(format!("`{word}` is no way to copy: use auto, osc52, tmux, screen, system, file or off")),
        })
    }
}

/// A way to a clipboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyMethod {
    /// tmux hands it to the terminal around it. It drops a bare OSC 52 by default.
    Tmux,
    /// OSC 52 to the terminal around GNU screen, which drops a bare one.
    Screen,
    /// OSC 52: an escape sequence that asks the terminal to set its clipboard.
    Osc52,
    /// The desktop's own clipboard, X or Wayland.
    System,
    /// A file of its own, which the operator alone can read.
    File,
    Nowhere,
}

impl CopyMethod {
    /// Returns the way to try where this one failed.
    pub fn otherwise(self) -> Option<Self> {
        (self == Self::Tmux).then_some(Self::Osc52)
    }
}

/// Chooses the way. Over SSH the terminal's clipboard is the near one, also where X is forwarded.
pub const fn choose(asked: CopyWish, at: &ClipboardPlace) -> CopyMethod {
    match asked {
        CopyWish::Osc52 => CopyMethod::Osc52,
        CopyWish::Tmux => CopyMethod::Tmux,
        CopyWish::Screen => CopyMethod::Screen,
        CopyWish::System => CopyMethod::System,
        CopyWish::File => CopyMethod::File,
        CopyWish::Off => CopyMethod::Nowhere,
        CopyWish::Auto if at.tmux => CopyMethod::Tmux,
        CopyWish::Auto if at.screen => CopyMethod::Screen,
        CopyWish::Auto if at.ssh => CopyMethod::Osc52,
        CopyWish::Auto if at.desktop => CopyMethod::System,
        CopyWish::Auto if at.terminal => CopyMethod::Osc52,
        CopyWish::Auto => CopyMethod::Nowhere,
    }
}

/// Returns what to write to the terminal; none for the ways of [`outside`], which also says why a text is refused.
pub fn sequence(way: CopyMethod, text: &str) -> Option<Secret> {
    fits(text).ok()?;
    match way {
        CopyMethod::Osc52 => Some(osc52(text, "\x1b\\")),
        // BEL ends the sequence inside: ST would end the device control string around it.
        CopyMethod::Screen => Some(in_control_strings(osc52(text, "\x07").reveal())),
        CopyMethod::Tmux | CopyMethod::System | CopyMethod::File | CopyMethod::Nowhere => None,
    }
}

/// Returns the sequence that asks a terminal to set its clipboard. The text has its room from the beginning: one that
/// grows leaves copies behind.
fn osc52(text: &str, end: &str) -> Secret {
    const BEGIN: &str = "\x1b]52;c;";
    let coded = text.len().div_ceil(3) * 4;
    let mut sequence = String::with_capacity(BEGIN.len() + coded + end.len());
    sequence.push_str(BEGIN);
    BASE64_STANDARD.encode_string(text, &mut sequence);
    sequence.push_str(end);
    Secret::new(sequence)
}

/// Returns a sequence of ASCII in as many device control strings as it takes.
fn in_control_strings(sequence: &str) -> Secret {
    const AROUND: [&str; 2] = ["\x1bP", "\x1b\\"];
    const INSIDE: usize = CONTROL_STRING - 4;
    let mut wrapped = String::with_capacity(sequence.len() + 4 * sequence.len().div_ceil(INSIDE));
    let mut rest = sequence;
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at_checked(INSIDE).unwrap_or((rest, ""));
        [AROUND[0], chunk, AROUND[1]].into_iter().for_each(|part| wrapped.push_str(part));
        rest = after;
    }
    Secret::new(wrapped)
}

/// Copies a text by tmux or on the desktop. The error is a sentence: they did not take it, or it does not fit any way.
pub async fn outside(way: CopyMethod, text: &str) -> Result<(), String> {
    fits(text)?;
    match way {
        CopyMethod::Tmux => feed("tmux", &LOAD, text, TMUX_LIMIT).await,
        CopyMethod::System => {
            let text = Secret::new(text.to_owned());
            keep(move |reached| hold(&text, reached), GRACE).await
        }
        CopyMethod::File => copy_file::write(text),
        CopyMethod::Osc52 | CopyMethod::Screen | CopyMethod::Nowhere => Err(sentence(CopyMethod::Nowhere, "text")),
    }
}

/// Returns what to tell the operator once it is done. `what` names the text without an article, such as `consent
/// address`.
pub fn sentence(way: CopyMethod, what: &str) -> String {
    match way {
        // A terminal does not answer.
        CopyMethod::Tmux | CopyMethod::Screen | CopyMethod::Osc52 => {
            format!("Sent the {what} to your terminal's clipboard; paste to check.")
        }
        CopyMethod::System => format!("Copied the {what}; paste it soon, it is gone when crosspull ends."),
        CopyMethod::File => {
            format!("The {what} is in {}, readable by you alone; it is gone when crosspull ends.", copy_file::place())
        }
        CopyMethod::Nowhere => format!("No clipboard here: select the {what}, or save it to a file."),
    }
}

/// Returns why a text cannot be copied. An empty text is refused too: terminals take it in different ways.
pub fn fits(text: &str) -> Result<(), String> {
    match text.len() {
        0 => Err("There is nothing to copy.".to_owned()),
        1..=MOST => Ok(()),
        long => Err(format!("Too long to copy ({long} bytes, at most {MOST}): take it from its file instead.")),
    }
}

/// Runs tmux with the text on its standard input; arguments are for everybody to see.
async fn feed(program: &str, arguments: &[&str], text: &str, limit: Duration) -> Result<(), String> {
    let mut tmux = Command::new(program);
    for name in SECRET_VARIABLES {
        tmux.env_remove(name);
    }
    tmux.args(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = tmux.spawn().map_err(|e| format!("Not copied: tmux does not start ({e})."))?;
    let fed = async {
        if let Some(mut stdin) = child.stdin.take() {
            // Where tmux does not read, it says why, which is the better message.
            let _ = stdin.write_all(text.as_bytes()).await;
        }
        child.wait_with_output().await
    };
    match timeout(limit, fed).await {
        Err(_) | Ok(Err(_)) => Err("Not copied: tmux does not answer.".to_owned()),
        Ok(Ok(output)) if output.status.success() => Ok(()),
        Ok(Ok(output)) => {
            let why = String::from_utf8_lossy(&output.stderr);
            Err(format!("Not copied: tmux refused it ({}).", why.lines().next().unwrap_or("no reason given").trim()))
        }
    }
}

/// Tells that the desktop answered. False where nobody waits for it any more: then nothing is copied.
type Reached = oneshot::Sender<()>;

/// Runs `hold` on a thread of its own, which the end of crosspull does not wait for. It returns early only where the
/// text was refused, or something else was copied.
async fn keep(hold: impl FnOnce(Reached) -> Result<(), Error> + Send + 'static, grace: Duration) -> Result<(), String> {
    let (reach, mut reached) = oneshot::channel();
    let held = on_a_thread(move || hold(reach), grace).await;
    // Whoever is not reached by now is told so, and copies nothing.
    reached.close();
    match held {
        Ok(Ok(())) => Ok(()),
        Ok(Err(e)) => Err(format!("Not copied: the desktop refused it ({e}).")),
        Err(Lost::BrokeOff) => Err("Not copied: the desktop's clipboard broke off.".to_owned()),
        Err(Lost::NoThread(e)) => Err(format!("Not copied: no thread for it ({e}).")),
        // It holds the text from now on, if it has answered at all.
        Err(Lost::Late) if reached.try_recv().is_ok() => Ok(()),
        Err(Lost::Late) => Err("Not copied: the desktop does not answer.".to_owned()),
    }
}

/// The reason why a thread told nothing.
enum Lost {
    NoThread(std::io::Error),
    BrokeOff,
    Late,
}

/// Runs what a desktop may never answer to, and waits for it so long. The thread goes on, and the end of crosspull does not
/// wait for it.
async fn on_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static, limit: Duration) -> Result<T, Lost> {
    let (tell, told) = oneshot::channel();
    // Nobody listens after the limit.
    let work = move || drop(tell.send(work()));
    std::thread::Builder::new().spawn(work).map_err(Lost::NoThread)?;
    timeout(limit, told).await.map_err(|_| Lost::Late)?.map_err(|_| Lost::BrokeOff)
}

/// Holds the X clipboard until something else is copied, or crosspull ends. Wayland's is held by a thread of arboard's,
/// so this returns at once.
#[cfg(not(any(target_os = "macos", windows)))]
fn hold(text: &Secret, reached: Reached) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    if reached.send(()).is_err() {
        return Ok(());
    }
    clipboard.set().exclude_from_history().wait().text(text.reveal())
}

/// Gives the text to the clipboard of macOS or Windows, which holds it by itself.
#[cfg(any(target_os = "macos", windows))]
fn hold(text: &Secret, reached: Reached) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    if reached.send(()).is_err() {
        return Ok(());
    }
    clipboard.set().exclude_from_history().text(text.reveal())
}

/// The text that takes the place of a secret. An empty text is taken in different ways by terminals.
const HARMLESS: &str = " ";

/// Returns what takes a secret out of the terminal's clipboard again; none for the ways of [`clear_outside`].
pub fn clearing_sequence(way: CopyMethod) -> Option<Secret> {
    sequence(way, HARMLESS)
}

/// Takes a secret out of tmux's or the desktop's clipboard again. On a desktop one can look first, so that what was
/// copied meanwhile stays.
pub async fn clear_outside(way: CopyMethod, secret: Secret) -> Result<(), String> {
    match way {
        CopyMethod::Tmux => feed("tmux", &LOAD, HARMLESS, TMUX_LIMIT).await,
        CopyMethod::System => match on_a_thread(move || clear(&secret), GRACE).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(e)) => Err(format!("The clipboard was not cleared: the desktop refused it ({e}).")),
            Err(Lost::Late) => {
                Err("It is not known whether the clipboard was cleared: the desktop does not answer.".to_owned())
            }
            Err(Lost::NoThread(_) | Lost::BrokeOff) => Err("The clipboard was not cleared: it broke off.".to_owned()),
        },
        CopyMethod::File => copy_file::remove(),
        CopyMethod::Osc52 | CopyMethod::Screen | CopyMethod::Nowhere => Ok(()),
    }
}

/// Clears the desktop's clipboard where it still has the secret.
fn clear(secret: &Secret) -> Result<(), Error> {
    let mut clipboard = Clipboard::new()?;
    let still = clipboard.get_text().map(Secret::new).is_ok_and(|now| now.reveal() == secret.reveal());
    if still { clipboard.clear() } else { Ok(()) }
}

/// Takes away what is of no use once the program has ended.
pub fn at_the_end(way: CopyMethod) {
    if way == CopyMethod::File {
        // Nobody is left to tell.
        let _ = copy_file::remove();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_wins_then_the_surroundings_choose() {
        let table = [
            ("osc52", "TMUX=t STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Osc52),
            ("tmux", "STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Tmux),
            ("screen", "TMUX=t SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Screen),
            ("system", "TMUX=t STY=s SSH_TTY=p TERM=xterm", true, CopyMethod::System),
            ("file", "TMUX=t STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::File),
            ("off", "TMUX=t STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Nowhere),
            ("auto", "TMUX=t STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Tmux),
            ("auto", "STY=s SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Screen),
            ("auto", "SSH_TTY=p DISPLAY=:0 TERM=xterm", true, CopyMethod::Osc52),
            ("auto", "SSH_CONNECTION=c DISPLAY=:0", false, CopyMethod::Osc52),
            ("auto", "SSH_CLIENT=c TERM=linux", true, CopyMethod::Osc52),
            ("auto", "DISPLAY=:0 TERM=xterm", true, CopyMethod::System),
            ("auto", "WAYLAND_DISPLAY=w", false, CopyMethod::System),
            ("auto", "TERM=screen-256color", true, CopyMethod::Osc52),
            ("auto", "TMUX= STY= SSH_TTY= DISPLAY=", true, CopyMethod::Osc52),
            ("auto", "TERM=xterm", false, CopyMethod::Nowhere),
            ("auto", "TERM=dumb", true, CopyMethod::Nowhere),
            ("auto", "TERM=linux", true, CopyMethod::Nowhere),
        ];
        for (asked, variables, is_tty, way) in table {
            let find = |name: &str| variables.split(' ').find_map(|v| v.strip_prefix(name)?.strip_prefix('='));
            let surroundings = ClipboardPlace::from(|name| find(name).map(str::to_owned), is_tty);
            assert_eq!(choose(asked.parse().expect("a word"), &surroundings), way, "{asked} {variables} {is_tty}");
        }
        assert!("fax".parse::<CopyWish>().expect_err("no way").contains("`fax` is no way to copy"));
    }

    #[test]
    fn the_bytes_are_exact() {
        let of = |way, text: &str| sequence(way, text).map(|sequence| sequence.reveal().to_owned());
        assert_eq!(of(CopyMethod::Osc52, "secret-value").as_deref(), Some("\x1b]52;c;c2VjcmV0LXZhbHVl\x1b\\"));
        assert_eq!(
            of(CopyMethod::Screen, "secret-value").as_deref(),
            Some("\x1bP\x1b]52;c;c2VjcmV0LXZhbHVl\x07\x1b\\")
        );
        assert_eq!(
            [CopyMethod::Tmux, CopyMethod::System, CopyMethod::Nowhere].map(|way| of(way, "a")),
            [const { None }; 3]
        );
        let long = of(CopyMethod::Screen, &"abc".repeat(1_000)).expect("fits");
        let chunks: Vec<&str> = long.split_inclusive("\x1b\\").collect();
        assert!(chunks.iter().all(|chunk| chunk.len() <= 240 && chunk.starts_with("\x1bP")));
        let inner: String = chunks.iter().map(|chunk| &chunk[2..chunk.len() - 2]).collect();
        assert_eq!(inner, format!("\x1b]52;c;{}\x07", "YWJj".repeat(1_000)));
    }

    #[tokio::test]
    async fn a_text_that_does_not_fit_is_refused_by_every_way() {
        for way in [CopyMethod::Tmux, CopyMethod::Screen, CopyMethod::Osc52, CopyMethod::System, CopyMethod::Nowhere] {
            for (text, why) in [("", "nothing to copy"), (&"a".repeat(3_001), "take it from its file instead")] {
                assert!(sequence(way, text).is_none());
                assert!(outside(way, text).await.expect_err("refused").contains(why), "{way:?}");
            }
        }
    }

    #[tokio::test]
    async fn tmux_gets_the_text_on_standard_input() {
        assert_eq!(feed("sh", &["-c", "test \"$(cat)\" = secret-value"], "secret-value", GRACE * 60).await, Ok(()));
    }

    #[test]
    fn a_secret_is_taken_out_of_a_terminals_clipboard_by_a_space() {
        assert_eq!(clearing_sequence(CopyMethod::Osc52).expect("fits").reveal(), "\x1b]52;c;IA==\x1b\\");
        assert!(clearing_sequence(CopyMethod::System).is_none());
    }

    #[tokio::test]
    async fn tmux_may_be_absent_refuse_or_hang() {
        let absent = feed("/nonexistent/tmux", &[], "a", GRACE * 60).await.expect_err("absent");
        assert!(absent.starts_with("Not copied: tmux does not start"), "{absent}");
        let refused = feed("sh", &["-c", "echo no server >&2; exit 1"], "a", GRACE * 60).await;
        assert_eq!(refused, Err("Not copied: tmux refused it (no server).".to_owned()));
        let hung = feed("sleep", &["600"], "a", Duration::from_millis(20)).await;
        assert_eq!(hung, Err("Not copied: tmux does not answer.".to_owned()));
    }

    #[tokio::test]
    async fn a_desktop_that_does_not_refuse_has_copied() {
        let refused = keep(|_| Err(Error::ClipboardOccupied), GRACE * 60).await.expect_err("refused");
        assert!(refused.starts_with("Not copied: the desktop refused it"), "{refused}");
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let holding = move |reached: Reached| {
            reached.send(()).expect("somebody waits");
            ended.recv().map_err(|_| Error::ClipboardOccupied)
        };
        assert_eq!(keep(holding, Duration::from_millis(200)).await, Ok(()));
        end.send(()).expect("it still holds the text");
    }

    #[tokio::test]
    async fn a_desktop_that_does_not_answer_has_not_copied_and_does_not_later() {
        let (end, ended) = std::sync::mpsc::channel::<()>();
        let (tell, told) = std::sync::mpsc::channel();
        let silent = move |reached: Reached| {
            ended.recv().map_err(|_| Error::ClipboardOccupied)?;
            tell.send(reached.send(()).is_err()).map_err(|_| Error::ClipboardOccupied)
        };
        let said = keep(silent, Duration::from_millis(20)).await;
        assert_eq!(said, Err("Not copied: the desktop does not answer.".to_owned()));
        end.send(()).expect("it still waits");
        assert_eq!(told.recv(), Ok(true), "nobody waits for it any more");
    }

    #[test]
    fn the_words_claim_no_more_than_is_known() {
        let sent = "Sent the secret to your terminal's clipboard; paste to check.";
        assert_eq!(
            [CopyMethod::Tmux, CopyMethod::Screen, CopyMethod::Osc52].map(|way| sentence(way, "secret")),
            [sent; 3]
        );
        assert_eq!(
            sentence(CopyMethod::System, "secret"),
            "Copied the secret; paste it soon, it is gone when crosspull ends."
        );
        assert_eq!(
            sentence(CopyMethod::Nowhere, "secret"),
            "No clipboard here: select the secret, or save it to a file."
        );
    }
}
