//! Why something is proposed. What each reason says in words is said in [`crate::summary`].

use serde::{Deserialize, Serialize};

/// Why something is proposed: a closed list, so that no reason can be invented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Two posted charges of one amount by one merchant, close together, and no credit for either.
    DuplicateCharge,
    /// Two such charges, one of them still an authorisation that will normally lapse.
    DuplicatePending,
    /// Two such charges, and a credit for one of them.
    DuplicateCredited,
    /// One charge only where the customer speaks of two.
    SingleCharge,
    /// The transaction that the customer contests was found.
    TransactionFound,
    /// No transaction fits what the customer wrote.
    NoTransactionFound,
    /// The customer reports a lost, stolen or compromised card or device.
    ReportedLostOrStolen,
    /// The customer does not recognise a transaction.
    ReportedUnrecognised,
    /// The scoring service sees a high risk.
    RiskHigh,
    /// The scoring service sees a medium risk.
    RiskMedium,
    /// The scoring service sees a low risk.
    RiskLow,
    /// Identity fields that the law asks for are missing.
    IdentityIncomplete,
    /// All identity fields that the law asks for are present.
    IdentityComplete,
    /// The payment is with the payee's bank: credited to the payee's account.
    PaymentCredited,
    /// The payment is on its way.
    PaymentInProcess,
    /// The payment has been settled between banks; the payee's account is not confirmed.
    PaymentSettled,
    /// The payment was rejected, cancelled or returned.
    PaymentEnded,
    /// The payment was rejected because of the payee's account details.
    PayeeDetailsWrong,
    /// Several payments fit what the customer wrote, and no answer told which is meant.
    PaymentUnclear,
    /// No payment was found.
    NoPaymentFound,
    /// The operator's records know no such customer.
    CustomerUnknown,
    /// A source that matters did not answer, or is not configured.
    EvidenceMissing,
    /// An analyst's own decision.
    AnalystDecision,
    /// Several transactions fit what the customer wrote, and the customer did not say which is meant.
    SeveralTransactionsFit,
    /// The charge is an authorisation only: it can still lapse or change before it is booked.
    ChargePending,
    /// The charge was undone by a refund or reversal that is booked.
    ChargeCredited,
    /// A part of the charge was credited.
    PartlyCredited,
    /// The customer paid by other means and has proof of it.
    PaidOtherwise,
    /// The customer was charged another amount than agreed.
    WrongAmount,
    /// The customer was charged in another currency than agreed.
    WrongCurrency,
    /// The charge was presented long after the purchase.
    LateCharge,
    /// A recurring charge was made after the customer cancelled it.
    ChargedAfterCancelling,
    /// The recurring charge was made before the customer cancelled it.
    ChargedBeforeCancelling,
    /// What was bought was not delivered by the agreed day.
    NotDelivered,
    /// The day of delivery has not come yet.
    DeliveryNotDue,
    /// What was bought is defective or not as described.
    NotAsDescribed,
    /// What was bought is counterfeit.
    CounterfeitGoods,
    /// The terms of sale were misrepresented.
    Misrepresented,
    /// A credit that the merchant promised is not booked.
    CreditMissing,
    /// What was bought was returned or cancelled, and no credit is booked.
    ReturnedUncredited,
    /// A charge was booked although it had been declined.
    DeclinedButBilled,
    /// A machine gave less cash than was booked.
    CashShort,
    /// The charge is a fee of the bank itself.
    BankFee,
    /// The amount was converted from another currency.
    ConvertedAmount,
    /// The customer has not taken the matter up with the merchant, which the network asks for first.
    MerchantFirst,
    /// What is wrong with the transaction is not known.
    ComplaintUnclear,
    /// The customer recognises the transaction after all.
    Recognised,
    /// The time limit of the card network has passed.
    NetworkTooLate,
    /// The law still protects the customer although the network's time limit has passed.
    LawStillProtects,
    /// The customer reports that somebody else has access to the account.
    ReportedTakeover,
    /// The customer was tricked into making a payment.
    ReportedScam,
    /// Transactions differ from what is normal for this customer.
    UnusualActivity,
    /// No transaction differs from what is normal for this customer.
    NothingUnusual,
    /// A new device paid a new payee an unusual amount.
    TakeoverPattern,
    /// What a document says of somebody differs from the profile: the name, the date of birth, the address.
    IdentityDiffers,
    /// A document that the law or the operator asks for was not sent.
    DocumentMissing,
    /// A document has expired.
    DocumentExpired,
    /// A document cannot be read.
    DocumentUnreadable,
    /// A side of a document is missing.
    DocumentSideMissing,
    /// The payment is to be executed on a later day.
    PaymentScheduled,
    /// The payment should have arrived by now.
    PaymentOverdue,
    /// The payment was cancelled.
    PaymentCancelled,
    /// The payment was returned by the other bank.
    PaymentReturned,
    /// The payment was returned as not authorised by the account holder.
    PaymentUnauthorised,
    /// The payment could not be completed, for a reason that is looked into by the operator; customers are told no more.
    PaymentUnderReview,
    /// The payment has a status that is not known here.
    PaymentStatusUnknown,
    /// A remote agent that was to look at the finding did not answer.
    AgentMissing,
    /// A remote agent that was to look at the finding gave an answer that cannot be used.
    AgentUnusable,
    /// A remote agent and the fixed rules came to different findings.
    AgentDisagrees,
}
