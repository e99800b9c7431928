//! How customers write amounts, days and shops.

use crate::day::Day;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const NUMBERS: [&str; 7] = ["no", "one", "two", "three", "four", "five", "six"];

/// An amount as a customer of its currency writes it; the style chooses among the usual ways.
pub(super) fn amount(amount_minor: i64, currency: &str, style: u64) -> String {
    let number = format!("{}.{:02}", amount_minor / 100, amount_minor % 100);
    let sign = match currency {
        "USD" => "$",
        "GBP" => "£",
        "EUR" => "€",
        _ => return format!("{number} {currency}"),
    };
    match style % 3 {
        0 => format!("{sign}{number}"),
        1 => format!("{number} {currency}"),
        _ => format!("{currency} {number}"),
    }
}

/// A day in the past as a customer writes it on another day.
pub(super) fn day(day: Day, today: Day, style: u64) -> String {
    let ago = today.days_since(day);
    let weekday = WEEKDAYS[usize::try_from(day.weekday()).unwrap_or(0)];
    match (ago, style % 2) {
        (0, _) => "today".to_owned(),
        (1, _) => "yesterday".to_owned(),
        (2..=6, 0) => format!("{} days ago", NUMBERS[usize::try_from(ago).unwrap_or(0)]),
        (2..=6, _) => format!("on {weekday}"),
        _ => format!("on {}", date(day, style)),
    }
}

/// A date written out; with its year where it is not near.
pub(super) fn date(day: Day, style: u64) -> String {
    let (year, month, of_month) = day.civil();
    let month = MONTHS[usize::try_from(month - 1).unwrap_or(0)];
    match style % 3 {
        0 => format!("{of_month} {month}"),
        1 => format!("{month} {of_month}"),
        _ => format!("{of_month} {month} {year}"),
    }
}

/// A shop's name as somebody writes it who does not look: two letters of its longest word change places.
pub(super) fn misspelt(name: &str) -> String {
    let longest = name.split(' ').max_by_key(|word| word.len()).unwrap_or(name);
    let mut letters: Vec<char> = longest.chars().collect();
    // Not the first letters, which people get right, and not two that are the same.
    if let Some(place) = (2..letters.len().saturating_sub(1)).find(|place| letters[*place] != letters[*place + 1]) {
        letters.swap(place, place + 1);
    }
    name.replacen(longest, &letters.into_iter().collect::<String>(), 1)
}

/// A text with its places filled in.
pub(super) fn fill(template: &str, values: &std::collections::BTreeMap<&'static str, String>) -> String {
    values.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_days_and_shops_are_written_as_customers_write_them() {
        assert_eq!(amount(4_507, "USD", 0), "$45.07");
        assert_eq!(amount(4_507, "EUR", 2), "EUR 45.07");
        assert_eq!(amount(4_500, "THB", 0), "45.00 THB");
        let today = Day::from_civil(2026, 11, 22).unwrap();
        assert_eq!(day(today.minus(1), today, 0), "yesterday");
        assert_eq!(day(today.minus(3), today, 0), "three days ago");
        assert_eq!(day(today.minus(3), today, 1), "on Thursday");
        assert_eq!(day(today.minus(20), today, 1), "on November 2");
        assert_eq!(misspelt("Voltmart Electronics"), "Voltmart Elcetronics");
    }
}
