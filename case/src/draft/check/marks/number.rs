//! Numbers and amounts in their usual notations: `12.99`, `1,234.50`, `1.234,50`, `$12.99`, `USD 12.99`, `45 pounds`.

use super::DayMark;

/// A number, with its currency where one is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::draft::check) struct Quantity {
    /// Its readings, each without separators and without zeros at the end of its fraction.
    values: Vec<String>,
    /// The currencies that it can be in; empty for a bare number.
    currencies: Vec<&'static str>,
}

/// Codes that are taken for a currency beside a number. Another code is a name, and its number a bare one.
const CODES: [&str; 38] = [
    "USD", "EUR", "GBP", "CHF", "JPY", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "PLN", "CZK", "HUF", "RON",
    "BGN", "TRY", "INR", "CNY", "HKD", "SGD", "KRW", "THB", "MYR", "IDR", "PHP", "VND", "ZAR", "NGN", "KES", "EGP",
    "ILS", "AED", "SAR", "BRL", "MXN", "CLP",
];
const SIGNS: [(&str, &[&str]); 5] = [
    ("$", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN"]),
    ("€", &["EUR"]),
    ("£", &["GBP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
];
const UNITS: [(&str, &[&str]); 9] = [
    ("dollar", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD"]),
    ("dollars", &["USD", "CAD", "AUD", "NZD", "HKD", "SGD"]),
    ("euro", &["EUR"]),
    ("euros", &["EUR"]),
    ("pound", &["GBP"]),
    ("pounds", &["GBP"]),
    ("yen", &["JPY"]),
    ("francs", &["CHF"]),
    ("rupees", &["INR"]),
];
/// Numbers in words. `one` is left out: it mostly stands for something, not for a number.
const COUNTS: [(&str, u32); 24] = [
    ("zero", 0),
    ("two", 2),
    ("three", 3),
    ("four", 4),
    ("five", 5),
    ("six", 6),
    ("seven", 7),
    ("eight", 8),
    ("nine", 9),
    ("ten", 10),
    ("eleven", 11),
    ("twelve", 12),
    ("dozen", 12),
    ("fifteen", 15),
    ("twenty", 20),
    ("thirty", 30),
    ("forty", 40),
    ("fifty", 50),
    ("sixty", 60),
    ("seventy", 70),
    ("eighty", 80),
    ("ninety", 90),
    ("hundred", 100),
    ("thousand", 1_000),
];

impl Quantity {
    /// Whether a number of a cited text is this one. An amount needs its currency there; a bare number does not.
    pub(super) fn is_borne_by(&self, known: &Self) -> bool {
        let same = self.values.iter().any(|value| known.values.contains(value));
        let currency = self.currencies.is_empty() || self.currencies.iter().any(|code| known.currencies.contains(code));
        same && currency
    }

    /// The codes of the currencies that it can be in, in lower case.
    pub(super) fn codes(&self) -> impl Iterator<Item = String> + '_ {
        self.currencies.iter().map(|code| code.to_lowercase())
    }

    /// Whether this is the year of a cited day.
    pub(super) fn is_year(&self, day: &DayMark) -> bool {
        let year = day.year.map(|year| year.to_string());
        self.currencies.is_empty() && year.is_some_and(|year| self.values.contains(&year))
    }

    /// Whether this is that many.
    pub(super) fn is_count(&self, count: u32) -> bool {
        self.currencies.is_empty() && self.values.contains(&count.to_string())
    }
}

/// A number in words.
pub(super) fn count(lower: &str) -> Option<u32> {
    COUNTS.iter().find(|(word, _)| *word == lower).map(|(_, count)| *count)
}

/// A number or amount, with what stands before and after it.
pub(super) fn read(core: &str, before: Option<&str>, after: Option<&str>) -> Option<Quantity> {
    let (mut currencies, rest) = own_currency(core);
    let percent = rest.ends_with('%');
    let values = values(rest.trim_end_matches('%').trim_start_matches(['-', '+']))?;
    let values = if percent { values.into_iter().map(|value| value + "%").collect() } else { values };
    if currencies.is_empty() && !percent {
        currencies = before.and_then(code).or_else(|| after.and_then(unit)).unwrap_or_default();
    }
    Some(Quantity { values, currencies })
}

/// The sign or code that is written together with a number, and the number.
fn own_currency(core: &str) -> (Vec<&'static str>, &str) {
    for (sign, codes) in SIGNS {
        let rest = core.strip_suffix(sign).or_else(|| {
            core.split_once(sign).and_then(|(before, after)| {
                // `US$12`, `-$12`
                ["", "-", "US", "CA", "A", "HK", "S", "NZ"].contains(&before).then_some(after)
            })
        });
        if let Some(rest) = rest {
            return (codes.to_vec(), rest);
        }
    }
    for code in CODES {
        if let Some(rest) = core.strip_prefix(code).or_else(|| core.strip_suffix(code)).filter(|rest| !rest.is_empty())
        {
            return (vec![code], rest);
        }
    }
    (Vec::new(), core)
}

fn code(core: &str) -> Option<Vec<&'static str>> {
    let code = CODES.iter().find(|code| **code == core).map(|code| vec![*code]);
    code.or_else(|| SIGNS.iter().find(|(sign, _)| *sign == core).map(|(_, codes)| codes.to_vec()))
}

fn unit(core: &str) -> Option<Vec<&'static str>> {
    let lower = core.to_lowercase();
    code(core).or_else(|| UNITS.iter().find(|(unit, _)| *unit == lower).map(|(_, codes)| codes.to_vec()))
}

/// The readings of a number: a comma or stop is a separator of thousands or of the fraction.
fn values(digits: &str) -> Option<Vec<String>> {
    let starts = digits.starts_with(|sign: char| sign.is_ascii_digit());
    let plain = digits.chars().all(|sign| sign.is_ascii_digit() || sign == ',' || sign == '.');
    if !starts || !plain || digits.ends_with([',', '.']) {
        return None;
    }
    let readings = [reading(digits, ',', '.'), reading(digits, '.', ',')];
    let mut readings: Vec<String> = readings.into_iter().flatten().collect();
    readings.dedup();
    (!readings.is_empty()).then_some(readings)
}

/// The number, if `thousands` separates its groups and `point` its fraction.
fn reading(digits: &str, thousands: char, point: char) -> Option<String> {
    let (whole, fraction) = match digits.split_once(point) {
        Some((whole, fraction)) => (whole, fraction),
        None => (digits, ""),
    };
    let groups: Vec<&str> = whole.split(thousands).collect();
    let grouped = groups.iter().skip(1).all(|group| group.len() == 3)
        && groups.first().is_some_and(|first| !first.is_empty() && (groups.len() == 1 || first.len() <= 3));
    if !grouped || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let whole = groups.concat();
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") })
}
