//! A question to the customer, as callers see it: its name for programs, its words for people, and what it is about.

use case::{
    entry::CustomerQuestion,
    ids::Reference,
    state::{State, Track},
};
use serde_json::{Map, Value, json};

use crate::{vault::Doc, view::text_of};

/// The question that a track waits with. `analyst` holds the words of an analyst's own.
pub(crate) fn shown(state: &State, track: &Track, analyst: Option<&Doc>) -> Map<String, Value> {
    let mut shown = Map::new();
    let Some((asked, _)) = track.waiting else { return shown };
    let candidates: Vec<Value> = track.about.iter().filter_map(|id| candidate(state, id)).collect();
    let mut text = question_text(asked, analyst);
    let several = matches!(asked, CustomerQuestion::WhichTransaction | CustomerQuestion::WhichPayment);
    if several && !candidates.is_empty() {
        let lines = track.about.iter().filter_map(|id| words(state, id)).enumerate();
        let lines: Vec<String> = lines.map(|(index, words)| format!("{}. {words}", index + 1)).collect();
        text = format!("{text} Is it one of these? {}", lines.join("; "));
    }
    shown.insert("question".to_owned(), text.into());
    shown.insert("question_name".to_owned(), asked.name().into());
    if !candidates.is_empty() {
        shown.insert("candidates".to_owned(), candidates.into());
    }
    shown
}

fn candidate(state: &State, id: &Reference) -> Option<Value> {
    if let Some(row) = state.transaction(id) {
        return Some(json!({ "id": id, "amount": row.money, "booked_at": row.booked_at.rfc3339() }));
    }
    let payment = state.payment(id)?;
    Some(json!({ "id": id, "amount": payment.money, "created_at": payment.created_at.rfc3339() }))
}

fn words(state: &State, id: &Reference) -> Option<String> {
    let transaction = state.transaction(id).map(|row| (row.money, row.booked_at));
    let (money, at) = transaction.or_else(|| state.payment(id).map(|payment| (payment.money, payment.created_at)))?;
    Some(format!("{money} on {}", at.date()))
}

fn question_text(asked: CustomerQuestion, question: Option<&Doc>) -> String {
    match asked {
        CustomerQuestion::WhichCustomer => "Which customer is this about? The request named none.".to_owned(),
        CustomerQuestion::WhichTransaction => {
            "Which transaction do you mean? Please tell us the merchant, the amount and the date.".to_owned()
        }
        CustomerQuestion::WhichPayment => {
            "Which payment do you mean? Please tell us the amount, the date and whom it was for.".to_owned()
        }
        CustomerQuestion::WhatHappened => {
            "What is wrong with this transaction? Please tell us what you bought and what happened.".to_owned()
        }
        CustomerQuestion::DeliveryDue => "On which day should the delivery have arrived?".to_owned(),
        CustomerQuestion::CancelledWhen => "On which day did you cancel?".to_owned(),
        CustomerQuestion::ProofOfOtherPayment => {
            "Do you have a receipt that shows that you paid in another way? Please answer yes or no.".to_owned()
        }
        CustomerQuestion::CardInPossession => "Do you still have your card? Please answer yes or no.".to_owned(),
        CustomerQuestion::RecogniseMerchant => {
            "You have paid this merchant before. Do you recognise the transaction now? Please answer yes or no."
                .to_owned()
        }
        CustomerQuestion::Analyst => question.map_or("", text_of).to_owned(),
    }
}
