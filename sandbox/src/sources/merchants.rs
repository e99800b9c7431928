//! Merchants, by words or by the exact text on a statement.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /merchants?q=WORDS` or `GET /merchants?descriptor=EXACT`; nothing found is an empty list,
/// and so is the answer to no words at all.
pub(super) async fn find_merchants(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let merchants = match (asked.given("descriptor"), asked.given("q")) {
        (Some(descriptor), None) => world.bank.merchants_by_descriptor(descriptor),
        (None, Some(query)) => world.bank.search_merchants(query),
        (None, None) => return Err(Problem::bad_request("One of the parameters q and descriptor is needed.")),
        (Some(_), Some(_)) => return Err(Problem::bad_request("The parameters q and descriptor exclude each other.")),
    };
    Ok(Json(json!({ "merchants": merchants })))
}

#[cfg(test)]
mod tests {
    use crate::testing::Probe;

    #[tokio::test]
    async fn a_sentence_finds_merchants_by_name_and_by_category() {
        let probe = Probe::new();
        let found = probe.get("/merchants?q=charged%20twice%20by%20Streamly").await.json();
        assert_eq!(found["merchants"][0]["name"], "Streamly");
        let found = probe.get("/merchants?q=the%20same%20subscription").await.json();
        assert!(found["merchants"].as_array().unwrap().iter().all(|one| one["category"] == "subscription"));
        assert!(found["merchants"].as_array().unwrap().len() >= 3);
    }

    #[tokio::test]
    async fn a_descriptor_is_matched_whole_and_nothing_found_is_an_empty_list() {
        let probe = Probe::new();
        let found = probe.get("/merchants?descriptor=STREAMLY.COM%20866-579").await.json();
        assert_eq!(found["merchants"][0]["id"], "mer-1001");
        for query in ["descriptor=STREAMLY.COM", "q=zzz", "q="] {
            assert_eq!(
                probe.get(&format!("/merchants?{query}")).await.json()["merchants"].as_array().unwrap().len(),
                0
            );
        }
        for query in ["", "?q=a&descriptor=b"] {
            assert_eq!(probe.get(&format!("/merchants{query}")).await.status, 400);
        }
    }
}
