//! The body of `POST /v1/cases/{id}/commands`, read into a command of the core. Notes and questions are sealed on the
//! way.

use case::{
    entry::Command,
    ids::{Digest, Reference},
    label::Task,
    policy::Action,
};
use serde_json::{Map, Value};

use crate::{
    ports::{Outside, Sealed},
    problem::{Code, Problem},
    request::{object, optional_text, reference},
    vault::{CaseVault, Doc},
};

/// Every command's name, for messages and documents.
pub const NAMES: [&str; 10] =
    ["claim", "release", "identify", "reroute", "ask", "approve", "reject", "decide", "close", "reopen"];

/// A command that was read, before its words are sealed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandBody {
    kind: Kind,
    note: String,
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
            _ => {
                let names = format!("`command` must be one of: {}.", NAMES.join(", "));
                return Err(Problem::of(Code::Command, "command", names));
            }
        };
        let wants_note = matches!(kind, Kind::Ask | Kind::Reject(..) | Kind::Decide(..) | Kind::Close | Kind::Reopen);
        let field = if kind == Kind::Ask { "question" } else { "reason" };
        let note = optional_text(&body, field)?.filter(|note| !note.trim().is_empty());
        if wants_note && note.is_none() {
            return Err(missing(field));
        }
        Ok(Self { kind, note: note.unwrap_or_default() })
    }

    /// The core's command, with what was said sealed.
    ///
    /// # Errors
    /// A [`Problem`] where the vault refuses.
    pub fn seal(&self, vault: &CaseVault, outside: &impl Outside) -> Result<(Command, Vec<Sealed>), Problem> {
        let note = vault.seal(&Doc::Note { text: case::pii::redact(&self.note) }, outside)?;
        let hash = note.hash.clone();
        let command = match &self.kind {
            Kind::Claim => return Ok((Command::Claim, Vec::new())),
            Kind::Release => return Ok((Command::Release, Vec::new())),
            Kind::Identify(customer) => return Ok((Command::Identify { customer: customer.clone() }, Vec::new())),
            Kind::Reroute(task) => return Ok((Command::Reroute { task: *task }, Vec::new())),
            Kind::Approve(proposal, hash) => {
                return Ok((Command::Approve { proposal: proposal.clone(), hash: hash.clone() }, Vec::new()));
            }
            Kind::Ask => Command::Ask { question: hash },
            Kind::Reject(proposal, shown) => {
                Command::Reject { proposal: proposal.clone(), hash: shown.clone(), note: hash }
            }
            Kind::Decide(action, about) => Command::Decide { action: *action, about: about.clone(), note: hash },
            Kind::Close => Command::Close { note: hash },
            Kind::Reopen => Command::Reopen { note: hash },
        };
        Ok((command, vec![note]))
    }
}

fn missing(name: &str) -> Problem {
    Problem::of(Code::Field, name, format!("`{name}` is missing."))
}

fn text<'a>(body: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, Problem> {
    body.get(name).and_then(Value::as_str).ok_or_else(|| missing(name))
}

fn hash(body: &Map<String, Value>) -> Result<Digest, Problem> {
    let problem = |_| Problem::of(Code::Field, "hash", "`hash` must be the proposal's hash as it was shown.");
    Digest::parse(text(body, "hash")?).map_err(problem)
}

fn action(body: &Map<String, Value>) -> Result<Action, Problem> {
    let name = text(body, "action")?;
    Action::ALL.into_iter().find(|action| action.name() == name).ok_or_else(|| {
        let names: Vec<&str> = Action::ALL.iter().map(|action| action.name()).collect();
        Problem::of(Code::Command, "action", format!("`action` must be one of: {}.", names.join(", ")))
    })
}
