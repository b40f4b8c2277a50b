//! Writes the entry of a cluster, and asks the cluster as whom it knows whoever signs in by it.

use crosspull_azure::access::kubeconfig::{Known, NotKnown, given, known};
use crosspull_azure::door::Door;
use crosspull_azure::reply;
use crosspull_azure::request::Audience;
use crosspull_azure::sign_in::KUBERNETES_SERVER;
use crosspull_core::access::exec::{ExecSignIn, Fixed};
use crosspull_core::access::kubeconfig::{
    Chosen, EntraServer, Entry, Given, GivenBy, Kubelogin, KubeloginUser, User, Wish,
};
use crosspull_core::explain::Trouble;
use crosspull_core::kept::{Kept, Sort};
use crosspull_core::names::Side;
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::SignIn;
use jiff::Timestamp;

use super::{Asked, fixed};
use crate::attended::Means;
use crate::headless::lines::aside;
use crate::kept::cache::Cache;
use crate::login::tools::on_path;
use crate::sources::environment;

/// An entry that was written.
pub(super) struct Written {
    pub chosen: Chosen,
    /// The kubeconfig for standard output.
    pub alone: Option<Secret>,
    /// How it signs in: `None` by a certificate that is everybody's.
    pub sign_in: Option<ExecSignIn>,
    pub proved: Result<Known, NotProved>,
}

/// The reason why it is not known that an entry lets somebody in.
pub(super) struct NotProved {
    pub lines: Vec<String>,
    /// True where it is known that it does not.
    pub is_refused: bool,
}

/// Writes the entry, and proves it.
pub(super) async fn write(asked: &Asked, means: &Means) -> Result<Written, Trouble> {
    let id = &asked.cluster.cluster;
    let door = asked.cluster.enter(means).await?;
    let text = given(&door, id, asked.credential()).await?;
    let not_written = |why: String| Trouble::new(format!("No entry of {} was written.", id.name()), why, "");
    let given = Given::parse(text.reveal(), KUBERNETES_SERVER)
        .map_err(|why| not_written(format!("The kubeconfig that Azure gives cannot be used: {why}")))?;
    let (user, sign_in) = user(asked, &door, &given).await.map_err(|why| match why {
        NoUser::Trouble(trouble) => trouble,
        NoUser::Because(why) => not_written(why),
    })?;
    let entry = Entry::new(&given, user);
    if sign_in.is_none() && !asked.admin {
        // Before the key is there. Of the admin's it was said before the question.
        asked.place.warning().iter().for_each(|line| aside(line));
    }
    let wish = Wish { id, context: asked.context.as_deref(), overwrite: asked.overwrite };
    let (chosen, alone) = asked.place.write(&wish, &entry, asked.keeps_context).map_err(not_written)?;
    let proved = prove(asked, means, &door, &text, sign_in.as_ref()).await;
    Ok(Written { chosen, alone: alone.map(Secret::new), sign_in, proved })
}

/// The reason why there is no user for an entry.
enum NoUser {
    Trouble(Trouble),
    Because(String),
}

/// Returns the user of the entry, and the sign-in that it fixes.
async fn user(asked: &Asked, door: &Door, given: &Given) -> Result<(User, Option<ExecSignIn>), NoUser> {
    let server = match &given.by {
        GivenBy::Fixed(user) => return Ok((User::Fixed { user: user.clone(), admin: asked.admin }, None)),
        GivenBy::Entra(server) => server,
    };
    let tenant = match &server.tenant {
        Some(tenant) => Some(tenant.clone()),
        None => {
            let token = door.tokens().token(Side::A, Audience::Arm).await.map_err(NoUser::Trouble)?;
            reply::tenant_of(&token).map(|tenant| tenant.to_string())
        }
    };
    let sign_in = fixed::fix(&asked.cluster, tenant.as_deref(), server).map_err(NoUser::Because)?;
    let user = if asked.kubelogin {
        User::Kubelogin(KubeloginUser::of(server, &kubelogin(&sign_in, server)))
    } else {
        User::Crosspull { program: program().map_err(NoUser::Because)?, sign_in: sign_in.clone() }
    };
    Ok((user, Some(sign_in)))
}

/// Returns the same sign-in as kubelogin calls it (`docs/facts/azure.md` 9.5).
fn kubelogin<'a>(sign_in: &'a ExecSignIn, server: &'a EntraServer) -> Kubelogin<'a> {
    let (client, tenant) = (sign_in.get(Fixed::ClientId), sign_in.get(Fixed::Tenant));
    let of_person = client.or(server.client.as_deref());
    let (method, client, tenant) = match fixed::sign_in(sign_in) {
        SignIn::DeviceCode => ("devicecode", of_person, tenant),
        SignIn::Browser => ("interactive", of_person, tenant),
        SignIn::ServicePrincipal => ("spn", client, tenant),
        SignIn::ManagedIdentity => ("msi", client, None),
        SignIn::WorkloadIdentity => ("workloadidentity", client, tenant),
        SignIn::AzureCli | SignIn::Nobody => ("azurecli", None, tenant),
    };
    Kubelogin { method, client, tenant }
}

/// Returns this program as kubectl is to run it: by its bare name where the PATH leads to it.
fn program() -> Result<String, String> {
    const NAME: &str = "crosspull";
    let own = std::env::current_exe().map_err(|error| format!("It is not known where this program is ({error})"))?;
    let found = on_path(&environment("PATH").unwrap_or_default(), NAME).and_then(|file| file.canonicalize().ok());
    if found.is_some() && found == own.canonicalize().ok() {
        return Ok(NAME.to_owned());
    }
    own.to_str()
        .map(str::to_owned)
        .ok_or_else(|| "The path of this program is no text that a kubeconfig holds".to_owned())
}

/// Asks the cluster as whom it knows whoever signs in by the entry. What signs in is kept for the first call of kubectl.
async fn prove(
    asked: &Asked,
    means: &Means,
    door: &Door,
    given: &Secret,
    sign_in: Option<&ExecSignIn>,
) -> Result<Known, NotProved> {
    let token = match sign_in {
        Some(sign_in) => Some(token(asked, means, sign_in).await?),
        None => None,
    };
    known(door, given, token).await.map_err(|NotKnown { why, is_refused }| {
        if let Some(sign_in) = sign_in.filter(|_| is_refused) {
            // kubectl is not to be given it again. Where it stays, it is in nobody's way for longer than it lives.
            let _ = Cache::forget_of_login(&fixed::name(sign_in));
        }
        let not = if is_refused { "The cluster does not let it in" } else { "Written, not proved" };
        NotProved { lines: vec![format!("{not}: {why}")], is_refused }
    })
}

/// Signs in as the entry does, by the same login: a person is not asked again.
async fn token(asked: &Asked, means: &Means, sign_in: &ExecSignIn) -> Result<Secret, NotProved> {
    let not = |lines: Vec<String>| match means.is_stopped() {
        true => NotProved { lines: vec!["Written, not proved: it was stopped".to_owned()], is_refused: false },
        false => NotProved { lines, is_refused: true },
    };
    let mut way = fixed::way(sign_in).map_err(not)?;
    way.credentials.keep_persons(asked.cluster.way.credentials.clone(), &way.access);
    let signed_in = fixed::token(means, way).await;
    let (token, expires) = signed_in.map_err(|trouble| not(trouble.lines(asked.cluster.cloud())))?;
    if let Some((cache, by)) = Cache::of_login().zip(fixed::line(sign_in)).filter(|_| !asked.kubelogin) {
        let kept = Kept { sort: Sort::Cluster, by, since: Timestamp::now(), expires, token: token.clone() };
        // Where it cannot be kept, the first call signs in.
        let _ = cache.keep(&fixed::name(sign_in), &kept);
    }
    Ok(token)
}

/// True where kubectl finds kubelogin.
pub(super) fn kubelogin_is_there() -> bool {
    on_path(&environment("PATH").unwrap_or_default(), "kubelogin").is_some()
}
