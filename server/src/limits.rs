//! Every limit of the native host, together, each with its reason.

use std::time::Duration;

/// Commits that one transaction may hold: beyond it, waiting for more buys nothing.
pub(crate) const COMMITS_PER_BATCH: usize = 256;
/// Commits that may wait for the writer; more of them wait in their senders.
pub(crate) const COMMITS_QUEUED: usize = 1_024;
/// Statements that the writer keeps prepared: all it has.
pub(crate) const STATEMENTS_KEPT: usize = 64;
/// Pages of the write-ahead log after which they are copied to their places: 16 MB.
pub(crate) const LOG_PAGES: u32 = 4_096;
/// Pages that a writing connection keeps in memory, in KiB.
pub(crate) const PAGES_KEPT_KIB: i64 = 16 << 10;
/// Connections that read at the same time: reading is short, and each has its own cache.
pub(crate) const READERS: usize = 4;
/// Rows of one page of the docket.
pub(crate) const PAGE_ROWS: u32 = 500;
/// How long a connection waits for another process (`keys create` beside `serve`).
pub(crate) const BUSY: Duration = Duration::from_secs(10);
/// Cases woken at the same time after a start.
pub(crate) const WAKES_AT_ONCE: usize = 64;
/// How often the waker looks at the clock at the latest, should the clock be set, and sweeps for what it lost.
pub(crate) const SWEEP: Duration = Duration::from_secs(30);
/// A case that was due this long ago and is not known to the waker was lost by it.
pub(crate) const LOST_AFTER_MS: i64 = 60_000;
/// How long a stopping process waits for work in flight; what is left then is taken up at the next start.
pub(crate) const GRACE: Duration = Duration::from_secs(10);
/// How long connecting to anything outside may take.
pub(crate) const CONNECT: Duration = Duration::from_secs(5);
/// Longest settings or `.env` file in bytes.
pub(crate) const SETTINGS_BYTES: u64 = 1 << 20;
/// Largest rule pack in bytes.
pub(crate) const PACK_BYTES: u64 = 1 << 20;
/// Longest line of a batch in bytes: the longest text, escaped, and its fields.
pub(crate) const BATCH_LINE_BYTES: usize = 256 << 10;
/// Rows of a batch in work at the same time.
pub(crate) const BATCH_AT_ONCE: usize = 32;
/// Longest text that is read from stdin, in bytes: more than the longest that a case takes, so that it is refused
/// by the rule that says why.
pub(crate) const STDIN_BYTES: u64 = 1 << 20;
/// Largest file of a sandbox bank or script, in bytes.
pub(crate) const SANDBOX_FILE_BYTES: u64 = 256 << 20;
/// Longest list of objects that is read from stdin, in bytes.
pub(crate) const OBJECTS_BYTES: u64 = 256 << 20;
/// Largest reply of a Worker to `handle --worker`, in bytes.
pub(crate) const WORKER_REPLY_BYTES: usize = 4 << 20;
/// Largest archive of one case that is read from a Worker, in bytes; larger than what one takes, so that it can be
/// imported into a folder all the same.
pub(crate) const ARCHIVE_REPLY_BYTES: usize = 256 << 20;
/// Largest evidence pack that is read from a Worker, in bytes.
pub(crate) const PACK_REPLY_BYTES: usize = 64 << 20;
/// Largest checkpoint that is read from a Worker, in bytes: some 130 for each head.
pub(crate) const CHECKPOINT_REPLY_BYTES: usize = 8 << 20;
/// The seed of the bank that answers where no sources are configured; the same as `caseworker sandbox` without one.
pub(crate) const SANDBOX_SEED: u64 = 1;
/// One call to a Worker: as long as it may be asked to wait, and a little.
pub(crate) const WORKER_CALL: Duration = Duration::from_secs(75);
/// Pause between two looks at a case that a Worker works.
pub(crate) const POLL: Duration = Duration::from_millis(500);
/// How long `classify` waits for Claude, retries included, in milliseconds.
pub(crate) const CLASSIFY_MS: u64 = 180_000;
/// How often a row of the docket is made again for a case that goes on meanwhile.
pub(crate) const REMAKES: usize = 4;
/// How long one row of a batch is waited for; then its line shows the case still at work.
pub(crate) const BATCH_ROW: Duration = Duration::from_secs(300);
/// How long the doctor waits for one answer, in seconds.
pub(crate) const DOCTOR_SECONDS: u64 = 10;
/// Largest reply that the doctor reads, in bytes.
pub(crate) const DOCTOR_REPLY_BYTES: usize = 1 << 20;
/// Rows of an evaluation that Claude is asked about at the same time.
pub(crate) const EVAL_AT_ONCE: usize = 16;
/// Bad rows of an evaluation that are named on stderr; the report names more.
pub(crate) const EVAL_BAD_ROWS_TOLD: usize = 10;
/// Largest model file, in bytes.
pub(crate) const MODEL_BYTES: u64 = 64 << 20;
/// Rows that `train` learns from; the features of all are in memory.
pub(crate) const TRAIN_ROWS: usize = 200_000;
