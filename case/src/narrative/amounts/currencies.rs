//! How customers name currencies.

use super::super::tokens::{Token, TokenKind};
use crate::money::Currency;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Whole units of a currency.
    Whole(Currency),
    /// Cents or pence, of a currency that is not said.
    Hundredth,
}

impl Unit {
    /// The currency, where it is said.
    pub(super) const fn currency(self) -> Option<Currency> {
        match self {
            Self::Whole(currency) => Some(currency),
            Self::Hundredth => None,
        }
    }
}

/// Codes with their signs and names. A code that is an English word of its own is missing on purpose.
const CURRENCIES: &[(&str, &[&str])] = &[
    ("USD", &["usd", "us$", "$", "dollar", "dollars", "bucks", "buck"]),
    ("EUR", &["eur", "€", "euro", "euros"]),
    ("GBP", &["gbp", "£", "pound", "pounds", "quid", "sterling", "stg"]),
    ("JPY", &["jpy", "¥", "yen"]),
    ("CHF", &["chf", "franc", "francs", "sfr"]),
    ("SEK", &["sek", "kr", "kronor", "krona", "crowns"]),
    ("NOK", &["nok"]),
    ("DKK", &["dkk", "kroner", "krone"]),
    ("PLN", &["pln", "zloty", "zlotys", "zł", "zl", "zlotych"]),
    ("CAD", &["cad", "c$", "ca$"]),
    ("AUD", &["aud", "a$", "au$"]),
    ("NZD", &["nzd", "nz$"]),
    ("SGD", &["sgd", "s$"]),
    ("HKD", &["hkd", "hk$"]),
    ("INR", &["inr", "₹", "rupee", "rupees", "rs"]),
    ("CNY", &["cny", "rmb", "yuan", "renminbi"]),
    ("KRW", &["krw", "₩"]),
    ("MXN", &["mxn", "mx$", "peso", "pesos"]),
    ("BRL", &["brl", "r$", "reais"]),
    ("ZAR", &["zar", "rand"]),
    ("CZK", &["czk", "koruna", "korun"]),
    ("HUF", &["huf", "forint", "forints"]),
    ("RON", &["lei", "leu"]),
    ("BGN", &["bgn", "leva"]),
    ("TRY", &["₺", "lira", "liras"]),
    ("UAH", &["uah", "₴", "hryvnia"]),
    ("ILS", &["ils", "₪", "shekel", "shekels"]),
    ("AED", &["aed", "dirham", "dirhams"]),
    ("THB", &["thb", "฿", "baht"]),
    ("COP", &["cop"]),
    ("CLP", &["clp"]),
    ("ARS", &["ars"]),
    ("PHP", &["php"]),
    ("IDR", &["idr", "rupiah"]),
    ("MYR", &["myr", "ringgit"]),
    ("VND", &["vnd", "dong"]),
    ("EGP", &["egp"]),
    ("SAR", &["sar", "riyal", "riyals"]),
    ("QAR", &["qar"]),
    ("NGN", &["ngn", "naira"]),
    ("GHS", &["ghs", "cedi", "cedis"]),
    ("KES", &["kes", "ksh", "shillings"]),
    ("PKR", &["pkr"]),
    ("BDT", &["bdt", "taka"]),
    ("LKR", &["lkr"]),
    ("ISK", &["isk"]),
    ("RUB", &["rub", "rubles", "roubles"]),
];
const HUNDREDTHS: &[&str] = &["cent", "cents", "pence", "penny", "p", "ct", "c"];
/// Currencies that share a sign or a name.
const ALIKE: &[&[&str]] = &[
    &["USD", "CAD", "AUD", "NZD", "SGD", "HKD"],
    &["SEK", "NOK", "DKK", "ISK", "CZK"],
    &["JPY", "CNY"],
    &["INR", "PKR", "LKR", "NPR"],
    &["MXN", "CLP", "COP", "ARS", "PHP"],
];

/// The unit that a token names.
pub(super) fn of(token: &Token) -> Option<Unit> {
    matches!(token.kind, TokenKind::Word | TokenKind::Sign).then(|| word(&token.text)).flatten()
}

/// The unit that a word or sign names.
pub(super) fn word(word: &str) -> Option<Unit> {
    if HUNDREDTHS.contains(&word) {
        return Some(Unit::Hundredth);
    }
    let (code, _) = CURRENCIES.iter().find(|(_, names)| names.contains(&word))?;
    Currency::parse(code).map(Unit::Whole)
}

/// Whether two currencies are one to somebody who names them in everyday words.
pub(super) fn alike(one: Currency, other: Currency) -> bool {
    let (one, other) = (one.to_string(), other.to_string());
    one == other || ALIKE.iter().any(|alike| alike.contains(&one.as_str()) && alike.contains(&other.as_str()))
}
