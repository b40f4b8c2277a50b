//! Opening a page in a browser of this machine.

use std::process::Stdio;

use crosspull_azure::platform::apart;
use crosspull_core::secret::SECRET_VARIABLES;
use crosspull_tui::Notice;
use url::Url;

/// Opens an address with the first program of this machine that there is for it, and says what came of it. Nothing
/// waits for the browser.
pub fn open(address: &str) -> Notice {
    let Some(page) = page(address) else {
        return Notice::bad("That is no address of a web page: it is not opened.");
    };
    for command in ::open::commands(page.as_str()) {
        let mut program = tokio::process::Command::from(command);
        program.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        // The operators' secrets in our environment are none of the browser's business.
        for name in SECRET_VARIABLES {
            program.env_remove(name);
        }
        // Ctrl-C in our terminal is not meant for it.
        apart(&mut program);
        if program.spawn().is_ok() {
            return Notice::good("A browser of this machine is asked to open it.");
        }
    }
    Notice::bad("There is no program here that opens a browser: open the address yourself.")
}

/// Returns an address that a browser may be given. It comes from the network, and what opens it opens files and
/// programs too.
fn page(address: &str) -> Option<Url> {
    Url::parse(address).ok().filter(|page| matches!(page.scheme(), "https" | "http") && page.has_host())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn web_pages_alone_are_opened() {
        assert!(page("https://microsoft.com/devicelogin").is_some());
        assert!(page("http://127.0.0.1:5000/devicelogin").is_some());
        for other in ["file:///etc/passwd", "--help", "javascript:alert(1)", "ssh://host/", "xdg-open", ""] {
            assert!(page(other).is_none(), "{other}");
        }
    }
}
