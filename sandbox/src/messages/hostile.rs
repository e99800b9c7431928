//! A model that was taken over: instead of an answer it sends an attack, another kind each time, the same ones for a seed.
//!
//! It is the worst case that a caller must withstand, and no model of a real one. It knows nothing of its caller but what
//! it is sent, and a few made-up secrets of other people ([`canary`]), which it tries to smuggle out.

pub(crate) mod canary;
mod content;
mod wire;

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use axum::response::Response;
use serde_json::{Value, json};

use super::{
    answer::{Manners, answer},
    json_response,
    reply::{Block, Reply},
    request::MessageRequest,
};
use crate::random::Random;

/// What it does. The first of these have the form that was asked for, the next break it, then come the smuggled secrets,
/// and the last break the protocol itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Attack {
    WrongLabel,
    Certainty,
    OrdersToTheReader,
    ForeignReferences,
    FalseAmounts,
    Promises,
    NothingFound,
    UnofferedAction,
    MoreFields,
    WrongTypes,
    NotANumber,
    Seven,
    BelowZero,
    Broken,
    Prose,
    Deep,
    Twice,
    CanaryPlain,
    CanaryInBase64,
    CanarySplit,
    CanaryZeroWidth,
    CanaryFullWidth,
    CanaryReversed,
    CanaryInLink,
    CanaryInImage,
    CanaryInMarkup,
    CanaryInFieldName,
    CanaryAsCitation,
    CanaryInThinking,
    KeyEchoed,
    OtherTools,
    ToolBeside,
    RepeatedStops,
    ManyBlocks,
    Huge,
    FarTooHuge,
    Endless,
    Stalled,
    CanaryInHeaders,
    CanaryInError,
    CanaryAsModel,
    AbsurdUsage,
    Redirect,
    NeverAgain,
}

impl Attack {
    const ALL: [Self; 44] = [
        Self::WrongLabel,
        Self::Certainty,
        Self::OrdersToTheReader,
        Self::ForeignReferences,
        Self::FalseAmounts,
        Self::Promises,
        Self::NothingFound,
        Self::UnofferedAction,
        Self::MoreFields,
        Self::WrongTypes,
        Self::NotANumber,
        Self::Seven,
        Self::BelowZero,
        Self::Broken,
        Self::Prose,
        Self::Deep,
        Self::Twice,
        Self::CanaryPlain,
        Self::CanaryInBase64,
        Self::CanarySplit,
        Self::CanaryZeroWidth,
        Self::CanaryFullWidth,
        Self::CanaryReversed,
        Self::CanaryInLink,
        Self::CanaryInImage,
        Self::CanaryInMarkup,
        Self::CanaryInFieldName,
        Self::CanaryAsCitation,
        Self::CanaryInThinking,
        Self::KeyEchoed,
        Self::OtherTools,
        Self::ToolBeside,
        Self::RepeatedStops,
        Self::ManyBlocks,
        Self::Huge,
        Self::FarTooHuge,
        Self::Endless,
        Self::Stalled,
        Self::CanaryInHeaders,
        Self::CanaryInError,
        Self::CanaryAsModel,
        Self::AbsurdUsage,
        Self::Redirect,
        Self::NeverAgain,
    ];

    /// The name in counts: `canary-in-link`.
    fn name(self) -> String {
        let mut name = String::new();
        for letter in format!("{self:?}").chars() {
            if letter.is_uppercase() && !name.is_empty() {
                name.push('-');
            }
            name.extend(letter.to_lowercase());
        }
        name
    }
}

/// Whether the model was taken over, and what it did since.
#[derive(Debug, Default)]
pub(crate) struct Hostile(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    /// None as long as the model is its caller's.
    seed: Option<u64>,
    made: u64,
    counts: BTreeMap<String, u64>,
}

/// One attack, with what it draws.
struct Turn {
    attack: Attack,
    random: Random,
    number: u64,
}

impl Hostile {
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(State { seed, ..State::default() }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes the model over from a seed, or gives it back; the counts begin anew.
    pub(crate) fn take_over(&self, seed: Option<u64>) {
        *self.state() = State { seed, ..State::default() };
    }

    /// What was done so far, by kind; of every kind there is, also those that were not.
    pub(crate) fn to_json(&self) -> Value {
        let state = self.state();
        let counts: BTreeMap<String, u64> = Attack::ALL
            .iter()
            .map(|attack| (attack.name(), state.counts.get(&attack.name()).copied().unwrap_or_default()))
            .collect();
        json!({ "seed": state.seed, "attacks": counts })
    }

    /// The next attack: every kind as often as any other, in an order that the seed draws anew each round.
    fn next(&self) -> Option<Turn> {
        let mut state = self.state();
        let (seed, number) = (state.seed?, state.made);
        state.made += 1;
        let kinds = Attack::ALL.len() as u64;
        let mut order = Attack::ALL;
        let mut shuffle = Random::new(seed, &format!("hostile/round/{}", number / kinds));
        for at in (1..order.len()).rev() {
            let other = shuffle.next() % (at as u64 + 1);
            order.swap(at, usize::try_from(other).unwrap_or(0));
        }
        let attack = *order.get(usize::try_from(number % kinds).unwrap_or(0))?;
        *state.counts.entry(attack.name()).or_default() += 1;
        drop(state);
        Some(Turn { attack, random: Random::new(seed, &format!("hostile/{number}")), number })
    }

    /// What is sent in place of an answer; none as long as the model is its caller's.
    pub(super) fn answer(
        &self,
        request: &MessageRequest,
        manners: Manners<'_>,
        key: &str,
        message_id: &str,
    ) -> Option<Response> {
        let mut turn = self.next()?;
        let honest = answer(request, manners, "toolu_standin_hostile").ok()?;
        if let Some(text) = content::text(&mut turn, &text_of(&honest), key) {
            return Some(json_response(&Reply::text(text).to_message(message_id, request)));
        }
        Some(wire::response(&mut turn, &honest, request, message_id))
    }
}

/// The words of an answer.
fn text_of(reply: &Reply) -> String {
    let texts = reply.blocks.iter().filter_map(|block| match block {
        Block::Text(text) => Some(text.as_str()),
        Block::Thinking(_) | Block::ToolUse { .. } => None,
    });
    texts.collect()
}

#[cfg(test)]
mod tests;
