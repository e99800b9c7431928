//! `POST /v1/webhooks/replay`: events are sent again, those of one case from a line of its journal on, or those of every case
//! that changed since a moment. That also takes up what was given up, and passes over what a receiver will not take.
//!
//! Nothing is made up: the events are those that the journal tells, under the ids that they have always had.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, Method, StatusCode, header},
};
use case::{
    ids::{CaseId, TenantId},
    journal,
    time::Millis,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{HookState, Place, config::wants, event};
use crate::{
    docket_sql,
    entering::{self, Entering},
    file::Desk,
    front::{Front, FrontHost},
    ports::{CaseHost, CaseKey, Grant, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    request::{check_content_type, object},
    routes::{Answer, answer, entering},
};

/// The route, at the front and within a case.
pub(crate) const PATH: &str = "/v1/webhooks/replay";
/// Cases of one call.
const MOST: u32 = 50;
/// After so long a call begins with no further case, in milliseconds: whoever asks goes on with the next call.
const CALL_MS: i64 = 15_000;
/// How often a case is asked whether its events have arrived that are on their way.
const LOOKS: u32 = 50;
/// How long between two looks, in milliseconds.
const LOOK_MS: u64 = 100;

/// From where on events are sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum From {
    /// A line.
    Seq(u64),
    /// The first line of that moment or later.
    Since(Millis),
}

/// What is to be sent again.
struct Asked {
    case: Option<CaseId>,
    from: From,
    after: Option<CaseId>,
}

impl Asked {
    fn read(body: &Map<String, Value>) -> Result<Self, Problem> {
        let text =
            |name: &str| body.get(name).filter(|value| !value.is_null()).map(|value| value.as_str().unwrap_or(""));
        let case = text("case_id").map(CaseId::parse).transpose().map_err(|_| Problem::no_case())?;
        let since = text("since").map(|since| {
            Millis::parse_rfc3339(since)
                .ok_or_else(|| Problem::of(Code::Field, "since", "`since` must be a time in RFC 3339."))
        });
        let seq = body.get("from_seq").filter(|value| !value.is_null()).map(|seq| {
            seq.as_u64()
                .ok_or_else(|| Problem::of(Code::Field, "from_seq", "`from_seq` must be a position in the journal."))
        });
        let from = match (since.transpose()?, seq.transpose()?) {
            (Some(since), None) => From::Since(since),
            (None, Some(seq)) if case.is_some() => From::Seq(seq),
            (None, None) if case.is_some() => From::Seq(0),
            (None, _) => {
                return Err(Problem::of(Code::Field, "since", "Name a case by `case_id`, or a moment by `since`."));
            }
            (Some(_), Some(_)) => {
                return Err(Problem::of(Code::Field, "from_seq", "Give either `since` or `from_seq`."));
            }
        };
        let after = text("after").map(CaseId::parse).transpose();
        let no_next = |_| Problem::of(Code::Field, "after", "`after` must be the `next` of the answer before.");
        Ok(Self { case, from, after: after.map_err(no_next)? })
    }
}

/// At the front: to the case that is named, or to the next cases that changed since then.
pub(crate) async fn replay<F: FrontHost>(front: &Front<F>, grant: &Grant, body: &[u8]) -> Result<Value, Problem> {
    let asked = Asked::read(&object(body)?)?;
    if front.setup.webhooks.of(&grant.tenant).is_none() {
        return Err(Problem::new(Code::NotTold, "Say under `webhook` where the tenant's events are to be sent."));
    }
    if let Some(case) = asked.case {
        let sent = at_case(front, grant, case, body).await?;
        return Ok(json!({ "cases": 1, "events": sent, "failed": [], "next": null }));
    }
    let From::Since(since) = asked.from else { return Err(Problem::no_case()) };
    let changed = changed(front, &grant.tenant, since, asked.after.as_ref()).await?;
    let begun = front.host.now();
    let (mut cases, mut events, mut failed, mut next) = (0_u64, 0_u64, Vec::new(), None);
    for (case, at) in changed.into_iter().zip(1..) {
        let body = json!({ "case_id": case, "since": since.rfc3339() }).to_string();
        match at_case(front, grant, case.clone(), body.as_bytes()).await {
            Ok(sent) => {
                cases += 1;
                events += sent;
            }
            Err(problem) => {
                tracing::error!(%case, ?problem, "the events of a case could not be sent again");
                failed.push(case.clone());
            }
        }
        if at == MOST || front.host.now().since(begun) >= CALL_MS {
            next = Some(case);
            break;
        }
    }
    Ok(json!({ "cases": cases, "events": events, "failed": failed, "next": next }))
}

/// The next cases that changed since a moment.
async fn changed<F: FrontHost>(
    front: &Front<F>,
    tenant: &TenantId,
    since: Millis,
    after: Option<&CaseId>,
) -> Result<Vec<CaseId>, Problem> {
    #[derive(Deserialize)]
    struct Row {
        case_id: CaseId,
    }
    let statement = docket_sql::changed(tenant, since.0, after, MOST);
    let rows = front.host.select(vec![statement]).await?.into_iter().flatten();
    let read = |row: String| serde_json::from_str::<Row>(&row).map(|row| row.case_id);
    rows.map(read)
        .collect::<Result<_, _>>()
        .map_err(|_| Problem::new(Code::Storage, "The docket holds what is no case."))
}

/// Asks a case to send its events again; how many.
async fn at_case<F: FrontHost>(front: &Front<F>, grant: &Grant, case: CaseId, body: &[u8]) -> Result<u64, Problem> {
    let entering = Entering { grant: grant.clone(), case };
    let broken = || Problem::new(Code::Storage, "A case did not say whether its events are sent again. Try again.");
    let request = http::Request::builder()
        .method(Method::POST)
        .uri(PATH)
        .header(header::CONTENT_TYPE, "application/json")
        .header(entering::HEADER, entering.to_header())
        .body(Body::from(body.to_vec()))
        .map_err(|_| broken())?;
    let answered = front.host.enter(entering, request).await;
    let status = answered.status();
    let said = axum::body::to_bytes(answered.into_body(), 1 << 16).await.map_err(|_| broken())?;
    let said: Value = serde_json::from_slice(&said).map_err(|_| broken())?;
    match status {
        StatusCode::OK => said.get("events").and_then(Value::as_u64).ok_or_else(broken),
        StatusCode::NOT_FOUND => Err(Problem::no_case()),
        StatusCode::CONFLICT => Err(under_way()),
        _ => Err(broken()),
    }
}

fn under_way() -> Problem {
    Problem::new(Code::InFlight, "Events of the case are on their way. Try again in a moment.")
}

/// Within a case.
pub(crate) async fn replay_case<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let entering = entering(&headers)?;
    check_content_type(&headers)?;
    let asked = Asked::read(&object(&body)?)?;
    let sent = desk.tell_again(&entering.key(), asked.from).await?;
    Ok(answer(StatusCode::OK, &json!({ "events": sent })))
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Desk<H> {
    /// Sends events of a case again; how many.
    async fn tell_again(&self, key: &CaseKey, from: From) -> Result<u64, Problem> {
        let stored = self.host.read(key).await?.ok_or_else(Problem::no_case)?;
        let seq = match from {
            From::Seq(seq) => seq,
            From::Since(since) => {
                let lines = journal::read(stored.lines.iter().map(String::as_str))?;
                let first = lines.iter().find(|line| line.at >= since);
                first.map_or(lines.len() as u64, |line| line.seq)
            }
        };
        let wanted =
            |event: &&event::Event| event.place.seq >= seq && wants(&self.setup.config, &key.tenant, event.kind);
        let events = event::events(&stored.lines)?.iter().filter(wanted).count() as u64;
        if events == 0 {
            return Ok(0);
        }
        let mut flight = self.begin_telling(key);
        for _ in 0..LOOKS {
            if flight.is_some() {
                break;
            }
            self.host.sleep(LOOK_MS).await;
            flight = self.begin_telling(key);
        }
        // Whoever is at it would write over where it is to begin.
        let flight = flight.ok_or_else(under_way)?;
        let done = seq.checked_sub(1).map(|seq| Place { seq, n: u32::MAX });
        let state = HookState { done, attempts: 0, since: None, due: Some(self.host.now()) };
        self.host.set_hooks(key, &state, 0).await?;
        drop(flight);
        self.tell_soon(key);
        Ok(events)
    }
}
