//! The statements against a real database: each query gives what a plain filter gives, and walks an index to do so.

use case::ids::CaseId;
use rusqlite::{Connection, params_from_iter};

use super::*;
use crate::{docket::DocketRow, ports::CaseKey};

fn tenant() -> TenantId {
    TenantId::parse("acme").unwrap()
}

fn id(number: u32) -> CaseId {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    CaseId::from_random(bytes)
}

fn value(value: &Value) -> rusqlite::types::Value {
    match value {
        Value::Null => rusqlite::types::Value::Null,
        Value::Integer(number) => (*number).into(),
        Value::Text(text) => text.clone().into(),
    }
}

fn run(docket: &Connection, statement: &Statement) {
    docket.execute(&statement.sql, params_from_iter(statement.values.iter().map(value))).unwrap();
}

fn read(docket: &Connection, statement: &Statement) -> Vec<String> {
    let mut prepared = docket.prepare(&statement.sql).unwrap();
    let rows = prepared.query_map(params_from_iter(statement.values.iter().map(value)), |row| row.get(0));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

fn put(docket: &Connection, row: &DocketRow) {
    let key = CaseKey { tenant: tenant(), case: CaseId::parse(&row.case_id).unwrap() };
    write(&key, row, None).iter().for_each(|statement| run(docket, statement));
}

fn empty() -> Connection {
    let docket = Connection::open_in_memory().unwrap();
    docket.execute_batch(&SCHEMA.join(";")).unwrap();
    docket.execute_batch(BY_WAKE).unwrap();
    docket.execute_batch(BY_FORM).unwrap();
    docket
}

/// Rows of every kind, in an order that no index has.
fn rows() -> Vec<DocketRow> {
    let of = |number: u32| {
        let pick = |step: u32, of: u32| (number / step) % of;
        let some = |step: u32, names: &[&str]| {
            let at = pick(step, u32::try_from(names.len()).unwrap() + 1) as usize;
            names.get(at).map(|name| (*name).to_owned())
        };
        let state = ["review", "review", "waiting", "working", "closed"][pick(1, 5) as usize];
        DocketRow {
            case_id: id(number.wrapping_mul(0x9e37_79b9)).to_string(),
            state: state.to_owned(),
            task: some(3, &["fraud_check", "kyc_lookup"]),
            agent: "human-review".to_owned(),
            assignee: some(2, &["ana", "ben"]),
            external_id: number.is_multiple_of(7).then(|| format!("Ticket-{number}")),
            escalated: pick(4, 3) == 0,
            due_at: (!number.is_multiple_of(3)).then(|| i64::from(pick(1, 11)) * 1_000),
            opened_at: i64::from(pick(1, 13)),
            updated_at: i64::from(number),
            submitted_by: if number.is_multiple_of(2) { "till" } else { "shop" }.to_owned(),
            head_seq: 3,
            risk: some(1, &["high", "medium", "low"]),
            customer_id: some(5, &["cus_ada", "cus_ben"]),
            about: if number.is_multiple_of(4) { vec![format!("tx-{number}"), "tx-1".to_owned()] } else { Vec::new() },
            snoozed_until: (state == "review" && pick(7, 4) == 0).then_some(9_000),
            closed_at: (state == "closed").then_some(i64::from(number)),
            ..DocketRow::default()
        }
    };
    (0..400).map(of).collect()
}

/// What a query means, without any database.
fn fits(row: &DocketRow, query: &DocketQuery) -> bool {
    let is = |wanted: &Option<String>, is: Option<&str>| wanted.as_deref().is_none_or(|wanted| Some(wanted) == is);
    let queue = query.queue.unwrap_or(Queue::All);
    let of_queue = match queue {
        Queue::Mine => row.assignee == query.asked_by,
        Queue::Unassigned => row.assignee.is_none(),
        Queue::Escalated => row.escalated,
        _ => true,
    };
    let names = [Some(&row.case_id), row.external_id.as_ref(), row.customer_id.as_ref()].into_iter().flatten();
    let begins = |begin: &String| {
        let begin = begin.to_lowercase();
        names.clone().chain(&row.about).any(|name| name.to_lowercase().starts_with(&begin))
    };
    queue.places().contains(&row.place())
        && of_queue
        && is(&query.state, Some(&row.state))
        && is(&query.task, row.task.as_deref())
        && is(&query.agent, Some(&row.agent))
        && is(&query.risk, row.risk.as_deref())
        && is(&query.assignee, row.assignee.as_deref())
        && is(&query.external_id, row.external_id.as_deref())
        && is(&query.customer_id, row.customer_id.as_deref())
        && is(&query.submitted_by, Some(&row.submitted_by))
        && query.due_before.is_none_or(|before| row.state != "closed" && row.due_at.is_some_and(|due| due < before))
        && query.search.as_ref().is_none_or(begins)
}

fn queries() -> Vec<DocketQuery> {
    let some = |text: &str| Some(text.to_owned());
    let mut queries = Vec::new();
    let filters = [
        DocketQuery::default(),
        DocketQuery { state: some("review"), ..DocketQuery::default() },
        DocketQuery { state: some("closed"), ..DocketQuery::default() },
        DocketQuery { task: some("kyc_lookup"), risk: some("high"), ..DocketQuery::default() },
        DocketQuery { assignee: some("ben"), ..DocketQuery::default() },
        DocketQuery { due_before: Some(5_000), agent: some("human-review"), ..DocketQuery::default() },
        DocketQuery { external_id: some("Ticket-7"), ..DocketQuery::default() },
        DocketQuery { customer_id: some("cus_ada"), ..DocketQuery::default() },
        DocketQuery { customer_id: some("cus_ada"), search: some("tx-"), ..DocketQuery::default() },
        DocketQuery { search: some("TICKET-1"), submitted_by: some("till"), ..DocketQuery::default() },
        DocketQuery { search: some("tx-1"), ..DocketQuery::default() },
        DocketQuery { search: some("%"), ..DocketQuery::default() },
        DocketQuery { search: some("case_a"), ..DocketQuery::default() },
        DocketQuery { submitted_by: some("shop"), ..DocketQuery::default() },
    ];
    for queue in Queue::ALL.into_iter().map(Some).chain([None]) {
        let asked = |filter: &DocketQuery| DocketQuery { queue, asked_by: some("ana"), ..filter.clone() };
        queries.extend(filters.iter().map(asked));
    }
    queries
}

fn order(row: &DocketRow) -> (i64, i64, i64, String) {
    let due = match (row.closed_at, row.due_at) {
        (Some(closed_at), _) => i64::MAX - closed_at,
        (None, Some(due_at)) => due_at,
        (None, None) => 1 << 60,
    };
    (due, table::risk_sort(row.risk.as_deref()), row.opened_at, row.case_id.clone())
}

#[test]
fn every_query_gives_what_a_plain_filter_gives_in_pages_that_neither_repeat_nor_skip() {
    let docket = empty();
    let mut all = rows();
    all.iter().for_each(|row| put(&docket, row));
    all.sort_by_key(order);
    let mut found = 0;
    for mut query in queries() {
        let expected: Vec<&str> = all.iter().filter(|row| fits(row, &query)).map(|row| row.case_id.as_str()).collect();
        let mut seen = Vec::new();
        loop {
            let page = read(&docket, &page(&tenant(), &query, 17));
            let page = crate::docket::read_rows(&page, 18).unwrap();
            seen.extend(page.iter().take(17).map(|row| row.case_id.clone()));
            query.after = page.get(16).filter(|_| page.len() == 18).map(|row| row.case_id.clone());
            if query.after.is_none() {
                break;
            }
        }
        assert_eq!(seen, expected, "{query:?}");
        found += seen.len();
    }
    assert!(found > 5_000, "{found} rows are too few to say anything");
    let other = TenantId::parse("other").unwrap();
    assert!(queries().iter().all(|query| read(&docket, &page(&other, query, 17)).is_empty()));
}

/// How the database goes about a statement.
fn plan(docket: &Connection, statement: &Statement) -> Vec<String> {
    let mut prepared = docket.prepare(&format!("EXPLAIN QUERY PLAN {}", statement.sql)).unwrap();
    let rows = prepared.query_map(params_from_iter(statement.values.iter().map(value)), |row| row.get(3));
    rows.unwrap().collect::<Result<_, _>>().unwrap()
}

#[test]
fn no_page_and_no_count_walks_further_than_it_shows() {
    let docket = empty();
    let queues = Queue::ALL.map(|queue| DocketQuery { queue: Some(queue), ..DocketQuery::default() });
    let states = DocketQuery { state: Some("review".to_owned()), ..DocketQuery::default() };
    for mut query in queues.into_iter().chain([states, DocketQuery::default()]) {
        query.asked_by = Some("ana".to_owned());
        for after in [None, Some(id(1).to_string())] {
            query.after = after;
            let plan = plan(&docket, &page(&tenant(), &query, 50));
            let walks: Vec<&String> = plan.iter().filter(|step| step.contains("docket_rows")).collect();
            assert!(!walks.is_empty(), "{plan:#?}");
            for walk in walks {
                assert!(walk.contains("USING INDEX docket_by_") || walk.contains("PRIMARY KEY"), "{query:?} {plan:#?}");
                let begins = query.after.is_none() || walk.contains("due_sort") || walk.contains("PRIMARY KEY");
                assert!(begins, "a page does not begin behind the one before: {query:?} {plan:#?}");
            }
            // What is sorted is the pages that the walks brought, once, and nothing within a walk.
            let sorts = plan.iter().filter(|step| step.contains("TEMP B-TREE")).count();
            assert!(sorts <= 1, "{query:?} {plan:#?}");
        }
    }
    let plan = plan(&docket, &counts(&tenant(), Some("ana")));
    assert!(plan.iter().any(|step| step.contains("docket_by_assignee")), "{plan:#?}");
    let covered = |step: &&String| step.contains("docket_rows") && !step.contains("USING COVERING INDEX");
    assert_eq!(plan.iter().find(covered), None, "a count looks at rows");
}

#[test]
fn what_is_counted_of_the_whole_looks_at_what_is_open_and_lately_closed_alone() {
    let docket = empty();
    rows().iter().for_each(|row| put(&docket, row));
    let statements = oversight(&tenant(), Millis(200), Millis(5_000), &[1, 3]);
    for statement in &statements {
        let plan = plan(&docket, statement);
        let of_rows: Vec<&String> = plan.iter().filter(|step| step.contains("docket_rows")).collect();
        assert_eq!(of_rows.len(), 2, "{plan:#?}");
        assert!(of_rows.iter().all(|step| step.contains("docket_by_place (tenant=? AND place=?")), "{plan:#?}");
    }
    let closed: u64 = read(&docket, &statements[1])
        .iter()
        .map(|row| serde_json::from_str::<(i64, u64)>(row).unwrap())
        .map(|(_, count)| count)
        .sum();
    let expected = rows().iter().filter(|row| row.closed_at.is_some_and(|at| at >= 200)).count();
    assert_eq!(closed, expected as u64);
    let deadlines: (u64, u64, u64) = serde_json::from_str(&read(&docket, &statements[5])[0]).unwrap();
    let due = |row: &&DocketRow| row.closed_at.is_none() && row.due_at.is_some_and(|due| due < 5_000);
    assert_eq!(deadlines.0, rows().iter().filter(due).count() as u64);
}

#[test]
fn queues_are_counted_as_far_as_anybody_reads() {
    let docket = empty();
    let all = rows();
    all.iter().for_each(|row| put(&docket, row));
    let counted: Vec<usize> = serde_json::from_str(&read(&docket, &counts(&tenant(), Some("ana")))[0]).unwrap();
    let queue = |queue| DocketQuery { queue: Some(queue), asked_by: Some("ana".to_owned()), ..DocketQuery::default() };
    let expected = Queue::COUNTED.map(|name| all.iter().filter(|row| fits(row, &queue(name))).count());
    assert_eq!(counted, expected);
    assert!(expected.iter().all(|count| *count > 0), "{expected:?}");
}

#[test]
fn a_row_and_its_names_are_replaced_by_those_of_a_longer_journal_only() {
    let docket = empty();
    let row = |head_seq, customer: Option<&str>| DocketRow {
        case_id: id(1).to_string(),
        state: "review".to_owned(),
        head_seq,
        customer_id: customer.map(str::to_owned),
        ..DocketRow::default()
    };
    let named = |name: &str| {
        let query = DocketQuery { customer_id: Some(name.to_owned()), ..DocketQuery::default() };
        read(&docket, &page(&tenant(), &query, 9)).len()
    };
    let names = || docket.query_row("SELECT count(*) FROM docket_names", [], |row| row.get::<_, i64>(0)).unwrap();
    put(&docket, &row(5, Some("cus_ada")));
    put(&docket, &row(4, Some("cus_old")));
    assert_eq!((named("cus_ada"), named("cus_old"), names()), (1, 0, 1), "a row that comes late changes nothing");
    put(&docket, &row(5, Some("cus_ben")));
    assert_eq!((named("cus_ada"), named("cus_ben"), names()), (0, 1, 1), "a row that is made again is taken");
    put(&docket, &row(6, None));
    assert_eq!((named("cus_ben"), names()), (0, 0), "what a case is called no more leads nowhere");
}
