//! `caseworker train`: teaches the local tier an operator's own labels, and says how right it is about them before and
//! after.
//!
//! The shipped model stays as it is; what is learnt besides is written with it into one file, which `[host] local_model`
//! names. The figures after are of rows that were not seen: each is read by what was learnt from the others. Nothing that
//! a customer wrote is written anywhere but, redacted, as an example of a mistake in the report.

mod cases;
mod learnt;

use std::{collections::BTreeMap, path::PathBuf};

use case::{ids::Digest, label::Label, local::LocalModel};
use desk::intake;
use eval::{
    About, Evaluation, LabelledRow, Model, Other, Report, TooManyRows, Why,
    card::{Card, Data as CardData},
};
use serde_json::json;

use super::{
    Data,
    eval::{folder::Folder, rows::Rows},
    whole,
};
use crate::{
    exit::{Exit, Failure},
    limits, output, outside,
    settings::Settings,
};
use learnt::{Learnt, Reader};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Labelled rows {"text","task"}, one a line
    #[arg(required_unless_present = "reroutes")]
    files: Vec<PathBuf>,
    /// Where the model goes
    #[arg(long, value_name = "MODEL")]
    out: PathBuf,
    /// Where the reports before and after and the model card go
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
    /// Learn from the cases of the data folder that an analyst sent to another specialist, too
    #[arg(long)]
    reroutes: bool,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// The file of the model card.
const CARD: &str = "MODELCARD.md";
/// What both reports lie in.
const BEFORE: &str = "before";
const AFTER: &str = "after";

/// Runs the command.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let (rows, bad) = read(settings, args)?;
    let base = LocalModel::embedded();
    let learnt = Learnt::of(base, &rows)?;
    let before = measure(args, &rows, base, BEFORE, |place| learnt.before(place), None)?;
    let after = measure(args, &rows, &learnt.model, AFTER, |place| learnt.after(place), Some(&learnt))?;
    whole::write(&args.out, &learnt.bytes)?;
    let card = card(args, &rows, &learnt, &before, &after);
    whole::write(&args.report.join(CARD), card.as_bytes())?;
    let shown = |report: &Report| {
        let figures = &report.figures;
        json!({
            "accuracy": figures.accuracy, "macro_f1": figures.macro_f1, "decided_share": figures.decided_share,
            "decided_error": figures.decided_error, "calibration_error": figures.calibration_error, "brier": figures.brier,
        })
    };
    output::pretty(&json!({
        "rows": rows.len(), "bad_rows": bad, "model": args.out, "hash": learnt.model.hash(), "bytes": learnt.bytes.len(),
        "before": shown(&before), "after": shown(&after),
        "verdict": after.comparison.as_ref().map(|comparison| comparison.verdict),
        "report": args.report,
    }))?;
    if after.figures.brier >= before.figures.brier {
        output::words("on rows that it has not seen the model is no better than the shipped one: leave it out");
    }
    if bad == 0 {
        return Ok(());
    }
    Err(Failure::new(Exit::Found, format!("{bad} lines are no labelled rows and were left out")))
}

/// All rows, with their texts as triage reads them, and how many lines were none.
fn read(settings: &Settings, args: &Args) -> Result<(Vec<LabelledRow>, u64), Failure> {
    let (mut rows, mut bad) = (Vec::new(), 0);
    for path in &args.files {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        for row in Rows::open(path)? {
            match row? {
                Ok(mut row) => {
                    row.source = row.source.or_else(|| Some(name.clone()));
                    // From here on nobody has what was redacted.
                    row.text = intake::as_read(&row.text);
                    rows.push(row);
                }
                Err(problem) => {
                    bad += 1;
                    if bad <= limits::EVAL_BAD_ROWS_TOLD as u64 {
                        output::words(&format!("{}, line {}: {}", path.display(), problem.line, problem.why));
                    }
                }
            }
            if rows.len() > limits::TRAIN_ROWS {
                return Err(Failure::new(Exit::Usage, format!("more than {} rows; take a sample", limits::TRAIN_ROWS)));
            }
        }
    }
    if args.reroutes {
        rows.extend(cases::rerouted(settings)?);
    }
    Ok((rows, bad))
}

/// Evaluates all rows by one way of reading them, and writes the report.
fn measure(
    args: &Args,
    rows: &[LabelledRow],
    model: &LocalModel,
    folder: &str,
    read: impl Fn(usize) -> Option<Reader>,
    beside: Option<&Learnt>,
) -> Result<Report, Failure> {
    let path = args.report.join(folder);
    let mut folder = Folder::create(&path)?;
    let about = About {
        file: "your labels".to_owned(),
        at: outside::now().rfc3339(),
        model: Model { name: model_name(beside).to_owned(), hash: model.hash().to_owned() },
        promises: learnt::promises(),
        promise: learnt::promise(),
        claude: None,
        compared_with: beside.map(|_| "the shipped model".to_owned()),
    };
    let mut evaluation = Evaluation::new(about);
    for (place, row) in rows.iter().enumerate() {
        let Some(judged) = read(place).map(|reader| reader.judged()) else { continue };
        folder.predicted(&judged.prediction(row))?;
        let other = beside.and_then(|learnt| learnt.before(place)).map(|reader| {
            let said = reader.judged();
            Other { predicted: said.best.label, probability: said.best.confidence, accepted: said.accepted() }
        });
        let why = || Why {
            text: row.text.clone(),
            cues_predicted: model.cues(&row.text, judged.best.label),
            cues_label: model.cues(&row.text, row.label),
        };
        let pushed = evaluation.push(row, &judged, other, why);
        pushed.map_err(|problem: TooManyRows| Failure::new(Exit::Usage, problem.to_string()))?;
    }
    let report = evaluation.report();
    folder.finish(&report)?;
    Ok(report)
}

const fn model_name(beside: Option<&Learnt>) -> &'static str {
    if beside.is_some() { "shipped, with your labels" } else { "shipped" }
}

fn card(args: &Args, rows: &[LabelledRow], learnt: &Learnt, before: &Report, after: &Report) -> String {
    let mut by_source: BTreeMap<&str, Vec<&LabelledRow>> = BTreeMap::new();
    for row in rows {
        by_source.entry(row.source.as_deref().unwrap_or_default()).or_default().push(row);
    }
    let data = |(name, rows): (&str, Vec<&LabelledRow>)| {
        let all: String = rows.iter().map(|row| format!("{} {}\n", row.label.name(), row.text)).collect();
        let labels: Vec<Label> = rows.iter().map(|row| row.label).collect();
        CardData::new(name, Digest::of(all.as_bytes()).as_str(), labels.into_iter())
    };
    let mut facts = vec![
        ("hash".to_owned(), learnt.model.hash().to_owned()),
        ("bytes".to_owned(), learnt.bytes.len().to_string()),
        ("the shipped model in it".to_owned(), LocalModel::embedded().hash().to_owned()),
    ];
    facts.extend(learnt.facts());
    let files: Vec<String> = args.files.iter().map(|file| file.display().to_string()).collect();
    let reroutes = if args.reroutes { " --reroutes" } else { "" };
    Card {
        name: args.out.file_name().unwrap_or_default().to_string_lossy().into_owned(),
        facts,
        learnt_from: by_source.into_iter().map(data).collect(),
        measured: "Each row was read by what was learnt from the nine tenths of the rows that it is not among; \
                   rows that say the same are in one tenth."
            .to_owned(),
        report: after,
        before: Some(before),
        made_by: format!("caseworker train {}{reroutes} --out {}", files.join(" "), args.out.display()),
    }
    .markdown()
}
