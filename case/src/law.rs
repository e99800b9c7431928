//! What the law says about a specialist's work: which clocks run and until when, whether the customer told in time,
//! and how much of a loss is the customer's.
//!
//! The facts come from the evidence and from what the customer's words were read as; the rules come from the packs that
//! the case pinned. Nothing here is decided by a model, and what is not known is said to be open.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    country::Country,
    facts::{Account, EntryMode, Facts, Payment, Product as AccountProduct, Scheme, Transaction, TransactionKind},
    label::Task,
    narrative::{Claim, DisputeKind},
    policy::{Action, Finding},
    rules::{
        BarResult, Channel, Clock, Due, LiabilityResult, Matter,
        pack::{Jurisdiction, Product, Subject},
    },
    source::Source,
    state::{State, Track},
    time::{DAY_MS, Millis},
};

/// What the law says about a track, as it was found out when its specialist knew enough.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub struct Law {
    /// The clocks that run.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clocks: Vec<Clock>,
    /// The customer's own time limits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bars: Vec<BarResult>,
    /// What the customer bears at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub liability: Option<LiabilityResult>,
}

/// A clock of a track with its day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline<'a> {
    /// Whose track it is.
    pub track: &'a str,
    /// The clock.
    pub clock: &'a Clock,
    /// When it is due.
    pub due: Due,
    /// Whether nothing remains to be done in its time: the track's work is over.
    pub over: bool,
}

/// Something that people have to be told about a clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning<'a> {
    /// When.
    pub at: Millis,
    /// Whose track it is.
    pub track: &'a str,
    /// Which clock.
    pub clock: &'a Clock,
    /// Its last day.
    pub due_on: Date,
    /// Whether that has passed.
    pub missed: bool,
}

/// Countries of the European Economic Area, where PSD2 is law.
const EEA: [&str; 30] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IS", "IT", "LI", "LT",
    "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
];
/// A transfer and the payment that it is booked for lie no further apart.
const SAME_PAYMENT_MS: i64 = 2 * DAY_MS;

impl Law {
    /// What the law says about a track whose specialist comes to this finding, or asks the customer.
    #[must_use]
    pub fn of(state: &State, track: &Track, finding: Option<&Finding>) -> Self {
        let Some(matter) = matter(state, track, finding) else { return Self::default() };
        Self {
            clocks: state.rules.clocks(&matter),
            bars: state.rules.bars(&matter),
            liability: state.rules.liability(&matter),
        }
    }

    /// Whether the law protects the customer: a limit to tell was kept, and none was missed.
    #[must_use]
    pub fn protects(&self) -> bool {
        let kept = |bar: &BarResult| bar.in_time == Some(true);
        let missed = |bar: &BarResult| bar.in_time == Some(false);
        self.bars.iter().any(kept) && !self.bars.iter().any(missed)
    }
}

/// Every clock of a case, the next due first.
#[must_use]
pub fn deadlines(state: &State) -> Vec<Deadline<'_>> {
    let closed = state.closed.is_some();
    let mut deadlines: Vec<Deadline<'_>> = state
        .tracks
        .iter()
        .flat_map(|track| track.law.clocks.iter().map(move |clock| (track, clock)))
        .filter_map(|(track, clock)| {
            let today = today(state, clock)?;
            let due = state.rules.due(clock, &track.pauses, today)?;
            Some(Deadline { track: &track.id, clock, due, over: closed || track.is_over() })
        })
        .collect();
    deadlines.sort_by(|a, b| (a.due.due_at, &a.clock.rule).cmp(&(b.due.due_at, &b.clock.rule)));
    deadlines
}

/// The day it is where the clock runs.
fn today(state: &State, clock: &Clock) -> Option<Date> {
    state.rules.rule_on(&clock.rule, clock.as_of).map(|found| found.pack.zone.date(state.now))
}

/// What people have to be told about the clocks that run, and when: once some days before a time is over, and again when
/// it is. What was missed needs no telling that it is near.
pub fn warnings(state: &State) -> impl Iterator<Item = Warning<'_>> {
    let running = deadlines(state).into_iter().filter(|deadline| !deadline.over && !deadline.due.paused);
    running.filter_map(|Deadline { track, clock, due, .. }| {
        let told = |missed| state.has_warned(track, clock, due.due_on, missed);
        let missed = told(false) || state.now > due.due_at;
        let zone = state.rules.rule_on(&clock.rule, clock.as_of)?.pack.zone;
        let at = if missed { due.due_at.plus(1) } else { zone.start_of(due.warn_on) };
        (!told(missed)).then_some(Warning { at, track, clock, due_on: due.due_on, missed })
    })
}

/// The matter of a track as the law sees it; `None` where no law on clocks can apply.
fn matter(state: &State, track: &Track, finding: Option<&Finding>) -> Option<Matter> {
    let row = disputed(state, finding);
    let subject = subject(state, track, finding)?;
    let account = account(state, row);
    let mut matter = Matter::new(subject, state.opened_at);
    matter.jurisdiction = account.and_then(|account| account.country).and_then(jurisdiction);
    matter.product = account.map(|account| match account.product {
        AccountProduct::Current | AccountProduct::Savings | AccountProduct::Prepaid => Product::ElectronicTransfer,
        AccountProduct::CreditCard => Product::Credit,
    });
    matter.written = !state.opened.channel.as_ref().is_some_and(|channel| SPOKEN.contains(&channel.as_str()));
    matter.learned_on = state.narrative.learned_on;
    matter.device_lost = Some(state.narrative.claims.contains(&Claim::LostOrStolen));
    matter.first_deposit_on = account.and_then(|account| account.first_deposit_on);
    matter.cycle_ends_on = account.and_then(|account| account.statements.first()).map(|newest| newest.period_end);
    matter.credited_on = credited_on(track);
    if let Some(row) = row {
        let booked_on = row.booked_at.date();
        matter.channel = channel(state, row);
        matter.foreign =
            row.country.zip(account.and_then(|account| account.country)).is_some_and(|(at, home)| at != home);
        matter.booked_on = Some(booked_on);
        matter.statement_sent_on = account.and_then(|account| account.statement_of(booked_on)).map(|one| one.sent_on);
        matter.amount = Some(row.money);
        matter.strong_authentication = row.strong_authentication;
    }
    Some(matter)
}

/// Channels on which a customer speaks.
const SPOKEN: [&str; 3] = ["phone", "voice", "branch"];

/// The transaction that a finding is about: the last one it cites.
fn disputed<'a>(state: &'a State, finding: Option<&Finding>) -> Option<&'a Transaction> {
    let cited = finding?.cites.iter().rev();
    let mut ids = cited.filter_map(|id| id.as_str().strip_prefix(Source::Ledger.name())?.strip_prefix(':'));
    ids.find_map(|id| state.transaction(&crate::ids::Reference::parse(id).ok()?))
}

fn subject(state: &State, track: &Track, finding: Option<&Finding>) -> Option<Subject> {
    let claims = |claim| state.narrative.claims.contains(&claim);
    match track.task {
        Task::DisputeSummary => Some(match state.narrative.dispute {
            DisputeKind::Unrecognised => Subject::UnauthorisedTransfer,
            DisputeKind::ChargedTwice
            | DisputeKind::PaidOtherwise
            | DisputeKind::WrongAmount
            | DisputeKind::WrongCurrency
            | DisputeKind::LateCharge
            | DisputeKind::DeclinedButBilled
            | DisputeKind::CashShort
            | DisputeKind::Fee
            | DisputeKind::ExchangeRate
            | DisputeKind::General => Subject::Error,
            DisputeKind::SubscriptionCancelled
            | DisputeKind::NotReceived
            | DisputeKind::Defective
            | DisputeKind::Counterfeit
            | DisputeKind::Misrepresented
            | DisputeKind::Refund
            | DisputeKind::Returned => Subject::CardDispute,
        }),
        Task::FraudCheck if claims(Claim::ScamPayment) => Some(Subject::AuthorisedScam),
        // A card that is only lost is no transfer that somebody contests.
        Task::FraudCheck => {
            let contested = claims(Claim::NotRecognised) || claims(Claim::AccountTakeover);
            let used = finding.is_some_and(|finding| finding.action == Action::BlockCard);
            (contested || used).then_some(Subject::UnauthorisedTransfer)
        }
        Task::KycLookup | Task::PaymentStatus => None,
    }
}

/// The account of a transaction, or the only one that there is.
fn account<'a>(state: &'a State, row: Option<&Transaction>) -> Option<&'a Account> {
    let accounts = state.accounts();
    let of_row = row.and_then(|row| row.account.as_ref()).and_then(|id| accounts.iter().find(|one| one.id == *id));
    match accounts {
        [only] => Some(only),
        _ => of_row,
    }
}

pub(crate) fn jurisdiction(country: Country) -> Option<Jurisdiction> {
    match country.as_str() {
        "US" => Some(Jurisdiction::Us),
        "GB" => Some(Jurisdiction::Uk),
        code if EEA.contains(&code) => Some(Jurisdiction::Eu),
        _ => None,
    }
}

fn channel(state: &State, row: &Transaction) -> Channel {
    match (row.kind, row.entry_mode) {
        (TransactionKind::AtmWithdrawal, _) => Channel::Atm,
        (TransactionKind::Transfer, _) => Channel::Transfer(scheme(state, row)),
        (TransactionKind::CardPayment, Some(EntryMode::Chip | EntryMode::Contactless | EntryMode::Magstripe)) => {
            Channel::PointOfSale
        }
        (TransactionKind::CardPayment, Some(EntryMode::Online | EntryMode::Recurring)) => Channel::Online,
        (
            TransactionKind::CardPayment
            | TransactionKind::DirectDebit
            | TransactionKind::Fee
            | TransactionKind::Refund
            | TransactionKind::Reversal
            | TransactionKind::TopUp,
            _,
        ) => Channel::Other,
    }
}

/// The scheme of a transfer's payment.
fn scheme(state: &State, row: &Transaction) -> Option<Scheme> {
    payment_of(state, row).and_then(|payment| payment.scheme)
}

/// The payment that a transfer is booked for: the same amount, at about the same time.
pub(crate) fn payment_of<'a>(state: &'a State, row: &Transaction) -> Option<&'a Payment> {
    let near = |payment: &&Payment| {
        let apart_ms = payment.created_at.since(row.booked_at).abs();
        payment.money == row.money && apart_ms <= SAME_PAYMENT_MS
    };
    let payments = state.facts_of(Source::Ledger).filter_map(|facts| match facts {
        Facts::Payments { rows } => Some(rows),
        _ => None,
    });
    payments.flatten().find(near)
}

fn credited_on(track: &Track) -> Option<Date> {
    let credited = track.proposals.iter().filter(|one| one.proposal.action() == Action::ProvisionalCredit);
    credited.filter_map(|one| one.done_at).map(Millis::date).next()
}
