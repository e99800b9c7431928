//! The tables, their version, and the ways to open them. Every primary key of a case's data starts with the tenant.
//!
//! An older build refuses a newer database; a newer build brings an older one up to date when it opens it to write.

use std::path::Path;

use desk::docket_sql;
use rusqlite::{Connection, OpenFlags};

use super::StoreError;
use crate::limits;

/// The database's file in the data folder.
pub(super) const FILE: &str = "cases.sqlite3";

/// The version that this build writes, kept in `user_version`.
pub(super) const VERSION: i64 = 4;

/// `CASE`, kept in `application_id`: tells our files from others.
const APPLICATION: i64 = 0x4341_5345;

/// What turns the version before into the one at this index plus one.
const STEPS: [&str; 4] = [FIRST, SECOND, THIRD, FOURTH];

const FIRST: &str = "
CREATE TABLE cases (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    head_seq INTEGER NOT NULL,
    head_hash TEXT NOT NULL,
    wrapped_key BLOB,
    sandbox INTEGER NOT NULL,
    wake INTEGER,
    state TEXT NOT NULL,
    task TEXT,
    agent TEXT NOT NULL,
    assignee TEXT,
    external_id TEXT,
    escalated INTEGER NOT NULL,
    due_at INTEGER,
    -- `due_at`, or the end of time: rows without a deadline come last, and an index can say so.
    due_sort INTEGER NOT NULL GENERATED ALWAYS AS (ifnull(due_at, 9223372036854775807)) STORED,
    opened_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    submitted_by TEXT NOT NULL,
    PRIMARY KEY (tenant, case_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX cases_by_urgency ON cases (tenant, due_sort, opened_at, case_id);
CREATE INDEX cases_by_state ON cases (tenant, state, due_sort, opened_at, case_id);
CREATE INDEX cases_by_ticket ON cases (tenant, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX cases_by_wake ON cases (wake) WHERE wake IS NOT NULL;

CREATE TABLE entries (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    line TEXT NOT NULL,
    PRIMARY KEY (tenant, case_id, seq)
) WITHOUT ROWID, STRICT;

CREATE TABLE sealed (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (tenant, case_id, hash)
) WITHOUT ROWID, STRICT;

CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    tenant TEXT NOT NULL,
    subject TEXT NOT NULL,
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

-- Things known of the folder as a whole; `key_check` opens with the master key that sealed its cases.
CREATE TABLE facts (
    name TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT;
";

const SECOND: &str = "
-- Every turn of the model's switch; the last one counts.
CREATE TABLE model_switch (
    turn INTEGER PRIMARY KEY AUTOINCREMENT,
    off INTEGER NOT NULL,
    turned_by TEXT NOT NULL,
    turned_at INTEGER NOT NULL,
    note TEXT
) STRICT;

-- What calls of the model cost a tenant on a day, and what is reserved for those under way.
CREATE TABLE model_spend (
    tenant TEXT NOT NULL,
    day TEXT NOT NULL,
    nano_dollars INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    PRIMARY KEY (tenant, day)
) WITHOUT ROWID, STRICT;
";

const THIRD: &str = "
-- Whom a tenant lets in no more, whatever key or token is shown.
CREATE TABLE revocations (
    tenant TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    revoked_at INTEGER NOT NULL,
    revoked_by TEXT NOT NULL,
    note TEXT,
    PRIMARY KEY (tenant, kind, name)
) WITHOUT ROWID, STRICT;

-- Signatures that were seen, for as long as they would be taken.
CREATE TABLE nonces (
    tenant TEXT NOT NULL,
    nonce TEXT NOT NULL,
    kept_until INTEGER NOT NULL,
    PRIMARY KEY (tenant, nonce)
) WITHOUT ROWID, STRICT;
CREATE INDEX nonces_by_moment ON nonces (kept_until);
";

/// The docket moves into tables of its own, which [`desk::docket_sql`] makes before these statements run: `cases` keeps
/// where journals end and when cases wake. What the old columns do not know comes from the journals, later.
const FOURTH: &str = "
DROP INDEX cases_by_urgency;
DROP INDEX cases_by_state;
DROP INDEX cases_by_ticket;
ALTER TABLE cases DROP COLUMN due_sort;
ALTER TABLE cases DROP COLUMN task;
ALTER TABLE cases DROP COLUMN agent;
ALTER TABLE cases DROP COLUMN assignee;
ALTER TABLE cases DROP COLUMN external_id;
ALTER TABLE cases DROP COLUMN escalated;
ALTER TABLE cases DROP COLUMN due_at;
ALTER TABLE cases DROP COLUMN opened_at;
ALTER TABLE cases DROP COLUMN updated_at;
ALTER TABLE cases DROP COLUMN submitted_by;

-- What actions that move money did or will do, each for the one case whose action it is.
CREATE TABLE effects (
    tenant TEXT NOT NULL,
    what TEXT NOT NULL,
    case_id TEXT NOT NULL,
    PRIMARY KEY (tenant, what)
) WITHOUT ROWID, STRICT;

-- How far a case's events are told: the last one by its line and its place there, and when to go on at the latest.
CREATE TABLE hooks (
    tenant TEXT NOT NULL,
    case_id TEXT NOT NULL,
    done_seq INTEGER,
    done_n INTEGER,
    attempts INTEGER NOT NULL,
    since INTEGER,
    due INTEGER,
    PRIMARY KEY (tenant, case_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX hooks_by_moment ON hooks (due) WHERE due IS NOT NULL;
CREATE INDEX hooks_given_up ON hooks (attempts) WHERE due IS NULL AND attempts > 0;
";

/// The version whose docket moves.
const DOCKET_MOVES: i64 = 3;

/// The docket of version 3, with each row as JSON.
const DOCKET_OF_THIRD: &str =
    "(SELECT tenant, case_id, head_seq, state, agent, assignee, external_id, submitted_by, due_at,
    opened_at, wake AS wake_at, json_object('case_id', case_id, 'state', state, 'task', task, 'agent', agent,
    'assignee', assignee, 'external_id', external_id, 'escalated', json(iif(escalated, 'true', 'false')),
    'due_at', due_at, 'opened_at', opened_at, 'updated_at', updated_at, 'submitted_by', submitted_by,
    'head_seq', head_seq, 'head_hash', head_hash) AS row FROM cases)";

/// Opens the database to write, made or brought up to date where needed.
pub(super) fn open_to_write(folder: &Path) -> Result<Connection, StoreError> {
    let path = folder.join(FILE);
    let failed = |error: rusqlite::Error| StoreError::of(folder, &error);
    let mut connection = Connection::open(&path).map_err(failed)?;
    connection.busy_timeout(limits::BUSY).map_err(failed)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0)).map_err(failed)?;
    if mode != "wal" {
        let why = format!("its file system cannot hold a write-ahead log (journal mode {mode})");
        return Err(StoreError::Folder { path: folder.to_owned(), why });
    }
    connection.pragma_update(None, "synchronous", "FULL").map_err(failed)?;
    // What is deleted is not left in the file: a key that is destroyed is gone.
    connection.pragma_update(None, "secure_delete", true).map_err(failed)?;
    // Only macOS knows the difference: there `fsync` alone does not reach the disk.
    connection.pragma_update(None, "fullfsync", true).map_err(failed)?;
    // A page that is written again and again is copied to its place once; what is committed is on disk all the same.
    connection.pragma_update(None, "wal_autocheckpoint", limits::LOG_PAGES).map_err(failed)?;
    connection.pragma_update(None, "cache_size", -limits::PAGES_KEPT_KIB).map_err(failed)?;
    migrate(&mut connection, folder)?;
    Ok(connection)
}

/// Opens the database to read. Never creates or changes anything.
pub(super) fn open_to_read(folder: &Path) -> Result<Connection, StoreError> {
    let path = folder.join(FILE);
    if !path.is_file() {
        return Err(StoreError::Missing { path: folder.to_owned() });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let opened = Connection::open_with_flags(&path, flags)
        .map_err(|error| StoreError::of(folder, &error))
        .and_then(|connection| checked(connection, folder));
    match opened {
        // A copy on read-only media: `SQLite` would keep its notes on readers beside it, and nobody writes to it.
        Err(StoreError::Folder { .. }) if !folder.join(format!("{FILE}-wal")).exists() => {
            let connection = Connection::open_with_flags(immutable(&path), flags | OpenFlags::SQLITE_OPEN_URI);
            checked(connection.map_err(|error| StoreError::of(folder, &error))?, folder)
        }
        other => other,
    }
}

/// Whether there is a database that an older version made.
pub(super) fn is_older(folder: &Path) -> Result<bool, StoreError> {
    if !folder.join(FILE).is_file() {
        return Ok(false);
    }
    let connection = Connection::open_with_flags(folder.join(FILE), OpenFlags::SQLITE_OPEN_READ_ONLY)
        .map_err(|error| StoreError::of(folder, &error))?;
    let count = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 =
        connection.query_row(count, [], |row| row.get(0)).map_err(|error| StoreError::of(folder, &error))?;
    Ok(tables > 0 && check(&connection, folder)? < VERSION)
}

fn checked(connection: Connection, folder: &Path) -> Result<Connection, StoreError> {
    connection.busy_timeout(limits::BUSY).map_err(|error| StoreError::of(folder, &error))?;
    check(&connection, folder)?;
    Ok(connection)
}

/// The file as a URI that says it does not change.
fn immutable(path: &Path) -> String {
    let path = path.to_string_lossy().replace('%', "%25").replace('?', "%3f").replace('#', "%23");
    format!("file:{path}?immutable=1")
}

fn migrate(connection: &mut Connection, folder: &Path) -> Result<(), StoreError> {
    let failed = |error: rusqlite::Error| StoreError::of(folder, &error);
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(failed)?;
    let tables: i64 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).map_err(failed)?;
    let version = if tables == 0 { 0 } else { check(&transaction, folder)? };
    let done = usize::try_from(version).unwrap_or_default();
    for (before, step) in (0..).zip(STEPS).skip(done) {
        if before == DOCKET_MOVES {
            move_docket(&transaction).map_err(failed)?;
        }
        transaction.execute_batch(step).map_err(failed)?;
    }
    if done < STEPS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION).map_err(failed)?;
        transaction.pragma_update(None, "user_version", VERSION).map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// Makes the docket's own tables, and takes over what the columns of `cases` know.
fn move_docket(transaction: &Connection) -> Result<(), rusqlite::Error> {
    for statement in docket_sql::SCHEMA.into_iter().chain([docket_sql::BY_FORM]) {
        transaction.execute_batch(statement)?;
    }
    docket_sql::take_over(DOCKET_OF_THIRD).iter().try_for_each(|statement| transaction.execute_batch(statement))
}

/// The database's version, where it is ours and not newer than this build.
fn check(connection: &Connection, folder: &Path) -> Result<i64, StoreError> {
    let pragma = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let failed = |error: rusqlite::Error| StoreError::of(folder, &error);
    if pragma("application_id").map_err(failed)? != APPLICATION {
        return Err(StoreError::Foreign { path: folder.join(FILE) });
    }
    let found = pragma("user_version").map_err(failed)?;
    if found > VERSION {
        return Err(StoreError::Newer { path: folder.to_owned(), found, here: VERSION });
    }
    Ok(found)
}

/// Makes the tables as the third version had them.
#[cfg(test)]
pub(super) fn make_third(connection: &Connection) -> Result<(), rusqlite::Error> {
    STEPS.iter().take(3).try_for_each(|step| connection.execute_batch(step))?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", 3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_does_not_change_is_opened_whatever_its_name() {
        let folder = tempfile::TempDir::new().unwrap();
        let odd = folder.path().join("50% done? #1");
        std::fs::create_dir(&odd).unwrap();
        drop(open_to_write(&odd).unwrap());
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
        let connection = Connection::open_with_flags(immutable(&odd.join(FILE)), flags).unwrap();
        assert_eq!(check(&connection, &odd).unwrap(), VERSION);
    }
}
