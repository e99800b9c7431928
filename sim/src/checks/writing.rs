//! Summaries that a model writes: what it is shown, which of its sentences are left, and who writes where it fails.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use crate::{
    api::View,
    checks::{
        journal::verify,
        words::{STOLEN, TWICE},
    },
    world::World,
};

/// How the policy of a summary begins.
const SUMMARY: &str = "You write the summary";

/// The requests to a model since the log was cleared, whose policy begins with these words.
pub(super) async fn asked(world: &World, policy: &str) -> Result<Vec<Value>> {
    let all = world.bank.requests().await?;
    let is_asked = |request: &Value| {
        let body = request.get("body").and_then(Value::as_str).unwrap_or_default();
        request.get("path").and_then(Value::as_str) == Some("/v1/messages") && body.contains(policy)
    };
    Ok(all.into_iter().filter(is_asked).collect())
}

fn sentences(shown: &View) -> Vec<&str> {
    let rows = shown.list("/orchestration/summary").iter();
    rows.filter_map(|sentence| sentence.get("text").and_then(Value::as_str)).collect()
}

/// The answer in the journal about a summary.
async fn drafted(world: &World, shown: &View) -> Result<View> {
    let lines = verify(world, &world.api.case(shown.id()).await?).await?;
    let line = lines.iter().find(|line| line.contains("\"answer\":\"drafted\"")).context("no draft in the journal")?;
    for sentence in sentences(shown) {
        ensure!(!lines.iter().any(|line| line.contains(sentence)), "a sentence is in the journal: {sentence}");
    }
    Ok(View(serde_json::from_str(line)?))
}

pub(crate) async fn a_summary_of_claudes_cites_evidence_for_every_sentence(world: &World) -> Result<()> {
    world.bank.forget_requests().await?;
    let text = format!("{TWICE} My card is 4242 4242 4242 4242.");
    let shown = world.api.open_for("cus_ada", &text).await?;
    shown.is("/orchestration/state", "review")?;
    shown.is("/orchestration/summary_by", "claude")?;
    ensure!(!sentences(&shown).is_empty(), "no sentence: {}", shown.0);
    for sentence in shown.list("/orchestration/summary") {
        let cited = sentence.get("cites").and_then(Value::as_array).is_some_and(|cites| !cites.is_empty());
        ensure!(cited, "a sentence without evidence: {sentence}");
    }
    let requests = asked(world, SUMMARY).await?;
    let [request] = requests.as_slice() else { anyhow::bail!("asked {} times", requests.len()) };
    let body = request.get("body").and_then(Value::as_str).unwrap_or_default();
    ensure!(!body.contains("4242") && body.contains("[card:1]"), "personal data, or no words: {body}");
    let answer = drafted(world, &shown).await?;
    ensure!(answer.number("/entry/answer/kept")? > 0, "{}", answer.0);
    ensure!(answer.number("/entry/answer/call/cost_nano_dollars")? > 0, "no cost: {}", answer.0);
    Ok(())
}

pub(crate) async fn sentences_that_their_citations_do_not_bear_out_are_dropped(world: &World) -> Result<()> {
    let shown = world.api.open_for("cus_ada", &format!("{TWICE} Order A-7714.")).await?;
    shown.is("/orchestration/summary_by", "claude")?;
    ensure!(sentences(&shown) == ["The customer names the order A-7714."], "{}", shown.0);
    let answer = drafted(world, &shown).await?;
    answer.is("/entry/answer/kept", 1)?;
    answer.is("/entry/answer/dropped", 5)?;
    // Whatever it says, nothing follows from it.
    shown.is("/orchestration/proposal/stage", "pending")?;
    ensure!(world.bank.actions_of(shown.id()).await?.is_empty(), "executed");
    Ok(())
}

pub(crate) async fn without_a_sentence_that_holds_the_rules_write_the_summary(world: &World) -> Result<()> {
    let shown = world.api.open_for("cus_ada", &format!("{TWICE} Order B-7714.")).await?;
    shown.is("/orchestration/summary_by", "rules")?;
    ensure!(!sentences(&shown).is_empty(), "no sentence: {}", shown.0);
    ensure!(!shown.0.to_string().contains("Your refund"), "{}", shown.0);
    drafted(world, &shown).await?.is("/entry/answer/kept", 0)
}

pub(crate) async fn a_model_that_fails_leaves_the_summary_to_the_rules(world: &World) -> Result<()> {
    for fault in ["529", "hang", "html", "malformed", "empty", "prose", "max-tokens", "refusal"] {
        world.bank.fail("messages", fault, None).await?;
        let checked = async {
            let shown = world.api.open_for("cus_ada", TWICE).await?;
            shown.is("/orchestration/state", "review")?;
            shown.is("/orchestration/summary_by", "rules")?;
            ensure!(!sentences(&shown).is_empty(), "no sentence: {}", shown.0);
            verify(world, &world.api.case(shown.id()).await?).await
        };
        checked.await.with_context(|| format!("the fault {fault}"))?;
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn the_fraud_specialist_shows_claude_none_of_the_words(world: &World) -> Result<()> {
    world.bank.forget_requests().await?;
    let shown = world.api.open_for("cus_dan", &format!("{STOLEN} Zelda Quartermaine.")).await?;
    let requests = asked(world, SUMMARY).await?;
    ensure!(!requests.is_empty(), "nobody asked for a summary: {}", shown.0);
    for request in requests {
        let body = request.get("body").and_then(Value::as_str).unwrap_or_default();
        ensure!(!body.contains("Quartermaine"), "the customer's words: {body}");
    }
    Ok(())
}
