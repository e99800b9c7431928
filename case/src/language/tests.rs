//! Texts whose language is known, and the rows that the model is trained on.

use serde_json::Value;

use super::*;

/// Texts with the codes of their languages, from JSON lines.
fn rows(lines: &str) -> Vec<(String, String)> {
    let read = |line: &str| {
        let row: Value = serde_json::from_str(line).unwrap();
        (row["text"].as_str().unwrap().to_owned(), row["language"].as_str().unwrap_or("en").to_owned())
    };
    lines.lines().map(read).collect()
}

fn code(text: &str) -> &'static str {
    detect(text).map_or("en", Language::code)
}

#[test]
fn written_texts_are_told_apart_and_named() {
    let rows = rows(include_str!("../../../data/languages.jsonl"));
    let wrong: Vec<String> = rows
        .iter()
        .filter(|(text, language)| code(text) != language)
        .map(|(text, language)| format!("{language} read as {}: {text}", code(text)))
        .collect();
    assert!(rows.len() > 250 && wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn hardly_any_request_that_the_model_learnt_from_is_called_foreign() {
    let rows = rows(include_str!("../../../data/requests/train.jsonl"));
    let foreign: Vec<&str> = rows.iter().map(|(text, _)| text.as_str()).filter(|text| detect(text).is_some()).collect();
    assert!(foreign.len() * 1_000 <= rows.len(), "{} of {}: {foreign:#?}", foreign.len(), rows.len());
}

#[test]
fn names_brands_and_tokens_make_no_text_foreign_and_none_english() {
    for text in ["Müller", "[name:1] [card:2]", "José", "SQ *CAFÉ LILLE FR", "123 456", "", "!!!", "👍"] {
        assert_eq!(code(text), "en", "{text}");
    }
    for (text, language) in [
        ("Amazon Prime Video hat mir zweimal Geld abgebucht [card:1]", "de"),
        ("me cobraron dos veces Netflix Premium Family Plan y Spotify [email:1]", "es"),
        ("Apple Pay Google Pay PayPal 結帳失敗 請幫忙查詢 謝謝", "zh"),
        ("Uber Eats списал деньги дважды", "ru"),
    ] {
        assert_eq!(code(text), language, "{text}");
    }
}

#[test]
fn english_in_letters_of_another_script_is_english() {
    assert_eq!(code("my \u{441}\u{430}rd was st\u{43E}len by s\u{43E}me\u{43E}ne"), "en");
    assert_eq!(code("ＭＹ ＣＡＲＤ ＷＡＳ ＳＴＯＬＥＮ"), "en");
}

#[test]
fn a_long_text_is_what_most_of_it_is() {
    let german = "Ich habe gestern bei Ihnen angerufen und niemand konnte mir helfen. ";
    let english = "I called you yesterday and nobody could help me with it. ";
    assert_eq!(code(&format!("{}{}", german.repeat(3), english)), "de");
    assert_eq!(code(&format!("{}{}", english.repeat(3), german)), "en");
    assert_eq!(code(&"x".repeat(20_000)), "en");
    assert_eq!(code(&"卡".repeat(20_000)), "zh");
}

#[test]
fn a_language_is_written_as_its_code_and_read_back() {
    for language in Language::ALL {
        let written = serde_json::to_string(&language).unwrap();
        assert_eq!(written, format!("\"{}\"", language.code()));
        assert_eq!(serde_json::from_str::<Language>(&written).unwrap(), language);
    }
    assert!(serde_json::from_str::<Language>("\"en\"").is_err());
}
