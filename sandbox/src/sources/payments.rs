//! Payments and how far they have come, one customer at a time.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use super::paging::page;
use crate::asked::Asked;
use crate::bank::Payment;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /ledger/payments?customer_id=C&after=CURSOR`
pub(super) async fn list_payments(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let customer_id = asked.required("customer_id")?;
    if !world.bank.knows(customer_id) {
        return Err(Problem::not_found("There is no such customer."));
    }
    let (payments, next) = page(world.bank.payments_of(customer_id).collect(), &asked)?;
    Ok(Json(json!({ "payments": payments, "next": next })))
}

/// `GET /ledger/payments/{id}?customer_id=C`
pub(super) async fn read_payment(
    State(world): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Json<Payment>, Problem> {
    let found = world.bank.payments_of(asked.required("customer_id")?).find(|payment| payment.id == id);
    found.cloned().map(Json).ok_or_else(|| Problem::not_found("This customer has no such payment."))
}

#[cfg(test)]
mod tests {
    use crate::testing::Probe;
    use crate::{Bank, Config};

    #[tokio::test]
    async fn the_well_known_payments_have_their_statuses_and_are_read_one_by_one() {
        let probe = Probe::new();
        for (customer, field, code) in [
            ("cus_fay", "iso20022_status", "ACSP"),
            ("cus_gil", "iso20022_status", "RJCT"),
            ("cus_gil", "status_reason", "AC04"),
            ("cus_hana", "ach_return", "R03"),
        ] {
            let payment =
                probe.get(&format!("/ledger/payments?customer_id={customer}")).await.json()["payments"][0].clone();
            assert_eq!(payment[field], code, "{customer}");
            let path = format!("/ledger/payments/{}?customer_id=", payment["id"].as_str().unwrap());
            assert_eq!(probe.get(&format!("{path}{customer}")).await.json(), payment);
            assert_eq!(probe.get(&format!("{path}cus_ada")).await.status, 404);
        }
    }

    #[tokio::test]
    async fn a_long_list_is_paged_to_its_end() {
        let row = |number: usize| {
            format!(
                r#"{{"id":"pay-{number:03}","customer_id":"cus_x","amount_minor":1,"currency":"USD","scheme":"ach","created_at":"2026-11-03T10:00:00Z","creditor_name":"N","updated_at":"2026-11-03T10:00:00Z"}}"#
            )
        };
        let rows: Vec<String> = (0..250).map(row).collect();
        let bank = Bank::from_jsonl(&[("payments.jsonl", rows.join("\n"))]).unwrap();
        let probe = Probe::with(Config { bank: Some(bank), ..Config::new(7, crate::testing::today()) });
        let (mut after, mut sizes) = (String::new(), Vec::new());
        loop {
            let page = probe.get(&format!("/ledger/payments?customer_id=cus_x&after={after}")).await.json();
            sizes.push(page["payments"].as_array().unwrap().len());
            let Some(next) = page["next"].as_str() else { break };
            next.clone_into(&mut after);
        }
        assert_eq!(sizes, [100, 100, 50]);
    }
}
