//! Passages of the handbooks, by topic.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::bank::Passage;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /policy/passages?topic=TOPIC`; an unknown topic is an empty list.
pub(super) async fn list_passages(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let topic = asked.required("topic")?;
    let passages: Vec<&Passage> = world.bank.policies.iter().filter(|passage| passage.topic == topic).collect();
    Ok(Json(json!({ "passages": passages })))
}

#[cfg(test)]
mod tests {
    use crate::testing::Probe;

    #[tokio::test]
    async fn every_promised_topic_has_cited_passages_and_others_have_none() {
        let probe = Probe::new();
        for topic in [
            "duplicate_charge",
            "charge_dispute",
            "unrecognised_transaction",
            "account_takeover",
            "identity_documents",
            "payment_trace",
            "refund",
        ] {
            let passages = probe.get(&format!("/policy/passages?topic={topic}")).await.json()["passages"].clone();
            assert!(passages.as_array().unwrap().len() >= 2, "{topic}");
            assert!(passages.as_array().unwrap().iter().all(|one| one["citation"].as_str().unwrap().len() > 5));
        }
        assert_eq!(probe.get("/policy/passages?topic=weather").await.text, r#"{"passages":[]}"#);
    }
}
