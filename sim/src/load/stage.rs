//! A stage: so many new cases a second for a time, others beside them, and everything that was accepted looked at in the
//! end.

use std::{
    ops::Range,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::Result;
use serde_json::{Value, json};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, sleep_until},
};

use super::{
    IN_TIME_S,
    client::{Ask, Client, Reply},
    cpu::Used,
    host::Host,
    slow,
    tally::{Figures, Sort},
};
use crate::checks::words::{IDENTITY, PENDING, REWORDINGS, TWICE};

/// What comes beside new cases, a second, whatever the rate of those is.
const STAFF_A_SECOND: f64 = 20.0;
const FOLLOW_UPS_A_SECOND: f64 = 20.0;
const UNKNOWN_A_SECOND: f64 = 100.0;
/// How long a stage goes on before anything counts: until then no case can be late, and what is behind shows nowhere.
const LEAD: Duration = Duration::from_secs(IN_TIME_S);
/// How long what was accepted may take to come to rest once nothing new comes, in tenths of a second.
const AFTERWARDS: u32 = 600;
/// The longest row of accepted cases that others look at.
const LOOKED_AT: usize = 512;

/// A stage.
pub(super) struct Stage {
    /// New cases a second.
    pub(super) rate: f64,
    /// How long it is counted.
    pub(super) length: Duration,
    /// How many slow callers there are.
    pub(super) slow: usize,
}

/// What everybody who sends shares.
struct Shared {
    client: Arc<Client>,
    submitter: String,
    analyst: String,
    figures: Mutex<Figures>,
    /// When goodput is counted.
    counts: Range<Instant>,
    /// Accepted cases, and those of them that were still at work when they were last heard of.
    cases: Mutex<(Vec<String>, Vec<String>)>,
    run: u64,
}

impl Stage {
    /// Runs it to its end.
    pub(super) async fn run(&self, host: &Host) -> Result<Figures> {
        let began = Instant::now();
        let mut any = [0; 8];
        getrandom::fill(&mut any).map_err(|error| anyhow::anyhow!("{error}"))?;
        let shared = Arc::new(Shared {
            client: host.client.clone(),
            submitter: host.submitter.clone(),
            analyst: host.analyst.clone(),
            figures: Mutex::default(),
            counts: began + LEAD..began + LEAD + self.length,
            cases: Mutex::default(),
            run: u64::from_le_bytes(any),
        });
        let length = LEAD + self.length;
        let ((slow, used), ..) = tokio::join!(
            self.counted(host, &shared),
            at_rate(self.rate, length, &shared, Shared::open),
            at_rate(STAFF_A_SECOND, length, &shared, Shared::work),
            at_rate(FOLLOW_UPS_A_SECOND, length, &shared, Shared::follow_up),
            at_rate(UNKNOWN_A_SECOND, length, &shared, Shared::knock),
        );
        drop(slow);
        let unfinished = shared.unfinished().await;
        let mut figures = shared.figures().clone();
        (figures.rate, figures.seconds, figures.unfinished) = (self.rate, self.length.as_secs_f64(), unfinished);
        figures.used = used;
        tracing_line(began, &figures);
        Ok(figures)
    }

    /// What is looked at while goodput is counted: slow callers come when it begins, and what was used is read at both ends.
    async fn counted(&self, host: &Host, shared: &Shared) -> (JoinSet<()>, Used) {
        sleep_until(shared.counts.start).await;
        let (slow, before) = (slow::callers(host, self.slow), host.used());
        sleep_until(shared.counts.end).await;
        (slow, host.used().since(before))
    }
}

/// A word on where the battery is.
fn tracing_line(began: Instant, figures: &Figures) {
    let (rate, goodput, took) = (figures.rate, figures.goodput(), began.elapsed().as_secs());
    eprintln!("{rate:.0} a second offered, {goodput:.1} a second worked in time; {took} s");
}

/// Sends at a rate, each at its moment, and waits for all answers.
async fn at_rate<F>(rate: f64, length: Duration, shared: &Arc<Shared>, send: fn(Arc<Shared>, u64, Instant) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let (began, mut sent) = (Instant::now(), JoinSet::new());
    let count = (rate * length.as_secs_f64()) as u64;
    for number in 0..count {
        let due = began + Duration::from_secs_f64(number as f64 / rate);
        sleep_until(due).await;
        sent.spawn(send(shared.clone(), number, due));
        while sent.try_join_next().is_some() {}
    }
    while sent.join_next().await.is_some() {}
}

impl Shared {
    /// A new case, whose sender waits for it as long as it may take.
    async fn open(self: Arc<Self>, number: u64, due: Instant) {
        let reworded = REWORDINGS.get(number as usize % REWORDINGS.len()).copied().unwrap_or(TWICE);
        let (text, customer) = match number % 8 {
            0 => (IDENTITY, "cus_ivo"),
            1 => (PENDING, "cus_fay"),
            2..=4 => (TWICE, "cus_ada"),
            _ => (reworded, "cus_ada"),
        };
        let ask = Ask::by(&self.submitter, "POST /v1/requests")
            .with("prefer", &format!("wait={IN_TIME_S}"))
            .with("idempotency-key", &format!("load-{}-{number}", self.run))
            .json(&json!({ "text": text, "customer_id": customer }));
        let reply = self.client.send(&ask).await;
        let took = due.elapsed();
        let mut figures = self.figures();
        figures.new_work.count(&reply, |status| status == 201, took);
        let Ok(Reply { status: 201, body, .. }) = reply else { return };
        let Ok(view) = serde_json::from_str::<Value>(&body) else { return };
        let id = view.get("case_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let rests = is_at_rest(&view);
        figures.accepted += 1;
        let in_time = rests && took <= Duration::from_secs(IN_TIME_S);
        figures.in_time += u64::from(in_time);
        figures.counted += u64::from(in_time && self.counts.contains(&Instant::now()));
        drop(figures);
        let mut cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        if !rests {
            cases.1.push(id.clone());
        }
        let at = number as usize % LOOKED_AT;
        match cases.0.get_mut(at) {
            Some(place) => *place = id,
            None => cases.0.push(id),
        }
    }

    /// What an analyst does: looks at the queue and at cases, and takes some.
    async fn work(self: Arc<Self>, number: u64, due: Instant) {
        let case = self.some_case(number);
        let ask = match (number % 4, case) {
            (0, _) | (_, None) => Ask::by(&self.analyst, "GET /v1/cases?queue=open&limit=20"),
            (1 | 2, Some(case)) => Ask::by(&self.analyst, format!("GET /v1/cases/{case}")),
            (_, Some(case)) => {
                Ask::by(&self.analyst, format!("POST /v1/cases/{case}/commands")).json(&json!({ "command": "claim" }))
            }
        };
        let reply = self.client.send(&ask).await;
        self.count(|figures| &mut figures.staff, &reply, |status| matches!(status, 200 | 409), due);
    }

    /// What a submitter asks of its cases, and says further.
    async fn follow_up(self: Arc<Self>, number: u64, due: Instant) {
        let Some(case) = self.some_case(number) else { return };
        let ask = if number.is_multiple_of(4) {
            Ask::by(&self.submitter, format!("POST /v1/cases/{case}/messages"))
                .json(&json!({ "from": "customer", "text": "Is there any news about it?" }))
        } else {
            Ask::by(&self.submitter, format!("GET /v1/cases/{case}"))
        };
        let reply = self.client.send(&ask).await;
        self.count(|figures| &mut figures.follow_ups, &reply, |status| matches!(status, 200 | 409), due);
    }

    /// Somebody without a key, who wants what analysts see.
    async fn knock(self: Arc<Self>, number: u64, due: Instant) {
        let ask = Ask::by(&format!("cw_nobody_{number}"), "GET /v1/oversight");
        let reply = self.client.send(&ask).await;
        self.count(|figures| &mut figures.unknown, &reply, |status| status == 401, due);
    }

    fn count(
        &self,
        sort: impl Fn(&mut Figures) -> &mut Sort,
        reply: &Result<Reply>,
        good: impl Fn(u16) -> bool,
        due: Instant,
    ) {
        sort(&mut self.figures()).count(reply, good, due.elapsed());
    }

    fn some_case(&self, number: u64) -> Option<String> {
        let cases = self.cases.lock().unwrap_or_else(PoisonError::into_inner);
        let at = (number as usize).checked_rem(cases.0.len())?;
        cases.0.get(at).cloned()
    }

    /// How many accepted cases never come to rest.
    async fn unfinished(&self) -> u64 {
        let mut left = std::mem::take(&mut self.cases.lock().unwrap_or_else(PoisonError::into_inner).1);
        for _ in 0..AFTERWARDS {
            let mut still = Vec::new();
            for id in left {
                let reply = self.client.send(&Ask::by(&self.analyst, format!("GET /v1/cases/{id}"))).await;
                let view = reply.ok().and_then(|reply| serde_json::from_str::<Value>(&reply.body).ok());
                if !view.is_some_and(|view| is_at_rest(&view)) {
                    still.push(id);
                }
            }
            left = still;
            if left.is_empty() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
        }
        left.len() as u64
    }

    fn figures(&self) -> std::sync::MutexGuard<'_, Figures> {
        self.figures.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a case waits for its customer or an analyst, or is closed.
pub(super) fn is_at_rest(view: &Value) -> bool {
    let state = view.pointer("/orchestration/state").and_then(Value::as_str);
    state.is_some_and(|state| state != "working")
}
