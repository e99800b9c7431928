//! The ledger's transactions, newest first, one customer at a time.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::paging::page;
use crate::asked::Asked;
use crate::bank::Transaction;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /ledger/transactions?customer_id=C&from=DAY&to=DAY&after=CURSOR`; both days are included.
pub(super) async fn list_transactions(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let customer_id = asked.required("customer_id")?;
    let (from, to) = (asked.day("from")?, asked.day("to")?);
    if let (Some(from), Some(to)) = (from, to)
        && from > to
    {
        return Err(Problem::bad_request("The parameter from lies after the parameter to."));
    }
    if !world.bank.knows(customer_id) {
        return Err(Problem::not_found("There is no such customer."));
    }
    let inside = |transaction: &&Transaction| {
        let day = transaction.booked_at.day();
        from.is_none_or(|from| day >= from) && to.is_none_or(|to| day <= to)
    };
    let (transactions, next) = page(world.bank.transactions_of(customer_id).filter(inside).collect(), &asked)?;
    Ok(Json(json!({ "transactions": transactions, "next": next })))
}

/// `GET /ledger/transactions/{id}?customer_id=C`
pub(super) async fn read_transaction(
    State(world): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Json<Transaction>, Problem> {
    let found = world.bank.transaction(asked.required("customer_id")?, &id);
    found.cloned().map(Json).ok_or_else(|| Problem::not_found("This customer has no such transaction."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::Value;

    use crate::testing::Probe;

    async fn ids(probe: &Probe, query: &str) -> (Vec<String>, Option<String>) {
        let page = probe.get(&format!("/ledger/transactions?{query}")).await.json();
        let ids = page["transactions"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned());
        (ids.collect(), page["next"].as_str().map(str::to_owned))
    }

    #[tokio::test]
    async fn a_long_list_is_paged_without_gaps_or_repeats() {
        let probe = Probe::new();
        let (first, next) = ids(&probe, "customer_id=cus_eve").await;
        let (second, end) = ids(&probe, &format!("customer_id=cus_eve&after={}", next.unwrap())).await;
        assert_eq!((first.len(), end), (100, None));
        let all: BTreeSet<&String> = first.iter().chain(&second).collect();
        assert_eq!(all.len(), first.len() + second.len());
        assert!(all.len() > 120);
    }

    #[tokio::test]
    async fn a_window_holds_both_of_its_days_and_no_others() {
        let probe = Probe::new();
        let page = probe.get("/ledger/transactions?customer_id=cus_ben&from=2026-10-20&to=2026-11-10").await.json();
        let days: Vec<&str> = page["transactions"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["booked_at"].as_str().unwrap()[..10])
            .collect();
        assert!(!days.is_empty() && days.iter().all(|day| ("2026-10-20"..="2026-11-10").contains(day)));
        assert!(days.windows(2).all(|pair| pair[0] >= pair[1]), "newest first");
        let (one_day, _) = ids(&probe, &format!("customer_id=cus_ben&from={0}&to={0}", days[0])).await;
        assert!(!one_day.is_empty());
    }

    #[tokio::test]
    async fn nobody_reads_another_customers_transaction() {
        let probe = Probe::new();
        let (ids, _) = ids(&probe, "customer_id=cus_ada").await;
        let path = |customer: &str| format!("/ledger/transactions/{}?customer_id={customer}", ids[0]);
        assert_eq!(probe.get(&path("cus_ada")).await.json()["id"], Value::from(ids[0].clone()));
        assert_eq!(probe.get(&path("cus_ben")).await.status, 404);
    }

    #[tokio::test]
    async fn bad_queries_are_problems_that_name_the_parameter() {
        let probe = Probe::new();
        for (query, status, word) in [
            ("", 400, "customer_id"),
            ("customer_id=cus_nobody", 404, "customer"),
            ("customer_id=cus_ada&from=yesterday", 400, "from"),
            ("customer_id=cus_ada&from=2026-11-02&to=2026-11-01", 400, "from"),
            ("customer_id=cus_ada&after=tx-none", 400, "after"),
        ] {
            let answer = probe.get(&format!("/ledger/transactions?{query}")).await;
            assert_eq!(answer.status, status, "{query}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
            assert!(answer.json()["detail"].as_str().unwrap().contains(word), "{query}");
        }
    }
}
