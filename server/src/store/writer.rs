//! The one thread that writes. It takes whatever waits, writes it in one transaction and answers after the commit.

use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use desk::ports::{CaseKey, Commit, HostError};
use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use super::{StoreError, cases, standing::Standing, trouble::host_error};
use crate::{limits, metrics::Metrics};

/// A commit that waits for its turn.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) key: CaseKey,
    pub(super) commit: Commit,
    /// Since when.
    pub(super) since: Instant,
    pub(super) reply: oneshot::Sender<Result<(), HostError>>,
}

/// The running thread.
#[derive(Debug)]
pub(super) struct Writer {
    thread: Option<thread::JoinHandle<()>>,
}

impl Writer {
    /// Starts the thread; it ends when every sender of jobs is gone and the queue is empty.
    pub(super) fn start(
        connection: Connection,
        queue: mpsc::Receiver<Job>,
        metrics: Arc<Metrics>,
        standing: Arc<Standing>,
    ) -> Result<Self, StoreError> {
        let work = move || run(&connection, queue, &metrics, &standing);
        let thread = thread::Builder::new().name("writer".to_owned()).spawn(work);
        let failed = |error: std::io::Error| StoreError::Failed { path: ".".into(), why: error.to_string() };
        Ok(Self { thread: Some(thread.map_err(failed)?) })
    }
}

impl Drop for Writer {
    /// Waits until the thread has written everything that was sent before.
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the writer thread panicked; what it acknowledged is on disk");
        }
    }
}

fn run(connection: &Connection, mut queue: mpsc::Receiver<Job>, metrics: &Metrics, standing: &Standing) {
    connection.set_prepared_statement_cache_capacity(limits::STATEMENTS_KEPT);
    // A process that was killed may have owed it.
    let mut is_owed = !empty_log(connection);
    while let Some(first) = queue.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < limits::COMMITS_PER_BATCH
            && let Ok(job) = queue.try_recv()
        {
            batch.push(job);
        }
        batch.first().into_iter().for_each(|first| metrics.writer.waited(first.since.elapsed()));
        let results = write(connection, &batch);
        is_owed |= batch.iter().zip(&results).any(|(job, result)| job.commit.destroys && result.is_ok());
        is_owed = is_owed && !empty_log(connection);
        metrics.batch(&batch_sizes(&batch), &results);
        standing.saw(&results);
        let stored = batch.iter().zip(&results).filter(|(_, result)| result.is_ok());
        stored.flat_map(|(job, _)| &job.commit.lines).for_each(|line| metrics.line(line));
        for (job, result) in batch.into_iter().zip(results) {
            // A caller that has gone away learns of its commit when it reads the case again.
            let _ = job.reply.send(result);
        }
    }
}

/// Empties the write-ahead log, in which older pages still hold what was erased; whether it is empty. A reader may be in
/// the way: nobody waits for it, and it is tried again with the next batch or when the folder is opened again.
fn empty_log(connection: &Connection) -> bool {
    let empty = || {
        connection.busy_timeout(Duration::ZERO)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        connection.busy_timeout(limits::BUSY)?;
        busy
    };
    match empty() {
        Ok(busy) => busy == 0,
        Err(error) => {
            tracing::warn!(%error, "the log could not be emptied after words were erased; it is tried again");
            false
        }
    }
}

fn batch_sizes(batch: &[Job]) -> Vec<usize> {
    batch.iter().map(|job| job.commit.lines.len()).collect()
}

/// Writes a batch and says what became of each commit. When the transaction as a whole fails, all of them failed. Where one
/// commit does, each is written by itself: that is rare, and so no savepoint is paid for with every commit.
fn write(connection: &Connection, batch: &[Job]) -> Vec<Result<(), HostError>> {
    let failed = match try_write(connection, batch) {
        Ok(results) => return results,
        Err(failed) => failed,
    };
    // `SQLite` ends the whole transaction by itself on some errors, a full disk among them.
    let was_ended = connection.is_autocommit();
    if !was_ended && let Err(error) = connection.execute_batch("ROLLBACK") {
        tracing::error!(%error, "the failed transaction could not be rolled back");
    }
    if failed.by_one && !was_ended && batch.len() > 1 {
        return batch.chunks(1).flat_map(|alone| write(connection, alone)).collect();
    }
    // The desk logs each commit that failed, with its case.
    tracing::debug!(error = %failed.error, commits = batch.len(), "no commit of this batch could be stored");
    batch.iter().map(|_| Err(host_error(&failed.error))).collect()
}

/// Why a batch was not written.
struct Failed {
    error: rusqlite::Error,
    /// Whether it was one commit, and not the transaction as a whole.
    by_one: bool,
}

fn try_write(connection: &Connection, batch: &[Job]) -> Result<Vec<Result<(), HostError>>, Failed> {
    let whole = |error| Failed { error, by_one: false };
    connection.prepare_cached("BEGIN IMMEDIATE").and_then(|mut begin| begin.execute([])).map_err(whole)?;
    let mut results = Vec::with_capacity(batch.len());
    for job in batch {
        results.push(match cases::write(connection, &job.key, &job.commit) {
            Ok(()) => Ok(()),
            // What is refused was looked at and not written.
            Err(cases::WriteError::Refused(error)) => Err(error),
            Err(cases::WriteError::Database(error)) => return Err(Failed { error, by_one: true }),
        });
    }
    connection.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map_err(whole)?;
    Ok(results)
}
