//! `cargo xtask proof`: the long batteries at full size, each with its result on a page of `docs/proof`.
//!
//! CI runs the same batteries short. A page is written only where the battery held, and says with which commit, machine
//! and command it did, so that anybody can do it again. Nothing of a page is written by hand.

mod faults;
mod fuzz;
mod histories;
mod hostile;
mod kills;
mod mutants;
mod overload;
mod pii;
mod presidio;

use std::{fs, time::Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{machine, sabotage, shell};

/// Where the pages lie, from the root of the checkout.
const FOLDER: &str = "docs/proof";
/// What the line begins with on which a battery says what it came to.
const TALLY: &str = "tally: ";
/// The battery that sabotages, and its page.
const SABOTAGE: &str = "sabotage";

/// A battery by its name, and what runs it at the size that was asked for.
type Battery = (&'static str, fn(&Proof) -> Result<()>);

/// Every battery, in the order in which they run.
const BATTERIES: &[Battery] = &[
    ("edge-kill", |proof| kills::prove(&kills::EDGE, proof)),
    ("native-kill", |proof| kills::prove(&kills::NATIVE, proof)),
    ("sync-order", |proof| faults::prove(&faults::SYNC_ORDER, proof.cases)),
    ("keys", |proof| faults::prove(&faults::KEYS, proof.keys)),
    (pii::NAME, |proof| pii::prove(proof.rows)),
    (histories::NAME, |proof| histories::prove(proof.seeds)),
    (hostile::NAME, |proof| hostile::prove(proof.attacks, proof.pairs)),
    (fuzz::NAME, |proof| fuzz::prove(proof.seconds)),
    (overload::NAME, |proof| overload::prove(proof.step_seconds)),
    (mutants::NAME, |proof| mutants::prove(proof.each)),
    (SABOTAGE, |_| prove_sabotage()),
];

/// Which battery, and how large.
#[derive(Debug, clap::Args)]
pub(crate) struct Proof {
    /// Which battery; all of them if not given
    #[arg(value_parser = clap::builder::PossibleValuesParser::new(BATTERIES.iter().map(|(name, _)| *name)))]
    name: Option<String>,
    /// How often the host is killed; a page is written for 500 and more
    #[arg(long, default_value_t = 500)]
    kills: u32,
    /// How many actions must have been executed at the end
    #[arg(long, default_value_t = 5_000)]
    actions: u32,
    /// How many cases are made while the system calls are watched; a page is written for 200 and more
    #[arg(long, default_value_t = 200)]
    cases: u32,
    /// How many idempotency keys are sent fifty times each; a page is written for 1,000 and more
    #[arg(long, default_value_t = 1_000)]
    keys: u32,
    /// How many messages of each sort personal data is planted in; a page is written for 10,000 and more
    #[arg(long, default_value_t = 10_000)]
    rows: u32,
    /// How many histories happen; a page is written for 100,000 and more
    #[arg(long, default_value_t = 100_000)]
    seeds: u64,
    /// How often a hostile model attacks; a page is written for 5,000 and more
    #[arg(long, default_value_t = 5_000)]
    attacks: u64,
    /// How many cases are lived twice, with an honest model and a hostile one; a page is written for 10,000 and more
    #[arg(long, default_value_t = 10_000)]
    pairs: u64,
    /// How many seconds each parser is fuzzed; a page is written for 60 and more
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// How many changes of the source are tried in each of its parts, spread over the part; a page is written for 25 and more
    #[arg(long, default_value_t = 100)]
    each: usize,
    /// How long each step of the load lasts; a page is written for 15 seconds and more
    #[arg(long, default_value_t = 15)]
    step_seconds: u64,
    /// Take the Worker that `edge/build` holds instead of building it as it is deployed
    #[arg(long)]
    no_build: bool,
}

impl Proof {
    /// Runs the batteries and writes their pages.
    pub(crate) fn run(&self) -> Result<()> {
        let wanted = |name: &str| self.name.as_deref().is_none_or(|chosen| chosen == name);
        BATTERIES.iter().filter(|(name, _)| wanted(name)).try_for_each(|(_, prove)| prove(self))
    }
}

/// Runs one test of `sim`, whose last word is its tally; none where the machine cannot run it.
fn tally_of(test: [&str; 2], sizes: &[(&str, u64)]) -> Result<Option<Value>> {
    let [file, filter] = test;
    let mut command = shell::cargo();
    command.args(["test", "--locked", "--package", "sim", "--test", file, filter, "--", "--nocapture"]);
    command.envs(sizes.iter().map(|(name, size)| (*name, size.to_string())));
    // Tests that start a Worker take the one that was built above.
    command.env("XTASK_BIN", std::env::current_exe().context("finding xtask itself")?);
    let mut tally = None;
    let good = shell::watch(&mut command, |line| {
        let said = line.split_once(TALLY).and_then(|(_, tally)| serde_json::from_str(tally).ok());
        tally = said.or(tally.take());
    })?;
    ensure!(good, "{filter} does not hold; no page was written");
    Ok(tally)
}

/// A count of a tally.
fn number(tally: &Value, name: &str) -> Result<u64> {
    tally.get(name).and_then(Value::as_u64).with_context(|| format!("no {name}"))
}

/// The table that says how a result was had.
fn how(command: &str, seed: Option<u64>, commit: &str, seconds: u64) -> String {
    let seed = seed.map(|seed| format!("| seed | {seed} (`SEED={seed}` repeats the moments) |\n")).unwrap_or_default();
    format!(
        "\n| how | |\n|---|---|\n| command | `cargo xtask proof {command}` |\n{seed}| commit | {commit} |\n| date | {} |\n\
         | machine | {} |\n| time | {seconds} s |\n",
        machine::date(),
        machine::words()
    )
}

/// Writes a battery's page.
fn write(name: &str, page: &str) -> Result<()> {
    let folder = shell::root().join(FOLDER);
    fs::create_dir_all(&folder).with_context(|| format!("making {FOLDER}"))?;
    fs::write(folder.join(format!("{name}.md")), page).with_context(|| format!("writing {FOLDER}/{name}.md"))?;
    println!("wrote {FOLDER}/{name}.md");
    Ok(())
}

/// Breaks every promise once, and writes down that each was noticed.
fn prove_sabotage() -> Result<()> {
    let (commit, started) = (machine::commit()?, Instant::now());
    let caught = sabotage::run(None)?;
    let mut page = String::from(
        "# Sabotage\n\nEach patch of `sabotage/` takes one promise out of the source, in a copy of the checkout. The check beside it held before, \
         must fail\nthen, and must say why.\n\n| patch | promise | check | what it said |\n|---|---|---|---|\n",
    );
    for sabotage::Patch { name, promise, check, says, .. } in &caught {
        page += &format!("| `{name}` | {promise} | `{check}` | {says} |\n");
    }
    page += &format!("\n{} of {} were caught.\n", caught.len(), caught.len());
    page += &how(SABOTAGE, None, &commit, started.elapsed().as_secs());
    write(SABOTAGE, &page)
}
