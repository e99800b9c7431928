//! Webhooks: what happens to a case is told to the operator's endpoint, and what happens elsewhere is told to a case.
//!
//! What there is to tell follows from the journal alone (`event.rs`), so that nothing is queued: where the telling of a
//! case stands is one place in its journal (`cursor.rs`), stored with the case. `deliver.rs` sends from there on, in order
//! and at least once, signed as in the Standard Webhooks specification (`secret.rs`). No event holds words or personal
//! data: who wants more reads the case with a key.

pub mod config;
pub mod cursor;
mod deliver;
pub mod event;
pub mod incoming;
pub(crate) mod replay;
pub mod secret;

pub use config::{EndpointConfig, WebhookConfig, Webhooks};
pub use cursor::{HookState, Place};
pub(crate) use deliver::AT_ONCE;
pub use event::{Event, EventKind};
pub use secret::{HookSecret, HookSignature};
