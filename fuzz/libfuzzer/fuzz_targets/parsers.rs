//! The binary that libFuzzer drives. The variable `TARGET` says which parser of `fuzz::TARGETS` it gives its inputs to.
#![no_main]

use std::sync::LazyLock;

static TARGET: LazyLock<String> = LazyLock::new(|| std::env::var("TARGET").unwrap_or_default());

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| fuzz::run(&TARGET, bytes));
