//! Many cases and hasty callers: each case holds its own and nothing of another's, and is worked whether or not anybody
//! waits for it.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, TryStreamExt as _, future::try_join_all, stream};
use serde_json::{Value, json};

use crate::{
    checks::{
        journal::verify,
        words::{IDENTITY, TWICE},
    },
    world::World,
};

/// How many cases there are at once.
const CASES: u32 = 200;
/// How many of them are read at a time.
const READERS: usize = 16;
/// How a canary begins: as no word does.
const MARK: &str = "zqx";
/// Letters of a canary behind its mark; all have as many, so that none is a part of another.
const LETTERS: usize = 9;
/// After how many milliseconds callers leave: before anything can have happened, and in the middle of it.
const PATIENCE_MS: [u64; 10] = [0, 0, 0, 1, 2, 5, 10, 30, 100, 400];

/// A case and the word that is its own.
struct Marked {
    id: String,
    canary: String,
}

/// A word that nothing else holds: letters only, because digits might be taken for somebody's number.
fn canary(number: u32) -> String {
    let mut rest = u64::from(number).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut word = MARK.to_owned();
    for _ in 0..LETTERS {
        word.push(char::from(b'a' + u8::try_from(rest % 22).unwrap_or_default()));
        rest /= 22;
    }
    word
}

/// Every canary of a case that stands in a text; an id may begin like one.
fn canaries(text: &str) -> BTreeSet<&str> {
    let known: BTreeSet<String> = (0..CASES).map(canary).collect();
    let found = text.match_indices(MARK).filter_map(|(at, _)| text.get(at..at + MARK.len() + LETTERS));
    found.filter(|word| known.contains(*word)).collect()
}

/// Opens a case that has its canary wherever a caller can put one: in the words, the ticket, the channel and, where it is
/// about identity, in a document's id and its fields. Then the customer goes on with another word of it.
async fn open(world: &World, number: u32) -> Result<Marked> {
    let canary = canary(number);
    let ticket = format!("{}-{canary}", world.fresh("crowd"));
    let (customer, words) = if number.is_multiple_of(2) { ("cus_ada", TWICE) } else { ("cus_ivo", IDENTITY) };
    let mut body = json!({
        "text": format!("{words} The word that I was given is {canary}."),
        "customer_id": customer,
        "external_id": ticket,
        "channel": canary,
    });
    if number % 2 == 1 {
        body["documents"] = json!([{
            "id": format!("doc-{canary}"), "type": "passport", "sides": ["front"], "expires": "2031-05-01",
            "sha256": "0".repeat(64), "fields": { "name": canary, "address": format!("{canary} Street 1") },
        }]);
    }
    let opened = world.api.post("/v1/requests", &body).ok(201).await?;
    let further = json!({ "from": "customer", "text": format!("And please note the word {canary} with it.") });
    world.api.post(&format!("/v1/cases/{}/messages", opened.id()), &further).ok(200).await?;
    Ok(Marked { id: opened.id().to_owned(), canary })
}

/// Reads everything that is shown of a case once it rests: its own canary is there, and no other.
async fn read(world: &World, case: &Marked) -> Result<BTreeSet<String>> {
    let rested = world.api.until(&case.id, |case| case.state() != "working").await?;
    let lines = verify(world, &rested).await?;
    let events = world.api.get(&format!("/v1/cases/{}/events", case.id)).send().await?;
    let archive = world.api.get(&format!("/v1/cases/{}/archive", case.id)).send().await?;
    ensure!(archive.status == 200, "{archive}");
    for (place, text, has_own) in [
        ("view", rested.0.to_string(), true),
        ("journal", lines.join("\n"), true),
        ("events", events.body, false),
        ("archive", archive.body.clone(), true),
    ] {
        let found = canaries(&text);
        let own = BTreeSet::from([case.canary.as_str()]);
        ensure!(found.is_subset(&own), "the {place} of the case of {} holds {found:?}", case.canary);
        ensure!(!has_own || !found.is_empty(), "the {place} of the case lacks {}", case.canary);
    }
    ensure!(rested.text("/text").contains(&case.canary), "{}", rested.0);
    let sealed = archive.body.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let sealed: BTreeSet<String> = sealed.filter_map(|line| Some(line.get("bytes")?.as_str()?.to_owned())).collect();
    // At least the request and what came after it; sources may be late with so many at once.
    ensure!(sealed.len() >= 2, "only {} ciphertexts of {}", sealed.len(), case.canary);
    Ok(sealed)
}

pub(crate) async fn two_hundred_cases_at_once_hold_each_its_own_and_no_others(world: &World) -> Result<()> {
    world.bank.forget_requests().await?;
    let cases = try_join_all((0..CASES).map(|number| open(world, number))).await?;
    let distinct: BTreeSet<&str> = cases.iter().map(|case| case.canary.as_str()).collect();
    ensure!(distinct.len() == cases.len(), "the canaries are not all different");
    let reads: Vec<_> = cases.iter().map(|case| read(world, case)).collect();
    let sealed: Vec<BTreeSet<String>> = stream::iter(reads).buffer_unordered(READERS).try_collect().await?;
    let all: BTreeSet<&String> = sealed.iter().flatten().collect();
    ensure!(all.len() == sealed.iter().map(BTreeSet::len).sum::<usize>(), "two cases hold the same ciphertext");
    let listed = listed(world, &cases).await?;
    for case in &cases {
        let row = listed.get(&case.id).context("a case is not in the docket")?;
        ensure!(canaries(row) == BTreeSet::from([case.canary.as_str()]), "the row of {}: {row}", case.canary);
    }
    let asked = Value::Array(world.bank.requests().await?).to_string();
    ensure!(canaries(&asked).is_empty(), "sources were told {:?}", canaries(&asked));
    Ok(())
}

/// The docket's rows of these cases, once it has them all: it may be a moment behind.
async fn listed(world: &World, cases: &[Marked]) -> Result<BTreeMap<String, String>> {
    let wanted: BTreeSet<&str> = cases.iter().map(|case| case.id.as_str()).collect();
    for _ in 0..100 {
        let (mut rows, mut after) = (BTreeMap::new(), String::new());
        loop {
            let page = world.api.get(&format!("/v1/cases?limit=500{after}")).ok(200).await?;
            let id = |row: &Value| Some(row.get("case_id")?.as_str()?.to_owned());
            let found = page.list("/cases").iter().filter_map(|row| Some((id(row)?, row.to_string())));
            rows.extend(found.filter(|(id, _)| wanted.contains(id.as_str())));
            match page.text("/next") {
                "" => break,
                next => after = format!("&after={next}"),
            }
        }
        if rows.len() == wanted.len() {
            return Ok(rows);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the docket does not list all cases")
}

pub(crate) async fn a_client_that_leaves_at_once_still_gets_its_case_worked(world: &World) -> Result<()> {
    let mut tickets = Vec::new();
    for patience_ms in PATIENCE_MS {
        let ticket = world.fresh("gone");
        let body = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket });
        world.api.post_and_leave("/v1/requests", &body, Duration::from_millis(patience_ms)).await?;
        tickets.push((patience_ms, ticket));
    }
    for (patience_ms, ticket) in &tickets {
        let id = found(world, ticket).await.with_context(|| format!("left after {patience_ms} ms"))?;
        let rested = world.api.until(&id, |case| case.state() == "review").await?;
        rested.is("/orchestration/proposal/action", "raise_chargeback")?;
        verify(world, &rested).await?;
    }
    Ok(())
}

/// The case of a ticket. Nobody asks for it by its id, so that nothing but the host itself sees to its work.
async fn found(world: &World, ticket: &str) -> Result<String> {
    let mut last = Value::Null;
    for _ in 0..300 {
        let page = world.api.get(&format!("/v1/cases?external_id={ticket}")).ok(200).await?;
        if let [row] = page.list("/cases") {
            if row.get("state").and_then(Value::as_str) == Some("review") {
                return Ok(row.get("case_id").and_then(Value::as_str).unwrap_or_default().to_owned());
            }
            last = row.clone();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the case of {ticket} is not worked: {last}")
}
