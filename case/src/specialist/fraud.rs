//! fraud-agent: sees transaction metadata only, no names and no words.
//!
//! What stands out by fixed rules goes to the scoring service; what the customer reports weighs more than any score. A
//! lost, stolen or compromised card is never clear, whatever the score, and needs no ledger to be frozen.

use crate::{
    entry::CustomerQuestion,
    facts::{Account, Band, CardStatus, Direction, Facts, Transaction, TransactionKind, Unusual},
    ids::{EvidenceId, Reference},
    law,
    narrative::Claim,
    policy::{Action, Finding, Reason},
    source::{Lookup, Source, Topic},
    specialist::{KNOWN_AFTER, Need, QUESTIONS, context, gather, note_missing, passages, times_asked, transactions},
    state::{State, Track},
};

/// How many transactions are scored at most.
const SCORED: usize = 10;
/// How many of the newest are scored where none stands out.
const NEWEST: usize = 3;
/// How many signs make a transaction suspicious by itself.
const SUSPICIOUS: usize = 2;

/// The ledger first, then a score of what stands out.
pub(super) fn next(state: &State, customer: &Reference, track: &Track) -> Need {
    let ledger = transactions(state, customer);
    let accounts = Lookup::Accounts { customer: customer.clone() };
    let policy = Lookup::Policy { topic: Topic::UnrecognisedTransaction };
    let mut lookups = vec![ledger.clone(), accounts.clone(), policy];
    if state.narrative.claims.contains(&Claim::ScamPayment) {
        // On which scheme a transfer went decides whose law gives the money back.
        lookups.push(Lookup::Payments { customer: customer.clone(), payment: None });
    }
    if let Some(need) = gather(state, &lookups) {
        return need;
    }
    let accounts = match state.facts(&accounts) {
        Some(Facts::Accounts { rows }) => rows.as_slice(),
        _ => &[],
    };
    let Some(Facts::Transactions { rows, .. }) = state.facts(&ledger) else {
        let unknown = state.is_unknown(&ledger);
        return Alert { state, track, customer, accounts, suspects: vec![], band: None }.without_ledger(unknown);
    };
    let suspects = suspects(state, rows);
    let risk =
        Lookup::Risk { customer: customer.clone(), transactions: suspects.iter().map(|row| row.id.clone()).collect() };
    if !suspects.is_empty()
        && let Some(need) = gather(state, std::slice::from_ref(&risk))
    {
        return need;
    }
    let band = match state.facts(&risk) {
        Some(Facts::Risk { band, .. }) => Some(*band),
        _ => None,
    };
    Alert { state, track, customer, accounts, suspects, band }.conclude()
}

/// What was named or picked; else what stands out, the strangest first; else the newest.
fn suspects<'a>(state: &State, rows: &'a [Transaction]) -> Vec<&'a Transaction> {
    let can_be = |row: &&Transaction| row.direction == Direction::Debit && row.kind != TransactionKind::Fee;
    if let Some(row) = state.pointed_at().and_then(|id| rows.iter().find(|row| row.id == *id)) {
        return vec![row];
    }
    let mut debits: Vec<&Transaction> = rows.iter().rev().filter(can_be).collect();
    let weight = |row: &Transaction| {
        let named = usize::from(row.merchant_named) + usize::from(row.amount_named) + usize::from(row.date_named);
        row.unusual.len() + 2 * named
    };
    debits.sort_by_key(|row| std::cmp::Reverse(weight(row)));
    let striking = debits.iter().filter(|row| weight(row) >= SUSPICIOUS).count();
    debits.truncate(if striking == 0 { NEWEST } else { striking.min(SCORED) });
    debits
}

/// Everything that is known about an alert.
struct Alert<'a> {
    state: &'a State,
    track: &'a Track,
    customer: &'a Reference,
    accounts: &'a [Account],
    suspects: Vec<&'a Transaction>,
    band: Option<Band>,
}

impl Alert<'_> {
    fn conclude(&self) -> Need {
        if self.claims(Claim::ScamPayment) {
            return self.scam();
        }
        if self.claims(Claim::AccountTakeover) || self.suspects.iter().any(|row| is_takeover(row)) {
            return self.propose(Action::FreezeAccount, self.account_references(), vec![]);
        }
        if self.is_lost() {
            let used = self.band == Some(Band::High) || (self.claims(Claim::NotRecognised) && self.is_suspicious());
            let action = if used { Action::BlockCard } else { Action::FreezeCard };
            return self.propose(action, self.cards(), vec![]);
        }
        if self.claims(Claim::NotRecognised) {
            return self.unrecognised();
        }
        match self.band {
            Some(Band::High) => self.propose(Action::FreezeCard, self.cards(), vec![]),
            Some(Band::Low) => self.propose(Action::Clear, self.suspected(), vec![]),
            Some(Band::Medium) | None => self.propose(Action::Escalate, self.suspected(), vec![]),
        }
    }

    /// A report of loss is acted on without any ledger; the rest is for a person.
    fn without_ledger(&self, unknown: bool) -> Need {
        let lost = self.is_lost();
        let reasons = if unknown { vec![Reason::CustomerUnknown] } else { vec![] };
        let cards = self.cards();
        if lost && !unknown && !cards.is_empty() {
            return self.propose(Action::FreezeCard, cards, reasons);
        }
        self.propose(Action::Escalate, vec![], reasons)
    }

    /// What the customer was tricked into paying is asked back from the payee's bank, the sooner the better.
    fn scam(&self) -> Need {
        let transfer = |row: &&&Transaction| row.kind == TransactionKind::Transfer;
        let transfers: Vec<&Transaction> = self.suspects.iter().filter(transfer).copied().collect();
        let striking = |row: &&Transaction| {
            row.amount_named || row.date_named || row.unusual.contains(&Unusual::Payee) || self.is_named(row)
        };
        let mut meant: Vec<&Transaction> = transfers.iter().copied().filter(|row| striking(row)).collect();
        let named = |row: &&Transaction| row.amount_named || self.is_named(row);
        if meant.iter().any(named) {
            meant.retain(named);
        }
        match meant.as_slice() {
            [row] => self.recall(row),
            [first, ..] if meant.iter().all(|row| row.merchant_group == first.merchant_group) => self.recall(first),
            _ if times_asked(self.track, CustomerQuestion::WhichPayment) < QUESTIONS => {
                let about = meant.iter().map(|row| row.id.clone()).collect();
                Need::AskCustomer { question: CustomerQuestion::WhichPayment, about }
            }
            _ => self.propose(Action::Escalate, self.suspected(), vec![]),
        }
    }

    fn recall(&self, row: &Transaction) -> Need {
        let mut finding = self.finding(Action::RecallPayment, vec![row.id.clone()], vec![]);
        finding.amount = Some(row.money);
        finding.cites.retain(|id| !id.as_str().starts_with(Source::Ledger.name()));
        let payment = law::payment_of(self.state, row).map(|payment| &payment.id);
        for id in payment.into_iter().chain([&row.id]) {
            finding.cites.insert(0, EvidenceId::new(Source::Ledger.name(), id));
        }
        finding.references = vec![payment.unwrap_or(&row.id).clone()];
        Need::Propose(finding)
    }

    fn unrecognised(&self) -> Need {
        let pointed = |row: &&Transaction| {
            let named = row.merchant_named || row.amount_named || row.date_named || self.is_named(row);
            named || row.unusual.len() >= SUSPICIOUS
        };
        // Where something was named, only that is judged.
        let named = |row: &&&Transaction| row.merchant_named || row.amount_named || row.date_named;
        let judged: Vec<&&Transaction> = self.suspects.iter().filter(named).collect();
        let judged = if judged.is_empty() { self.suspects.iter().collect() } else { judged };
        let known = judged.iter().all(|row| row.earlier >= KNOWN_AFTER);
        let said = |question| self.state.said.get(&question).copied();
        let asked = |question| times_asked(self.track, question) > 0;
        match self.band {
            _ if !self.suspects.iter().any(pointed) => {
                if times_asked(self.track, CustomerQuestion::WhichTransaction) < QUESTIONS {
                    return Need::AskCustomer { question: CustomerQuestion::WhichTransaction, about: vec![] };
                }
                self.propose(Action::Escalate, self.suspected(), vec![Reason::NoTransactionFound])
            }
            Some(Band::High) => self.propose(Action::FreezeCard, self.cards(), vec![]),
            Some(Band::Medium) if !self.claims(Claim::HasCard) && !asked(CustomerQuestion::CardInPossession) => {
                self.ask(CustomerQuestion::CardInPossession)
            }
            Some(Band::Medium) if said(CustomerQuestion::CardInPossession) == Some(false) => {
                self.propose(Action::FreezeCard, self.cards(), vec![])
            }
            Some(Band::Low) if known && !asked(CustomerQuestion::RecogniseMerchant) => {
                self.ask(CustomerQuestion::RecogniseMerchant)
            }
            Some(Band::Low) if known && said(CustomerQuestion::RecogniseMerchant) == Some(true) => {
                self.propose(Action::Clear, self.suspected(), vec![Reason::Recognised])
            }
            Some(Band::Medium | Band::Low) | None => self.propose(Action::Escalate, self.suspected(), vec![]),
        }
    }

    fn ask(&self, question: CustomerQuestion) -> Need {
        Need::AskCustomer { question, about: self.suspected().into_iter().take(1).collect() }
    }

    fn propose(&self, action: Action, references: Vec<Reference>, more: Vec<Reason>) -> Need {
        Need::Propose(self.finding(action, references, more))
    }

    fn finding(&self, action: Action, references: Vec<Reference>, more: Vec<Reason>) -> Finding {
        let mut reasons = self.reasons();
        reasons.extend(more);
        note_missing(self.state, &mut reasons);
        let mut cites: Vec<EvidenceId> =
            self.suspects.iter().map(|row| EvidenceId::new(Source::Ledger.name(), &row.id)).collect();
        cites.extend(context(self.state, Source::Risk));
        cites.extend(passages(self.state, Topic::UnrecognisedTransaction));
        // An action without anything to point at is about the customer.
        let references = if references.is_empty() { vec![self.customer.clone()] } else { references };
        Finding { action, reasons, cites, references, amount: None, code: None }
    }

    fn reasons(&self) -> Vec<Reason> {
        let reported = [
            (self.is_lost(), Reason::ReportedLostOrStolen),
            (self.claims(Claim::ScamPayment), Reason::ReportedScam),
            (self.claims(Claim::AccountTakeover), Reason::ReportedTakeover),
            (self.claims(Claim::NotRecognised), Reason::ReportedUnrecognised),
            (self.suspects.iter().any(|row| is_takeover(row)), Reason::TakeoverPattern),
            (self.is_unusual(), Reason::UnusualActivity),
            (!self.suspects.is_empty() && !self.is_unusual(), Reason::NothingUnusual),
        ];
        let mut reasons: Vec<Reason> = reported.iter().filter(|(is, _)| *is).map(|(_, reason)| *reason).collect();
        reasons.extend(self.band.map(|band| match band {
            Band::Low => Reason::RiskLow,
            Band::Medium => Reason::RiskMedium,
            Band::High => Reason::RiskHigh,
        }));
        reasons
    }

    /// The cards that suspicious transactions were made with, or all that can be used.
    fn cards(&self) -> Vec<Reference> {
        let suspicious = self.suspects.iter().filter(|row| row.unusual.len() >= SUSPICIOUS);
        let mut used: Vec<Reference> = suspicious.filter_map(|row| row.card.clone()).collect();
        used.sort();
        used.dedup();
        if !used.is_empty() {
            return used;
        }
        let usable = |status: Option<CardStatus>| !matches!(status, Some(CardStatus::Blocked));
        let cards = self.accounts.iter().flat_map(|account| &account.cards).filter(|card| usable(card.status));
        let cards: Vec<Reference> = cards.map(|card| card.id.clone()).collect();
        if cards.is_empty() { self.suspected() } else { cards }
    }

    fn account_references(&self) -> Vec<Reference> {
        let mut used: Vec<Reference> = self.suspects.iter().filter_map(|row| row.account.clone()).collect();
        used.sort();
        used.dedup();
        if used.is_empty() { self.accounts.iter().map(|account| account.id.clone()).collect() } else { used }
    }

    fn suspected(&self) -> Vec<Reference> {
        self.suspects.iter().map(|row| row.id.clone()).collect()
    }

    fn is_named(&self, row: &Transaction) -> bool {
        self.state.pointed_at() == Some(&row.id)
    }

    /// Whether anything differs from what is normal at all, suspicious or not.
    fn is_unusual(&self) -> bool {
        self.suspects.iter().any(|row| !row.unusual.is_empty())
    }

    fn is_suspicious(&self) -> bool {
        self.suspects.iter().any(|row| row.unusual.len() >= SUSPICIOUS)
    }

    fn is_lost(&self) -> bool {
        // "I was scammed" says that somebody was deceived, not that a card is in strange hands.
        let compromised = self.claims(Claim::Compromised) && !self.claims(Claim::ScamPayment);
        self.claims(Claim::LostOrStolen) || compromised
    }

    fn claims(&self, claim: Claim) -> bool {
        self.state.narrative.claims.contains(&claim)
    }
}

/// A new device that pays a new payee an unusual amount: somebody else is in the account.
fn is_takeover(row: &Transaction) -> bool {
    [Unusual::Device, Unusual::Payee, Unusual::Amount].iter().all(|sign| row.unusual.contains(sign))
}
