//! Jobs that can be given twice: each opens a case under a key of its own and approves what is proposed. Whoever gives a
//! job again, to the same host or to one that was restored from a backup, must find the same case, and the bank must not
//! act twice.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    api::{Call, View},
    checks::words::TWICE,
    world::World,
};

/// How many callers give jobs at the same time.
const CALLERS: usize = 6;

/// A job.
#[derive(Debug, Clone)]
pub struct Job {
    /// Its idempotency key.
    pub key: String,
    customer: &'static str,
}

impl Job {
    /// So many jobs with keys that nobody has used before.
    #[must_use]
    pub fn some(world: &World, count: usize) -> Vec<Self> {
        let job = |customer| Self { key: world.fresh("job"), customer };
        ["cus_ada", "cus_ben"].into_iter().cycle().take(count).map(job).collect()
    }

    /// Gives the job: opens its case and approves what is proposed; the case.
    async fn give(&self, world: &World) -> Result<String> {
        let body = json!({ "text": TWICE, "customer_id": self.customer });
        let opened = insist(|| world.api.post("/v1/requests", &body).header("idempotency-key", &self.key).wait()).await;
        let opened = opened.with_context(|| format!("opening the case of {}", self.key))?;
        let id = opened.id().to_owned();
        let seen = world.api.until(&id, |case| case.state() != "working").await?;
        let proposal = seen.0.pointer("/orchestration/proposal/stage").and_then(Value::as_str);
        if proposal == Some("pending") {
            let approve = seen.about_proposal("approve");
            let path = format!("/v1/cases/{id}/commands");
            let approved = insist(|| world.api.post(&path, &approve).header("idempotency-key", &self.key)).await;
            approved.with_context(|| format!("approving in the case of {}", self.key))?;
        }
        Ok(id)
    }
}

/// Gives all jobs, a few at a time; their cases by their keys.
///
/// # Errors
/// Where one is refused, or never answered.
pub async fn give(world: &World, jobs: &[Job]) -> Result<BTreeMap<String, String>> {
    let share = jobs.len().div_ceil(CALLERS).max(1);
    let caller = async |jobs: &[Job]| {
        let mut cases = Vec::new();
        for job in jobs {
            cases.push((job.key.clone(), job.give(world).await?));
        }
        anyhow::Ok(cases)
    };
    let given = join_all(jobs.chunks(share).map(caller)).await;
    Ok(given.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
}

/// Every job's case is closed with its action done, and the bank executed one action for each, and no other.
///
/// # Errors
/// The first of which that is not so.
pub async fn are_done_once(world: &World, cases: &BTreeMap<String, String>) -> Result<()> {
    for (key, id) in cases {
        let closed = world.api.until(id, |case| case.state() == "closed").await;
        closed.with_context(|| format!("the case of {key}"))?.is("/orchestration/proposal/stage", "done")?;
        let executed = world.bank.actions_of(id).await?.len();
        ensure!(executed == 1, "{id}: the bank acted {executed} times");
    }
    let executed = world.bank.book().await?.number("/executed")?;
    ensure!(executed == cases.len() as u64, "the bank acted {executed} times for {} jobs", cases.len());
    Ok(())
}

/// Every job's case is at rest, and the bank has acted once for each, and for nobody else. A case that was at work when it
/// was set back may have come to another proposal: what it sends then under the key that the bank knows is refused.
///
/// # Errors
/// The first of which that is not so.
pub async fn are_never_done_twice(world: &World, cases: &BTreeMap<String, String>) -> Result<()> {
    for (key, id) in cases {
        let rested = world.api.until(id, |case| case.state() != "working").await;
        let rested = rested.with_context(|| format!("the case of {key}"))?;
        let is_done = rested.text("/orchestration/proposal/stage") == "done";
        ensure!(is_done || rested.state() == "review", "{id}: neither done nor with a person: {}", rested.0);
        let executed = world.bank.actions_of(id).await?.len();
        ensure!(executed == 1, "{id}: the bank acted {executed} times");
    }
    let executed = world.bank.book().await?.number("/executed")?;
    ensure!(executed == cases.len() as u64, "the bank acted {executed} times for {} jobs", cases.len());
    Ok(())
}

/// Sends until it is answered well.
async fn insist(call: impl Fn() -> Call) -> Result<View> {
    let mut last = String::new();
    for _ in 0..600 {
        match call().send().await {
            Ok(reply) if matches!(reply.status, 200 | 201) => return reply.json(),
            Ok(reply) if matches!(reply.status, 409 | 429) || reply.status >= 500 => last = reply.to_string(),
            Ok(reply) => bail!("{reply}"),
            Err(error) => last = format!("{error:#}"),
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("it was never taken; the last answer was {last}")
}
