//! Cases of a Worker, read over its API one by one: those that are named, or all that its docket lists.
//!
//! Nothing that comes is taken on trust: each archive is read and checked here before it is written.

use std::collections::BTreeSet;

use bytes::Bytes;
use case::ids::CaseId;
use desk::archive::Archive;
use http::{Method, StatusCode};
use serde_json::Value;

use super::{Args, Export};
use crate::{
    cli::caller::{self, Call, Caller},
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
};

/// Exports the cases of a Worker.
pub(super) async fn run(settings: &Settings, url: &str, args: &Args) -> Result<(), Failure> {
    let url = settings.worker_url(Some(url))?.unwrap_or_default();
    let caller = Caller::new(settings, &url)?;
    let cases = if args.cases.is_empty() { all(&caller).await? } else { args.cases.iter().cloned().collect() };
    let mut export = Export::begin(&args.folder)?;
    for case in &cases {
        match read(&caller, case).await? {
            Ok(one) => export.add(&one)?,
            Err(why) => export.leave_out(case, &why),
        }
    }
    export.end()
}

/// Every case that the docket lists, each once: one that moves from page to page meanwhile is met twice.
async fn all(caller: &Caller) -> Result<BTreeSet<CaseId>, Failure> {
    let mut cases = BTreeSet::new();
    let mut after = String::new();
    loop {
        let page = caller.get(&format!("/v1/cases?limit={}{after}", limits::PAGE_ROWS)).await?;
        if let Some(behind) = page.pointer("/behind/cases").and_then(Value::as_u64) {
            output::words(&format!("the docket is behind {behind} cases, of which new ones are not listed yet"));
        }
        let rows = page.get("cases").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let ids = rows.iter().filter_map(|row| CaseId::parse(row.get("case_id")?.as_str()?).ok());
        let before = cases.len();
        cases.extend(ids);
        match page.get("next").and_then(Value::as_str).and_then(|next| CaseId::parse(next).ok()) {
            // A docket that leads in a circle would be read for ever.
            Some(next) if cases.len() > before => after = format!("&after={next}"),
            Some(_) | None => return Ok(cases),
        }
    }
}

/// Reads one case, or why it cannot be exported.
async fn read(caller: &Caller, case: &CaseId) -> Result<Result<Archive, String>, Failure> {
    let path = format!("/v1/cases/{case}/archive");
    let most_bytes = limits::ARCHIVE_REPLY_BYTES;
    let call = Call { method: Method::GET, path: &path, headers: &[], body: Bytes::new(), most_bytes };
    let response = caller.send(call).await?;
    if response.status() != StatusCode::OK {
        return match caller::read(&response) {
            // A refused key or a service that is down stands in the way of all others as well.
            Err(failure) if matches!(failure.exit, Exit::Settings | Exit::Outside) => Err(failure),
            Err(failure) => Ok(Err(failure.message)),
            Ok(_) => Ok(Err(format!("the Worker answered {}", response.status()))),
        };
    }
    Ok(match Archive::read(response.body()) {
        Ok(one) if one.key.case == *case => Ok(one),
        Ok(_) => Err("the Worker sent another case".to_owned()),
        Err(fault) => Err(fault.to_string()),
    })
}
