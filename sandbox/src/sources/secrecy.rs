//! Every route is asked, and none of them serves what only the answers may know.

use serde_json::json;

use crate::testing::{Answer as Reply, Probe, answers};

/// Everything that can be read about one customer, and what the box says of itself.
async fn all_about(probe: &Probe, customer_id: &str) -> Vec<Reply> {
    let fields = crate::bank::PROFILE_FIELDS.join(",");
    let mut replies = Vec::new();
    for path in [
        format!("/ledger/accounts?customer_id={customer_id}"),
        format!("/ledger/transactions?customer_id={customer_id}"),
        format!("/ledger/payments?customer_id={customer_id}"),
        format!("/profile/customers/{customer_id}?fields={fields}"),
        "/merchants?q=subscription".to_owned(),
        "/policy/passages?topic=refund".to_owned(),
        "/sandbox/actions".to_owned(),
        "/sandbox/faults".to_owned(),
        "/sandbox/barrier".to_owned(),
        "/answers".to_owned(),
        "/sandbox/answers".to_owned(),
        "/answers.jsonl".to_owned(),
    ] {
        replies.push(probe.get(&path).await);
    }
    let page = replies[1].json();
    for entry in page["transactions"].as_array().unwrap() {
        let id = entry["id"].as_str().unwrap();
        replies.push(probe.get(&format!("/ledger/transactions/{id}?customer_id={customer_id}")).await);
    }
    for payment in replies[2].json()["payments"].as_array().unwrap() {
        let id = payment["id"].as_str().unwrap();
        replies.push(probe.get(&format!("/ledger/payments/{id}?customer_id={customer_id}")).await);
    }
    replies.push(probe.post("/risk/score", &json!({"customer_id": customer_id})).await);
    let order = json!({"action": "a", "case_id": "c", "customer_id": customer_id, "references": []});
    replies.push(probe.act(customer_id, &order).await);
    replies
}

#[tokio::test]
async fn no_route_serves_an_answer() {
    let probe = Probe::new();
    for answer in answers(7).iter().step_by(3) {
        for reply in all_about(&probe, &answer.customer_id).await {
            for secret in [&answer.story, &answer.twin, &answer.text, &"follow_up".to_owned(), &"expect".to_owned()] {
                assert!(!reply.text.contains(secret.as_str()), "{secret:?} is served: {}", reply.text);
            }
        }
    }
}

#[tokio::test]
async fn nothing_is_where_answers_might_be() {
    let probe = Probe::new();
    for path in ["/answers", "/answers.jsonl", "/sandbox/answers"] {
        assert_eq!(probe.get(path).await.status, 404, "{path}");
    }
}
