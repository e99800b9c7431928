//! Identity data: only the fields asked for, and only those that are known.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Map, Value, json};

use crate::asked::Asked;
use crate::bank::PROFILE_FIELDS;
use crate::problem::Problem;
use crate::world::Shared;

/// `GET /profile/customers/{id}?fields=name,address`
pub(super) async fn read_profile(
    State(world): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Json<Value>, Problem> {
    let names: Vec<&str> = asked.required("fields")?.split(',').map(str::trim).collect();
    if let Some(unknown) = names.iter().find(|name| !PROFILE_FIELDS.contains(name)) {
        let known = PROFILE_FIELDS.join(", ");
        return Err(Problem::bad_request(format!("A profile has no field {unknown:?}; its fields are {known}.")));
    }
    let customer = world.bank.customer(&id).ok_or_else(|| Problem::not_found("There is no such customer."))?;
    let fields: Map<String, Value> = customer
        .fields
        .iter()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Ok(Json(json!({ "customer_id": id, "fields": fields })))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::Probe;

    #[tokio::test]
    async fn only_the_fields_asked_for_are_told() {
        let answer = Probe::new().get("/profile/customers/cus_ada?fields=name,country").await;
        assert_eq!(answer.json(), json!({"customer_id": "cus_ada", "fields": {"name": "Ada Marsh", "country": "US"}}));
    }

    #[tokio::test]
    async fn what_is_not_known_is_absent() {
        let probe = Probe::new();
        let answer = probe.get("/profile/customers/cus_ivo?fields=name,address,id_document,kyc_status").await.json();
        assert_eq!(answer["fields"], json!({"name": "Ivo Petrov", "kyc_status": "incomplete"}));
        assert_eq!(probe.get("/profile/customers/cus_nobody?fields=name").await.status, 404);
    }

    #[tokio::test]
    async fn a_profile_is_not_given_whole_or_by_unknown_names() {
        let probe = Probe::new();
        assert_eq!(probe.get("/profile/customers/cus_ada").await.status, 400);
        let answer = probe.get("/profile/customers/cus_ada?fields=name,password").await;
        assert_eq!(answer.status, 400);
        assert!(answer.text.contains("password"));
    }
}
