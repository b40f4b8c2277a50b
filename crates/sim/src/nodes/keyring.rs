//! The kubelet's keyring: which logins of pull secrets are for an image (`pkg/credentialprovider/keyring.go` of
//! kubernetes/kubernetes).

use crate::world::pull_secret::Login;

/// Returns the logins that are for an image, the nearest first: a longer key before a shorter one.
#[must_use]
pub fn matching(logins: &[Login], image: &str) -> Vec<Login> {
    let repository = repository(image);
    let mut found: Vec<(String, &Login)> =
        logins.iter().map(|login| (key(&login.server), login)).filter(|(key, _)| matches(key, repository)).collect();
    found.sort_by(|(one, _), (other, _)| other.cmp(one));
    found.into_iter().map(|(_, login)| login.clone()).collect()
}

/// Returns an image's name without tag and digest.
fn repository(image: &str) -> &str {
    let named = image.split('@').next().unwrap_or(image);
    let path = named.rfind('/').map_or(0, |at| at + 1);
    match named.get(path..).and_then(|last| last.find(':')) {
        Some(colon) => named.get(..path + colon).unwrap_or(named),
        None => named,
    }
}

/// Returns the key of a server: its host and port, and a path where it has one that says something.
fn key(server: &str) -> String {
    let bare = server.strip_prefix("https://").or_else(|| server.strip_prefix("http://")).unwrap_or(server);
    let (host, path) = bare.split_once('/').map_or((bare, ""), |(host, path)| (host, path));
    let path = path.strip_prefix("v1/").or_else(|| path.strip_prefix("v2/")).unwrap_or(path);
    if path.is_empty() { host.to_owned() } else { format!("{host}/{path}") }
}

/// True where a key is for a repository: the host part by part, the port to the letter, the path as far as it goes.
fn matches(key: &str, repository: &str) -> bool {
    let apart = |text: &str| {
        let (host, path) = text.split_once('/').unwrap_or((text, ""));
        let (name, port) = host.split_once(':').unwrap_or((host, ""));
        (name.to_owned(), port.to_owned(), path.to_owned())
    };
    let ((known, known_port, known_path), (name, port, path)) = (apart(key), apart(repository));
    let parts: (Vec<&str>, Vec<&str>) = (known.split('.').collect(), name.split('.').collect());
    known_port == port
        && parts.0.len() == parts.1.len()
        && path.starts_with(&known_path)
        && parts.0.iter().zip(&parts.1).all(|(pattern, part)| globs(pattern, part))
}

/// True where a pattern with stars matches a text.
fn globs(pattern: &str, text: &str) -> bool {
    match pattern.split_once('*') {
        None => pattern == text,
        Some((start, rest)) => text.strip_prefix(start).is_some_and(|left| {
            left.char_indices()
                .map(|(at, _)| at)
                .chain([left.len()])
                .any(|at| left.get(at..).is_some_and(|end| globs(rest, end)))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;

    #[test]
    fn keys_match_as_the_kubelet_does_it() {
        const IMAGE: &str = "reg.azurecr.io:443/shop/web:1.4@sha256:ab";
        let is_for = |server: &str| {
            let login = Login { server: server.to_owned(), name: String::new(), password: Secret::new("") };
            !matching(&[login], IMAGE).is_empty()
        };
        for yes in [
            "reg.azurecr.io:443",
            "https://reg.azurecr.io:443",
            "http://reg.azurecr.io:443/",
            "https://reg.azurecr.io:443/v2/",
            "reg.azurecr.io:443/shop",
            "reg.azurecr.io:443/shop/web",
            "*.azurecr.io:443",
            "re*.azure*.io:443",
        ] {
            assert!(is_for(yes), "{yes}");
        }
        for no in [
            "reg.azurecr.io",
            "other.azurecr.io:443",
            "azurecr.io:443",
            "reg.azurecr.io:444",
            "reg.azurecr.io:443/jobs",
            "*:443",
            "",
        ] {
            assert!(!is_for(no), "{no}");
        }
    }

    #[test]
    fn the_longest_key_comes_first() {
        let login =
            |server: &str| Login { server: server.to_owned(), name: server.to_owned(), password: Secret::new("") };
        let all = [login("localhost:1"), login("localhost:1/shop")];
        let names: Vec<String> = matching(&all, "localhost:1/shop/web").into_iter().map(|login| login.name).collect();
        assert_eq!(names, ["localhost:1/shop", "localhost:1"]);
    }
}
