//! Messages to the screens, and effects that they ask of the shell.

use crosspull_core::access::{ClusterAccess, Compared, Standing};
use crosspull_core::event::Entry;
use crosspull_core::explain::Trouble;
use crosspull_core::find::{Choice, Progress, Sought};
use crosspull_core::input::Answers;
use crosspull_core::input::Inputs;
use crosspull_core::login::{Given, SignedIn};
use crosspull_core::names::Direction;
use crosspull_core::names::RunId;
use crosspull_core::names::{Side, StepId};
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{Entered, Prompt};
use crossterm::event::KeyEvent;
use zeroize::Zeroizing;

use crate::spoken::Said;
use crate::theme::Background;

/// A message: something happened.
#[derive(Debug, Clone)]
pub enum Msg {
    /// A key was pressed.
    Key(KeyEvent),
    /// Text was pasted.
    Paste(String),
    /// Something was said in place of a key, where there is no screen.
    Said(Said),
    /// The window has this many columns and rows now.
    Resize(u16, u16),
    /// The terminal told its background.
    Background(Background),
    /// Time passed; sent while [`crate::Model::animates`] says so.
    Tick,
    /// The engine said something.
    Engine(Entry),
    /// A person is asked to sign in, or not any more.
    Prompt(Prompt),
    /// Somebody signed in to a tenant, or could not: in answer to [`Effect::SignIn`], or whenever it comes about.
    Entered {
        /// The tenant.
        side: Side,
        /// Who, and what the tenant is called; else why not.
        entered: Result<Entered, Trouble>,
    },
    /// A search found something more.
    Found {
        /// The search.
        sought: Sought,
        /// The choices that were found.
        choices: Vec<Choice>,
        /// The progress of the search.
        progress: Progress,
    },
    /// A sign-in to a registry came about, or was refused, in answer to [`Effect::EnterRegistry`].
    RegistryEntered {
        /// The try that it comes of.
        attempt: u32,
        /// The sign-in; else why there is none.
        entered: Result<Box<SignedIn>, Trouble>,
    },
    /// A program was given the sign-in, in answer to [`Effect::GiveSignIn`].
    SignInGiven {
        /// The try that the sign-in is of.
        attempt: u32,
        /// What became of it.
        given: Given,
    },
    /// Something is told of who can reach a cluster, in answer to [`Effect::ReadAccess`].
    Access {
        /// The try that tells it.
        attempt: u32,
        /// The part that is told.
        told: AccessTold,
    },
    /// The earlier runs that nobody works on, newest first.
    Earlier(Vec<Run>),
    /// An earlier run was taken up; signing in has begun.
    TakenUp {
        /// The run as its journal tells it.
        run: Box<Run>,
        /// The direction: on, or back.
        way: Direction,
    },
    /// This program has the value of the run's secret, or has not.
    SecretAtHand(bool),
    /// The secret, in answer to [`Effect::RevealSecret`].
    Secret(Secret),
    /// The shell tells what became of a copy, or of a file that holds no secret.
    Notice(Notice),
    /// The shell tried to save the secret in a file.
    SecretSaved {
        /// The place of the secret; else the sentence that tells why it is nowhere.
        place: Result<String, String>,
    },
    /// The checks are over, whatever they came to, or the weighing of the routes is.
    ChecksOver,
    /// The run could not begin, and nothing was sent; why.
    NotBegun(String),
    /// The receipt of the run is at this place.
    Receipt(String),
    /// The page for the person who is waited for is in this file as Markdown, and beside it as text and as a script.
    Page(String),
    /// Somebody wants the program to end, by a signal in place of a key.
    StopAsked,
}

/// A part of what is told of who can reach a cluster.
#[derive(Debug, Clone)]
pub enum AccessTold {
    /// A call was sent.
    Calls(String),
    /// The cluster was read, or could not be.
    Cluster(Result<Box<ClusterAccess>, Trouble>),
    /// Where the one who is asked about stands was read, or could not be.
    Standing(Result<Box<Standing>, Trouble>),
    /// The cluster itself was asked about them.
    Compared(Vec<Compared>),
}

/// A line for the operator about something the shell did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// False where it did not work.
    pub good: bool,
}

impl Notice {
    /// Something that worked, or that is only to be known.
    #[must_use]
    pub fn good(text: impl Into<String>) -> Self {
        Self { text: text.into(), good: true }
    }

    /// Something that did not work.
    #[must_use]
    pub fn bad(text: impl Into<String>) -> Self {
        Self { text: text.into(), good: false }
    }
}

/// An effect: the shell is to do something.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Read what routes are chosen by, and weigh them by it. It takes the place of the checks under way;
    /// [`crosspull_core::event::Event::RoutesWeighed`] tells what comes of it, and [`Msg::ChecksOver`] that it is over.
    Weigh(Box<Inputs>),
    /// Run the checks. They take the place of those under way, whose events are to be dropped.
    Check(Box<Inputs>),
    /// Take up an earlier run: lock it, read it, say so by [`Msg::TakenUp`], and sign in. It takes the place of the
    /// checks under way, or of the run that is over.
    TakeUp {
        /// The run.
        run: RunId,
        /// The direction: on, or back.
        way: Direction,
    },
    /// Let go of the run that was taken up, so that others may work on it.
    LetGo,
    /// Let go of the run that ended here, which another one follows: what is true of it is told at the end of the program.
    SetAside {
        /// The run.
        run: Box<Run>,
        /// The file that has its secret.
        secret: Option<String>,
    },
    /// Run the plan of a new run.
    Run(Box<Plan>),
    /// Go on with the run that was taken up, or take it back, by that plan.
    Go {
        /// The direction.
        way: Direction,
        /// The plan.
        plan: Box<Plan>,
    },
    /// The operator said yes before this step.
    Confirm(StepId),
    /// Wait no longer before the reset.
    CutShort,
    /// End the run after the call in flight.
    Stop,
    /// Sign in to a tenant by the answers so far, and tell who that is by [`Msg::Entered`].
    SignIn {
        /// The tenant.
        side: Side,
        /// True where somebody else than the person who signed in so far may be meant.
        anew: bool,
    },
    /// Sign in to a registry as [`crate::Model::wish`] says, in place of a sign-in under way; [`Msg::RegistryEntered`] tells what
    /// comes of it. What signs in there is the secret that is copied, shown and saved from then on.
    EnterRegistry {
        /// Tells this try from others.
        attempt: u32,
    },
    /// End the sign-in to a registry, and forget what came of it.
    LeaveRegistry,
    /// Give the sign-in to a program.
    GiveSignIn {
        /// The program.
        program: &'static str,
    },
    /// Read who can reach the cluster that the answers name, in place of what is read; [`Msg::Access`] tells part by part.
    ReadAccess {
        /// Tells this try from others.
        attempt: u32,
    },
    /// Read it no more.
    LeaveAccess,
    /// Open an address in a browser of this machine; asked for on a desktop alone ([`crate::Here::desktop`]).
    Open {
        /// The address.
        address: String,
    },
    /// Ask nobody to sign in any more: it ends the check, the search or the sign-in that needs it.
    StopSignIn,
    /// Look for something, in place of what is looked for; [`Msg::Found`] tells page by page.
    Find {
        /// The kind of thing to look for.
        sought: Sought,
        /// The answers so far.
        answers: Box<Answers>,
    },
    /// Look for nothing any more.
    CancelFind,
    /// Leave the program now.
    Leave,
    /// Draw everything anew, the terminal may have been written over.
    Redraw,
    /// Give the terminal back and stop until somebody lets the program go on.
    Suspend,
    /// Copy a text; `what` names it, for the answer.
    Copy {
        /// Such as `consent address`.
        what: String,
        /// The text, which may be a code to sign in with.
        text: Zeroizing<String>,
    },
    /// Copy the secret.
    CopySecret,
    /// Show a text on the terminal itself, without a frame, until a key is pressed.
    ShowPlain {
        /// The text, which may be a code to sign in with.
        text: Zeroizing<String>,
    },
    /// Show the secret so.
    ShowSecretPlain,
    /// Put something harmless in the place of the secret that was copied.
    ClearClipboard,
    /// Hand the secret over for a short look, by [`Msg::Secret`].
    RevealSecret,
    /// Save the secret in a new file that its owner alone can read; [`Msg::SecretSaved`] tells what became of it.
    SaveSecret {
        /// The path, as typed.
        path: String,
    },
    /// Save a text that holds no secret in a new file.
    SaveText {
        /// The path, as typed.
        path: String,
        /// The text.
        text: String,
    },
}
