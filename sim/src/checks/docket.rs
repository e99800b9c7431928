//! The docket: every case is found by what is known of it, and paging loses and repeats none.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};

use crate::{
    checks::words::{PENDING, SAMPLE},
    world::World,
};

/// Searches until a case is found or not found as expected: a docket may be a moment behind its cases.
async fn expect(world: &World, query: &str, id: &str, expected: bool) -> Result<Value> {
    for _ in 0..100 {
        let page = world.api.get(&format!("/v1/cases?limit=500&{query}")).ok(200).await?;
        let row = page.list("/cases").iter().find(|row| row.get("case_id").and_then(Value::as_str) == Some(id));
        if row.is_some() == expected {
            return Ok(row.cloned().unwrap_or_default());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    bail!("with {query} the case {id} is {}found", if expected { "not " } else { "" })
}

pub(crate) async fn every_case_is_found_by_what_is_known_of_it(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let by_ticket = format!("external_id={ticket}");
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket });
    let case = world.api.open(&body).await?;
    let id = case.id();
    let row = expect(world, &by_ticket, id, true).await?;
    for (name, value) in [("state", "review"), ("agent", "dispute-agent"), ("task", "dispute_summary")] {
        ensure!(row.get(name).and_then(Value::as_str) == Some(value), "{name} of {row}");
    }
    let narrow = |query: &str| format!("{by_ticket}&{query}");
    expect(world, &narrow("state=review&agent=dispute-agent"), id, true).await?;
    expect(world, &narrow("state=closed"), id, false).await?;
    expect(world, &narrow("agent=fraud-agent"), id, false).await?;
    let claimed = world.api.command(id, &json!({ "command": "claim" })).ok(200).await?;
    let assignee = claimed.text("/assignee").to_owned();
    expect(world, &narrow(&format!("assignee={assignee}")), id, true).await?;
    expect(world, &narrow("assignee=nobody"), id, false).await?;
    world.api.command(id, &json!({ "command": "close", "reason": "Settled by telephone." })).ok(200).await?;
    expect(world, &narrow("state=closed"), id, true).await?;
    let waiting = world.fresh("ticket");
    let case = world.api.open(&json!({ "text": PENDING, "external_id": waiting })).await?;
    let by_ticket = format!("external_id={waiting}");
    expect(world, &format!("{by_ticket}&state=waiting"), case.id(), true).await?;
    expect(world, &format!("{by_ticket}&due_before=2999-01-01T00:00:00Z"), case.id(), true).await?;
    expect(world, &format!("{by_ticket}&due_before=2020-01-01T00:00:00Z"), case.id(), false).await?;
    Ok(())
}

pub(crate) async fn a_case_is_found_by_the_beginning_of_its_names_and_stands_in_one_queue(world: &World) -> Result<()> {
    let ticket = world.fresh("Found-By");
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket });
    let case = world.api.open(&body).await?;
    let id = case.id();
    let row = expect(world, &format!("q={}", ticket.to_lowercase()), id, true).await?;
    ensure!(row["customer_id"] == "cus_ada" && row["pending"]["action"].is_string(), "{row}");
    ensure!(row["decided_by"] == "local" && row["confidence_ppm"].is_u64(), "{row}");
    let named = row["about"][0].as_str().unwrap_or_default().to_owned();
    ensure!(!named.is_empty() && row["amount"]["amount_minor"].as_i64().is_some_and(|minor| minor > 0), "{row}");
    for query in [
        format!("q={}", id.get(..20).unwrap_or_default()),
        format!("q={named}&task=dispute_summary"),
        "customer_id=cus_ada".to_owned(),
    ] {
        expect(world, &query, id, true).await?;
    }
    expect(world, &format!("q={ticket}&risk=low&task=kyc_lookup"), id, false).await?;
    expect(world, &format!("q={ticket}&customer_id=cus_ben"), id, false).await?;
    let narrow = |queue: &str| format!("q={ticket}&queue={queue}");
    for (queue, is_there) in
        [("open", true), ("unassigned", true), ("mine", false), ("waiting", false), ("closed", false)]
    {
        expect(world, &narrow(queue), id, is_there).await?;
    }
    world.api.command(id, &json!({ "command": "claim" })).ok(200).await?;
    for (queue, is_there) in [("mine", true), ("unassigned", false), ("open", true)] {
        expect(world, &narrow(queue), id, is_there).await?;
    }
    world.api.command(id, &json!({ "command": "close", "reason": "Settled by telephone." })).ok(200).await?;
    for (queue, is_there) in [("closed", true), ("open", false), ("mine", false), ("all", true)] {
        expect(world, &narrow(queue), id, is_there).await?;
    }
    for (query, name) in [("queue=none", "queue"), ("risk=huge", "risk"), ("q=x", "q"), ("counts=perhaps", "counts")] {
        world.api.get(&format!("/v1/cases?{query}")).refused(400, "CW112", Some(name)).await?;
    }
    Ok(())
}

pub(crate) async fn queues_are_counted(world: &World) -> Result<()> {
    let case = world.api.open(&json!({ "text": SAMPLE, "customer_id": "cus_ada" })).await?;
    expect(world, "queue=open", case.id(), true).await?;
    let page = world.api.get("/v1/cases?limit=1&counts=true").ok(200).await?;
    let counts = page.0.get("counts").and_then(Value::as_object).cloned().unwrap_or_default();
    let names = ["open", "mine", "unassigned", "snoozed", "escalated", "waiting", "working", "closed"];
    ensure!(counts.keys().map(String::as_str).eq(names), "{}", page.0);
    let cases = |name: &str| counts[name]["cases"].as_u64().unwrap_or_default();
    ensure!(cases("open") > 0 && cases("open") >= cases("unassigned"), "{}", page.0);
    ensure!(world.api.get("/v1/cases").ok(200).await?.0.get("counts").is_none(), "counts that nobody asked for");
    Ok(())
}

pub(crate) async fn pages_hold_every_case_once(world: &World) -> Result<()> {
    let mut opened = BTreeSet::new();
    for _ in 0..7 {
        // Nobody says whose case it is, so it waits, and stays in its place.
        opened.insert(world.api.open(&json!({ "text": SAMPLE })).await?.id().to_owned());
    }
    for id in &opened {
        expect(world, "state=waiting", id, true).await?;
    }
    let (mut seen, mut after, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = world.api.get(&format!("/v1/cases?state=waiting&limit=3{after}")).ok(200).await?;
        ensure!(page.list("/cases").len() <= 3, "{}", page.0);
        seen.extend(page.list("/cases").iter().filter_map(|row| row.get("case_id")?.as_str().map(str::to_owned)));
        pages += 1;
        match page.text("/next") {
            "" => break,
            next if pages < 300 => after = format!("&after={next}"),
            _ => bail!("the pages do not end"),
        }
    }
    ensure!(pages >= 3, "{} rows on {pages} pages", seen.len());
    seen.retain(|id| opened.contains(id));
    ensure!(seen.len() == 7 && seen.into_iter().collect::<BTreeSet<_>>() == opened, "not every case once");
    Ok(())
}

pub(crate) async fn rows_are_made_again_when_an_admin_asks(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket });
    let case = world.api.open(&body).await?;
    let by_ticket = format!("external_id={ticket}&state=review");
    let row = expect(world, &by_ticket, case.id(), true).await?;
    let rebuild = |cases: Value| world.api.post("/v1/docket/rebuild", &json!({ "cases": cases }));
    let unknown = format!("case_{}", "z".repeat(26));
    let made = rebuild(json!([case.id(), unknown])).ok(200).await?;
    ensure!(made.0 == json!({ "sent": 1, "empty": 1, "failed": [] }), "{}", made.0);
    ensure!(expect(world, &by_ticket, case.id(), true).await? == row, "another row than {row}");
    // No host has an object of this id, and none may take it for a case.
    let nobodys = "0".repeat(64);
    let made = rebuild(json!([nobodys])).ok(200).await?;
    ensure!(made.0 == json!({ "sent": 0, "empty": 0, "failed": [nobodys] }), "{}", made.0);
    let many = vec![case.id(); 101];
    for cases in [json!(null), json!([]), json!("x"), json!(["x"]), json!([7]), json!(many)] {
        rebuild(cases).refused(400, "CW103", Some("cases")).await?;
    }
    Ok(())
}
