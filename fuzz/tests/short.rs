//! Each target with its first inputs, and with inputs that are those, changed at random: bytes put in, taken out and swapped, pieces
//! repeated, one input spliced into another. `FUZZ=n` gives each target n inputs; a failing one is shrunk.

#![expect(clippy::panic, reason = "a test says what failed")]

use fuzz::{TARGETS, Target};
use proptest::{
    collection::vec,
    prelude::*,
    sample::{Index, select},
    test_runner::{Config, TestError, TestRunner},
};

/// Inputs for each target where nobody says how many.
const INPUTS: u32 = 400;

/// What parsers stumble over.
const AWKWARD: [&str; 24] = [
    "\0",
    "\u{feff}",
    "\u{200b}",
    "\u{202e}",
    "\r\n",
    "\n\n",
    "\"",
    "\\",
    "\\u0000",
    "{",
    "}",
    "[",
    "[[[[[[[[",
    "null",
    "-1",
    "1e999",
    "18446744073709551616",
    "9223372036854775807",
    "NaN",
    "\u{1f600}",
    "e\u{301}",
    "$",
    "${",
    "%00",
];

/// One change.
#[derive(Debug, Clone)]
enum Change {
    Put(Index, Vec<u8>),
    Cut(Index, u8),
    Swap(Index, u8),
    Repeat(Index, u8),
    Splice(Index, Index, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let awkward = select(&AWKWARD[..]).prop_map(|text| text.as_bytes().to_vec());
    let put = prop_oneof![awkward, vec(any::<u8>(), 1..4)];
    prop_oneof![
        (any::<Index>(), put).prop_map(|(at, bytes)| Change::Put(at, bytes)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, len)| Change::Cut(at, len)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Swap(at, byte)),
        (any::<Index>(), any::<u8>()).prop_map(|(at, len)| Change::Repeat(at, len)),
        (any::<Index>(), any::<Index>(), any::<usize>()).prop_map(|(at, from, seed)| Change::Splice(at, from, seed)),
    ]
}

fn changed(seeds: &[Vec<u8>], first: &Index, changes: &[Change]) -> Vec<u8> {
    let mut bytes = first.get(seeds).clone();
    for change in changes {
        let place = |at: &Index| at.index(bytes.len() + 1);
        let piece = |from: usize, len: u8| from..(from + usize::from(len)).min(bytes.len());
        match change {
            Change::Put(at, put) => {
                let at = place(at);
                bytes.splice(at..at, put.iter().copied());
            }
            Change::Cut(at, len) => drop(bytes.drain(piece(place(at), *len)).count()),
            Change::Swap(at, byte) => {
                let at = place(at);
                if let Some(old) = bytes.get_mut(at) {
                    *old = *byte;
                }
            }
            Change::Repeat(at, len) => {
                let piece = piece(place(at), *len);
                let again = bytes[piece.clone()].to_vec();
                bytes.splice(piece.start..piece.start, again);
            }
            Change::Splice(at, from, seed) => {
                let other = &seeds[seed % seeds.len()];
                let tail = &other[from.index(other.len() + 1)..];
                bytes.truncate(place(at));
                bytes.extend_from_slice(tail);
            }
        }
    }
    bytes
}

fn inputs() -> u32 {
    std::env::var("FUZZ").ok().and_then(|count| count.parse().ok()).unwrap_or(INPUTS)
}

fn holds(target: &Target) {
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "{} has nothing to begin with", target.name);
    for seed in &seeds {
        (target.run)(seed);
    }
    let strategy = (any::<Index>(), vec(change(), 1..8));
    let mut runner = TestRunner::new(Config { cases: inputs(), failure_persistence: None, ..Config::default() });
    let tried = runner.run(&strategy, |(first, changes)| {
        (target.run)(&changed(&seeds, &first, &changes));
        Ok(())
    });
    if let Err(TestError::Fail(why, (first, changes))) = tried {
        let bytes = changed(&seeds, &first, &changes);
        panic!("{}: {why}\ninput: {:?}", target.name, String::from_utf8_lossy(&bytes));
    }
}

#[test]
fn what_callers_send_breaks_no_promise() {
    run(&["request", "headers", "address"]);
}

#[test]
fn what_services_answer_breaks_no_promise() {
    run(&["reply", "stream", "answer", "source"]);
}

#[test]
fn what_is_kept_breaks_no_promise() {
    run(&["journal", "archive", "rules", "pack", "checkpoint", "model", "row"]);
}

#[test]
fn what_operators_and_customers_write_breaks_no_promise() {
    run(&["dot_env", "settings", "words"]);
}

fn run(names: &[&str]) {
    for name in names {
        let target = TARGETS.iter().find(|target| target.name == *name);
        holds(target.unwrap_or_else(|| panic!("there is no target {name}")));
    }
}
