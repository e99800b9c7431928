//! `caseworker drift`: whether what arrives is still like what it was, or like what the local tier was measured on.

use std::path::{Path, PathBuf};

use case::local::LocalModel;
use desk::intake;
use serde::Deserialize;
use serde_json::json;

use super::{Data, whole};
use crate::{
    archive,
    drift::{CASES_MIN, Measure, Population},
    exit::{Exit, Failure},
    limits, outcomes, output, outside,
    settings::Settings,
    store::Shelf,
};

/// How the shipped model reads held-out requests to a bank: what is familiar to it, and how much of it it is sure of.
const SHIPPED: &str = include_str!("../drift/reference.json");
/// The measures that hold for anybody's requests: what they are about differs from bank to bank.
const FOR_ANYBODY: [&str; 2] = ["sure", "familiar"];
/// Milliseconds of a day.
const DAY_MS: i64 = 86_400_000;

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    data: Data,
    /// The cases opened in the last so many days are compared
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3_650))]
    days: u16,
    /// Compare with this file, which `--write` wrote; without it with the cases before, or with the shipped reference
    #[arg(long, value_name = "FILE", conflicts_with = "write")]
    reference: Option<PathBuf>,
    /// Write a reference and compare nothing
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Make the reference of the texts of these rows {"text"}, one a line, in place of cases
    #[arg(long, value_name = "FILE", requires = "write")]
    texts: Option<PathBuf>,
    /// Only rows of this `source`
    #[arg(long, requires = "texts")]
    source: Option<String>,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// What is read of a row.
#[derive(Debug, Deserialize)]
struct Row {
    text: String,
    #[serde(default)]
    source: Option<String>,
}

/// Runs the command; ends with 1 where something drifted.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let own = settings.local_model()?;
    let model = own.as_deref().unwrap_or_else(|| LocalModel::embedded());
    if let (Some(texts), Some(path)) = (&args.texts, &args.write) {
        return write(path, &of_texts(model, texts, args.source.as_deref())?);
    }
    let from = outside::now().0 - i64::from(args.days) * DAY_MS;
    let (told, unreadable) = outcomes::read(&Shelf::read(&settings.data)?)?;
    let mut now = Population::new(model.hash());
    let mut earlier = now.clone();
    for one in &told {
        if one.opened_at.0 >= from { now.add(model, &one.reading) } else { earlier.add(model, &one.reading) }
    }
    if unreadable > 0 {
        output::words(&format!("{unreadable} cases could not be read and are left out; see `caseworker verify`"));
    }
    if let Some(path) = &args.write {
        return write(path, &now);
    }
    let (kind, before) = match &args.reference {
        Some(path) => ("file", read(path)?),
        None if earlier.is_enough() => ("earlier", earlier),
        None => ("shipped", parse(SHIPPED).unwrap_or(earlier)),
    };
    compare(&now, kind, &before)
}

fn compare(now: &Population, kind: &str, before: &Population) -> Result<(), Failure> {
    let mut measures = Vec::new();
    let same_model = now.model == before.model;
    if same_model && now.is_enough() && before.is_enough() {
        measures = now.since(before);
        measures.retain(|measure| kind != "shipped" || FOR_ANYBODY.contains(&measure.name));
    }
    let drifted: Vec<&Measure> = measures.iter().filter(|measure| measure.drifted).collect();
    output::pretty(&json!({
        "cases": now.cases, "sure": now.sure_share(), "drifted": !drifted.is_empty(), "measures": measures,
        "reference": { "kind": kind, "cases": before.cases, "sure": before.sure_share() },
    }))?;
    if !same_model {
        output::words("the reference is another local model's, so nothing is compared; make a new one with --write");
    } else if measures.is_empty() {
        output::words(&format!(
            "{} cases, compared with {}: fewer than {CASES_MIN} say nothing",
            now.cases, before.cases
        ));
    }
    if drifted.is_empty() {
        return Ok(());
    }
    let names: Vec<&str> = drifted.iter().map(|measure| measure.name).collect();
    let remedy = "see what is new in the requests, and measure the local tier on labelled ones: `caseworker eval`";
    Err(Failure::new(Exit::Found, format!("drifted: {}; {remedy}", names.join(", "))))
}

/// How the local tier reads the texts of a file; a row that cannot be read ends it, and none of it is repeated.
fn of_texts(model: &LocalModel, path: &Path, source: Option<&str>) -> Result<Population, Failure> {
    let mut population = Population::new(model.hash());
    for (number, line) in (1_u64..).zip(archive::read_lines(path)?) {
        let bad = |why: &str| Failure::new(Exit::Usage, format!("{}, line {number}: {why}", path.display()));
        if line.len() > limits::BATCH_LINE_BYTES {
            return Err(bad("too long"));
        }
        let row: Row = serde_json::from_slice(&line).map_err(|_| bad("not an object with a `text`"))?;
        if source.is_none() || row.source.as_deref() == source {
            population.add(model, &model.read(&intake::as_read(&row.text)));
        }
    }
    Ok(population)
}

fn read(path: &Path) -> Result<Population, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))?;
    let problem = || Failure::new(Exit::Usage, format!("{}: no reference that `drift --write` wrote", path.display()));
    parse(&text).ok_or_else(problem)
}

fn parse(text: &str) -> Option<Population> {
    serde_json::from_str::<Population>(text).ok().filter(Population::is_whole)
}

fn write(path: &Path, population: &Population) -> Result<(), Failure> {
    if !population.is_enough() {
        let why = format!("{} cases are too few for a reference: at least {CASES_MIN}", population.cases);
        return Err(Failure::new(Exit::Usage, why));
    }
    let text = serde_json::to_string(population).map_err(|error| Failure::new(Exit::Usage, error.to_string()))?;
    whole::write(path, (text + "\n").as_bytes())?;
    output::pretty(&json!({ "written": path, "cases": population.cases, "sure": population.sure_share() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_reference_is_how_the_shipped_model_reads_the_held_out_rows() {
        let rows = Path::new(env!("CARGO_MANIFEST_DIR")).join("../data/requests/dev.jsonl");
        let now = of_texts(LocalModel::embedded(), &rows, Some("banking77")).unwrap();
        let text = serde_json::to_string(&now).unwrap();
        assert_eq!(SHIPPED.trim(), text, "after a new model this is server/src/drift/reference.json");
        assert_eq!(parse(SHIPPED), Some(now));
    }

    #[test]
    fn texts_are_read_as_the_texts_of_cases() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("rows.jsonl");
        let text = "Please write to vbnmq.zxcvlk.wertzui@qwpoeiru.example about it";
        std::fs::write(&path, serde_json::json!({ "text": text }).to_string()).unwrap();
        let model = LocalModel::embedded();
        let mut case = Population::new(model.hash());
        case.add(model, &model.read(&intake::as_read(text)));
        assert_eq!(of_texts(model, &path, None).unwrap(), case);
    }

    #[test]
    fn a_reference_takes_the_place_of_another_and_is_never_written_into_it() {
        let folder = tempfile::TempDir::new().unwrap();
        let (path, kept) = (folder.path().join("reference.json"), folder.path().join("kept.json"));
        std::fs::write(&path, "before").unwrap();
        std::fs::hard_link(&path, &kept).unwrap();
        write(&path, &parse(SHIPPED).unwrap()).unwrap();
        assert_eq!(read(&path).ok(), parse(SHIPPED));
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), "before");
    }

    #[test]
    fn a_row_that_cannot_be_read_is_placed_and_not_repeated() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, "{\"text\":\"hello\"}\n{\"text\":4111111111111111}\n").unwrap();
        let failure = of_texts(LocalModel::embedded(), &path, None).unwrap_err();
        assert!(failure.message.contains("line 2") && !failure.message.contains("4111"), "{}", failure.message);
    }
}
