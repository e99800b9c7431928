//! One story told: the request, the customer's answers to what the host asks, and all that is seen of the case then.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use sandbox::Answer;
use serde_json::{Value, json};

use super::Weather;
use crate::{api::View, checks::journal::field, world::World};

/// How many messages a customer sends at most.
const TURNS: usize = 6;
/// What customers say who cannot be asked that: the story has no answer, because nobody asks it in fair weather.
const DO_NOT_KNOW: &str = "I am sorry, I cannot say any more about that.";
/// The specialists with their tasks.
const AGENTS: [(&str, &str); 4] = [
    ("fraud-agent", "fraud_check"),
    ("kyc-agent", "kyc_lookup"),
    ("dispute-agent", "dispute_summary"),
    ("payment-agent", "payment_status"),
];

/// A story that was told to its rest.
#[derive(Debug)]
pub struct Told {
    /// The story and how it should end.
    pub answer: Answer,
    /// The case as it rests.
    pub view: View,
    /// Its journal.
    pub lines: Vec<String>,
    /// The trace under which the outside was asked.
    pub trace: String,
}

/// A specialist's part of a case.
#[derive(Debug)]
pub struct Track<'v> {
    /// The task.
    pub task: &'v str,
    /// What is proposed, where something is.
    pub proposal: Option<&'v Value>,
}

impl Told {
    /// The story with its customer and case, for those who look it up.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{} {}", name(&self.answer), self.view.id())
    }

    /// Whether nobody was sure what the case is about.
    #[must_use]
    pub fn is_unsure(&self) -> bool {
        self.view.text("/orchestration/routed_to") == "human-review"
    }

    /// Its tracks, the lead first.
    #[must_use]
    pub fn tracks(&self) -> Vec<Track<'_>> {
        tracks(&self.view)
    }

    /// Everything that was asked of the customer, in order; what was asked again at once counts once.
    #[must_use]
    pub fn asked(&self) -> Vec<String> {
        let asked = self.lines.iter().filter(|line| field(line, "/entry/kind") == "customer_asked");
        let mut asked: Vec<String> = asked.map(|line| field(line, "/entry/question")).collect();
        asked.dedup();
        asked
    }

    /// The law's clocks of each track, as they were found out last: rule, first and last day.
    #[must_use]
    pub fn clocks(&self) -> BTreeMap<String, Vec<Value>> {
        let applied = self.lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok()).map(View);
        let applied = applied.filter(|line| line.text("/entry/kind") == "law_applied");
        let of = |clock: &Value| part(clock, &["rule", "starts_on", "ends_on", "assumed"]);
        let clocks = |line: &View| line.list("/entry/law/clocks").iter().map(of).collect();
        applied.map(|line| (line.text("/entry/track").to_owned(), clocks(&line))).collect()
    }

    /// What a case comes to, without what differs from case to case: for comparing hosts.
    #[must_use]
    pub fn outcome(&self) -> Value {
        let track = |track: &Track<'_>| {
            let names = ["action", "approval", "amount", "reasons", "cites", "references", "code"];
            json!({ "task": track.task, "proposal": track.proposal.map(|proposal| part(proposal, &names)) })
        };
        json!({
            "tracks": self.tracks().iter().map(track).collect::<Vec<_>>(),
            "clocks": self.clocks(),
            "asked": self.asked(),
            "state": self.view.state(),
        })
    }
}

/// Some fields of an object.
fn part(value: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| ((*name).to_owned(), value.get(*name).cloned().unwrap_or_default())).collect()
}

/// The story with its customer.
pub(super) fn name(answer: &Answer) -> String {
    format!("{} ({})", answer.story, answer.customer_id)
}

/// The tracks that are shown of a case, the lead first.
pub(super) fn tracks(view: &View) -> Vec<Track<'_>> {
    let several = view.list("/orchestration/tracks");
    if !several.is_empty() {
        let task = |track: &'_ Value| track.get("task").and_then(Value::as_str).unwrap_or_default().to_owned();
        let known = |name: String| AGENTS.iter().map(|(_, task)| *task).find(|task| *task == name).unwrap_or_default();
        return several.iter().map(|one| Track { task: known(task(one)), proposal: one.get("proposal") }).collect();
    }
    let agent = view.text("/orchestration/routed_to");
    let task = AGENTS.iter().find(|(name, _)| *name == agent).map(|(_, task)| *task);
    let proposal = view.0.pointer("/orchestration/proposal");
    task.map(|task| Track { task, proposal }).into_iter().collect()
}

/// Tells a story until the case rests and asks nothing more that its customer can answer.
pub(super) async fn tell(world: &World, answer: &Answer, weather: Weather) -> Result<Told> {
    let trace = trace(world);
    let mut body = json!({ "text": answer.text, "customer_id": answer.customer_id });
    for (name, value) in [
        ("transaction_id", json!(answer.transaction_id)),
        ("payment_id", json!(answer.payment_id)),
        ("documents", json!(answer.documents)),
    ] {
        if !value.is_null() && value != json!([]) {
            body[name] = value;
        }
    }
    let call = world.api.post("/v1/requests", &body).header("traceparent", &format!("00-{trace}-00f067aa0ba902b7-01"));
    let opened = call.wait().ok(201).await?;
    let mut told = look(world, answer, opened.id(), trace).await?;
    for _ in 0..TURNS {
        let Some(question) = question(&told) else { break };
        let reply = match (answer.follow_up.get(&question), weather) {
            (Some(reply), _) => reply.as_str(),
            (None, Weather::Without(_)) => DO_NOT_KNOW,
            (None, Weather::Fair) => break,
        };
        world.api.message(told.view.id(), reply).ok(200).await?;
        told = look(world, answer, told.view.id(), told.trace).await?;
    }
    Ok(told)
}

async fn look(world: &World, answer: &Answer, id: &str, trace: String) -> Result<Told> {
    let view = world.api.until(id, |case| case.state() != "working").await?;
    let lines = world.api.journal(id).await?;
    ensure!(!lines.is_empty(), "an empty journal");
    Ok(Told { answer: answer.clone(), view, lines, trace })
}

/// The question that the case waits with, if it does.
fn question(told: &Told) -> Option<String> {
    let shown = told.view.text("/orchestration/question_name");
    (!shown.is_empty()).then(|| shown.to_owned())
}

/// A trace that no other story has.
fn trace(world: &World) -> String {
    let name = world.fresh("story");
    let digest = case::ids::Digest::of(name.as_bytes());
    digest.as_str().chars().take(32).collect()
}
