//! The fields of the form that asks for a sign-in to a registry.

use super::{Field, Key, Kind, Page};
use crate::names::SignIn;

/// The ways in which a person signs in, each with what it is.
pub const WAYS: [(&str, &str); 3] = [of_way(0), of_way(1), of_way(2)];

/// The fields of the form that asks for a sign-in to a registry, in their order.
pub static FIELDS: [Field; 4] = [
    field(
        Key::Registry,
        "Registry",
        "The registry's name, login server, address or resource id.",
        "shop.azurecr.io",
        Kind::Text,
    ),
    field(
        Key::TenantB,
        "Tenant",
        "The registry's tenant, by domain or id. A person and a machine need not name it: theirs is taken.",
        "fabrikam.com",
        Kind::Text,
    ),
    Field {
        default: Some(WAYS[0].0),
        ..field(Key::SignInB, "Sign in", "How to sign in.", WAYS[0].0, Kind::Choice(&WAYS))
    },
    field(
        Key::Repository,
        "Repositories",
        "Those whose rights are told, separated by spaces. They may stay empty.",
        "shop/web shop/api",
        Kind::Many,
    ),
];

const fn of_way(at: usize) -> (&'static str, &'static str) {
    (SignIn::ALL[at].1, SignIn::ALL[at].2)
}

const fn field(key: Key, label: &'static str, help: &'static str, example: &'static str, kind: Kind) -> Field {
    Field { key, label, help, example, default: None, kind, page: Page::Login }
}
