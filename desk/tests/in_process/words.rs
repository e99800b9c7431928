//! What people said in a case, as whoever reads all of it sees it.

use case::actor::Role;
use serde_json::{Value, json};

use crate::world::{SAMPLE, World};

/// A case in which the customer said something more, an analyst wrote a note, and turned the proposal down with another.
async fn talked() -> (World, String, [String; 2]) {
    let world = World::with_keys();
    let (app, ada) = (world.hire("acme", "app", Role::Submitter), world.hire("acme", "ada", Role::Analyst));
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    let wait = [("authorization", app.as_str()), ("prefer", "wait=30")];
    let case = world.post("/v1/requests", &wait, &body).await.case_id();
    let said = json!({ "from": "customer", "text": "My number is +44 20 7946 0958. It was only one order." });
    world.post(&format!("/v1/cases/{case}/messages"), &wait, &said).await;
    let wait = [("authorization", ada.as_str()), ("prefer", "wait=30")];
    let note = json!({ "from": "analyst", "text": "Called the shop." });
    let shown = world.post(&format!("/v1/cases/{case}/messages"), &wait, &note).await;
    let of = |name: &str| shown.at(&format!("/orchestration/proposal/{name}"));
    let reject =
        json!({ "command": "reject", "proposal": of("id"), "hash": of("hash"), "reason": "Wrong <b>charge</b>." });
    assert_eq!(world.command(&case, &wait, &reject).await.status, 200);
    (world, case, [app, ada])
}

#[tokio::test(start_paused = true)]
async fn whoever_works_a_case_reads_what_was_said_in_it() {
    let (world, case, [_, ada]) = talked().await;
    let shown = world.send("GET", &format!("/v1/cases/{case}"), &[("authorization", &ada)], "").await;
    let said = shown.at("/conversation");
    let of = |at: usize, name: &str| said.pointer(&format!("/{at}/{name}")).cloned().unwrap_or_default();
    assert_eq!([of(0, "from"), of(1, "from")], ["customer", "analyst"]);
    assert_eq!([of(0, "by"), of(1, "by")], ["app", "ada"]);
    assert_eq!(of(0, "text"), "My number is [phone:1]. It was only one order.");
    assert_eq!(of(1, "text"), "Called the shop.");
    let notes = shown.at("/notes");
    let texts: Vec<&Value> = notes.as_object().unwrap().values().collect();
    assert_eq!(texts, ["Wrong <b>charge</b>."]);
    let names = shown.at("/descriptors");
    let about = shown.at("/orchestration/proposal/references/0");
    let about = about.as_str().map(str::to_owned);
    let journal = world.send("GET", &format!("/v1/cases/{case}/journal"), &[("authorization", &ada)], "").await.text;
    for hash in notes.as_object().unwrap().keys() {
        assert!(journal.contains(hash.as_str()), "the journal names the note");
    }
    assert!(!names.as_object().unwrap().is_empty(), "{about:?}");
    for name in names.as_object().unwrap().values() {
        assert!(!journal.contains(name.as_str().unwrap()), "the journal holds no name: {name}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_submitter_reads_nothing_of_what_was_said_about_its_case() {
    let (world, case, [app, _]) = talked().await;
    let shown = world.send("GET", &format!("/v1/cases/{case}"), &[("authorization", &app)], "").await.json();
    for name in ["conversation", "notes", "descriptors"] {
        assert!(shown.get(name).is_none(), "{name}");
    }
}
