//! What leaves the vault: nothing of a person, anywhere.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::{
    checks::words::{IDENTITY, PENDING, STOLEN, TWICE},
    world::World,
};

/// Personal data as a customer writes it; each is made up, and each is looked for in every place.
const CANARIES: [&str; 15] = [
    "4242424242424242",
    "4242 4242 4242 4242",
    "zelda.quartermaine@canary.example",
    "Quartermaine",
    "DE89370400440532013000",
    "+44 20 7946 0958",
    "078-05-1120",
    // The customers' own names and streets, as the sandbox's profiles have them.
    "Marsh",
    "Alder Street",
    "Whitfield",
    "Dogwood",
    "Brandt",
    "Fichtenweg",
    "Petrov",
    "Ilexring",
];

pub(crate) async fn the_trace_of_the_caller_goes_with_every_look_up(world: &World) -> Result<()> {
    let trace = format!("{:032x}", std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_nanos());
    let body = json!({ "text": TWICE, "customer_id": "cus_ada" });
    let call = world.api.post("/v1/requests", &body).header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    let opened = call.wait().ok(201).await?;
    let requests = world.bank.requests_of(&trace).await?;
    ensure!(requests.len() >= 3, "{} requests carry the trace", requests.len());
    let form = format!("00-{trace}-");
    for request in &requests {
        let traceparent = request.get("traceparent").and_then(Value::as_str).unwrap_or_default();
        let span = traceparent.strip_prefix(&form).and_then(|rest| rest.strip_suffix("-01")).unwrap_or_default();
        ensure!(span.len() == 16 && span != "00f067aa0ba902b7", "not a span of its own: {traceparent}");
    }
    ensure!(
        world.api.journal(opened.id()).await?.first().is_some_and(|line| line.contains(&trace)),
        "not in the journal"
    );
    Ok(())
}

pub(crate) async fn nothing_personal_leaves_the_vault(world: &World) -> Result<()> {
    let intro = "My name is Zelda Quartermaine, zelda.quartermaine@canary.example, +44 20 7946 0958, SSN 078-05-1120. \
        My card is 4242 4242 4242 4242 (4242424242424242), my account DE89370400440532013000.";
    let mut seen = String::new();
    for (customer, signed, complaint) in [
        ("cus_ada", "Ada Marsh, 14 Alder Street", TWICE),
        ("cus_dan", "D. Whitfield, 71 Dogwood Lane", STOLEN),
        ("cus_fay", "Fay Brandt, Fichtenweg 8", PENDING),
        ("cus_ivo", "Ivo Petrov, Ilexring 3", IDENTITY),
    ] {
        let text = format!("{intro} {complaint} Yours, Zelda Quartermaine or {signed}");
        let opened = world.api.open_for(customer, &text).await?;
        let id = opened.id();
        world.api.message(id, &format!("{intro} Please hurry.")).ok(200).await?;
        let note = json!({ "command": "ask", "question": "Is 4242424242424242 your card, Mrs Quartermaine?" });
        world.api.command(id, &note).send().await?;
        seen.push_str(&world.api.journal(id).await?.join("\n"));
        seen.push_str(&world.api.get(&format!("/v1/cases/{id}/events")).send().await?.body);
    }
    let bad = world.api.post("/v1/requests", &json!({ "text": intro, "customer_id": CANARIES[2] })).send().await?;
    ensure!(bad.status == 400, "{bad}");
    seen.push_str(&bad.body);
    let task = json!({ "task": "Quartermaine", "request_text": intro, "confidence": CANARIES[0], "reason": intro });
    seen.push_str(&world.api.post("/", &task).send().await?.body);
    seen.push_str(&world.api.get("/v1/cases?limit=500").send().await?.body);
    absent(&seen).context("in what callers are shown")?;
    let asked = Value::Array(world.bank.requests().await?).to_string();
    absent(&asked).context("in what sources are asked")?;
    let log = world.process.as_ref().map(|process| process.log()).unwrap_or_default();
    absent(&log).context("in the log")
}

/// None of what a person wrote of themselves is in a text.
pub(super) fn absent(text: &str) -> Result<()> {
    let lower = text.to_lowercase();
    for canary in CANARIES {
        let at = lower.find(&canary.to_lowercase());
        let around = at.and_then(|at| lower.get(at.saturating_sub(120)..(at + 80).min(lower.len())));
        ensure!(at.is_none(), "{canary} is there: {}", around.unwrap_or_default());
    }
    Ok(())
}
