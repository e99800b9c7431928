//! The labelled file, line by line: however large it is, one line is in memory, and a line without an end is a bad row.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read as _, stdin},
    path::{Path, PathBuf},
};

use eval::{BadRow, LabelledRow, limits, row};

use crate::exit::{Exit, Failure};

/// The rows of a file.
pub(crate) struct Rows {
    path: PathBuf,
    from: Box<dyn BufRead>,
    line: u64,
}

impl Rows {
    /// Opens a file, or stdin.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let from: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(BufReader::new(stdin()))
        } else {
            let open = File::open(path).and_then(|file| Ok((file.metadata()?.is_dir(), file)));
            match open {
                Ok((false, file)) => Box::new(BufReader::new(file)),
                Ok((true, _)) => return Err(Failure::new(Exit::Usage, format!("{}: is a folder", path.display()))),
                Err(error) => return Err(Failure::new(Exit::Usage, format!("{}: {error}", path.display()))),
            }
        };
        Ok(Self { path: path.to_owned(), from, line: 0 })
    }

    /// The next line without its end; nothing at the end of the file. Of a line that is too long just enough to know.
    fn next_line(&mut self) -> std::io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        let most = limits::LINE_BYTES as u64 + 1;
        let read = self.from.by_ref().take(most).read_until(b'\n', &mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.line += 1;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
        } else if read as u64 == most {
            self.from.skip_until(b'\n')?;
        }
        Ok(Some(bytes))
    }
}

impl Iterator for Rows {
    type Item = Result<Result<LabelledRow, BadRow>, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let bytes = match self.next_line() {
                Ok(bytes) => bytes?,
                Err(error) => return Some(Err(Failure::file(&self.path, &error))),
            };
            match row::read_row(self.line, &bytes) {
                Ok(None) => {}
                Ok(Some(row)) => return Some(Ok(Ok(row))),
                Err(bad) => return Some(Ok(Err(bad))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use eval::row::Fault;

    #[test]
    fn a_line_without_an_end_is_one_bad_row_and_what_follows_is_read() {
        let endless = "x".repeat(3 * limits::LINE_BYTES);
        let good = r#"{"text": "x", "task": "other"}"#;
        let text = format!("{good}\n\n{endless}\n{good}");
        let rows = Rows { path: "f".into(), from: Box::new(std::io::Cursor::new(text)), line: 0 };
        let read: Vec<_> = rows.map(|row| row.unwrap().map(|row| row.id.to_string())).collect();
        assert_eq!(read, [Ok("1".to_owned()), Err(BadRow { line: 3, why: Fault::TooLong }), Ok("4".to_owned())]);
    }
}
