//! Laws: what holds after every sequence of inputs, valid, hostile or out of order.
//!
//! Each law draws its sequences from a seed that it names when it fails; `CASE_SEED=n` draws the same ones again,
//! and `CASE_TIMES=n` draws that many times as many.

mod chaos;
mod journal;
mod life;
mod reading;

use std::{
    collections::hash_map::RandomState,
    fmt::Debug,
    hash::{BuildHasher, Hasher},
};

use proptest::{
    strategy::Strategy,
    test_runner::{Config, RngSeed, TestRunner},
};

/// Checks a law for `cases` drawn values.
#[track_caller]
pub(crate) fn law<S: Strategy<Value: Debug>>(cases: u32, values: S, holds: impl Fn(S::Value)) {
    let seed = seed();
    let rng_seed = RngSeed::Fixed(seed);
    let config = Config {
        cases: cases * times(),
        rng_seed,
        failure_persistence: None,
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let result = TestRunner::new(config).run(&values, |value| {
        holds(value);
        Ok(())
    });
    if let Err(error) = result {
        panic!("CASE_SEED={seed}: {error}");
    }
}

/// How many times as many values are drawn: `CASE_TIMES=n`.
#[expect(clippy::disallowed_methods, reason = "a test may be told how long to look")]
fn times() -> u32 {
    std::env::var("CASE_TIMES").ok().and_then(|times| times.parse().ok()).unwrap_or(1)
}

#[expect(clippy::disallowed_methods, reason = "a test may be told its seed")]
pub(crate) fn seed() -> u64 {
    let told = std::env::var("CASE_SEED").ok().and_then(|seed| seed.parse().ok());
    told.unwrap_or_else(|| RandomState::new().build_hasher().finish())
}
