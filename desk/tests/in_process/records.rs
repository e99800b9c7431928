//! What is kept elsewhere, and what is kept no longer: evidence packs, checkpoints, and where erased words must not come back from.

use case::{actor::Role, case::rederive};
use desk::{
    archive::{Archive, Vault},
    checkpoint,
    pack::{self, JOURNAL},
    ports::Sealed,
    problem::Code,
};
use serde_json::json;

use crate::world::{SAMPLE, World, local};

#[tokio::test(start_paused = true)]
async fn a_pack_holds_the_case_as_it_is_shown_and_the_journal_as_it_is_stored() {
    let world = World::new();
    let hostile = "Charged twice by Streamly. </script><script>alert(1)</script> <img src=x onerror=alert(2)> \u{202e}";
    let case = world.work(hostile, "cus_ada").await.case_id();
    let answer = world.get(&format!("/v1/cases/{case}/pack")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, pack::MEDIA_TYPE), "{}", answer.text);
    assert!(answer.header("content-security-policy").contains("sandbox"));
    assert_eq!(answer.header("content-disposition"), format!("attachment; filename=\"{case}.html\""));
    let text = &answer.text;
    assert!(text.contains("alert(1)") && !text.contains("<script>alert") && !text.contains("<img"), "{text}");
    assert!(!text.contains('\u{202e}'));
    let checked = pack::check(text.as_bytes(), None).unwrap();
    assert_eq!(checked.lines, world.lines(&case));
    let shown = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(shown.at("/head_hash"), checked.manifest.head.hash.as_str());
    let names: Vec<&str> = checked.manifest.sections.iter().map(|mark| mark.name.as_str()).collect();
    for name in ["page", "head", "words", "proposal", "evidence", "history", "view", JOURNAL] {
        assert!(names.contains(&name), "{names:?}");
    }
    let ids: Vec<&str> = text.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "an id occurs twice: {ids:?}");
}

#[tokio::test(start_paused = true)]
async fn a_pack_of_a_case_at_work_ends_where_its_page_does() {
    let world = World::new();
    world.fault("ledger", "hang", None).await;
    let case = world.open(SAMPLE, "cus_ada").await;
    let pack = world.get(&format!("/v1/cases/{case}/pack")).await;
    let checked = pack::check(pack.text.as_bytes(), None).unwrap();
    assert_eq!(checked.lines.len() as u64, checked.manifest.head.seq + 1);
    assert!(world.lines(&case).starts_with(&checked.lines));
    world.get("/v1/cases/case_aaaaaaaaaaaaaaaaaaaaaaaaaa/pack").await.is(Code::NoCase);
    world.get("/v1/cases/nothing/pack").await.is(Code::NoCase);
    let claimed = world.command(&case, &[], &json!({ "command": "claim" })).await;
    assert_eq!(claimed.status, 200, "{}", claimed.text);
}

/// A case that was closed by an analyst.
async fn closed(world: &World) -> String {
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    let closed = world.command(&case, &[], &json!({ "command": "close", "reason": "The customer withdrew." })).await;
    assert_eq!(closed.at("/orchestration/state"), "closed", "{}", closed.text);
    case
}

#[track_caller]
fn is_erased(world: &World, case: &str) {
    let left = world.stored(case, |record| (record.wrapped_key.is_some(), record.sealed.len()));
    assert_eq!(left, (false, 0));
    assert_eq!(rederive(world.lines(case).iter().map(String::as_str)), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn an_erased_case_moves_without_words_and_none_come_back() {
    let world = World::new();
    let erase = json!({ "command": "erase", "code": "requested_by_person" });
    let case = closed(&world).await;
    let sealed: Vec<Sealed> = world.stored(&case, |record| {
        let one = |(hash, bytes): (&_, &Vec<u8>)| Sealed { hash: Clone::clone(hash), bytes: bytes.clone() };
        record.sealed.iter().map(one).collect()
    });
    assert!(!sealed.is_empty());
    let erased = world.command(&case, &[], &erase).await;
    assert_eq!((erased.status, erased.at("/erased")), (200, json!("commanded")), "{}", erased.text);
    is_erased(&world, &case);
    let shown = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!((shown.at("/text"), shown.at("/erased")), (json!(null), json!("commanded")));
    assert!(!shown.text.contains("withdrew") && !shown.text.contains("subscription"), "{}", shown.text);
    let pack = world.get(&format!("/v1/cases/{case}/pack")).await;
    assert!(pack::check(pack.text.as_bytes(), None).is_ok() && !pack.text.contains("subscription"));

    // It moves without words, and words that come along with it from elsewhere are refused.
    let archive = world.get(&format!("/v1/cases/{case}/archive")).await;
    assert!(archive.text.lines().last().unwrap().starts_with("{\"wrapped_key\":null"), "{}", archive.text);
    let there = World::new();
    let jsonl = [("content-type", "application/jsonl")];
    assert_eq!(there.send("POST", "/v1/import", &jsonl, &archive.text).await.status, 201);
    is_erased(&there, &case);
    let revived = Vault { wrapped_key: Some(vec![7; 72]), sealed, mark: None };
    assert!(Archive::new(local(&case), world.lines(&case), revived).is_err());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_knew_the_words_forgets_them_with_the_lines_that_come_from_elsewhere() {
    let (here, there) = (World::new(), World::new());
    let case = closed(&here).await;
    let jsonl = [("content-type", "application/jsonl")];
    let archive = async |world: &World| world.get(&format!("/v1/cases/{case}/archive")).await.text;
    let with_words = archive(&here).await;
    there.send("POST", "/v1/import", &jsonl, &with_words).await;
    assert!(there.stored(&case, |record| !record.sealed.is_empty()));
    assert_eq!(there.command(&case, &[], &json!({ "command": "erase" })).await.status, 200);
    assert_eq!(here.send("POST", "/v1/import", &jsonl, &archive(&there).await).await.status, 200);
    is_erased(&here, &case);
    // An older copy brings nothing back.
    assert_eq!(here.send("POST", "/v1/import", &jsonl, &with_words).await.status, 200);
    is_erased(&here, &case);
}

#[tokio::test(start_paused = true)]
async fn only_admins_erase_and_only_approvers_and_admins_hold() {
    let world = World::with_keys();
    let key = |role: Role| world.hire("acme", role.name(), role);
    let admin = key(Role::Admin);
    let as_role = async |key: &str, path: &str, body: &serde_json::Value| {
        world.post(path, &[("authorization", key), ("prefer", "wait=10")], body).await
    };
    let case = as_role(&admin, "/v1/requests", &json!({ "text": SAMPLE, "customer_id": "cus_ada" })).await.case_id();
    let commands = format!("/v1/cases/{case}/commands");
    as_role(&admin, &commands, &json!({ "command": "close", "reason": "Done." })).await;
    let hold = json!({ "command": "hold", "reason": "Litigation." });
    for role in [Role::Submitter, Role::Analyst, Role::Approver, Role::Auditor] {
        as_role(&key(role), &commands, &json!({ "command": "erase" })).await.is(if role == Role::Submitter {
            Code::NoCase
        } else {
            Code::Role
        });
    }
    as_role(&key(Role::Analyst), &commands, &hold).await.is(Code::Role);
    assert_eq!(as_role(&key(Role::Approver), &commands, &hold).await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_checkpoint_holds_the_heads_of_the_tenant_and_names_the_one_before() {
    let world = World::with_keys();
    let auditor = world.hire("acme", "auditor", Role::Auditor);
    let admin = world.hire("acme", "admin", Role::Admin);
    let foreigner = world.hire("umbrella", "foreigner", Role::Admin);
    let request = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    for key in [&admin, &admin, &foreigner] {
        let opened = world.post("/v1/requests", &[("authorization", key), ("prefer", "wait=10")], &request).await;
        assert_eq!(opened.status, 201, "{}", opened.text);
    }
    let get = async |key: &str, path: &str| world.send("GET", path, &[("authorization", key)], "").await;
    let first = get(&auditor, "/v1/checkpoint").await;
    assert_eq!((first.status, first.header("content-type")), (200, checkpoint::MEDIA_TYPE), "{}", first.text);
    let read = checkpoint::read(first.text.as_bytes()).unwrap();
    let [one] = read.as_slice() else { panic!("{read:?}") };
    assert_eq!((one.heads.len(), one.opening.more, &one.opening.behind), (2, false, &None));
    for head in &one.heads {
        let shown = get(&admin, &format!("/v1/cases/{}", head.case)).await;
        assert_eq!((shown.at("/head_hash"), shown.at("/seq")), (json!(head.hash), json!(head.seq)));
    }
    let key: desk::signer::PublicKey =
        serde_json::from_value(get(&auditor, "/v1/checkpoint/key").await.at("/key")).unwrap();
    assert_eq!(checkpoint::check_key(&read, &key), Ok(()));
    let next = get(&auditor, &format!("/v1/checkpoint?previous={}", one.hash)).await;
    assert_eq!(checkpoint::read((first.text + &next.text).as_bytes()).unwrap().len(), 2);
    let rest = get(&auditor, &format!("/v1/checkpoint?after={}", one.heads[0].case)).await;
    assert_eq!(checkpoint::read(rest.text.as_bytes()).unwrap()[0].heads, one.heads[1..]);
    for query in ["previous=7", "after=nobody", "more=1"] {
        get(&auditor, &format!("/v1/checkpoint?{query}")).await.is(Code::Query);
    }
}
