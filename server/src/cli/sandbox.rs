//! `caseworker sandbox`: the bank and the stand-in for the Messages API as a service of their own.

use std::path::{Path, PathBuf};

use ::sandbox::{Answer, Bank, Config, Day, Fault, Script, answers};

use super::serve::bind;
use crate::{
    exit::{Exit, Failure},
    limits, output, outside,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8788")]
    listen: String,
    /// Seed of the default bank; a bank of your own has no use for it
    #[arg(long, value_name = "N", default_value_t = limits::SANDBOX_SEED)]
    seed: u64,
    /// Folder with a bank of your own: transactions.jsonl, payments.jsonl, customers.jsonl and so on
    #[arg(long, value_name = "DIR")]
    bank: Option<PathBuf>,
    /// Write who of the default bank has which story and how it ends to this file; it is never served
    #[arg(long, value_name = "FILE", conflicts_with = "bank")]
    answers: Option<PathBuf>,
    /// Answers that the stand-in is to give: rows {"match","reply","status"?,"times"?}
    #[arg(long, value_name = "FILE")]
    script: Option<PathBuf>,
    /// Refuse what today's Messages API refuses
    #[arg(long)]
    strict: bool,
    /// Obey instructions found in the texts
    #[arg(long)]
    gullible: bool,
    /// A fault from the start, NAME or TARGET=NAME, for example html or risk=delay:500; may be repeated
    #[arg(long, value_name = "NAME", value_parser = fault)]
    fault: Vec<Fault>,
}

fn fault(text: &str) -> Result<Fault, String> {
    text.parse().map_err(|error: ::sandbox::FaultError| error.to_string())
}

/// Runs the command until it is ended.
pub(super) async fn run(args: &Args) -> Result<(), Failure> {
    let mut config = Config::new(args.seed, Day::from_unix_ms(outside::now().0));
    config.bank = args.bank.as_deref().map(read_bank).transpose()?;
    config.script = args.script.as_deref().map(read_script).transpose()?;
    config.strict = args.strict;
    config.gullible = args.gullible;
    config.faults.clone_from(&args.fault);
    if let Some(file) = &args.answers {
        write_answers(file, config.seed, config.today)?;
    }
    let listener = bind(&args.listen).await?;
    let local = listener.local_addr().map_err(|error| Failure::new(Exit::Outside, error.to_string()))?;
    output::words("sandbox: nothing here is real, and its Messages API is a stand-in");
    output::words(&format!("listening on http://{local}"));
    let serving = axum::serve(listener, ::sandbox::router(config));
    let served = serving.with_graceful_shutdown(async {
        let _ = tokio::signal::ctrl_c().await;
    });
    served.await.map_err(|error| Failure::new(Exit::Outside, error.to_string()))
}

fn write_answers(file: &Path, seed: u64, today: Day) -> Result<(), Failure> {
    let line = |answer: &Answer| serde_json::to_string(answer).expect("answers have text keys") + "\n";
    let text: String = answers(seed, today).iter().map(line).collect();
    std::fs::write(file, text).map_err(|error| Failure::file(file, &error))
}

fn read_bank(folder: &Path) -> Result<Bank, Failure> {
    let listed = std::fs::read_dir(folder).map_err(|error| Failure::file(folder, &error))?;
    let mut parts = Vec::new();
    for entry in listed {
        let path = entry.map_err(|error| Failure::file(folder, &error))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            parts.push((name, read_text(&path)?));
        }
    }
    if parts.is_empty() {
        let message = format!("{}: there is no JSONL file of a bank, such as transactions.jsonl", folder.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    Bank::from_jsonl(&parts).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn read_script(file: &Path) -> Result<Script, Failure> {
    Script::parse(&file.display().to_string(), &read_text(file)?)
        .map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn read_text(file: &Path) -> Result<String, Failure> {
    let length = std::fs::metadata(file).map_err(|error| Failure::file(file, &error))?.len();
    if length > limits::SANDBOX_FILE_BYTES {
        let most = limits::SANDBOX_FILE_BYTES;
        return Err(Failure::new(Exit::Usage, format!("{}: longer than {most} bytes", file.display())));
    }
    std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn the_answers_are_written_one_case_a_line() {
        let folder = TempDir::new().unwrap();
        let file = folder.path().join("answers.jsonl");
        let today = Day::from_civil(2026, 11, 22).unwrap();
        write_answers(&file, 7, today).unwrap();
        let read: Vec<Answer> =
            fs::read_to_string(&file).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(read, answers(7, today));
        assert!(write_answers(&folder.path().join("none/answers.jsonl"), 7, today).is_err());
    }

    #[test]
    fn a_bank_of_ones_own_is_read_and_its_mistakes_are_placed() {
        let folder = TempDir::new().unwrap();
        assert!(read_bank(folder.path()).unwrap_err().message.contains("transactions.jsonl"));
        let policy = r#"{"id":"pol-1","topic":"t","text":"x","citation":"c","version":"1"}"#;
        fs::write(folder.path().join("policies.jsonl"), policy).unwrap();
        fs::write(folder.path().join("README.md"), "not a file of the bank").unwrap();
        assert_eq!(read_bank(folder.path()).unwrap().policies.len(), 1);
        fs::write(folder.path().join("policies.jsonl"), "{").unwrap();
        let failure = read_bank(folder.path()).unwrap_err();
        assert!(failure.message.starts_with("policies.jsonl, line 1"), "{}", failure.message);
    }
}
