//! `cargo xtask proof`: the long batteries at full size, each with its result on a page of `docs/proof`.
//!
//! CI runs the same batteries short. A page is written only where the battery held, and says with which commit, machine
//! and command it did, so that anybody can do it again. Nothing of a page is written by hand.

mod histories;
mod hostile;
mod machine;
mod pii;

use std::{fs, path::PathBuf, time::Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::{edge, sabotage, shell, tools};

/// Where the pages lie, from the root of the checkout.
const FOLDER: &str = "docs/proof";
/// What the line begins with on which a battery says what it came to.
const TALLY: &str = "tally: ";
/// The battery that sabotages, and its page.
const SABOTAGE: &str = "sabotage";
/// What each line about a kill begins with.
const KILL: &str = "kill ";

/// Which battery, and how large.
#[derive(Debug, clap::Args)]
pub(crate) struct Proof {
    /// Which battery; all of them if not given
    #[arg(value_parser = ["edge-kill", "native-kill", pii::NAME, histories::NAME, hostile::NAME, SABOTAGE])]
    name: Option<String>,
    /// How often the host is killed; a page is written for 100 and more
    #[arg(long, default_value_t = 100)]
    kills: u32,
    /// How many actions must have been executed at the end
    #[arg(long, default_value_t = 500)]
    actions: u32,
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
    /// Take the Worker that `edge/build` holds instead of building it as it is deployed
    #[arg(long)]
    no_build: bool,
}

/// The least number of kills whose result is worth a page.
const KILLS_OF_A_PAGE: u32 = 100;

/// A battery.
struct Battery {
    name: &'static str,
    title: &'static str,
    /// What is killed, and what that means.
    what: &'static str,
    /// The test of `sim` that it is.
    test: [&'static str; 2],
    needs_worker: bool,
}

const BATTERIES: [Battery; 2] = [
    Battery {
        name: "edge-kill",
        title: "The Worker under `kill -9`",
        what: "`workerd` runs the Worker with its Durable Objects and D1 on disk, and is killed with `kill -9`.",
        test: ["kill_edge", "a_worker_whose_runtime_is_killed"],
        needs_worker: true,
    },
    Battery {
        name: "native-kill",
        title: "The native host under `kill -9`",
        what: "`caseworker serve` runs with SQLite on disk, and is killed with `kill -9`.",
        test: ["kill", "a_native_host_that_is_killed"],
        needs_worker: false,
    },
];

/// What a battery said while it ran.
#[derive(Debug, Default)]
struct Said {
    kills: Vec<String>,
    tally: Option<Value>,
}

impl Said {
    fn hear(&mut self, line: &str) {
        if let Some(tally) = line.strip_prefix(TALLY) {
            self.tally = serde_json::from_str(tally).ok();
        } else if line.starts_with(KILL) {
            self.kills.push(line.to_owned());
        }
    }
}

impl Proof {
    /// Runs the batteries and writes their pages.
    pub(crate) fn run(&self) -> Result<()> {
        let chosen = BATTERIES.iter().filter(|battery| self.name.as_deref().is_none_or(|name| name == battery.name));
        for battery in chosen {
            if battery.needs_worker && !self.no_build {
                edge::build(&tools::ensure()?)?;
            }
            self.prove(battery)?;
        }
        if self.name.as_deref().is_none_or(|name| name == pii::NAME) {
            pii::prove(self.rows)?;
        }
        if self.name.as_deref().is_none_or(|name| name == histories::NAME) {
            histories::prove(self.seeds)?;
        }
        if self.name.as_deref().is_none_or(|name| name == hostile::NAME) {
            hostile::prove(self.attacks, self.pairs)?;
        }
        if self.name.as_deref().is_none_or(|name| name == SABOTAGE) {
            prove_sabotage()?;
        }
        Ok(())
    }

    fn prove(&self, battery: &Battery) -> Result<()> {
        let commit = machine::commit()?;
        let [test, filter] = battery.test;
        let mut command = shell::cargo();
        command.args(["test", "--locked", "--package", "sim", "--test", test, filter, "--", "--nocapture"]);
        command.env("KILLS", self.kills.to_string()).env("ACTIONS", self.actions.to_string());
        // Tests that start a host take the Worker as it was built above.
        command.env("XTASK_BIN", std::env::current_exe().context("finding xtask itself")?);
        let (mut said, started) = (Said::default(), Instant::now());
        let good = shell::watch(&mut command, |line| said.hear(line))?;
        ensure!(good, "{} does not hold; no page was written", battery.name);
        let Some(tally) = said.tally else { bail!("{} was left out on this machine", battery.name) };
        if self.kills < KILLS_OF_A_PAGE {
            println!("{} holds; a page is written for {KILLS_OF_A_PAGE} kills and more", battery.name);
            return Ok(());
        }
        let page = self.page(battery, &commit, &tally, &said.kills, started.elapsed().as_secs())?;
        let path: PathBuf = shell::root().join(FOLDER).join(format!("{}.md", battery.name));
        fs::create_dir_all(shell::root().join(FOLDER)).with_context(|| format!("making {FOLDER}"))?;
        fs::write(&path, page).with_context(|| format!("writing {}", path.display()))?;
        println!("wrote {FOLDER}/{}.md", battery.name);
        Ok(())
    }

    /// The page, from what the battery counted.
    fn page(&self, battery: &Battery, commit: &str, tally: &Value, kills: &[String], seconds: u64) -> Result<String> {
        let number = |name: &str| tally.get(name).and_then(Value::as_u64).with_context(|| format!("no {name}"));
        let in_flight = tally.get("in_flight").and_then(Value::as_array).context("no in_flight")?;
        let mut in_flight: Vec<u64> = in_flight.iter().filter_map(Value::as_u64).collect();
        in_flight.sort_unstable();
        let busy = in_flight.iter().filter(|cases| **cases > 0).count();
        let median = in_flight.get(in_flight.len() / 2).copied().unwrap_or_default();
        let most = in_flight.last().copied().unwrap_or_default();
        let mut page = format!("# {}\n\n{}\n\n", battery.title, battery.what);
        page += "Callers open cases and approve what is proposed, with the answers of some actions lost on purpose, so \
                 that they are sent again.\nThe kills come at random moments. At the end everything is held against \
                 what callers were told and what the bank,\nwhich is another process, has executed:\n\n\
                 - no case and no approval that was acknowledged is lost;\n\
                 - every approved action was executed, and none twice;\n\
                 - every journal verifies, replays and derives again to the byte;\n\
                 - the docket lists every case once, as its journal leaves it.\n\n\
                 All of it held, or this page would not have been written.\n\n| what | how many |\n|---|---|\n";
        for (what, count) in [
            ("kills", number("kills")?),
            ("kills that met cases in flight", busy as u64),
            ("cases in flight at a kill, median", median),
            ("cases in flight at a kill, most", most),
            ("cases that were acknowledged", number("cases")?),
            ("approvals that were acknowledged", number("approvals")?),
            ("actions that the bank executed", number("executed")?),
            ("actions that the bank was sent again under their key", number("repeats")?),
        ] {
            page += &format!("| {what} | {count} |\n");
        }
        let (name, seed) = (battery.name, number("seed")?);
        let (kills_wanted, actions) = (self.kills, self.actions);
        page += &format!(
            "\n| how | |\n|---|---|\n| command | `cargo xtask proof {name} --kills {kills_wanted} --actions {actions}` |\n\
             | seed | {seed} (`SEED={seed}` repeats the moments) |\n| commit | {commit} |\n| date | {} |\n| machine | {} |\n\
             | time | {seconds} s |\n\n## The kills\n\n```text\n{}\n```\n",
            machine::date(),
            machine::words(),
            kills.join("\n")
        );
        Ok(page)
    }
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
    page += &format!(
        "\n{} of {} were caught.\n\n| how | |\n|---|---|\n| command | `cargo xtask proof sabotage` |\n| commit | {commit} |\n\
         | date | {} |\n| machine | {} |\n| time | {} s |\n",
        caught.len(),
        caught.len(),
        machine::date(),
        machine::words(),
        started.elapsed().as_secs()
    );
    fs::write(shell::root().join(FOLDER).join("sabotage.md"), page).context("writing the page")?;
    println!("wrote {FOLDER}/{SABOTAGE}.md");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_the_battery_counted() {
        let mut said = Said::default();
        for line in ["running 1 test", "kill 1: 3 cases in flight", "kill 2: 0 cases in flight"] {
            said.hear(line);
        }
        said.hear("tally: {\"seed\":7,\"kills\":2,\"in_flight\":[3,0],\"cases\":9,\"approvals\":8,\"executed\":8,\"repeats\":1}");
        let proof = Proof { name: None, kills: 2, actions: 8, rows: 9, seeds: 9, attacks: 9, pairs: 9, no_build: true };
        let page = proof.page(&BATTERIES[0], "abc", &said.tally.unwrap(), &said.kills, 5).unwrap();
        for line in [
            "| kills that met cases in flight | 1 |",
            "| actions that the bank executed | 8 |",
            "`cargo xtask proof edge-kill --kills 2 --actions 8`",
            "kill 1: 3 cases in flight\nkill 2: 0 cases in flight\n",
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
    }

    #[test]
    fn a_battery_that_says_no_tally_has_no_page() {
        let mut said = Said::default();
        said.hear("SKIPPED: the edge's tests need Node 20");
        assert!(said.tally.is_none() && said.kills.is_empty());
    }
}
