//! `caseworker calibrate`: finds out what Claude's confidence is worth, from cases that people labelled by what they
//! did, or from an evaluation. Writes what settings take as `triage.calibrator`, or says why there is nothing to write.

use std::path::{Path, PathBuf};

use case::{
    ids::Digest,
    prompts::PromptKind,
    triage::calibrate::{Calibrator, Labelled, fit, unseen},
};
use eval::{Prediction, metrics::Calibration};
use serde_json::{Value, json};

use super::{Data, whole};
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
    let [before, after] = [&labelled, &unseen(&labelled)]
        .map(|said| Calibration::of_outcomes(said.iter().map(|one| (one.said, one.right))));
    if let Some(path) = &args.out {
        write(path, &calibrator)?;
    }
    output::pretty(&shown(&calibrator, [&before, &after], args.out.as_deref()))?;
    if after.brier >= before.brier {
        output::words(
            "on answers that it has not seen, the calibrator is no better than the model's own word: leave it out",
        );
    }
    Ok(())
}

fn prompt(settings: &Settings, args: &Args) -> Result<Option<Digest>, Failure> {
    let Some(name) = &args.prompt else {
        return Ok(PromptKind::Triage.in_use(settings.config.settings.triage.prompt.as_ref()));
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

/// What Claude said itself of rows; a row that cannot be read ends it, and none of it is repeated.
fn of_predictions(path: &Path) -> Result<Vec<Labelled>, Failure> {
    let mut labelled = Vec::new();
    for (number, line) in (1_u64..).zip(archive::read_lines(path)?) {
        let bad = |why: &str| Failure::new(Exit::Usage, format!("{}, line {number}: {why}", path.display()));
        if line.len() > limits::BATCH_LINE_BYTES {
            return Err(bad("too long"));
        }
        let row: Prediction = serde_json::from_slice(&line).map_err(|_| bad("not a row of predictions.jsonl"))?;
        let said = row.claude.map(|said| Labelled { said: said.confidence.0, right: said.label == row.label });
        labelled.extend(said);
    }
    Ok(labelled)
}

fn write(path: &Path, calibrator: &Calibrator) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(calibrator).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    whole::write(path, (text + "\n").as_bytes())
}

fn shown(calibrator: &Calibrator, [before, after]: [&Calibration; 2], out: Option<&Path>) -> Value {
    json!({
        "labels": calibrator.labels, "wrong": calibrator.wrong, "method": calibrator.method,
        "model": calibrator.model, "prompt": calibrator.prompt, "calibrator": calibrator.hash(), "written": out,
        "calibration_error": { "before": before.error, "after": after.error },
        "brier": { "before": before.brier, "after": after.brier },
    })
}

#[cfg(test)]
mod tests {
    use case::label::Ppm;

    use super::*;

    fn rows(lines: &str) -> Result<Vec<Labelled>, Failure> {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("predictions.jsonl");
        std::fs::write(&path, lines).unwrap();
        of_predictions(&path)
    }

    fn row(by: &str, predicted: &str, claude: &str) -> String {
        format!(
            r#"{{"id":"1","label":"other","predicted":"{predicted}","probability":0.55,"accepted":true,"decided_by":"{by}"{claude}}}"#
        )
    }

    #[test]
    fn what_claude_said_itself_teaches_and_what_is_calibrated_already_does_not() {
        let says = |label: &str| format!(r#","claude":{{"label":"{label}","confidence":0.95}}"#);
        let lines = [
            row("local", "other", ""),
            row("claude", "other", &says("other")),
            row("human", "fraud_check", &says("fraud_check")),
            // A row that only says what counted, after any calibration.
            row("claude", "other", ""),
        ];
        let said = Ppm::new(950_000).unwrap();
        assert_eq!(rows(&lines.join("\n")).unwrap(), [Labelled { said, right: true }, Labelled { said, right: false }]);
        assert_eq!(rows("").unwrap(), []);
    }

    #[test]
    fn a_calibrator_takes_the_place_of_another_and_is_never_written_into_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let (path, kept) = (folder.path().join("calibrator.json"), folder.path().join("kept.json"));
        std::fs::write(&path, "before").unwrap();
        std::fs::hard_link(&path, &kept).unwrap();
        let labelled: Vec<Labelled> =
            (0..400).map(|at| Labelled { said: Ppm::new(950_000).unwrap(), right: at % 3 > 0 }).collect();
        let calibrator = fit("m", None, &labelled).unwrap();
        write(&path, &calibrator).unwrap();
        let text = std::fs::read(&path).unwrap();
        assert_eq!(serde_json::from_slice::<Calibrator>(&text).unwrap(), calibrator);
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "before");
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
