//! A card network's reason code for a contested charge, its time limit, and what its questionnaire still needs.
//!
//! The codes stand in the packs `visa` and `mastercard`. That a complaint belongs to a code is a pairing of its own,
//! less certain than the code; so is each time limit. A code of fraud is not chosen before the customer has said where
//! the card is, and where no rule in force says something, nothing is said: no day, no answer.

use jiff::{ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};

use super::{
    book::Rulebook,
    pack::{Body, Confidence, Rule},
};
use crate::{
    facts::{EntryMode, Network},
    narrative::DisputeKind,
};

/// The most days that a pack may give, whatever they run from.
const DAYS: u16 = 1_000;

/// A reason code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkCodeBody {
    /// Whose.
    pub network: Network,
    /// As the network writes it: `12.6.1`, `4853`.
    pub code: String,
}

/// A code that is no longer used: read when it comes in, never sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LegacyCodeBody {
    /// Whose.
    pub network: Network,
    /// The old code.
    pub code: String,
    /// The code that took its place.
    pub now: String,
}

/// Which code a complaint belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkPairingBody {
    /// Whose code.
    pub network: Network,
    /// The complaint.
    pub dispute: DisputeKind,
    /// How the card was presented, where that decides; empty where it does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entry: Vec<EntryMode>,
    /// The code.
    pub code: String,
    /// Codes that take its place in circumstances that a ledger does not show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// What the network's questionnaire asks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<OpenQuestion>,
}

/// How long the issuer may raise codes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkLimitBody {
    /// Whose codes.
    pub network: Network,
    /// Which.
    pub codes: Vec<String>,
    /// Days of the calendar. The first day itself never counts.
    pub days: u16,
    /// What they run from.
    pub from: RunsFrom,
    /// Days from the transaction after which it is over in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most_days: Option<u16>,
}

/// How long the merchant's side has to reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MerchantReplyBody {
    /// In which network.
    pub network: Network,
    /// Days of the calendar.
    pub days: u16,
}

/// What a time limit runs from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunsFrom {
    /// The day of the transaction.
    Transaction,
    /// The day on which the goods were expected, or came.
    Delivery,
}

/// Something that a network's questionnaire asks and that is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenQuestion {
    /// How the card was presented: by chip, online, and so on.
    EntryMode,
    /// Whether the card is in the customer's possession.
    CardInPossession,
    /// When the goods were expected, or came.
    DeliveryDue,
    /// When the customer cancelled.
    CancelledWhen,
    /// Whether the customer has taken it up with the merchant.
    MerchantContacted,
    /// Whether the customer has sent the goods back, or tried to.
    ReturnAttempted,
    /// Whether the customer has proof of having paid otherwise.
    ProofOfOtherPayment,
}

impl OpenQuestion {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::EntryMode => "entry_mode",
            Self::CardInPossession => "card_in_possession",
            Self::DeliveryDue => "delivery_due",
            Self::CancelledWhen => "cancelled_when",
            Self::MerchantContacted => "merchant_contacted",
            Self::ReturnAttempted => "return_attempted",
            Self::ProofOfOtherPayment => "proof_of_other_payment",
        }
    }

    /// Whether the code itself depends on the answer, so that none is chosen without it.
    #[must_use]
    pub const fn decides(self) -> bool {
        match self {
            Self::EntryMode | Self::CardInPossession => true,
            Self::DeliveryDue
            | Self::CancelledWhen
            | Self::MerchantContacted
            | Self::ReturnAttempted
            | Self::ProofOfOtherPayment => false,
        }
    }
}

/// What is known of a contested card charge. `None` is not known, and is never taken for a no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NetworkFacts {
    /// The card's network.
    pub network: Network,
    /// The complaint.
    pub kind: DisputeKind,
    /// How the card was presented.
    pub entry_mode: Option<EntryMode>,
    /// When the charge was booked.
    pub booked_on: Date,
    /// When the goods were expected, or came.
    pub delivery_due: Option<Date>,
    /// When the customer cancelled.
    pub cancelled_on: Option<Date>,
    /// Whether the card is in the customer's possession.
    pub has_card: Option<bool>,
    /// Whether the customer has taken it up with the merchant.
    pub merchant_contacted: Option<bool>,
    /// Whether the customer has sent the goods back, or tried to.
    pub return_attempted: Option<bool>,
    /// Whether the customer has proof of having paid otherwise.
    pub has_proof: Option<bool>,
    /// Today.
    pub today: Date,
}

/// The reason code of a contested charge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodeFinding {
    /// The rule that pairs complaint and code, with its pack: `visa/for-charged-twice`.
    pub rule: String,
    /// Whose code.
    pub network: Network,
    /// The code; `None` while a question is open on which it depends.
    pub code: Option<String>,
    /// Its name.
    pub title: Option<String>,
    /// The codes that come into question, the likeliest first.
    pub candidates: Vec<String>,
    /// The weakest of the rules that it rests on.
    pub confidence: Confidence,
    /// The last day on which it can be raised: a lower bound while the delivery's day is not known, `None` where no rule
    /// in force says.
    pub last_day: Option<Date>,
    /// Whether today is in time; `None` where that is not certain.
    pub in_time: Option<bool>,
    /// What the network's questionnaire still needs.
    pub open: Vec<OpenQuestion>,
    /// How many days the merchant's side has to reply.
    pub merchant_reply_days: Option<u16>,
}

/// The pack of a network.
#[must_use]
pub const fn pack(network: Network) -> &'static str {
    match network {
        Network::Visa => "visa",
        Network::Mastercard => "mastercard",
    }
}

/// The reason code of a contested charge; `None` where no code fits such a complaint.
#[must_use]
pub fn find(book: &Rulebook, facts: &NetworkFacts) -> Option<CodeFinding> {
    let rules: Vec<&Rule> = book.of_pack(pack(facts.network), facts.today).collect();
    let pairings: Vec<(&Rule, &NetworkPairingBody)> =
        rules.iter().filter_map(|rule| pairing(rule, facts).map(|body| (*rule, body))).collect();
    let (first, likeliest) = pairings.first()?;
    let open = open_questions(&pairings, facts);
    let is_decided = !open.iter().any(|question| question.decides());
    let mut candidates: Vec<String> = Vec::new();
    let mains = pairings.iter().map(|(_, body)| &body.code);
    for code in mains.chain(pairings.iter().flat_map(|(_, body)| &body.also)) {
        if !candidates.contains(code) {
            candidates.push(code.clone());
        }
    }
    let limits: Vec<(Confidence, LastDay)> =
        pairings.iter().filter_map(|(_, body)| last_day(&rules, &body.code, facts)).collect();
    let limit = limits.into_iter().min_by_key(|(_, last)| last.day);
    let weakest = limit.map_or(first.confidence, |(confidence, _)| confidence.max(first.confidence));
    Some(CodeFinding {
        rule: format!("{}/{}", pack(facts.network), first.id),
        network: facts.network,
        code: is_decided.then(|| likeliest.code.clone()),
        title: if is_decided { title(&rules, &likeliest.code) } else { None },
        candidates,
        confidence: weakest,
        last_day: limit.map(|(_, last)| last.day),
        in_time: limit.and_then(|(_, last)| last.in_time(facts.today)),
        open,
        merchant_reply_days: rules.iter().find_map(|rule| match &rule.body {
            Body::MerchantReply(reply) => Some(reply.days),
            _ => None,
        }),
    })
}

/// The code that is used now for one that came in: itself, or the one that took its place; `None` for a code that no
/// pack has.
#[must_use]
pub fn current(book: &Rulebook, network: Network, code: &str, day: Date) -> Option<String> {
    book.of_pack(pack(network), day).find_map(|rule| match &rule.body {
        Body::NetworkCode(body) if body.code == code => Some(body.code.clone()),
        Body::LegacyCode(body) if body.code == code => Some(body.now.clone()),
        _ => None,
    })
}

/// What is wrong with a time limit of a pack; the checker asks.
#[must_use]
pub fn check_limit(body: &NetworkLimitBody) -> Option<&'static str> {
    if body.days == 0 || body.days > DAYS || body.at_most_days.is_some_and(|most| most < body.days || most > DAYS) {
        return Some("from one to 1000 days, and the cap no shorter than the limit");
    }
    body.codes.is_empty().then_some("a limit is for at least one code")
}

/// What is wrong with the time to reply of a pack; the checker asks.
#[must_use]
pub fn check_reply(body: &MerchantReplyBody) -> Option<&'static str> {
    (body.days == 0 || body.days > DAYS).then_some("from one to 1000 days")
}

/// What is wrong with the form of a code of a pack; the checker asks.
#[must_use]
pub fn check_code(code: &str) -> Option<&'static str> {
    let is_wrong = code.is_empty() || code.len() > 8 || !code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_wrong.then_some("a network's code is up to eight digits and dots")
}

fn pairing<'a>(rule: &'a Rule, facts: &NetworkFacts) -> Option<&'a NetworkPairingBody> {
    let Body::NetworkPairing(body) = &rule.body else { return None };
    let presented = body.entry.is_empty() || facts.entry_mode.is_none_or(|mode| body.entry.contains(&mode));
    (body.dispute == facts.kind && presented).then_some(body)
}

/// What the questionnaires of all codes that come into question still need.
fn open_questions(pairings: &[(&Rule, &NetworkPairingBody)], facts: &NetworkFacts) -> Vec<OpenQuestion> {
    let mode = (pairings.len() > 1).then_some(OpenQuestion::EntryMode);
    let needs = pairings.iter().flat_map(|(_, body)| body.needs.iter().copied());
    let mut open: Vec<OpenQuestion> = Vec::new();
    for question in mode.into_iter().chain(needs) {
        if !is_known(question, facts) && !open.contains(&question) {
            open.push(question);
        }
    }
    open
}

const fn is_known(question: OpenQuestion, facts: &NetworkFacts) -> bool {
    match question {
        OpenQuestion::EntryMode => facts.entry_mode.is_some(),
        OpenQuestion::CardInPossession => facts.has_card.is_some(),
        OpenQuestion::DeliveryDue => facts.delivery_due.is_some(),
        OpenQuestion::CancelledWhen => facts.cancelled_on.is_some(),
        OpenQuestion::MerchantContacted => facts.merchant_contacted.is_some(),
        OpenQuestion::ReturnAttempted => facts.return_attempted.is_some(),
        OpenQuestion::ProofOfOtherPayment => facts.has_proof.is_some(),
    }
}

fn title(rules: &[&Rule], code: &str) -> Option<String> {
    rules.iter().find_map(|rule| match &rule.body {
        Body::NetworkCode(body) if body.code == code => Some(rule.title.clone()),
        _ => None,
    })
}

/// The last day for a code.
#[derive(Debug, Clone, Copy)]
struct LastDay {
    day: Date,
    /// The day on which it is over in any case, where the delivery's day is not known.
    over: Option<Date>,
}

impl LastDay {
    fn in_time(self, today: Date) -> Option<bool> {
        match self.over {
            _ if today <= self.day => Some(true),
            None => Some(false),
            Some(over) => (today > over).then_some(false),
        }
    }
}

fn last_day(rules: &[&Rule], code: &str, facts: &NetworkFacts) -> Option<(Confidence, LastDay)> {
    let (rule, limit) = rules.iter().find_map(|rule| match &rule.body {
        Body::NetworkLimit(limit) if limit.codes.iter().any(|of| of == code) => Some((rule, limit)),
        _ => None,
    })?;
    let after = |day: Date, days: u16| day.checked_add(i32::from(days).days()).unwrap_or(Date::MAX);
    let cap = limit.at_most_days.map_or(Date::MAX, |most| after(facts.booked_on, most));
    let from_booking = after(facts.booked_on, limit.days);
    let last = match (limit.from, facts.delivery_due) {
        (RunsFrom::Transaction, _) => LastDay { day: from_booking, over: None },
        (RunsFrom::Delivery, Some(due)) => {
            LastDay { day: after(due.max(facts.booked_on), limit.days).min(cap), over: None }
        }
        (RunsFrom::Delivery, None) => LastDay { day: from_booking, over: Some(cap) },
    };
    Some((rule.confidence, last))
}

#[cfg(test)]
mod tests;
