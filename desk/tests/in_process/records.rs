//! What is kept elsewhere: evidence packs, made at the front of what the case says.

use desk::{
    pack::{self, JOURNAL},
    problem::Code,
};
use serde_json::json;

use crate::world::{SAMPLE, World};

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
