//! A value that redacts itself. It refuses to be shown or serialised; reading it takes a reason.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

const REDACTED: &str = "[redacted]";

/// A personal datum, or words of somebody who is not trusted. `Debug`, `Display` and `Serialize` always give `[redacted]`;
/// it can be read *in* from a boundary as the plain value.
///
/// ```
/// use case::{ids::Reference, pii::Pii};
/// fn named(told: &Pii<String>) -> Option<Reference> {
///     Reference::parse(told.reveal("the operator's own pseudonym")).ok()
/// }
/// ```
///
/// Unless somebody says why, it names nothing:
///
/// ```compile_fail,E0308
/// use case::{ids::Reference, pii::Pii};
/// fn named(told: &Pii<String>) -> Option<Reference> {
///     Reference::parse(told).ok()
/// }
/// ```
///
/// ```compile_fail,E0616
/// fn inside(told: &case::pii::Pii<String>) -> &str {
///     &told.0
/// }
/// ```
///
/// It is no amount, and no text:
///
/// ```compile_fail,E0308
/// use case::{money::{Currency, Money}, pii::Pii};
/// fn owed(told: Pii<i64>, currency: Currency) -> Money {
///     Money { amount_minor: told, currency }
/// }
/// ```
///
/// ```compile_fail,E0308
/// fn letter(told: case::pii::Pii<String>) -> String {
///     told
/// }
/// ```
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Takes a value into custody.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself. The reason is for the reader of the code (and for whoever searches it for every reveal): it
    /// says why this place may see the value.
    pub fn reveal(&self, reason: &'static str) -> &T {
        debug_assert!(!reason.is_empty(), "a reveal states its reason");
        &self.0
    }

    /// The value itself, out of custody.
    pub fn into_inner(self, reason: &'static str) -> T {
        debug_assert!(!reason.is_empty(), "a reveal states its reason");
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(REDACTED)
    }
}

impl<T> Serialize for Pii<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Pii<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_shows_only_that_it_is_one() {
        let secret = Pii::new("4111111111111111".to_owned());
        assert_eq!(format!("{secret} {secret:?} {secret:#?}"), "[redacted] [redacted] [redacted]");
        assert_eq!(serde_json::to_string(&Some(&secret)).unwrap(), "\"[redacted]\"");
        assert_eq!(secret.reveal("this test"), "4111111111111111");
        assert_eq!(secret.into_inner("this test"), "4111111111111111");
        assert_eq!(serde_json::from_str::<Pii<u8>>("7").unwrap().into_inner("this test"), 7);
    }
}
