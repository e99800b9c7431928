//! The Cloudflare host.

mod bindings;
mod docket;
mod drawer;
mod host;
mod log;
mod outside;
