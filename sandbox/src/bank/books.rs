//! Writing one customer's books in the seeded bank: accounts, and the entries of which ordinary life and stories are
//! made. What happens in which order is decided elsewhere.

use std::collections::BTreeSet;

use super::homes::{converted, currency_of};
use super::people::Person;
use super::{
    Account, Card, CardStatus, Direction, EntryMode, Merchant, Network, Payment, PaymentDirection, Product, Scheme,
    Statement, Transaction, TransactionKind, TransactionStatus,
};
use crate::day::{Day, Moment};
use crate::random::Random;

/// How many monthly statements an account of some years shows.
const STATEMENTS: i64 = 12;

/// One customer's accounts and their entries while they are being written.
#[derive(Debug)]
pub(super) struct Books<'a> {
    pub(super) person: &'a Person,
    pub(super) today: Day,
    pub(super) merchants: &'a [Merchant],
    pub(super) random: Random,
    /// The customer's own device.
    pub(super) device: String,
    /// The accounts; entries are written to the first unless they are by credit card.
    pub(super) accounts: Vec<Account>,
    /// What was already spent where: ordinary spending never looks like a duplicate.
    pub(super) spent: BTreeSet<(String, i64)>,
    /// What ordinary life keeps away from.
    pub(super) reserved: Reserved,
    pub(super) transactions: Vec<Transaction>,
    pub(super) payments: Vec<Payment>,
    ids: Random,
    seed: u64,
}

/// What ordinary life keeps away from, so that nothing in it is taken for what a customer asks about.
#[derive(Debug, Default)]
pub(super) struct Reserved {
    pub(super) merchants: BTreeSet<String>,
    pub(super) amounts: BTreeSet<i64>,
    pub(super) days: BTreeSet<Day>,
}

/// An order to pay somebody.
#[derive(Debug, Clone)]
pub(super) struct Order {
    pub(super) payee: String,
    pub(super) amount_minor: i64,
    pub(super) scheme: Scheme,
    pub(super) at: Moment,
    /// The ISO 20022 status, for the schemes that have one.
    pub(super) status: Option<&'static str>,
    /// The ISO 20022 reason, or the ACH return code.
    pub(super) reason: Option<&'static str>,
}

/// The two records of an order.
#[derive(Debug, Clone)]
pub(super) struct Ordered {
    pub(super) transaction_id: String,
    pub(super) payment_id: String,
}

impl<'a> Books<'a> {
    /// Opens the books of a customer with a current account some years old.
    pub(super) fn open(person: &'a Person, merchants: &'a [Merchant], seed: u64, today: Day) -> Self {
        let mut ids = Random::new(seed, &format!("identifiers of {}", person.id));
        let mut books = Self {
            person,
            today,
            merchants,
            random: Random::new(seed, &format!("account of {}", person.id)),
            device: ids.id("dev-"),
            accounts: Vec::new(),
            spent: BTreeSet::new(),
            reserved: Reserved::default(),
            transactions: Vec::new(),
            payments: Vec::new(),
            ids,
            seed,
        };
        let age = books.ids.between(420, 2_400);
        books.add_account(Product::Current, age);
        books
    }

    /// Adds an account of the given age in days, with its card and its statements.
    pub(super) fn add_account(&mut self, product: Product, age: i64) {
        let opened_on = self.today.minus(age);
        let network = self.ids.pick(&[Network::Visa, Network::Mastercard]).copied().unwrap_or(Network::Visa);
        let last4 = format!("{:04}", self.ids.between(0, 9999));
        let card = Card { id: self.ids.id("card-"), last4, network, status: CardStatus::Active };
        let latest = self.ids.between(3, 27);
        let statement = |month: i64| {
            let period_end = self.today.minus(latest + 30 * month);
            Statement { period_end, sent_on: period_end.minus(-2) }
        };
        let statements = (0..STATEMENTS).map(statement).filter(|one| one.period_end > opened_on).collect();
        self.accounts.push(Account {
            id: self.ids.id("acc-"),
            customer_id: self.person.id.clone(),
            product,
            country: self.person.home.country().to_owned(),
            currency: self.person.home.currency().to_owned(),
            opened_on,
            first_deposit_on: (product != Product::CreditCard).then(|| opened_on.minus(-age.min(2))),
            cards: vec![card],
            statements,
        });
    }

    /// Takes the account as one that was opened so many days ago; before anything is written.
    pub(super) fn open_again(&mut self, age: i64) {
        let network = self.card().network;
        self.accounts.clear();
        self.add_account(Product::Current, age);
        self.card().network = network;
    }

    /// The first card of the main account.
    pub(super) fn card(&mut self) -> &mut Card {
        &mut self.accounts[0].cards[0]
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

    /// Charges of a subscription a month apart, the latest at the given moment; gives their identifiers, newest first.
    pub(super) fn monthly_charges(
        &mut self,
        service: &Merchant,
        amount_minor: i64,
        latest: Moment,
        months: i64,
    ) -> Vec<String> {
        let at = |month: i64| latest.plus_seconds(-month * 30 * 86_400);
        (0..months)
            .map(|month| {
                self.card_payment(service, amount_minor, at(month), EntryMode::Recurring, TransactionStatus::Posted)
            })
            .collect()
    }

    /// One card payment in the account's own currency; gives its identifier.
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
        let device = self.device.clone();
        let strong = self.person.home.authenticates_strongly();
        let id = self.by_card(TransactionKind::CardPayment, amount_minor, &descriptor, at);
        if let Some(transaction) = self.transactions.last_mut() {
            transaction.status = status;
            transaction.merchant_id = Some(merchant.id.clone());
            transaction.entry_mode = Some(entry_mode);
            transaction.mcc = Some(merchant.mcc.clone());
            if entry_mode == EntryMode::Online {
                transaction.device = Some(device);
                transaction.strong_authentication = strong;
            }
            transaction.country.clone_from(&merchant.country);
        }
        id
    }

    /// One card payment in the merchant's currency, converted; gives its identifier.
    pub(super) fn foreign_payment(
        &mut self,
        merchant: &Merchant,
        original_minor: i64,
        at: Moment,
        entry_mode: EntryMode,
    ) -> String {
        let (from, to) = (currency_of(&merchant.country), self.person.home.currency());
        let amount_minor = converted(original_minor, from, to);
        let id = self.card_payment(merchant, amount_minor, at, entry_mode, TransactionStatus::Posted);
        if from != to
            && let Some(transaction) = self.transactions.last_mut()
        {
            transaction.original_amount_minor = Some(original_minor);
            transaction.original_currency = Some(from.to_owned());
        }
        id
    }

    /// Cash from a machine; gives its identifier.
    pub(super) fn cash(&mut self, amount_minor: i64, at: Moment) -> String {
        let id = self.by_card(TransactionKind::AtmWithdrawal, amount_minor, "CASH MACHINE 4471", at);
        if let Some(transaction) = self.transactions.last_mut() {
            transaction.entry_mode = Some(EntryMode::Chip);
            transaction.mcc = Some("6011".to_owned());
        }
        id
    }

    /// An entry of the bank's own, such as a fee or a salary; gives its identifier.
    pub(super) fn plain(
        &mut self,
        kind: TransactionKind,
        direction: Direction,
        amount_minor: i64,
        descriptor: &str,
        at: Moment,
    ) -> String {
        self.entry(kind, direction, amount_minor, descriptor, at).id.clone()
    }

    /// A credit that undoes the named entry, of kind refund or reversal; a reversal also marks what it undoes.
    pub(super) fn undo(&mut self, undone: &str, kind: TransactionKind, at: Moment) -> String {
        let id = self.ids.id("tx-");
        let Some(original) = self.transactions.iter_mut().find(|transaction| transaction.id == undone) else {
            return id;
        };
        if kind == TransactionKind::Reversal {
            original.status = TransactionStatus::Reversed;
        }
        let credit = Transaction {
            id: id.clone(),
            kind,
            direction: Direction::Credit,
            status: TransactionStatus::Posted,
            booked_at: at,
            entry_mode: None,
            device: None,
            strong_authentication: None,
            related: Some(undone.to_owned()),
            ..original.clone()
        };
        self.transactions.push(credit);
        id
    }

    /// An order to pay with its entry in the ledger. What was rejected or returned is credited back.
    pub(super) fn order(&mut self, order: &Order) -> Ordered {
        let payee = Random::new(self.seed, &format!("payee {}", order.payee)).id("payee-");
        let (device, strong) = (self.device.clone(), self.person.home.authenticates_strongly());
        let waits = matches!(order.status, Some("ACSP" | "RVNC" | "PDNG"));
        let returned = order.scheme == Scheme::Ach && order.reason.is_some();
        let ended = returned || matches!(order.status, Some("RJCT" | "CANC"));
        let later = if ended { 2 * 86_400 } else { self.ids.between(60, 1_800) };
        let updated_at = order.at.plus_seconds(later).min(self.today.at(0, 0, -1)).max(order.at);
        let payment_id = self.ids.id("pay-");
        self.payments.push(Payment {
            id: payment_id.clone(),
            customer_id: self.person.id.clone(),
            amount_minor: order.amount_minor,
            currency: self.person.home.currency().to_owned(),
            scheme: order.scheme,
            created_at: order.at,
            iso20022_status: order.status.map(str::to_owned),
            status_reason: order.reason.filter(|_| !returned).map(str::to_owned),
            ach_return: order.reason.filter(|_| returned).map(str::to_owned),
            creditor_name: order.payee.clone(),
            updated_at,
            account_id: Some(self.accounts[0].id.clone()),
            payee: Some(payee.clone()),
            direction: PaymentDirection::Out,
            execution_on: None,
            currency_to: None,
            country_to: Some(self.person.home.country().to_owned()),
        });
        let descriptor = format!("TRANSFER TO {}", order.payee.to_uppercase());
        let entry = self.entry(TransactionKind::Transfer, Direction::Debit, order.amount_minor, &descriptor, order.at);
        entry.device = Some(device);
        entry.payee = Some(payee);
        entry.strong_authentication = strong;
        if waits {
            entry.status = TransactionStatus::Pending;
        }
        let transaction_id = entry.id.clone();
        if ended {
            self.undo(&transaction_id, TransactionKind::Reversal, updated_at);
        }
        Ordered { transaction_id, payment_id }
    }

    /// The entry with the given identifier, to add what only one story needs.
    pub(super) fn change(&mut self, id: &str, change: impl FnOnce(&mut Transaction)) {
        if let Some(transaction) = self.transactions.iter_mut().find(|transaction| transaction.id == id) {
            change(transaction);
        }
    }

    /// Moves an entry to the customer's newest account, as one made with that account's card.
    pub(super) fn move_to_newest_account(&mut self, id: &str) {
        let Some(account) = self.accounts.last().cloned() else { return };
        self.change(id, |entry| {
            entry.account_id = Some(account.id);
            if let Some(card) = account.cards.first() {
                entry.card_id = Some(card.id.clone());
                entry.card_last4 = Some(card.last4.clone());
                entry.network = Some(card.network);
            }
        });
    }

    fn by_card(&mut self, kind: TransactionKind, amount_minor: i64, descriptor: &str, at: Moment) -> String {
        let card = self.card().clone();
        let entry = self.entry(kind, Direction::Debit, amount_minor, descriptor, at);
        entry.network = Some(card.network);
        entry.card_last4 = Some(card.last4);
        entry.card_id = Some(card.id);
        entry.id.clone()
    }

    fn entry(
        &mut self,
        kind: TransactionKind,
        direction: Direction,
        amount_minor: i64,
        descriptor: &str,
        booked_at: Moment,
    ) -> &mut Transaction {
        self.transactions.push(Transaction {
            id: self.ids.id("tx-"),
            customer_id: self.person.id.clone(),
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
            account_id: Some(self.accounts[0].id.clone()),
            card_id: None,
            original_amount_minor: None,
            original_currency: None,
            mcc: None,
            device: None,
            payee: None,
            strong_authentication: None,
            fee_minor: None,
        });
        self.transactions.last_mut().expect("an entry was just written")
    }
}
