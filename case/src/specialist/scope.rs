//! What each specialist may see of a case: the look-ups of its trade, and the customer's words only where its work needs
//! them. A remote agent that works for it sees as much and no more: facts, which hold no personal data.

use std::collections::BTreeSet;

use crate::{
    entry::{Missing, Question},
    facts::{Facts, Payment, Transaction},
    identity::Document,
    ids::{EvidenceId, Reference},
    label::Task,
    source::{Lookup, Step},
    state::{Standing, State},
};

/// A piece of what a specialist may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece<'a> {
    /// What a look-up brought.
    Found {
        /// What was asked.
        lookup: &'a Lookup,
        /// What it brought.
        facts: &'a Facts,
    },
    /// A look-up that brought nothing.
    Lacking {
        /// What was asked.
        lookup: &'a Lookup,
        /// Why there is nothing.
        missing: Missing,
    },
    /// A document that the customer sent, without what it says.
    Document(&'a Document),
}

/// What a reference is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Thing<'a> {
    Transaction(&'a Transaction),
    Payment(&'a Payment),
    Account,
    Card,
    /// A merchant, a passage or a document.
    Other,
}

/// Whether a specialist's work needs the customer's own words. The fraud specialist sees metadata of transactions, and an
/// identity's check is a checklist: for both, what the fixed rules read is enough.
#[must_use]
pub const fn sees_words(task: Task) -> bool {
    match task {
        Task::DisputeSummary | Task::PaymentStatus => true,
        Task::FraudCheck | Task::KycLookup => false,
    }
}

/// Whether a kind of look-up is of a specialist's trade.
const fn sees(task: Task, step: Step) -> bool {
    match task {
        Task::DisputeSummary => {
            matches!(step, Step::Transactions | Step::Accounts | Step::Merchants | Step::Policy)
        }
        Task::FraudCheck => {
            matches!(step, Step::Transactions | Step::Accounts | Step::Payments | Step::Risk | Step::Policy)
        }
        Task::KycLookup => matches!(step, Step::Profile | Step::Policy),
        Task::PaymentStatus => matches!(step, Step::Payments | Step::Policy),
    }
}

/// What a specialist may see of a case, in the order in which it was asked for.
#[must_use]
pub fn pieces(state: &State, task: Task) -> Vec<Piece<'_>> {
    let mut asks: Vec<_> = state.asks.values().filter(|ask| !ask.stale).collect();
    asks.sort_by_key(|ask| ask.number);
    let looked_up = asks.into_iter().filter_map(|ask| match (&ask.question, &ask.standing) {
        (Question::Lookup(lookup), _) if !sees(task, lookup.kind()) => None,
        (Question::Lookup(lookup), Standing::Missing(missing)) => Some(Piece::Lacking { lookup, missing: *missing }),
        (Question::Lookup(lookup), _) => ask.facts().map(|facts| Piece::Found { lookup, facts }),
        _ => None,
    });
    let documents = state.identity.documents.iter().filter(|_| task == Task::KycLookup).map(Piece::Document);
    looked_up.chain(documents).collect()
}

impl Piece<'_> {
    /// The ids under which something in it may be cited.
    #[must_use]
    pub fn cites(&self) -> Vec<EvidenceId> {
        match self {
            Self::Found { facts, .. } => facts.evidence(),
            Self::Lacking { .. } => Vec::new(),
            Self::Document(document) => vec![EvidenceId::new("document", &document.id)],
        }
    }

    /// Every reference in it, and what it names.
    fn things(&self) -> Vec<(&Reference, Thing<'_>)> {
        match self {
            Self::Found { facts, .. } => things(facts),
            Self::Lacking { .. } => Vec::new(),
            Self::Document(document) => vec![(&document.id, Thing::Other)],
        }
    }
}

fn things(facts: &Facts) -> Vec<(&Reference, Thing<'_>)> {
    match facts {
        Facts::Transactions { rows, .. } => rows.iter().flat_map(of_transaction).collect(),
        Facts::Accounts { rows } => {
            let cards = rows.iter().flat_map(|account| &account.cards).map(|card| (&card.id, Thing::Card));
            rows.iter().map(|account| (&account.id, Thing::Account)).chain(cards).collect()
        }
        Facts::Payments { rows } => {
            let accounts = rows.iter().filter_map(|payment| payment.account.as_ref()).map(|id| (id, Thing::Account));
            rows.iter().map(|payment| (&payment.id, Thing::Payment(payment))).chain(accounts).collect()
        }
        Facts::Merchants { rows, .. } | Facts::Policy { rows } => rows.iter().map(|id| (id, Thing::Other)).collect(),
        Facts::Profile { .. } | Facts::Risk { .. } => Vec::new(),
    }
}

fn of_transaction(row: &Transaction) -> impl Iterator<Item = (&Reference, Thing<'_>)> {
    let account = row.account.as_ref().map(|id| (id, Thing::Account));
    let card = row.card.as_ref().map(|id| (id, Thing::Card));
    let merchant = row.merchant.as_ref().map(|id| (id, Thing::Other));
    [(&row.id, Thing::Transaction(row))].into_iter().chain(account).chain(card).chain(merchant)
}

/// What may be cited and named in a specialist's name: what it was shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Known {
    /// The ids under which evidence is cited.
    pub cites: BTreeSet<EvidenceId>,
    /// Every reference in the evidence, and the customer's own.
    pub references: BTreeSet<Reference>,
}

impl Known {
    /// What a specialist knows of a case.
    #[must_use]
    pub fn of(state: &State, task: Task) -> Self {
        let pieces = pieces(state, task);
        let things = pieces.iter().flat_map(|piece| piece.things()).map(|(id, _)| id);
        Self {
            references: things.chain(state.customer.as_ref()).cloned().collect(),
            cites: pieces.iter().flat_map(Piece::cites).collect(),
        }
    }
}

/// What `find` makes of the first thing of that name that it takes.
pub(super) fn find<T>(pieces: &[Piece<'_>], id: &Reference, find: impl Fn(Thing<'_>) -> Option<T>) -> Option<T> {
    let mut named = pieces.iter().flat_map(|piece| piece.things()).filter(|(known, _)| *known == id);
    named.find_map(|(_, thing)| find(thing))
}
