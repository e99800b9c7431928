//! How people look after a case: who has it and for how long, whether it rests, and whether its words are kept. Nothing
//! here changes what is found or proposed.

use crate::{entry::Erasure, time::Millis};

/// How people look after a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Care {
    /// When the claim of the case's assignee ends. Who was given the case by somebody has it without an end.
    pub claimed_until: Option<Millis>,
    /// The rest that somebody gave the case.
    pub snoozed: Option<Snooze>,
    /// When somebody or something last did something with the case.
    pub touched_at: Millis,
    /// Whether an analyst asked for somebody with more authority, and that was not told yet.
    pub raised: bool,
    /// When the case was closed.
    pub closed_at: Option<Millis>,
    /// Whether a letter was refused, and nobody has sent another or otherwise settled it since.
    pub unsent: bool,
    /// Whether the customer wrote while an action was on its way, and nobody did anything since.
    pub unread: bool,
    /// Whether the words must not be erased.
    pub held: bool,
    /// Whether somebody commanded to erase the words.
    pub erase: bool,
    /// Why the words were erased.
    pub erased: Option<Erasure>,
}

/// A rest of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Snooze {
    /// Until when.
    pub until: Millis,
    /// Whether the assignee had claimed the case: the claim begins anew after the rest.
    pub claimed: bool,
}

impl Care {
    /// That of a new case.
    #[must_use]
    pub const fn new(at: Millis) -> Self {
        Self {
            claimed_until: None,
            snoozed: None,
            touched_at: at,
            raised: false,
            closed_at: None,
            unsent: false,
            unread: false,
            held: false,
            erase: false,
            erased: None,
        }
    }
}
