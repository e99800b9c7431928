//! A case moves to another host whole, or not at all.

use std::time::Duration;

use case::{
    actor::{Actor, Role},
    case::rederive,
    entry::Command,
    ids::{Digest, Subject},
};
use desk::{
    archive::{ARCHIVE_BYTES, Archive},
    ports::HostError,
    problem::Code,
    setup::Setup,
    vault::MasterKey,
};
use serde_json::{Value, json};

use crate::world::{Answer, SAMPLE, World, local};

const JSONL: (&str, &str) = ("content-type", "application/jsonl");

/// A case that waits for an analyst, and its archive.
async fn archived(world: &World) -> (String, String) {
    let case = world.work(SAMPLE, "cus_ada").await.case_id();
    (case.clone(), archive(world, &case).await)
}

async fn archive(world: &World, case: &str) -> String {
    let answer = world.get(&format!("/v1/cases/{case}/archive")).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/jsonl"), "{}", answer.text);
    answer.text
}

async fn import(world: &World, archive: &str) -> Answer {
    world.send("POST", "/v1/import", &[JSONL], archive).await
}

fn result(answer: &Answer) -> (u16, String) {
    (answer.status, answer.at("/result").as_str().unwrap_or(&answer.text).to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_case_goes_on_at_another_host_and_comes_back_with_one_chain() {
    let (here, there) = (World::new(), World::new());
    let (case, text) = archived(&here).await;
    assert_eq!(result(&import(&there, &text).await), (201, "new".to_owned()));
    assert_eq!(here.lines(&case), there.lines(&case));
    let wake = |world: &World| world.stored(&case, |record| record.wake);
    assert!(wake(&here).is_some(), "it lies with a person, whom a deadline is told of");
    assert_eq!(wake(&there), wake(&here));
    let shown = there.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(shown.json(), here.get(&format!("/v1/cases/{case}")).await.json(), "words, evidence and all");
    assert_eq!(there.get("/v1/cases").await.json(), here.get("/v1/cases").await.json());

    let decided = there.command(&case, &[], &approval(&shown)).await;
    assert_eq!(decided.at("/orchestration/state"), "closed", "{}", decided.text);
    let back = archive(&there, &case).await;
    let grown = import(&here, &back).await;
    assert_eq!(result(&grown), (200, "grown".to_owned()));
    assert_eq!(grown.at("/seq"), here.lines(&case).len() as u64 - 1);
    assert_eq!(here.lines(&case), there.lines(&case));
    assert_eq!(rederive(here.lines(&case).iter().map(String::as_str)), Ok(()));
    assert_eq!(archive(&here, &case).await, back);

    assert_eq!(result(&import(&here, &back).await), (200, "same".to_owned()));
    let older = import(&here, &text).await;
    assert_eq!(result(&older), (200, "older".to_owned()));
    assert_eq!(older.at("/head_hash"), grown.at("/head_hash"));
}

fn approval(shown: &Answer) -> Value {
    let at = |name: &str| shown.at(&format!("/orchestration/proposal/{name}"));
    json!({ "command": "approve", "proposal": at("id"), "hash": at("hash") })
}

#[tokio::test(start_paused = true)]
async fn a_case_that_was_worked_at_two_hosts_is_refused_by_either() {
    let (here, there) = (World::new(), World::new());
    let (case, text) = archived(&here).await;
    import(&there, &text).await;
    for world in [&here, &there] {
        world.pass(Duration::from_secs(1)).await;
        assert_eq!(world.command(&case, &[], &json!({ "command": "claim" })).await.status, 200);
    }
    let before = here.lines(&case);
    import(&here, &archive(&there, &case).await).await.is(Code::History);
    import(&there, &archive(&here, &case).await).await.is(Code::History);
    assert_eq!(here.lines(&case), before);
}

#[tokio::test(start_paused = true)]
async fn a_case_at_work_goes_on_where_it_is_imported_and_one_that_waits_wakes_there() {
    let (here, there) = (World::new(), World::new());
    here.fault("ledger", "hang", None).await;
    let case = here.open(SAMPLE, "cus_ada").await;
    let text = archive(&here, &case).await;
    assert_eq!(result(&import(&there, &text).await), (201, "new".to_owned()));
    there.wake(&case).await;
    tokio::time::sleep(Duration::from_secs(5)).await;
    let shown = there.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(shown.at("/orchestration/proposal/action"), "raise_chargeback", "{}", shown.text);
    assert!(there.count(&case, "resumed") > 0);
    assert_eq!(rederive(there.lines(&case).iter().map(String::as_str)), Ok(()));

    let waiting = here.post("/v1/requests", &[("prefer", "wait=60")], &json!({ "text": SAMPLE })).await;
    assert_eq!(waiting.at("/orchestration/state"), "waiting", "{}", waiting.text);
    let waiting = waiting.case_id();
    import(&there, &archive(&here, &waiting).await).await;
    let wake = |world: &World| world.stored(&waiting, |record| record.wake);
    assert!(wake(&there).is_some());
    assert_eq!(wake(&there), wake(&here));
}

#[tokio::test(start_paused = true)]
async fn whatever_is_changed_in_an_archive_is_found_before_anything_is_written() {
    let (here, there) = (World::new(), World::new());
    let (_, text) = archived(&here).await;
    let lines: Vec<&str> = text.lines().collect();
    let whole = |lines: &[&str]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
    let mut forged = vec![String::new(), "{}".to_owned(), "\n".to_owned(), text.replacen("\"archive\":1,", "", 1)];
    for number in 0..lines.len() {
        let without = [&lines[..number], &lines[number + 1..]].concat();
        forged.push(whole(&without));
        forged.push(whole(&lines[..number]));
        let mut doubled = lines.clone();
        doubled.insert(number, lines[number]);
        forged.push(whole(&doubled));
        let mut changed = lines.clone();
        // Somewhere in its middle each line has something that means something.
        let (at, letter) = lines[number].char_indices().rfind(|(_, letter)| letter.is_ascii_digit()).unwrap();
        let other = if letter == '1' { "2" } else { "1" };
        let line = format!("{}{other}{}", &lines[number][..at], &lines[number][at + 1..]);
        changed[number] = &line;
        // The version that wrote it is said for people.
        if number > 0 {
            forged.push(whole(&changed));
        }
    }
    for (old, new) in [
        ("\"sandbox\":true,\"sealed\"", "\"sandbox\":false,\"sealed\""),
        ("\"core\":2,\"sandbox\"", "\"core\":1,\"sandbox\""),
        ("\"sealed\":", "\"sealed\":1"),
        ("\"seq\":", "\"seq\":1844674407370955161"),
    ] {
        assert!(text.contains(old), "{old}");
        forged.push(text.replacen(old, new, 1));
    }
    for text in forged {
        let answer = import(&there, &text).await;
        // A wrapped key that was changed is like one that another master key wrapped.
        let found = [Code::Archive, Code::ArchiveKey].into_iter().any(|code| answer.at("/code") == code.name());
        assert!(found, "{}", answer.text);
        assert!(there.store.cases().is_empty(), "{}", answer.text);
    }
    assert_eq!(import(&there, &text).await.status, 201);
}

#[tokio::test(start_paused = true)]
async fn a_journal_that_was_written_anew_to_say_something_else_is_refused() {
    let (here, there) = (World::new(), World::new());
    let (case, text) = archived(&here).await;
    // A forger who can hash makes every link whole again: the entries must follow from the inputs all the same.
    let forged: Vec<String> =
        here.lines(&case).iter().map(|line| line.replace("\"raise_chargeback\"", "\"goodwill_credit\"")).collect();
    assert_ne!(forged, here.lines(&case));
    let mut chain: Vec<String> = Vec::new();
    for line in forged {
        let mut value: Value = serde_json::from_str(&line).unwrap();
        let prev = chain.last().map_or_else(Digest::genesis, |line| Digest::of(line.as_bytes()));
        let old = value["prev"].as_str().unwrap().to_owned();
        value["prev"] = json!(prev);
        chain.push(line.replacen(&old, prev.as_str(), 1));
    }
    let head = Digest::of(chain.last().unwrap().as_bytes());
    let old_head = Digest::of(here.lines(&case).last().unwrap().as_bytes());
    let mut forged = text.replacen(old_head.as_str(), head.as_str(), 1);
    for (old, new) in here.lines(&case).iter().zip(&chain) {
        forged = forged.replacen(old, new, 1);
    }
    let answer = import(&there, &forged).await;
    answer.is(Code::Archive);
    assert!(answer.text.contains("journal"), "{}", answer.text);
    assert!(there.store.cases().is_empty());
}

/// An admin can hash, and knows the core: an approval of another person that nobody gave holds together in every link,
/// and follows from its inputs. It lacks only the mark.
#[tokio::test(start_paused = true)]
async fn an_approval_that_was_written_into_an_archive_is_not_taken() {
    let here = World::new();
    let (id, text) = archived(&here).await;
    let shown = here.get(&format!("/v1/cases/{id}")).await;
    let mut archive = Archive::read(text.as_bytes()).unwrap();
    let other = Actor { subject: Subject::parse("ben").unwrap(), role: Role::Analyst };
    let of = |name: &str| shown.at(&format!("/orchestration/proposal/{name}")).as_str().unwrap().to_owned();
    let command = Command::Approve { proposal: of("id"), hash: Digest::parse(&of("hash")).unwrap(), note: None };
    let at = archive.case.state().now;
    let step = archive.case.command(other, command, None, at).unwrap();
    archive.lines.extend(step.lines);
    assert_eq!(rederive(archive.lines.iter().map(String::as_str)), Ok(()));
    let forged = archive.to_text();
    let there = World::new();
    import(&there, &forged).await.is(Code::ArchiveKey);
    assert!(there.store.cases().is_empty());
    let before = here.lines(&id);
    import(&here, &forged).await.is(Code::ArchiveKey);
    assert_eq!(here.lines(&id), before);
}

#[tokio::test(start_paused = true)]
async fn another_master_key_a_newer_build_and_another_bank_are_refused_each_by_its_code() {
    let here = World::new();
    let (_, text) = archived(&here).await;
    let other = World::with(|setup| Setup { master: MasterKey::parse(&"7".repeat(64)).unwrap(), ..setup });
    import(&other, &text).await.is(Code::ArchiveKey);
    let real = World::with(|setup| Setup { sandbox: false, ..setup });
    import(&real, &text).await.is(Code::Sandbox);
    let (_, genuine) = archived(&real).await;
    import(&here, &genuine).await.is(Code::Sandbox);
    let there = World::new();
    for (old, new) in [("\"archive\":1", "\"archive\":2"), ("\"core\":2", "\"core\":3"), ("\n{\"v\":1,", "\n{\"v\":2,")]
    {
        assert!(text.contains(old), "{old}");
        import(&there, &text.replacen(old, new, 1)).await.is(Code::ArchiveNewer);
    }
    for world in [other, there] {
        assert!(world.store.cases().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_erased_case_moves_without_its_words_and_its_key_never_comes_back() {
    let (here, there) = (World::new(), World::new());
    let (case, with_key) = archived(&here).await;
    here.stored(&case, |record| {
        record.wrapped_key = None;
        record.sealed.clear();
    });
    let text = archive(&here, &case).await;
    assert!(text.contains("{\"wrapped_key\":null,"), "{text}");
    assert_eq!(import(&there, &text).await.status, 201);
    assert_eq!(result(&import(&there, &with_key).await), (200, "same".to_owned()));
    there.stored(&case, |record| assert_eq!(record.wrapped_key, None));
}

#[tokio::test(start_paused = true)]
async fn only_an_admin_of_the_tenant_moves_a_case() {
    let here = World::new();
    let (case, text) = archived(&here).await;
    let world = World::with_keys();
    for role in [Role::Submitter, Role::Analyst, Role::Approver, Role::Auditor] {
        let key = world.hire("local", role.name(), role);
        let headers = [JSONL, ("authorization", key.as_str())];
        world.send("POST", "/v1/import", &headers, &text).await.is(Code::Role);
        world.send("GET", &format!("/v1/cases/{case}/archive"), &headers, "").await.is(Code::NoCase);
    }
    let foreign = world.hire("umbrella", "eve", Role::Admin);
    let refused = world.send("POST", "/v1/import", &[JSONL, ("authorization", &foreign)], &text).await;
    refused.is(Code::Archive);
    assert_eq!(refused.at("/field"), "tenant");
    world.send("POST", "/v1/import", &[JSONL], &text).await.is(Code::Unauthenticated);
    assert!(world.store.cases().is_empty());
    let admin = world.hire("local", "root", Role::Admin);
    assert_eq!(world.send("POST", "/v1/import", &[JSONL, ("authorization", &admin)], &text).await.status, 201);
    let own = [("authorization", admin.as_str())];
    assert_eq!(world.send("GET", &format!("/v1/cases/{case}/archive"), &own, "").await.text, text);
    for role in [Role::Analyst, Role::Approver, Role::Auditor] {
        let key = world.hire("local", role.name(), role);
        let headers = [("authorization", key.as_str())];
        world.send("GET", &format!("/v1/cases/{case}/archive"), &headers, "").await.is(Code::Role);
    }
    let theirs = [("authorization", foreign.as_str())];
    world.send("GET", &format!("/v1/cases/{case}/archive"), &theirs, "").await.is(Code::NoCase);
}

#[tokio::test(start_paused = true)]
async fn an_archive_has_its_own_content_type_and_its_own_limit() {
    let (here, there) = (World::new(), World::new());
    let (_, text) = archived(&here).await;
    there.send("POST", "/v1/import", &[("content-type", "application/json")], &text).await.is(Code::ContentType);
    // Well over what any other body may have; there is only no end to it.
    let padded = text.clone() + &" ".repeat(3 << 20);
    import(&there, &padded).await.is(Code::Archive);
    let huge = text.clone() + &" ".repeat(ARCHIVE_BYTES);
    import(&there, &huge).await.is(Code::TooLarge);
    assert!(there.store.cases().is_empty());
}

#[tokio::test(start_paused = true)]
async fn an_import_that_cannot_be_written_can_be_sent_again() {
    let (here, there) = (World::new(), World::new());
    let (case, text) = archived(&here).await;
    there.store.trouble([HostError::Full("no room".to_owned()), HostError::Stale]);
    import(&there, &text).await.is(Code::Full);
    assert!(there.store.cases().is_empty());
    assert_eq!(result(&import(&there, &text).await), (201, "new".to_owned()));
    assert!(there.store.cases().contains_key(&local(&case)));
}

#[tokio::test(start_paused = true)]
async fn what_is_damaged_here_is_not_given_out_as_whole() {
    let world = World::new();
    let (case, _) = archived(&world).await;
    world.stored(&case, |record| record.sealed.pop_first());
    world.get(&format!("/v1/cases/{case}/archive")).await.is(Code::Damaged);
}
