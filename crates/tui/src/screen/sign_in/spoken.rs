//! The sign-in of a person where there is no screen: address and code on lines of their own.

use crosspull_core::sign_in::{Prompt, tunnel_command};

use super::{SignInScreen, in_words, title};
use crate::shared::Shared;
use crate::spoken::Spoken;

/// Returns what is said while a person signs in.
pub(super) fn sign_in(screen: &SignInScreen, shared: &Shared) -> Spoken {
    let mut spoken = Spoken::titled(title(screen.prompt.side(), shared));
    if let Some(Prompt::Instead { failed, way, trouble, .. }) = &screen.instead {
        let (failed, way) = (in_words(*failed), in_words(*way));
        spoken.lines.push(format!("Sign-in by {failed} did not work: {} Trying the {way}.", trouble.why));
        spoken.lines.extend(trouble.refusal.iter().map(|refusal| refusal.code.clone()));
    }
    let (waits, until) = match &screen.prompt {
        Prompt::Code { address, code, until, .. } => {
            spoken.lines.extend([
                "Open this page in a browser on any machine:".to_owned(),
                address.clone(),
                "Enter this code there, and sign in with an account of the tenant:".to_owned(),
                code.reveal().to_owned(),
            ]);
            ("for you to enter the code", until)
        }
        Prompt::Page { address, port, until, .. } => {
            if let Some(host) = &shared.here.tunnel {
                spoken.lines.push("This is an SSH login. First, on the machine with the browser:".to_owned());
                spoken.lines.push(tunnel_command(*port, host));
            }
            spoken.lines.push("Open this page in a browser, and sign in with an account of the tenant:".to_owned());
            spoken.lines.push(address.clone());
            ("for the browser to come back", until)
        }
        Prompt::Instead { .. } | Prompt::Over { .. } => return spoken,
    };
    let waits = format!("waits {waits}, until {}", until.strftime("%H:%M:%S UTC"));
    spoken.lines.push(format!("crosspull {waits}."));
    spoken.works = Some(waits);
    spoken
}
