//! The countries in which customers of the seeded bank live, and what follows from that.

use crate::random::Random;

/// The home of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    UnitedStates,
    UnitedKingdom,
    Germany,
    France,
    Netherlands,
    Spain,
}

/// What a unit of a currency is worth, in hundredths of a dollar. The rates are invented and never change.
const RATES: [(&str, i64); 8] =
    [("USD", 100), ("EUR", 108), ("GBP", 127), ("SGD", 74), ("BRL", 18), ("HKD", 13), ("THB", 3), ("CHF", 113)];

impl Home {
    pub(super) const ALL: [Self; 6] =
        [Self::UnitedStates, Self::UnitedKingdom, Self::Germany, Self::France, Self::Netherlands, Self::Spain];

    pub(super) fn country(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::UnitedKingdom => "GB",
            Self::Germany => "DE",
            Self::France => "FR",
            Self::Netherlands => "NL",
            Self::Spain => "ES",
        }
    }

    pub(super) fn currency(self) -> &'static str {
        currency_of(self.country())
    }

    /// Whether online payments and transfers from here are authenticated strongly; none where no law says so.
    pub(super) fn authenticates_strongly(self) -> Option<bool> {
        (self != Self::UnitedStates).then_some(true)
    }

    /// A house number and a street, as they are written here.
    pub(super) fn address(self, number: i64, street: &str, town: &str) -> String {
        match self {
            Self::UnitedStates | Self::UnitedKingdom | Self::France => format!("{number} {street}, {town}"),
            Self::Germany | Self::Netherlands | Self::Spain => format!("{street} {number}, {town}"),
        }
    }

    /// A telephone number of those that are set aside for examples, or of a form that is not given out.
    pub(super) fn phone(self, random: &mut Random) -> String {
        match self {
            Self::UnitedStates => format!("+1 212 555 01{:02}", random.between(0, 99)),
            Self::UnitedKingdom => format!("+44 20 7946 0{:03}", random.between(0, 999)),
            Self::Germany => format!("+49 30 23125 {:03}", random.between(0, 999)),
            Self::France => format!("+33 1 99 00 {:02} {:02}", random.between(0, 99), random.between(0, 99)),
            Self::Netherlands => format!("+31 85 000 {:04}", random.between(0, 9999)),
            Self::Spain => format!("+34 910 000 {:03}", random.between(0, 999)),
        }
    }
}

/// The currency in which merchants of a country are paid.
pub(super) fn currency_of(country: &str) -> &'static str {
    match country {
        "GB" => "GBP",
        "DE" | "FR" | "NL" | "ES" | "IE" => "EUR",
        "SG" => "SGD",
        "BR" => "BRL",
        "HK" => "HKD",
        "TH" => "THB",
        _ => "USD",
    }
}

/// An amount in another currency; both have hundredths.
pub(super) fn converted(amount_minor: i64, from: &str, to: &str) -> i64 {
    let rate = |currency: &str| RATES.iter().find(|(known, _)| *known == currency).map_or(100, |(_, rate)| *rate);
    amount_minor * rate(from) / rate(to)
}
