//! The plan as a text for a file.

use crosspull_core::check::Level;
use crosspull_core::cloud::{CloudChoice, is_loopback};
use crosspull_core::input::Answers;
use crosspull_core::input::Key;
use crosspull_core::plan::Plan;
use crosspull_core::run::Run;

use super::command::{command, credentials};
use super::names::resources;
use super::reset::warning;

/// Returns the plan as Markdown: what the review shows, and what the checks warned of, for a file.
#[must_use]
pub(crate) fn plan_text(plan: &Plan, run: &Run, answers: &Answers) -> String {
    let at = match CloudChoice::parse(answers.or_default(Key::Cloud)) {
        Ok(CloudChoice::ByResourceManager(url)) if is_loopback(&url) => format!(", simulated, at {url}"),
        Ok(CloudChoice::ByResourceManager(url)) => format!(", at {url}"),
        Ok(CloudChoice::Known(_)) | Err(_) => String::new(),
    };
    let [cluster, registry] = resources(plan);
    let mut text = format!(
        "# crosspull: {}\n\n{}\n\n- cloud: {}{at}\n- tenant A: {}\n- cluster: {cluster}\n- tenant B: {}\n\
         - registry: {registry}\n\n{}\n",
        crosspull_core::route::title(plan.route),
        crosspull_core::route::says(plan.route),
        plan.cloud,
        plan.tenants.a,
        plan.tenants.b,
        warning(plan)
    );
    let mut warned = run.findings().filter(|f| f.level == Level::Warn).peekable();
    if warned.peek().is_some() {
        text.push_str("\nThe checks warn:\n\n");
    }
    for finding in warned {
        text.push_str(&format!("- {}\n", finding.text));
        if !finding.now.is_empty() {
            text.push_str(&format!("  {}\n", finding.now));
        }
    }
    for step in &plan.steps {
        text.push_str(&format!("\n{}. {}, {}\n", step.id, step.side, step.title()));
        for request in step.calls() {
            text.push_str(&format!("   - `{request}`\n"));
        }
        text.push_str(&format!("   - {}\n", step.undo()));
    }
    text.push_str(&format!("\nThe same without questions:\n\n```sh\n{}\n```\n", command(answers).join("\n  ")));
    if let Some(says) = credentials(answers) {
        text.push_str(&format!("\n{says}\n"));
    }
    text
}
