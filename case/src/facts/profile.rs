//! A customer's profile: which fields are filled. What they hold stays in the sealed reply.

use serde_json::Value;

use super::{
    Facts,
    row::{ReplyProblem, optional_date, own},
};
use crate::{country::Country, ids::Reference, source::ProfileField};

/// Reads the fields of a profile that were asked for: whether they are filled, never what they hold.
///
/// # Errors
/// A [`ReplyProblem`].
pub(super) fn read(reply: &Value, customer: &Reference, asked: &[ProfileField]) -> Result<Facts, ReplyProblem> {
    own(reply, customer)?;
    let fields = reply.get("fields").and_then(Value::as_object).ok_or(ReplyProblem::Shape("fields"))?;
    if fields.keys().any(|name| !asked.iter().any(|field| field.name() == name)) {
        return Err(ReplyProblem::Unasked);
    }
    let is_present = |field: &ProfileField| match fields.get(field.name()) {
        None | Some(Value::Null) => false,
        Some(Value::String(text)) => !text.trim().is_empty(),
        Some(_) => true,
    };
    let (present, missing) = asked.iter().partition(|field| is_present(field));
    let expires = fields.get("id_document").map(|held| optional_date(held, "expires")).transpose()?.flatten();
    let country = fields.get("country").and_then(Value::as_str).and_then(Country::parse);
    Ok(Facts::Profile { present, missing, agrees: vec![], differs: vec![], expires, country })
}
