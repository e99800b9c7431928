//! Idempotency keys under `kill -9`: the same request fifty times at once under one key is one case, whatever happens to the
//! host meanwhile, and the same key of another tenant is another case.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{Random, TALLY};
use crate::{
    api::Api,
    checks::words::{PENDING, TWICE},
    world::{Process, World},
};

/// How often each request is sent at once.
const AT_ONCE: usize = 50;
/// How often another tenant sends it under the same key.
const AT_ONCE_ELSEWHERE: usize = 2;
/// How many keys are sent at the same time.
const KEYS_AT_ONCE: u64 = 4;
/// After how many keys the host is killed once, at a random moment.
const KEYS_A_KILL: u64 = 20;

/// How long a caller waits before it sends again: the other forty-nine are at it as well.
const PAUSE: Duration = Duration::from_millis(200);

/// What a battery of keys came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// How many keys there were.
    pub keys: u64,
    /// How many requests were answered with their case.
    pub answered: u64,
    /// How many were sent again, for the host was killed or still at the first.
    pub again: u64,
    /// How often the host was killed.
    pub kills: u64,
    /// How many cases there are, of both tenants.
    pub cases: u64,
}

/// Sends under so many keys, while the host is killed now and then.
///
/// # Errors
/// Where a key has two cases, or two tenants share one.
pub async fn run(world: &World, keys: u64, seed: u64) -> Result<Keys> {
    println!("seed {seed}, {keys} keys");
    let process = world.process.clone().context("there is no process to kill")?;
    let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let killer = tokio::spawn(kill(process, stop.clone(), done.clone(), Random::new(seed)));
    let sent = send_all(world, keys, &done).await;
    stop.store(true, Ordering::Relaxed);
    let kills = killer.await.context("the killer broke")??;
    let (cases, answered, again) = sent?;
    ensure!(cases.len() as u64 == 2 * keys, "{} cases of {keys} keys in two tenants", cases.len());
    let tally = Keys { keys, answered, again, kills, cases: cases.len() as u64 };
    let Keys { keys, answered, again, kills, cases } = &tally;
    println!(
        "{TALLY}{}",
        json!({ "seed": seed, "keys": keys, "answered": answered, "again": again, "kills": kills, "cases": cases })
    );
    Ok(tally)
}

/// Sends under every key; the cases that they became, how many requests were answered, and how many were sent again.
async fn send_all(world: &World, keys: u64, done: &AtomicU64) -> Result<(BTreeSet<String>, u64, u64)> {
    let (ours, theirs) = (world.holder("submitter")?, world.holder("foreign-submitter")?);
    let (mut cases, mut answered, again) = (BTreeSet::new(), 0, AtomicU64::new(0));
    let mut left = keys;
    while left > 0 {
        let together = left.min(KEYS_AT_ONCE);
        left -= together;
        let groups = (0..together).flat_map(|number| {
            let key = world.fresh("key");
            let body = json!({ "text": if number % 2 == 0 { TWICE } else { PENDING }, "customer_id": "cus_ada" });
            [(&ours, AT_ONCE), (&theirs, AT_ONCE_ELSEWHERE)].map(|(api, times)| (api, key.clone(), body.clone(), times))
        });
        let of_group = async |(api, key, body, times): (&Api, String, Value, usize)| {
            let sent = join_all((0..times).map(|_| send(api, &key, &body, &again))).await;
            let ids: BTreeSet<String> = sent.into_iter().collect::<Result<_>>()?;
            ensure!(ids.len() == 1, "the key {key} has {} cases: {ids:?}", ids.len());
            anyhow::Ok((ids, times as u64))
        };
        for group in join_all(groups.map(of_group)).await {
            let (ids, times) = group?;
            answered += times;
            for id in ids {
                ensure!(cases.insert(id.clone()), "{id} is the case of two keys, or of two tenants");
            }
        }
        done.fetch_add(together, Ordering::Relaxed);
    }
    Ok((cases, answered, again.into_inner()))
}

/// Sends until it is answered; the case that it became.
async fn send(api: &Api, key: &str, body: &Value, again: &AtomicU64) -> Result<String> {
    for _ in 0..600 {
        match api.post("/v1/requests", body).header("idempotency-key", key).send().await {
            Ok(reply) if reply.status == 201 => return Ok(reply.json()?.id().to_owned()),
            // Another one is still at it, or the host sheds load or has only just started.
            Ok(reply) if matches!(reply.status, 409 | 429) || reply.status >= 500 => {}
            Ok(reply) => bail!("{key} was refused: {reply}"),
            Err(_) => {}
        }
        again.fetch_add(1, Ordering::Relaxed);
        tokio::time::sleep(PAUSE).await;
    }
    bail!("{key} was never answered")
}

/// Kills the host once after each few keys, at a random moment of what follows; says how often.
async fn kill(
    process: Arc<dyn Process>,
    stop: Arc<AtomicBool>,
    done: Arc<AtomicU64>,
    mut random: Random,
) -> Result<u64> {
    let mut kills = 0;
    while !stop.load(Ordering::Relaxed) {
        if done.load(Ordering::Relaxed) >= kills * KEYS_A_KILL {
            tokio::time::sleep(Duration::from_millis(random.below(200))).await;
            process.kill()?;
            process.start().await?;
            kills += 1;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    Ok(kills)
}
