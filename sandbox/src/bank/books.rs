//! Writing one customer's books in the seeded bank: ordinary spending, and the entries of which stories are made.

use std::collections::BTreeSet;

use super::people::Person;
use super::{
    Account, Billing, Card, CardStatus, Direction, EntryMode, Merchant, Network, Payment, PaymentDirection, Product,
    Scheme, Statement, Transaction, TransactionKind, TransactionStatus,
};
use crate::day::{Day, Moment};
use crate::random::Random;

/// How many days back ordinary spending goes.
const HISTORY_DAYS: i64 = 90;
/// How many monthly statements an account of some years shows.
const STATEMENTS: i64 = 6;
/// The amount a month of any subscription costs, in minor units.
const SUBSCRIPTION_MINOR: [i64; 5] = [499, 799, 999, 1499, 1999];

/// One customer's account and its entries while they are being written.
pub(super) struct Books<'a> {
    person: &'a Person,
    today: Day,
    merchants: &'a [Merchant],
    random: Random,
    seed: u64,
    /// The customer's own device.
    device: String,
    pub(super) account: Account,
    card: Card,
    /// What was already spent where: ordinary spending never looks like a duplicate.
    spent: BTreeSet<(String, i64)>,
    pub(super) transactions: Vec<Transaction>,
    pub(super) payments: Vec<Payment>,
}

impl<'a> Books<'a> {
    pub(super) fn open(person: &'a Person, merchants: &'a [Merchant], seed: u64, today: Day) -> Self {
        let mut random = Random::new(seed, &format!("account of {}", person.id));
        let last4 = format!("{:04}", random.between(0, 9999));
        let network = random.pick(&[Network::Visa, Network::Mastercard]).copied().unwrap_or(Network::Visa);
        let mut ids = Random::new(seed, &format!("identifiers of {}", person.id));
        let card = Card { id: ids.id("card-"), last4, network, status: CardStatus::Active };
        let account = current_account(person, &card, &mut ids, today);
        let (transactions, payments, spent) = (Vec::new(), Vec::new(), BTreeSet::new());
        let device = ids.id("dev-");
        Self { person, today, merchants, random, seed, device, account, card, spent, transactions, payments }
    }

    /// A number of days ago, drawn between the two given ones.
    pub(super) fn days_ago(&mut self, nearest: i64, farthest: i64) -> i64 {
        self.random.between(nearest, farthest)
    }

    /// A moment in waking hours, so many days ago.
    pub(super) fn daytime(&mut self, days_ago: i64) -> Moment {
        let (hour, minute, second) =
            (self.random.between(8, 21), self.random.between(0, 59), self.random.between(0, 59));
        self.today.minus(days_ago).at(hour, minute, second)
    }

    /// A moment at night, so many days ago.
    pub(super) fn night(&mut self, days_ago: i64) -> Moment {
        let (minute, second) = (self.random.between(0, 19), self.random.between(0, 59));
        self.today.minus(days_ago).at(3, minute, second)
    }

    pub(super) fn minutes(&mut self, low: i64, high: i64) -> i64 {
        self.random.between(low * 60, high * 60)
    }

    /// Card payments at shops of the customer's own country, with a salary, a bill and some cash.
    pub(super) fn ordinary_spending(&mut self, payments: i64) {
        let country = self.person.home.country();
        let merchants = self.merchants;
        let shops: Vec<&Merchant> =
            merchants.iter().filter(|shop| shop.billing == Billing::OneOff && shop.country == country).collect();
        for _ in 0..payments {
            let Some(shop) = self.random.pick(&shops).copied() else { return };
            let mut amount_minor = self.usual_amount(&shop.category);
            while self.spent.contains(&(shop.id.clone(), amount_minor)) {
                amount_minor += 1;
            }
            let days_ago = self.days_ago(1, HISTORY_DAYS);
            let at = self.daytime(days_ago);
            let modes = [EntryMode::Chip, EntryMode::Contactless, EntryMode::Contactless, EntryMode::Online];
            let mode = self.random.pick(&modes).copied().unwrap_or(EntryMode::Chip);
            self.card_payment(shop, amount_minor, at, mode, TransactionStatus::Posted);
        }
        let salary = self.random.between(180_000, 420_000);
        for month in 0..3 {
            let at = self.daytime(month * 30 + 12);
            self.entry(TransactionKind::TopUp, Direction::Credit, salary, "SALARY PAYROLL", at);
            let bill = self.random.between(4_000, 9_000);
            self.entry(TransactionKind::DirectDebit, Direction::Debit, bill, "CITY WATER AND POWER", at);
            let cash = self.random.between(2, 12) * 1_000;
            let (days, descriptor) = (self.days_ago(1, 29), "CASH MACHINE 4471");
            let at = self.daytime(month * 30 + days);
            self.entry(TransactionKind::AtmWithdrawal, Direction::Debit, cash, descriptor, at);
        }
    }

    /// A subscription charged once a month for three months, at a merchant other than the given one.
    pub(super) fn ordinary_subscription(&mut self, except: &str) {
        let merchants = self.merchants;
        let services: Vec<&Merchant> =
            merchants.iter().filter(|one| one.billing == Billing::Subscription && one.id != except).collect();
        let Some(service) = self.random.pick(&services).copied() else { return };
        let amount_minor = self.random.pick(&SUBSCRIPTION_MINOR).copied().unwrap_or(999);
        let latest = self.days_ago(1, 29);
        self.monthly_charges(service, amount_minor, latest, 3);
    }

    /// Charges of a subscription a month apart, the latest so many days ago. Gives the latest one's index.
    pub(super) fn monthly_charges(
        &mut self,
        service: &Merchant,
        amount_minor: i64,
        latest: i64,
        months: i64,
    ) -> Moment {
        let at = self.daytime(latest);
        for month in 0..months {
            let at = at.plus_seconds(-month * 30 * 86_400);
            self.card_payment(service, amount_minor, at, EntryMode::Recurring, TransactionStatus::Posted);
        }
        at
    }

    /// One card payment; gives its identifier.
    pub(super) fn card_payment(
        &mut self,
        merchant: &Merchant,
        amount_minor: i64,
        at: Moment,
        entry_mode: EntryMode,
        status: TransactionStatus,
    ) -> String {
        self.spent.insert((merchant.id.clone(), amount_minor));
        let descriptor = merchant.descriptors.first().unwrap_or(&merchant.name).clone();
        let id = self.entry(TransactionKind::CardPayment, Direction::Debit, amount_minor, &descriptor, at);
        if let Some(transaction) = self.transactions.last_mut() {
            transaction.status = status;
            transaction.merchant_id = Some(merchant.id.clone());
            transaction.network = Some(self.card.network);
            transaction.entry_mode = Some(entry_mode);
            transaction.card_last4 = Some(self.card.last4.clone());
            transaction.card_id = Some(self.card.id.clone());
            transaction.mcc = Some(merchant.mcc.clone());
            if entry_mode == EntryMode::Online {
                transaction.device = Some(self.device.clone());
                transaction.strong_authentication = self.person.home.authenticates_strongly();
            }
            transaction.country.clone_from(&merchant.country);
        }
        id
    }

    /// A credit that undoes the named entry, of kind refund or reversal; a reversal also marks what it undoes.
    pub(super) fn undo(&mut self, undone: &str, kind: TransactionKind, at: Moment) {
        let Some(original) = self.transactions.iter_mut().find(|transaction| transaction.id == undone) else { return };
        if kind == TransactionKind::Reversal {
            original.status = TransactionStatus::Reversed;
        }
        let mut credit = original.clone();
        credit.id = self.random.id("tx-");
        credit.kind = kind;
        credit.direction = Direction::Credit;
        credit.status = TransactionStatus::Posted;
        credit.booked_at = at;
        credit.entry_mode = None;
        credit.device = None;
        credit.strong_authentication = None;
        credit.related = Some(undone.to_owned());
        self.transactions.push(credit);
    }

    /// A payment order with its entry in the ledger; gives the entry's identifier.
    pub(super) fn payment(&mut self, scheme: Scheme, payee: &str, status: Option<&str>, at: Moment) -> String {
        let amount_minor = self.random.between(2_500, 95_000);
        let updated_at = at.plus_seconds(self.random.between(60, 7_200));
        let pseudonym = Random::new(self.seed, &format!("payee {payee}")).id("payee-");
        self.payments.push(Payment {
            id: self.random.id("pay-"),
            customer_id: self.person.id.to_owned(),
            amount_minor,
            currency: self.person.home.currency().to_owned(),
            scheme,
            created_at: at,
            iso20022_status: status.map(str::to_owned),
            status_reason: None,
            ach_return: None,
            creditor_name: payee.to_owned(),
            updated_at,
            account_id: Some(self.account.id.clone()),
            payee: Some(pseudonym.clone()),
            direction: PaymentDirection::Out,
            execution_on: None,
            currency_to: None,
            country_to: Some(self.person.home.country().to_owned()),
        });
        let descriptor = format!("TRANSFER TO {}", payee.to_uppercase());
        let id = self.entry(TransactionKind::Transfer, Direction::Debit, amount_minor, &descriptor, at);
        if let Some(transaction) = self.transactions.last_mut() {
            transaction.device = Some(self.device.clone());
            transaction.payee = Some(pseudonym);
            transaction.strong_authentication = self.person.home.authenticates_strongly();
            if status == Some("ACSP") {
                transaction.status = TransactionStatus::Pending;
            }
        }
        id
    }

    fn entry(
        &mut self,
        kind: TransactionKind,
        direction: Direction,
        amount_minor: i64,
        descriptor: &str,
        booked_at: Moment,
    ) -> String {
        let id = self.random.id("tx-");
        self.transactions.push(Transaction {
            id: id.clone(),
            customer_id: self.person.id.to_owned(),
            booked_at,
            amount_minor,
            currency: self.person.home.currency().to_owned(),
            direction,
            kind,
            status: TransactionStatus::Posted,
            descriptor: descriptor.to_owned(),
            merchant_id: None,
            network: None,
            entry_mode: None,
            related: None,
            card_last4: None,
            country: self.person.home.country().to_owned(),
            account_id: Some(self.account.id.clone()),
            card_id: None,
            original_amount_minor: None,
            original_currency: None,
            mcc: None,
            device: None,
            payee: None,
            strong_authentication: None,
            fee_minor: None,
        });
        id
    }

    fn usual_amount(&mut self, category: &str) -> i64 {
        match category {
            "groceries" => self.random.between(1_200, 9_500),
            "fuel" => self.random.between(2_800, 6_500),
            "electronics" | "travel" => self.random.between(3_000, 16_000),
            "shopping" | "health" | "utilities" => self.random.between(1_500, 8_000),
            _ => self.random.between(350, 4_200),
        }
    }
}

/// A current account some years old, with a statement for each of the last months.
fn current_account(person: &Person, card: &Card, ids: &mut Random, today: Day) -> Account {
    let opened_on = today.minus(ids.between(400, 2_400));
    let latest = ids.between(3, 27);
    let statement = |month: i64| {
        let period_end = today.minus(latest + 30 * month);
        Statement { period_end, sent_on: period_end.minus(-2) }
    };
    Account {
        id: ids.id("acc-"),
        customer_id: person.id.to_owned(),
        product: Product::Current,
        country: person.home.country().to_owned(),
        currency: person.home.currency().to_owned(),
        opened_on,
        first_deposit_on: Some(opened_on.minus(-2)),
        cards: vec![card.clone()],
        statements: (0..STATEMENTS).map(statement).collect(),
    }
}
