//! The shapes of the bank's records, which are also the shapes of its replies and of its JSONL files.
//!
//! Nothing here says what a record means for a case: that is for the reader to find out.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::day::{Day, Moment};

/// The fields of a profile that can be asked for.
pub(crate) const PROFILE_FIELDS: [&str; 12] = [
    "name",
    "date_of_birth",
    "address",
    "email",
    "phone",
    "nationality",
    "id_document",
    "country",
    "segment",
    "customer_since",
    "kyc_status",
    "tax_id",
];

/// One entry of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transaction {
    /// Unique in the bank, `tx-` and letters.
    pub id: String,
    /// Whose account it is.
    pub customer_id: String,
    /// When it was booked, or authorised while it is pending.
    pub booked_at: Moment,
    /// The amount in minor units of the currency, never negative.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// Whether the account was debited or credited.
    pub direction: Direction,
    /// What kind of entry it is.
    pub kind: TransactionKind,
    /// How far it has come.
    pub status: TransactionStatus,
    /// The text on the statement.
    pub descriptor: String,
    /// The merchant, where there is one.
    #[serde(default)]
    pub merchant_id: Option<String>,
    /// The card network, for card entries.
    #[serde(default)]
    pub network: Option<Network>,
    /// How the card was presented, for card entries.
    #[serde(default)]
    pub entry_mode: Option<EntryMode>,
    /// For a refund or a reversal, the transaction that it undoes.
    #[serde(default)]
    pub related: Option<String>,
    /// The last four digits of the card.
    #[serde(default)]
    pub card_last4: Option<String>,
    /// Where it took place, ISO 3166-1 alpha-2.
    pub country: String,
    /// The account that it is booked on.
    #[serde(default)]
    pub account_id: Option<String>,
    /// The card with which it was made.
    #[serde(default)]
    pub card_id: Option<String>,
    /// Where it was converted, the amount before, in minor units of the currency before.
    #[serde(default)]
    pub original_amount_minor: Option<i64>,
    /// Where it was converted, the currency before, ISO 4217.
    #[serde(default)]
    pub original_currency: Option<String>,
    /// The merchant category code, ISO 18245.
    #[serde(default)]
    pub mcc: Option<String>,
    /// A pseudonym of the device, `dev-` and letters, for transfers and online payments.
    #[serde(default)]
    pub device: Option<String>,
    /// A pseudonym of the payee's account, `payee-` and letters, for transfers.
    #[serde(default)]
    pub payee: Option<String>,
    /// Whether the payer was authenticated strongly (PSD2), where the bank knows.
    #[serde(default)]
    pub strong_authentication: Option<bool>,
    /// A fee that the amount contains, in minor units.
    #[serde(default)]
    pub fee_minor: Option<i64>,
}

/// The side of the account that an entry is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Money out.
    Debit,
    /// Money in.
    Credit,
}

/// The kinds of ledger entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the bank's own words and say it all")]
pub enum TransactionKind {
    CardPayment,
    AtmWithdrawal,
    Transfer,
    DirectDebit,
    Fee,
    Refund,
    Reversal,
    TopUp,
}

/// How far an entry has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TransactionStatus {
    /// Authorised, not yet charged; it may still lapse.
    Pending,
    /// Charged or credited.
    Posted,
    /// Undone; a `reversal` entry names it.
    Reversed,
}

/// The card networks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the networks' own")]
pub enum Network {
    Visa,
    Mastercard,
}

/// How a card was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the field's own words and say it all")]
pub enum EntryMode {
    Chip,
    Contactless,
    Online,
    Magstripe,
    Recurring,
}

/// One payment order or return.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Unique in the bank, `pay-` and letters.
    pub id: String,
    /// Whose payment it is.
    pub customer_id: String,
    /// The amount in minor units, never negative.
    pub amount_minor: i64,
    /// ISO 4217.
    pub currency: String,
    /// The scheme it travels on.
    pub scheme: Scheme,
    /// When it was ordered.
    pub created_at: Moment,
    /// The ISO 20022 status code, for the schemes that have one.
    #[serde(default)]
    pub iso20022_status: Option<String>,
    /// The ISO 20022 reason code of a rejection or return.
    #[serde(default)]
    pub status_reason: Option<String>,
    /// The ACH return code.
    #[serde(default)]
    pub ach_return: Option<String>,
    /// The payee.
    pub creditor_name: String,
    /// When the status last changed.
    pub updated_at: Moment,
    /// The account that it leaves from or arrives at.
    #[serde(default)]
    pub account_id: Option<String>,
    /// A pseudonym of the payee's account, `payee-` and letters.
    #[serde(default)]
    pub payee: Option<String>,
    /// Whether the customer pays or is paid.
    #[serde(default)]
    pub direction: PaymentDirection,
    /// The day that was asked for, where it is not the day of the order.
    #[serde(default)]
    pub execution_on: Option<Day>,
    /// The currency in which the payee is paid, where it is another one, ISO 4217.
    #[serde(default)]
    pub currency_to: Option<String>,
    /// The country of the payee's account, ISO 3166-1 alpha-2.
    #[serde(default)]
    pub country_to: Option<String>,
}

/// Which way a payment goes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentDirection {
    /// The customer pays.
    #[default]
    Out,
    /// The customer is paid.
    In,
}

/// The payment schemes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the schemes' own")]
pub enum Scheme {
    SepaCredit,
    SepaInstant,
    Fps,
    Ach,
    Swift,
    CardRefund,
}

/// A customer and what is held about them; a field that is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Unique in the bank, `cus_` and a name.
    pub customer_id: String,
    /// Only fields that a profile may have, by their names.
    pub fields: Map<String, Value>,
}

/// A merchant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Merchant {
    /// Unique in the bank, `mer-` and digits.
    pub id: String,
    /// The trading name.
    pub name: String,
    /// The texts under which it books.
    pub descriptors: Vec<String>,
    /// The merchant category code, ISO 18245.
    pub mcc: String,
    /// The category in words.
    pub category: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// How customers reach it.
    pub contact: String,
    /// Whether it charges again by itself.
    pub billing: Billing,
    /// What it says about refunds.
    pub refund_policy: String,
}

/// Whether a merchant charges again by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Billing {
    /// It does, every month or year.
    Subscription,
    /// It does not.
    OneOff,
}

/// A passage of a handbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Unique in the bank, `pol-` and digits.
    pub id: String,
    /// The topic it belongs to.
    pub topic: String,
    /// The passage itself.
    pub text: String,
    /// Where it is written.
    pub citation: String,
    /// The version of the handbook.
    pub version: String,
}

/// A stated risk score: for one transaction, or for the account where no transaction is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskRow {
    /// Whose account it is.
    pub customer_id: String,
    /// The transaction scored, or none for the account as a whole.
    #[serde(default)]
    pub transaction_id: Option<String>,
    /// 0 to 1000.
    pub score: u32,
    /// The band of the score.
    pub band: RiskBand,
    /// Why the score is what it is.
    pub reasons: Vec<RiskReason>,
    /// What is usual for this customer.
    pub normal: Spending,
    /// The model that scored.
    pub model_version: String,
}

/// The bands of a risk score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it all")]
pub enum RiskBand {
    Low,
    Medium,
    High,
}

/// One reason of a risk score.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskReason {
    /// A stable code.
    pub code: String,
    /// A sentence for a person.
    pub detail: String,
}

/// What is usual for a customer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// The median debit in minor units.
    pub median_amount_minor: i64,
    /// The countries in which the customer usually pays.
    pub countries: Vec<String>,
    /// The hours of the day, in UTC, at which the customer usually pays.
    pub usual_hours: Vec<i64>,
}
