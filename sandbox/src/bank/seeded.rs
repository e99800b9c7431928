//! The default bank of a seed and a day: the well-known customers, those of the stories and many ordinary ones.

use super::answers::Answer;
use super::books::Books;
use super::homes::Home;
use super::life::Variety;
use super::people::{self, Person, Registry};
use super::stories::{self, Side, Stage};
use super::{Bank, known};
use crate::day::Day;
use crate::random::Random;

const MERCHANTS: &str = include_str!("../../data/merchants.jsonl");
const POLICIES: &str = include_str!("../../data/policies.jsonl");
/// How many customers there are to whom nothing happens.
const ORDINARY: usize = 160;
/// Of ordinary customers, every so many has an account that is some days old only.
const NEW_EVERY: usize = 12;

/// Makes the bank of a seed and a day, and what it never serves.
pub(super) fn bank(seed: u64, today: Day) -> (Bank, Vec<Answer>) {
    let parts = [("merchants.jsonl", MERCHANTS), ("policies.jsonl", POLICIES)];
    let mut bank = Bank::from_jsonl(&parts).expect("the files built in are read by the tests");
    // Taken out while the books are written, which look merchants up.
    let merchants = std::mem::take(&mut bank.merchants);
    let mut registry = Registry::open(seed);
    for person in &people::known() {
        let mut books = Books::open(person, &merchants, seed, today);
        known::write(&mut books);
        bank.take(books, people::customer(person, seed, today));
    }
    let mut answers = Vec::new();
    for pair in stories::all() {
        let home = registry.home(pair.homes);
        for side in [Side::Story, Side::Twin] {
            let person = registry.draw(home);
            let books = Books::open(&person, &merchants, seed, today);
            let customer = people::customer(&person, seed, today);
            let mut stage = Stage::open(pair, side, books, customer, seed);
            answers.push((pair.write)(&mut stage));
            let Stage { mut books, customer, .. } = stage;
            books.live(pair.variety);
            bank.take(books, customer);
        }
    }
    for number in 0..ORDINARY {
        let person = ordinary(&mut registry);
        let mut books = Books::open(&person, &merchants, seed, today);
        if number % NEW_EVERY == 0 {
            let age = books.days_ago(6, 29);
            books.open_again(age);
        }
        books.live(Variety::Full);
        bank.take(books, people::customer(&person, seed, today));
    }
    bank.merchants = merchants;
    bank.put_in_order();
    shuffle(&mut answers, seed);
    (bank, answers)
}

fn ordinary(registry: &mut Registry) -> Person {
    let home = registry.home(&Home::ALL);
    registry.draw(home)
}

impl Bank {
    fn take(&mut self, books: Books<'_>, customer: super::Customer) {
        self.accounts.extend(books.accounts);
        self.transactions.extend(books.transactions);
        self.payments.extend(books.payments);
        self.customers.push(customer);
    }
}

/// The order of the answers says nothing about the order in which they were made.
fn shuffle(answers: &mut [Answer], seed: u64) {
    let mut random = Random::new(seed, "order of the answers");
    for last in (1..answers.len()).rev() {
        let other = random.between(0, i64::try_from(last).unwrap_or(0));
        answers.swap(last, usize::try_from(other).unwrap_or(0));
    }
}

#[cfg(test)]
mod tests;
