//! The customers of the seeded bank: who they are and what is held about them.
//!
//! All of them are invented; addresses, telephone numbers and mail domains are those set aside for examples.

use std::collections::BTreeSet;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Customer;
use super::homes::Home;
use crate::day::Day;
use crate::random::Random;

const NAMES: &str = include_str!("../../data/names.jsonl");

/// One customer.
#[derive(Debug, Clone)]
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) home: Home,
    address: String,
}

/// The customers that are the same in every seed.
#[rustfmt::skip]
const KNOWN: [(&str, &str, Home, &str); 28] = [
    ("cus_ada", "Ada Marsh", Home::UnitedStates, "14 Alder Street, Springfield, IL 62704"),
    ("cus_ben", "Ben Okafor", Home::UnitedStates, "220 Birch Avenue, Dayton, OH 45402"),
    ("cus_cleo", "Cleo Navarro", Home::UnitedStates, "9 Cedar Court, Tucson, AZ 85701"),
    ("cus_dan", "Dan Whitfield", Home::UnitedStates, "71 Dogwood Lane, Albany, NY 12207"),
    ("cus_eve", "Eve Lindqvist", Home::UnitedStates, "305 Elm Road, Madison, WI 53703"),
    ("cus_fay", "Fay Brandt", Home::Germany, "Fichtenweg 8, 10115 Berlin"),
    ("cus_gil", "Gil Hartmann", Home::Germany, "Ginsterstrasse 21, 50667 Koeln"),
    ("cus_hana", "Hana Suzuki", Home::UnitedStates, "48 Hawthorn Drive, Boise, ID 83702"),
    ("cus_ivo", "Ivo Petrov", Home::Germany, "Ilexring 3, 80331 Muenchen"),
    ("cus_jun", "Jun Park", Home::UnitedStates, "660 Juniper Way, Reno, NV 89501"),
    ("cus_kai", "Kai Thompson", Home::UnitedStates, "12 Katsura Place, Salem, OR 97301"),
    ("cus_lea", "Lea Fischer", Home::Germany, "Lindenallee 40, 20095 Hamburg"),
    ("cus_max", "Max Doyle", Home::UnitedKingdom, "5 Maple Terrace, Leeds LS1 4AP"),
    ("cus_nia", "Nia Evans", Home::UnitedKingdom, "18 Nutmeg Close, Cardiff CF10 1EP"),
    ("cus_oto", "Oto Weiss", Home::Germany, "Olivengasse 7, 01067 Dresden"),
    ("cus_pia", "Pia Romano", Home::Germany, "Pappelweg 15, 60311 Frankfurt am Main"),
    ("cus_quin", "Quin Abbott", Home::UnitedStates, "83 Quince Street, Macon, GA 31201"),
    ("cus_ria", "Ria Shah", Home::UnitedKingdom, "27 Rowan Grove, Leicester LE1 5WW"),
    ("cus_sam", "Sam Castillo", Home::UnitedStates, "402 Sycamore Boulevard, El Paso, TX 79901"),
    ("cus_tea", "Tea Jovanovic", Home::Germany, "Tannenhof 2, 70173 Stuttgart"),
    ("cus_uma", "Uma Reddy", Home::UnitedStates, "19 Umbra Court, Fremont, CA 94536"),
    ("cus_vic", "Vic Sinclair", Home::UnitedKingdom, "11 Viburnum Street, Dundee DD1 4HN"),
    ("cus_wes", "Wes Coleman", Home::UnitedStates, "57 Willow Bend, Tulsa, OK 74103"),
    ("cus_xia", "Xia Chen", Home::UnitedStates, "240 Xylosma Path, Tacoma, WA 98402"),
    ("cus_yan", "Yan Keller", Home::Germany, "Yorckstrasse 33, 04109 Leipzig"),
    ("cus_zoe", "Zoe Hughes", Home::UnitedKingdom, "6 Zelkova Mews, Bristol BS1 5TR"),
    ("cus_amy", "Amy Novak", Home::UnitedStates, "91 Aspen Circle, Denver, CO 80202"),
    ("cus_bob", "Bob Larsen", Home::UnitedKingdom, "33 Beech Walk, Norwich NR2 1TF"),
];

/// Whose identity data is not whole.
const INCOMPLETE: &str = "cus_ivo";
/// Whose identity document has run out.
const EXPIRED: &str = "cus_lea";

/// The customers that are the same in every seed.
pub(super) fn known() -> Vec<Person> {
    let person = |(id, name, home, address): &(&str, &str, Home, &str)| Person {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        home: *home,
        address: (*address).to_owned(),
    };
    KNOWN.iter().map(person).collect()
}

/// The names and streets of one country.
#[derive(Debug, Deserialize)]
struct Names {
    country: String,
    first: Vec<String>,
    last: Vec<String>,
    streets: Vec<String>,
    towns: Vec<String>,
}

/// Draws customers from a seed; nothing about one says what will be written in their books.
#[derive(Debug)]
pub(super) struct Registry {
    names: Vec<Names>,
    random: Random,
    taken: BTreeSet<String>,
}

impl Registry {
    pub(super) fn open(seed: u64) -> Self {
        let line = |text: &str| serde_json::from_str(text).expect("the names built in are read by the tests");
        let names = NAMES.lines().map(line).collect();
        Self { names, random: Random::new(seed, "customers"), taken: BTreeSet::new() }
    }

    /// The next customer, living in the given country.
    pub(super) fn draw(&mut self, home: Home) -> Person {
        let names = self.names.iter().find(|names| names.country == home.country());
        let names = names.expect("every home has its names, as the tests see");
        let mut pick = |words: &[String]| self.random.pick(words).cloned().unwrap_or_default();
        let name = format!("{} {}", pick(&names.first), pick(&names.last));
        let (street, town) = (pick(&names.streets), pick(&names.towns));
        let address = home.address(self.random.between(1, 160), &street, &town);
        let mut id = letters(&mut self.random);
        while !self.taken.insert(id.clone()) {
            id = letters(&mut self.random);
        }
        Person { id, name, home, address }
    }

    /// One of the homes.
    pub(super) fn home(&mut self, homes: &[Home]) -> Home {
        self.random.pick(homes).copied().unwrap_or(Home::UnitedStates)
    }
}

/// `cus_` and six letters; without vowels they spell nothing.
fn letters(random: &mut Random) -> String {
    const ALPHABET: &[char] =
        &['b', 'c', 'd', 'f', 'g', 'h', 'j', 'k', 'm', 'n', 'p', 'q', 'r', 's', 't', 'v', 'w', 'x'];
    let tail: String = (0..6).filter_map(|_| random.pick(ALPHABET)).collect();
    format!("cus_{tail}")
}

/// The record of one customer.
pub(super) fn customer(person: &Person, seed: u64, today: Day) -> Customer {
    let mut random = Random::new(seed, &format!("profile of {}", person.id));
    let country = person.home.country();
    let mut fields = Map::new();
    let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    put("name", json!(person.name));
    put("email", json!(format!("{}@mail.example", person.name.to_lowercase().replace(' ', "."))));
    put("phone", json!(person.home.phone(&mut random)));
    put("country", json!(country));
    put("segment", json!(random.pick(&["standard", "standard", "plus", "premium"])));
    put("customer_since", json!(today.minus(random.between(400, 2400))));
    put("date_of_birth", json!(today.minus(random.between(20 * 366, 70 * 365))));
    if person.id == INCOMPLETE {
        put("kyc_status", json!("incomplete"));
        return Customer { customer_id: person.id.clone(), fields };
    }
    let expired = person.id == EXPIRED;
    let expires = if expired { today.minus(random.between(20, 90)) } else { today.minus(-random.between(200, 3000)) };
    let kind = random.pick(&["passport", "identity_card", "driving_licence"]);
    let number = random.id("").to_uppercase();
    put("address", json!(person.address));
    put("nationality", json!(country));
    let issued = expires.minus(3652);
    put(
        "id_document",
        json!({"type": kind, "number": number, "country": country, "issued": issued, "expires": expires}),
    );
    put("tax_id", json!(format!("9{:08}", random.between(0, 99_999_999))));
    put("kyc_status", json!(if expired { "document_expired" } else { "verified" }));
    Customer { customer_id: person.id.clone(), fields }
}
