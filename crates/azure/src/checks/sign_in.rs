//! The sign-in to each tenant: which tenant it is, and who signed in.

use crosspull_core::check::{Check, Finding, Level, TenantFacts, judge_tenants};
use crosspull_core::event::Work;
use crosspull_core::explain::Trouble;
use crosspull_core::ids::{TenantId, TenantRef};
use crosspull_core::input::{Access, ConsentMode, Inputs, Key};
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
}

/// The tenants that let the operator in, before their names are read: nothing but what is told of a sign-in needs these.
pub(super) struct Admitted {
    entered: PerTenant<Entered>,
    /// The side whose sign-in serves both, where both are one tenant.
    only: Option<Side>,
}

impl Admitted {
    /// Returns the tenants' ids.
    pub(super) fn ids(&self) -> PerTenant<TenantId> {
        self.entered.as_ref().map(|entered| entered.tenant)
    }

    /// Reads the tenants' names, and says who signed in where.
    pub(super) async fn told(self, door: &Door) -> Result<PerTenant<TenantFacts>, CheckStopped> {
        let PerTenant { a, b } = self.entered;
        if let Some(side) = self.only {
            let tenant = tell(door, side, Ok(named(door, side, a).await))?;
            return Ok(PerTenant { a: tenant.clone(), b: tenant });
        }
        let (a, b) = join(named(door, Side::A, a), named(door, Side::B, b)).await;
        Ok(PerTenant { a: tell(door, Side::A, Ok(a))?, b: tell(door, Side::B, Ok(b))? })
    }
}

/// Signs in to both tenants. Where both are the same, one sign-in serves both.
///
/// Returns `None` where something stops, which is said.
pub(super) async fn enter_both(door: &Door, inputs: &Inputs) -> Result<Option<Admitted>, JournalError> {
    enter_as(door, &inputs.access, inputs.route.and_then(Route::tenants), true).await
}

/// Signs in to both tenants of a run that goes on. Returns true where the operator may go on. `counts` is true where the run
/// is about a cluster and a registry, so that it matters whether their tenants are one.
///
/// # Errors
///
/// The error of a journal that cannot be written.
pub async fn admit_again(door: &Door, access: &Access, counts: bool) -> Result<bool, JournalError> {
    match enter_as(door, access, None, counts).await? {
        Some(admitted) => Ok(admitted.told(door).await.is_ok()),
        None => Ok(false),
    }
}

/// Looks whether tenant B's directory lets the operator in, who is to provision the app there. Returns the finding that it
/// does not.
///
/// Sign-in can let an account in to Resource Manager and keep it from Graph (`docs/facts/azure.md` 9.8). Where nobody
/// said how the app is let in, a person does it by a link then.
pub(super) async fn directory_keeps_out(door: &Door, consent: ConsentMode) -> Option<Finding> {
    if consent == ConsentMode::Url || !door.tokens().signs_in(Side::B) {
        return None;
    }
    let trouble = door.tokens().token(Side::B, Audience::Graph).await.err()?;
    let check = Check::SignIn(Side::B);
    let text = format!("tenant B's directory does not let you in: {}", lower_first(trouble.why.trim_end_matches('.')));
    let finding = match consent {
        ConsentMode::Direct => {
            check.stop(text, trouble.now + " Or let an administrator of tenant B do it: " + Key::Consent.given("url"))
        }
        ConsentMode::Auto | ConsentMode::Url => check.warn(
            text,
            "An administrator of tenant B lets the app in by a link, and the run waits for that. To do it yourself, sign in \
             to tenant B with an account that its directory lets in.",
        ),
    };
    Some(Finding { refusal: trouble.refusal, ..finding })
}

async fn enter_as(
    door: &Door,
    access: &Access,
    wanted: Option<Tenants>,
    counts: bool,
) -> Result<Option<Admitted>, JournalError> {
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
        return Ok(match self::entered(somebody, entered) {
            Ok(one) => Some(Admitted { entered: PerTenant { a: one.clone(), b: one }, only: Some(somebody) }),
            Err(finding) => tell(door, somebody, Err(finding)).ok().and(None),
        });
    }
    let (a, b) = join(sign_in(Side::A), sign_in(Side::B)).await;
    if counts
        && let (Ok(id_a), Ok(id_b)) = (&a.id, &b.id)
        && say(door, judge_tenants(PerTenant { a: *id_a, b: *id_b }, wanted))? == Level::Stop
    {
        return Ok(None);
    }
    let (a, b) = match (entered(Side::A, a), entered(Side::B, b)) {
        (Ok(a), Ok(b)) => return Ok(Some(Admitted { entered: PerTenant { a, b }, only: None })),
        one_stops => one_stops,
    };
    // Whoever did sign in is told all the same.
    for (side, entered) in [(Side::A, a), (Side::B, b)] {
        let entered = match entered {
            Ok(entered) => Ok(named(door, side, entered).await),
            Err(finding) => Err(finding),
        };
        let _ = tell(door, side, entered);
    }
    Ok(None)
}

/// Asks a tenant's sign-in which tenant it is, and for a token.
///
/// Nothing is judged yet, since what matters first is whether the tenants are two.
async fn enter(door: &Door, named: &TenantRef, side: Side) -> Answered {
    let check = || Check::SignIn(side);
    let (work, endpoints) = (Work::Check(check()), door.endpoints());
    // Where this event cannot be written, those of the calls cannot be either.
    let _ = begin(door, &check());
    let openid = door.json::<OpenId>(&work, request::openid_configuration(endpoints, side, &named.to_string()));
    let tokens = door.tokens();
    let token = async {
        if !tokens.signs_in(side) {
            return None;
        }
        let token = tokens.token(side, Audience::Arm);
        // A person who declines is not asked a second time; else the directory's token comes beside the first one.
        Some(if tokens.asks_a_person(side) {
            token.await
        } else {
            join(token, tokens.token(side, Audience::Graph)).await.0
        })
    };
    let (openid, token) = join(openid, token).await;
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
    Answered { id, token }
}

/// Reads the name of a tenant, which is welcome and not needed: many accounts may not read it.
async fn named(door: &Door, side: Side, entered: Entered) -> Entered {
    if !door.tokens().signs_in(side) {
        return entered;
    }
    let (work, request) = (Work::Check(Check::SignIn(side)), request::organization(door.endpoints(), side));
    let list = door.json::<List<Organization>>(&work, request).await.ok();
    let organization = list.and_then(|list| list.value.into_iter().next());
    let domain = organization.as_ref().and_then(Organization::domain).map(|d| printable(d, 60));
    let name = organization.and_then(|o| o.display_name).map(|n| printable(&n, 60));
    Entered { name, domain, ..entered }
}

/// Signs in to one tenant. Returns who signed in, and to which tenant, by its name where that may be read.
///
/// # Errors
///
/// The reason why that does not work, or that the account is another tenant's.
pub async fn sign_in(door: &Door, tenant: &TenantRef, side: Side) -> Result<Entered, Trouble> {
    let entered = entered(side, enter(door, tenant, side).await).map_err(|finding| Trouble {
        refusal: finding.refusal,
        ..Trouble::new(format!("Sign-in to tenant {side} did not work."), upper_first(&finding.text), finding.now)
    })?;
    Ok(named(door, side, entered).await)
}

/// Returns the text of a finding, which stands beside a mark, as a text that stands alone.
fn upper_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

/// Says who signed in to a tenant, or why nobody did.
fn tell(door: &Door, side: Side, entered: Result<Entered, Finding>) -> Result<TenantFacts, CheckStopped> {
    let judged = entered.map(|entered| {
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

/// Judges whether the operator is signed in, and to the right tenant. Returns who signed in, and to which tenant.
fn entered(side: Side, answered: Answered) -> Result<Entered, Finding> {
    let check = || Check::SignIn(side);
    let Answered { id, token } = answered;
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
    Ok(Entered { tenant, name: None, domain: None, account: reply::account_of(&token) })
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
