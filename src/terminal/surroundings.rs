//! The ways to sign in that the place offers where crosspull runs: read from the environment, judged in `core`.

use crosspull_core::names::PerTenant;
use std::path::Path;

use crosspull_core::sign_in::Surroundings;

use crate::credentials::METADATA_HOST;

/// Returns what there is to sign in with, by the environment and by the programs on the PATH.
pub fn surroundings(variable: impl Fn(&str) -> Option<String>) -> Surroundings {
    let set = |name: &str| any_set(&variable, &[name]);
    Surroundings {
        azure_cli: variable("PATH").is_some_and(|path| on_path(&path, "az")),
        service_principal: PerTenant { a: set("CROSSPULL_A_CLIENT_ID"), b: set("CROSSPULL_B_CLIENT_ID") },
        // The workload identity webhook sets it in pods.
        workload: set("AZURE_FEDERATED_TOKEN_FILE"),
        // App Service sets the first; the second is for whoever has metadata somewhere else.
        managed: any_set(&variable, &["IDENTITY_ENDPOINT", METADATA_HOST]),
        ssh: is_ssh(&variable),
        desktop: is_desktop(&variable),
    }
}

/// Returns true in a login over the network.
pub fn is_ssh(variable: impl Fn(&str) -> Option<String>) -> bool {
    any_set(&variable, &["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
}

/// Returns true where there is a desktop: one that says so, and on systems that have no other kind of login but that
/// over the network.
pub fn is_desktop(variable: impl Fn(&str) -> Option<String>) -> bool {
    let always = cfg!(any(target_os = "macos", windows)) && !is_ssh(&variable);
    always || any_set(&variable, &["DISPLAY", "WAYLAND_DISPLAY"])
}

/// Returns true where one of them has a value; an empty variable counts as none.
fn any_set(variable: impl Fn(&str) -> Option<String>, names: &[&str]) -> bool {
    names.iter().any(|name| variable(name).is_some_and(|value| !value.is_empty()))
}

/// Returns the other end of an SSH login as its owner calls it: `user@address`; none where this is no such login.
/// `SSH_CONNECTION` holds client, client's port, server, server's port (`ssh(1)`).
pub fn tunnel(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let connection = variable("SSH_CONNECTION")?;
    let mut parts = connection.split_whitespace().skip(2);
    let (host, port) = (parts.next()?, parts.next().unwrap_or("22"));
    let user = variable("USER").map(|user| format!("{user}@")).unwrap_or_default();
    let target = crosspull_core::text::printable(&format!("{user}{host}"), 120);
    Some(if port == "22" { target } else { format!("-p {} {target}", crosspull_core::text::printable(port, 5)) })
}

fn on_path(path: &str, program: &str) -> bool {
    std::env::split_paths(path).any(|folder| is_program(&folder.join(program)))
}

#[cfg(unix)]
/// Returns true for a file that may be run.
pub fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
/// Returns true for a file that may be run.
pub fn is_program(path: &Path) -> bool {
    ["", "exe", "cmd"].iter().any(|extension| path.with_extension(extension).is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<'a>(pairs: &'a [(&'a str, &'a str)]) -> impl Fn(&str) -> Option<String> + 'a {
        move |name| pairs.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned())
    }

    #[test]
    fn the_environment_tells_what_there_is() {
        let bare = surroundings(with(&[]));
        assert_eq!(bare, Surroundings::default());
        let here = surroundings(with(&[
            ("CROSSPULL_B_CLIENT_ID", "x"),
            ("SSH_TTY", "/dev/pts/1"),
            ("DISPLAY", ""),
            ("AZURE_FEDERATED_TOKEN_FILE", "/t"),
            ("PATH", "/nowhere"),
        ]));
        assert!(here.ssh && here.workload && !here.desktop && !here.azure_cli);
        assert_eq!(here.service_principal, PerTenant { a: false, b: true });
    }

    #[test]
    fn the_tunnel_goes_to_the_address_that_the_login_came_to() {
        let at = |pairs: &[(&str, &str)]| tunnel(with(pairs));
        assert_eq!(at(&[]), None);
        let connection = ("SSH_CONNECTION", "10.0.0.9 51000 10.0.0.1 22");
        assert_eq!(at(&[connection]).as_deref(), Some("10.0.0.1"));
        assert_eq!(at(&[connection, ("USER", "ops")]).as_deref(), Some("ops@10.0.0.1"));
        let other = ("SSH_CONNECTION", "::1 51000 ::1 2222");
        assert_eq!(at(&[other, ("USER", "ops")]).as_deref(), Some("-p 2222 ops@::1"));
    }
}
