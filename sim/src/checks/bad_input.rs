//! Bad input: each kind its own problem, naming what is wrong, and nothing is stored.

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{api::Call, checks::words::SAMPLE, world::World};

const TASKS: &str = "/v1/tasks";
const REQUESTS: &str = "/v1/requests";

/// An address, a body, and the problem: status, code, field.
type Row = (&'static str, Vec<u8>, u16, &'static str, Option<&'static str>);

fn row(path: &'static str, body: impl Into<Vec<u8>>, code: &'static str, field: &'static str) -> Row {
    (path, body.into(), 400, code, Some(field).filter(|field| !field.is_empty()))
}

fn task_with(field: &str, value: Value) -> String {
    let mut body = json!({ "task": "dispute_summary", "request_text": SAMPLE, "confidence": 0.9, "reason": "x" });
    body[field] = value;
    body.to_string()
}

fn request_with(field: &str, value: Value) -> String {
    let mut body = json!({ "text": SAMPLE });
    body[field] = value;
    body.to_string()
}

fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(TASKS, "", "CW100", ""),
        row(TASKS, "{", "CW100", ""),
        row(TASKS, "[]", "CW100", ""),
        row(TASKS, "\"text\"", "CW100", ""),
        row(TASKS, "null", "CW100", ""),
        row(TASKS, "[".repeat(100_000), "CW100", ""),
        row(
            TASKS,
            b"{\"task\":\"dispute_summary\",\"request_text\":\"\xff\xfe\",\"confidence\":1}".to_vec(),
            "CW100",
            "",
        ),
        row(TASKS, task_with("confidence", json!(0)).replace(":0", ":NaN"), "CW100", ""),
        row(TASKS, task_with("confidence", json!(0)).replace(":0", ":1e999"), "CW100", ""),
        row(TASKS, r#"{"request_text":"x","confidence":1}"#, "CW103", "task"),
        row(TASKS, task_with("task", Value::Null), "CW103", "task"),
        row(TASKS, r#"{"task":"fraud_check","confidence":0.9}"#, "CW103", "request_text"),
        row(TASKS, r#"{"task":"fraud_check","request_text":"x"}"#, "CW105", "confidence"),
        row(TASKS, task_with("reason", json!(7)), "CW103", "reason"),
        row(REQUESTS, "{}", "CW103", "text"),
        row(REQUESTS, b"{\"text\":\"\xff\"}".to_vec(), "CW100", ""),
        row(REQUESTS, r#"{"text":"\ud800"}"#, "CW100", ""),
        row(REQUESTS, request_with("documents", json!({})), "CW110", "documents"),
        row(REQUESTS, request_with("documents", json!([{ "id": "a" }])), "CW110", "documents[0].type"),
        row(REQUESTS, request_with("documents", json!([1])), "CW110", "documents[0]"),
        row(
            REQUESTS,
            request_with("documents", vec![json!({ "id": "a", "type": "b" }); 21].into()),
            "CW110",
            "documents",
        ),
    ];
    let tasks = ["other", "refund", "", "dispute", "dispute_summary,fraud_check"].map(Value::from);
    for wrong in tasks.into_iter().chain([json!(1), json!(["fraud_check"])]) {
        rows.push(row(TASKS, task_with("task", wrong), "CW104", "task"));
    }
    for wrong in [json!(1.01), json!(-0.01), json!("0.9"), json!(true), Value::Null, json!([0.9]), json!(1e30)] {
        rows.push(row(TASKS, task_with("confidence", wrong), "CW105", "confidence"));
    }
    for blank in ["", " ", "\t\n\r ", "\u{a0}\u{3000}", "\u{200b}\u{200d}\u{feff}", "\u{202e}\u{2066}", "\u{ad}"] {
        rows.push(row(TASKS, task_with("request_text", json!(blank)), "CW106", "request_text"));
        rows.push(row(REQUESTS, request_with("text", json!(blank)), "CW106", "text"));
    }
    for control in ["\u{0}", "\u{7}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9b}"] {
        let text = format!("charged{control}twice");
        rows.push(row(TASKS, task_with("request_text", json!(text)), "CW108", "request_text"));
        rows.push(row(REQUESTS, request_with("text", json!(text)), "CW108", "text"));
    }
    for wrong in [json!(7), json!(["x"]), json!({ "a": 1 }), json!(false)] {
        rows.push(row(TASKS, task_with("request_text", wrong.clone()), "CW103", "request_text"));
        rows.push(row(REQUESTS, request_with("text", wrong), "CW103", "text"));
    }
    for name in ["customer_id", "transaction_id", "payment_id", "external_id", "channel"] {
        let long = "x".repeat(65);
        for wrong in ["", "a b", "ü", "a/b", "4111111111111111", "ada@mail.example", long.as_str()] {
            rows.push(row(REQUESTS, request_with(name, json!(wrong)), "CW109", name));
        }
        rows.push(row(TASKS, task_with(name, json!(7)), "CW109", name));
    }
    rows
}

pub(crate) async fn what_cannot_be_read_is_refused_by_name_and_nothing_is_stored(world: &World) -> Result<()> {
    let before = count_cases(world).await?;
    for (path, body, status, code, field) in rows() {
        let shown: String = String::from_utf8_lossy(&body).chars().take(200).collect();
        let call = world.api.call(&Method::POST, path).header("content-type", "application/json").body(body);
        let refused = call.refused(status, code, field).await;
        refused.with_context(|| format!("the body {shown}"))?;
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx", ""] {
        let call =
            world.api.call(&Method::POST, "/").header("content-type", kind).body(task_with("reason", json!("x")));
        call.refused(415, "CW101", Some("Content-Type")).await.with_context(|| format!("the content type {kind:?}"))?;
    }
    let bare = world.api.call(&Method::POST, "/").body(task_with("reason", json!("x")));
    bare.refused(415, "CW101", Some("Content-Type")).await?;
    ensure!(count_cases(world).await? == before, "something was stored");
    Ok(())
}

pub(crate) async fn what_is_too_large_is_refused_and_nothing_is_stored(world: &World) -> Result<()> {
    let before = count_cases(world).await?;
    for (path, field) in [(TASKS, "request_text"), (REQUESTS, "text")] {
        let make = if path == TASKS { task_with } else { request_with };
        let text = json!("a".repeat(20_001));
        send(world, path, make(field, text)).refused(400, "CW107", Some(field)).await?;
        for kilobytes in [257, 1024] {
            let padded = make("padding", json!("p".repeat(kilobytes * 1024)));
            send(world, path, padded).refused(413, "CW102", None).await?;
        }
    }
    ensure!(count_cases(world).await? == before, "something was stored");
    let mut most = request_with("padding", json!("")).into_bytes();
    let room = 256 * 1024 - most.len();
    most = request_with("padding", json!("p".repeat(room))).into_bytes();
    ensure!(most.len() == 256 * 1024, "the body has {} bytes", most.len());
    send(world, REQUESTS, most.clone()).ok(201).await?;
    most.push(b' ');
    send(world, REQUESTS, most).refused(413, "CW102", None).await?;
    Ok(())
}

fn send(world: &World, path: &str, body: impl Into<Vec<u8>>) -> Call {
    world.api.call(&Method::POST, path).header("content-type", "application/json").body(body)
}

/// Every case of the docket, page by page.
async fn count_cases(world: &World) -> Result<usize> {
    let (mut count, mut after) = (0, String::new());
    for _ in 0..1_000 {
        let page = world.api.get(&format!("/v1/cases?limit=500{after}")).ok(200).await?;
        count += page.list("/cases").len();
        match page.text("/next") {
            "" => break,
            next => after = format!("&after={next}"),
        }
    }
    Ok(count)
}

pub(crate) async fn addresses_and_methods_that_do_not_exist_are_problems(world: &World) -> Result<()> {
    for path in
        ["/v1", "/v2/requests", "/v1/requests/", "/v1/cases/x/y/z", "/%00", "/..%2f..%2fetc/passwd", "/index.html"]
    {
        world.api.get(path).refused(404, "CW307", None).await?;
        world.api.post(path, &json!({})).refused(404, "CW307", None).await?;
    }
    let case = "/v1/cases/case_aaaaaaaaaaaaaaaaaaaaaaaaaa";
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/v1/tasks"),
        (Method::PUT, "/v1/requests"),
        (Method::DELETE, case),
        (Method::PATCH, case),
        (Method::POST, "/v1/cases"),
        (Method::POST, "/healthz"),
    ] {
        world.api.call(&method, path).refused(405, "CW308", None).await?;
    }
    world.api.get("/healthz").ok(200).await?.is("/status", "ok")?;
    let ready = world.api.get("/readyz").ok(200).await?;
    ready.is("/status", "ready")?;
    ready.is("/sources/ledger", "configured")?;
    world.api.get("/openapi.json").ok(200).await?.is("/openapi", "3.1.0")
}

pub(crate) async fn headers_that_cannot_be_used_are_named(world: &World) -> Result<()> {
    let case = world.api.open(&json!({ "text": SAMPLE })).await?;
    let id = case.id();
    let post = |name: &str, value: &str| world.api.post("/v1/requests", &json!({ "text": SAMPLE })).header(name, value);
    for wait in ["wait=soon", "wait=-1", "wait=1.5", "wait="] {
        post("prefer", wait).refused(400, "CW111", Some("Prefer")).await?;
    }
    let long = "k".repeat(256);
    for key in ["", "a b", "schl\u{fc}ssel", long.as_str()] {
        post("idempotency-key", key).refused(400, "CW111", Some("Idempotency-Key")).await?;
    }
    let claim = json!({ "command": "claim" });
    world.api.command(id, &claim).header("if-match", "seven").refused(400, "CW111", Some("If-Match")).await?;
    let events = world.api.get(&format!("/v1/cases/{id}/events")).header("last-event-id", "x");
    events.refused(400, "CW111", Some("Last-Event-ID")).await?;
    // What only helps is never a reason to refuse.
    post("prefer", "respond-async, handling=lenient").ok(201).await?;
    post("traceparent", "not a trace").ok(201).await?;
    post("x-agent-system", "a name with spaces \u{fc}").ok(201).await?;
    Ok(())
}

pub(crate) async fn searches_that_cannot_be_used_are_named(world: &World) -> Result<()> {
    let search = |query: &str| world.api.get(&format!("/v1/cases?{query}"));
    search("state=open").refused(400, "CW112", Some("state")).await?;
    search("due_before=tomorrow").refused(400, "CW112", Some("due_before")).await?;
    search("colour=red").refused(400, "CW112", None).await?;
    search("limit=many").refused(400, "CW112", Some("limit")).await?;
    let nothing = search("external_id=no-such-ticket&agent=%27%20OR%201%3D1--").ok(200).await?;
    nothing.is("/cases", json!([]))
}

pub(crate) async fn cases_that_do_not_exist_are_not_found(world: &World) -> Result<()> {
    for id in [
        "case_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        "case_",
        "x",
        "CASE_AAAAAAAAAAAAAAAAAAAAAAAAAA",
        "..",
        "%2e%2e",
        "case_a%00",
    ] {
        if matches!(id, ".." | "%2e%2e") {
            // A client resolves these before it sends them.
            continue;
        }
        for path in ["", "/journal", "/events"] {
            world.api.get(&format!("/v1/cases/{id}{path}")).refused(404, "CW300", None).await?;
        }
        world.api.command(id, &json!({ "command": "claim" })).refused(404, "CW300", None).await?;
        world.api.message(id, "Anything new?").refused(404, "CW300", None).await?;
    }
    Ok(())
}

pub(crate) async fn messages_and_commands_that_cannot_be_read_change_nothing(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let (id, before) = (case.id(), case.number("/seq")?);
    let zeros = "0".repeat(64);
    for (body, code, field) in [
        (json!([]), "CW100", None),
        (json!({}), "CW103", Some("command")),
        (json!({ "command": "fire" }), "CW113", Some("command")),
        (json!({ "command": 7 }), "CW103", Some("command")),
        (json!({ "command": "ask" }), "CW103", Some("question")),
        (json!({ "command": "ask", "question": " " }), "CW103", Some("question")),
        (json!({ "command": "reroute" }), "CW103", Some("task")),
        (json!({ "command": "reroute", "task": "other" }), "CW104", Some("task")),
        (json!({ "command": "identify" }), "CW103", Some("customer_id")),
        (json!({ "command": "identify", "customer_id": "a b" }), "CW109", Some("customer_id")),
        (json!({ "command": "approve" }), "CW103", Some("proposal")),
        (json!({ "command": "approve", "proposal": "p1" }), "CW103", Some("hash")),
        (json!({ "command": "approve", "proposal": "p1", "hash": "abc" }), "CW103", Some("hash")),
        (json!({ "command": "reject", "proposal": "p1", "hash": zeros }), "CW103", Some("reason")),
        (json!({ "command": "decide", "reason": "x" }), "CW103", Some("action")),
        (json!({ "command": "decide", "action": "pay_me", "reason": "x" }), "CW113", Some("action")),
        (json!({ "command": "close" }), "CW103", Some("reason")),
        (json!({ "command": "close", "reason": 7 }), "CW103", Some("reason")),
    ] {
        let refused = world.api.command(id, &body).refused(400, code, field).await;
        refused.with_context(|| format!("the command {body}"))?;
    }
    let path = format!("/v1/cases/{id}/messages");
    for (body, code, field) in [
        (json!({ "text": "hello" }), "CW103", Some("from")),
        (json!({ "from": "bank", "text": "hello" }), "CW103", Some("from")),
        (json!({ "from": "customer" }), "CW103", Some("text")),
        (json!({ "from": "customer", "text": "\u{200b}" }), "CW106", Some("text")),
        (json!({ "from": "customer", "text": "a\u{0}" }), "CW108", Some("text")),
        (json!({ "from": "customer", "text": "a".repeat(20_001) }), "CW107", Some("text")),
        (json!({ "from": "customer", "text": "hello", "documents": 1 }), "CW110", Some("documents")),
    ] {
        let refused = world.api.post(&path, &body).refused(400, code, field).await;
        refused.with_context(|| format!("the message {body}"))?;
    }
    let plain = world.api.call(&Method::POST, &path).body("{\"from\":\"customer\",\"text\":\"hello\"}");
    plain.refused(415, "CW101", Some("Content-Type")).await?;
    world.api.case(id).await?.is("/seq", before)
}

pub(crate) async fn browsers_of_other_origins_are_not_let_in(world: &World) -> Result<()> {
    let asked = world.api.call(&Method::OPTIONS, "/v1/requests").header("origin", "https://evil.example");
    let reply = asked.header("access-control-request-method", "POST").send().await?;
    ensure!(reply.status == 403, "{reply}");
    let reply = world.api.get("/healthz").header("origin", "https://evil.example").send().await?;
    ensure!(!reply.headers.contains_key("access-control-allow-origin"), "{reply}");
    Ok(())
}
