//! `crosspull login --check`: looks at every link between here and a registry, and tells which does not hold.

mod asked;

use std::cell::RefCell;

use clap::ArgMatches;
use crosspull_azure::door::Door;
use crosspull_azure::login_check::{Entry, Inside, RegistryCheck, from_cluster};
use crosspull_azure::request;
use crosspull_core::cloud::KnownCloud;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{ImageRef, RegistryId};
use crosspull_core::input::Key;
use crosspull_core::login::look::{Look, Looked, exit_code};
use crosspull_core::login::look_lines::{end_json, end_line};
use crosspull_core::login::{Meant, Who};
use crosspull_core::sign_in::SignIn;
use crosspull_core::wording::Front;

use super::asked::Asked;
use super::enter;
use super::tell::Told;
use crate::attended::{Attended, Means};
use crate::exit::Code;
use crate::headless::lines::aside;
use crate::sources::environment;
use crate::tell::{complain, print, refused};

use asked::{AskedCheck, AskedCluster};

/// Looks at the way to a registry.
///
/// # Errors
/// An error where signals cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let AskedCheck { asked, image, cluster } = match AskedCheck::read(arguments, &environment) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let (told, cloud) = (Told::of(arguments), asked.answers.cloud());
    let mut attended = Attended::new(cloud)?;
    if let Some(question) = cluster.as_ref().and_then(|cluster| cluster.question(arguments, image.as_ref())) {
        match attended.agrees(&question).await {
            Ok(true) => {}
            Ok(false) => return Ok(complain(&["from-cluster: nobody agreed to the pod".to_owned()])),
            Err(code) => return Ok(code),
        }
    }
    let means = attended.means();
    let check = Check {
        image: image.as_ref(),
        means: &means,
        told,
        cloud,
        looks: RefCell::default(),
        lost: RefCell::default(),
    };
    let seen = attended.see(check.looks(asked, cluster.as_ref())).await;
    Ok(match seen {
        Ok(Ok(code)) => code,
        Ok(Err(trouble)) => refused(told.of_refusal(), Front::LoginFlags, &trouble, cloud),
        Err(code) => {
            cluster.iter().for_each(|cluster| aside(&cluster.left()));
            code
        }
    })
}

/// A check at work.
struct Check<'a> {
    image: Option<&'a ImageRef>,
    means: &'a Means,
    told: Told,
    cloud: Option<KnownCloud>,
    looks: RefCell<Vec<Looked>>,
    /// Why not all of it could be written.
    lost: RefCell<Option<String>>,
}

/// A registry, as far as it is known before anything of it is looked at.
struct Target {
    door: Door,
    server: String,
    id: RegistryId,
    entry: Entry,
}

impl Check<'_> {
    /// Looks at everything, and returns the exit code.
    async fn looks(&self, asked: Asked, cluster: Option<&AskedCluster>) -> Result<Code, Trouble> {
        let server = match self.target(asked).await? {
            Ok(target) => {
                self.registry(&target).await?;
                target.server
            }
            Err((server, trouble)) => {
                // Nobody can tell where a secret may go.
                self.tell(&Looked::fails(Look::Cloud, trouble));
                let others = Look::all().filter(|look| !matches!(look, Look::Cloud | Look::FromCluster));
                others.for_each(|look| self.tell(&Looked::not_asked(look, "since cloud does not hold")));
                server
            }
        };
        if let Some(cluster) = cluster {
            let looked = self.inside(cluster, &server).await;
            self.tell(&looked);
        }
        let looks = self.looks.borrow();
        if self.means.is_stopped() {
            // What was under way then says nothing of the registry.
            return Ok(exit_code(&looks));
        }
        self.print(match self.told {
            Told::Json => vec![end_json(&server, &looks).to_string()],
            _ => vec![String::new(), end_line(&looks)],
        });
        match self.lost.borrow_mut().take() {
            None => Ok(exit_code(&looks)),
            Some(lost) => Err(Trouble::new("Not all was told.", format!("{lost}."), "")),
        }
    }

    /// Tells a look, and keeps it. After a signal nothing is told any more: what it cut off does not fail.
    fn tell(&self, looked: &Looked) {
        if self.means.is_stopped() {
            return;
        }
        self.print(match self.told {
            Told::Json => vec![looked.json().to_string()],
            _ => looked.lines(self.cloud),
        });
        self.looks.borrow_mut().push(looked.clone());
    }

    /// Prints lines. What cannot be written does not keep the rest from being looked at.
    fn print(&self, lines: Vec<String>) {
        if let Err(lost) = print(&lines) {
            self.lost.borrow_mut().get_or_insert(lost.to_string());
        }
    }

    async fn registry(&self, target: &Target) -> Result<(), Trouble> {
        let Target { door, server, id, entry } = target;
        let root = request::login_server(server);
        let root = root.map_err(|error| Trouble::new("Nothing was looked at.", format!("{server}: {error}."), ""))?;
        let tell = |looked: &Looked| self.tell(looked);
        RegistryCheck { door, registry: id, server: &root, image: self.image, entry, tell: &tell }.looks().await;
        Ok(())
    }

    /// Finds out where the registry is and who signs in. What does not work of that is told by the look that it keeps from
    /// holding. The inner error is that the cloud cannot be used.
    async fn target(&self, asked: Asked) -> Result<Result<Target, (String, Trouble)>, Trouble> {
        let means = self.means.clone().at_once();
        let meant = asked.registry.clone();
        let nobody = asked.way_of_nobody(&environment);
        let (asked, door, entry) = match enter::opened(asked.clone(), &means).await {
            Ok((asked, door)) => (asked, door, None),
            Err(trouble) => {
                let wrong = |complaints: Vec<String>| Trouble::new("Nothing was looked at.", complaints.join("; "), "");
                match means.open(nobody.map_err(wrong)?).await {
                    Ok(door) => (asked, door, Some(Entry::Failed(trouble))),
                    Err(cloud) => return Ok(Err((named(&meant), cloud))),
                }
            }
        };
        let found = match &entry {
            None => enter::registry(&asked, &door).await,
            Some(_) => Err(Trouble::new("", "", "")),
        };
        let (server, id, found) = match found {
            Ok((server, id, note)) => {
                note.iter().for_each(|note| aside(&format!("crosspull: {note}")));
                (server, id, None)
            }
            Err(trouble) => {
                let suffix = door.endpoints().registry_suffix.as_str();
                let Some(id) = meant.id(suffix).filter(|_| !suffix.is_empty()) else { return Err(trouble) };
                let server = match &meant {
                    Meant::Server(server) => server.clone(),
                    Meant::Id(_) | Meant::Name(_) => format!("{}{suffix}", id.name().to_ascii_lowercase()),
                };
                if !trouble.what.is_empty() {
                    aside(&format!("crosspull: {} {} Taking {server}", trouble.what, trouble.why));
                }
                (server, id, Some(trouble))
            }
        };
        let entry = match entry {
            Some(entry) => entry,
            None => entry_of(&asked, &door, &id, found).await,
        };
        Ok(Ok(Target { door, server, id, entry }))
    }

    /// Has a node of the cluster pull the image.
    async fn inside(&self, cluster: &AskedCluster, server: &str) -> Looked {
        let Some(image) = self.image else {
            return Looked::not_asked(Look::FromCluster, "give --repository NAME[:TAG]");
        };
        // Whatever stops the check, the pod is removed.
        let (means, _controller) = self.means.unstopped();
        let door = match means.open(cluster.way.clone()).await {
            Ok(door) => door,
            Err(trouble) => return Looked::fails(Look::FromCluster, trouble),
        };
        let AskedCluster { id, namespace, mark, .. } = cluster;
        let inside = Inside { cluster: id, namespace, mark, login_server: server, image };
        from_cluster(inside, &door, self.means.stopped()).await
    }
}

/// Returns the one who signs in.
async fn entry_of(asked: &Asked, door: &Door, id: &RegistryId, unfound: Option<Trouble>) -> Entry {
    match (&asked.own, asked.who, unfound) {
        (Some((user, secret)), ..) => Entry::Password(user.clone(), secret.clone()),
        (None, Who::Admin, Some(trouble)) => Entry::Failed(trouble),
        (None, Who::Admin, None) => match enter::admin(door, id).await {
            Ok((user, secret)) => Entry::Password(user, secret),
            Err(trouble) => Entry::Failed(trouble),
        },
        (None, ..) if asked.answers.get(Key::SignInB) == Some(SignIn::Nobody.word()) => Entry::Nobody,
        (None, ..) => Entry::Operator,
    }
}

/// Returns a registry as it was named.
fn named(meant: &Meant) -> String {
    match meant {
        Meant::Server(name) | Meant::Name(name) => name.clone(),
        Meant::Id(id) => id.name().to_owned(),
    }
}
