//! The folder of a report. What is in it under its own name is whole.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

use eval::{Prediction, Report, page};

use crate::{
    cli::whole,
    exit::{Exit, Failure},
};

/// The page.
pub(crate) const PAGE: &str = "report.html";
const JSON: &str = "report.json";
const PREDICTIONS: &str = "predictions.jsonl";

/// A report's folder under way.
pub(crate) struct Folder {
    path: PathBuf,
    predictions: BufWriter<File>,
}

impl Folder {
    /// Makes the folder where there is none.
    pub(crate) fn create(path: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(path).map_err(|error| Failure::file(path, &error))?;
        let beside = whole::beside(&path.join(PREDICTIONS));
        let file = File::create(&beside).map_err(|error| Failure::file(&beside, &error))?;
        Ok(Self { path: path.to_owned(), predictions: BufWriter::new(file) })
    }

    /// Writes a row's line.
    pub(crate) fn predicted(&mut self, prediction: &Prediction) -> Result<(), Failure> {
        let line = serde_json::to_string(prediction).map_err(|error| Failure::new(Exit::Storage, error.to_string()))?;
        writeln!(self.predictions, "{line}").map_err(|error| Failure::file(&self.path, &error))
    }

    /// Writes the rest, and puts everything in its place.
    pub(crate) fn finish(mut self, report: &Report) -> Result<(), Failure> {
        self.predictions.flush().map_err(|error| Failure::file(&self.path, &error))?;
        let json =
            serde_json::to_string_pretty(report).map_err(|error| Failure::new(Exit::Storage, error.to_string()))?;
        whole::write(&self.path.join(JSON), (json + "\n").as_bytes())?;
        whole::write(&self.path.join(PAGE), page::page(report).as_bytes())?;
        whole::put(&self.path.join(PREDICTIONS))
    }
}
