//! The body of `POST /v1/cases/{id}/commands`, read into a command of the core. Notes and questions are sealed on the
//! way.

use case::{
    entry::{Command, CommandName, Reasoned},
    ids::{Digest, ReasonCode, Reference, Subject},
    label::Task,
    policy::Action,
    state::State,
    time::Millis,
};
use serde_json::{Map, Value};

use crate::{
    letters::{Outgoing, may_ask},
    ports::{Outside, Sealed},
    problem::{Code, Problem},
    request::{object, optional_text, reference},
    vault::{CaseVault, Doc},
};

/// Every command's name, for messages and documents.
pub const NAMES: [&str; 18] = [
    "claim", "release", "identify", "reroute", "ask", "approve", "reject", "decide", "close", "reopen", "assign",
    "snooze", "escalate", "reply", "hold", "unhold", "reveal", "erase",
];

/// A command that was read, before its words are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBody {
    kind: Kind,
    note: String,
    code: Option<ReasonCode>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Claim,
    Release,
    Identify(Reference),
    Reroute(Task),
    Ask,
    Approve(String, Digest),
    Reject(String, Digest),
    Decide(Action, Option<Reference>),
    Close,
    Reopen,
    Assign(Subject),
    Snooze(Millis),
    Escalate,
    Reply(Outgoing),
    Hold,
    Unhold,
    Reveal(Reference),
    Erase,
}

impl Kind {
    /// Whether something has to be said with the command.
    const fn wants_note(&self) -> bool {
        match self {
            Self::Ask
            | Self::Reject(..)
            | Self::Decide(..)
            | Self::Close
            | Self::Reopen
            | Self::Assign(_)
            | Self::Snooze(_)
            | Self::Escalate
            | Self::Hold
            | Self::Unhold => true,
            Self::Claim
            | Self::Release
            | Self::Identify(_)
            | Self::Reroute(_)
            | Self::Approve(..)
            | Self::Reveal(_)
            | Self::Reply(_)
            | Self::Erase => false,
        }
    }
}

impl CommandBody {
    /// Reads the body.
    ///
    /// # Errors
    /// The first [`Problem`], with the field's name.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let body = object(body)?;
        let name = text(&body, "command")?;
        let kind = match name {
            "claim" => Kind::Claim,
            "release" => Kind::Release,
            "identify" => Kind::Identify(reference(&body, "customer_id")?.ok_or_else(|| missing("customer_id"))?),
            "reroute" => {
                let task = Task::from_name(text(&body, "task")?);
                let tasks = "`task` must be fraud_check, kyc_lookup, dispute_summary or payment_status.";
                Kind::Reroute(task.ok_or_else(|| Problem::of(Code::UnknownTask, "task", tasks))?)
            }
            "ask" => Kind::Ask,
            "approve" => Kind::Approve(text(&body, "proposal")?.to_owned(), hash(&body)?),
            "reject" => Kind::Reject(text(&body, "proposal")?.to_owned(), hash(&body)?),
            "decide" => Kind::Decide(action(&body)?, reference(&body, "about")?),
            "close" => Kind::Close,
            "reopen" => Kind::Reopen,
            "assign" => Kind::Assign(subject(&body)?),
            "snooze" => Kind::Snooze(until(&body)?),
            "escalate" => Kind::Escalate,
            "reply" => Kind::Reply(Outgoing::read(&body)?),
            "hold" => Kind::Hold,
            "unhold" => Kind::Unhold,
            "reveal" => Kind::Reveal(what(&body)?),
            "erase" => Kind::Erase,
            _ => {
                let names = format!("`command` must be one of: {}.", NAMES.join(", "));
                return Err(Problem::of(Code::Command, "command", names));
            }
        };
        let field = if kind == Kind::Ask { "question" } else { "reason" };
        let note = optional_text(&body, field)?.filter(|note| !note.trim().is_empty());
        if kind.wants_note() && note.is_none() {
            return Err(missing(field));
        }
        Ok(Self { kind, note: note.unwrap_or_default(), code: code(&body)? })
    }

    /// The core's command, with what was said sealed.
    ///
    /// # Errors
    /// A [`Problem`] where the vault refuses.
    pub fn seal(&self, vault: &CaseVault, outside: &impl Outside) -> Result<(Reasoned, Vec<Sealed>), Problem> {
        let text = match &self.kind {
            Kind::Reply(letter) => letter.text.clone(),
            _ => case::pii::redact(&self.note),
        };
        let note = vault.seal(&Doc::Note { text }, outside)?;
        let command = self.command(note.hash.clone(), vault);
        let sealed = if command.note().is_some() { vec![note] } else { Vec::new() };
        Ok((Reasoned { command, code: self.code.clone() }, sealed))
    }

    /// The command as the case takes it: a letter with what the law has it say, and past the filter, as a question to
    /// the customer is.
    ///
    /// # Errors
    /// A [`Problem`] that says what is wrong with the letter or the question.
    pub(crate) fn for_case(&self, state: &State) -> Result<Self, Problem> {
        let kind = match &self.kind {
            Kind::Reply(letter) => Kind::Reply(letter.ready(state)?),
            Kind::Ask => {
                may_ask(&self.note)?;
                Kind::Ask
            }
            other => other.clone(),
        };
        Ok(Self { kind, ..self.clone() })
    }

    /// The command's name.
    #[must_use]
    pub(crate) const fn name(&self) -> CommandName {
        match &self.kind {
            Kind::Claim => CommandName::Claim,
            Kind::Release => CommandName::Release,
            Kind::Identify(_) => CommandName::Identify,
            Kind::Reroute(_) => CommandName::Reroute,
            Kind::Ask => CommandName::Ask,
            Kind::Approve(..) => CommandName::Approve,
            Kind::Reject(..) => CommandName::Reject,
            Kind::Decide(..) => CommandName::Decide,
            Kind::Close => CommandName::Close,
            Kind::Reopen => CommandName::Reopen,
            Kind::Assign(_) => CommandName::Assign,
            Kind::Snooze(_) => CommandName::Snooze,
            Kind::Escalate => CommandName::Escalate,
            Kind::Hold => CommandName::Hold,
            Kind::Unhold => CommandName::Unhold,
            Kind::Reveal(_) => CommandName::Reveal,
            Kind::Reply(_) => CommandName::Reply,
            Kind::Erase => CommandName::Erase,
        }
    }

    /// Which piece of personal data the command asks to see.
    #[must_use]
    pub(crate) const fn reveals(&self) -> Option<&Reference> {
        match &self.kind {
            Kind::Reveal(what) => Some(what),
            _ => None,
        }
    }

    /// The core's command, whose note has this hash, where it has one.
    fn command(&self, hash: Digest, vault: &CaseVault) -> Command {
        match &self.kind {
            Kind::Claim => Command::Claim,
            Kind::Release => Command::Release,
            Kind::Identify(customer) => Command::Identify { customer: customer.clone() },
            Kind::Reroute(task) => Command::Reroute { task: *task },
            Kind::Approve(proposal, shown) => {
                let note = (!self.note.is_empty()).then_some(hash);
                Command::Approve { proposal: proposal.clone(), hash: shown.clone(), note }
            }
            Kind::Ask => Command::Ask { question: hash },
            Kind::Reject(proposal, shown) => {
                Command::Reject { proposal: proposal.clone(), hash: shown.clone(), note: hash }
            }
            Kind::Decide(action, about) => Command::Decide { action: *action, about: about.clone(), note: hash },
            Kind::Close => Command::Close { note: hash },
            Kind::Reopen => Command::Reopen { note: hash },
            Kind::Assign(to) => Command::Assign { to: to.clone(), note: hash },
            Kind::Snooze(until) => Command::Snooze { until: *until, note: hash },
            Kind::Escalate => Command::Escalate { note: hash },
            Kind::Reply(letter) => Command::Reply { letter: hash, sum: vault.fingerprint(&letter.text) },
            Kind::Hold => Command::Hold { note: hash },
            Kind::Unhold => Command::Unhold { note: hash },
            Kind::Reveal(what) => Command::Reveal { what: what.clone() },
            Kind::Erase => Command::Erase,
        }
    }
}

fn missing(name: &str) -> Problem {
    Problem::of(Code::Field, name, format!("`{name}` is missing."))
}

pub(crate) fn text<'a>(body: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, Problem> {
    body.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))
}

fn hash(body: &Map<String, Value>) -> Result<Digest, Problem> {
    let problem = |_| Problem::of(Code::Field, "hash", "`hash` must be the proposal's hash as it was shown.");
    Digest::parse(text(body, "hash")?).map_err(problem)
}

/// The configured reason. A form sends an empty one where nothing was chosen.
fn code(body: &Map<String, Value>) -> Result<Option<ReasonCode>, Problem> {
    let rule = |_| Problem::of(Code::Reason, "code", "`code` must be one of the reasons that the case shows.");
    match body.get("code") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(code)) if code.is_empty() => Ok(None),
        Some(code) => ReasonCode::parse(code.as_str().unwrap_or_default()).map(Some).map_err(rule),
    }
}

/// What somebody asks to see. A name of ours is taken alone: nothing personal stands in a journal.
fn what(body: &Map<String, Value>) -> Result<Reference, Problem> {
    let rule =
        "`what` is a token of the case's words such as `card:1`, or a field of the profile such as `profile:name`.";
    let what = text(body, "what")?;
    let is_ours = what.split_once(':').is_some_and(|(kind, name)| {
        let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        plain(kind) && (plain(name) || (name.len() <= 4 && name.bytes().all(|byte| byte.is_ascii_digit())))
    });
    let reference = Reference::from_caller(what).ok().filter(|_| is_ours);
    reference.ok_or_else(|| Problem::of(Code::Field, "what", rule))
}

fn subject(body: &Map<String, Value>) -> Result<Subject, Problem> {
    let rule = |problem| Problem::of(Code::Field, "to", format!("`to` is who shall have the case: it {problem}."));
    Subject::parse(text(body, "to")?).map_err(rule)
}

fn until(body: &Map<String, Value>) -> Result<Millis, Problem> {
    let rule = || Problem::of(Code::Field, "until", "`until` must be a time in RFC 3339.");
    Millis::parse_rfc3339(text(body, "until")?).ok_or_else(rule)
}

fn action(body: &Map<String, Value>) -> Result<Action, Problem> {
    let name = text(body, "action")?;
    Action::ALL.into_iter().find(|action| action.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        Problem::of(Code::Command, "action", format!("`action` must be one of: {}.", names.join(", ")))
    })
}
