//! A customer's profile: which fields are filled, and whether documents and words say the same. What they hold stays
//! in the sealed reply.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{
    Facts,
    row::{ReplyProblem, optional_date, own},
};
use crate::{
    country::Country,
    identity::{Likeness, compare, extract::Extracted},
    ids::Reference,
    source::ProfileField,
};

/// Reads the fields of a profile that were asked for: whether they are filled and agree with what was found, never
/// what they hold.
///
/// # Errors
/// A [`ReplyProblem`].
pub(super) fn read(
    reply: &Value,
    customer: &Reference,
    asked: &[ProfileField],
    found: &[Extracted],
) -> Result<Facts, ReplyProblem> {
    own(reply, customer)?;
    let fields = reply.get("fields").and_then(Value::as_object).ok_or(ReplyProblem::Shape("fields"))?;
    if fields.keys().any(|name| !asked.iter().any(|field| field.name() == name)) {
        return Err(ReplyProblem::Unasked);
    }
    let held = |field: ProfileField| fields.get(field.name());
    let (present, missing): (Vec<ProfileField>, _) =
        asked.iter().partition(|field| held(**field).is_some_and(is_filled));
    let alike = |likeness: Likeness| -> Vec<ProfileField> {
        let of = |field: &ProfileField| held(*field).and_then(|held| likeness_of(*field, held, found));
        present.iter().filter(|field| of(field) == Some(likeness)).copied().collect()
    };
    let country = |field: ProfileField| held(field).and_then(Value::as_str).and_then(Country::read);
    let document = held(ProfileField::IdDocument);
    Ok(Facts::Profile {
        agrees: alike(Likeness::Same),
        partly: alike(Likeness::Partly),
        differs: alike(Likeness::Differs),
        expires: document.map(|held| optional_date(held, "expires")).transpose()?.flatten(),
        country: country(ProfileField::Country),
        nationality: country(ProfileField::Nationality),
        present,
        missing,
    })
}

/// Whether a field holds anything; a document without its number does not.
fn is_filled(held: &Value) -> bool {
    match held {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Object(parts) => parts.get("number").is_none_or(is_filled) && !parts.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) => true,
    }
}

/// How like the field is to everything that was found of it: the least likeness of all.
fn likeness_of(field: ProfileField, held: &Value, found: &[Extracted]) -> Option<Likeness> {
    let on_record = held.as_str().or_else(|| held.get("number").and_then(Value::as_str))?;
    // A document may say surname and given names apart: together they are the name.
    let mut values: BTreeMap<(Option<&Reference>, usize), String> = BTreeMap::new();
    for (at, found) in found.iter().enumerate().filter(|(_, found)| found.field == field) {
        let place = if field == ProfileField::Name { 0 } else { at };
        let value = values.entry((found.document.as_ref(), place)).or_default();
        value.push(' ');
        value.push_str(found.value.reveal("comparing it with the profile"));
    }
    values.values().filter_map(|value| compare(field, on_record, value.trim())).max()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::identity::extract::from_document;

    fn facts(documents: &[Value]) -> (Vec<ProfileField>, Vec<ProfileField>, Vec<ProfileField>) {
        let customer = Reference::parse("cus_ada").unwrap();
        let found: Vec<Extracted> = documents.iter().flat_map(from_document).collect();
        let held = json!({"name": "Ada Maria Müller", "date_of_birth": "1990-05-03", "nationality": "DE",
            "address": "Hauptstraße 5, 10115 Berlin", "id_document": {"number": "C01X00T47", "expires": "2030-01-01"}});
        let reply = json!({"customer_id": "cus_ada", "fields": held});
        let asked = ProfileField::ALL;
        let Ok(Facts::Profile { agrees, partly, differs, .. }) = read(&reply, &customer, &asked, &found) else {
            panic!("a profile is read")
        };
        (agrees, partly, differs)
    }

    #[test]
    fn a_profile_says_which_fields_agree_with_the_documents() {
        use ProfileField::{Address, DateOfBirth, IdDocument, Name, Nationality};
        let card = json!({"id": "d1", "type": "identity_card", "fields": {"surname": "MUELLER", "given_names": "Ada Maria",
            "date_of_birth": "03.05.1990", "nationality": "DEUTSCH", "document_number": "C01X00T47"}});
        assert_eq!(
            facts(std::slice::from_ref(&card)),
            (vec![Name, DateOfBirth, IdDocument, Nationality], vec![], vec![])
        );
        let bill =
            json!({"id": "d2", "type": "proof_of_address", "text": "Name: A. Müller\nAddress: Hauptstr. 7, Berlin"});
        assert_eq!(
            facts(&[card, bill]),
            (vec![DateOfBirth, IdDocument, Nationality], vec![Name], vec![Address]),
            "the least likeness of all counts"
        );
    }
}
