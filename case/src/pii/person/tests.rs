//! Who is found, however they write themselves, and which words are left alone.

use super::*;
use serde_json::json;

fn person(fields: &Value) -> Person {
    let customer = Reference::parse("cus_zelda").unwrap();
    Person::read(&json!({ "customer_id": "cus_zelda", "fields": fields }), &customer).unwrap()
}

fn zelda() -> Person {
    person(&json!({
        "name": "Zelda Maria Quartermaine",
        "date_of_birth": "1987-05-13",
        "address": "12 Alder Street, Flat 4, Leeds LS1 4DY",
        "email": "zelda.q@mail.example",
        "phone": "+44 7700 900123",
        "id_document": { "type": "passport", "number": "C01X00T47" },
        "tax_id": "912345678",
    }))
}

#[track_caller]
fn check(person: &Person, text: &str, veiled: &str) {
    assert_eq!(person.veil(&[text.to_owned()]).texts, [veiled], "{text}");
}

#[test]
fn a_name_is_found_however_it_is_written() {
    for text in [
        "Zelda Quartermaine",
        "zelda quartermaine",
        "ZELDA MARIA QUARTERMAINE",
        "Quartermaine, Zelda",
        "Z. Quartermaine",
        "Z M Quartermaine",
        "Zelda M. Quartermaine",
        "Zelda Anne Quartermaine",
        "Quartermaine",
        "Zelda",
        "ZeldaQuartermaine",
        "zelda_quartermaine",
        "zelda.quartermaine",
        "Z e l d a  Q u a r t e r m a i n e",
        "Ze\u{200B}lda Quarter\u{AD}maine",
        "Ｚｅｌｄａ Ｑｕａｒｔｅｒｍａｉｎｅ",
        "Zélda Quärtermaine",
        "Quarter-maine",
        "Zelda\nQuartermaine",
    ] {
        check(&zelda(), &format!("It is {text}, please help"), "It is [name:1], please help");
        check(&zelda(), &format!("my name's {text}"), "my name's [name:1]");
    }
    check(&zelda(), "Quartermaine's card; ask Zelda.", "[name:1]'s card; ask [name:2].");
    check(&zelda(), "quartermaines, zeldas and Marian", "quartermaines, zeldas and Marian");
}

#[test]
fn names_of_many_places_are_found() {
    for (name, text) in [
        ("Jürgen Groß", "Juergen Gross"),
        ("Jürgen Groß", "JURGEN GROSS"),
        ("Juergen Gross", "Jürgen Groß"),
        ("Zoë O'Brien", "Zoe O’Brien"),
        ("Zoë O'Brien", "obrien zoe"),
        ("Ludwig van der Berg", "Ludwig van der Berg"),
        ("María de la Cruz", "Maria De La Cruz"),
        ("Anna-Maria Weiß", "anna maria weiss"),
        ("Søren Ångström", "Soren Angstrom"),
        ("Łukasz Żółw", "Lukasz Zolw"),
        ("Robert Novak", "Bob Novak"),
        ("Elizabeth Novak", "Liz"),
        ("Wu Li", "Li Wu"),
        ("王伟", "王伟"),
        ("Иван Петров", "иван петров"),
        ("Dr. Ada Marsh", "Dr Marsh"),
    ] {
        let said = format!("this is {text}. ok");
        let found = person(&json!({ "name": name })).find(&said);
        let all: String = found.iter().map(|span| &said[span.start..span.end]).collect();
        let last = text.strip_prefix("Dr ").unwrap_or(text);
        assert_eq!(all, last, "{name} / {text}");
    }
}

#[test]
fn a_name_that_is_a_word_is_one_only_where_it_is_plainly_a_name() {
    let will = person(&json!({ "name": "Will Price" }));
    for text in [
        "Will you tell me the price?",
        "I will pay no price for that. Will it come?",
        "WHAT PRICE WILL YOU CHARGE",
        "will the price rise? the price will rise",
    ] {
        check(&will, text, text);
    }
    check(&will, "will price here", "[name:1] here");
    check(&will, "Price, Will", "[name:1]");
    check(&will, "Dear Mr Price", "Dear Mr [name:1]");
    check(&will, "this is Will from Leeds", "this is [name:1] from Leeds");
    check(&will, "they asked for Price again", "they asked for [name:1] again");
    let may = person(&json!({ "name": "May Young" }));
    check(
        &may,
        "I paid in May, on 3 May and May 4. Am I too young?",
        "I paid in May, on 3 May and May 4. Am I too young?",
    );
    check(&may, "regards, May Young", "regards, [name:1]");
    let isa = person(&json!({ "name": "Isa Ida" }));
    check(&isa, "it is a good id, a card", "it is a good id, a card");
    let ivo = person(&json!({ "name": "Ivo Adamov" }));
    check(&ivo, "Thanks, Ivo. I want a card, A new one", "Thanks, [name:1]. I want a card, A new one");
}

#[test]
fn an_address_is_found_with_what_stands_beside_it() {
    for text in [
        "12 Alder Street, Flat 4, Leeds LS1 4DY",
        "12 alder st., apt 4, LEEDS, LS14DY",
        "Alder Street 12",
        "Alder Street",
        "12 Alder",
        "LS1 4DY",
        "Leeds ls1-4dy",
        "12 Alder Street\nFlat 4\nLeeds",
        "12 Ａlder\u{200B} Street",
    ] {
        check(&zelda(), &format!("send it to {text} please"), "send it to [address:1] please");
    }
    for text in ["an ATM in Leeds", "4 cards, 12 payments", "Alder is a tree", "the street", "14 Elder Street, London"]
    {
        check(&zelda(), text, text);
    }
    let german = person(&json!({ "address": "Hauptstraße 5, 10115 Berlin" }));
    check(&german, "Hauptstr. 5 in 10115 Berlin, Hauptstrasse", "[address:1] in [address:2]");
    check(&german, "I flew to Berlin for 5 days", "I flew to Berlin for 5 days");
    let american = person(&json!({ "address": "1 Canary Row Springfield IL 62704" }));
    check(&american, "I live at 1 Canary Row, Springfield, IL 62704.", "I live at [address:1].");
}

#[test]
fn a_day_of_birth_and_numbers_of_the_profile_are_found() {
    for text in
        ["13/05/1987", "05/13/1987", "1987-05-13", "13 May 1987", "May 13th, 1987", "13.5.87", "the 13th of May 1987"]
    {
        check(&zelda(), &format!("born {text}."), "born [birthdate:1].");
    }
    check(&zelda(), "13 May, 13/05/2026, 1987", "13 May, 13/05/2026, 1987");
    check(&zelda(), "passport c01 x00-t47 of mine", "passport [id:1] of mine");
    check(&zelda(), "it is 07700900123 or 7700 900 123", "it is [phone:1] or [phone:2]");
    check(&zelda(), "C01X00T479 is another", "C01X00T479 is another");
    check(&zelda(), "zelda.q @ mail . example", "[email:1]");
}

#[test]
fn tokens_are_counted_on_and_give_back_what_was_written() {
    let texts =
        ["[phone:4] is Zelda Quartermaine's".to_owned(), "write to zelda quartermaine on 07700 900123".to_owned()];
    let veiled = zelda().veil(&texts);
    assert_eq!(veiled.texts, ["[phone:4] is [name:1]'s", "write to [name:2] on [phone:5]"]);
    for (text, was) in veiled.texts.iter().zip(&texts) {
        assert_eq!(&veiled.reveal(text, "this test"), was);
    }
    assert!(!format!("{:?} {veiled:?}", zelda()).to_lowercase().contains("quartermaine"));
}

#[test]
fn a_reply_about_somebody_else_is_no_profile_and_nobody_finds_nothing() {
    let customer = Reference::parse("cus_zelda").unwrap();
    for reply in [
        json!(null),
        json!({}),
        json!({ "customer_id": "cus_ada", "fields": {} }),
        json!({ "customer_id": "cus_zelda" }),
    ] {
        assert!(Person::read(&reply, &customer).is_none(), "{reply}");
    }
    let text = "Zelda lives at 12 Alder Street";
    check(&Person::nobody(), text, text);
}

#[test]
fn a_long_hostile_text_takes_no_square_of_its_length() {
    for piece in
        ["Zelda ", "z", "12 ", "Alder ", "1987 ", "may 13 ", "ls1 ", "7700 ", "Z. ", ". ", "[name:1]", "q u a r t e r "]
    {
        let text = piece.repeat(100_000 / piece.len());
        assert!(zelda().find(&text).iter().all(|span| text.get(span.start..span.end).is_some()));
    }
}

#[test]
fn a_profile_in_which_nothing_can_be_looked_for_is_none() {
    let customer = Reference::parse("cus_zelda").unwrap();
    let read = |fields: Value| Person::read(&json!({ "customer_id": "cus_zelda", "fields": fields }), &customer);
    for fields in [
        json!({}),
        json!({ "name": null }),
        json!({ "name": "", "address": ", ,", "phone": 7, "date_of_birth": "x", "email": "@" }),
        json!({ "name": 7, "address": ["12 Alder Street"], "phone": {} }),
        json!({ "name": "Mr.", "address": " ", "email": "none", "phone": "12", "date_of_birth": "unknown" }),
        json!({ "name": "x".repeat(FIELD_BYTES + 1) }),
        json!({ "full_name": "Zelda Quartermaine" }),
    ] {
        assert!(read(fields.clone()).is_none(), "{fields}");
    }
    for fields in
        [json!({ "name": "Zelda" }), json!({ "date_of_birth": "1987-05-13" }), json!({ "phone": "7700900123" })]
    {
        assert!(read(fields.clone()).is_some(), "{fields}");
    }
}
