//! A desk with its host, a bank and people; and the ways to speak to it.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body};
use case::{
    actor::{Actor, Role},
    ids::{CaseId, Digest, Subject, TenantId},
    time::Millis,
};
use claude::key::ApiKey;
use desk::{
    config::Config,
    file::Desk,
    front::front_routes,
    ports::{CaseKey, Grant, HostError},
    problem::Code,
    routes::case_routes,
    setup::{Access, Setup},
    vault::MasterKey,
};
use serde_json::{Value, json};
use tokio::time::{Instant, advance};
use tower::ServiceExt as _;

use crate::{
    document,
    host::{Host, Record, Store, key},
};

/// When every story begins.
pub(crate) const BEGIN: &str = "2026-11-22T18:00:00Z";
/// The README's sample.
pub(crate) const SAMPLE: &str = "Customer says their card was charged twice for the same subscription.";
/// The master key of every world but one.
const MASTER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// A desk at work.
pub(crate) struct World {
    pub(crate) store: Arc<Store>,
    pub(crate) desk: Desk<Host>,
    pub(crate) setup: Setup,
    bank: Router,
    front: Router,
    began: Instant,
}

/// What was answered.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: http::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The part of the body at that place; null where there is none.
    pub(crate) fn at(&self, pointer: &str) -> Value {
        self.json().pointer(pointer).cloned().unwrap_or_default()
    }

    pub(crate) fn case_id(&self) -> String {
        self.at("/case_id").as_str().unwrap_or_else(|| panic!("no case: {}", self.text)).to_owned()
    }

    /// Asserts that all went well.
    pub(crate) fn is_well(&self) {
        assert_eq!(self.status, 200, "{}", self.text);
    }

    /// Asserts that this is the problem.
    pub(crate) fn is(&self, code: Code) {
        assert_eq!(self.at("/code"), code.name(), "{} {}", self.status, self.text);
        assert_eq!(self.status, code.status().as_u16());
    }
}

impl World {
    /// A desk that anybody may use, without a key for Claude, worked with the sandbox bank.
    pub(crate) fn new() -> Self {
        Self::with(|setup| setup)
    }

    /// A desk that asks the stand-in where the local tier is unsure.
    pub(crate) fn with_claude() -> Self {
        Self::with(claude)
    }

    /// A desk for holders of keys; [`World::hire`] makes them.
    pub(crate) fn with_keys() -> Self {
        Self::with(|setup| Setup { access: Access::Keys, ..setup })
    }

    pub(crate) fn with(change: impl FnOnce(Setup) -> Setup) -> Self {
        let master = MasterKey::parse(MASTER).unwrap();
        let setup = Setup::new(Config::default(), master, None, Access::Open).unwrap().with_sandbox();
        let today = sandbox::Day::from_civil(2026, 11, 22).unwrap();
        let bank = sandbox::router(sandbox::Config::new(7, today));
        Self::start(Arc::default(), bank, change(setup), Instant::now())
    }

    /// A desk with the sandbox bank behind something that may lie about it.
    pub(crate) fn behind(front_of: impl FnOnce(Router) -> Router, change: impl FnOnce(Setup) -> Setup) -> Self {
        let world = Self::with(change);
        Self::start(world.store.clone(), front_of(world.bank.clone()), world.setup.clone(), world.began)
    }

    fn start(store: Arc<Store>, bank: Router, setup: Setup, began: Instant) -> Self {
        let at = Millis::parse_rfc3339(BEGIN).unwrap();
        let host = Arc::new(Host::new(store.clone(), bank.clone(), began, at));
        let shared = Arc::new(setup.clone());
        let desk = Desk::new(host.clone(), shared.clone());
        host.lead_to(case_routes(desk.clone()));
        let front = front_routes(host, shared);
        Self { store, desk, setup, bank, front, began }
    }

    /// Another host on the same storage, beside this one.
    pub(crate) fn beside(&self) -> Self {
        Self::start(self.store.clone(), self.bank.clone(), self.setup.clone(), self.began)
    }

    /// The process dies, and another is started on the same storage with perhaps another setup.
    pub(crate) fn restart(self, change: impl FnOnce(Setup) -> Setup) -> Self {
        self.desk.host.kill();
        Self::start(self.store.clone(), self.bank.clone(), change(self.setup.clone()), self.began)
    }

    /// Gives somebody a key, and returns it as a header's value.
    pub(crate) fn hire(&self, tenant: &str, subject: &str, role: Role) -> String {
        let key = format!("key-of-{tenant}-{subject}");
        let actor = Actor { subject: Subject::parse(subject).unwrap(), role };
        let grant = Grant { tenant: TenantId::parse(tenant).unwrap(), actor };
        self.store.grants().insert(Digest::of(key.as_bytes()), grant);
        format!("Bearer {key}")
    }

    /// Sends a request and holds the answer against the document of the API.
    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let answer = self.sent(method, path, headers, body).await;
        document::check(method, path, &answer);
        answer
    }

    /// Sends a request in a way to sign in that the document names once for all routes, and not with each.
    pub(crate) async fn sent(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).unwrap();
        let (parts, body) = self.front.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let answer = Answer { status: parts.status.as_u16(), headers: parts.headers, text };
        assert!(
            path == "/openapi.json"
                || path.starts_with("/console/assets/")
                || answer.text.is_empty()
                || answer.header("cache-control") == "no-store",
            "{method} {path}"
        );
        answer
    }

    /// The status of an answer that has no body.
    pub(crate) async fn front_status(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> u16 {
        let mut request = http::Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.front.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap().status().as_u16()
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.send("POST", path, &[&json, headers].concat(), &body.to_string()).await
    }

    /// A request of this customer's, worked until it rests.
    pub(crate) async fn work(&self, text: &str, customer: &str) -> Answer {
        let body = json!({ "text": text, "customer_id": customer });
        let answer = self.post("/v1/requests", &[("prefer", "wait=60")], &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer
    }

    /// Opens a case and does not wait for anything.
    pub(crate) async fn open(&self, text: &str, customer: &str) -> String {
        let body = json!({ "text": text, "customer_id": customer });
        self.post("/v1/requests", &[], &body).await.case_id()
    }

    /// Gives a command and waits until the case rests.
    pub(crate) async fn command(&self, case: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let headers = [&[("prefer", "wait=60")], headers].concat();
        self.post(&format!("/v1/cases/{case}/commands"), &headers, body).await
    }

    pub(crate) async fn message(&self, case: &str, headers: &[(&str, &str)], text: &str) -> Answer {
        let body = json!({ "from": "customer", "text": text });
        let headers = [&[("prefer", "wait=60")], headers].concat();
        self.post(&format!("/v1/cases/{case}/messages"), &headers, &body).await
    }

    /// Switches a fault of the outside on.
    pub(crate) async fn fault(&self, target: &str, fault: &str, times: Option<u32>) {
        let body = json!({ "target": target, "fault": fault, "times": times });
        self.control("POST", "/sandbox/faults", &body).await;
    }

    pub(crate) async fn no_faults(&self) {
        self.control("DELETE", "/sandbox/faults", &Value::Null).await;
    }

    /// Speaks to the box behind the desk.
    pub(crate) async fn control(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = http::Request::builder().method(method).uri(path).header("content-type", "application/json");
        let request = request.body(Body::from(body.to_string())).unwrap();
        let response = self.bank.clone().oneshot(request).await.unwrap();
        assert!(response.status().is_success(), "{method} {path}: {}", response.status());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// Reads what is stored of a local case.
    pub(crate) fn stored<T>(&self, case: &str, read: impl FnOnce(&mut Record) -> T) -> T {
        read(self.store.cases().get_mut(&local(case)).expect("the case is stored"))
    }

    /// How many stored entries of a tenant's case have that kind; all of them where none is named.
    pub(crate) fn stored_in(&self, tenant: &str, case: &str, kind: &str) -> usize {
        let key = CaseKey { tenant: TenantId::parse(tenant).unwrap(), case: CaseId::parse(case).unwrap() };
        let cases = self.store.cases();
        let is =
            |line: &&String| kind.is_empty() || serde_json::from_str::<Value>(line).unwrap()["entry"]["kind"] == kind;
        cases[&key].lines.iter().filter(is).count()
    }

    /// The stored lines of a local case.
    pub(crate) fn lines(&self, case: &str) -> Vec<String> {
        self.stored(case, |record| record.lines.clone())
    }

    /// How many stored entries have that kind.
    pub(crate) fn count(&self, case: &str, kind: &str) -> usize {
        let is = |line: &String| serde_json::from_str::<Value>(line).unwrap()["entry"]["kind"] == kind;
        self.lines(case).iter().filter(|line| is(line)).count()
    }

    /// Does a waker's duty for a case until it needs no waking within a minute: waits for its moment and wakes it.
    pub(crate) async fn wake(&self, case: &str) {
        for _ in 0..100 {
            let now = self.began.elapsed();
            let Some(wake) = self.stored(case, |record| record.wake) else { return };
            let from_begin = wake.since(Millis::parse_rfc3339(BEGIN).unwrap());
            let wait = Duration::from_millis(u64::try_from(from_begin).unwrap()).saturating_sub(now);
            if wait > Duration::from_mins(1) {
                return;
            }
            tokio::time::sleep(wait).await;
            if self.desk.wake(&local(case)).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        panic!("the case is woken again and again");
    }

    /// Lets time pass.
    pub(crate) async fn pass(&self, duration: Duration) {
        advance(duration).await;
    }
}

/// The setup with a key for Claude, which the stand-in plays.
pub(crate) fn claude(setup: Setup) -> Setup {
    let config = Config { anthropic_base_url: Some("http://127.0.0.1:9".to_owned()), ..setup.config };
    let key = ApiKey::parse("sk-ant-test").unwrap();
    Setup::new(config, setup.master, Some(key), setup.access).unwrap().with_sandbox()
}

/// Words that the local tier of this build is not sure about.
pub(crate) fn unsure() -> &'static str {
    let candidates = [
        "hello, me again about the thing",
        "My card and my payment and my passport, it is all wrong.",
        "The money on my card, who knows where it went or why.",
        "Something about a charge, or a transfer, or my details.",
    ];
    let model = case::local::LocalModel::embedded();
    candidates.into_iter().find(|text| !model.read(text).sure).expect("the model is unsure about one of them")
}

/// The key of a case in a world without keys.
pub(crate) fn local(case: &str) -> CaseKey {
    key("local", case)
}

/// A failure of the storage.
pub(crate) fn broken() -> HostError {
    HostError::Failed("the disk is on fire, said by ada@example.com".to_owned())
}
