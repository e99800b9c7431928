//! The other side of a comparison: another local model, or the predictions of an earlier run.

use std::{
    collections::{BTreeMap, VecDeque},
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

use case::{label::Ppm, local::LocalModel};
use eval::{LabelledRow, Other, Prediction, RowId, limits};

use super::local::{SHIPPED, read_model};
use crate::exit::{Exit, Failure};

/// So many bytes tell a line of JSON from a model file.
const FIRST: u64 = 64;

/// Whoever else says something of the rows.
pub(super) struct OtherSide {
    name: String,
    source: Source,
    /// What a model is held to, as the run is.
    promised: Ppm,
}

enum Source {
    Model(Box<LocalModel>),
    /// By id; rows of one id in their order.
    Run(BTreeMap<RowId, VecDeque<Prediction>>),
}

impl OtherSide {
    /// Opens a model file or a `predictions.jsonl`, whichever it is.
    pub(super) fn open(path: &Path, promised: Ppm) -> Result<Self, Failure> {
        if path.as_os_str() == SHIPPED {
            let source = Source::Model(LocalModel::embedded().clone().into());
            return Ok(Self { name: SHIPPED.to_owned(), source, promised });
        }
        let wrong = |why: String| Failure::new(Exit::Usage, format!("{}: {why}", path.display()));
        let mut first = Vec::new();
        let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
        file.take(FIRST).read_to_end(&mut first).map_err(|error| wrong(error.to_string()))?;
        // Which kinds of model file there are is known to their reader alone, and no kind begins as JSON does.
        let is_run = matches!(first.trim_ascii_start().first(), None | Some(b'{'));
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let source = if is_run { Source::Run(run(path)?) } else { Source::Model(Box::new(read_model(path)?)) };
        Ok(Self { name, source, promised })
    }

    /// What it is called.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What it says of a row; nothing where it has no answer, or one for another label.
    pub(super) fn says(&mut self, row: &LabelledRow, words: &str) -> Option<Other> {
        match &mut self.source {
            Source::Model(model) => {
                let reading = model.read_for(words, self.promised);
                let best = reading.scores.first()?;
                Some(Other { predicted: best.label, probability: best.confidence, accepted: reading.sure })
            }
            Source::Run(answers) => {
                let answer = answers.get_mut(&row.id)?.pop_front()?;
                let Prediction { label, predicted, probability, accepted, .. } = answer;
                (label == row.label).then_some(Other { predicted, probability: probability.0, accepted })
            }
        }
    }
}

/// Reads an earlier run's predictions.
fn run(path: &Path) -> Result<BTreeMap<RowId, VecDeque<Prediction>>, Failure> {
    let wrong = |line: usize, why: &str| Failure::new(Exit::Usage, format!("{}, line {line}: {why}", path.display()));
    let file = File::open(path).map_err(|error| Failure::new(Exit::Usage, format!("{}: {error}", path.display())))?;
    let mut answers: BTreeMap<RowId, VecDeque<Prediction>> = BTreeMap::new();
    // A line of predictions is short; what is longer than a labelled row is none.
    let lines = BufReader::new(file.take(limits::ROWS as u64 * 1_024)).split(b'\n');
    for (number, line) in (1..).zip(lines) {
        let line = line.map_err(|error| wrong(number, &error.to_string()))?;
        if line.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let none = "neither a triage model nor a line of predictions.jsonl";
        let answer: Prediction = serde_json::from_slice(&line).map_err(|_| wrong(number, none))?;
        answers.entry(answer.id.clone()).or_default().push_back(answer);
    }
    Ok(answers)
}
