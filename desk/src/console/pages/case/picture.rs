//! The agents' work over time, as a picture: a lane for each party, a bar for each question, and marks for what people
//! did. Long pauses are cut out of the time and said. A table beside it says the same.

use std::fmt::Write as _;

use case::{entry::Entry, journal::Line, time::Millis};
use maud::{Markup, html};

use super::{
    super::parts::{distance, long, minute, words},
    Sheet, part,
    work::Work,
};

const WIDTH: f64 = 880.0;
/// Room for the names of lanes.
const NAMES: f64 = 110.0;
const LANE: f64 = 22.0;
/// Room for a pause that was cut out.
const CUT: f64 = 30.0;
/// A pause of this length is cut out.
const PAUSE_MS: i64 = 2_000;
/// Lanes and cuts at most: a long case is shown by its end.
const PHASES: usize = 14;

pub(super) fn picture(sheet: &Sheet<'_>, work: &[Work<'_>]) -> Markup {
    if work.is_empty() {
        return html! {};
    }
    let body = html! {
        div .wide tabindex="0" role="region" aria-label="Picture of the agents’ work" { (drawing(sheet.lines(), work)) }
        details open[sheet.who.is_none()] {
            summary { "As a table" }
            (table(work, sheet.now))
        }
    };
    part("work", "The agents’ work over time", &body)
}

/// A stretch of time without a long pause.
struct Phase {
    from: i64,
    to: i64,
    left: f64,
    right: f64,
}

/// Where moments lie from left to right.
struct Scale {
    phases: Vec<Phase>,
}

impl Scale {
    fn new(mut moments: Vec<i64>) -> Self {
        moments.sort_unstable();
        let mut spans: Vec<(i64, i64)> = Vec::new();
        for at in moments {
            match spans.last_mut() {
                Some((_, to)) if at.saturating_sub(*to) <= PAUSE_MS => *to = at,
                _ => spans.push((at, at)),
            }
        }
        let spans = spans.split_off(spans.len().saturating_sub(PHASES));
        let weight = |(from, to): &(i64, i64)| 1.0 + to.saturating_sub(*from) as f64 / 250.0;
        let weight = |span: &(i64, i64)| weight(span).min(12.0);
        let total: f64 = spans.iter().map(weight).sum();
        let cuts = CUT * (spans.len().saturating_sub(1)) as f64;
        let unit = (WIDTH - NAMES - 20.0 - cuts) / total.max(1.0);
        let mut left = NAMES;
        let phases = spans.iter().map(|span| {
            let right = left + weight(span) * unit;
            let phase = Phase { from: span.0, to: span.1, left, right };
            left = right + CUT;
            phase
        });
        Self { phases: phases.collect() }
    }

    /// From left to right; what happened before all that is shown lies at its left edge.
    fn x(&self, at: Millis) -> f64 {
        let phase = self.phases.iter().rfind(|phase| phase.from <= at.0).or(self.phases.first());
        phase.map_or(NAMES, |phase| {
            let length = phase.to.saturating_sub(phase.from);
            let share = if length == 0 { 0.0 } else { at.0.saturating_sub(phase.from) as f64 / length as f64 };
            phase.left + share.clamp(0.0, 1.0) * (phase.right - phase.left)
        })
    }
}

/// What people did, and what came of the work: a mark each.
fn marks(lines: &[Line]) -> Vec<(Millis, &'static str, &'static str)> {
    let mark = |line: &Line| {
        let (lane, what) = match &line.entry {
            Entry::Opened(_) => ("people", "the request"),
            Entry::Messaged(_) => ("people", "a message"),
            Entry::Commanded { .. } => ("people", "a command"),
            Entry::Triaged(_) => ("outcome", "triaged"),
            Entry::CustomerAsked { .. } => ("outcome", "the customer is asked"),
            Entry::Proposed { .. } => ("outcome", "proposed"),
            Entry::Escalated { .. } => ("outcome", "escalated"),
            Entry::Closed { .. } => ("outcome", "closed"),
            _ => return None,
        };
        Some((line.at, lane, what))
    };
    lines.iter().filter_map(mark).collect()
}

fn drawing(lines: &[Line], work: &[Work<'_>]) -> Markup {
    let marks = marks(lines);
    let attempts = || work.iter().flat_map(|work| &work.attempts);
    let moments = marks.iter().map(|(at, ..)| at.0);
    let moments = moments.chain(attempts().flat_map(|one| [Some(one.from.0), one.to.map(|to| to.0)]).flatten());
    let scale = Scale::new(moments.collect());
    let mut lanes: Vec<&str> = vec!["people"];
    for work in work {
        if !lanes.contains(&work.who.as_str()) {
            lanes.push(&work.who);
        }
    }
    lanes.push("outcome");
    let y = |lane: &str| 8.0 + LANE * lanes.iter().position(|one| *one == lane).unwrap_or_default() as f64;
    let bottom = 8.0 + LANE * lanes.len() as f64;
    html! {
        svg .work viewBox={ "0 0 " (WIDTH) " " (bottom + 24.0) } role="img" aria-label=(told(work)) {
            @for lane in &lanes {
                text .lane x="0" y=(place(y(lane) + 12.0)) { (words(lane)) }
                line .rule x1=(NAMES) x2=(WIDTH) y1=(place(y(lane) + LANE - 3.0)) y2=(place(y(lane) + LANE - 3.0)) {}
            }
            @for work in work { @for one in &work.attempts {
                @let left = scale.x(one.from);
                @let right = one.to.map_or(WIDTH - 4.0, |to| scale.x(to));
                rect class={ "bar-" (one.fate.class()) " by-" (kind(&work.who)) } x=(place(left)) y=(place(y(&work.who) + 2.0))
                    width=(place((right - left).max(4.0))) height="12" rx="2" {
                    title { (work.what) ", " (one.fate.words()) @if let Some(to) = one.to { " after " (long(to.since(one.from))) } }
                }
            } }
            @for (at, lane, what) in &marks {
                circle .mark cx=(place(scale.x(*at) + 3.0)) cy=(place(y(lane) + 8.0)) r="4" { title { (what) } }
            }
            (phases(&scale, bottom))
        }
    }
}

/// The times under the lanes, and the pauses between them.
fn phases(scale: &Scale, bottom: f64) -> Markup {
    let pairs = scale.phases.iter().zip(scale.phases.iter().skip(1));
    let mut free = 0.0;
    let mut times = Vec::new();
    for phase in &scale.phases {
        if phase.left >= free {
            let at = minute(Millis(phase.from));
            times.push((phase.left, at.get(5..16).unwrap_or_default().to_owned()));
            free = phase.left + 90.0;
        }
    }
    html! {
        @for (left, at) in times { text .tick x=(place(left)) y=(place(bottom + 16.0)) { (at) } }
        @for (before, after) in pairs {
            text .cut x=(place(before.right + CUT / 2.0)) y=(place(bottom / 2.0)) { "⋯"
                title { "Nothing for " (long(after.from.saturating_sub(before.to))) } }
        }
    }
}

/// A coordinate, to a tenth.
fn place(at: f64) -> String {
    format!("{at:.1}")
}

fn kind(who: &str) -> &'static str {
    if who == "claude" || who.starts_with("agent") { "model" } else { "source" }
}

/// The picture in a sentence.
fn told(work: &[Work<'_>]) -> String {
    let mut told = format!("{} questions to the outside.", work.len());
    for work in work.iter().take(12) {
        let took = work.took_ms().map(|ms| format!(" after {}", long(ms))).unwrap_or_default();
        let _ = write!(told, " {} for {}: {}{took}.", words(&work.who), work.what, work.fate().words());
    }
    told
}

fn table(work: &[Work<'_>], now: Millis) -> Markup {
    html! {
        table .rows {
            thead { tr { @for head in ["Asked", "For", "When", "Attempts", "Took", "End"] { th scope="col" { (head) } } } }
            tbody {
                @for work in work {
                    tr {
                        td { (words(&work.who)) }
                        td { (words(&work.what)) }
                        td { @if let Some(first) = work.attempts.first() { (distance(first.from, now)) } }
                        td { (work.attempts.len()) }
                        td { @if let Some(ms) = work.took_ms() { (long(ms)) } }
                        td class={ "end-" (work.fate().class()) } { (words(work.fate().words())) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_is_never_further_left_and_long_pauses_take_no_room() {
        let moments = vec![0, 10, 400, 90_000_000, 90_000_050, 90_001_000, 200_000_000];
        let scale = Scale::new(moments.clone());
        assert_eq!(scale.phases.len(), 3);
        let places: Vec<f64> = moments.iter().map(|at| scale.x(Millis(*at))).collect();
        assert!(places.windows(2).all(|pair| pair[0] <= pair[1]), "{places:?}");
        assert!(places.iter().all(|x| (NAMES..=WIDTH).contains(x)), "{places:?}");
    }

    #[test]
    fn a_case_of_many_days_is_shown_by_its_end() {
        let moments: Vec<i64> = (0..100).map(|day| day * 86_400_000).collect();
        let scale = Scale::new(moments);
        assert_eq!(scale.phases.len(), PHASES);
        assert!((scale.x(Millis(0)) - NAMES).abs() < 1.0);
    }
}
