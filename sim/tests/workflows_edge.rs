//! Three workflows at the edge, each from the request to the closed case, with every source behind a service binding:
//! fraud to an analyst, an identity that becomes whole, a dispute with a remote agent among its look-ups.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use case::case::rederive;
use serde_json::{Value, json};
use sim::{
    api::{Api, View},
    hosts::{
        Extras, Kind,
        edge::{self, Edge},
        outside::{Obedience, Outside},
    },
    world::World,
};

const STOLEN: &str =
    "My card was stolen yesterday and there are several payments abroad that I did not make. Please freeze my card.";
const VERIFY: &str = "Why is my identity verification not complete? Which identity documents do you need?";
const TWICE: &str = "My card was charged twice for the same Streamly subscription this month.";

/// What only a reader of whole sentences finds a name in; the stand-in is told what it finds.
const CERTIFIED: &str = "This is to certify that the bearer of this passport, Lea Fischer, may pass freely";
const SCRIPT: &str =
    r#"{"match":"may pass freely","reply":{"fields":[{"field":"name","value":"Lea Fischer","document":"doc-new"}]}}"#;

/// How long the remote agent takes, so that the other look-ups are answered meanwhile.
const DELAY_MS: u64 = 300;

fn genuine() -> Extras {
    Extras { genuine: true, ..Extras::default() }
}

/// Approves what is shown, and waits until nothing is left to do.
async fn approve(api: &Api, shown: &View) -> Result<View> {
    api.command(shown.id(), &shown.about_proposal("approve")).ok(200).await?;
    api.until(shown.id(), |case| case.state() == "closed").await
}

/// The case is closed, its one action was executed once, and its journal derives again to the byte.
async fn is_done(world: &World, closed: &View, action: &str) -> Result<Vec<Value>> {
    closed.is("/orchestration/proposal/action", action)?;
    closed.is("/orchestration/proposal/stage", "done")?;
    closed.is("/orchestration/outcome", "actions_done")?;
    let actions = world.bank.actions_of(closed.id()).await?;
    ensure!(actions.len() == 1, "{actions:?}");
    let lines = world.api.journal(closed.id()).await?;
    rederive(lines.iter().map(String::as_str)).context("deriving the journal again")?;
    lines.iter().map(|line| Ok(serde_json::from_str(line)?)).collect()
}

/// Every look-up that the journal names went over the binding, and no other way is configured.
async fn came_over_the_binding(world: &World, paths: &[&str]) -> Result<()> {
    let requests = world.bank.requests().await?;
    for path in paths {
        let request = requests.iter().find(|request| text(request, "/path").starts_with(path));
        let host =
            request.map(|request| text(request, "/headers/host")).with_context(|| format!("nobody asked {path}"))?;
        ensure!(host.ends_with(".internal"), "{path} was asked of {host}");
    }
    Ok(())
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

fn skipped() -> bool {
    let missing = edge::missing();
    if let Some(why) = missing {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: {why}");
    }
    missing.is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stolen_card_goes_from_the_request_to_an_analyst_who_has_it_blocked() -> Result<()> {
    if skipped() {
        return Ok(());
    }
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Edge::start_with(Kind::Keys, &outside, &genuine()).await?;
    let world = &host.world;
    let (submitter, analyst) = (world.holder("submitter")?, world.holder("analyst")?);
    let opened = submitter.open_for("cus_dan", STOLEN).await?;
    opened.is_routed("fraud-agent", "await_approval")?;
    opened.holds("/orchestration/escalations", "high_risk")?;
    opened.holds("/orchestration/proposal/reasons", "reported_lost_or_stolen")?;
    ensure!(opened.0.get("sandbox").is_none(), "marked as worked with the sandbox bank");
    came_over_the_binding(world, &["/ledger/", "/risk/", "/policy"]).await?;

    // The analyst finds it in the queue, takes it, and nobody else decides.
    let queue = "/v1/cases?state=review&agent=fraud-agent";
    let row = listed(&analyst, queue, opened.id()).await?;
    ensure!(row.get("escalated") == Some(&json!(true)), "{row}");
    analyst.command(opened.id(), &json!({ "command": "claim" })).ok(200).await?.is("/assignee", "analyst")?;
    submitter.command(opened.id(), &opened.about_proposal("approve")).refused(403, "CW201", None).await?;
    ensure!(world.bank.actions_of(opened.id()).await?.is_empty(), "executed before anybody approved");
    let shown = analyst.case(opened.id()).await?;
    let closed = approve(&analyst, &shown).await?;
    is_done(world, &closed, "block_card").await?;
    listed(&analyst, "/v1/cases?state=closed", opened.id()).await?;
    Ok(())
}

/// The row of a case on a page of the docket, which may be a moment behind.
async fn listed(api: &Api, path: &str, id: &str) -> Result<Value> {
    for _ in 0..100 {
        let page = api.get(path).ok(200).await?;
        if let Some(row) = page.list("/cases").iter().find(|row| text(row, "/case_id") == id) {
            return Ok(row.clone());
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("{path} does not list {id}")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_identity_is_asked_for_a_document_that_comes_later_and_is_then_whole() -> Result<()> {
    if skipped() {
        return Ok(());
    }
    let outside = Outside::serve(Obedience::Wary, SCRIPT)?;
    let host = Edge::start_with(Kind::Model, &outside, &genuine()).await?;
    let world = &host.world;
    // The document on record has run out.
    let opened = world.api.open_for("cus_lea", VERIFY).await?;
    opened.is_routed("kyc-agent", "await_approval")?;
    opened.is("/orchestration/proposal/action", "request_documents")?;
    opened.holds("/orchestration/proposal/reasons", "document_expired")?;
    came_over_the_binding(world, &["/profile/customers/cus_lea", "/policy"]).await?;

    // The new one comes with the next message: fixed rules read its numbers and dates, Claude the name in a sentence.
    let born = world.bank.ask("/profile/customers/cus_lea?fields=date_of_birth").await?;
    let born = born.text("/fields/date_of_birth");
    ensure!(born.len() == 10, "{born}");
    let document = json!({
        "id": "doc-new", "type": "passport", "sides": ["front"], "expires": "2034-05-01", "legible": true,
        "text": format!("PASSPORT\n{CERTIFIED}.\nDate of birth: {born}\nPassport No: C55001122"),
    });
    let message = json!({ "from": "customer", "text": "Here is my new passport.", "documents": [document] });
    let path = format!("/v1/cases/{}/messages", opened.id());
    let whole = world.api.post(&path, &message).wait().ok(200).await?;
    whole.is("/orchestration/proposal/action", "approve_onboarding")?;
    whole.holds("/orchestration/proposal/reasons", "identity_complete")?;
    whole.holds("/orchestration/proposal/cites", "document:doc-new")?;

    let closed = approve(&world.api, &whole).await?;
    let lines = is_done(world, &closed, "approve_onboarding").await?;
    let found = lines.iter().filter(|line| text(line, "/entry/answer/answer") == "extracted");
    let names = found.filter(|line| line.to_string().contains("\"name\"")).count();
    ensure!(names == 1, "Claude found the name {names} times");
    let journal = Value::Array(lines).to_string();
    for secret in ["Lea Fischer", "C55001122", born] {
        ensure!(!journal.contains(secret) && !closed.0.to_string().contains(secret), "{secret} is shown");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dispute_asks_its_sources_and_a_remote_agent_at_once_and_ends_with_a_chargeback() -> Result<()> {
    if skipped() {
        return Ok(());
    }
    let outside = Outside::serve(Obedience::Wary, "")?;
    let bank = sim::bank::Bank::new(&outside.url)?;
    let merchants = bank.ask("/merchants?q=Streamly").await?.0;
    let extras = Extras {
        config: json!({ "agents": { "finder": { "at": "AGENT" }, "second": { "at": "AGENT" } } }),
        settings: json!({ "agents": {
            "lookups": { "merchants": "finder" },
            "specialists": { "dispute_summary": "second" },
        } }),
        modules: vec![("AGENT".to_owned(), Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/workers/merchants.js"))],
        module_texts: vec![format!("AGENT.MERCHANTS={merchants}"), format!("AGENT.DELAY_MS={DELAY_MS}")],
        ..genuine()
    };
    let host = Edge::start_with(Kind::Plain, &outside, &extras).await?;
    let world = &host.world;
    // Both sources answer only once both were asked; the agent takes its time beside them.
    world.bank.put_up_barrier(&["ledger", "policy"]).await?;
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    opened.is_routed("dispute-agent", "await_approval")?;
    opened.is("/orchestration/proposal/action", "raise_chargeback")?;
    opened.is("/orchestration/proposal/amount/amount_minor", 1299)?;
    ensure!(world.bank.barrier().await?.number("/opened")? >= 1, "the sources were asked one after the other");
    world.bank.mend().await?;
    came_over_the_binding(world, &["/ledger/", "/policy"]).await?;
    let requests = world.bank.requests().await?;
    let asked = requests.iter().filter(|request| text(request, "/path").starts_with("/merchants?q=charged")).count();
    ensure!(asked == 0, "the merchant service was asked beside the agent");

    let closed = approve(&world.api, &opened).await?;
    let lines = is_done(world, &closed, "raise_chargeback").await?;
    // Every look-up was on its way before the first was answered, the agent's among them.
    let kinds: Vec<&str> = lines.iter().map(|line| text(line, "/entry/kind")).collect();
    let answered = kinds.iter().position(|kind| *kind == "answered").context("nothing was answered")?;
    let before = lines.iter().take(answered).filter(|line| text(line, "/entry/kind") == "asked");
    let looked_up: Vec<&str> = before.map(|line| text(line, "/entry/question/lookup")).collect();
    for lookup in ["transactions", "policy", "merchants"] {
        ensure!(looked_up.contains(&lookup), "{lookup} is not among {looked_up:?}");
    }
    let found_by_agent = opened
        .list("/orchestration/evidence")
        .iter()
        .any(|piece| text(piece, "/id") == "agent:second" && text(piece, "/status") == "found");
    ensure!(found_by_agent, "the agent's word is no evidence: {}", opened.0);
    Ok(())
}
