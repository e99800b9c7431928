//! Where a payment is: what its codes say, when it can be expected, and which payment is meant. Every case is told on
//! Sunday 22 November 2026 at 12:00 UTC.

use case::{
    case::Rest,
    entry::{CustomerQuestion, Failure},
    explain::Explained,
    ids::Reference,
    label::{Label, Scored},
    policy::{Action, Reason},
    rules::{Rulebook, codes},
    summary,
};
use serde_json::{Value, json};

use super::{check_proposal, cites, proposal};
use crate::world::{
    World,
    bank::{Bank, payment, with},
    reference, request, share,
};

const WHERE: &str = "Where is my transfer?";

fn ask(text: &str, rows: &[Value]) -> World {
    let bank = Bank::charged_twice().say("payments", &[json!({ "payments": rows })]);
    World::open(request(text, Label::PaymentStatus), text, bank)
}

#[track_caller]
fn check(changes: Value, action: Action, reasons: &[Reason]) -> World {
    let mut world = ask(WHERE, &[payment(changes.clone())]);
    assert_eq!(world.drive(), Rest::Review, "{changes}");
    let proposal = proposal(&world);
    assert_eq!((proposal.action(), proposal.reasons()), (action, reasons), "{changes}");
    assert_eq!(cites(&proposal), ["ledger:pay_1", "policy:pol_1"], "{changes}");
    assert_eq!((proposal.references(), proposal.amount()), ([reference("pay_1")].as_slice(), None), "{changes}");
    world
}

#[test]
fn a_payment_s_codes_say_what_to_do() {
    let status = |code: &str| json!({ "iso20022_status": code });
    let rejected = |reason: &str| json!({"iso20022_status": "RJCT", "status_reason": reason});
    let returned = |code: &str| json!({"scheme": "ach", "ach_return": code});
    check(status("ACCC"), Action::Inform, &[Reason::PaymentCredited]);
    for code in ["ACSP", "ACPD", "ACWP", "RCVD", "PDNG", "ACTC", "RVNC"] {
        check(status(code), Action::Inform, &[Reason::PaymentInProcess]);
    }
    check(json!({}), Action::Inform, &[Reason::PaymentInProcess]);
    check(status("CANC"), Action::Inform, &[Reason::PaymentCancelled]);
    check(rejected("CUST"), Action::Inform, &[Reason::PaymentCancelled]);
    check(status("RJCT"), Action::Inform, &[Reason::PaymentEnded]);
    for reason in ["AC06", "AG01", "AM02", "AM04", "AM05", "AM09", "AM14", "BE04", "DUPL", "ED05", "MD01", "MD07"] {
        check(rejected(reason), Action::Inform, &[Reason::PaymentEnded]);
    }
    for reason in ["MS02", "MS03", "TM01", "AB05", "AB06"] {
        check(rejected(reason), Action::Inform, &[Reason::PaymentEnded]);
    }
    for reason in ["AC01", "AC03", "AC04", "BE01", "RC01"] {
        check(rejected(reason), Action::CorrectDetails, &[Reason::PayeeDetailsWrong]);
    }
    for code in ["R02", "R03", "R04"] {
        check(returned(code), Action::CorrectDetails, &[Reason::PayeeDetailsWrong]);
    }
    for code in ["R01", "R06", "R08", "R09", "R14", "R15", "R18", "R19", "R20", "R23", "R24", "R25", "R28"] {
        check(returned(code), Action::Inform, &[Reason::PaymentReturned]);
    }
    for code in ["R05", "R07", "R10", "R11", "R29"] {
        check(returned(code), Action::Escalate, &[Reason::PaymentUnauthorised]);
    }
}

#[test]
fn what_was_credited_and_then_returned_was_returned() {
    let both = |code: &str| json!({"scheme": "ach", "iso20022_status": "ACCC", "ach_return": code});
    check(both("R23"), Action::Inform, &[Reason::PaymentReturned]);
    check(both("R03"), Action::CorrectDetails, &[Reason::PayeeDetailsWrong]);
}

#[test]
fn what_may_be_fraud_or_regulation_goes_to_a_person_and_no_word_says_why() {
    let kept = [
        json!({"iso20022_status": "RJCT", "status_reason": "FR01"}),
        json!({"iso20022_status": "RJCT", "status_reason": "FRAD"}),
        json!({"iso20022_status": "RJCT", "status_reason": "RR04"}),
        json!({"iso20022_status": "PDNG", "status_reason": "RR04"}),
        json!({"iso20022_status": "ACCC", "status_reason": "FR01"}),
        json!({"iso20022_status": "BLCK"}),
        json!({"iso20022_status": "BLCK", "status_reason": "AC04"}),
        json!({"scheme": "ach", "ach_return": "R16"}),
        json!({"scheme": "ach", "ach_return": "R17"}),
    ];
    for changes in kept {
        let world = check(changes.clone(), Action::Escalate, &[Reason::PaymentUnderReview]);
        let sentences = summary::of(world.case.state(), &proposal(&world));
        let words = sentences.iter().map(|sentence| sentence.text.to_lowercase()).collect::<String>();
        for telling in ["fraud", "regulat", "block", "suspic", "froze", "authorit"] {
            assert!(!words.contains(telling), "{changes}: {words}");
        }
        let paid = world.case.state().payment(&reference("pay_1")).unwrap();
        let day = world.now.date();
        assert_eq!(codes::customer_words_of(Rulebook::shipped(), paid, day), codes::NEUTRAL, "{changes}");
    }
}

#[test]
fn a_code_that_nobody_knows_is_not_guessed() {
    for changes in [
        json!({"iso20022_status": "ZZZZ"}),
        json!({"iso20022_status": "CPUC"}),
        json!({"iso20022_status": "RJCT", "status_reason": "XX42"}),
        json!({"iso20022_status": "ACCC", "status_reason": "XX42"}),
        json!({"scheme": "ach", "ach_return": "R99"}),
    ] {
        check(changes, Action::Escalate, &[Reason::PaymentStatusUnknown]);
    }
}

#[test]
fn the_same_status_is_told_before_its_expected_arrival_and_traced_after_it() {
    // The last moment at which each can be expected, counted by hand; the case is told on Sunday 22 at 12:00 UTC.
    let table = [
        // Thursday 19, 09:00 in Brussels: by Friday 20. Overdue.
        ("sepa_credit", "2026-11-19T08:00:00Z", true),
        // Thursday 19, 15:00: after the cut-off, so Friday 20 counts, and Monday 23 is the next business day.
        ("sepa_credit", "2026-11-19T14:00:00Z", false),
        // Friday 20, 17:30: counts on Monday 23, by Tuesday 24. The instant twin had ten seconds.
        ("sepa_credit", "2026-11-20T16:30:00Z", false),
        ("sepa_instant", "2026-11-20T16:30:00Z", true),
        ("sepa_instant", "2026-11-22T11:59:55Z", false),
        // Two hours, on a Sunday too.
        ("fps", "2026-11-22T10:30:00Z", false),
        ("fps", "2026-11-22T09:30:00Z", true),
        // Thursday 19 noon in New York: Friday 20, Monday 23. Wednesday 18: Thursday 19, Friday 20.
        ("ach", "2026-11-19T17:00:00Z", false),
        ("ach", "2026-11-18T17:00:00Z", true),
        // Monday 16: 17, 18, 19, 20, Monday 23. Friday 13: 16, 17, 18, 19, Friday 20.
        ("swift", "2026-11-16T08:00:00Z", false),
        ("swift", "2026-11-13T08:00:00Z", true),
        // Monday 9, without Veterans Day on Wednesday 11: the tenth business day is Tuesday 24. From Friday 30 October it
        // is Monday 16: 2 to 6 November (5), 9, 10, 12, 13 (9), 16.
        ("card_refund", "2026-11-09T15:00:00Z", false),
        ("card_refund", "2026-10-30T15:00:00Z", true),
        // No rule says when a CHAPS payment arrives, and nothing is said to be late.
        ("chaps", "2026-10-01T08:00:00Z", false),
    ];
    for (scheme, created_at, overdue) in table {
        let changes = |status: &str| json!({"scheme": scheme, "created_at": created_at, "iso20022_status": status});
        if overdue {
            check(changes("ACSP"), Action::TracePayment, &[Reason::PaymentInProcess, Reason::PaymentOverdue]);
            check(changes("ACSC"), Action::TracePayment, &[Reason::PaymentSettled, Reason::PaymentOverdue]);
            check(changes("PDNG"), Action::TracePayment, &[Reason::PaymentInProcess, Reason::PaymentOverdue]);
            // It waits for the customer, who has to be told so.
            check(changes("PATC"), Action::Inform, &[Reason::PaymentInProcess]);
        } else {
            check(changes("ACSP"), Action::Inform, &[Reason::PaymentInProcess]);
            check(changes("PDNG"), Action::Inform, &[Reason::PaymentInProcess]);
        }
        check(changes("ACCC"), Action::Inform, &[Reason::PaymentCredited]);
    }
    // Settled, and no rule says until when to wait: the route is asked.
    check(json!({"iso20022_status": "ACSC"}), Action::TracePayment, &[Reason::PaymentSettled]);
}

#[test]
fn a_payment_for_a_later_day_is_not_late() {
    let scheduled = |on: &str| {
        json!({"scheme": "sepa_credit", "created_at": "2026-11-02T09:00:00Z", "iso20022_status": "ACTC",
            "execution_on": on})
    };
    check(scheduled("2026-11-24"), Action::Inform, &[Reason::PaymentScheduled]);
    // For Friday 20: by Monday 23. For Thursday 19: by Friday 20.
    check(scheduled("2026-11-20"), Action::Inform, &[Reason::PaymentInProcess]);
    check(scheduled("2026-11-19"), Action::TracePayment, &[Reason::PaymentInProcess, Reason::PaymentOverdue]);
}

fn two() -> [Value; 2] {
    let other = json!({"id": "pay_2", "amount_minor": 4_000, "created_at": "2026-11-20T08:00:00Z"});
    let sent = json!({"iso20022_status": "ACSP"});
    [payment(sent.clone()), with(payment(sent), other)]
}

#[track_caller]
fn check_asked(world: &mut World, about: &[&str]) {
    assert!(matches!(world.drive(), Rest::Waiting { .. }), "{:?}", world.kinds());
    let track = &world.case.state().tracks[0];
    assert_eq!(track.waiting.map(|(question, _)| question), Some(CustomerQuestion::WhichPayment));
    assert_eq!(track.about.iter().map(Reference::as_str).collect::<Vec<_>>(), about);
}

#[test]
fn several_payments_are_asked_about_and_the_answer_tells_which() {
    let mut world = ask(WHERE, &two());
    check_asked(&mut world, &["pay_2", "pay_1"]);
    world.message("The one over 250.00 euros");
    let proposal = check_proposal(&mut world, Action::Inform, &[Reason::PaymentInProcess]);
    assert_eq!(proposal.references(), [reference("pay_1")]);
}

#[test]
fn an_amount_in_the_words_tells_which_payment_is_meant() {
    let mut world = ask("Where is my transfer of 40.00 euros?", &two());
    let proposal = check_proposal(&mut world, Action::Inform, &[Reason::PaymentInProcess]);
    assert_eq!(proposal.references(), [reference("pay_2")]);
}

#[test]
fn an_analyst_gets_the_candidates_after_two_questions_that_led_nowhere() {
    let mut world = ask(WHERE, &two());
    for answer in ["The other one", "I do not know"] {
        check_asked(&mut world, &["pay_2", "pay_1"]);
        world.message(answer);
    }
    let proposal = check_proposal(&mut world, Action::Escalate, &[Reason::PaymentUnclear]);
    assert_eq!(cites(&proposal), ["ledger:pay_2", "ledger:pay_1", "policy:pol_1"]);
}

#[test]
fn a_payment_over_another_amount_is_not_taken_for_the_one_that_was_named() {
    let text = "Where are the 99.00 euros I sent?";
    let mut world = ask(text, &[payment(json!({"iso20022_status": "ACCC"}))]);
    check_asked(&mut world, &["pay_1"]);
    world.message("I have made no other transfer");
    check_proposal(&mut world, Action::Inform, &[Reason::PaymentCredited]);
    // Where the same words report a double charge, the amount can be the charge's.
    let text = "Streamly charged me twice, 12.99 dollars each, and where is my transfer?";
    let mut opened = request(text, Label::PaymentStatus);
    opened.words.reading.intents =
        [Label::PaymentStatus, Label::DisputeSummary].map(|label| Scored { label, confidence: share(90) }).to_vec();
    let rows = json!({"payments": [payment(json!({"iso20022_status": "ACSP"}))]});
    let mut world = World::open(opened, text, Bank::charged_twice().say("payments", &[rows]));
    assert_eq!(world.drive(), Rest::Review);
    let actions: Vec<Action> =
        world.case.state().tracks.iter().map(|track| track.proposals[0].proposal.action()).collect();
    assert!(actions.contains(&Action::Inform), "{actions:?}");
}

#[test]
fn nobody_asks_for_what_has_arrived_unless_there_is_nothing_else() {
    let [open, arrived] = two();
    let arrived = with(arrived, json!({"iso20022_status": "ACCC"}));
    let mut world = ask(WHERE, &[open, arrived.clone()]);
    let proposal = check_proposal(&mut world, Action::Inform, &[Reason::PaymentInProcess]);
    assert_eq!(proposal.references(), [reference("pay_1")]);
    let mut world = ask(WHERE, &[arrived]);
    check_proposal(&mut world, Action::Inform, &[Reason::PaymentCredited]);
}

#[test]
fn a_refund_is_looked_for_among_what_comes_in() {
    let rows = |changes: Value| {
        let [out, other] = two();
        [with(out, json!({"direction": "out"})), with(other, changes)]
    };
    for changes in [json!({"scheme": "card_refund"}), json!({"direction": "in"})] {
        let mut world = ask("Where is my refund?", &rows(changes));
        assert_eq!(world.drive(), Rest::Review);
        assert_eq!(proposal(&world).references(), [reference("pay_2")]);
    }
}

#[test]
fn the_payment_that_the_caller_named_is_the_one_and_another_is_no_answer() {
    let named = |reply: Value| {
        let mut opened = request(WHERE, Label::PaymentStatus);
        opened.payment = Some(reference("pay_9"));
        World::open(opened, WHERE, Bank::charged_twice().say("payments", &[reply]))
    };
    let mut world = named(payment(json!({"id": "pay_9", "iso20022_status": "ACCC"})));
    let found = check_proposal(&mut world, Action::Inform, &[Reason::PaymentCredited]);
    assert_eq!(found.references(), [reference("pay_9")]);
    let mut world = named(payment(json!({"iso20022_status": "ACCC"})));
    check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
}

#[test]
fn without_payments_or_without_an_answer_a_person_is_asked() {
    let mut world = ask(WHERE, &[]);
    check_proposal(&mut world, Action::Escalate, &[Reason::NoPaymentFound]);
    for failure in [Failure::NotConfigured, Failure::Unavailable, Failure::Unusable] {
        let bank = Bank::charged_twice().down("payments", failure);
        let mut world = World::open(request(WHERE, Label::PaymentStatus), WHERE, bank);
        let found = check_proposal(&mut world, Action::Escalate, &[Reason::EvidenceMissing]);
        assert!(found.references().is_empty());
    }
    let bank = Bank::charged_twice().down("policy", Failure::Unavailable);
    let mut world = World::open(request(WHERE, Label::PaymentStatus), WHERE, bank);
    check_proposal(&mut world, Action::Inform, &[Reason::PaymentInProcess, Reason::EvidenceMissing]);
}

#[test]
fn a_payment_is_explained_in_plain_words_and_a_suspicion_is_not() {
    let world = |changes: Value| {
        let mut world = ask(WHERE, &[payment(changes)]);
        world.drive();
        world
    };
    let explained = |world: &World| {
        let state = world.case.state();
        Explained::of(state, state.payment(&reference("pay_1")).unwrap())
    };
    let on_its_way = world(json!({"scheme": "sepa_credit", "iso20022_status": "ACSP"}));
    assert_eq!(explained(&on_its_way).customer, "Your payment has been accepted and is on its way.");
    // Ordered on Thursday 19 November at 9 in Brussels, before the cut-off: the next business day.
    let summary = summary::of(on_its_way.case.state(), &proposal(&on_its_way));
    assert!(summary.iter().any(|sentence| sentence.text == "Payment pay_1 is to be expected by 2026-11-20."));
    for over in [json!({"iso20022_status": "ACCC"}), json!({"iso20022_status": "RJCT", "status_reason": "AC04"})] {
        let over = with(json!({"scheme": "sepa_credit"}), over);
        assert_eq!(explained(&world(over)).expected, None, "nobody waits for what has come or gone");
    }
    let closed = explained(&world(json!({"iso20022_status": "RJCT", "status_reason": "AC04"})));
    assert!(closed.customer.starts_with("The payee's account is no longer in use."), "{}", closed.customer);
    assert_eq!(closed.analyst.len(), 2, "the status, and the reason");
    for reason in ["FRAD", "FR01", "RR04"] {
        let kept = explained(&world(json!({"iso20022_status": "RJCT", "status_reason": reason})));
        assert_eq!(kept.customer, codes::NEUTRAL, "{reason}");
    }
}
