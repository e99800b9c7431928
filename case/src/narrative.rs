//! What a customer's words say, read by fixed rules: the kind of complaint, claims, amounts, dates, words that can
//! name a merchant, an answer to what was asked.
//!
//! Two readings are kept apart. The [`Narrative`] goes into the journal, so it is a closed vocabulary, flags and dates
//! without any of the words. [`Heard`] holds the words themselves, each with the day it was said: it lives only as
//! long as a source's reply is compared with it. Nothing here decides what follows from what was said.

mod amounts;
mod answers;
mod claims;
mod dates;
mod heard;
mod kinds;
mod merchants;
mod phrases;
mod references;
mod tokens;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use amounts::{NamedAmount, amounts, names_money};
pub use answers::YesNo;
pub use claims::Claim;
pub use dates::DateRange;
pub use heard::{Heard, HeardMerchants};
pub use kinds::DisputeKind;
pub use merchants::{merchant_query, merchant_words};
pub use references::references;

/// The journal-safe reading of a text, or of all that a customer said so far.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// What kind of charge is contested.
    pub dispute: DisputeKind,
    /// What the customer says happened.
    pub claims: BTreeSet<Claim>,
    /// Whether the text holds words that can name a merchant or a kind of merchant.
    pub names_merchant: bool,
    /// Whether the text holds an amount.
    pub names_amount: bool,
    /// Whether the text says when a charge was made.
    #[serde(default, skip_serializing_if = "is_false")]
    pub names_date: bool,
    /// The last day on which what was bought should have come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery_due: Option<Date>,
    /// The first day on which the customer can have cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_on: Option<Date>,
    /// The last day on which the customer can have noticed a loss or theft.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub learned_on: Option<Date>,
    /// The only day that the newest text names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// Which of several the newest text picks: 1 for the first, 0 for the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pick: Option<u8>,
    /// Whether the newest text is a yes or a no.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<YesNo>,
}

impl Narrative {
    /// Reads a text, said on a day, whose personal data has been replaced by tokens.
    #[must_use]
    pub fn read(text: &str, said_on: Date) -> Self {
        let (tokens, dates) = (tokens::read(text), dates::read(text, said_on));
        Self {
            dispute: kinds::read(&tokens),
            claims: claims::read(&tokens),
            names_merchant: !merchant_query(text).is_empty(),
            names_amount: !amounts(text).is_empty(),
            names_date: !dates.charges.is_empty(),
            delivery_due: dates.delivery_due,
            cancelled_on: dates.cancelled_on,
            learned_on: dates.learned_on,
            day: dates.only,
            pick: answers::pick(&tokens),
            answer: answers::answer(&tokens),
        }
    }

    /// Takes in what was said after this. The kind stays once it is known and claims add up; a newer date takes the
    /// place of an older one; a pick or an answer belongs to the newest words alone.
    pub fn hear(&mut self, newer: &Self) {
        if self.dispute == DisputeKind::General {
            self.dispute = newer.dispute;
        }
        self.claims.extend(newer.claims.iter().copied());
        self.names_merchant |= newer.names_merchant;
        self.names_amount |= newer.names_amount;
        self.names_date |= newer.names_date;
        self.delivery_due = newer.delivery_due.or(self.delivery_due);
        self.cancelled_on = newer.cancelled_on.or(self.cancelled_on);
        self.learned_on = newer.learned_on.or(self.learned_on);
        self.day = newer.day;
        self.pick = newer.pick;
        self.answer = newer.answer;
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

#[cfg(test)]
mod tests;
