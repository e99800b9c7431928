//! The judge by tables and by laws.

use proptest::prelude::*;

use super::{Unsupported::*, *};
use crate::ids::EvidenceId;

const ROW: &str = "Transaction tx-4821 is a card payment of USD 5738.21 from the customer, posted, booked on 2026-03-17 at 21:46 UTC.";
const WORDS: &str =
    "I paid Streamly $45 on Tuesday, 3 May with [card:1], order A-77, and Zelda told me it was fraud. 1,234.50 EUR too";

fn texts(rows: &[(&str, &str)]) -> Texts {
    rows.iter().map(|(id, text)| (EvidenceId::parse(id).unwrap(), (*text).to_owned())).collect()
}

fn judge(text: &str, cites: &[&str]) -> Result<(), Unsupported> {
    let texts = texts(&[("ledger:tx-4821", ROW), ("case:request", WORDS), ("ledger:acc-1", "Account acc-1.")]);
    let cites = cites.iter().map(|id| EvidenceId::parse(id).unwrap()).collect();
    supported(&Sentence { text: text.to_owned(), cites }, &texts)
}

fn row(text: &str) -> Result<(), Unsupported> {
    judge(text, &["ledger:tx-4821"])
}

fn words(text: &str) -> Result<(), Unsupported> {
    judge(text, &["case:request"])
}

#[test]
fn what_the_evidence_says_may_be_said_in_other_notations() {
    for text in [
        ROW,
        "A charge of $5,738.21 was booked.",
        "A charge of 5738.21 dollars was booked.",
        "A charge of 5.738,21 USD was booked.",
        "It was booked on 17 March 2026.",
        "It was booked on March 17th, 2026, at 9:46 pm.",
        "It was booked on the 17th of March at 21:46:00.",
        "It was booked in March 2026, on a Tuesday.",
        "It was booked on 17/03/2026 and on 17.3.26.",
        "The row tx-4821 (ledger:tx-4821) was booked in 2026.",
        "TX-4821 is posted\u{2014}as a card payment.",
    ] {
        let seconds = text.contains(":00");
        assert_eq!(row(text), if seconds { Err(Time) } else { Ok(()) }, "{text}");
    }
    for text in [
        "The customer says that they paid Streamly USD 45.00 on 3 May.",
        "The customer's card [card:1] was charged $45 by Streamly on a Tuesday.",
        "The customer speaks of order A-77 and of EUR 1234.5, and calls it fraud.",
    ] {
        assert_eq!(words(text), Ok(()), "{text}");
    }
    assert_eq!(judge("Two things are on record.", &["ledger:tx-4821", "case:request"]), Ok(()));
}

#[test]
fn what_the_evidence_does_not_say_is_dropped() {
    let cases = [
        ("A charge of USD 5738.22 was booked.", Number),
        ("A charge of €5738.21 was booked.", Number),
        ("A charge of EUR 5738.21 was booked.", Name),
        ("A charge of 5738.21 EUR 17 March was booked.", Name),
        ("A charge of USD 573821 was booked.", Number),
        ("There were 3 charges of USD 5738.21.", Number),
        ("There were two charges of USD 5738.21.", Number),
        ("A charge of 100% was booked.", Number),
        ("It was booked on 2026-03-18.", Day),
        ("It was booked on 17 March 2025.", Day),
        ("It was booked in April.", Day),
        ("It was booked on a Monday.", Day),
        ("It was booked yesterday.", Day),
        ("It was booked at 21:47.", Time),
        ("It was booked at 9 am.", Time),
        ("The row tx-4822 was booked.", Reference),
        ("The row ledger:acc-1 was booked.", Reference),
        ("The row acc-x was booked.", Reference),
        ("The customer cus_ada paid it.", Reference),
        ("The card [card:1] paid it.", Token),
        ("The merchant Streamly booked it.", Name),
        ("The charge was made in Lagos.", Name),
        ("The status is ACCC.", Name),
        ("The charge was made at a caf\u{e9}.", Name),
    ];
    for (text, why) in cases {
        assert_eq!(row(text), Err(why), "{text}");
    }
    assert_eq!(words("The customer paid on 3 May 2026."), Err(Day), "nobody said which year");
    assert_eq!(words("The customer paid with [card:2]."), Err(Token));
    assert_eq!(judge("A charge was booked.", &[]), Err(NoCite));
    assert_eq!(judge("A charge was booked.", &["ledger:tx-1"]), Err(UnknownCite));
}

#[test]
fn promises_suspicion_and_addresses_are_dropped_whatever_they_cite() {
    let cases = [
        ("We will refund the charge.", Promise),
        ("The charge will be credited within days.", Promise),
        ("Your card is safe.", Promise),
        ("I recommend to approve the refund.", Promise),
        ("The customer is entitled to a refund.", Promise),
        ("The activity looks suspicious.", Suspicion),
        ("A SAR was filed.", Suspicion),
        ("The money may be laundered.", Suspicion),
        ("The charge is fraudulent.", Suspicion),
        ("See https://evil.example for more.", Contact),
        ("See evil.example for more.", Contact),
        ("Write to zelda@evil.example.", Contact),
        ("The number is 4111 1111 1111 1111.", Contact),
        ("", Empty),
        ("12.99", Empty),
        ("A charge was booked. It is large.", Several),
        ("A charge was booked! Really", Several),
        ("A charge\nwas booked.", Sign),
        ("A <b>charge</b> was booked.", Sign),
        ("A charge of \u{ff11}\u{ff12} was booked.", Sign),
        ("A ch\u{200b}arge was booked.", Sign),
        ("A \u{202e}charge was booked.", Sign),
    ];
    for (text, why) in cases {
        assert_eq!(row(text), Err(why), "{text:?}");
    }
    assert_eq!(row(&"a".repeat(limits::SENTENCE_CHARS + 1)), Err(TooLong));
    assert_eq!(row("It was booked in the US."), Err(Name), "the country, and nobody that is spoken to");
}

#[test]
fn a_sentence_with_any_one_digit_changed_is_dropped() {
    for (at, digit) in ROW.char_indices().filter(|(_, sign)| sign.is_ascii_digit()) {
        for other in ('0'..='9').filter(|other| *other != digit) {
            let mut changed = ROW.to_owned();
            changed.replace_range(at..=at, &other.to_string());
            assert!(row(&changed).is_err(), "{changed}");
        }
    }
}

proptest! {
    #[test]
    fn a_cited_number_always_occurs_in_its_citation(
        sentence in "[A-Za-z ]{1,12}( (USD|EUR|tx-|on|[0-9]{1,3}|[0-9]{1,3}\\.[0-9]{2}|two)){1,6}",
        cited in "[A-Za-z ]{1,12}( (USD|EUR|tx-|on|[0-9]{1,3}|[0-9]{1,3}\\.[0-9]{2}|two)){1,12}",
    ) {
        let texts = texts(&[("ledger:tx", &cited)]);
        let cites = vec![EvidenceId::parse("ledger:tx").unwrap()];
        if supported(&Sentence { text: sentence.clone(), cites }, &texts).is_ok() {
            let number = |word: &&str| word.parse::<f64>().is_ok();
            let value = |word: &str| word.parse::<f64>().unwrap().to_string();
            let known: Vec<String> = cited.split(' ').filter(number).map(value).collect();
            for word in sentence.split(' ').filter(number) {
                prop_assert!(known.contains(&value(word)), "{word} in {sentence:?}, cited {cited:?}");
            }
        }
    }

    #[test]
    fn an_amount_passes_only_in_its_own_currency_and_to_the_cent(
        cited in 0_u32..100_000, said in 0_u32..100_000,
        of in prop::sample::select(vec!["USD", "EUR", "GBP"]), in_ in prop::sample::select(vec!["USD", "EUR", "GBP"]),
    ) {
        let show = |code: &str, minor: u32| format!("{code} {}.{:02}", minor / 100, minor % 100);
        let texts = texts(&[("ledger:tx", &format!("A charge of {}.", show(of, cited)))]);
        let check = |code, minor| {
            let cites = vec![EvidenceId::parse("ledger:tx").unwrap()];
            supported(&Sentence { text: format!("There is {} on record.", show(code, minor)), cites }, &texts)
        };
        prop_assert_eq!(check(of, cited), Ok(()));
        prop_assert_eq!(check(in_, said).is_ok(), of == in_ && cited == said);
    }

    #[test]
    fn no_text_makes_the_judge_panic(sentence in any::<String>(), cited in any::<String>()) {
        let texts = texts(&[("ledger:tx-1", &cited)]);
        let cites = vec![EvidenceId::parse("ledger:tx-1").unwrap()];
        let _ = supported(&Sentence { text: sentence, cites }, &texts);
    }

    #[test]
    fn no_text_of_telling_signs_makes_the_judge_panic(
        sentence in "[0-9a-zA-Z \\[\\]:./,'$%_T-]{0,60}", cited in "[0-9a-zA-Z \\[\\]:./,'$%_T-]{0,60}",
    ) {
        let texts = texts(&[("ledger:tx-1", &cited)]);
        let cites = vec![EvidenceId::parse("ledger:tx-1").unwrap()];
        let _ = supported(&Sentence { text: sentence, cites }, &texts);
    }
}

#[test]
fn a_reason_says_why_and_holds_nothing_that_the_words_do_not() {
    let words = "I was charged $12.99 twice by Streamly on [card:1], order A-7714.";
    for reason in [
        "The customer reports two charges of $12.99 by Streamly.",
        "Suspicious use of a card. The label dispute_summary fits best.",
        "A KYC matter, or a dispute about order A-7714 on [card:1].",
    ] {
        assert!(is_reason(reason, words), "{reason}");
    }
    for reason in [
        "",
        "The card is 4024007103939509.",
        "The first part is 40240071.",
        "It is NTA0Nw.",
        "It is cwk_7f3kA9xQ2mZt8LwR4vBn.",
        "4\u{200b}0\u{200b}2\u{200b}4.",
        "The card is \u{ff14}\u{ff10}\u{ff12}\u{ff14}.",
        "Read \u{202e}txet siht\u{202c} from the right.",
        "See https://collect.example/a now.",
        "![receipt](//collect.example/a.png)",
        "</b><script>fetch()</script>",
        "Write to orla.vance@leak-canary.example.",
        "Mrs Vance has the same.",
        "A charge of USD 999.99.",
        "[iban:1] is hers.",
        "The key is sk-ant-of-somebody-who-has-no-digit.",
    ] {
        assert!(!is_reason(reason, words), "{reason}");
    }
}
