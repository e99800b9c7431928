//! Whether each remote agent answers and takes our signature. It is sent an empty task, which no agent works.

use bytes::Bytes;
use case::settings::AgentName;
use desk::{
    address::Address,
    agents::PATH,
    signature::{Secret, Signable, sign_at},
    vault::MasterKey,
};
use http::{Method, Request, StatusCode, header};

use super::{
    Finding,
    reach::{call, is_json},
};
use crate::{
    outside::{self, Http},
    settings::{Settings, master},
};

/// Nobody works it.
const EMPTY: &str = "{}";
/// Random bytes of a nonce.
const NONCE_BYTES: usize = 18;

/// Asks every agent that is configured.
pub(super) async fn check(settings: &Settings, http: &Http) -> Vec<Finding> {
    let asked: Vec<AgentName> = settings.config.settings.agents.names().collect();
    if settings.config.agents.is_empty() {
        return Vec::new();
    }
    let Ok(Some(master)) = master::given(settings) else {
        let remedy = "the first case makes it; then run this again";
        return vec![Finding::note("agents", "there is no master key yet, so nothing can be signed", remedy)];
    };
    let mut findings = Vec::new();
    for (name, agent) in &settings.config.agents {
        let check = format!("agent {name}");
        if !asked.contains(name) {
            let remedy = "name it under `settings.agents`, as a look-up's or a specialist's";
            findings.push(Finding::note(check.clone(), "no case asks it", remedy));
        }
        findings.push(one(http, &master, *name, check, &agent.at, &settings.config.insecure_hosts).await);
    }
    findings
}

async fn one(
    http: &Http,
    master: &MasterKey,
    name: AgentName,
    check: String,
    at: &str,
    insecure_hosts: &[String],
) -> Finding {
    let reachable = format!("is it running, and is `agents.{name}.at` its base URL?");
    let Ok(Address::Url(base)) = Address::parse(at, insecure_hosts) else {
        return Finding::problem(check, "its address cannot be used from here", reachable);
    };
    let Some(request) = probe(master, name, &base) else {
        return Finding::problem(check, "its address cannot be used", reachable);
    };
    match call(http, request).await {
        Err(error) => Finding::problem(check, error.to_string(), reachable),
        Ok(reply) => match reply.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                let remedy = format!("give it the secret that `caseworker agents secret {name}` prints; clocks agree?");
                Finding::problem(check, "refuses our signature", remedy)
            }
            StatusCode::NOT_FOUND | StatusCode::GONE | StatusCode::METHOD_NOT_ALLOWED => {
                let remedy = format!("it must answer POST {PATH} behind `agents.{name}.at`");
                Finding::problem(check, format!("answers {}: no agent is there", reply.status().as_u16()), remedy)
            }
            status if status.is_server_error() || status.is_redirection() => {
                Finding::problem(check, format!("answers {status}"), reachable)
            }
            _ if is_json(reply.headers()) => Finding::ok(check, "answers, and takes our signature"),
            _ => Finding::problem(check, "answers, and not with JSON: a login page or a proxy?", reachable),
        },
    }
}

/// An empty task, signed as a real one is.
fn probe(master: &MasterKey, name: AgentName, base: &str) -> Option<Request<Bytes>> {
    let url = format!("{base}{PATH}");
    let uri: http::Uri = url.parse().ok()?;
    let mut random = [0; NONCE_BYTES];
    outside::random(&mut random);
    let nonce = data_encoding::BASE64URL_NOPAD.encode(&random);
    let signable =
        Signable { method: &Method::POST, path_and_query: uri.path_and_query()?.as_str(), body: EMPTY.as_bytes() };
    let key = name.to_string();
    let signed = sign_at(&Secret::of_agent(master, &key), &key, outside::now(), &nonce, signable).ok()?;
    let request = Request::post(uri.clone())
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::AUTHORIZATION, signed)
        .header("idempotency-key", "doctor");
    request.body(Bytes::from_static(EMPTY.as_bytes())).ok()
}
