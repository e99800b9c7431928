//! The stories of a seeded bank against the Worker on workerd, and beside it natively: both end as the bank knows, with
//! the same proposals, evidence and deadlines.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use serde_json::Value;
use sim::{
    hosts::{
        Kind,
        edge::{self, Edge},
        native::Native,
        outside::{Obedience, Outside},
    },
    stories::{Book, Run, Weather, run},
};

/// The seed of the other tests.
const SEED: u64 = 1;

/// How many stories at least start a clock of the law.
const CLOCKS_LEAST: usize = 20;

/// What every story came to, by the customer whom it happened to.
fn outcomes(run: &Run) -> BTreeMap<String, Value> {
    let outcome = |told: &sim::stories::Told| (told.answer.story.clone(), told.outcome());
    run.told.iter().map(outcome).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_worker_ends_every_story_as_the_bank_knows_and_as_the_native_host_does() -> Result<()> {
    if let Some(why) = edge::missing() {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
        return Ok(());
    }
    let outside = Outside::of_seed(SEED, Obedience::Wary, "")?;
    let book = Book::of(SEED, outside.today);
    let native = Native::start(Kind::Plain, &outside).await?;
    let there = run(&native.world, &book, Weather::Fair).await?;
    let edge = Edge::start(Kind::Plain, &outside).await?;
    let here = run(&edge.world, &book, Weather::Fair).await?;
    let timed = there.told.iter().filter(|told| told.clocks().values().any(|clocks| !clocks.is_empty())).count();
    ensure!(timed >= CLOCKS_LEAST, "only {timed} stories start a clock");
    let (native, worker) = (outcomes(&there), outcomes(&here));
    let mut apart = Vec::new();
    for (story, outcome) in &native {
        let other = worker.get(story).unwrap_or(&Value::Null);
        if other != outcome {
            apart.push(format!("{story}\n    natively      {outcome}\n    on the Worker {other}"));
        }
    }
    println!("{} of {} stories come to something else on the Worker\n{}", apart.len(), native.len(), apart.join("\n"));
    let verdict = here.verdict("on the Worker");
    ensure!(apart.is_empty(), "{} stories come to something else on the Worker", apart.len());
    verdict
}
