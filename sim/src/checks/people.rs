//! What people do to a case: claim, ask, reroute, approve, reject, decide, close and reopen.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    api::View,
    checks::{
        journal::verify,
        words::{PENDING, SAMPLE, TWICE},
    },
    world::World,
};

async fn command(world: &World, id: &str, name: &str) -> Result<View> {
    world.api.command(id, &json!({ "command": name, "reason": "Looked at by a person." })).ok(200).await
}

pub(crate) async fn a_case_is_claimed_and_released(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let claimed = command(world, case.id(), "claim").await?;
    ensure!(!claimed.text("/assignee").is_empty(), "{}", claimed.0);
    command(world, case.id(), "claim").await.context("claiming one's own case again")?;
    let released = command(world, case.id(), "release").await?;
    ensure!(released.text("/assignee").is_empty(), "{}", released.0);
    world.api.command(case.id(), &json!({ "command": "release" })).refused(409, "CW304", None).await?;
    Ok(())
}

pub(crate) async fn a_customer_is_identified_once(world: &World) -> Result<()> {
    let case = world.api.open(&json!({ "text": SAMPLE })).await?;
    case.is("/orchestration/state", "waiting")?;
    ensure!(case.text("/orchestration/question").contains("customer"), "{}", case.0);
    let identify = |customer: &str| json!({ "command": "identify", "customer_id": customer });
    let known = world.api.command(case.id(), &identify("cus_ada")).ok(200).await?;
    known.is("/customer_id", "cus_ada")?;
    known.is("/orchestration/proposal/action", "raise_chargeback")?;
    world.api.command(case.id(), &identify("cus_ben")).refused(409, "CW304", None).await?;
    Ok(())
}

pub(crate) async fn a_question_waits_for_the_customer_and_the_answer_goes_on(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let question = "Which of your two cards did you use?";
    let asked = world.api.command(case.id(), &json!({ "command": "ask", "question": question })).ok(200).await?;
    asked.is("/orchestration/state", "waiting")?;
    asked.is("/orchestration/question", question)?;
    let answered = world.api.message(case.id(), "I used my debit card for the Streamly subscription.").ok(200).await?;
    answered.is("/orchestration/state", "review")?;
    answered.is("/orchestration/proposal/action", "raise_chargeback")?;
    let note = json!({ "from": "analyst", "text": "I have called the customer." });
    world.api.post(&format!("/v1/cases/{}/messages", case.id()), &note).wait().ok(200).await?;
    verify(world, &world.api.case(case.id()).await?).await?;
    Ok(())
}

pub(crate) async fn a_person_can_reroute_a_case(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_fay", "What is the expected delivery date for my card?").await?;
    case.is_routed("human-review", "review_request")?;
    world
        .api
        .command(case.id(), &json!({ "command": "ask", "question": "Which?" }))
        .refused(409, "CW304", None)
        .await?;
    let reroute = json!({ "command": "reroute", "task": "payment_status" });
    let routed = world.api.command(case.id(), &reroute).ok(200).await?;
    routed.is("/orchestration/routed_to", "payment-agent")?;
    routed.is("/classification/decided_by", "human")?;
    routed.holds("/orchestration/proposal/reasons", "payment_in_process")
}

pub(crate) async fn a_stale_approval_is_refused(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let mut wrong = case.about_proposal("approve");
    wrong["hash"] = json!("0".repeat(64));
    world.api.command(case.id(), &wrong).refused(409, "CW305", None).await?;
    let mut other = case.about_proposal("approve");
    other["proposal"] = json!("p99");
    world.api.command(case.id(), &other).refused(409, "CW304", None).await?;
    // What was shown before the customer said more is not what would be approved now.
    world.api.message(case.id(), "I also pay for a gym membership.").ok(200).await?;
    let old = case.about_proposal("approve");
    let reply = world.api.command(case.id(), &old).send().await?;
    ensure!(reply.status == 409, "an approval of what is no longer proposed: {reply}");
    ensure!(world.bank.actions_of(case.id()).await?.is_empty(), "executed");
    Ok(())
}

pub(crate) async fn one_person_does_not_approve_twice(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let about = case.list("/orchestration/proposal/references").first().and_then(Value::as_str).unwrap_or_default();
    let decide = json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "Goodwill." });
    let decided = world.api.command(case.id(), &decide).ok(200).await?;
    decided.is("/orchestration/proposal/action", "provisional_credit")?;
    decided.is("/orchestration/proposal/approval", "two_analysts")?;
    decided.is("/orchestration/proposal/amount/amount_minor", 1299)?;
    let approve = decided.about_proposal("approve");
    world.api.command(case.id(), &approve).refused(403, "CW306", None).await?;
    ensure!(world.bank.actions_of(case.id()).await?.is_empty(), "executed with one approval of two");
    let nothing = json!({ "command": "decide", "action": "provisional_credit", "reason": "Goodwill." });
    world.api.command(case.id(), &nothing).refused(400, "CW113", None).await?;
    let foreign = json!({ "command": "decide", "action": "raise_chargeback", "about": "tx-foreign", "reason": "x" });
    world.api.command(case.id(), &foreign).refused(400, "CW113", None).await?;
    Ok(())
}

pub(crate) async fn a_rejected_proposal_goes_to_a_person_and_nothing_is_executed(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", TWICE).await?;
    let rejected = world.api.command(case.id(), &case.about_proposal("reject")).ok(200).await?;
    rejected.is("/orchestration/proposal/stage", "rejected")?;
    rejected.is("/orchestration/state", "review")?;
    rejected.is("/orchestration/next_action", "review_request")?;
    world.api.command(case.id(), &case.about_proposal("approve")).refused(409, "CW304", None).await?;
    ensure!(world.bank.actions_of(case.id()).await?.is_empty(), "executed");
    Ok(())
}

pub(crate) async fn a_closed_case_is_read_only_until_it_is_reopened(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let id = case.id();
    world.api.command(id, &json!({ "command": "reopen", "reason": "x" })).refused(409, "CW304", None).await?;
    let closed = command(world, id, "close").await?;
    closed.is("/orchestration/state", "closed")?;
    closed.is("/orchestration/outcome", "by_analyst")?;
    world.api.command(id, &json!({ "command": "claim" })).refused(409, "CW304", None).await?;
    world.api.command(id, &case.about_proposal("approve")).refused(409, "CW304", None).await?;
    world.api.message(id, "Anything new?").refused(409, "CW304", None).await?;
    let reopened = command(world, id, "reopen").await?;
    ensure!(reopened.state() != "closed", "{}", reopened.0);
    world.api.message(id, "There is something new.").ok(200).await?;
    verify(world, &world.api.case(id).await?).await?;
    Ok(())
}

pub(crate) async fn a_command_about_an_older_state_is_refused(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_fay", PENDING).await?;
    let seen = world.api.case(case.id()).await?.number("/seq")?;
    let claim = json!({ "command": "claim" });
    let at = |seq: u64| world.api.command(case.id(), &claim).header("if-match", &format!("\"{seq}\""));
    at(seen + 7).refused(409, "CW301", Some("If-Match")).await?;
    at(seen).ok(200).await?;
    at(seen).refused(409, "CW301", Some("If-Match")).await?;
    world.api.command(case.id(), &claim).header("if-match", "*").ok(200).await?;
    Ok(())
}
