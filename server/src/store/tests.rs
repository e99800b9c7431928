//! The store under commits that are stale, queued together, broken off, or on storage that fails.

use std::{fs, sync::Arc};

use case::{
    actor::{Actor, Role},
    case::{CORE, Case},
    entry::{Opened, Words},
    ids::{CaseId, Digest, Subject, TenantId},
    local::LocalModel,
    narrative::Narrative,
    settings::Settings,
    time::Millis,
};
use desk::{
    hooks::{HookState, Place},
    ports::{
        CaseHost as _, CaseKey, Commit, DocketHost as _, DocketQuery, DocketRow, Grant, HostError, Remade, Revocation,
        Revoked, RowName, Sealed, TenantHost as _,
    },
};
use tempfile::TempDir;

use super::{Due, FolderLock, Shelf, Store, StoreError, keys, schema, tenants};
use crate::metrics::Metrics;

mod older;

fn key(byte: u8) -> CaseKey {
    CaseKey { tenant: TenantId::parse("acme").unwrap(), case: CaseId::from_random([byte; 16]) }
}

/// The first commit of a case that nothing has been asked for yet, as the desk would write it.
fn opening(key: &CaseKey) -> Commit {
    let settings = Settings::default();
    let opened = Opened {
        core: CORE,
        tenant: key.tenant.clone(),
        case: key.case.clone(),
        by: Actor { subject: Subject::parse("till").unwrap(), role: Role::Submitter },
        settings_hash: settings.hash(),
        settings,
        rules: Vec::new(),
        sandbox: false,
        fingerprint: Digest::of(b"request"),
        customer: None,
        transaction: None,
        payment: None,
        external_id: None,
        channel: None,
        agent_system: None,
        trace: None,
        caller: None,
        words: Words {
            sealed: Digest::of(b"ciphertext"),
            reading: LocalModel::embedded().read("hello"),
            narrative: Narrative::default(),
            documents: 0,
            identity: case::identity::Identity::default(),
            steering: false,
        },
        reserve_nano_dollars: 0,
        reserve_writing_nano_dollars: 0,
    };
    let (case, step) = Case::open(opened, Millis(1_000));
    let sealed = vec![Sealed { hash: Digest::of(b"ciphertext"), bytes: b"ciphertext".to_vec() }];
    let head = case.head();
    Commit {
        first_seq: 0,
        lines: step.lines,
        head_hash: head.hash.clone(),
        sealed,
        wrapped_key: Some(vec![7; 72]),
        destroys: false,
        wake: Some(Millis(5_000)),
        hooks_due: None,
        row: row(key, "working", Some(9_000)),
    }
}

/// A later commit; the store does not read lines after the first.
fn next(key: &CaseKey, first_seq: u64, wake: Option<i64>) -> Commit {
    Commit {
        first_seq,
        lines: vec![format!("line {first_seq}")],
        head_hash: Digest::of(format!("line {first_seq}").as_bytes()),
        sealed: Vec::new(),
        wrapped_key: None,
        destroys: false,
        wake: wake.map(Millis),
        hooks_due: None,
        row: row(key, "review", None),
    }
}

fn row(key: &CaseKey, state: &str, due_at: Option<i64>) -> DocketRow {
    DocketRow {
        case_id: key.case.to_string(),
        state: state.to_owned(),
        agent: "human-review".to_owned(),
        due_at,
        opened_at: 1_000,
        updated_at: 1_000,
        submitted_by: "till".to_owned(),
        ..DocketRow::default()
    }
}

fn open(folder: &TempDir) -> Store {
    Store::open(folder.path(), Arc::default()).unwrap()
}

async fn put(store: &Store, number: u8, commit: Commit) -> Result<(), HostError> {
    store.commit(&key(number), commit).await
}

async fn count(store: &Store, key: &CaseKey) -> usize {
    store.read(key).await.unwrap().map_or(0, |stored| stored.lines.len())
}

#[tokio::test]
async fn a_case_is_read_back_as_it_was_written_and_a_foreign_tenant_sees_nothing() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let commit = opening(&key(1));
    store.commit(&key(1), commit.clone()).await.unwrap();
    let stored = store.read(&key(1)).await.unwrap().unwrap();
    assert_eq!((stored.lines, stored.wrapped_key), (commit.lines, commit.wrapped_key));
    let bytes = store.sealed(&key(1), &Digest::of(b"ciphertext")).await.unwrap();
    assert_eq!(bytes.as_deref(), Some(b"ciphertext".as_slice()));

    let foreign = CaseKey { tenant: TenantId::parse("other").unwrap(), ..key(1) };
    assert!(store.read(&foreign).await.unwrap().is_none());
    assert!(store.sealed(&foreign, &Digest::of(b"ciphertext")).await.unwrap().is_none());
}

#[tokio::test]
async fn a_stale_commit_fails_alone_in_its_batch() {
    let folder = TempDir::new().unwrap();
    let metrics = Arc::new(Metrics::default());
    let store = Store::open(folder.path(), Arc::clone(&metrics)).unwrap();
    let first = opening(&key(1));
    let lines = first.lines.len() as u64;
    store.commit(&key(1), first).await.unwrap();

    // A writer that is busy elsewhere finds all of these waiting, and puts them into one transaction.
    let busy = rusqlite::Connection::open(folder.path().join(schema::FILE)).unwrap();
    busy.execute_batch("BEGIN IMMEDIATE").unwrap();
    let (blocked, again, overtaken, new, taken, early, ()) = tokio::join!(
        put(&store, 9, opening(&key(9))),
        put(&store, 1, next(&key(1), lines, None)),
        put(&store, 1, next(&key(1), lines, None)),
        put(&store, 2, opening(&key(2))),
        put(&store, 2, opening(&key(2))),
        put(&store, 3, next(&key(3), 5, None)),
        async { busy.execute_batch("ROLLBACK").unwrap() },
    );
    assert!(matches!((blocked, again, new), (Ok(()), Ok(()), Ok(()))));
    assert!(matches!((overtaken, taken, early), (Err(HostError::Stale), Err(HostError::Stale), Err(HostError::Stale))));
    assert_eq!(count(&store, &key(1)).await as u64, lines + 1);
    assert_eq!(count(&store, &key(2)).await as u64, lines);
    assert_eq!(count(&store, &key(3)).await, 0);
    assert!(metrics.page(&[], [0; 2], &[]).contains("caseworker_stale_commits_total 3\n"));
    let batches = ["2", "3"].map(|batches| format!("caseworker_commit_batches_total {batches}\n"));
    assert!(
        batches.iter().any(|line| metrics.page(&[], [0; 2], &[]).contains(line)),
        "{}",
        metrics.page(&[], [0; 2], &[])
    );
}

#[tokio::test]
async fn a_refused_commit_leaves_nothing_behind_in_the_batch_that_goes_on() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    // The first line is no opening, and by then entries and ciphertexts were already written inside the savepoint.
    let mut broken = opening(&key(1));
    broken.lines[0] = "not a line".to_owned();
    assert!(matches!(store.commit(&key(1), broken).await, Err(HostError::Failed(_))));
    let left: i64 = rusqlite::Connection::open(folder.path().join(schema::FILE))
        .unwrap()
        .query_row("SELECT (SELECT count(*) FROM entries) + (SELECT count(*) FROM sealed)", [], |row| row.get(0))
        .unwrap();
    assert_eq!(left, 0);
    store.commit(&key(1), opening(&key(1))).await.unwrap();
}

#[tokio::test]
async fn what_was_acknowledged_is_there_when_the_process_ends_without_a_word() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.commit(&key(1), opening(&key(1))).await.unwrap();
    // The files as they are on disk at this moment are all that a killed process leaves.
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let reopened = open(&copy);
    assert!(count(&reopened, &key(1)).await > 0);
    let due = reopened.unfinished(false).await.unwrap();
    assert_eq!(due.iter().map(|due| (&due.key, due.wake)).collect::<Vec<_>>(), [(&key(1), Millis(0))]);
}

#[tokio::test]
async fn a_transaction_that_was_broken_off_is_gone_and_the_one_before_is_not() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.commit(&key(1), opening(&key(1))).await.unwrap();
    let before = count(&store, &key(1)).await;
    drop(store);
    // A kill between the statements of a commit: lines without the row that counts them, never committed.
    let connection = rusqlite::Connection::open(folder.path().join(schema::FILE)).unwrap();
    connection.execute_batch("BEGIN; UPDATE cases SET head_seq = 99; DELETE FROM entries;").unwrap();
    let copy = TempDir::new().unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let reopened = open(&copy);
    assert_eq!(count(&reopened, &key(1)).await, before);
    reopened.commit(&key(1), next(&key(1), before as u64, None)).await.unwrap();
}

#[tokio::test]
async fn a_second_process_is_refused_until_the_first_gives_the_folder_up() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let refused = Store::open(folder.path(), Arc::default()).unwrap_err();
    let message = refused.to_string();
    assert!(matches!(refused, StoreError::Locked { pid: Some(_), .. }), "{message}");
    assert!(message.contains("--data") && message.contains(&std::process::id().to_string()), "{message}");
    drop(store);
    drop(FolderLock::take(folder.path()).unwrap());
    drop(open(&folder));
}

#[test]
fn a_folder_that_cannot_be_made_or_written_is_named_with_the_remedy() {
    let folder = TempDir::new().unwrap();
    // A file stands where the folder should be: true for every user, root included.
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = Store::open(&file.join("data"), Arc::default()).unwrap_err().to_string();
    assert!(message.contains("file") && message.contains("--data"), "{message}");
    // A database that this user may not write.
    let read_only = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY), None);
    let message = StoreError::of(folder.path(), &read_only).to_string();
    assert!(message.contains("permissions"), "{message}");
}

#[tokio::test]
async fn a_full_disk_is_said_to_be_full_and_nothing_acknowledged_is_lost() {
    let folder = TempDir::new().unwrap();
    let mut connection = schema::open_to_write(folder.path()).unwrap();
    let pages: i64 = connection.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages + 8).unwrap();
    let mut stored = 0;
    let outcome = loop {
        let one = key(stored);
        let transaction = connection.transaction().unwrap();
        let written = super::cases::write(&transaction, &one, &opening(&one));
        match written {
            Ok(()) => transaction.commit().unwrap(),
            Err(super::cases::WriteError::Database(error)) => break super::trouble::host_error(&error),
            Err(super::cases::WriteError::Refused(refusal)) => panic!("{refusal}"),
        }
        stored += 1;
    };
    assert!(matches!(outcome, HostError::Full(_)), "{outcome}");
    drop(connection);
    let store = open(&folder);
    assert!(stored > 0);
    for number in 0..stored {
        assert!(count(&store, &key(number)).await > 0);
    }
    assert_eq!(count(&store, &key(stored)).await, 0);
}

#[test]
fn a_damaged_a_foreign_and_a_newer_database_are_refused_with_their_remedies() {
    let damaged = TempDir::new().unwrap();
    fs::write(damaged.path().join(schema::FILE), "not a database, and long enough to be looked at. ".repeat(100))
        .unwrap();
    let error = Store::open(damaged.path(), Arc::default()).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }) && error.to_string().contains("import"), "{error}");

    let foreign = TempDir::new().unwrap();
    let connection = rusqlite::Connection::open(foreign.path().join(schema::FILE)).unwrap();
    connection.execute_batch("CREATE TABLE notes (text TEXT)").unwrap();
    assert!(matches!(Store::open(foreign.path(), Arc::default()), Err(StoreError::Foreign { .. })));

    let newer = TempDir::new().unwrap();
    drop(open(&newer));
    let connection = rusqlite::Connection::open(newer.path().join(schema::FILE)).unwrap();
    connection.pragma_update(None, "user_version", schema::VERSION + 1).unwrap();
    let error = Store::open(newer.path(), Arc::default()).unwrap_err();
    assert!(matches!(error, StoreError::Newer { .. }) && error.to_string().contains("upgrade"), "{error}");
    assert!(matches!(Shelf::read(newer.path()), Err(StoreError::Newer { .. })));

    let empty = TempDir::new().unwrap();
    assert!(matches!(Shelf::read(empty.path()), Err(StoreError::Missing { .. })));
}

#[tokio::test]
async fn the_docket_comes_most_urgent_first_in_pages_that_neither_repeat_nor_skip() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let dues = [None, Some(50), Some(10), None, Some(10), Some(70)];
    for (number, due_at) in (0..).zip(dues) {
        let mut commit = opening(&key(number));
        commit.row = row(&key(number), if number == 5 { "closed" } else { "review" }, due_at);
        store.commit(&key(number), commit).await.unwrap();
    }
    let tenant = key(0).tenant;
    let mut query = DocketQuery { limit: 2, ..DocketQuery::default() };
    let mut seen = Vec::new();
    loop {
        let page = store.page(&tenant, &query).await.unwrap();
        seen.extend(page.cases.into_iter().map(|row| row.case_id));
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    let expected = [2, 4, 1, 0, 3, 5].map(|number| key(number).case.to_string());
    assert_eq!(seen, expected);

    let review = DocketQuery { state: Some("review".to_owned()), limit: 9, ..DocketQuery::default() };
    assert_eq!(store.page(&tenant, &review).await.unwrap().cases.len(), 5);
    let soon = DocketQuery { due_before: Some(50), limit: 9, ..DocketQuery::default() };
    assert_eq!(store.page(&tenant, &soon).await.unwrap().cases.len(), 2);
    let other = TenantId::parse("other").unwrap();
    assert!(store.page(&other, &DocketQuery { limit: 9, ..DocketQuery::default() }).await.unwrap().cases.is_empty());
}

#[tokio::test]
async fn a_key_opens_its_tenant_until_it_is_revoked_and_is_nowhere_on_disk() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    assert!(!store.has_keys().await.unwrap());
    let actor = Actor { subject: Subject::parse("ana").unwrap(), role: Role::Analyst };
    let grant = Grant { tenant: TenantId::parse("acme").unwrap(), actor };
    // Beside the running store, as `caseworker keys` does it.
    let shelf = Shelf::beside(folder.path()).unwrap();
    let new = shelf.run(|connection| keys::create(connection, [5; 40], &grant, 1)).unwrap();
    assert!(new.secret.starts_with("cw_") && new.secret.len() == 55, "{}", new.secret.len());
    let hash = Digest::of(new.secret.as_bytes());
    assert_eq!(store.grant(&hash).await.unwrap(), Some(grant));
    assert!(store.has_keys().await.unwrap());
    let found = shelf.run(|connection| keys::find(connection, &new.id)).unwrap().unwrap();
    assert_eq!(found, (TenantId::parse("acme").unwrap(), hash.clone()));
    assert_eq!(shelf.run(|connection| keys::find(connection, hash.as_str())).unwrap(), Some(found.clone()));
    assert_eq!(shelf.run(|connection| keys::find(connection, "key_none")).unwrap(), None);
    let (what, by) = (Revoked::Key(found.1), "command-line".to_owned());
    let revocation = Revocation { what, at: Millis(2), by, note: None };
    shelf.run(|connection| tenants::revoke(connection, &found.0, &revocation)).unwrap();
    assert_eq!(store.revocations(&found.0).await.unwrap(), [revocation]);
    let listed = shelf.run(keys::list).unwrap();
    assert_eq!(listed.iter().map(|row| row.revoked_at).collect::<Vec<_>>(), [Some(2)]);
    assert_eq!(store.grant(&hash).await.unwrap(), None);
    assert!(!store.has_keys().await.unwrap());
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(new.secret.len()).any(|window| window == new.secret.as_bytes()));
    }
}

#[tokio::test]
async fn waking_ends_when_a_commit_says_so() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    store.commit(&key(1), opening(&key(1))).await.unwrap();
    assert_eq!(store.overdue(false, 6_000).await.unwrap().len(), 1);
    assert_eq!(store.overdue(true, 6_000).await.unwrap().len(), 0);
    assert_eq!(store.overdue(false, 5_000).await.unwrap().len(), 0);
    let lines = count(&store, &key(1)).await as u64;
    store.commit(&key(1), next(&key(1), lines, None)).await.unwrap();
    assert_eq!(store.unfinished(false).await.unwrap(), []);
    assert_eq!(store.counts().await.unwrap(), [("review".to_owned(), 1)]);
}

#[tokio::test]
async fn the_docket_is_made_again_from_journals_and_a_cut_journal_stays_to_be_seen() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let (acme, other) = (TenantId::parse("acme").unwrap(), TenantId::parse("other").unwrap());
    let key = key(1);
    let commit = opening(&key);
    let lines = commit.lines.clone();
    store.commit(&key, commit).await.unwrap();
    let name = RowName::Case(key.case.clone());
    let (row, wake) = desk::row::of_journal(&lines).unwrap();
    let shelf = Shelf::beside(folder.path()).unwrap();
    let spoil = "UPDATE cases SET state = 'closed', wake = 5; UPDATE docket_rows SET place = 'closed', row = '{}'";
    for _ in 0..2 {
        shelf.run(|connection| connection.execute_batch(spoil)).unwrap();
        assert_eq!(store.remake(&acme, &name).await.unwrap(), Remade::Sent);
        assert_eq!(store.page(&acme, &DocketQuery::default()).await.unwrap().cases, std::slice::from_ref(&row));
    }
    let woken =
        shelf.run(|connection| connection.query_row("SELECT wake FROM cases", [], |row| row.get::<_, Option<i64>>(0)));
    assert_eq!(woken.unwrap(), wake.map(|wake| wake.0), "it is woken when its journal says");
    assert_eq!(store.remake(&other, &name).await.unwrap(), Remade::Empty, "another tenant's case is not there");
    assert!(store.remake(&acme, &RowName::Object(Digest::of(b"object"))).await.is_err());
    let cut = "DELETE FROM entries WHERE seq = (SELECT max(seq) FROM entries)";
    shelf.run(|connection| connection.execute(cut, [])).unwrap();
    shelf.run(|connection| connection.execute_batch(spoil)).unwrap();
    assert!(store.remake(&acme, &name).await.is_err());
    assert_eq!(shelf.case(&key).unwrap().unwrap().head_seq, row.head_seq);
}

#[tokio::test]
async fn how_far_a_case_is_told_is_kept_with_its_commit_and_not_ended_by_who_has_not_seen_all_of_it() {
    let folder = TempDir::new().unwrap();
    let store = open(&folder);
    let due = Some(Millis(7_000));
    put(&store, 1, Commit { hooks_due: due, ..opening(&key(1)) }).await.unwrap();
    let begun = store.hooks(&key(1)).await.unwrap().unwrap();
    assert_eq!((begun.done, begun.due), (None, due));
    let lines = u64::try_from(count(&store, &key(1)).await).unwrap();
    let stale = Commit { hooks_due: Some(Millis(1)), ..next(&key(2), lines, None) };
    assert!(matches!(put(&store, 2, stale).await, Err(HostError::Stale)));
    assert_eq!(store.hooks(&key(2)).await.unwrap(), None, "a commit that fails begins nothing");

    let told = HookState { done: Some(Place { seq: 0, n: 0 }), due: None, ..begun };
    put(&store, 1, Commit { hooks_due: Some(Millis(8_000)), ..next(&key(1), lines, None) }).await.unwrap();
    assert!(!store.set_hooks(&key(1), &told, lines - 1).await.unwrap(), "there is a line that nobody has looked at");
    assert_eq!(store.hooks(&key(1)).await.unwrap(), Some(begun), "the earlier moment stays");
    assert_eq!(store.to_tell(false).await.unwrap(), [Due { key: key(1), wake: Millis(0) }]);
    assert_eq!(store.untold(false, 7_001).await.unwrap(), [Due { key: key(1), wake: Millis(7_000) }]);
    let given_up = HookState { attempts: 3, since: Some(Millis(5)), ..told };
    assert!(store.set_hooks(&key(1), &given_up, lines).await.unwrap());
    assert_eq!((store.hooks(&key(1)).await.unwrap(), store.telling().await.unwrap()), (Some(given_up), [0, 1]));
    assert!(store.to_tell(false).await.unwrap().is_empty());

    put(&store, 1, Commit { hooks_due: Some(Millis(9_000)), ..next(&key(1), lines + 1, None) }).await.unwrap();
    drop(store);
    let store = open(&folder);
    let again = HookState { attempts: 0, since: None, due: Some(Millis(9_000)), ..told };
    assert_eq!((store.hooks(&key(1)).await.unwrap(), store.telling().await.unwrap()), (Some(again), [1, 0]));
}
