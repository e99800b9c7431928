//! What happens to a case is told to whoever is to know: in order, at least once, signed, and never more than where to look.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Router, body::Bytes, http::StatusCode, routing::post};
use case::{actor::Role, ids::TenantId, time::Millis};
use desk::{
    config::Config,
    hooks::{HookSecret, HookSignature, incoming::Incoming},
    ports::Outside as _,
    problem::Code,
    setup::{Access, Setup},
    signature::grant_hash,
};
use http::HeaderMap;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::world::{SAMPLE, World, local};

mod again;

const SECRET: &str = "whsec_AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB";
const BEFORE: &str = "whsec_AgICAgICAgICAgICAgICAgICAgICAgICAgI=";

/// What a receiver does next; without a plan it takes what comes.
#[derive(Clone, Copy)]
enum Play {
    Answers(u16),
    /// Answers this, and says to come again after so many seconds.
    Later(u16, u32),
    Hangs,
}

/// Somebody who is told.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<Heard>>);

#[derive(Default)]
struct Heard {
    plan: VecDeque<Play>,
    /// Every attempt, with what became of it.
    attempts: Vec<(HeaderMap, Bytes, bool)>,
}

impl Receiver {
    fn plan(&self, plan: impl IntoIterator<Item = Play>) {
        self.0.lock().unwrap().plan.extend(plan);
    }

    fn take(&self, headers: HeaderMap, body: Bytes) -> Play {
        let mut heard = self.0.lock().unwrap();
        let play = heard.plan.pop_front().unwrap_or(Play::Answers(204));
        heard.attempts.push((headers, body, matches!(play, Play::Answers(200..=299))));
        play
    }

    fn attempts(&self) -> Vec<(HeaderMap, Bytes, bool)> {
        self.0.lock().unwrap().attempts.clone()
    }

    /// What was taken, with the ids.
    fn taken(&self) -> Vec<(String, Value)> {
        let taken = self.attempts().into_iter().filter(|(.., taken)| *taken);
        taken.map(|(headers, body, _)| (id(&headers), serde_json::from_slice(&body).unwrap())).collect()
    }

    /// The kinds of what was taken.
    fn kinds(&self) -> Vec<String> {
        self.taken().into_iter().map(|(_, event)| event["type"].as_str().unwrap().to_owned()).collect()
    }

    fn beside(&self, bank: Router) -> Router {
        let receiver = self.clone();
        let hear = async move |headers: HeaderMap, body: Bytes| match receiver.take(headers, body) {
            Play::Answers(status) => (StatusCode::from_u16(status).unwrap(), HeaderMap::new()),
            Play::Later(status, seconds) => {
                let headers = [(http::header::RETRY_AFTER, seconds.into())].into_iter().collect();
                (StatusCode::from_u16(status).unwrap(), headers)
            }
            Play::Hangs => std::future::pending().await,
        };
        bank.route("/hooks", post(hear.clone())).route("/hooks/acme", post(hear))
    }
}

fn id(headers: &HeaderMap) -> String {
    headers["webhook-id"].to_str().unwrap().to_owned()
}

/// A setup with webhooks.
fn told(setup: Setup, webhook: Value, tenants: Value, secrets: &str) -> Setup {
    let webhook = serde_json::from_value(webhook).unwrap();
    let config = Config { webhook, tenants: serde_json::from_value(tenants).unwrap(), ..setup.config };
    config.check().unwrap();
    let setup = Setup::new(config, setup.master, None, setup.access).unwrap().with_sandbox();
    setup.with_webhooks(Some(secrets)).unwrap()
}

const URL: &str = "http://127.0.0.1:9/hooks";

/// A world whose cases are told to a receiver.
fn world() -> (World, Receiver) {
    let receiver = Receiver::default();
    let world =
        World::behind(|bank| receiver.beside(bank), |setup| told(setup, json!({ "url": URL }), json!({}), SECRET));
    (world, receiver)
}

/// Does a waker's duty for what is to be told, as long as it takes.
async fn tell(world: &World, case: &str) {
    for _ in 0..200 {
        sleep(Duration::from_millis(50)).await;
        let Some(due) = world.stored(case, |record| record.hooks.and_then(|hooks| hooks.due)) else { return };
        let wait = due.since(world.desk.host.now());
        sleep(Duration::from_millis(u64::try_from(wait).unwrap_or(0))).await;
        world.desk.tell(&local(case)).await.unwrap();
    }
    panic!("the events of the case come to no end");
}

async fn approve(world: &World, opened: &crate::world::Answer) {
    let proposal = opened.at("/orchestration/proposal");
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    assert_eq!(world.command(&opened.case_id(), &[], &approve).await.status, 200);
}

const WHOLE: [&str; 4] = ["case.opened", "case.in_review", "case.decided", "case.closed"];

#[tokio::test(start_paused = true)]
async fn a_case_is_told_in_order_and_signed_by_every_secret_and_says_nothing_of_the_person() {
    let receiver = Receiver::default();
    let secrets = format!("{SECRET} {BEFORE}");
    let world =
        World::behind(|bank| receiver.beside(bank), |setup| told(setup, json!({ "url": URL }), json!({}), &secrets));
    let opened = world.work(&format!("{SAMPLE} Write to ada@example.com."), "cus_ada").await;
    approve(&world, &opened).await;
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), WHOLE);
    let now = world.desk.host.now();
    for (headers, body, _) in receiver.attempts() {
        let signature = HookSignature::read(&headers).unwrap();
        for secret in [SECRET, BEFORE] {
            assert_eq!(signature.verify(&HookSecret::parse(secret).unwrap(), now, &body), Ok(()));
        }
        let text = String::from_utf8(body.to_vec()).unwrap();
        for private in ["Ada", "ada@", "cus_ada", "Streamly", "charged"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
    }
    let ids: Vec<String> = receiver.taken().into_iter().map(|(id, _)| id).collect();
    assert!(ids.iter().all(|id| id.starts_with(&opened.case_id())), "{ids:?}");
    let decided = &receiver.taken()[2].1["data"];
    assert_eq!((&decided["action"], &decided["decision"]), (&json!("raise_chargeback"), &json!("approved")));
    assert_eq!(decided["tenant"], "local");
}

#[tokio::test(start_paused = true)]
async fn what_a_receiver_does_not_take_is_sent_again_under_the_same_id_and_nothing_overtakes_it() {
    let (world, receiver) = world();
    // It takes the third and dies before it says so.
    receiver.plan([Play::Answers(500), Play::Answers(302), Play::Hangs, Play::Answers(200), Play::Answers(503)]);
    let opened = world.work(SAMPLE, "cus_ada").await;
    approve(&world, &opened).await;
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), WHOLE);
    let attempts = receiver.attempts();
    let first = id(&attempts[0].0);
    assert!(attempts[..4].iter().all(|(headers, body, _)| id(headers) == first && *body == attempts[0].1));
    let stamp = |at: usize| attempts[at].0["webhook-timestamp"].to_str().unwrap().parse::<i64>().unwrap();
    assert!(stamp(1) - stamp(0) >= 5 && stamp(2) - stamp(1) >= 10, "each pause is longer");
    assert_ne!(attempts[0].0["webhook-signature"], attempts[1].0["webhook-signature"]);
    assert_eq!((attempts.len(), id(&attempts[4].0)), (8, id(&attempts[5].0)));
}

#[tokio::test(start_paused = true)]
async fn a_receiver_that_names_its_pause_is_left_alone_so_long() {
    let (world, receiver) = world();
    receiver.plan([Play::Later(429, 30)]);
    let opened = world.work(SAMPLE, "cus_ada").await;
    sleep(Duration::from_secs(1)).await;
    let due = world.stored(&opened.case_id(), |record| record.hooks.unwrap().due.unwrap());
    assert!(due.since(world.desk.host.now()) > 25_000);
    approve(&world, &opened).await;
    world.desk.tell(&local(&opened.case_id())).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    assert_eq!(receiver.attempts().len(), 1, "a further event keeps the pause");
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), WHOLE);
}

#[tokio::test(start_paused = true)]
async fn a_case_whose_journal_is_damaged_is_told_after_longer_and_longer_pauses() {
    let (world, receiver) = world();
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    tell(&world, &case).await;
    let told = receiver.attempts().len();
    world.stored(&case, |record| {
        record.lines[1] = record.lines[1].replacen("\"seq\":1", "\"seq\":7", 1);
        record.hooks.as_mut().unwrap().due = Some(Millis(0));
    });
    let mut pauses = Vec::new();
    for _ in 0..4 {
        let begun = world.desk.host.now();
        world.desk.tell(&local(&case)).await.unwrap();
        sleep(Duration::from_secs(1)).await;
        let hooks = world.stored(&case, |record| record.hooks.unwrap());
        pauses.push(hooks.due.unwrap().since(begun));
        let wait_ms = u64::try_from(hooks.due.unwrap().since(world.desk.host.now())).unwrap();
        sleep(Duration::from_millis(wait_ms)).await;
    }
    assert!(pauses.windows(2).all(|pair| pair[0] < pair[1]), "{pauses:?}");
    assert_eq!(receiver.attempts().len(), told);
}

#[tokio::test(start_paused = true)]
async fn what_was_on_its_way_when_the_process_died_is_told_by_the_next() {
    let (world, receiver) = world();
    receiver.plan([Play::Hangs]);
    let opened = world.work(SAMPLE, "cus_ada").await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(receiver.attempts().len(), 1);
    let world = world.restart(|setup| setup);
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), WHOLE[..2]);
}

#[tokio::test(start_paused = true)]
async fn a_case_whose_receiver_stays_away_is_given_up_and_taken_up_where_it_was_with_the_next_event() {
    let (world, receiver) = world();
    receiver.plan([Play::Answers(500); 60]);
    let opened = world.work(SAMPLE, "cus_ada").await;
    let case = opened.case_id();
    tell(&world, &case).await;
    let hooks = world.stored(&case, |record| record.hooks.unwrap());
    assert!(hooks.is_parked() && hooks.done.is_none(), "{hooks:?}");
    let tried_ms = world.desk.host.now().since(hooks.since.unwrap());
    assert!(tried_ms >= 3 * 86_400_000, "{tried_ms}");
    let tried = receiver.attempts().len();
    assert!((15..=30).contains(&tried), "{tried} attempts in three days");
    receiver.0.lock().unwrap().plan.clear();
    approve(&world, &opened).await;
    tell(&world, &case).await;
    // Nobody did anything for days, either.
    let with_stale = ["case.opened", "case.in_review", "case.escalated", "case.decided", "case.closed"];
    assert_eq!(receiver.kinds(), with_stale);

    receiver.plan([Play::Answers(410); 2]);
    let gone = world.work(SAMPLE, "cus_ben").await.case_id();
    tell(&world, &gone).await;
    assert!(world.stored(&gone, |record| record.hooks.unwrap().is_parked()), "who is gone is not asked again");
}

#[tokio::test(start_paused = true)]
async fn one_case_is_told_by_one_at_a_time_and_no_case_waits_for_another() {
    let (world, receiver) = world();
    receiver.plan([Play::Hangs]);
    let slow = world.work(SAMPLE, "cus_ada").await.case_id();
    for _ in 0..10 {
        world.desk.tell(&local(&slow)).await.unwrap();
    }
    let quick = world.work(SAMPLE, "cus_ben").await.case_id();
    sleep(Duration::from_secs(1)).await;
    let of = |case: &str| receiver.attempts().iter().filter(|(headers, ..)| id(headers).starts_with(case)).count();
    assert_eq!((of(&slow), of(&quick)), (1, 2));
    tell(&world, &slow).await;
    assert_eq!(of(&slow), 3);
}

#[tokio::test(start_paused = true)]
async fn only_what_was_asked_for_is_sent_and_a_tenants_own_receiver_is_sent_its_own_alone() {
    let receiver = Receiver::default();
    let own = json!({ "acme": { "webhook": { "url": format!("{URL}/acme"), "events": ["case.closed"] } } });
    let secrets = format!("{SECRET} acme={BEFORE}");
    let webhook = json!({ "url": URL, "events": ["case.opened", "case.in_review"] });
    let world = World::behind(|bank| receiver.beside(bank), |setup| told(setup, webhook, own, &secrets));
    let opened = world.work(SAMPLE, "cus_ada").await;
    approve(&world, &opened).await;
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), ["case.opened", "case.in_review"]);
    let acme = world.setup.webhooks.of(&TenantId::parse("acme").unwrap()).unwrap().1;
    assert_eq!(acme.secrets, [HookSecret::parse(BEFORE).unwrap()]);
    assert!(acme.url.path().ends_with("/acme"));
}

#[tokio::test(start_paused = true)]
async fn where_nobody_is_to_be_told_nothing_is_kept_and_whoever_comes_later_is_told_from_then_on() {
    let (world, receiver) = world();
    let world = world.restart(|setup| Setup { webhooks: Arc::default(), ..setup });
    let opened = world.work(SAMPLE, "cus_ada").await;
    assert!(world.stored(&opened.case_id(), |record| record.hooks.is_none()));
    let world = world.restart(|setup| setup.with_webhooks(Some(SECRET)).unwrap());
    approve(&world, &opened).await;
    tell(&world, &opened.case_id()).await;
    assert_eq!(receiver.kinds(), ["case.decided", "case.closed"]);
}

#[tokio::test(start_paused = true)]
async fn a_case_that_waits_is_escalated_or_runs_out_of_time_is_told() {
    let (world, receiver) = world();
    let opened = world.post("/v1/requests", &[("prefer", "wait=30")], &json!({ "text": SAMPLE })).await;
    let waiting = opened.case_id();
    tell(&world, &waiting).await;
    assert_eq!(receiver.kinds(), ["case.opened", "case.waiting"]);
    world.pass(Duration::from_secs(8 * 86_400)).await;
    world.desk.wake(&local(&waiting)).await.unwrap();
    tell(&world, &waiting).await;
    let told: Vec<Value> = receiver.taken().into_iter().skip(2).map(|(_, event)| event).collect();
    assert_eq!((&told[0]["type"], &told[0]["data"]["reason"]), (&json!("case.escalated"), &json!("no_answer")));
    assert_eq!(told[1]["type"], "case.in_review");

    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    for _ in 0..20 {
        let Some(wake) = world.stored(&case, |record| record.wake) else { break };
        let wait = u64::try_from(wake.since(world.desk.host.now())).unwrap_or(0);
        world.pass(Duration::from_millis(wait + 1)).await;
        world.desk.wake(&local(&case)).await.unwrap();
    }
    tell(&world, &case).await;
    let clocks: Vec<Value> = receiver.taken().into_iter().map(|(_, event)| event).collect();
    let of = |kind: &str| clocks.iter().find(|event| event["type"] == kind).map(|event| event["data"].clone());
    let (near, passed) = (of("deadline.near").unwrap(), of("deadline.passed").unwrap());
    assert_eq!(near["rule"], passed["rule"]);
    let moment = |event: &Value| Millis::parse_rfc3339(event["due_at"].as_str().unwrap()).unwrap();
    assert!(moment(&near) < world.desk.host.now() && near["due_on"].is_string(), "{near}");
}

/// A system with a key to tell with.
struct System<'a> {
    world: &'a World,
    id: String,
}

impl<'a> System<'a> {
    fn of(world: &'a World, tenant: &str, subject: &str, role: Role) -> Self {
        let id = format!("sig_{tenant}_{subject}");
        let key = world.hire(tenant, subject, role);
        let held = case::ids::Digest::of(key.trim_start_matches("Bearer ").as_bytes());
        let grant = world.store.grants().get(&held).cloned().unwrap();
        world.store.grants().insert(grant_hash(&id), grant);
        Self { world, id }
    }

    fn secret(&self) -> HookSecret {
        HookSecret::of_key(&self.world.setup.master, &self.id)
    }

    async fn tells(&self, event: &str, body: &Value) -> crate::world::Answer {
        self.sends(event, &self.secret(), 0, body).await
    }

    async fn sends(&self, event: &str, secret: &HookSecret, late_ms: i64, body: &Value) -> crate::world::Answer {
        let at = self.world.desk.host.now().plus(-late_ms);
        let signature = secret.sign(event, at, body.to_string().as_bytes());
        let seconds = at.0.div_euclid(1_000).to_string();
        let headers =
            [("webhook-id", event), ("webhook-timestamp", &seconds), ("webhook-signature", signature.as_str())];
        self.world.post(&format!("/v1/hooks/{}", self.id), &headers, body).await
    }
}

fn told_of(kind: Incoming, case: &str, more: &Value) -> Value {
    let mut data = json!({ "case_id": case });
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    json!({ "type": kind.name(), "timestamp": "2026-11-22T18:00:00Z", "data": data })
}

#[tokio::test(start_paused = true)]
async fn what_a_system_tells_stands_in_the_journal_once_however_often_it_is_told() {
    let world = World::with(|setup| Setup { access: Access::Keys, ..setup });
    let submitter = world.hire("acme", "till", Role::Submitter);
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": "ZD-1" });
    let headers = [("authorization", submitter.as_str()), ("prefer", "wait=60")];
    let opened = world.post("/v1/requests", &headers, &body).await;
    let case = opened.case_id();
    let key = crate::host::key("acme", &case);
    let count = |kind: &str| {
        let cases = world.store.cases();
        cases[&key].lines.iter().filter(|line| line.contains(&format!("\"kind\":\"{kind}\""))).count()
    };
    let till = System::of(&world, "acme", "till", Role::Submitter);
    let post = System::of(&world, "acme", "post", Role::Analyst);
    let (asked, proposed) = (count("asked"), count("proposed"));
    let changed = told_of(Incoming::Payment, &case, &json!({ "payment_id": "pay-7" }));
    for _ in 0..3 {
        let told = till.tells("evt-1", &changed).await;
        assert_eq!((told.status, told.at("/case_id")), (200, json!(case)), "{}", told.text);
    }
    sleep(Duration::from_secs(5)).await;
    assert_eq!(count("notified"), 1);
    assert!(count("asked") > asked && count("proposed") > proposed, "what changed is looked up again");

    let answered =
        json!({ "type": "customer.answered", "data": { "external_id": "ZD-1", "text": "It was Streamly." } });
    // Its id alone says that it was told before.
    for id in ["evt-2", "evt-2", "evt-1"] {
        assert_eq!(till.tells(id, &answered).await.status, 200);
    }
    let documents = json!({ "documents": [{ "id": "d-1", "type": "passport", "fields": { "name": "Ada Marsh" } }] });
    let arrived = told_of(Incoming::Documents, &case, &documents);
    for system in [&till, &post] {
        assert_eq!(system.tells("evt-3", &arrived).await.status, 200);
    }
    assert_eq!(count("messaged"), 3);
    let lines = world.store.cases()[&key].lines.join("\n");
    assert!(lines.contains("\"from\":\"analyst\"") && !lines.contains("Ada Marsh") && !lines.contains("evt-"));
    assert_eq!(case::case::rederive(lines.lines()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_webhook_that_does_not_fit_is_refused_and_changes_nothing() {
    let world = World::with(|setup| Setup { access: Access::Keys, ..setup });
    let submitter = world.hire("acme", "till", Role::Submitter);
    let headers = [("authorization", submitter.as_str()), ("prefer", "wait=60")];
    let opened = world.post("/v1/requests", &headers, &json!({ "text": SAMPLE, "customer_id": "cus_ada" })).await;
    let case = opened.case_id();
    let key = crate::host::key("acme", &case);
    let lines = || world.store.cases()[&key].lines.clone();
    let before = lines();
    let till = System::of(&world, "acme", "till", Role::Submitter);
    let told = told_of(Incoming::Payment, &case, &json!({}));
    till.sends("evt-1", &HookSecret::of_random([1; 32]), 0, &told).await.is(Code::Signature);
    till.sends("evt-1", &till.secret(), 400_000, &told).await.is(Code::SignatureTime);
    till.sends("evt-1", &till.secret(), -400_000, &told).await.is(Code::SignatureTime);
    till.sends("evt.1", &till.secret(), 0, &told).await.is(Code::Signature);
    world.post(&format!("/v1/hooks/{}", till.id), &[("authorization", &submitter)], &told).await.is(Code::Signature);
    let nobody = System { world: &world, id: "sig_nobody".to_owned() };
    nobody.tells("evt-1", &told).await.is(Code::Unauthenticated);
    System::of(&world, "acme", "reader", Role::Auditor).tells("evt-1", &told).await.is(Code::Role);
    // Neither another tenant's case nor another submitter's is there.
    System::of(&world, "umbrella", "till", Role::Admin).tells("evt-1", &told).await.is(Code::NoCase);
    System::of(&world, "acme", "another", Role::Submitter).tells("evt-1", &told).await.is(Code::NoCase);
    till.tells("evt-1", &told_of(Incoming::Payment, "case_aaaaaaaaaaaaaaaaaaaaaaaaaa", &json!({})))
        .await
        .is(Code::NoCase);
    till.tells("evt-1", &json!({ "type": "payment.changed", "data": { "external_id": "ZD-9" } }))
        .await
        .is(Code::NoCase);
    for (body, code, field) in [
        (json!({ "type": "case.burnt", "data": {} }), Code::UnknownEvent, "type"),
        (json!({ "data": {} }), Code::Field, "type"),
        (json!({ "type": "payment.changed" }), Code::Field, "data"),
        (json!({ "type": "payment.changed", "data": {} }), Code::Field, "case_id"),
        (told_of(Incoming::Answered, &case, &json!({})), Code::Field, "text"),
        (told_of(Incoming::Documents, &case, &json!({ "documents": [] })), Code::Document, "documents"),
        (told_of(Incoming::Payment, &case, &json!({ "payment_id": "a b" })), Code::Reference, "payment_id"),
    ] {
        let refused = till.tells("evt-1", &body).await;
        refused.is(code);
        assert_eq!(refused.at("/field"), field);
    }
    assert_eq!(lines(), before);
    assert_eq!(till.tells("evt-1", &told).await.status, 200);
}
