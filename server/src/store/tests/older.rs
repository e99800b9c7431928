//! A folder that an older version left.

use super::*;

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
