//! Identifiers as types: parsed once at the boundary, carried as proof from then on.
//!
//! A reference is the operator's own pseudonym for something (a customer, a transaction). The journal keeps
//! references, so this module refuses any that could itself be personal data: only `[A-Za-z0-9_.:-]`, and
//! nothing in which the PII detector finds something.

use std::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::{limits, part::Part as _, pii};

/// Why a text is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdProblem {
    /// Empty or longer than [`limits::REFERENCE_BYTES`].
    #[error("must be 1 to {} characters long", limits::REFERENCE_BYTES)]
    Length,
    /// A character outside the allowed set.
    #[error("may hold only letters, digits, '_', '-', '.' and ':'")]
    Character,
    /// The reference looks like personal data and would end up in a journal that is never erased.
    #[error("looks like personal data ({0}); use an opaque reference")]
    Personal(&'static str),
    /// Not of the form `case_` and 26 base32 characters.
    #[error("must be 'case_' followed by 26 characters of a-z and 2-7")]
    CaseId,
    /// Not 1 to 40 of `a-z`, `0-9` and `_`.
    #[error("must be 1 to {} of a-z, 0-9 and '_'", limits::REASON_CODE_BYTES)]
    Code,
    /// Not 64 lower-case hexadecimal digits.
    #[error("must be 64 lower-case hexadecimal digits")]
    Digest,
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $parse:path) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier.
            ///
            /// # Errors
            /// An [`IdProblem`] that says what is wrong with the text.
            pub fn parse(text: &str) -> Result<Self, IdProblem> {
                $parse(text)?;
                Ok(Self(text.to_owned()))
            }

            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdProblem;

            fn try_from(text: String) -> Result<Self, IdProblem> {
                $parse(&text)?;
                Ok(Self(text))
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

text_type!(
    /// An opaque reference of the operator's: a customer, a transaction, a payment, a ticket.
    Reference,
    check_form
);
text_type!(
    /// The customer of Caseworker to whom a case belongs; part of every key, so that tenants never meet.
    TenantId,
    check_name
);
text_type!(
    /// Who gave a command: the subject of a key or token.
    Subject,
    check_name
);
text_type!(
    /// A case: `case_` and 26 base32 characters, 128 bits.
    CaseId,
    check_case_id
);
text_type!(
    /// A SHA-256 as 64 lower-case hexadecimal digits.
    Digest,
    check_digest
);
text_type!(
    /// A question to the outside: `{case}/{track}/{step}/{n}`, or `{case}/act/{proposal}` for an action. It never
    /// changes between attempts, so it serves as the idempotency key.
    AskId,
    check_path
);
text_type!(
    /// A reason as an operator configures it: up to 40 of `a-z`, `0-9` and `_`.
    ReasonCode,
    check_code
);
text_type!(
    /// A piece of evidence: `{source}:{reference}`.
    EvidenceId,
    check_path
);

impl Reference {
    /// A reference out of a name of the program's own; `unnamed`, should it ever be none.
    #[must_use]
    pub fn plain(name: &str) -> Self {
        Self::parse(name).unwrap_or_else(|_| Self("unnamed".to_owned()))
    }

    /// Reads a reference that a caller chose, which may therefore be anything.
    ///
    /// # Errors
    /// As [`Reference::parse`], and [`IdProblem::Personal`] where the text looks like personal data. References
    /// that a source assigned are not put to that test: one long number in ten passes for a card's.
    pub fn from_caller(text: &str) -> Result<Self, IdProblem> {
        let reference = Self::parse(text)?;
        match pii::detect(text).first() {
            Some(span) => Err(IdProblem::Personal(span.kind.name())),
            None => Ok(reference),
        }
    }
}

impl TenantId {
    /// The one tenant there is where access is open.
    #[must_use]
    pub fn local() -> Self {
        Self("local".to_owned())
    }
}

impl Subject {
    /// Anybody, where access is open.
    #[must_use]
    pub fn local() -> Self {
        Self("local".to_owned())
    }
}

impl CaseId {
    /// A case id from 16 random bytes.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self::from_bits(&bytes)
    }

    /// The case id that an idempotency key always leads to, so that a repeated request reaches the same case.
    #[must_use]
    pub fn from_idempotency_key(tenant: &TenantId, key: &str) -> Self {
        Self::from_parts(["caseworker/idempotency-key/1", tenant.as_str(), key])
    }

    /// The id that follows from a tenant and its ticket, so that a ticket has one case on every host.
    #[must_use]
    pub fn from_ticket(tenant: &TenantId, external_id: &Reference) -> Self {
        Self::from_parts(["caseworker/ticket/1", tenant.as_str(), external_id.as_str()])
    }

    fn from_parts(parts: [&str; 3]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update((part.len() as u64).to_be_bytes());
            hasher.update(part.as_bytes());
        }
        Self::from_bits(hasher.finalize().part(..16))
    }

    fn from_bits(bits: &[u8]) -> Self {
        Self(format!("case_{}", BASE32_NOPAD.encode(bits).to_ascii_lowercase()))
    }
}

impl Digest {
    /// The SHA-256 of some bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(HEXLOWER.encode(&Sha256::digest(bytes)))
    }

    /// The predecessor of a journal's first entry: 64 zeros.
    #[must_use]
    pub fn genesis() -> Self {
        Self("0".repeat(64))
    }
}

impl AskId {
    /// The `n`th question of a step of a track.
    #[must_use]
    pub fn new(case: &CaseId, track: &str, step: &str, n: u32) -> Self {
        Self(format!("{case}/{track}/{step}/{n}"))
    }

    /// The question that executes a proposal's action.
    #[must_use]
    pub fn action(case: &CaseId, proposal: &str) -> Self {
        Self(format!("{case}/act/{proposal}"))
    }
}

impl EvidenceId {
    /// Evidence from a source about something that has a reference.
    #[must_use]
    pub fn new(source: &str, reference: &Reference) -> Self {
        Self(format!("{source}:{reference}"))
    }
}

fn check_form(text: &str) -> Result<(), IdProblem> {
    check_text(text, limits::REFERENCE_BYTES, b"_-.:")
}

fn check_name(text: &str) -> Result<(), IdProblem> {
    check_text(text, limits::REFERENCE_BYTES, b"_-.@")
}

fn check_case_id(text: &str) -> Result<(), IdProblem> {
    let digits = text.strip_prefix("case_").ok_or(IdProblem::CaseId)?;
    let valid = digits.len() == 26 && digits.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'2'..=b'7'));
    if valid { Ok(()) } else { Err(IdProblem::CaseId) }
}

fn check_code(text: &str) -> Result<(), IdProblem> {
    let valid = text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if valid && (1..=limits::REASON_CODE_BYTES).contains(&text.len()) { Ok(()) } else { Err(IdProblem::Code) }
}

fn check_digest(text: &str) -> Result<(), IdProblem> {
    let valid = text.len() == 64 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if valid { Ok(()) } else { Err(IdProblem::Digest) }
}

fn check_path(text: &str) -> Result<(), IdProblem> {
    check_text(text, 4 * limits::REFERENCE_BYTES, b"_-.:/")
}

fn check_text(text: &str, most_bytes: usize, punctuation: &[u8]) -> Result<(), IdProblem> {
    if text.is_empty() || text.len() > most_bytes {
        return Err(IdProblem::Length);
    }
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || punctuation.contains(&byte);
    if text.bytes().all(allowed) { Ok(()) } else { Err(IdProblem::Character) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_that_is_personal_data_is_refused() {
        assert!(Reference::from_caller("cus_ada").is_ok());
        assert!(matches!(Reference::from_caller("4111111111111111"), Err(IdProblem::Personal("card"))));
        assert_eq!(Reference::parse("ada@example.com"), Err(IdProblem::Character));
        assert_eq!(Reference::parse(""), Err(IdProblem::Length));
        assert_eq!(Reference::parse(&"a".repeat(65)), Err(IdProblem::Length));
    }

    #[test]
    fn the_same_key_leads_to_the_same_case_and_tenants_never_meet() {
        let acme = TenantId::parse("acme").unwrap();
        let other = TenantId::parse("other").unwrap();
        let id = CaseId::from_idempotency_key(&acme, "k1");
        assert_eq!(id, CaseId::from_idempotency_key(&acme, "k1"));
        assert_ne!(id, CaseId::from_idempotency_key(&acme, "k2"));
        assert_ne!(id, CaseId::from_idempotency_key(&other, "k1"));
        assert!(CaseId::parse(id.as_str()).is_ok());
        let ticket = |tenant, id| CaseId::from_ticket(tenant, &Reference::parse(id).unwrap());
        assert_eq!(ticket(&acme, "k1"), ticket(&acme, "k1"));
        assert_ne!(ticket(&acme, "k1"), id, "a ticket is no idempotency key");
        assert_ne!(ticket(&acme, "k1"), ticket(&other, "k1"));
    }
}
