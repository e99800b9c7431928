//! The service both hosts share: ports to the host, the drive loop of a case, and the routes.
//!
//! Nothing here knows whether it runs natively or on Workers.

pub mod config;
pub mod ports;
pub mod vault;
