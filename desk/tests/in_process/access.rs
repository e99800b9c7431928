//! Who may do what: keys, roles, tenants, origins.

use case::actor::Role;
use desk::{
    config::Config,
    ports::HostError,
    problem::Code,
    setup::{Access, Setup},
};
use serde_json::json;

use crate::world::{SAMPLE, World};

#[tokio::test(start_paused = true)]
async fn without_a_key_in_force_nothing_is_answered_but_signs_of_life() {
    let world = World::with_keys();
    let body = json!({ "text": SAMPLE });
    for authorization in ["", "Bearer", "Bearer wrong", "Basic a2V5", "key-of-acme-app"] {
        let answer = world.post("/v1/requests", &[("authorization", authorization)], &body).await;
        answer.is(Code::Unauthenticated);
        assert_eq!(answer.header("www-authenticate"), "Bearer");
        world.send("GET", "/v1/cases", &[("authorization", authorization)], "").await.is(Code::Unauthenticated);
    }
    world.get("/v1/cases/case_short").await.is(Code::Unauthenticated);
    for path in ["/healthz", "/readyz", "/openapi.json"] {
        assert_eq!(world.get(path).await.status, 200);
    }
    assert!(world.store.cases().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_deployment_without_keys_answers_with_the_remedy() {
    let closed = Access::Closed("Make a key with `caseworker keys create`.".to_owned());
    let world = World::with(|setup| Setup { access: closed, ..setup });
    let answer = world.post("/v1/requests", &[], &json!({ "text": SAMPLE })).await;
    answer.is(Code::NoKeys);
    assert!(answer.at("/detail").as_str().unwrap().contains("keys create"));
    let readiness = world.get("/readyz").await;
    assert_eq!((readiness.status, readiness.at("/status")), (503, json!("closed")));
}

#[tokio::test(start_paused = true)]
async fn another_tenants_case_is_not_there() {
    let world = World::with_keys();
    let (ours, theirs) = (world.hire("acme", "app", Role::Admin), world.hire("other", "app", Role::Admin));
    let case = world.post("/v1/requests", &[("authorization", &ours)], &json!({ "text": SAMPLE })).await.case_id();
    let theirs = [("authorization", theirs.as_str())];
    for part in ["", "/journal", "/events"] {
        world.send("GET", &format!("/v1/cases/{case}{part}"), &theirs, "").await.is(Code::NoCase);
    }
    let message = json!({ "from": "customer", "text": "hello" });
    world.post(&format!("/v1/cases/{case}/messages"), &theirs, &message).await.is(Code::NoCase);
    world.post(&format!("/v1/cases/{case}/commands"), &theirs, &json!({ "command": "claim" })).await.is(Code::NoCase);
    assert_eq!(world.send("GET", "/v1/cases", &theirs, "").await.at("/cases"), json!([]));
    assert_eq!(world.store.cases().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_submitter_sees_the_cases_it_opened_and_gives_no_commands() {
    let world = World::with_keys();
    let (app, other) = (world.hire("acme", "app", Role::Submitter), world.hire("acme", "shop", Role::Submitter));
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let app = [("authorization", app.as_str()), ("prefer", "wait=30")];
    let case = world.post("/v1/requests", &app, &body).await.case_id();
    let other = [("authorization", other.as_str())];
    world.send("GET", &format!("/v1/cases/{case}"), &other, "").await.is(Code::NoCase);
    assert_eq!(world.send("GET", "/v1/cases", &other, "").await.at("/cases"), json!([]));
    assert_eq!(world.send("GET", "/v1/cases", &app, "").await.at("/cases/0/case_id"), case.as_str());
    world.post(&format!("/v1/cases/{case}/commands"), &app, &json!({ "command": "claim" })).await.is(Code::Role);
    let analyst = json!({ "from": "analyst", "text": "hello" });
    world.post(&format!("/v1/cases/{case}/messages"), &app, &analyst).await.is(Code::Role);
}

#[tokio::test(start_paused = true)]
async fn an_auditor_reads_everything_and_changes_nothing() {
    let world = World::with_keys();
    let (app, auditor) = (world.hire("acme", "app", Role::Submitter), world.hire("acme", "eve", Role::Auditor));
    let case = world.post("/v1/requests", &[("authorization", &app)], &json!({ "text": SAMPLE })).await.case_id();
    let auditor = [("authorization", auditor.as_str())];
    assert_eq!(world.send("GET", &format!("/v1/cases/{case}/journal"), &auditor, "").await.status, 200);
    world.post("/v1/requests", &auditor, &json!({ "text": SAMPLE })).await.is(Code::Role);
    world.post(&format!("/v1/cases/{case}/commands"), &auditor, &json!({ "command": "claim" })).await.is(Code::Role);
    let message = json!({ "from": "customer", "text": "hello" });
    world.post(&format!("/v1/cases/{case}/messages"), &auditor, &message).await.is(Code::Role);
    assert_eq!(world.store.cases().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn money_needs_two_people_and_one_of_them_is_not_enough_twice() {
    let world = World::with_keys();
    let (app, ann) = (world.hire("acme", "app", Role::Submitter), world.hire("acme", "ann", Role::Analyst));
    let bob = world.hire("acme", "bob", Role::Approver);
    let app = [("authorization", app.as_str()), ("prefer", "wait=30")];
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let opened = world.post("/v1/requests", &app, &body).await;
    let (case, ann, bob) = (opened.case_id(), [("authorization", ann.as_str())], [("authorization", bob.as_str())]);
    let about = opened.at("/orchestration/proposal/references/0");
    let own =
        json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "A good customer." });
    let decided = world.command(&case, &ann, &own).await;
    let proposal = decided.at("/orchestration/proposal");
    assert_eq!((&proposal["approval"], &proposal["approved_by"]), (&json!("two_analysts"), &json!(["ann"])));
    let approve = json!({ "command": "approve", "proposal": proposal["id"], "hash": proposal["hash"] });
    world.command(&case, &ann, &approve).await.is(Code::SelfApproval);
    let stale = json!({ "command": "approve", "proposal": proposal["id"], "hash": "0".repeat(64) });
    world.command(&case, &bob, &stale).await.is(Code::Stale);
    assert_eq!(world.command(&case, &bob, &approve).await.at("/orchestration/state"), "closed");
    let actions = world.control("GET", "/sandbox/actions", &json!(null)).await;
    assert_eq!(actions["actions"].as_array().unwrap().len(), 1, "{actions}");
}

#[tokio::test(start_paused = true)]
async fn a_caller_cannot_say_who_it_is() {
    let world = World::with_keys();
    let auditor = world.hire("acme", "eve", Role::Auditor);
    let forged = json!({
        "grant": { "tenant": "acme", "actor": { "subject": "root", "role": "admin" } },
        "case": "case_aaaaaaaaaaaaaaaaaaaaaaaaaa",
    });
    let headers = [("authorization", auditor.as_str()), (desk::entering::HEADER, &forged.to_string())];
    world.post("/v1/requests", &headers, &json!({ "text": SAMPLE })).await.is(Code::Role);
}

#[tokio::test(start_paused = true)]
async fn browsers_may_call_from_listed_origins_only() {
    let world = World::with(|setup| {
        let config = Config { cors_origins: vec!["https://desk.example".to_owned()], ..setup.config.clone() };
        Setup { config, ..setup }
    });
    let listed = world.send("GET", "/healthz", &[("origin", "https://desk.example")], "").await;
    assert_eq!(listed.header("access-control-allow-origin"), "https://desk.example");
    let other = world.send("GET", "/healthz", &[("origin", "https://evil.example")], "").await;
    assert_eq!(other.header("access-control-allow-origin"), "");
    let preflight = world.send("OPTIONS", "/v1/requests", &[("origin", "https://evil.example")], "").await;
    assert_eq!(preflight.status, 403);
    let preflight = world.front_status("OPTIONS", "/v1/requests", &[("origin", "https://desk.example")]).await;
    assert_eq!(preflight, 204);
}

#[tokio::test(start_paused = true)]
async fn where_nobody_shows_a_key_no_page_of_another_site_acts_for_whoever_opens_it() {
    let world = World::new();
    let claim = async |headers: &[(&str, &str)]| world.send("POST", "/v1/queue/next", headers, "").await;
    let from = |origin: &'static str| [("host", "127.0.0.1:8787"), ("origin", origin)];
    let plain = ("content-type", "text/plain");
    claim(&[&from("http://evil.example")[..], &[plain]].concat()).await.is(Code::Forged);
    claim(&from("null")).await.is(Code::Forged);
    for site in ["cross-site", "same-site"] {
        claim(&[("host", "127.0.0.1:8787"), ("sec-fetch-site", site)]).await.is(Code::Forged);
    }
    let ours = [&from("http://127.0.0.1:8787")[..], &[("sec-fetch-site", "same-origin")]].concat();
    for headers in [&[][..], &ours, &[("sec-fetch-site", "none")]] {
        assert_eq!(claim(headers).await.status, 204, "{headers:?}");
    }
    // Whoever shows a key is not a browser's page: no page of another site has it.
    let world = World::with_keys();
    let ana = world.hire("acme", "ana", Role::Analyst);
    let headers = [("authorization", ana.as_str()), ("origin", "http://evil.example")];
    assert_eq!(world.send("POST", "/v1/queue/next", &headers, "").await.status, 204);
}

#[tokio::test(start_paused = true)]
async fn where_the_revoked_cannot_be_read_nobody_is_let_in() {
    let world = World::with_keys();
    let (admin, app) = (world.hire("acme", "boss", Role::Admin), world.hire("acme", "app", Role::Submitter));
    let list = async |key: &str| world.send("GET", "/v1/cases", &[("authorization", key)], "").await;
    assert_eq!((list(&admin).await.status, list(&app).await.status), (200, 200));
    *world.store.no_list.lock().unwrap() = Some(HostError::Failed("out of reach".to_owned()));
    for key in [&admin, &app] {
        let answer = list(key).await;
        answer.is(Code::Unchecked);
        assert!(!answer.at("/detail").as_str().unwrap().contains("out of reach"));
    }
    list("Bearer wrong").await.is(Code::Unauthenticated);
    *world.store.no_list.lock().unwrap() = None;
    // Names of people are addresses as a rule, and those are written either way.
    let body = json!({ "subject": "App" });
    let revoked = world.post("/v1/revocations", &[("authorization", &admin)], &body).await;
    assert_eq!((revoked.status, revoked.at("/subject")), (200, json!("App")));
    list(&app).await.is(Code::Unauthenticated);
    let listed = world.send("GET", "/v1/revocations", &[("authorization", &admin)], "").await;
    assert_eq!(listed.at("/revocations/0/by"), "boss");
}
