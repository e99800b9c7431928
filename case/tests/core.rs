//! The core as its hosts see it: stories told to the end, laws that hold for every sequence of inputs, and journals
//! of earlier versions. One binary, because linking costs more than running.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "helpers of tests fail loudly and take what `json!` makes"
)]

mod attacks;
mod interleavings;
mod journals;
mod laws;
mod stories;
mod world;
