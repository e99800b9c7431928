//! What customers send to be identified: it is compared, and its numbers stay in the vault.

use serde_json::{Value, json};

use crate::world::{World, claude};

#[tokio::test(start_paused = true)]
async fn numbers_of_documents_and_taxpayers_never_leave_the_vault() {
    let world = World::with(claude);
    let text = "Please verify my identity. My passport number is C55001122, my tax id number is 12 345 678 901.";
    let zone = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10";
    let documents = json!([
        { "id": "doc-1", "type": "passport", "sides": ["front"], "text": zone },
        { "id": "doc-2", "type": "identity_card", "sides": ["front", "back"], "fields": { "number": "T22000129" } },
    ]);
    let body = json!({ "text": text, "customer_id": "cus_ada", "documents": documents });
    let worked = world.post("/v1/requests", &[("prefer", "wait=30")], &body).await;
    let case = worked.case_id();
    assert_eq!(worked.at("/orchestration/routed_to"), "kyc-agent", "{}", worked.text);
    assert_eq!(worked.at("/orchestration/proposal/action"), "escalate", "that is somebody else's: {}", worked.text);
    let seen = world.get(&format!("/v1/cases/{case}")).await;
    let journal = world.get(&format!("/v1/cases/{case}/journal")).await;
    let sent = world.control("GET", "/sandbox/requests", &Value::Null).await.to_string();
    for secret in ["C55001122", "12 345 678 901", "L898902C3", "ZE184226B", "T22000129", "ERIKSSON"] {
        for text in [&worked.text, &seen.text, &journal.text, &sent] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert!(seen.at("/text").as_str().unwrap().contains("[id:1]"), "{}", seen.text);
}
