//! `cargo xtask proof pii`: personal data planted among real requests, counted at full size, and how long it takes to
//! find. The battery is `case/tests/pii`; this module runs it, measures and writes the page.

use std::{collections::BTreeMap, fs, time::Instant};

use anyhow::{Context, Result, ensure};
use case::pii::detect;
use serde_json::Value;

use super::{
    TALLY, machine,
    presidio::{self, Presidio},
    write,
};
use crate::shell;

/// The name of the battery and of its page.
pub(super) const NAME: &str = "pii";
/// The least number of messages whose result is worth a page.
const ROWS_OF_A_PAGE: u32 = 10_000;
/// Bytes of a text that is timed, how many of them there are, and how often each is timed: the quickest counts, since
/// the machine has other things to do.
const TEXT_BYTES: usize = 2_048;
const TEXTS: usize = 2_000;
const TIMES: usize = 5;
/// After how many requests a text holds something to be found.
const EVERY: usize = 6;

/// What is found in the texts that are timed.
const PLANTED: [&str; 6] = [
    "My card is 4539 1488 0343 6467, the order 9937112233 of £12.50 was on 2026-11-03.",
    "Write to john.doe@example.com or call +44 7700 900123.",
    "It went to sort code 20-00-00, account 55779911.",
    "My IBAN is GB82 WEST 1234 5698 7654 32.",
    "SSN 078-05-1120 and not 2026-11-03 10:15:33.",
    "john (at) example (dot) com, 4\u{200B}111 1111 1111 1111",
];

/// What each part of the battery counted, by its name.
pub(super) type Tallies = BTreeMap<String, Value>;

/// Runs the battery with so many messages of each sort, and writes its page.
pub(super) fn prove(rows: u32) -> Result<()> {
    let commit = machine::commit()?;
    let mut command = shell::cargo();
    command.args(["test", "--locked", "--package", "case", "--test", NAME, "--", "--nocapture"]);
    command.env("ROWS", rows.to_string());
    let messages = shell::target_folder().join("proof-pii");
    fs::create_dir_all(&messages).context("making a folder for the messages")?;
    command.env("MESSAGES", &messages);
    let mut tallies = Tallies::new();
    let good = shell::watch(&mut command, |line| {
        let tally = line.split_once(TALLY).and_then(|(_, tally)| serde_json::from_str::<Value>(tally).ok());
        let name = tally.as_ref().and_then(|tally| tally.get("battery")?.as_str().map(str::to_owned));
        tallies.extend(name.zip(tally));
    })?;
    ensure!(good, "{NAME} does not hold; no page was written");
    let (median_us, most_us) = times()?;
    println!("{TEXT_BYTES} bytes: half of the texts within {median_us} µs, 99 of 100 within {most_us} µs");
    if rows < ROWS_OF_A_PAGE {
        println!("{NAME} holds; a page is written for {ROWS_OF_A_PAGE} rows and more");
        return Ok(());
    }
    let beside = presidio::compare(&messages)?;
    let page = page(rows, &commit, &tallies, (median_us, most_us), &beside)?;
    write(NAME, &page)
}

/// How long it takes to find everything in a text, in microseconds: the median, and what 99 of 100 stay within.
fn times() -> Result<(u128, u128)> {
    let requests = fs::read_to_string(shell::root().join("data/requests/train.jsonl")).context("reading requests")?;
    let rows = requests.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let requests: Vec<String> = rows.filter_map(|row| Some(row.get("text")?.as_str()?.to_owned())).collect();
    let mut pieces = requests.iter().map(String::as_str).cycle();
    let mut planted = PLANTED.iter().copied().cycle();
    let mut times = Vec::with_capacity(TEXTS);
    for _ in 0..TEXTS {
        let mut text = String::new();
        while text.len() < TEXT_BYTES {
            pieces.by_ref().take(EVERY).chain(planted.next()).for_each(|piece| {
                text.push_str(piece);
                text.push(' ');
            });
        }
        text.truncate(text.floor_char_boundary(TEXT_BYTES));
        let once = |_| {
            let began = Instant::now();
            let found = detect(&text).len();
            (began.elapsed().as_micros(), found)
        };
        let (quickest, found) = (0..TIMES).map(once).min().context("a text is timed")?;
        ensure!(found > 0, "nothing was found in a text with something in it");
        times.push(quickest);
    }
    times.sort_unstable();
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default();
    Ok((at(50), at(99)))
}

/// The page, from what the battery counted.
fn page(
    rows: u32,
    commit: &str,
    tallies: &Tallies,
    (median_us, most_us): (u128, u128),
    beside: &Presidio,
) -> Result<String> {
    let number = |battery: &str, name: &str| {
        let tally = tallies.get(battery).with_context(|| format!("no tally of {battery}"))?;
        tally.get(name).and_then(Value::as_u64).with_context(|| format!("no {name} of {battery}"))
    };
    let mut page = "# Personal data\n\nCards, IBANs, social security numbers, sort codes with accounts, e-mail addresses and telephone numbers are \
         made up with their check digits\nright and planted in real requests, each message with one of them. It leaks if one letter or digit of it is \
         left. What a customer\nwrites of their own name, address and day of birth is looked for with their profile.\n\n\
         A count of nothing in n messages bounds the rate at 3/n, for messages of this kind only.\n\n| what | messages | leaks | aim |\n|---|---|---|---|\n"
        .to_owned();
    for (battery, what, aim) in [
        ("clean", "written plainly", "at most 1 in 10,000"),
        ("disguised", "disguised", "at most 1 in 1,000"),
        ("person", "the customer's own name, address or day of birth", "at most 1 in 1,000"),
    ] {
        page += &format!("| {what} | {rows} | {} | {aim} |\n", number(battery, "leaks")?);
    }
    let (published, leaks) = (number("published", "rows")?, number("published", "leaks")?);
    page += &format!("| numbers published for tests, plainly and disguised | {published} | {leaks} | none |\n");
    page += "\n| what | messages | touched | aim |\n|---|---|---|---|\n";
    for (battery, what) in [
        ("harmless", "orders, amounts, days, references, versions and the like"),
        ("person", "requests of others, looked at with a customer's profile"),
    ] {
        page += &format!("| {what} | {rows} | {} | at most 1 in 100 |\n", number(battery, "touched")?);
    }
    let (requests, touched) = (number("requests", "rows")?, number("requests", "touched")?);
    page += &format!(
        "| requests as they were written (`data/requests/train.jsonl`) | {requests} | {touched} | at most 1 in 100 |\n"
    );
    let all = number("triage", "rows")?;
    page += &format!(
        "\n| triage on `dev.jsonl` ({all} rows) | right |\n|---|---|\n| as written | {} |\n| a datum behind each, taken out | {} |\n\
         | a datum with its introduction behind each, taken out | {} |\n\n\
         Finding everything in {TEXT_BYTES} bytes takes {median_us} µs in half of the texts, and at most {most_us} µs in 99 of 100.\n",
        number("triage", "plain")?,
        number("triage", "bare")?,
        number("triage", "introduced")?
    );
    page += &beside.section(tallies)?;
    page += "\n## By kind and way\n\n| kind / way | planted | leaks |\n|---|---|---|\n";
    for battery in ["clean", "disguised"] {
        let by =
            tallies.get(battery).and_then(|tally| tally.get("by")).and_then(Value::as_object).context("no ways")?;
        for (way, counts) in by {
            let count = |at: usize| counts.get(at).and_then(Value::as_u64).unwrap_or_default();
            page += &format!("| {way} | {} | {} |\n", count(0), count(1));
        }
    }
    page += &format!(
        "\n| how | |\n|---|---|\n| command | `cargo xtask proof {NAME} --rows {rows}` |\n| seed | {} (`SEED` has others) |\n\
         | commit | {commit} |\n| date | {} |\n| machine | {} |\n",
        number("clean", "seed")?,
        machine::date(),
        machine::words()
    );
    Ok(page)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_says_what_the_battery_counted_and_lacks_nothing() {
        let mut tallies: Tallies = [
            json!({ "battery": "clean", "seed": 5, "leaks": 1, "by": { "card / clean": [7, 1] } }),
            json!({ "battery": "disguised", "leaks": 2, "by": { "iban / newline": [9, 2] } }),
            json!({ "battery": "person", "leaks": 3, "touched": 4 }),
            json!({ "battery": "harmless", "touched": 6, "by": {} }),
            json!({ "battery": "published", "rows": 490, "leaks": 0, "by": { "card / clean": [21, 0] } }),
            json!({ "battery": "requests", "rows": 500, "touched": 3, "by": { "- / -": [500, 3] } }),
            json!({ "battery": "triage", "rows": 30, "plain": 28, "bare": 27, "introduced": 26 }),
        ]
        .into_iter()
        .map(|tally| (tally["battery"].as_str().unwrap().to_owned(), tally))
        .collect();
        let written = page(10_000, "`abc`", &tallies, (80, 200), &Presidio::default()).unwrap();
        for line in [
            "| written plainly | 10000 | 1 |",
            "| iban / newline | 9 | 2 |",
            "looked at with a customer's profile | 10000 | 4 |",
            "| as written | 28 |",
            "| published cards, plainly and disguised | 0 | 0 | 0 | 0 |",
            "takes 80 µs in half of the texts, and at most 200 µs",
        ] {
            assert!(written.contains(line), "{line}: {written}");
        }
        tallies.remove("person");
        assert!(
            page(10_000, "`abc`", &tallies, (80, 200), &Presidio::default()).is_err(),
            "a battery that was left out has no page"
        );
    }
}
