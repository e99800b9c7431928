//! The reply to a customer: drafted by fixed rules from what was found and decided, each sentence with what it rests on,
//! and a filter that every letter passes before it leaves, whoever wrote it.
//!
//! A draft promises nothing that nobody agreed to, says that something was done only when it was, and has no word of
//! suspicion. The filter is a list of phrases in a few languages; that a letter is right and kind is for whoever sends it.

mod filter;
mod plain;
mod secret;
mod words;

pub use self::filter::{LetterProblem, check, check_question};

use jiff::civil::{Date, date};

use crate::{
    facts::Facts,
    law,
    rules::pack::Jurisdiction,
    source::Source,
    state::{Stage, State},
    summary::Sentence,
};

/// A letter as the fixed rules write it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Its sentences.
    pub sentences: Vec<Sentence>,
    /// What the law has it say about who drafted it.
    pub disclosure: Option<&'static str>,
}

/// That a letter was drafted by a machine.
pub const DISCLOSURE: &str = "This letter was drafted by an automated system and read by a member of our staff.";
/// Where the law says that people are told.
pub const DISCLOSURE_CITATION: &str = "Regulation (EU) 2024/1689, Article 50";
/// From when on.
const DISCLOSED_FROM: Date = date(2026, 8, 2);

/// The draft of a letter about what the case has come to; `None` where no specialist was at work.
#[must_use]
pub fn draft(state: &State) -> Option<Draft> {
    let track = state.lead()?;
    let proposed = track.proposals.last();
    let outcome = match proposed {
        Some(proposed) if proposed.stage == Stage::Done => words::outcome(state, &proposed.proposal),
        Some(proposed) if proposed.stage == Stage::Approved => words::agreed(),
        Some(_) | None if state.closed.is_some() => Vec::new(),
        Some(_) | None => words::undecided(),
    };
    let sentences = words::greeting(track.task)
        .into_iter()
        .chain(proposed.map(|proposed| words::about(state, &proposed.proposal)).unwrap_or_default())
        .chain(outcome)
        .chain(words::end());
    Some(Draft { sentences: sentences.collect(), disclosure: disclosure(state) })
}

/// What a letter that was drafted here has to say about that: where the customer lives in the European Economic Area, or
/// nobody knows where.
#[must_use]
pub fn disclosure(state: &State) -> Option<&'static str> {
    let lives = state.facts_of(Source::Profile).find_map(|facts| match facts {
        Facts::Profile { country, .. } => *country,
        _ => None,
    });
    let elsewhere = lives.is_some_and(|country| law::jurisdiction(country) != Some(Jurisdiction::Eu));
    (state.now.date() >= DISCLOSED_FROM && !elsewhere).then_some(DISCLOSURE)
}

impl Draft {
    /// The letter's words, a paragraph for each sentence.
    #[must_use]
    pub fn text(&self) -> String {
        let sentences = self.sentences.iter().map(|sentence| sentence.text.as_str());
        sentences.chain(self.disclosure).collect::<Vec<_>>().join("\n\n")
    }
}
