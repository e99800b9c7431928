//! Identity fields in what a customer wrote and sent, found by fixed rules: labels in four languages, and
//! machine-readable zones, where the check digits decide.
//!
//! What is found is a part of the text, letter for letter. It may be compared ([`super::compare()`]) and sealed, and
//! has no other way out: a [`Pii`] shows itself to nobody.

use crate::{ids::Reference, pii::Pii, source::ProfileField};

/// A value of an identity field, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// Which field.
    pub field: ProfileField,
    /// What the text says, letter for letter.
    pub value: Pii<String>,
    /// The document in which it stands; none for the customer's words.
    pub document: Option<Reference>,
}
