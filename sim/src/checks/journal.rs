//! The journal as a caller gets it: it verifies, replays and derives again here, whatever host wrote it.

use anyhow::{Context as _, Result, bail, ensure};
use case::{
    case::{Case, rederive},
    journal::{self, Fault},
};
use serde_json::Value;

use crate::{
    api::{Reply, View},
    checks::words::{SAMPLE, TWICE},
    world::World,
};

/// Verifies a case's journal against what is shown of the case, and hands back its lines.
pub(crate) async fn verify(world: &World, shown: &View) -> Result<Vec<String>> {
    let lines = world.api.journal(shown.id()).await?;
    let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
    let read = journal::read(texts.iter().copied()).context("reading the journal")?;
    let case = Case::replay(texts.iter().copied()).context("replaying the journal")?;
    rederive(texts.iter().copied()).context("deriving the journal again")?;
    ensure!(read.len() as u64 == case.head().seq + 1, "positions");
    shown.is("/seq", case.head().seq)?;
    shown.is("/head_hash", case.head().hash.as_str())?;
    ensure!(case.id().as_str() == shown.id(), "another case's journal");
    Ok(lines)
}

/// The kinds of a journal's entries, in order.
pub(crate) fn kinds(lines: &[String]) -> Vec<String> {
    lines.iter().map(|line| field(line, "/entry/kind")).collect()
}

/// The text at a JSON pointer of a line; empty where there is none.
pub(crate) fn field(line: &str, pointer: &str) -> String {
    let line: Value = serde_json::from_str(line).unwrap_or_default();
    line.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(crate) async fn a_journal_verifies_replays_and_derives_again(world: &World) -> Result<()> {
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    let shown = world.api.case(opened.id()).await?;
    let lines = verify(world, &shown).await?;
    let kinds = kinds(&lines);
    for kind in ["opened", "triaged", "track_opened", "asked", "answered", "proposed"] {
        ensure!(kinds.iter().any(|found| found == kind), "no {kind} among {kinds:?}");
    }
    world.api.command(opened.id(), &shown.about_proposal("approve")).ok(200).await?;
    let closed = world.api.until(opened.id(), |case| case.state() == "closed").await?;
    let longer = verify(world, &closed).await?;
    ensure!(longer.starts_with(&lines), "earlier entries have changed");
    Ok(())
}

pub(crate) async fn a_changed_byte_is_found_where_it_is(world: &World) -> Result<()> {
    let opened = world.api.open_for("cus_ben", TWICE).await?;
    let lines = verify(world, &world.api.case(opened.id()).await?).await?;
    let check = |lines: &[String]| journal::read(lines.iter().map(String::as_str)).map(drop);
    for at in 0..lines.len() - 1 {
        let mut changed = lines.clone();
        // A digit of the time becomes another: still a journal's line, and another history.
        let digit =
            if changed[at].contains("\"at\":17") { ("\"at\":17", "\"at\":16") } else { ("\"at\":1", "\"at\":0") };
        changed[at] = changed[at].replacen(digit.0, digit.1, 1);
        let fault = check(&changed).err();
        let place = at as u64;
        let found =
            matches!(fault, Some(Fault::Broken { seq } | Fault::Time { seq }) if seq == place || seq == place + 1);
        ensure!(found, "line {at} was changed, and found was {fault:?}");
        let mut swapped = lines.clone();
        swapped.swap(at, at + 1);
        ensure!(check(&swapped).is_err(), "lines {at} and {} were swapped unseen", at + 1);
        let mut dropped = lines.clone();
        dropped.remove(at);
        ensure!(check(&dropped).is_err(), "line {at} was dropped unseen");
    }
    let head = Case::replay(lines.iter().map(String::as_str))?.head().clone();
    let cut: Vec<&str> = lines.iter().take(lines.len() - 1).map(String::as_str).collect();
    ensure!(matches!(journal::check_head(&cut, &head), Err(Fault::Cut { .. })), "a cut tail was not seen");
    Ok(())
}

/// The events of a stream that came to its end.
fn events(reply: &Reply) -> Result<Vec<(u64, String, Value)>> {
    ensure!(reply.status == 200, "{reply}");
    let kind = reply.headers.get("content-type").map_or("", String::as_str);
    ensure!(kind.starts_with("text/event-stream"), "content type {kind}");
    let mut events = Vec::new();
    for block in reply.body.split("\n\n").filter(|block| !block.trim().is_empty()) {
        let of = |name: &str| block.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if block.starts_with(':') {
            continue;
        }
        let (Some(id), Some(event), Some(data)) = (of("id:"), of("event:"), of("data:")) else {
            bail!("not an event: {block}")
        };
        events.push((id.parse()?, event.to_owned(), serde_json::from_str(data)?));
    }
    Ok(events)
}

pub(crate) async fn events_tell_every_entry_and_end_at_rest(world: &World) -> Result<()> {
    // Not waited for, so that the stream begins while the case is at work.
    let body = serde_json::json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let opened = world.api.post("/v1/requests", &body).ok(201).await?;
    let events = events(&world.api.get(&format!("/v1/cases/{}/events", opened.id())).send().await?)?;
    let rested = world.api.until(opened.id(), |case| case.state() == "review").await?;
    let kinds = kinds(&verify(world, &rested).await?);
    let told: Vec<String> = events.iter().map(|(_, kind, _)| kind.clone()).collect();
    ensure!(told == kinds, "told {told:?}, written {kinds:?}");
    for (index, (id, kind, data)) in events.iter().enumerate() {
        ensure!(*id == index as u64 && View(data.clone()).text("/kind") == kind, "event {index}: {id} {kind} {data}");
    }
    Ok(())
}

pub(crate) async fn events_resume_after_the_one_seen_last(world: &World) -> Result<()> {
    let opened = world.api.open_for("cus_ben", SAMPLE).await?;
    let path = format!("/v1/cases/{}/events", opened.id());
    let all = events(&world.api.get(&path).send().await?)?;
    let rest = events(&world.api.get(&path).header("last-event-id", "2").send().await?)?;
    ensure!(rest.as_slice() == all.get(3..).unwrap_or_default(), "resumed with {rest:?} of {all:?}");
    let last = all.len() - 1;
    let none = events(&world.api.get(&path).header("last-event-id", &last.to_string()).send().await?)?;
    ensure!(none.is_empty(), "{none:?} came after the last");
    Ok(())
}
