//! `crosspull access --principal`: how somebody gets into a cluster, what the cluster itself says of them, and what they may
//! do there.

use clap::{Arg, ArgAction, ArgMatches, Command};
use crosspull_azure::access::look::{self, About, Look};
use crosspull_core::access::{Can, Matrix, ObjectKind, PrincipalRef, Shown, Standing, Told};
use crosspull_core::explain::Trouble;
use crosspull_core::text::wrapped;
use crosspull_core::wording::Front;

use super::asked::{self, AskedCluster};
use crate::attended::{Attended, Means};
use crate::exit::Code;
use crate::tell::{Form, complain, print, refused};

/// The end where something was not read: it is told, and the answer is not whole.
const NOT_WHOLE: Code = 1;

/// The forms of a matrix.
const FORMS: [&str; 4] = ["text", "json", "markdown", "csv"];

/// The questions, and whom they are about.
struct Asked {
    of: AskedCluster,
    who: PrincipalRef,
    namespace: Option<String>,
    questions: Vec<Can>,
    matrix: Option<Shown>,
    form: String,
}

/// Adds the arguments.
pub fn arguments(command: Command) -> Command {
    let needs_matrix = |name: &'static str| Arg::new(name).long(name).requires("matrix");
    command
        .arg(Arg::new("principal").long("principal").value_name("WHO").help(
            "Who: me, a user principal name, an object id or app id, the name of a group or of a service principal, \
                     or system:serviceaccount:NAMESPACE:NAME",
        ))
        .arg(namespace().requires("principal"))
        .arg(
            Arg::new("can").long("can").value_name("QUESTION").requires("principal").action(ArgAction::Append).help(
                "Ask this of the cluster and of the rules: \"VERB RESOURCE[.GROUP][/PART|/NAME] [-n NAMESPACE]\"",
            ),
        )
        .arg(
            Arg::new("matrix")
                .long("matrix")
                .requires("principal")
                .conflicts_with("can")
                .action(ArgAction::SetTrue)
                .help("Tell what they may do, kinds by verbs, each with its reason"),
        )
        .arg(needs_matrix("resource").value_name("KIND").action(ArgAction::Append).help("A kind of the matrix"))
        .arg(needs_matrix("verb").value_name("VERB").action(ArgAction::Append).help("A verb of the matrix"))
        .arg(
            needs_matrix("only")
                .value_name("WHICH")
                .value_parser(["allowed"])
                .help("Only kinds in which something is allowed, or may be"),
        )
        .arg(
            Arg::new("output")
                .long("output")
                .value_name("FORM")
                .value_parser(FORMS)
                .default_value("text")
                .help("What to write on standard output; markdown and csv are forms of the matrix"),
        )
        .args(asked::kubernetes())
}

/// Returns the argument for the namespace that a question is about.
pub fn namespace() -> Arg {
    Arg::new("in-namespace")
        .long("namespace")
        .short('n')
        .value_name("NAME")
        .help("The namespace that is asked about; without it, all of them at once")
}

/// Tells what was asked about the principal that the arguments name.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    let asked = match Asked::read(arguments) {
        Ok(asked) => asked,
        Err(complaints) => return Ok(complain(&complaints)),
    };
    let form = Form::of(arguments);
    let mut attended = Attended::new(asked.of.cloud())?;
    let means = attended.means();
    let work = async {
        match asked.look(&means).await {
            Ok(look) => asked.tell(&look).await,
            Err(trouble) => Ok(refused(form, Front::Flags, &trouble, asked.of.cloud())),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}

/// Returns what is wrong with arguments that name nobody.
pub fn without(arguments: &ArgMatches) -> Option<String> {
    let form = arguments.get_one::<String>("output").map(String::as_str);
    let form = form.filter(|form| !["text", "json"].contains(form));
    form.map(|form| format!("output: {form} is a form of the matrix: give --principal and --matrix too"))
}

impl Asked {
    /// Reads what is asked, and complains about everything that is wrong.
    fn read(arguments: &ArgMatches) -> Result<Self, Vec<String>> {
        let text = |name: &str| arguments.get_one::<String>(name).cloned();
        let many = |name: &str| arguments.get_many::<String>(name).into_iter().flatten().cloned().collect::<Vec<_>>();
        let mut complaints = Vec::new();
        let who = text("principal").unwrap_or_default().parse::<PrincipalRef>();
        let who = who.map_err(|why| complaints.push(format!("principal: {why}")));
        let questions = read_all::<Can>("can", &many("can"), &mut complaints);
        let kinds = read_all::<ObjectKind>("resource", &many("resource"), &mut complaints);
        let place = text("in-namespace").map_or(Ok(String::new()), |name| crosspull_core::input::namespace(&name));
        complaints.extend(place.err().map(|why| format!("namespace: {why}")));
        let form = text("output").unwrap_or_default();
        if !arguments.get_flag("matrix") && ["markdown", "csv"].contains(&form.as_str()) {
            complaints.push(format!("output: {form} is a form of the matrix: give --matrix too"));
        }
        let of = AskedCluster::read(arguments).map_err(|more| complaints.extend(more));
        let (Ok(who), Ok(of), true) = (who, of, complaints.is_empty()) else { return Err(complaints) };
        let namespace = text("in-namespace");
        let shown =
            Shown { namespace: namespace.clone(), kinds, verbs: many("verb"), only_allowed: text("only").is_some() };
        let matrix = arguments.get_flag("matrix").then_some(shown);
        Ok(Self { of, who, namespace, questions, matrix, form })
    }

    async fn look(&self, means: &Means) -> Result<Look, Trouble> {
        let door = self.of.enter(means).await?;
        let namespace = self.namespace.as_deref();
        look::at(&door, About { cluster: &self.of.cluster, who: &self.who, namespace }).await
    }

    /// Tells what was seen, in the form that is wanted.
    async fn tell(&self, look: &Look) -> color_eyre::Result<Code> {
        let lines = match &self.matrix {
            Some(shown) => self.matrix(&look.standing, shown),
            None => self.standing(look).await,
        };
        print(&lines).map(|()| if look.standing.unread().next().is_none() { 0 } else { NOT_WHOLE })
    }

    fn matrix(&self, standing: &Standing, shown: &Shown) -> Vec<String> {
        let matrix = Matrix::of(standing, shown);
        match self.form.as_str() {
            "json" => vec![matrix.json().to_string()],
            "markdown" => matrix.markdown(),
            "csv" => matrix.csv(),
            _ => {
                let head = format!("{} {}, at {}:", matrix.who, matrix.place(), self.of.cluster.name());
                let head = wrapped(&head, 80);
                head.into_iter().chain([String::new()]).chain(matrix.text()).collect()
            }
        }
    }

    async fn standing(&self, look: &Look) -> Vec<String> {
        let standard = || Standing::standard_questions(self.namespace.as_deref());
        let asked =
            |can: &Can| Can { namespace: can.namespace.clone().or_else(|| self.namespace.clone()), ..can.clone() };
        let questions = if self.questions.is_empty() { standard() } else { self.questions.iter().map(asked).collect() };
        let compared = look.compared(&questions).await;
        let (standing, namespace) = (&look.standing, self.namespace.as_deref());
        let told = Told { cluster: self.of.cluster.name(), standing, namespace, compared: &compared };
        if self.form == "json" { vec![told.json().to_string()] } else { told.lines() }
    }
}

/// Reads texts of a flag; what is wrong with them is added to the complaints.
fn read_all<T: std::str::FromStr<Err = String>>(flag: &str, texts: &[String], complaints: &mut Vec<String>) -> Vec<T> {
    let mut read = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(value) => read.push(value),
            Err(why) => complaints.push(format!("{flag}: {why}")),
        }
    }
    read
}
