//! `cargo xtask train`: makes the local tier's model from the labelled requests, the same bytes every time.
//!
//! The weights and every threshold come from `train.jsonl` alone; `dev.jsonl` is only read to report on.

mod augment;
mod build;
mod calibrate;
mod folds;
mod random;
mod report;
mod rows;
mod softmax;
mod vocabulary;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use case::local::LocalModel;

use build::Recipe;
use rows::{Heads, Row};

/// A model file is smaller than this, so that it fits into the Worker.
const MODEL_BYTES_MAX: usize = 999_999;

/// Trains the local tier's model, and writes, checks or reports on it.
#[derive(Debug, clap::Args)]
pub(crate) struct Train {
    /// Train again and compare with the committed model instead of writing it.
    #[arg(long, conflicts_with = "report")]
    check: bool,
    /// Print the committed model's figures on dev.jsonl; train nothing.
    #[arg(long)]
    report: bool,
}

impl Train {
    /// Does what the options say.
    pub(crate) fn run(&self) -> Result<()> {
        let root = root()?;
        let model_path = root.join("case/model/triage.bin");
        if self.report {
            return report(&root, &model_path);
        }
        let bytes = train(&root, &Recipe::SHIPPED)?;
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
}

/// The repository's root: the folder above this crate.
fn root() -> Result<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("this crate lies in the workspace")?;
    Ok(root.to_owned())
}

fn read_model(path: &Path) -> Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn report(root: &Path, model_path: &Path) -> Result<()> {
    let model = LocalModel::from_bytes(&read_model(model_path)?)?;
    report::print(&model, &rows::read(&root.join("data/requests/dev.jsonl"))?);
    Ok(())
}

/// The public rows, and those written for this project.
fn training_rows(root: &Path) -> Result<Vec<Row>> {
    let requests = root.join("data/requests");
    let mut rows = rows::read(&requests.join("train.jsonl"))?;
    rows.extend(rows::read(&requests.join("handwritten.jsonl"))?);
    Ok(rows)
}

/// The bytes of the model that this recipe makes.
fn train(root: &Path, recipe: &Recipe) -> Result<Vec<u8>> {
    let start = Instant::now();
    let rows = training_rows(root)?;
    let heads = Heads::of(&rows);
    let prepared = build::prepare(&rows, &heads);
    let folds = folds::train(&rows, &prepared, &heads, recipe)?;
    println!("trained {} folds after {:.1} s", folds.len(), start.elapsed().as_secs_f64());
    let settings = calibrate::fit(&folds)?;
    println!("fitted the settings after {:.1} s", start.elapsed().as_secs_f64());
    let places: Vec<usize> = (0..rows.len()).collect();
    let mut parts = build::build(&rows, &prepared, &places, &heads, recipe);
    parts.settings = settings;
    let bytes = parts.encode()?;
    println!("trained on all {} rows after {:.1} s", rows.len(), start.elapsed().as_secs_f64());
    ensure!(bytes.len() <= MODEL_BYTES_MAX, "the model has {} bytes, more than {MODEL_BYTES_MAX}", bytes.len());
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::rows::Group;
    use super::*;

    #[test]
    fn the_committed_model_reads_the_banking_rows_of_dev_as_well_as_promised() {
        let dev = rows::read(&root().unwrap().join("data/requests/dev.jsonl")).unwrap();
        let accuracy = report::accuracy(LocalModel::embedded(), &dev, Group::Banking77);
        assert!(accuracy >= 0.965, "accuracy {accuracy}");
    }

    #[test]
    fn training_twice_gives_the_same_bytes() {
        let rows: Vec<_> = training_rows(&root().unwrap()).unwrap().into_iter().step_by(40).collect();
        let heads = Heads::of(&rows);
        let prepared = build::prepare(&rows, &heads);
        let places: Vec<usize> = (0..rows.len()).collect();
        let build = || build::build(&rows, &prepared, &places, &heads, &Recipe::SHIPPED).encode().unwrap();
        assert_eq!(build(), build());
    }
}
