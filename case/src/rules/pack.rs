//! What a rule pack says: its JSON, as types. Reading refuses unknown fields; what a pack means is checked by the
//! checker and worked out in the modules beside this one.
//!
//! A rule that another kind of rule needs is one more variant of [`Body`], with its structure in the module that uses it.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    arrival::ArrivalBody,
    calendar::Calendar,
    codes::{ReasonBody, StatusBody},
    network::{LegacyCodeBody, MerchantReplyBody, NetworkCodeBody, NetworkLimitBody, NetworkPairingBody},
    zone::Zone,
};
use crate::{facts::Scheme, money::Money};

/// A dated set of rules of one origin. The file is never edited once shipped: a change is a new version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// Its name: `us-reg-e`.
    pub pack: String,
    /// The day that names this version.
    pub version: Date,
    /// What it is, for people.
    pub title: String,
    /// Where it applies.
    pub jurisdiction: Jurisdiction,
    /// In which zone its days begin and end.
    pub zone: Zone,
    /// Which days are business days.
    pub calendar: Calendar,
    /// That it is no legal advice, and what else has to be said with it.
    pub disclaimer: String,
    /// Its rules.
    pub rules: Vec<Rule>,
}

/// Where a rule applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Jurisdiction {
    /// The United States.
    Us,
    /// The United Kingdom.
    Uk,
    /// The European Union.
    Eu,
    /// Everywhere: the rules of a network or a message format.
    Any,
}

/// How sure we are of a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Confidence {
    /// Read in the primary text, or in several sources that agree: on.
    V,
    /// One secondary, partial or dated source: on, but marked "check with your counsel".
    M,
    /// From memory: off until a named person switches it on.
    U,
}

/// A rule. Several versions of one id may stand in a pack, if the days on which they apply do not overlap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Its name within the pack: `provisional-credit`.
    pub id: String,
    /// What it is, for people.
    pub title: String,
    /// The place in the law or rule book.
    pub citation: String,
    /// Where that was read.
    pub source: String,
    /// How sure we are.
    pub confidence: Confidence,
    /// The first day to which the pack applies the rule: the day it came into force where that is known, else one that is
    /// early enough for every case and on which it was in force.
    pub effective_from: Date,
    /// The last day to which it applies; open if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub effective_until: Option<Date>,
    /// What a reader has to know; needed where the rule is not certain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What the rule says.
    pub body: Body,
}

impl Rule {
    /// Whether the rule applies to what happened on the day.
    #[must_use]
    pub fn covers(&self, day: Date) -> bool {
        self.effective_from <= day && self.effective_until.is_none_or(|last| day <= last)
    }
}

/// What a rule says, by kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    /// By when something must be done.
    Clock(ClockBody),
    /// By when the customer must have told.
    Bar(BarBody),
    /// How much of a loss the customer bears.
    Liability(LiabilityBody),
    /// What must be known about a customer before an account is opened.
    Field(FieldBody),
    /// What a payment's status means.
    Status(StatusBody),
    /// What the reason for a payment's status means.
    StatusReason(ReasonBody),
    /// What an ACH return means.
    AchReturn(ReasonBody),
    /// When a payment can be expected.
    Arrival(ArrivalBody),
    /// A card network's reason code.
    NetworkCode(NetworkCodeBody),
    /// A reason code that is no longer used.
    LegacyCode(LegacyCodeBody),
    /// Which reason code a complaint belongs to.
    NetworkPairing(NetworkPairingBody),
    /// How long reason codes may be raised.
    NetworkLimit(NetworkLimitBody),
    /// How long the merchant's side has to reply.
    MerchantReply(MerchantReplyBody),
}

/// A clock: something has to be done within a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockBody {
    /// Who has to do it.
    pub duty: Duty,
    /// What starts it. The day itself never counts.
    pub start: Start,
    /// How long it runs.
    pub length: Length,
    /// When it applies.
    pub when: When,
    /// The rules of this pack that it takes the place of where it applies for certain.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub instead_of: Vec<String>,
    /// That it may pause, and how long it may then last; most clocks may not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Pausing>,
    /// The most that has to be paid in the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Money>,
}

/// Who has to keep a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Duty {
    /// The institution.
    Bank,
    /// The customer.
    Customer,
}

/// What starts a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Start {
    /// The customer's notice.
    Notice,
    /// The end of the investigation, with its finding.
    Finding,
    /// The provisional credit.
    Credit,
    /// The day on which a provisional credit is taken back.
    Reversal,
}

/// How long something runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Length {
    /// Business days of the pack's calendar.
    BusinessDays(u16),
    /// Days of the calendar.
    Days(u16),
    /// Months: to the same day of the month, or its last day where there is none.
    Months(u16),
    /// Whole billing cycles, and no longer than so many days.
    Cycles {
        /// Complete cycles, after the one in which it starts.
        complete: u16,
        /// Days at most.
        at_most_days: u16,
    },
}

/// That a clock may pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pausing {
    /// With all its pauses it ends after this many business days at the latest.
    pub at_most_business_days: u16,
}

/// When a rule applies. An empty list asks for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct When {
    /// One of these subjects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Subject>,
    /// One of these products.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<Product>,
    /// A transfer on one of these schemes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schemes: Vec<Scheme>,
    /// At least one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<Condition>,
}

/// A circumstance on which a rule depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The transfer came at most so many days after the account's first deposit.
    NewAccount {
        /// Days after the first deposit.
        within_days: u16,
    },
    /// It was made at a point of sale.
    PointOfSale,
    /// It was initiated abroad.
    Foreign,
    /// The notice was given by word of mouth.
    OralNotice,
    /// The notice was given in writing.
    WrittenNotice,
    /// A card, phone or other device that gives access was lost or stolen.
    DeviceLost,
}

/// What a matter is about, as far as law tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A transfer or payment that the customer did not make.
    UnauthorisedTransfer,
    /// An error of booking or billing: a wrong amount, a charge twice, cash that did not come.
    Error,
    /// A quarrel with a merchant: goods that did not come, or were not as described.
    CardDispute,
    /// A payment that the customer made because somebody deceived them.
    AuthorisedScam,
    /// A new customer.
    Onboarding,
}

/// A product, as far as law tells it apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Product {
    /// An account that money is moved from electronically: current, savings, prepaid, with its debit card.
    ElectronicTransfer,
    /// Open-end credit: a credit card.
    Credit,
}

/// A time limit for the customer to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BarBody {
    /// What it is counted from. The day itself never counts.
    pub from: BarStart,
    /// How long it is.
    pub length: Length,
    /// When it applies.
    pub when: When,
    /// Whether only a notice in writing keeps it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub in_writing: bool,
}

/// What a time limit is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BarStart {
    /// The day on which the statement that first shows the transaction was sent.
    Statement,
    /// The day of the debit.
    Debit,
}

/// How much of a loss the customer bears, at most: as the first tier says that holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiabilityBody {
    /// When it applies.
    pub when: When,
    /// The tiers; the last holds in every other case.
    pub tiers: Vec<Tier>,
    /// Of amounts above this the rule says nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up_to: Option<Money>,
}

/// A tier of liability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// When it holds.
    pub holds: Holds,
    /// The most that the customer bears; without a limit if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<Money>,
}

/// When a tier of liability holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// The transfer came later than so many days after the statement that should have warned the customer.
    AfterStatement {
        /// Days after the statement was sent.
        days: u16,
    },
    /// The customer told within so many business days after learning of the loss.
    ToldWithin {
        /// Business days after the customer learned of it.
        business_days: u16,
    },
    /// The payment was made without strong customer authentication.
    NotStronglyAuthenticated,
    /// The customer is vulnerable.
    Vulnerable,
    /// In every other case.
    Otherwise,
}

/// Something that must be known about a customer, and what may stand for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldBody {
    /// What must be known.
    pub field: IdentityField,
    /// Of whom.
    pub person: Person,
    /// What may stand for it, the usual first; one is enough.
    pub any_of: Vec<Proof>,
    /// Whether it may be had from somebody other than the customer.
    #[serde(default, skip_serializing_if = "is_false")]
    pub third_party: bool,
}

/// What must be known about a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentityField {
    /// The name.
    Name,
    /// The date of birth.
    DateOfBirth,
    /// Where the person lives or does business.
    Address,
    /// A number that identifies the person.
    IdentificationNumber,
    /// A document that shows who it is.
    Document,
}

/// Of whom something must be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Person {
    /// Everybody.
    Anybody,
    /// A person of the pack's own country.
    Domestic,
    /// Everybody else.
    Foreign,
}

/// What may stand for a field of a customer's identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The full name.
    FullName,
    /// The date of birth.
    DateOfBirth,
    /// The street address of a home.
    ResidentialAddress,
    /// The street address of a business.
    BusinessAddress,
    /// An Army or Fleet post office box.
    MilitaryAddress,
    /// The street address of next of kin or another contact.
    ContactAddress,
    /// A taxpayer identification number, in full.
    TaxId,
    /// A passport's number and the country that issued it.
    PassportNumber,
    /// The number of an alien identification card.
    AlienCardNumber,
    /// The number and country of a government's document that shows nationality or residence and a photograph.
    GovernmentDocumentNumber,
    /// An unexpired document of a government with nationality or residence and a photograph.
    UnexpiredPhotoDocument,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_reads_back_as_it_was_written() {
        let pack: Pack = serde_json::from_str(include_str!("../../rules/us-reg-e-2026-11-22.json")).unwrap();
        assert_eq!((pack.pack.as_str(), pack.jurisdiction, pack.zone), ("us-reg-e", Jurisdiction::Us, Zone::NewYork));
        let again: Pack = serde_json::from_str(&serde_json::to_string(&pack).unwrap()).unwrap();
        assert_eq!(pack, again);
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused_wherever_it_stands() {
        let text = include_str!("../../rules/us-reg-e-2026-11-22.json");
        for known in
            ["\"title\": \"Reg", "\"id\": \"notice\"", "\"from\": \"statement\"", "\"subjects\": [", "\"days\": 60"]
        {
            assert!(text.contains(known), "{known}");
            let spoilt = text.replacen(known, &format!("\"surprise\": 1, {known}"), 1);
            assert!(serde_json::from_str::<Pack>(&spoilt).is_err(), "{known}");
        }
    }
}
