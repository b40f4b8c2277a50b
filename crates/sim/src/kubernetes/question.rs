//! The question whether a user may do something, and what an authorizer answers.

/// The question whether a user may do something.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The verb.
    pub verb: &'a str,
    /// The object of the question.
    pub about: About<'a>,
}

/// The object of a question.
#[derive(Clone, Copy, Debug)]
pub enum About<'a> {
    /// Objects of a kind.
    Resource(Resource<'a>),
    /// A path that is about no object.
    Path(&'a str),
}

/// Objects of a kind. What is not said is empty.
#[derive(Clone, Copy, Debug, Default)]
pub struct Resource<'a> {
    /// The API group. Empty for the core.
    pub group: &'a str,
    /// The plural of the kind.
    pub resource: &'a str,
    /// The subresource.
    pub subresource: &'a str,
    /// The name. Empty where it is about all of them.
    pub name: &'a str,
    /// The namespace. Empty where it is about all of them, or about what is in none.
    pub namespace: &'a str,
}

impl<'a> Question<'a> {
    /// Returns the question whether somebody may do something with objects.
    #[must_use]
    pub const fn of(verb: &'a str, resource: Resource<'a>) -> Self {
        Self { verb, about: About::Resource(resource) }
    }

    /// Returns the namespace. Empty for none.
    #[must_use]
    pub const fn namespace(&self) -> &'a str {
        match self.about {
            About::Resource(resource) => resource.namespace,
            About::Path(_) => "",
        }
    }
}

/// The decision of an authorizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The user may, and nobody else is asked.
    Allow,
    /// The user may not, and nobody else is asked.
    Deny,
    /// The next one is asked. The user may not where there is none.
    NoOpinion,
}

/// The answer of an authorizer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The decision.
    pub decision: Decision,
    /// The words of the authorizer, which may be none.
    pub reason: String,
    /// The reason why the authorizer could not judge, where it could not.
    pub error: Option<String>,
}

impl Verdict {
    /// Returns a decision with its reason.
    #[must_use]
    pub fn new(decision: Decision, reason: impl Into<String>) -> Self {
        Self { decision, reason: reason.into(), error: None }
    }

    /// True where the user may.
    #[must_use]
    pub fn allowed(&self) -> bool {
        self.decision == Decision::Allow
    }
}
