//! Whether a Worker is there, ready, closed to foreign pages, and keeps the contract. Nothing is stored by it.

mod document;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

use super::{
    Finding,
    reach::{call, is_json},
};
use crate::{
    cli::credential::Credential,
    outside::Http,
    settings::{Name, Settings},
};

/// Says how a Worker is put where it should be.
const DEPLOY: &str = "deploy it (docs/guide/deploy.md), or run it here with `cargo xtask edge dev`";

/// The longest detail of a Worker's own that is shown, in letters.
const DETAIL_LETTERS: usize = 300;

/// Checks a Worker.
pub(super) async fn check(settings: &Settings, http: &Http, url: &str) -> Vec<Finding> {
    let (ready, body) = ready(http, url).await;
    let reachable = ready.result != super::Verdict::Problem;
    let mut findings = vec![ready];
    if reachable {
        findings.push(version(&body));
        findings.push(key(settings, http, url).await);
        findings.push(cors(http, url).await);
        findings.extend(own_origins(settings, http, url).await);
        findings.push(contract(http, url).await);
        findings.push(document::check(http, url).await);
    }
    findings
}

/// Whether a Caseworker answers there, and what it says of itself.
async fn ready(http: &Http, url: &str) -> (Finding, Value) {
    const CHECK: &str = "worker";
    let problem = |detail: String, remedy: &str| (Finding::problem(CHECK, detail, remedy), Value::Null);
    let Ok(request) = Request::get(format!("{url}/readyz")).body(Bytes::new()) else {
        return problem("not a URL".to_owned(), "write it as https://caseworker.example.com, without /v1");
    };
    let reply = match call(http, request).await {
        Ok(reply) => reply,
        Err(error) => {
            let remedy = "is the host spelt as in the Worker's routes, and can this machine reach it? A Worker without \
                          `workers_dev` has no workers.dev address";
            return problem(format!("nothing answers there: {error}"), remedy);
        }
    };
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    match reply.status() {
        StatusCode::OK if body.get("core").is_some_and(Value::is_u64) => (Finding::ok(CHECK, "ready"), body),
        StatusCode::SERVICE_UNAVAILABLE if body.get("core").is_some() => {
            let remedy = "put the grants of `caseworker keys grants` into its secret API_KEYS, or set `sign_in`";
            problem("it is there and closed: it has neither keys nor sign-in".to_owned(), remedy)
        }
        _ if code(&body).starts_with("CW") => problem(
            format!("it is there and not set up: {}", shortened(body.get("detail"))),
            "mend that binding in edge/wrangler.jsonc or its secret, and deploy again",
        ),
        _ => not_a_caseworker(url, &reply),
    }
}

/// What answers in its place, as far as that can be told.
fn not_a_caseworker(url: &str, reply: &Response<Bytes>) -> (Finding, Value) {
    let status = reply.status();
    let (detail, remedy) = if status.is_redirection() {
        match host_of(reply.headers().get(header::LOCATION)) {
            Some(host) if host.ends_with(".cloudflareaccess.com") => (
                format!("Cloudflare Access stands before it and sends to {host}"),
                "call from where a policy of Access lets you through, or add one for this path",
            ),
            Some(host) => (format!("it sends elsewhere, to {host}"), "give the URL of that place, if it is yours"),
            None => (format!("answered {status}"), "give the Worker's own URL"),
        }
    } else if status.is_server_error() {
        (format!("the Worker failed with {status}"), "`cargo xtask edge wrangler tail --status error` says why")
    } else if url.splitn(4, '/').nth(3).is_some_and(|path| !path.is_empty()) {
        (
            format!("answered {status}, not as a Caseworker"),
            "the URL ends after the host: without /v1 or any other path",
        )
    } else if is_json(reply.headers()) {
        (format!("answered {status}, not as a Caseworker"), DEPLOY)
    } else {
        (format!("answered {status} with a page, not as a Caseworker: another site?"), DEPLOY)
    };
    (Finding::problem("worker", detail, remedy), Value::Null)
}

fn host_of(location: Option<&HeaderValue>) -> Option<String> {
    let uri: http::Uri = location?.to_str().ok()?.parse().ok()?;
    uri.host().map(str::to_owned)
}

/// Whether it is as new as this program: older code cannot read what newer code wrote.
fn version(body: &Value) -> Finding {
    const CHECK: &str = "worker version";
    let (here, there) = (u64::from(case::case::CORE), body.get("core").and_then(Value::as_u64).unwrap_or_default());
    let text = body.get("version").and_then(Value::as_str).unwrap_or("none");
    let release = env!("CARGO_PKG_VERSION");
    if there < here {
        let detail = format!("an old deployment: version {there} of the rules, here it is {here}");
        return Finding::problem(CHECK, detail, "deploy this version: `cargo xtask edge wrangler deploy`");
    }
    if there > here || text != release {
        let detail = format!(
            "release {} with version {there} of the rules; here {release} with {here}",
            shortened(Some(&text.into()))
        );
        return Finding::note(CHECK, detail, "use the program of the same release before moving cases between the two");
    }
    Finding::ok(CHECK, format!("release {release}, version {here} of the rules, as here"))
}

/// Whether the key of the environment opens it. Nothing is stored by the question.
async fn key(settings: &Settings, http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker key";
    let set = format!("set {} to a key that is in force, or {} to a signing key", Name::ApiKey, Name::SigningKey);
    let credential = match Credential::read(settings) {
        Ok(credential) => credential,
        Err(failure) => return Finding::problem(CHECK, failure.message, set),
    };
    let Ok(mut request) = Request::get(format!("{url}/v1/cases")).body(Bytes::new()) else {
        return Finding::problem(CHECK, "not a URL", "write it as https://caseworker.example.com, without /v1");
    };
    if let Err(failure) = credential.put_on(&mut request) {
        return Finding::problem(CHECK, failure.message, set);
    }
    let sent = !matches!(credential, Credential::Nobody);
    let reply = match call(http, request).await {
        Ok(reply) => reply,
        Err(error) => return Finding::problem(CHECK, error.to_string(), "try again"),
    };
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    match (reply.status(), code(&body)) {
        (StatusCode::OK, _) if sent => Finding::ok(CHECK, "it is taken"),
        (StatusCode::OK, _) => Finding::ok(CHECK, "none is set, and none is needed there"),
        (StatusCode::FORBIDDEN, "CW201") => Finding::ok(CHECK, "it is taken; its role may not list cases"),
        (StatusCode::UNAUTHORIZED, _) if !sent => Finding::problem(CHECK, "it wants a key, and none is set", set),
        (StatusCode::UNAUTHORIZED, "CW200") if !header_arrives(http, url).await => Finding::problem(
            CHECK,
            "the header `Authorization` does not arrive: something between drops it",
            "let the proxy or rule in front of the Worker hand it on",
        ),
        (StatusCode::UNAUTHORIZED, "CW204") => {
            Finding::problem(CHECK, "the signature's time is not the Worker's", "set this machine's clock")
        }
        (StatusCode::UNAUTHORIZED, _) => Finding::problem(CHECK, "the key is refused", set),
        (status, _) => {
            Finding::problem(CHECK, format!("answered {status}: {}", shortened(body.get("detail"))), "try again")
        }
    }
}

/// A signature that is none has a code of its own, if it arrives.
async fn header_arrives(http: &Http, url: &str) -> bool {
    let probe = format!("{} none", desk::signature::SCHEME);
    let request = Request::get(format!("{url}/v1/cases")).header(header::AUTHORIZATION, probe).body(Bytes::new());
    let Ok(request) = request else { return true };
    let Ok(reply) = call(http, request).await else { return true };
    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
    code(&body) != "CW200"
}

fn code(body: &Value) -> &str {
    body.get("code").and_then(Value::as_str).unwrap_or_default()
}

/// Another's text, on one line and not too long.
fn shortened(text: Option<&Value>) -> String {
    let text = text.and_then(Value::as_str).unwrap_or("it says no more");
    text.chars().filter(|letter| !letter.is_control()).take(DETAIL_LETTERS).collect()
}

/// Each origin of our own settings is let in there as well.
async fn own_origins(settings: &Settings, http: &Http, url: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for origin in &settings.config.cors_origins {
        let check = format!("worker cors {origin}");
        let allowed = |headers: &HeaderMap| {
            headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_some_and(|value| value.as_bytes() == origin.as_bytes())
        };
        let remedy = "list it in `cors_origins` of the Worker's SETTINGS as well, and deploy";
        findings.push(match preflight(http, url, origin).await {
            Some(headers) if allowed(&headers) => Finding::ok(check, "is let in"),
            Some(_) => Finding::problem(check, "is listed here, and the Worker does not let it in", remedy),
            None => Finding::problem(check, "no answer", "try again"),
        });
    }
    findings
}

/// What a browser would ask before it calls.
async fn preflight(http: &Http, url: &str, origin: &str) -> Option<HeaderMap> {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri(format!("{url}/v1/requests"))
        .header(header::ORIGIN, origin)
        .header(header::ACCESS_CONTROL_REQUEST_METHOD, "POST")
        .body(Bytes::new());
    call(http, request.ok()?).await.ok().map(|reply| reply.headers().clone())
}

/// A page of a site that nobody listed must not be let in.
async fn cors(http: &Http, url: &str) -> Finding {
    const CHECK: &str = "worker cors";
    let remedy = "list only your own origins in `cors_origins`";
    match preflight(http, url, "https://not-listed.invalid").await {
        Some(headers) if headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN) => {
            Finding::problem(CHECK, "pages of any site may call it from a browser", remedy)
        }
        Some(_) => Finding::ok(CHECK, "pages of other sites are not let in"),
        None => Finding::problem(CHECK, "no answer", "try again"),
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
