//! Short answers to what a customer was asked.

use serde::{Deserialize, Serialize};

/// A yes or a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum YesNo {
    /// Yes.
    Yes,
    /// No.
    No,
}

/// Which of several a text picks: 1 for the first, 0 for the last.
pub(super) fn pick(_text: &str) -> Option<u8> {
    None
}

/// Whether a text is a yes or a no.
pub(super) fn answer(_text: &str) -> Option<YesNo> {
    None
}
