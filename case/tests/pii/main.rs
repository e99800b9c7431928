//! Messages with planted personal data, clean and disguised, and messages that only look as if they held any. A battery:
//! `ROWS` says how many of each kind of message there are, `SEED` which.

#![expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    clippy::disallowed_types,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a battery is told its size, says what it counted and fails loudly; the core does neither"
)]

mod benign;
mod dice;
mod disguise;
mod people;
mod public;
mod sink;
mod values;

use std::collections::BTreeMap;

use case::{
    ids::Reference,
    local::LocalModel,
    pii::{Person, Span, detect, redact},
};
use dice::Dice;
use sink::Sink;
use values::{KINDS, Value};

/// Messages of each sort where nobody says how many.
const ROWS: u64 = 2_000;
const SEED: u64 = 20_261_123;

/// Real requests that the planted sentences stand among.
const REQUESTS: &str = include_str!("../../../data/requests/train.jsonl");

/// Requests that nothing was trained on.
const DEV: &str = include_str!("../../../data/requests/dev.jsonl");

fn told(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

fn requests() -> Vec<String> {
    let text =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    REQUESTS.lines().map(text).collect()
}

/// A message with one datum in it, and where that stands.
struct Message {
    text: String,
    start: usize,
    end: usize,
    kind: &'static str,
    way: &'static str,
    /// Whether words stand within the datum, as in a sort code with its account: they are no secret.
    has_words: bool,
}

impl Message {
    /// Whether a letter or digit of the datum stands outside of every span.
    fn leaks(&self, spans: &[Span]) -> bool {
        let hidden = |at: usize| spans.iter().any(|span| span.start <= at && at < span.end);
        self.secret().any(|at| !hidden(at))
    }

    /// Where the letters and digits stand that must not be left.
    fn secret(&self) -> impl Iterator<Item = usize> {
        let is_secret = |glyph: char| if self.has_words { glyph.is_numeric() } else { glyph.is_alphanumeric() };
        let datum = self.text[self.start..self.end].char_indices();
        datum.filter(move |(_, glyph)| is_secret(*glyph)).map(|(at, _)| self.start + at)
    }
}

/// The message of one number: which datum, how written, among which words.
fn message(number: u64, seed: u64, requests: &[String], is_disguised: bool) -> Message {
    let mut dice = Dice::new(seed, number * 2 + u64::from(is_disguised));
    let kind = KINDS[(number % KINDS.len() as u64) as usize];
    let Value { written, before, after } = values::value(kind, &mut dice);
    let ways = if kind == "email" { disguise::OF_ADDRESSES } else { disguise::OF_NUMBERS };
    let way = if is_disguised { ways[(number / KINDS.len() as u64) as usize % ways.len()] } else { "clean" };
    let has_words = disguise::has_words(&written);
    let written = if is_disguised { disguise::disguise(way, kind, &written, &mut dice) } else { written };
    let request = &requests[dice.roll(requests.len())];
    let (head, tail) =
        if dice.roll(2) == 0 { (format!("{request} "), String::new()) } else { (String::new(), format!(" {request}")) };
    let start = head.len() + before.len();
    let end = start + written.len();
    Message { text: format!("{head}{before}{written}{after}{tail}"), start, end, kind, way, has_words }
}

/// Plants and counts; says what leaked by kind and way.
fn plant(is_disguised: bool) -> (u64, BTreeMap<String, (u64, u64)>, Vec<String>) {
    let (rows, seed, requests) = (told("ROWS", ROWS), told("SEED", SEED), requests());
    let (mut leaks, mut counts, mut shown) = (0, BTreeMap::new(), Vec::new());
    let mut sink = Sink::open(if is_disguised { "disguised" } else { "clean" });
    for number in 0..rows {
        let message = message(number, seed, &requests, is_disguised);
        sink.planted(&message);
        let is_leak = message.leaks(&detect(&message.text));
        let (planted, leaked): &mut (u64, u64) =
            counts.entry(format!("{} / {}", message.kind, message.way)).or_default();
        *planted += 1;
        *leaked += u64::from(is_leak);
        leaks += u64::from(is_leak);
        if is_leak && shown.len() < told("SHOW", 10) as usize {
            shown.push(format!(
                "{} / {}: {:?} -> {:?}",
                message.kind,
                message.way,
                message.text,
                redact(&message.text)
            ));
        }
    }
    for line in &shown {
        println!("leaks: {line}");
    }
    (leaks, counts, shown)
}

/// The tally of messages that hold nothing.
fn touched_of(battery: &str, rows: usize, touched: usize) -> serde_json::Value {
    serde_json::json!({ "battery": battery, "rows": rows, "touched": touched, "by": { "- / -": [rows, touched] } })
}

#[test]
fn of_ten_thousand_plain_messages_at_most_one_leaks() {
    let (leaks, counts, shown) = plant(false);
    println!(
        "tally: {}",
        serde_json::json!({ "battery": "clean", "seed": told("SEED", SEED), "leaks": leaks, "by": counts })
    );
    assert!(leaks * 10_000 <= told("ROWS", ROWS), "{leaks} leak, such as\n{}", shown.join("\n"));
}

#[test]
fn of_a_thousand_disguised_messages_at_most_one_leaks() {
    let (leaks, counts, shown) = plant(true);
    println!("tally: {}", serde_json::json!({ "battery": "disguised", "leaks": leaks, "by": counts }));
    assert!(leaks * 1_000 <= told("ROWS", ROWS), "{leaks} leak, such as\n{}", shown.join("\n"));
}

#[test]
fn of_a_hundred_harmless_messages_at_most_one_is_touched() {
    let (rows, seed, requests) = (told("ROWS", ROWS), told("SEED", SEED), requests());
    let (mut touched, mut sink) = (Vec::new(), Sink::open("harmless"));
    for number in 0..rows {
        let mut dice = Dice::new(seed, 3 + number * 5);
        let text = format!("{} {}", requests[dice.roll(requests.len())], benign::benign(&mut dice));
        sink.harmless(&text);
        let spans = detect(&text);
        if !spans.is_empty() {
            touched.push(format!("{text:?} -> {:?}", redact(&text)));
        }
    }
    let count = touched.len() as u64;
    println!("tally: {}", touched_of("harmless", rows as usize, touched.len()));
    touched.truncate(told("SHOW", 10) as usize);
    assert!(count * 100 <= rows, "{count} of {rows} are touched, such as\n{}", touched.join("\n"));
}

#[test]
fn every_published_number_is_found_however_it_is_written() {
    let (messages, mut sink) = (public::messages(told("SEED", SEED), &requests()), Sink::open("published"));
    let (mut leaks, mut counts) = (Vec::new(), BTreeMap::<String, (u64, u64)>::new());
    for message in &messages {
        sink.planted(message);
        let is_leak = message.leaks(&detect(&message.text));
        let (planted, leaked) = counts.entry(format!("{} / {}", message.kind, message.way)).or_default();
        (*planted, *leaked) = (*planted + 1, *leaked + u64::from(is_leak));
        if is_leak {
            leaks.push(format!("{}: {:?}", message.way, message.text));
        }
    }
    let (battery, rows) = ("published", messages.len());
    let tally = serde_json::json!({ "battery": battery, "rows": rows, "leaks": leaks.len(), "by": counts });
    println!("tally: {tally}");
    assert!(leaks.is_empty(), "these leak:\n{}", leaks.join("\n"));
}

#[test]
fn of_a_hundred_real_requests_at_most_one_is_touched() {
    let (rows, mut sink) = (requests(), Sink::open("requests"));
    let mut touched = Vec::new();
    for text in &rows {
        sink.harmless(text);
        if !detect(text).is_empty() {
            touched.push(redact(text));
        }
    }
    println!("tally: {}", touched_of("requests", rows.len(), touched.len()));
    touched.truncate(told("SHOW", 10) as usize);
    assert!(touched.len() * 100 <= rows.len(), "such as\n{}", touched.join("\n"));
}

#[test]
fn of_a_thousand_messages_with_the_customer_s_own_name_or_address_at_most_one_leaks() {
    let (rows, seed, requests) = (told("ROWS", ROWS), told("SEED", SEED), requests());
    let (mut leaked, mut touched, mut shown) = (0, 0, Vec::new());
    for number in 0..rows {
        let mut dice = Dice::new(seed, 7 + number * 11);
        let customer = people::customer(&mut dice);
        let person = Person::read(&customer.profile(), &Reference::parse("cus_one").unwrap()).unwrap();
        let (before, written) = customer.written(&mut dice);
        let request = &requests[dice.roll(requests.len())];
        let text = format!("{request} {before}{written}");
        let start = text.len() - written.len();
        let spans = person.find(&text);
        let hidden = |at: usize| spans.iter().any(|span| span.start <= at && at < span.end);
        let is_leak = written.char_indices().any(|(at, glyph)| glyph.is_alphanumeric() && !hidden(start + at));
        leaked += u64::from(is_leak);
        // The request was written by somebody else.
        touched += u64::from(!person.find(request).is_empty());
        if is_leak && shown.len() < told("SHOW", 10) as usize {
            shown.push(format!("{} -> {:?}", customer.profile(), person.veil(&[text]).texts));
        }
    }
    let tally = serde_json::json!({ "battery": "person", "rows": rows, "leaks": leaked, "touched": touched });
    println!("tally: {tally}");
    assert!(leaked * 1_000 <= rows, "{leaked} leak, such as\n{}", shown.join("\n"));
    assert!(touched * 100 <= rows, "{touched} requests of others are touched");
}

#[test]
fn what_is_taken_out_costs_triage_at_most_one_point() {
    let rows: Vec<serde_json::Value> = DEV.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let model = LocalModel::embedded();
    let best = |text: &str| model.read(text).scores.first().map(|scored| scored.label.name());
    let (mut plain, mut bare, mut told_of, mut hidden) = (0_usize, 0_usize, 0_usize, 0_usize);
    for (number, row) in rows.iter().enumerate() {
        let mut dice = Dice::new(told("SEED", SEED), 13 + number as u64 * 17);
        let (text, task) = (row["text"].as_str().unwrap(), row["task"].as_str());
        let kind = dice.pick(&KINDS);
        let Value { written, .. } = values::value(kind, &mut dice);
        let alone = redact(&format!("{text} {written}"));
        let introduced = redact(&format!("{text} {} {written}.", values::introduction(kind)));
        hidden += usize::from(introduced.contains('['));
        let is_right = |text: &str| usize::from(best(text) == task);
        plain += is_right(text);
        bare += is_right(&alone);
        told_of += is_right(&introduced);
    }
    let tally = serde_json::json!({
        "battery": "triage", "rows": rows.len(), "plain": plain, "bare": bare, "introduced": told_of
    });
    println!("tally: {tally}");
    assert!(hidden * 100 >= rows.len() * 99, "only {hidden} rows had anything taken out");
    for (what, right) in [("alone", bare), ("introduced", told_of)] {
        assert!(right * 100 + rows.len() >= plain * 100, "{plain} of {} are right, {what} {right}", rows.len());
    }
}
