//! The key with which a deployment signs what is kept elsewhere: checkpoints and evidence packs.
//!
//! It follows from the master key, so that every host of a deployment has the same one and none stores it. Whoever holds
//! the public half can tell what a deployment signed; nobody can sign with it. It signs nothing else: requests have
//! [`crate::signature`], and archives the mark of the master key.

use std::{fmt, str::FromStr};

use case::ids::Digest;
use data_encoding::HEXLOWER;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::vault::MasterKey;

/// What a public key's text begins with.
const PREFIX: &str = "ed25519:";

/// What is signed. A signature for one purpose is none for another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// A checkpoint: its lines but for the last.
    Checkpoint,
    /// An evidence pack: its manifest.
    Pack,
}

/// The signing key of a deployment. It cannot be printed.
#[derive(Clone)]
pub struct Signer(SigningKey);

/// The public half of a deployment's signing key; as text `ed25519:` and 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PublicKey([u8; 32]);

/// A text is not a public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public key: `{PREFIX}` and 64 lower-case hexadecimal digits")]
pub struct NotAPublicKey;

impl MasterKey {
    /// The deployment's signing key.
    #[must_use]
    pub fn signer(&self) -> Signer {
        Signer(SigningKey::from_bytes(&self.derive("caseworker/signing-key/1", "")))
    }
}

impl Signer {
    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }

    /// Signs bytes for a purpose: 128 hexadecimal digits.
    #[must_use]
    pub fn sign(&self, purpose: Purpose, bytes: &[u8]) -> String {
        HEXLOWER.encode(&self.0.sign(&purpose.message(bytes)).to_bytes())
    }
}

impl PublicKey {
    /// Whether a signature is this key's, of these bytes and for this purpose. There is one way to write a signature.
    #[must_use]
    pub fn verifies(&self, purpose: Purpose, bytes: &[u8], signature: &str) -> bool {
        let parts = HEXLOWER.decode(signature.as_bytes()).ok().and_then(|bytes| <[u8; 64]>::try_from(bytes).ok());
        let key = VerifyingKey::from_bytes(&self.0).ok();
        key.zip(parts).is_some_and(|(key, parts)| {
            key.verify_strict(&purpose.message(bytes), &Signature::from_bytes(&parts)).is_ok()
        })
    }
}

impl Purpose {
    /// What is signed: a line that says for what, and one with the SHA-256 of the bytes.
    fn message(self, bytes: &[u8]) -> Vec<u8> {
        let purpose = match self {
            Self::Checkpoint => "caseworker/checkpoint/1",
            Self::Pack => "caseworker/pack/1",
        };
        format!("{purpose}\n{}\n", Digest::of(bytes)).into_bytes()
    }
}

impl FromStr for PublicKey {
    type Err = NotAPublicKey;

    fn from_str(text: &str) -> Result<Self, NotAPublicKey> {
        let digits = text.trim().strip_prefix(PREFIX).ok_or(NotAPublicKey)?;
        let bytes = HEXLOWER.decode(digits.as_bytes()).map_err(|_| NotAPublicKey)?;
        let bytes = <[u8; 32]>::try_from(bytes).map_err(|_| NotAPublicKey)?;
        // A key of small order would take one signature for many messages.
        let key = VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak());
        key.map(|_| Self(bytes)).ok_or(NotAPublicKey)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", HEXLOWER.encode(&self.0))
    }
}

impl TryFrom<String> for PublicKey {
    type Error = NotAPublicKey;

    fn try_from(text: String) -> Result<Self, NotAPublicKey> {
        text.parse()
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signer(digit: &str) -> Signer {
        MasterKey::parse(&digit.repeat(64)).unwrap().signer()
    }

    #[test]
    fn one_master_key_has_one_signing_key_and_what_it_signs_is_no_other_keys() {
        let (own, other) = (signer("0"), signer("1"));
        let signature = own.sign(Purpose::Pack, b"a manifest");
        assert_eq!(signature, signer("0").sign(Purpose::Pack, b"a manifest"));
        let key = own.public_key();
        assert!(key.verifies(Purpose::Pack, b"a manifest", &signature));
        assert!(!key.verifies(Purpose::Checkpoint, b"a manifest", &signature));
        assert!(!key.verifies(Purpose::Pack, b"a manifesT", &signature));
        assert!(!other.public_key().verifies(Purpose::Pack, b"a manifest", &signature));
        assert!(!key.verifies(Purpose::Pack, b"a manifest", &signature.to_uppercase()));
        assert!(!key.verifies(Purpose::Pack, b"a manifest", ""));
    }

    #[test]
    fn a_public_key_is_read_as_it_is_written_and_a_weak_one_is_none() {
        let key = signer("7").public_key();
        assert_eq!(format!("{key}\n").parse(), Ok(key));
        assert_eq!(serde_json::from_value::<PublicKey>(serde_json::json!(key)).unwrap(), key);
        let identity = format!("{PREFIX}01{}", "0".repeat(62));
        for text in ["", "ed25519:", "ed25519:00", &identity, &key.to_string().to_uppercase()] {
            assert_eq!(text.parse::<PublicKey>(), Err(NotAPublicKey), "{text}");
        }
    }
}
