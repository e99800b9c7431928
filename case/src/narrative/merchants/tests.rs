//! Descriptors that are a merchant's name, and those that are not.

use super::*;

#[track_caller]
fn check(text: &str, candidates: &[&str], others: &[&str]) {
    let mut mentioned = Mentioned::default();
    mentioned.add(text);
    candidates.iter().for_each(|candidate| assert!(mentioned.names(candidate), "{text}: {candidate}"));
    others.iter().for_each(|other| assert!(!mentioned.names(other), "{text}: not {other}"));
}

#[test]
fn a_merchant_is_found_in_its_descriptor() {
    check(
        "I was charged twice by Streamly for my subscription",
        &["STREAMLY*SUBSCR 8882", "streamly.com 866-579", "PAYPAL *STREAMLY", "Streamly Ltd"],
        &["STREAMING WORLD", "GYMBOX*SUBSCRIPTION", "PAYPAL *STEAM", "CARD PAYMENT", ""],
    );
    check("charged at star coffee on Monday", &["SQ *STAR COFFEE LONDON GB", "STARCOFFEE 0142"], &["MOON TEA"]);
    check("the starcoffee payment", &["STAR COFFEE"], &["STARK BOOKS"]);
    check("I bought it on Amazon", &["AMZN Mktp US*2K4XY", "AMAZON.CO.UK"], &["AMAZING SHOES"]);
    check("my mcdonalds order", &["MCDONALD'S 1234", "MCDONALDS"], &["DONALD SMITH"]);
    check("paid at H&M", &["H&M 0042 BERLIN DE"], &["HMV"]);
    check("charged by TFL", &["TRANSPORT FOR LONDON"], &["TAFELSPITZ"]);
}

#[test]
fn misspelt_names_are_found_by_length() {
    check("charged by Steramly", &["STREAMLY*SUBSCR"], &[]);
    check("charged by Netflx", &["NETFLIX.COM"], &[]);
    check("a payment to Carrefuor yesterday", &["CARREFOUR PARIS FR"], &[]);
    check("I paid at Tesko", &["TESCO STORES 3344"], &["TEXACO"]);
    check("it says tesko there", &[], &["TESCO STORES 3344"]);
}

#[test]
fn short_and_common_words_never_match_by_accident() {
    check(
        "the shop took money from my card for a payment",
        &[],
        &["CARDS GALORE", "SHOPIFY", "MONEYGRAM", "PAYMENT CO"],
    );
    check("my car was at the gas pump", &["GAS STATION"], &["CARDIFF CASTLE", "PUMA"]);
    check("we ate at Zen", &["ZEN SUSHI"], &["ZENITH WATCHES", "ZEIN"]);
    check("I was in London", &[], &["TESCO LONDON GB"]);
}

#[test]
fn a_swap_of_neighbours_is_one_change() {
    let letters = |text: &str| text.chars().collect::<Vec<char>>();
    for (one, other, expected) in
        [("abcd", "abdc", 1), ("", "ab", 2), ("coffee", "cofee", 1), ("same", "same", 0), ("ab", "cd", 2)]
    {
        assert_eq!(distance(&letters(one), &letters(other)), expected, "{one} {other}");
    }
}

#[test]
fn everyday_words_are_no_misspelt_names_and_dotted_names_are_one() {
    check(
        "it was never delivered to my home on the road",
        &[],
        &["DELIVEROO LONDON GB", "THE HOME DEPOT #6821", "ROADCHEF"],
    );
    check("my E.ON bill, and Klarna took it", &["E.ON ENERGIE DD", "KLARNA BANK AB"], &["NEON LIGHTS", "ENERGIE AG"]);
}
