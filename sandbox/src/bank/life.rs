//! Ordinary life: salary, rent, groceries, subscriptions, cash, and now and then a refund or a journey. It never looks
//! like a story: no amount twice at one shop, nothing at night, no new payee and no new device.

use super::books::{Books, Order};
use super::homes::Home;
use super::{Billing, Direction, EntryMode, Merchant, Product, Scheme, TransactionKind, TransactionStatus};
use crate::day::Day;

/// How many days back ordinary spending goes.
const HISTORY_DAYS: i64 = 90;
/// On how many days in a row a journey has payments: enough for its country to become usual.
const JOURNEY_DAYS: i64 = 5;
/// The amount a month of any subscription costs, in minor units.
const SUBSCRIPTION_MINOR: [i64; 5] = [499, 799, 999, 1499, 1999];
/// Landlords and friends who are paid again and again.
const LANDLORDS: [&str; 6] = [
    "Prairie Property",
    "Thornbury Lettings",
    "Hausverwaltung Krone",
    "Foncia Rivage",
    "Woonstede Beheer",
    "Fincas Alba",
];
const FRIENDS: [&str; 6] =
    ["Robin Ashe", "Kim Sandoval", "Alex Toller", "Sascha Wirth", "Dominique Rey", "Noor Visser"];

/// What a customer's life may hold beyond spending at home.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Variety {
    /// Journeys, refunds and a credit card.
    Full,
    /// Nothing that could be taken for what the customer asks about.
    Quiet,
}

impl<'a> Books<'a> {
    /// Writes some months of an ordinary customer's life around what was written before.
    pub(super) fn live(&mut self, variety: Variety) {
        self.reserve_what_is_written();
        let payments = self.days_ago(6, 11);
        self.shop(payments);
        self.earn(2);
        self.pay_people();
        self.subscribe(None);
        if variety == Variety::Quiet {
            return;
        }
        match self.random.between(0, 9) {
            0 | 1 => self.travel(),
            2 | 3 => self.return_something(),
            4 | 5 => self.use_a_credit_card(),
            _ => {}
        }
    }

    /// Card payments at shops of the customer's own country.
    pub(super) fn shop(&mut self, payments: i64) {
        let country = self.person.home.country();
        let shops = self.shops(|shop| shop.billing == Billing::OneOff && shop.country == country);
        for _ in 0..payments {
            let Some(shop) = self.random.pick(&shops).copied() else { return };
            let amount_minor = self.fresh_amount(shop);
            let days_ago = self.free_day(1, HISTORY_DAYS);
            let at = self.daytime(days_ago);
            let modes = [EntryMode::Chip, EntryMode::Contactless, EntryMode::Contactless, EntryMode::Online];
            let mode = self.random.pick(&modes).copied().unwrap_or(EntryMode::Chip);
            self.card_payment(shop, amount_minor, at, mode, TransactionStatus::Posted);
        }
    }

    /// A salary and a bill each month, and some cash.
    pub(super) fn earn(&mut self, months: i64) {
        let salary = self.random.between(180_000, 420_000);
        for month in 0..months {
            if month * 30 + 29 > self.age_days() {
                return;
            }
            let at = self.daytime(month * 30 + 12);
            self.plain(TransactionKind::TopUp, Direction::Credit, salary, "SALARY PAYROLL", at);
            let bill = self.random.between(4_000, 9_000);
            self.plain(TransactionKind::DirectDebit, Direction::Debit, bill, "CITY WATER AND POWER", at);
            let mut cash = self.random.between(2, 12) * 1_000;
            while self.reserved.amounts.contains(&cash) {
                cash += 1_000;
            }
            let days_ago = self.free_day(month * 30 + 1, month * 30 + 28);
            let at = self.daytime(days_ago);
            self.cash(cash, at);
        }
    }

    /// A subscription charged once a month, at a service of the customer's own country other than the given one.
    pub(super) fn subscribe(&mut self, except: Option<&str>) {
        let country = self.person.home.country();
        let services = self.shops(|one| {
            one.billing == Billing::Subscription && one.country == country && Some(one.id.as_str()) != except
        });
        let Some(service) = self.random.pick(&services).copied() else { return };
        let mut amount_minor = self.random.pick(&SUBSCRIPTION_MINOR).copied().unwrap_or(999);
        while self.reserved.amounts.contains(&amount_minor) {
            amount_minor += 50;
        }
        let latest = self.free_day(1, 28);
        let months = (self.age_days() / 30).min(3);
        let at = self.daytime(latest);
        if latest + 30 * (months - 1) <= self.age_days() {
            self.monthly_charges(service, amount_minor, at, months);
        }
    }

    /// Rent each month, and a friend now and then: payees who are paid again and again.
    fn pay_people(&mut self) {
        let landlord = LANDLORDS[Home::ALL.iter().position(|home| *home == self.person.home).unwrap_or(0)];
        let rent = self.random.between(60_000, 130_000);
        let friend = self.random.pick(&FRIENDS).copied().unwrap_or(FRIENDS[0]);
        let first = self.random.between(3, 8);
        for month in 0..3 {
            let days_ago = month * 30 + first;
            if days_ago > self.age_days() {
                return;
            }
            self.settled_transfer(landlord, rent + month, days_ago);
            if month > 0 && days_ago + 9 <= self.age_days() {
                let share = self.random.between(1_500, 6_000);
                self.settled_transfer(friend, share, days_ago + 9);
            }
        }
    }

    /// A transfer that arrived, so many days ago or a little earlier where that day is taken.
    pub(super) fn settled_transfer(&mut self, payee: &str, amount_minor: i64, days_ago: i64) {
        let mut days_ago = days_ago;
        while self.reserved.days.contains(&self.today.minus(days_ago)) {
            days_ago += 1;
        }
        let at = self.daytime(days_ago);
        let (scheme, status) = match self.person.home {
            Home::UnitedStates => (Scheme::Ach, None),
            Home::UnitedKingdom => (Scheme::Fps, Some("ACCC")),
            Home::Germany | Home::France | Home::Netherlands | Home::Spain => (Scheme::SepaCredit, Some("ACCC")),
        };
        let mut amount_minor = amount_minor;
        while self.reserved.amounts.contains(&amount_minor) {
            amount_minor += 1;
        }
        let payee = payee.to_owned();
        self.order(&Order { payee, amount_minor, scheme, at, status, reason: None });
    }

    /// A journey to another European country, paid in its currency.
    fn travel(&mut self) {
        let home = self.person.home.country();
        let Some(country) = self.random.pick(&["GB", "DE", "FR", "NL", "ES"]).copied() else { return };
        let places = self.shops(|one| one.billing == Billing::OneOff && one.country == country && country != home);
        let last = self.random.between(8, 60);
        if last + JOURNEY_DAYS > self.age_days() {
            return;
        }
        for day in 0..JOURNEY_DAYS {
            let Some(place) = self.random.pick(&places).copied() else { return };
            let original_minor = self.fresh_amount(place);
            let at = self.daytime(last + day);
            self.foreign_payment(place, original_minor, at, EntryMode::Contactless);
        }
    }

    /// A purchase that was taken back to the shop, and its refund.
    fn return_something(&mut self) {
        let country = self.person.home.country();
        let shops = self.shops(|one| one.category == "shopping" && one.country == country);
        let Some(shop) = self.random.pick(&shops).copied() else { return };
        let amount_minor = self.fresh_amount(shop);
        let bought = self.random.between(20, 40);
        if bought > self.age_days() {
            return;
        }
        let at = self.daytime(bought);
        let id = self.card_payment(shop, amount_minor, at, EntryMode::Chip, TransactionStatus::Posted);
        let back = self.daytime(bought - 9);
        self.undo(&id, TransactionKind::Refund, back);
    }

    /// A credit card beside the account, with some of the spending on it.
    fn use_a_credit_card(&mut self) {
        let age = self.random.between(200, 1_500).min(self.age_days());
        self.add_account(Product::CreditCard, age);
        let before = self.transactions.len();
        self.shop(4);
        let ids: Vec<String> = self.transactions.iter().skip(before).map(|one| one.id.clone()).collect();
        for id in &ids {
            self.move_to_newest_account(id);
        }
    }

    fn reserve_what_is_written(&mut self) {
        for transaction in &self.transactions {
            self.reserved.days.insert(transaction.booked_at.day());
            self.reserved.amounts.insert(transaction.amount_minor);
            self.reserved.merchants.extend(transaction.merchant_id.clone());
        }
    }

    /// The merchants of one kind that are not kept for something else.
    fn shops(&self, wanted: impl Fn(&Merchant) -> bool) -> Vec<&'a Merchant> {
        let merchants = self.merchants;
        merchants.iter().filter(|one| wanted(one) && !self.reserved.merchants.contains(&one.id)).collect()
    }

    /// A usual amount that was not spent at this shop before.
    fn fresh_amount(&mut self, shop: &Merchant) -> i64 {
        let mut amount_minor = self.usual_amount(&shop.category);
        while self.spent.contains(&(shop.id.clone(), amount_minor)) || self.reserved.amounts.contains(&amount_minor) {
            amount_minor += 1;
        }
        amount_minor
    }

    /// A day on which nothing that matters happened, drawn between the two given ones and after the account's opening.
    fn free_day(&mut self, nearest: i64, farthest: i64) -> i64 {
        let farthest = farthest.min(self.age_days()).max(nearest);
        let taken = |books: &Self, days_ago: i64| books.reserved.days.contains(&books.today.minus(days_ago));
        let drawn = self.random.between(nearest, farthest);
        (drawn..=farthest).chain(nearest..drawn).find(|days_ago| !taken(self, *days_ago)).unwrap_or(drawn)
    }

    /// For how many days the account has been open.
    fn age_days(&self) -> i64 {
        let opened: Option<Day> = self.accounts.first().map(|account| account.opened_on);
        opened.map_or(0, |opened| self.today.days_since(opened))
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
