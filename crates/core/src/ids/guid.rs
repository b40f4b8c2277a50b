//! Ids that are GUIDs: one type each, so that one kind cannot be given for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Declares an id that is a GUID, so that one kind cannot be given for another.
macro_rules! guid {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, uuid::Error> {
                Uuid::parse_str(text).map(Self)
            }
        }
    };
}

guid!(
    /// A Microsoft Entra tenant.
    TenantId
);
guid!(
    /// An app registration's application (client) id: the same in every tenant.
    AppId
);
guid!(
    /// The object id of a directory object: different in every tenant.
    ObjectId
);
guid!(
    /// The key id of a client secret; not the secret.
    KeyId
);

impl KeyId {
    /// Stands for the key id of a secret that the operator gave: which of an app's secrets it is, only its value tells.
    pub const GIVEN: Self = Self(Uuid::max());
}
