//! The customers of the seeded bank: who they are and what is held about them.
//!
//! All of them are invented; addresses, telephone numbers and mail domains are those set aside for examples.

use serde_json::{Map, Value, json};

use super::Customer;
use crate::day::Day;
use crate::random::Random;

/// The places where customers of the seeded bank live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    UnitedStates,
    UnitedKingdom,
    Germany,
}

impl Home {
    pub(super) fn country(self) -> &'static str {
        match self {
            Self::UnitedStates => "US",
            Self::UnitedKingdom => "GB",
            Self::Germany => "DE",
        }
    }

    pub(super) fn currency(self) -> &'static str {
        match self {
            Self::UnitedStates => "USD",
            Self::UnitedKingdom => "GBP",
            Self::Germany => "EUR",
        }
    }

    /// Whether online payments and transfers from here are authenticated strongly; none where no law says so.
    pub(super) fn authenticates_strongly(self) -> Option<bool> {
        match self {
            Self::UnitedStates => None,
            Self::UnitedKingdom | Self::Germany => Some(true),
        }
    }

    fn phone(self, random: &mut Random) -> String {
        match self {
            Self::UnitedStates => format!("+1 212 555 01{:02}", random.between(0, 99)),
            Self::UnitedKingdom => format!("+44 20 7946 0{:03}", random.between(0, 999)),
            Self::Germany => format!("+49 30 23125 {:03}", random.between(0, 999)),
        }
    }
}

/// One row of the table of customers.
#[derive(Debug)]
pub(super) struct Person {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) home: Home,
    address: &'static str,
}

const fn person(id: &'static str, name: &'static str, home: Home, address: &'static str) -> Person {
    Person { id, name, home, address }
}

/// Every customer of the seeded bank; the well-known ones come first.
pub(super) const PEOPLE: [Person; 28] = [
    person("cus_ada", "Ada Marsh", Home::UnitedStates, "14 Alder Street, Springfield, IL 62704"),
    person("cus_ben", "Ben Okafor", Home::UnitedStates, "220 Birch Avenue, Dayton, OH 45402"),
    person("cus_cleo", "Cleo Navarro", Home::UnitedStates, "9 Cedar Court, Tucson, AZ 85701"),
    person("cus_dan", "Dan Whitfield", Home::UnitedStates, "71 Dogwood Lane, Albany, NY 12207"),
    person("cus_eve", "Eve Lindqvist", Home::UnitedStates, "305 Elm Road, Madison, WI 53703"),
    person("cus_fay", "Fay Brandt", Home::Germany, "Fichtenweg 8, 10115 Berlin"),
    person("cus_gil", "Gil Hartmann", Home::Germany, "Ginsterstrasse 21, 50667 Koeln"),
    person("cus_hana", "Hana Suzuki", Home::UnitedStates, "48 Hawthorn Drive, Boise, ID 83702"),
    person("cus_ivo", "Ivo Petrov", Home::Germany, "Ilexring 3, 80331 Muenchen"),
    person("cus_jun", "Jun Park", Home::UnitedStates, "660 Juniper Way, Reno, NV 89501"),
    person("cus_kai", "Kai Thompson", Home::UnitedStates, "12 Katsura Place, Salem, OR 97301"),
    person("cus_lea", "Lea Fischer", Home::Germany, "Lindenallee 40, 20095 Hamburg"),
    person("cus_max", "Max Doyle", Home::UnitedKingdom, "5 Maple Terrace, Leeds LS1 4AP"),
    person("cus_nia", "Nia Evans", Home::UnitedKingdom, "18 Nutmeg Close, Cardiff CF10 1EP"),
    person("cus_oto", "Oto Weiss", Home::Germany, "Olivengasse 7, 01067 Dresden"),
    person("cus_pia", "Pia Romano", Home::Germany, "Pappelweg 15, 60311 Frankfurt am Main"),
    person("cus_quin", "Quin Abbott", Home::UnitedStates, "83 Quince Street, Macon, GA 31201"),
    person("cus_ria", "Ria Shah", Home::UnitedKingdom, "27 Rowan Grove, Leicester LE1 5WW"),
    person("cus_sam", "Sam Castillo", Home::UnitedStates, "402 Sycamore Boulevard, El Paso, TX 79901"),
    person("cus_tea", "Tea Jovanovic", Home::Germany, "Tannenhof 2, 70173 Stuttgart"),
    person("cus_uma", "Uma Reddy", Home::UnitedStates, "19 Umbra Court, Fremont, CA 94536"),
    person("cus_vic", "Vic Sinclair", Home::UnitedKingdom, "11 Viburnum Street, Dundee DD1 4HN"),
    person("cus_wes", "Wes Coleman", Home::UnitedStates, "57 Willow Bend, Tulsa, OK 74103"),
    person("cus_xia", "Xia Chen", Home::UnitedStates, "240 Xylosma Path, Tacoma, WA 98402"),
    person("cus_yan", "Yan Keller", Home::Germany, "Yorckstrasse 33, 04109 Leipzig"),
    person("cus_zoe", "Zoe Hughes", Home::UnitedKingdom, "6 Zelkova Mews, Bristol BS1 5TR"),
    person("cus_amy", "Amy Novak", Home::UnitedStates, "91 Aspen Circle, Denver, CO 80202"),
    person("cus_bob", "Bob Larsen", Home::UnitedKingdom, "33 Beech Walk, Norwich NR2 1TF"),
];

/// Whose identity data is not whole.
const INCOMPLETE: &str = "cus_ivo";
/// Whose identity document has run out.
const EXPIRED: &str = "cus_lea";

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
        return Customer { customer_id: person.id.to_owned(), fields };
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
    Customer { customer_id: person.id.to_owned(), fields }
}
