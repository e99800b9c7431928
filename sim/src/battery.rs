//! `kill -9` in the middle of a load, many times: what was acknowledged is there once and comes to rest, each approved
//! action was executed once, and the journals verify. The moments are random but seeded, and the seed is printed.

pub mod jobs;
pub mod keys;
pub mod order;

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
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
const CALLERS: u64 = 16;
/// What the callers ask for, in turn.
const REQUESTS: [(&str, &str); 4] = [("cus_ada", TWICE), ("cus_ben", TWICE), ("cus_dan", STOLEN), ("cus_fay", PENDING)];
/// The share of cases, in hundredths, whose proposal a caller approves while the load runs.
const APPROVED_PERCENT: u64 = 90;
/// The share of kills, in hundredths, at which something must be in flight for them to mean anything.
const IN_FLIGHT_PERCENT: usize = 90;
/// What the last line of a battery begins with; the rest of it is a [`Tally`].
pub const TALLY: &str = "tally: ";

/// How hard a battery tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan {
    /// How often the host is killed.
    pub kills: u32,
    /// How many actions must have been executed at the end.
    pub actions: u32,
    /// Where the random numbers begin.
    pub seed: u64,
}

impl Plan {
    /// `KILLS`, or 20; `ACTIONS`, or one for each kill; `SEED`, or the clock.
    #[must_use]
    pub fn from_environment() -> Self {
        let kills = kills();
        let actions = number("ACTIONS").and_then(|actions| u32::try_from(actions).ok()).unwrap_or(kills);
        Self { kills, actions, seed: seed() }
    }
}

/// What a battery came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tally {
    /// How many cases were in flight at each kill.
    pub in_flight: Vec<usize>,
    /// How long the host took to answer after each kill, from the start of its process on.
    pub ready_ms: Vec<u64>,
    /// Cases that were acknowledged.
    pub cases: usize,
    /// Approvals that were acknowledged.
    pub approvals: usize,
    /// Actions that the outside executed.
    pub executed: u64,
    /// Actions that were sent to the outside again under their key.
    pub repeats: u64,
}

impl Tally {
    /// The tally on one line, for whoever started the battery.
    #[must_use]
    pub fn line(&self, plan: &Plan) -> String {
        let Self { in_flight, ready_ms, cases, approvals, executed, repeats } = self;
        let tally = json!({
            "seed": plan.seed, "kills": plan.kills, "in_flight": in_flight, "ready_ms": ready_ms, "cases": cases,
            "approvals": approvals, "executed": executed, "repeats": repeats,
        });
        format!("{TALLY}{tally}")
    }
}

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

/// What the callers know at one moment.
struct Glance {
    open: usize,
    cases: usize,
    approved: usize,
}

fn glance(shared: &Shared) -> Glance {
    let told = told(shared);
    Glance { open: told.open, cases: told.cases.len(), approved: told.approved.len() }
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

/// How large a battery is: what a variable says, or the size that CI runs.
#[must_use]
pub fn size(variable: &str, short: u64) -> u64 {
    number(variable).unwrap_or(short)
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok()?.parse().ok()
}

/// Kills the host so many times while callers send, and then looks at everything that they were told.
///
/// # Errors
/// The first thing that is not as it was told.
pub async fn run(world: &World, plan: &Plan) -> Result<Tally> {
    let process = world.process.clone().context("there is no process to kill")?;
    let Plan { kills, actions, seed } = *plan;
    println!("seed {seed}, {kills} kills, at least {actions} actions");
    trouble(world, actions).await?;
    let (shared, stop) = (Shared::default(), Arc::new(AtomicBool::new(false)));
    let callers = (0..CALLERS).map(|number| {
        tokio::spawn(call(world.clone(), shared.clone(), stop.clone(), Random::new(seed ^ (number + 1)), number))
    });
    let callers: Vec<_> = callers.collect();
    let killed = kill(process.as_ref(), &shared, plan).await;
    stop.store(true, Ordering::Relaxed);
    for caller in join_all(callers).await {
        caller.context("a caller broke")?;
    }
    let (in_flight, ready_ms) = killed?;
    world.bank.mend().await?;
    let (cases, approved) = {
        let told = told(&shared);
        (told.cases.clone(), told.approved.clone())
    };
    println!("{} cases and {} approvals were acknowledged", cases.len(), approved.len());
    ensure!(cases.len() >= kills as usize / 2, "too few cases for the kills to mean anything");
    let (executed, repeats) = judge(world, &cases, &approved).await?;
    ensure!(executed >= u64::from(actions), "only {executed} of {actions} actions were executed");
    let tally = Tally { in_flight, ready_ms, cases: cases.len(), approvals: approved.len(), executed, repeats };
    println!("{}", tally.line(plan));
    Ok(tally)
}

/// What befalls actions on their way, in turn: executed and not answered, executed and answered with an error, delivered
/// twice, not executed.
const TROUBLE: [&str; 4] = ["drop-after-commit", "500-after-commit", "twice", "500"];
/// How many rounds of trouble the sandbox can hold with what lies between them.
const ROUNDS: u32 = 100;

/// Makes the way to the bank bad: in each round every trouble strikes some actions, with some that are only late between
/// them. Sources are slow, so that there is always something in flight.
async fn trouble(world: &World, actions: u32) -> Result<()> {
    let rounds = actions.div_ceil(20).clamp(1, ROUNDS);
    for fault in (0..rounds).flat_map(|_| TROUBLE) {
        world.bank.fail("actions", fault, Some(actions.div_ceil(20 * rounds))).await?;
        world.bank.fail("actions", "delay:40", Some(actions.div_ceil(5 * rounds))).await?;
    }
    for source in ["ledger", "policy", "actions"] {
        world.bank.fail(source, "delay:40", None).await?;
    }
    Ok(())
}

/// How long a host has to get on before it is killed again, in steps of [`STEP`].
const PROGRESS: u32 = 4_000;
/// How often the callers are looked at.
const STEP: Duration = Duration::from_millis(5);

/// Kills and starts the host: every other time at a random moment from its start on, whatever it is at; in between once
/// as many approvals were acknowledged as this kill's share of the actions is, and then at a random moment as well, so
/// that the load gets on. Returns how many cases were in flight each time, and how long the host took to answer again.
async fn kill(process: &dyn Process, shared: &Shared, plan: &Plan) -> Result<(Vec<usize>, Vec<u64>)> {
    let mut random = Random::new(plan.seed);
    let (mut in_flight, mut ready_ms) = (Vec::new(), Vec::new());
    for number in 1..=plan.kills {
        if number % 2 == 1 {
            let share = u64::from(plan.actions) * u64::from(number) / u64::from(plan.kills.max(1));
            for _ in 0..PROGRESS {
                if glance(shared).approved as u64 > share {
                    break;
                }
                tokio::time::sleep(STEP).await;
            }
        }
        tokio::time::sleep(Duration::from_millis(20 + random.below(600))).await;
        let open = glance(shared).open;
        process.kill()?;
        // A caller works one case at a time.
        let Glance { cases, approved, .. } = glance(shared);
        in_flight.push(open);
        let started = Instant::now();
        process.start().await?;
        let ready = started.elapsed().as_millis();
        ready_ms.push(u64::try_from(ready).unwrap_or(u64::MAX));
        println!(
            "kill {number}: {open} cases in flight, {cases} cases and {approved} approvals acknowledged so far, \
             answers again after {ready} ms"
        );
    }
    let busy = in_flight.iter().filter(|open| **open > 0).count();
    ensure!(busy * 100 >= in_flight.len() * IN_FLIGHT_PERCENT, "only {busy} kills met cases in flight");
    Ok((in_flight, ready_ms))
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

/// Everything that was acknowledged is there once, at rest and whole, and was executed as often as it was approved. Says
/// how many actions were executed, and how many were sent again.
async fn judge(world: &World, cases: &BTreeMap<String, String>, approved: &[String]) -> Result<(u64, u64)> {
    let mut expected = BTreeMap::new();
    for (key, id) in cases {
        let rested = world
            .api
            .until(id, |case| case.state() != "working")
            .await
            .with_context(|| format!("the case of {key}"))?;
        rested.is("/external_id", key.as_str())?;
        let lines = verify(world, &rested).await.with_context(|| format!("the case {id}"))?;
        in_docket(world, key, &rested).await?;
        let commanded = lines.iter().any(|line| line.contains("\"command\":\"approve\""));
        ensure!(commanded || !approved.contains(id), "an acknowledged approval of {id} is gone");
        let done = rested.text("/orchestration/proposal/stage") == "done";
        ensure!(done == commanded, "{id}: approved {commanded}, done {done}");
        expected.insert(id.as_str(), usize::from(commanded));
    }
    let book = world.bank.book().await?;
    let (executed, repeats) = (book.number("/executed")?, book.number("/repeats")?);
    println!("{executed} actions were executed once each, {repeats} were sent again under the same key");
    let mut found: BTreeMap<&str, usize> = BTreeMap::new();
    let mut keys = BTreeSet::new();
    for action in book.list("/actions") {
        let key = action.get("key").and_then(Value::as_str).context("an action without a key")?;
        ensure!(keys.insert(key), "{key} was executed twice");
        let case = action.pointer("/body/case_id").and_then(Value::as_str).context("an action without a case")?;
        *found.entry(case).or_default() += 1;
    }
    for (id, expected) in expected {
        let executed = found.get(id).copied().unwrap_or_default();
        ensure!(executed == expected, "{id} was approved {expected} times and executed {executed} times");
    }
    ensure!(executed == keys.len() as u64, "the book counts {executed} actions and lists {}", keys.len());
    Ok((executed, repeats))
}

/// The docket lists the case once, as it is now; it may be a moment behind.
async fn in_docket(world: &World, key: &str, rested: &View) -> Result<()> {
    let mut found = View(Value::Null);
    for _ in 0..300 {
        found = world.api.get(&format!("/v1/cases?external_id={key}")).ok(200).await?;
        if let [row] = found.list("/cases") {
            let same = |name: &str, shown: &str| row.get(name) == rested.0.pointer(shown);
            if same("case_id", "/case_id") && same("head_hash", "/head_hash") && same("state", "/orchestration/state") {
                return Ok(());
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the docket has {} of {key}, which is {}", found.0, rested.0)
}
