//! How the desk does as a whole, in pictures with their numbers. It names no customer and no analyst.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{
    OversightView,
    layout::{Place, page},
    parts::{lower, words},
    plot::{Plot, Series, plot},
};
use crate::oversight::{AGES, DAYS_MOST, Oversight};

/// What became of the cases of one label, whoever decided it.
#[derive(Default, Clone, Copy)]
struct Sum {
    cases: u64,
    met: u64,
    missed: u64,
    cost_nano_dollars: u64,
}

/// The page of how the desk does.
#[must_use]
pub fn oversight(view: &OversightView<'_>) -> Markup {
    let counted = view.oversight;
    let body = html! {
        div .head { h1 { "Oversight" } }
        @if let Some(behind) = &counted.behind {
            p .flash.refused role="status" { "The list is behind by " (behind.cases) " cases since " (behind.since) "." }
        }
        form .filter method="get" action="/console/oversight" {
            label { "Days to look back on " input name="days" type="number" min="1" max=(DAYS_MOST) value=(counted.days); }
            button type="submit" { "Show" }
        }
        p .quiet {
            "Counted are all cases that are not closed, and those that were closed in the last " (counted.days)
            " days. Days are those of UTC."
        }
        (deadlines(counted))
        (volume(counted))
        (ageing(counted))
        (kept(counted))
        (overturned(counted))
        (agreement(counted))
        (cost(counted))
    };
    page("Oversight", Place::Oversight, Some(view.who), None, &body)
}

fn whole(number: f64) -> String {
    format!("{number:.0}")
}

fn percent(number: f64) -> String {
    format!("{number:.0} %")
}

fn dollars(number: f64) -> String {
    format!("${number:.4}")
}

#[expect(clippy::cast_precision_loss, reason = "a picture and a share need no more than 53 bits")]
const fn float(count: u64) -> f64 {
    count as f64
}

/// A share in percent; none of nothing is none.
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { float(part) * 100.0 / float(of) }
}

fn deadlines(counted: &Oversight) -> Markup {
    let deadlines = counted.deadlines;
    html! {
        section aria-labelledby="due" {
            h2 #due { "Deadlines ahead" }
            dl .facts {
                div { dt { "Overdue" } dd .due.over[deadlines.overdue > 0] { (deadlines.overdue) } }
                div { dt { "Within a day" } dd .due.soon[deadlines.within_a_day > 0] { (deadlines.within_a_day) } }
                div { dt { "Within a week" } dd { (deadlines.within_a_week) } }
            }
        }
    }
}

fn volume(counted: &Oversight) -> Markup {
    let days = &counted.volume;
    plot(&Plot {
        id: "volume",
        title: "Cases a day",
        told: "How many cases were opened and closed each day.",
        over: "Day",
        names: days.iter().map(|day| day.day.clone()).collect(),
        series: vec![
            Series { name: "opened", values: days.iter().map(|day| float(day.opened)).collect() },
            Series { name: "closed", values: days.iter().map(|day| float(day.closed)).collect() },
        ],
        write: whole,
    })
}

fn ageing(counted: &Oversight) -> Markup {
    let classes = AGES.iter().enumerate().map(|(class, most)| match class.checked_sub(1).and_then(|at| AGES.get(at)) {
        Some(least) => format!("{least} to {most} days"),
        None => "under a day".to_owned(),
    });
    let last = AGES.last().map(|least| format!("over {least} days"));
    let series = |place: &'static str| {
        let of_place = counted.ageing.iter().find(|one| one.place == place);
        Series { name: place, values: of_place.map_or_else(Vec::new, |one| one.cases.map(float).into()) }
    };
    plot(&Plot {
        id: "ageing",
        title: "Age of what is not closed",
        told: "How long ago the cases were opened that are with people, snoozed, with customers, or at work.",
        over: "Age",
        names: classes.chain(last).collect(),
        series: ["open", "snoozed", "waiting", "working"].map(series).into(),
        write: whole,
    })
}

/// The sums of each label, over all tiers.
fn by_task(counted: &Oversight) -> BTreeMap<&str, Sum> {
    let mut sums = BTreeMap::<&str, Sum>::new();
    for row in &counted.outcomes {
        let sum = sums.entry(&row.task).or_default();
        sum.cases += row.cases;
        sum.met += row.met;
        sum.missed += row.missed;
        sum.cost_nano_dollars += row.cost_nano_dollars;
    }
    sums
}

fn kept(counted: &Oversight) -> Markup {
    let sums = by_task(counted);
    let (met, missed) = sums.values().fold((0, 0), |(met, missed), sum| (met + sum.met, missed + sum.missed));
    let told = match met + missed {
        0 => "How many of the bank's deadlines were kept and missed. None has ended yet.".to_owned(),
        of => format!("How many of the bank's deadlines were kept and missed: {} were kept.", percent(share(met, of))),
    };
    plot(&Plot {
        id: "kept",
        title: "Deadlines kept",
        told: &told,
        over: "About",
        names: sums.keys().map(|task| words(task)).collect(),
        series: vec![
            Series { name: "kept", values: sums.values().map(|sum| float(sum.met)).collect() },
            Series { name: "missed", values: sums.values().map(|sum| float(sum.missed)).collect() },
        ],
        write: whole,
    })
}

fn overturned(counted: &Oversight) -> Markup {
    let judged: Vec<_> = counted.outcomes.iter().filter(|row| row.agreed + row.overturned > 0).collect();
    plot(&Plot {
        id: "overturned",
        title: "Overturned, by label and by who decided it",
        told: "In how many cases a person agreed to what was proposed, and in how many a person rerouted the case, turned a \
               proposal down or decided something else.",
        over: "About, sorted by",
        names: judged.iter().map(|row| format!("{}, {}", words(&row.task), lower(&row.decided_by))).collect(),
        series: vec![
            Series { name: "agreed", values: judged.iter().map(|row| float(row.agreed)).collect() },
            Series { name: "overturned", values: judged.iter().map(|row| float(row.overturned)).collect() },
        ],
        write: whole,
    })
}

fn agreement(counted: &Oversight) -> Markup {
    let mut tenths: Vec<u32> = counted.agreement.iter().map(|one| one.from_percent).collect();
    tenths.sort_unstable();
    tenths.dedup();
    let of = |tier: &str, percent: u32| {
        let found = counted.agreement.iter().find(|one| one.decided_by == tier && one.from_percent == percent);
        found.map_or(0.0, |one| share(one.agreed, one.judged))
    };
    let series = |tier: &'static str| Series { name: tier, values: tenths.iter().map(|at| of(tier, *at)).collect() };
    let judged: u64 = counted.agreement.iter().map(|one| one.judged).sum();
    plot(&Plot {
        id: "agreement",
        title: "Agreement with the model",
        told: &format!(
            "How often people agreed, by how sure the local model or Claude was of its label, over {judged} cases that a \
             person judged. A model that knows what it knows is agreed with as often as it is sure."
        ),
        over: "Confidence",
        names: tenths.iter().map(|percent| format!("{percent} to {} %", percent + 10)).collect(),
        series: ["local", "claude"].map(series).into(),
        write: percent,
    })
}

fn cost(counted: &Oversight) -> Markup {
    let sums = by_task(counted);
    let mean = |sum: &Sum| if sum.cases == 0 { 0.0 } else { float(sum.cost_nano_dollars) / 1e9 / float(sum.cases) };
    plot(&Plot {
        id: "cost",
        title: "Cost of the model for a case",
        told: "What calls of the model cost for a case, as a mean over all of its label, in US dollars.",
        over: "About",
        names: sums.keys().map(|task| words(task)).collect(),
        series: vec![Series { name: "dollars a case", values: sums.values().map(mean).collect() }],
        write: dollars,
    })
}
