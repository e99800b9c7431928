//! The model away for a while, and a source that fails now and then: how often they are called meanwhile, and how soon
//! they are found to be back. The calls are counted where they arrive.

use std::{sync::Arc, time::Duration};

use anyhow::{Result, ensure};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::{
    host::{Host, Model},
    outside::{Line, Outside},
    stage::Stage,
    tally::Figures,
};

/// How long the model is away, and how long things are looked at before and after.
const AWAY: Duration = Duration::from_secs(30);
/// Of a hundred calls so many fail where a source fails now and then.
const NOW_AND_THEN: u32 = 30;
/// Calls may be a tenth more than asks, and a burst and what time earns besides.
const MOST_PERCENT: u64 = 110;
const BURST: u64 = 20;
const EARNED_EVERY_S: u64 = 10;
/// Within so many seconds a target that is back is called again.
const FOUND_S: f64 = 30.0;

/// What the outages came to.
pub(super) struct Outages {
    asks: u64,
    calls_away: u64,
    found_after_s: f64,
    calls_flaky: u64,
    asks_flaky: u64,
    seconds_flaky: u64,
    figures: Vec<Figures>,
}

/// Lets them happen on a host that asks a model about everything.
pub(super) async fn run(outside: &Outside, core: Option<u32>, rate: f64) -> Result<Outages> {
    let host = Host::start(outside, core, Model::Asked).await?;
    let stage = |length| Stage { rate, length, slow: 0 };
    outside.model.fail(0);
    outside.ledger.fail(0);
    let before = stage(AWAY).run(&host).await?;
    let (asks, ledger_asks) = (outside.model.calls(), outside.ledger.calls());
    println!("before: {} with {asks} calls of the model", before.to_json());
    outside.model.fail(100);
    let away = stage(AWAY).run(&host).await?;
    let calls_away = outside.model.calls();
    println!("away: {} with {calls_away} calls of the model", away.to_json());
    outside.model.fail(0);
    let (back_at, line) = (Instant::now(), outside.model.clone());
    let after = stage(AWAY).run(&host).await?;
    let found_after_s = found(&line, back_at);
    println!("after: {}, found after {found_after_s:.1} s", after.to_json());
    outside.ledger.fail(NOW_AND_THEN);
    let began = Instant::now();
    let flaky = stage(AWAY).run(&host).await?;
    let (calls_flaky, seconds_flaky) = (outside.ledger.calls(), began.elapsed().as_secs());
    outside.ledger.fail(0);
    println!("now and then: {} with {calls_flaky} calls of the ledger", flaky.to_json());
    // What a case asks does not depend on how it goes, but how many were accepted does.
    let asks_flaky = ledger_asks * flaky.accepted / before.accepted.max(1);
    let figures = vec![before, away, after, flaky];
    Ok(Outages { asks, calls_away, found_after_s, calls_flaky, asks_flaky, seconds_flaky, figures })
}

/// How long after it was back a target was called and answered.
fn found(line: &Arc<Line>, back_at: Instant) -> f64 {
    let answered = line.first_answer().map(Instant::from_std);
    answered.map_or(f64::INFINITY, |answered| answered.saturating_duration_since(back_at).as_secs_f64())
}

impl Outages {
    /// What has to hold.
    pub(super) fn judge(&self) -> Result<()> {
        self.figures.iter().try_for_each(Figures::judge)?;
        let most_away = self.asks * MOST_PERCENT / 100;
        ensure!(self.calls_away <= most_away, "{} calls of a model that is away, for {}", self.calls_away, self.asks);
        ensure!(self.found_after_s <= FOUND_S, "the model was called {:.1} s after it was back", self.found_after_s);
        let most_flaky = self.asks_flaky * MOST_PERCENT / 100 + BURST + self.seconds_flaky / EARNED_EVERY_S;
        ensure!(self.calls_flaky <= most_flaky, "{} calls of the ledger for {}", self.calls_flaky, self.asks_flaky);
        Ok(())
    }

    pub(super) fn to_json(&self) -> Value {
        json!({
            "away_s": AWAY.as_secs(), "asks": self.asks, "calls_away": self.calls_away,
            "found_after_ms": (self.found_after_s * 1_000.0).round(), "fails_percent": NOW_AND_THEN,
            "asks_flaky": self.asks_flaky, "calls_flaky": self.calls_flaky,
            "stages": self.figures.iter().map(Figures::to_json).collect::<Vec<_>>(),
        })
    }
}
