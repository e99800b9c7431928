//! The console's pages, made of cases that were worked with the sandbox bank. Each is also written to `target/pages`, to
//! be looked at.
#![expect(clippy::unwrap_used, reason = "tests")]

mod fixture;
mod page;
mod sound;
mod zoo;
