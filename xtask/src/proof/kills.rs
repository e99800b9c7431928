//! `cargo xtask proof native-kill` and `edge-kill`: a host under `kill -9`, five hundred times over five thousand cases.
//! The batteries are tests of `sim`; this module runs them and writes their pages.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{Proof, how, machine, number, tally_of, write};
use crate::{edge, tools};

/// The least number of kills whose result is worth a page.
const KILLS_OF_A_PAGE: u32 = 500;
/// How many kills a line of the page sums up.
const KILLS_OF_A_LINE: usize = 25;
/// Within which time a host that was killed is to answer again.
const READY_MS: u64 = 2_000;

/// A host that is killed.
pub(super) struct Host {
    name: &'static str,
    title: &'static str,
    /// What is killed, and what that means.
    what: &'static str,
    /// The test of `sim` that it is.
    test: [&'static str; 2],
    needs_worker: bool,
}

/// The Worker.
pub(super) const EDGE: Host = Host {
    name: "edge-kill",
    title: "The Worker under `kill -9`",
    what: "`workerd` runs the Worker with its Durable Objects and D1 on disk, and is killed with `kill -9`.",
    test: ["kill_edge", "a_worker_whose_runtime_is_killed"],
    needs_worker: true,
};

/// The native host.
pub(super) const NATIVE: Host = Host {
    name: "native-kill",
    title: "The native host under `kill -9`",
    what: "`caseworker serve` runs with SQLite on disk, and is killed with `kill -9`.",
    test: ["kill", "a_native_host_that_is_killed"],
    needs_worker: false,
};

/// Kills a host so often, and writes its page.
pub(super) fn prove(host: &Host, proof: &Proof) -> Result<()> {
    if host.needs_worker && !proof.no_build {
        edge::build(&tools::ensure()?)?;
    }
    let (commit, started) = (machine::commit()?, Instant::now());
    let sizes = [("KILLS", u64::from(proof.kills)), ("ACTIONS", u64::from(proof.actions))];
    let Some(tally) = tally_of(host.test, &sizes)? else { bail!("{} was left out on this machine", host.name) };
    if proof.kills < KILLS_OF_A_PAGE {
        println!("{} holds; a page is written for {KILLS_OF_A_PAGE} kills and more", host.name);
        return Ok(());
    }
    let built = if host.needs_worker && proof.no_build { " --no-build" } else { "" };
    let command = format!("{} --kills {} --actions {}{built}", host.name, proof.kills, proof.actions);
    let how = how(&command, Some(number(&tally, "seed")?), &commit, started.elapsed().as_secs());
    write(host.name, &(page(host, &tally)? + &how))
}

/// The numbers that a tally lists under a name.
fn numbers(tally: &Value, name: &str) -> Result<Vec<u64>> {
    let listed = tally.get(name).and_then(Value::as_array).with_context(|| format!("no {name}"))?;
    Ok(listed.iter().filter_map(Value::as_u64).collect())
}

/// The middle one of some numbers, and the greatest.
fn middle_and_most(of: &[u64]) -> (u64, u64) {
    let mut sorted = of.to_vec();
    sorted.sort_unstable();
    (sorted.get(sorted.len() / 2).copied().unwrap_or_default(), sorted.last().copied().unwrap_or_default())
}

/// The page, from what the battery counted.
fn page(host: &Host, tally: &Value) -> Result<String> {
    let (in_flight, ready) = (numbers(tally, "in_flight")?, numbers(tally, "ready_ms")?);
    let busy = in_flight.iter().filter(|cases| **cases > 0).count() as u64;
    let soon = ready.iter().filter(|ms| **ms <= READY_MS).count() as u64;
    let ((flying, flying_most), (ready_median, ready_most)) = (middle_and_most(&in_flight), middle_and_most(&ready));
    let (kills, cases) = (number(tally, "kills")?, number(tally, "cases")?);
    let mut page = format!("# {}\n\n{}\n\n", host.title, host.what);
    page += "Callers open cases and approve what is proposed. Of the actions some are executed and the answer is lost, some are \
             executed and\nanswered with an error, some arrive twice, some fail, so that they are sent again. The kills come at \
             random moments. At the end\neverything is held against what callers were told and what the bank, which is another \
             process, has executed:\n\n\
             - no case and no approval that was acknowledged is lost;\n\
             - every approved action was executed, and none twice;\n\
             - every journal verifies, replays and derives again to the byte;\n\
             - the docket lists every case once, as its journal leaves it.\n\n";
    page += &format!(
        "All of it held, or this page would not have been written. 0 failures in n bounds the rate at 3/n, for this generator \
         only: here at\n3 in {kills} kills and 3 in {cases} cases.\n\n| what | how many |\n|---|---|\n"
    );
    for (what, count) in [
        ("kills", kills),
        ("kills that met cases in flight", busy),
        ("cases in flight at a kill, median", flying),
        ("cases in flight at a kill, most", flying_most),
        ("cases that were acknowledged", cases),
        ("approvals that were acknowledged", number(tally, "approvals")?),
        ("actions that the bank executed", number(tally, "executed")?),
        ("actions that reached the bank again under their key", number(tally, "repeats")?),
        ("ms until the host answers again after a kill, median", ready_median),
        ("ms until the host answers again after a kill, most", ready_most),
        ("kills after which it answered again within 2 s", soon),
    ] {
        page += &format!("| {what} | {count} |\n");
    }
    page +=
        "\n| kills | cases in flight, median | most | ms until it answers, median | most |\n|---|---|---|---|---|\n";
    let lines = in_flight.chunks(KILLS_OF_A_LINE).zip(ready.chunks(KILLS_OF_A_LINE));
    for (line, (flying, ready)) in lines.enumerate() {
        let ((flying, flying_most), (ready, ready_most)) = (middle_and_most(flying), middle_and_most(ready));
        let first = line * KILLS_OF_A_LINE;
        let last = (first + KILLS_OF_A_LINE).min(in_flight.len());
        page += &format!("| {} to {last} | {flying} | {flying_most} | {ready} | {ready_most} |\n", first + 1);
    }
    Ok(page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_what_the_battery_counted_with_a_line_for_every_few_kills() {
        let in_flight = [vec![0; 1], vec![3; 25]].concat();
        let ready = [vec![90; 25], vec![2_400]].concat();
        let tally = json!({ "seed": 7, "kills": 26, "in_flight": in_flight, "ready_ms": ready, "cases": 9,
            "approvals": 8, "executed": 8, "repeats": 1 });
        let page = page(&EDGE, &tally).unwrap();
        for line in [
            "| kills that met cases in flight | 25 |",
            "| actions that the bank executed | 8 |",
            "3 in 26 kills and 3 in 9 cases",
            "| kills after which it answered again within 2 s | 25 |",
            "| 1 to 25 | 3 | 3 | 90 | 90 |\n| 26 to 26 | 3 | 3 | 2400 | 2400 |\n",
        ] {
            assert!(page.contains(line), "{line}: {page}");
        }
        assert!(super::page(&EDGE, &Value::Null).is_err(), "a battery without a tally has no page");
    }
}
