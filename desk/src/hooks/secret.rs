//! Signatures of the Standard Webhooks specification, version 1.0.0, the symmetric scheme: HMAC-SHA256 in base64 over
//! `{id}.{timestamp}.{body}`, with a secret that is written as `whsec_` and base64.
//!
//! It refuses secrets shorter than the specification allows, and knows neither clock nor storage: who asks it says what
//! time it is, and remembers ids.

use case::time::Millis;
use data_encoding::BASE64;
use hmac::{Hmac, Mac as _};
use http::{HeaderMap, HeaderName};
use sha2::Sha256;

use crate::vault::MasterKey;

/// The header that names an event: the same however often it is sent.
pub const ID: HeaderName = HeaderName::from_static("webhook-id");
/// The header with the moment of the attempt, in seconds.
pub const TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// The header with one signature or more, with spaces between them.
pub const SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");
/// How a secret begins.
const PREFIX: &str = "whsec_";
/// How a signature of this scheme begins.
const SCHEME: &str = "v1,";
/// The bytes of a secret.
const LENGTHS: std::ops::RangeInclusive<usize> = 24..=64;
/// How far the moment of an attempt may be from ours, in seconds.
const TOLERANCE_S: u64 = 300;
/// The longest id, in bytes.
const ID_BYTES: usize = 200;
/// Signatures that are looked at, at most.
const SIGNATURES: usize = 8;

/// A secret that sender and receiver share. It cannot be printed by accident.
#[derive(Clone, PartialEq, Eq)]
pub struct HookSecret(Vec<u8>);

/// A text that is no secret; it is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a webhook's secret is `{PREFIX}` and 24 to 64 bytes in base64")]
pub struct NotASecret;

/// Why a webhook is refused. None of these says anything about the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HookProblem {
    /// A header is missing or not of the form.
    #[error(
        "the headers `webhook-id`, `webhook-timestamp` (seconds) and `webhook-signature` (`v1,` and base64) must be there"
    )]
    Malformed,
    /// The time is too far from ours.
    #[error("`webhook-timestamp` is more than {TOLERANCE_S} seconds from the time here")]
    Time,
    /// No signature is that of this body under this secret.
    #[error("no `v1` signature is that of this id, timestamp and body with this key's secret")]
    Wrong,
}

impl HookSecret {
    /// Reads a secret.
    ///
    /// # Errors
    /// [`NotASecret`].
    pub fn parse(text: &str) -> Result<Self, NotASecret> {
        let bytes = text.trim().strip_prefix(PREFIX).and_then(|text| BASE64.decode(text.as_bytes()).ok());
        bytes.filter(|bytes| LENGTHS.contains(&bytes.len())).map(Self).ok_or(NotASecret)
    }

    /// A secret of random bytes.
    #[must_use]
    pub fn of_random(bytes: [u8; 32]) -> Self {
        Self(bytes.to_vec())
    }

    /// The secret with which a caller's webhooks are signed. It follows from the master key, so that none is stored, and
    /// it is another one than that of a signing key with the same id.
    #[must_use]
    pub fn of_key(master: &MasterKey, id: &str) -> Self {
        Self(master.derive("caseworker/webhook-secret/1", id).to_vec())
    }

    /// The secret itself, to be shown to whoever shall hold it.
    #[must_use]
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", BASE64.encode(&self.0))
    }

    /// The signature of a body, as it stands in [`SIGNATURE`].
    #[must_use]
    pub fn sign(&self, id: &str, at: Millis, body: &[u8]) -> String {
        let seconds = seconds(at).to_string();
        format!("{SCHEME}{}", BASE64.encode(&self.mac(id, &seconds, body).finalize().into_bytes()))
    }

    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    fn mac(&self, id: &str, seconds: &str, body: &[u8]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0).expect("a key of any length is taken");
        for part in [id.as_bytes(), b".", seconds.as_bytes(), b".", body] {
            mac.update(part);
        }
        mac
    }
}

impl std::fmt::Debug for HookSecret {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("HookSecret(..)")
    }
}

/// The moment of an attempt, in seconds.
pub(crate) const fn seconds(at: Millis) -> i64 {
    at.0.div_euclid(1_000)
}

/// What a webhook's headers say, not verified yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookSignature {
    /// The event's id: the same however often it is sent.
    pub id: String,
    seconds: String,
    macs: Vec<Vec<u8>>,
}

impl HookSignature {
    /// Reads the headers.
    ///
    /// # Errors
    /// [`HookProblem::Malformed`].
    pub fn read(headers: &HeaderMap) -> Result<Self, HookProblem> {
        let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let is_id = |id: &&str| (1..=ID_BYTES).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic());
        // The parts of what is signed are told by full stops, so that none may hold one but the body, the last.
        let id = text(&ID).filter(is_id).filter(|id| !id.contains('.')).ok_or(HookProblem::Malformed)?;
        let is_time = |time: &&str| (1..=12).contains(&time.len()) && time.bytes().all(|byte| byte.is_ascii_digit());
        let seconds = text(&TIMESTAMP).filter(is_time).ok_or(HookProblem::Malformed)?;
        // Signatures of other schemes may stand beside; they are nobody's here.
        let mac = |signature: &str| BASE64.decode(signature.strip_prefix(SCHEME)?.as_bytes()).ok();
        let macs = text(&SIGNATURE).unwrap_or_default().split_whitespace().take(SIGNATURES).filter_map(mac);
        let macs: Vec<Vec<u8>> = macs.filter(|mac| mac.len() == 32).collect();
        if macs.is_empty() {
            return Err(HookProblem::Malformed);
        }
        Ok(Self { id: id.to_owned(), seconds: seconds.to_owned(), macs })
    }

    /// Verifies the signature of a body, in constant time.
    ///
    /// # Errors
    /// [`HookProblem::Wrong`], and then [`HookProblem::Time`].
    pub fn verify(&self, secret: &HookSecret, now: Millis, body: &[u8]) -> Result<(), HookProblem> {
        let fits = |mac: &Vec<u8>| secret.mac(&self.id, &self.seconds, body).verify_slice(mac).is_ok();
        if !self.macs.iter().any(fits) {
            return Err(HookProblem::Wrong);
        }
        let apart = self.seconds.parse().map_or(u64::MAX, |at: i64| at.abs_diff(seconds(now)));
        if apart <= TOLERANCE_S { Ok(()) } else { Err(HookProblem::Time) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's libraries.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const AT: Millis = Millis(1_614_265_330_000);

    fn headers(id: &str, time: &str, signature: &str) -> HeaderMap {
        let pairs = [(ID, id), (TIMESTAMP, time), (SIGNATURE, signature)];
        pairs.into_iter().map(|(name, value)| (name, value.parse().unwrap())).collect()
    }

    #[test]
    fn the_example_of_the_official_libraries_is_signed_as_they_sign_it() {
        let secret = HookSecret::parse(SECRET).unwrap();
        let signature = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", AT, BODY);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let read = HookSignature::read(&headers("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", &signature)).unwrap();
        assert_eq!(read.verify(&secret, AT, BODY), Ok(()));
        assert_eq!(secret.reveal(), SECRET);
    }

    #[test]
    fn of_several_signatures_one_must_fit_and_other_schemes_are_passed_over() {
        let secret = HookSecret::of_random([7; 32]);
        let (right, wrong) = (secret.sign("e-1", AT, BODY), HookSecret::of_random([8; 32]).sign("e-1", AT, BODY));
        let verify = |signature: &str, now| {
            HookSignature::read(&headers("e-1", "1614265330", signature))?.verify(&secret, now, BODY)
        };
        for signature in [format!("{wrong} {right}"), format!("v1a,AAAA {right} v2,x")] {
            assert_eq!(verify(&signature, AT), Ok(()), "{signature}");
        }
        assert_eq!(verify(&wrong, AT), Err(HookProblem::Wrong));
        for signature in ["", "v1", "v1,", "v1,AAAA", "v1a,AAAA", "v1,g0hM9SsE"] {
            assert_eq!(verify(signature, AT), Err(HookProblem::Malformed), "{signature}");
        }
        for (apart_ms, outcome) in [(300_000, Ok(())), (301_000, Err(HookProblem::Time))] {
            assert_eq!(verify(&right, AT.plus(apart_ms)), outcome);
            assert_eq!(verify(&right, AT.plus(-apart_ms)), outcome);
        }
    }

    #[test]
    fn an_id_a_moment_or_a_byte_of_the_body_that_was_changed_is_found() {
        let secret = HookSecret::of_random([7; 32]);
        let signature = secret.sign("e-1", AT, BODY);
        let verify = |id: &str, time: &str, body: &[u8]| {
            HookSignature::read(&headers(id, time, &signature))?.verify(&secret, AT, body)
        };
        assert_eq!(verify("e-1", "1614265330", BODY), Ok(()));
        for (id, time, body) in
            [("e-2", "1614265330", BODY), ("e-1", "1614265331", BODY), ("e-1", "1614265330", &BODY[1..])]
        {
            assert_eq!(verify(id, time, body), Err(HookProblem::Wrong));
        }
        for (id, time) in [("e.1", "1614265330"), ("", "1614265330"), ("e-1", "-1"), ("e-1", ""), ("e-1", "1e9")] {
            assert_eq!(verify(id, time, BODY), Err(HookProblem::Malformed), "{id} {time}");
        }
    }

    #[test]
    fn a_secret_has_its_form_and_its_length_and_is_not_printed() {
        let of = |bytes: usize| format!("whsec_{}", BASE64.encode(&vec![1; bytes]));
        for text in [of(24), of(64), format!(" {} ", of(32))] {
            assert!(HookSecret::parse(&text).is_ok(), "{text}");
        }
        for text in [of(23), of(65), "whsec_".to_owned(), "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned(), "x".to_owned()]
        {
            assert_eq!(HookSecret::parse(&text), Err(NotASecret), "{text}");
        }
        assert!(!format!("{:?} {NotASecret}", HookSecret::parse(&of(32))).contains("AQEB"));
    }
}
