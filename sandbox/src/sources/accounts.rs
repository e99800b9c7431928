//! A customer's accounts, with their cards and statements.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use super::paging::page;
use crate::asked::Asked;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /ledger/accounts?customer_id=C&after=CURSOR`
pub(super) async fn list_accounts(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let customer_id = asked.required("customer_id")?;
    if !world.bank.knows(customer_id) {
        return Err(Problem::not_found("There is no such customer."));
    }
    let (accounts, next) = page(world.bank.accounts_of(customer_id).collect(), &asked)?;
    Ok(Json(json!({ "accounts": accounts, "next": next })))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::testing::Probe;

    #[tokio::test]
    async fn an_account_has_its_cards_and_its_statements_newest_first() {
        let probe = Probe::new();
        let page = probe.get("/ledger/accounts?customer_id=cus_ada").await.json();
        let account = &page["accounts"][0];
        assert_eq!((&account["customer_id"], &account["country"]), (&"cus_ada".into(), &"US".into()));
        assert_eq!((account["cards"].as_array().unwrap().len(), &page["next"]), (1, &Value::Null));
        let sent: Vec<&str> =
            account["statements"].as_array().unwrap().iter().map(|one| one["sent_on"].as_str().unwrap()).collect();
        assert!(!sent.is_empty() && sent.windows(2).all(|pair| pair[0] > pair[1]), "{sent:?}");
    }

    #[tokio::test]
    async fn every_entry_of_the_ledger_is_on_one_of_its_customers_accounts() {
        let probe = Probe::new();
        for customer in ["cus_ada", "cus_eve", "cus_fay"] {
            let accounts = probe.get(&format!("/ledger/accounts?customer_id={customer}")).await.json();
            let known: Vec<&Value> = accounts["accounts"].as_array().unwrap().iter().map(|one| &one["id"]).collect();
            let page = probe.get(&format!("/ledger/transactions?customer_id={customer}")).await.json();
            for entry in page["transactions"].as_array().unwrap() {
                assert!(known.contains(&&entry["account_id"]), "{entry}");
            }
        }
    }

    #[tokio::test]
    async fn accounts_are_listed_for_a_known_customer_only() {
        let probe = Probe::new();
        for (query, status) in [("", 400), ("customer_id=cus_nobody", 404), ("customer_id=cus_ada&after=acc-x", 400)] {
            assert_eq!(probe.get(&format!("/ledger/accounts?{query}")).await.status, status, "{query}");
        }
    }
}
