//! The card network's reason code for a contested charge.

use crate::{
    entry::CustomerQuestion,
    facts::Transaction,
    narrative::Claim,
    rules::network::{self, CodeFinding, NetworkFacts},
    state::State,
};

/// The code, with its time limit and what is still open; `None` for what no network carried, or a network that the
/// ledger does not name.
pub(super) fn code(state: &State, row: &Transaction) -> Option<CodeFinding> {
    let narrative = &state.narrative;
    // What the customer did not say is not known; silence is no denial.
    let said = |claim| narrative.claims.contains(&claim).then_some(true);
    let answered = |question| state.said.get(&question).copied();
    let gone = said(Claim::LostOrStolen).map(|_| false);
    let facts = NetworkFacts {
        network: row.network?,
        kind: narrative.dispute,
        entry_mode: row.entry_mode,
        booked_on: row.booked_at.date(),
        delivery_due: narrative.delivery_due,
        cancelled_on: narrative.cancelled_on,
        has_card: answered(CustomerQuestion::CardInPossession).or(gone).or(said(Claim::HasCard)),
        merchant_contacted: said(Claim::MerchantContacted),
        return_attempted: said(Claim::ReturnAttempted),
        has_proof: answered(CustomerQuestion::ProofOfOtherPayment).or(said(Claim::HasProof)),
        today: state.now.date(),
    };
    network::find(&state.rules, &facts)
}
