//! Tables of texts with what is found in them, and what must hold for every text.

use proptest::prelude::*;
use serde_json::json;

use super::*;

/// Everything that was found, as `field: value`.
fn told(found: &[Extracted]) -> Vec<String> {
    found.iter().map(|found| format!("{}: {}", found.field.name(), found.value.reveal("this test"))).collect()
}

#[track_caller]
fn check_words(text: &str, expected: &[&str]) {
    assert_eq!(told(&from_words(text)), expected, "{text}");
}

#[track_caller]
fn check_document(text: &str, expected: &[&str]) {
    assert_eq!(told(&from_document(&json!({"id": "d1", "text": text}))), expected, "{text}");
}

#[test]
fn labels_are_read_in_four_languages() {
    check_document(
        "Surname: CANARIA\nGiven names: ADA MARIA\nDate of birth: 13/01/1990\nNationality: British Citizen\nPassport No.: C55001122",
        &[
            "name: CANARIA",
            "name: ADA MARIA",
            "date_of_birth: 13/01/1990",
            "nationality: British Citizen",
            "id_document: C55001122",
        ],
    );
    check_document(
        "Name / Surname / Nom\nMUSTERMANN\nVorname: Erika\nGeburtsdatum: 12.08.1964\nStaatsangehörigkeit: DEUTSCH\n\
         Anschrift:\nHeidestraße 17\n51147 Köln\n\nAusweisnummer: T22000129",
        &[
            "name: MUSTERMANN",
            "name: Erika",
            "date_of_birth: 12.08.1964",
            "nationality: DEUTSCH",
            "address: Heidestraße 17\n51147 Köln",
            "id_document: T22000129",
        ],
    );
    check_document(
        "Nom : DUPONT\nPrénoms : Marie\nNée le : 3 août 1985\nAdresse : 5 rue du Four, 75006 Paris",
        &["name: DUPONT", "name: Marie", "date_of_birth: 3 août 1985", "address: 5 rue du Four, 75006 Paris"],
    );
    check_document(
        "Apellidos: García López\nNombre: Ana\nFecha de nacimiento: 3 de mayo de 1990\nDNI: 12345678Z",
        &["name: García López", "name: Ana", "date_of_birth: 3 de mayo de 1990", "id_document: 12345678Z"],
    );
    check_document(
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10",
        &["name: ERIKSSON<<ANNA<MARIA", "id_document: L898902C3", "nationality: UTO", "date_of_birth: 740812"],
    );
}

#[test]
fn sentences_are_read_where_they_say_what_they_mean() {
    check_words(
        "Hi, my name is Ada de la Cruz from Leeds and I was born on 13 January 1990. I live at 12 Alder Street, Leeds. Thanks",
        &["name: Ada de la Cruz", "date_of_birth: 13 January 1990", "address: 12 Alder Street, Leeds"],
    );
    check_words("Name: Ada Canaria, Date of birth: 1990-01-13", &["name: Ada Canaria", "date_of_birth: 1990-01-13"]);
    check_words("my passport number is C55001122, ok?", &["id_document: C55001122"]);
    check_words("Mein Reisepass Nr. C01X00T47 ist neu", &["id_document: C01X00T47"]);
    check_words("my ssn is [ssn:1] and tax id 12 345 678 901", &["tax_id: [ssn:1]", "tax_id: 12 345 678 901"]);
    for nothing in [
        "",
        "my name is on the card",
        "Which documents do you need?",
        "transaction id number 1234567",
        "order number: 1234567",
        "my passport expires 2030-01-01",
        "I was charged twice: 12.99 USD",
        "born to run",
    ] {
        check_words(nothing, &[]);
    }
}

#[test]
fn a_document_s_fields_are_read_by_their_names() {
    let document = json!({"id": "d1", "fields": {
        "name": "Ada Canaria", "date_of_birth": "1990-01-13", "number": "C55001122", "country": "US",
        "expires": "2031-05-01", "amount": "12"
    }});
    let found = from_document(&document);
    assert_eq!(told(&found), ["name: Ada Canaria", "date_of_birth: 1990-01-13", "id_document: C55001122"]);
    assert!(found.iter().all(|found| found.document.as_ref().is_some_and(|id| id.as_str() == "d1")));
    assert_eq!(stated(&document).expires, Some(jiff::civil::date(2031, 5, 1)));
}

#[test]
fn numbers_are_masked_wherever_they_stand() {
    let text = "Passport: C55001122. I repeat, C55001122! Tax ID: 12 345 678 901";
    assert_eq!(masked(text), "Passport: [number]. I repeat, [number]! Tax ID: [number]");
    let zone = "see\nP<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\nok";
    assert_eq!(masked(zone), "see\n[number]\nok");
    let alone = "L898902C36UTO7408122F1204159ZE184226B<<<<<10";
    assert_eq!(masked(alone), "[number]", "a line of a zone without the others");
    assert_eq!(masked(&format!("{zone}\nit is L898902C3")), "see\n[number]\nok\nit is [number]");
}

#[test]
fn what_was_found_shows_itself_to_nobody() {
    let found = from_words("my passport number is C55001122");
    assert!(!format!("{found:?}").contains("C55001122"));
}

fn texts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "Name:",
        "Surname / Nom",
        "my name is ",
        "Date of birth: ",
        "13.01.1990",
        "born on",
        "passport number is ",
        "C55001122",
        "\n",
        "\n\n",
        ": ",
        " and ",
        ", ",
        "Ada",
        "MÜLLER",
        "é",
        "[id:1]",
        "[",
        "]",
        "12",
        "Address:",
        "Alder Street",
        "  ",
        "ß",
        "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\n",
        "L898902C36UTO7408122F1204159ZE184226B<<<<<10\n",
        "Tax ID",
        "\u{202e}",
    ]);
    prop_oneof![prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat()), "\\PC{0,120}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_found_stands_in_the_text_and_its_numbers_are_masked(text in texts()) {
        let document = json!({"id": "d1", "text": text});
        for found in from_words(&text).iter().chain(&from_document(&document)) {
            let value = found.value.reveal("this test");
            prop_assert!(text.contains(value.as_str()) && !value.trim().is_empty());
            let number = matches!(found.field, ProfileField::IdDocument | ProfileField::TaxId);
            prop_assert!(!number || value.starts_with('[') || !masked(&text).contains(value.as_str()));
        }
        let spans = numbers(&text);
        prop_assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "sorted and apart");
    }
}

#[test]
fn sentences_without_labels_say_identity_too() {
    check_words("dob 13/06/87, I am Dutch", &["date_of_birth: 13/06/87", "nationality: Dutch"]);
    check_words(
        "I'm a Nigerian citizen and live in Ireland. Moved to 9 Elm Court, Dublin 8 last week",
        &["nationality: Nigerian", "country: Ireland", "address: 9 Elm Court, Dublin 8"],
    );
    check_words("22 Harbour View, Cork is my new address", &["address: 22 Harbour View, Cork"]);
    check_words("Name - Kwame Mensah, Nationality - Ghanaian", &["name: Kwame Mensah", "nationality: Ghanaian"]);
    check_words("my national insurance number is QQ 12 34 56 C", &["tax_id: QQ 12 34 56 C"]);
}

#[test]
fn what_is_said_of_others_or_of_money_is_nobody_s_identity() {
    for text in [
        "my son was born on 3 May 2015",
        "the payment moved to 2 December, 50 euros",
        "I am Polish speaking staff please",
        "I live in hope, 24/7",
        "my wife is a Spanish citizen",
        "I was moved to tears by 3 agents",
    ] {
        check_words(text, &[]);
    }
}

#[test]
fn a_long_hostile_text_takes_no_square_of_its_length() {
    // As long as a request may be, of each of the worst kinds; squares of that would be felt at once.
    for piece in [
        "live at 1 ",
        "live in 5 Elm ",
        "born ",
        "new address ",
        "I am Dutch ",
        "is my address ",
        "my name is ",
        "my name is Ada ",
        "passport ",
        "passport is C01X00T47 ",
        "name: ",
        "name:\n",
        ":",
        " - ",
        "a ",
        "1 ",
        " ",
    ] {
        let text = piece.repeat(20_000 / piece.len());
        assert!(from_words(&text).iter().all(|found| text.contains(found.value.reveal("this test"))));
        assert!(numbers(&text).iter().all(|span| text.get(span.clone()).is_some()));
    }
}
