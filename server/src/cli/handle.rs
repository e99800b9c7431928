//! `caseworker handle`: one request, worked to rest, here or by a Worker.

use std::time::{Duration, Instant};

use bytes::Bytes;
use case::ids::{CaseId, TenantId};
use desk::{
    ports::CaseKey,
    setup::{Access, local_grant},
};
use http::{Method, Request, StatusCode, header};
use serde_json::{Map, Value};

use super::{
    Data,
    ask::{self, Reply},
};
use crate::{
    engine::{self, Engine, Plan, Resume},
    exit::{Exit, Failure},
    limits, output,
    settings::{Name, Settings},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// What the customer wrote; `-` reads it from stdin
    text: String,
    /// The customer's reference in your systems
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    /// A Worker, or any other Caseworker, that works the case instead of this process
    #[arg(long, value_name = "URL")]
    worker: Option<String>,
    #[command(flatten)]
    data: Data,
    /// How long to wait for the case to come to rest
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(0..=3_600))]
    wait: u64,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }

    fn body(&self) -> Result<Map<String, Value>, Failure> {
        let mut body = Map::new();
        body.insert("text".to_owned(), ask::text(&self.text)?.into());
        if let Some(customer) = &self.customer {
            body.insert("customer_id".to_owned(), customer.as_str().into());
        }
        Ok(body)
    }
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let body = args.body()?;
    let wait = Duration::from_secs(args.wait);
    let view = match settings.worker_url(args.worker.as_deref())? {
        Some(url) => far(settings, &url, &body, wait).await?,
        None => near(settings, &body, wait).await?,
    };
    output::pretty(&view)?;
    if ask::is_at_rest(&view) {
        return Ok(());
    }
    let message = format!("the case is still at work after {} seconds; it goes on when it is served", args.wait);
    Err(Failure::new(Exit::Unfinished, message))
}

/// Works the case in this process.
async fn near(settings: &Settings, body: &Map<String, Value>, wait: Duration) -> Result<Value, Failure> {
    let sandbox = settings.config.sources.is_empty();
    let plan = Plan { access: |_| Access::Open, sandbox, resume: Resume::None };
    let engine = Engine::start(settings, &plan).await?;
    let view = work(&engine, body, wait).await;
    engine.stop().await;
    view
}

async fn work(engine: &Engine, body: &Map<String, Value>, wait: Duration) -> Result<Value, Failure> {
    let view = ask::post(&engine.front, "/v1/requests", &[], body).await?.into_body()?;
    let key = key_of(&view)?;
    let wait_ms = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
    engine.desk.wait_for_rest(&key, wait_ms).await;
    let view = engine.desk.view(&key).await;
    view.map(desk::view::short).map_err(|problem| Failure::new(Exit::Storage, problem.detail))
}

/// The key of a case of the local tenant that was just opened.
pub(super) fn key_of(view: &Value) -> Result<CaseKey, Failure> {
    let case = view.get("case_id").and_then(Value::as_str).and_then(|id| CaseId::parse(id).ok());
    let case = case.ok_or_else(|| Failure::new(Exit::Storage, "the reply names no case"))?;
    let tenant: TenantId = local_grant().tenant;
    Ok(CaseKey { tenant, case })
}

/// Has the case worked elsewhere.
async fn far(settings: &Settings, url: &str, body: &Map<String, Value>, wait: Duration) -> Result<Value, Failure> {
    let http = engine::http(settings)?;
    if settings.environment.get(Name::ApiKey).is_some() && exposes(url) {
        output::words("the key crosses the network unencrypted; give the Worker's https URL");
    }
    let caller = Caller { http, key: settings.environment.get(Name::ApiKey).map(str::to_owned), url: url.to_owned() };
    let until = Instant::now() + wait;
    let text = serde_json::to_vec(body).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let wait_header = format!("wait={}", wait.as_secs().min(60));
    let mut view = caller.call(Method::POST, "/v1/requests", text.into(), &wait_header).await?;
    let id = view.get("case_id").and_then(Value::as_str).and_then(|id| CaseId::parse(id).ok());
    let path = id.map(|id| format!("/v1/cases/{id}"));
    while let Some(path) = &path
        && !ask::is_at_rest(&view)
        && Instant::now() < until
    {
        tokio::time::sleep(limits::POLL).await;
        view = caller.call(Method::GET, path, Bytes::new(), "").await?;
    }
    Ok(desk::view::short(view))
}

/// Whether a key that is sent there can be read on the way.
fn exposes(url: &str) -> bool {
    claude::endpoint::Endpoint::parse(url).is_ok_and(|endpoint| endpoint.exposes_key())
}

struct Caller {
    http: crate::outside::Http,
    key: Option<String>,
    url: String,
}

impl Caller {
    async fn call(&self, method: Method, path: &str, body: Bytes, prefer: &str) -> Result<Value, Failure> {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.url));
        if !body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json").header("prefer", prefer);
        }
        if let Some(key) = &self.key {
            let mut value = http::HeaderValue::from_str(&format!("Bearer {key}")).map_err(|_| {
                Failure::new(Exit::Settings, format!("{}: has characters that no key has", Name::ApiKey))
            })?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        let request =
            request.body(body).map_err(|error| Failure::new(Exit::Settings, format!("the Worker's URL: {error}")))?;
        let unreachable = |why: String| {
            let remedy = "is it running, and is the URL right? `caseworker doctor` says more";
            Failure::new(Exit::Outside, format!("the Worker did not answer: {why}; {remedy}"))
        };
        let call = self.http.send(request, limits::WORKER_REPLY_BYTES);
        let reply = tokio::time::timeout(limits::WORKER_CALL, call).await;
        let reply = reply.map_err(|_| unreachable("timed out".to_owned()))?;
        let reply = reply.map_err(|error| unreachable(error.to_string()))?;
        read(reply.status(), reply.body())
    }
}

fn read(status: StatusCode, body: &[u8]) -> Result<Value, Failure> {
    let reply = Reply { status, body: serde_json::from_slice(body).unwrap_or(Value::Null) };
    if reply.body.is_null() {
        let message = format!("the Worker answered {status} and no JSON; is the URL a Caseworker's?");
        return Err(Failure::new(Exit::Outside, message));
    }
    if status == StatusCode::UNAUTHORIZED {
        let message = format!("the Worker wants a key; set {} to one that is in force", Name::ApiKey);
        return Err(Failure::new(Exit::Settings, message));
    }
    reply.into_body()
}
