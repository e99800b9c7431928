//! Who may do what: keys, roles and tenants.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};
use case::ids::Digest;
use futures_util::future::try_join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    checks::words::{SAMPLE, TWICE},
    hosts::ORIGIN,
    world::World,
};

pub(crate) async fn without_a_key_nothing_is_told(world: &World) -> Result<()> {
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let path = format!("/v1/cases/{}", case.id());
    for key in [None, Some("no-such-key"), Some("cw_0000000000000000000000000000000000000000")] {
        let api = world.api.with_key(key);
        for path in ["/v1/cases", path.as_str(), &format!("{path}/journal"), &format!("{path}/events")] {
            let reply = api.get(path).refused(401, "CW200", None).await?;
            ensure!(reply.headers.get("www-authenticate").is_some_and(|value| value == "Bearer"), "{reply}");
        }
        let task = json!({ "task": "dispute_summary", "request_text": SAMPLE, "confidence": 0.9 });
        api.post("/", &task).refused(401, "CW200", None).await?;
        api.post("/v1/requests", &json!({ "text": SAMPLE })).refused(401, "CW200", None).await?;
        api.command(case.id(), &json!({ "command": "claim" })).refused(401, "CW200", None).await?;
        api.get("/healthz").ok(200).await?;
    }
    Ok(())
}

pub(crate) async fn browsers_of_a_listed_origin_are_let_in(world: &World) -> Result<()> {
    let anonymous = world.api.with_key(None);
    let preflight = anonymous.call(&Method::OPTIONS, "/v1/requests").header("origin", ORIGIN);
    let reply = preflight.header("access-control-request-method", "POST").send().await?;
    let allowed = |name: &str| reply.headers.get(name).map_or("", String::as_str);
    ensure!(reply.status == 204 && allowed("access-control-allow-origin") == ORIGIN, "{reply}");
    ensure!(allowed("access-control-allow-headers").contains("authorization"), "{:?}", reply.headers);
    let reply = world.holder("analyst")?.get("/v1/cases").header("origin", ORIGIN).send().await?;
    ensure!(reply.status == 200, "{reply}");
    ensure!(reply.headers.get("access-control-allow-origin").is_some_and(|origin| origin == ORIGIN), "{reply}");
    // Being listed opens no door without a key.
    anonymous.get("/v1/cases").header("origin", ORIGIN).refused(401, "CW200", None).await?;
    let other = anonymous.call(&Method::OPTIONS, "/v1/requests").header("origin", "https://desk.example.evil.example");
    let reply = other.send().await?;
    ensure!(reply.status == 403 && !reply.headers.contains_key("access-control-allow-origin"), "{reply}");
    Ok(())
}

pub(crate) async fn a_tenant_in_shadow_mode_sends_nothing(world: &World) -> Result<()> {
    let shadow = world.holder("foreigner")?;
    let case = shadow.open_for("cus_ada", SAMPLE).await?;
    case.is("/mode", "shadow")?;
    case.is("/orchestration/proposal/action", "raise_chargeback")?;
    shadow.command(case.id(), &case.about_proposal("approve")).refused(409, "CW311", None).await?;
    let asked = shadow.open(&json!({ "text": SAMPLE })).await?;
    asked.is("/orchestration/state", "review")?;
    ensure!(asked.0.pointer("/orchestration/question").is_none(), "a question goes out: {}", asked.0);
    ensure!(world.bank.actions_of(case.id()).await?.is_empty(), "an action went out");
    let other = world.holder("admin")?.open_for("cus_ada", SAMPLE).await?;
    ensure!(other.0.get("mode").is_none(), "another tenant's mode: {}", other.0);
    Ok(())
}

pub(crate) async fn only_admins_turn_the_model_off(world: &World) -> Result<()> {
    let off = json!({ "off": false });
    for name in ["submitter", "analyst", "approver", "auditor"] {
        world.holder(name)?.post("/v1/model", &off).refused(403, "CW201", None).await?;
    }
    world.holder("submitter")?.get("/v1/model").refused(403, "CW201", None).await?;
    world.holder("auditor")?.get("/v1/model").ok(200).await?.is("/off", false)?;
    world.holder("admin")?.post("/v1/model", &off).ok(200).await?.is("/by", "acme/admin")
}

pub(crate) async fn another_tenants_case_is_not_there(world: &World) -> Result<()> {
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let foreigner = world.holder("foreigner")?;
    let path = format!("/v1/cases/{}", case.id());
    for path in [path.clone(), format!("{path}/journal"), format!("{path}/events")] {
        foreigner.get(&path).refused(404, "CW300", None).await?;
    }
    foreigner.command(case.id(), &json!({ "command": "claim" })).refused(404, "CW300", None).await?;
    foreigner.message(case.id(), "Let me in.").refused(404, "CW300", None).await?;
    let page = foreigner.get("/v1/cases?limit=500").ok(200).await?;
    let seen = page.list("/cases").iter().any(|row| row.get("case_id").and_then(Value::as_str) == Some(case.id()));
    ensure!(!seen, "another tenant's case is in the docket");
    Ok(())
}

pub(crate) async fn a_submitter_sees_its_own_cases_only(world: &World) -> Result<()> {
    let (mine, other) = (world.holder("submitter")?, world.holder("another-submitter")?);
    let ticket = world.fresh("ticket");
    let case = mine.open(&json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": ticket })).await?;
    mine.case(case.id()).await?;
    mine.message(case.id(), "It was Streamly.").ok(200).await?;
    let path = format!("/v1/cases/{}", case.id());
    other.get(&path).refused(404, "CW300", None).await?;
    other.message(case.id(), "Let me in.").refused(404, "CW300", None).await?;
    let search = format!("/v1/cases?external_id={ticket}");
    let own = mine.get(&search).ok(200).await?;
    ensure!(own.list("/cases").len() == 1, "{}", own.0);
    let others = other.get(&search).ok(200).await?;
    ensure!(others.list("/cases").is_empty(), "{}", others.0);
    let seen = mine.case(case.id()).await?;
    for command in [json!({ "command": "claim" }), seen.about_proposal("approve"), seen.about_proposal("reject")] {
        mine.command(case.id(), &command).refused(403, "CW201", None).await?;
    }
    let note = json!({ "from": "analyst", "text": "I am an analyst." });
    mine.post(&format!("{path}/messages"), &note).refused(403, "CW201", Some("from")).await?;
    Ok(())
}

pub(crate) async fn an_auditor_reads_and_changes_nothing(world: &World) -> Result<()> {
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let auditor = world.holder("auditor")?;
    let seen = auditor.case(case.id()).await?;
    auditor.journal(case.id()).await?;
    auditor.post("/v1/requests", &json!({ "text": SAMPLE })).refused(403, "CW201", None).await?;
    auditor.message(case.id(), "A note.").refused(403, "CW201", None).await?;
    for command in [json!({ "command": "claim" }), seen.about_proposal("approve")] {
        auditor.command(case.id(), &command).refused(403, "CW201", None).await?;
    }
    auditor.case(case.id()).await?.is("/seq", seen.number("/seq")?)
}

pub(crate) async fn two_people_approve_what_needs_two(world: &World) -> Result<()> {
    let (first, second) = (world.holder("analyst")?, world.holder("another-analyst")?);
    let case = world.holder("submitter")?.open_for("cus_ada", TWICE).await?;
    let about = case.list("/orchestration/proposal/references").first().and_then(Value::as_str);
    let about = about.context("the proposal refers to no transaction")?;
    let decide = json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "Goodwill." });
    let decided = first.command(case.id(), &decide).ok(200).await?;
    let approve = decided.about_proposal("approve");
    first.command(case.id(), &approve).refused(403, "CW306", None).await?;
    second.command(case.id(), &approve).ok(200).await?;
    let closed = second.until(case.id(), |case| case.state() == "closed").await?;
    ensure!(closed.list("/orchestration/proposal/approved_by").len() == 2, "{}", closed.0);
    let executed = world.bank.actions_of(case.id()).await?.len();
    ensure!(executed == 1, "executed {executed} times");
    Ok(())
}

pub(crate) async fn a_claimed_case_is_not_taken_by_another(world: &World) -> Result<()> {
    let (first, second) = (world.holder("analyst")?, world.holder("another-analyst")?);
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let claimed = first.command(case.id(), &json!({ "command": "claim" })).ok(200).await?;
    claimed.is("/assignee", "analyst")?;
    second.command(case.id(), &json!({ "command": "claim" })).refused(409, "CW304", None).await?;
    second.command(case.id(), &json!({ "command": "release" })).refused(409, "CW304", None).await?;
    first.command(case.id(), &json!({ "command": "release" })).ok(200).await?;
    second.command(case.id(), &json!({ "command": "claim" })).ok(200).await?.is("/assignee", "another-analyst")
}

pub(crate) async fn of_many_analysts_at_once_each_gets_another_case(world: &World) -> Result<()> {
    const CASES: usize = 6;
    let ticket = world.fresh("race");
    let mut opened = BTreeSet::new();
    for number in 0..CASES {
        let body = json!({ "text": SAMPLE, "customer_id": "cus_ada", "external_id": format!("{ticket}-{number}") });
        opened.insert(world.holder("submitter")?.open(&body).await?.id().to_owned());
    }
    let people = ["analyst", "another-analyst", "approver", "admin"];
    let admin = world.holder("admin")?;
    let waiting = format!("/v1/cases?queue=unassigned&q={ticket}");
    for _ in 0..100 {
        if admin.get(&waiting).ok(200).await?.list("/cases").len() == CASES {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let next = format!("/v1/queue/next?q={ticket}");
    let mut taken = BTreeMap::new();
    // A docket that is a moment behind shows a case as it was, which nobody gets: whoever asks again does.
    for _ in 0..20 {
        let callers = people.iter().cycle().take(people.len() * 3);
        let ask = async |name: &'static str| {
            let reply = world.holder(name)?.post(&next, &json!({})).send().await?;
            ensure!([200, 204, 409].contains(&reply.status), "{reply}");
            if reply.status != 200 {
                return Ok(None);
            }
            let case = reply.json()?;
            case.is("/assignee", name)?;
            Ok::<_, anyhow::Error>(Some((case.id().to_owned(), name)))
        };
        for (case, name) in try_join_all(callers.map(|name| ask(name))).await?.into_iter().flatten() {
            let before = taken.insert(case.clone(), name);
            ensure!(before.is_none(), "{case} went to {name} and to {before:?}");
        }
        if taken.len() == CASES {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    ensure!(taken.keys().eq(opened.iter()), "opened {opened:?}, taken {taken:?}");
    for (case, name) in &taken {
        admin.case(case).await?.is("/assignee", *name)?;
    }
    Ok(())
}

pub(crate) async fn keys_of_idempotency_are_a_tenants_own(world: &World) -> Result<()> {
    let key = world.fresh("key");
    let open = async |name: &str, text: &str| {
        let call = world.holder(name)?.post("/v1/requests", &json!({ "text": text }));
        call.header("idempotency-key", &key).send().await
    };
    let (ours, theirs) = (open("submitter", SAMPLE).await?, open("foreigner", TWICE).await?);
    ensure!(ours.status == 201 && theirs.status == 201, "{ours}, {theirs}");
    ensure!(ours.json()?.id() != theirs.json()?.id(), "two tenants share a case");
    // Another submitter's key leads to nobody else's case.
    open("another-submitter", SAMPLE).await?.is_problem(422, "CW302", Some("Idempotency-Key"))
}

pub(crate) async fn who_is_revoked_is_let_in_no_more(world: &World) -> Result<()> {
    let admin = world.holder("admin")?;
    let key = |name: &str| world.keys.get(name).map(|key| Digest::of(key.as_bytes()).to_string());
    for name in ["leaver", "lost-key"] {
        world.holder(name)?.get("/v1/cases").ok(200).await?;
        world.holder(name)?.post("/v1/docket/rebuild", &json!({ "cases": ["x"] })).refused(403, "CW201", None).await?;
        world.holder(name)?.post("/v1/revocations", &json!({ "subject": "admin" })).refused(403, "CW201", None).await?;
    }
    let both = json!({ "subject": "leaver", "key": key("lost-key") });
    let subject = json!({ "subject": "a b" });
    for body in [json!({}), json!({ "key": "cw_no_hash" }), json!({ "key": 7 }), both] {
        admin.post("/v1/revocations", &body).refused(400, "CW103", Some("key")).await?;
    }
    admin.post("/v1/revocations", &subject).refused(400, "CW103", Some("subject")).await?;
    // Another tenant's admin revokes within that tenant only.
    world.holder("foreigner")?.post("/v1/revocations", &json!({ "key": key("lost-key") })).ok(200).await?;
    world.holder("lost-key")?.get("/v1/cases").ok(200).await?;
    let note = "Left on 4 May, was 4111 1111 1111 1111.";
    let revoked = admin.post("/v1/revocations", &json!({ "subject": "leaver", "note": note })).ok(200).await?;
    ensure!(revoked.text("/subject") == "leaver" && revoked.text("/by") == "admin", "{}", revoked.0);
    ensure!(!revoked.text("/note").contains("1111"), "a card number is kept: {}", revoked.0);
    admin.post("/v1/revocations", &json!({ "key": key("lost-key") })).ok(200).await?;
    for name in ["leaver", "lost-key"] {
        world.holder(name)?.get("/v1/cases").refused(401, "CW200", None).await?;
        let request = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
        world.holder(name)?.post("/v1/requests", &request).refused(401, "CW200", None).await?;
    }
    let listed = admin.get("/v1/revocations").ok(200).await?;
    // Others of this tenant are revoked by checks that run beside this one.
    let ours = |row: &&Value| row["subject"] == "leaver" || row["key"].as_str() == key("lost-key").as_deref();
    ensure!(listed.list("/revocations").iter().filter(ours).count() == 2, "{}", listed.0);
    admin.get("/v1/cases").ok(200).await?;
    Ok(())
}
