//! The native host: the binary `caseworker`. It stores, sends, wakes and prints; it decides nothing about a case.

mod host;
mod limits;
mod metrics;
mod outside;
mod store;
mod waker;
