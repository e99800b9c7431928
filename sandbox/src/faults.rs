//! Faults that can be switched on: what they are called, what they may be aimed at, and which comes next.

use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use serde_json::{Value, json};

use crate::limits::{DELAY_MS, FAULTS};
use crate::target::Target;

/// One way to misbehave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// `delay:MS`: the right answer, so many milliseconds late.
    Delay(u64),
    /// `429:SECONDS`: too many requests, with `retry-after`.
    RateLimited(u64),
    /// `529`: overloaded.
    Overloaded,
    /// `500`: an internal error.
    InternalError,
    /// `malformed`: the right answer, cut in the middle.
    Malformed,
    /// `html`: status 200 and a page of HTML.
    Html,
    /// `hang`: never answers.
    Hang,
    /// `endless`: an answer whose body never ends.
    Endless,
    /// `empty`: status 200 and nothing in it.
    Empty,
    /// `refusal`: the model declines.
    Refusal,
    /// `wrong-label`: a label that is allowed and wrong.
    WrongLabel,
    /// `unknown-label`: a label that was not among those allowed.
    UnknownLabel,
    /// `prose`: a sentence where JSON was asked for.
    Prose,
    /// `nan`: a confidence of `NaN`, which is not JSON.
    Nan,
    /// `out-of-range`: a confidence of 1.7.
    OutOfRange,
    /// `max-tokens`: the answer stops in the middle, as if its tokens had run out.
    MaxTokens,
    /// `drop-after-commit`: the action is executed, and the connection breaks before the answer is whole.
    DropAfterCommit,
    /// `500-after-commit`: the action is executed, and the answer is an internal error.
    FailAfterCommit,
    /// `twice`: the request arrives a second time by itself, as a network may deliver it.
    Twice,
}

/// A fault, what it is aimed at and how often it strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// The service that misbehaves.
    pub target: Target,
    /// How it misbehaves.
    pub kind: FaultKind,
    /// How many requests are struck; none means all of them, until the faults are cleared.
    pub times: Option<u32>,
}

/// A fault that is not known, or cannot be aimed where it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FaultError {
    /// There is no fault of that name.
    #[error(
        "{0:?} is no fault; the faults are delay:MS (up to {DELAY_MS}), 429:SECONDS, 529, 500, malformed, html, hang, \
         endless, empty, refusal, wrong-label, unknown-label, prose, nan, out-of-range, max-tokens, \
         drop-after-commit, 500-after-commit, twice"
    )]
    UnknownName(String),
    /// There is no service of that name.
    #[error("{0:?} is no target; the targets are ledger, profile, risk, merchants, policy, actions, messages")]
    UnknownTarget(String),
    /// The fault makes no sense for the service.
    #[error("the fault {kind} cannot be aimed at {}", target.name())]
    Misaimed {
        /// The service.
        target: Target,
        /// The fault.
        kind: FaultKind,
    },
    /// More faults than are kept.
    #[error("at most {FAULTS} faults can be switched on at once")]
    TooMany,
}

impl FaultKind {
    /// True where the fault can strike the service.
    fn fits(self, target: Target) -> bool {
        match self {
            Self::Delay(_) | Self::RateLimited(_) | Self::Overloaded | Self::InternalError | Self::Malformed => true,
            Self::Html | Self::Hang | Self::Endless | Self::Empty => true,
            Self::Refusal | Self::WrongLabel | Self::UnknownLabel | Self::Prose => target == Target::Messages,
            Self::Nan | Self::OutOfRange | Self::MaxTokens => target == Target::Messages,
            Self::DropAfterCommit | Self::FailAfterCommit | Self::Twice => target == Target::Actions,
        }
    }
}

impl fmt::Display for FaultKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self {
            Self::Delay(ms) => return write!(formatter, "delay:{ms}"),
            Self::RateLimited(seconds) => return write!(formatter, "429:{seconds}"),
            Self::Overloaded => "529",
            Self::InternalError => "500",
            Self::Malformed => "malformed",
            Self::Html => "html",
            Self::Hang => "hang",
            Self::Endless => "endless",
            Self::Empty => "empty",
            Self::Refusal => "refusal",
            Self::WrongLabel => "wrong-label",
            Self::UnknownLabel => "unknown-label",
            Self::Prose => "prose",
            Self::Nan => "nan",
            Self::OutOfRange => "out-of-range",
            Self::MaxTokens => "max-tokens",
            Self::DropAfterCommit => "drop-after-commit",
            Self::FailAfterCommit => "500-after-commit",
            Self::Twice => "twice",
        };
        formatter.write_str(name)
    }
}

impl FromStr for FaultKind {
    type Err = FaultError;

    fn from_str(name: &str) -> Result<Self, FaultError> {
        let unknown = || FaultError::UnknownName(name.to_owned());
        let number = |text: &str| text.parse::<u64>().ok();
        Ok(match name.split_once(':') {
            Some(("delay", ms)) => Self::Delay(number(ms).filter(|ms| *ms <= DELAY_MS).ok_or_else(unknown)?),
            Some(("429", seconds)) => Self::RateLimited(number(seconds).ok_or_else(unknown)?),
            Some(_) => return Err(unknown()),
            None => match name {
                "429" => Self::RateLimited(1),
                "529" => Self::Overloaded,
                "500" => Self::InternalError,
                "malformed" => Self::Malformed,
                "html" => Self::Html,
                "hang" => Self::Hang,
                "endless" => Self::Endless,
                "empty" => Self::Empty,
                "refusal" => Self::Refusal,
                "wrong-label" => Self::WrongLabel,
                "unknown-label" => Self::UnknownLabel,
                "prose" => Self::Prose,
                "nan" => Self::Nan,
                "out-of-range" => Self::OutOfRange,
                "max-tokens" => Self::MaxTokens,
                "drop-after-commit" => Self::DropAfterCommit,
                "500-after-commit" => Self::FailAfterCommit,
                "twice" => Self::Twice,
                _ => return Err(unknown()),
            },
        })
    }
}

impl Fault {
    /// A fault that fits its target.
    ///
    /// # Errors
    /// When the fault makes no sense for the service.
    pub fn new(target: Target, kind: FaultKind, times: Option<u32>) -> Result<Self, FaultError> {
        if kind.fits(target) { Ok(Self { target, kind, times }) } else { Err(FaultError::Misaimed { target, kind }) }
    }
}

/// Reads `NAME`, which means the Messages API, or `TARGET=NAME`; the fault strikes every time.
impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let (target, name) = text.split_once('=').unwrap_or((Target::Messages.name(), text));
        let target = Target::named(target).ok_or_else(|| FaultError::UnknownTarget(target.to_owned()))?;
        Self::new(target, name.parse()?, None)
    }
}

/// The faults that are switched on, in the order in which they were.
#[derive(Debug, Default)]
pub(crate) struct FaultBoard(Mutex<Vec<Fault>>);

impl FaultBoard {
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(Mutex::new(faults))
    }

    pub(crate) fn switch_on(&self, fault: Fault) -> Result<(), FaultError> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if faults.len() >= FAULTS {
            return Err(FaultError::TooMany);
        }
        faults.push(fault);
        Ok(())
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// The fault that strikes this request; the earliest that is not used up.
    pub(crate) fn take(&self, target: Target) -> Option<FaultKind> {
        let mut faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let index = faults.iter().position(|fault| fault.target == target && fault.times != Some(0))?;
        let fault = faults.get_mut(index)?;
        let kind = fault.kind;
        if let Some(times) = fault.times.as_mut() {
            *times -= 1;
            if *times == 0 {
                faults.remove(index);
            }
        }
        Some(kind)
    }

    pub(crate) fn to_json(&self) -> Value {
        let faults = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let rows = faults
            .iter()
            .map(|fault| json!({ "target": fault.target, "fault": fault.kind.to_string(), "times": fault.times }));
        json!({ "faults": rows.collect::<Vec<_>>() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_read_back_as_it_is_written() {
        for name in [
            "delay:250",
            "429:3",
            "529",
            "500",
            "malformed",
            "html",
            "hang",
            "endless",
            "empty",
            "refusal",
            "wrong-label",
            "unknown-label",
            "prose",
            "nan",
            "out-of-range",
            "max-tokens",
            "drop-after-commit",
            "500-after-commit",
            "twice",
        ] {
            assert_eq!(name.parse::<FaultKind>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn a_bare_name_means_the_messages_api() {
        let fault: Fault = "html".parse().unwrap();
        assert_eq!((fault.target, fault.kind), (Target::Messages, FaultKind::Html));
        assert_eq!("risk=delay:5".parse::<Fault>().unwrap().target, Target::Risk);
    }

    #[test]
    fn unknown_and_misaimed_faults_are_refused_with_the_names_that_exist() {
        for (text, word) in [
            ("sleepy", "wrong-label"),
            ("delay", "delay:MS"),
            ("delay:9999999", "600000"),
            ("bank=500", "merchants"),
            ("ledger=nan", "cannot be aimed at ledger"),
            ("drop-after-commit", "cannot be aimed at messages"),
        ] {
            let message = text.parse::<Fault>().unwrap_err().to_string();
            assert!(message.contains(word), "{text}: {message}");
        }
    }

    #[test]
    fn faults_strike_in_order_and_as_often_as_they_say() {
        let fault = |kind, times| Fault::new(Target::Risk, kind, times).unwrap();
        let board = FaultBoard::new(vec![fault(FaultKind::Html, Some(2)), fault(FaultKind::Hang, None)]);
        assert_eq!(board.take(Target::Ledger), None);
        let struck: Vec<_> = (0..4).filter_map(|_| board.take(Target::Risk)).collect();
        assert_eq!(struck, [FaultKind::Html, FaultKind::Html, FaultKind::Hang, FaultKind::Hang]);
        assert_eq!(board.to_json()["faults"].as_array().unwrap().len(), 1, "what is used up is gone");
        board.clear();
        assert_eq!(board.take(Target::Risk), None);
    }
}
