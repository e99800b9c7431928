//! A host that is killed in the middle: what was acknowledged is there, and what was under way goes on.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::{
    checks::{
        journal::{kinds, verify},
        words::TWICE,
    },
    world::{Process, World},
};

fn process(world: &World) -> Result<&Arc<dyn Process>> {
    world.process.as_ref().context("this world has no process of its own to kill")
}

pub(crate) async fn a_case_in_the_middle_of_its_look_ups_survives_a_kill(world: &World) -> Result<()> {
    let process = process(world)?;
    world.bank.fail("ledger", "hang", Some(1)).await?;
    let body = json!({ "text": TWICE, "customer_id": "cus_ada" });
    let opened = world.api.post("/v1/requests", &body).ok(201).await?;
    opened.is("/orchestration/state", "working")?;
    process.kill()?;
    world.bank.mend().await?;
    process.start().await?;
    let rested = world.api.until(opened.id(), |case| case.state() == "review").await?;
    rested.is("/orchestration/proposal/action", "raise_chargeback")?;
    let lines = verify(world, &rested).await?;
    ensure!(kinds(&lines).iter().any(|kind| kind == "resumed"), "the journal does not say that asks were lost");
    Ok(())
}

pub(crate) async fn an_approved_action_survives_a_kill_and_is_executed_once(world: &World) -> Result<()> {
    let process = process(world)?;
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    world.bank.fail("actions", "drop-after-commit", Some(1)).await?;
    world.bank.fail("actions", "hang", Some(1)).await?;
    let path = format!("/v1/cases/{}/commands", opened.id());
    world.api.post(&path, &opened.about_proposal("approve")).ok(200).await?;
    // Until the bank has executed it: from then on every further attempt is a repeat.
    for _ in 0..200 {
        if !world.bank.actions_of(opened.id()).await?.is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    process.kill()?;
    world.bank.mend().await?;
    process.start().await?;
    let closed = world.api.until(opened.id(), |case| case.state() == "closed").await?;
    closed.is("/orchestration/proposal/stage", "done")?;
    let executed = world.bank.actions_of(opened.id()).await?.len();
    ensure!(executed == 1, "executed {executed} times");
    verify(world, &closed).await?;
    Ok(())
}

pub(crate) async fn what_was_acknowledged_is_there_after_a_kill(world: &World) -> Result<()> {
    let process = process(world)?;
    let (key, ticket) = (world.fresh("key"), world.fresh("ticket"));
    let body = json!({ "text": TWICE, "customer_id": "cus_ben", "external_id": ticket });
    let opened = world.api.post("/v1/requests", &body).header("idempotency-key", &key).ok(201).await?;
    process.kill()?;
    process.start().await?;
    let rested = world.api.until(opened.id(), |case| case.state() == "review").await?;
    rested.is("/external_id", ticket.as_str())?;
    let again = world.api.post("/v1/requests", &body).header("idempotency-key", &key).ok(201).await?;
    ensure!(again.id() == opened.id(), "the key was forgotten");
    verify(world, &rested).await?;
    Ok(())
}
