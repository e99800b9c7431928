//! What holds for every page: links lead somewhere, controls have labels, and nothing stands inline that a policy would
//! have to allow.

use std::collections::BTreeSet;

use desk::console::pages::{PackView, pack, pack_style};

use crate::{
    fixture::{CASES, Fixture},
    page::pages,
};

/// The values of an attribute, wherever it stands in a tag.
fn values<'a>(page: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    page.split(&start).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

/// Every opening tag of these names.
fn tags<'a>(page: &'a str, names: &[&str]) -> Vec<&'a str> {
    let tags = page.split('<').skip(1).filter_map(|rest| rest.split('>').next());
    tags.filter(|tag| names.contains(&tag.split([' ', '/']).next().unwrap_or_default())).collect()
}

fn value<'a>(tag: &'a str, attribute: &str) -> Option<&'a str> {
    values(tag, attribute).first().copied()
}

#[test]
fn every_link_within_a_page_leads_to_something_on_it() {
    for (name, page) in pages() {
        let ids = values(&page, "id");
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id occurs twice: {ids:?}");
        for target in
            ["href", "for", "aria-labelledby", "aria-describedby", "form"].iter().flat_map(|a| values(&page, a))
        {
            let id = target.strip_prefix('#').unwrap_or(target);
            let within = target.starts_with('#') || !target.contains([':', '/']);
            assert!(!within || unique.contains(id), "{name}: nothing has the id {id:?}");
        }
    }
}

#[test]
fn every_control_has_a_label() {
    for (name, page) in pages() {
        let labelled: BTreeSet<&str> = values(&page, "for").into_iter().collect();
        for tag in tags(&page, &["input", "select", "textarea"]) {
            let hidden = value(tag, "type") == Some("hidden");
            let by_id = value(tag, "id").is_some_and(|id| labelled.contains(id));
            let within = page.find(tag).is_some_and(|at| {
                let before = &page[..at];
                before.rfind("<label").unwrap_or(0) > before.rfind("</label>").unwrap_or(0)
            });
            let said = value(tag, "aria-label").is_some();
            assert!(hidden || by_id || within || said, "{name}: no label for <{tag}>");
        }
        for form in page.split("<form").skip(1).filter(|form| form.starts_with(" ") && form.contains("method=\"post\""))
        {
            let form = form.split("</form>").next().unwrap();
            assert!(form.contains("name=\"csrf\""), "{name}: a form without its token: {form}");
        }
    }
}

#[test]
fn nothing_stands_inline_that_a_policy_would_have_to_allow() {
    for (name, page) in pages() {
        assert!(!page.contains(" style=\""), "{name}");
        assert!(!page.contains("<style"), "{name}");
        assert!(!page.contains("javascript:"), "{name}");
        for tag in tags(&page, &["script"]) {
            assert!(value(tag, "src").is_some_and(|src| src.starts_with("/console/assets/")), "{name}: <{tag}>");
        }
        for tag in page.split('<').filter_map(|rest| rest.split('>').next()) {
            // Outside of quotes: what stands in an attribute's value is no attribute.
            let names: String = tag.split('"').step_by(2).collect();
            assert!(!names.contains(" on"), "{name}: a handler in <{tag}>");
        }
    }
}

#[test]
fn a_pack_holds_the_same_parts_and_needs_nothing_from_outside() {
    for name in CASES {
        let fixture = Fixture::read(name);
        let view = PackView { view: &fixture.view, lines: &fixture.lines, links: &[], now: fixture.now() };
        let sections = pack(&view);
        let ids: Vec<&str> = sections.iter().map(|section| section.id).collect();
        assert!(
            ids.starts_with(&["head", "words", "triage"]) && ids.ends_with(&["work", "history"]),
            "{name}: {ids:?}"
        );
        let html: String = sections.into_iter().map(|section| section.html).collect();
        assert!(!html.contains("<form") && !html.contains("<button") && !html.contains("<script"), "{name}");
        assert!(!html.contains("src=") && !html.contains("href=\"http") && !pack_style().contains("url("), "{name}");
        let unique: BTreeSet<&str> = values(&html, "id").into_iter().collect();
        for target in values(&html, "href") {
            let id = target.strip_prefix('#').unwrap_or_else(|| panic!("{name}: {target}"));
            assert!(unique.contains(id), "{name}: nothing has the id {id:?}");
        }
    }
}
