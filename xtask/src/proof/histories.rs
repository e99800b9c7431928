//! `cargo xtask proof histories`: many seeds of the simulator, and a page of what they came to.

use std::time::Instant;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::{machine, write};
use crate::simulate;

/// The name of the battery and of its page.
pub(super) const NAME: &str = "histories";
/// The least number of histories whose result is worth a page.
const SEEDS_OF_A_PAGE: u64 = 100_000;

/// Lets so many histories happen, and writes their page.
pub(super) fn prove(seeds: u64) -> Result<()> {
    let (commit, started) = (machine::commit()?, Instant::now());
    let Some(tally) = simulate::histories(&[format!("--seeds={seeds}")], true)? else {
        bail!("the histories said nothing");
    };
    if seeds < SEEDS_OF_A_PAGE {
        println!("{NAME} hold; a page is written for {SEEDS_OF_A_PAGE} and more");
        return Ok(());
    }
    let page = page(seeds, &commit, &tally, started.elapsed().as_secs())?;
    write(NAME, &page)
}

fn page(seeds: u64, commit: &str, tally: &Value, seconds: u64) -> Result<String> {
    let number = |name: &str| tally.get(name).and_then(Value::as_u64).with_context(|| format!("no {name}"));
    let mut page = String::from(
        "# Histories from seeds\n\nA whole desk lives through histories whose clock, randomness, network and storage follow from \
         a seed: what people do, what\nbefalls each exchange and each write, crashes, clocks that are set, sources and the model \
         away for up to a day. After every event,\nand for 45 days after the storm:\n\n\
         - no case and no message that was acknowledged is lost;\n\
         - journals only grow, verify and derive again to the byte; docket and wake are what the journal says;\n\
         - somebody owns each case, and what waits is woken;\n\
         - no time of the law passes without an entry that says so;\n\
         - the bank's book holds what enough people agreed to, each action once, one way back for one charge;\n\
         - in the end nothing is at work any more, nobody was left without an answer, and every event was told.\n\n\
         All of it held in each of them, or this page would not have been written. No failure in n histories bounds the rate of\n\
         failing ones at 3/n, for this generator only.\n\n| what | how many |\n|---|---|\n",
    );
    for (what, name) in [
        ("histories", "seeds"),
        ("cases", "cases"),
        ("entries of journals", "lines"),
        ("journals whose entries differ in kind or order", "distinct_journals"),
        ("actions that the bank executed", "effects"),
        ("events that the receiver took", "events_told"),
        ("faults, all together", "faults"),
        ("processes that died", "crashes"),
        ("exchanges with somebody who was away", "unreachable"),
    ] {
        page += &format!("| {what} | {} |\n", number(name)?);
    }
    for (of, name) in [("exchanges", "exchanges"), ("writes", "writes")] {
        let faults = tally.get(name).and_then(Value::as_object).with_context(|| format!("no {name}"))?;
        for (fault, times) in faults {
            page += &format!("| {of}: {} | {times} |\n", words(fault));
        }
    }
    page += &format!(
        "\n| how | |\n|---|---|\n| command | `cargo xtask proof histories --seeds {seeds}` |\n| commit | {commit} |\n\
         | date | {} |\n| machine | {} |\n| time | {seconds} s |\n",
        machine::date(),
        machine::words()
    );
    Ok(page)
}

/// `DiesBefore` as `dies before`.
fn words(name: &str) -> String {
    let mut words = String::new();
    for letter in name.chars() {
        if letter.is_uppercase() && !words.is_empty() {
            words.push(' ');
        }
        words.extend(letter.to_lowercase());
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_holds_every_count() {
        let tally = serde_json::json!({ "seeds": 9, "cases": 8, "lines": 7, "distinct_journals": 6, "effects": 5,
            "events_told": 4, "faults": 3, "crashes": 2, "unreachable": 1, "exchanges": { "Lost": 11 },
            "writes": { "DiesBefore": 12 } });
        let page = page(9, "abc", &tally, 1).unwrap();
        for line in ["| histories | 9 |", "| exchanges: lost | 11 |", "| writes: dies before | 12 |", "--seeds 9`"] {
            assert!(page.contains(line), "{line}: {page}");
        }
        assert!(super::page(9, "abc", &Value::Null, 1).is_err());
    }
}
