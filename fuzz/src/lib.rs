//! Every parser under hostile bytes. A [`Target`] names one, has inputs to begin with, and says what must hold of whatever it
//! is given: no panic, and that what was read can be trusted as far as its type promises.
//!
//! `cargo test -p fuzz` tries each with a few thousand inputs that are changed at random. `cargo xtask proof fuzz` lets libFuzzer
//! look for inputs that reach new code, as `cargo fuzz run --fuzz-dir fuzz/libfuzzer NAME` does for one.
//!
//! It finds nothing about what several parsers do together; histories of whole desks are the simulator's.

#![expect(clippy::panic, reason = "a broken promise must stop the fuzzer, and this crate is never part of the product")]

mod calls;
mod model;
mod records;
mod settings;
mod words;

/// A parser, and how to try it.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// What it is called on the command line and in the page.
    pub name: &'static str,
    /// What it reads, for the page.
    pub reads: &'static str,
    /// Inputs that it takes, or nearly does: what is changed at random begins with these.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Reads the bytes, and panics where a promise is broken.
    pub run: fn(&[u8]),
}

/// Every target. A new parser of bytes from outside gets a line here.
pub const TARGETS: &[Target] = &[
    calls::REQUEST,
    calls::HEADERS,
    calls::ADDRESS,
    model::REPLY,
    model::STREAM,
    model::ANSWER,
    model::SOURCE,
    records::JOURNAL,
    records::ARCHIVE,
    records::RULES,
    records::PACK,
    records::CHECKPOINT,
    records::MODEL,
    records::ROW,
    settings::DOT_ENV,
    settings::SETTINGS,
    words::WORDS,
];

/// Runs one target. The entry of every libFuzzer binary.
///
/// # Panics
/// Where there is no target of that name, and where the target finds a promise broken.
pub fn run(name: &str, bytes: &[u8]) {
    let Some(target) = TARGETS.iter().find(|target| target.name == name) else { panic!("there is no target {name}") };
    (target.run)(bytes);
}

/// The bytes as text, where they are.
const fn text(bytes: &[u8]) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(_) => None,
    }
}

/// Inputs that are texts.
fn texts(texts: &[&str]) -> Vec<Vec<u8>> {
    texts.iter().map(|text| text.as_bytes().to_vec()).collect()
}
