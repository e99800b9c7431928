//! A payment in plain words: what its status and reason mean, for the customer and for an analyst, and when it can be
//! expected. The words stand in the rule packs; nothing is said here that no pack says.

use crate::{
    facts::Payment,
    rules::{
        arrival::{self, Expected},
        codes::{self, PaymentStage},
    },
    state::State,
};

/// What can be said of a payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// For the customer: neutral where a code could show a suspicion.
    pub customer: String,
    /// For an analyst, code by code: never for the customer.
    pub analyst: Vec<String>,
    /// When it can be expected; `None` for one that has arrived, has ended, or waits for the payer.
    pub expected: Option<Expected>,
}

impl Explained {
    /// A payment in the words of the packs that the case pinned.
    #[must_use]
    pub fn of(state: &State, payment: &Payment) -> Self {
        let day = state.now.date();
        let said = [&payment.status, &payment.reason].into_iter().flatten();
        let words = said.map(|code| codes::analyst_words(&state.rules, code.as_str(), day).to_owned());
        Self {
            customer: codes::customer_words_of(&state.rules, payment, day).to_owned(),
            analyst: words.collect(),
            expected: is_awaited(state, payment).then(|| arrival::expected_of(&state.rules, payment)).flatten(),
        }
    }
}

/// Whether the payment is on its way, as far as is known.
fn is_awaited(state: &State, payment: &Payment) -> bool {
    let status = payment.status.as_ref().and_then(|code| codes::find(&state.rules, code.as_str(), state.now.date()));
    let stage = status.and_then(codes::Code::stage);
    let arrived = matches!(stage, Some(PaymentStage::Credited | PaymentStage::Ended));
    payment.reason.is_none() && !arrived && !status.is_some_and(codes::Code::waits_for_payer)
}
