//! The customer whose case it is, to find them in what they wrote: their name, address, date of birth, telephone,
//! e-mail address and the numbers of their documents, however they are written.
//!
//! What is looked for comes from the profile of the authenticated customer. This module refuses to guess at names of
//! anybody else: a list of names finds too little and hides too much. It keeps a profile in memory only, and nothing
//! of it can be printed.

mod born;
mod familiar;
mod names;
mod numbers;
mod places;
mod plain;

use super::{Find, Kind, Pii, Span, TokenMap, merged, normal};
use crate::ids::Reference;
use names::Names;
use numbers::Number;
use places::Place;
use serde_json::Value;
use std::{fmt, ops::Range};

/// The fields of a profile that are looked for, by their names on the wire.
pub const FIELDS: [&str; 7] = ["name", "date_of_birth", "address", "email", "phone", "id_document", "tax_id"];

/// The longest field that is looked for, in bytes; a longer one is no name and no address.
const FIELD_BYTES: usize = 400;

/// A customer, to be found in their own words.
#[derive(Clone, Default)]
pub struct Person {
    names: Names,
    place: Place,
    born: Vec<jiff::civil::Date>,
    numbers: Vec<Number>,
}

/// Texts with tokens in the place of a person, and what those stand for.
#[derive(Debug, Clone, Default)]
pub struct Veiled {
    /// The texts, in the order in which they were given.
    pub texts: Vec<String>,
    tokens: TokenMap,
}

impl Veiled {
    /// Puts back what the tokens stand for, letter for letter as it was written.
    #[must_use]
    pub fn reveal(&self, text: &str, reason: &'static str) -> String {
        self.tokens.reveal(text, reason)
    }
}

impl Person {
    /// Nobody: a case without a customer, or a customer without a profile.
    #[must_use]
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Reads a profile's reply, of which any field may be missing; `None` where it is no profile of this customer, and
    /// where nothing in it can be looked for.
    #[must_use]
    pub fn read(reply: &Value, customer: &Reference) -> Option<Self> {
        if reply.get("customer_id").and_then(Value::as_str) != Some(customer.as_str()) {
            return None;
        }
        let fields = reply.get("fields")?.as_object()?;
        let text = |name: &str| {
            let field = fields.get(name)?;
            let text = field.as_str().or_else(|| field.get("number").and_then(Value::as_str))?;
            (text.len() <= FIELD_BYTES).then_some(text)
        };
        let number = |name: &str, read: fn(&str) -> Option<Number>| text(name).and_then(read);
        let numbers = [
            number("id_document", Number::of_document),
            number("tax_id", Number::of_document),
            number("phone", Number::of_phone),
            number("email", Number::of_email),
        ];
        let person = Self {
            names: text("name").map(Names::read).unwrap_or_default(),
            place: text("address").map(Place::read).unwrap_or_default(),
            born: text("date_of_birth").map(crate::identity::dates::readings).unwrap_or_default(),
            numbers: numbers.into_iter().flatten().collect(),
        };
        (!person.is_nobody()).then_some(person)
    }

    fn is_nobody(&self) -> bool {
        self.names.is_empty() && self.place.is_empty() && self.born.is_empty() && self.numbers.is_empty()
    }

    /// Where the person stands in a text: sorted and apart. Tokens such as `[card:1]` are no words of the text.
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<Span> {
        let letters = normal::hide_tokens(normal::normalise(text));
        let text = plain::plain(&letters);
        let mut finds = Vec::new();
        let mut take = |kind: Kind, found: Vec<Range<usize>>| {
            finds.extend(found.into_iter().filter_map(|range| {
                let (first, last) = (text.get(range.start)?.at, text.get(range.end.checked_sub(1)?)?.at);
                Some(Find { first, last, kind })
            }));
        };
        take(Kind::Name, self.names.find(&text));
        take(Kind::Address, self.place.find(&text));
        take(Kind::BirthDate, born::find(&text, &self.born));
        for number in &self.numbers {
            take(number.kind, number.find(&text));
        }
        merged(finds, &letters)
    }

    /// Replaces the person in texts that have tokens for other personal data already. The same words have the same token
    /// in all of them, and no token is one of those that stand there.
    #[must_use]
    pub fn veil(&self, texts: &[String]) -> Veiled {
        let mut tokens = TokenMap::beyond(texts);
        let texts = texts.iter().map(|text| tokens.take_out_spans(text, &self.find(text))).collect();
        Veiled { texts, tokens }
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&Pii::new(()), formatter)
    }
}

#[cfg(test)]
mod tests;
