//! A history while it happens: the process that lives and dies, the waker, and the people.
//!
//! People behave as good callers do: each request has a key of its own, and is sent again with it until it is answered.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail};
use axum::{Router, body::Body};
use case::{
    actor::{Actor, Role},
    ids::{Digest, Subject, TenantId},
    time::Millis,
};
use claude::key::ApiKey;
use desk::{
    config::Config,
    file::Desk,
    front::front_routes,
    ports::{CaseKey, Grant},
    routes::case_routes,
    setup::{Access, Setup},
    vault::MasterKey,
};
use serde_json::{Value, json};
use tokio::{
    sync::Mutex,
    task::JoinSet,
    time::{Instant, sleep, sleep_until, timeout},
};
use tower::ServiceExt as _;

use crate::{
    doorstep::Doorstep,
    host::{Ground, Host},
    laws::Laws,
    plan::{Plan, STORM_MS, What},
    tally::Tally,
};

const MASTER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
/// How long the waker sleeps at most, where nobody tells it of anything.
const SWEEP: Duration = Duration::from_hours(6);
/// The longest pause before a case that could not be woken is tried again.
const PAUSE_MOST_MS: i64 = 600_000;
/// How long a process that died by a write is away.
const DOWN: Duration = Duration::from_secs(5);
/// How long it is watched what becomes of cases once the storm is over.
const CALM: Duration = Duration::from_hours(24 * 45);
/// Between two looks in the calm.
const LOOK: Duration = Duration::from_hours(6);
/// Attempts of a person before they give up.
const PATIENCE: u32 = 2_000;

/// Everybody who has a key, by name, with their role.
pub(crate) const PEOPLE: [(&str, Role); 6] = [
    ("app", Role::Submitter),
    ("ana", Role::Analyst),
    ("ben", Role::Analyst),
    ("cia", Role::Approver),
    ("dov", Role::Admin),
    ("eve", Role::Auditor),
];
/// Customers of the bank.
pub(crate) const CUSTOMERS: [&str; 10] =
    ["cus_ada", "cus_ben", "cus_cleo", "cus_dan", "cus_eve", "cus_fay", "cus_gil", "cus_hana", "cus_ivo", "cus_lea"];
const WORDS: [&str; 9] = [
    "My card was charged twice for the same Streamly subscription this month.",
    "Someone used my card at night abroad, I did not make these payments.",
    "Where is my transfer? It left my account and never arrived.",
    "You asked me for documents to verify my identity, here they are.",
    "My payment was returned and I do not know why.",
    "hello, me again about the thing",
    "I never received what I ordered and want my money back. My card is 4111 1111 1111 1111.",
    "yes",
    "It was the merchant Streamly, 12.99, on the 3rd of November.",
];

/// What people were told.
#[derive(Default)]
pub(crate) struct Told {
    /// Cases that were acknowledged, in their order; with how many messages were.
    pub(crate) cases: Vec<String>,
    pub(crate) messages: BTreeMap<String, u64>,
    pub(crate) statuses: BTreeMap<u16, u64>,
}

/// A history that happens.
pub(crate) struct World {
    ground: Arc<Ground>,
    setup: Arc<Setup>,
    told: Arc<Mutex<Told>>,
    doorstep: Arc<Doorstep>,
    crashes: u64,
}

/// Lets a plan happen, and holds it to the laws all along.
pub(crate) async fn run(plan: &Plan) -> Result<Tally> {
    let plan = Arc::new(plan.clone());
    let mut world = World::new(&plan)?;
    let mut laws = Laws::default();
    world.happen(&plan, &mut laws).await?;
    laws.tally(&world.ground, world.crashes).await
}

fn setup(claude: bool) -> Result<Setup> {
    let webhook = json!({ "url": "http://127.0.0.1:9/hooks" });
    let settings = json!({ "desk": { "stale_ms": 86_400_000 } });
    let base = claude.then(|| "http://127.0.0.1:9".to_owned());
    let config = Config {
        webhook: serde_json::from_value(webhook)?,
        settings: serde_json::from_value(settings)?,
        anthropic_base_url: base,
        ..Config::default()
    };
    let key = if claude { Some(ApiKey::parse("sk-ant-test").context("the key of the stand-in")?) } else { None };
    let master = MasterKey::parse(MASTER).context("the master key")?;
    let setup = Setup::new(config, master, key, Access::Keys)?.with_sandbox();
    setup.with_webhooks(Some("whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB")).context("the webhook's secret")
}

fn key_of(name: &str) -> String {
    format!("key-of-{name}")
}

fn hire(ground: &Ground) -> Result<()> {
    for (name, role) in PEOPLE {
        let actor = Actor { subject: Subject::parse(name).context("a subject")?, role };
        let grant = Grant { tenant: TenantId::parse("acme").context("a tenant")?, actor };
        ground.disk().grants.insert(Digest::of(key_of(name).as_bytes()), grant);
    }
    Ok(())
}

impl World {
    fn new(plan: &Arc<Plan>) -> Result<Self> {
        let ground = Arc::new(Ground::new(Arc::clone(plan))?);
        let setup = Arc::new(setup(plan.claude)?);
        hire(&ground)?;
        let told = Arc::new(Mutex::new(Told::default()));
        Ok(Self { ground, setup, told, doorstep: Arc::default(), crashes: 0 })
    }

    /// A world in which a process lives, and nothing happens by itself.
    pub(crate) fn calm(plan: &Arc<Plan>) -> Result<(Self, Arc<Host>)> {
        let world = Self::new(plan)?;
        let host = world.start(true);
        Ok((world, host))
    }

    /// The outside.
    pub(crate) fn network(&self) -> &crate::outside::Network {
        &self.ground.network
    }

    async fn happen(&mut self, plan: &Plan, laws: &mut Laws) -> Result<()> {
        let mut host = self.start(true);
        let mut people = JoinSet::new();
        let began = Instant::now();
        for (number, event) in plan.events.iter().enumerate() {
            let at = began + Duration::from_millis(event.at_ms);
            self.live_until(at, &mut host, laws).await?;
            match &event.what {
                What::Crash { down_ms } => {
                    host.die();
                    host = self.restart(Duration::from_millis(*down_ms), laws).await?;
                }
                What::Clock { by_ms } => self.ground.skew(*by_ms),
                What::Away { target, for_ms } => self.ground.network.leave(*target, *for_ms),
                What::Open { again, .. } => {
                    for _ in 0..=*again {
                        people.spawn(self.person().act(number, event.what.clone()));
                    }
                }
                What::Say { .. } | What::Do { .. } => {
                    people.spawn(self.person().act(number, event.what.clone()));
                }
            }
            laws.check(&self.ground, &*self.told.lock().await).await?;
        }
        let over = began + Duration::from_millis(STORM_MS);
        self.live_until(over, &mut host, laws).await?;
        let end = Instant::now() + CALM;
        while Instant::now() < end {
            self.live_until(Instant::now() + LOOK, &mut host, laws).await?;
            laws.check(&self.ground, &*self.told.lock().await).await?;
        }
        while let Some(ended) = people.try_join_next() {
            ended.context("a person")??;
        }
        if !people.is_empty() {
            bail!("{} people were never answered", people.len());
        }
        host.die();
        laws.end(&self.ground, &*self.told.lock().await)
    }

    /// Lets time pass; a process that dies is started again.
    async fn live_until(&mut self, at: Instant, host: &mut Arc<Host>, laws: &mut Laws) -> Result<()> {
        loop {
            tokio::select! {
                biased;
                () = host.is_over() => {}
                () = sleep_until(at) => return Ok(()),
            }
            *host = self.restart(DOWN, laws).await?;
        }
    }

    async fn restart(&mut self, down: Duration, laws: &mut Laws) -> Result<Arc<Host>> {
        self.crashes += 1;
        self.doorstep.set(None);
        laws.check(&self.ground, &*self.told.lock().await).await?;
        sleep(down).await;
        Ok(self.start(false))
    }

    fn start(&self, is_first: bool) -> Arc<Host> {
        let host = Arc::new(Host::new(Arc::clone(&self.ground)));
        let desk = Desk::new(Arc::clone(&host), Arc::clone(&self.setup));
        host.lead_to(case_routes(desk.clone()));
        self.doorstep.set(Some(front_routes(Arc::clone(&host), Arc::clone(&self.setup))));
        desk::ports::Outside::spawn(&*host, Box::pin(wake(desk, !is_first)));
        host
    }

    /// Somebody who can do something.
    pub(crate) fn person(&self) -> Person {
        let doorstep = Arc::clone(&self.doorstep);
        Person { ground: Arc::clone(&self.ground), told: Arc::clone(&self.told), doorstep }
    }
}

/// A waker's duty: cases at their moments, and their events at theirs; what was at work when a process died at once.
async fn wake(desk: Desk<Host>, after_death: bool) {
    let ground = Arc::clone(&desk.host.ground);
    // How often each was tried in vain, when it is tried again, and for which moment that was.
    let mut tries: BTreeMap<(CaseKey, bool), (u32, Millis, Millis)> = BTreeMap::new();
    if after_death {
        let at_work: Vec<CaseKey> = {
            let disk = ground.disk();
            let working =
                disk.cases.iter().filter(|(_, record)| record.row.as_ref().is_some_and(|row| row.state == "working"));
            working.map(|(key, _)| key.clone()).collect()
        };
        for key in at_work {
            let _ = desk.wake(&key).await;
        }
    }
    loop {
        let now = ground.now();
        let dues: Vec<(CaseKey, bool, Millis)> = {
            let disk = ground.disk();
            let of = |(key, record): (&CaseKey, &crate::host::Record)| {
                let told = record.hooks.and_then(|hooks| hooks.due);
                let both = [record.wake.map(|at| (key.clone(), false, at)), told.map(|at| (key.clone(), true, at))];
                both.into_iter().flatten()
            };
            disk.cases.iter().flat_map(of).collect()
        };
        let mut next = now.plus(i64::try_from(SWEEP.as_millis()).unwrap_or(i64::MAX));
        for (key, tells, at) in dues {
            let which = (key.clone(), tells);
            let begin = tries.get(&which).map_or(at, |(_, again, _)| at.max(*again));
            if begin > now {
                next = next.min(begin);
                continue;
            }
            let went = if tells { desk.tell(&key).await.is_ok() } else { desk.wake(&key).await.is_ok() };
            // What was done is seen in the storage a moment later. What is due at the same moment still was tried in vain.
            let before = tries.get(&which).filter(|(.., moment)| *moment == at).map(|(times, ..)| times + 1);
            let times = before.unwrap_or(u32::from(!went));
            let pause_ms = (1_000 << times.min(12)).min(PAUSE_MOST_MS);
            tries.insert(which, (times, ground.now().plus(pause_ms), at));
            next = next.min(ground.now().plus(pause_ms));
        }
        let wait_ms = next.since(ground.now()).max(1).unsigned_abs();
        let _ = timeout(Duration::from_millis(wait_ms).min(SWEEP), ground.changed.notified()).await;
    }
}

/// Somebody who sends requests.
pub(crate) struct Person {
    ground: Arc<Ground>,
    told: Arc<Mutex<Told>>,
    doorstep: Arc<Doorstep>,
}

/// What somebody was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Person {
    async fn act(self, number: usize, what: What) -> Result<()> {
        let key = format!("k{number}");
        match what {
            What::Open { customer, text, .. } => {
                let body = json!({ "text": pick(&WORDS, text), "customer_id": pick(&CUSTOMERS, customer) });
                let answer = self.send("app", "POST", "/v1/requests", Some(&key), &body).await?;
                if answer.status < 300 {
                    let id = answer.body.get("case_id").and_then(Value::as_str).context("no case_id")?.to_owned();
                    let mut told = self.told.lock().await;
                    if !told.cases.contains(&id) {
                        told.cases.push(id);
                    }
                }
            }
            What::Say { case, text } => {
                let Some(id) = self.case(case).await else { return Ok(()) };
                let body = json!({ "from": "customer", "text": pick(&WORDS, text) });
                let answer = self.send("app", "POST", &format!("/v1/cases/{id}/messages"), Some(&key), &body).await?;
                if answer.status < 300 {
                    *self.told.lock().await.messages.entry(id).or_default() += 1;
                }
            }
            What::Do { who, deed, case } => {
                let Some(id) = self.case(case).await else { return Ok(()) };
                let (name, _) = PEOPLE.get(1 + who % 5).copied().context("a person")?;
                let view = self.send(name, "GET", &format!("/v1/cases/{id}"), None, &Value::Null).await?;
                let body = crate::deeds::body(deed, &view.body, self.ground.now());
                self.send(name, "POST", &format!("/v1/cases/{id}/commands"), Some(&key), &body).await?;
            }
            What::Crash { .. } | What::Clock { .. } | What::Away { .. } => {}
        }
        Ok(())
    }

    async fn case(&self, which: usize) -> Option<String> {
        let told = self.told.lock().await;
        let count = told.cases.len().max(1);
        told.cases.get(which % count).cloned()
    }

    /// Sends a request until it is answered.
    pub(crate) async fn send(
        &self,
        who: &str,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
    ) -> Result<Answer> {
        for attempt in 0..PATIENCE {
            let (number, front) = self.doorstep.look();
            let Some(front) = front else {
                self.doorstep.is_other_than(number).await;
                continue;
            };
            let mut request = http::Request::builder().method(method).uri(path);
            request = request.header("authorization", format!("Bearer {}", key_of(who)));
            request = request.header("content-type", "application/json");
            if let Some(key) = key {
                request = request.header("idempotency-key", key);
            }
            let body = if method == "GET" { String::new() } else { body.to_string() };
            let request = request.body(Body::from(body))?;
            let answered = tokio::select! {
                biased;
                () = self.doorstep.is_other_than(number) => None,
                answered = answer(front, request) => Some(answered?),
            };
            match answered {
                Some(answer) if answer.status < 500 && answer.status != 429 && !is_in_flight(&answer) => {
                    *self.told.lock().await.statuses.entry(answer.status).or_default() += 1;
                    return Ok(answer);
                }
                Some(_) | None => sleep(Duration::from_secs(u64::from(attempt.min(60)) + 1)).await,
            }
        }
        bail!("{method} {path} was answered with no more than errors")
    }
}

/// The same key is being worked on: whoever comes again later learns what came of it.
fn is_in_flight(answer: &Answer) -> bool {
    answer.body.get("code").and_then(Value::as_str) == Some("CW303")
}

async fn answer(front: Router, request: http::Request<Body>) -> Result<Answer> {
    let Ok(response) = front.oneshot(request).await;
    let status = response.status().as_u16();
    let bytes = axum::body::to_bytes(response.into_body(), 1 << 22).await?;
    Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
}

fn pick<'a>(from: &[&'a str], at: usize) -> &'a str {
    from.get(at % from.len().max(1)).copied().unwrap_or_default()
}
