//! How much leaves a case: the three modes, and what a tenant sets for itself.

use case::{
    actor::Role,
    policy::{Action, Approval},
    settings::Mode,
};
use desk::{problem::Code, setup::Setup, tenants::TenantConfig};
use serde_json::{Value, json};

use crate::world::{SAMPLE, World};

/// A world where this is the mode of all, and nobody is asked before a letter goes out.
fn world(mode: Mode) -> World {
    World::with(move |mut setup: Setup| {
        setup.config.settings.mode = mode;
        setup.config.settings.approvals = [(Action::Inform, Approval::None)].into();
        setup
    })
}

/// Everything that the bank was told to do.
async fn executed(world: &World) -> Value {
    world.control("GET", "/sandbox/actions", &Value::Null).await["actions"].clone()
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_everything_is_derived_and_nothing_leaves() {
    let world = world(Mode::Shadow);
    let shown = world.work(SAMPLE, "cus_ada").await;
    assert_eq!(shown.at("/mode"), "shadow");
    assert_eq!(shown.at("/orchestration/proposal/action"), "raise_chargeback");
    let case = shown.case_id();
    let proposal = |name: &str| shown.at(&format!("/orchestration/proposal/{name}"));
    let approve = json!({ "command": "approve", "proposal": proposal("id"), "hash": proposal("hash") });
    let decide = json!({ "command": "decide", "action": "inform", "reason": "So it is." });
    let ask = json!({ "command": "ask", "question": "Which one?" });
    for leaves in [approve, decide, ask] {
        world.command(&case, &[], &leaves).await.is(Code::Shadow);
    }
    // A letter that nobody has to approve elsewhere stays here as well.
    assert_eq!(world.work(SAMPLE, "cus_ben").await.at("/orchestration/proposal/stage"), "pending");
    assert_eq!(executed(&world).await, json!([]));
    world.command(&case, &[], &json!({ "command": "close", "reason": "Refunded by the other team." })).await;
    assert_eq!(world.get(&format!("/v1/cases/{case}")).await.at("/orchestration/state"), "closed");
}

#[tokio::test(start_paused = true)]
async fn in_shadow_mode_no_customer_is_asked_or_waited_for() {
    let unknown = json!({ "text": SAMPLE });
    let shadow = world(Mode::Shadow).post("/v1/requests", &[("prefer", "wait=30")], &unknown).await;
    assert_eq!(
        (shadow.at("/orchestration/question"), shadow.at("/orchestration/state")),
        (json!(null), json!("review"))
    );
    let assist = world(Mode::Assist).post("/v1/requests", &[("prefer", "wait=30")], &unknown).await;
    assert_eq!(assist.at("/orchestration/state"), "waiting");
    assert!(assist.at("/orchestration/question").is_string());
    assert_eq!(assist.at("/mode"), json!(null));
}

#[tokio::test(start_paused = true)]
async fn only_in_auto_mode_a_letter_goes_out_by_itself() {
    let assist = world(Mode::Assist);
    assert_eq!(assist.work(SAMPLE, "cus_ben").await.at("/orchestration/proposal/stage"), "pending");
    assert_eq!(executed(&assist).await, json!([]));
    let auto = world(Mode::Auto);
    let done = auto.work(SAMPLE, "cus_ben").await;
    assert_eq!((done.at("/orchestration/proposal/stage"), done.at("/mode")), (json!("done"), json!("auto")));
    assert_eq!(executed(&auto).await.as_array().unwrap().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_tenants_mode_is_its_own_and_a_case_keeps_it() {
    let shadow = TenantConfig { mode: Some(Mode::Shadow), ..TenantConfig::default() };
    let world = World::with_keys().restart(|mut setup| {
        setup.config.tenants = [(case::ids::TenantId::parse("acme").unwrap(), shadow)].into();
        setup
    });
    let (ours, theirs) = (world.hire("acme", "ada", Role::Admin), world.hire("other", "ada", Role::Admin));
    let open =
        async |key: &str| world.post("/v1/requests", &[("authorization", key)], &json!({ "text": SAMPLE })).await;
    let (ours_shown, theirs_shown) = (open(&ours).await, open(&theirs).await);
    assert_eq!((ours_shown.at("/mode"), theirs_shown.at("/mode")), (json!("shadow"), json!(null)));
    let world = world.restart(|mut setup| {
        setup.config.tenants.clear();
        setup
    });
    let path = format!("/v1/cases/{}", ours_shown.case_id());
    assert_eq!(world.send("GET", &path, &[("authorization", &ours)], "").await.at("/mode"), "shadow");
}
