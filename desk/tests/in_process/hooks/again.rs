//! Telling again: events under the ids that they always had, those of one case or of all that changed.

use super::*;

#[tokio::test(start_paused = true)]
async fn an_admin_has_events_sent_again_under_their_own_ids_and_past_one_that_nobody_takes() {
    let (world, receiver) = world();
    let opened = world.work(SAMPLE, "cus_ada").await;
    let case = opened.case_id();
    tell(&world, &case).await;
    let replay = async |body: Value| world.post("/v1/webhooks/replay", &[], &body).await;
    let again = replay(json!({ "case_id": case })).await;
    assert_eq!((again.status, again.at("/events")), (200, json!(2)), "{}", again.text);
    tell(&world, &case).await;
    let ids: Vec<String> = receiver.taken().into_iter().map(|(id, _)| id).collect();
    assert_eq!((ids.len(), &ids[..2]), (4, &ids[2..]));
    let lines = world.lines(&case).len();
    assert_eq!(replay(json!({ "case_id": case, "from_seq": 1 })).await.at("/events"), 1);
    assert_eq!(replay(json!({ "case_id": case, "from_seq": lines })).await.at("/events"), 0);
    tell(&world, &case).await;
    assert_eq!(receiver.kinds().len(), 5);

    let other = world.work(SAMPLE, "cus_ben").await.case_id();
    tell(&world, &other).await;
    let since = replay(json!({ "since": crate::world::BEGIN })).await;
    assert_eq!((since.at("/cases"), since.at("/events"), since.at("/next")), (json!(2), json!(4), Value::Null));
    let later = world.desk.host.now().plus(1).rfc3339();
    assert_eq!(replay(json!({ "since": later })).await.at("/events"), 0);

    // One that its receiver never takes is passed over.
    receiver.plan([Play::Answers(400); 3]);
    approve(&world, &opened).await;
    sleep(Duration::from_secs(1)).await;
    let decided = world.count(&case, "commanded");
    assert_eq!(decided, 1);
    let after = world.lines(&case).iter().position(|line| line.contains("\"commanded\"")).unwrap() + 1;
    receiver.0.lock().unwrap().plan.clear();
    replay(json!({ "case_id": case, "from_seq": after })).await;
    tell(&world, &case).await;
    assert!(
        !receiver.kinds().contains(&"case.decided".to_owned())
            && receiver.kinds().ends_with(&["case.closed".to_owned()])
    );

    for (body, field) in [
        (json!({}), "since"),
        (json!({ "from_seq": 3 }), "since"),
        (json!({ "since": "yesterday" }), "since"),
        (json!({ "case_id": case, "from_seq": -1 }), "from_seq"),
        (json!({ "case_id": case, "from_seq": 1, "since": later }), "from_seq"),
        (json!({ "since": later, "after": "x" }), "after"),
    ] {
        let refused = replay(body).await;
        refused.is(Code::Field);
        assert_eq!(refused.at("/field"), field);
    }
    replay(json!({ "case_id": "case_aaaaaaaaaaaaaaaaaaaaaaaaaa" })).await.is(Code::NoCase);
    replay(json!({ "case_id": "x" })).await.is(Code::NoCase);
    World::new().post("/v1/webhooks/replay", &[], &json!({ "case_id": case })).await.is(Code::NotTold);
}

#[tokio::test(start_paused = true)]
async fn many_cases_are_told_again_call_by_call_each_once_though_they_change_meanwhile() {
    let (world, _receiver) = world();
    for _ in 0..53 {
        world.work(SAMPLE, "cus_ben").await;
    }
    let replay = async |body: Value| world.post("/v1/webhooks/replay", &[], &body).await;
    let first = replay(json!({ "since": crate::world::BEGIN })).await;
    assert_eq!(first.at("/cases"), json!(50), "{}", first.text);
    let next = first.at("/next");
    let path = format!("/v1/cases/{}/commands", next.as_str().unwrap());
    let closed = world.post(&path, &[], &json!({ "command": "close", "reason": "The customer withdrew." })).await;
    assert_eq!(closed.status, 200);
    let rest = replay(json!({ "since": crate::world::BEGIN, "after": next })).await;
    assert_eq!((rest.at("/cases"), rest.at("/next")), (json!(3), Value::Null), "{}", rest.text);
}
