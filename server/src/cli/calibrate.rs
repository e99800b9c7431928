//! `caseworker calibrate`: finds out what Claude's confidence is worth, from cases that people labelled by what they
//! did, or from an evaluation. Writes what settings take as `triage.calibrator`, or says why there is nothing to write.

use std::path::{Path, PathBuf};

use case::{
    ids::Digest,
    label::{Label, Ppm},
    prompts::{PromptFile, PromptKind},
    triage::calibrate::{Calibrator, Judged, Labelled, fit, judge},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Data;
use crate::{
    archive,
    exit::{Exit, Failure},
    limits, outcomes, output,
    settings::Settings,
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: Data,
    /// Rows of an evaluation with Claude (`caseworker eval --claude`) in place of the cases of a folder
    #[arg(long, value_name = "FILE", conflicts_with = "data")]
    predictions: Option<PathBuf>,
    /// The model that answered; the configured one by default
    #[arg(long)]
    model: Option<String>,
    /// The prompt that it had, by name as `caseworker prompts list` shows it; the configured one by default
    #[arg(long)]
    prompt: Option<String>,
    /// Where to write the calibrator; without it only the figures are shown
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// What is read of a prediction.
#[derive(Debug, Deserialize)]
struct Prediction {
    label: String,
    predicted: String,
    probability: f64,
    decided_by: String,
    /// What Claude said by itself, also where it was not sure enough to decide.
    #[serde(default)]
    claude: Option<eval::Opinion>,
}

/// Runs the command; ends with 1 where there are too few labels.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let configured = settings.config.model.clone().unwrap_or_else(|| desk::config::MODEL.to_owned());
    let model = args.model.clone().unwrap_or(configured);
    let prompt = prompt(settings, args)?;
    let labelled = match &args.predictions {
        Some(path) => of_predictions(path)?,
        None => of_cases(&Shelf::read(&settings.data)?, &model, prompt.as_ref())?,
    };
    let calibrator = match fit(&model, prompt, &labelled) {
        Ok(calibrator) => calibrator,
        Err(few) => {
            output::pretty(&json!({ "labels": few.labels, "wrong": few.wrong, "calibrator": null }))?;
            return Err(Failure::new(Exit::Found, few.to_string()));
        }
    };
    let judged = judge(&labelled);
    if let Some(path) = &args.out {
        write(path, &calibrator)?;
    }
    output::pretty(&shown(&calibrator, &judged, args.out.as_deref()))?;
    if judged.after.brier >= judged.before.brier {
        output::words(
            "on answers that it has not seen, the calibrator is no better than the model's own word: leave it out",
        );
    }
    Ok(())
}

fn prompt(settings: &Settings, args: &Args) -> Result<Option<Digest>, Failure> {
    let Some(name) = &args.prompt else {
        let set = settings.config.settings.triage.prompt.clone();
        return Ok(set.or_else(|| PromptKind::Triage.current().map(PromptFile::hash)));
    };
    let found = PromptKind::Triage.versions().find(|prompt| prompt.name == *name);
    let unknown = || Failure::new(Exit::Usage, format!("{name:?} is no triage prompt; see `caseworker prompts list`"));
    found.map(|prompt| Some(prompt.hash())).ok_or_else(unknown)
}

/// What people made of the cases that this model decided with this prompt.
fn of_cases(shelf: &Shelf, model: &str, prompt: Option<&Digest>) -> Result<Vec<Labelled>, Failure> {
    let (told, unreadable) = outcomes::read(shelf)?;
    if unreadable > 0 {
        output::words(&format!("{unreadable} cases could not be read and are left out; see `caseworker verify`"));
    }
    let labelled = told.iter().filter_map(|one| {
        let opinion = one.opinion.as_ref()?;
        let same = opinion.model == model && opinion.prompt.as_ref() == prompt;
        let right = one.truth.judges(opinion.scored.label).filter(|_| same)?;
        Some(Labelled { said: opinion.scored.confidence, right })
    });
    Ok(labelled.collect())
}

/// The rows that Claude was asked about; a row that cannot be read ends it, and none of it is repeated.
fn of_predictions(path: &Path) -> Result<Vec<Labelled>, Failure> {
    let mut labelled = Vec::new();
    for (number, line) in (1_u64..).zip(archive::read_lines(path)?) {
        let bad = |why: &str| Failure::new(Exit::Usage, format!("{}, line {number}: {why}", path.display()));
        if line.len() > limits::BATCH_LINE_BYTES {
            return Err(bad("too long"));
        }
        let row: Prediction = serde_json::from_slice(&line).map_err(|_| bad("not a row of predictions.jsonl"))?;
        let label = |name: &str| Label::parse(name).ok_or_else(|| bad("a label that is none"));
        let said = Ppm::from_share(row.probability).ok_or_else(|| bad("`probability` is not from 0 to 1"))?;
        if let Some(claude) = row.claude {
            labelled.push(Labelled { said: claude.confidence.0, right: label(&row.label)? == claude.label });
        } else if row.decided_by == "claude" {
            labelled.push(Labelled { said, right: label(&row.label)? == label(&row.predicted)? });
        }
    }
    Ok(labelled)
}

fn write(path: &Path, calibrator: &Calibrator) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(calibrator).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    std::fs::write(path, text + "\n").map_err(|error| Failure::file(path, &error))
}

fn shown(calibrator: &Calibrator, judged: &Judged, out: Option<&Path>) -> Value {
    let share = |figure: f64| (figure * 1e6).round() / 1e6;
    json!({
        "labels": calibrator.labels, "wrong": calibrator.wrong, "method": calibrator.method,
        "model": calibrator.model, "prompt": calibrator.prompt, "calibrator": calibrator.hash(), "written": out,
        "calibration_error": {
            "before": share(judged.before.calibration_error), "after": share(judged.after.calibration_error),
        },
        "brier": { "before": share(judged.before.brier), "after": share(judged.after.brier) },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(lines: &str) -> Result<Vec<Labelled>, Failure> {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("predictions.jsonl");
        std::fs::write(&path, lines).unwrap();
        of_predictions(&path)
    }

    #[test]
    fn only_rows_that_claude_decided_teach_what_its_confidence_is_worth() {
        let row = |by: &str, predicted: &str| {
            format!(
                r#"{{"id":"1","label":"other","predicted":"{predicted}","probability":0.95,"accepted":true,"decided_by":"{by}"}}"#
            )
        };
        let lines = [row("local", "other"), row("claude", "other"), row("claude", "fraud_check")].join("\n");
        let said = Ppm::new(950_000).unwrap();
        assert_eq!(rows(&lines).unwrap(), [Labelled { said, right: true }, Labelled { said, right: false }]);
        assert_eq!(rows("").unwrap(), []);
    }

    #[test]
    fn a_row_that_cannot_be_read_is_placed_and_not_repeated() {
        for bad in [
            r#"{"label":"4111"}"#,
            r#"{"id":"1","label":"4111","predicted":"other","probability":0.9,"decided_by":"claude"}"#,
            r#"{"id":"1","label":"other","predicted":"other","probability":4111,"decided_by":"claude"}"#,
        ] {
            let message = rows(bad).unwrap_err().message;
            assert!(message.contains("line 1") && !message.contains("4111"), "{message}");
        }
    }
}
