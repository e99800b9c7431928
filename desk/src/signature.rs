//! Signatures between services: HMAC-SHA256 over the method, the path with its query, the time, a nonce and the body.
//!
//! A secret follows from the master key, so that both hosts know it and none stores it. This module signs and verifies
//! one request. It remembers no nonce and knows no grant: whoever asks it keeps the nonce, and only of a request whose
//! signature is right.

use case::{ids::Digest, time::Millis};
use hmac::{Hmac, Mac as _};
use http::{HeaderValue, Method};
use sha2::Sha256;

use crate::{ports::Outside, vault::MasterKey};

/// The scheme of the `Authorization` header.
pub const SCHEME: &str = "CW1-HMAC-SHA256";
/// How far the time of a signature may be from ours, either way.
pub const WINDOW_MS: i64 = 300_000;
/// How long a nonce is kept: as long as any signature with it can be in its window.
pub const NONCE_KEPT_MS: i64 = 2 * WINDOW_MS;
/// The shortest and the longest nonce, in characters.
const NONCE_LENGTHS: std::ops::RangeInclusive<usize> = 16..=64;
/// The longest name of a key, in characters.
const KEY_LENGTH: usize = 64;
/// The longest header, in bytes.
const HEADER_BYTES: usize = 512;
/// Random bytes in a nonce of ours.
const NONCE_BYTES: usize = 18;
/// Random bytes in the id of a key.
pub const ID_BYTES: usize = 10;

/// A secret to sign with: 64 hexadecimal digits, used as they are written. It cannot be printed by accident.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The secret of a caller's signing key.
    #[must_use]
    pub fn of_key(master: &MasterKey, id: &str) -> Self {
        Self::derived(master, "caseworker/signing-secret/1", id)
    }

    /// The secret with which this deployment signs what it sends to one remote agent.
    #[must_use]
    pub fn of_agent(master: &MasterKey, name: &str) -> Self {
        Self::derived(master, "caseworker/agent-secret/1", name)
    }

    fn derived(master: &MasterKey, purpose: &str, name: &str) -> Self {
        Self(data_encoding::HEXLOWER.encode(&master.derive(purpose, name)))
    }

    /// Reads a secret that was shown.
    ///
    /// # Errors
    /// [`SignatureProblem::Malformed`] for anything but 64 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, SignatureProblem> {
        let digest = Digest::parse(text.trim()).map_err(|_| SignatureProblem::Malformed)?;
        Ok(Self(digest.as_str().to_owned()))
    }

    /// The secret itself, to be shown once to whoever shall hold it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, text: &str) -> Hmac<Sha256> {
        let mut mac =
            <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(self.0.as_bytes()).expect("a key of any length is taken");
        mac.update(text.as_bytes());
        mac
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

/// What of a request is signed.
#[derive(Debug, Clone, Copy)]
pub struct Signable<'request> {
    /// The method.
    pub method: &'request Method,
    /// The path with its query, as it stands in the request line that the receiver reads.
    pub path_and_query: &'request str,
    /// The whole body.
    pub body: &'request [u8],
}

impl Signable<'_> {
    fn text(&self, time: &str, nonce: &str) -> String {
        format!("{}\n{}\n{time}\n{nonce}\n{}", self.method, self.path_and_query, Digest::of(self.body).as_str())
    }
}

/// Why a signature is refused. None of these says anything about the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureProblem {
    /// The header is not of the form.
    #[error(
        "the header must be `{SCHEME} key=<id>,ts=<unix seconds>,nonce=<16 to 64 of A-Za-z0-9_->,sig=<64 hexadecimal digits>`"
    )]
    Malformed,
    /// The time is too far from ours.
    #[error("`ts` is more than {seconds} seconds from the time here", seconds = WINDOW_MS / 1_000)]
    Time,
    /// The signature is another's, or of another request.
    #[error("the signature is not that of this request with this key's secret")]
    Wrong,
}

/// A signature as a request carries it, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Whose key it claims to be.
    pub key: String,
    time: String,
    nonce: String,
    mac: Vec<u8>,
}

impl Signature {
    /// Whether an `Authorization` header is meant as a signature.
    #[must_use]
    pub fn is_meant_by(header: &str) -> bool {
        header.split(' ').next().is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    }

    /// Reads an `Authorization` header.
    ///
    /// # Errors
    /// [`SignatureProblem::Malformed`] for anything but each part once, in its alphabet and length.
    pub fn read(header: &str) -> Result<Self, SignatureProblem> {
        let malformed = SignatureProblem::Malformed;
        if header.len() > HEADER_BYTES || !Self::is_meant_by(header) {
            return Err(malformed);
        }
        let (_, parameters) = header.split_once(' ').ok_or(malformed)?;
        let (mut key, mut time, mut nonce, mut mac) = (None, None, None, None);
        for parameter in parameters.split(',') {
            let (name, value) = parameter.trim().split_once('=').ok_or(malformed)?;
            let place = match name {
                "key" => &mut key,
                "ts" => &mut time,
                "nonce" => &mut nonce,
                "sig" => &mut mac,
                _ => return Err(malformed),
            };
            if place.replace(value).is_some() {
                return Err(malformed);
            }
        }
        let key = key.filter(|key| is_key_name(key)).ok_or(malformed)?;
        let is_time = |time: &&str| (1..=12).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
        let time = time.filter(is_time).ok_or(malformed)?;
        let nonce = nonce.filter(|nonce| is_word(nonce) && NONCE_LENGTHS.contains(&nonce.len())).ok_or(malformed)?;
        let mac = mac.filter(|mac| mac.len() == 64).ok_or(malformed)?;
        let mac = data_encoding::HEXLOWER_PERMISSIVE.decode(mac.as_bytes()).map_err(|_| malformed)?;
        Ok(Self { key: key.to_owned(), time: time.to_owned(), nonce: nonce.to_owned(), mac })
    }

    /// Verifies the signature of a request, in constant time, and returns the nonce to keep. Nobody may act on the
    /// request before its nonce is kept for [`NONCE_KEPT_MS`] and was new.
    ///
    /// # Errors
    /// [`SignatureProblem::Time`] and [`SignatureProblem::Wrong`].
    pub fn verify(&self, secret: &Secret, now: Millis, signable: Signable<'_>) -> Result<Digest, SignatureProblem> {
        let text = signable.text(&self.time, &self.nonce);
        secret.mac(&text).verify_slice(&self.mac).map_err(|_| SignatureProblem::Wrong)?;
        let signed_at = self.time.parse().map_or(i64::MAX, |seconds: i64| seconds.saturating_mul(1_000));
        if now.0.saturating_sub(signed_at).saturating_abs() > WINDOW_MS {
            return Err(SignatureProblem::Time);
        }
        Ok(Digest::of(format!("{}\n{}", self.key, self.nonce).as_bytes()))
    }
}

/// Signs a request: the value of its `Authorization` header. `key` is the name under which the receiver knows the
/// secret.
///
/// # Errors
/// [`SignatureProblem::Malformed`] for a name that no receiver would read.
pub fn sign(
    outside: &impl Outside,
    secret: &Secret,
    key: &str,
    signable: Signable<'_>,
) -> Result<HeaderValue, SignatureProblem> {
    let mut nonce = [0; NONCE_BYTES];
    outside.random(&mut nonce);
    sign_at(secret, key, outside.now(), &data_encoding::BASE64URL_NOPAD.encode(&nonce), signable)
}

/// [`sign`], with the time and the nonce given.
///
/// # Errors
/// [`SignatureProblem::Malformed`] for a name or a nonce that no receiver would read.
pub fn sign_at(
    secret: &Secret,
    key: &str,
    now: Millis,
    nonce: &str,
    signable: Signable<'_>,
) -> Result<HeaderValue, SignatureProblem> {
    let time = now.0.div_euclid(1_000).to_string();
    let mac = secret.mac(&signable.text(&time, nonce)).finalize().into_bytes();
    let mac = data_encoding::HEXLOWER.encode(&mac);
    let header = format!("{SCHEME} key={key},ts={time},nonce={nonce},sig={mac}");
    Signature::read(&header)?;
    let mut value = HeaderValue::from_str(&header).map_err(|_| SignatureProblem::Malformed)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The id of a new signing key.
#[must_use]
pub fn id_of(random: [u8; ID_BYTES]) -> String {
    format!("sig_{}", data_encoding::BASE32_NOPAD.encode(&random).to_ascii_lowercase())
}

/// Under which hash the grant of a signing key lies. Ids are no secret: the line break keeps one from being sent as a
/// bearer key, since no header can hold it.
#[must_use]
pub fn grant_hash(id: &str) -> Digest {
    Digest::of(format!("caseworker/signing-key/1\n{id}").as_bytes())
}

/// Whether a text can name a key: 1 to 64 letters, digits, `_` and `-`.
#[must_use]
pub fn is_key_name(text: &str) -> bool {
    is_word(text) && (1..=KEY_LENGTH).contains(&text.len())
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

#[cfg(test)]
mod tests;
