//! The sign-in to each tenant: which tenant it is, and who signed in.

use crosspull_core::check::{Check, Finding, Level, TenantFacts, judge_tenants};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{TenantId, TenantRef};
use crosspull_core::input::{Access, ConsentMode, Inputs};
use crosspull_core::names::{PerTenant, Route, Side, Tenants};
use crosspull_core::secret::Secret;
use crosspull_core::sign_in::{AccountKind, Entered, SignIn};
use crosspull_core::text::{abbreviated, lower_first, printable};
use futures_util::future::join;

use super::{CheckStopped, begin, call_stop, conclude, say};
use crate::door::Door;
use crate::journal::JournalError;
use crate::reply::{self, List, OpenId, Organization};
use crate::request::{self, Audience};

/// The answers of a tenant's sign-in.
struct Answered {
    id: Result<TenantId, Finding>,
    /// The token. `None` where nobody signs in.
    token: Option<Result<Secret, Trouble>>,
    organization: Option<Organization>,
}

/// Signs in to both tenants. Where both are the same, one sign-in serves both.
///
/// Returns `None` where something stops, which is said.
pub(super) async fn enter_both(door: &Door, inputs: &Inputs) -> Result<Option<PerTenant<TenantFacts>>, JournalError> {
    enter_as(door, &inputs.access, inputs.route.and_then(Route::tenants), true).await
}

/// Signs in to both tenants of a run that goes on. Returns true where the operator may go on. `counts` is true where the run
/// is about a cluster and a registry, so that it matters whether their tenants are one.
///
/// # Errors
///
/// The error of a journal that cannot be written.
pub async fn admit_again(door: &Door, access: &Access, counts: bool) -> Result<bool, JournalError> {
    Ok(enter_as(door, access, None, counts).await?.is_some())
}

/// Looks whether tenant B's directory lets the operator in, who is to provision the app there. Returns true where the
/// checks may go on.
///
/// Sign-in can let an account in to Resource Manager and keep it from Graph (`docs/facts/azure.md` 9.8). Where nobody
/// said how the app is let in, a person does it by a link then.
pub(super) async fn directory_lets_in(door: &Door, consent: ConsentMode) -> Result<bool, JournalError> {
    if consent == ConsentMode::Url || !door.tokens().signs_in(Side::B) {
        return Ok(true);
    }
    let Err(trouble) = door.tokens().token(Side::B, Audience::Graph).await else { return Ok(true) };
    if door.wire().control().is_stopped() {
        return Ok(false);
    }
    let check = Check::SignIn(Side::B);
    let text = format!("tenant B's directory does not let you in: {}", lower_first(trouble.why.trim_end_matches('.')));
    let finding = match consent {
        ConsentMode::Direct => {
            check.stop(text, format!("{} Or let an administrator of tenant B do it: --consent url", trouble.now))
        }
        ConsentMode::Auto | ConsentMode::Url => check.warn(
            text,
            "An administrator of tenant B lets the app in by a link, and the run waits for that. To do it yourself, sign in \
             to tenant B with an account that its directory lets in.",
        ),
    };
    Ok(say(door, Finding { refusal: trouble.refusal, ..finding })? != Level::Stop)
}

async fn enter_as(
    door: &Door,
    access: &Access,
    wanted: Option<Tenants>,
    counts: bool,
) -> Result<Option<PerTenant<TenantFacts>>, JournalError> {
    let sign_in = |side| enter(door, &access.tenants[side], side);
    // The other side of one tenant is the same tenant, so nobody has to be asked for it.
    let somebody = if access.sign_ins.a == SignIn::Nobody { Side::B } else { Side::A };
    let is_enough = access.one_sign_in || access.sign_ins[somebody.other()] == SignIn::Nobody;
    if access.tenants.is_one() && is_enough {
        let entered = sign_in(somebody).await;
        if counts
            && let Ok(id) = &entered.id
            && say(door, judge_tenants(PerTenant { a: *id, b: *id }, wanted))? == Level::Stop
        {
            return Ok(None);
        }
        return Ok(admit(door, somebody, entered).ok().map(|tenant| PerTenant { a: tenant.clone(), b: tenant }));
    }
    let (a, b) = join(sign_in(Side::A), sign_in(Side::B)).await;
    if counts
        && let (Ok(id_a), Ok(id_b)) = (&a.id, &b.id)
        && say(door, judge_tenants(PerTenant { a: *id_a, b: *id_b }, wanted))? == Level::Stop
    {
        return Ok(None);
    }
    Ok(match (admit(door, Side::A, a), admit(door, Side::B, b)) {
        (Ok(a), Ok(b)) => Some(PerTenant { a, b }),
        _ => None,
    })
}

/// Asks a tenant's sign-in which tenant it is, and for a token.
///
/// Nothing is judged yet, since what matters first is whether the tenants are two.
async fn enter(door: &Door, named: &TenantRef, side: Side) -> Answered {
    let check = || Check::SignIn(side);
    let work = Work::Check(check());
    let endpoints = door.endpoints();
    // Where this event cannot be written, those of the calls cannot be either.
    let _ = begin(door, &check());
    let openid = door.json::<OpenId>(&work, request::openid_configuration(endpoints, side, &named.to_string()));
    let somebody = door.tokens().signs_in(side);
    let token = async { if somebody { Some(door.tokens().token(side, Audience::Arm).await) } else { None } };
    let organization = async {
        if !somebody {
            return None;
        }
        // A name is welcome and not needed: many accounts may not read it.
        let list = door.json::<List<Organization>>(&work, request::organization(endpoints, side)).await.ok();
        list.and_then(|list| list.value.into_iter().next())
    };
    let operator = async {
        if door.tokens().asks_a_person(side) {
            // A person who declined is not asked again for the sake of a name.
            let token = token.await;
            let organization = if matches!(token, Some(Ok(_))) { organization.await } else { None };
            (token, organization)
        } else {
            join(token, organization).await
        }
    };
    let (openid, (token, organization)) = join(openid, operator).await;
    let id = match openid {
        Err(error) => {
            // Nobody but the sign-in itself can say that it does not know the tenant.
            let what = if error.is_final() { "is not known" } else { "cannot be asked" };
            Err(call_stop(check(), &format!("tenant {side} ({named}) {what}"), error))
        }
        Ok(openid) => openid.tenant().ok_or_else(|| {
            let text = format!("tenant {side}'s sign-in does not say which tenant it is");
            check().stop(text, "Check the sign-in host.")
        }),
    };
    Answered { id, token, organization }
}

/// Signs in to one tenant. Returns who signed in, and to which tenant. Nothing else is read.
///
/// # Errors
///
/// The reason why that does not work, or that the account is another tenant's.
pub async fn sign_in(door: &Door, named: &TenantRef, side: Side) -> Result<Entered, Trouble> {
    let entered = entered(side, enter(door, named, side).await);
    entered.map_err(|finding| Trouble {
        refusal: finding.refusal,
        ..Trouble::new(format!("Sign-in to tenant {side} did not work."), upper_first(&finding.text), finding.now)
    })
}

/// Returns the text of a finding, which stands beside a mark, as a text that stands alone.
fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Judges whether the operator is signed in, and to the right tenant.
fn admit(door: &Door, side: Side, answered: Answered) -> Result<TenantFacts, CheckStopped> {
    let judged = entered(side, answered).map(|entered| {
        let text = if door.tokens().signs_in(side) {
            format!("signed in to tenant {side} {}", who(&entered))
        } else {
            format!("somebody else administers tenant {side}, {}: they get a page", entered.tenant)
        };
        let finding = Check::SignIn(side).pass(text);
        (TenantFacts { id: entered.tenant, name: entered.name }, finding)
    });
    conclude(door, judged)
}

/// Returns who signed in, and to which tenant by its own words.
fn entered(side: Side, answered: Answered) -> Result<Entered, Finding> {
    let check = || Check::SignIn(side);
    let Answered { id, token, organization } = answered;
    let tenant = id?;
    let Some(token) = token else { return Ok(Entered { tenant, name: None, domain: None, account: None }) };
    let token = token.map_err(|trouble| Finding {
        refusal: trouble.refusal,
        ..check().stop(format!("no sign-in to tenant {side}: {}", lower_first(&trouble.why)), trouble.now)
    })?;
    if let Some(other) = reply::tenant_of(&token).filter(|other| *other != tenant) {
        return Err(check().stop(
            format!("you are signed in to tenant {other}, and tenant {side} is {tenant}"),
            format!("Sign in to tenant {side}, or name the tenant that you are signed in to."),
        ));
    }
    let domain = organization.as_ref().and_then(Organization::domain).map(|d| printable(d, 60));
    let name = organization.and_then(|o| o.display_name).map(|n| printable(&n, 60));
    Ok(Entered { tenant, name, domain, account: reply::account_of(&token) })
}

/// Returns the account and its tenant, with the tenant's id whole: `as ops@contoso.com: Contoso Ltd, contoso.com,
/// 1f0c…`.
fn who(entered: &Entered) -> String {
    let account = entered.account.as_ref().map(|account| match account.kind {
        AccountKind::App => format!("as app {}", abbreviated(&account.name)),
        AccountKind::Member | AccountKind::Guest => format!("as {account}"),
    });
    let tenant = [entered.name.clone(), entered.domain.clone(), Some(entered.tenant.to_string())];
    let tenant = tenant.into_iter().flatten().collect::<Vec<_>>().join(", ");
    format!("{}: {tenant}", account.unwrap_or_else(|| "as somebody".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_findings_text_begins_like_a_sentence_where_it_stands_alone() {
        assert_eq!(upper_first("you are not signed in"), "You are not signed in");
        assert_eq!(upper_first(""), "");
    }
}
