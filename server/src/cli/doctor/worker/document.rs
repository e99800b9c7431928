//! Whether a Worker's document of its API is ours: which addresses and methods it lacks, has more of, or describes otherwise.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, StatusCode};
use serde_json::Value;

use super::super::{Finding, reach::call};
use crate::outside::Http;

/// How many differences are named.
const NAMED: usize = 5;

/// Compares `/openapi.json` with the document of this program.
pub(super) async fn check(http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker api";
    let Ok(request) = Request::get(format!("{url}/openapi.json")).body(Bytes::new()) else {
        return Finding::problem(CHECK, "not a URL", "write it as https://caseworker.example.com, without /v1");
    };
    let reply = match call(http, request).await {
        Ok(reply) if reply.status() == StatusCode::OK => reply,
        Ok(reply) => {
            let remedy = "is it this Caseworker, and nothing between that changes replies?";
            return Finding::problem(CHECK, format!("/openapi.json answers {}", reply.status()), remedy);
        }
        Err(error) => return Finding::problem(CHECK, error.to_string(), "try again"),
    };
    let ours: Value = serde_json::from_str(desk::openapi::DOCUMENT).unwrap_or_default();
    let theirs: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    if ours == theirs {
        return Finding::ok(CHECK, "its document is the one of this program");
    }
    let (ours, theirs) = (operations(&ours), operations(&theirs));
    let lacks: Vec<&String> = ours.keys().filter(|name| !theirs.contains_key(*name)).collect();
    let more: Vec<&String> = theirs.keys().filter(|name| !ours.contains_key(*name)).collect();
    if !lacks.is_empty() {
        let detail = format!("another contract: it has no {}", listed(&lacks));
        return Finding::problem(CHECK, detail, "deploy this version: `cargo xtask edge wrangler deploy`");
    }
    let detail = if more.is_empty() {
        "its document has the same addresses and describes them otherwise".to_owned()
    } else {
        format!("it has more than this program knows: {}", listed(&more))
    };
    Finding::note(CHECK, detail, "use the program of the same release as the Worker's")
}

/// Every operation, by method and path.
fn operations(document: &Value) -> BTreeMap<String, &Value> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    let methods = paths.flat_map(|(path, methods)| {
        let methods = methods.as_object().into_iter().flatten();
        methods.map(move |(method, operation)| (format!("{} {path}", method.to_uppercase()), operation))
    });
    methods.collect()
}

/// The first few, without what no terminal should be sent.
fn listed(names: &[&String]) -> String {
    let shown =
        names.iter().take(NAMED).map(|name| name.chars().filter(|letter| !letter.is_control()).take(80).collect());
    let shown: Vec<String> = shown.collect();
    let rest = names.len().saturating_sub(NAMED);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}
