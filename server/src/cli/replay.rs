//! `caseworker replay`: a case's journal as a readable history, verified first.

use std::path::PathBuf;

use case::{case::Case, ids::CaseId, journal};

use super::Data;
use crate::{
    archive,
    exit::{Exit, Failure},
    output,
    settings::Settings,
    store::Shelf,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A case's id, or a journal's file
    case: String,
    /// Print the journal's own lines, which are what is hashed
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    data: Data,
}

impl Args {
    /// The data folder's flag.
    pub(super) const fn data(&self) -> &Data {
        &self.data
    }
}

/// Runs the command. A journal that does not verify is shown as far as it does.
pub(super) fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    let bytes = read(settings, &args.case)?;
    let (lines, mut fault) = archive::readable(&bytes);
    let mut whole = lines.len();
    if fault.is_none()
        && let Err(found) = Case::replay(lines.iter().copied())
    {
        whole = found_at(&found, whole);
        fault = Some(found);
    }
    let shown = lines.get(..whole).unwrap_or_default();
    for (line, text) in journal::read(shown.iter().copied()).unwrap_or_default().iter().zip(shown) {
        if args.json {
            output::line(text)?;
        } else {
            output::line(&format!("{:>4}  {}  {}", line.seq, line.at.rfc3339(), desk::history::sentence(&line.entry)))?;
        }
    }
    match fault {
        None => Ok(()),
        Some(fault) => Err(Failure::new(Exit::Found, fault.to_string())),
    }
}

/// How many lines come before a fault.
fn found_at(fault: &journal::Fault, lines: usize) -> usize {
    archive::place(fault).and_then(|seq| usize::try_from(seq).ok()).unwrap_or(lines).min(lines)
}

fn read(settings: &Settings, case: &str) -> Result<Vec<Vec<u8>>, Failure> {
    let Ok(id) = CaseId::parse(case) else {
        let path = PathBuf::from(case);
        if !path.is_file() {
            let message = format!("{case:?} is neither a case's id nor a journal's file");
            return Err(Failure::new(Exit::Usage, message));
        }
        return archive::read_lines(&path);
    };
    let shelf = Shelf::read(&settings.data)?;
    let keys = shelf.find(&id)?;
    let stored = keys.first().map(|key| shelf.case(key)).transpose()?.flatten();
    stored.map(|stored| stored.lines).ok_or_else(|| {
        Failure::new(
            Exit::Usage,
            format!("there is no case {id} in {}; is it the right --data?", settings.data.display()),
        )
    })
}
