//! What a trace of workerd says about each thing that is charged for. It reads JSON lines and looks at nothing else.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use serde::Deserialize;

use super::prices::Usage;

/// Between two events of an object further apart than this nothing was under way: it slept, and was not charged for.
const ASLEEP_NS: u64 = 1_500_000_000;

/// One line; what is not named here is not looked at.
#[derive(Deserialize)]
struct Line {
    e: String,
    #[serde(default)]
    ctx: u64,
    #[serde(default)]
    kind: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    worker: String,
    #[serde(default)]
    actor: Option<String>,
    #[serde(default)]
    at: Option<u64>,
    #[serde(default)]
    k: String,
    #[serde(default)]
    v: serde_json::Value,
}

/// Which part of the process an event belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// The entry Worker.
    Entry,
    /// One of our objects.
    Object,
    /// The database that stands for D1.
    Docket,
    /// The cron, and what stands for D1 outside its database.
    Other,
}

/// Divides what the trace holds by the cases that were worked.
pub(super) fn read(trace: &str, cases: f64) -> Result<Usage> {
    let mut parts: BTreeMap<u64, Part> = BTreeMap::new();
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    let (mut usage, mut active_ns) = (Usage::default(), 0_u64);
    for line in trace.lines() {
        // The last line may be cut where the process ended.
        let Ok(line) = serde_json::from_str::<Line>(line) else { continue };
        if line.e == "ctx" {
            parts.insert(line.ctx, part(&line));
        }
        let Some(part) = parts.get(&line.ctx).copied() else { continue };
        if let (Part::Object, Some(at), true) = (part, line.at, line.e != "ctx_end") {
            let since = last.insert(line.ctx, at).map_or(0, |before| at.saturating_sub(before));
            active_ns += if since < ASLEEP_NS { since } else { 0 };
        }
        count(&mut usage, part, &line);
    }
    if usage.requests == 0.0 || usage.object_requests == 0.0 {
        bail!("the trace holds no request");
    }
    #[expect(clippy::cast_precision_loss, reason = "a measured time is no exact number")]
    let active_s = active_ns as f64 / 1e9;
    usage.active_s = active_s;
    // The first request only asked whether the Worker was there.
    usage.requests -= 1.0;
    Ok(usage.divided(cases))
}

fn part(line: &Line) -> Part {
    match (line.worker.as_str(), &line.actor) {
        ("entry", None) => Part::Entry,
        ("entry", Some(_)) => Part::Object,
        ("d1", Some(_)) => Part::Docket,
        _ => Part::Other,
    }
}

fn count(usage: &mut Usage, part: Part, line: &Line) {
    match (part, line.e.as_str(), line.kind.as_str(), line.name.as_str()) {
        (Part::Entry, "init", "request", "fetch") => usage.requests += 1.0,
        (Part::Object, "init", "request", _) => usage.object_requests += 1.0,
        (Part::Object, "init", "operation", "durable_object_storage_setAlarm") => usage.object_rows += 1.0,
        (_, "annotate", ..) if line.k == "db.query.text" => {
            let statement = line.v.as_str().unwrap_or_default();
            let writes = ["INSERT", "UPDATE", "DELETE"].iter().any(|verb| statement.starts_with(verb));
            match part {
                Part::Object if writes => usage.object_rows += 1.0,
                Part::Docket if statement.starts_with("INSERT INTO docket_rows") => usage.docket_rows += DOCKET_ROWS,
                _ => {}
            }
        }
        _ => {}
    }
}

/// A row of the docket with its key and its indexes; an upsert that changes none of them writes fewer. A case's names,
/// some six rows, are written once and not counted here.
const DOCKET_ROWS: f64 = 5.0;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_rows_and_alarms_are_told_apart_by_whose_they_are() {
        let trace = r#"{"e":"header","v":1}
{"e":"ctx","ctx":1,"iso":1,"worker":"entry","actor":null,"at":1}
{"e":"init","ctx":1,"id":1,"kind":"request","name":"fetch","at":2}
{"e":"init","ctx":1,"id":9,"kind":"request","name":"fetch","at":2}
{"e":"ctx","ctx":2,"iso":1,"worker":"entry","actor":"ab","at":1000}
{"e":"init","ctx":2,"id":2,"kind":"request","name":"fetch","at":1000}
{"e":"annotate","ctx":2,"id":3,"k":"db.query.text","v":"INSERT INTO entries (seq, line) VALUES (?, ?)"}
{"e":"annotate","ctx":2,"id":3,"k":"db.query.text","v":"SELECT line FROM entries"}
{"e":"init","ctx":2,"id":4,"kind":"operation","name":"durable_object_storage_setAlarm","at":500001000}
{"e":"init","ctx":2,"id":5,"kind":"request","name":"alarm","at":60000001000}
{"e":"ctx","ctx":3,"iso":2,"worker":"d1","actor":"cd","at":1}
{"e":"annotate","ctx":3,"id":6,"k":"db.query.text","v":"INSERT INTO docket_rows (tenant) VALUES (?)"}
{"e":"ctx","ctx":4,"iso":2,"worker":"d1","actor":null,"at":1}
{"e":"init","ctx":4,"id":7,"kind":"request","name":"fetch","at":2}
{"e":"exit","#;
        let usage = read(trace, 1.0).expect("it holds a request");
        assert!((usage.requests - 1.0).abs() < 1e-9 && (usage.object_requests - 2.0).abs() < 1e-9);
        assert!((usage.object_rows - 2.0).abs() < 1e-9 && (usage.docket_rows - 5.0).abs() < 1e-9);
        assert!((usage.active_s - 0.5).abs() < 1e-9, "a minute of sleep is not charged: {}", usage.active_s);
        assert!(read("", 1.0).is_err());
    }
}
