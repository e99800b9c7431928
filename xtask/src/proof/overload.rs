//! `cargo xtask proof overload`: the native host under five times what it can bear, with slow callers, and with its model
//! and a source away. The battery is `sim load`; this module builds both optimised, gives each a core and writes the page.

use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{TALLY, how, machine, write};
use crate::shell;

/// The name of the battery and of its page.
pub(super) const NAME: &str = "overload";
/// The least number of seconds for each step whose result is worth a page.
const SECONDS_OF_A_PAGE: u64 = 15;

/// Runs the battery with steps of so many seconds, and writes its page.
pub(super) fn prove(seconds: u64) -> Result<()> {
    let (commit, started) = (machine::commit()?, Instant::now());
    shell::run(shell::cargo().args(["build", "--locked", "--release", "--package", "server", "--package", "sim"]))?;
    let built = shell::target_folder().join("release");
    // The load has a core of its own, and so has the host.
    let mut command = shell::command("taskset");
    command.args(["-c", "1"]).arg(built.join("sim")).args(["load", "--core", "0"]);
    command.args(["--seconds", &seconds.to_string()]).env("CASEWORKER_BIN", built.join("caseworker"));
    let mut tally = None;
    let good = shell::watch(&mut command, |line| {
        tally = line.strip_prefix(TALLY).and_then(|tally| serde_json::from_str::<Value>(tally).ok()).or(tally.take());
    })?;
    ensure!(good, "{NAME} does not hold; no page was written");
    let Some(tally) = tally else { bail!("{NAME} said no tally") };
    if seconds < SECONDS_OF_A_PAGE {
        println!("{NAME} holds; a page is written for steps of {SECONDS_OF_A_PAGE} seconds and more");
        return Ok(());
    }
    let page = page(&commit, &tally, started.elapsed().as_secs())?;
    write(NAME, &page)
}

/// The page, from what the battery counted.
fn page(commit: &str, tally: &Value, took_s: u64) -> Result<String> {
    let number = |at: &str| {
        let found = tally.pointer(at).and_then(Value::as_f64);
        found.with_context(|| format!("no {at}"))
    };
    let (in_time, seconds, slow) = (number("/in_time_s")?, number("/seconds")?, number("/slow")?);
    let mut page = format!(
        "# The native host under too much load\n\n`caseworker serve` has one core, with the settings it ships with, keys, and the sandbox bank as another process over HTTP. The load\n\
         and the bank have the other core; each request is sent at its moment, whether or not those before were answered, and times count from\n\
         there. Who is turned away does not come back; more is offered instead. A case is worked in time where it was accepted and came to\n\
         rest within {in_time} seconds of its moment. Goodput is how many did in a second, counted for {seconds} seconds that begin {in_time} seconds after\n\
         the load, so that what is begun early and ended late is no gain. 140 other requests a second come beside new cases in every row: of\n\
         analysts, of submitters, and of somebody without a key.\n\n\
         - At five times the most that it works in time, goodput stays within 90% of that (the median of the rounds).\n\
         - Every accepted case came to rest; nothing was answered but 2xx, 409 of a case's own, 429 and 503, and each 429 and 503 said when\n  to come back.\n\
         - At least 99% of the analysts' requests were answered; new cases were turned away first.\n\
         - {slow} slow callers who come at once when counting begins (silent, half a head, half a body, answers that nobody reads) change none of this.\n\n\
         All of it held, or this page would not have been written.\n\n\
         | round | | offered a second | worked in time a second | of the most | new cases turned away | follow-ups answered | analysts answered | within, 99 of 100 | a CPU second | busy: host, bank, load |\n\
         |---|---|---|---|---|---|---|---|---|---|---|\n",
    );
    let rounds = tally.get("rounds").and_then(Value::as_array).context("no rounds")?;
    for (round, stages) in rounds.iter().enumerate() {
        let of = |stage: usize, at: &str| {
            let found = stages.pointer(&format!("/{stage}{at}")).and_then(Value::as_f64);
            found.with_context(|| format!("no {at} in stage {stage}"))
        };
        for (stage, name) in ["the most", "five times", "and slow callers"].iter().enumerate() {
            let share = |sort: &str| {
                anyhow::Ok(of(stage, &format!("/{sort}/answered"))? / of(stage, &format!("/{sort}/sent"))?.max(1.0))
            };
            let away = of(stage, "/new_work/turned_away_503")? + of(stage, "/new_work/turned_away_429")?;
            let busy = |who: &str| anyhow::Ok(of(stage, &format!("/cpu/{who}"))? * 100.0 / seconds);
            page += &format!(
                "| {} | {name} | {} | {:.1} | {:.2} | {away} | {:.3} | {:.3} | {} ms | {:.1} | {:.0}%, {:.0}%, {:.0}% |\n",
                round + 1,
                of(stage, "/rate")?,
                of(stage, "/goodput")?,
                of(stage, "/goodput")? / of(0, "/goodput")?,
                share("follow_ups")?,
                share("staff")?,
                of(stage, "/staff/p99_ms")?,
                of(stage, "/for_a_cpu_second")?,
                busy("host_s")?,
                busy("outside_s")?,
                busy("load_s")?,
            );
        }
    }
    let outage = |name: &str| number(&format!("/outage/{name}"));
    page += &format!(
        "\n## Outages\n\nThe host asks a model about every case. It is away for {} seconds; later one look-up source fails {} of 100 calls.\n\n\
         | what | how many |\n|---|---|\n| calls of the model in such a time while it answers | {} |\n| calls that reached it while it was away | {} |\n\
         | until it was called again once it was back | {} ms |\n| calls of the ledger that the same cases need where nothing fails | {} |\n\
         | calls that reached it while it failed now and then | {} |\n",
        outage("away_s")?,
        outage("fails_percent")?,
        outage("asks")?,
        outage("calls_away")?,
        outage("found_after_ms")?,
        outage("asks_flaky")?,
        outage("calls_flaky")?
    );
    page += &how(&format!("{NAME} --step-seconds {seconds}"), None, commit, took_s);
    Ok(page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_what_the_battery_counted_and_lacks_nothing() {
        let sort = json!({ "sent": 100, "answered": 99, "turned_away_503": 7, "turned_away_429": 2, "p99_ms": 41 });
        let cpu = json!({ "host_s": 14.7, "outside_s": 3, "load_s": 1.5 });
        let stage = |goodput: f64| json!({ "rate": 200, "goodput": goodput, "for_a_cpu_second": goodput, "cpu": cpu, "new_work": sort, "follow_ups": sort, "staff": sort });
        let mut tally = json!({
            "in_time_s": 5, "seconds": 15, "slow": 500, "rounds": [[stage(40.0), stage(38.0), stage(37.0)]],
            "outage": { "away_s": 30, "fails_percent": 30, "asks": 900, "calls_away": 12, "found_after_ms": 4000,
                        "asks_flaky": 500, "calls_flaky": 540 },
        });
        let written = page("`abc`", &tally, 60).unwrap();
        for line in [
            "| 1 | five times | 200 | 38.0 | 0.95 | 9 | 0.990 | 0.990 | 41 ms | 38.0 | 98%, 20%, 10% |",
            "| calls that reached it while it was away | 12 |",
            "`cargo xtask proof overload --step-seconds 15`",
        ] {
            assert!(written.contains(line), "{line}: {written}");
        }
        tally["outage"] = json!({});
        assert!(page("`abc`", &tally, 60).is_err(), "what was left out has no page");
    }
}
