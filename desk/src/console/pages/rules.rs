//! The rules that a case which opens now is worked by: each with its source, how sure we are of it, and whether it is in
//! force.

use case::rules::{
    Rulebook,
    book::{Force, Found},
    pack::{Confidence, Pack},
};
use maud::{Markup, html};

use super::{
    RulesView, inert,
    layout::{Place, page},
    parts::{badge, name, words},
};

/// The page of the rules in force.
#[must_use]
pub fn rules(view: &RulesView<'_>) -> Markup {
    let body = html! {
        div .head { h1 { "Rules in force" } }
        p {
            "None of this is legal advice. A rule is on where it was read in the primary text, marked where counsel should look "
            "first, and off where it is from memory, until a named person switches it on."
        }
        @match Rulebook::current(view.settings) {
            Err(problem) => p .flash .refused role="alert" { (inert::inline(&problem.to_string())) },
            Ok(book) => {
                @if let Some(home) = view.settings.home { p { "The bank is at home in: " (words(&name(&home))) "." } }
                (changes(view))
                nav .contents aria-label="Packs" { @for pack in book.packs() { a href={ "#" (pack.pack) } { (pack.pack) } " " } }
                @for (pin, pack) in book.pins().iter().zip(book.packs()) { (of_pack(&book, pack, pin.hash.as_str())) }
            },
        }
    };
    page("Rules in force", Place::Rules, Some(view.who), None, &body)
}

/// Who switched what on or off.
fn changes(view: &RulesView<'_>) -> Markup {
    html! {
        @if !view.settings.changes.is_empty() {
            section aria-labelledby="changes" {
                h2 #changes { "Switched by a person" }
                ul .bare {
                    @for change in &view.settings.changes {
                        li {
                            code { (change.rule) } " " @if change.on { "on" } @else { "off" } " by " (inert::inline(&change.by))
                            ", " (change.at) @if !change.note.is_empty() { ": " (inert::inline(&change.note)) }
                        }
                    }
                }
            }
        }
    }
}

fn of_pack(book: &Rulebook, pack: &Pack, hash: &str) -> Markup {
    html! {
        section aria-labelledby=(pack.pack) {
            h2 id=(pack.pack) { (inert::inline(&pack.title)) }
            p .quiet {
                (words(&name(&pack.jurisdiction))) " · version " (pack.version) " · " code { (hash) }
            }
            p .quiet { (inert::inline(&pack.disclaimer)) }
            div .wide tabindex="0" role="region" aria-label={ "Rules of " (pack.pack) } {
                table .rows {
                    thead { tr { @for head in ["Rule", "In force", "Citation", "Read in", "Applies"] { th scope="col" { (head) } } } }
                    tbody { @for found in book.rules().filter(|found| found.pack.pack == pack.pack) { (line(&found)) } }
                }
            }
        }
    }
}

fn line(found: &Found<'_>) -> Markup {
    let rule = found.rule;
    let sure = match rule.confidence {
        Confidence::V => "read in the primary text, or in sources that agree",
        Confidence::M => "one secondary or dated source",
        Confidence::U => "from memory",
    };
    let (kind, force) = match found.force {
        Force::On => ("good", "On"),
        Force::Marked => ("warn", "Check with your counsel"),
        Force::Off => ("plain", "Off"),
    };
    html! {
        tr {
            td { (inert::inline(&rule.title)) div { code { (rule.id) } } @if let Some(note) = &rule.note { div .quiet { (inert::inline(note)) } } }
            td { (badge(kind, force)) div .quiet { (sure) } }
            td { (inert::inline(&rule.citation)) }
            td { (inert::inline(&rule.source)) }
            td { "from " span .whole { (rule.effective_from) } @if let Some(until) = rule.effective_until { " until " span .whole { (until) } } }
        }
    }
}
