//! `kill -9` in the middle of a load, many times: what was acknowledged is there once and comes to rest, each approved
//! action was executed once, and the journals verify. The moments are random but seeded, and the seed is printed.

use std::{
    collections::BTreeMap,
    env,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    api::View,
    checks::{
        journal::verify,
        words::{PENDING, STOLEN, TWICE},
    },
    world::{Process, World},
};

/// How many callers send at the same time.
const CALLERS: u64 = 6;
/// What the callers ask for, in turn.
const REQUESTS: [(&str, &str); 4] = [("cus_ada", TWICE), ("cus_ben", TWICE), ("cus_dan", STOLEN), ("cus_fay", PENDING)];
/// The share of cases, in hundredths, whose proposal a caller approves while the load runs.
const APPROVED_PERCENT: u64 = 50;

/// A small generator of numbers (SplitMix64), so that a run can be repeated.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator that begins at a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }
}

/// What the callers know: only what they were told.
#[derive(Debug, Default)]
struct Told {
    /// Cases that were acknowledged, by their idempotency key.
    cases: BTreeMap<String, String>,
    /// Cases whose approval was acknowledged.
    approved: Vec<String>,
    /// Requests and approvals that were sent and not answered yet.
    open: usize,
}

type Shared = Arc<Mutex<Told>>;

fn told(shared: &Shared) -> std::sync::MutexGuard<'_, Told> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How many calls are open, and how many cases were acknowledged.
fn glance(shared: &Shared) -> (usize, usize) {
    let told = told(shared);
    (told.open, told.cases.len())
}

/// How often a battery kills: `KILLS`, or 20 times.
#[must_use]
pub fn kills() -> u32 {
    number("KILLS").and_then(|kills| u32::try_from(kills).ok()).unwrap_or(20)
}

/// Where a battery's random numbers begin: `SEED`, or the clock.
#[must_use]
pub fn seed() -> u64 {
    let clock = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    number("SEED").unwrap_or_else(|| u64::from(clock()))
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Kills the host so many times while callers send, and then looks at everything that they were told.
///
/// # Errors
/// The first thing that is not as it was told.
pub async fn run(world: &World, kills: u32, seed: u64) -> Result<()> {
    let process = world.process.clone().context("there is no process to kill")?;
    println!("seed {seed}, {kills} kills");
    // Answers that are lost after the deed, so that actions are sent again; then slow sources, so that there is always
    // something in flight.
    world.bank.fail("actions", "drop-after-commit", Some(2 * kills)).await?;
    for source in ["ledger", "policy", "actions"] {
        world.bank.fail(source, "delay:40", None).await?;
    }
    let (shared, stop) = (Shared::default(), Arc::new(AtomicBool::new(false)));
    let callers = (0..CALLERS).map(|number| {
        tokio::spawn(call(world.clone(), shared.clone(), stop.clone(), Random::new(seed ^ (number + 1)), number))
    });
    let callers: Vec<_> = callers.collect();
    let killed = kill(process.as_ref(), &shared, kills, Random::new(seed)).await;
    stop.store(true, Ordering::Relaxed);
    for caller in join_all(callers).await {
        caller.context("a caller broke")?;
    }
    killed?;
    world.bank.mend().await?;
    let (cases, approved) = {
        let told = told(&shared);
        (told.cases.clone(), told.approved.clone())
    };
    println!("{} cases and {} approvals were acknowledged", cases.len(), approved.len());
    ensure!(cases.len() >= kills as usize / 2, "too few cases for the kills to mean anything");
    judge(world, &cases, &approved).await
}

/// How long a host has to acknowledge something new before it is killed again, in steps of [`STEP`].
const PROGRESS: u32 = 4_000;
/// How often the callers are looked at.
const STEP: Duration = Duration::from_millis(5);

/// Kills and starts the host, only while something is in flight: every other time at a random moment from its start
/// on, in between once it has acknowledged something new, so that the load gets on.
async fn kill(process: &dyn Process, shared: &Shared, kills: u32, mut random: Random) -> Result<()> {
    let mut acknowledged = 0;
    for number in 1..=kills {
        tokio::time::sleep(Duration::from_millis(20 + random.below(600))).await;
        for _ in 0..PROGRESS {
            let (open, cases) = glance(shared);
            if open > 0 && (number % 2 == 0 || cases > acknowledged) {
                break;
            }
            tokio::time::sleep(STEP).await;
        }
        let (open, _) = glance(shared);
        process.kill()?;
        (_, acknowledged) = glance(shared);
        // A caller works one case at a time.
        println!("kill {number}: {open} cases in flight, {acknowledged} acknowledged so far");
        ensure!(open > 0, "nothing was in flight at kill {number}");
        process.start().await?;
    }
    Ok(())
}

/// A caller that knows how to behave: an idempotency key for each request, and again when no answer came.
async fn call(world: World, shared: Shared, stop: Arc<AtomicBool>, mut random: Random, number: u64) {
    for round in 0_u64.. {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let key = world.fresh(&format!("caller-{}", char::from(b'a' + u8::try_from(number % 26).unwrap_or_default())));
        let (customer, text) = REQUESTS[usize::try_from((number + round) % 4).unwrap_or_default()];
        let body = json!({ "text": text, "customer_id": customer, "external_id": key });
        let Some(opened) = insist(&shared, || {
            world.api.post("/v1/requests", &body).header("idempotency-key", &key).header("prefer", "wait=5")
        })
        .await
        else {
            continue;
        };
        told(&shared).cases.insert(key.clone(), opened.id().to_owned());
        let has_proposal = opened.0.pointer("/orchestration/proposal/hash").is_some_and(Value::is_string);
        if has_proposal && random.below(100) < APPROVED_PERCENT {
            let approve = opened.about_proposal("approve");
            let path = format!("/v1/cases/{}/commands", opened.id());
            let approved = insist(&shared, || world.api.post(&path, &approve).header("idempotency-key", &key)).await;
            if approved.is_some() {
                told(&shared).approved.push(opened.id().to_owned());
            }
        }
    }
}

/// Sends until it is answered, for a minute at most; `None` where the answer is a refusal or never came.
async fn insist(shared: &Shared, call: impl Fn() -> crate::api::Call) -> Option<View> {
    for _ in 0..600 {
        told(shared).open += 1;
        let reply = call().send().await;
        told(shared).open -= 1;
        match reply {
            Ok(reply) if matches!(reply.status, 200 | 201) => return reply.json().ok(),
            // The first attempt is still being worked on, or the host has only just started.
            Ok(reply) if reply.status == 409 || reply.status >= 500 => {}
            Ok(_) => return None,
            Err(_) => {}
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

/// Everything that was acknowledged is there once, at rest and whole, and was executed as often as it was approved.
async fn judge(world: &World, cases: &BTreeMap<String, String>, approved: &[String]) -> Result<()> {
    for (key, id) in cases {
        let rested = world
            .api
            .until(id, |case| case.state() != "working")
            .await
            .with_context(|| format!("the case of {key}"))?;
        rested.is("/external_id", key.as_str())?;
        let lines = verify(world, &rested).await.with_context(|| format!("the case {id}"))?;
        let found = world.api.get(&format!("/v1/cases?external_id={key}")).ok(200).await?;
        let rows =
            found.list("/cases").iter().filter(|row| row.get("case_id").and_then(Value::as_str) == Some(id)).count();
        ensure!(rows == 1 && found.list("/cases").len() == 1, "the docket has {} of {key}", found.0);
        let commanded = lines.iter().any(|line| line.contains("\"command\":\"approve\""));
        if approved.contains(id) {
            ensure!(commanded, "an acknowledged approval of {id} is gone");
        }
        let executed = world.bank.actions_of(id).await?.len();
        let done = usize::from(rested.text("/orchestration/proposal/stage") == "done");
        let commanded = usize::from(commanded);
        ensure!(
            executed == commanded && done == commanded,
            "{id}: approved {commanded}, done {done}, executed {executed}"
        );
    }
    let book = world.bank.book().await?;
    let (executed, repeats) = (book.number("/executed")?, book.number("/repeats")?);
    println!("{executed} actions were executed once each, {repeats} were sent again under the same key");
    let mut keys: Vec<&str> = book.list("/actions").iter().filter_map(|action| action.get("key")?.as_str()).collect();
    keys.sort_unstable();
    let all = keys.len();
    keys.dedup();
    if keys.len() != all {
        bail!("an action was executed twice");
    }
    Ok(())
}
