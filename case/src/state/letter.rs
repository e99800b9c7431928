//! A letter to the customer that somebody decided to send.

use crate::{
    ids::{Digest, Subject},
    state::Stage,
    time::Millis,
};

/// A letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// `l1`, `l2`, ... within a case.
    pub id: String,
    /// Its words, sealed.
    pub sealed: Digest,
    /// A keyed hash of its words, equal for equal letters of the case.
    pub sum: Digest,
    /// Who sent it.
    pub by: Subject,
    /// When that was commanded.
    pub at: Millis,
    /// How far it is: approved, done or refused.
    pub stage: Stage,
}
