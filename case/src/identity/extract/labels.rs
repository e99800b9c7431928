//! What a label or a phrase announces, in English, German, French and Spanish. Written as they are compared: small
//! letters, no accents, single spaces.

/// What stands behind a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum What {
    Name,
    Birth,
    Address,
    Number,
    TaxId,
    Nationality,
    Country,
    Issued,
    Expiry,
}

/// The labels; `fields` of documents use the same, with `_` for spaces.
const LABELS: [(What, &[&str]); 9] = [
    (
        What::Name,
        &[
            "name",
            "names",
            "full name",
            "surname",
            "last name",
            "family name",
            "given name",
            "given names",
            "first name",
            "first names",
            "forename",
            "forenames",
            "name of holder",
            "holder",
            "customer name",
            "nachname",
            "vorname",
            "vornamen",
            "familienname",
            "vor und nachname",
            "nom",
            "nom de famille",
            "prenom",
            "prenoms",
            "nom et prenom",
            "apellido",
            "apellidos",
            "nombre",
            "nombres",
            "nombre completo",
            "nombre y apellidos",
            "name geburtsname",
        ],
    ),
    (
        What::Birth,
        &[
            "date of birth",
            "birth date",
            "birthdate",
            "birthday",
            "dob",
            "born",
            "born on",
            "geburtsdatum",
            "geburtstag",
            "geboren",
            "geboren am",
            "date de naissance",
            "ne le",
            "nee le",
            "fecha de nacimiento",
            "nacido el",
            "nacida el",
        ],
    ),
    (
        What::Address,
        &[
            "address",
            "home address",
            "residential address",
            "street address",
            "current address",
            "permanent address",
            "service address",
            "billing address",
            "billing adress",
            "postal address",
            "mailing address",
            "address line",
            "addr",
            "adress",
            "morada",
            "indirizzo",
            "residence",
            "anschrift",
            "adresse",
            "wohnanschrift",
            "domicile",
            "direccion",
            "domicilio",
        ],
    ),
    (
        What::Number,
        &[
            "passport number",
            "passport no",
            "passport",
            "document number",
            "document no",
            "id number",
            "id no",
            "id card number",
            "identity card number",
            "identity card no",
            "licence number",
            "licence no",
            "license number",
            "license no",
            "driving licence number",
            "permit number",
            "residence permit number",
            "alien card number",
            "alien registration number",
            "reisepass",
            "reisepass nr",
            "reisepassnummer",
            "passnummer",
            "ausweisnummer",
            "ausweis nr",
            "personalausweis",
            "personalausweisnummer",
            "dokumentennummer",
            "fuhrerscheinnummer",
            "numero de passeport",
            "passeport",
            "passeport no",
            "numero de document",
            "numero de pasaporte",
            "pasaporte",
            "numero de documento",
            "dni",
            "nie",
            "id document number",
        ],
    ),
    (
        What::TaxId,
        &[
            "tax id",
            "tax number",
            "tin",
            "itin",
            "ssn",
            "social security number",
            "tax identification number",
            "taxpayer identification number",
            "steuer id",
            "steuernummer",
            "steueridentifikationsnummer",
            "steuer identifikationsnummer",
            "identifikationsnummer",
            "numero fiscal",
            "nif",
            "numero d identification fiscale",
            "numero de identificacion fiscal",
            "national insurance number",
            "nin",
            "nino",
            "ni number",
            "codice fiscale",
            "utr",
        ],
    ),
    (What::Nationality, &["nationality", "citizenship", "staatsangehorigkeit", "nationalite", "nacionalidad"]),
    // A document's own "country" is where it was issued.
    (What::Country, &["country of residence", "wohnsitzland", "pays de residence", "pais de residencia"]),
    (
        What::Issued,
        &[
            "date of issue",
            "issue date",
            "issued",
            "issued on",
            "statement date",
            "bill date",
            "invoice date",
            "ausgestellt am",
            "ausstellungsdatum",
            "rechnungsdatum",
            "date de delivrance",
            "date de facture",
            "fecha de expedicion",
            "fecha de factura",
        ],
    ),
    (
        What::Expiry,
        &[
            "date of expiry",
            "expiry date",
            "expiry",
            "expires",
            "expires on",
            "expiration date",
            "valid until",
            "gultig bis",
            "ablaufdatum",
            "date d expiration",
            "valable jusqu au",
            "fecha de caducidad",
            "fecha de vencimiento",
            "valido hasta",
        ],
    ),
];

/// Phrases of a sentence after which the value follows at once. Longer ones come before those that they begin with.
pub(super) const PHRASES: [(&str, What); 26] = [
    ("my name is ", What::Name),
    ("my full name is ", What::Name),
    ("my legal name is ", What::Name),
    ("my real name is ", What::Name),
    ("my correct name is ", What::Name),
    ("my new name is ", What::Name),
    ("my name is now ", What::Name),
    ("my name should be ", What::Name),
    ("name should read ", What::Name),
    ("i am called ", What::Name),
    ("i'm called ", What::Name),
    ("change my name to ", What::Name),
    ("update my name to ", What::Name),
    ("correct my name to ", What::Name),
    ("ich heisse ", What::Name),
    ("ich heiße ", What::Name),
    ("mein name ist ", What::Name),
    ("je m'appelle ", What::Name),
    ("me llamo ", What::Name),
    ("i was born on ", What::Birth),
    ("my date of birth is ", What::Birth),
    ("ich bin geboren am ", What::Birth),
    ("mein geburtsdatum ist ", What::Birth),
    ("i live at ", What::Address),
    ("my address is ", What::Address),
    ("meine adresse ist ", What::Address),
];

/// Words that announce a number in a sentence ("my passport number is C01X00T47"), what number, and whether a word of
/// [`LINKS`] must stand between, since they often announce something else.
pub(super) const NUMBERED: [(&str, What, Link); 32] = [
    ("passport", What::Number, Link::Free),
    ("reisepass", What::Number, Link::Free),
    ("reisepassnummer", What::Number, Link::Free),
    ("passnummer", What::Number, Link::Free),
    ("passeport", What::Number, Link::Free),
    ("pasaporte", What::Number, Link::Free),
    ("ausweis", What::Number, Link::Needed),
    ("ausweisnummer", What::Number, Link::Free),
    ("personalausweis", What::Number, Link::Free),
    ("personalausweisnummer", What::Number, Link::Free),
    ("identity", What::Number, Link::Needed),
    ("id", What::Number, Link::Needed),
    ("licence", What::Number, Link::Free),
    ("license", What::Number, Link::Free),
    ("permit", What::Number, Link::Needed),
    ("dni", What::Number, Link::Free),
    ("document", What::Number, Link::Needed),
    ("dokument", What::Number, Link::Needed),
    ("alien", What::Number, Link::Needed),
    ("tin", What::TaxId, Link::Free),
    ("itin", What::TaxId, Link::Free),
    ("ssn", What::TaxId, Link::Free),
    ("tax", What::TaxId, Link::Needed),
    ("steuer", What::TaxId, Link::Needed),
    ("steuernummer", What::TaxId, Link::Free),
    ("nif", What::TaxId, Link::Free),
    ("brp", What::Number, Link::Free),
    ("national insurance", What::TaxId, Link::Free),
    ("nino", What::TaxId, Link::Free),
    ("codice fiscale", What::TaxId, Link::Free),
    ("utr", What::TaxId, Link::Free),
    ("self assessment", What::TaxId, Link::Needed),
];

/// Whether a number may follow at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Link {
    Free,
    Needed,
}

/// Words that may stand between a word of [`NUMBERED`] and its number.
pub(super) const LINKS: [&str; 17] = [
    "number",
    "no",
    "nr",
    "nummer",
    "num",
    "numero",
    "n",
    "is",
    "ist",
    "est",
    "es",
    "id",
    "card",
    "document",
    "registration",
    "identification",
    "lautet",
];

/// Words before which "id" and the like announce something of the bank's or a shop's.
pub(super) const OTHERS: [&str; 14] = [
    "transaction",
    "payment",
    "order",
    "reference",
    "customer",
    "user",
    "account",
    "booking",
    "merchant",
    "ticket",
    "case",
    "transfer",
    "end",
    "tracking",
];

/// Words with which customers speak of their identity.
pub(super) const TOPICS: [&str; 18] = [
    "born",
    "birth",
    "birthday",
    "passport",
    "nationality",
    "citizen",
    "licence",
    "license",
    "geboren",
    "geburtsdatum",
    "ausweis",
    "reisepass",
    "naissance",
    "passeport",
    "nacimiento",
    "pasaporte",
    "named",
    "live",
];

/// Words that stand within a name in small letters.
pub(super) const PARTICLES: [&str; 16] =
    ["de", "del", "della", "da", "di", "do", "dos", "du", "la", "le", "van", "von", "der", "den", "zu", "bin"];

/// Words that stand before a label and say nothing.
const FILLERS: [&str; 14] =
    ["my", "the", "your", "and", "mein", "meine", "und", "mon", "ma", "et", "mi", "y", "new", "current"];

/// What a label announces; of a label in two languages ("Name / Nom") the first part that is known. Numbers of a
/// form's boxes before it ("4b.") say nothing.
pub(super) fn what(label: &str) -> Option<What> {
    let known = |part: &str| {
        let plain = super::super::plain(part);
        let mut words: Vec<&str> = plain.split(|c: char| !c.is_alphanumeric()).collect();
        words.retain(|word| !word.is_empty() && !word.starts_with(|c: char| c.is_ascii_digit()));
        let label = words.join(" ");
        let own = words.iter().skip_while(|word| FILLERS.contains(word)).copied().collect::<Vec<_>>().join(" ");
        let is = |labels: &&[&str]| labels.contains(&label.as_str()) || labels.contains(&own.as_str());
        LABELS.iter().find(|(_, labels)| is(labels)).map(|(what, _)| *what)
    };
    known(label).or_else(|| label.split('/').find_map(known))
}
