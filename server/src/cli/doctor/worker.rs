//! Whether a Worker is there, ready, closed to foreign pages, and keeps the contract. Nothing is stored by it.

use bytes::Bytes;
use http::{Method, Request, StatusCode, header};
use serde_json::Value;

use super::{
    Finding,
    reach::{call, is_json},
};
use crate::outside::Http;

/// Checks a Worker.
pub(super) async fn check(http: &Http, url: &str) -> Vec<Finding> {
    let ready = ready(http, url).await;
    let reachable = ready.result != super::Verdict::Problem;
    let mut findings = vec![ready];
    if reachable {
        findings.push(cors(http, url).await);
        findings.push(contract(http, url).await);
    }
    findings
}

async fn ready(http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker";
    let remedy = "deploy it, or run it here with `cargo xtask edge dev`; the URL ends before /v1";
    let Ok(request) = Request::get(format!("{url}/readyz")).body(Bytes::new()) else {
        return Finding::problem(CHECK, "not a URL", remedy);
    };
    let reply = match call(http, request).await {
        Ok(reply) => reply,
        Err(error) => return Finding::problem(CHECK, error.to_string(), remedy),
    };
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    match (reply.status(), body.get("core").and_then(Value::as_u64)) {
        (StatusCode::OK, Some(core)) if core == u64::from(case::case::CORE) => {
            Finding::ok(CHECK, format!("ready, version {} of the rules as here", case::case::CORE))
        }
        (StatusCode::OK, Some(core)) => Finding::note(
            CHECK,
            format!("ready, with version {core} of the rules; here it is {}", case::case::CORE),
            "deploy the same version before moving cases between the two",
        ),
        (StatusCode::SERVICE_UNAVAILABLE, Some(_)) => Finding::problem(
            CHECK,
            "it is there and closed: it has no keys",
            "set its keys, as docs/guide/deploy.md says",
        ),
        (status, _) => Finding::problem(CHECK, format!("answered {status}, not as a Caseworker"), remedy),
    }
}

/// A page of a site that nobody listed must not be let in.
async fn cors(http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker cors";
    let remedy = "list only your own origins in `cors_origins`";
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("{url}/v1/requests"))
        .header(header::ORIGIN, "https://not-listed.invalid")
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .body(Bytes::new());
    let Ok(request) = request else { return Finding::problem(CHECK, "not a URL", remedy) };
    match call(http, request).await {
        Ok(reply) if reply.headers().contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) => {
            Finding::problem(CHECK, "pages of any site may call it from a browser", remedy)
        }
        Ok(_) => Finding::ok(CHECK, "pages of other sites are not let in"),
        Err(error) => Finding::problem(CHECK, error.to_string(), "try again"),
    }
}

/// A task that is none must be refused as the contract says; nothing is stored for it.
async fn contract(http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker contract";
    let remedy = "is it this Caseworker, and nothing between that changes replies?";
    let request = Request::post(format!("{url}/"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("x-agent-system", "caseworker-doctor")
        .body(Bytes::from_static(br#"{"task": "none"}"#));
    let Ok(request) = request else { return Finding::problem(CHECK, "not a URL", remedy) };
    let reply = match call(http, request).await {
        Ok(reply) => reply,
        Err(error) => return Finding::problem(CHECK, error.to_string(), "try again"),
    };
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    let code = body.get("code").and_then(Value::as_str).unwrap_or_default();
    match reply.status() {
        StatusCode::UNAUTHORIZED if code.starts_with("CW") => {
            Finding::ok(CHECK, "asks for a key, with a problem that has a code")
        }
        status if status.is_client_error() && code.starts_with("CW") && is_json(reply.headers()) => {
            Finding::ok(CHECK, format!("refuses a bad task with {code}"))
        }
        status => Finding::problem(CHECK, format!("answered a bad task with {status}, without a code"), remedy),
    }
}
