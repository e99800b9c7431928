//! The core's wasm build in Node: not a host, but what a host's build says of a journal or a text.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::{edge::xtask, native::root};

/// The profile of the Worker's build, so that both builds are made in the same way.
const PROFILE: &str = "edge";
const TARGET: &str = "wasm32-unknown-unknown";

/// The core as wasm, ready for Node.
pub struct Wasm {
    glue: PathBuf,
}

impl Wasm {
    /// Builds the core for wasm and the glue to Node.
    ///
    /// # Errors
    /// Where a tool is missing or the build fails.
    pub fn build() -> Result<Self> {
        let target = super::target_folder();
        let mut cargo = super::cargo();
        cargo.args(["build", "--locked", "--package", "rederive", "--profile", PROFILE, "--target", TARGET]);
        ensure!(cargo.status().context("cargo build")?.success(), "the core does not build for wasm");
        let tools = Command::new(xtask()?).arg("tools").current_dir(root()).output().context("xtask tools")?;
        let tools = String::from_utf8(tools.stdout)?;
        let binder = tools.lines().find(|path| path.ends_with("wasm-bindgen")).context("no wasm-bindgen")?;
        let (wasm, glue) = (target.join(TARGET).join(PROFILE).join("rederive.wasm"), target.join("rederive"));
        let mut bind = Command::new(binder);
        bind.args(["--target", "nodejs", "--out-dir"]).arg(&glue).arg(&wasm);
        ensure!(bind.status().context("wasm-bindgen")?.success(), "wasm-bindgen does not take the core");
        Ok(Self { glue: glue.join("rederive.js") })
    }

    /// What the wasm build says of each journal: the hash of its last line, or its fault.
    ///
    /// # Errors
    /// Where Node does not answer each.
    pub fn judge(&self, journals: &[String]) -> Result<Vec<String>> {
        self.ask(journals.iter().map(|journal| json!({ "journal": journal })))
    }

    /// What the wasm build reads in each text, as JSON.
    ///
    /// # Errors
    /// Where Node does not answer each.
    pub fn read(&self, texts: &[String]) -> Result<Vec<String>> {
        self.ask(texts.iter().map(|text| json!({ "text": text })))
    }

    fn ask(&self, questions: impl Iterator<Item = Value>) -> Result<Vec<String>> {
        let lines: Vec<String> = questions.map(|question| format!("{question}\n")).collect();
        let asked = lines.len();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("rederive/run.mjs");
        let mut node = Command::new("node");
        node.arg(script).arg(&self.glue).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut node = node.spawn().context("starting node")?;
        let mut stdin = node.stdin.take().context("node's stdin was piped")?;
        let writer = thread::spawn(move || lines.iter().try_for_each(|line| stdin.write_all(line.as_bytes())));
        let output = node.wait_with_output()?;
        ensure!(writer.join().is_ok_and(|written| written.is_ok()), "node did not read everything");
        ensure!(output.status.success(), "node ended with {}", output.status);
        let answers = String::from_utf8(output.stdout)?;
        let answers: Vec<String> = answers.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
        ensure!(answers.len() == asked, "{} answers to {asked} questions", answers.len());
        Ok(answers)
    }
}
