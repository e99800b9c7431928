//! Many writers on one case: one wins, and the journal stays one chain.

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::future::{join_all, try_join};
use serde_json::{Value, json};

use crate::{
    api::Reply,
    checks::{journal::verify, words::TWICE},
    world::World,
};

pub(crate) async fn of_twenty_approvals_at_once_one_counts(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let (approve, reject) = (case.about_proposal("approve"), case.about_proposal("reject"));
    let commands = (0..20).map(|number| if number % 2 == 0 { &approve } else { &reject });
    let sent = join_all(commands.map(|body| world.api.command(case.id(), body).send())).await;
    let replies: Vec<Reply> = sent.into_iter().collect::<Result<_>>()?;
    let won = replies.iter().filter(|reply| reply.status == 200).count();
    ensure!(won == 1, "{won} commands about one proposal were taken");
    for reply in replies.iter().filter(|reply| reply.status != 200) {
        reply.is_problem(409, "CW304", None)?;
    }
    let rested = world.api.until(case.id(), |case| matches!(case.state(), "closed" | "review")).await?;
    let executed = world.bank.actions_of(case.id()).await?.len();
    let expected = usize::from(rested.text("/orchestration/proposal/stage") == "done");
    ensure!(executed == expected, "{executed} actions of {}", rested.0);
    verify(world, &rested).await?;
    Ok(())
}

pub(crate) async fn many_writers_never_fork_a_journal(world: &World) -> Result<()> {
    let case = world.api.open(&json!({ "text": TWICE })).await?;
    let id = case.id();
    let identify = json!({ "command": "identify", "customer_id": "cus_ada" });
    let writers = (0..20).map(|number| match number % 4 {
        0 => world.api.message(id, &format!("This is message number {number} about my Streamly subscription.")),
        1 => world.api.command(id, &json!({ "command": "claim" })),
        2 => world.api.command(id, &json!({ "command": "release" })),
        _ => world.api.command(id, &identify),
    });
    let replies = join_all(writers.map(crate::api::Call::send)).await;
    let mut identified = 0;
    for (number, reply) in replies.into_iter().enumerate() {
        let reply = reply?;
        ensure!(matches!(reply.status, 200 | 409), "{reply}");
        identified += usize::from(number % 4 == 3 && reply.status == 200);
    }
    ensure!(identified == 1, "the customer was fixed {identified} times");
    let rested = world.api.until(id, |case| case.state() == "review").await?;
    let lines = verify(world, &rested).await?;
    let messages = lines.iter().filter(|line| line.contains("\"kind\":\"messaged\"")).count();
    ensure!(messages == 5, "{messages} of 5 messages are in the journal");
    rested.is("/orchestration/proposal/action", "raise_chargeback")
}

/// How often each of two clients speaks.
const TURNS: usize = 8;
/// How often a client looks again because the other came first.
const LOOKS: usize = 200;

/// A client that reads the case, says something about what it has read, and reads again where the case went on meanwhile.
/// Each thing it says is sent twice, as if the first answer had been lost.
async fn drive(world: &World, id: &str, from: &str) -> Result<()> {
    let path = format!("/v1/cases/{id}/messages");
    for turn in 0..TURNS {
        let key = world.fresh("turn");
        let body = json!({ "from": from, "text": format!("This is turn {turn} about my Streamly subscription.") });
        let taken = say_once(world, &path, &body, &key, id).await.with_context(|| format!("{from}, turn {turn}"))?;
        let again = world.api.post(&path, &body).header("idempotency-key", &key).header("if-match", &taken);
        again.ok(200).await?;
    }
    Ok(())
}

/// Says something about the case as it was read last; returns the position it was read at.
async fn say_once(world: &World, path: &str, body: &Value, key: &str, id: &str) -> Result<String> {
    for _ in 0..LOOKS {
        let seen = world.api.case(id).await?.number("/seq")?.to_string();
        let said = world.api.post(path, body).header("idempotency-key", key).header("if-match", &seen).send().await?;
        if said.status == 200 {
            return Ok(seen);
        }
        said.is_problem(409, "CW301", said.json()?.0.get("field").and_then(Value::as_str))?;
    }
    bail!("the other client always came first")
}

pub(crate) async fn two_clients_that_drive_one_case_never_fork_it(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let id = case.id();
    try_join(drive(world, id, "customer"), drive(world, id, "analyst")).await?;
    let rested = world.api.until(id, |case| case.state() == "review").await?;
    let lines = verify(world, &rested).await?;
    for from in ["customer", "analyst"] {
        let speaker = format!("\"from\":\"{from}\"");
        let said =
            lines.iter().filter(|line| line.contains("\"kind\":\"messaged\"") && line.contains(&speaker)).count();
        ensure!(said == TURNS, "{said} of {TURNS} messages of the {from} are in the journal");
    }
    // Both approve what both have seen: it counts once.
    let (path, seen) = (format!("/v1/cases/{id}/commands"), rested.number("/seq")?.to_string());
    let approve = || {
        let approve = world.api.post(&path, &rested.about_proposal("approve")).header("if-match", &seen);
        approve.header("idempotency-key", &world.fresh("approve")).wait().send()
    };
    let (first, second) = try_join(approve(), approve()).await?;
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    ensure!(statuses == [200, 409], "{first}, {second}");
    let closed = world.api.until(id, |case| case.state() == "closed").await?;
    verify(world, &closed).await?;
    let executed = world.bank.actions_of(id).await?.len();
    ensure!(executed == 1, "executed {executed} times");
    Ok(())
}
