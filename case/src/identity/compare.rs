//! What was found compared with what is on record. The result says how alike they are and nothing of what they hold.
//!
//! A difference is said only where there can be no other reading. Numbers of documents and taxpayers are no matter
//! of comparison: another number is another document, not another person.

mod addresses;
mod names;

pub(crate) use addresses::form as address_form;

use super::dates;
use crate::{country::Country, source::ProfileField};

/// How alike a value that was found is to the one on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// The same, however it is written.
    Same,
    /// The same as far as both go: a middle name or a part of an address stands on one side only, or an initial for a
    /// name.
    Partly,
    /// Something else.
    Differs,
}

/// Compares a value that was found with the one on record; `None` where that says nothing.
#[must_use]
pub fn compare(field: ProfileField, on_record: &str, found: &str) -> Option<Likeness> {
    match field {
        ProfileField::Name => names::compare(on_record, found),
        ProfileField::Address => addresses::compare(on_record, found),
        ProfileField::DateOfBirth => {
            let (known, read) = (dates::readings(on_record), dates::readings(found));
            let same = read.iter().any(|day| known.contains(day));
            (!known.is_empty() && !read.is_empty()).then_some(if same { Likeness::Same } else { Likeness::Differs })
        }
        ProfileField::Country | ProfileField::Nationality => {
            let (known, read) = (Country::read(on_record)?, Country::read(found)?);
            Some(if known == read { Likeness::Same } else { Likeness::Differs })
        }
        ProfileField::IdDocument => {
            let number = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
            let same = number(on_record).eq_ignore_ascii_case(&number(found)) && !number(found).is_empty();
            same.then_some(Likeness::Same)
        }
        ProfileField::TaxId => None,
    }
}
