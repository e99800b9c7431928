//! What a case costs with few and with many others stored, with a short and with a long journal of its own, and how a host
//! begins that has left a hundred thousand open cases.
//!
//! The stored cases are real ones, worked by `caseworker batch` with the sandbox bank. The long journals are continued by the
//! core itself, command by command, and written as the host writes them: only the fsync of each is left out.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, ensure};
use case::actor::{Actor, Role};
use case::case::Case;
use case::entry::Command as Order;
use case::ids::{CaseId, Subject, TenantId};
use case::time::Millis;
use clap::Args;
use desk::docket_sql;
use desk::ports::CaseKey;
use desk::row::docket_row;
use rusqlite::{Connection, params, params_from_iter};

use super::client;
use super::native::How;
use super::native::calls::{HOLDS, REQUEST};
use super::native::contender;
use super::native::stage::{self, Cores, Load, Programs, Running};
use super::page::{self, median};
use super::plot::{Bars, short};
use super::queue::values;
use crate::shell;

/// How the bench is told what to measure.
#[derive(Args, Clone, Copy)]
pub(crate) struct Options {
    /// The largest number of cases stored; the others are a thousand, and every ten times as many below it
    #[arg(long, default_value_t = 100_000)]
    stored: usize,
    #[command(flatten)]
    how: How,
}

impl Options {
    /// The size of the committed page.
    pub(crate) fn new(how: How) -> Self {
        Self { stored: 100_000, how }
    }
}

/// Turns that each folder has, and cases in each.
const ROUNDS: usize = 5;
const CASES: usize = 1_000;
/// How long journals are.
const ENTRIES: [u64; 3] = [100, 1_000, 10_000];
/// Commands and pages in a turn of a long journal.
const COMMANDS: usize = 10;
/// Customers of the bank whose cases come to rest before an analyst.
const CUSTOMERS: [&str; 8] = ["cus_ada", "cus_ben", "cus_cleo", "cus_kai", "cus_jun", "cus_fay", "cus_gil", "cus_hana"];
/// What they write.
const TEXTS: [&str; 2] = [
    "Customer says their card was charged twice for the same subscription.",
    "I sent a transfer to my landlord and it has not arrived. Where is my payment?",
];

/// Measures and writes the page.
pub(crate) fn run(options: &Options) -> Result<()> {
    let how = options.how;
    let (programs, cores) = (Programs::build(how.no_build)?, Cores::of_this_machine());
    let stand_in = stage::stand_in(&programs, cores)?;
    let most = if how.quick { 1_000 } else { options.stored };
    ensure!(most >= 1_000, "the largest docket holds a thousand cases or more");
    let sizes: Vec<usize> =
        std::iter::successors(Some(1_000), |size| Some(size * 10)).take_while(|size| *size <= most).collect();
    let folders = sizes.iter().map(|size| fill(&programs, *size)).collect::<Result<Vec<Filled>>>()?;
    let mut text = format!("{} {}\n\n", page::taken()?, cores.words());
    text += &stored(&programs, cores, &stand_in, &folders, if how.quick { 1 } else { ROUNDS }, how)?;
    text += &restarted(&programs, cores, &stand_in, folders.last().context("there is a folder")?)?;
    text += &long(&programs, cores, &stand_in, if how.quick { 1 } else { ROUNDS })?;
    println!("{text}");
    if how.print || how.quick { Ok(()) } else { page::write("growth", &text) }
}

/// A folder with so many cases.
struct Filled {
    size: usize,
    folder: PathBuf,
    seconds: f64,
    bytes: u64,
}

/// Has ours work so many cases into a data folder.
fn fill(programs: &Programs, size: usize) -> Result<Filled> {
    let folder = stage::folder(&format!("stored-{size}"))?;
    let rows = folder.join("rows.jsonl");
    let mut file = std::io::BufWriter::new(fs::File::create(&rows).context("making rows")?);
    for number in 0..size {
        let (text, customer) = (TEXTS[number % TEXTS.len()], CUSTOMERS[number / TEXTS.len() % CUSTOMERS.len()]);
        writeln!(file, r#"{{"id":"row-{number}","text":"{text}","customer_id":"{customer}"}}"#)?;
    }
    file.flush()?;
    let began = Instant::now();
    let mut command = shell::command(&programs.caseworker);
    command
        .arg("batch")
        .arg(&rows)
        .arg(folder.join("out.jsonl"))
        .arg("--data")
        .arg(folder.join("data"))
        .arg("--sandbox");
    shell::run(command.stderr(Stdio::null()))?;
    let bytes = fs::metadata(folder.join("data/cases.sqlite3"))?.len();
    Ok(Filled { size, folder, seconds: began.elapsed().as_secs_f64(), bytes })
}

fn stored(
    programs: &Programs,
    cores: Cores,
    stand_in: &Running,
    folders: &[Filled],
    rounds: usize,
    how: How,
) -> Result<String> {
    let body = stage::folder("load")?.join("request.json");
    fs::write(&body, REQUEST)?;
    let cases = if how.quick { 64 } else { CASES };
    let mut hosts: Vec<(Running, Vec<f64>, Vec<f64>)> = folders
        .iter()
        .map(|filled| Ok((contender::serve(programs, cores, stand_in, &filled.folder, &[])?, vec![], vec![])))
        .collect::<Result<_>>()?;
    for round in 0..=rounds {
        for (host, cpu_us, alone_ms) in &mut hosts {
            let send = |cases, connections| {
                Load { body: &body, cases, connections, wait: 20, holds: HOLDS }.send(programs, cores, host.port)
            };
            let before = host.cpu_ms()?;
            send(cases, 32)?;
            let cpu = (host.cpu_ms()? - before) * 1e3 / cases as f64;
            let alone = send(cases.div_ceil(20), 1)?.p50_ms;
            // The first round warms the machine's own cache of the file.
            if round > 0 {
                cpu_us.push(cpu);
                alone_ms.push(alone);
            }
        }
    }
    let mut text = format!(
        "{rounds} rounds in which the folders take turns, {cases} new cases in each. The stored ones were worked by `caseworker batch`.\n\n\
         | cases stored | processor time for a new case, us | times the first line | one case alone, ms | database, MB | worked in, s |\n\
         |---|---|---|---|---|---|\n"
    );
    let first = hosts.first().map(|(_, cpu_us, _)| cpu_us.clone()).context("there is a folder")?;
    let mut rows = Vec::new();
    for (filled, (_, cpu_us, alone_ms)) in folders.iter().zip(&mut hosts) {
        let mut ratios: Vec<f64> = cpu_us.iter().zip(&first).map(|(one, other)| one / other).collect();
        rows.push((format!("{} cases", filled.size), median(&mut cpu_us.clone())));
        text += &format!(
            "| {} | {} | {:.2} | {} | {} | {:.0} |\n",
            filled.size,
            short(median(cpu_us)),
            median(&mut ratios),
            short(median(alone_ms)),
            short(filled.bytes as f64 / 1e6),
            filled.seconds,
        );
    }
    if !(how.print || how.quick) {
        let title = "Processor time for a new case, microseconds, by how many are stored";
        Bars { title, rows }.write("growth")?;
        text += "\n![Processor time by how many cases are stored](performance/growth.svg)\n";
    }
    Ok(text)
}

/// How a host begins whose folder holds all those open cases.
fn restarted(programs: &Programs, cores: Cores, stand_in: &Running, filled: &Filled) -> Result<String> {
    let host = contender::serve(programs, cores, stand_in, &filled.folder, &["--sandbox"])?;
    let (ready_ms, cpu_ms, memory_mb) = (host.ready.as_secs_f64() * 1e3, host.cpu_ms()?, host.memory_mb()?);
    std::thread::sleep(Duration::from_secs(3));
    let (later_ms, later_mb) = (host.cpu_ms()?, host.memory_mb()?);
    Ok(format!(
        "\nA host that is started on {} open cases answers after {} ms, with {} ms of processor time and {} MB of memory; three \
         seconds later it has taken {} ms and holds {} MB.\n\n",
        filled.size,
        short(ready_ms),
        short(cpu_ms),
        short(memory_mb),
        short(later_ms),
        short(later_mb),
    ))
}

/// A case with a journal of so many entries.
struct Long {
    entries: u64,
    id: String,
    command_ms: Vec<f64>,
    page_ms: Vec<f64>,
}

fn long(programs: &Programs, cores: Cores, stand_in: &Running, rounds: usize) -> Result<String> {
    let folder = stage::folder("long")?;
    let host = contender::serve(programs, cores, stand_in, &folder, &[])?;
    let mut cases = Vec::new();
    for entries in ENTRIES {
        let (status, answer) = client::post(host.port, "/v1/requests", REQUEST)?;
        let id = answer.split("\"case_id\":\"").nth(1).and_then(|rest| rest.split('"').next());
        ensure!(status == 201, "no case was opened: {answer}");
        let id = id.context("a case has an id")?.to_owned();
        cases.push(Long { entries, id, command_ms: Vec::new(), page_ms: Vec::new() });
    }
    drop(host);
    for case in &cases {
        lengthen(&folder.join("data/cases.sqlite3"), &case.id, case.entries)?;
    }
    let host = contender::serve(programs, cores, stand_in, &folder, &[])?;
    for round in 0..=rounds {
        for case in &mut cases {
            let (command, page) = (format!("/v1/cases/{}/commands", case.id), format!("/v1/cases/{}", case.id));
            let before = host.cpu_ms()?;
            for number in 0..COMMANDS {
                let order = if number % 2 == 0 { r#"{"command":"claim"}"# } else { r#"{"command":"release"}"# };
                client::ask(host.port, "POST", &command, order)?;
            }
            let between = host.cpu_ms()?;
            for _ in 0..COMMANDS {
                client::ask(host.port, "GET", &page, "")?;
            }
            let after = host.cpu_ms()?;
            if round > 0 {
                case.command_ms.push((between - before) / COMMANDS as f64);
                case.page_ms.push((after - between) / COMMANDS as f64);
            }
        }
    }
    let mut text = String::from(
        "| entries of a case's journal | processor time for its next command, ms | for its page, ms |\n|---|---|---|\n",
    );
    for mut case in cases {
        let (command, page) = (median(&mut case.command_ms), median(&mut case.page_ms));
        text += &format!("| {} | {} | {} |\n", case.entries, short(command), short(page));
    }
    Ok(text)
}

/// Lets an analyst claim and release a case until its journal is so long. Nobody works the folder meanwhile.
fn lengthen(file: &Path, id: &str, entries: u64) -> Result<()> {
    let mut connection = Connection::open(file)?;
    let key = CaseKey { tenant: TenantId::local(), case: CaseId::parse(id).ok().context("an id is an id")? };
    let read = "SELECT line FROM entries WHERE tenant = ?1 AND case_id = ?2 ORDER BY seq";
    let names = params![key.tenant.as_str(), id];
    let lines: Vec<String> = connection.prepare(read)?.query_map(names, |row| row.get(0))?.collect::<Result<_, _>>()?;
    let mut case = Case::replay(lines.iter().map(String::as_str))?;
    let actor = Actor { subject: Subject::local(), role: Role::Admin };
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let transaction = connection.transaction()?;
    let mut insert = transaction.prepare("INSERT INTO entries (tenant, case_id, seq, line) VALUES (?1, ?2, ?3, ?4)")?;
    while case.head().seq + 1 < entries {
        let first = case.head().seq + 1;
        let order = if case.state().assignee.is_none() { Order::Claim } else { Order::Release };
        let step = case.command(actor.clone(), order, None, Millis(i64::try_from(now)?));
        let step = step.ok().context("an analyst may claim and release")?;
        for (seq, line) in (first..).zip(&step.lines) {
            insert.execute(params![key.tenant.as_str(), id, seq.cast_signed(), line])?;
        }
    }
    drop(insert);
    let head = case.head();
    let stands = "UPDATE cases SET head_seq = ?3, head_hash = ?4 WHERE tenant = ?1 AND case_id = ?2";
    transaction.execute(stands, params![key.tenant.as_str(), id, head.seq.cast_signed(), head.hash.as_str()])?;
    for statement in docket_sql::write(&key, &docket_row(&case), case.wake()) {
        transaction.prepare_cached(&statement.sql)?.execute(params_from_iter(values(&statement)))?;
    }
    Ok(transaction.commit()?)
}
