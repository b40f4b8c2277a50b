//! The credential that a run pulls with: a name, and a password in the vault.

use crosspull_core::ids::{AppId, KeyId, RegistryId};
use crosspull_core::names::PullUser;
use crosspull_core::operation::Fact;
use crosspull_core::secret::Secret;

use crate::step_context::StepContext;
use crate::step_result::StepError;

/// The credential that a run pulls with.
#[derive(Debug, Clone)]
pub struct PullCredential {
    /// The name to sign in to the registry with.
    pub user: String,
    /// The key of the password.
    pub key: KeyId,
    /// The password. `None` where this process does not have its value.
    pub password: Option<Secret>,
}

/// Waits for the credential that pulls from a registry, and for its right to.
pub async fn needed(
    context: &StepContext<'_>,
    user: PullUser,
    registry: &RegistryId,
) -> Result<PullCredential, StepError> {
    let credential = made(context, user, registry).await?;
    granted(context, user, registry).await?;
    Ok(credential)
}

/// Waits for the credential's right to pull from a registry. A registry's own user has it from the beginning.
pub async fn granted(context: &StepContext<'_>, user: PullUser, registry: &RegistryId) -> Result<(), StepError> {
    if user == PullUser::App {
        let _: String = context.need(Fact::Assignment(registry.clone())).await?;
    }
    Ok(())
}

/// Waits for the credential that is to pull from a registry, whatever its right is.
pub async fn made(
    context: &StepContext<'_>,
    user: PullUser,
    registry: &RegistryId,
) -> Result<PullCredential, StepError> {
    let (user, key): (String, KeyId) = match user {
        PullUser::App => {
            let app: AppId = context.need(Fact::App).await?;
            (app.to_string(), context.need(Fact::SecretKey).await?)
        }
        PullUser::OfRegistry => (
            context.need(Fact::PullUser(registry.clone())).await?,
            context.need(Fact::PullKey(registry.clone())).await?,
        ),
    };
    Ok(PullCredential { user, key, password: context.vault().get(key) })
}
