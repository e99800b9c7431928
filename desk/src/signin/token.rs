//! A token (RFC 7515, RFC 7519): read, then verified with a key, then compared with what is expected of it. Only what
//! was verified has claims that say who somebody is.
//!
//! It knows two algorithms and follows no address that a token names. No error repeats anything of a token.

use case::{
    ids::{Digest, Subject},
    time::Millis,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::{
    config::{RoleRule, SignInConfig, SubjectClaim},
    keys::{Algorithm, KID_BYTES, Key},
    unique::Unique,
};

/// The longest token, in bytes.
pub(super) const TOKEN_BYTES: usize = 16_384;
/// Members of a token's head that change how it is to be verified, or bring keys of their own. None is followed, and a
/// token that has one is refused.
const REFUSED: [&str; 9] = ["crit", "b64", "enc", "zip", "jku", "jwk", "x5u", "x5c", "p2c"];
/// What a token may say it is: neither a logout token nor anything else that the same issuer signs.
const TYPES: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenProblem {
    /// Too long.
    #[error("the token is longer than {TOKEN_BYTES} bytes")]
    TooLong,
    /// Not three parts of base64url, of which the first two are JSON objects without repeated members.
    #[error("the token is not a signed JSON web token")]
    Malformed,
    /// The head has something that is never followed.
    #[error("the token's head has a member that is refused here")]
    Head,
    /// The token is of another type.
    #[error("the token is of another type than JWT")]
    Type,
    /// The algorithm is not one that is configured.
    #[error("the token is signed with another algorithm than its issuer is configured with")]
    Algorithm,
    /// The head names no key.
    #[error("the token does not name its key (`kid`)")]
    NoKeyId,
    /// The issuer has no such key.
    #[error("the issuer has no key of the name that the token gives")]
    UnknownKey,
    /// The signature is not that key's.
    #[error("the token's signature is not its issuer's")]
    Signature,
    /// The issuer is not configured, or not for this audience.
    #[error("the token's issuer and audience (`iss`, `aud`) are not those of a `sign_in` entry")]
    Issuer,
    /// A claim is missing or of the wrong type.
    #[error("the token's claim `{0}` is missing or has the wrong type")]
    Claim(&'static str),
    /// No longer in force.
    #[error("the token has expired")]
    Expired,
    /// Not yet in force.
    #[error("the token is not yet in force: is a clock wrong?")]
    NotYet,
    /// The issuer does not vouch for the address.
    #[error("the issuer has not verified the holder's address (`email_verified`)")]
    Unverified,
}

/// A token that anybody may have written.
pub(super) struct Unverified<'text> {
    /// What its head says.
    pub(super) algorithm: Algorithm,
    /// Which key it names.
    pub(super) kid: String,
    claims: Value,
    signed: &'text str,
    signature: Vec<u8>,
}

/// What an issuer says of a holder.
#[derive(Debug)]
pub(super) struct Claims(Value);

impl<'text> Unverified<'text> {
    /// Reads a token.
    ///
    /// # Errors
    /// The first [`TokenProblem`] of its form.
    pub(super) fn read(text: &'text str) -> Result<Self, TokenProblem> {
        if text.len() > TOKEN_BYTES {
            return Err(TokenProblem::TooLong);
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(TokenProblem::Malformed)?;
        let (head, claims) = signed.split_once('.').ok_or(TokenProblem::Malformed)?;
        let head = object(head)?;
        let text_of = |name: &str| head.get(name).and_then(Value::as_str);
        if REFUSED.iter().any(|name| head.get(name).is_some()) {
            return Err(TokenProblem::Head);
        }
        if head.get("typ").is_some_and(|found| !is_type(found)) {
            return Err(TokenProblem::Type);
        }
        let algorithm = text_of("alg").and_then(Algorithm::parse).ok_or(TokenProblem::Algorithm)?;
        let kid = text_of("kid").filter(|kid| (1..=KID_BYTES).contains(&kid.len())).ok_or(TokenProblem::NoKeyId)?;
        Ok(Self { algorithm, kid: kid.to_owned(), claims: object(claims)?, signed, signature: decode(signature)? })
    }

    /// Whether the token claims to be of this issuer, for this audience.
    pub(super) fn is_meant_for(&self, entry: &SignInConfig) -> bool {
        let audience = match self.claims.get("aud") {
            Some(Value::String(one)) => *one == entry.audience,
            Some(Value::Array(several)) => several.iter().any(|one| one.as_str() == Some(&entry.audience)),
            _ => false,
        };
        audience && self.claims.get("iss").and_then(Value::as_str) == Some(&entry.issuer)
    }

    /// Verifies the signature.
    ///
    /// # Errors
    /// [`TokenProblem::Signature`].
    pub(super) fn verify(&self, key: &Key) -> Result<Claims, TokenProblem> {
        if key.verifies(self.signed.as_bytes(), &self.signature) {
            Ok(Claims(self.claims.clone()))
        } else {
            Err(TokenProblem::Signature)
        }
    }
}

impl Claims {
    /// Checks that the token is in force, and says when it was issued at the earliest: the issuer's clock may be ahead by
    /// the leeway, and a token from before a revocation must not pass for a later one.
    ///
    /// # Errors
    /// [`TokenProblem::Expired`], [`TokenProblem::NotYet`], or a [`TokenProblem::Claim`].
    pub(super) fn issued_at(&self, leeway_s: u32, now: Millis) -> Result<Millis, TokenProblem> {
        let leeway_ms = i64::from(leeway_s).saturating_mul(1_000);
        let (earliest, latest) = (now.0.saturating_sub(leeway_ms), now.0.saturating_add(leeway_ms));
        let expires = self.time("exp")?.ok_or(TokenProblem::Claim("exp"))?;
        let issued = self.time("iat")?.ok_or(TokenProblem::Claim("iat"))?;
        if expires <= earliest {
            return Err(TokenProblem::Expired);
        }
        if issued > latest || self.time("nbf")?.is_some_and(|begins| begins > latest) {
            return Err(TokenProblem::NotYet);
        }
        Ok(Millis(issued.saturating_sub(leeway_ms)))
    }

    /// A claim that is a time in seconds, in milliseconds.
    fn time(&self, name: &'static str) -> Result<Option<i64>, TokenProblem> {
        let Some(value) = self.0.get(name) else { return Ok(None) };
        let whole = value.as_i64().map(|seconds| seconds.saturating_mul(1_000));
        // A fraction is allowed. Casting holds at the ends of the range.
        let time = whole.or_else(|| value.as_f64().map(|seconds| (seconds * 1_000.0) as i64));
        time.map(Some).ok_or(TokenProblem::Claim(name))
    }

    /// Who the holder is here. A name with letters that a subject cannot have, or that is too long, is replaced by
    /// its hash, which is as much one person's.
    ///
    /// # Errors
    /// [`TokenProblem::Claim`] and [`TokenProblem::Unverified`].
    pub(super) fn subject(&self, claim: SubjectClaim, issuer: &str) -> Result<Subject, TokenProblem> {
        let name = match claim {
            SubjectClaim::Sub => "sub",
            SubjectClaim::Email => "email",
            SubjectClaim::CommonName => "common_name",
        };
        let text = self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let text = text.ok_or(TokenProblem::Claim(name))?;
        let text = match claim {
            SubjectClaim::Email if self.0.get("email_verified").is_some_and(|verified| *verified != true) => {
                return Err(TokenProblem::Unverified);
            }
            SubjectClaim::Email => text.to_lowercase(),
            SubjectClaim::Sub | SubjectClaim::CommonName => text.to_owned(),
        };
        let hashed = || {
            let hash = Digest::of(format!("caseworker/subject/1\n{issuer}\n{text}").as_bytes());
            Subject::parse(&format!("sha256-{:.48}", hash.as_str()))
        };
        Subject::parse(&text).or_else(|_| hashed()).map_err(|_| TokenProblem::Claim(name))
    }

    /// Whether a rule is about this holder.
    pub(super) fn fit(&self, rule: &RoleRule) -> bool {
        let claim = if rule.claim.starts_with('/') { self.0.pointer(&rule.claim) } else { self.0.get(&rule.claim) };
        let fits = |value: &Value| {
            let text = value.as_str();
            text.is_some_and(|text| match rule.value.strip_prefix('*') {
                Some(end) if end.starts_with('@') => is_address_at(text, end),
                Some(end) => text.ends_with(end),
                // Addresses are written either way, and subjects are kept in lower case.
                None if rule.value.contains('@') => text.eq_ignore_ascii_case(&rule.value),
                None => text == rule.value,
            })
        };
        match claim {
            Some(Value::Array(values)) => values.iter().any(fits),
            Some(value) => fits(value),
            None => false,
        }
    }
}

/// Whether a text is a plain address at a domain, which is given with its `@`: nothing quoted, and one `@` alone.
fn is_address_at(text: &str, domain: &str) -> bool {
    let Some((name, rest)) = text.split_once('@') else { return false };
    let plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && letter != '"';
    !name.is_empty() && name.chars().all(plain) && domain.get(1..).is_some_and(|of| of.eq_ignore_ascii_case(rest))
}

fn decode(part: &str) -> Result<Vec<u8>, TokenProblem> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| TokenProblem::Malformed)
}

fn object(part: &str) -> Result<Value, TokenProblem> {
    let Unique(value) = serde_json::from_slice(&decode(part)?).map_err(|_| TokenProblem::Malformed)?;
    if value.is_object() { Ok(value) } else { Err(TokenProblem::Malformed) }
}

fn is_type(found: &Value) -> bool {
    found.as_str().is_some_and(|found| TYPES.iter().any(|name| name.eq_ignore_ascii_case(found)))
}
