//! `caseworker hold`, `unhold` and `erase`: whether the words of a case are kept. Each is a command to the case like any
//! other, and stands in its journal; in a data folder it is given as an admin called `command-line`.
//!
//! A folder that is being served is not touched: there the server takes the command.

use case::{
    actor::{Actor, Role},
    ids::{CaseId, Subject},
};
use desk::{commands::CommandBody, file::Decision, problem::Problem, setup::Access, vault::VaultError};
use serde_json::{Map, Value, json};

use super::{Data, ask::Reply, caller::Caller, export};
use crate::{
    engine::{Engine, Plan, Resume},
    exit::{Exit, Failure},
    output,
    settings::Settings,
    store::Shelf,
};

/// Who gave the command, where it was given here.
const BY: &str = "command-line";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Which case
    #[arg(value_parser = export::case_id)]
    case: CaseId,
    /// Why, in the reasons that the case's settings have for it
    #[arg(long, value_name = "REASON")]
    code: Option<String>,
    /// A Worker, or any other Caseworker that serves the case, in place of a data folder; wants an approver's or admin's key
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    worker: Option<String>,
    #[command(flatten)]
    data: Data,
}

/// The arguments of a command that wants a word of explanation.
#[derive(Debug, clap::Args)]
pub(crate) struct Noted {
    #[command(flatten)]
    args: Args,
    /// Why, in your words; sealed with the case's own
    #[arg(long, value_name = "TEXT")]
    note: String,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

impl Noted {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.args.data
    }
}

/// Holds a case, or ends its hold.
pub(super) async fn hold(settings: &Settings, command: &str, noted: &Noted) -> Result<(), Failure> {
    run(settings, command, &noted.args, Some(&noted.note)).await
}

/// Erases the words of a case.
pub(super) async fn erase(settings: &Settings, args: &Args) -> Result<(), Failure> {
    run(settings, "erase", args, None).await
}

async fn run(settings: &Settings, command: &str, args: &Args, note: Option<&String>) -> Result<(), Failure> {
    let mut body = Map::from_iter([("command".to_owned(), Value::from(command))]);
    body.extend(note.map(|note| ("reason".to_owned(), note.as_str().into())));
    body.extend(args.code.as_ref().map(|code| ("code".to_owned(), code.as_str().into())));
    let body = Value::Object(body).to_string();
    let view = match &args.worker {
        Some(url) => {
            let url = settings.worker_url(Some(url))?.unwrap_or_default();
            Caller::new(settings, &url)?.post(&format!("/v1/cases/{}/commands", args.case), &[], body).await?
        }
        None => in_folder(settings, &args.case, &body).await?,
    };
    let shown = |name: &str| view.get(name).cloned().unwrap_or_default();
    output::json(&json!({
        "case": args.case, "seq": shown("seq"), "head_hash": shown("head_hash"),
        "held": view.get("held").is_some(), "erased": shown("erased"),
    }))
}

async fn in_folder(settings: &Settings, case: &CaseId, body: &str) -> Result<Value, Failure> {
    let none = || Failure::new(Exit::Usage, format!("there is no case {case} in {}", settings.data.display()));
    // A folder that is none is a mistyped one, and is not made.
    let key = Shelf::read(&settings.data)?.find(case)?.into_iter().next().ok_or_else(none)?;
    let failed = |problem: Problem| Reply::of(&problem).failure();
    let command = CommandBody::read(body.as_bytes()).map_err(failed)?;
    let subject = Subject::parse(BY).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    let actor = Actor { subject, role: Role::Admin };
    let plan = Plan { access: |_| Access::Open, sandbox: false, resume: Resume::None };
    let engine = Engine::start(settings, &plan).await?;
    let desk = &engine.desk;
    let decided = desk.decide(&key, |open, at| {
        let vault = open.vault.as_ref().ok_or(VaultError::Erased)?;
        let (order, sealed) = command.seal(vault, &*desk.host)?;
        let step = open.case.command(actor.clone(), order, None, at)?;
        let sealed = if step.lines.is_empty() { Vec::new() } else { sealed };
        Ok(Decision { step, sealed })
    });
    decided.await.map_err(failed)?;
    let view = desk.view(&key).await.map_err(failed)?;
    engine.stop().await;
    Ok(view)
}
