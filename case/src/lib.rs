//! The pure domain of Caseworker: **a case is a journal, and a pure function over it.**
//!
//! Everything that happened to a case is a line of its journal ([`journal`]). Its state is a fold over the lines
//! ([`fold`]), and what follows is a function of the state ([`next`]). Nothing in this crate reads a clock, draws a
//! random number, opens a socket, awaits, or looks at the environment: a lint (`clippy.toml`) sees to that.
//!
//! Begin with [`case`], the contract a host works against.

// A panic on Workers ends everything that is in flight beside it: outside tests nothing here may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::string_slice, clippy::unreachable)
)]

pub mod actor;
mod alphabet;
pub mod case;
pub mod command;
pub mod country;
pub mod draft;
pub mod entry;
pub mod evidence;
pub mod explain;
pub mod facts;
pub mod fold;
pub mod identity;
pub mod ids;
pub mod journal;
pub mod label;
pub mod language;
pub mod law;
pub mod letter;
pub mod limits;
pub mod local;
pub mod money;
pub mod narrative;
pub mod next;
mod part;
pub mod pii;
pub mod policy;
pub mod prompts;
pub mod rest;
pub mod rules;
pub mod settings;
pub mod source;
pub mod specialist;
pub mod state;
pub mod summary;
pub mod time;
pub mod triage;
pub mod view_hash;
