//! The checker of rule packs: everything that is wrong with one, each with its place, not only the first.
//!
//! It says whether a pack can be used, never whether it is right about the law.

use std::{collections::BTreeSet, fmt};

use jiff::civil::Date;

use super::{
    arrival, codes, network,
    pack::{
        BarBody, Body, ClockBody, Condition, Confidence, FieldBody, Holds, Length, LiabilityBody, Pack, Rule, When,
    },
};
use crate::{limits, money::Money};

/// Something that is wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where: `rules[3] (report): body.clock.length`.
    pub place: String,
    /// What.
    pub what: What,
}

/// What can be wrong with a pack.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum What {
    /// The text is no pack.
    #[error("cannot be read: {0}")]
    Unreadable(String),
    /// A name in another form.
    #[error("must be 2 to 60 characters of a-z, 0-9, '-' and '.', and begin with a letter or digit")]
    Name,
    /// A text that is empty.
    #[error("must not be empty")]
    Empty,
    /// A text that is too long.
    #[error("must not be longer than {0} characters")]
    Long(usize),
    /// More or fewer than may be.
    #[error("must have 1 to {0} entries")]
    Count(usize),
    /// A date that no pack can mean.
    #[error("must be a day between 1970 and 2200")]
    Date,
    /// The last day is before the first.
    #[error("lies before `effective_from`")]
    Order,
    /// Two versions of a rule apply to one day.
    #[error("applies to days to which rules[{0}] of the same id applies too")]
    Overlap(usize),
    /// An uncertain rule that does not say what is uncertain.
    #[error("a rule of confidence M or U needs a note that says what to check")]
    NoNote,
    /// A number outside its range.
    #[error("must be between {0} and {1}")]
    Range(u16, u16),
    /// A time that cannot be counted like this here.
    #[error("cannot be counted like this here: {0}")]
    Unit(&'static str),
    /// A rule that there is not, or of another kind.
    #[error("there is no clock {0:?} in this pack")]
    Unknown(String),
    /// Rules that take each other's place in a circle.
    #[error("takes its own place, by way of {0}")]
    Circle(String),
    /// A clock that takes the place of one that starts otherwise.
    #[error("{0:?} has another start")]
    Start(String),
    /// An entry that stands twice.
    #[error("has an entry twice")]
    Twice,
    /// An amount that no limit can be.
    #[error("must not be negative")]
    Negative,
    /// A body that cannot mean what it says.
    #[error("is not right: {0}")]
    Meaning(&'static str),
    /// Amounts of several currencies.
    #[error("must be of one currency")]
    Currencies,
    /// Tiers that leave a case open.
    #[error("must end with `otherwise`, and hold it nowhere else")]
    Otherwise,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Reads a pack and checks it.
///
/// # Errors
/// Everything that is wrong with it; one problem if it cannot be read at all.
pub fn read(text: &str) -> Result<Pack, Vec<Problem>> {
    let pack: Pack = serde_json::from_str(text)
        .map_err(|error| vec![Problem { place: "pack".to_owned(), what: What::Unreadable(error.to_string()) }])?;
    let problems = check(&pack);
    if problems.is_empty() { Ok(pack) } else { Err(problems) }
}

/// Everything that is wrong with a pack; empty if nothing is.
#[must_use]
pub fn check(pack: &Pack) -> Vec<Problem> {
    let mut found = Findings { place: String::new(), problems: Vec::new() };
    found.name("pack", &pack.pack);
    found.date("version", pack.version);
    found.text("title", &pack.title, limits::SHORT_TEXT_CHARS);
    found.text("disclaimer", &pack.disclaimer, limits::NOTE_CHARS);
    if pack.rules.is_empty() || pack.rules.len() > limits::PACK_RULES {
        found.add("rules", What::Count(limits::PACK_RULES));
    }
    for (index, rule) in pack.rules.iter().enumerate().take(limits::PACK_RULES) {
        found.place = format!("rules[{index}] ({}): ", rule.id.chars().take(60).collect::<String>());
        check_rule(&mut found, pack, index, rule);
    }
    found.problems
}

/// Collects problems, each with the place where the checker is.
pub(super) struct Findings {
    place: String,
    problems: Vec<Problem>,
}

impl Findings {
    /// Something is wrong with a field.
    pub(super) fn add(&mut self, field: &str, what: What) {
        self.problems.push(Problem { place: format!("{}{field}", self.place), what });
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, field: &str, text: &str, most_chars: usize) {
        if text.trim().is_empty() {
            self.add(field, What::Empty);
        } else if text.chars().count() > most_chars {
            self.add(field, What::Long(most_chars));
        }
    }

    /// A name.
    pub(super) fn name(&mut self, field: &str, name: &str) {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        let begins = name.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if !(2..=60).contains(&name.len()) || !begins || !name.bytes().all(allowed) {
            self.add(field, What::Name);
        }
    }

    /// A number of days or the like.
    pub(super) fn range(&mut self, field: &str, value: u16, least: u16, most: u16) {
        if !(least..=most).contains(&value) {
            self.add(field, What::Range(least, most));
        }
    }

    /// A list in which nothing may stand twice.
    pub(super) fn distinct<T: Ord>(&mut self, field: &str, list: &[T]) {
        if list.iter().collect::<BTreeSet<_>>().len() != list.len() {
            self.add(field, What::Twice);
        }
    }

    /// A body that cannot mean what it says.
    fn meaning(&mut self, field: &str, problem: Option<&'static str>) {
        if let Some(problem) = problem {
            self.add(field, What::Meaning(problem));
        }
    }

    fn date(&mut self, field: &str, day: Date) {
        if !(1970..=2200).contains(&day.year()) {
            self.add(field, What::Date);
        }
    }

    fn amount(&mut self, field: &str, amount: Option<Money>) {
        if amount.is_some_and(|amount| amount.amount_minor < 0) {
            self.add(field, What::Negative);
        }
    }
}

fn check_rule(found: &mut Findings, pack: &Pack, index: usize, rule: &Rule) {
    found.name("id", &rule.id);
    found.text("title", &rule.title, limits::SHORT_TEXT_CHARS);
    found.text("citation", &rule.citation, limits::SHORT_TEXT_CHARS);
    found.text("source", &rule.source, limits::SHORT_TEXT_CHARS);
    match (&rule.note, rule.confidence) {
        (Some(note), _) => found.text("note", note, limits::NOTE_CHARS),
        (None, Confidence::V) => {}
        (None, Confidence::M | Confidence::U) => found.add("note", What::NoNote),
    }
    found.date("effective_from", rule.effective_from);
    if let Some(until) = rule.effective_until {
        found.date("effective_until", until);
        if until < rule.effective_from {
            found.add("effective_until", What::Order);
        }
    }
    let last = |rule: &Rule| rule.effective_until.unwrap_or(Date::MAX);
    let overlaps =
        |other: &&Rule| other.id == rule.id && other.effective_from <= last(rule) && rule.effective_from <= last(other);
    if let Some(earlier) = pack.rules.iter().take(index).position(|other| overlaps(&other)) {
        found.add("effective_from", What::Overlap(earlier));
    }
    match &rule.body {
        Body::Clock(body) => check_clock(found, pack, rule, body),
        Body::Bar(body) => check_bar(found, body),
        Body::Liability(body) => check_liability(found, body),
        Body::Field(body) => check_field(found, body),
        Body::Status(body) => found.meaning("body.status", codes::check_status(body)),
        Body::StatusReason(body) => found.meaning("body.status_reason", codes::check_reason(body)),
        Body::AchReturn(body) => found.meaning("body.ach_return", codes::check_reason(body)),
        Body::Arrival(body) => found.meaning("body.arrival", arrival::check_arrival(body)),
        Body::NetworkCode(body) => found.meaning("body.network_code", network::check_code(&body.code)),
        Body::LegacyCode(body) => found.meaning("body.legacy_code", network::check_code(&body.code)),
        Body::NetworkPairing(body) => found.meaning("body.network_pairing", network::check_code(&body.code)),
        Body::NetworkLimit(body) => found.meaning("body.network_limit", network::check_limit(body)),
        Body::MerchantReply(body) => found.meaning("body.merchant_reply", network::check_reply(body)),
    }
}

fn check_clock(found: &mut Findings, pack: &Pack, rule: &Rule, body: &ClockBody) {
    check_length(found, "body.clock.length", body.length);
    check_when(found, "body.clock.when", &body.when);
    found.amount("body.clock.up_to", body.up_to);
    if let Some(pause) = body.pause {
        let field = "body.clock.pause.at_most_business_days";
        match body.length {
            Length::BusinessDays(days) => found.range(field, pause.at_most_business_days, days, limits::RULE_DAYS),
            Length::Days(_) | Length::Months(_) | Length::Cycles { .. } => {
                found.add("body.clock.pause", What::Unit("only a time in business days can pause"));
            }
        }
    }
    found.distinct("body.clock.instead_of", &body.instead_of);
    for other in &body.instead_of {
        let starts: Vec<_> = clocks(pack, other).map(|clock| clock.start).collect();
        if starts.is_empty() {
            found.add("body.clock.instead_of", What::Unknown(other.clone()));
        } else if starts.iter().any(|start| *start != body.start) {
            found.add("body.clock.instead_of", What::Start(other.clone()));
        }
    }
    if let Some(by_way_of) = circle(pack, &rule.id) {
        found.add("body.clock.instead_of", What::Circle(by_way_of));
    }
}

/// The clocks of an id.
fn clocks<'a>(pack: &'a Pack, id: &str) -> impl Iterator<Item = &'a ClockBody> {
    pack.rules.iter().filter(move |rule| rule.id == id).filter_map(|rule| match &rule.body {
        Body::Clock(body) => Some(body),
        _ => None,
    })
}

/// The rule through which a rule takes its own place, if it does.
fn circle(pack: &Pack, id: &str) -> Option<String> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next: Vec<&str> = clocks(pack, id).flat_map(|body| &body.instead_of).map(String::as_str).collect();
    while let Some(other) = next.pop() {
        let onward = || clocks(pack, other).flat_map(|body| &body.instead_of).map(String::as_str);
        if other == id || onward().any(|onward| onward == id) {
            return Some(other.to_owned());
        }
        if seen.insert(other) {
            next.extend(onward());
        }
    }
    None
}

fn check_bar(found: &mut Findings, body: &BarBody) {
    check_length(found, "body.bar.length", body.length);
    check_when(found, "body.bar.when", &body.when);
    if matches!(body.length, Length::Cycles { .. }) {
        found.add("body.bar.length", What::Unit("billing cycles count from a notice, not towards one"));
    }
}

fn check_liability(found: &mut Findings, body: &LiabilityBody) {
    check_when(found, "body.liability.when", &body.when);
    found.amount("body.liability.up_to", body.up_to);
    let field = "body.liability.tiers";
    for tier in &body.tiers {
        found.amount(field, tier.at_most);
        match tier.holds {
            Holds::AfterStatement { days } | Holds::ToldWithin { business_days: days } => {
                found.range(field, days, 1, limits::RULE_DAYS);
            }
            Holds::NotStronglyAuthenticated | Holds::Vulnerable | Holds::Otherwise => {}
        }
    }
    let currencies: BTreeSet<_> = body.tiers.iter().filter_map(|tier| tier.at_most).map(|most| most.currency).collect();
    if currencies.len() > 1 {
        found.add(field, What::Currencies);
    }
    if body.tiers.iter().position(|tier| tier.holds == Holds::Otherwise).map(|at| at + 1) != Some(body.tiers.len()) {
        found.add(field, What::Otherwise);
    }
}

fn check_field(found: &mut Findings, body: &FieldBody) {
    found.distinct("body.field.any_of", &body.any_of);
    if body.any_of.is_empty() {
        found.add("body.field.any_of", What::Empty);
    }
}

fn check_length(found: &mut Findings, field: &str, length: Length) {
    match length {
        Length::BusinessDays(days) | Length::Days(days) => found.range(field, days, 1, limits::RULE_DAYS),
        Length::Months(months) => found.range(field, months, 1, limits::RULE_DAYS / 30),
        Length::Cycles { complete, at_most_days } => {
            found.range(field, complete, 1, 12);
            found.range(field, at_most_days, 1, limits::RULE_DAYS);
        }
    }
}

fn check_when(found: &mut Findings, field: &str, when: &When) {
    found.distinct(field, &when.subjects);
    found.distinct(field, &when.products);
    found.distinct(field, &when.schemes);
    found.distinct(field, &when.any_of);
    for condition in &when.any_of {
        if let Condition::NewAccount { within_days } = condition {
            found.range(field, *within_days, 1, limits::RULE_DAYS);
        }
    }
}

#[cfg(test)]
mod tests;
