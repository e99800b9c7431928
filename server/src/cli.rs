//! The command line: one subcommand a file. JSON goes to stdout, words to stderr.

mod agents;
mod agreement;
mod ask;
mod backup;
mod batch;
mod calibrate;
mod caller;
mod checkpoint;
mod classify;
mod credential;
mod docket;
mod doctor;
mod drift;
mod eval;
mod export;
mod handle;
mod import;
mod keep;
mod keys;
mod logs;
mod model;
mod pack;
mod prompts;
mod redact;
mod replay;
mod rules;
mod sandbox;
mod serve;
mod train;
mod verify;
mod webhooks;
mod whole;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::{
    exit::{CODES, Exit, Failure},
    settings::{Environment, Settings},
};

/// A customer's sentence becomes a worked case.
#[derive(Debug, Parser)]
#[command(name = "caseworker", version, after_help = CODES, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Settings file; ./caseworker.toml where it exists
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Logs on stderr: `text` or `json`, and levels such as `debug` or `desk=debug`, separated by commas
    #[arg(long, global = true, value_name = "HOW")]
    log: Option<String>,
    #[command(subcommand)]
    command: Command,
}

/// A data folder's flag.
#[derive(Debug, Clone, Args)]
pub(crate) struct Data {
    /// Data folder; ./caseworker-data if nothing else is set
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Work one request to rest and print the classification and what was done
    Handle(handle::Args),
    /// Print what a request is about, without opening a case
    Classify(classify::Args),
    /// Replace personal data in JSONL rows {"id","text"} by tokens
    Redact(redact::Args),
    /// Serve the API over HTTP
    Serve(serve::Args),
    /// Work a file of requests, one line out per line in
    Batch(batch::Args),
    /// Measure triage on labelled rows of your own: figures, a page, a line for each row
    Eval(eval::Args),
    /// Teach the local tier your own labels, and measure it before and after
    Train(train::Args),
    /// Check journals, evidence packs and checkpoints: every link, every step, and heads held elsewhere
    Verify(verify::Args),
    /// Write down, signed, where every journal ends; keep that elsewhere, for `verify --heads`
    Checkpoint(checkpoint::Args),
    /// Write a case's evidence into one HTML file that is read and checked offline
    Pack(pack::Args),
    /// Print a case's journal as a readable history
    Replay(replay::Args),
    /// Copy the whole data folder as it is at one moment, beside a running server
    Backup(backup::Args),
    /// Write cases into a folder that `import` and `verify` read
    Export(export::Args),
    /// Take up cases that `export` wrote
    Import(import::Args),
    /// Keep the words of a case from erasure
    Hold(keep::Noted),
    /// End a hold
    Unhold(keep::Noted),
    /// Erase the words of a closed case: its key and everything sealed with it. Its journal stays, and verifies
    Erase(keep::Args),
    /// Make the list of cases again from their journals
    Docket(docket::Args),
    /// Make, list and revoke callers' keys
    Keys(keys::Args),
    /// Make a secret for webhooks, and have events sent again
    Webhooks(webhooks::Args),
    /// Show the secret that a remote agent verifies requests with
    Agents(agents::Args),
    /// Turn the model off or on, or say how its switch stands
    Model(model::Args),
    /// List the prompts that Claude has, by name and hash, and print one
    Prompts(prompts::Args),
    /// Find out what Claude's confidence is worth, from labelled cases or an evaluation
    Calibrate(calibrate::Args),
    /// Count how often Claude and people agree with the local tier
    Agreement(agreement::Args),
    /// Compare what arrives now with what it was
    Drift(drift::Args),
    /// Serve the sandbox: a small bank and a stand-in for the Messages API
    Sandbox(sandbox::Args),
    /// List and check rule packs, and work out dates by them
    Rules(rules::Args),
    /// Check keys, addresses, sources, the Worker and its contract
    Doctor(doctor::Args),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<(), Failure> {
        let environment = Environment::read(std::path::Path::new(".env"))?;
        logs::start(self.log.as_deref(), &environment, matches!(self.command, Command::Serve(_)))?;
        let settings = |data: &Data| Settings::read(self.config.as_deref(), data.data.clone()).map_err(Failure::from);
        match self.command {
            Command::Handle(args) => block_on(handle::run(&settings(args.data())?, &args)),
            Command::Classify(args) => block_on(classify::run(&settings(&Data { data: None })?, &args)),
            Command::Redact(args) => redact::run(&args),
            Command::Serve(args) => block_on(serve::run(&settings(args.data())?, &args)),
            Command::Batch(args) => block_on(batch::run(&settings(args.data())?, &args)),
            Command::Eval(args) => block_on(eval::run(&settings(&Data { data: None })?, &args)),
            Command::Train(args) => train::run(&settings(args.data())?, &args),
            Command::Verify(args) => verify::run(&args),
            Command::Hold(args) => block_on(keep::hold(&settings(args.data())?, "hold", &args)),
            Command::Unhold(args) => block_on(keep::hold(&settings(args.data())?, "unhold", &args)),
            Command::Erase(args) => block_on(keep::erase(&settings(args.data())?, &args)),
            Command::Pack(args) => block_on(pack::run(&settings(args.data())?, &args)),
            Command::Checkpoint(args) => block_on(checkpoint::run(&settings(args.data())?, &args)),
            Command::Replay(args) => replay::run(&settings(args.data())?, &args),
            Command::Backup(args) => backup::run(&settings(args.data())?, &args),
            Command::Export(args) => block_on(export::run(&settings(args.data())?, &args)),
            Command::Import(args) => block_on(import::run(&settings(args.data())?, &args)),
            Command::Webhooks(args) => block_on(webhooks::run(&settings(&Data { data: None })?, &args)),
            Command::Agents(args) => agents::run(&settings(&args.data())?, &args),
            Command::Docket(args) => block_on(docket::run(&settings(args.data())?, &args)),
            Command::Keys(args) => block_on(keys::run(&settings(&args.data())?, &args)),
            Command::Model(args) => model::run(&settings(args.data())?, &args),
            Command::Prompts(args) => block_on(prompts::run(&settings(&prompts::Args::data())?, &args)),
            Command::Calibrate(args) => calibrate::run(&settings(args.data())?, &args),
            Command::Agreement(args) => agreement::run(&settings(args.data())?),
            Command::Drift(args) => drift::run(&settings(args.data())?, &args),
            Command::Sandbox(args) => block_on(sandbox::run(&args)),
            Command::Rules(args) if args.needs_settings() => rules::run(Some(&settings(&rules::Args::data())?), &args),
            Command::Rules(args) => rules::run(None, &args),
            Command::Doctor(args) => block_on(doctor::run(&settings(args.data())?, &args)),
        }
    }
}

/// Runs a command that waits for things. What is still in flight when it ends is dropped: it goes on at the next start.
fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::Storage, format!("the runtime could not start: {error}")))?;
    runtime.block_on(command)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_consistent_and_says_the_exit_codes() {
        Cli::command().debug_assert();
        let help = Cli::command().render_help().to_string();
        for line in CODES.lines() {
            assert!(help.contains(line), "{line}");
        }
    }

    #[test]
    fn the_command_lines_of_the_contract_are_understood() {
        for line in [
            "handle TEXT --customer cus_x --worker http://localhost --data d --wait 5",
            "classify TEXT",
            "redact FILE.jsonl",
            "serve --listen 127.0.0.1:8787 --data d --sandbox",
            "batch IN OUT --data d --sandbox",
            "eval FILE.jsonl --report DIR --fail-under 0.95 --model M --compare P --promise 0.02",
            "eval FILE.jsonl --report DIR --claude --budget 0.5",
            "eval --claude=all FILE.jsonl --report DIR",
            "train A.jsonl B.jsonl --out M --report DIR",
            "train --reroutes --data D --out M --report DIR",
            "verify PATH --heads FILE --rederive",
            "replay case_x",
            "export --data d --case case_aaaaaaaaaaaaaaaaaaaaaaaaaa DIR",
            "export --worker http://localhost --case case_aaaaaaaaaaaaaaaaaaaaaaaaaa DIR",
            "import DIR",
            "backup DIR --data d",
            "import DIR --worker http://localhost --sandbox",
            "keys create --tenant t --subject s --role analyst",
            "keys create --tenant t --subject s --role submitter --signing",
            "keys create --tenant t --subject s --role submitter --webhook",
            "webhooks secret",
            "webhooks replay --case case_aaaaaaaaaaaaaaaaaaaaaaaaaa --from-seq 7",
            "webhooks replay --since 2026-11-23T08:00:00Z --worker http://localhost",
            "agents secret merchants --data d",
            "keys list",
            "model off --data d --note TEXT",
            "model status",
            "keys revoke key_x",
            "keys revoke --subject ada --tenant acme --note TEXT",
            "keys revoke aa --worker http://localhost --note TEXT",
            "docket rebuild --data d",
            "prompts list --count",
            "prompts show triage/v2",
            "calibrate --data d --out calibrator.json",
            "calibrate --predictions FILE --model claude-haiku-5-5 --prompt triage/v2",
            "agreement --data d",
            "drift --data d --days 7 --reference FILE",
            "drift --texts FILE.jsonl --source banking77 --write FILE",
            "docket rebuild --worker http://localhost --objects -",
            "docket rebuild --worker http://localhost --state DIR",
            "sandbox --listen 127.0.0.1:0 --seed 7 --bank DIR --script FILE --strict --gullible --fault html --fault risk=500",
            "doctor --log json",
            "rules list",
            "rules check us-reg-e",
            "rules dates us-reg-e --from 2026-11-02 --rule final-answer --new-account --foreign",
            "--config c.toml doctor",
        ] {
            let words = std::iter::once("caseworker").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
    }

    #[test]
    fn command_lines_that_say_too_little_or_too_much_are_refused() {
        for line in [
            "handle",
            "keys revoke",
            "keys create --tenant t --subject s --role submitter --webhook --signing",
            "webhooks replay",
            "webhooks replay --since yesterday",
            "webhooks replay --since 2026-11-23T08:00:00Z --from-seq 7",
            "docket rebuild --worker http://localhost",
            "docket rebuild --state d",
            "keys create --tenant t --subject s --role boss",
            "serve --port 1",
            "batch IN",
            "eval FILE",
            "eval FILE --report DIR --fail-under 95",
            "eval FILE --report DIR --budget 1",
            "train --out M --report DIR",
        ] {
            let words = std::iter::once("caseworker").chain(line.split(' '));
            assert_eq!(Cli::try_parse_from(words).unwrap_err().exit_code(), Exit::Usage as i32, "{line}");
        }
    }

    #[test]
    fn the_command_lines_about_records_are_understood() {
        for line in [
            "checkpoint --data d --to FILE --tenant acme",
            "checkpoint --worker http://localhost --to FILE",
            "checkpoint --public-key",
            "hold case_aaaaaaaaaaaaaaaaaaaaaaaaaa --note TEXT --code litigation --data d",
            "unhold case_aaaaaaaaaaaaaaaaaaaaaaaaaa --note TEXT --worker http://localhost",
            "erase case_aaaaaaaaaaaaaaaaaaaaaaaaaa --code requested_by_person --data d",
            "pack case_aaaaaaaaaaaaaaaaaaaaaaaaaa -o FILE --data d",
            "pack case_aaaaaaaaaaaaaaaaaaaaaaaaaa --out FILE --worker http://localhost",
        ] {
            let words = std::iter::once("caseworker").chain(line.split(' '));
            assert!(Cli::try_parse_from(words).is_ok(), "{line}");
        }
        for line in [
            "checkpoint --worker http://localhost --data d",
            "verify PATH --key ed25519:00",
            "hold case_aaaaaaaaaaaaaaaaaaaaaaaaaa",
        ] {
            let words = std::iter::once("caseworker").chain(line.split(' '));
            assert_eq!(Cli::try_parse_from(words).unwrap_err().exit_code(), Exit::Usage as i32, "{line}");
        }
    }
}
