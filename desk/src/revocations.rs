//! `GET` and `POST /v1/revocations`: whom a tenant lets in no more, at once and without a restart or a deployment.
//!
//! A revocation is never taken back: whoever shall come in again is given another key, or signs in again. Where the
//! list cannot be read nobody is let in.

use axum::http::StatusCode;
use case::{
    ids::{Digest, Subject},
    time::Millis,
};
use serde_json::{Map, Value, json};

use crate::{
    ports::{Grant, Outside, Revocation, Revoked, TenantHost},
    problem::{Code, Problem},
    request::{object, optional_text},
};

/// The most revocations of one tenant. A key whose grant is gone needs none.
pub const MOST: usize = 10_000;

/// Whether a caller is let in no more: the key that was shown, if one was, and whoever it stands for. A token that was
/// issued after its subject was revoked is let in: who issues it knows better by then.
pub(crate) async fn refuses(
    host: &impl TenantHost,
    grant: &Grant,
    key: Option<&Digest>,
    issued_at: Option<Millis>,
) -> Result<bool, Problem> {
    let list = host.revocations(&grant.tenant).await.map_err(|error| {
        tracing::error!(tenant = %grant.tenant, %error, "who was revoked could not be read, so nobody is let in");
        Problem::new(Code::Unchecked, "Whether you may still call could not be looked up. Try again in a moment.")
    })?;
    Ok(list.iter().any(|revocation| match &revocation.what {
        Revoked::Key(hash) => key == Some(hash),
        Revoked::Subject(subject) => {
            // Addresses are written either way.
            let is_theirs = subject.as_str().eq_ignore_ascii_case(grant.actor.subject.as_str());
            is_theirs && issued_at.is_none_or(|issued_at| issued_at <= revocation.at)
        }
    }))
}

/// Whom the tenant lets in no more.
pub(crate) async fn read(host: &impl TenantHost, grant: &Grant) -> Result<(StatusCode, Value), Problem> {
    let list = host.revocations(&grant.tenant).await?;
    let shown: Vec<Value> = list.iter().map(shown).collect();
    Ok((StatusCode::OK, json!({ "revocations": shown })))
}

/// Revokes.
pub(crate) async fn revoke<H: TenantHost + Outside>(
    host: &H,
    grant: &Grant,
    body: &[u8],
) -> Result<(StatusCode, Value), Problem> {
    let body = object(body)?;
    let what = what(&body)?;
    let note = optional_text(&body, "note")?.map(|note| case::pii::redact(&note));
    let revocation = Revocation { what, at: host.now(), by: grant.actor.subject.to_string(), note };
    let list = host.revocations(&grant.tenant).await?;
    if list.len() >= MOST && !list.iter().any(|known| known.what == revocation.what) {
        let remedy = format!("A tenant may have {MOST} revocations. Take away the grants of keys instead.");
        return Err(Problem::new(Code::TooManyRevocations, remedy));
    }
    host.revoke(&grant.tenant, &revocation).await?;
    let (tenant, kind) = (&grant.tenant, revocation.what.kind());
    tracing::warn!(%tenant, kind, what = revocation.what.name(), by = revocation.by, "somebody was revoked");
    Ok((StatusCode::OK, shown(&revocation)))
}

/// What a body names: a key's hash or a subject, and nothing else beside it.
fn what(body: &Map<String, Value>) -> Result<Revoked, Problem> {
    let problem = |field: &str, rule: &str| Problem::of(Code::Field, field, rule);
    match (body.get("key"), body.get("subject")) {
        (Some(key), None) => {
            let hash = key.as_str().and_then(|key| Digest::parse(key).ok());
            hash.map(Revoked::Key).ok_or_else(|| problem("key", "`key` must be the SHA-256 of a key in hexadecimal."))
        }
        (None, Some(subject)) => {
            let subject = subject.as_str().and_then(|subject| Subject::parse(subject).ok());
            subject.map(Revoked::Subject).ok_or_else(|| problem("subject", "`subject` must be a name as cases show it; one that has other letters stands there as `sha256-...`."))
        }
        (Some(_), Some(_)) | (None, None) => Err(problem("key", "Name either a `key` or a `subject`.")),
    }
}

fn shown(revocation: &Revocation) -> Value {
    json!({
        revocation.what.kind(): revocation.what.name(),
        "at": revocation.at.rfc3339(),
        "by": revocation.by,
        "note": revocation.note,
    })
}
