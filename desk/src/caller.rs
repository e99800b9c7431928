//! Who calls: the holder of a key, of a token, or of a secret to sign with; or anybody, where access is open.
//!
//! It says who somebody is, and whether they were revoked. What they may do, the routes say. A signature covers the
//! body, so that a caller is known in two steps: before the body is read, and after it.

use axum::body::Body;
use bytes::Bytes;
use case::{ids::Digest, time::Millis};
use http::{HeaderMap, HeaderName, header, request::Parts};
use serde::{Deserialize, Serialize};

use crate::{
    console::browser::session,
    file::first,
    hooks::{HookSecret, HookSignature, secret::HookProblem},
    ports::{DocketHost, Grant, Outside, TenantHost},
    problem::{Code, Problem},
    request::{BODY_BYTES, BODY_MS},
    revocations,
    setup::{Access, Setup, local_grant},
    signature::{NONCE_KEPT_MS, Secret, Signable, Signature, SignatureProblem, grant_hash},
    signin,
};

/// Where Cloudflare Access puts its token.
const ACCESS_TOKEN: HeaderName = HeaderName::from_static("cf-access-jwt-assertion");

/// How large a body may be, and how long it may take to arrive.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Room {
    /// Bytes.
    pub(crate) bytes: usize,
    /// Milliseconds.
    pub(crate) ms: u64,
}

/// The room of every body that is no archive.
pub(crate) const BODY: Room = Room { bytes: BODY_BYTES, ms: BODY_MS };

/// Who calls, as far as the headers tell.
#[derive(Debug)]
pub enum Caller {
    /// Somebody who is known.
    Known(Grant),
    /// Somebody who says to hold a secret: the body will prove it.
    Signs(Grant, Signature),
    /// A system that says to hold the webhook secret of the key of this id: likewise.
    Tells(Grant, String, HookSignature),
}

impl Caller {
    /// Reads the headers.
    ///
    /// # Errors
    /// A [`Problem`] that says how to be let in, or that whoever calls is not.
    pub async fn of<H: DocketHost + TenantHost + Outside>(
        host: &H,
        setup: &Setup,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        match &setup.access {
            Access::Open => return Ok(Self::Known(local_grant())),
            Access::Closed(remedy) => return Err(Problem::new(Code::NoKeys, remedy.clone())),
            Access::Keys => {}
        }
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        // What a caller sends itself comes before what Access adds to every request.
        let Some(authorization) = text(header::AUTHORIZATION) else {
            let token = access_token(setup, headers).ok_or_else(no_key)?;
            return by_token(host, setup, token).await.map(|(grant, _)| Self::Known(grant));
        };
        if Signature::is_meant_by(authorization) {
            let signature = Signature::read(authorization).map_err(bad_signature)?;
            let grant = host.grant(&grant_hash(&signature.key)).await?.ok_or_else(no_key)?;
            return Ok(Self::Signs(grant, signature));
        }
        let bearer = authorization.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        let (_, bearer) = bearer.ok_or_else(no_key)?;
        by_bearer(host, setup, bearer.trim()).await.map(|(grant, _)| Self::Known(grant))
    }

    /// Reads the headers of a webhook, whose path names a key.
    ///
    /// # Errors
    /// A [`Problem`] that says how to be let in, or that whoever calls is not.
    pub(crate) async fn of_hook<H: DocketHost>(
        host: &H,
        setup: &Setup,
        id: &str,
        headers: &HeaderMap,
    ) -> Result<Self, Problem> {
        let signature = HookSignature::read(headers).map_err(bad_hook)?;
        let grant = match &setup.access {
            Access::Open => local_grant(),
            Access::Closed(remedy) => return Err(Problem::new(Code::NoKeys, remedy.clone())),
            Access::Keys => host.grant(&grant_hash(id)).await?.ok_or_else(no_key)?,
        };
        Ok(Self::Tells(grant, id.to_owned(), signature))
    }

    /// Who the caller is, or claims to be. Good for refusing early, and for nothing else.
    #[must_use]
    pub const fn claimed(&self) -> &Grant {
        match self {
            Self::Known(grant) | Self::Signs(grant, _) | Self::Tells(grant, ..) => grant,
        }
    }

    /// Proves the claim by the whole request. A signature counts once.
    ///
    /// # Errors
    /// A [`Problem`] for a signature that is not the request's, is not of now, or was seen before.
    pub async fn prove<H: TenantHost + Outside>(
        self,
        host: &H,
        setup: &Setup,
        parts: &Parts,
        body: &[u8],
    ) -> Result<Grant, Problem> {
        let (grant, signature) = match self {
            Self::Known(grant) => return Ok(grant),
            Self::Signs(grant, signature) => (grant, signature),
            Self::Tells(grant, id, signature) => return prove_hook(host, setup, grant, (&id, &signature), body).await,
        };
        let secret = Secret::of_key(&setup.master, &signature.key);
        let path_and_query = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let signable = Signable { method: &parts.method, path_and_query, body };
        let now = host.now();
        let nonce = signature.verify(&secret, now, signable).map_err(bad_signature)?;
        if revocations::refuses(host, &grant, Some(&grant_hash(&signature.key)), None).await? {
            return Err(no_key());
        }
        let is_new = host.keep_nonce(&grant.tenant, &nonce, now.plus(NONCE_KEPT_MS)).await.map_err(|error| {
            tracing::error!(tenant = %grant.tenant, %error, "a nonce could not be kept, so its request is refused");
            Problem::new(
                Code::Unchecked,
                "Whether the request is new could not be looked up. Sign it anew and try again.",
            )
        })?;
        if is_new {
            Ok(grant)
        } else {
            Err(Problem::new(Code::Replayed, "A nonce counts once. Sign the request anew."))
        }
    }
}

/// What a caller shows again with each request: a key, a token, a session. It proves nothing until it was looked up. A
/// signature is another one each time, and is none.
#[must_use]
pub fn credential(parts: &Parts) -> Option<&str> {
    let text = |name: HeaderName| parts.headers.get(name).and_then(|value| value.to_str().ok());
    if parts.uri.path().starts_with("/console") {
        return session(parts).or_else(|| text(ACCESS_TOKEN));
    }
    let shown = text(header::AUTHORIZATION).or_else(|| text(ACCESS_TOKEN));
    shown.filter(|shown| !Signature::is_meant_by(shown))
}

/// By what a caller is known, as far as it can be held against revocations again later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Proof {
    /// The key with this SHA-256.
    Key(Digest),
    /// A token that was issued then.
    Token(Millis),
}

/// Whose key or token this is.
pub(crate) async fn by_bearer<H: DocketHost + TenantHost + Outside>(
    host: &H,
    setup: &Setup,
    bearer: &str,
) -> Result<(Grant, Proof), Problem> {
    if !setup.issuers.is_empty() && signin::is_token(bearer) {
        return by_token(host, setup, bearer).await;
    }
    let hash = Digest::of(bearer.as_bytes());
    let grant = by_key(host, &hash).await?.ok_or_else(no_key)?;
    Ok((grant, Proof::Key(hash)))
}

/// Whose key has this hash; nobody's, where it or they were revoked.
pub(crate) async fn by_key<H: DocketHost + TenantHost>(host: &H, hash: &Digest) -> Result<Option<Grant>, Problem> {
    let Some(grant) = host.grant(hash).await? else { return Ok(None) };
    let refused = revocations::refuses(host, &grant, Some(hash), None).await?;
    Ok((!refused).then_some(grant))
}

/// Whose token this is.
pub(crate) async fn by_token<H: TenantHost + Outside>(
    host: &H,
    setup: &Setup,
    token: &str,
) -> Result<(Grant, Proof), Problem> {
    let signed_in = signin::sign_in(host, setup, token).await?;
    if revocations::refuses(host, &signed_in.grant, None, Some(signed_in.issued_at)).await? {
        return Err(Problem::new(Code::Token, "Refused: the token's holder was revoked after it was issued."));
    }
    Ok((signed_in.grant, Proof::Token(signed_in.issued_at)))
}

/// The token that Cloudflare Access adds, where an issuer is configured.
pub(crate) fn access_token<'a>(setup: &Setup, headers: &'a HeaderMap) -> Option<&'a str> {
    let token = headers.get(ACCESS_TOKEN).and_then(|value| value.to_str().ok());
    token.filter(|_| !setup.issuers.is_empty())
}

/// A webhook may come again, under its id: who takes it sees to that.
async fn prove_hook<H: TenantHost + Outside>(
    host: &H,
    setup: &Setup,
    grant: Grant,
    (id, signature): (&str, &HookSignature),
    body: &[u8],
) -> Result<Grant, Problem> {
    signature.verify(&HookSecret::of_key(&setup.master, id), host.now(), body).map_err(bad_hook)?;
    if revocations::refuses(host, &grant, Some(&grant_hash(id)), None).await? {
        return Err(no_key());
    }
    Ok(grant)
}

pub(crate) fn bad_hook(problem: HookProblem) -> Problem {
    let code = match problem {
        HookProblem::Malformed | HookProblem::Wrong => Code::Signature,
        HookProblem::Time => Code::SignatureTime,
    };
    Problem::new(code, format!("Refused: {problem}."))
}

fn no_key() -> Problem {
    Problem::new(Code::Unauthenticated, "Send `Authorization: Bearer <key>` with a key that is in force.")
}

fn bad_signature(problem: SignatureProblem) -> Problem {
    let code = match problem {
        SignatureProblem::Malformed | SignatureProblem::Wrong => Code::Signature,
        SignatureProblem::Time => Code::SignatureTime,
    };
    Problem::new(code, format!("Refused: {problem}."))
}

/// Takes from a request what says who calls: nobody behind the front needs it.
pub(crate) fn forget(headers: &mut HeaderMap) {
    for name in [header::AUTHORIZATION, header::COOKIE, ACCESS_TOKEN] {
        headers.remove(name);
    }
}

/// Reads a body, within its limits of size and time.
pub(crate) async fn read_body(outside: &impl Outside, body: Body, room: Room) -> Result<Bytes, Problem> {
    match first(axum::body::to_bytes(body, room.bytes), outside.sleep(room.ms)).await {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if is_too_long(&error) => {
            Err(Problem::new(Code::TooLarge, format!("A body may have at most {} KB.", room.bytes / 1024)))
        }
        Ok(Err(_)) => Err(Problem::new(Code::Incomplete, "The body broke off. Send it again.")),
        Err(()) => {
            let limit = format!("The body was not there within {} seconds. Send it again.", room.ms / 1_000);
            Err(Problem::new(Code::Incomplete, limit))
        }
    }
}

/// Whether a body was cut because of its limit, and not because the caller went away.
fn is_too_long(error: &axum::Error) -> bool {
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        if cause.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        source = cause.source();
    }
    false
}
