//! `caseworker agents`: what a remote agent must hold to know that a request is ours.

use clap::Subcommand;
use desk::signature::Secret;
use serde_json::json;

use super::Data;
use crate::{
    exit::{Exit, Failure},
    output,
    settings::{Settings, master},
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: AgentsData,
    #[command(subcommand)]
    what: What,
}

/// The data folder's flag, which also stands after the subcommand.
#[derive(Debug, clap::Args)]
struct AgentsData {
    /// Data folder; ./caseworker-data if nothing else is set
    #[arg(long, value_name = "DIR", global = true)]
    data: Option<std::path::PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Show the secret with which requests to an agent are signed
    Secret {
        /// The agent's name under `agents`
        name: String,
    },
}

impl Args {
    /// The data folder's flag.
    pub(super) fn data(&self) -> Data {
        Data { data: self.data.data.clone() }
    }
}

/// Runs the command.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let What::Secret { name } = &args.what;
    if !desk::signature::is_key_name(name) {
        let message = "an agent's name has 1 to 64 letters, digits, `_` and `-`".to_owned();
        return Err(Failure::new(Exit::Usage, message));
    }
    let master = master::find_alone(settings, &Shelf::beside(&settings.data)?)?;
    let secret = Secret::of_agent(&master, name);
    output::words("give the secret to the agent alone; it follows from the master key and is kept nowhere");
    output::pretty(&json!({ "agent": name, "key": name, "secret": secret.reveal() }))
}
