//! The risk score of named transactions, or of the account where none is named.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::asked::JsonBody;
use crate::bank::{Transaction, score};
use crate::limits::SCORED_TRANSACTIONS;
use crate::problem::Problem;
use crate::world::Shared;

/// What is to be scored.
#[derive(Debug, Deserialize)]
pub(super) struct ScoreOrder {
    customer_id: String,
    #[serde(default)]
    transaction_ids: Vec<String>,
}

/// `POST /risk/score`
pub(super) async fn score_transactions(
    State(world): State<Shared>,
    JsonBody(order): JsonBody<ScoreOrder>,
) -> Result<Json<Value>, Problem> {
    if order.transaction_ids.len() > SCORED_TRANSACTIONS {
        return Err(Problem::bad_request(format!("At most {SCORED_TRANSACTIONS} transactions are scored at once.")));
    }
    if !world.bank.knows(&order.customer_id) {
        return Err(Problem::not_found("There is no such customer."));
    }
    let transactions: Option<Vec<&Transaction>> =
        order.transaction_ids.iter().map(|id| world.bank.transaction(&order.customer_id, id)).collect();
    let transactions =
        transactions.ok_or_else(|| Problem::not_found("One of the transactions is not this customer's."))?;
    let row = score(&world.bank, &order.customer_id, &transactions, world.today);
    Ok(Json(json!({
        "score": row.score,
        "band": row.band,
        "reasons": row.reasons,
        "normal": row.normal,
        "model_version": row.model_version,
    })))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::testing::Probe;

    async fn score(probe: &Probe, customer_id: &str, ids: &[&str]) -> Value {
        probe.post("/risk/score", &json!({"customer_id": customer_id, "transaction_ids": ids})).await.json()
    }

    #[tokio::test]
    async fn payments_abroad_at_night_are_high_and_ordinary_spending_is_low() {
        for seed in 0..20 {
            let probe = Probe::of_seed(seed);
            assert_eq!(score(&probe, "cus_dan", &[]).await["band"], "high", "seed {seed}");
            assert_eq!(score(&probe, "cus_eve", &[]).await["band"], "low", "seed {seed}");
        }
    }

    #[tokio::test]
    async fn the_riskiest_of_the_named_transactions_gives_the_score_and_its_reasons_name_it() {
        let probe = Probe::new();
        let page = probe.get("/ledger/transactions?customer_id=cus_dan").await.json();
        let by_country = |abroad: bool| {
            let entries = page["transactions"].as_array().unwrap();
            entries.iter().find(|one| (one["country"] != "US") == abroad).unwrap()["id"].as_str().unwrap()
        };
        let (abroad, home) = (by_country(true), by_country(false));
        let both = score(&probe, "cus_dan", &[home, abroad]).await;
        assert_eq!(both["band"], "high");
        assert!(both["reasons"].as_array().unwrap().iter().all(|one| one["detail"].as_str().unwrap().contains(abroad)));
        assert!(score(&probe, "cus_dan", &[home]).await["score"].as_u64() < both["score"].as_u64());
        assert_eq!(both["normal"]["countries"], json!(["US"]));
    }

    #[tokio::test]
    async fn stated_scores_win_over_computed_ones() {
        let mut bank = crate::Bank::seeded(7, crate::testing::today());
        let stated = r#"{"customer_id":"cus_eve","score":812,"band":"high","reasons":[],
            "normal":{"median_amount_minor":1,"countries":[],"usual_hours":[]},"model_version":"stated"}"#;
        bank.risk = crate::Bank::from_jsonl(&[("risk.jsonl", stated.replace('\n', " "))]).unwrap().risk;
        let config = crate::Config { bank: Some(bank), ..crate::Config::new(7, crate::testing::today()) };
        let row = score(&Probe::with(config), "cus_eve", &[]).await;
        assert_eq!((&row["score"], &row["model_version"]), (&json!(812), &json!("stated")));
    }

    #[tokio::test]
    async fn unknown_customers_and_foreign_transactions_are_not_scored() {
        let probe = Probe::new();
        for body in
            [json!({"customer_id": "cus_nobody"}), json!({"customer_id": "cus_ada", "transaction_ids": ["tx-x"]})]
        {
            assert_eq!(probe.post("/risk/score", &body).await.status, 404);
        }
        assert_eq!(probe.post("/risk/score", &json!({"customer_id": 5})).await.status, 400);
    }
}
