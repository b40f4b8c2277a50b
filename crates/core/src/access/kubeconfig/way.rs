//! The way to a cluster that a kubeconfig tells, for whoever goes there: address, authority, and how one signs in.

use std::path::{Path, PathBuf};

use url::Url;

use super::Kubeconfig;
use super::node::{Fields, Node};
use crate::secret::Secret;
use crate::text::printable;

/// A part of an entry.
#[derive(Debug, Clone, Default)]
pub enum Part {
    /// The part is not there.
    #[default]
    Nothing,
    /// The part stands in the entry.
    Here(Secret),
    /// The part is in a file, at that path.
    File(PathBuf),
}

/// The way to a cluster, and the one who signs in there.
#[derive(Debug, Clone)]
pub struct Way {
    server: Option<String>,
    /// The authority that the server's certificate is by, in PEM and base64.
    pub authority: Part,
    /// The certificate by which one signs in, in PEM and base64.
    pub certificate: Part,
    /// The key of that certificate, in PEM and base64.
    pub key: Part,
    /// The token by which one signs in.
    pub token: Part,
    /// The program that signs one in.
    program: Program,
}

/// The program that signs one in.
#[derive(Debug, Clone, Default)]
enum Program {
    #[default]
    None,
    /// kubectl's own for Entra, which is gone from it.
    Provider,
    /// A program with the application that its token is for, where one is named.
    Exec { name: String, server: Option<String> },
}

impl Way {
    /// Reads the way of a context: the one of that name, or the current one. `None` where that has no cluster and user.
    ///
    /// # Errors
    /// A clause on why it is no kubeconfig. It quotes nothing: what stands there may be secret.
    pub fn of(text: &str, context: Option<&str>) -> Result<Option<Self>, String> {
        let config = Kubeconfig::read(text)?;
        let chosen = || {
            let context = config.named("contexts", context.or(config.current())?, "context")?;
            let part = |kind: &'static str, list: &str| config.named(list, context.get(kind)?.as_text()?, kind);
            Some((part("cluster", "clusters")?, part("user", "users")?))
        };
        Ok(chosen().map(|(cluster, user)| Self::new(cluster, user)))
    }

    fn new(cluster: &Fields, user: &Fields) -> Self {
        let part = |of: &Fields, here: &str, file: &str| match (text(of, here), text(of, file)) {
            (Some(data), _) => Part::Here(Secret::new(data.to_owned())),
            (None, Some(file)) => Part::File(file.into()),
            (None, None) => Part::Nothing,
        };
        Self {
            server: text(cluster, "server").map(str::to_owned),
            authority: part(cluster, "certificate-authority-data", "certificate-authority"),
            certificate: part(user, "client-certificate-data", "client-certificate"),
            key: part(user, "client-key-data", "client-key"),
            token: part(user, "token", "tokenFile"),
            program: Program::of(user),
        }
    }

    /// Returns the way with nothing in it that a file has: a path in an answer is not to be trusted.
    #[must_use]
    pub fn without_files(mut self) -> Self {
        for part in self.parts() {
            if matches!(part, Part::File(_)) {
                *part = Part::Nothing;
            }
        }
        self
    }

    /// Returns the way with its files found from the folder that the kubeconfig is in.
    #[must_use]
    pub fn within(mut self, folder: &Path) -> Self {
        for part in self.parts() {
            if let Part::File(file) = part {
                *file = folder.join(&*file);
            }
        }
        self
    }

    /// Returns the way with nobody who signs in.
    #[must_use]
    pub fn without_user(self) -> Self {
        Self { server: self.server, authority: self.authority, ..Self::new(&Fields::new(), &Fields::new()) }
    }

    /// Returns the address of the API. One with a user in it is none: addresses are told, and a password is not.
    #[must_use]
    pub fn server(&self) -> Option<Url> {
        let url = Url::parse(self.server.as_deref()?).ok()?;
        (url.scheme() == "https" && url.username().is_empty() && url.password().is_none()).then_some(url)
    }

    /// True where one signs in at Entra for that application, by kubelogin: crosspull asks for the token itself
    /// (`docs/facts/azure.md` 9.5).
    ///
    /// # Errors
    /// A clause where one signs in by another program, or for another application.
    pub fn is_by_entra(&self, application: &str) -> Result<bool, String> {
        let (name, server) = match &self.program {
            Program::None => return Ok(false),
            Program::Provider => return Ok(true),
            Program::Exec { name, server } => (name, server),
        };
        match (name.as_str(), server.as_deref()) {
            ("kubelogin", None) => Ok(true),
            ("kubelogin", Some(server)) if server == application => Ok(true),
            ("kubelogin", Some(other)) => Err(format!(
                "its kubeconfig signs in at Entra for the server application {} , which is not that of AKS",
                printable(other, 60)
            )),
            _ => Err(format!(
                "its kubeconfig signs in by another program ({}), which crosspull does not run",
                printable(name, 60)
            )),
        }
    }

    const fn parts(&mut self) -> [&mut Part; 4] {
        [&mut self.authority, &mut self.certificate, &mut self.key, &mut self.token]
    }
}

impl Program {
    fn of(user: &Fields) -> Self {
        if user.get("auth-provider").and_then(|provider| provider.text_at("name")) == Some("azure") {
            return Self::Provider;
        }
        let Some(exec) = user.get("exec").filter(|exec| exec.as_fields().is_some()) else { return Self::None };
        let command = exec.text_at("command").unwrap_or_default();
        let name = command.rsplit(['/', '\\']).next().unwrap_or_default().trim_end_matches(".exe");
        let arguments = exec.as_fields().and_then(|exec| exec.get("args")).and_then(Node::as_list).unwrap_or_default();
        let flag = arguments.iter().position(|word| word.as_text() == Some("--server-id"));
        let server = flag.and_then(|at| arguments.get(at + 1)?.as_text());
        Self::Exec { name: name.to_owned(), server: server.map(str::to_owned) }
    }
}

/// Returns a text that is not empty.
fn text<'a>(of: &'a Fields, name: &str) -> Option<&'a str> {
    of.get(name).and_then(Node::as_text).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &str = "\
apiVersion: v1
kind: Config
current-context: one
clusters:
- {name: k, cluster: {server: 'https://k.example', certificate-authority: ca.pem}}
contexts:
- {name: one, context: {cluster: k, user: files}}
- {name: two, context: {cluster: k, user: kubelogin}}
- {name: none, context: {cluster: k, user: gone}}
users:
- {name: files, user: {token: '', tokenFile: token, client-certificate: /c.pem, client-key-data: a2V5}}
- name: kubelogin
  user: {exec: {command: /usr/bin/kubelogin.exe, args: [get-token, --server-id, app]}, unknown: !tag 1}
";

    fn way(context: Option<&str>) -> Way {
        Way::of(TWO, context).expect("read").expect("a way")
    }

    #[test]
    fn the_entry_says_it_or_a_file_does_which_is_found_from_the_kubeconfig() {
        let own = way(None).within(Path::new("/home/me"));
        assert_eq!(own.server().map(String::from).as_deref(), Some("https://k.example/"));
        let is_file = |part: &Part, name: &str| matches!(part, Part::File(file) if file == Path::new(name));
        assert!(is_file(&own.authority, "/home/me/ca.pem") && is_file(&own.certificate, "/c.pem"), "{own:?}");
        assert!(is_file(&own.token, "/home/me/token"), "an empty token is none");
        assert!(matches!(&own.key, Part::Here(key) if key.reveal() == "a2V5"));
        let given = way(None).without_files();
        assert!(matches!((&given.authority, &given.token), (Part::Nothing, Part::Nothing)), "{given:?}");
        assert!(matches!(given.key, Part::Here(_)) && matches!(given.without_user().key, Part::Nothing));
    }

    #[test]
    fn a_context_is_the_named_one_or_the_current_one_and_has_both() {
        assert!(matches!(Way::of(TWO, Some("none")), Ok(None)) && matches!(Way::of(TWO, Some("x")), Ok(None)));
        assert!(matches!(Way::of("", None), Ok(None)));
        assert_eq!(way(None).is_by_entra("app"), Ok(false));
        assert_eq!(way(Some("two")).is_by_entra("app"), Ok(true));
        assert!(way(Some("two")).is_by_entra("other").is_err_and(|why| why.contains("application app ,")));
        let helper = TWO.replace("kubelogin.exe", "helper");
        let other = Way::of(&helper, Some("two")).expect("read").expect("a way");
        assert!(other.is_by_entra("app").is_err_and(|why| why.contains("(helper)")));
    }

    #[test]
    fn an_address_is_one_of_https_and_has_no_user() {
        for wrong in ["http://k.example", "https://me:secret@k.example", "https://me@k.example", "k.example"] {
            let text = TWO.replace("https://k.example", wrong);
            assert!(Way::of(&text, None).expect("read").expect("a way").server().is_none(), "{wrong}");
        }
    }

    #[test]
    fn what_is_wrong_is_told_and_not_quoted() {
        for (text, says) in [
            ("users: [\n", "it is no YAML that can be read, by line"),
            ("users:\n- {name: u, user: {token: [SECRET]}}", "the token of a user in it is no text"),
            ("root:x:SECRET", "it is no kubeconfig"),
            ("users:\n- {name: SECRET}\n- {name: SECRET}", "two of its users have one name"),
        ] {
            let said = Way::of(text, None).expect_err(says);
            assert!(said.contains(says) && !said.contains("SECRET"), "{said}");
        }
    }
}
