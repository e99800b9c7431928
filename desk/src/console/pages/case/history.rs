//! The journal as a history that people can read: every entry in a sentence, what people said beside it, and whether the
//! chain holds.

use case::{
    entry::{Answer, Entry},
    journal::Line,
};
use maud::{Markup, html};

use super::{
    super::{
        inert,
        parts::{badge, capital, long, minute, text},
    },
    Sheet, part,
    work::Work,
};
use crate::history::sentence;

/// Lines that are shown. The journal itself holds them all.
const LINES: usize = 1_000;

pub(super) fn history(sheet: &Sheet<'_>, work: &[Work<'_>]) -> Markup {
    let body = match &sheet.journal {
        Err(fault) => html! { p .flash .refused { "The journal does not verify: " (fault) "." } },
        Ok(lines) => {
            let first = lines.len().saturating_sub(LINES);
            html! {
                p .quiet {
                    (lines.len()) " entries, each naming the hash of the one before; the chain holds. Its head: "
                    code { (sheet.text("/head_hash")) }
                }
                @if first > 0 { p .quiet { "The first " (first) " entries are in the journal and not shown here." } }
                ol .history start=(first) {
                    @for (at, line) in lines.iter().enumerate().skip(first) {
                        (one(sheet, work, line, at.checked_sub(1).and_then(|before| lines.get(before))))
                    }
                }
            }
        }
    };
    part("history", "History", &body)
}

fn one(sheet: &Sheet<'_>, work: &[Work<'_>], line: &Line, before: Option<&Line>) -> Markup {
    // A sentence that begins with somebody's name has that as it is written.
    let by_somebody =
        matches!(line.entry, Entry::Opened(_) | Entry::Messaged(_) | Entry::Commanded { .. } | Entry::Notified(_));
    let letters = plain(work, &line.entry);
    let letters = if by_somebody { letters } else { capital(&letters) };
    let later = before.map(|before| line.at.since(before.at)).filter(|ms| *ms > 0);
    html! {
        li .input[line.entry.is_input()] value=(line.seq) {
            span .when {
                time datetime=(line.at.rfc3339()) { (minute(line.at)) }
                @if let Some(ms) = later { " " span .quiet { "+" (long(ms)) } }
            }
            span .what {
                (inert::inline(&letters)) "."
                @if is_by_model(&line.entry) { " " (badge("model", "By Claude")) }
                (said(sheet, &line.entry))
            }
        }
    }
}

/// The entry's sentence, with who was asked what in the place of a question's id.
fn plain(work: &[Work<'_>], entry: &Entry) -> String {
    let told = sentence(entry);
    let (Entry::Asked { ask, .. }
    | Entry::Answered { ask, .. }
    | Entry::RetryPlanned { ask, .. }
    | Entry::GaveUp { ask, .. }) = entry
    else {
        return told;
    };
    let name = work.iter().find(|work| work.ask == ask).map_or_else(|| ask.to_string(), Work::name);
    told.replace(&format!(": {ask}"), "")
        .replace(ask.as_str(), &name)
        .replace(", attempt 1:", ":")
        .replace(", attempt 1 ", " ")
}

/// What a person said with it, where that may be read.
fn said(sheet: &Sheet<'_>, entry: &Entry) -> Markup {
    let Entry::Commanded { command, .. } = entry else { return html! {} };
    let note = serde_json::to_value(command).ok();
    let hash = note.as_ref().map(|note| match text(note, "/note") {
        "" => text(note, "/question").to_owned(),
        note => note.to_owned(),
    });
    let note = hash.and_then(|hash| sheet.view.get("notes")?.get(&hash)?.as_str());
    html! { @if let Some(note) = note { (inert::block(note)) } }
}

const fn is_by_model(entry: &Entry) -> bool {
    matches!(
        entry,
        Entry::Answered { answer: Answer::Opinion { .. } | Answer::Drafted { .. } | Answer::Extracted { .. }, .. }
    )
}
