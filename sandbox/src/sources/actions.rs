//! Actions: each is executed once per idempotency key, and counted, so that a test can tell one effect from two.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::{Mutex, PoisonError};

use axum::Json;
use axum::extract::State;
use http::HeaderMap;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::asked::JsonBody;
use crate::bank::Bank;
use crate::limits::{ACTION_REFERENCES, ACTIONS, IDEMPOTENCY_KEY_BYTES};
use crate::problem::Problem;
use crate::world::Shared;

/// Every action that was executed.
#[derive(Debug, Default)]
pub(crate) struct ActionBook(Mutex<Executed>);

#[derive(Debug, Default)]
struct Executed {
    bodies_by_key: BTreeMap<String, Value>,
    keys_in_order: Vec<String>,
    repeats: u64,
}

/// The part of an action's body that the bank checks.
#[derive(Debug, Deserialize)]
struct ActionOrder {
    action: String,
    case_id: String,
    customer_id: String,
    references: Vec<String>,
    amount_minor: Option<i64>,
    currency: Option<String>,
}

/// `POST /actions` with an `Idempotency-Key`.
pub(super) async fn execute_action(
    State(world): State<Shared>,
    headers: HeaderMap,
    JsonBody(body): JsonBody<Value>,
) -> Result<Json<Value>, Problem> {
    let key = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::trim).unwrap_or_default();
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES {
        let limit = IDEMPOTENCY_KEY_BYTES;
        return Err(Problem::bad_request(format!("The header Idempotency-Key is needed, of at most {limit} bytes.")));
    }
    check(&world.bank, &body)?;
    world.actions.execute(key, body)?;
    let id: String = Sha256::digest(key).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(Json(json!({ "id": format!("act-{id}"), "status": "done" })))
}

/// `GET /sandbox/actions`
pub(crate) async fn list_actions(State(world): State<Shared>) -> Json<Value> {
    let executed = world.actions.0.lock().unwrap_or_else(PoisonError::into_inner);
    let actions: Vec<Value> = executed
        .keys_in_order
        .iter()
        .map(|key| json!({ "key": key, "body": executed.bodies_by_key.get(key) }))
        .collect();
    Json(json!({ "executed": actions.len(), "repeats": executed.repeats, "actions": actions }))
}

impl ActionBook {
    /// Executes the action, or finds that it was executed already.
    fn execute(&self, key: &str, body: Value) -> Result<(), Problem> {
        let mut executed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = executed.keys_in_order.len() >= ACTIONS;
        match executed.bodies_by_key.entry(key.to_owned()) {
            Entry::Occupied(earlier) if *earlier.get() == body => executed.repeats += 1,
            Entry::Occupied(_) => {
                let detail = "This Idempotency-Key was used with another body.";
                return Err(Problem::unprocessable("idempotency_key_reused", detail));
            }
            Entry::Vacant(_) if full => {
                return Err(Problem::unprocessable("too_many_actions", "The sandbox keeps no more actions."));
            }
            Entry::Vacant(vacant) => {
                vacant.insert(body);
                executed.keys_in_order.push(key.to_owned());
            }
        }
        Ok(())
    }
}

/// Refuses an action that a bank could not carry out: an unknown customer, or something that is not theirs.
fn check(bank: &Bank, body: &Value) -> Result<(), Problem> {
    let order = ActionOrder::deserialize(body)
        .map_err(|error| Problem::bad_request(format!("The body is not an action: {error}.")))?;
    if order.action.trim().is_empty() || order.case_id.trim().is_empty() {
        return Err(Problem::bad_request("An action has a name and a case_id."));
    }
    if order.amount_minor.is_some() != order.currency.is_some() || order.amount_minor.is_some_and(|amount| amount <= 0)
    {
        return Err(Problem::bad_request("amount_minor and currency come together, and the amount is above zero."));
    }
    if order.references.len() > ACTION_REFERENCES {
        return Err(Problem::bad_request(format!("An action names at most {ACTION_REFERENCES} references.")));
    }
    if !bank.knows(&order.customer_id) {
        return Err(Problem::unprocessable("unknown_customer", "There is no such customer."));
    }
    let is_theirs = |id: &&String| {
        bank.transaction(&order.customer_id, id).is_some()
            || bank.payments_of(&order.customer_id).any(|payment| payment.id == **id)
    };
    let is_entry = |id: &&String| id.starts_with("tx-") || id.starts_with("pay-");
    if let Some(foreign) = order.references.iter().filter(is_entry).find(|id| !is_theirs(id)) {
        let detail = format!("{foreign} is not this customer's.");
        return Err(Problem::unprocessable("unknown_reference", detail));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Probe;

    fn order(case_id: &str) -> Value {
        json!({"action": "refund_charge", "case_id": case_id, "customer_id": "cus_ada", "references": [],
            "amount_minor": 1299, "currency": "USD"})
    }

    #[tokio::test]
    async fn the_same_key_and_body_execute_once_and_repeat_the_answer() {
        let probe = Probe::new();
        let first = probe.act("key-1", &order("case_1")).await;
        let again = probe.act("key-1", &order("case_1")).await;
        assert_eq!((first.status, first.json()), (again.status, again.json()));
        assert_eq!(first.json()["status"], "done");
        probe.act("key-2", &order("case_1")).await;
        let book = probe.get("/sandbox/actions").await.json();
        assert_eq!((&book["executed"], &book["repeats"]), (&json!(2), &json!(1)));
        assert_eq!(book["actions"][0], json!({"key": "key-1", "body": order("case_1")}));
    }

    #[tokio::test]
    async fn another_body_under_the_same_key_is_refused_and_has_no_effect() {
        let probe = Probe::new();
        probe.act("key-1", &order("case_1")).await;
        let other = probe.act("key-1", &order("case_2")).await;
        assert_eq!((other.status.as_u16(), &other.json()["code"]), (422, &json!("idempotency_key_reused")));
        assert_eq!(probe.get("/sandbox/actions").await.json()["executed"], 1);
    }

    #[tokio::test]
    async fn orders_that_a_bank_could_not_carry_out_are_refused() {
        let probe = Probe::new();
        let with = |name: &str, value: Value| {
            let mut body = order("case_1");
            body[name] = value;
            body
        };
        assert_eq!(probe.post("/actions", &order("case_1")).await.status, 400, "no key");
        for (body, status) in [
            (with("customer_id", json!("cus_nobody")), 422),
            (with("references", json!(["tx-0000000000"])), 422),
            (with("amount_minor", json!(0)), 400),
            (with("amount_minor", Value::Null), 400),
            (with("action", json!(" ")), 400),
            (json!([]), 400),
        ] {
            assert_eq!(probe.act("key", &body).await.status, status, "{body}");
        }
        assert_eq!(probe.get("/sandbox/actions").await.json()["executed"], 0);
    }
}
