//! Who may sign in with a token of whose, and as what: the configuration. There is no place in it for a secret.

use case::{actor::Role, ids::TenantId};
use serde::{Deserialize, Serialize};

use super::keys::{Algorithm, Jwks, KeySet};
use crate::address::{Address, AddressProblem};

/// The most that a clock of an issuer may be off, in seconds.
const LEEWAY_S: u32 = 300;
/// The longest issuer, audience, claim name or value, in bytes.
const TEXT_BYTES: usize = 1_024;
/// Rules for roles, at most.
const ROLES: usize = 200;
/// Entries, at most.
const ENTRIES: usize = 20;

/// Tokens of one issuer for one audience, and who their holders are here.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInConfig {
    /// The claim `iss`, to the letter.
    pub issuer: String,
    /// What the claim `aud` must name, to the letter: of Cloudflare Access the application's AUD tag.
    pub audience: String,
    /// The algorithms that the issuer signs with; RS256 where nothing is said.
    #[serde(default = "rs256")]
    pub algorithms: Vec<Algorithm>,
    /// Where the issuer publishes its keys.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys_url: Option<String>,
    /// The issuer's keys, where they are not to be fetched.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Jwks>,
    /// Whose cases the holders reach.
    pub tenant: TenantId,
    /// By which claim holders are known.
    #[serde(default)]
    pub subject: SubjectClaim,
    /// How far the issuer's clock may be from ours, in seconds.
    #[serde(default = "minute")]
    pub leeway_s: u32,
    /// Which holders have which role. The first rule that fits counts; without one nobody is let in.
    pub roles: Vec<RoleRule>,
}

/// By which claim the holder of a token is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectClaim {
    /// The issuer's own name for the holder.
    #[default]
    Sub,
    /// The holder's address, in lower case.
    Email,
    /// The name of a service token of Cloudflare Access.
    CommonName,
}

/// Holders with this value in this claim have this role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleRule {
    /// The claim's name, or a JSON pointer to it (`/custom/groups`).
    pub claim: String,
    /// The text that the claim is, or that its list holds. After a leading `*` the text need only end so.
    pub value: String,
    /// The role.
    pub role: Role,
}

/// An entry that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignInProblem {
    /// Too many entries.
    #[error("has more than {ENTRIES} entries")]
    Entries,
    /// A text that is empty or too long.
    #[error("`{0}` must be 1 to {TEXT_BYTES} bytes long")]
    Text(&'static str),
    /// No algorithm.
    #[error("`algorithms` must name RS256 or ES256")]
    Algorithms,
    /// Neither keys nor where they are, or both.
    #[error("needs either `keys_url` or `keys`")]
    Keys,
    /// The address of the keys.
    #[error("`keys_url`: {0}")]
    KeysUrl(AddressProblem),
    /// The address of the keys is the name of a binding.
    #[error("`keys_url` must be a URL")]
    Binding,
    /// A key that cannot be used.
    #[error("`keys` holds a key that cannot be used: each needs `kid`, and is RSA of 2048 to 4096 bits or EC P-256")]
    Key,
    /// Too much leeway.
    #[error("`leeway_s` must be at most {LEEWAY_S}")]
    Leeway,
    /// No roles, or too many.
    #[error("`roles` must hold 1 to {ROLES} rules: without a rule that fits nobody is let in")]
    Roles,
    /// Two issuers may each have a holder of this name.
    #[error("another issuer of this tenant also names its holders by `sub`, and the same name may be two people")]
    SubTwice,
}

impl SignInConfig {
    /// Checks one entry.
    ///
    /// # Errors
    /// The first [`SignInProblem`].
    fn check(&self, insecure_hosts: &[String]) -> Result<(), SignInProblem> {
        let fits = |text: &str| (1..=TEXT_BYTES).contains(&text.len());
        let texts = self.roles.iter().flat_map(|rule| [("claim", &rule.claim), ("value", &rule.value)]);
        for (name, text) in [("issuer", &self.issuer), ("audience", &self.audience)].into_iter().chain(texts) {
            if !fits(text) {
                return Err(SignInProblem::Text(name));
            }
        }
        if self.algorithms.is_empty() {
            return Err(SignInProblem::Algorithms);
        }
        match (&self.keys_url, &self.keys) {
            (Some(url), None) => match Address::parse(url, insecure_hosts).map_err(SignInProblem::KeysUrl)? {
                Address::Url(_) => {}
                Address::Binding(_) => return Err(SignInProblem::Binding),
            },
            (None, Some(keys)) => {
                let (set, skipped) = KeySet::read(keys);
                if skipped > 0 || set.is_empty() {
                    return Err(SignInProblem::Key);
                }
            }
            (None, None) | (Some(_), Some(_)) => return Err(SignInProblem::Keys),
        }
        if self.leeway_s > LEEWAY_S {
            return Err(SignInProblem::Leeway);
        }
        if !(1..=ROLES).contains(&self.roles.len()) {
            return Err(SignInProblem::Roles);
        }
        Ok(())
    }
}

/// Checks all entries, alone and beside each other.
///
/// # Errors
/// The position of the first entry that cannot be used, from 0, and its [`SignInProblem`].
pub(crate) fn check(entries: &[SignInConfig], insecure_hosts: &[String]) -> Result<(), (usize, SignInProblem)> {
    if entries.len() > ENTRIES {
        return Err((ENTRIES, SignInProblem::Entries));
    }
    for (at, entry) in entries.iter().enumerate() {
        entry.check(insecure_hosts).map_err(|problem| (at, problem))?;
        let clashes = |other: &SignInConfig| {
            let both_sub = other.subject == SubjectClaim::Sub && entry.subject == SubjectClaim::Sub;
            both_sub && other.tenant == entry.tenant && other.issuer != entry.issuer
        };
        if entries.iter().take(at).any(clashes) {
            return Err((at, SignInProblem::SubTwice));
        }
    }
    Ok(())
}

fn rs256() -> Vec<Algorithm> {
    vec![Algorithm::Rs256]
}

const fn minute() -> u32 {
    60
}
