//! All that a customer said, to compare a source's reply with.

use jiff::civil::Date;

use super::{DateRange, NamedAmount, amounts, dates, merchant_query, merchant_words};
use crate::identity::extract::Extracted;

/// The customer's texts with the day each was said, oldest first; tokens stand for personal data.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Heard {
    /// The texts.
    pub texts: Vec<(Date, String)>,
    /// The identity fields that were found in texts and documents.
    pub identity: Vec<Extracted>,
}

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

    /// Whether any text names the merchant that has this name, or books under this descriptor.
    #[must_use]
    pub fn names_merchant(&self, candidate: &str) -> bool {
        let candidate = candidate.to_lowercase();
        let named =
            |text: &str| merchant_words(text).iter().any(|word| word.len() > 2 && candidate.contains(word.as_str()));
        self.texts.iter().any(|(_, text)| named(text))
    }

    /// The words that a merchant service may be asked about.
    #[must_use]
    pub fn merchant_query(&self) -> Vec<String> {
        merchant_query(&self.joined())
    }

    fn newest<T>(&self, read: impl Fn(Date, &str) -> Vec<T>) -> Vec<T> {
        let found = self.texts.iter().rev().map(|(said_on, text)| read(*said_on, text));
        found.into_iter().find(|found| !found.is_empty()).unwrap_or_default()
    }
}
