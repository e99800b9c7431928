//! A folder that an older version left.

use std::{collections::BTreeSet, path::Path};

use super::*;

/// Every table's columns and every index: text of the schema differs where columns were taken out of a table.
fn tables(folder: &TempDir) -> Vec<(String, String, String, bool, i64)> {
    let connection = rusqlite::Connection::open(folder.path().join(schema::FILE)).unwrap();
    let mut statement = connection
        .prepare(
            "SELECT s.type || ' ' || s.name, ifnull(c.name, ''), ifnull(c.type, ''), ifnull(c.\"notnull\", 0), ifnull(c.pk, 0)
                 FROM sqlite_schema AS s LEFT JOIN pragma_table_xinfo(s.name) AS c ON s.type = 'table' ORDER BY 1, 2",
        )
        .unwrap();
    let columns = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?)));
    columns.unwrap().collect::<Result<_, _>>().unwrap()
}

#[tokio::test]
async fn a_folder_of_every_version_is_brought_up_to_date_and_its_case_verifies() {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/folders");
    let names = fs::read_dir(&files).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let expected: BTreeSet<String> = (1..=schema::VERSION).map(|version| format!("schema-{version}.sql")).collect();
    assert_eq!(
        names.collect::<BTreeSet<_>>(),
        expected,
        "each version has a folder as it left it; a new one needs its own"
    );
    let fresh = TempDir::new().unwrap();
    drop(open(&fresh));
    for name in expected {
        let folder = TempDir::new().unwrap();
        let old = rusqlite::Connection::open(folder.path().join(schema::FILE)).unwrap();
        old.execute_batch(&fs::read_to_string(files.join(&name)).unwrap()).unwrap();
        drop(old);
        let keys = Shelf::read(folder.path()).unwrap().cases().unwrap();
        let [key] = keys.as_slice() else { panic!("{name}: {keys:?}") };
        let store = open(&folder);
        store.make_older_rows().await.unwrap();
        assert!(store.has_keys().await.unwrap(), "{name}");
        let shelf = Shelf::read(folder.path()).unwrap();
        assert_eq!(shelf.damage().unwrap(), Vec::<String>::new(), "{name}");
        let shelved = shelf.case(key).unwrap().unwrap();
        let case = crate::archive::check(&shelved.lines, true).unwrap();
        assert_eq!(
            (case.head().seq, case.head().hash.as_str()),
            (shelved.head_seq, shelved.head_hash.as_str()),
            "{name}"
        );
        let (texts, _) = crate::archive::readable(&shelved.lines);
        let lines: Vec<String> = texts.into_iter().map(str::to_owned).collect();
        let (row, _) = desk::row::of_journal(&lines).unwrap();
        assert_eq!(store.page(&key.tenant, &DocketQuery::default()).await.unwrap().cases, [row], "{name}");
        let sealed = shelf.sealed(key).unwrap();
        assert!(!sealed.is_empty() && sealed.iter().all(|(hash, bytes)| Digest::of(bytes).as_str() == hash), "{name}");
        assert!(shelved.wrapped_key.is_some(), "{name}");
        assert_eq!(tables(&folder), tables(&fresh), "{name}");
    }
}

/// A folder as the third version left it, with a case of it.
fn of_third_version(folder: &TempDir, lines: &[String]) {
    let old = rusqlite::Connection::open(folder.path().join(schema::FILE)).unwrap();
    schema::make_third(&old).unwrap();
    let (row, _) = desk::row::of_journal(lines).unwrap();
    old.execute(
        "INSERT INTO cases (tenant, case_id, head_seq, head_hash, sandbox, wake, state, agent, external_id, escalated,
             due_at, opened_at, updated_at, submitted_by)
         VALUES ('acme', ?1, ?2, ?3, 0, 5, ?4, ?5, 'T-1', 1, 7, ?6, ?7, 'till')",
        rusqlite::params![
            row.case_id,
            row.head_seq,
            row.head_hash,
            row.state,
            row.agent,
            row.opened_at,
            row.updated_at
        ],
    )
    .unwrap();
    for (seq, line) in (0_u64..).zip(lines) {
        let statement = "INSERT INTO entries (tenant, case_id, seq, line) VALUES ('acme', ?1, ?2, ?3)";
        old.execute(statement, rusqlite::params![row.case_id, seq, line]).unwrap();
    }
}

#[tokio::test]
async fn a_folder_of_an_older_version_shows_its_docket_at_once_and_then_all_that_the_journals_say() {
    let folder = TempDir::new().unwrap();
    let key = key(1);
    let lines = opening(&key).lines;
    of_third_version(&folder, &lines);
    let store = open(&folder);
    let ticket = DocketQuery { external_id: Some("T-1".to_owned()), ..DocketQuery::default() };
    let before = store.page(&key.tenant, &ticket).await.unwrap().cases;
    let [before] = before.as_slice() else { panic!("{before:?}") };
    let (row, _) = desk::row::of_journal(&lines).unwrap();
    assert_eq!((before.due_at, before.escalated, &before.state), (Some(7), true, &row.state));
    assert_eq!(store.unfinished(false).await.unwrap().len(), 1, "it is woken as before");
    assert_eq!(store.make_older_rows().await.unwrap(), 1);
    assert_eq!(store.page(&key.tenant, &DocketQuery::default()).await.unwrap().cases, [row]);
    assert!(store.page(&key.tenant, &ticket).await.unwrap().cases.is_empty(), "the journal names no ticket");
    assert_eq!(store.unfinished(false).await.unwrap(), [], "it is woken when its journal says");
    assert_eq!(store.make_older_rows().await.unwrap(), 0, "once is enough");
    drop(store);
    assert_eq!(open(&folder).page(&key.tenant, &DocketQuery::default()).await.unwrap().cases.len(), 1);
}

#[test]
fn no_command_brings_a_folder_up_to_date_that_somebody_works() {
    let folder = TempDir::new().unwrap();
    of_third_version(&folder, &opening(&key(1)).lines);
    let older_process = FolderLock::take(folder.path()).unwrap();
    assert!(matches!(Shelf::beside(folder.path()), Err(StoreError::Locked { .. })));
    drop(older_process);
    drop(Shelf::beside(folder.path()).unwrap());
    let _newer_process = FolderLock::take(folder.path()).unwrap();
    assert!(Shelf::beside(folder.path()).is_ok(), "beside a process of this version it is at work as ever");
}
