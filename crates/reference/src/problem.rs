//! The problems that a check found.

use std::fmt;

/// One difference between a request or answer and its contract. Holds names and places, never values,
/// because bodies carry secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The operation, such as `RoleAssignments_Create`, or the shape checked.
    pub operation: String,
    /// The kind of the difference.
    pub kind: ProblemKind,
    /// The place: a JSON pointer into the body (empty for the body as a whole), or a parameter or header name.
    pub pointer: String,
    /// The problem in words.
    pub message: String,
}

/// The sorts of [`Problem`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A required query, header or form parameter is absent.
    MissingParameter,
    /// A parameter's value is outside its pattern, length or closed set.
    BadParameter,
    /// A body is required and absent.
    MissingBody,
    /// A body was sent where the operation or the status has none.
    UnexpectedBody,
    /// The body is not JSON, or its content type says so.
    NotJson,
    /// The body does not fit the schema: type, required property, closed set, pattern, size.
    Schema,
    /// A request sends a property or form field that the contract does not know.
    UnknownProperty,
    /// A request sends a property that only the service may set.
    ReadOnlyProperty,
    /// The status code is not documented.
    Status,
    /// A long-running operation was accepted without saying where to ask about it.
    MissingHeader,
    /// The contract itself cannot be used.
    Contract,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = if self.pointer.is_empty() { "(whole)" } else { &self.pointer };
        write!(f, "{} {place}: {} [{:?}]", self.operation, self.message, self.kind)
    }
}
