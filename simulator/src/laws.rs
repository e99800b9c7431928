//! What must hold at every moment of a history: nothing that was acknowledged is lost, journals verify and derive again,
//! every case has an owner who will be woken, no time of the law passes in silence, and what was agreed to is done once.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use case::{
    case::{Case, Rest, rederive},
    entry::Question,
    ids::{CaseId, TenantId},
    law,
    time::Millis,
};
use desk::{ports::CaseKey, row};
use tokio::time::Instant;

use crate::{
    host::{Ground, Record},
    tally::{Tally, shape},
    world::Told,
};

/// How late a moment may be noticed: the waker's pauses, a process that is away, a storage that fails a few times.
const LATE: Duration = Duration::from_mins(45);

/// What was seen so far.
#[derive(Default)]
pub(crate) struct Laws {
    /// Each case, as it was.
    before: BTreeMap<CaseKey, Seen>,
    /// Since when each moment is seen to have passed, and how often.
    late: BTreeMap<(CaseKey, &'static str), (Millis, Instant, u32)>,
    /// Every action that was executed, by key.
    executed: BTreeSet<String>,
}

/// A case as it was when its journal was last longer than before.
#[derive(Default)]
struct Seen {
    lines: Vec<String>,
    sleeps: bool,
    /// When the next time of the law has to be told of.
    warning: Option<Millis>,
}

impl Laws {
    /// Looks at everything that is stored.
    pub(crate) async fn check(&mut self, ground: &Ground, told: &Told) -> Result<()> {
        let cases = ground.disk().cases.clone();
        for (key, record) in &cases {
            self.case(key, record, ground.now()).with_context(|| format!("{}", key.case))?;
        }
        for id in &told.cases {
            ensure!(cases.contains_key(&key_of(id)?), "{id} was acknowledged and is not there");
        }
        self.effects(ground, &cases).await
    }

    fn case(&mut self, key: &CaseKey, record: &Record, now: Millis) -> Result<()> {
        let seen = self.before.entry(key.clone()).or_default();
        ensure!(record.lines.len() >= seen.lines.len(), "lines are gone");
        if record.lines.len() > seen.lines.len() {
            ensure!(record.lines.starts_with(&seen.lines), "lines were changed");
            *seen = look(record)?;
        }
        let (sleeps, warning) = (seen.sleeps, seen.warning);
        ensure!(sleeps || record.wake.is_some(), "somebody else has it, and nobody wakes it");
        self.in_time(key, "wake", record.wake, now)?;
        self.in_time(key, "tell", record.hooks.and_then(|hooks| hooks.due), now)?;
        self.in_time(key, "a warning", warning, now)
    }

    /// A moment may pass by so much, from when that could be seen: the clock may have been set.
    fn in_time(&mut self, key: &CaseKey, what: &'static str, at: Option<Millis>, now: Millis) -> Result<()> {
        let which = (key.clone(), what);
        let Some(at) = at.filter(|at| *at < now) else {
            self.late.remove(&which);
            return Ok(());
        };
        let seen = self.late.entry(which).or_insert((at, Instant::now(), 0));
        if seen.0 != at {
            *seen = (at, Instant::now(), 0);
        }
        seen.2 += 1;
        let in_time = seen.2 < 3 || seen.1.elapsed() < LATE;
        ensure!(in_time, "{what} was due at {} and it is {}", at.rfc3339(), now.rfc3339());
        Ok(())
    }

    /// What the bank executed is what people agreed to, once for each proposal, and money once for each charge.
    async fn effects(&mut self, ground: &Ground, cases: &BTreeMap<CaseKey, Record>) -> Result<()> {
        let book = ground.network.book().await;
        let mut money: BTreeMap<String, String> = BTreeMap::new();
        let mut ways: BTreeSet<(String, String)> = BTreeSet::new();
        for (key, body) in &book {
            let text = |name: &str| body.get(name).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
            let (case, action) = (text("case_id"), text("action"));
            let record = cases.get(&key_of(&case)?).with_context(|| format!("{key}: there is no case {case}"))?;
            if self.executed.insert(key.clone()) {
                let replayed = Case::replay(record.lines.iter().map(String::as_str));
                let replayed = replayed.map_err(|fault| anyhow::anyhow!("{case}: {fault}"))?;
                let asked = replayed.state().asks.keys().any(|id| id.to_string() == *key);
                ensure!(asked, "{key} was executed, and {case} never asked for it");
            }
            if matches!(action.as_str(), "provisional_credit" | "raise_chargeback" | "recall_payment") {
                for charge in body.get("references").and_then(serde_json::Value::as_array).into_iter().flatten() {
                    let other = money.insert(charge.to_string(), case.clone());
                    ensure!(other.is_none_or(|other| other == case), "money about {charge} went out for two cases");
                    let is_new = ways.insert((charge.to_string(), action.clone()));
                    ensure!(is_new, "{action} about {charge} went out twice");
                }
            }
        }
        let distinct: BTreeSet<&String> = book.iter().map(|(key, _)| key).collect();
        ensure!(distinct.len() == book.len(), "an action was executed twice");
        Ok(())
    }

    /// What must hold when everything came to its end.
    pub(crate) fn end(&self, ground: &Ground, told: &Told) -> Result<()> {
        let disk = ground.disk();
        for (key, record) in &disk.cases {
            let case = Case::replay(record.lines.iter().map(String::as_str));
            let case = case.map_err(|fault| anyhow::anyhow!("{}: {fault}", key.case))?;
            ensure!(
                !matches!(case.rest(), Rest::Working { .. }),
                "{} is still at work after weeks: {:?}",
                key.case,
                case.state().asks.values().filter(|ask| ask.is_open()).collect::<Vec<_>>()
            );
            let messages = record.lines.iter().filter(|line| shape(line) == "messaged").count() as u64;
            let sent = told.messages.get(key.case.as_str()).copied().unwrap_or(0);
            ensure!(messages == sent, "{}: {sent} messages were taken and {messages} are there", key.case);
            let secret = record.lines.iter().find_map(|line| sandbox::canary_in(line));
            ensure!(secret.is_none(), "{}: a secret of the model's, {secret:?}, is in the journal", key.case);
            ensure!(record.hooks.is_none_or(|hooks| hooks.due.is_none()), "{}: something is not told", key.case);
        }
        Ok(())
    }

    /// What it came to.
    pub(crate) async fn tally(&self, ground: &Ground, crashes: u64) -> Result<Tally> {
        let book = ground.network.book().await;
        let heard = ground.network.heard();
        let disk = ground.disk();
        let mut tally = Tally { seeds: 1, crashes, effects: book.len() as u64, ..Tally::default() };
        tally.ills = heard.ills.iter().map(|(ill, times)| (format!("{ill:?}"), *times)).collect();
        tally.blows = disk.blows.iter().map(|(blow, times)| (format!("{blow:?}"), *times)).collect();
        tally.unreachable = heard.unreachable;
        tally.events_told = heard.events.len() as u64;
        for record in disk.cases.values() {
            tally.journal(&record.lines);
        }
        Ok(tally)
    }
}

/// Replays a journal, and holds what is stored beside it against it.
fn look(record: &Record) -> Result<Seen> {
    let lines = || record.lines.iter().map(String::as_str);
    let case = Case::replay(lines()).map_err(|fault| anyhow::anyhow!("the journal: {fault}"))?;
    rederive(lines()).map_err(|fault| anyhow::anyhow!("derived again: {fault}"))?;
    ensure!(record.wake == case.wake(), "it is woken at {:?} and wants {:?}", record.wake, case.wake());
    let row = row::of_journal(&record.lines).map_err(|fault| anyhow::anyhow!("the row: {fault}"))?.0;
    ensure!(record.row.as_ref() == Some(&row), "the docket says {:?} and the journal {row:?}", record.row);
    approvals(&case)?;
    let is_open = case.state().closed.is_none();
    let warning = law::warnings(case.state()).map(|warning| warning.at).min().filter(|_| is_open);
    let sleeps = matches!(case.rest(), Rest::Review | Rest::Closed);
    Ok(Seen { lines: record.lines.clone(), sleeps, warning })
}

/// Whatever goes out was agreed to by enough people.
fn approvals(case: &Case) -> Result<()> {
    for ask in case.state().asks.values() {
        let Question::Act { proposal } = &ask.question else { continue };
        let proposed = case.state().proposed(proposal).context("an action is a proposal's")?;
        let people = proposed.approvals.len();
        ensure!(people >= proposed.proposal.approval().people(), "{proposal} went out with {people} people agreeing");
        ensure!(!proposed.proposal.action().moves_money() || people > 0, "{proposal} moves money by itself");
    }
    Ok(())
}

fn key_of(id: &str) -> Result<CaseKey> {
    Ok(CaseKey {
        tenant: TenantId::parse("acme").context("a tenant")?,
        case: CaseId::parse(id).with_context(|| format!("{id} is no case"))?,
    })
}
