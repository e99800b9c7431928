//! One ticket of the operator's, one case: what is sent with a ticket that is known goes on with its case.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    api::{Call, Reply, View},
    checks::{
        journal::{kinds, verify},
        words::{PENDING, SAMPLE, TWICE},
    },
    world::World,
};

fn request(world: &World, body: &Value) -> Call {
    world.api.post("/v1/requests", body).wait()
}

/// How many messages a case was told after its request.
async fn messages(world: &World, id: &str) -> Result<usize> {
    let lines = verify(world, &world.api.case(id).await?).await?;
    Ok(kinds(&lines).iter().filter(|kind| *kind == "messaged").count())
}

/// A case that is expected to be there already, with its id.
fn same_case(reply: &Reply, id: &str) -> Result<View> {
    ensure!(reply.status == 200, "expected 200: {reply}");
    let view = reply.json()?;
    view.is("/case_id", id)?;
    Ok(view)
}

pub(crate) async fn a_ticket_that_is_sent_again_finds_its_case_as_it_is(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let body = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket });
    let opened = request(world, &body).ok(201).await?;
    let seq = world.api.case(opened.id()).await?.number("/seq")?;
    let again = request(world, &body).send().await?;
    ensure!(again.headers.get("idempotent-replayed").is_some_and(|value| value == "true"), "not marked: {again}");
    same_case(&again, opened.id())?.is("/seq", seq)?;
    let found = world.api.get(&format!("/v1/cases?external_id={ticket}")).ok(200).await?;
    ensure!(found.list("/cases").len() == 1, "{}", found.0);
    ensure!(messages(world, opened.id()).await? == 0, "a repetition became a message");
    let other = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": world.fresh("ticket") });
    ensure!(request(world, &other).ok(201).await?.id() != opened.id(), "two tickets, one case");
    Ok(())
}

pub(crate) async fn other_words_with_a_ticket_are_the_customers_next_message(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let opened =
        request(world, &json!({ "text": "Something is wrong with a charge.", "external_id": ticket })).ok(201).await?;
    let id = opened.id().to_owned();
    // The ticket system has learnt whose ticket it is, and the customer has written more and sent something.
    let document = json!({ "id": "doc-1", "type": "other", "text": "A receipt." });
    let more = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket, "documents": [document] });
    let told = same_case(&request(world, &more).send().await?, &id)?;
    let case = world.api.case(&id).await?;
    case.is("/customer_id", "cus_ada")?;
    ensure!(told.number("/seq")? > opened.number("/seq")?, "nothing happened: {}", told.0);
    ensure!(messages(world, &id).await? == 1, "not one message");
    let last = world.api.journal(&id).await?;
    let message = last.iter().find(|line| line.contains("\"kind\":\"messaged\"")).map(String::as_str);
    ensure!(message.is_some_and(|line| line.contains("\"documents\":1")), "the document is not there: {message:?}");
    // The same words once more are no further message, and neither is the first request.
    let seq = world.api.case(&id).await?.number("/seq")?;
    same_case(&request(world, &more).send().await?, &id)?.is("/seq", seq)?;
    let first = json!({ "text": "Something is wrong with a charge.", "external_id": ticket });
    same_case(&request(world, &first).send().await?, &id)?.is("/seq", seq)
}

pub(crate) async fn a_ticket_of_another_customer_is_refused(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let opened =
        request(world, &json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket })).ok(201).await?;
    let seq = world.api.case(opened.id()).await?.number("/seq")?;
    for text in [TWICE, PENDING] {
        let other = json!({ "text": text, "customer_id": "cus_ben", "external_id": ticket });
        request(world, &other).refused(409, "CW310", Some("customer_id")).await?;
    }
    world.api.case(opened.id()).await?.is("/seq", seq)
}

pub(crate) async fn a_ticket_whose_case_is_closed_says_that_it_must_be_reopened(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let body = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": ticket });
    let id = request(world, &body).ok(201).await?.id().to_owned();
    world.api.command(&id, &json!({ "command": "close", "reason": "Settled by telephone." })).ok(200).await?;
    let more = json!({ "text": "It happened again.", "external_id": ticket });
    let refused = request(world, &more).refused(409, "CW304", None).await?;
    ensure!(refused.body.contains("reopen"), "no remedy: {refused}");
    same_case(&request(world, &body).send().await?, &id)?.is("/orchestration/state", "closed")?;
    world.api.command(&id, &json!({ "command": "reopen", "reason": "The customer wrote again." })).ok(200).await?;
    same_case(&request(world, &more).send().await?, &id)?;
    ensure!(messages(world, &id).await? == 1, "not one message");
    Ok(())
}

pub(crate) async fn a_key_and_a_ticket_keep_each_their_meaning(world: &World) -> Result<()> {
    let (ticket, key) = (world.fresh("ticket"), world.fresh("key"));
    let keyed = |text: &str, key: &str| {
        let body = json!({ "text": text, "customer_id": "cus_ada", "external_id": ticket });
        request(world, &body).header("idempotency-key", key)
    };
    let opened = keyed(TWICE, &key).ok(201).await?;
    let again = keyed(TWICE, &key).send().await?;
    ensure!(again.status == 201 && again.json()?.id() == opened.id(), "not the same answer: {again}");
    ensure!(again.headers.contains_key("idempotent-replayed"), "not marked: {again}");
    keyed("Other words under the same key.", &key).refused(422, "CW302", Some("Idempotency-Key")).await?;
    let next = world.fresh("key");
    same_case(&keyed("And it was the music service.", &next).send().await?, opened.id())?;
    let again = keyed("And it was the music service.", &next).send().await?;
    same_case(&again, opened.id())?;
    ensure!(again.headers.contains_key("idempotent-replayed"), "not marked: {again}");
    keyed("Yet other words.", &next).refused(422, "CW302", Some("Idempotency-Key")).await?;
    ensure!(messages(world, opened.id()).await? == 1, "not one message");
    Ok(())
}

/// Sends until it is not told that something else came first.
async fn persist(world: &World, body: &Value) -> Result<Reply> {
    for _ in 0..100 {
        let reply = world.api.post("/v1/requests", body).send().await?;
        if reply.status != 409 {
            return Ok(reply);
        }
        reply.is_problem(409, "CW301", None)?;
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    bail!("never taken: {body}")
}

pub(crate) async fn many_requests_with_one_ticket_at_once_make_one_case(world: &World) -> Result<()> {
    let ticket = world.fresh("ticket");
    let texts = [TWICE, SAMPLE, "It was the music service.", "On Tuesday, I think.", "Twelve dollars, twice."];
    let bodies: Vec<Value> =
        texts.iter().map(|text| json!({ "text": text, "customer_id": "cus_ada", "external_id": ticket })).collect();
    let sent = (0..20).filter_map(|place| bodies.get(place % bodies.len())).map(|body| persist(world, body));
    let (mut ids, mut opened) = (BTreeSet::new(), 0);
    for reply in join_all(sent).await {
        let reply = reply?;
        ensure!(matches!(reply.status, 200 | 201), "{reply}");
        opened += usize::from(reply.status == 201);
        ids.insert(reply.json()?.id().to_owned());
    }
    ensure!(ids.len() == 1 && opened == 1, "{} cases, opened {opened} times", ids.len());
    for id in ids {
        world.api.until(&id, |case| case.state() != "working").await?;
        let told = messages(world, &id).await?;
        ensure!(told == texts.len() - 1, "{told} messages of {} texts, one of which opened the case", texts.len());
    }
    Ok(())
}

pub(crate) async fn a_ticket_of_another_submitter_is_refused_and_tenants_never_meet(world: &World) -> Result<()> {
    let body = json!({ "text": TWICE, "customer_id": "cus_ada", "external_id": world.fresh("ticket") });
    let (mine, theirs) = (world.holder("submitter")?, world.holder("another-submitter")?);
    let opened = mine.post("/v1/requests", &body).ok(201).await?;
    theirs.post("/v1/requests", &body).refused(409, "CW310", Some("external_id")).await?;
    let analyst = world.holder("analyst")?.post("/v1/requests", &body).ok(200).await?;
    ensure!(analyst.id() == opened.id(), "an analyst reached {}", analyst.id());
    let elsewhere = world.holder("foreigner")?.post("/v1/requests", &body).ok(201).await?;
    ensure!(elsewhere.id() != opened.id(), "two tenants, one case");
    world.holder("auditor")?.post("/v1/requests", &body).refused(403, "CW201", None).await?;
    Ok(())
}
