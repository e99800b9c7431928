//! `caseworker webhooks`: makes a secret for a receiver, and has events sent again by a service that runs.

use case::time::Millis;
use clap::Subcommand;
use desk::hooks::HookSecret;
use serde::Serialize;
use serde_json::{Value, json};

use super::caller::Caller;
use crate::{
    exit::{Exit, Failure},
    output, outside,
    settings::{LISTEN, Settings},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Make a secret that this service and a receiver of its webhooks share
    Secret,
    /// Have events sent again; wants an admin's key
    Replay(Replay),
}

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("which").required(true).args(["case", "since"])))]
struct Replay {
    /// Those of one case
    #[arg(long, value_name = "ID")]
    case: Option<String>,
    /// Those of this line of the case's journal and after it
    #[arg(long, value_name = "LINE", requires = "case", conflicts_with = "since")]
    from_seq: Option<u64>,
    /// Those of every case since this moment, in RFC 3339
    #[arg(long, value_name = "TIME", value_parser = moment)]
    since: Option<String>,
    /// The service: a Worker, or any other Caseworker [default: the one on this machine]
    #[arg(long, value_name = "URL")]
    worker: Option<String>,
}

/// What is sent again.
#[derive(Debug, Default, Serialize)]
struct Replayed {
    cases: u64,
    events: u64,
    failed: Vec<String>,
}

fn moment(text: &str) -> Result<String, String> {
    let at = Millis::parse_rfc3339(text).ok_or("not a time such as 2026-11-23T08:00:00Z")?;
    Ok(at.rfc3339())
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    match &args.what {
        What::Secret => {
            let mut random = [0; 32];
            outside::random(&mut random);
            output::words("put it into CASEWORKER_WEBHOOK_SECRET and give it to the receiver; it is kept nowhere");
            output::pretty(&json!({ "secret": HookSecret::of_random(random).reveal() }))
        }
        What::Replay(replay) => send_again(settings, replay).await,
    }
}

async fn send_again(settings: &Settings, replay: &Replay) -> Result<(), Failure> {
    let here = || format!("http://{}", settings.host.listen.as_deref().unwrap_or(LISTEN));
    let url = settings.worker_url(replay.worker.as_deref())?.unwrap_or_else(here);
    let caller = Caller::new(settings, &url)?;
    let (mut replayed, mut after) = (Replayed::default(), Value::Null);
    loop {
        let body = json!({
            "case_id": replay.case, "from_seq": replay.from_seq, "since": replay.since, "after": after,
        });
        let answer = caller.post("/v1/webhooks/replay", &[], body.to_string()).await?;
        let count = |name: &str| answer.get(name).and_then(Value::as_u64).unwrap_or_default();
        replayed.cases += count("cases");
        replayed.events += count("events");
        let failed = answer.get("failed").and_then(Value::as_array).into_iter().flatten();
        replayed.failed.extend(failed.filter_map(Value::as_str).map(str::to_owned));
        after = answer.get("next").cloned().unwrap_or_default();
        if after.is_null() {
            break;
        }
    }
    output::pretty(&replayed)?;
    match replayed.failed.len() {
        0 => Ok(()),
        failed => Err(Failure::new(Exit::Found, format!("{failed} cases could not be asked; run the command again"))),
    }
}
