//! A remote agent beside the host: it looks things up and says what it would do. Nothing it says moves money without a
//! person, and no case waits for it for ever.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    api::View,
    checks::{journal::verify, words::TWICE},
    hosts::agent::other_row,
    world::World,
};

const CUSTOMER: &str = "cus_ada";
const CHARGEBACK: &str = "raise_chargeback";

pub(crate) async fn an_agent_looks_up_and_agrees_and_is_shown_nothing_personal(world: &World) -> Result<()> {
    world.bank.play("agree").await?;
    let text = "My card was charged twice for the same subscription by Streamly. Write to zelda@canary.example.";
    let opened = world.api.open_for(CUSTOMER, text).await?;
    proposes(&opened, CHARGEBACK, "rules")?;
    let advice = advice(&opened)?;
    ensure!(advice["outcome"] == "agreed", "{advice}");
    let looked_up: Vec<&Value> =
        opened.list("/orchestration/evidence").iter().filter(|piece| piece["agent"] == "scripted").collect();
    let is_there = |source: &str| looked_up.iter().any(|piece| piece["source"] == source && piece["status"] == "found");
    ensure!(is_there("ledger") && is_there("merchants"), "{looked_up:?}");
    let tasks = world.bank.tasks().await?;
    ensure!(tasks.len() == 3, "two look-ups and a finding: {tasks:?}");
    ensure!(!format!("{tasks:?}").contains("zelda"), "an agent was shown what is personal");
    verify(world, &world.api.case(opened.id()).await?).await?;
    Ok(())
}

pub(crate) async fn what_an_agent_finds_waits_for_a_person_and_moves_what_the_ledger_says(world: &World) -> Result<()> {
    world.bank.play("refer").await?;
    let opened = world.api.open_for(CUSTOMER, TWICE).await?;
    proposes(&opened, "refer_to_merchant", "agent:scripted")?;
    opened.is("/orchestration/proposal/approval", "one_analyst")?;
    opened.holds("/orchestration/proposal/reasons", "agent_disagrees")?;
    ensure!(advice(&opened)?["rules"]["action"] == CHARGEBACK, "the rules' own finding stands beside it");
    ensure!(world.bank.actions_of(opened.id()).await?.is_empty(), "an agent's finding went out by itself");
    world.api.command(opened.id(), &opened.about_proposal("approve")).ok(200).await?;
    let closed = world.api.until(opened.id(), |case| case.state() == "closed").await?;
    ensure!(world.bank.actions_of(opened.id()).await?.len() == 1, "an approved action goes out once");
    verify(world, &closed).await?;

    world.bank.play("other-row").await?;
    let opened = world.api.open_for(CUSTOMER, TWICE).await?;
    let tasks = world.bank.tasks().await?;
    let task = tasks.iter().find(|task| task["kind"] == "finding").context("the agent was not asked")?;
    let row = other_row(task);
    proposes(&opened, CHARGEBACK, "agent:scripted")?;
    opened.is("/orchestration/proposal/references/0", row["id"].clone())?;
    opened.is("/orchestration/proposal/amount", row["money"].clone())
}

pub(crate) async fn an_agent_that_is_wrong_slow_or_down_changes_nothing(world: &World) -> Result<()> {
    for part in [
        "wrong-shape",
        "unknown-action",
        "unknown-reason",
        "foreign-reference",
        "no-action-of-disputes",
        "huge",
        "slow",
        "down",
    ] {
        world.bank.play(part).await?;
        let body = serde_json::json!({ "text": TWICE, "customer_id": CUSTOMER });
        let id = world.api.post("/v1/requests", &body).ok(201).await?.id().to_owned();
        let rested = world.api.until(&id, |case| case.state() == "review").await;
        world.bank.play("agree").await?;
        let rested = rested.with_context(|| format!("{part}: the case is stuck"))?;
        let checked = proposes(&rested, CHARGEBACK, "rules").and_then(|()| {
            let reasons = rested.list("/orchestration/proposal/reasons");
            ensure!(reasons.iter().any(|one| one == "agent_missing" || one == "agent_unusable"), "{reasons:?}");
            let advice = advice(&rested)?;
            ensure!(advice["outcome"] == "unusable" || advice["status"] != "found", "{advice}");
            Ok(())
        });
        checked.with_context(|| part.to_owned())?;
        ensure!(world.bank.actions_of(&id).await?.is_empty(), "{part}: something was executed");
        let journal = verify(world, &rested).await?;
        ensure!(!journal.concat().contains("zanzibar"), "{part}: a word of the agent's is in the journal");
        world.is_closed("agent:scripted").await?;
    }
    Ok(())
}

pub(crate) async fn an_agents_row_about_another_customer_is_not_used(world: &World) -> Result<()> {
    world.bank.play("foreign-customer").await?;
    let opened = world.api.open_for(CUSTOMER, TWICE).await?;
    world.bank.play("agree").await?;
    let accounts = opened.list("/orchestration/evidence").iter().find(|piece| piece["id"] == "ledger:accounts");
    let accounts = accounts.with_context(|| format!("nothing is said of the accounts: {}", opened.0))?;
    ensure!(accounts["status"] == "missing" && accounts["why"] == "unusable", "{accounts}");
    opened.holds("/orchestration/proposal/reasons", "evidence_missing")
}

fn proposes(case: &View, action: &str, found_by: &str) -> Result<()> {
    case.is("/orchestration/proposal/action", action)?;
    case.is("/orchestration/proposal/found_by", found_by)
}

fn advice(case: &View) -> Result<&Value> {
    let advice = case.list("/orchestration/evidence").iter().find(|piece| piece["id"] == "agent:scripted");
    advice.with_context(|| format!("nothing is said of the agent: {}", case.0))
}
