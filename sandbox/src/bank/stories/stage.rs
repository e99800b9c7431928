//! What a story is written with: one customer's books, and draws that its twin repeats.
//!
//! Shops, amounts, days and phrasing are drawn per pair, so that both sides are asked for the same things in the same
//! words and only what their function does differently differs.

use std::collections::BTreeMap;

use super::words;
use super::{Pair, Side};
use crate::bank::answers::{Answer, Expect, ReasonCode};
use crate::bank::books::{Books, Order};
use crate::bank::homes::{Home, currency_of};
use crate::bank::{Billing, Customer, EntryMode, Merchant, Network, Scheme, TransactionStatus};
use crate::day::{Day, Moment};
use crate::random::Random;

/// One side of a pair while it is being written.
pub(in crate::bank) struct Stage<'a> {
    pub(in crate::bank) books: Books<'a>,
    /// The customer's record, which a story may change.
    pub(in crate::bank) customer: Customer,
    pair: &'static Pair,
    side: Side,
    facts: Random,
    /// Chooses among the ways to say a thing.
    style: u64,
    words: BTreeMap<&'static str, String>,
}

impl<'a> Stage<'a> {
    pub(in crate::bank) fn open(
        pair: &'static Pair,
        side: Side,
        mut books: Books<'a>,
        customer: Customer,
        seed: u64,
    ) -> Self {
        let style = Random::new(seed, &format!("phrasing of {}", pair.story)).next();
        let mut facts = Random::new(seed, &format!("facts of {}", pair.story));
        books.card().network = facts.pick(&[Network::Visa, Network::Mastercard]).copied().unwrap_or(Network::Visa);
        Self { books, customer, pair, side, facts, style, words: BTreeMap::new() }
    }

    pub(super) fn side(&self) -> Side {
        self.side
    }

    pub(super) fn today(&self) -> Day {
        self.books.today
    }

    pub(super) fn home(&self) -> Home {
        self.books.person.home
    }

    /// A device that is not the customer's own.
    pub(super) fn new_device(&mut self) -> String {
        self.facts.id("dev-")
    }

    pub(super) fn draw(&mut self, low: i64, high: i64) -> i64 {
        self.facts.between(low, high)
    }

    /// A shop of the customer's own country in one of the categories, which nothing else in these books is from.
    pub(super) fn shop(&mut self, categories: &[&str]) -> &'a Merchant {
        let country = self.home().country();
        self.merchant(|one| {
            one.country == country && one.billing == Billing::OneOff && categories.contains(&one.category.as_str())
        })
    }

    /// For the story an online shop, for the twin a subscription: both are named in the same words.
    pub(super) fn either_shop(&mut self) -> &'a Merchant {
        let (shop, service) = (self.shop(&["electronics", "shopping"]), self.service());
        let merchant = self.side.either(shop, service);
        self.word("shop", merchant.name.clone());
        merchant
    }

    /// A subscription of the customer's own country.
    pub(super) fn service(&mut self) -> &'a Merchant {
        let country = self.home().country();
        self.merchant(|one| one.country == country && one.billing == Billing::Subscription)
    }

    /// A shop on another continent, where no customer ordinarily pays.
    pub(super) fn far_shop(&mut self) -> &'a Merchant {
        self.merchant(|one| matches!(one.country.as_str(), "SG" | "BR" | "HK" | "TH"))
    }

    /// A shop of the euro area, for those who have another currency.
    pub(super) fn euro_shop(&mut self) -> &'a Merchant {
        self.merchant(|one| {
            matches!(one.country.as_str(), "FR" | "NL" | "ES") && matches!(one.category.as_str(), "shopping" | "travel")
        })
    }

    fn merchant(&mut self, wanted: impl Fn(&Merchant) -> bool) -> &'a Merchant {
        let free = |one: &&Merchant| wanted(one) && !self.books.reserved.merchants.contains(&one.id);
        let found: Vec<&'a Merchant> = self.books.merchants.iter().filter(free).collect();
        let merchant = *self.facts.pick(&found).expect("every home has such a merchant, as the tests see");
        self.books.reserved.merchants.insert(merchant.id.clone());
        self.word("shop", merchant.name.clone());
        merchant
    }

    /// An amount that looks like a price.
    pub(super) fn amount(&mut self, low: i64, high: i64) -> i64 {
        let drawn = self.facts.between(low, high);
        let amount_minor = drawn - drawn % 10 + 7;
        self.say_amount("amount", amount_minor);
        amount_minor
    }

    /// A moment in waking hours so many days ago; the day is what `{day}` says.
    pub(super) fn at(&mut self, days_ago: i64) -> Moment {
        let day = self.today().minus(days_ago);
        self.say_day("day", day);
        let (hour, minute) = (self.facts.between(9, 19), self.facts.between(0, 59));
        day.at(hour, minute, self.facts.between(0, 59))
    }

    /// A moment at night so many days ago.
    pub(super) fn night(&mut self, days_ago: i64) -> Moment {
        let day = self.today().minus(days_ago);
        self.say_day("day", day);
        day.at(3, self.facts.between(0, 19), self.facts.between(0, 59))
    }

    pub(super) fn word(&mut self, name: &'static str, value: impl Into<String>) {
        self.words.insert(name, value.into());
    }

    pub(super) fn say_amount(&mut self, name: &'static str, amount_minor: i64) {
        self.books.reserved.amounts.insert(amount_minor);
        let currency = self.home().currency();
        self.word(name, words::amount(amount_minor, currency, self.style));
    }

    pub(super) fn say_day(&mut self, name: &'static str, day: Day) {
        let today = self.today();
        self.word(name, words::day(day, today, self.style));
    }

    pub(super) fn say_date(&mut self, name: &'static str, day: Day) {
        self.word(name, words::date(day, self.style));
    }

    /// A card payment of the kind that fits the shop.
    pub(super) fn pays(&mut self, merchant: &Merchant, amount_minor: i64, at: Moment) -> String {
        self.pays_as(merchant, amount_minor, at, TransactionStatus::Posted)
    }

    pub(super) fn pays_as(
        &mut self,
        merchant: &Merchant,
        amount_minor: i64,
        at: Moment,
        status: TransactionStatus,
    ) -> String {
        let mode = match merchant.billing {
            Billing::Subscription => EntryMode::Recurring,
            Billing::OneOff => EntryMode::Online,
        };
        self.books.card_payment(merchant, amount_minor, at, mode, status)
    }

    /// A card payment at a far shop, of about the given amount in the customer's own currency.
    pub(super) fn pays_far(&mut self, merchant: &Merchant, amount_minor: i64, at: Moment, mode: EntryMode) -> String {
        let (own, theirs) = (self.home().currency(), currency_of(&merchant.country));
        let original_minor = crate::bank::homes::converted(amount_minor, own, theirs);
        self.books.foreign_payment(merchant, original_minor, at, mode)
    }

    /// An order to pay somebody; gives the identifiers of the entry and of the payment.
    pub(super) fn orders(
        &mut self,
        payee: &str,
        amount_minor: i64,
        scheme: Scheme,
        at: Moment,
        (status, reason): (Option<&'static str>, Option<&'static str>),
    ) -> (String, String) {
        let ordered = self.books.order(&Order { payee: payee.to_owned(), amount_minor, scheme, at, status, reason });
        (ordered.transaction_id, ordered.payment_id)
    }

    /// The network of the customer's card with its own code for one thing.
    pub(super) fn code(&mut self, visa: &str, mastercard: &str) -> ReasonCode {
        let network = self.books.card().network;
        reason_code(network, visa, mastercard)
    }

    /// The same for the card with which an entry was made.
    pub(super) fn code_of(&mut self, id: &str, visa: &str, mastercard: &str) -> ReasonCode {
        let entry = self.books.transactions.iter().find(|entry| entry.id == id);
        let network = entry.and_then(|entry| entry.network);
        reason_code(network.unwrap_or(self.books.card().network), visa, mastercard)
    }

    /// One of the phrasings, filled in; a twin gets the same one.
    pub(super) fn phrase(&self, templates: &[&str]) -> String {
        let count = u64::try_from(templates.len()).unwrap_or(1).max(1);
        let template = templates.get(usize::try_from(self.style / 8 % count).unwrap_or(0)).copied().unwrap_or_default();
        words::fill(template, &self.words)
    }

    /// The case as it begins and where it ends.
    pub(super) fn ends(&self, templates: &[&str], action: &str) -> Answer {
        let (story, twin) = self.side.either((self.pair.story, self.pair.twin), (self.pair.twin, self.pair.story));
        Answer {
            story: story.to_owned(),
            twin: twin.to_owned(),
            customer_id: self.books.person.id.clone(),
            text: self.phrase(templates),
            transaction_id: None,
            payment_id: None,
            documents: Vec::new(),
            follow_up: BTreeMap::new(),
            expect: Expect {
                task: self.pair.task.to_owned(),
                action: action.to_owned(),
                rest: "review".to_owned(),
                ..Expect::default()
            },
        }
    }
}

fn reason_code(network: Network, visa: &str, mastercard: &str) -> ReasonCode {
    let code = match network {
        Network::Visa => visa,
        Network::Mastercard => mastercard,
    };
    ReasonCode { network, code: code.to_owned() }
}
