//! `caseworker doctor`: what is set and what answers, one line each, with the remedy where something is wrong.
//!
//! It asks for nothing that costs anything or changes anything, and never prints a secret.

mod agents;
mod folder;
mod reach;
mod sign_in;
mod worker;

pub(super) use self::reach::call;

use std::net::ToSocketAddrs as _;

use serde::Serialize;

use super::Data;
use crate::{
    engine,
    exit::{Exit, Failure},
    output,
    settings::{LISTEN, Name, Settings},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: Data,
    /// The Worker to check; CLOUDFLARE_WORKER_URL if it is set
    #[arg(long, value_name = "URL")]
    worker: Option<String>,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// One line of the report.
#[derive(Debug, Serialize)]
struct Finding {
    check: String,
    /// `ok`, `note` or `problem`.
    result: Verdict,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Verdict {
    /// It works.
    Ok,
    /// It is not set, and need not be.
    Note,
    /// It does not work.
    Problem,
}

impl Finding {
    fn ok(check: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { check: check.into(), result: Verdict::Ok, detail: detail.into(), remedy: None }
    }

    fn note(check: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check: check.into(), result: Verdict::Note, detail: detail.into(), remedy: Some(remedy.into()) }
    }

    fn problem(check: impl Into<String>, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { check: check.into(), result: Verdict::Problem, detail: detail.into(), remedy: Some(remedy.into()) }
    }
}

/// Runs the command. Settings that cannot be read have already ended it, with their own remedy.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let http = engine::http(settings)?;
    let mut problems = 0_u64;
    let mut report = |findings: Vec<Finding>| {
        problems += findings.iter().filter(|finding| finding.result == Verdict::Problem).count() as u64;
        findings.iter().try_for_each(output::json)
    };
    report(vec![
        Finding::ok("settings", "read and within their limits"),
        cors(settings),
        listen(settings),
        local_model(settings),
    ])?;
    report(folder::check(settings))?;
    report(vec![reach::claude(settings, &http).await])?;
    report(reach::sources(settings, &http).await)?;
    report(agents::check(settings, &http).await)?;
    report(sign_in::check(settings, &http).await)?;
    match settings.worker_url(args.worker.as_deref()) {
        Err(error) => report(vec![Finding::problem(
            "worker",
            error.to_string(),
            "write it as https://caseworker.example.workers.dev, without /v1",
        )])?,
        Ok(Some(url)) => report(worker::check(settings, &http, &url).await)?,
        Ok(None) => report(vec![Finding::note(
            "worker",
            "no Worker is set",
            format!("none is needed; to send requests to one, set {} or give --worker", Name::WorkerUrl),
        )])?,
    }
    if problems == 0 { Ok(()) } else { Err(Failure::new(Exit::Found, format!("{problems} problems"))) }
}

/// Whether `serve` can read its address. Whether it is free, only serving tells: a server may well run there.
fn listen(settings: &Settings) -> Finding {
    let address = settings.host.listen.as_deref().unwrap_or(LISTEN);
    match address.to_socket_addrs() {
        Ok(_) => Finding::ok("listen", format!("`serve` listens on {address}")),
        Err(_) => Finding::problem(
            "listen",
            "`host.listen` is not an address with a port",
            format!("write it as {LISTEN}, or give --listen"),
        ),
    }
}

/// Which model the local tier reads with, and whether it is one.
fn local_model(settings: &Settings) -> Finding {
    const CHECK: &str = "local model";
    match settings.local_model() {
        Ok(None) => Finding::ok(CHECK, "the shipped one"),
        Ok(Some(model)) => Finding::ok(CHECK, format!("of your own, {}", model.hash())),
        Err(error) => Finding::problem(
            CHECK,
            error.to_string(),
            "make it again with `caseworker train`, or leave `host.local_model` out for the shipped one",
        ),
    }
}

fn cors(settings: &Settings) -> Finding {
    let origins = &settings.config.cors_origins;
    let usable = |origin: &String| {
        let uri = origin.parse::<http::Uri>();
        uri.is_ok_and(|uri| uri.scheme().is_some() && uri.host().is_some() && !origin.ends_with('/'))
    };
    match origins.iter().find(|origin| !usable(origin)) {
        Some(_) => Finding::problem(
            "cors",
            "an origin in `cors_origins` can match no browser",
            "write it as a browser sends it: https://desk.example, without a path or a slash at the end",
        ),
        None if origins.is_empty() => {
            Finding::ok("cors", "no origin is listed: no page of another site can read this API from a browser")
        }
        None => Finding::ok("cors", format!("{} origins may call from a browser", origins.len())),
    }
}
