//! The lines themselves. Each is one sentence, so that it can be repeated whole; amounts, days and references stand in
//! it as they are written everywhere else. Names of closed lists are told as they stand in the journal.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    country::Country,
    facts::{Account, Band, Direction, Normal, Payment, PaymentDirection, Transaction},
    identity::Document,
    ids::Reference,
    money::Money,
    rules::arrival::Expected,
    source::{Lookup, ProfileField},
    time::{DAY_MS, Millis},
};

const MINUTE_MS: i64 = 60_000;

/// The name of a closed list's member, in plain words.
pub(crate) fn plain(name: &impl Serialize) -> String {
    match serde_json::to_value(name) {
        Ok(serde_json::Value::String(name)) => name.replace('_', " "),
        Ok(_) | Err(_) => String::new(),
    }
}

/// The day and minute of a moment, in UTC.
pub(crate) fn moment(at: Millis) -> String {
    let minutes = at.0.rem_euclid(DAY_MS) / MINUTE_MS;
    format!("{} at {:02}:{:02} UTC", at.date(), minutes / 60, minutes % 60)
}

/// Members of a list, with commas.
fn list<T: Serialize>(members: impl IntoIterator<Item = T>) -> String {
    members.into_iter().map(|member| plain(&member)).collect::<Vec<_>>().join(", ")
}

/// A line of what is known, in order; what is not known is left out.
struct Line(String);

impl Line {
    fn add(mut self, part: &str, value: Option<impl ToString>) -> Self {
        if let Some(value) = value.map(|value| value.to_string()).filter(|value| !value.is_empty()) {
            self.0.push_str(part);
            self.0.push_str(&value);
        }
        self
    }

    fn end(mut self) -> String {
        self.0.push('.');
        self.0
    }
}

pub(super) fn transaction(row: &Transaction) -> String {
    let who = match row.direction {
        Direction::Debit => "from",
        Direction::Credit => "to",
    };
    let (id, kind, status) = (&row.id, plain(&row.kind), plain(&row.status));
    let start = format!("Transaction {id} is a {kind} of {} {who} the customer, {status}, booked on ", row.money);
    let named = [(row.merchant_named, "merchant"), (row.amount_named, "amount")];
    let named = list(named.iter().filter(|(is, _)| *is).map(|(_, what)| what));
    let authenticated = row.strong_authentication.map(|did| if did { "with" } else { "without" });
    Line(start)
        .add("", Some(moment(row.booked_at)))
        .add(", ", row.entry_mode.map(|mode| plain(&mode)))
        .add(", in ", row.country)
        .add(", converted from ", row.original)
        .add(", undoing ", row.related.as_ref())
        .add(", at the merchant ", row.merchant.as_ref())
        .add(", after earlier charges there: ", Some(row.earlier).filter(|earlier| *earlier > 0))
        .add(", with the card ", row.card.as_ref())
        .add(" of the network ", row.network.map(|network| plain(&network)))
        .add(", on the account ", row.account.as_ref())
        .add(", strong authentication: ", authenticated)
        .add(", unusual in: ", Some(list(&row.unusual)))
        .add(", named by the customer: ", Some(named))
        .end()
}

pub(super) fn transactions(lookup: &Lookup, total: u32, normal: Option<String>) -> String {
    let days = match lookup {
        Lookup::Transactions { from, to, .. } => Some(format!("{from} to {to}")),
        _ => None,
    };
    Line(format!("The ledger shows {total} transactions"))
        .add(" when asked for ", days)
        .add("; normal is ", normal)
        .end()
}

/// What is normal; the median has a currency only where all rows have the same.
pub(crate) fn normal(normal: &Normal, rows: &[Transaction]) -> String {
    let currency = rows.first().map(|row| row.money.currency);
    let median = match currency.filter(|code| rows.iter().all(|row| row.money.currency == *code)) {
        Some(currency) => Money { amount_minor: normal.median_minor, currency }.to_string(),
        None => format!("{} minor units", normal.median_minor),
    };
    Line(format!("a median payment of {median}")).add(" in ", Some(list(&normal.countries))).0
}

pub(super) fn payment(row: &Payment, expected: Option<&Expected>) -> String {
    let who = row.direction.map(|direction| match direction {
        PaymentDirection::Out => "from the customer",
        PaymentDirection::In => "to the customer",
    });
    Line(format!("Payment {} is one of {}", row.id, row.money))
        .add(" ", who)
        .add(" by ", row.scheme.map(|scheme| plain(&scheme)))
        .add(", made on ", Some(moment(row.created_at)))
        .add(", with the status ", row.status.as_ref())
        .add(" and the reason ", row.reason.as_ref())
        .add(", changed on ", row.updated_at.map(moment))
        .add(", to be executed on ", row.execution_on)
        .add(", on the account ", row.account.as_ref())
        .add(", to be expected by ", expected.map(|expected| expected.latest))
        .end()
}

pub(super) fn account(row: &Account) -> String {
    let cards = row.cards.iter().map(|card| {
        let about = list(card.network.iter()) + " " + &list(card.status.iter());
        format!("{} {}", card.id, about.trim()).trim_end().to_owned()
    });
    let cards = cards.collect::<Vec<_>>().join(", ");
    let statement = row.statements.first().map(|one| format!("{}, sent on {}", one.period_end, one.sent_on));
    Line(format!("Account {} is a {} account", row.id, plain(&row.product)))
        .add(" in ", row.country)
        .add(", opened on ", row.opened_on)
        .add(", with its first deposit on ", row.first_deposit_on)
        .add(", with the cards: ", Some(cards))
        .add("; its newest statement ends on ", statement)
        .end()
}

pub(super) fn profile(
    [present, missing, agrees, differs]: [&[ProfileField]; 4],
    expires: Option<Date>,
    country: Option<&Country>,
) -> String {
    let present = if present.is_empty() { "nothing that was asked for".to_owned() } else { list(present) };
    Line("The profile holds: ".to_owned())
        .add("", Some(present))
        .add("; it lacks: ", Some(list(missing)))
        .add("; the documents agree with it in: ", Some(list(agrees)))
        .add("; the documents differ from it in: ", Some(list(differs)))
        .add("; the identity document on record expires on ", expires)
        .add("; the country of residence is ", country)
        .end()
}

pub(super) fn risk(
    score: u16,
    band: Band,
    reasons: &[Reference],
    normal: Option<&Normal>,
    model: Option<&Reference>,
) -> String {
    let reasons = reasons.iter().map(Reference::as_str).collect::<Vec<_>>().join(", ");
    Line(format!("The scoring service gives {score} of 1000, which it calls {}", plain(&band)))
        .add(", because of ", Some(reasons))
        .add("; it takes for normal ", normal.map(|one| self::normal(one, &[])))
        .add("; its model is ", model)
        .end()
}

pub(super) fn merchant(id: &Reference, recurring: bool) -> String {
    let recurring = recurring.then_some("charges again by itself");
    Line(format!("Merchant {id} is one that the customer's words can mean")).add(", and ", recurring).end()
}

pub(super) fn passage(id: &Reference, lookup: &Lookup) -> String {
    let topic = match lookup {
        Lookup::Policy { topic } => Some(plain(topic)),
        _ => None,
    };
    Line(format!("Policy passage {id}")).add(" is about ", topic).end()
}

pub(super) fn document(document: &Document) -> String {
    let sides = [(document.front, "front"), (document.back, "back")];
    let sides = list(sides.iter().filter(|(is, _)| *is).map(|(_, side)| side));
    Line(format!("Document {} is of the kind {}", document.id, plain(&document.kind)))
        .add(", with its sides: ", Some(sides))
        .add(", ", document.legible.map(|can| if can { "legible" } else { "not legible" }))
        .add(", issued on ", document.issued)
        .add(", expiring on ", document.expires)
        .end()
}
