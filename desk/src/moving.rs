//! Cases that move between hosts: `GET /v1/cases/{id}/archive` and `POST /v1/import`, for admins, one case a call.
//!
//! An archive is checked whole before anything is written. What it says is never corrected.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use case::{actor::Role, ids::CaseId};
use serde_json::json;

use crate::{
    archive::{self, Archive, ArchiveFault, MEDIA_TYPE, Vault},
    file::{Desk, Taken},
    named,
    ports::{CaseHost, Grant, ModelHost, Outside, Sealed, TenantHost},
    problem::{Code, Problem},
    request::media_type,
    routes::{Answer, answer, entering},
};

/// Refuses what is not declared as an archive, before its body is read.
pub(crate) fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    if media_type(headers) == MEDIA_TYPE {
        return Ok(());
    }
    let remedy = format!("Send an archive as `Content-Type: {MEDIA_TYPE}`.");
    Err(Problem::of(Code::ContentType, "Content-Type", remedy))
}

/// Into which case an archive goes: always within the caller's own tenant.
pub(crate) fn destination(grant: &Grant, body: &[u8]) -> Result<CaseId, Problem> {
    let key = archive::key_of(body)?;
    if key.tenant == grant.tenant {
        return Ok(key.case);
    }
    let remedy = "The case belongs to another tenant than the key. Use an admin's key of that tenant.";
    Err(Problem::of(Code::Archive, "tenant", remedy))
}

/// An archive has everything that anybody said in a case, though sealed.
fn may_move(grant: &Grant) -> Result<(), Problem> {
    match grant.actor.role {
        Role::Admin => Ok(()),
        Role::Submitter | Role::Analyst | Role::Approver | Role::Auditor => {
            Err(Problem::new(Code::Role, "Only an admin moves cases."))
        }
    }
}

/// `GET /v1/cases/{id}/archive`.
pub(crate) async fn read_archive<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
) -> Answer {
    let entering = entering(&headers)?;
    may_move(&entering.grant)?;
    let key = entering.key();
    let stored = desk.host.read(&key).await?.ok_or_else(Problem::no_case)?;
    let entries = case::journal::read(stored.lines.iter().map(String::as_str))?;
    let mut sealed = Vec::new();
    for (_, hash) in named::ciphertexts(&entries) {
        if let Some(bytes) = desk.host.sealed(&key, hash).await? {
            sealed.push(Sealed { hash: hash.clone(), bytes });
        }
    }
    let whole = Archive::new(key, stored.lines, Vault { wrapped_key: stored.wrapped_key, sealed, mark: None });
    // What is stored here is nobody's fault who asks for it.
    let archive = whole.map_err(|fault| Problem::new(Code::Damaged, format!("{fault}.")))?.marked(&desk.setup.master);
    let mut response = Response::new(Body::from(archive.to_text()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `POST /v1/import`.
pub(crate) async fn import_case<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let entering = entering(&headers)?;
    may_move(&entering.grant)?;
    let archive = Archive::read(&body)?;
    // The front has read where it goes from the same bytes.
    if archive.key != entering.key() {
        return Err(ArchiveFault::OtherCase.into());
    }
    let taken = desk.take_up(&archive).await?;
    let by = &entering.grant.actor.subject;
    tracing::info!(case = %archive.key.case, %by, result = taken.name(), "a case was imported");
    let (status, head) = match taken {
        Taken::New => (StatusCode::CREATED, archive.case.head().clone()),
        Taken::Grown | Taken::Same => (StatusCode::OK, archive.case.head().clone()),
        Taken::Older => (StatusCode::OK, desk.look(&archive.key, |open| open.case.head().clone()).await?),
    };
    let body = json!({ "case_id": head.case, "result": taken.name(), "seq": head.seq, "head_hash": head.hash });
    Ok(answer(status, &body))
}

impl From<ArchiveFault> for Problem {
    fn from(fault: ArchiveFault) -> Self {
        let (code, remedy) = if fault.is_newer() {
            (Code::ArchiveNewer, "Upgrade this host first.")
        } else {
            (Code::Archive, "Nothing was written. Export the case again, and send what came unchanged.")
        };
        Self::new(code, format!("{fault}. {remedy}"))
    }
}
