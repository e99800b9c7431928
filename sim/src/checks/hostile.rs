//! Sources that lie, and sources that stay away: nothing they send leads anywhere, and nobody hammers on them.

use anyhow::{Context as _, Result, ensure};

use crate::{
    checks::{journal::verify, words::TWICE},
    world::World,
};

/// A question about a payment, and a customer who has one.
const PAYMENT: (&str, &str) = ("Where is my transfer? It has not arrived.", "cus_fay");

pub(crate) async fn a_source_that_lies_is_missing_evidence(world: &World) -> Result<()> {
    for lie in ["redirect", "same-cursor", "absolute-next", "contradiction", "deep", "plain-text"] {
        world.bank.lie(lie).await?;
        let opened = world.api.open_for("cus_ada", TWICE).await?;
        let checked = opened.is("/orchestration/proposal/action", "escalate");
        let checked = checked.and_then(|()| opened.holds("/orchestration/proposal/reasons", "evidence_missing"));
        checked.with_context(|| format!("the lie {lie}"))?;
        verify(world, &world.api.case(opened.id()).await?).await?;
        world.bank.lie("").await?;
        // The lie about the content type looks like a proxy's page: the ledger may be left alone for a moment.
        world.is_closed("ledger").await?;
    }
    let visits = world.bank.visits().await?;
    ensure!(visits == "0", "a redirect was followed {visits} times");
    Ok(())
}

pub(crate) async fn lists_of_many_pages_are_read_to_their_end(world: &World) -> Result<()> {
    for (text, customer) in [(TWICE, "cus_ada"), PAYMENT] {
        let whole = world.api.open_for(customer, text).await?;
        world.bank.lie("small-pages").await?;
        let paged = world.api.open_for(customer, text).await?;
        world.bank.lie("").await?;
        for part in ["action", "references", "cites", "reasons"] {
            let part = format!("/orchestration/proposal/{part}");
            let expected = whole.0.pointer(&part).cloned().with_context(|| format!("no {part} in {}", whole.0))?;
            paged.is(&part, expected)?;
        }
    }
    Ok(())
}

pub(crate) async fn a_source_that_is_down_is_left_alone_until_it_had_time(world: &World) -> Result<()> {
    world.bank.fail("policy", "500", None).await?;
    world.bank.forget_requests().await?;
    let mut cases = Vec::new();
    for _ in 0..8 {
        let body = serde_json::json!({ "text": TWICE, "customer_id": "cus_ada" });
        cases.push(world.api.post("/v1/requests", &body).ok(201).await?.id().to_owned());
    }
    for case in &cases {
        world.api.until(case, |case| case.state() == "review").await?;
    }
    let is_policy = |request: &&serde_json::Value| {
        request.get("path").and_then(serde_json::Value::as_str).is_some_and(|path| path.starts_with("/policy"))
    };
    let asked = world.bank.requests().await?.iter().filter(is_policy).count();
    ensure!(asked >= 5, "the breaker opened after {asked} requests");
    ensure!(asked < cases.len() * 3, "all {asked} attempts of {} cases were made", cases.len());
    world.bank.mend().await?;
    world.is_closed("policy").await?;
    world.api.open_for("cus_ada", TWICE).await?.is("/orchestration/proposal/action", "raise_chargeback")
}
