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
