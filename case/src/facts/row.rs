//! Reading the fields of one row of a reply. A field of the wrong type is a problem that names the field.

use jiff::civil::Date;
use serde_json::Value;

use crate::{
    country::Country,
    ids::Reference,
    money::{Currency, Money},
    time::Millis,
};

/// Why a reply cannot be used. Names the field, never its content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReplyProblem {
    /// Not JSON, or JSON of another shape.
    #[error("`{0}` is missing or has the wrong type")]
    Shape(&'static str),
    /// More rows than [`crate::limits`] allow, or pages that were not read (`next` is not null).
    #[error("too many rows")]
    TooMany,
    /// A row about a customer who was not asked about.
    #[error("a row belongs to another customer")]
    ForeignCustomer,
    /// A field that was not asked for.
    #[error("a field that was not asked for")]
    Unasked,
}

/// Refuses a row that names another customer than the one asked about.
pub(super) fn own(row: &Value, customer: &Reference) -> Result<(), ReplyProblem> {
    match text(row, "customer_id") {
        Some(id) if id == customer.as_str() => Ok(()),
        Some(_) => Err(ReplyProblem::ForeignCustomer),
        None => Err(ReplyProblem::Shape("customer_id")),
    }
}

pub(super) fn list<'a>(reply: &'a Value, name: &'static str, most: usize) -> Result<&'a [Value], ReplyProblem> {
    let rows = reply.get(name).and_then(Value::as_array).ok_or(ReplyProblem::Shape(name))?;
    // A page with another one after it is not the whole answer, and half of a ledger proves nothing.
    let more = reply.get("next").is_some_and(|next| !next.is_null());
    if more || rows.len() > most { Err(ReplyProblem::TooMany) } else { Ok(rows) }
}

pub(super) fn text<'a>(row: &'a Value, name: &str) -> Option<&'a str> {
    row.get(name).and_then(Value::as_str)
}

pub(super) fn reference(row: &Value, name: &'static str) -> Result<Reference, ReplyProblem> {
    text(row, name).and_then(|text| Reference::parse(text).ok()).ok_or(ReplyProblem::Shape(name))
}

pub(super) fn optional_reference(row: &Value, name: &'static str) -> Result<Option<Reference>, ReplyProblem> {
    match row.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(_) => reference(row, name).map(Some),
    }
}

pub(super) fn moment(row: &Value, name: &'static str) -> Result<Millis, ReplyProblem> {
    text(row, name).and_then(Millis::parse_rfc3339).ok_or(ReplyProblem::Shape(name))
}

pub(super) fn money(row: &Value) -> Result<Money, ReplyProblem> {
    let amount_minor = row.get("amount_minor").and_then(Value::as_i64);
    // Which way money went is said beside it: a negative amount is no amount.
    let amount_minor = amount_minor.filter(|amount| *amount >= 0).ok_or(ReplyProblem::Shape("amount_minor"))?;
    let currency = text(row, "currency").and_then(Currency::parse).ok_or(ReplyProblem::Shape("currency"))?;
    Ok(Money { amount_minor, currency })
}

pub(super) fn closed<T: serde::de::DeserializeOwned>(row: &Value, name: &'static str) -> Result<T, ReplyProblem> {
    let value = row.get(name).cloned().ok_or(ReplyProblem::Shape(name))?;
    serde_json::from_value(value).map_err(|_| ReplyProblem::Shape(name))
}

/// A whole number, where there is one.
pub(super) fn optional_number(row: &Value, name: &str) -> Option<i64> {
    row.get(name).and_then(Value::as_i64)
}

/// A civil date, where there is one.
///
/// # Errors
/// Something that is no date.
pub(super) fn optional_date(row: &Value, name: &'static str) -> Result<Option<Date>, ReplyProblem> {
    match row.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => {
            let date = value.as_str().and_then(|text| text.parse().ok());
            date.map(Some).ok_or(ReplyProblem::Shape(name))
        }
    }
}

/// A country, where there is one that can be read.
pub(super) fn country(row: &Value, name: &str) -> Option<Country> {
    text(row, name).and_then(Country::parse)
}

/// A name of a closed list; one that is not on it counts as not said, since sources know more names than we do.
pub(super) fn known<T: serde::de::DeserializeOwned>(row: &Value, name: &str) -> Option<T> {
    row.get(name).cloned().and_then(|value| serde_json::from_value(value).ok())
}
