//! Letting somebody into a cluster, and no longer: what is asked for, what of it cannot work, and the plan of it.
//!
//! Microsoft, "Access and identity options for AKS", table "Summary": each row of it is one [`Wanted`].

mod close;
mod offers;
mod open;
mod refused;
mod wanted;

pub use close::{GivenBack, HeldBy, close, outlives};
pub use offers::{Offer, offers};
pub use open::{kubeconfig_alone, open};
#[cfg(test)]
pub(crate) use refused::tests::asked as tests_asked;
pub use refused::{No, refused, warnings};
pub use wanted::{Asked, TheGroup, Wanted, act_of_role};
