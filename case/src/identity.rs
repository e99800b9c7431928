//! What is known of a customer's identity from documents and words: which fields were found and where, and what state
//! each document is in. What the fields hold stays in the vault.
//!
//! What is sent is read by the host, fields are found in [`extract`] and compared with the profile in [`compare()`].

mod compare;
pub mod dates;
pub mod extract;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

pub use compare::{Likeness, compare};

use crate::{ids::Reference, limits, source::ProfileField};

/// What was found of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The fields that were found, wherever.
    pub found: BTreeSet<ProfileField>,
    /// The documents, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
}

impl Identity {
    /// Adds what came later; a document that is sent again takes the place of the one before.
    pub fn take(&mut self, later: &Self) {
        self.found.extend(later.found.iter().copied());
        self.documents.retain(|known| later.documents.iter().all(|document| document.id != known.id));
        self.documents.extend(later.documents.iter().cloned());
        let over = self.documents.len().saturating_sub(limits::DOCUMENTS_KEPT);
        self.documents.drain(..over);
    }
}

/// A document, as far as completeness goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The operator's reference for it.
    pub id: Reference,
    /// What kind of document it is.
    pub kind: DocumentKind,
    /// Whether its front is there.
    pub front: bool,
    /// Whether its back is there.
    pub back: bool,
    /// Whether it can be read, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub legible: Option<bool>,
    /// When it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub issued: Option<Date>,
    /// When it expires.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Date>,
}

/// The kind of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// A passport: one side is enough.
    Passport,
    /// A national identity card.
    IdentityCard,
    /// A driving licence.
    DrivingLicence,
    /// A residence permit.
    ResidencePermit,
    /// A bill or letter that shows where somebody lives.
    ProofOfAddress,
    /// A form that states a taxpayer number.
    TaxForm,
    /// Anything else.
    Other,
}

/// Small letters without accents.
fn plain(text: &str) -> String {
    let small = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    small.collect::<String>().replace('ß', "ss")
}
