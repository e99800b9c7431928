//! A session of the console: what a browser holds in place of a key, and how it is looked at again with each request.
//!
//! It is sealed with a key that follows from the master key, so that a host stores nothing of it but that it was ended.
//! It says by what somebody was known, and whoever is revoked is out at once. The API takes no session.

use case::{ids::Digest, time::Millis};
use serde::{Deserialize, Serialize};

use crate::{
    caller::{self, Proof},
    ports::{DocketHost, Grant, Outside, TenantHost},
    problem::{Code, Problem},
    revocations,
    setup::Setup,
    vault::MasterKey,
};

/// How long a session lasts, in milliseconds.
pub(crate) const LASTS_MS: i64 = 12 * 60 * 60 * 1_000;
/// The longest sealed session that is read, in characters.
const SEALED_CHARS: usize = 4_096;
/// Random bytes of a session's id.
const ID_BYTES: usize = 16;
/// What the key of sessions is for.
const SEAL: &str = "caseworker/session/1";
/// What the key of tokens against forged forms is for.
const FORMS: &str = "caseworker/form-token/1";
/// What texts are compared under.
const COMPARE: &str = "caseworker/compare/1";

/// A session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Session {
    /// A name that nobody else has.
    pub(crate) id: String,
    /// Who, as what, when the session began.
    pub(crate) grant: Grant,
    /// By what they were known.
    pub(crate) proof: Proof,
    /// The hash of the rules by which a token's holder got a role.
    rules: Option<Digest>,
    /// Whether the token is one that Cloudflare Access adds to every request, so that it has to be there.
    pub(crate) by_access: bool,
    /// When it ends.
    pub(crate) ends_at: Millis,
}

impl Session {
    /// Begins a session.
    pub(crate) fn begin(
        outside: &impl Outside,
        setup: &Setup,
        (grant, proof): (Grant, Proof),
        by_access: bool,
    ) -> Self {
        let rules = match proof {
            Proof::Key(_) => None,
            Proof::Token(_) => Some(rules_of(setup)),
        };
        let ends_at = outside.now().plus(LASTS_MS);
        Self { id: new_id(outside), grant, proof, rules, by_access, ends_at }
    }

    /// The session as a browser holds it.
    ///
    /// # Errors
    /// Where the cipher refuses; it does not for something as short.
    pub(crate) fn seal(&self, master: &MasterKey, outside: &impl Outside) -> Result<String, Problem> {
        let plain = serde_json::to_vec(self).unwrap_or_default();
        Ok(data_encoding::BASE64URL_NOPAD.encode(&master.seal_for(SEAL, &plain, outside)?))
    }

    /// Reads what a browser holds; `None` for anything but a session of this deployment's whose time is not over.
    pub(crate) fn open(text: &str, master: &MasterKey, now: Millis) -> Option<Self> {
        if text.len() > SEALED_CHARS {
            return None;
        }
        let sealed = data_encoding::BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let session: Self = serde_json::from_slice(&master.open_for(SEAL, &sealed).ok()?).ok()?;
        (now < session.ends_at).then_some(session)
    }

    /// Who it stands for now: the role is the one of now. `None` where it was ended, or whoever began it is let in no
    /// more.
    ///
    /// # Errors
    /// [`Code::Unchecked`] where that cannot be looked up.
    pub(crate) async fn holder<H: DocketHost + TenantHost>(
        &self,
        host: &H,
        setup: &Setup,
    ) -> Result<Option<Grant>, Problem> {
        let ended = host.has_nonce(&self.grant.tenant, &self.nonce()).await.map_err(|error| {
            tracing::error!(tenant = %self.grant.tenant, %error, "whether a session was ended could not be read");
            Problem::new(Code::Unchecked, "Whether your session was ended could not be looked up. Try again.")
        })?;
        if ended {
            return Ok(None);
        }
        match &self.proof {
            Proof::Key(hash) => {
                let same = |grant: &Grant| {
                    grant.tenant == self.grant.tenant && grant.actor.subject == self.grant.actor.subject
                };
                Ok(caller::by_key(host, hash).await?.filter(same))
            }
            Proof::Token(_) if self.rules != Some(rules_of(setup)) => Ok(None),
            Proof::Token(issued_at) => {
                let refused = revocations::refuses(host, &self.grant, None, Some(*issued_at)).await?;
                Ok((!refused).then(|| self.grant.clone()))
            }
        }
    }

    /// Under which name it is kept that the session was ended.
    pub(crate) fn nonce(&self) -> Digest {
        Digest::of(format!("caseworker/session-ended/1\n{}", self.id).as_bytes())
    }
}

/// A name for a session, or for what comes before one.
pub(crate) fn new_id(outside: &impl Outside) -> String {
    let mut bytes = [0; ID_BYTES];
    outside.random(&mut bytes);
    data_encoding::BASE64URL_NOPAD.encode(&bytes)
}

/// The token that forms of a session carry. Whoever does not see its pages cannot know it.
pub(crate) fn form_token(master: &MasterKey, session_id: &str) -> String {
    data_encoding::BASE64URL_NOPAD.encode(&master.derive(FORMS, session_id))
}

/// Whether a form carries the token of its session. The time it takes tells nothing of the token.
pub(crate) fn is_form_token(master: &MasterKey, session_id: &str, given: &str) -> bool {
    master.derive(COMPARE, given) == master.derive(COMPARE, &form_token(master, session_id))
}

/// By which rules holders of tokens get roles. When they change, everybody signs in again.
fn rules_of(setup: &Setup) -> Digest {
    Digest::of(&serde_json::to_vec(&setup.config.sign_in).unwrap_or_default())
}
