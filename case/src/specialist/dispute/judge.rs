//! What can be done about one contested charge, by the kind of complaint. What is still open is asked, once each.

use super::{
    credit::{self, Credit},
    propose, recover,
};
use crate::{
    entry::CustomerQuestion,
    facts::{Transaction, TransactionKind, TransactionStatus},
    narrative::{Claim, DisputeKind},
    policy::{Action, Reason},
    specialist::{KNOWN_AFTER, Need, times_asked},
    state::{State, Track},
};

/// A complaint about one charge, as far as it is known.
struct Complaint<'a> {
    state: &'a State,
    track: &'a Track,
    row: &'a Transaction,
    /// A credit of a part of it.
    part: Option<&'a Transaction>,
}

/// What follows for the one charge that is meant.
pub(super) fn next<'a>(state: &'a State, track: &'a Track, rows: &'a [Transaction], row: &'a Transaction) -> Need {
    let part = match credit::of(rows, row) {
        Some(Credit::Whole(credit)) if credit.id == row.id => {
            return propose(state, Action::Inform, &[Reason::ChargeCredited], &[row]);
        }
        Some(Credit::Whole(credit)) => {
            return propose(state, Action::Inform, &[Reason::ChargeCredited], &[credit, row]);
        }
        Some(Credit::Part(part)) => Some(part),
        None => None,
    };
    if row.status == TransactionStatus::Pending {
        return propose(state, Action::Inform, &[Reason::ChargePending], &[row]);
    }
    Complaint { state, track, row, part }.judge()
}

impl Complaint<'_> {
    fn judge(&self) -> Need {
        match self.state.narrative.dispute {
            DisputeKind::PaidOtherwise => self.paid_otherwise(),
            DisputeKind::WrongAmount => self.recover(Reason::WrongAmount),
            DisputeKind::WrongCurrency => self.recover(Reason::WrongCurrency),
            DisputeKind::LateCharge => self.recover(Reason::LateCharge),
            DisputeKind::DeclinedButBilled => self.recover(Reason::DeclinedButBilled),
            DisputeKind::CashShort => self.recover(Reason::CashShort),
            DisputeKind::Returned => self.recover(Reason::ReturnedUncredited),
            DisputeKind::SubscriptionCancelled => self.cancelled(),
            DisputeKind::NotReceived => self.not_received(),
            DisputeKind::Defective => self.merchant_first(Reason::NotAsDescribed),
            DisputeKind::Counterfeit => self.merchant_first(Reason::CounterfeitGoods),
            DisputeKind::Misrepresented => self.merchant_first(Reason::Misrepresented),
            DisputeKind::Refund => self.merchant_first(Reason::CreditMissing),
            DisputeKind::Unrecognised => self.unrecognised(),
            DisputeKind::Fee => self.propose(Action::Escalate, Reason::BankFee),
            DisputeKind::ExchangeRate => self.propose(Action::Inform, Reason::ConvertedAmount),
            DisputeKind::General | DisputeKind::ChargedTwice => self
                .ask_once(CustomerQuestion::WhatHappened, || self.propose(Action::Escalate, Reason::ComplaintUnclear)),
        }
    }

    fn paid_otherwise(&self) -> Need {
        let proof = self.state.said.get(&CustomerQuestion::ProofOfOtherPayment).copied();
        match proof.or(self.claims(Claim::HasProof).then_some(true)) {
            Some(true) => self.recover(Reason::PaidOtherwise),
            Some(false) => self.propose(Action::ReferToMerchant, Reason::MerchantFirst),
            None => self.ask_once(CustomerQuestion::ProofOfOtherPayment, || {
                self.propose(Action::ReferToMerchant, Reason::MerchantFirst)
            }),
        }
    }

    /// A charge of the day of cancelling counts as made after it: the merchant knew.
    fn cancelled(&self) -> Need {
        match self.state.narrative.cancelled_on {
            Some(day) if self.row.booked_at.date() >= day => self.recover(Reason::ChargedAfterCancelling),
            Some(_) => self.propose(Action::Inform, Reason::ChargedBeforeCancelling),
            None => self
                .ask_once(CustomerQuestion::CancelledWhen, || self.propose(Action::Escalate, Reason::ComplaintUnclear)),
        }
    }

    fn not_received(&self) -> Need {
        match self.state.narrative.delivery_due {
            Some(day) if day >= self.state.opened_at.date() => self.propose(Action::Inform, Reason::DeliveryNotDue),
            Some(_) => self.merchant_first(Reason::NotDelivered),
            None => self
                .ask_once(CustomerQuestion::DeliveryDue, || self.propose(Action::Escalate, Reason::ComplaintUnclear)),
        }
    }

    /// The networks ask that the customer tries the merchant first, for everything that is about goods and services.
    fn merchant_first(&self, reason: Reason) -> Need {
        if self.claims(Claim::MerchantContacted) || self.claims(Claim::ReturnAttempted) {
            self.recover(reason)
        } else {
            self.propose(Action::ReferToMerchant, reason)
        }
    }

    /// Whose transaction it is decides more than how it looks: the customer is asked before anybody calls it fraud.
    fn unrecognised(&self) -> Need {
        let lost = self.claims(Claim::LostOrStolen) || self.claims(Claim::HasCard);
        let asked = self.state.said.contains_key(&CustomerQuestion::CardInPossession);
        if !lost && !asked && times_asked(self.track, CustomerQuestion::CardInPossession) == 0 && self.by_card() {
            return self.ask(CustomerQuestion::CardInPossession);
        }
        if self.row.earlier >= KNOWN_AFTER {
            match self.state.said.get(&CustomerQuestion::RecogniseMerchant) {
                Some(true) => return self.propose(Action::Inform, Reason::Recognised),
                None if times_asked(self.track, CustomerQuestion::RecogniseMerchant) == 0 => {
                    return self.ask(CustomerQuestion::RecogniseMerchant);
                }
                Some(false) | None => {}
            }
        }
        self.recover(Reason::ReportedUnrecognised)
    }

    fn recover(&self, reason: Reason) -> Need {
        recover(self.state, self.track, &self.reasons(reason), &self.about())
    }

    fn propose(&self, action: Action, reason: Reason) -> Need {
        propose(self.state, action, &self.reasons(reason), &self.about())
    }

    fn reasons(&self, reason: Reason) -> Vec<Reason> {
        [Reason::TransactionFound, reason].into_iter().chain(self.part.map(|_| Reason::PartlyCredited)).collect()
    }

    /// The rows it rests on, the disputed one last.
    fn about(&self) -> Vec<&Transaction> {
        self.part.into_iter().chain([self.row]).collect()
    }

    /// Asks, unless that was asked before without an answer that could be read.
    fn ask_once(&self, question: CustomerQuestion, otherwise: impl FnOnce() -> Need) -> Need {
        if times_asked(self.track, question) == 0 { self.ask(question) } else { otherwise() }
    }

    fn ask(&self, question: CustomerQuestion) -> Need {
        Need::AskCustomer { question, about: vec![self.row.id.clone()] }
    }

    fn claims(&self, claim: Claim) -> bool {
        self.state.narrative.claims.contains(&claim)
    }

    const fn by_card(&self) -> bool {
        matches!(self.row.kind, TransactionKind::CardPayment | TransactionKind::AtmWithdrawal)
    }
}
