//! The output of a batch: whole lines only. A line torn by a kill is repaired before the next one is written.

use std::{
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, Seek as _, SeekFrom, Write as _},
    path::{Path, PathBuf},
};

use serde_json::Value;

use crate::exit::{Exit, Failure};

/// The output file, with the ids of the lines that are in it.
#[derive(Debug)]
pub(super) struct Results {
    path: PathBuf,
    file: File,
    ids: Vec<Value>,
    bad: u64,
}

impl Results {
    /// Opens an output file, new or an earlier run's.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        // A pipe cannot say what is in it already, and opening one waits for a reader.
        super::must_be_regular(path, "a batch continues its output after a stop; give a file, and read that")?;
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(path);
        let mut results = Self {
            path: path.to_owned(),
            file: file.map_err(|error| Failure::file(path, &error))?,
            ids: Vec::new(),
            bad: 0,
        };
        let whole = results.read()?;
        results.file.set_len(whole).map_err(|error| Failure::file(path, &error))?;
        results.file.seek(SeekFrom::Start(whole)).map_err(|error| Failure::file(path, &error))?;
        Ok(results)
    }

    /// The ids of the lines so far, in their order.
    pub(super) fn ids(&self) -> &[Value] {
        &self.ids
    }

    /// How many of the lines that were there at the start say an error.
    pub(super) const fn bad(&self) -> u64 {
        self.bad
    }

    /// Adds a line.
    pub(super) fn write(&mut self, line: &Value) -> Result<(), Failure> {
        let mut text = line.to_string();
        text.push('\n');
        self.file.write_all(text.as_bytes()).map_err(|error| Failure::file(&self.path, &error))
    }

    /// Waits until everything is on disk.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        self.file.sync_all().map_err(|error| Failure::file(&self.path, &error))
    }

    /// Reads the ids and returns how many bytes are whole lines.
    fn read(&mut self) -> Result<u64, Failure> {
        let mut whole = 0;
        let mut reader = BufReader::new(&self.file);
        loop {
            let mut line = Vec::new();
            let read = reader.read_until(b'\n', &mut line).map_err(|error| Failure::file(&self.path, &error))?;
            if line.last() != Some(&b'\n') && could_be_torn(&line) {
                return Ok(whole);
            }
            let value: Option<Value> = serde_json::from_slice(&line).ok();
            let Some(id) = value.as_ref().and_then(|value| value.get("id")) else {
                let number = self.ids.len() + 1;
                let message =
                    format!("{}, line {number}: not the output of a batch; give another file", self.path.display());
                return Err(Failure::new(Exit::Usage, message));
            };
            self.bad += u64::from(value.as_ref().is_some_and(is_bad));
            self.ids.push(id.clone());
            whole += read as u64;
        }
    }
}

/// Whether a line says that its row could not be worked.
pub(super) fn is_bad(line: &Value) -> bool {
    line.get("error").is_some()
}

/// Whether bytes without a line end are the beginning of a line of ours, or what a crashed file system left of one.
fn could_be_torn(line: &[u8]) -> bool {
    line.first().is_none_or(|byte| matches!(byte, b'{' | 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn a_torn_last_line_is_repaired_and_the_whole_ones_stay() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out.jsonl");
        let whole = "{\"id\":1}\n{\"id\":null,\"error\":{}}\n";
        for torn in ["", "{", "{\"id\":3}", "\u{0}\u{0}"] {
            fs::write(&path, format!("{whole}{torn}")).unwrap();
            let mut results = Results::open(&path).unwrap();
            assert_eq!((results.ids(), results.bad()), ([json!(1), json!(null)].as_slice(), 1));
            results.write(&json!({ "id": 3 })).unwrap();
            results.finish().unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), format!("{whole}{{\"id\":3}}\n"));
        }
    }

    #[test]
    fn a_file_that_is_no_output_is_not_touched() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("letter.txt");
        fs::write(&path, "Dear Ada,\nno newline at the end").unwrap();
        assert!(Results::open(&path).unwrap_err().message.contains("line 1"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "Dear Ada,\nno newline at the end");
        // One line without its end is torn, unless it could not be ours.
        fs::write(&path, "Dear Ada").unwrap();
        assert!(Results::open(&path).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "Dear Ada");
    }
}
