//! What every page is put together from: values of a view, times, amounts, names of closed lists, and the fields of a
//! form.

use case::{
    money::{Currency, Money},
    time::Millis,
};
use maud::{Markup, html};
use serde_json::Value;

use super::{Flash, Viewer, inert};

/// A text of a JSON value, by pointer; empty where there is none.
pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// A text of a JSON value that is there and not empty.
pub(super) fn given<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    Some(text(value, pointer)).filter(|text| !text.is_empty())
}

/// A list of a JSON value, by pointer; empty where there is none.
pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list, by pointer.
pub(super) fn texts<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a str> {
    list(value, pointer).iter().filter_map(Value::as_str)
}

/// An amount of a view, where there is one.
pub(super) fn amount(value: &Value, pointer: &str) -> Option<Money> {
    let value = value.pointer(pointer)?;
    let currency = Currency::parse(value.get("currency")?.as_str()?)?;
    Some(Money { amount_minor: value.get("amount_minor")?.as_i64()?, currency })
}

/// The name of a closed list's member, in plain words with a capital.
pub(super) fn words(name: &str) -> String {
    let plain = match name {
        "dispute_summary" => "dispute",
        "fraud_check" => "fraud",
        "kyc_lookup" => "identity",
        "payment_status" => "payment",
        "one_analyst" => "one person",
        "two_analysts" => "two people",
        name => name,
    };
    capital(&plain.replace(['_', '-'], " "))
}

/// The text with a capital at its beginning.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The member of a closed list in plain words, inside a sentence.
pub(super) fn name(member: &impl serde::Serialize) -> String {
    match serde_json::to_value(member) {
        Ok(Value::String(name)) => lower(&name),
        Ok(_) | Err(_) => String::new(),
    }
}

/// As [`words`], inside a sentence.
pub(super) fn lower(name: &str) -> String {
    words(name).to_lowercase()
}

/// A moment: how far it is from now, with the day and minute beside it.
pub(super) fn when(at: Millis, now: Millis) -> Markup {
    html! { time datetime=(at.rfc3339()) title=(minute(at)) { (distance(at, now)) } }
}

/// The moment that a view gives as RFC 3339.
pub(super) fn parsed(value: &Value, pointer: &str) -> Option<Millis> {
    Millis::parse_rfc3339(text(value, pointer))
}

/// The day and minute in UTC.
pub(super) fn minute(at: Millis) -> String {
    let text = at.rfc3339();
    match (text.get(..10), text.get(10..11), text.get(11..16)) {
        (Some(day), Some("T"), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

const MINUTE_MS: i64 = 60_000;

/// `in 3 h`, `4 d ago`, `now`.
pub(super) fn distance(at: Millis, now: Millis) -> String {
    let span = at.since(now);
    let far = long(span.saturating_abs());
    match span {
        0 => "now".to_owned(),
        _ if span.saturating_abs() < MINUTE_MS => "now".to_owned(),
        1.. => format!("in {far}"),
        _ => format!("{far} ago"),
    }
}

/// A length of time in its largest unit, two units below a week.
pub(super) fn long(ms: i64) -> String {
    let minutes = ms / MINUTE_MS;
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours, minutes) {
        (7.., ..) => format!("{days} d"),
        (1.., 0, _) => format!("{days} d"),
        (1.., ..) => format!("{days} d {hours} h"),
        (_, 1.., 0) => format!("{hours} h"),
        (_, 1.., _) => format!("{hours} h {minutes} min"),
        _ if ms < 1_000 => format!("{ms} ms"),
        _ if minutes == 0 => format!("{}.{} s", ms / 1_000, ms % 1_000 / 100),
        _ => format!("{minutes} min"),
    }
}

/// How pressing a moment is.
pub(super) fn urgency(due: Millis, now: Millis) -> &'static str {
    match due.since(now) {
        ..=0 => "over",
        1..=86_400_000 => "soon",
        _ => "fine",
    }
}

/// A word in a coloured frame. The colour never says more than the word.
pub(super) fn badge(kind: &str, text: &str) -> Markup {
    html! { span class={ "badge " (kind) } { (text) } }
}

/// A share of one, in percent.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// What became of the last thing that was done.
pub(super) fn flash(flash: Option<&Flash<'_>>) -> Markup {
    html! {
        @match flash {
            None => {},
            Some(Flash::Done(what)) => { p .flash.done role="status" { (what) } },
            Some(Flash::Refused(problem)) => {
                div .flash.refused role="alert" {
                    p { strong { (problem.code.title()) "." } " " (inert::inline(&problem.detail)) }
                    p .quiet { "Code " (problem.code.name()) ". Nothing was changed." }
                }
            },
        }
    }
}

/// The fields that every form of a signed-in person carries.
pub(super) fn guard(who: &Viewer) -> Markup {
    html! { input type="hidden" name="csrf" value=(who.csrf); }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_told_in_two_units_at_most() {
        let far = |ms: i64| distance(Millis(1_000_000_000_000 + ms), Millis(1_000_000_000_000));
        assert_eq!(far(30_000), "now");
        assert_eq!(far(-90 * 60_000), "1 h 30 min ago");
        assert_eq!(far(26 * 3_600_000), "in 1 d 2 h");
        assert_eq!(far(-30 * 86_400_000), "30 d ago");
        assert_eq!(distance(Millis(i64::MIN), Millis(i64::MAX)), format!("{} d ago", i64::MAX / 86_400_000));
        assert_eq!(long(1_540), "1.5 s");
    }

    #[test]
    fn a_moment_that_is_out_of_range_is_no_panic() {
        assert_eq!(minute(Millis(i64::MAX)), "out of range");
    }
}
