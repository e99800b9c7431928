//! What the agents were asked and when, read out of a journal: for the evidence's times and for the picture.

use std::collections::BTreeMap;

use case::{
    entry::{Answer, Entry, Failure, Missing, Question},
    ids::AskId,
    journal::Line,
    time::Millis,
};

use super::super::parts::{lower, words};

/// One thing that the outside was asked, with every attempt at it.
pub(super) struct Work<'a> {
    /// The question's id.
    pub(super) ask: &'a AskId,
    /// Who was asked: a source, `claude`, an agent, or `actions`.
    pub(super) who: String,
    /// What for.
    pub(super) what: String,
    /// The attempts, the first one first.
    pub(super) attempts: Vec<Attempt>,
}

/// One attempt at asking.
pub(super) struct Attempt {
    /// When it began.
    pub(super) from: Millis,
    /// When it ended, where it has.
    pub(super) to: Option<Millis>,
    /// How long it took whoever was asked, where that was measured.
    pub(super) took_ms: Option<i64>,
    /// How it ended.
    pub(super) fate: Fate,
}

/// How an attempt ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It has not.
    Open,
    /// With an answer.
    Answered,
    /// Without one.
    Failed(Failure),
    /// Nobody waits for it any more.
    Late,
}

impl<'a> Work<'a> {
    /// Everything that was asked, in order.
    pub(super) fn of(lines: &'a [Line]) -> Vec<Self> {
        let mut works: Vec<Self> = Vec::new();
        let mut places: BTreeMap<&AskId, usize> = BTreeMap::new();
        for line in lines {
            match &line.entry {
                Entry::Asked { ask, question, .. } => {
                    let place = *places.entry(ask).or_insert_with(|| {
                        let (who, what) = named(question);
                        works.push(Self { ask, who, what, attempts: Vec::new() });
                        works.len() - 1
                    });
                    if let Some(work) = works.get_mut(place) {
                        work.attempts.push(Attempt { from: line.at, to: None, took_ms: None, fate: Fate::Open });
                    }
                }
                Entry::Answered { ask, attempt, answer } => {
                    let (fate, took_ms) = match answer {
                        Answer::Failed { failure, took_ms, .. } => (Fate::Failed(*failure), Some(*took_ms)),
                        Answer::Opinion { .. } | Answer::Drafted { .. } | Answer::Extracted { .. } => {
                            (Fate::Answered, None)
                        }
                        Answer::Facts { took_ms, .. }
                        | Answer::Advised { took_ms, .. }
                        | Answer::Done { took_ms, .. } => (Fate::Answered, Some(*took_ms)),
                    };
                    let index = usize::try_from(*attempt).unwrap_or(usize::MAX).saturating_sub(1);
                    let work = places.get(ask).and_then(|place| works.get_mut(*place));
                    if let Some(one) = work.and_then(|work| work.attempts.get_mut(index)) {
                        (one.to, one.took_ms, one.fate) = (Some(line.at), took_ms, fate);
                    }
                }
                Entry::GaveUp { ask, missing: Missing::Late } => {
                    let work = places.get(ask).and_then(|place| works.get_mut(*place));
                    if let Some(one) = work.and_then(|work| work.attempts.last_mut()).filter(|one| one.to.is_none()) {
                        (one.to, one.fate) = (Some(line.at), Fate::Late);
                    }
                }
                _ => {}
            }
        }
        works
    }

    /// How long it took: of one attempt as it was measured, else from the first question to the last answer.
    pub(super) fn took_ms(&self) -> Option<i64> {
        let first = self.attempts.first()?;
        let last = self.attempts.iter().filter_map(|attempt| attempt.to).max()?;
        let measured = if self.attempts.len() == 1 { first.took_ms } else { None };
        Some(measured.unwrap_or(last.since(first.from)))
    }

    /// Who was asked what.
    pub(super) fn name(&self) -> String {
        if self.who == self.what { words(&self.who) } else { format!("{}, {}", words(&self.who), lower(&self.what)) }
    }

    /// How the last attempt ended.
    pub(super) fn fate(&self) -> Fate {
        self.attempts.last().map_or(Fate::Open, |attempt| attempt.fate)
    }
}

impl Fate {
    /// In words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Open => "under way",
            Self::Answered => "answered",
            Self::Late => "late",
            Self::Failed(failure) => match failure {
                Failure::NotConfigured => "not configured",
                Failure::NotFound => "not found",
                Failure::Refused => "refused",
                Failure::Unavailable => "unavailable",
                Failure::TimedOut => "timed out",
                Failure::Unusable => "unusable answer",
                Failure::NoProfile => "no profile",
            },
        }
    }

    /// The class of what stands for it.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Late | Self::Failed(_) => "failed",
        }
    }
}

fn named(question: &Question) -> (String, String) {
    let claude = |what: &str| ("claude".to_owned(), what.to_owned());
    match question {
        Question::Triage { .. } if question.is_audit() => claude("a second opinion"),
        Question::Triage { repair: true, .. } => claude("triage again"),
        Question::Triage { .. } => claude("triage"),
        Question::Draft { proposal, .. } => claude(&format!("a summary of {proposal}")),
        Question::Extract { .. } => claude("identity fields"),
        Question::Lookup(lookup) => (lookup.source().name().to_owned(), lookup.step().to_owned()),
        Question::Consult(asked) => (format!("agent {}", asked.agent), asked.finding.action.name().to_owned()),
        Question::Act { proposal } => ("actions".to_owned(), format!("the action of {proposal}")),
        Question::Letter { letter } => ("actions".to_owned(), format!("sending the letter {letter}")),
    }
}
