//! What is found, what is left alone, and the laws that hold for every text.

use super::*;

/// A small generator of even numbers, so that every run tests the same cases.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn digits(&mut self, len: usize) -> String {
        (0..len).map(|_| char::from(b'0' + self.roll(10) as u8)).collect()
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

fn card(dice: &mut Dice) -> String {
    let (prefix, len) = [
        ("4", 16),
        ("51", 16),
        ("2221", 16),
        ("34", 15),
        ("6011", 16),
        ("36", 14),
        ("3530", 16),
        ("62", 19),
        ("4", 13),
        ("5018", 18),
        ("6763", 12),
        ("1800", 15),
    ][dice.roll(12)];
    let body = format!("{prefix}{}", dice.digits(len - prefix.len() - 1));
    let sum: u32 = body
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, byte)| {
            let digit = u32::from(byte - b'0') * if place % 2 == 0 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn iban(dice: &mut Dice) -> String {
    let (country, bban) = match dice.roll(4) {
        0 => ("GB", format!("{}{}", dice.pick(&["WEST", "BARC", "NWBK"]), dice.digits(14))),
        1 => ("DE", dice.digits(18)),
        2 => ("FR", format!("{}M{}", dice.digits(15), dice.digits(7))),
        _ => ("NL", format!("{}{}", dice.pick(&["ABNA", "INGB", "RABO"]), dice.digits(10))),
    };
    let remainder = format!("{bban}{country}00").bytes().fold(0_u32, |remainder, byte| match byte {
        b'0'..=b'9' => (remainder * 10 + u32::from(byte - b'0')) % 97,
        _ => (remainder * 100 + u32::from(byte - b'A') + 10) % 97,
    });
    format!("{country}{:02}{bban}", 98 - remainder)
}

fn ssn(dice: &mut Dice) -> String {
    format!(
        "{:03}-{:02}-{:04}",
        [1 + dice.roll(665), 667 + dice.roll(233)][dice.roll(2)],
        1 + dice.roll(99),
        1 + dice.roll(9_999)
    )
}

fn account(dice: &mut Dice) -> String {
    format!("{}-{}-{} {}", dice.digits(2), dice.digits(2), dice.digits(2), dice.digits(8))
}

fn email(dice: &mut Dice) -> String {
    format!(
        "{}.{}{}@{}.{}",
        dice.pick(&["anna", "li", "omar"]),
        dice.pick(&["smith", "o'neil", "x"]),
        dice.roll(100),
        dice.pick(&["example", "mail-box", "web"]),
        dice.pick(&["com", "co.uk", "io"])
    )
}

fn phone(dice: &mut Dice) -> String {
    match dice.roll(4) {
        0 => format!("+44 7{} {}", dice.digits(3), dice.digits(6)),
        1 => format!("({}{}) 5{}-{}", 2 + dice.roll(8), dice.digits(2), dice.digits(2), dice.digits(4)),
        2 => format!("07{} {}", dice.digits(3), dice.digits(6)),
        _ => format!("+1 6{}-4{}-{}", dice.digits(2), dice.digits(2), dice.digits(4)),
    }
}

fn every(text: &str, size: usize, between: &str) -> String {
    let glyphs: Vec<char> = text.chars().collect();
    glyphs.chunks(size).map(|chunk| chunk.iter().collect::<String>()).collect::<Vec<_>>().join(between)
}

/// The ways in which a value may be written. Numbers only: an address cannot be told apart from the words around it
/// once it is grouped or broken anywhere.
fn disguises(value: &str, dice: &mut Dice) -> Vec<String> {
    let wide: String = value
        .chars()
        .map(|glyph| if glyph.is_ascii_graphic() { char::from_u32(glyph as u32 + 0xFEE0).unwrap() } else { glyph })
        .collect();
    let anywhere = 1 + dice.roll(value.len() - 1);
    let cut = |with: &str| format!("{}{with}{}", &value[..anywhere], &value[anywhere..]);
    vec![
        value.to_owned(),
        wide,
        every(value, 1, "\u{200B}"),
        every(value, 1, "\u{2060}"),
        cut("\u{200D}"),
        cut("\u{AD}"),
        every(value, 1, " "),
        every(value, 1, "\u{A0}"),
        value.replace(' ', "\u{A0}"),
        value.replace([' ', '-'], "\u{2009}"),
    ]
}

fn separated(number: &str, dice: &mut Dice) -> Vec<String> {
    let anywhere = 1 + dice.roll(number.len() - 1);
    let cut = |with: &str| format!("{}{with}{}", &number[..anywhere], &number[anywhere..]);
    let mut ways = vec![cut("\n"), cut("\r\n  "), cut("\u{A0}"), cut(" ")];
    for between in [" ", "-", ".", "\u{2013}", "\u{A0}", "\n", "/", "_", ", ", " - "] {
        ways.extend([every(number, 4, between), every(number, 1, between)]);
    }
    ways
}

const BEFORE: [&str; 5] = ["Please check ", "I wrote\n", "\u{201C}", "hello,", "Payment of £20.00 on 3 May: "];
const AFTER: [&str; 5] = ["", ".", ", thanks", " was used by somebody else", "\u{201D}!"];

/// Whether the value lies inside one span of its kind.
fn is_hidden(text: &str, value: &str, kind: Kind) -> bool {
    let start = text.find(value).unwrap();
    detect(text).iter().any(|span| span.kind == kind && span.start <= start && span.end >= start + value.len())
}

fn check_all(kind: Kind, says: &[&str], make: fn(&mut Dice) -> String, ways: fn(&str, &mut Dice) -> Vec<String>) {
    let mut dice = Dice(0x0BAD_5EED_0000_0001 + kind as u64);
    let (mut missed, mut all) = (Vec::new(), 0);
    for _ in 0..400 {
        let value = make(&mut dice);
        for written in ways(&value, &mut dice) {
            let text = format!("{}{}{written}{}", dice.pick(&BEFORE), dice.pick(says), dice.pick(&AFTER));
            all += 1;
            if !is_hidden(&text, &written, kind) {
                missed.push(text);
            }
        }
    }
    assert!(
        missed.is_empty(),
        "{kind}: {} of {all} missed, such as {:?}",
        missed.len(),
        &missed[..missed.len().min(5)]
    );
}

fn plain(value: &str, _: &mut Dice) -> Vec<String> {
    vec![value.to_owned()]
}

#[test]
fn a_transaction_ids_name_does_not_shield_a_card_in_groups() {
    for text in
        ["tx-4111 1111 1111 1111", "tx-4111-1111-1111-1111", "tx-4111\u{200B}111111111111", "card-4111111111111111"]
    {
        assert_eq!(detect(text).first().map(|span| span.kind), Some(Kind::Card), "{text}");
    }
}

fn numeric(value: &str, dice: &mut Dice) -> Vec<String> {
    let mut ways = disguises(value, dice);
    ways.extend(separated(value, dice));
    ways
}

#[test]
fn cards_are_found_however_they_are_written() {
    check_all(Kind::Card, &["", "card ", "my card number is "], card, numeric);
}

#[test]
fn ibans_are_found_however_they_are_written() {
    check_all(Kind::Iban, &["", "IBAN: ", "my iban is "], iban, numeric);
    check_all(Kind::Iban, &["to "], |dice| iban(dice).to_lowercase(), disguises);
}

#[test]
fn social_security_numbers_are_found_by_dashes_or_words() {
    check_all(Kind::Ssn, &["", "my SSN is "], ssn, plain);
    check_all(Kind::Ssn, &["ssn ", "my social security number is "], ssn, disguises);
    assert_eq!(
        detect("it is １２３４５６７８９ for you").first().map(|span| span.kind),
        Some(Kind::Ssn),
        "by disguise"
    );
    check_all(Kind::Ssn, &["ssn: ", "my social is "], |dice| ssn(dice).replace('-', ""), numeric);
}

#[test]
fn sort_codes_with_accounts_are_found() {
    check_all(Kind::SortCodeAccount, &["", "pay "], account, plain);
    check_all(Kind::SortCodeAccount, &["sort code and account number: ", "account "], account, disguises);
    let text = "sort code 20-00-00, account number 55779911; also account 12345678 with sort code 123456";
    let pieces: Vec<&str> = detect(text).iter().map(|span| &text[span.start..span.end]).collect();
    assert_eq!(pieces, ["20-00-00", "55779911", "12345678", "123456"]);
    assert_eq!(detect("12-34-56, account no 12345678").len(), 2);
}

#[test]
fn addresses_are_found_however_they_are_written() {
    check_all(Kind::Email, &["", "mail me at "], email, disguises);
}

#[test]
fn telephone_numbers_are_found() {
    check_all(Kind::Phone, &["", "call "], phone, plain);
    check_all(Kind::Phone, &["my phone is ", "call me on "], phone, disguises);
    for text in [
        "phone 555 1234",
        "my mobile: 030 901820",
        "0044 7700 900123",
        "1-800-555-0199",
        "020 7946 0000 is my landline",
    ] {
        assert_eq!(detect(text).first().map(|span| span.kind), Some(Kind::Phone), "{text}");
    }
}

#[test]
fn a_security_code_is_found_by_its_word() {
    let text = "card 4111 1111 1111 1111 12/27 cvv 123";
    let pieces: Vec<(&str, Kind)> = detect(text).iter().map(|span| (&text[span.start..span.end], span.kind)).collect();
    assert_eq!(pieces, [("4111 1111 1111 1111", Kind::Card), ("123", Kind::SecurityCode)]);
}

/// Whether all digits of the text are gone, or, of an address, all letters of the word.
fn leaves_nothing(text: &str) -> bool {
    let redacted = redact(text);
    let digits =
        redacted.split(['[', ']']).step_by(2).any(|piece| piece.contains(|glyph: char| glyph.is_ascii_digit()));
    !digits && !redacted.contains("john") && redacted.contains('[')
}

#[test]
fn people_write_the_same_in_many_ways() {
    for text in [
        "a/c 55779911 sc 20-00-00",
        "sc 20 00 00 ac 5577 9911",
        "55779911 (20-00-00)",
        "my account 55779911 at 20-00-00",
        "200000/55779911",
        "SC200000 AC55779911",
        "12-34-5\n6 12345678",
        "2 0 0 0 0 0 5 5 7 7 9 9 1 1",
        "SSN (123) 45 6780",
        "my ssn 123-456-780",
        "123/45/6780",
        "ITIN 912-74-5678",
        "123 45 67\n80",
        "l23-4S-678O",
        "4111 llll 1111 1111",
        "4539 l488 O343 6467 was used",
        "GB82 WEST l234 S698 76S4 32",
        "john_doe_at_example_dot_com",
        "john dot doe AT example dot co dot uk",
        "john&#64;example.com",
        "john@@example,com",
        "\"john doe\"@example.com",
        "john [at] gmail.com",
        "john at gmail.com",
        "(6-9-9) 5-5-8-3-5-5-1",
        "flight dl (646) 463-4465",
        "Is my ID there? Check 639035311500",
        "0161 496 0000",
    ] {
        assert!(leaves_nothing(text), "{text} -> {}", redact(text));
    }
}

#[test]
fn what_a_bank_hears_every_day_is_left_alone() {
    for text in [
        "I was charged £1,234.56 twice on 2026-11-22 at 10:15:33, once on 21/11/2026.",
        "My order 1234567890123 and invoice INV-2026-000123 of $12.99 are wrong.",
        "Transaction tx-4111111111111111 is not mine, nor are tx-1001, txn_5500005555555559 and pay-000123.",
        "Order number 123456789 for 20261122 was paid in 3 instalments of 33.33, 33.33 and 33.34.",
        "Please refund 1,000,000 yen; the reference is 9876543210.",
        "My card ending 4242 expires 12/27.",
        "case_abcdefghijklmnopqrstuvwxyz, request req_011CU7x, uuid 550e8400-e29b-41d4-a716-446655440000",
        "I called on 22-11-2026 between 9 and 17, then again at 10.30.",
        "At 10 o'clock I paid by card, no 15 minutes later it was back.",
        "call me about order 12345678",
        "call me about the £12345678 that left",
        "The account was opened 2019-03-04, balance 12345678.90",
        "Rates were 1.0845 1.0846 1.0847 1.0848 1.0849 on five days",
        "I transferred 250 on 01/02/2026, 250 on 01/03/2026, 250 on 01/04/2026 and 250 on 01/05/2026.",
        "4111 1111 1111 1112 is not a card number, GB82WEST12345698765433 not an IBAN, 000-12-3456 and 666-12-3456 no SSN.",
        "charged 15,521.20 twice (06-04-1971, 01-01-1983)",
        "order 675877018095 of today",
        "dispute of 12 November 2026, ARN 24011346328000000000000",
        "look at amazon.com or @support, 2 @ $5",
        "I shop at tesco.com, it was 9 dollars a month at netflix dot com prices",
        "the parcel 9475 6782 5262 2210 0369 98 is stuck, its coordinates are call 51.542747",
        "pick 1 2 3 4 5 6 7 8 9, I lost 500 so I is out of SOS BOSS oil 10 loss",
        "al is 05991879 was used by somebody",
        "[card:1] and [email:2] are tokens",
    ] {
        let pieces: Vec<_> =
            detect(text).iter().map(|span| (text[span.start..span.end].to_owned(), span.kind)).collect();
        assert_eq!(pieces, [], "{text}");
    }
}

#[test]
fn at_most_one_real_request_in_a_hundred_is_touched() {
    let lines = include_str!("../../../data/requests/dev.jsonl").lines();
    let texts: Vec<String> = lines
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned())
        .collect();
    let touched: Vec<&String> = texts.iter().filter(|text| !detect(text).is_empty()).collect();
    assert!(texts.len() == 1_930 && touched.len() * 100 <= texts.len(), "{touched:?}");
}

/// Pieces that a hostile text could be made of.
const PIECES: [&str; 44] = [
    "4111 1111 1111 1111",
    "4111111111111111",
    "GB82 WEST 1234 5698 7654 32",
    "123-45-6789",
    "12-34-56 12345678",
    "a.b@example.com",
    "+44 7700 900123",
    "(555) 234-5678",
    "phone ",
    "ssn ",
    "account ",
    "sort code ",
    "cvv ",
    "123",
    "12345678",
    "123456",
    "7",
    "1 2 3 4 ",
    "-",
    " ",
    ".",
    ",",
    "[",
    "]",
    "[card:1]",
    "[ email : 2 ]",
    "［card:３］",
    "card",
    ":",
    "@",
    "(at)",
    " at ",
    " dot ",
    "com",
    "\u{200B}",
    "\u{FEFF}",
    "４",
    "é",
    "😀",
    "ﷺ",
    "⒈",
    "\u{10FFFF}",
    "\n",
    "x",
];

fn hostile(dice: &mut Dice) -> String {
    (0..dice.roll(14)).map(|_| dice.pick(&PIECES)).collect()
}

#[test]
fn spans_are_sorted_apart_and_on_characters_for_every_text() {
    let mut dice = Dice(0x1234_5678_9ABC_DEF1);
    for round in 0..60_000 {
        let text: String = if round % 3 == 0 {
            (0..dice.roll(40)).filter_map(|_| char::from_u32(dice.roll(0x11_0000) as u32)).collect()
        } else {
            hostile(&mut dice)
        };
        let spans = detect(&text);
        assert!(spans.iter().all(|span| span.start < span.end && text.get(span.start..span.end).is_some()), "{text:?}");
        assert!(spans.windows(2).all(|pair| pair[0].end <= pair[1].start), "{text:?} {spans:?}");
    }
}

#[test]
fn redacting_twice_is_redacting_once() {
    let mut dice = Dice(0x0FED_CBA9_8765_4321);
    for _ in 0..60_000 {
        let text = hostile(&mut dice);
        let once = redact(&text);
        assert_eq!(redact(&once), once, "{text:?}");
        assert_eq!(detect(&once), [], "{text:?}");
    }
}

#[test]
fn no_arriving_text_can_name_a_token_of_the_case() {
    let mut dice = Dice(0x0246_8ACE_1357_9BDF);
    for _ in 0..30_000 {
        let mut map = TokenMap::new();
        map.tokenise("4000 0000 0000 0002, first@example.com, and 5500 0000 0000 0004");
        // Only what was known before the text came: its own finds may be revealed, of course.
        let earlier = map.clone();
        assert_eq!(earlier.len(), 3);
        let text = hostile(&mut dice);
        let tokenised = map.tokenise(&text);
        let revealed = earlier.reveal(&tokenised, "this test");
        assert_eq!(revealed, tokenised, "{text:?}");
    }
}

#[test]
fn revealing_gives_every_value_back() {
    let mut dice = Dice(0x1357_9BDF_0246_8ACE);
    for _ in 0..2_000 {
        let values = [card(&mut dice), iban(&mut dice), ssn(&mut dice).replace('-', ""), email(&mut dice)];
        let text = format!("card {}; iban {}; ssn {}; mail {} end", values[0], values[1], values[2], values[3]);
        let mut map = TokenMap::new();
        let tokenised = map.tokenise(&text);
        assert_eq!(tokenised, "card [card:1]; iban [iban:1]; ssn [ssn:1]; mail [email:1] end");
        assert_eq!(map.reveal(&tokenised, "this test"), text);
        let stored: Vec<(String, Pii<String>)> =
            map.pairs().map(|(token, value)| (token.to_owned(), value.clone())).collect();
        assert_eq!(TokenMap::from_pairs(stored).unwrap(), map);
    }
}

#[test]
fn one_value_has_one_token_however_it_is_written() {
    let mut map = TokenMap::new();
    assert_eq!(map.tokenise("4111111111111111 or 5500 0000 0000 0004"), "[card:1] or [card:2]");
    assert_eq!(map.tokenise("4111-1111-1111-1111"), "[card:1]");
    assert_eq!(map.tokenise("４１１１ 1111\u{200B}1111 1111"), "[card:1]");
    assert_eq!(map.tokenise("A.B@Example.com and a.b (at) example [dot] com"), "[email:1] and [email:1]");
    assert_eq!(map.len(), 3);
    assert_eq!(format!("{map:?}"), r#"["[card:1]", "[card:2]", "[email:1]"]"#);
}

#[test]
fn a_typed_token_is_disarmed_and_a_redacted_one_counted_on_from() {
    let mut map = TokenMap::new();
    map.tokenise("4111111111111111");
    assert_eq!(
        map.tokenise("refund [card:1], [ Card : 1 ] or ［card:1］ [note:1]"),
        "refund (card:1), ( Card : 1 ) or (card:1) [note:1]"
    );
    assert_eq!(map.tokenise("[card:4111111111111111]"), "(card:[card:1])");
    assert_eq!(redact("[card:3] 4111111111111111"), "[card:3] [card:4]");
}

#[test]
fn stored_pairs_that_cannot_be_ours_are_refused() {
    let pairs = |pairs: &[(&str, &str)]| {
        TokenMap::from_pairs(pairs.iter().map(|(token, value)| ((*token).to_owned(), Pii::new((*value).to_owned()))))
    };
    for token in ["card:1", "[card:0]", "[card:01]", "[card:+1]", "[Card:1]", "[cart:1]", "[card:1] ", ""] {
        assert_eq!(pairs(&[(token, "x")]), Err(TokenMapError::Malformed), "{token}");
    }
    assert_eq!(pairs(&[("[card:1]", "x"), ("[card:1]", "y")]), Err(TokenMapError::Twice));
    assert_eq!(pairs(&[("[card:1]", "x"), ("[card:2]", "x")]), Err(TokenMapError::Twice));
    let mut map = pairs(&[("[card:7]", "4111111111111111")]).unwrap();
    assert_eq!(map.tokenise("4111111111111111 5500000000000004"), "[card:7] [card:8]");
}

#[test]
fn a_long_hostile_text_takes_no_square_of_its_length() {
    // 100 KB of each of the worst kinds; squares of that would be felt at once.
    for piece in
        ["4 ", "1", "4111 ", "a@", "phone 1234567 ", "GB82", "[card:", "12-34-56, ", "x", "\u{200B}", "a b c @ d "]
    {
        let text = piece.repeat(100_000 / piece.len());
        assert!(detect(&text).iter().all(|span| span.end <= text.len()));
    }
}
