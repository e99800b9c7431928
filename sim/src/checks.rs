//! What is checked, by subject. Each function is a sentence that holds, or an error that shows what was seen instead.

pub(crate) mod agents;
pub(crate) mod bad_input;
pub(crate) mod concurrency;
pub(crate) mod console;
pub(crate) mod crowd;
pub(crate) mod disputes;
pub(crate) mod docket;
pub(crate) mod gullible;
pub(crate) mod hostile;
pub(crate) mod idempotency;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod laws;
pub(crate) mod model;
pub(crate) mod outages;
pub(crate) mod people;
pub(crate) mod privacy;
pub(crate) mod records;
pub(crate) mod requests;
pub(crate) mod restart;
pub(crate) mod roles;
pub(crate) mod sign_in;
pub(crate) mod specialists;
pub(crate) mod tickets;
pub(crate) mod words;
pub(crate) mod writing;
