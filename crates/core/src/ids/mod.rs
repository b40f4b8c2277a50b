//! Ids: a string that is not one cannot become one, and what people paste around one is understood.

mod guid;
mod image;
mod resource;
mod tenant;
mod wildcard;

pub use guid::{AppId, KeyId, ObjectId, TenantId};
pub use image::ImageRef;
pub use resource::{ClusterId, RegistryId, ResourceKind};
pub use tenant::TenantRef;
pub use wildcard::RepositoryWildcard;
