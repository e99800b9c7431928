//! The stories of the seeded bank. Each comes with a twin: the same words, other facts, another end.
//!
//! A pair is a name for either side, the homes it can happen in, and a function that writes both. Which customers they
//! happen to is drawn from the seed; nothing that the bank serves says it.

mod cards;
mod disputes;
mod duplicates;
mod fraud;
mod goods;
mod kyc;
mod payment;
mod several;
mod stage;
mod words;

use super::answers::Answer;
use super::homes::Home;
use super::life::Variety;
pub(super) use stage::Stage;

/// A story and its twin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) story: &'static str,
    pub(super) twin: &'static str,
    pub(super) task: &'static str,
    pub(super) homes: &'static [Home],
    pub(super) variety: Variety,
    pub(super) write: fn(&mut Stage<'_>) -> Answer,
}

/// Which of the two is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Story,
    Twin,
}

impl Side {
    /// One value for the story, another for its twin.
    fn either<T>(self, story: T, twin: T) -> T {
        match self {
            Self::Story => story,
            Self::Twin => twin,
        }
    }
}

const US: &[Home] = &[Home::UnitedStates];
const GB: &[Home] = &[Home::UnitedKingdom];
const EURO: &[Home] = &[Home::Germany, Home::France, Home::Netherlands, Home::Spain];
const EUROPE: &[Home] = &[Home::UnitedKingdom, Home::Germany, Home::France, Home::Netherlands, Home::Spain];
const ANYWHERE: &[Home] = &Home::ALL;

/// Every pair.
pub(super) fn all() -> impl Iterator<Item = &'static Pair> {
    let families: [&'static [Pair]; 8] = [
        duplicates::PAIRS,
        disputes::PAIRS,
        goods::PAIRS,
        cards::PAIRS,
        fraud::PAIRS,
        kyc::PAIRS,
        payment::PAIRS,
        several::PAIRS,
    ];
    families.into_iter().flatten()
}

const fn pair(
    task: &'static str,
    story: &'static str,
    twin: &'static str,
    homes: &'static [Home],
    write: fn(&mut Stage<'_>) -> Answer,
) -> Pair {
    Pair { story, twin, task, homes, variety: Variety::Quiet, write }
}

/// Every name of a story, for the tests that look for them where they must not be.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    all().flat_map(|pair| [pair.story, pair.twin]).collect()
}

#[cfg(test)]
mod tests;
