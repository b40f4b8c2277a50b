//! `crosspull login`: signs in to a registry, and gives the sign-in to who needs it. The registry's tenant is tenant B
//! in crosspull's words, so its answers and variables are those of B.

mod admin;
pub mod arguments;
pub mod asked;
pub mod check;
mod config_files;
pub mod configure;
pub mod credential;
pub mod enter;
mod entered;
mod give;
pub mod identity;
mod link;
mod registries;
mod renew;
pub mod tell;
pub mod tools;

use clap::ArgMatches;
use crosspull_core::explain::Trouble;
use crosspull_core::wording::Front;

use crate::attended::Attended;
use crate::exit::Code;
use crate::sources::environment;
use crate::tell::{complain, print, refused};

use arguments::flag;
use asked::Asked;
use tell::Told;

/// Signs in to the registry that the arguments name, and gives the sign-in to who needs it.
///
/// # Errors
/// An error where signals or standard output cannot be used.
pub async fn run(arguments: &ArgMatches) -> color_eyre::Result<Code> {
    if flag(arguments, arguments::CONFIGURE) {
        return configure::run(arguments).await;
    }
    if flag(arguments, arguments::ENABLE_ADMIN) {
        return admin::enable(arguments).await;
    }
    if flag(arguments, arguments::CHECK) {
        return check::run(arguments).await;
    }
    let asked = match Asked::read(arguments, &environment) {
        Ok(asked) => asked,
        Err(complaints) => {
            if Told::of(arguments) == Told::Json {
                let why = complaints.join("; ");
                let trouble =
                    Trouble::new("Nothing was called, since the input is not complete or not right.", why, "");
                print(&[serde_json::json!({ "trouble": trouble }).to_string()])?;
            }
            return Ok(complain(&complaints));
        }
    };
    let told = Told::of(arguments);
    let cloud = asked.answers.cloud();
    let mut attended = Attended::new(cloud)?;
    let means = attended.means();
    let work = async {
        match enter::enter(asked, means).await {
            Ok(entered) => give::give(arguments, told, &entered).await,
            Err(trouble) => Ok(refused(told.of_refusal(), Front::LoginFlags, &trouble, cloud)),
        }
    };
    attended.see(work).await.unwrap_or_else(Ok)
}
