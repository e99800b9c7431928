//! Hostile texts in every field that comes from outside: each is seen as it was written, and does nothing.

use case::actor::Role;
use desk::{
    console::pages::{CaseView, Filter, Flash, Link, QueueView, case, queue},
    docket::{DocketRow, Page, Pending},
    problem::{Code, Problem},
};
use serde_json::{Value, json};

use crate::fixture::{Fixture, viewer};

/// What people write to steer a page.
fn zoo() -> Vec<String> {
    let mut zoo: Vec<String> = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "\"><svg/onload=alert(1)>",
        "</textarea></title></style><iframe src=https://evil.example>",
        "<a href=\"javascript:alert(1)\">here</a>",
        "[click](https://evil.example) ![x](https://evil.example/x.png)",
        "https://evil.example/?q=1",
        "refund \u{202e}0001 RUE\u{202c} now",
        "pay\u{200b}pal \u{2066}hidden\u{2069} \u{feff}",
        "&lt;b&gt; &amp;amp; &#x3c;",
        "'; DROP TABLE cases; --",
        "{{7*7}} ${7*7} <%= 7*7 %>",
        "Z\u{310}\u{335}\u{334}a\u{335}\u{322}lgo",
        "مرحبا <b>bold</b> שלום",
    ]
    .map(str::to_owned)
    .to_vec();
    zoo.push("<i>".repeat(6_667).chars().take(20_000).collect());
    zoo
}

/// What a browser shows of escaped text: enough to compare with what was written.
fn read_back(page: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in page.chars() {
        match character {
            '<' => inside = true,
            '>' if inside => inside = false,
            character if !inside => text.push(character),
            _ => {}
        }
    }
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&amp;", "&")
}

/// A text with its invisible characters named, as a page is to show it.
fn named(text: &str) -> String {
    let invisible = ['\u{202e}', '\u{202c}', '\u{200b}', '\u{2066}', '\u{2069}', '\u{feff}'];
    text.chars()
        .map(|one| if invisible.contains(&one) { format!("[U+{:04X}]", one as u32) } else { one.to_string() })
        .collect()
}

/// Puts a text in the place of every text in a value that is not a name of ours or a reference.
fn infest(value: &mut Value, text: &str) {
    match value {
        Value::String(old) if old.contains(' ') => text.clone_into(old),
        Value::Array(members) => members.iter_mut().for_each(|member| infest(member, text)),
        Value::Object(members) => members.values_mut().for_each(|member| infest(member, text)),
        _ => {}
    }
}

#[test]
fn hostile_texts_are_seen_as_written_and_do_nothing() {
    let who = viewer(Role::Analyst);
    for name in ["dispute", "kyc", "payment"] {
        let clean = Fixture::read(name).page(&who);
        for text in zoo() {
            let mut fixture = Fixture::read(name);
            infest(&mut fixture.view, &text);
            let page = fixture.page(&who);
            assert!(read_back(&page).contains(&named(&text)), "{name}: {text:.80}");
            let tags = |page: &str| page.matches('<').count() - page.matches("<span class=\"unseen\"").count() * 2;
            assert_eq!(tags(&page), tags(&clean), "{name}: {text:.80} made an element");
            assert!(!page.contains("href=\"http"), "{name}: {text:.80} became a link");
        }
    }
}

#[test]
fn hostile_names_and_references_are_inert_too() {
    let who = viewer(Role::Analyst);
    let clean = Fixture::read("dispute").page(&who);
    for pointer in [
        "/customer_id",
        "/external_id",
        "/assignee",
        "/classification/task",
        "/classification/decided_by",
        "/orchestration/routed_to",
        "/orchestration/proposal/action",
        "/orchestration/proposal/hash",
        "/orchestration/proposal/reasons/0",
        "/orchestration/proposal/references/0",
        "/orchestration/evidence/0/id",
        "/orchestration/evidence/0/source",
        "/orchestration/summary/0/cites/0",
    ] {
        let mut fixture = Fixture::read("dispute");
        let attack = "x\" autofocus onfocus=alert(1) <b>";
        if let Some(place) = fixture.view.pointer_mut(pointer) {
            *place = attack.into();
        } else {
            let name = pointer.trim_start_matches('/').to_owned();
            fixture.view.as_object_mut().unwrap().insert(name, attack.into());
        }
        let page = fixture.page(&who);
        assert_ne!(page, clean, "{pointer} is not shown at all");
        assert!(!page.contains("<b>") && !page.contains("\" autofocus onfocus"), "{pointer}");
    }
}

/// A case with a text of somebody else's in every place where one can stand.
fn talkative(text: &str) -> String {
    let who = viewer(Role::Admin);
    let mut fixture = Fixture::read("payment");
    let row = fixture.row();
    let view = fixture.view.as_object_mut().unwrap();
    let said =
        json!({ "seq": 1, "at": "2026-11-23T08:15:24Z", "from": "analyst", "by": text, "text": text, "documents": 0 });
    view.insert("conversation".to_owned(), json!([said]));
    view.insert("assignee".to_owned(), text.into());
    view.insert("descriptors".to_owned(), json!({ "tx-1": text }));
    view.insert("reasons".to_owned(), json!({ "close": [text] }));
    let sentence = json!({ "text": text, "cites": [text] });
    let draft = json!({ "text": text, "sentences": [sentence], "disclosure": text, "disclosure_citation": text });
    view.insert("letter_draft".to_owned(), draft);
    let letter = json!({ "id": text, "by": text, "at": text, "stage": text, "text": text });
    view.insert("letters".to_owned(), json!([letter]));
    let shown = view.get_mut("orchestration").and_then(Value::as_object_mut).unwrap();
    shown.insert("question".to_owned(), text.into());
    let link = Link {
        row: DocketRow { agent: text.to_owned(), task: Some(text.to_owned()), ..row },
        shares: vec![text.to_owned()],
    };
    let refused = Problem::new(Code::Field, text);
    let kept = ["code", "reason", "to", "customer_id", "question", "text", "until", "action", "about", "task"];
    let mut pages = String::new();
    for form in [
        "close",
        "assign",
        "snooze",
        "ask",
        "message",
        "decide-otherwise",
        "reroute",
        "approve-0",
        "reject-1",
        "reply",
        "gone",
    ] {
        let mut kept: Vec<(String, String)> = kept.iter().map(|name| ((*name).to_owned(), text.to_owned())).collect();
        kept.push(("form".to_owned(), form.to_owned()));
        let view = CaseView {
            who: &who,
            view: &fixture.view,
            lines: &fixture.lines,
            links: std::slice::from_ref(&link),
            flash: Some(&Flash::Refused(&refused)),
            kept: &kept,
            revealed: &[("profile:name".to_owned(), text.to_owned())],
            now: fixture.now(),
        };
        pages.push_str(&case(&view).into_string());
    }
    pages
}

#[test]
fn whatever_stands_beside_a_case_is_inert_too() {
    let tags = |page: &str| page.matches('<').count() - page.matches("<span class=\"unseen\"").count() * 2;
    let clean = tags(&talkative("plain words"));
    for text in zoo() {
        let page = talkative(&text);
        assert!(read_back(&page).matches(&named(&text)).count() > 10, "{text:.80}");
        assert_eq!(tags(&page), clean, "{text:.80} made an element");
        assert!(!page.contains("href=\"http") && !page.contains("=\"javascript"), "{text:.80}");
    }
}

#[test]
fn what_was_typed_into_a_refused_form_stands_in_it_again_letter_for_letter() {
    let text = "two\nlines <b> & \"quotes\" \u{202e}turned";
    let page = talkative(text);
    for field in ["reason", "question", "text"] {
        let start = format!(" name=\"{field}\"");
        let escaped = "two\nlines &lt;b&gt; &amp; &quot;quotes&quot; \u{202e}turned</textarea>";
        assert!(
            page.split(&start).any(|rest| rest
                .split_once('>')
                .is_some_and(|(_, rest)| rest.trim_start_matches('\n').starts_with(escaped))),
            "{field}"
        );
    }
}

#[test]
fn rows_of_the_queue_are_inert_too() {
    let who = viewer(Role::Analyst);
    let of = |text: &str| {
        let some = || Some(text.to_owned());
        let mut row = Fixture::read("fraud").row();
        row.escalations = vec![text.to_owned()];
        row.pending = Some(Pending { action: text.to_owned(), needs: 2, approved_by: vec![text.to_owned()] });
        let row = DocketRow {
            case_id: text.to_owned(),
            state: text.to_owned(),
            task: some(),
            agent: text.to_owned(),
            assignee: some(),
            external_id: some(),
            customer_id: some(),
            risk: some(),
            language: some(),
            ..row
        };
        let filter =
            Filter { queue: text.to_owned(), q: some(), assignee: some(), due_before: some(), ..Filter::default() };
        let page = Page { cases: vec![row], next: some(), behind: None, counts: None };
        let view = QueueView {
            who: &who,
            page: &page,
            counts: &[],
            filter: &filter,
            flash: None,
            now: Fixture::read("fraud").now(),
        };
        queue(&view).into_string()
    };
    let tags = |page: &str| page.matches('<').count() - page.matches("<span class=\"unseen\"").count() * 2;
    let clean = tags(&of("plain words"));
    for text in zoo() {
        let page = of(&text);
        assert_eq!(tags(&page), clean, "{text:.80} made an element");
        assert!(!page.contains("href=\"http") && !page.contains("=\"javascript"), "{text:.80}");
    }
}
