//! Laws of reading what strangers wrote: any text and any reply is read or refused, and never more than that.

use case::{
    facts, limits,
    narrative::{self, Heard, Narrative},
    source::{Lookup, ProfileField, Topic},
};
use jiff::civil::{Date, date};
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{chaos::CANARY, law};
use crate::world::reference;

fn today() -> Date {
    date(2026, 11, 22)
}

fn lookup() -> impl Strategy<Value = Lookup> {
    let customer = reference("cus_ada");
    let day = case::time::Millis(0).date();
    select(vec![
        Lookup::Transactions { customer: customer.clone(), from: day, to: day },
        Lookup::Payments { customer: customer.clone(), payment: None },
        Lookup::Payments { customer: customer.clone(), payment: Some(reference("pay_1")) },
        Lookup::Profile { customer: customer.clone(), fields: ProfileField::IDENTITY.to_vec() },
        Lookup::Risk { customer, transactions: vec![] },
        Lookup::Merchants,
        Lookup::Policy { topic: Topic::Refund },
    ])
}

/// A value that a field may have, or may not.
fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        select(vec![
            json!(null),
            json!("cus_ada"),
            json!("debit"),
            json!("card_payment"),
            json!("posted"),
            json!("USD")
        ]),
        select(vec![json!("2026-11-20T09:30:00Z"), json!("low"), json!("pay_1"), json!([]), json!({}), json!(1e300)]),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,80}".prop_map(Value::from),
        Just(Value::from(CANARY.repeat(20))),
    ]
}

/// A row with a field for each name that a reader looks for, most of them as they should be.
fn row() -> impl Strategy<Value = Value> {
    let right = json!({
        "id": "tx1", "customer_id": "cus_ada", "booked_at": "2026-11-20T09:30:00Z", "created_at": "2026-11-20T09:30:00Z",
        "amount_minor": 5, "currency": "USD", "direction": "debit", "kind": "card_payment", "status": "posted",
        "descriptor": CANARY, "merchant_id": null, "related": null, "code": "usual", "iso20022_status": "ACSP", "fields": {}
    });
    let names: Vec<String> = right.as_object().unwrap().keys().cloned().collect();
    vec((select(names), value()), 0..3).prop_map(move |changes| {
        let mut row = right.clone();
        changes.into_iter().for_each(|(name, value)| row[name] = value);
        row
    })
}

fn reply() -> impl Strategy<Value = Value> {
    let list = select(vec!["transactions", "payments", "merchants", "passages", "reasons"]);
    (vec((list, vec(row(), 0..4)), 0..4), vec((select(vec!["score", "band", "fields", "next"]), value()), 0..3), row())
        .prop_map(|(lists, others, base)| {
            let mut reply: Map<String, Value> = base.as_object().unwrap().clone();
            reply.extend(lists.into_iter().map(|(name, rows)| (name.to_owned(), Value::from(rows))));
            reply.extend(others.into_iter().map(|(name, value)| (name.to_owned(), value)));
            Value::from(reply)
        })
}

#[test]
fn any_reply_is_facts_without_its_words_or_is_refused() {
    law(2_000, (lookup(), reply(), "\\PC{0,60}"), |(lookup, reply, words)| {
        if let Ok(facts) = facts::read(
            &lookup,
            reply.to_string().as_bytes(),
            &Heard { texts: vec![(today(), words)], identity: vec![] },
        ) {
            let kept = serde_json::to_string(&facts).unwrap();
            assert!(!kept.contains(&CANARY.repeat(2)), "{kept}");
            assert!(serde_json::from_str::<facts::Facts>(&kept).unwrap() == facts, "facts read back as they are");
        }
    });
    law(300, (lookup(), vec(any::<u8>(), 0..60)), |(lookup, bytes)| {
        assert!(facts::read(&lookup, &bytes, &Heard::default()).is_err(), "noise is no reply");
    });
}

#[test]
fn any_text_is_read_within_its_limits() {
    let fragments =
        select(vec!["12.", "€", ",99", "é", "[card:1]", " USD", "\u{202e}", "charged ", "twice", "999999999999", "."]);
    let texts = prop_oneof!["\\PC{0,200}", vec(fragments, 0..40).prop_map(|parts| parts.concat())];
    law(1_000, texts, |text| {
        let narrative = Narrative::read(&text, today());
        assert!(narrative::amounts(&text).len() <= limits::NARRATIVE_AMOUNTS);
        assert!(narrative::merchant_words(&text).len() <= 8);
        assert_eq!(narrative.names_amount, !narrative::amounts(&text).is_empty());
    });
}
