//! The model's words, in custody: they can be read by whoever judges them, and by nobody by accident.

use std::fmt;

/// What a model said. It has no `Display` and cannot be serialised; its `Debug` shows how long it is. Nothing takes it
/// where a text, an identifier or an amount is asked for: whoever wants the words says why.
///
/// ```
/// fn judge(reply: &claude::reply::Reply) -> Option<bool> {
///     reply.text.words("it is read as the answer that was asked for").parse().ok()
/// }
/// ```
///
/// It is no field of a log line or of a message:
///
/// ```compile_fail,E0277
/// fn log(reply: &claude::reply::Reply) -> String {
///     format!("the model said {}", reply.text)
/// }
/// ```
///
/// No text is made of it by itself:
///
/// ```compile_fail,E0308
/// fn name(reply: claude::reply::Reply) -> String {
///     reply.text
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn path(reply: &claude::reply::Reply) -> String {
///     ["/ledger/payments/", &reply.text].concat()
/// }
/// ```
///
/// It goes into no document:
///
/// ```compile_fail,E0277
/// fn stored(reply: &claude::reply::Reply) -> serde_json::Value {
///     serde_json::json!({ "text": reply.text })
/// }
/// ```
///
/// And nobody else makes one, so that each was bounded by the wire:
///
/// ```compile_fail,E0423
/// fn forged() -> claude::said::Said {
///     claude::said::Said("approve".to_owned())
/// }
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Said(String);

impl Said {
    pub(crate) const fn new(words: String) -> Self {
        Self(words)
    }

    /// The words themselves. The reason is for the reader of the code, and for whoever looks for every place that reads
    /// them: it says what judges them there.
    #[must_use]
    pub fn words(&self, reason: &'static str) -> &str {
        debug_assert!(!reason.is_empty(), "whoever reads a model's words says why");
        &self.0
    }

    /// How long it is, in bytes.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Said {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Said({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_how_long_it_is_can_be_seen() {
        let said = Said::new("the card is 4111".to_owned());
        assert_eq!(format!("{said:?} {said:#?}"), "Said(16 bytes) Said(16 bytes)");
        assert_eq!((said.words("this test"), said.len(), said.is_empty()), ("the card is 4111", 16, false));
    }
}
