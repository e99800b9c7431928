//! Made-up customers, and the ways in which they write their own names and addresses.

use crate::{dice::Dice, disguise};

/// A customer as a profile has them.
pub(crate) struct Customer {
    pub(crate) given: &'static str,
    pub(crate) family: &'static str,
    pub(crate) street: &'static str,
    pub(crate) house: usize,
    pub(crate) town: &'static str,
    pub(crate) code: String,
    pub(crate) born: (usize, usize, usize),
}

const GIVEN: [&str; 24] = [
    "Zelda",
    "Jürgen",
    "María",
    "Anna-Maria",
    "Søren",
    "Łukasz",
    "Priya",
    "Chidi",
    "Oluwaseun",
    "Thị Hoa",
    "Robert",
    "Elizabeth",
    "Fatima",
    "Yusuf",
    "Ingrid",
    "Giovanni",
    "Aoife",
    "Katarzyna",
    "Hiroshi",
    "Wei",
    "Grace",
    "Will",
    "Rose",
    "Mark",
];
const FAMILY: [&str; 24] = [
    "Quartermaine",
    "Groß",
    "de la Cruz",
    "O'Brien",
    "Ångström",
    "Żółkiewski",
    "Ramanathan",
    "Okonkwo",
    "van der Berg",
    "Nguyen",
    "Al-Masri",
    "Petrov",
    "Lindqvist",
    "Dell'Acqua",
    "MacAllister",
    "Świątek",
    "Yamamoto",
    "Zhang",
    "Novak",
    "Castillo",
    "Hughes",
    "Müller",
    "Weiss",
    "Jovanović",
];
const STREETS: [&str; 12] = [
    "Alder Street",
    "Birch Avenue",
    "Canary Row",
    "Dogwood Lane",
    "Hauptstraße",
    "Elm Road",
    "Rue de la Paix",
    "Fichtenweg",
    "Sycamore Boulevard",
    "Viburnum Drive",
    "Calle Mayor",
    "Willow Court",
];
const TOWNS: [&str; 8] = ["Leeds", "Springfield", "Berlin", "Tucson", "Norwich", "Lyon", "Boise", "Sevilla"];

/// A customer by chance.
pub(crate) fn customer(dice: &mut Dice) -> Customer {
    let code = if dice.roll(2) == 0 {
        dice.digits(5)
    } else {
        format!("LS{} {}{}", dice.between(1, 29), dice.between(1, 9), dice.pick(&["AP", "DY", "QX"]))
    };
    Customer {
        given: dice.pick(&GIVEN),
        family: dice.pick(&FAMILY),
        street: dice.pick(&STREETS),
        house: dice.between(1, 199),
        town: dice.pick(&TOWNS),
        code,
        born: (dice.between(1940, 2005), dice.between(1, 12), dice.between(1, 28)),
    }
}

impl Customer {
    /// The profile as a source sends it.
    pub(crate) fn profile(&self) -> serde_json::Value {
        let (year, month, day) = self.born;
        serde_json::json!({ "customer_id": "cus_one", "fields": {
            "name": format!("{} {}", self.given, self.family),
            "date_of_birth": format!("{year}-{month:02}-{day:02}"),
            "address": format!("{} {}, {} {}", self.house, self.street, self.town, self.code),
        } })
    }

    /// Something of the customer's as they write it, and words before it.
    pub(crate) fn written(&self, dice: &mut Dice) -> (String, String) {
        let (given, family) = (self.given, self.family);
        let initial = given.chars().next().unwrap();
        let (year, month, day) = self.born;
        let plain = match dice.roll(10) {
            0 => format!("{given} {family}"),
            1 => format!("{family}, {given}"),
            2 => format!("{initial}. {family}"),
            3 => family.to_owned(),
            4 => format!("{given} {family}").to_uppercase(),
            5 => format!("{given} {family}").to_lowercase(),
            6 => format!("{} {}", self.house, self.street),
            7 => format!("{} {}, {} {}", self.house, self.street, self.town, self.code),
            8 => format!("{}, {}", self.street, self.code),
            _ => format!("{day:02}/{month:02}/{year}"),
        };
        let before =
            dice.pick(&["my name is ", "", "it is ", "registered as ", "Regards,\n", "they have ", "I gave them "]);
        let written = match dice.roll(6) {
            0 => without_accents(&plain),
            1 => disguise::disguise("zero-width", "name", &plain, dice),
            2 => disguise::disguise("full-width", "name", &plain, dice),
            3 => plain.replace(' ', "\u{A0}"),
            _ => plain,
        };
        (before.to_owned(), written)
    }
}

/// As people type without the letters on their keyboard.
fn without_accents(text: &str) -> String {
    [
        ("ü", "ue"),
        ("ß", "ss"),
        ("í", "i"),
        ("ø", "o"),
        ("Ł", "L"),
        ("Å", "A"),
        ("ö", "o"),
        ("Ż", "Z"),
        ("ó", "o"),
        ("ł", "l"),
        ("Ś", "S"),
        ("ą", "a"),
        ("ć", "c"),
        ("ị", "i"),
        ("'", ""),
    ]
    .iter()
    .fold(text.to_owned(), |text, (accented, plain)| text.replace(accented, plain))
}
