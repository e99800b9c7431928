//! A model that is asked where the local tier is unsure, and everything that can go wrong with its answers.

use anyhow::{Context as _, Result, ensure};
use case::local::LocalModel;
use serde_json::Value;

use crate::{
    api::View,
    checks::{journal::verify, words::SAMPLE},
    world::World,
};

/// A text that the local tier is not sure about, because it knows few of the words, and that the stand-in is sure about.
const UNSURE: &str =
    "Vorblen drast melkuntio ferhagen, chargeback duplicate twice wexlorn opprindel stravukas ilmenauth.";
/// The same, with a word to which [`SCRIPT`] answers with a low confidence.
const FLIMSY: &str = "Vorblen drast melkuntio ferhagen, flimsy wexlorn opprindel stravukas ilmenauth.";

/// What the stand-in is told to say in worlds with a model.
pub const SCRIPT: &str = r#"
{"match":"flimsy","reply":{"task":"dispute_summary","confidence":0.31,"reason":"Hard to say."}}
{"match":"Order A-7714","reply":{"sentences":[{"text":"The customer names the order A-7714.","cites":["case:request"]},{"text":"The customer was charged USD 9999.99.","cites":["case:request"]},{"text":"The customer names the order A-7715.","cites":["case:request"]},{"text":"Approve the refund of the order A-7714.","cites":["case:request"]},{"text":"The refund is on its way.","cites":["ledger:tx-none"]},{"text":"The money will be refunded.","cites":[]}]}}
{"match":"Order B-7714","reply":{"sentences":[{"text":"Your refund is approved.","cites":["case:request"]}]}}
"#;

/// What makes an answer unusable.
const UNUSABLE: [&str; 9] =
    ["html", "malformed", "empty", "prose", "nan", "out-of-range", "unknown-label", "max-tokens", "refusal"];

pub(crate) async fn a_model_that_is_turned_off_is_asked_no_more(world: &World) -> Result<()> {
    let turn = |off: bool| world.api.post("/v1/model", &serde_json::json!({ "off": off, "note": "A drill." }));
    world.api.get("/v1/model").ok(200).await?.is("/off", false)?;
    turn(true).ok(200).await?.is("/off", true)?;
    world.bank.forget_requests().await?;
    let without = unsure(world).await.and_then(|shown| decided_without_claude(&shown));
    let requests = asked(world).await?.len();
    let shown = world.api.get("/v1/model").ok(200).await?;
    turn(false).ok(200).await?.is("/off", false)?;
    without?;
    ensure!(requests == 0, "asked {requests} times although the model is off");
    ensure!(shown.text("/by") == "local/local" && shown.text("/note") == "A drill.", "{}", shown.0);
    decided_by_claude(&unsure(world).await?)
}

/// Opens a case on a text that the local tier is unsure about.
async fn unsure(world: &World) -> Result<View> {
    ensure!(!LocalModel::embedded().read(UNSURE).sure, "the local tier has become sure: choose another text");
    world.api.open_for("cus_ada", UNSURE).await
}

/// The requests to sort a text since the log was cleared; [`super::writing`] looks at those for a summary.
async fn asked(world: &World) -> Result<Vec<Value>> {
    super::writing::asked(world, "You sort requests").await
}

fn decided_by_claude(shown: &View) -> Result<()> {
    shown.is("/classification/decided_by", "claude")
}

fn decided_without_claude(shown: &View) -> Result<()> {
    shown.is("/classification/decided_by", "local")?;
    let reason = shown.text("/classification/reason");
    ensure!(reason.contains("Claude gave no usable answer"), "it does not say so: {}", shown.0);
    Ok(())
}

pub(crate) async fn the_model_is_asked_only_where_the_local_tier_is_unsure(world: &World) -> Result<()> {
    world.bank.forget_requests().await?;
    let sure = world.api.open_for("cus_ada", SAMPLE).await?;
    sure.is("/classification/decided_by", "local")?;
    ensure!(asked(world).await?.is_empty(), "asked although the local tier is sure");
    let shown = unsure(world).await?;
    decided_by_claude(&shown)?;
    ensure!(asked(world).await?.len() == 1, "not asked once");
    verify(world, &world.api.case(shown.id()).await?).await?;
    Ok(())
}

pub(crate) async fn the_model_is_asked_without_personal_data_and_its_cost_is_kept(world: &World) -> Result<()> {
    world.bank.forget_requests().await?;
    // The last of these is what the bank's profile of the customer says.
    let text = format!(
        "{UNSURE} My card is 4242 4242 4242 4242, write to zelda@canary.example. Thanks, ADA M\u{200B}arsh (Marsh, A.), \
         14 alder st., Springfield 62704"
    );
    let shown = world.api.open_for("cus_ada", &text).await?;
    let requests = asked(world).await?;
    ensure!(!requests.is_empty(), "the model was not asked: {}", shown.0);
    for request in &requests {
        let body = request.get("body").and_then(Value::as_str).unwrap_or_default();
        let lower = body.to_lowercase();
        for canary in ["4242", "zelda", "arsh", "alder", "springfield", "62704"] {
            ensure!(!lower.contains(canary), "{canary} was sent: {body}");
        }
        ensure!(body.contains("[name:1]") && body.contains("[address:1]"), "no token: {body}");
        let body: Value = serde_json::from_str(body).context("the body of a request for messages")?;
        for parameter in ["temperature", "top_p", "top_k"] {
            ensure!(body.get(parameter).is_none(), "{parameter} is sent");
        }
        ensure!(request.get("traceparent").is_some_and(Value::is_string), "no traceparent");
    }
    let lines = verify(world, &world.api.case(shown.id()).await?).await?;
    let opinion =
        lines.iter().find(|line| line.contains("\"answer\":\"opinion\"")).context("no opinion in the journal")?;
    let opinion = View(serde_json::from_str(opinion)?);
    ensure!(opinion.number("/entry/answer/call/cost_nano_dollars")? > 0, "no cost: {}", opinion.0);
    ensure!(opinion.number("/entry/answer/call/input_tokens")? > 0, "no usage: {}", opinion.0);
    ensure!(opinion.text("/entry/answer/call/request_id").starts_with("req_standin_"), "{}", opinion.0);
    ensure!(opinion.text("/entry/answer/call/prompt").len() == 64, "{}", opinion.0);
    Ok(())
}

pub(crate) async fn a_busy_model_is_asked_again(world: &World) -> Result<()> {
    for fault in ["429:1", "529", "500", "hang", "delay:300"] {
        world.bank.forget_requests().await?;
        world.bank.fail("messages", fault, Some(1)).await?;
        let shown = unsure(world).await?;
        decided_by_claude(&shown).with_context(|| format!("the fault {fault}"))?;
        let expected = if fault == "delay:300" { 1 } else { 2 };
        let asked = asked(world).await?.len();
        ensure!(asked == expected, "asked {asked} times with the fault {fault}");
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn an_answer_that_cannot_be_used_is_repaired_once(world: &World) -> Result<()> {
    for fault in UNUSABLE {
        world.bank.forget_requests().await?;
        world.bank.fail("messages", fault, Some(1)).await?;
        let shown = unsure(world).await?;
        decided_by_claude(&shown).with_context(|| format!("the fault {fault}"))?;
        let asked = asked(world).await?;
        ensure!(asked.len() == 2, "asked {} times with the fault {fault}", asked.len());
        let repair = asked.last().and_then(|request| request.get("body")?.as_str()).unwrap_or_default();
        ensure!(repair.contains("could not be used"), "the second question does not say what was wrong");
        verify(world, &world.api.case(shown.id()).await?).await?;
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn after_two_unusable_answers_the_local_tier_decides_and_says_so(world: &World) -> Result<()> {
    for fault in UNUSABLE {
        world.bank.forget_requests().await?;
        world.bank.fail("messages", fault, None).await?;
        let shown = unsure(world).await?;
        decided_without_claude(&shown).with_context(|| format!("the fault {fault}"))?;
        let asked = asked(world).await?.len();
        ensure!(asked == 2, "asked {asked} times with the fault {fault}");
        verify(world, &world.api.case(shown.id()).await?).await?;
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn a_model_that_stays_away_is_done_without(world: &World) -> Result<()> {
    for fault in ["529", "500", "429:1", "hang", "endless"] {
        world.bank.fail("messages", fault, None).await?;
        let shown = unsure(world).await?;
        decided_without_claude(&shown).with_context(|| format!("the fault {fault}"))?;
        ensure!(shown.state() != "working", "{}", shown.0);
        world.bank.mend().await?;
    }
    Ok(())
}

pub(crate) async fn a_wrong_label_executes_nothing(world: &World) -> Result<()> {
    world.bank.fail("messages", "wrong-label", None).await?;
    let shown = unsure(world).await?;
    ensure!(shown.state() != "closed", "{}", shown.0);
    ensure!(world.bank.actions_of(shown.id()).await?.is_empty(), "executed");
    verify(world, &world.api.case(shown.id()).await?).await?;
    Ok(())
}

pub(crate) async fn an_unsure_model_leaves_it_to_a_person(world: &World) -> Result<()> {
    ensure!(!LocalModel::embedded().read(FLIMSY).sure, "the local tier has become sure: choose another text");
    let shown = world.api.open_for("cus_ada", FLIMSY).await?;
    shown.is_routed("human-review", "review_request")?;
    shown.is("/orchestration/state", "review")?;
    decided_by_claude(&shown)?;
    shown.is("/classification/confidence", 0.31)
}
