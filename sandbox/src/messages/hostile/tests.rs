//! The attacks as a caller gets them.

use serde_json::json;

use super::{Attack, canary::canary_in};
use crate::{
    Config,
    messages::tests::{KEY, TWICE, VERSION, triage},
    testing::{Probe, today},
};

#[tokio::test(start_paused = true)]
async fn every_kind_comes_as_often_as_any_other_and_the_same_ones_for_a_seed() {
    let run = async |seed| {
        let probe = Probe::with(Config { hostile: Some(seed), ..Config::new(1, today()) });
        let mut told = Vec::new();
        for _ in 0..Attack::ALL.len() {
            let request = crate::testing::request("POST", "/v1/messages", &[KEY, VERSION], &triage(TWICE).to_string());
            let answer = tokio::time::timeout(std::time::Duration::from_millis(5), probe.try_send(request)).await;
            told.push(answer.ok().flatten().map(|answer| (answer.status, answer.text)));
        }
        let counts = probe.get("/sandbox/hostile").await.json()["attacks"].clone();
        assert!(counts.as_object().unwrap().values().all(|count| *count == 1), "{counts}");
        told
    };
    let (one, again, other) = (run(3).await, run(3).await, run(4).await);
    assert_eq!(one, again);
    assert_ne!(one, other);
    assert_eq!(one.iter().filter(|answer| answer.is_none()).count(), 2, "what is endless and what stalls");
    let hidden = one.iter().flatten().filter(|(_, text)| canary_in(text).is_some()).count();
    assert!(hidden >= 12, "{hidden} answers hold a secret");
}

#[tokio::test]
async fn a_model_is_taken_over_and_given_back() {
    let probe = Probe::new();
    let put = async |body| probe.send("PUT", "/sandbox/hostile", &[], &json!(body).to_string()).await;
    assert_eq!(put(json!({ "seed": 5 })).await.json()["seed"], 5);
    assert_eq!(put(json!({ "seed": null })).await.json()["seed"], json!(null));
    let answer = probe.send("POST", "/v1/messages", &[KEY, VERSION], &triage(TWICE).to_string()).await;
    assert!(answer.text.contains("dispute_summary"), "{}", answer.text);
    assert_eq!(put(json!({ "speed": 5 })).await.status, 400);
}
