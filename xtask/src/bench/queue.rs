//! The first page of the queue, as an analyst waits for it: with a thousand cases, with a hundred thousand, and with a
//! hundred thousand most of which are closed, snoozed or wait and stand before the others.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use case::ids::{CaseId, TenantId};
use clap::Args;
use desk::docket::{DocketQuery, DocketRow, Queue};
use desk::docket_sql::{self, Statement, Value};
use desk::ports::CaseKey;
use rusqlite::{Connection, params_from_iter};

use super::client;
use super::page::{self, median};
use crate::local;
use crate::shell::{self, Ended};

/// What is asked for: what the console's queue asks for.
const PAGE: &str = "/v1/cases?queue=open&counts=true&limit=50";
/// A server that has not answered by then never will.
const START_LIMIT: Duration = Duration::from_secs(60);
/// The beginning of the time in which the made-up cases were opened.
const OPENED_AT: i64 = 1_760_000_000_000;

/// How the bench is told what to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// How often each page is asked for.
    #[arg(long, default_value_t = 60)]
    rounds: usize,
    /// The cases of the large dockets.
    #[arg(long, default_value_t = 100_000)]
    cases: u32,
    /// Print the figures and leave the page as it is.
    #[arg(long)]
    print: bool,
}

/// A docket that is measured.
struct Docket {
    name: &'static str,
    cases: u32,
    /// Whether most cases are closed, snoozed or wait.
    is_mixed: bool,
}

/// A docket with its server, and what was measured of it.
struct Stage {
    folder: PathBuf,
    port: u16,
    /// Ends with the stage.
    _server: Ended,
    pages_ms: Vec<f64>,
    statements_ms: Vec<f64>,
}

/// Measures and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    ensure!(options.rounds > 0 && options.cases >= 1_000, "nothing is measured with no rounds or so few cases");
    shell::run(shell::cargo().args(["build", "--locked", "--package", "server"]))?;
    let dockets = [
        Docket { name: "1,000 cases before analysts", cases: 1_000, is_mixed: false },
        Docket { name: "the large docket, all before analysts", cases: options.cases, is_mixed: false },
        Docket { name: "the large docket, one in ten before analysts", cases: options.cases, is_mixed: true },
    ];
    let mut stages = dockets.iter().map(set).collect::<Result<Vec<Stage>>>()?;
    for round in 0..=options.rounds {
        // Whoever comes first finds a colder machine, so that they take turns at it.
        let count = stages.len();
        for turn in 0..count {
            let stage = stages.get_mut((round + turn) % count).context("there is a stage for each turn")?;
            let (page_ms, statements_ms) = measure(stage)?;
            // The first round warms all of them up.
            if round > 0 {
                stage.pages_ms.push(page_ms);
                stage.statements_ms.push(statements_ms);
            }
        }
    }
    let table = table(&dockets, &stages, options)?;
    println!("{table}");
    if options.print { Ok(()) } else { page::write("queue", &table) }
}

/// Makes a docket in a data folder, and a server on it.
fn set(docket: &Docket) -> Result<Stage> {
    let folder = shell::target_folder().join(format!("bench-queue/{}-{}", docket.cases, docket.is_mixed));
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("emptying {}", folder.display()))?;
    }
    // The server makes its tables; it is stopped before they are filled.
    let port = local::free_port()?;
    drop(serve(folder.clone(), port)?);
    fill(&folder, docket)?;
    serve(folder, port)
}

fn serve(folder: PathBuf, port: u16) -> Result<Stage> {
    let mut command = shell::command(shell::target_folder().join("debug/caseworker"));
    command.arg("serve").arg("--listen").arg(format!("127.0.0.1:{port}")).arg("--data").arg(&folder).arg("--sandbox");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    let server = Ended(command.spawn().context("starting caseworker")?);
    let stage = Stage { folder, port, _server: server, pages_ms: Vec::new(), statements_ms: Vec::new() };
    let began = Instant::now();
    while client::status(port, "/healthz").ok() != Some(200) {
        if began.elapsed() > START_LIMIT {
            bail!("the server on port {port} does not answer");
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(stage)
}

fn open(folder: &Path) -> Result<Connection> {
    Connection::open(folder.join("cases.sqlite3")).with_context(|| format!("opening {}", folder.display()))
}

fn fill(folder: &Path, docket: &Docket) -> Result<()> {
    let tenant = TenantId::local();
    let mut connection = open(folder)?;
    let transaction = connection.transaction()?;
    for number in 0..docket.cases {
        let row = row(number, docket.is_mixed);
        let case = CaseId::parse(&row.case_id).ok().context("a made-up id is an id")?;
        for statement in docket_sql::write(&CaseKey { tenant: tenant.clone(), case }, &row, None) {
            transaction.prepare_cached(&statement.sql)?.execute(params_from_iter(values(&statement)))?;
        }
    }
    Ok(transaction.commit()?)
}

pub(super) fn values(statement: &Statement) -> impl Iterator<Item = rusqlite::types::Value> {
    statement.values.iter().map(|value| match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
    })
}

/// A made-up case. In a mixed docket what lies before nobody comes first by its deadline.
fn row(number: u32, is_mixed: bool) -> DocketRow {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
    let state = match (is_mixed, number % 10) {
        (true, 0..=4) => "closed",
        (true, 7) => "waiting",
        (true, 8) => "working",
        (true | false, _) => "review",
    };
    let is_snoozed = is_mixed && matches!(number % 10, 5 | 6);
    let is_behind = state == "review" && !is_snoozed;
    let opened_at = OPENED_AT + i64::from(number) * 60_000;
    DocketRow {
        case_id: CaseId::from_random(bytes).to_string(),
        state: state.to_owned(),
        task: Some(if number.is_multiple_of(3) { "dispute_summary" } else { "fraud_check" }.to_owned()),
        agent: "dispute-agent".to_owned(),
        assignee: number.is_multiple_of(4).then(|| "local".to_owned()),
        external_id: Some(format!("T-{number}")),
        escalated: number.is_multiple_of(5),
        due_at: Some(opened_at + if is_behind { 3_000_000_000_000 } else { 0 }),
        opened_at,
        updated_at: opened_at,
        submitted_by: "till".to_owned(),
        risk: Some(["high", "medium", "low"][number as usize % 3].to_owned()),
        customer_id: Some(format!("cus_{}", number / 3)),
        about: vec![format!("tx_{number}")],
        snoozed_until: is_snoozed.then_some(OPENED_AT),
        closed_at: (state == "closed").then_some(opened_at),
        head_hash: "0".repeat(64),
        ..DocketRow::default()
    }
}

/// One page over HTTP, and its statements alone, in milliseconds.
fn measure(stage: &Stage) -> Result<(f64, f64)> {
    let began = Instant::now();
    let (status, answer) = client::get(stage.port, PAGE)?;
    let page_ms = began.elapsed().as_secs_f64() * 1e3;
    let rows = answer.matches("\"case_id\"").count();
    ensure!(status == 200 && rows == 50, "the page holds {rows} rows: {status}");
    let tenant = TenantId::local();
    let query = DocketQuery { queue: Some(Queue::Open), asked_by: Some("local".to_owned()), ..DocketQuery::default() };
    let connection = open(&stage.folder)?;
    let statements = [docket_sql::page(&tenant, &query, 50), docket_sql::counts(&tenant, Some("local"))];
    let mut statements_ms = f64::INFINITY;
    // The connection is new: it reads the schema once before anything is measured.
    for _ in 0..3 {
        let began = Instant::now();
        for statement in &statements {
            let mut prepared = connection.prepare_cached(&statement.sql)?;
            let read = prepared.query_map(params_from_iter(values(statement)), |row| row.get::<_, String>(0))?;
            ensure!(!read.collect::<Result<Vec<_>, _>>()?.is_empty(), "a statement brought nothing");
        }
        statements_ms = statements_ms.min(began.elapsed().as_secs_f64() * 1e3);
    }
    Ok((page_ms, statements_ms))
}

fn table(dockets: &[Docket], stages: &[Stage], options: &Options) -> Result<String> {
    let mut text = format!(
        "{} {} rounds, large dockets of {} cases; medians, and the median of each round's ratio to the first line. A build \
         without optimisation.\n\n| | page over HTTP, ms | ratio | statements, ms | ratio |\n|---|---|---|---|---|\n",
        page::taken()?,
        options.rounds,
        options.cases
    );
    let first = stages.first().context("there is a first docket")?;
    for (docket, stage) in dockets.iter().zip(stages) {
        let column = |of: fn(&Stage) -> &Vec<f64>| {
            let mut ratios: Vec<f64> = of(stage).iter().zip(of(first)).map(|(one, other)| one / other).collect();
            (median(&mut of(stage).clone()), median(&mut ratios))
        };
        let (page, page_ratio) = column(|stage| &stage.pages_ms);
        let (statements, statements_ratio) = column(|stage| &stage.statements_ms);
        text.push_str(&format!(
            "| {} | {page:.2} | {page_ratio:.2} | {statements:.3} | {statements_ratio:.2} |\n",
            docket.name
        ));
    }
    Ok(text)
}
