//! The binary `caseworker`.

fn main() {}
