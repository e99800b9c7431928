//! Transfers that have arrived, are on their way, came back or were stopped.

use super::{EURO, EUROPE, Pair, Side, Stage, US, pair};
use crate::bank::Scheme;
use crate::bank::answers::Answer;
use crate::bank::homes::Home;

const TASK: &str = "payment_status";

pub(super) const PAIRS: &[Pair] = &[
    pair(TASK, "transfer-on-its-way", "transfer-overdue", EURO, on_its_way),
    pair(TASK, "transfer-account-closed", "transfer-stopped", EUROPE, rejected),
    pair(TASK, "transfer-arrived", "transfer-settled-and-overdue", EURO, settled),
    pair(TASK, "ach-no-such-account", "ach-not-covered", US, ach_returned),
    pair(TASK, "ach-not-authorised", "ach-uncollected", US, ach_contested),
    pair(TASK, "payee-check-since-yesterday", "payee-check-for-long", EURO, payee_check),
    pair(TASK, "credit-transfer-in-the-evening", "instant-transfer-in-the-evening", EURO, evening),
    pair(TASK, "transfer-cancelled", "transfer-blocked", EUROPE, ended),
    pair(TASK, "one-of-two-transfers", "one-transfer-that-day", EURO, two_transfers),
    pair(TASK, "transfer-refused-by-rule", "transfer-not-covered", EUROPE, refused),
];

const WHERE: &[&str] = &[
    "Where is my transfer of {amount}? I sent it {day} and the recipient has not received it.",
    "transfer of {amount} {day} hasnt arrived, whats the status",
    "Hello, I made a transfer of {amount} {day}. The recipient tells me that the money has not arrived in their account. \
     Could you tell me the status of the transfer?",
];

/// People and firms whom a customer pays once.
const PAYEES: [&str; 6] =
    ["Tessel Bouw", "Atelier Courbet", "Praxis Reimer", "Garage Morel", "Clara Espinosa", "Oak Hill Dental"];

/// The ISO 20022 status of a payment and its reason.
type End = (Option<&'static str>, Option<&'static str>);

/// One order so many days ago, in the evening, after every cut-off; gives the payment's identifier.
pub(super) fn transfer(stage: &mut Stage<'_>, scheme: Scheme, days_ago: i64, end: End) -> String {
    let amount_minor = stage.amount(11_000, 95_000);
    let minute = stage.draw(0, 59);
    let day = stage.today().minus(days_ago);
    stage.say_day("day", day);
    let payee = usize::try_from(stage.draw(0, 5)).ok().and_then(|index| PAYEES.get(index)).unwrap_or(&PAYEES[0]);
    stage.orders(payee, amount_minor, scheme, day.at(19, minute, 12), end).1
}

/// The scheme of an ordinary transfer from here.
fn scheme(stage: &Stage<'_>) -> Scheme {
    match stage.home() {
        Home::UnitedStates => Scheme::Ach,
        Home::UnitedKingdom => Scheme::Fps,
        Home::Germany | Home::France | Home::Netherlands | Home::Spain => Scheme::SepaCredit,
    }
}

/// The same transfer with one end for the story and another for its twin.
fn ends(stage: &mut Stage<'_>, scheme: Scheme, story: (i64, End, &str), twin: (i64, End, &str)) -> Answer {
    let (days_ago, end, action) = stage.side().either(story, twin);
    let payment = transfer(stage, scheme, days_ago, end);
    stage.ends(WHERE, action).about(&[&payment])
}

fn on_its_way(stage: &mut Stage<'_>) -> Answer {
    let end = (Some("ACSP"), None);
    let overdue = stage.draw(12, 15);
    ends(stage, Scheme::SepaCredit, (1, end, "inform"), (overdue, end, "trace_payment"))
}

fn rejected(stage: &mut Stage<'_>) -> Answer {
    let (scheme, days_ago) = (scheme(stage), stage.draw(4, 6));
    let closed = (days_ago, (Some("RJCT"), Some("AC04")), "correct_details");
    ends(stage, scheme, closed, (days_ago, (Some("RJCT"), Some("FR01")), "escalate"))
}

fn settled(stage: &mut Stage<'_>) -> Answer {
    let days_ago = stage.draw(12, 15);
    let arrived = (days_ago, (Some("ACCC"), None), "inform");
    ends(stage, Scheme::SepaCredit, arrived, (days_ago, (Some("ACSC"), None), "trace_payment"))
}

fn ach_returned(stage: &mut Stage<'_>) -> Answer {
    let days_ago = stage.draw(4, 6);
    let no_account = (days_ago, (None, Some("R03")), "correct_details");
    ends(stage, Scheme::Ach, no_account, (days_ago, (None, Some("R01")), "inform"))
}

fn ach_contested(stage: &mut Stage<'_>) -> Answer {
    let days_ago = stage.draw(4, 6);
    let contested = (days_ago, (None, Some("R10")), "escalate");
    ends(stage, Scheme::Ach, contested, (days_ago, (None, Some("R09")), "inform"))
}

fn payee_check(stage: &mut Stage<'_>) -> Answer {
    let end = (Some("RVNC"), None);
    let overdue = stage.draw(12, 15);
    ends(stage, Scheme::SepaCredit, (1, end, "inform"), (overdue, end, "trace_payment"))
}

/// Ordered after the cut-off: on the Friday before where today is a day of that weekend or the Monday after it, else
/// yesterday. A credit transfer has time until two business days later, an instant one had ten seconds.
fn evening(stage: &mut Stage<'_>) -> Answer {
    let days_ago = match stage.today().weekday() {
        0 => 3,
        6 => 2,
        _ => 1,
    };
    let scheme = stage.side().either(Scheme::SepaCredit, Scheme::SepaInstant);
    let end = (Some("ACSP"), None);
    ends(stage, scheme, (days_ago, end, "inform"), (days_ago, end, "trace_payment"))
}

fn ended(stage: &mut Stage<'_>) -> Answer {
    let (scheme, days_ago) = (scheme(stage), stage.draw(4, 6));
    let cancelled = (days_ago, (Some("CANC"), Some("CUST")), "inform");
    ends(stage, scheme, cancelled, (days_ago, (Some("BLCK"), None), "escalate"))
}

fn refused(stage: &mut Stage<'_>) -> Answer {
    let (scheme, days_ago) = (scheme(stage), stage.draw(4, 6));
    let by_rule = (days_ago, (Some("RJCT"), Some("RR04")), "escalate");
    ends(stage, scheme, by_rule, (days_ago, (Some("RJCT"), Some("AM04")), "inform"))
}

const WHERE_UNSUMMED: &[&str] = &[
    "The transfer that I made {day} has not arrived. Where is it?",
    "my transfer from {day} still hasnt arrived, status?",
    "Hello, the transfer that I made {day} has still not reached the recipient. Could you tell me the status of it?",
];

fn two_transfers(stage: &mut Stage<'_>) -> Answer {
    let (days_ago, end) = (stage.draw(12, 15), (Some("ACSP"), None));
    let other_minor = stage.draw(2_000, 9_000);
    let payment = transfer(stage, Scheme::SepaCredit, days_ago, end);
    let answer = stage.ends(WHERE_UNSUMMED, "trace_payment").about(&[&payment]);
    match stage.side() {
        Side::Story => {
            let at = stage.today().minus(days_ago).at(15, 31, 8);
            stage.orders("Verein Waldrand", other_minor, Scheme::SepaCredit, at, end);
            answer.asked("which_payment", stage.phrase(&["The one of {amount}.", "the {amount} one"]))
        }
        Side::Twin => answer,
    }
}
