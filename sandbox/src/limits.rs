//! Every limit of the sandbox, in one place.

/// The largest request body that is read, in bytes.
pub(crate) const BODY_BYTES: usize = 4 << 20;
/// How much of a request body the request log keeps, in bytes.
pub(crate) const LOGGED_BODY_BYTES: usize = 64 << 10;
/// How many requests the request log keeps; the oldest go first.
pub(crate) const LOGGED_REQUESTS: usize = 1000;
/// How many rows one page of transactions, payments or accounts holds.
pub(crate) const ROWS_PER_PAGE: usize = 100;
/// How many merchants a search answers with.
pub(crate) const MERCHANTS_FOUND: usize = 20;
/// How many transactions one risk score may be asked about.
pub(crate) const SCORED_TRANSACTIONS: usize = 100;
/// How many days back the risk score of an account looks when no transaction is named.
pub(crate) const SCORED_DAYS: i64 = 30;
/// How many references an action may name.
pub(crate) const ACTION_REFERENCES: usize = 100;
/// How many actions are kept; beyond it the endpoint refuses new keys.
pub(crate) const ACTIONS: usize = 1_000_000;
/// The longest idempotency key, in bytes.
pub(crate) const IDEMPOTENCY_KEY_BYTES: usize = 255;
/// How long a request waits at a barrier that does not fill, in seconds.
pub(crate) const BARRIER_SECONDS: u64 = 10;
/// How many requests may wait at the barrier at once.
pub(crate) const BARRIER_WAITERS: usize = 10_000;
/// How many faults may be switched on at once.
pub(crate) const FAULTS: usize = 1000;
/// The longest delay a fault may ask for, in milliseconds.
pub(crate) const DELAY_MS: u64 = 600_000;
/// The size of one piece of an endless body, in bytes, sent once a millisecond.
pub(crate) const ENDLESS_PIECE_BYTES: usize = 1024;
/// After how many pieces even an endless body ends (a day's worth).
pub(crate) const ENDLESS_PIECES: u64 = 86_400_000;
/// How deep a JSON schema may nest before the stand-in refuses it.
pub(crate) const SCHEMA_DEPTH: usize = 24;
/// How many sentences a summary of the stand-in has at most.
pub(crate) const SUMMARY_SENTENCES: usize = 8;
/// How many characters one streamed piece of text has.
pub(crate) const STREAMED_CHARACTERS: usize = 24;
/// How many rules a script may have.
pub(crate) const SCRIPT_RULES: usize = 10_000;
/// How many records one file of the bank may hold.
pub(crate) const BANK_RECORDS: usize = 1_000_000;
/// How many times the stand-in looks for a JSON value in a prompt.
pub(crate) const PROMPT_JSON_ATTEMPTS: usize = 500;
/// How deep the stand-in looks into the JSON of a prompt.
pub(crate) const PROMPT_DEPTH: usize = 32;
