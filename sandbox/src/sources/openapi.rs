//! The shipped OpenAPI file is checked against the routes, and against what they answer.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Route;
use crate::testing::{Answer, Probe};

fn document() -> Value {
    serde_json::from_str(include_str!("../../../docs/sources.openapi.json")).unwrap()
}

/// Says where a value is not as its schema declares it: fields that are required, kinds and options.
fn misfit(value: &Value, schema: &Value, document: &Value) -> Option<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return misfit(value, document.pointer(reference.trim_start_matches('#')).unwrap(), document);
    }
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "integer",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    let is_kind = match &schema["type"] {
        Value::Array(kinds) => kinds.contains(&json!(kind)),
        declared => declared == kind,
    };
    if !is_kind || schema["enum"].as_array().is_some_and(|options| !options.contains(value)) {
        return Some(format!("{value} is not {schema}"));
    }
    match value {
        Value::Array(items) => items.iter().find_map(|item| misfit(item, &schema["items"], document)),
        Value::Object(fields) => {
            let mut required = schema["required"].as_array().unwrap().iter().map(|name| name.as_str().unwrap());
            let missing = required.find(|name| !fields.contains_key(*name)).map(|name| format!("{name} is missing"));
            missing.or_else(|| {
                fields.iter().find_map(|(name, field)| match schema["properties"].get(name) {
                    Some(property) => misfit(field, property, document),
                    None => Some(format!("{name} is not declared")),
                })
            })
        }
        _ => None,
    }
}

fn check(answer: &Answer, path: &str, method: &str) {
    let document = document();
    let mut response = &document["paths"][path][method]["responses"][answer.status.as_str()];
    if let Some(reference) = response["$ref"].as_str() {
        response = document.pointer(reference.trim_start_matches('#')).unwrap();
    }
    let kind = answer.headers["content-type"].to_str().unwrap();
    let schema = &response["content"][kind]["schema"];
    assert!(!schema.is_null(), "{method} {path}: {} {kind} is not declared", answer.status);
    assert_eq!(misfit(&answer.json(), schema, &document), None, "{method} {path}");
}

fn method(route: Route) -> &'static str {
    match route {
        Route::ScoreRisk | Route::ExecuteAction => "post",
        _ => "get",
    }
}

#[test]
fn the_file_has_every_route_of_the_bank_and_no_other() {
    let routes: BTreeSet<(String, String)> =
        Route::ALL.iter().map(|route| (route.path().to_owned(), method(*route).to_owned())).collect();
    let document = document();
    let paths = document["paths"].as_object().unwrap();
    let declared: BTreeSet<(String, String)> = paths
        .iter()
        .flat_map(|(path, methods)| methods.as_object().unwrap().keys().map(|name| (path.clone(), name.clone())))
        .collect();
    assert_eq!(routes, declared);
}

#[tokio::test]
async fn every_reply_is_as_the_file_declares_it() {
    let probe = Probe::new();
    for customer in ["cus_ada", "cus_cleo", "cus_dan", "cus_fay", "cus_gil", "cus_hana", "cus_ivo"] {
        let page = probe.get(&format!("/ledger/transactions?customer_id={customer}")).await;
        check(&page, "/ledger/transactions", "get");
        let id = page.json()["transactions"][0]["id"].as_str().unwrap().to_owned();
        let one = probe.get(&format!("/ledger/transactions/{id}?customer_id={customer}")).await;
        check(&one, "/ledger/transactions/{id}", "get");
        check(
            &probe.get(&format!("/ledger/transactions/{id}?customer_id=cus_x")).await,
            "/ledger/transactions/{id}",
            "get",
        );
        check(&probe.get(&format!("/ledger/payments?customer_id={customer}")).await, "/ledger/payments", "get");
        check(&probe.get(&format!("/ledger/accounts?customer_id={customer}")).await, "/ledger/accounts", "get");
        let fields = "name,date_of_birth,address,email,phone,nationality,id_document,country,segment,customer_since,kyc_status,tax_id";
        let profile = probe.get(&format!("/profile/customers/{customer}?fields={fields}")).await;
        check(&profile, "/profile/customers/{id}", "get");
        check(&probe.post("/risk/score", &json!({"customer_id": customer})).await, "/risk/score", "post");
    }
    let payments = probe.get("/ledger/payments?customer_id=cus_gil").await.json();
    let id = payments["payments"][0]["id"].as_str().unwrap().to_owned();
    let payment = probe.get(&format!("/ledger/payments/{id}?customer_id=cus_gil")).await;
    check(&payment, "/ledger/payments/{id}", "get");
    check(&probe.get("/merchants?q=subscription").await, "/merchants", "get");
    check(&probe.get("/merchants").await, "/merchants", "get");
    check(&probe.get("/policy/passages?topic=refund").await, "/policy/passages", "get");
    let order = json!({"action": "a", "case_id": "c", "customer_id": "cus_ada", "references": []});
    check(&probe.act("k", &order).await, "/actions", "post");
    check(
        &probe.act("k", &json!({"action": "b", "case_id": "c", "customer_id": "cus_ada", "references": []})).await,
        "/actions",
        "post",
    );
    check(&probe.post("/actions", &order).await, "/actions", "post");
}
