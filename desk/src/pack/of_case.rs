//! A case's pack, made of what the API says of it: its view and its journal.

use case::{
    ids::{CaseId, Digest, TenantId},
    journal::Head,
    time::Millis,
};
use serde_json::Value;

use super::{Draft, page};
use crate::{
    console::pages::PackView,
    problem::{Code, Problem},
    signer::Signer,
};

/// The file. Lines that were written after the view are left out, so that the page and the journal say the same.
///
/// # Errors
/// [`Code::Damaged`] where the view and the journal are not of one case, which no storage should do.
pub fn of_case(
    tenant: &TenantId,
    view: &Value,
    mut lines: Vec<String>,
    at: Millis,
    signer: &Signer,
) -> Result<String, Problem> {
    let torn = || Problem::new(Code::Damaged, "The journal is not the one that the case is shown by.");
    let text = |name: &str| view.get(name).and_then(Value::as_str).unwrap_or_default();
    let seq = view.get("seq").and_then(Value::as_u64).ok_or_else(torn)?;
    lines.truncate(usize::try_from(seq).unwrap_or(usize::MAX).saturating_add(1));
    let last = lines.last().filter(|_| lines.len() as u64 == seq + 1).ok_or_else(torn)?;
    let case = CaseId::parse(text("case_id")).map_err(|_| torn())?;
    let head = Head { case, seq, hash: Digest::of(last.as_bytes()) };
    if head.hash.as_str() != text("head_hash") {
        return Err(torn());
    }
    let sections = page::sections(tenant, &PackView { view, lines: &lines, links: &[], now: at });
    Ok(Draft { tenant, head: &head, at, sections, lines: &lines }.write(signer))
}
