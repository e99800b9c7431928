//! What there is to tell of the journals of older versions, which do not change.

use case::journal;

use super::*;

fn lines(journal: &str) -> Vec<String> {
    journal.lines().map(str::to_owned).collect()
}

fn dispute() -> Vec<String> {
    lines(include_str!("../../../../testdata/journals/v2-dispute.jsonl"))
}

fn told(lines: &[String]) -> Vec<(String, &'static str)> {
    events(lines).unwrap().iter().map(|event| (event.id(), event.kind.name())).collect()
}

#[test]
fn a_dispute_is_told_from_its_opening_to_its_end() {
    let events = events(&dispute()).unwrap();
    let seen: Vec<_> = events.iter().map(|event| (event.place.seq, event.place.n, event.kind.name())).collect();
    let expected = [(0, 0, "case.opened"), (21, 0, "case.in_review"), (22, 0, "case.decided"), (25, 0, "case.closed")];
    assert_eq!(seen, expected);
    assert_eq!(events[1].data["action"], "raise_chargeback");
    assert_eq!(
        (&events[2].data["decision"], &events[2].data["action"]),
        (&json!("approved"), &json!("raise_chargeback"))
    );
    let closed = &events[3];
    assert_eq!((&closed.data["state"], closed.data.get("due_at")), (&json!("closed"), None));
    let body: Value = serde_json::from_str(&closed.body()).unwrap();
    assert_eq!((&body["type"], &body["data"]), (&json!("case.closed"), &Value::Object(closed.data.clone())));
    assert_eq!(Millis::parse_rfc3339(body["timestamp"].as_str().unwrap()), Some(closed.at));
}

#[test]
fn a_case_is_closed_once_until_somebody_opens_it_again() {
    let kinds = |lines: &[String]| told(lines).into_iter().map(|(_, kind)| kind).collect::<Vec<_>>();
    let letter = lines(include_str!("../../../../testdata/journals/v2-desk.jsonl"));
    assert_eq!(kinds(&letter).iter().filter(|kind| **kind == "case.closed").count(), 1, "a letter closes nothing");
    let mut lines = dispute();
    let mut case = Case::replay(lines.iter().map(String::as_str)).unwrap();
    let (at, note) = (case.state().now, case::ids::Digest::genesis());
    let ada =
        case::actor::Actor { subject: case::ids::Subject::parse("ada").unwrap(), role: case::actor::Role::Analyst };
    for command in [Command::Reopen { note: note.clone() }, Command::Close { note }] {
        lines.extend(case.command(ada.clone(), command, None, at).unwrap().lines);
    }
    assert_eq!(kinds(&lines)[4..], ["case.in_review", "case.closed"]);
}

#[test]
fn every_event_names_a_head_of_the_journal_that_can_be_held_elsewhere() {
    let lines = dispute();
    let texts: Vec<&str> = lines.iter().map(String::as_str).collect();
    for event in events(&lines).unwrap() {
        let head = json!({ "case": event.data["case_id"], "seq": event.data["seq"], "hash": event.data["head_hash"] });
        let head = serde_json::from_value(head).unwrap();
        assert_eq!(journal::check_head(&texts, &head), Ok(()), "{}", event.id());
    }
}

#[test]
fn what_was_told_stays_told_as_a_journal_grows() {
    for journal in [
        include_str!("../../../../testdata/journals/v1-dispute.jsonl"),
        include_str!("../../../../testdata/journals/v2-agent.jsonl"),
        include_str!("../../../../testdata/journals/v2-dispute.jsonl"),
    ] {
        let lines = lines(journal);
        let (whole, read) = (told(&lines), journal::read(lines.iter().map(String::as_str)).unwrap());
        // Only whole steps are ever stored.
        for end in (1..=lines.len()).filter(|end| read.get(*end).is_none_or(|next| next.entry.is_input())) {
            let so_far = told(&lines[..end]);
            assert!(whole.starts_with(&so_far), "{end}: {so_far:?}");
        }
    }
}

#[test]
fn lines_that_hold_something_to_tell_are_never_passed_over() {
    let lines = dispute();
    let mut began = 0;
    let read = journal::read(lines.iter().map(String::as_str)).unwrap();
    for end in 1..=lines.len() {
        let is_whole = read.get(end).is_none_or(|next| next.entry.is_input());
        if is_whole {
            let case = Case::replay(lines[..end].iter().map(String::as_str)).unwrap();
            let tells = events(&lines[..end]).unwrap().iter().any(|event| event.place.seq >= began as u64);
            assert!(!tells || may_tell(&lines[began..end], case.rest()), "{began}..{end}");
            began = end;
        }
    }
    let case = Case::replay(lines[..16].iter().map(String::as_str)).unwrap();
    assert!(!may_tell(&lines[7..16], case.rest()), "look-ups that are asked again are nothing to tell");
}
