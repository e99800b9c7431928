//! What a reason says, in a sentence of its own.

use crate::policy::Reason;

/// The sentence of a reason, without anything that is particular to a case.
pub(super) const fn fixed(reason: Reason) -> &'static str {
    match reason {
        Reason::DuplicateCharge => "One purchase was charged twice, and neither charge was credited.",
        Reason::DuplicatePending => {
            "One purchase was charged twice; one of the two is an authorisation that will normally lapse by itself."
        }
        Reason::DuplicateCredited => {
            "One purchase was charged twice, and one of the charges has been credited already."
        }
        Reason::SingleCharge => "The ledger shows one charge only:",
        Reason::TransactionFound => "The transaction that is contested was found:",
        Reason::NoTransactionFound => "No transaction in the ledger fits what the customer wrote.",
        Reason::ReportedLostOrStolen => "The customer reports a lost, stolen or compromised card or device.",
        Reason::ReportedUnrecognised => "The customer does not recognise a transaction.",
        Reason::RiskHigh => "The scoring service sees a high risk",
        Reason::RiskMedium => "The scoring service sees a medium risk",
        Reason::RiskLow => "The scoring service sees a low risk",
        Reason::IdentityIncomplete => "Identity data that the law asks for is missing.",
        Reason::IdentityComplete => "All identity data that the law asks for is there.",
        Reason::PaymentCredited => "The payment has been credited to the payee's account.",
        Reason::PaymentInProcess => "The payment is on its way and has not reached the payee's account.",
        Reason::PaymentSettled => {
            "The payment has been settled between the banks; that it reached the payee's account is not confirmed."
        }
        Reason::PaymentEnded => "The payment was rejected, cancelled or returned.",
        Reason::PayeeDetailsWrong => "The payment was rejected because of the payee's account details.",
        Reason::PaymentUnclear => "Several payments fit what the customer wrote, and no answer told which is meant.",
        Reason::NoPaymentFound => "No payment was found.",
        Reason::CustomerUnknown => "The bank's records know no such customer.",
        Reason::EvidenceMissing => "Evidence is missing: a source did not answer, or is not configured.",
        Reason::AnalystDecision => "An analyst decided this.",
        Reason::SeveralTransactionsFit => "Several transactions fit what the customer wrote.",
        Reason::ChargePending => {
            "The charge is an authorisation only: it can still lapse or change before it is booked."
        }
        Reason::ChargeCredited => "The charge was undone by a refund or reversal that is booked.",
        Reason::PartlyCredited => "A part of the charge was credited.",
        Reason::PaidOtherwise => "The customer paid by other means and has proof of it.",
        Reason::WrongAmount => "The customer was charged another amount than agreed.",
        Reason::WrongCurrency => "The customer was charged in another currency than agreed.",
        Reason::LateCharge => "The charge was presented long after the purchase.",
        Reason::ChargedAfterCancelling => "A recurring charge was made after the customer cancelled it.",
        Reason::ChargedBeforeCancelling => "The recurring charge was made before the customer cancelled it.",
        Reason::NotDelivered => "What was bought was not delivered by the agreed day.",
        Reason::DeliveryNotDue => "The day of delivery has not come yet.",
        Reason::NotAsDescribed => "What was bought is defective or not as described.",
        Reason::CounterfeitGoods => "What was bought is counterfeit.",
        Reason::Misrepresented => "The terms of sale were misrepresented.",
        Reason::CreditMissing => "A credit that the merchant promised is not booked.",
        Reason::ReturnedUncredited => "What was bought was returned or cancelled, and no credit is booked.",
        Reason::DeclinedButBilled => "A charge was booked although it had been declined.",
        Reason::CashShort => "A machine gave less cash than was booked.",
        Reason::BankFee => "The charge is a fee of the bank itself.",
        Reason::ConvertedAmount => "The amount was converted from another currency.",
        Reason::MerchantFirst => {
            "The customer has not taken the matter up with the merchant, which the network asks for first."
        }
        Reason::ComplaintUnclear => "What is wrong with the transaction is not known.",
        Reason::KnownMerchant => "The customer has paid the same merchant before, several times.",
        Reason::Recognised => "The customer recognises the transaction after all.",
        Reason::NetworkTooLate => "The time limit of the card network has passed.",
        Reason::LawStillProtects => "The law still protects the customer although the network's time limit has passed.",
        Reason::ReportedTakeover => "The customer reports that somebody else has access to the account.",
        Reason::ReportedScam => "The customer was tricked into making a payment.",
        Reason::UnusualActivity => "Transactions differ from what is normal for this customer.",
        Reason::NothingUnusual => "No transaction differs from what is normal for this customer.",
        Reason::TakeoverPattern => "A new device paid a new payee an unusual amount.",
        Reason::IdentityDiffers => "A name or date of birth on a document differs from the profile.",
        Reason::DocumentMissing => "A document that the law or the operator asks for was not sent.",
        Reason::DocumentExpired => "A document has expired.",
        Reason::DocumentUnreadable => "A document cannot be read.",
        Reason::DocumentSideMissing => "A side of a document is missing.",
        Reason::PaymentScheduled => "The payment is to be executed on a later day.",
        Reason::PaymentOverdue => "The payment should have arrived by now.",
        Reason::PaymentCancelled => "The payment was cancelled.",
        Reason::PaymentReturned => "The payment was returned by the other bank.",
        Reason::PaymentUnauthorised => "The payment was returned as not authorised by the account holder.",
        Reason::PaymentUnderReview => "The payment could not be completed. The bank is looking into it.",
        Reason::PaymentStatusUnknown => "The payment has a status that is not known here.",
    }
}
