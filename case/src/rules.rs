//! Rules as data: dated packs of law and network rules with citations, and what follows from them for a matter.
//!
//! A pack is a JSON file in `case/rules`, compiled in and never edited once shipped: a change is a new file, and a case
//! keeps the packs that it was opened with. The code here counts days; every number it counts with stands in a pack
//! with its citation and how sure we are of it. None of it is legal advice.

pub mod arrival;
pub mod bar;
pub mod book;
pub mod calendar;
pub mod check;
pub mod clock;
pub mod codes;
pub mod liability;
pub mod matter;
pub mod network;
pub mod pack;
pub mod settings;
mod shipped;
pub mod zone;

pub use self::{
    bar::BarResult,
    book::{Force, Found, Pin, Rulebook},
    clock::{Basis, Clock, Due, Pause},
    liability::LiabilityResult,
    matter::{Channel, Fact, Matter},
    settings::{Change, RulesProblem, RulesSettings},
};
