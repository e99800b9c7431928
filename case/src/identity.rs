//! What is known of a customer's identity from documents and words: which fields were found and where, and what state
//! each document is in. What the fields hold stays in the vault.
//!
//! What callers send is read in [`read`], fields are found in [`extract`] and compared with the
//! profile in [`compare()`]; what is missing is said in [`complete`].

mod compare;
pub mod complete;
pub mod dates;
pub mod extract;
pub mod read;

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

pub(crate) use compare::address_form;
pub use compare::{Likeness, compare};

use crate::{
    entry::is_default,
    ids::{EvidenceId, Reference},
    limits,
    source::ProfileField,
};

/// What was found of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// The fields that were found, wherever.
    pub found: BTreeSet<ProfileField>,
    /// The documents, in the order in which they came.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// The fields of which the fixed rules and a model read different values in one text: a person has to look.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub disputed: BTreeSet<ProfileField>,
    /// Whether there are texts in which a model may find what fixed rules did not.
    #[serde(default, skip_serializing_if = "is_default")]
    pub worded: bool,
}

impl Identity {
    /// What fixed rules read in a customer's words and in documents that [`read::documents`] accepted.
    #[must_use]
    pub fn read(words: &str, documents: &[Value]) -> Self {
        let in_documents = documents.iter().flat_map(extract::from_document);
        let texts = documents.iter().any(|document| !extract::text_of(document).trim().is_empty());
        Self {
            found: extract::from_words(words).into_iter().chain(in_documents).map(|found| found.field).collect(),
            documents: read::documents(documents).unwrap_or_default(),
            disputed: BTreeSet::new(),
            worded: texts || extract::speaks_of_identity(words),
        }
    }

    /// The ids under which the documents are cited.
    pub fn evidence(&self) -> impl Iterator<Item = EvidenceId> {
        self.documents.iter().map(|document| EvidenceId::new("document", &document.id))
    }

    /// Adds what came later; a document that is sent again takes the place of the one before.
    pub fn take(&mut self, later: &Self) {
        self.found.extend(later.found.iter().copied());
        self.disputed.extend(later.disputed.iter().copied());
        self.worded |= later.worded;
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

impl DocumentKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Passport,
        Self::IdentityCard,
        Self::DrivingLicence,
        Self::ResidencePermit,
        Self::ProofOfAddress,
        Self::TaxForm,
        Self::Other,
    ];

    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passport => "passport",
            Self::IdentityCard => "identity_card",
            Self::DrivingLicence => "driving_licence",
            Self::ResidencePermit => "residence_permit",
            Self::ProofOfAddress => "proof_of_address",
            Self::TaxForm => "tax_form",
            Self::Other => "other",
        }
    }

    /// Whether a government issues it with a photograph, to show who somebody is.
    #[must_use]
    pub const fn identifies(self) -> bool {
        match self {
            Self::Passport | Self::IdentityCard | Self::DrivingLicence | Self::ResidencePermit => true,
            Self::ProofOfAddress | Self::TaxForm | Self::Other => false,
        }
    }

    /// What it is good for, by the field of the profile; nothing is known of others.
    #[must_use]
    pub const fn serves(self) -> Option<ProfileField> {
        match self {
            Self::Passport | Self::IdentityCard | Self::DrivingLicence | Self::ResidencePermit => {
                Some(ProfileField::IdDocument)
            }
            Self::ProofOfAddress => Some(ProfileField::Address),
            Self::TaxForm => Some(ProfileField::TaxId),
            Self::Other => None,
        }
    }

    /// Whether it has a back that must be seen.
    #[must_use]
    pub const fn has_back(self) -> bool {
        match self {
            Self::IdentityCard | Self::DrivingLicence | Self::ResidencePermit => true,
            Self::Passport | Self::ProofOfAddress | Self::TaxForm | Self::Other => false,
        }
    }
}
