//! `caseworker eval`: how right triage is on labelled rows of one's own, as figures, one page, and a line for each row.
//!
//! By itself it asks nobody: the local tier reads each row, redacted as in a case. With `--claude` Claude is asked where
//! the local tier is not sure, by the code that works cases. Rows are read one by one and never kept.

mod claude;
pub(super) mod folder;
pub(super) mod local;
mod other;
pub(super) mod rows;

use std::path::{Path, PathBuf};

use case::{label::Ppm, local::PROMISES};
use eval::{About, Budget, Evaluation, Judged, LabelledRow, Report, Why};
use futures_util::{StreamExt as _, stream};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::{
    exit::{Exit, Failure},
    limits, output, outside,
    settings::Settings,
};
use claude::{Ask, Claude};
use folder::Folder;
use local::{LocalTier, Read};
use other::OtherSide;
use rows::Rows;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Labelled rows {"id","text","task"}, one a line; `-` reads them from stdin
    file: PathBuf,
    /// Where report.json, report.html and predictions.jsonl go; the folder is made where there is none
    #[arg(long, value_name = "DIR")]
    report: PathBuf,
    /// End with 1 where accuracy or macro-F1 is below this share
    #[arg(long, value_name = "F", value_parser = share)]
    fail_under: Option<f64>,
    /// A local model in place of the configured one; `shipped` is the one this build carries
    #[arg(long, value_name = "FILE")]
    model: Option<PathBuf>,
    /// Another local model, `shipped`, or the predictions.jsonl of another run, to compare with row by row
    #[arg(long, value_name = "MODEL|PREDICTIONS")]
    compare: Option<PathBuf>,
    /// The error promised of what the local tier decides
    #[arg(long, value_name = "ERROR", value_parser = share)]
    promise: Option<f64>,
    /// Ask Claude where the local tier is not sure, or about every row
    #[arg(long, value_name = "WHERE", num_args = 0..=1, require_equals = true, default_missing_value = "unsure")]
    claude: Option<Ask>,
    /// The most that asking Claude may cost in this run, in US dollars
    #[arg(long, value_name = "USD", default_value_t = 1.0, value_parser = dollars, requires = "claude")]
    budget: f64,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1.0).contains(&share) { Ok(share) } else { Err("not a share from 0 to 1, such as 0.95".to_owned()) }
}

fn dollars(text: &str) -> Result<f64, String> {
    let usd: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    if (0.0..=1e6).contains(&usd) { Ok(usd) } else { Err("not a sum in US dollars, such as 0.50".to_owned()) }
}

/// Everything that says something of a row.
struct Tiers {
    local: LocalTier,
    claude: Option<Claude>,
    other: Option<OtherSide>,
}

/// A row with what was said of it.
struct Said {
    row: LabelledRow,
    read: Read,
    judged: Judged,
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let local = LocalTier::open(settings, args.model.as_deref(), args.promise)?;
    let claude = args.claude.map(|ask| Claude::open(settings, ask, args.budget)).transpose()?;
    let other = args.compare.as_deref().map(|path| OtherSide::open(path, local.promised())).transpose()?;
    let mut tiers = Tiers { local, claude, other };
    let rows = Rows::open(&args.file)?;
    let mut folder = Folder::create(&args.report)?;
    let mut evaluation = Evaluation::new(about(args, &tiers));
    work(&mut tiers, rows, &mut evaluation, &mut folder).await?;
    if evaluation.rows() == 0 {
        let bad = evaluation.bad_rows();
        let message =
            format!("{}: no labelled rows, and {bad} lines that are none; a row is {ROW}", args.file.display());
        return Err(Failure::new(Exit::Usage, message));
    }
    let report = evaluation.report();
    folder.finish(&report)?;
    tell(args, &report)?;
    verdict(args, &report)
}

/// What a row looks like.
const ROW: &str = r#"{"id": "1", "text": "Where is my transfer?", "task": "payment_status"}"#;

fn about(args: &Args, tiers: &Tiers) -> About {
    let name = |path: &Path| path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    About {
        file: if args.file.as_os_str() == "-" { "stdin".to_owned() } else { name(&args.file) },
        at: outside::now().rfc3339(),
        model: tiers.local.about(),
        promises: PROMISES.map(Ppm::share).to_vec(),
        promise: tiers.local.promise(),
        claude: tiers.claude.as_ref().map(|claude| Budget {
            model: claude.model().to_owned(),
            budget_usd: args.budget,
            prices: claude::prices().to_owned(),
        }),
        compared_with: tiers.other.as_ref().map(|other| other.name().to_owned()),
    }
}

/// Reads all rows, in their order.
async fn work(tiers: &mut Tiers, rows: Rows, evaluation: &mut Evaluation, folder: &mut Folder) -> Result<(), Failure> {
    let bar = progress();
    let Tiers { local, claude, other } = tiers;
    let (local, claude) = (&*local, claude.as_ref());
    let judge = async |row: Result<Result<LabelledRow, eval::BadRow>, Failure>| match row? {
        Ok(row) => {
            let read = local.read(&row.text);
            let asked = read.clone();
            let judged = match claude {
                Some(claude) => claude.judge(&row.text, &asked).await?,
                None => read.judged(),
            };
            Ok::<_, Failure>(Ok(Said { row, read, judged }))
        }
        Err(bad) => Ok(Err(bad)),
    };
    let mut all = std::pin::pin!(stream::iter(rows).map(judge).buffered(limits::EVAL_AT_ONCE));
    while let Some(said) = all.next().await {
        match said? {
            Err(bad) => evaluation.bad(bad),
            Ok(Said { row, read, judged }) => {
                folder.predicted(&judged.prediction(&row))?;
                let beside = other.as_mut().and_then(|other| other.says(&row, &read.words));
                let why = || Why {
                    cues_predicted: local.cues(&read.words, judged.best.label),
                    cues_label: local.cues(&read.words, row.label),
                    text: read.words.clone(),
                };
                let pushed = evaluation.push(&row, &judged, beside, why);
                pushed.map_err(|problem| Failure::new(Exit::Usage, problem.to_string()))?;
            }
        }
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(())
}

/// A count on a terminal, nothing elsewhere: how many rows a file has is known at its end.
fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{pos} rows, {per_sec}") {
        bar.set_style(style);
    }
    bar
}

/// The most important figures on stdout, and where the rest is on stderr.
fn tell(args: &Args, report: &Report) -> Result<(), Failure> {
    let figures = &report.figures;
    output::pretty(&json!({
        "rows": figures.rows,
        "accuracy": figures.accuracy,
        "accuracy_interval": figures.accuracy_interval,
        "macro_f1": figures.macro_f1,
        "decided_share": figures.decided_share,
        "decided_error": figures.decided_error,
        "decided_error_interval": figures.decided_error_interval,
        "fraud_recall": report.fraud.recall,
        "calibration_error": figures.calibration_error,
        "brier": figures.brier,
        "usd_per_thousand": report.cascade.in_use().and_then(|milestone| milestone.usd_per_thousand),
        "comparison": report.comparison.as_ref().map(|comparison| json!({
            "verdict": comparison.verdict,
            "chance": comparison.chance,
            "accuracy_difference": comparison.accuracy_difference,
        })),
        "bad_rows": report.notes.bad_rows,
        "report": args.report.join(folder::PAGE),
    }))?;
    for bad in report.notes.bad.iter().take(limits::EVAL_BAD_ROWS_TOLD) {
        output::words(&format!("line {}: {}", bad.line, bad.why));
    }
    Ok(())
}

/// Whether the run ends well.
fn verdict(args: &Args, report: &Report) -> Result<(), Failure> {
    let found = |message: String| Err(Failure { exit: Exit::Found, message });
    if let Some(least) = args.fail_under
        && report.score() < least
    {
        let of = |figure: Option<f64>| figure.unwrap_or_default();
        let (accuracy, macro_f1) = (of(report.figures.accuracy), of(report.figures.macro_f1));
        return found(format!("accuracy {accuracy:.4} and macro-F1 {macro_f1:.4}: one is below {least}"));
    }
    match report.notes.bad_rows {
        0 => Ok(()),
        bad => found(format!("{bad} lines are no labelled rows and were left out")),
    }
}
