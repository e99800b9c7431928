//! What a letter says: of what was found, and of what was decided.

use crate::{
    evidence,
    explain::Explained,
    facts::Direction,
    ids::{EvidenceId, Reference},
    label::Task,
    policy::{Action, Proposal, Reason},
    source::Source,
    state::State,
    summary::Sentence,
};

fn said(text: impl Into<String>, cites: Vec<EvidenceId>) -> Sentence {
    Sentence { text: text.into(), cites }
}

fn request() -> Vec<EvidenceId> {
    vec![evidence::words_id(0)]
}

/// The first words.
pub(super) fn greeting(task: Task) -> Vec<Sentence> {
    let about = match task {
        Task::DisputeSummary => "a charge on your account",
        Task::FraudCheck => "activity on your account",
        Task::KycLookup => "the details that we hold about you",
        Task::PaymentStatus => "a payment",
    };
    vec![said(format!("Thank you for writing to us about {about}."), request())]
}

/// The last words.
pub(super) fn end() -> Vec<Sentence> {
    vec![said("If anything here is not as you know it, please write to us.", request())]
}

/// While nobody has agreed to anything, nothing is promised.
pub(super) fn undecided() -> Vec<Sentence> {
    vec![said("We are looking into it and will write to you again once it is decided.", request())]
}

/// What was agreed to may still be refused, so nothing is said of it but that.
pub(super) fn agreed() -> Vec<Sentence> {
    vec![said("We have decided what to do, and will write to you again once it is done.", request())]
}

/// What the ledger shows of what a proposal is about.
pub(super) fn about(state: &State, proposal: &Proposal) -> Vec<Sentence> {
    let ledger = |id: &Reference| vec![EvidenceId::new(Source::Ledger.name(), id)];
    let charge = |id: &Reference| {
        let row = state.transaction(id).filter(|row| row.direction == Direction::Debit)?;
        Some(said(format!("It is about the charge of {} on {}.", row.money, row.booked_at.date()), ledger(id)))
    };
    let payment = |id: &Reference| {
        let row = state.payment(id)?;
        let sent = format!("It is about the payment of {} of {}.", row.money, row.created_at.date());
        Some(vec![said(sent, ledger(id)), said(Explained::of(state, row).customer, ledger(id))])
    };
    let charges = proposal.references().iter().filter_map(charge);
    let payments = proposal.references().iter().filter_map(payment).flatten();
    let reasons = proposal.reasons().iter().filter_map(|reason| because(*reason));
    let cites = || proposal.cites().to_vec();
    charges.chain(payments).chain(reasons.map(|text| said(text, cites()))).collect()
}

/// What was done, once it was.
pub(super) fn outcome(state: &State, proposal: &Proposal) -> Vec<Sentence> {
    let amount = proposal.amount().map_or_else(|| "the amount".to_owned(), |amount| amount.to_string());
    let cites = || if proposal.cites().is_empty() { request() } else { proposal.cites().to_vec() };
    let texts: Vec<String> = match proposal.action() {
        Action::Inform if state.tracks.iter().any(|track| track.task == Task::PaymentStatus) => vec![],
        Action::Inform => vec!["We have looked into it, and this is what our records show.".to_owned()],
        Action::TracePayment => vec!["We have asked for the payment to be traced.".to_owned()],
        Action::CorrectDetails => vec!["Please send us the corrected account details of the payee.".to_owned()],
        Action::RequestDocuments => vec![
            "To go on, we need further details or documents from you.".to_owned(),
            "Please send them in the way in which you wrote to us, and not by an open e-mail.".to_owned(),
        ],
        Action::ReferToMerchant => vec![
            "Please take this up with the merchant first.".to_owned(),
            "If that does not settle it, write to us again with what the merchant answered.".to_owned(),
        ],
        Action::Escalate => vec!["Our specialist team has taken this over and will write to you.".to_owned()],
        Action::Clear => vec!["We have looked at it, and there is nothing that you need to do.".to_owned()],
        Action::FreezeCard => vec!["To protect you, your card cannot be used for now; this can be lifted.".to_owned()],
        Action::FreezeAccount => {
            vec!["To protect you, nothing leaves your account for now; this can be lifted.".to_owned()]
        }
        Action::BlockCard => vec!["To protect you, we have blocked your card, and a new one is on its way.".to_owned()],
        Action::RecallPayment => vec![
            format!("We have asked the payee's bank to send {amount} back."),
            "Whether it does is not in our hands.".to_owned(),
        ],
        Action::ProvisionalCredit => vec![
            format!("We have credited {amount} to your account for as long as we look into it."),
            "Should it turn out that there was no error, we take it back, and tell you before we do.".to_owned(),
        ],
        Action::RaiseChargeback => vec![
            format!("We have asked the merchant's bank for {amount}."),
            "The merchant may object to that.".to_owned(),
        ],
        Action::ApproveOnboarding => vec!["We have accepted your details.".to_owned()],
    };
    texts.into_iter().map(|text| said(text, cites())).collect()
}

/// A reason in the customer's terms; `None` for what a letter says in another way, or not at all.
const fn because(reason: Reason) -> Option<&'static str> {
    Some(match reason {
        Reason::DuplicateCharge => "Our records show two such charges and no credit for either.",
        Reason::DuplicatePending => "One of the two charges is an authorisation, which normally lapses by itself.",
        Reason::DuplicateCredited => "One of the two charges has been credited already.",
        Reason::SingleCharge => "Our records show this charge once only.",
        Reason::NoTransactionFound => "We have found no charge that fits what you wrote.",
        Reason::ChargePending => "The charge is an authorisation so far, and may still change or lapse.",
        Reason::ChargeCredited => "The charge has been credited already.",
        Reason::PartlyCredited => "A part of the charge has been credited already.",
        Reason::BankFee => "The charge is a fee of ours.",
        Reason::ConvertedAmount => "The amount was converted from another currency.",
        Reason::DeliveryNotDue => "The day of delivery that you named has not come yet.",
        Reason::ChargedBeforeCancelling => "The charge was made before the day on which you cancelled.",
        Reason::ChargedAfterCancelling => "The charge was made after the day on which you cancelled.",
        Reason::NoPaymentFound => "We have found no payment that fits what you wrote.",
        Reason::PaymentUnclear => "Several payments fit what you wrote.",
        Reason::DocumentMissing => "A document that we need has not come.",
        Reason::DocumentExpired => "A document that you sent has expired.",
        Reason::DocumentUnreadable => "A document that you sent cannot be read.",
        Reason::DocumentSideMissing => "One side of a document is missing.",
        Reason::IdentityIncomplete => "Some of the details that we need are missing.",
        _ => return None,
    })
}
