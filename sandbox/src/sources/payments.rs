//! Payments and how far they have come, one customer at a time.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::bank::Payment;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /ledger/payments?customer_id=C`
pub(super) async fn list_payments(State(world): State<Shared>, asked: Asked) -> Result<Json<Value>, Problem> {
    let customer_id = asked.required("customer_id")?;
    if !world.bank.knows(customer_id) {
        return Err(Problem::not_found("There is no such customer."));
    }
    let payments: Vec<&Payment> = world.bank.payments_of(customer_id).collect();
    Ok(Json(json!({ "payments": payments })))
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
}
