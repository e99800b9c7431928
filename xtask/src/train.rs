//! `cargo xtask train`: makes the local tier's model from the labelled requests, the same bytes every time.
//!
//! The weights and every threshold come from the training rows alone; `dev.jsonl` and the test rows are only read to
//! report on.

mod card;
mod figures;
mod perturbed;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use case::local::file::{ModelParts, Settings};
use case::local::{LocalModel, Reading};
use learn::build::Recipe;
use learn::corpus::{Corpus, Unseen};
use learn::folds::Fold;
use learn::network::Schedule;
use learn::rows::{FOLDS, Group, Row, Variant};

use crate::shell;

/// A model file is smaller than this, so that it fits into the Worker.
const MODEL_BYTES_MAX: usize = 999_999;

/// What is trained on, besides the rows in other words; `data/requests/README.md` says where each is from.
const TRAINING: [&str; 9] = [
    "train",
    "handwritten",
    "spoken.train",
    "spoken2.train",
    "written.train",
    "written2.train",
    "chatter.train",
    "narratives.train",
    "mixed.train",
];

/// Trains the local tier's model, and writes, checks or reports on it.
#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    /// Train again and compare with the committed model instead of writing it.
    #[arg(long, conflicts_with = "report")]
    check: bool,
    /// Fit the settings again, on the models that the last training left in target/training.
    #[arg(long, conflicts_with = "report")]
    refit: bool,
    /// Print what each step of the recipe brings in ten folds; writes nothing, and takes a quarter of an hour.
    #[arg(long, conflicts_with_all = ["report", "check", "refit"])]
    steps: bool,
    /// Print the committed model's figures on the rows it was not trained on; train nothing.
    #[arg(long)]
    report: bool,
}

impl Train {
    /// Does what the options say.
    pub(crate) fn run(&self) -> Result<()> {
        let root = shell::root();
        let model_path = root.join("case/model/triage.bin");
        if self.report {
            return report(&root, &model_path);
        }
        if self.steps {
            return steps(&root);
        }
        let bytes = self.train(&root)?;
        if self.check {
            let committed = read_model(&model_path)?;
            ensure!(bytes == committed, "the committed model is not what this source trains: run `cargo xtask train`");
            println!("the committed model is what this source trains, byte for byte");
            return Ok(());
        }
        std::fs::write(&model_path, &bytes).with_context(|| format!("cannot write {}", model_path.display()))?;
        println!("wrote {} bytes to {}", bytes.len(), model_path.display());
        report(&root, &model_path)
    }

    /// The bytes of the shipped model.
    fn train(&self, root: &Path) -> Result<Vec<u8>> {
        let start = Instant::now();
        let rows = training_rows(root)?;
        let variants: Vec<Variant> = read(root, "variants")?;
        let corpus = Corpus::new(&rows, &variants);
        let kept = root.join("target/training");
        std::fs::create_dir_all(&kept)?;
        let make = |unseen: Unseen| {
            let path = kept.join(format!("{unseen:?}.bin"));
            if self.refit && path.exists() {
                return Ok(ModelParts::decode(&std::fs::read(&path)?)?.0);
            }
            let parts = learn::build::build(&corpus, unseen, &Recipe::SHIPPED)?;
            std::fs::write(&path, parts.encode()?)?;
            Ok(parts)
        };
        let trained = learn::train(&corpus, make, |step| println!("{:>6.1} s  {step}", start.elapsed().as_secs_f64()))?;
        let (folds, others) = trained.folds.split_at(FOLDS);
        let unseen = unseen_rows(folds, trained.parts.settings)?;
        figures::print("ten folds", unseen.iter().cloned());
        figures::print("no other styles seen", unseen_rows(others, trained.parts.settings)?.into_iter());
        let bytes = trained.parts.encode()?;
        if !self.check {
            std::fs::write(root.join("docs/model-card.md"), card::markdown(&bytes, &rows, &unseen)?)?;
        }
        ensure!(bytes.len() <= MODEL_BYTES_MAX, "the model has {} bytes, more than {MODEL_BYTES_MAX}", bytes.len());
        Ok(bytes)
    }
}

/// Trains with a part of the recipe, and prints how right the folds' models are.
fn steps(root: &Path) -> Result<()> {
    let shipped = Recipe::SHIPPED;
    let small = Recipe { width: 32, hidden: 96, schedule: Schedule { passes: 10, ..shipped.schedule }, ..shipped };
    let steps = [
        ("the public rows alone", false, false, shipped),
        ("and what was written for this", true, false, shipped),
        ("and rows in other words, smaller", true, true, small),
        ("and rows in other words", true, true, shipped),
    ];
    let (all, variants): (Vec<Row>, Vec<Variant>) = (training_rows(root)?, read(root, "variants")?);
    for (name, written, in_other_words, recipe) in steps {
        let rows: Vec<Row> = all.iter().filter(|row| written || row.group() != Group::Written).cloned().collect();
        let corpus = Corpus::new(&rows, if in_other_words { &variants } else { &[] });
        let trained = learn::train(&corpus, |unseen| learn::build::build(&corpus, unseen, &recipe), |_| {})?;
        let (folds, _) = trained.folds.split_at(FOLDS);
        figures::print(name, unseen_rows(folds, trained.parts.settings)?.into_iter());
    }
    Ok(())
}

/// What each fold's model reads in the rows that it has not seen.
fn unseen_rows(folds: &[Fold], settings: Settings) -> Result<Vec<(Row, Reading)>> {
    let mut read = Vec::new();
    for fold in folds {
        read.extend(fold.rows.iter().map(|asked| asked.row.clone()).zip(fold.readings(settings)?));
    }
    Ok(read)
}

fn read_model(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn read<T: for<'line> serde::Deserialize<'line>>(root: &Path, name: &str) -> Result<Vec<T>> {
    let path = root.join(format!("data/requests/{name}.jsonl"));
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    learn::rows::parse(&text).with_context(|| path.display().to_string())
}

fn report(root: &Path, model_path: &Path) -> Result<()> {
    let model = LocalModel::from_bytes(&read_model(model_path)?)?;
    println!("model {}  settings {:?}", model.hash(), model.parts().settings);
    for name in ["dev", "spoken.test", "narratives.test", "mixed.test", "chatter.test", "short.test"] {
        let read: Vec<_> =
            read::<Row>(root, name)?.into_iter().map(|row| (row.clone(), model.read(&row.text))).collect();
        figures::print(name, read.iter().cloned());
        figures::print_intents(name, read.into_iter());
    }
    println!("dev, written otherwise: accuracy");
    perturbed::print(&model, &read::<Row>(root, "dev")?);
    Ok(())
}

/// The public rows, and those written for this project; what is about several things teaches none of them.
fn training_rows(root: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for name in TRAINING {
        rows.extend(read::<Row>(root, name)?);
    }
    rows.retain(|row| row.labels.as_ref().is_none_or(|labels| labels.len() == 1));
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_model_reads_the_banking_rows_of_dev_as_well_as_promised() {
        let dev = read::<Row>(&shell::root(), "dev").unwrap();
        let accuracy = figures::accuracy(LocalModel::embedded(), &dev, Group::Banking77);
        assert!(accuracy >= 0.975, "accuracy {accuracy}");
    }

    #[test]
    fn training_twice_gives_the_same_bytes() {
        let rows: Vec<_> = training_rows(&shell::root()).unwrap().into_iter().step_by(40).collect();
        let corpus = Corpus::new(&rows, &[]);
        let build = || learn::build::build(&corpus, Unseen::Nothing, &Recipe::SHIPPED).unwrap().encode().unwrap();
        assert!(build() == build());
    }
}
