//! Whether everything is there that must be known of a customer: field by field and document by document, with the
//! rule that asks for it and who may put it right. It follows from the state alone, and holds no value of any field.

use jiff::civil::Date;
use serde::Serialize;

use super::{Document, DocumentKind};
use crate::{
    country::Country,
    facts::Facts,
    law::jurisdiction,
    rules::{
        Rulebook,
        pack::{FieldBody, IdentityField, Jurisdiction, Person, Proof},
    },
    source::{ProfileField, Source},
    state::State,
};

/// A line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Item {
    /// What it is about: `name`, `date_of_birth`, `address`, `identification_number`, `photo_document`, `nationality`,
    /// `country`, or a document that was sent, `document:{id}`.
    pub what: String,
    /// How it stands.
    pub state: Standing,
    /// Who may put it right; nobody need where it is present, or where another document serves.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub who: Option<Who>,
    /// The kind of the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<DocumentKind>,
    /// The rule that asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// Whether to check with counsel: the rule's source is partial, or the law of another country was taken for one
    /// that no pack knows.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub marked: bool,
    /// Whether a document says the same only as far as it goes: without a middle name, or with an initial for a name.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub partly: bool,
    /// Whether nobody knows until when the document is valid.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub undated: bool,
}

/// How a field or document stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// It is there, and nothing is wrong with it.
    Present,
    /// It is not there.
    Missing,
    /// A document says something else than the profile.
    Mismatch,
    /// It has expired.
    Expired,
    /// It cannot be read.
    Unreadable,
    /// A side of it is missing.
    SideMissing,
}

/// Who may put something right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Who {
    /// The customer, by sending it.
    Customer,
    /// An analyst, by looking at what differs.
    Analyst,
}

/// What a profile's reply said, as far as completeness goes.
struct Profile<'a> {
    present: &'a [ProfileField],
    partly: &'a [ProfileField],
    differs: &'a [ProfileField],
    expires: Option<Date>,
    country: Option<Country>,
    nationality: Option<Country>,
}

/// The checklist of a case, empty until the profile's reply is there.
#[must_use]
pub fn checklist(state: &State) -> Vec<Item> {
    let Some(profile) = Profile::of(state) else { return Vec::new() };
    let today = state.now.date();
    let mut items: Vec<Item> = wanted(&state.rules, &profile, today)
        .into_iter()
        .map(|wanted| {
            let (standing, partly) = profile.standing(state, &wanted, today);
            Item { rule: wanted.rule, marked: wanted.marked, partly, ..Item::new(name(wanted.field), standing) }
        })
        .collect();
    for field in [ProfileField::Nationality, ProfileField::Country] {
        if profile.differs.contains(&field) || state.identity.disputed.contains(&field) {
            items.push(Item::new(field.name(), Standing::Mismatch));
        }
    }
    items.extend(state.identity.documents.iter().map(|document| sent(state, document, today)));
    items
}

impl Item {
    fn new(what: &str, state: Standing) -> Self {
        let who = match state {
            Standing::Present => None,
            Standing::Mismatch => Some(Who::Analyst),
            Standing::Missing | Standing::Expired | Standing::Unreadable | Standing::SideMissing => Some(Who::Customer),
        };
        let what = what.to_owned();
        Self { what, state, who, kind: None, rule: None, marked: false, partly: false, undated: false }
    }

    /// Whether somebody still has to do something about it.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.who.is_some()
    }
}

/// A rule's field with what may stand for it.
struct Wanted {
    field: IdentityField,
    any_of: Vec<Proof>,
    rule: Option<String>,
    marked: bool,
}

/// The fields that the law of the bank's country asks for, or else that of the customer's. Where no pack speaks for
/// the country, the four fields of 31 CFR 1020.220 are asked for, marked.
fn wanted(rules: &Rulebook, profile: &Profile<'_>, today: Date) -> Vec<Wanted> {
    let place = rules.place(None).or_else(|| profile.country.and_then(jurisdiction));
    let own = fields(rules, place, profile.person(place), today, false);
    if own.is_empty() { fields(rules, Some(Jurisdiction::Us), Person::Foreign, today, true) } else { own }
}

fn fields(rules: &Rulebook, place: Option<Jurisdiction>, person: Person, today: Date, marked: bool) -> Vec<Wanted> {
    let wanted = |(found, body): (crate::rules::Found<'_>, &FieldBody)| Wanted {
        field: body.field,
        any_of: body.any_of.clone(),
        rule: Some(found.name()),
        marked: marked || found.is_marked(),
    };
    rules.fields(place, person, today).map(wanted).collect()
}

impl<'a> Profile<'a> {
    fn of(state: &'a State) -> Option<Self> {
        state.facts_of(Source::Profile).find_map(|facts| match facts {
            Facts::Profile { present, partly, differs, expires, country, nationality, .. } => {
                Some(Self { present, partly, differs, expires: *expires, country: *country, nationality: *nationality })
            }
            _ => None,
        })
    }

    /// A citizen is a person of the country wherever they live. Where the nationality is not known, residents are taken
    /// for citizens: more is asked for then, not less.
    fn person(&self, place: Option<Jurisdiction>) -> Person {
        let home = self.nationality.or(self.country);
        match home {
            Some(home) if jurisdiction(home) == place => Person::Domestic,
            Some(_) | None => Person::Foreign,
        }
    }

    fn standing(&self, state: &State, wanted: &Wanted, today: Date) -> (Standing, bool) {
        let field = match wanted.field {
            IdentityField::Name => ProfileField::Name,
            IdentityField::DateOfBirth => ProfileField::DateOfBirth,
            IdentityField::Address => ProfileField::Address,
            IdentityField::IdentificationNumber => {
                let known = wanted.any_of.iter().any(|proof| self.has(state, number(*proof)));
                return (if known { Standing::Present } else { Standing::Missing }, false);
            }
            IdentityField::Document => return (self.photo_document(state, today), false),
        };
        let differs = self.differs.contains(&field) || state.identity.disputed.contains(&field);
        let standing = match (differs, self.has(state, field)) {
            (true, _) => Standing::Mismatch,
            (false, true) => Standing::Present,
            (false, false) => Standing::Missing,
        };
        (standing, self.partly.contains(&field))
    }

    /// Whether a field is on record, or was found in what the customer sent.
    fn has(&self, state: &State, field: ProfileField) -> bool {
        self.present.contains(&field) || state.identity.found.contains(&field)
    }

    /// The document that shows who it is: a good one that was sent, else the newest that was sent, else the one on
    /// record.
    fn photo_document(&self, state: &State, today: Date) -> Standing {
        let mut sent = state.identity.documents.iter().filter(|document| document.kind.identifies());
        if sent.clone().any(|document| standing(document, today) == Standing::Present) {
            return Standing::Present;
        }
        if let Some(newest) = sent.next_back() {
            return standing(newest, today);
        }
        match (self.present.contains(&ProfileField::IdDocument), self.expires) {
            (false, _) => Standing::Missing,
            (true, Some(expires)) if expires < today => Standing::Expired,
            (true, _) => Standing::Present,
        }
    }
}

/// How a document stands that was sent. One that serves no purpose, or whose purpose another serves, asks nobody for
/// anything.
fn sent(state: &State, document: &Document, today: Date) -> Item {
    let same = |other: &&Document| other.kind.serves() == document.kind.serves();
    let mut others = state.identity.documents.iter().filter(same);
    let served = others.any(|other| standing(other, today) == Standing::Present);
    let newest = state.identity.documents.iter().rfind(same).is_some_and(|newest| newest.id == document.id);
    let mut item = Item::new(&format!("document:{}", document.id), standing(document, today));
    item.kind = Some(document.kind);
    item.undated = document.kind.identifies() && document.expires.is_none();
    if served || !newest || document.kind.serves().is_none() {
        item.who = None;
    }
    item
}

fn standing(document: &Document, today: Date) -> Standing {
    if document.legible == Some(false) {
        Standing::Unreadable
    } else if !document.front || (document.kind.has_back() && !document.back) {
        Standing::SideMissing
    } else if document.expires.is_some_and(|expires| expires < today) {
        Standing::Expired
    } else {
        Standing::Present
    }
}

const fn name(field: IdentityField) -> &'static str {
    match field {
        IdentityField::Name => "name",
        IdentityField::DateOfBirth => "date_of_birth",
        IdentityField::Address => "address",
        IdentityField::IdentificationNumber => "identification_number",
        IdentityField::Document => "photo_document",
    }
}

/// The field of a profile that holds a proof's number.
const fn number(proof: Proof) -> ProfileField {
    match proof {
        Proof::TaxId => ProfileField::TaxId,
        Proof::PassportNumber
        | Proof::AlienCardNumber
        | Proof::GovernmentDocumentNumber
        | Proof::UnexpiredPhotoDocument => ProfileField::IdDocument,
        Proof::FullName => ProfileField::Name,
        Proof::DateOfBirth => ProfileField::DateOfBirth,
        Proof::ResidentialAddress | Proof::BusinessAddress | Proof::MilitaryAddress | Proof::ContactAddress => {
            ProfileField::Address
        }
    }
}
