//! Webhooks: who is to know is told what happens to a case, signed, in order and at least once, whatever fails in between.

use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use case::time::Millis;
use desk::hooks::{Event, HookSecret, HookSignature, event};
use serde_json::{Value, json};

use crate::{
    api::View,
    checks::words::TWICE,
    hosts::receiver::{SECRET, SECRET_BEFORE},
    world::World,
};

/// How long a case's events may take to be told, in tenths of a second.
const PATIENCE: u32 = 600;
/// Cases that are worked while the host is killed.
const CASES: usize = 8;
/// The parts that the receiver plays meanwhile, one for each kill.
const PARTS: [&str; 4] = ["dies", "slow", "down", ""];

/// What the journal of a case has to tell.
async fn expected(world: &World, id: &str) -> Result<Vec<Event>> {
    let journal = world.api.get(&format!("/v1/cases/{id}/journal")).send().await?;
    let lines: Vec<String> = journal.body.lines().map(str::to_owned).collect();
    Ok(event::events(&lines)?)
}

/// Waits until everything that there is to tell of a case was taken, and looks at how it came.
async fn told(world: &World, id: &str) -> Result<Vec<Event>> {
    let events = expected(world, id).await?;
    let mut found = Vec::new();
    for _ in 0..PATIENCE {
        found = attempts_of(world, id).await?;
        let is_taken = |event: &Event| found.iter().any(|one| one["taken"] == true && one["webhook-id"] == event.id());
        if events.iter().all(is_taken) {
            in_order(&events, &found)?;
            return Ok(events);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let ids: Vec<String> = events.iter().map(Event::id).collect();
    bail!("of {ids:?} the receiver was sent only {found:?}")
}

async fn attempts_of(world: &World, id: &str) -> Result<Vec<Value>> {
    let all = world.bank.attempts().await?;
    let of = |one: &Value| one["webhook-id"].as_str().is_some_and(|event| event.starts_with(id));
    Ok(all.into_iter().filter(of).collect())
}

/// Every attempt is signed and holds the event's own bytes; none comes before the one before it was taken.
fn in_order(events: &[Event], attempts: &[Value]) -> Result<()> {
    let (mut last, mut taken) = (0, false);
    for attempt in attempts {
        let name = |name: &str| attempt[name].as_str().unwrap_or_default();
        let at = events.iter().position(|event| event.id() == name("webhook-id")).context("an event of no journal")?;
        ensure!(name("body") == events[at].body(), "another body: {attempt}");
        ensure!(name("content-type") == "application/json", "{attempt}");
        let mut headers = reqwest::header::HeaderMap::new();
        for header in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
            headers.insert(header, name(header).parse()?);
        }
        let sent_at = Millis(name("webhook-timestamp").parse::<i64>()? * 1_000);
        for secret in [SECRET, SECRET_BEFORE] {
            let secret = HookSecret::parse(secret)?;
            HookSignature::read(&headers)?.verify(&secret, sent_at, name("body").as_bytes())?;
        }
        ensure!(at == last || (at == last + 1 && taken), "{attempt} came after {}", events[last].id());
        taken = attempt["taken"] == true || (at == last && taken);
        last = at;
    }
    Ok(())
}

async fn approved(world: &World) -> Result<String> {
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    approve(world, &opened).await?;
    Ok(opened.id().to_owned())
}

async fn approve(world: &World, opened: &View) -> Result<()> {
    // Two people agree, where that is asked for.
    world.holder("analyst")?.command(opened.id(), &opened.about_proposal("approve")).ok(200).await?;
    if world.api.case(opened.id()).await?.text("/orchestration/proposal/stage") == "pending" {
        world.holder("approver")?.command(opened.id(), &opened.about_proposal("approve")).ok(200).await?;
    }
    Ok(())
}

fn kinds(events: &[Event]) -> Vec<&'static str> {
    events.iter().map(|event| event.kind.name()).collect()
}

const WHOLE: [&str; 4] = ["case.opened", "case.in_review", "case.decided", "case.closed"];

pub(crate) async fn a_case_is_told_from_its_opening_to_its_end(world: &World) -> Result<()> {
    let id = approved(world).await?;
    world.api.until(&id, |case| case.state() == "closed").await?;
    let events = told(world, &id).await?;
    ensure!(kinds(&events) == WHOLE, "{:?}", kinds(&events));
    let attempts = attempts_of(world, &id).await?;
    ensure!(attempts.len() == WHOLE.len(), "a willing receiver was told again: {attempts:?}");
    let closed = world.api.case(&id).await?;
    let last = &events[3].data;
    ensure!(last["head_hash"] == closed.0["head_hash"], "{last:?}");
    let said = attempts.iter().map(ToString::to_string).collect::<String>();
    for private in ["cus_ada", "charged", "Streamly"] {
        ensure!(!said.contains(private), "a webhook says {private}: {said}");
    }
    let waiting = world.api.open(&json!({ "text": TWICE })).await?;
    let events = told(world, waiting.id()).await?;
    ensure!(kinds(&events) == ["case.opened", "case.waiting"], "{:?}", kinds(&events));
    Ok(())
}

pub(crate) async fn a_receiver_that_does_not_take_an_event_is_told_again_and_nothing_overtakes_it(
    world: &World,
) -> Result<()> {
    for part in ["down", "moved", "dies", "slow"] {
        world.bank.receive(part).await?;
        let id = approved(world).await?;
        for _ in 0..PATIENCE {
            if attempts_of(world, &id).await?.len() >= 2 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        world.bank.receive("").await?;
        world.api.until(&id, |case| case.state() == "closed").await?;
        let events = told(world, &id).await.with_context(|| part.to_owned())?;
        ensure!(kinds(&events) == WHOLE, "{part}: {:?}", kinds(&events));
        let first = attempts_of(world, &id).await?.iter().filter(|one| one["webhook-id"] == events[0].id()).count();
        ensure!(first >= 2, "{part}: the first event was sent {first} times");
    }
    Ok(())
}

pub(crate) async fn what_was_to_be_told_is_told_after_a_kill(world: &World) -> Result<()> {
    let process = world.process.as_ref().context("this world has no process of its own to kill")?;
    let mut cases = Vec::new();
    for part in PARTS {
        world.bank.receive(part).await?;
        for _ in 0..CASES / PARTS.len() {
            let opened = world.api.open_for("cus_ada", TWICE).await?;
            // The host dies while it tells of the approval, or before it has.
            approve(world, &opened).await?;
            cases.push(opened.id().to_owned());
        }
        process.kill()?;
        process.start().await?;
    }
    world.bank.receive("").await?;
    for id in &cases {
        world.api.until(id, |case| case.state() == "closed").await?;
        let events = told(world, id).await?;
        ensure!(kinds(&events) == WHOLE, "{:?}", kinds(&events));
    }
    Ok(())
}

pub(crate) async fn events_are_sent_again_when_an_admin_asks(world: &World) -> Result<()> {
    let id = approved(world).await?;
    world.api.until(&id, |case| case.state() == "closed").await?;
    let events = told(world, &id).await?;
    let path = "/v1/webhooks/replay";
    let again = world.api.post(path, &json!({ "case_id": id, "from_seq": 1 })).ok(200).await?;
    again.is("/events", events.len() - 1)?;
    for _ in 0..PATIENCE {
        if attempts_of(world, &id).await?.len() >= 2 * events.len() - 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let sent = attempts_of(world, &id).await?;
    let ids: Vec<&str> = sent.iter().filter_map(|one| one["webhook-id"].as_str()).collect();
    let expected: Vec<String> = events.iter().chain(&events[1..]).map(Event::id).collect();
    ensure!(ids == expected, "{ids:?}");
    let all = world.api.post(path, &json!({ "since": "2020-01-01T00:00:00Z" })).ok(200).await?;
    ensure!(all.number("/cases")? >= 1 && all.list("/failed").is_empty(), "{}", all.0);
    for name in ["submitter", "analyst", "approver", "auditor"] {
        world.holder(name)?.post(path, &json!({ "case_id": id })).refused(403, "CW201", None).await?;
    }
    let foreigner = world.holder("foreigner")?;
    foreigner.post(path, &json!({ "case_id": id })).refused(404, "CW300", None).await?;
    world.api.post(path, &json!({ "since": "soon" })).refused(400, "CW103", Some("since")).await?;
    Ok(())
}

/// A webhook of a teller's; an event's id, the secret and how old it is may be another's.
async fn tell(world: &World, teller: &str, event: &str, (body, late_s): (&Value, i64)) -> Result<crate::api::Call> {
    let (id, secret) = world.tellers.get(teller).with_context(|| format!("there is no teller {teller}"))?;
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_millis();
    let at = Millis(i64::try_from(now)? - late_s * 1_000);
    let signature = HookSecret::parse(secret)?.sign(event, at, body.to_string().as_bytes());
    let call = world.api.with_key(None).post(&format!("/v1/hooks/{id}"), body).header("webhook-id", event);
    let call = call.header("webhook-timestamp", &(at.0 / 1_000).to_string());
    Ok(call.header("webhook-signature", &signature))
}

pub(crate) async fn a_system_tells_a_case_once_and_the_journal_says_so(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let request = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket });
    let opened = world.api.open(&request).await?;
    let id = opened.id();
    let (event, other) = (world.fresh("event"), world.fresh("event"));
    let changed = json!({ "type": "payment.changed", "data": { "case_id": id } });
    let answered = json!({ "type": "customer.answered", "data": { "external_id": ticket, "text": "It was in May." } });
    for _ in 0..3 {
        tell(world, "post", &event, (&changed, 0)).await?.ok(200).await?.is("/case_id", id)?;
        tell(world, "post", &other, (&answered, 0)).await?.ok(200).await?;
    }
    let rested = world.api.until(id, |case| case.state() == "review").await?;
    let lines = crate::checks::journal::verify(world, &rested).await?;
    let count = |kind: &str| crate::checks::journal::kinds(&lines).iter().filter(|one| *one == kind).count();
    ensure!(count("notified") == 1 && count("messaged") == 1, "{:?}", crate::checks::journal::kinds(&lines));
    ensure!(count("proposed") >= 2, "what changed is looked up again, and proposed anew");

    let fresh = world.fresh("event");
    for teller in ["stranger", "foreign-post"] {
        tell(world, teller, &fresh, (&changed, 0)).await?.refused(404, "CW300", None).await?;
    }
    for late_s in [400, -400] {
        tell(world, "post", &fresh, (&changed, late_s)).await?.refused(401, "CW204", None).await?;
    }
    tell(world, "post", &fresh, (&changed, 0)).await?.body("{}").refused(401, "CW203", None).await?;
    let burnt = json!({ "type": "case.burnt", "data": { "case_id": id } });
    tell(world, "post", &fresh, (&burnt, 0)).await?.refused(422, "CW121", Some("type")).await?;
    let key = &world.tellers["post"].0;
    world.api.post(&format!("/v1/hooks/{key}"), &changed).refused(401, "CW203", None).await?;
    let after = world.api.case(id).await?;
    after.is("/seq", rested.0["seq"].clone())
}
