//! Customers who are to be identified, and what they send for it.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{ANYWHERE, Pair, Side, Stage, US, pair};
use crate::bank::answers::{Answer, Document};
use crate::day::Day;

const TASK: &str = "kyc_lookup";

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "address-missing", "address-there", ANYWHERE, missing_field),
    pair(TASK, "document-expired", "document-valid", ANYWHERE, expired),
    pair(TASK, "name-differs", "name-in-other-order", ANYWHERE, name_differs),
    pair(TASK, "birth-date-differs", "birth-date-the-same", ANYWHERE, birth_date_differs),
    pair(TASK, "one-side-only", "both-sides", ANYWHERE, one_side),
    pair(TASK, "document-illegible", "document-legible", ANYWHERE, illegible),
    pair(TASK, "tax-number-missing", "passport-from-abroad", US, tax_number),
];

const VERIFY: &[&str] = &[
    "Please verify my identity. My document is attached.",
    "here is my id for the verification, is my identity verified now?",
    "Hello, you asked me to verify my identity for the new account. I have attached my identity document. Please let me \
     know whether anything is missing.",
];

/// What is printed on a document.
struct Printed {
    kind: &'static str,
    sides: &'static [&'static str],
    name: String,
    born: String,
    country: String,
    issued: Day,
    expires: Day,
    number: String,
    legible: Option<bool>,
}

/// A document that says what the customer's record says; the record is made one of a customer who is being identified.
fn printed(stage: &mut Stage<'_>) -> Printed {
    let told = |stage: &Stage<'_>, name: &str| {
        stage.customer.fields.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (name, born, country) = (told(stage, "name"), told(stage, "date_of_birth"), told(stage, "country"));
    let issued = stage.today().minus(stage.draw(300, 1_500));
    let expires = issued.minus(-3_652);
    let number = format!("C{}", stage.draw(10_000_000, 99_999_999));
    let printed = Printed {
        kind: "passport",
        sides: &["front"],
        name,
        born,
        country,
        issued,
        expires,
        number,
        legible: Some(true),
    };
    stage.customer.fields.insert("kyc_status".to_owned(), json!("incomplete"));
    record(stage, &printed);
    printed
}

/// Writes what the bank holds about the document.
fn record(stage: &mut Stage<'_>, printed: &Printed) {
    let held = json!({"type": printed.kind, "number": printed.number, "country": printed.country,
        "issued": printed.issued, "expires": printed.expires});
    stage.customer.fields.insert("id_document".to_owned(), held);
}

/// The document as it is sent: for some as text, for others as fields that were read from it.
fn document(stage: &mut Stage<'_>, printed: &Printed) -> Document {
    let fields: BTreeMap<String, String> = [
        ("name", printed.name.clone()),
        ("date_of_birth", printed.born.clone()),
        ("number", printed.number.clone()),
        ("country", printed.country.clone()),
        ("issued", printed.issued.to_string()),
        ("expires", printed.expires.to_string()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    let text = format!(
        "{}\nName: {}\nDate of birth: {}\nDocument number: {}\nIssuing country: {}\nDate of issue: {}\nDate of expiry: {}",
        printed.kind.replace('_', " ").to_uppercase(),
        printed.name,
        printed.born,
        printed.number,
        printed.country,
        printed.issued,
        printed.expires,
    );
    let digest = Sha256::digest(text.as_bytes());
    let as_text = stage.draw(0, 1) == 0;
    Document {
        id: "doc-1".to_owned(),
        kind: printed.kind.to_owned(),
        sides: printed.sides.iter().map(|side| (*side).to_owned()).collect(),
        issued: Some(printed.issued),
        expires: Some(printed.expires),
        sha256: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
        text: as_text.then_some(text),
        fields: (!as_text).then_some(fields),
        legible: printed.legible,
    }
}

/// The case: the document is sent, and what is proposed.
fn sent(stage: &mut Stage<'_>, printed: &Printed, action: &str) -> Answer {
    let document = document(stage, printed);
    let answer = stage.ends(VERIFY, action).with(document).cites("profile:fields");
    if action == "approve_onboarding" { answer } else { answer.never("approve_onboarding") }
}

fn missing_field(stage: &mut Stage<'_>) -> Answer {
    let printed = printed(stage);
    if stage.side() == Side::Story {
        stage.customer.fields.remove("address");
    }
    sent(stage, &printed, stage.side().either("request_documents", "approve_onboarding"))
}

fn expired(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    if stage.side() == Side::Story {
        printed.expires = stage.today().minus(stage.draw(20, 90));
        printed.issued = printed.expires.minus(3_652);
        record(stage, &printed);
    }
    sent(stage, &printed, stage.side().either("request_documents", "approve_onboarding"))
}

fn name_differs(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    let (first, last) = printed.name.split_once(' ').unwrap_or_default();
    printed.name = match stage.side() {
        Side::Story => format!("{first} Hollenbeck"),
        Side::Twin => format!("{}, {}", last.to_uppercase(), first.to_uppercase()),
    };
    sent(stage, &printed, stage.side().either("escalate", "approve_onboarding"))
}

fn birth_date_differs(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    if let (Side::Story, Ok(born)) = (stage.side(), printed.born.parse::<Day>()) {
        printed.born = born.minus(stage.draw(20, 900)).to_string();
    }
    sent(stage, &printed, stage.side().either("escalate", "approve_onboarding"))
}

fn one_side(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    printed.kind = "identity_card";
    printed.sides = stage.side().either(&["front"][..], &["front", "back"][..]);
    record(stage, &printed);
    sent(stage, &printed, stage.side().either("request_documents", "approve_onboarding"))
}

fn illegible(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    printed.legible = Some(stage.side() == Side::Twin);
    sent(stage, &printed, stage.side().either("request_documents", "approve_onboarding"))
}

/// No tax number: a citizen needs one, a foreigner may be identified by a passport and its country.
fn tax_number(stage: &mut Stage<'_>) -> Answer {
    let mut printed = printed(stage);
    stage.customer.fields.remove("tax_id");
    if stage.side() == Side::Twin {
        printed.country = "FR".to_owned();
        stage.customer.fields.insert("nationality".to_owned(), json!("FR"));
        record(stage, &printed);
    }
    sent(stage, &printed, stage.side().either("request_documents", "approve_onboarding"))
}

/// A valid document of a customer whose record is whole, for requests that ask for something else as well.
pub(super) fn valid_document(stage: &mut Stage<'_>) -> Document {
    let printed = printed(stage);
    document(stage, &printed)
}
