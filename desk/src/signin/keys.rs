//! The public keys of an issuer, as it publishes them. A key verifies with its own algorithm and no other, whatever a
//! token says of itself.
//!
//! It takes no symmetric keys, no key without a name, and no RSA key under 2048 bits.

use data_encoding::BASE64URL_NOPAD;
use p256::ecdsa::signature::hazmat::PrehashVerifier as _;
use rsa::{BoxedUint, Pkcs1v15Sign, RsaPublicKey};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// Keys that are read of one set, at most.
const KEYS: usize = 64;
/// The longest name of a key, in bytes.
pub(super) const KID_BYTES: usize = 256;
/// Sizes of an RSA modulus, in bits.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2_048..=4_096;
/// The longest number in a key, in characters: an RSA modulus of 4096 bits, and some room for leading zeros.
const NUMBER_CHARS: usize = 700;
/// Bytes of a coordinate of P-256.
const COORDINATE_BYTES: usize = 32;

/// How a token can be signed. There is neither `none` nor anything with a shared secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
}

impl Algorithm {
    /// The name in tokens and keys.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// Reads a name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        [Self::Rs256, Self::Es256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// A set of keys as published (RFC 7517), each key still unread: what else lies in a set is left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Value>,
}

/// A key as published.
#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    key_ops: Option<Vec<String>>,
    n: Option<String>,
    e: Option<String>,
    crv: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

/// Keys that tokens can be verified with.
#[derive(Debug, Default)]
pub struct KeySet(Vec<(String, Key)>);

/// A key, which fixes the algorithm.
#[derive(Debug)]
pub(super) enum Key {
    Rs256(RsaPublicKey),
    Es256(p256::ecdsa::VerifyingKey),
}

impl KeySet {
    /// Reads a set. Also says how many keys were left out, since they cannot be used here.
    #[must_use]
    pub fn read(set: &Jwks) -> (Self, usize) {
        let keys: Vec<_> = set.keys.iter().take(KEYS).filter_map(read).collect();
        let skipped = set.keys.len().saturating_sub(keys.len());
        (Self(keys), skipped)
    }

    /// Whether there is no key.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many keys there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is a key for this algorithm.
    #[must_use]
    pub fn has(&self, algorithm: Algorithm) -> bool {
        self.0.iter().any(|(_, key)| key.algorithm() == algorithm)
    }

    /// The key of this name for this algorithm.
    pub(super) fn find(&self, kid: &str, algorithm: Algorithm) -> Option<&Key> {
        let found = self.0.iter().find(|(name, key)| name == kid && key.algorithm() == algorithm);
        found.map(|(_, key)| key)
    }
}

impl Key {
    const fn algorithm(&self) -> Algorithm {
        match self {
            Self::Rs256(_) => Algorithm::Rs256,
            Self::Es256(_) => Algorithm::Es256,
        }
    }

    /// Whether this key signed these bytes.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        let hash = Sha256::digest(signed);
        match self {
            Self::Rs256(key) => key.verify(Pkcs1v15Sign::new::<Sha256>(), &hash, signature).is_ok(),
            Self::Es256(key) => p256::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| key.verify_prehash(&hash, &signature).is_ok()),
        }
    }
}

/// Reads one key; `None` for one that is for something else, or is not whole.
fn read(key: &Value) -> Option<(String, Key)> {
    let jwk = Jwk::deserialize(key).ok()?;
    let is_for_signatures = jwk.purpose.as_deref().is_none_or(|purpose| purpose == "sig")
        && jwk.key_ops.as_ref().is_none_or(|operations| operations.iter().any(|operation| operation == "verify"));
    if !is_for_signatures || !(1..=KID_BYTES).contains(&jwk.kid.len()) {
        return None;
    }
    let key = match jwk.kty.as_str() {
        "RSA" => Key::Rs256(rsa_key(&number(jwk.n)?, &number(jwk.e)?)?),
        "EC" if jwk.crv.as_deref() == Some("P-256") => Key::Es256(p256_key(&number(jwk.x)?, &number(jwk.y)?)?),
        _ => return None,
    };
    jwk.alg.is_none_or(|algorithm| algorithm == key.algorithm().name()).then_some((jwk.kid, key))
}

fn number(text: Option<String>) -> Option<Vec<u8>> {
    let text = text.filter(|text| text.len() <= NUMBER_CHARS)?;
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

fn rsa_key(modulus: &[u8], exponent: &[u8]) -> Option<RsaPublicKey> {
    let integer = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
    RsaPublicKey::new_with_size_limits(integer(modulus), integer(exponent), RSA_BITS).ok()
}

fn p256_key(x: &[u8], y: &[u8]) -> Option<p256::ecdsa::VerifyingKey> {
    if x.len() != COORDINATE_BYTES || y.len() != COORDINATE_BYTES {
        return None;
    }
    p256::ecdsa::VerifyingKey::from_sec1_bytes(&[&[4], x, y].concat()).ok()
}
