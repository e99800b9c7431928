//! The ledger over time: the disputed transaction, its twins and the credits for it, among what else bears on the case.

use std::collections::BTreeSet;

use case::{
    facts::{Direction, Facts, Transaction},
    ids::Reference,
};
use maud::{Markup, html};

use super::{
    super::{
        inert,
        parts::{badge, list, lower, minute, name, text, texts, words},
    },
    Sheet, part,
};

const WIDTH: f64 = 880.0;
const MIDDLE: f64 = 78.0;
/// The height of the largest amount.
const HIGHEST: f64 = 60.0;

/// What a row is to the case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Disputed,
    Twin,
    Credit,
    Other,
}

impl Part {
    const fn name(self) -> &'static str {
        match self {
            Self::Disputed => "Disputed",
            Self::Twin => "Twin",
            Self::Credit => "Credit for it",
            Self::Other => "",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Disputed => "disputed",
            Self::Twin => "twin",
            Self::Credit => "credit",
            Self::Other => "other",
        }
    }
}

/// A row with what it is to the case.
type Placed<'a> = (&'a Transaction, Part);

/// The newest rows of the ledger.
fn rows<'s>(sheet: &'s Sheet<'_>) -> Option<&'s [Transaction]> {
    let rows =
        |facts: &'s Facts| if let Facts::Transactions { rows, .. } = facts { Some(rows.as_slice()) } else { None };
    sheet.newest(rows).filter(|rows| !rows.is_empty())
}

pub(super) fn is_shown(sheet: &Sheet<'_>) -> bool {
    rows(sheet).is_some()
}

/// The transactions that the case's proposals are about.
pub(super) fn disputed<'s>(sheet: &'s Sheet<'_>) -> Vec<&'s Transaction> {
    let tracks = list(sheet.view, "/orchestration/tracks").iter();
    let proposals = sheet.view.pointer("/orchestration/proposal").into_iter();
    let proposals = proposals.chain(tracks.filter_map(|track| track.get("proposal")));
    let named: BTreeSet<&str> =
        proposals.flat_map(|proposal| texts(proposal, "/references").chain(texts(proposal, "/cites"))).collect();
    let rows = rows(sheet).unwrap_or_default();
    let referred = |row: &&Transaction| named.contains(row.id.as_str());
    let cited = |row: &&Transaction| named.contains(format!("ledger:{}", row.id).as_str());
    let found: Vec<&Transaction> = rows.iter().filter(referred).collect();
    if found.is_empty() { rows.iter().filter(cited).collect() } else { found }
}

fn part_of(row: &Transaction, disputed: &[&Transaction], rows: &[Transaction]) -> Part {
    let is = |id: &Reference| disputed.iter().any(|one| one.id == *id);
    let twin = |row: &Transaction| {
        disputed.iter().any(|one| {
            one.id != row.id
                && one.merchant_group == row.merchant_group
                && one.money == row.money
                && row.direction == Direction::Debit
        })
    };
    let undoes = |id: &Reference| is(id) || rows.iter().any(|other| other.id == *id && twin(other));
    if is(&row.id) {
        Part::Disputed
    } else if row.direction == Direction::Credit && row.related.as_ref().is_some_and(undoes) {
        Part::Credit
    } else if twin(row) {
        Part::Twin
    } else {
        Part::Other
    }
}

pub(super) fn ledger(sheet: &Sheet<'_>) -> Markup {
    let Some(rows) = rows(sheet) else { return html! {} };
    let disputed = disputed(sheet);
    let parts: Vec<Placed<'_>> = rows.iter().map(|row| (row, part_of(row, &disputed, rows))).collect();
    let (near, far): (Vec<_>, Vec<_>) = parts.iter().copied().partition(|(row, part)| {
        *part != Part::Other || row.amount_named || row.merchant_named || row.date_named || !row.unusual.is_empty()
    });
    let credits = parts.iter().any(|(_, part)| *part == Part::Credit);
    let body = html! {
        div .wide tabindex="0" role="region" aria-label="Picture of the ledger" { (drawing(&parts)) }
        @if !disputed.is_empty() && !credits { p { "No credit for the disputed transaction is booked." } }
        (table(sheet, &near))
        @if !far.is_empty() {
            details open[sheet.who.is_none()] {
                summary { (far.len()) " more rows that bear on nothing" } (table(sheet, &far)) }
        }
    };
    part("ledger", "The ledger over time", &body)
}

fn drawing(parts: &[Placed<'_>]) -> Markup {
    let times = || parts.iter().map(|(row, _)| row.booked_at.0);
    let (first, last) = (times().min().unwrap_or_default(), times().max().unwrap_or_default());
    let span = last.saturating_sub(first).max(1) as f64;
    let x = |row: &Transaction| 10.0 + (WIDTH - 20.0) * (row.booked_at.0.saturating_sub(first) as f64 / span);
    let most = parts.iter().map(|(row, _)| row.money.amount_minor).max().unwrap_or(1).max(1) as f64;
    let height = |row: &Transaction| 3.0 + HIGHEST * (row.money.amount_minor.max(0) as f64 / most).sqrt();
    // What matters is drawn last, over the rest, and side by side where it lies close together.
    let (others, marked): (Vec<&Placed<'_>>, Vec<&Placed<'_>>) =
        parts.iter().partition(|(_, part)| *part == Part::Other);
    let mut free = 0.0_f64;
    let marked: Vec<_> = marked
        .into_iter()
        .map(|one| {
            let at = x(one.0).max(free);
            free = at + 7.0;
            (one, at.min(WIDTH - 4.0))
        })
        .collect();
    let order = others.into_iter().map(|one| (one, x(one.0))).chain(marked);
    let count = |wanted: Part| parts.iter().filter(|(_, part)| *part == wanted).count();
    let told = format!(
        "{} rows: {} disputed, {} twins, {} credits for them. Payments stand above the line, credits below.",
        parts.len(),
        count(Part::Disputed),
        count(Part::Twin),
        count(Part::Credit)
    );
    let day = |row: Option<&Placed<'_>>| row.map(|(row, _)| row.booked_at.date().to_string()).unwrap_or_default();
    html! {
        svg .ledger viewBox={ "0 0 " (WIDTH) " 160" } role="img" aria-label=(told) {
            line .rule x1="0" x2=(WIDTH) y1=(MIDDLE) y2=(MIDDLE) {}
            @for ((row, part), at) in order {
                @let high = height(row);
                rect class={ "row-" (part.class()) } x=(format!("{:.1}", at - 2.5)) width="5" height=(format!("{high:.1}"))
                    y=(format!("{:.1}", if row.direction == Direction::Debit { MIDDLE - high } else { MIDDLE })) {
                    title { (row.money) ", " (minute(row.booked_at)) @if *part != Part::Other { ", " (lower(part.name())) } }
                }
            }
            text .tick x="0" y="154" { (day(parts.iter().min_by_key(|(row, _)| row.booked_at))) }
            text .tick .end x=(WIDTH) y="154" { (day(parts.iter().max_by_key(|(row, _)| row.booked_at))) }
        }
        p .key aria-hidden="true" {
            span .row-disputed { "■" } " disputed  " span .row-twin { "■" } " twin  " span .row-credit { "■" } " credit for it  " span .row-other { "■" } " other. Payments stand above the line, credits below."
        }
    }
}

fn table(sheet: &Sheet<'_>, rows: &[Placed<'_>]) -> Markup {
    html! {
        table .rows role="table" {
            thead role="rowgroup" { tr role="row" {
                @for head in ["Booked", "Amount", "What", "Merchant", "Part", "Unusual in"] { th scope="col" role="columnheader" { (head) } }
            } }
            tbody role="rowgroup" { @for (row, part) in rows.iter().rev() { (line(sheet, row, *part)) } }
        }
    }
}

fn line(sheet: &Sheet<'_>, row: &Transaction, part: Part) -> Markup {
    let descriptor = text(sheet.view, &format!("/descriptors/{}", row.id));
    let unusual: Vec<String> = row.unusual.iter().map(name).collect();
    let named = [(row.merchant_named, "merchant"), (row.amount_named, "amount"), (row.date_named, "day")];
    let named: Vec<&str> = named.iter().filter(|(is, _)| *is).map(|(_, what)| *what).collect();
    html! {
        tr role="row" class={ "row-" (part.class()) } {
            td role="cell" data-label="Booked" { (minute(row.booked_at)) div .quiet { (sheet.cite(&format!("ledger:{}", row.id))) } }
            td role="cell" data-label="Amount" {
                span .money { @if row.direction == Direction::Credit { "+" } (row.money) }
                @if let Some(original) = row.original { div .quiet { "from " (original) } }
            }
            td role="cell" data-label="What" {
                (words(&name(&row.kind))) ", " (name(&row.status))
                @if let Some(mode) = row.entry_mode { ", " (name(&mode)) }
                @if let Some(country) = &row.country { ", in " (country) }
                @if let Some(undone) = &row.related { div .quiet { "undoes " (undone) } }
            }
            td role="cell" data-label="Merchant" {
                @if !descriptor.is_empty() { (inert::inline(descriptor)) " " }
                @match &row.merchant { Some(merchant) => code { (merchant) }, None => span .quiet { "–" } }
            }
            td role="cell" data-label="Part" {
                @if part == Part::Other { span .quiet { "–" } } @else { (badge(if part == Part::Credit { "good" } else { "warn" }, part.name())) }
                @if !named.is_empty() { div .quiet { "named: " (named.join(", ")) } }
            }
            td role="cell" data-label="Unusual in" { @if unusual.is_empty() { span .quiet { "nothing" } } @else { (unusual.join(", ")) } }
        }
    }
}
