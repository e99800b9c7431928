//! A case as an evidence pack shows it: the parts of its page, without forms and without what only a screen can do.

use case::time::Millis;
use serde_json::Value;

use super::{
    Link,
    case::{Sheet, parts},
};
use crate::console::assets;

/// What a pack is made of.
#[derive(Debug, Clone)]
pub struct PackView<'a> {
    /// `GET /v1/cases/{id}`.
    pub view: &'a Value,
    /// The journal's lines.
    pub lines: &'a [String],
    /// Other cases of the customer.
    pub links: &'a [Link],
    /// When the pack is made.
    pub now: Millis,
}

/// A part of a pack: whole HTML elements that need nothing but the style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// Its id in the document.
    pub id: &'static str,
    /// Its HTML.
    pub html: String,
}

/// The style of a pack, to stand in its document. `<body class="pack">` shows every moment in full.
#[must_use]
pub fn pack_style() -> &'static str {
    assets::STYLE.text
}

/// The parts of a case, in the order in which they are read. A part that has nothing to say is left out.
#[must_use]
pub fn pack(view: &PackView<'_>) -> Vec<Section> {
    let sheet = Sheet::of_pack(view);
    let sections = parts(&sheet).into_iter().map(|(id, html)| Section { id, html: html.into_string() });
    sections.filter(|section| !section.html.is_empty()).collect()
}
