//! The closed lists of the core as schemas. Names come from the code; a variant that is missing here does not compile.

use case::{
    actor::Role,
    case::Rest,
    entry::{
        Basis, CloseReason, CommandName, CustomerQuestion, Erasure, Escalation, Failure, Purpose, Return, Speaker, Tier,
    },
    facts::{
        Band, CardStatus, Direction, EntryMode, Network, PaymentDirection, Product, Scheme, TransactionKind,
        TransactionStatus, Unusual,
    },
    identity::DocumentKind,
    label::{Label, Task},
    language::Language,
    narrative::{Claim, DisputeKind, YesNo},
    policy::{Action, Approval, Reason},
    settings::Mode,
    source::{ProfileField, Source, Step, Topic},
    specialist,
    state::Stage,
    time::Millis,
    triage::calibrate::Method,
};
use desk::{problem::Code, row};
use serde::Serialize;
use serde_json::{Map, Value};

use super::schema::{among, says};

/// The variants of an enum, each once.
macro_rules! variants {
    ($type:ident: $($variant:ident)+) => {{
        const fn complete(value: $type) {
            match value {
                $($type::$variant => (),)+
            }
        }
        let all = [$($type::$variant),+];
        all.iter().copied().for_each(complete);
        all
    }};
}

/// The names under which values are written, in the journal and on the wire.
fn written<T: Serialize>(values: impl IntoIterator<Item = T>) -> Vec<Value> {
    values.into_iter().map(|value| serde_json::to_value(value).unwrap_or_default()).collect()
}

/// Every list that callers may rely on, by the name of its schema.
pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::new();
    let mut add = |name: &str, names: Vec<Value>, what: &str| schemas.insert(name.to_owned(), says(among(names), what));
    let codes = Code::ALL.iter().map(|code| code.name().into()).collect();
    add("ProblemCode", codes, "A stable code; `docs/errors/` has a page for each.");
    add("Task", Task::ALL.map(|task| task.name().into()).to_vec(), "A job that there is a specialist for.");
    add("Label", Label::ALL.map(|label| label.name().into()).to_vec(), "A task, or none of the four.");
    add("Agent", agents(), "Who has the case: a specialist, a person, or triage while Claude is being asked.");
    add("NextAction", next_actions(), "What happens next.");
    add("State", states(), "Who the case waits for: Caseworker, the customer, an analyst, or nobody any more.");
    add("Command", CommandName::ALL.map(|command| command.name().into()).to_vec(), "What a person may tell a case.");
    add("Action", Action::ALL.map(|action| action.name().into()).to_vec(), "What may be done.");
    add("Approval", approvals(), "How many people must agree.");
    add("Mode", written(variants!(Mode: Shadow Assist Auto)), "How much leaves a case without a person.");
    add("Stage", stages(), "How far a proposal is.");
    add("Step", Step::ALL.map(|step| step.name().into()).to_vec(), "A kind of look-up.");
    add("Reason", reasons(), "Why something is proposed.");
    add("Source", Source::ALL.map(|source| source.name().into()).to_vec(), "A service that evidence comes from.");
    add("Role", Role::ALL.map(|role| role.name().into()).to_vec(), "What a key lets its holder do.");
    lists_of_the_journal(&mut add);
    schemas
}

/// Lists that stand in entries, some of them in the view of a case as well.
fn lists_of_the_journal(mut add: impl FnMut(&str, Vec<Value>, &str) -> Option<Value>) {
    add("Tier", written(variants!(Tier: Local Claude Caller Human)), "Who decided triage.");
    let basis = variants!(Basis:
        LocalSure LocalAlone LocalClaudeFailed LocalBudgetSpent ClaudeSure ClaudeUnsure CallerLabel CallerUnsure
        Heard ForeignLanguage NobodySure Rerouted);
    add("Basis", written(basis), "What a triage decision rests on.");
    add(
        "Language",
        written(Language::ALL),
        "A language other than English, by ISO 639-1; `und` for one not known here.",
    );
    let failures = variants!(Failure: NotConfigured NotFound Refused Unavailable TimedOut Unusable NoProfile);
    add("Failure", written(failures), "Why an ask failed.");
    add("Purpose", written(variants!(Purpose: Decide Audit)), "What an opinion about a request is asked for.");
    add("CalibratorMethod", written(variants!(Method: Platt Isotonic)), "How a calibrator was fitted.");
    let escalations = variants!(Escalation:
        Untriaged FraudSuspected HighRisk NoAnswer ActionFailing ActionRefused Steering Stale Breached ByAnalyst);
    add("Escalation", written(escalations), "Why a human should look.");
    let questions = variants!(CustomerQuestion:
        WhichCustomer WhichTransaction WhichPayment Analyst WhatHappened DeliveryDue CancelledWhen ProofOfOtherPayment
        CardInPossession RecogniseMerchant);
    add("CustomerQuestion", written(questions), "What a customer is asked.");
    add("CloseReason", written(variants!(CloseReason: ActionsDone ByAnalyst)), "How a case ended.");
    add("Return", written(variants!(Return: ClaimExpired SnoozeOver)), "Why a case came back to the queue by itself.");
    add("Erasure", written(variants!(Erasure: Commanded Retention)), "Why the words of a case were erased.");
    add("Speaker", written(variants!(Speaker: Customer Analyst)), "Whose words a message holds.");
    let kinds = variants!(TransactionKind:
        CardPayment AtmWithdrawal Transfer DirectDebit Fee Refund Reversal TopUp);
    add("TransactionKind", written(kinds), "What a row of the ledger is.");
    let statuses = variants!(TransactionStatus: Pending Posted Reversed);
    add("TransactionStatus", written(statuses), "How far a row of the ledger is.");
    add("Direction", written(variants!(Direction: Debit Credit)), "From the customer, or to the customer.");
    add("Band", written(variants!(Band: Low Medium High)), "The scoring service's band.");
    let fields = variants!(ProfileField: Name DateOfBirth Address IdDocument Country TaxId Nationality);
    add("ProfileField", written(fields), "A field of a customer's profile.");
    let topics = variants!(Topic:
        DuplicateCharge ChargeDispute UnrecognisedTransaction IdentityDocuments PaymentTrace Refund);
    add("Topic", written(topics), "A topic of policy.");
    let disputes = variants!(DisputeKind:
        ChargedTwice PaidOtherwise WrongAmount WrongCurrency LateCharge SubscriptionCancelled NotReceived Defective
        Counterfeit Misrepresented Refund Returned Unrecognised DeclinedButBilled CashShort Fee ExchangeRate General);
    add("DisputeKind", written(disputes), "The kind of a contested charge.");
    let claims = variants!(Claim:
        LostOrStolen Compromised NotRecognised AccountTakeover ScamPayment HasCard MerchantContacted ReturnAttempted
        PaymentMissing Cancelled HasProof PaidByOtherMeans);
    add("Claim", written(claims), "Something the customer says happened.");
    lists_of_facts(&mut add);
    add("YesNo", written(variants!(YesNo: Yes No)), "A short answer.");
}

/// Lists that stand in facts.
fn lists_of_facts(mut add: impl FnMut(&str, Vec<Value>, &str) -> Option<Value>) {
    let unusual = variants!(Unusual: Country Hour Amount Merchant Payee Device Burst);
    add("Unusual", written(unusual), "In what a transaction is not like the customer's others.");
    add("Network", written(variants!(Network: Visa Mastercard)), "A card network.");
    let modes = variants!(EntryMode: Chip Contactless Online Magstripe Recurring);
    add("EntryMode", written(modes), "How a card was used.");
    let schemes = variants!(Scheme: SepaCredit SepaInstant Fps Chaps Ach Swift CardRefund);
    add("Scheme", written(schemes), "The scheme of a payment.");
    add("PaymentDirection", written(variants!(PaymentDirection: Out In)), "From the customer, or to the customer.");
    add("Product", written(variants!(Product: Current Savings CreditCard Prepaid)), "A kind of account.");
    add("CardStatus", written(variants!(CardStatus: Active Frozen Blocked)), "Whether a card can be used.");
    let documents = variants!(DocumentKind:
        Passport IdentityCard DrivingLicence ResidencePermit ProofOfAddress TaxForm Other);
    add("DocumentKind", written(documents), "A kind of document.");
}

fn agents() -> Vec<Value> {
    let agents = Task::ALL.map(specialist::agent).into_iter();
    agents.chain(["human-review", "triage"]).map(Value::from).collect()
}

fn next_actions() -> Vec<Value> {
    let later =
        ["review_request", "await_approval", "execute_action", "ask_customer", "none", "classify_request"].into_iter();
    Task::ALL.map(specialist::first_step).into_iter().chain(later).map(Value::from).collect()
}

fn states() -> Vec<Value> {
    let wake = Millis::default();
    let states = [Rest::Working { wake }, Rest::Waiting { wake }, Rest::Review, Rest::Closed];
    states.map(|rest| row::state_name(rest).into()).to_vec()
}

fn approvals() -> Vec<Value> {
    variants!(Approval: None OneAnalyst TwoAnalysts).map(|approval| approval.name().into()).to_vec()
}

fn stages() -> Vec<Value> {
    let stages = variants!(Stage: Pending Approved Done Rejected Superseded Refused);
    stages.map(|stage| stage.name().into()).to_vec()
}

fn reasons() -> Vec<Value> {
    written(variants!(Reason:
        DuplicateCharge DuplicatePending DuplicateCredited SingleCharge TransactionFound NoTransactionFound
        ReportedLostOrStolen ReportedUnrecognised RiskHigh RiskMedium RiskLow IdentityIncomplete IdentityComplete
        PaymentCredited PaymentInProcess PaymentSettled PaymentEnded PayeeDetailsWrong NoPaymentFound CustomerUnknown EvidenceMissing
        AnalystDecision SeveralTransactionsFit ChargePending ChargeCredited PartlyCredited PaidOtherwise WrongAmount
        WrongCurrency LateCharge ChargedAfterCancelling ChargedBeforeCancelling NotDelivered DeliveryNotDue
        NotAsDescribed CounterfeitGoods Misrepresented CreditMissing ReturnedUncredited DeclinedButBilled CashShort
        BankFee ConvertedAmount MerchantFirst ComplaintUnclear Recognised NetworkTooLate
        LawStillProtects ReportedTakeover ReportedScam UnusualActivity NothingUnusual TakeoverPattern IdentityDiffers
        DocumentMissing DocumentExpired DocumentUnreadable DocumentSideMissing PaymentScheduled PaymentOverdue
        PaymentCancelled PaymentReturned PaymentUnauthorised PaymentUnclear PaymentUnderReview PaymentStatusUnknown
        AgentMissing AgentUnusable AgentDisagrees))
}
