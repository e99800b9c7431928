//! Two charges of one amount by one merchant, close together: duplicated, credited, pending, or several to ask about.

use super::{
    ask_which,
    credit::{self, Credit},
    find, propose, recover,
};
use crate::{
    facts::{Transaction, TransactionStatus},
    policy::{Action, Reason},
    specialist::Need,
    state::{State, Track},
};

/// Two charges that are one purchase.
#[derive(Clone, Copy)]
struct Pair<'a> {
    first: &'a Transaction,
    second: &'a Transaction,
}

/// What follows where the customer speaks of two charges.
pub(super) fn next<'a>(state: &State, track: &Track, rows: &'a [Transaction], candidates: &[&'a Transaction]) -> Need {
    let pairs = pairs(state, candidates);
    let open: Vec<Pair<'_>> = pairs.iter().filter(|pair| undone(rows, pair).is_none()).copied().collect();
    match (open.as_slice(), pairs.as_slice()) {
        ([pair], _) => duplicate(state, track, pair),
        ([], [pair, ..]) => {
            let credit = undone(rows, pair).filter(|row| row.id != pair.first.id && row.id != pair.second.id);
            let about: Vec<&Transaction> = credit.into_iter().chain([pair.first, pair.second]).collect();
            propose(state, Action::Inform, &[Reason::DuplicateCredited], &about)
        }
        ([], []) if find::same_merchant(candidates) => {
            let standing = candidates.iter().rev().find(|row| row.status != TransactionStatus::Reversed);
            match standing.or(candidates.last()) {
                Some(row) => propose(state, Action::Inform, &[Reason::SingleCharge], &[row]),
                None => ask_which(state, track, candidates),
            }
        }
        ([], []) => ask_which(state, track, candidates),
        (several, _) => {
            let later: Vec<&Transaction> = several.iter().map(|pair| pair.second).collect();
            ask_which(state, track, &later)
        }
    }
}

/// Every two neighbours that look like one purchase, oldest first; no charge counts twice.
fn pairs<'a>(state: &State, candidates: &[&'a Transaction]) -> Vec<Pair<'a>> {
    let window_ms = state.opened.settings.duplicate_window_ms;
    let mut pairs: Vec<Pair<'a>> = Vec::new();
    for (index, first) in candidates.iter().enumerate() {
        if pairs.iter().any(|pair| pair.second.id == first.id) {
            continue;
        }
        let close = |row: &&&Transaction| {
            row.merchant_group == first.merchant_group
                && row.money == first.money
                && row.booked_at.since(first.booked_at) <= window_ms
        };
        if let Some(second) = candidates.iter().skip(index + 1).find(close) {
            pairs.push(Pair { first, second });
        }
    }
    pairs
}

fn duplicate(state: &State, track: &Track, pair: &Pair<'_>) -> Need {
    let about = [pair.first, pair.second];
    if about.iter().any(|row| row.status == TransactionStatus::Pending) {
        return propose(state, Action::Inform, &[Reason::DuplicatePending], &about);
    }
    recover(state, track, &[Reason::DuplicateCharge], &about)
}

/// The row by which the customer has one of two charges back.
fn undone<'a>(rows: &'a [Transaction], pair: &Pair<'a>) -> Option<&'a Transaction> {
    [pair.second, pair.first].into_iter().find_map(|row| match credit::of(rows, row) {
        Some(Credit::Whole(credit)) => Some(credit),
        Some(Credit::Part(_)) | None => None,
    })
}
