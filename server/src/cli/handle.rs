//! `caseworker handle`: one request, worked to rest, here or by a Worker.

use std::time::{Duration, Instant};

use case::ids::{CaseId, TenantId};
use desk::{
    ports::CaseKey,
    setup::{Access, local_grant},
};
use serde_json::{Map, Value};

use super::{Data, ask, caller::Caller};
use crate::{
    engine::{Engine, Plan, Resume},
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
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
    let caller = Caller::new(settings, url)?;
    let until = Instant::now() + wait;
    let text = serde_json::to_vec(body).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let prefer = format!("wait={}", wait.as_secs().min(60));
    let mut view = caller.post("/v1/requests", &[("prefer", &prefer)], text).await?;
    let id = view.get("case_id").and_then(Value::as_str).and_then(|id| CaseId::parse(id).ok());
    let path = id.map(|id| format!("/v1/cases/{id}"));
    while let Some(path) = &path
        && !ask::is_at_rest(&view)
        && Instant::now() < until
    {
        tokio::time::sleep(limits::POLL).await;
        view = caller.get(path).await?;
    }
    Ok(desk::view::short(view))
}
