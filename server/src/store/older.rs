//! Rows of the docket that an older build made: they are made again from their journals, some at a time beside the work,
//! so that a large folder opens at once after an upgrade. Until its turn has come a row shows what the older one knew.

use std::time::Duration;

use case::time::Millis;
use desk::{
    ports::{CaseKey, DocketRow, HostError},
    row,
};
use rusqlite::Connection;

use super::{Store, cases, docket};

/// How many rows are made together, in one transaction.
const TOGETHER: usize = 100;
/// How long the writer is left alone after each of them.
const PAUSE: Duration = Duration::from_millis(20);

/// A row that was made from its journal.
struct Made {
    key: CaseKey,
    row: DocketRow,
    wake: Option<Millis>,
}

impl Store {
    /// Makes every row of an older form again; how many there were. A case whose journal cannot be read keeps the row
    /// that it has.
    pub(crate) async fn make_older_rows(&self) -> Result<u64, HostError> {
        let (mut after, mut count) = (None, 0);
        loop {
            let last = after.clone();
            let keys = self.readers.run(move |connection| docket::of_older_form(connection, last.as_ref(), TOGETHER));
            let keys = keys.await?;
            let Some(last) = keys.last().cloned() else { return Ok(count) };
            after = Some(last);
            let made = self.readers.run(move |connection| made_of(connection, &keys)).await?;
            count += self.beside.run(move |connection| write(connection, &made)).await?;
            tokio::time::sleep(PAUSE).await;
        }
    }
}

fn made_of(connection: &Connection, keys: &[CaseKey]) -> Result<Vec<Made>, rusqlite::Error> {
    let mut made = Vec::new();
    for key in keys {
        let Some(stored) = cases::read(connection, key)? else { continue };
        match row::of_journal(&stored.lines) {
            Ok((row, wake)) => made.push(Made { key: key.clone(), row, wake }),
            Err(fault) => tracing::error!(case = %key.case, %fault, "a row of the docket could not be made again"),
        }
    }
    Ok(made)
}

/// Writes the rows of cases that have not gone on meanwhile: those that have brought a row of their own.
fn write(connection: &Connection, made: &[Made]) -> Result<u64, rusqlite::Error> {
    let transaction = connection.unchecked_transaction()?;
    let mut count = 0;
    for one in made {
        count += u64::from(cases::remake(&transaction, &one.key, &one.row, one.wake)?);
    }
    transaction.commit()?;
    Ok(count)
}
