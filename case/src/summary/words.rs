//! The words of the summary's fixed rules: what a reason says and what it rests on, what an action is called, and what
//! the closed vocabulary of a reading says.

use crate::{
    narrative::{Claim, DisputeKind, Narrative},
    policy::{Action, Reason},
};

/// What a reason rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ground {
    /// What the customer said.
    Words,
    /// The rows of the ledger that the proposal cites.
    Ledger,
    /// What the customer said of these rows.
    Both,
    /// That the ledger was searched.
    Search,
    /// The profile and the documents.
    Identity,
    /// A person's decision.
    Decision,
    /// The advice of remote agents.
    Agent,
}

/// What the fixed rules read in the customer's words, as a sentence.
#[must_use]
pub fn told(narrative: &Narrative) -> String {
    if !says_something(narrative) {
        return "The customer wrote something that is none of the complaints known here.".to_owned();
    }
    let dispute = dispute(narrative.dispute).into_iter();
    let claims = narrative.claims.iter().filter(|claim| !repeats(narrative.dispute, **claim));
    let said = dispute.chain(claims.map(|claim| self::claim(*claim))).map(str::to_owned);
    let dated = [
        (narrative.delivery_due, "the delivery was due by"),
        (narrative.cancelled_on, "they cancelled on"),
        (narrative.learned_on, "they noticed the loss by"),
    ];
    let dated = dated.into_iter().filter_map(|(day, what)| day.map(|day| format!("{what} {day}")));
    let said: Vec<String> = said.chain(dated).collect();
    format!("The customer says that {}.", said.join(", and that "))
}

/// Whether the fixed rules read a complaint or claim.
pub(super) fn says_something(narrative: &Narrative) -> bool {
    dispute(narrative.dispute).is_some() || !narrative.claims.is_empty()
}

const fn dispute(kind: DisputeKind) -> Option<&'static str> {
    match kind {
        DisputeKind::ChargedTwice => Some("they were charged more than once for the same thing"),
        DisputeKind::PaidOtherwise => Some("they were charged for what they paid in another way"),
        DisputeKind::WrongAmount => Some("another amount was agreed than was charged"),
        DisputeKind::WrongCurrency => Some("another currency was agreed than was charged"),
        DisputeKind::LateCharge => Some("a charge came long after the purchase"),
        DisputeKind::SubscriptionCancelled => Some("they were charged for what they had cancelled"),
        DisputeKind::NotReceived => Some("what they bought did not come"),
        DisputeKind::Defective => Some("what they bought is defective or not as described"),
        DisputeKind::Counterfeit => Some("what they bought is counterfeit"),
        DisputeKind::Misrepresented => Some("the terms of the sale were misrepresented"),
        DisputeKind::Refund => Some("a refund or credit that is due has not come"),
        DisputeKind::Returned => Some("what they bought was sent back and not credited"),
        DisputeKind::Unrecognised => Some("they do not recognise a transaction"),
        DisputeKind::DeclinedButBilled => Some("a charge was booked although it had been declined"),
        DisputeKind::CashShort => Some("a machine gave less cash than was booked"),
        DisputeKind::Fee => Some("a fee was charged that they contest"),
        DisputeKind::ExchangeRate => Some("the rate of exchange was not what they expected"),
        DisputeKind::General => None,
    }
}

const fn claim(claim: Claim) -> &'static str {
    match claim {
        Claim::LostOrStolen => "a card or device is lost or stolen",
        Claim::Compromised => "somebody else has the details of the card or access to the account",
        Claim::NotRecognised => "they do not recognise a transaction",
        Claim::AccountTakeover => "somebody else acts in the account",
        Claim::ScamPayment => "they were tricked into making a payment",
        Claim::HasCard => "they still have the card",
        Claim::MerchantContacted => "they contacted the merchant",
        Claim::ReturnAttempted => "they sent the goods back or tried to",
        Claim::PaymentMissing => "a transfer or payment has not arrived",
        Claim::Cancelled => "they cancelled what they bought",
        Claim::HasProof => "they have proof",
        Claim::PaidByOtherMeans => "they paid in another way",
    }
}

/// Whether a claim says what the kind of complaint says already.
const fn repeats(kind: DisputeKind, claim: Claim) -> bool {
    matches!(
        (kind, claim),
        (DisputeKind::Unrecognised, Claim::NotRecognised)
            | (DisputeKind::SubscriptionCancelled, Claim::Cancelled)
            | (DisputeKind::PaidOtherwise, Claim::PaidByOtherMeans)
            | (DisputeKind::Returned, Claim::ReturnAttempted)
    )
}

/// What an action is called after `to`.
pub(crate) const fn action(action: Action) -> &'static str {
    match action {
        Action::Inform => "tell the customer what the evidence shows",
        Action::TracePayment => "have the payment traced",
        Action::CorrectDetails => "ask the customer for corrected details of the payee",
        Action::RequestDocuments => "ask the customer for identity fields or documents",
        Action::ReferToMerchant => "refer the customer to the merchant first",
        Action::Escalate => "hand the case to a team of the operator's",
        Action::Clear => "end the alert",
        Action::FreezeCard => "freeze the card for now",
        Action::FreezeAccount => "block the account for now",
        Action::BlockCard => "block the card for good",
        Action::RecallPayment => "ask the payee's bank to send the payment back",
        Action::ProvisionalCredit => "give a provisional credit",
        Action::RaiseChargeback => "raise a chargeback",
        Action::ApproveOnboarding => "accept the customer's identity",
    }
}

/// What each reason says, without anything that is particular to a case, and what it rests on. The reasons that are not
/// here are told by the facts themselves; a test knows which.
const REASONS: &[(Reason, Ground, &str)] = &[
    (Reason::ReportedLostOrStolen, Ground::Words, "The customer reports a lost, stolen or compromised card or device."),
    (Reason::ReportedUnrecognised, Ground::Words, "The customer does not recognise a transaction."),
    (
        Reason::MerchantFirst,
        Ground::Words,
        "Nothing says that the customer has taken the matter up with the merchant, which the network asks for first.",
    ),
    (Reason::ComplaintUnclear, Ground::Words, "What is wrong with the transaction is not known."),
    (Reason::Recognised, Ground::Words, "The customer recognises the transaction after all."),
    (Reason::ReportedTakeover, Ground::Words, "The customer reports that somebody else has access to the account."),
    (Reason::ReportedScam, Ground::Words, "The customer says that they were tricked into making a payment."),
    (Reason::PaidOtherwise, Ground::Both, "The customer says that they paid by other means and have proof of it."),
    (Reason::WrongAmount, Ground::Both, "The customer says that another amount was agreed."),
    (Reason::WrongCurrency, Ground::Both, "The customer says that another currency was agreed."),
    (
        Reason::ChargedAfterCancelling,
        Ground::Both,
        "The charge was made on or after the day on which the customer says that they cancelled.",
    ),
    (
        Reason::ChargedBeforeCancelling,
        Ground::Both,
        "The charge was made before the day on which the customer says that they cancelled.",
    ),
    (Reason::NotDelivered, Ground::Both, "The customer says that what was bought was not delivered by the agreed day."),
    (Reason::DeliveryNotDue, Ground::Both, "The day of delivery that the customer names has not come yet."),
    (Reason::NotAsDescribed, Ground::Both, "The customer says that what was bought is defective or not as described."),
    (Reason::CounterfeitGoods, Ground::Both, "The customer says that what was bought is counterfeit."),
    (Reason::Misrepresented, Ground::Both, "The customer says that the terms of sale were misrepresented."),
    (Reason::CreditMissing, Ground::Both, "The customer says that the merchant owes a credit, and none is booked."),
    (
        Reason::ReturnedUncredited,
        Ground::Both,
        "The customer says that what was bought was returned or cancelled, and no credit is booked.",
    ),
    (
        Reason::DeclinedButBilled,
        Ground::Both,
        "The customer says that the charge had been declined, and it was booked.",
    ),
    (Reason::CashShort, Ground::Both, "The customer says that a machine gave less cash than was booked."),
    (Reason::NoTransactionFound, Ground::Search, "No transaction in the ledger fits what the customer wrote."),
    (Reason::NoPaymentFound, Ground::Search, "No payment was found."),
    (Reason::CustomerUnknown, Ground::Search, "The bank's records know no such customer."),
    (Reason::NothingUnusual, Ground::Search, "No transaction differs from what is normal for this customer."),
    (Reason::IdentityIncomplete, Ground::Identity, "Identity data that the law asks for is missing."),
    (Reason::IdentityComplete, Ground::Identity, "All identity data that the law asks for is there."),
    (Reason::IdentityDiffers, Ground::Identity, "A document says something else of the customer than the profile."),
    (Reason::DocumentMissing, Ground::Identity, "A document that the law or the operator asks for was not sent."),
    (Reason::DocumentExpired, Ground::Identity, "A document has expired."),
    (Reason::DocumentUnreadable, Ground::Identity, "A document cannot be read."),
    (Reason::DocumentSideMissing, Ground::Identity, "A side of a document is missing."),
    (Reason::AnalystDecision, Ground::Decision, "An analyst decided this."),
    (Reason::DuplicateCharge, Ground::Ledger, "One purchase was charged twice, and neither charge was credited."),
    (
        Reason::DuplicatePending,
        Ground::Ledger,
        "One purchase was charged twice; one of the two is an authorisation that will normally lapse by itself.",
    ),
    (
        Reason::DuplicateCredited,
        Ground::Ledger,
        "One purchase was charged twice, and one of the charges has been credited already.",
    ),
    (Reason::SingleCharge, Ground::Ledger, "The ledger shows one charge only, and no other like it."),
    (Reason::PaymentCredited, Ground::Ledger, "The payment has been credited to the payee's account."),
    (Reason::PaymentInProcess, Ground::Ledger, "The payment is on its way and has not reached the payee's account."),
    (
        Reason::PaymentSettled,
        Ground::Ledger,
        "The payment has been settled between the banks; that it reached the payee's account is not confirmed.",
    ),
    (Reason::PaymentEnded, Ground::Ledger, "The payment was rejected, cancelled or returned."),
    (Reason::PayeeDetailsWrong, Ground::Ledger, "The payment was rejected because of the payee's account details."),
    (
        Reason::PaymentUnclear,
        Ground::Ledger,
        "Several payments fit what the customer wrote, and no answer told which is meant.",
    ),
    (Reason::SeveralTransactionsFit, Ground::Ledger, "Several transactions fit what the customer wrote."),
    (
        Reason::ChargePending,
        Ground::Ledger,
        "The charge is an authorisation only: it can still lapse or change before it is booked.",
    ),
    (Reason::ChargeCredited, Ground::Ledger, "The charge was undone by a refund or reversal that is booked."),
    (Reason::PartlyCredited, Ground::Ledger, "A part of the charge was credited."),
    (Reason::LateCharge, Ground::Ledger, "The charge was presented long after the purchase."),
    (Reason::BankFee, Ground::Ledger, "The charge is a fee of the bank itself."),
    (Reason::ConvertedAmount, Ground::Ledger, "The amount was converted from another currency."),
    (Reason::NetworkTooLate, Ground::Ledger, "The time limit of the card network has passed."),
    (
        Reason::LawStillProtects,
        Ground::Ledger,
        "The law still protects the customer although the network's time limit has passed.",
    ),
    (Reason::UnusualActivity, Ground::Ledger, "Transactions differ from what is normal for this customer."),
    (Reason::TakeoverPattern, Ground::Ledger, "A new device paid a new payee an unusual amount."),
    (Reason::PaymentScheduled, Ground::Ledger, "The payment is to be executed on a later day."),
    (Reason::PaymentOverdue, Ground::Ledger, "The payment should have arrived by now."),
    (Reason::PaymentCancelled, Ground::Ledger, "The payment was cancelled."),
    (Reason::PaymentReturned, Ground::Ledger, "The payment was returned by the other bank."),
    (Reason::PaymentUnauthorised, Ground::Ledger, "The payment was returned as not authorised by the account holder."),
    (
        Reason::PaymentUnderReview,
        Ground::Ledger,
        "The payment could not be completed, and the bank is looking into it.",
    ),
    (Reason::PaymentStatusUnknown, Ground::Ledger, "The payment has a status that is not known here."),
    (
        Reason::AgentMissing,
        Ground::Agent,
        "An agent elsewhere was asked about this and did not answer; this is what the fixed rules found.",
    ),
    (
        Reason::AgentUnusable,
        Ground::Agent,
        "An agent elsewhere gave an answer that cannot be used; this is what the fixed rules found.",
    ),
    (Reason::AgentDisagrees, Ground::Agent, "An agent elsewhere and the fixed rules came to different findings."),
];

/// The sentence of a reason and what it rests on; `None` where the facts themselves tell it.
pub(super) fn because(reason: Reason) -> Option<(Ground, &'static str)> {
    REASONS.iter().find(|(known, _, _)| *known == reason).map(|(_, ground, text)| (*ground, *text))
}
