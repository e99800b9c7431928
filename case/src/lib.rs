//! The pure domain of Caseworker.
pub mod label;
pub mod local;
pub mod pii;
