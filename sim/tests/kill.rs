//! `kill -9` of the native host in the middle of a load. `KILLS` says how often (20 without it), `SEED` repeats a run.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use sim::{
    bank::Bank,
    battery::{self, Plan, Random},
    hosts::{
        Kind,
        native::{Native, caseworker},
        outside::{Obedience, Outside},
    },
};

/// Runs `caseworker` with arguments; all that it printed is the error where it does not end with 0.
fn run(folder: &Path, arguments: &[&str]) -> Result<()> {
    let (code, said) = end_of(folder, arguments)?;
    ensure!(code == Some(0), "{arguments:?} ended with {code:?}: {said}");
    Ok(())
}

/// How `caseworker` with these arguments ends, and what it prints.
fn end_of(folder: &Path, arguments: &[&str]) -> Result<(Option<i32>, String)> {
    let done = caseworker(folder)?.args(arguments).output()?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((done.status.code(), text(&done.stdout) + &text(&done.stderr)))
}

/// Every journal below a folder.
fn journals(folder: &Path) -> Result<Vec<PathBuf>> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains("\"kind\":\"opened\"")) {
                found.push(path);
            }
        }
    }
    Ok(found)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_host_that_is_killed_again_and_again_loses_nothing_it_acknowledged() -> Result<()> {
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = Native::start(Kind::Plain, &outside).await?;
    battery::run(&host.world, &Plan::from_environment()).await?;
    host.world.process.as_ref().context("a process")?.kill()?;

    run(host.folder(), &["verify", "data", "--rederive"])?;
    run(host.folder(), &["export", "--data", "data", "archive"])?;
    run(host.folder(), &["verify", "archive", "--rederive"])?;

    // One changed byte in one line, and the place is named.
    let journal = journals(&host.folder().join("archive"))?.pop().context("no journal was exported")?;
    let text = fs::read_to_string(&journal)?;
    let line = text.lines().nth(2).context("a third line")?;
    fs::write(&journal, text.replace(line, &line.replacen("\"at\":1", "\"at\":2", 1)))?;
    let (code, said) = end_of(host.folder(), &["verify", "archive"])?;
    ensure!(code == Some(1), "a changed byte: ended with {code:?}: {said}");
    let fault: Value = serde_json::from_str(said.lines().next().unwrap_or_default())?;
    ensure!(matches!(fault["seq"].as_u64(), Some(2 | 3)), "{said}");
    let case = fault["case"].as_str().context("the fault names no case")?;
    ensure!(journal.to_string_lossy().contains(case), "another case is named: {said}");
    Ok(())
}

/// Rows of a batch; every third cannot be read.
fn rows(count: usize) -> String {
    let texts = ["My card was charged twice for the same subscription.", "Where is my transfer?", "\u{0}"];
    let row =
        |number: usize, text: &str| json!({ "id": format!("row-{number}"), "text": text, "customer_id": "cus_ada" });
    (0..count).zip(texts.into_iter().cycle()).map(|(number, text)| row(number, text).to_string() + "\n").collect()
}

/// Makes the bank so slow that there is always something in flight.
fn slow_down(outside: &Outside) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let bank = Bank::new(&outside.url)?;
    runtime.block_on(async {
        bank.fail("ledger", "delay:40", None).await?;
        bank.fail("policy", "delay:20", None).await
    })
}

/// Cases that are stored and verify, and whose row is not out yet.
fn in_flight(home: &Path, out: &str) -> Result<usize> {
    let (code, said) = end_of(home, &["verify", "data"])?;
    if !home.join("data").exists() {
        return Ok(0);
    }
    ensure!(code == Some(0), "after a kill, verify ended with {code:?}: {said}");
    let stored = said.lines().last().and_then(|line| line.split_once(" cases")?.0.parse::<usize>().ok());
    let answered = out.lines().filter(|line| line.contains("\"case_id\"")).count();
    Ok(stored.with_context(|| format!("verify counted no cases: {said}"))?.saturating_sub(answered))
}

#[test]
fn a_batch_that_is_killed_again_and_again_has_one_line_out_for_each_line_in() -> Result<()> {
    const ROWS: usize = 600;
    let outside = Outside::serve(Obedience::Wary, "")?;
    slow_down(&outside)?;
    let folder = tempfile::tempdir()?;
    let home = folder.path();
    fs::write(home.join("in.jsonl"), rows(ROWS))?;
    let sources = ["ledger", "profile", "risk", "merchants", "policy", "actions"];
    let sources: String = sources.iter().map(|source| format!("{source} = \"{}\"\n", outside.url)).collect();
    fs::write(home.join("caseworker.toml"), format!("[sources]\n{sources}"))?;
    let seed = battery::seed();
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let batch = || -> Result<Command> {
        let mut command = caseworker(home)?;
        command.args(["batch", "in.jsonl", "out.jsonl", "--data", "data"]).stdout(Stdio::null()).stderr(Stdio::null());
        Ok(command)
    };
    let out = || fs::read_to_string(home.join("out.jsonl")).unwrap_or_default();
    let mut killed = 0;
    // A kill before the first case, or after the last, shows nothing and does not count.
    for _ in 0..4 * battery::kills() {
        if killed == battery::kills() {
            break;
        }
        let mut child = batch()?.spawn()?;
        sleep(Duration::from_millis(60 + random.below(300)));
        if child.try_wait()?.is_some() {
            break;
        }
        child.kill()?;
        child.wait()?;
        let in_flight = in_flight(home, &out())?;
        if in_flight > 0 {
            killed += 1;
            println!("kill {killed}: {in_flight} cases in flight, {} of {ROWS} rows are out", out().lines().count());
        }
    }
    ensure!(killed == battery::kills(), "killed only {killed} times with cases in flight");
    let status = batch()?.status()?;
    ensure!(matches!(status.code(), Some(0 | 1)), "the batch ended with {status}");
    let id = |line: &str| Ok(serde_json::from_str::<Value>(line)?["id"].as_str().context("an id")?.to_owned());
    let ids: Vec<String> = out().lines().map(id).collect::<Result<_>>()?;
    let distinct: BTreeSet<&String> = ids.iter().collect();
    ensure!(ids.len() == ROWS && distinct.len() == ROWS, "{} lines, {} ids", ids.len(), distinct.len());
    run(home, &["verify", "data", "--rederive"])
}
