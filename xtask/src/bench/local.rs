//! How long the local tier takes to read a request, natively and in wasm, over the rows of `dev.jsonl`.

use std::hint::black_box;
use std::time::Instant;

use anyhow::{Context, Result};
use case::local::LocalModel;

use super::page;
use crate::{shell, tools};

/// Passes over all rows, of which the median counts.
const PASSES: usize = 9;

/// Measures this build of the core and the one for wasm, one after the other.
pub(crate) fn run() -> Result<()> {
    let rows = shell::root().join("data/requests/dev.jsonl");
    let texts = texts(&std::fs::read_to_string(&rows)?)?;
    let model = LocalModel::embedded();
    let pass = || {
        let start = Instant::now();
        for text in &texts {
            black_box(model.read(black_box(text)));
        }
        start.elapsed().as_secs_f64() * 1e6 / texts.len() as f64
    };
    pass();
    let native = page::median(&mut (0..PASSES).map(|_| pass()).collect::<Vec<_>>());
    let tools = tools::ensure()?;
    let target = shell::target_folder();
    shell::run(
        shell::cargo()
            .args(["build", "--locked", "--package", "rederive", "--profile", "edge"])
            .args(["--target", tools::WASM_TARGET]),
    )?;
    let wasm = target.join(tools::WASM_TARGET).join("edge/rederive.wasm");
    let glue = target.join("bench-local");
    shell::run(shell::command(&tools.wasm_bindgen).args(["--target", "nodejs", "--out-dir"]).arg(&glue).arg(&wasm))?;
    let script = shell::root().join("sim/rederive/bench.mjs");
    let said = shell::read(shell::command("node").arg(script).arg(glue.join("rederive.js")).arg(&rows))?;
    let wasm: f64 = said.trim().parse().context("reading what the wasm took")?;
    let table = format!(
        "{} {} requests, the middle of {PASSES} passes.\n\n| | us a request | aim |\n|---|---|---|\n\
         | native, {} | {native:.1} | 30 |\n| wasm, in Node, with the Worker's own build profile | {wasm:.1} | 100 |\n",
        page::taken()?,
        texts.len(),
        if cfg!(debug_assertions) { "the core as tests have it (`opt-level = 2`)" } else { "release build" },
    );
    println!("{table}");
    page::write("local", &table)
}

fn texts(rows: &str) -> Result<Vec<String>> {
    let text = |line: &str| {
        let row: serde_json::Value = serde_json::from_str(line)?;
        Ok(row["text"].as_str().context("a row without a text")?.to_owned())
    };
    rows.lines().map(text).collect()
}
