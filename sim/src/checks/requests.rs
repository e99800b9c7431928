//! The contract's two ways in: a request, and a task that the caller has labelled.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::{
    api::View,
    checks::words::{IDENTITY, PENDING, REWORDINGS, SAMPLE, STOLEN},
    world::World,
};

/// The four tasks, their agents and the agents' first steps (contract).
const FIRST_STEPS: [(&str, &str, &str); 4] = [
    ("fraud_check", "fraud-agent", "score_transaction"),
    ("kyc_lookup", "kyc-agent", "extract_identity_fields"),
    ("dispute_summary", "dispute-agent", "fetch_transaction_history"),
    ("payment_status", "payment-agent", "fetch_payment_status"),
];

fn task(label: &str, confidence: f64, text: &str) -> Value {
    json!({ "task": label, "request_text": text, "confidence": confidence, "reason": "The caller's own reason." })
}

fn share(view: &View, pointer: &str) -> f64 {
    view.0.pointer(pointer).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

pub(crate) async fn the_sample_goes_to_the_dispute_agent_by_every_door(world: &World) -> Result<()> {
    let view = world.api.open(&json!({ "text": SAMPLE })).await?;
    view.is("/classification/task", "dispute_summary")?;
    view.is("/classification/decided_by", "local")?;
    view.is_routed("dispute-agent", "fetch_transaction_history")?;
    ensure!((0.5..=1.0).contains(&share(&view, "/classification/confidence")), "{}", view.0);
    ensure!(view.text("/classification/reason").contains("local model"), "{}", view.0);
    for path in ["/", "/v1/tasks"] {
        let call = world.api.post(path, &task("dispute_summary", 0.94, SAMPLE));
        let routed = call.header("x-agent-system", "fintech-multi-agent").ok(200).await?;
        routed.is("/status", "ok")?;
        routed.is("/routed_to", "dispute-agent")?;
        routed.is("/next_action", "fetch_transaction_history")?;
        let case = world.api.case(routed.id()).await?;
        case.is("/classification/decided_by", "caller")?;
        case.is("/classification/confidence", 0.94)?;
        ensure!(case.text("/classification/reason").contains("The caller's own reason"), "{}", case.0);
    }
    Ok(())
}

pub(crate) async fn twenty_rewordings_of_the_sample_go_the_same_way_with_reasons_of_their_own(
    world: &World,
) -> Result<()> {
    let (mut confidences, mut reasons) = (BTreeSet::new(), BTreeSet::new());
    for text in REWORDINGS {
        let view = world.api.open(&json!({ "text": text })).await?;
        view.is_routed("dispute-agent", "fetch_transaction_history")?;
        confidences.insert(view.0.pointer("/classification/confidence").map(ToString::to_string));
        reasons.insert(view.text("/classification/reason").to_owned());
    }
    ensure!(confidences.len() >= 10, "only {} different confidences", confidences.len());
    ensure!(reasons.len() >= 10, "only {} different reasons: {reasons:?}", reasons.len());
    Ok(())
}

pub(crate) async fn each_task_begins_with_the_first_step_of_its_specialist(world: &World) -> Result<()> {
    for (label, agent, step) in FIRST_STEPS {
        let routed = world.api.post("/v1/tasks", &task(label, 0.9, "Please look into this for me.")).ok(200).await?;
        routed.is("/routed_to", agent)?;
        routed.is("/next_action", step)?;
    }
    for (text, label) in [(STOLEN, 0), (IDENTITY, 1), (SAMPLE, 2), (PENDING, 3)] {
        let (task, agent, step) = FIRST_STEPS[label];
        let view = world.api.open(&json!({ "text": text })).await?;
        view.is("/classification/task", task)?;
        view.is_routed(agent, step)?;
    }
    Ok(())
}

pub(crate) async fn below_the_threshold_a_person_reviews(world: &World) -> Result<()> {
    for (label, _, _) in FIRST_STEPS {
        let routed = world.api.post("/", &task(label, 0.2, SAMPLE)).wait().ok(200).await?;
        routed.is("/routed_to", "human-review")?;
        routed.is("/next_action", "review_request")?;
        routed.is("/state", "review")?;
    }
    let certain = world.api.post("/", &task("payment_status", 1.0, PENDING)).ok(200).await?;
    certain.is("/routed_to", "payment-agent")?;
    let nothing = world.api.post("/", &task("payment_status", 0.0, PENDING)).ok(200).await?;
    nothing.is("/routed_to", "human-review")
}

pub(crate) async fn a_callers_label_routes_and_suspected_fraud_escalates(world: &World) -> Result<()> {
    let routed = world.api.post("/", &task("payment_status", 0.95, STOLEN)).wait().ok(200).await?;
    routed.is("/routed_to", "payment-agent")?;
    routed.holds("/escalations", "fraud_suspected")?;
    let case = world.api.case(routed.id()).await?;
    case.holds("/orchestration/escalations", "fraud_suspected")?;
    case.is("/classification/task", "payment_status")?;
    let quiet = world.api.post("/", &task("payment_status", 0.95, PENDING)).wait().ok(200).await?;
    ensure!(quiet.list("/escalations").is_empty(), "{}", quiet.0);
    Ok(())
}

pub(crate) async fn what_is_none_of_the_four_goes_to_a_person(world: &World) -> Result<()> {
    for text in ["What is the expected delivery date for my card?", "Ein schönes Wochenende!", "asdf qwer yxcv"] {
        let view = world.api.open(&json!({ "text": text })).await?;
        view.is_routed("human-review", "review_request")?;
        view.is("/orchestration/state", "review")?;
        view.holds("/orchestration/escalations", "untriaged")?;
        ensure!(!view.text("/classification/reason").is_empty(), "{}", view.0);
    }
    Ok(())
}

pub(crate) async fn a_foreign_text_goes_to_a_person_who_is_told_its_language(world: &World) -> Result<()> {
    for (text, code, name) in [
        ("Meine Karte wurde gestohlen, bitte sofort sperren!", "de", "German"),
        ("Netflix me cobró dos veces por mi suscripción", "es", "Spanish"),
        ("Где мой перевод? Жду уже три дня.", "ru", "Russian"),
    ] {
        let view = world.api.open(&json!({ "text": text })).await?;
        view.is_routed("human-review", "review_request")?;
        view.is("/classification/language/code", code)?;
        ensure!(view.text("/classification/reason").contains(name), "{}", view.0);
        view.holds("/orchestration/escalations", "untriaged")?;
    }
    let english = world.api.open(&json!({ "text": SAMPLE })).await?;
    ensure!(english.0.pointer("/classification/language").is_none(), "{}", english.0);
    Ok(())
}

pub(crate) async fn what_the_caller_says_of_a_case_is_kept_with_it(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let digest = "00".repeat(32);
    let document = json!({ "id": "doc-1", "type": "other", "sides": ["front"], "sha256": digest, "text": "Streamly" });
    let body = json!({
        "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket, "channel": "chat", "documents": [document],
    });
    let call = world.api.post("/v1/requests", &body).header("x-agent-system", "my-crm").wait();
    let view = call.ok(201).await?;
    let case = world.api.case(view.id()).await?;
    case.is("/customer_id", "cus_ada")?;
    case.is("/external_id", ticket.as_str())?;
    case.is("/text", SAMPLE)?;
    let journal = world.api.journal(view.id()).await?;
    let opened = journal.first().map(String::as_str).unwrap_or_default();
    for word in ["\"my-crm\"", "\"chat\"", ticket.as_str()] {
        ensure!(opened.contains(word), "{word} is not in {opened}");
    }
    Ok(())
}

pub(crate) async fn the_longest_text_is_taken_whatever_its_letters(world: &World) -> Result<()> {
    for letter in ["a", "é", "中", "\u{1f4b3}"] {
        let text = letter.repeat(20_000);
        let view = world.api.post("/v1/requests", &json!({ "text": text })).wait().ok(201).await?;
        world.api.case(view.id()).await?.is("/text", text)?;
        let longer = json!({ "text": letter.repeat(20_001) });
        world.api.post("/v1/requests", &longer).refused(400, "CW107", Some("text")).await?;
    }
    Ok(())
}

pub(crate) async fn what_cannot_be_seen_is_removed_from_a_text(world: &World) -> Result<()> {
    let hidden = "\u{feff}My card was char\u{200b}ged \u{202e}twice\u{202c} for the same sub\u{ad}scription.\u{2066}";
    let view = world.api.open(&json!({ "text": hidden })).await?;
    view.is_routed("dispute-agent", "fetch_transaction_history")?;
    let seen = "My card was charged twice for the same subscription.";
    world.api.case(view.id()).await?.is("/text", seen)
}

pub(crate) async fn a_caller_that_does_not_wait_is_answered_at_once_and_the_work_goes_on(world: &World) -> Result<()> {
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let view = world.api.post("/v1/requests", &body).ok(201).await?;
    view.is("/classification/task", "dispute_summary")?;
    view.is("/orchestration/routed_to", "dispute-agent")?;
    let rested = world.api.until(view.id(), |case| case.state() == "review").await?;
    rested.is("/orchestration/proposal/action", "raise_chargeback")
}
