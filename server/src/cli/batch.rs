//! `caseworker batch`: a file of requests, one line out per line in, in the same order.
//!
//! It can be stopped at any moment and run again: what is in the output stays, and each row leads to the same case as
//! before, by an idempotency key made from the row. A bad row gives a line that says so and stops nothing; only
//! storage that fails ends the run, because every further row would fail with it.

mod input;
mod results;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use desk::{problem::Code, setup::Access};
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use super::{Data, ask, handle::key_of};
use crate::{
    engine::{Engine, Plan, Resume},
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
};
use input::{Input, Row};
use results::Results;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rows {"id","text"} with the fields of a request, one a line
    input: PathBuf,
    /// Where the results go; an earlier run's output is continued
    output: PathBuf,
    #[command(flatten)]
    data: Data,
    /// Work cases with the sandbox bank in place of the sources; each is marked
    #[arg(long)]
    sandbox: bool,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// What became of the rows of this run.
#[derive(Debug, Default)]
struct Tally {
    done: u64,
    bad: u64,
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let input = Input::open(&args.input)?;
    let mut results = Results::open(&args.output)?;
    let rows = input.rows_after(results.ids())?;
    let plan = Plan { access: |_| Access::Open, sandbox: args.sandbox, resume: Resume::All };
    let engine = Engine::start(settings, &plan).await?;
    if !args.sandbox && settings.config.sources.is_empty() {
        output::words("no sources are configured and --sandbox is not given: evidence will be missing");
    }
    let skipped = results.ids().len() as u64;
    let outcome = work(&engine, rows, &mut results, skipped, input.len()).await;
    engine.stop().await;
    results.finish()?;
    let tally = outcome?;
    // What an earlier run found wrong is still wrong with this output.
    let bad = results.bad() + tally.bad;
    let earlier = if skipped == 0 { String::new() } else { format!(", {skipped} were there already") };
    output::words(&format!("{} rows worked{earlier}, {bad} of them bad", tally.done));
    if bad == 0 { Ok(()) } else { Err(Failure { exit: Exit::Found, message: String::new() }) }
}

/// Refuses what is there and is no regular file, before it is opened: opening a pipe may wait for ever.
fn must_be_regular(path: &Path, remedy: &str) -> Result<(), Failure> {
    match std::fs::metadata(path) {
        Ok(found) if !found.is_file() => {
            Err(Failure::new(Exit::Usage, format!("{}: not a regular file; {remedy}", path.display())))
        }
        // What cannot be looked at says so when it is opened.
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Works rows side by side and writes their lines in order.
async fn work(
    engine: &Engine,
    rows: impl Iterator<Item = Result<Row, Failure>>,
    results: &mut Results,
    skipped: u64,
    total: u64,
) -> Result<Tally, Failure> {
    let bar = progress(skipped, total);
    let mut lines = stream::iter(rows).map(|row| work_row(engine, row)).buffered(limits::BATCH_AT_ONCE);
    let mut tally = Tally::default();
    while let Some(line) = lines.next().await {
        let line = line?;
        tally.done += 1;
        tally.bad += u64::from(results::is_bad(&line));
        results.write(&line)?;
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(tally)
}

/// A bar on a terminal, nothing elsewhere.
fn progress(skipped: u64, total: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
    let form = "{bar:40} {pos}/{len} rows, {per_sec}, {eta} left";
    if let Ok(style) = ProgressStyle::with_template(form) {
        bar.set_style(style);
    }
    bar.set_position(skipped);
    bar.reset_eta();
    bar
}

/// One row's line.
async fn work_row(engine: &Engine, row: Result<Row, Failure>) -> Result<Value, Failure> {
    let row = row?;
    let request = match row.request {
        Ok(request) => request,
        Err(why) => return Ok(json!({ "id": row.id, "line": row.line, "error": { "detail": why } })),
    };
    let headers = [("idempotency-key", request.key.as_str())];
    let reply = ask::post(&engine.front, "/v1/requests", &headers, &request.body).await?;
    if reply.is_storage_down() {
        return Err(reply.failure());
    }
    if !reply.status.is_success() {
        let part = |name: &str| reply.body.get(name).cloned().unwrap_or(Value::Null);
        let error = json!({ "code": part("code"), "detail": part("detail") });
        return Ok(json!({ "id": row.id, "line": row.line, "error": error }));
    }
    let key = key_of(&reply.body)?;
    let limit_ms = u64::try_from(Duration::as_millis(&limits::BATCH_ROW)).unwrap_or(u64::MAX);
    engine.desk.wait_for_rest(&key, limit_ms).await;
    let view = engine.desk.view(&key).await;
    match view.map(desk::view::short) {
        Ok(Value::Object(mut line)) => {
            line.shift_remove("seq");
            line.shift_insert(0, "id".to_owned(), row.id);
            Ok(Value::Object(line))
        }
        Ok(_) => Err(Failure::new(Exit::Storage, "a case without a view")),
        Err(problem) if matches!(problem.code, Code::Full | Code::Storage) => {
            Err(Failure::new(Exit::Storage, problem.detail))
        }
        Err(problem) => Ok(json!({
            "id": row.id, "line": row.line, "error": { "code": problem.code.name(), "detail": problem.detail }
        })),
    }
}
