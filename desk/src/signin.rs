//! Signing in with a token: of Cloudflare Access, or of any issuer that speaks `OpenID` Connect. One verifier for both
//! hosts.
//!
//! Algorithms, issuer, audience and keys are what the operator configured, never what a token says. Who is not given a
//! role by a rule is not let in. Nothing of a token is kept or logged.

mod cache;
mod config;
mod keys;
mod token;
mod unique;

use std::sync::Arc;

use bytes::Bytes;
use case::{actor::Actor, time::Millis};
use http::{HeaderValue, Method, Request, header};

pub(crate) use config::check;
pub use config::{RoleRule, SignInConfig, SignInProblem, SubjectClaim};
pub use keys::{Algorithm, Jwks, KeySet};
pub use token::TokenProblem;

use self::{
    cache::{Cache, Turn},
    keys::Key,
    token::Unverified,
};
use crate::{
    breaker,
    ports::{Grant, Outside, Target},
    problem::{Code, Problem},
    send,
    setup::Setup,
};

/// The longest that an issuer may take for its keys.
const FETCH_MS: u64 = 5_000;
/// The largest set of keys, in bytes.
const SET_BYTES: usize = 262_144;
/// How often a caller looks whether another has fetched the keys.
const LOOK_AGAIN_MS: u64 = 25;

/// Every issuer whose tokens are taken, with its keys as far as they are known.
#[derive(Debug, Default)]
pub struct Issuers(Vec<Issuer>);

#[derive(Debug)]
struct Issuer {
    config: SignInConfig,
    keys: Keys,
}

#[derive(Debug)]
enum Keys {
    Given(Arc<KeySet>),
    At(String, Cache),
}

/// Somebody who has signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who, as what, within which tenant.
    pub grant: Grant,
    /// When the token was issued: what was issued before its holder was revoked is refused.
    pub issued_at: Millis,
}

impl Issuers {
    /// The issuers of a checked configuration.
    #[must_use]
    pub fn new(entries: &[SignInConfig]) -> Self {
        let issuer = |config: &SignInConfig| {
            let keys = match (&config.keys, &config.keys_url) {
                (Some(set), _) => Keys::Given(Arc::new(KeySet::read(set).0)),
                (None, url) => Keys::At(url.clone().unwrap_or_default().trim().to_owned(), Cache::default()),
            };
            Issuer { config: config.clone(), keys }
        };
        Self(entries.iter().map(issuer).collect())
    }

    /// Whether nobody can sign in with a token.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whether a bearer's text is a token and not a key: three parts, of which the first begins as every JSON object does.
pub fn is_token(text: &str) -> bool {
    text.starts_with("ey") && text.bytes().filter(|byte| *byte == b'.').count() == 2
}

/// Who holds a token.
///
/// # Errors
/// [`Code::Token`], [`Code::NoRole`], or [`Code::KeySet`] where the issuer does not give its keys.
pub async fn sign_in(outside: &impl Outside, setup: &Setup, text: &str) -> Result<SignedIn, Problem> {
    let token = Unverified::read(text).map_err(refused)?;
    let mut last = refused(TokenProblem::Issuer);
    for issuer in setup.issuers.0.iter().filter(|issuer| token.is_meant_for(&issuer.config)) {
        match issuer.sign_in(outside, setup, &token).await {
            Ok(signed_in) => return Ok(signed_in),
            // Another entry may know the holder by another claim.
            Err(problem) => last = problem,
        }
    }
    Err(last)
}

impl Issuer {
    async fn sign_in(
        &self,
        outside: &impl Outside,
        setup: &Setup,
        token: &Unverified<'_>,
    ) -> Result<SignedIn, Problem> {
        let config = &self.config;
        if !config.algorithms.contains(&token.algorithm) {
            return Err(refused(TokenProblem::Algorithm));
        }
        let set = self.keys(outside, setup, token).await?;
        let key: &Key = set.find(&token.kid, token.algorithm).ok_or_else(|| refused(TokenProblem::UnknownKey))?;
        let claims = token.verify(key).map_err(refused)?;
        let issued_at = claims.issued_at(config.leeway_s, outside.now()).map_err(refused)?;
        let subject = claims.subject(config.subject, &config.issuer).map_err(refused)?;
        let rule = config.roles.iter().find(|rule| claims.fit(rule)).ok_or_else(|| {
            Problem::new(Code::NoRole, "The token is in order, and no rule under `sign_in.roles` fits its holder.")
        })?;
        let grant = Grant { tenant: config.tenant.clone(), actor: Actor { subject, role: rule.role } };
        Ok(SignedIn { grant, issued_at })
    }

    /// The keys, among which the token's is if the issuer has it.
    async fn keys(
        &self,
        outside: &impl Outside,
        setup: &Setup,
        token: &Unverified<'_>,
    ) -> Result<Arc<KeySet>, Problem> {
        let (url, cache) = match &self.keys {
            Keys::Given(set) => return Ok(Arc::clone(set)),
            Keys::At(url, cache) => (url, cache),
        };
        let unreachable =
            || Problem::new(Code::KeySet, "The issuer of the token does not give its keys now. Try again.");
        // Another's fetch has its own limit; this only keeps a caller from waiting for ever.
        for _ in 0..FETCH_MS.div_ceil(LOOK_AGAIN_MS).saturating_mul(2) {
            match cache.turn(&token.kid, token.algorithm, outside.now()) {
                Turn::Use(set) => return Ok(set),
                Turn::Unknown => return Err(refused(TokenProblem::UnknownKey)),
                Turn::Unreachable => return Err(unreachable()),
                Turn::Wait => outside.sleep(LOOK_AGAIN_MS).await,
                // Whether it failed, the next turn says.
                Turn::Fetch(fetching) => {
                    if let Some(set) = fetch(outside, setup, url).await {
                        fetching.fetched(set, outside.now());
                    }
                }
            }
        }
        Err(unreachable())
    }
}

/// Fetches the keys of an issuer.
async fn fetch(outside: &impl Outside, setup: &Setup, url: &str) -> Option<KeySet> {
    let mut request = Request::new(Bytes::new());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = url.parse().ok()?;
    request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    let reply = send::send(outside, setup, Target::Issuer, request, (FETCH_MS, breaker::Turn::First), SET_BYTES).await;
    let reply = match reply {
        Ok(reply) if reply.status().is_success() => reply,
        Ok(reply) => {
            tracing::warn!(url, status = reply.status().as_u16(), "an issuer does not give its keys");
            return None;
        }
        Err(failed) => {
            tracing::warn!(url, failure = ?failed.failure, "an issuer does not give its keys");
            return None;
        }
    };
    let read = read_set(reply.body());
    if read.is_none() {
        tracing::warn!(url, "what an issuer gives as its keys holds none that can be used");
    }
    read
}

/// Reads a set of keys as an issuer answers it; `None` where no key in it can be used.
#[must_use]
pub fn read_set(body: &[u8]) -> Option<KeySet> {
    let set: Jwks = serde_json::from_slice(body).ok()?;
    Some(KeySet::read(&set).0).filter(|set| !set.is_empty())
}

fn refused(problem: TokenProblem) -> Problem {
    let text = problem.to_string();
    Problem::new(Code::Token, format!("Refused: {text}."))
}

#[cfg(test)]
mod tests;
