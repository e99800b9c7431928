//! All that a customer said, to compare a source's reply with.

use std::fmt;

use jiff::civil::Date;

use super::{DateRange, NamedAmount, amounts, dates, merchant_query, merchants::Mentioned, references};
use crate::identity::extract::Extracted;

/// The customer's texts with the day each was said, oldest first; tokens stand for personal data. It is no field of a log
/// line, and goes into no entry:
///
/// ```
/// fn log(heard: &case::narrative::Heard) -> String {
///     format!("{} texts", heard.texts.len())
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn log(heard: &case::narrative::Heard) -> String {
///     format!("{heard}")
/// }
/// ```
///
/// ```compile_fail,E0277
/// fn entry(heard: &case::narrative::Heard) -> String {
///     serde_json::to_string(heard).unwrap_or_default()
/// }
/// ```
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// The texts.
    pub texts: Vec<(Date, String)>,
    /// The identity fields that were found in texts and documents.
    pub identity: Vec<Extracted>,
}

/// What names merchants in all texts of a [`Heard`], read once for many candidates.
#[derive(Debug, Clone)]
pub struct HeardMerchants(Mentioned);

impl Heard {
    /// The texts as one, a line each.
    #[must_use]
    pub fn joined(&self) -> String {
        let texts: Vec<&str> = self.texts.iter().map(|(_, text)| text.as_str()).collect();
        texts.join("\n")
    }

    /// The amounts of the newest text that names any.
    #[must_use]
    pub fn amounts(&self) -> Vec<NamedAmount> {
        self.newest(|_, text| amounts(text))
    }

    /// When a charge can have been made, by the newest text that says so.
    #[must_use]
    pub fn dates(&self) -> Vec<DateRange> {
        self.newest(|said_on, text| dates::read(text, said_on).charges)
    }

    /// The references that any text quotes.
    #[must_use]
    pub fn references(&self) -> Vec<String> {
        references(&self.joined())
    }

    /// What names merchants in the texts, for comparing it with many.
    #[must_use]
    pub fn merchants(&self) -> HeardMerchants {
        let mut mentioned = Mentioned::default();
        self.texts.iter().for_each(|(_, text)| mentioned.add(text));
        HeardMerchants(mentioned)
    }

    /// Whether any text names the merchant that has this name, or books under this descriptor.
    #[must_use]
    pub fn names_merchant(&self, candidate: &str) -> bool {
        self.merchants().names(candidate)
    }

    /// The words that a merchant service may be asked about.
    #[must_use]
    pub fn merchant_query(&self) -> Vec<String> {
        merchant_query(&self.joined())
    }

    fn newest<T>(&self, read: impl Fn(Date, &str) -> Vec<T>) -> Vec<T> {
        let mut found = self.texts.iter().rev().map(|(said_on, text)| read(*said_on, text));
        found.find(|found| !found.is_empty()).unwrap_or_default()
    }
}

impl HeardMerchants {
    /// Whether any text names the merchant that has this name, or books under this descriptor.
    #[must_use]
    pub fn names(&self, candidate: &str) -> bool {
        self.0.names(candidate)
    }
}

/// Says how much was heard, never what.
impl fmt::Debug for Heard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Heard({} texts)", self.texts.len())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn the_newest_text_that_names_something_counts_and_days_are_those_it_was_said_on() {
        let heard = Heard {
            texts: vec![
                (date(2026, 11, 20), "Charged $10 yesterday by Streamly".to_owned()),
                (date(2026, 11, 22), "Sorry, it was $12".to_owned()),
                (date(2026, 11, 23), "Please help".to_owned()),
            ],
            ..Heard::default()
        };
        assert_eq!(heard.amounts().iter().map(|amount| amount.hundredths).collect::<Vec<_>>(), [1_200]);
        assert_eq!(heard.dates(), [DateRange { from: date(2026, 11, 19), to: date(2026, 11, 19) }]);
        assert!(heard.names_merchant("STREAMLY*SUBSCR") && !heard.names_merchant("HELP AT HAND"));
        assert_eq!(format!("{heard:?}"), "Heard(3 texts)");
    }
}
