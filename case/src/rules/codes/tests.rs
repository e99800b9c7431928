//! What each code means, and that protected ones tell a customer nothing.

use jiff::civil::date;
use serde_json::json;

use super::*;

const DAY: Date = date(2026, 11, 22);

fn book() -> &'static Rulebook {
    Rulebook::shipped()
}

#[test]
fn each_status_is_at_its_stage_and_only_accc_means_that_the_payee_has_the_money() {
    use PaymentStage::{Credited, Ended, InProcess, Received, Settled};
    let table: [(PaymentStage, &[&str]); 5] = [
        (
            Received,
            &[
                "RCVD", "PDNG", "PATC", "ACTC", "ACCP", "ACFC", "ACFW", "ACWC", "RVNC", "RCVC", "RVMC", "RVNM", "RVCM",
                "RVNA",
            ],
        ),
        (InProcess, &["ACSP", "ACPD", "ACWP"]),
        (Settled, &["ACSC"]),
        (Credited, &["ACCC"]),
        (Ended, &["RJCT", "CANC", "BLCK"]),
    ];
    for (stage, codes) in table {
        for code in codes {
            assert_eq!(find(book(), code, DAY).and_then(Code::stage), Some(stage), "{code}");
        }
    }
    assert_eq!(count(|body| matches!(body, Body::Status(_))), 22);
    let waits = |body: &Body| matches!(body, Body::Status(status) if status.waits_for_payer);
    assert_eq!(count(waits), 2);
    assert!(["PATC", "ACFW"].iter().all(|code| find(book(), code, DAY).is_some_and(Code::waits_for_payer)));
}

#[test]
fn each_reason_and_return_has_its_meaning() {
    use Meaning::{
        AccountDetails, CancelledByCustomer, CutOff, Deceased, Duplicate, Format, Fraud, Funds, Limits, Mandate, Other,
        Regulatory, Technical, Unauthorised,
    };
    let table: [(Meaning, &[&str]); 14] = [
        (AccountDetails, &["AC01", "AC03", "AC04", "BE01", "RC01", "R02", "R03", "R04"]),
        (Funds, &["AM04", "R01", "R09"]),
        (Fraud, &["FR01", "FRAD", "R17"]),
        (Regulatory, &["RR04", "R16"]),
        (Limits, &["AM02", "AM14"]),
        (Duplicate, &["AM05", "DUPL", "R24"]),
        (CancelledByCustomer, &["CUST", "R08"]),
        (Technical, &["ED05", "AB05", "AB06"]),
        (CutOff, &["TM01"]),
        (Mandate, &["MD01"]),
        (Deceased, &["MD07", "R14", "R15"]),
        (Unauthorised, &["R05", "R07", "R10", "R11", "R29"]),
        (Format, &["BE04", "R18", "R19", "R25", "R26", "R27", "R28"]),
        (Other, &["AC06", "AG01", "AM09", "MS02", "MS03", "R06", "R20", "R23"]),
    ];
    for (meaning, codes) in table {
        for code in codes {
            let found = find(book(), code, DAY);
            assert_eq!(found.and_then(Code::meaning), Some(meaning), "{code}");
            assert_eq!(matches!(found, Some(Code::Return(_))), code.len() == 3, "{code}");
        }
    }
    let listed: usize = table.iter().map(|(_, codes)| codes.len()).sum();
    assert_eq!(count(|body| matches!(body, Body::StatusReason(_) | Body::AchReturn(_))), listed);
}

fn count(is: impl Fn(&Body) -> bool) -> usize {
    [ISO_20022, US_ACH].into_iter().flat_map(|pack| book().of_pack(pack, DAY)).filter(|rule| is(&rule.body)).count()
}

#[test]
fn what_could_reveal_a_suspicion_is_told_in_the_same_words_for_every_code() {
    for code in ["RR04", "FRAD", "FR01", "BLCK", "R05", "R07", "R10", "R11", "R16", "R17", "R29"] {
        assert_eq!(customer_words(book(), code, DAY), NEUTRAL, "{code}");
        assert_ne!(analyst_words(book(), code, DAY), NEUTRAL, "{code}");
    }
    let telling = ["fraud", "suspic", "regulat", "sanction", "police", "deceased", "died", "death", "block", "froze"];
    for rule in [ISO_20022, US_ACH].into_iter().flat_map(|pack| book().of_pack(pack, DAY)) {
        let customer = match &rule.body {
            Body::Status(status) => customer_words(book(), &status.code, DAY),
            Body::StatusReason(reason) | Body::AchReturn(reason) => customer_words(book(), &reason.code, DAY),
            other => panic!("{other:?} is not a code"),
        };
        let words = customer.to_lowercase();
        assert!(telling.iter().all(|word| !words.contains(word)), "{}: {customer}", rule.id);
        assert!(customer.ends_with('.') && customer.len() < 120, "{}: {customer}", rule.id);
    }
}

#[test]
fn a_code_that_no_pack_has_is_said_to_be_unknown() {
    for code in ["ACIS", "RJCZ", "R12", "R99", "XX01", "accc", ""] {
        assert_eq!(find(book(), code, DAY), None, "{code}");
        assert_eq!(customer_words(book(), code, DAY), UNKNOWN);
        assert_eq!(analyst_words(book(), code, DAY), UNKNOWN_TO_ANALYST);
    }
}

fn payment(status: Option<&str>, reason: Option<&str>) -> Payment {
    let row = json!({"id": "pay-1", "money": {"amount_minor": 100, "currency": "EUR"}, "created_at": 0,
        "status": status, "reason": reason});
    serde_json::from_value(row).unwrap()
}

#[test]
fn a_payment_is_explained_by_its_reason_and_nothing_speaks_over_a_neutral_word() {
    let words = |status, reason| customer_words_of(book(), &payment(status, reason), DAY);
    assert_eq!(words(Some("ACSP"), None), customer_words(book(), "ACSP", DAY));
    assert_eq!(words(Some("RJCT"), Some("AC04")), customer_words(book(), "AC04", DAY));
    assert_eq!(words(None, Some("R03")), customer_words(book(), "R03", DAY));
    assert_eq!(words(Some("RJCT"), Some("FR01")), NEUTRAL);
    assert_eq!(words(Some("BLCK"), Some("AC04")), NEUTRAL);
    assert_eq!(words(Some("PDNG"), Some("RR04")), NEUTRAL);
    assert_eq!(words(Some("RJCT"), Some("XX99")), UNKNOWN);
    assert_eq!(words(Some("ZZZZ"), None), UNKNOWN);
    assert_eq!(words(None, None), NO_STATUS);
}

#[test]
fn a_pack_cannot_give_a_kept_code_words_nor_call_another_status_credited() {
    let reason = |meaning, customer: Option<&str>| ReasonBody {
        code: "FR01".to_owned(),
        meaning,
        customer: customer.map(str::to_owned),
        analyst: "Fraud.".to_owned(),
    };
    assert_eq!(check_reason(&reason(Meaning::Fraud, None)), None);
    let telling = reason(Meaning::Fraud, Some("Somebody thinks that you are a thief."));
    assert!(check_reason(&telling).is_some());
    assert_eq!(Code::Reason(&telling).customer_words(), NEUTRAL, "and if it is used all the same, they are not said");
    assert!(check_reason(&reason(Meaning::Funds, None)).is_some());
    assert!(check_reason(&ReasonBody { code: "fr1".to_owned(), ..reason(Meaning::Fraud, None) }).is_some());

    let status = |code: &str, stage, customer: Option<&str>| StatusBody {
        code: code.to_owned(),
        stage,
        waits_for_payer: false,
        customer: customer.map(str::to_owned),
        analyst: "As it is.".to_owned(),
    };
    assert_eq!(check_status(&status("ACCC", PaymentStage::Credited, Some("There."))), None);
    assert!(check_status(&status("ACSC", PaymentStage::Credited, Some("There."))).is_some());
    assert!(check_status(&status("ACCC", PaymentStage::Settled, Some("Nearly."))).is_some());
    assert!(check_status(&status("RJCT", PaymentStage::Ended, None)).is_some());
    let blocked = status("BLCK", PaymentStage::Ended, Some("Blocked!"));
    assert!(check_status(&blocked).is_some());
    assert_eq!(Code::Status(&blocked).customer_words(), NEUTRAL);
    assert!(check_status(&status("ACC", PaymentStage::Received, Some("Short."))).is_some());
    assert!(check_status(&status("RJCT", PaymentStage::Ended, Some(" "))).is_some());
    assert!(check_status(&status("RJCT", PaymentStage::Ended, Some(&"long ".repeat(50)))).is_some());
}

#[test]
fn the_shipped_codes_pass_their_own_checks() {
    for rule in [ISO_20022, US_ACH].into_iter().flat_map(|pack| book().of_pack(pack, DAY)) {
        let problem = match &rule.body {
            Body::Status(status) => check_status(status),
            Body::StatusReason(reason) | Body::AchReturn(reason) => check_reason(reason),
            other => panic!("{other:?} is not a code"),
        };
        assert_eq!(problem, None, "{}", rule.id);
    }
}
