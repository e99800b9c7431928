//! The document of the API. It is generated from the code by `cargo xtask openapi` and committed; a test keeps the two
//! together.

/// `docs/openapi.json`, as it is served.
pub const DOCUMENT: &str = include_str!("../../docs/openapi.json");
