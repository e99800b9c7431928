//! What happens to a case between people: notices of other systems, returns to the queue, erasure.

use serde::{Deserialize, Serialize};

use crate::{
    actor::Actor,
    ids::{Digest, Reference},
    source::Source,
};

/// An operator's system says that something changed. What changed is not believed: it is looked up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Who said so.
    pub by: Actor,
    /// Which source will show the change.
    pub source: Source,
    /// What changed, where it was named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// The hash of the idempotency key, where one was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Digest>,
}

/// Why a case came back to the queue by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Return {
    /// Whoever had claimed it did nothing for too long.
    ClaimExpired,
    /// It was to rest until now.
    SnoozeOver,
}

/// Why the words of a case were erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Erasure {
    /// Somebody commanded it.
    Commanded,
    /// They were kept as long as they are to be kept.
    Retention,
}
