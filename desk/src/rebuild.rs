//! `POST /v1/docket/rebuild`: rows of the docket are made again from the journals of their cases. The docket is only ever
//! a copy of what the journals say, so that losing it loses nothing.
//!
//! An answer says how many, never which of another tenant's: an object's id may be anybody's.

use axum::http::StatusCode;
use case::ids::{CaseId, Digest};
use futures_util::future::join_all;
use serde_json::{Map, Value, json};

use crate::{
    ports::{DocketHost, Grant, Remade, RowName},
    problem::{Code, Problem},
    request::object,
};

/// The most rows that one call makes.
pub const MOST: usize = 100;
/// How many are made at the same time.
const AT_ONCE: usize = 8;

/// Makes rows again.
pub(crate) async fn rebuild<H: DocketHost>(
    host: &H,
    grant: &Grant,
    body: &[u8],
) -> Result<(StatusCode, Value), Problem> {
    let names = names(&object(body)?)?;
    let mut outcomes = Vec::new();
    for some in names.chunks(AT_ONCE) {
        outcomes.extend(join_all(some.iter().map(|named| remake(host, grant, named))).await);
    }
    let of = |remade: Remade| outcomes.iter().filter(|outcome| **outcome == Ok(remade)).count();
    let failed: Vec<&String> = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).collect();
    Ok((StatusCode::OK, json!({ "sent": of(Remade::Sent), "empty": of(Remade::Empty), "failed": failed })))
}

/// Makes one row again; the name of one that could not be made.
async fn remake<H: DocketHost>(host: &H, grant: &Grant, (text, name): &(String, RowName)) -> Result<Remade, String> {
    host.remake(&grant.tenant, name).await.map_err(|error| {
        tracing::error!(case = text, %error, "a row of the docket could not be made again");
        text.clone()
    })
}

fn names(body: &Map<String, Value>) -> Result<Vec<(String, RowName)>, Problem> {
    let problem = |rule: String| Problem::of(Code::Field, "cases", rule);
    let list = body.get("cases").and_then(Value::as_array);
    let list = list.ok_or_else(|| problem("`cases` must be a list.".to_owned()))?;
    if list.is_empty() || list.len() > MOST {
        return Err(problem(format!("`cases` must name from 1 to {MOST} cases.")));
    }
    let name = |item: &Value| {
        let text = item.as_str()?;
        let case = CaseId::parse(text).map(RowName::Case);
        let name = case.or_else(|_| Digest::parse(text).map(RowName::Object)).ok()?;
        Some((text.to_owned(), name))
    };
    let names: Option<Vec<_>> = list.iter().map(name).collect();
    names.ok_or_else(|| problem("`cases` must hold ids of cases, or hexadecimal ids of objects.".to_owned()))
}
