//! The page of a case: what was written, what it was taken for, what is proposed, and what that rests on.

mod evidence;
mod head;
mod proposal;
mod triage;

use std::collections::BTreeSet;

use case::time::Millis;
use maud::{Markup, html};
use serde_json::Value;

use super::{
    CaseView,
    layout::{Place, page},
    parts::{flash, list, text, words},
};

/// What the parts of the page are made of.
pub(super) struct Sheet<'a> {
    /// The API's view.
    pub(super) view: &'a Value,
    /// The evidence that the page shows, by id: only what is there is linked to.
    pub(super) shown: BTreeSet<&'a str>,
    /// When.
    pub(super) now: Millis,
}

impl<'a> Sheet<'a> {
    fn new(view: &'a Value, now: Millis) -> Self {
        let evidence = list(view, "/orchestration/evidence").iter();
        Self { view, shown: evidence.map(|piece| text(piece, "/id")).collect(), now }
    }

    /// The view's text at a pointer.
    fn text(&self, pointer: &str) -> &'a str {
        text(self.view, pointer)
    }

    /// A link to a piece of evidence, if the page shows it.
    fn cite(&self, id: &str) -> Markup {
        html! {
            @if self.shown.contains(id) { a .cite href={ "#" (anchor(id)) } { (id) } }
            @else { span .cite.gone title="Not among the evidence that is shown" { (id) } }
        }
    }
}

/// The id of a piece of evidence as an id of the page's.
fn anchor(id: &str) -> String {
    let keep = |character: char| character.is_ascii_alphanumeric() || "_.:-/".contains(character);
    format!("e-{}", id.chars().filter(|character| keep(*character)).collect::<String>())
}

/// The page of a case.
#[must_use]
pub fn case(view: &CaseView<'_>) -> Markup {
    let sheet = Sheet::new(view.view, view.now);
    let about = match sheet.text("/classification/task") {
        "" => "Unsorted request".to_owned(),
        task => words(task),
    };
    let live = format!("/console/cases/{}/live", sheet.text("/case_id"));
    let body = html! {
        (head::head(&sheet, &about))
        (flash(view.flash))
        (triage::words_and_triage(&sheet))
        (proposal::proposal(&sheet))
        (evidence::evidence(&sheet))
    };
    page(&about, Place::Case, Some(view.who), Some(&live), &body)
}
