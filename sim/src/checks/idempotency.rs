//! What is sent twice happens once.

use std::collections::BTreeSet;

use anyhow::{Result, bail, ensure};
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::{
    api::Reply,
    checks::words::{PENDING, SAMPLE},
    world::World,
};

/// Sends a request under a key until it is not told that the same is still under way.
async fn send(world: &World, path: &str, body: &Value, key: &str) -> Result<Reply> {
    for _ in 0..600 {
        let reply = world.api.post(path, body).header("idempotency-key", key).send().await?;
        if reply.status != 409 {
            return Ok(reply);
        }
        reply.is_problem(409, "CW303", None)?;
        ensure!(reply.headers.contains_key("retry-after"), "no retry-after: {reply}");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    bail!("the first request with the key {key} never ended")
}

pub(crate) async fn a_repeated_request_reaches_the_same_case(world: &World) -> Result<()> {
    let (key, ticket) = (world.fresh("key"), world.fresh("ticket"));
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ben", "external_id": ticket });
    let first = send(world, "/v1/requests", &body, &key).await?;
    ensure!(first.status == 201 && !first.headers.contains_key("idempotent-replayed"), "{first}");
    let again = send(world, "/v1/requests", &body, &key).await?;
    ensure!(again.status == 201, "{again}");
    ensure!(again.headers.get("idempotent-replayed").is_some_and(|value| value == "true"), "not marked: {again}");
    ensure!(first.json()?.id() == again.json()?.id(), "two cases");
    // The same object in other words of JSON is the same request.
    let spaced = format!("{{ \"external_id\" : \"{ticket}\",\n \"customer_id\":\"cus_ben\", \"text\": \"{SAMPLE}\" }}");
    let call = world.api.call(&reqwest::Method::POST, "/v1/requests").header("content-type", "application/json");
    let spaced = call.header("idempotency-key", &key).body(spaced).ok(201).await?;
    ensure!(spaced.id() == first.json()?.id(), "two cases");
    let found = world.api.get(&format!("/v1/cases?external_id={ticket}")).ok(200).await?;
    ensure!(found.list("/cases").len() == 1, "{}", found.0);
    let task = json!({ "task": "payment_status", "request_text": PENDING, "confidence": 0.9 });
    let key = world.fresh("key");
    let (first, again) = (send(world, "/", &task, &key).await?, send(world, "/v1/tasks", &task, &key).await?);
    ensure!(first.status == 200 && first.json()?.id() == again.json()?.id(), "{first}, then {again}");
    Ok(())
}

pub(crate) async fn another_request_under_the_same_key_is_refused(world: &World) -> Result<()> {
    let key = world.fresh("key");
    let first = send(world, "/v1/requests", &json!({ "text": SAMPLE }), &key).await?.json()?;
    let seq = world.api.case(first.id()).await?.number("/seq")?;
    for other in [json!({ "text": PENDING }), json!({ "text": SAMPLE, "customer_id": "cus_ada" })] {
        send(world, "/v1/requests", &other, &key).await?.is_problem(422, "CW302", Some("Idempotency-Key"))?;
    }
    let task = json!({ "task": "payment_status", "request_text": PENDING, "confidence": 0.9 });
    send(world, "/", &task, &key).await?.is_problem(422, "CW302", Some("Idempotency-Key"))?;
    // What cannot be read is told first, and takes the key from nobody.
    let bad = json!({ "text": "" });
    let unused = world.fresh("key");
    send(world, "/v1/requests", &bad, &unused).await?.is_problem(400, "CW106", Some("text"))?;
    ensure!(send(world, "/v1/requests", &json!({ "text": SAMPLE }), &unused).await?.status == 201, "the key was spent");
    world.api.case(first.id()).await?.is("/seq", seq)
}

pub(crate) async fn fifty_requests_with_one_key_at_once_make_one_case(world: &World) -> Result<()> {
    let (key, ticket) = (world.fresh("key"), world.fresh("ticket"));
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket });
    let sent = join_all((0..50).map(|_| send(world, "/v1/requests", &body, &key))).await;
    let mut ids = BTreeSet::new();
    for reply in sent {
        let reply = reply?;
        ensure!(reply.status == 201, "{reply}");
        ids.insert(reply.json()?.id().to_owned());
    }
    ensure!(ids.len() == 1, "{} cases: {ids:?}", ids.len());
    let found = world.api.get(&format!("/v1/cases?external_id={ticket}")).ok(200).await?;
    ensure!(found.list("/cases").len() == 1, "{}", found.0);
    Ok(())
}

pub(crate) async fn a_repeated_message_or_command_changes_nothing(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let (id, key) = (case.id(), world.fresh("key"));
    let message = world.api.message(id, "It was the Streamly subscription.").header("idempotency-key", &key);
    let first = message.ok(200).await?;
    let again =
        world.api.message(id, "It was the Streamly subscription.").header("idempotency-key", &key).ok(200).await?;
    again.is("/seq", first.number("/seq")?)?;
    let key = world.fresh("key");
    let reject = first.about_proposal("reject");
    let rejected = world.api.command(id, &reject).header("idempotency-key", &key).ok(200).await?;
    let again = world.api.command(id, &reject).header("idempotency-key", &key).ok(200).await?;
    again.is("/seq", rejected.number("/seq")?)?;
    world.api.command(id, &reject).refused(409, "CW304", None).await?;
    Ok(())
}
