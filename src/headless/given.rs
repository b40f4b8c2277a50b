//! The answers that a new run is given, as far as they can be read before anything is called.

use crosspull_core::find::Named;
use crosspull_core::input::{Access, Answers, Inputs, Key};
use crosspull_core::names::PerTenant;

use crate::credentials::{self, Credentials, Ready};
use crate::sources::environment;

/// The answers that were given to begin with, as far as they can be read before anything is called.
pub enum Given {
    /// All of it.
    Ready(Box<Ready>),
    /// Clusters and registries were named without their ids; these are looked up first.
    Named(Box<NamedFirst>),
}

/// The sign-in that looking up a name takes, with the answers that wait for its id.
pub struct NamedFirst {
    pub named: Vec<Named>,
    pub answers: Answers,
    pub access: Access,
    pub credentials: Credentials,
}

impl Given {
    /// Reads the answers. Where something is named without its id, everything else is complained about now.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn read(answers: &Answers) -> Result<Self, Vec<String>> {
        let named = Named::all(answers);
        if named.is_empty() {
            return credentials::ready(answers, &environment).map(|ready| Self::Ready(Box::new(ready)));
        }
        let keys: Vec<Key> = named.iter().map(|one| one.key).collect();
        let mut complaints: Vec<String> = Inputs::complaints(answers, &keys).iter().map(ToString::to_string).collect();
        let access = match Access::of_answers(answers) {
            Ok(access) => access,
            Err(_) if !complaints.is_empty() => return Err(complaints),
            Err(complaint) => return Err(vec![complaint.to_string()]),
        };
        complaints.extend(credentials::wrong_kubeconfig(&access));
        // No subscription is known yet by which the Azure CLI could choose an account.
        match credentials::read(&access, PerTenant { a: None, b: None }, &environment) {
            Ok(credentials) if complaints.is_empty() => {
                let answers = answers.clone();
                Ok(Self::Named(Box::new(NamedFirst { named, answers, access, credentials })))
            }
            read => {
                complaints.extend(read.err().unwrap_or_default());
                Err(complaints)
            }
        }
    }

    /// Returns the answers as they were given.
    pub fn answers(&self) -> &Answers {
        match self {
            Self::Ready(ready) => &ready.answers,
            Self::Named(first) => &first.answers,
        }
    }
}
