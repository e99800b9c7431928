//! One value is one token, in every way of writing it that is found.

use super::*;

/// Every way of writing a value has the token of the plain one, which reveals the plain one.
#[track_caller]
fn check(value: &str, ways: &[&str]) {
    let mut map = TokenMap::new();
    let token = map.tokenise(value);
    for written in ways {
        assert_eq!(map.tokenise(written), token, "{written}");
        assert_eq!(TokenMap::new().tokenise(written), token, "{written}");
    }
    assert_eq!(map.reveal(&token, "this test"), value);
    assert_eq!(map.len(), 1);
}

#[test]
fn letters_that_look_like_digits_are_those_digits() {
    check("4539148803436467", &["4539 l488 O343 6467", "4539-I488-0343-6467", "4S39 1488 o343 6467"]);
    check("4111111111111111", &["4111 llll 1111 1111", "4111 1111 IIII 1111", "4ll1 1111 1111 1111"]);
    check(
        "GB82WEST12345698765432",
        &["GB82 WEST l234 S698 76S4 32", "gb82 west 1234 5698 765432", "GB8Z WEST 1234 5698 7654 3Z"],
    );
    let mut map = TokenMap::new();
    for (written, token) in [
        ("my ssn is 123-45-6780", "my ssn is [ssn:1]"),
        ("my ssn is l23-4S-678O", "my ssn is [ssn:1]"),
        ("my ssn is 123-45-67B0", "my ssn is [ssn:1]"),
        ("my ssn is 123-45-6781", "my ssn is [ssn:2]"),
    ] {
        assert_eq!(map.tokenise(written), token, "{written}");
    }
}

#[test]
fn two_cards_that_differ_where_letters_stand_are_two() {
    let mut map = TokenMap::new();
    assert_eq!(map.tokenise("4539 ZZ88 0343 6467 and 4539 SS88 0343 6467"), "[card:1] and [card:2]");
    assert_eq!(map.reveal("[card:1] [card:2]", "this test"), "4539228803436467 4539558803436467");
}

#[test]
fn an_address_is_one_however_its_signs_are_written() {
    check(
        "john@example.com",
        &[
            "john(a)example.com",
            "john [ a ] example.com",
            "john{@}example.com",
            "john<at>example.com",
            "john<@>example{.}com",
            "john\\@example.com",
            "john@@example.com",
            "john@example<.>com",
            "John (at) Example (dot) Com",
            "john [at] example [ dot ] com",
            "john&#64;example.com",
            "john%40example.com",
            "john_at_example_dot_com",
            "john at example dot com",
            "john@example,com",
            "john@example\n.com",
            "j o h n @ e x a m p l e . c o m",
        ],
    );
    check(
        "john.doe@example.co.uk",
        &["john dot doe AT example dot co dot uk", "john_dot_doe_at_example_dot_co_dot_uk"],
    );
    check("look_at_me@example.com", &["look_at_me(a)example.com"]);
}
