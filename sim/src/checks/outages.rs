//! Sources that fail in every way: missing or late evidence that is named, and never a certainty that is not there.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    api::View,
    checks::{
        journal::{kinds, verify},
        words::TWICE,
    },
    world::World,
};

/// What the evidence of a source is said to be.
fn status<'v>(shown: &'v View, source: &str) -> Vec<&'v str> {
    let of = |piece: &&Value| piece.get("source").and_then(Value::as_str) == Some(source);
    shown.list("/orchestration/evidence").iter().filter(of).filter_map(|piece| piece.get("status")?.as_str()).collect()
}

/// Whether nothing came of anything that a source was asked.
fn is_absent(seen: &[&str]) -> bool {
    !seen.is_empty() && seen.iter().all(|status| matches!(*status, "missing" | "late"))
}

/// A person decides, is told that evidence is missing, and nothing about charges is claimed.
fn is_left_to_a_person(shown: &View) -> Result<()> {
    shown.is("/orchestration/state", "review")?;
    shown.is("/orchestration/proposal/action", "escalate")?;
    shown.holds("/orchestration/proposal/reasons", "evidence_missing")?;
    for reason in shown.list("/orchestration/proposal/reasons") {
        let claim = reason.as_str().is_some_and(|reason| reason.contains("charge") || reason.contains("transaction"));
        ensure!(!claim, "{reason} is claimed without a ledger: {}", shown.0);
    }
    Ok(())
}

pub(crate) async fn a_ledger_that_fails_is_missing_evidence_and_never_certainty(world: &World) -> Result<()> {
    for fault in ["500", "529", "html", "malformed", "empty", "endless"] {
        world.bank.fail("ledger", fault, None).await?;
        let opened = world.api.open_for("cus_ada", TWICE).await?;
        let checked = is_left_to_a_person(&opened).and_then(|()| {
            let seen = status(&opened, "ledger");
            ensure!(is_absent(&seen), "the ledger is {seen:?} in {}", opened.0);
            Ok(())
        });
        checked.with_context(|| format!("the ledger's fault {fault}"))?;
        verify(world, &world.api.case(opened.id()).await?).await?;
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn a_ledger_that_hangs_is_late_and_a_person_decides(world: &World) -> Result<()> {
    world.bank.fail("ledger", "hang", None).await?;
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    is_left_to_a_person(&opened)?;
    let seen = status(&opened, "ledger");
    ensure!(is_absent(&seen), "the ledger is {seen:?} in {}", opened.0);
    verify(world, &world.api.case(opened.id()).await?).await?;
    Ok(())
}

pub(crate) async fn a_slow_ledger_is_waited_for(world: &World) -> Result<()> {
    world.bank.fail("ledger", "delay:400", None).await?;
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    opened.is("/orchestration/proposal/action", "raise_chargeback")?;
    let evidence = opened.list("/orchestration/evidence");
    let slow = evidence.iter().filter_map(|piece| piece.get("took_ms")?.as_i64()).any(|took_ms| took_ms >= 400);
    ensure!(slow, "no evidence says that it took 400 ms: {}", opened.0);
    Ok(())
}

pub(crate) async fn a_side_source_that_fails_leaves_the_finding_and_says_so(world: &World) -> Result<()> {
    for (source, fault) in [("policy", "500"), ("merchants", "html"), ("policy", "malformed")] {
        world.bank.fail(source, fault, None).await?;
        let opened = world.api.open_for("cus_ada", TWICE).await?;
        let checked = opened.is("/orchestration/proposal/action", "raise_chargeback").and_then(|()| {
            opened.holds("/orchestration/proposal/reasons", "evidence_missing")?;
            ensure!(status(&opened, source) == ["missing"], "{}", opened.0);
            Ok(())
        });
        checked.with_context(|| format!("the fault {fault} of {source}"))?;
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn a_source_that_recovers_is_asked_again(world: &World) -> Result<()> {
    for fault in ["500", "html", "malformed", "429:0"] {
        world.bank.fail("ledger", fault, Some(1)).await?;
        let opened = world.api.open_for("cus_ada", TWICE).await?;
        opened
            .is("/orchestration/proposal/action", "raise_chargeback")
            .with_context(|| format!("the fault {fault}"))?;
        let lines = verify(world, &world.api.case(opened.id()).await?).await?;
        ensure!(kinds(&lines).iter().any(|kind| kind == "retry_planned"), "no second attempt after {fault}");
        world.bank.mend().await?;
    }
    Ok(())
}

/// Opens a case with a double charge, approves its proposal while the actions endpoint fails, and sees it through; how
/// often the action was sent.
async fn act_through(world: &World, fault: &str, times: u32) -> Result<usize> {
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    world.bank.fail("actions", fault, Some(times)).await?;
    world.api.post(&format!("/v1/cases/{}/commands", opened.id()), &opened.about_proposal("approve")).ok(200).await?;
    let closed = world.api.until(opened.id(), |case| case.state() == "closed").await?;
    closed.is("/orchestration/proposal/stage", "done")?;
    let executed = world.bank.actions_of(opened.id()).await?;
    ensure!(executed.len() == 1, "executed {} times", executed.len());
    let lines = verify(world, &closed).await?;
    let attempts =
        lines.iter().filter(|line| line.contains("\"kind\":\"asked\"") && line.contains("\"question\":\"act\""));
    Ok(attempts.count())
}

pub(crate) async fn an_action_whose_answer_is_lost_is_executed_once(world: &World) -> Result<()> {
    for fault in ["drop-after-commit", "500-after-commit"] {
        let before = world.bank.book().await?.number("/repeats")?;
        let attempts = act_through(world, fault, 2).await.with_context(|| format!("the fault {fault}"))?;
        let repeats = world.bank.book().await?.number("/repeats")? - before;
        ensure!((attempts, repeats) == (3, 2), "{fault}: sent {attempts} times, arrived {repeats} times again");
    }
    Ok(())
}

pub(crate) async fn an_action_that_the_network_delivers_twice_is_executed_once(world: &World) -> Result<()> {
    let before = world.bank.book().await?.number("/repeats")?;
    let attempts = act_through(world, "twice", 1).await?;
    let repeats = world.bank.book().await?.number("/repeats")? - before;
    ensure!((attempts, repeats) == (1, 1), "sent {attempts} times, arrived {repeats} times again");
    Ok(())
}

pub(crate) async fn an_action_that_fails_is_tried_until_it_is_done(world: &World) -> Result<()> {
    for fault in ["500", "html", "hang", "malformed"] {
        let attempts = act_through(world, fault, 1).await;
        let attempts = attempts.with_context(|| format!("the actions endpoint's fault {fault}"))?;
        ensure!(attempts > 1, "{fault}: the action was not sent again");
        world.bank.mend().await?;
    }
    Ok(())
}
