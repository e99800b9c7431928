//! The analyst's console: pages made on the server, with one style sheet and one script beside them.
//!
//! Nothing here reads a case or decides anything: pages are made of what the API shows, and what an analyst does goes
//! through the same routes as every caller's requests.

pub mod assets;
pub mod pages;
