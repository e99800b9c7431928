//! The other three specialists: their first evidence, and what they propose.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::{
    checks::{
        disputes::approve_to_the_end,
        words::{IDENTITY, PENDING, SAMPLE, STOLEN},
    },
    world::World,
};

pub(crate) async fn a_stolen_card_is_blocked_only_after_approval(world: &World) -> Result<()> {
    let opened = world.api.open_for("cus_dan", STOLEN).await?;
    opened.is_routed("fraud-agent", "await_approval")?;
    opened.is("/orchestration/proposal/action", "block_card")?;
    opened.holds("/orchestration/proposal/reasons", "reported_lost_or_stolen")?;
    opened.holds("/orchestration/proposal/reasons", "risk_high")?;
    opened.holds("/orchestration/escalations", "high_risk")?;
    ensure!(world.bank.actions_of(opened.id()).await?.is_empty(), "executed without approval");
    approve_to_the_end(world, &opened).await?;
    ensure!(world.bank.actions_of(opened.id()).await?.len() == 1, "not executed once");
    // A report of theft is never cleared by a low score.
    let quiet = world.api.open_for("cus_eve", STOLEN).await?;
    quiet.is("/orchestration/proposal/action", "freeze_card")
}

pub(crate) async fn payments_are_explained_by_their_status(world: &World) -> Result<()> {
    for (customer, action, reason, said) in [
        ("cus_fay", "inform", "payment_in_process", "is on its way"),
        ("cus_gil", "correct_details", "payee_details_wrong", "no longer in use"),
        ("cus_hana", "correct_details", "payee_details_wrong", "account"),
    ] {
        let opened = world.api.open_for(customer, PENDING).await?;
        opened.is("/orchestration/routed_to", "payment-agent")?;
        opened.is("/orchestration/proposal/action", action)?;
        opened.holds("/orchestration/proposal/reasons", reason)?;
        let explained = opened.list("/orchestration/evidence");
        let explained = explained.iter().find(|piece| piece.get("payment_status").is_some());
        let words = explained.and_then(|piece| piece.get("customer_words")).and_then(Value::as_str).unwrap_or_default();
        ensure!(words.contains(said), "{customer} may be told {words:?}: {}", opened.0);
    }
    Ok(())
}

pub(crate) async fn identity_that_is_not_whole_asks_for_documents(world: &World) -> Result<()> {
    let missing = world.api.open_for("cus_ivo", IDENTITY).await?;
    missing.is("/orchestration/routed_to", "kyc-agent")?;
    missing.is("/orchestration/proposal/action", "request_documents")?;
    missing.holds("/orchestration/proposal/reasons", "identity_incomplete")?;
    let whole = world.api.open_for("cus_ada", IDENTITY).await?;
    whole.holds("/orchestration/proposal/reasons", "identity_complete")?;
    // Whether a field is filled is known, never what it holds.
    for secret in ["Ada Marsh", "Alder Street", "62704"] {
        ensure!(!whole.0.to_string().contains(secret), "{secret} is shown: {}", whole.0);
        let journal = world.api.journal(whole.id()).await?.join("\n");
        ensure!(!journal.contains(secret), "{secret} is in the journal");
    }
    Ok(())
}

pub(crate) async fn several_intents_have_several_tracks(world: &World) -> Result<()> {
    let both = format!("{STOLEN} Also, my card was charged twice for the same Streamly subscription.");
    let opened = world.api.open_for("cus_dan", &both).await?;
    let tracks: Vec<&str> =
        opened.list("/orchestration/tracks").iter().filter_map(|track| track.get("task")?.as_str()).collect();
    ensure!(tracks.contains(&"fraud_check") && tracks.contains(&"dispute_summary"), "{tracks:?} of {}", opened.0);
    opened.is("/orchestration/routed_to", "fraud-agent")
}

pub(crate) async fn an_unknown_customer_is_missing_evidence(world: &World) -> Result<()> {
    for text in [SAMPLE, STOLEN, PENDING, IDENTITY] {
        let opened = world.api.open_for("cus_nobody", text).await?;
        opened.is("/orchestration/state", "review")?;
        opened.is("/orchestration/proposal/action", "escalate")?;
        opened.holds("/orchestration/proposal/reasons", "evidence_missing")?;
        let evidence = opened.list("/orchestration/evidence");
        let missing = evidence.iter().filter(|piece| piece.get("status").and_then(Value::as_str) == Some("missing"));
        ensure!(missing.count() >= 1, "{}", opened.0);
    }
    Ok(())
}
