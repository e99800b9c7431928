//! The page of a case: what was written, what it was taken for, what is proposed, and what that rests on. Its parts are
//! made of a [`Sheet`] each, so that they can stand elsewhere as well.

mod checklist;
mod evidence;
mod forms;
mod head;
mod history;
mod ledger;
mod letter;
mod links;
mod picture;
mod proposal;
mod risk;
mod talk;
mod triage;
mod work;

use std::collections::BTreeSet;

use case::{
    entry::{Answer, Entry},
    facts::Facts,
    journal::{self, Fault, Line},
    time::Millis,
};
use maud::{Markup, html};
use serde_json::Value;

use self::work::Work;
use super::{
    CaseView, Link, PackView, Viewer,
    layout::{Place, page},
    parts::{flash, list, text, words},
};

/// What the parts of the page are made of.
pub(super) struct Sheet<'a> {
    /// The API's view.
    pub(super) view: &'a Value,
    /// The journal, or why it does not verify.
    pub(super) journal: Result<Vec<Line>, Fault>,
    /// The evidence that the page shows, by id: only what is there is linked to.
    pub(super) shown: BTreeSet<&'a str>,
    /// Other cases of the customer.
    pub(super) links: &'a [Link],
    /// Who looks, where forms are wanted.
    pub(super) who: Option<&'a Viewer>,
    /// The fields of a form that was refused.
    pub(super) kept: &'a [(String, String)],
    /// What was revealed for this one page.
    pub(super) revealed: &'a [(String, String)],
    /// When.
    pub(super) now: Millis,
}

impl<'a> Sheet<'a> {
    /// The sheet of a page with forms.
    fn of_page(page: &CaseView<'a>) -> Self {
        let pack = PackView { view: page.view, lines: page.lines, links: page.links, now: page.now };
        Self { who: Some(page.who), kept: page.kept, revealed: page.revealed, ..Self::of_pack(&pack) }
    }

    /// The sheet of an evidence pack, in which everything stands open.
    pub(super) fn of_pack(pack: &PackView<'a>) -> Self {
        let evidence = list(pack.view, "/orchestration/evidence").iter();
        // A case may have gone on between its view and its journal: what the view does not show yet is left out.
        let seq = pack.view.get("seq").and_then(Value::as_u64).and_then(|seq| usize::try_from(seq).ok());
        let lines = pack.lines.iter().take(seq.unwrap_or(usize::MAX).saturating_add(1));
        Self {
            view: pack.view,
            journal: journal::read(lines.map(String::as_str)),
            shown: evidence.map(|piece| text(piece, "/id")).collect(),
            links: pack.links,
            who: None,
            kept: &[],
            revealed: &[],
            now: pack.now,
        }
    }

    /// The view's text at a pointer.
    fn text(&self, pointer: &str) -> &'a str {
        text(self.view, pointer)
    }

    /// The journal's lines, none where it does not verify.
    fn lines(&self) -> &[Line] {
        self.journal.as_deref().unwrap_or_default()
    }

    /// The newest facts that are what is looked for.
    fn newest<'s, T>(&'s self, wanted: impl Fn(&'s Facts) -> Option<T>) -> Option<T> {
        self.lines().iter().rev().find_map(|line| match &line.entry {
            Entry::Answered { answer: Answer::Facts { facts, .. }, .. } => wanted(facts),
            _ => None,
        })
    }

    /// A link to a piece of evidence, if the page shows it.
    fn cite(&self, id: &str) -> Markup {
        html! {
            @if self.shown.contains(id) { a .cite href={ "#" (anchor(id)) } { (id) } }
            @else if id == "case:request" { a .cite href="#words" { (id) } }
            @else { span .cite .gone title="Not among the evidence that is shown" { (id) } }
        }
    }
}

/// The id of a piece of evidence as an id of the page's.
fn anchor(id: &str) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || "_.:-/".contains(character);
    format!("e-{}", id.chars().filter(|character| keep(*character)).collect::<String>())
}

/// A part of the page, with its heading. The script puts a newer one in its place where nobody is typing.
fn part(id: &str, title: &str, body: &Markup) -> Markup {
    html! {
        section id=(id) data-live aria-labelledby={ (id) "-title" } {
            h2 id={ (id) "-title" } { (title) }
            (body)
        }
    }
}

/// The parts of a case, each with its id, in the order in which they are read.
pub(super) fn parts(sheet: &Sheet<'_>) -> Vec<(&'static str, Markup)> {
    let work = Work::of(sheet.lines());
    vec![
        ("head", head::head(sheet, &about(sheet))),
        ("words", triage::words(sheet)),
        ("triage", triage::taken_for(sheet)),
        ("talk", talk::talk(sheet)),
        ("proposal", proposal::proposal(sheet)),
        ("letter", letter::letter(sheet)),
        ("evidence", evidence::evidence(sheet, &work)),
        ("ledger", ledger::ledger(sheet)),
        ("risk", risk::risk(sheet)),
        ("checklist", checklist::checklist(sheet)),
        ("links", links::links(sheet)),
        ("work", picture::picture(sheet, &work)),
        ("history", history::history(sheet, &work)),
    ]
}

/// What the case is about, in a word.
fn about(sheet: &Sheet<'_>) -> String {
    match sheet.text("/classification/task") {
        "" => "Unsorted request".to_owned(),
        task => words(task),
    }
}

/// The page of a case.
#[must_use]
pub fn case(view: &CaseView<'_>) -> Markup {
    let sheet = Sheet::of_page(view);
    let live = format!("/console/cases/{}/live", sheet.text("/case_id"));
    let (top, rest): (Vec<_>, Vec<_>) = parts(&sheet).into_iter().partition(|(id, _)| *id == "head");
    let (pair, rest): (Vec<_>, Vec<_>) = rest.into_iter().partition(|(id, _)| matches!(*id, "words" | "triage"));
    let body = html! {
        @for (_, part) in top { (part) }
        (flash(view.flash))
        div .desk {
            div .main {
                div .pair { @for (_, part) in pair { (part) } }
                @for (_, part) in rest { (part) }
            }
            aside #decide data-live aria-label="Decide" { (forms::forms(&sheet)) }
        }
    };
    page(&about(&sheet), Place::Case, Some(view.who), Some(&live), &body)
}
