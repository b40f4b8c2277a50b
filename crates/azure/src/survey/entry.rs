//! Who is asked, and as whom: the sign-in to each tenant.

use crosspull_core::check::{Check, Finding, Level, TenantFacts, judge_tenants};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::TenantId;
use crosspull_core::inputs::Access;
use crosspull_core::plan::Side;
use crosspull_core::secret::Secret;
use crosspull_core::text::printable;
use futures_util::future::{join, join3};

use super::{Said, begin, call_stop, conclude, lower_first, say};
use crate::door::Door;
use crate::journal::JournalError;
use crate::reply::{self, List, OpenId, Organization};
use crate::request::{self, Audience};

/// What a tenant's sign-in answered.
struct Entered {
    id: Result<TenantId, Finding>,
    token: Result<Secret, Trouble>,
    name: Option<String>,
}

/// What came of signing in to a tenant.
type Admitted = Result<TenantFacts, Said>;

/// Signs in to both tenants. None where they are one: nothing else matters then.
pub(super) async fn enter_both(door: &Door, access: &Access) -> Result<Option<(Admitted, Admitted)>, JournalError> {
    let (a, b) = join(enter(door, access, Side::A), enter(door, access, Side::B)).await;
    if let (Ok(id_a), Ok(id_b)) = (&a.id, &b.id)
        && say(door, judge_tenants(*id_a, *id_b))? == Level::Stop
    {
        return Ok(None);
    }
    Ok(Some((admit(door, Side::A, a), admit(door, Side::B, b))))
}

/// Signs in to both tenants of a run that goes on; true where the operator may go on.
///
/// # Errors
/// Where the journal cannot be written.
pub async fn admit_again(door: &Door, access: &Access) -> Result<bool, JournalError> {
    Ok(matches!(enter_both(door, access).await?, Some((Ok(_), Ok(_)))))
}

/// Asks a tenant's sign-in which tenant it is, and for a token. Nothing is judged yet, since what matters first is
/// whether the tenants are two.
async fn enter(door: &Door, access: &Access, side: Side) -> Entered {
    let named = match side {
        Side::A => &access.tenant_a,
        Side::B => &access.tenant_b,
    };
    let check = || Check::SignIn(side);
    let work = Work::Check(check());
    let endpoints = door.endpoints();
    // Where this is not heard, the events of its calls are not either.
    let _ = begin(door, &check());
    let openid = door.json::<OpenId>(&work, request::openid_configuration(endpoints, side, &named.to_string()));
    let token = door.tokens().token(side, Audience::Arm);
    let organization = door.json::<List<Organization>>(&work, request::organization(endpoints, side));
    let (openid, token, organization) = join3(openid, token, organization).await;
    let id = match openid {
        Err(error) => Err(call_stop(check(), &format!("tenant {side} ({named}) is not known"), error)),
        Ok(openid) => tenant_of(&openid.issuer).ok_or_else(|| {
            let text = format!("tenant {side}'s sign-in does not say which tenant it is");
            check().stop(text, "Check the sign-in host.")
        }),
    };
    // A name is nice to have: many accounts may not read it.
    let name = organization.ok().and_then(|o| o.value.into_iter().next()?.display_name).map(|n| printable(&n, 60));
    Entered { id, token, name }
}

/// Judges whether the operator is signed in, and to the right tenant.
fn admit(door: &Door, side: Side, entered: Entered) -> Admitted {
    let check = || Check::SignIn(side);
    let judged = || {
        let Entered { id, token, name } = entered;
        let id = id?;
        let token = token.map_err(|trouble| Finding {
            refusal: trouble.refusal,
            ..check()
                .stop(format!("you are not signed in to tenant {side}: {}", lower_first(&trouble.why)), trouble.now)
        })?;
        if let Some(other) = reply::tenant_of(&token).filter(|tenant| *tenant != id) {
            return Err(check().stop(
                format!("you are signed in to tenant {other}, and tenant {side} is {id}"),
                format!("Sign in to tenant {side}, or name the tenant that you are signed in to."),
            ));
        }
        let shown = name.as_ref().map_or_else(|| id.to_string(), |n| format!("{n}, {id}"));
        Ok((TenantFacts { id, name }, check().pass(format!("signed in to tenant {side}: {shown}"))))
    };
    conclude(door, judged())
}

/// The tenant that an issuer names: `https://…/TENANT-ID/v2.0`.
fn tenant_of(issuer: &str) -> Option<TenantId> {
    issuer.split('/').find_map(|part| part.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_names_its_tenant() {
        let id = "1f0c2b7e-90aa-4c1e-8d6f-51b2c7f09a2e";
        for issuer in [format!("https://login.microsoftonline.com/{id}/v2.0"), format!("https://sts.windows.net/{id}/")]
        {
            assert_eq!(tenant_of(&issuer).map(|t| t.to_string()), Some(id.to_owned()));
        }
        assert_eq!(tenant_of("https://login.microsoftonline.com/common/v2.0"), None);
    }
}
