//! What a check of a registry is asked for, read and checked before anything is called.

use clap::ArgMatches;
use crosspull_core::command::Command;
use crosspull_core::ids::{ClusterId, ImageRef};
use crosspull_core::input::{Access, Key, namespace};
use crosspull_core::login::Who;
use crosspull_core::names::{PerTenant, RunId, Side, pod_name};

use super::super::arguments::{AS, FROM_CLUSTER, NOBODY, REPOSITORY, SIGN_IN, all, flag};
use super::super::asked::{Asked, registry};
use crate::attended::Way;
use crate::credentials;
use crate::headless::nobody_to_ask;
use crate::sources::{self, Variables};

/// A check, as it is asked for.
pub struct AskedCheck {
    pub asked: Asked,
    /// The image that is looked at.
    pub image: Option<ImageRef>,
    /// The cluster that is to pull it too.
    pub cluster: Option<AskedCluster>,
}

/// A cluster that is to pull an image.
pub struct AskedCluster {
    pub id: ClusterId,
    pub namespace: String,
    /// The mark that tells the pod from others.
    pub mark: RunId,
    /// The way to the cluster's tenant.
    pub way: Way,
}

impl AskedCheck {
    /// Reads what the arguments, the environment and an answers file ask for.
    ///
    /// # Errors
    /// Every complaint at once.
    pub fn read(arguments: &ArgMatches, variables: Variables) -> Result<Self, Vec<String>> {
        let image = match all(arguments, REPOSITORY).as_slice() {
            [] => None,
            [one] => Some(ImageRef::parse(one).map_err(|why| vec![format!("repository: {why}")])?),
            _ => return Err(vec!["repository: several are named, and one is looked at at a time".to_owned()]),
        };
        let word = |name| arguments.get_one::<String>(name).map(String::as_str);
        if word(SIGN_IN) == Some(NOBODY) && word(AS) != Some(Who::Me.word()) {
            return Err(vec![format!("sign-in: {NOBODY} signs nobody in, and --as names somebody: give one of them")]);
        }
        let asked = Asked::of(arguments, variables, registry(arguments)?)?;
        let cluster = arguments.get_one::<String>(FROM_CLUSTER);
        let cluster = cluster.map(|text| AskedCluster::read(text, arguments, variables)).transpose()?;
        Ok(Self { asked, image, cluster })
    }
}

impl AskedCluster {
    fn read(text: &str, arguments: &ArgMatches, variables: Variables) -> Result<Self, Vec<String>> {
        let id = ClusterId::parse(text).map_err(|why| vec![format!("{FROM_CLUSTER}: {why}")])?;
        if let Some(complaint) = nobody_to_ask(arguments) {
            return Err(vec![complaint]);
        }
        let answers = sources::answers(arguments, variables)?;
        let namespaces = answers.all(Key::Namespace);
        let namespace = namespace(namespaces.first().copied().unwrap_or("default"));
        let namespace = namespace.map_err(|why| vec![format!("namespace: {why}")])?;
        let access = if answers.get(Key::TenantA).is_some() {
            Access::of_side(&answers, Side::A)
        } else {
            Access::at_home(&answers, Side::A)
        };
        let access = access.map_err(|complaints| complaints.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        let subscriptions = PerTenant { a: Some(id.subscription()), b: None };
        let credentials = credentials::read(&access, subscriptions, variables)?;
        let mark = RunId(uuid::Uuid::new_v4().simple().to_string().chars().take(8).collect());
        Ok(Self { id, namespace, mark, way: Way { access, credentials } })
    }

    /// Returns how to remove the pod, where the check was cut short.
    pub fn left(&self) -> String {
        let command = Command::DeletePod { pod: &pod_name(&self.mark), namespace: &self.namespace }.to_string();
        format!("crosspull: a pod of the check that is still there is removed by {command}")
    }

    /// Returns the question before the pod is made. `None` where it is answered already.
    pub fn question(&self, arguments: &ArgMatches, image: Option<&ImageRef>) -> Option<String> {
        let image = image.map(ToString::to_string).unwrap_or_default();
        let (name, pod) = (self.id.name(), pod_name(&self.mark));
        let asks = format!(
            "A pod {pod} in namespace {} of {name} pulls {image} with what the cluster has, and is removed again.\nMake it? \
             Type yes: ",
            self.namespace
        );
        (!flag(arguments, "yes")).then_some(asks)
    }
}
