//! The customers that are the same in every seed, so that a test or a reader can ask for what they need by name; what
//! happened to them is to be found in their ledgers and nowhere else.
//!
//! | customer | what the ledger shows |
//! |---|---|
//! | `cus_ada` | a subscription charged twice within minutes, both posted, no credit |
//! | `cus_ben` | the same subscription, charged once this month and once in each of two months before |
//! | `cus_cleo` | charged twice, the second already reversed |
//! | `cus_dan` | four online payments abroad within an hour at night |
//! | `cus_eve` | much ordinary spending, more than one page of it |
//! | `cus_fay` | a SEPA payment accepted and on its way (ACSP) |
//! | `cus_gil` | a SEPA payment rejected because the account is closed (RJCT, AC04) |
//! | `cus_hana` | an ACH payment returned because there is no such account (R03) |
//! | `cus_ivo` | identity data that is not whole |
//! | `cus_jun` | charged once, with a second authorisation still pending |
//! | `cus_kai` | charged twice, the second already refunded by the merchant |
//! | `cus_lea` | an identity document that has run out |

use super::books::{Books, Order};
use super::homes::Home;
use super::{EntryMode, Merchant, Scheme, TransactionKind, TransactionStatus};
use crate::day::Moment;

/// The subscription of which the well-known customers complain, and what it costs.
pub(super) const STREAMLY: &str = "mer-1001";
const STREAMLY_MINOR: i64 = 1_299;
/// Where the night-time payments of `cus_dan` were made, and for how much.
const ABROAD: [(&str, i64); 4] = [("mer-3001", 100), ("mer-3001", 64_900), ("mer-3003", 50_000), ("mer-3002", 38_750)];

/// Writes the books of one well-known customer.
pub(super) fn write(books: &mut Books<'_>) {
    let months = 3;
    match books.person.id.as_str() {
        id @ ("cus_ada" | "cus_ben" | "cus_cleo" | "cus_jun" | "cus_kai") => {
            subscription_story(books, id);
            books.reserved.merchants.insert(STREAMLY.to_owned());
            books.shop(16);
        }
        "cus_dan" => {
            books.shop(22);
            payments_abroad(books);
        }
        "cus_fay" => {
            books.shop(18);
            pay(books, Scheme::SepaCredit, "Baugenossenschaft Nord", Some("ACSP"), None, 1);
        }
        "cus_gil" => {
            books.shop(18);
            pay(books, Scheme::SepaCredit, "Vermietung Sommer", Some("RJCT"), Some("AC04"), 2);
        }
        "cus_hana" => {
            books.shop(18);
            pay(books, Scheme::Ach, "Oak Hill Dental", None, Some("R03"), 5);
        }
        "cus_eve" => books.shop(124),
        _ => {
            let spending = books.days_ago(14, 24);
            books.shop(spending);
            books.subscribe(Some(STREAMLY));
            settled_payment(books);
        }
    }
    books.earn(months);
}

fn merchant<'a>(books: &Books<'a>, id: &str) -> Option<&'a Merchant> {
    books.merchants.iter().find(|merchant| merchant.id == id)
}

fn subscription_story(books: &mut Books<'_>, id: &str) {
    let Some(streamly) = merchant(books, STREAMLY) else { return };
    let days_ago = books.days_ago(3, 8);
    let first = books.daytime(days_ago);
    books.monthly_charges(streamly, STREAMLY_MINOR, first, 3);
    if id == "cus_ben" {
        return;
    }
    let again = later(books, first, 2, 9);
    let status = if id == "cus_jun" { TransactionStatus::Pending } else { TransactionStatus::Posted };
    let second = books.card_payment(streamly, STREAMLY_MINOR, again, EntryMode::Recurring, status);
    let next_day = again.plus_seconds(86_400);
    match id {
        "cus_cleo" => books.undo(&second, TransactionKind::Reversal, next_day),
        "cus_kai" => books.undo(&second, TransactionKind::Refund, next_day),
        _ => return,
    };
}

fn payments_abroad(books: &mut Books<'_>) {
    let days_ago = books.days_ago(1, 3);
    let mut at = books.today.minus(days_ago).at(3, books.days_ago(0, 19), 0);
    for (merchant_id, amount_minor) in ABROAD {
        let Some(merchant) = merchant(books, merchant_id) else { return };
        books.card_payment(merchant, amount_minor, at, EntryMode::Online, TransactionStatus::Posted);
        at = later(books, at, 3, 9);
    }
}

/// Some minutes after a moment.
fn later(books: &mut Books<'_>, at: Moment, low: i64, high: i64) -> Moment {
    at.plus_seconds(books.days_ago(low * 60, high * 60))
}

fn pay(
    books: &mut Books<'_>,
    scheme: Scheme,
    payee: &str,
    status: Option<&'static str>,
    reason: Option<&'static str>,
    days_ago: i64,
) {
    let at = books.daytime(days_ago);
    let amount_minor = books.days_ago(2_500, 95_000);
    books.order(&Order { payee: payee.to_owned(), amount_minor, scheme, at, status, reason });
}

fn settled_payment(books: &mut Books<'_>) {
    let days_ago = books.days_ago(2, 40);
    let (scheme, payee, status) = match books.person.home {
        Home::UnitedStates => (Scheme::Ach, "Prairie Property Rentals", None),
        Home::UnitedKingdom => (Scheme::Fps, "Thornbury Lettings", Some("ACSC")),
        Home::Germany | Home::France | Home::Netherlands | Home::Spain => {
            (Scheme::SepaInstant, "Hausverwaltung Krone", Some("ACCC"))
        }
    };
    pay(books, scheme, payee, status, None, days_ago);
}
