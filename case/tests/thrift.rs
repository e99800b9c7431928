//! What deciding costs, in allocations: counted, so that it is the same on every machine and in every run. The bounds stand
//! a tenth above what was counted; whoever makes the core dearer meets them first.

use allocation_counter::{AllocationInfo, measure};
use case::case::{Case, rederive};

const DISPUTE: &str = include_str!("../../testdata/journals/v2-dispute.jsonl");
const DESK: &str = include_str!("../../testdata/journals/v2-desk.jsonl");

/// What is counted of one thing, when it is done for the second time: tables that are made once are made by then.
fn counted(thing: impl Fn()) -> AllocationInfo {
    thing();
    measure(&thing)
}

#[track_caller]
fn check(what: &str, counted: &AllocationInfo, most_allocations: u64, most_bytes: u64) {
    let AllocationInfo { count_total, bytes_total, .. } = counted;
    let within = *count_total <= most_allocations && *bytes_total <= most_bytes;
    assert!(within, "{what} costs more than it did: {count_total} allocations of {bytes_total} bytes in all");
}

#[test]
fn deciding_a_whole_case_again_allocates_no_more_than_it_did() {
    let dispute = counted(|| assert_eq!(rederive(DISPUTE.lines()), Ok(())));
    check("deciding a dispute", &dispute, 1_200, 162_000);
    let desk = counted(|| assert_eq!(rederive(DESK.lines()), Ok(())));
    check("deciding what people did", &desk, 3_300, 350_000);
}

#[test]
fn reading_a_case_back_allocates_no_more_than_it_did() {
    let dispute = counted(|| assert!(Case::replay(DISPUTE.lines()).is_ok()));
    check("reading a dispute", &dispute, 520, 110_000);
}

#[test]
fn looking_whether_something_is_due_copies_nothing() {
    let mut case = Case::replay(DISPUTE.lines()).expect("the journal is a good one");
    let now = case.state().now;
    let idle = measure(|| assert_eq!(case.advance(now).lines, [""; 0]));
    check("a look at the time", &idle, 0, 0);
    let shared = measure(|| drop(case.shared()));
    check("sharing the state", &shared, 0, 0);
}
