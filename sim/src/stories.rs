//! The stories of a seeded bank, told to a host over HTTP: a customer's words, what the customer answers when asked,
//! and how it ends. The ends come from the generator's own answers, which no sandbox serves.
//!
//! A run tells every story, judges all of them and shows every difference at once; it never stops at the first.

mod judge;
mod outage;
mod table;
mod tell;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use futures_util::{StreamExt as _, stream};
use sandbox::{Answer, Bank, Customer, Day};
use serde_json::Value;

use crate::{checks::laws, world::World};

pub use self::{
    outage::needed,
    tell::{Told, Track},
};

/// How many stories are told at a time.
const AT_ONCE: usize = 8;
/// How many stories are told before the sandbox's log is read and cleared: it keeps a thousand requests.
const CHUNK: usize = 32;
/// How many requests the sandbox's log keeps; a full one may have lost some.
const LOGGED: usize = 1_000;
/// How many stories may be left to a person because nobody is sure what they are about.
const UNSURE_MOST: usize = 4;

/// Everything about a seeded bank that it never serves: its stories, and who its customers are.
#[derive(Debug)]
pub struct Book {
    /// The stories with their ends.
    pub answers: Vec<Answer>,
    customers: BTreeMap<String, Customer>,
}

/// What the outside is like during a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// Every source answers.
    Fair,
    /// This source does not.
    Without(&'static str),
}

/// A run, told and judged.
#[derive(Debug, Default)]
pub struct Run {
    /// Every story that was told to its rest.
    pub told: Vec<Told>,
    /// What is not as it should be, by story.
    differences: Vec<(String, String)>,
    /// The stories that were left to a person.
    unsure: Vec<String>,
    /// How many stories saw that a source was away.
    affected: usize,
}

impl Book {
    /// The book of a seed and a day.
    #[must_use]
    pub fn of(seed: u64, today: Day) -> Self {
        let customers = Bank::seeded(seed, today).customers.into_iter();
        let customers = customers.map(|customer| (customer.customer_id.clone(), customer)).collect();
        Self { answers: sandbox::answers(seed, today), customers }
    }

    /// The same book with those stories only that are wanted.
    #[must_use]
    pub fn only(&self, most: usize, wanted: impl Fn(&Answer) -> bool) -> Self {
        let answers = self.answers.iter().filter(|answer| wanted(answer)).take(most).cloned().collect();
        Self { answers, customers: self.customers.clone() }
    }
}

impl Run {
    /// Prints a table of all differences; an error where there is any.
    ///
    /// # Errors
    /// How many stories are not as they should be.
    pub fn verdict(&self, name: &str) -> Result<()> {
        let wrong = self.differences.iter().map(|(story, _)| story).collect::<std::collections::BTreeSet<_>>().len();
        let (told, unsure, affected) = (self.told.len(), self.unsure.len(), self.affected);
        println!("{name}: {told} stories told, {wrong} wrong, {unsure} left to a person, {affected} without a source");
        println!("{}", table::of(&self.differences));
        for story in &self.unsure {
            println!("left to a person: {story}");
        }
        ensure!(self.differences.is_empty(), "{name}: {wrong} stories are not as they should be");
        ensure!(unsure <= UNSURE_MOST, "{name}: {unsure} stories were left to a person: {:?}", self.unsure);
        Ok(())
    }

    fn differs(&mut self, told: &Told, what: impl IntoIterator<Item = String>) {
        self.differences.extend(what.into_iter().map(|what| (told.name(), what)));
    }
}

/// Tells every story of a book and judges it.
///
/// # Errors
/// Where the sandbox does not answer; what a host does wrong is in the run.
pub async fn run(world: &World, book: &Book, weather: Weather) -> Result<Run> {
    let mut run = Run::default();
    world.bank.forget_requests().await?;
    for chunk in book.answers.chunks(CHUNK) {
        let telling =
            stream::iter(chunk).map(|answer| async move { (answer, tell::tell(world, answer, weather).await) });
        let outcomes: Vec<_> = telling.buffer_unordered(AT_ONCE).collect().await;
        let requests = world.bank.requests().await?;
        ensure!(requests.len() < LOGGED, "the sandbox's log is full: tell fewer stories at a time");
        world.bank.forget_requests().await?;
        for (answer, outcome) in outcomes {
            match outcome {
                Ok(told) => judge(&mut run, book, told, &requests, weather),
                Err(error) => run.differences.push((tell::name(answer), format!("not told to its end: {error:#}"))),
            }
        }
    }
    run.differences.sort();
    // A fault that nobody meets shows nothing.
    ensure!(
        weather == Weather::Fair || run.affected * 2 > run.told.len(),
        "only {} stories met the fault",
        run.affected
    );
    Ok(run)
}

fn judge(run: &mut Run, book: &Book, told: Told, requests: &[Value], weather: Weather) {
    let of = |request: &&Value| {
        let trace = request.get("traceparent").and_then(Value::as_str);
        trace.is_some_and(|trace| trace.contains(&told.trace))
    };
    let mine: Vec<&Value> = requests.iter().filter(of).collect();
    if told.is_unsure() {
        run.unsure.push(told.name());
        run.differs(&told, judge::unsure(&told));
    } else {
        match weather {
            Weather::Fair => run.differs(&told, judge::fair(&told)),
            Weather::Without(source) => {
                run.affected += usize::from(outage::is_missing(&told.view, source));
                run.differs(&told, outage::without(&told, source));
            }
        }
    }
    run.differs(&told, laws::of_journal(&told.lines));
    run.differs(&told, laws::of_summary(&told.view));
    run.differs(&told, laws::of_requests(&told, &mine));
    match book.customers.get(&told.answer.customer_id) {
        Some(customer) => run.differs(&told, laws::of_privacy(&told, &mine, customer)),
        None => run.differs(&told, ["the bank has no such customer".to_owned()]),
    }
    run.told.push(told);
}

/// Approves everything that the stories of a run came to, as far as one person may, and judges the journals again: no
/// money moves but after those who must agree have agreed.
///
/// # Errors
/// What was seen instead.
pub async fn approve_all(world: &World, run: &Run) -> Result<()> {
    let approving = stream::iter(&run.told).map(|told| approve(world, told));
    let outcomes: Vec<Result<usize>> = approving.buffer_unordered(AT_ONCE).collect().await;
    let mut moved = 0;
    for outcome in outcomes {
        moved += outcome?;
    }
    ensure!(moved > 0, "no money was moved in any story, so nothing was seen");
    Ok(())
}

/// Approves the proposals of one case; gives how many actions that move money were sent.
async fn approve(world: &World, told: &Told) -> Result<usize> {
    let shown = world.api.case(told.view.id()).await?;
    for track in tell::tracks(&shown) {
        let Some(proposal) = track.proposal else { continue };
        let of = |name: &str| proposal.get(name).cloned().unwrap_or_default();
        let command = serde_json::json!({ "command": "approve", "proposal": of("id"), "hash": of("hash"),
            "reason": "Looked at by a person." });
        // An approval may make the other proposal stale, or need another person: then it is refused, and that is right.
        world.api.command(shown.id(), &command).send().await?;
    }
    let lines = world.api.journal(shown.id()).await.context("the journal after approval")?;
    let broken = laws::of_journal(&lines);
    if !broken.is_empty() {
        bail!("{}: {}", told.name(), broken.join("; "));
    }
    Ok(laws::money_moved(&lines))
}
