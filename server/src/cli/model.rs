//! `caseworker model`: turns the model off and on for every case of a data folder, also beside a running server, which
//! looks at the switch before each call.

use clap::Subcommand;
use desk::ports::Switch;
use serde_json::json;

use super::Data;
use crate::{
    exit::Failure,
    output, outside,
    settings::Settings,
    store::{Shelf, model},
};

/// Who turned the switch, where it was turned here.
const BY: &str = "command-line";

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Ask the model no more; cases go on with the local tier
    Off(Turn),
    /// Ask the model again
    On(Turn),
    /// Say how the switch stands, and who turned it
    Status {
        #[command(flatten)]
        data: Data,
    },
}

#[derive(Debug, Clone, clap::Args)]
struct Turn {
    #[command(flatten)]
    data: Data,
    /// Why; kept with the switch
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        match &self.what {
            What::Off(turn) | What::On(turn) => &turn.data,
            What::Status { data } => data,
        }
    }
}

/// Runs the command.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let shelf = Shelf::beside(&settings.data)?;
    let (off, turn) = match &args.what {
        What::Off(turn) => (true, Some(turn)),
        What::On(turn) => (false, Some(turn)),
        What::Status { .. } => (false, None),
    };
    if let Some(turn) = turn {
        let note =
            turn.note.as_deref().map(|note| case::pii::redact(note).chars().take(case::limits::NOTE_CHARS).collect());
        let switch = Switch { off, by: BY.to_owned(), at: outside::now().0, note };
        shelf.run(|connection| model::set_switch(connection, &switch))?;
    }
    let switch = shelf.run(model::switch)?;
    let configured = settings.config.model_off;
    let at = switch.as_ref().map(|switch| case::time::Millis(switch.at).rfc3339());
    output::pretty(&json!({
        "off": configured || switch.as_ref().is_some_and(|switch| switch.off),
        "off_by_configuration": configured,
        "by": switch.as_ref().map(|switch| switch.by.as_str()),
        "at": at,
        "note": switch.as_ref().and_then(|switch| switch.note.as_deref()),
    }))
}
