//! A finding from elsewhere: when a remote agent is asked for one, and what its advice is worth.
//!
//! The fixed rules come first, and the agent is asked about what they found. Its advice is untrusted: it is taken only
//! where each part of it holds, and where it asks for no less care than the rules do. No amount comes from it, and what
//! the law, the networks and the clocks say stays ours.

use super::{dispute, note_missing, scope};
use crate::{
    entry::{Advice, Answer, Consultation, Failure, Found, Missing, Question},
    facts::{Direction, PaymentDirection, TransactionStatus},
    ids::{EvidenceId, Reference},
    label::Task,
    limits,
    money::Money,
    policy::{Action, Finding, Reason},
    settings::AgentName,
    source::Source,
    specialist::scope::{Known, Piece, Thing, find},
    state::{Ask, Standing, State, Track},
};

mod lists;

pub use lists::{actions, reasons};

/// What becomes of a finding of the fixed rules.
pub(crate) enum Remote {
    /// This is proposed; the agent is named where it is the agent's.
    Propose(Box<Finding>, Option<AgentName>),
    /// An agent is asked first.
    Ask(Box<Consultation>),
    /// An agent was asked.
    Wait,
}

/// What became of an agent's advice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It found what the fixed rules found.
    Agreed,
    /// It found something else, and that is proposed.
    Adopted,
    /// It found something else that asks for less care, so what the fixed rules found is proposed.
    Overruled,
    /// It cannot be used.
    Unusable,
}

impl Outcome {
    /// The name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Agreed => "agreed",
            Self::Adopted => "adopted",
            Self::Overruled => "overruled",
            Self::Unusable => "unusable",
        }
    }
}

/// An agent that was asked about a finding, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consulted<'a> {
    /// What it was asked.
    pub consultation: &'a Consultation,
    /// For which task.
    pub task: Task,
    /// What came back.
    pub result: Result<Advised<'a>, Missing>,
}

/// Advice that was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advised<'a> {
    /// What the agent says.
    pub advice: &'a Advice,
    /// How long it took.
    pub took_ms: i64,
    /// What became of it.
    pub outcome: Outcome,
    /// Why it cannot be used, where it cannot.
    pub flaw: Option<Flaw>,
}

/// Why an agent's finding cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It names what is not in the evidence that it was shown.
    #[error("it names what is not in the evidence that it was shown")]
    Foreign,
    /// The action is none of this specialist's.
    #[error("its action is none of this specialist's")]
    Action,
    /// There is no reason, or one that is not this specialist's.
    #[error("its reasons are none of this specialist's")]
    Reasons,
    /// It cites nothing.
    #[error("it cites nothing")]
    Uncited,
    /// What it refers to is not what the action can be done to.
    #[error("its action cannot be done to what it refers to")]
    References,
    /// There are more parts than anybody reads.
    #[error("it is too long")]
    Long,
}

/// Whether an agent's answer could change what happens. What is frozen or called back is urgent, and nobody waits for
/// another opinion.
const fn is_asked(action: Action) -> bool {
    match action {
        Action::FreezeCard | Action::FreezeAccount | Action::BlockCard | Action::RecallPayment => false,
        Action::Inform
        | Action::TracePayment
        | Action::CorrectDetails
        | Action::RequestDocuments
        | Action::ReferToMerchant
        | Action::Escalate
        | Action::Clear
        | Action::ProvisionalCredit
        | Action::RaiseChargeback
        | Action::ApproveOnboarding => true,
    }
}

/// Whether an agent's action may take the place of the fixed rules': it may raise risk or ask for a person, and never
/// the other way round.
const fn may_follow(rules: Action, agent: Action) -> bool {
    match rules {
        Action::Escalate | Action::FreezeCard | Action::FreezeAccount | Action::BlockCard | Action::RecallPayment => {
            false
        }
        Action::RequestDocuments => matches!(agent, Action::Escalate),
        Action::Inform
        | Action::TracePayment
        | Action::CorrectDetails
        | Action::ReferToMerchant
        | Action::Clear
        | Action::ProvisionalCredit
        | Action::RaiseChargeback
        | Action::ApproveOnboarding => true,
    }
}

/// What becomes of what the fixed rules found on a track.
pub(crate) fn settle(state: &State, track: &Track, rules: Finding) -> Remote {
    let agent = state.opened.settings.agents.specialists.get(&track.task).copied();
    let Some(agent) = agent.filter(|_| is_asked(rules.action)) else { return Remote::Propose(Box::new(rules), None) };
    let Some((_, ask)) = consultations(state, &track.id).find(|(asked, _)| asked.finding == rules) else {
        return Remote::Ask(Box::new(Consultation { agent, track: track.id.clone(), finding: rules }));
    };
    let because = |reason: Reason| {
        let mut finding = rules.clone();
        finding.reasons.push(reason);
        Remote::Propose(Box::new(finding), None)
    };
    match &ask.standing {
        Standing::Open | Standing::Failed { .. } | Standing::Retry(_) => Remote::Wait,
        Standing::Missing(Missing::Failed(Failure::Unusable)) => because(Reason::AgentUnusable),
        Standing::Missing(_) => because(Reason::AgentMissing),
        Standing::Answered(Answer::Advised { advice: Advice::Agrees, .. }) => Remote::Propose(Box::new(rules), None),
        Standing::Answered(Answer::Advised { advice: Advice::Finds(found), .. }) => {
            match judge(state, track.task, &rules, found) {
                Ok((Outcome::Agreed, _)) => Remote::Propose(Box::new(rules), None),
                Ok((Outcome::Adopted, finding)) => Remote::Propose(Box::new(finding), Some(agent)),
                Ok((Outcome::Overruled | Outcome::Unusable, _)) => because(Reason::AgentDisagrees),
                Err(_) => because(Reason::AgentUnusable),
            }
        }
        Standing::Answered(_) => because(Reason::AgentUnusable),
    }
}

/// What agents were asked on a track since the customer last said something.
fn consultations<'a>(state: &'a State, track: &str) -> impl Iterator<Item = (&'a Consultation, &'a Ask)> {
    state.asks.values().filter(|ask| !ask.stale).filter_map(move |ask| match &ask.question {
        Question::Consult(asked) if asked.track == track => Some((&**asked, ask)),
        _ => None,
    })
}

/// Whether nobody needs an agent's answer any more: its track has come to something without it.
pub(crate) fn is_pointless(state: &State, consultation: &Consultation) -> bool {
    let track = state.tracks.iter().find(|track| track.id == consultation.track);
    track.is_none_or(|track| !track.is_held())
}

/// What an agent's finding comes to, by the evidence: the finding as it would be proposed, in place of the rules' or not.
fn judge(state: &State, task: Task, rules: &Finding, found: &Found) -> Result<(Outcome, Finding), Flaw> {
    let finding = usable(state, task, rules, found)?;
    let same = finding.action == rules.action
        && finding.references.iter().all(|id| rules.references.contains(id))
        && rules.references.iter().all(|id| finding.references.contains(id));
    let outcome = match (same, may_follow(rules.action, finding.action)) {
        (true, _) => Outcome::Agreed,
        (false, true) => Outcome::Adopted,
        (false, false) => Outcome::Overruled,
    };
    Ok((outcome, finding))
}

/// The finding that an agent's comes to where everything in it holds.
fn usable(state: &State, task: Task, rules: &Finding, found: &Found) -> Result<Finding, Flaw> {
    let Found { action, reasons: because, cites, references, foreign } = found;
    let known = Known::of(state, task);
    let is_known =
        cites.iter().all(|id| known.cites.contains(id)) && references.iter().all(|id| known.references.contains(id));
    if *foreign > 0 || !is_known {
        return Err(Flaw::Foreign);
    }
    if [because.len(), cites.len(), references.len()].iter().any(|count| *count > limits::AGENT_ITEMS) {
        return Err(Flaw::Long);
    }
    if !actions(task).contains(action) {
        return Err(Flaw::Action);
    }
    if because.is_empty() || !because.iter().all(|reason| reasons(task).contains(reason)) {
        return Err(Flaw::Reasons);
    }
    if cites.is_empty() && *action != Action::Escalate {
        return Err(Flaw::Uncited);
    }
    let pieces = scope::pieces(state, task);
    let references = about(&pieces, *action, references, rules)?;
    let mut reasons = because.clone();
    reasons.push(Reason::AgentDisagrees);
    note_missing(state, &mut reasons);
    Ok(Finding {
        action: *action,
        amount: if action.moves_money() { amount(&pieces, *action, &references)? } else { None },
        code: match (action, references.first()) {
            (Action::RaiseChargeback, Some(id)) => {
                let code = find(&pieces, id, |thing| match thing {
                    Thing::Transaction(row) => dispute::chargeback(state, row),
                    Thing::Payment(_) | Thing::Account | Thing::Card | Thing::Other => None,
                });
                code.ok_or(Flaw::References)?
            }
            _ => None,
        },
        reasons,
        cites: in_order(cites, &references),
        references,
    })
}

/// What an action is about: one thing that money moved with, cards to freeze, accounts to freeze; anything else may be
/// about whatever was found, and without a word is about what the rules' finding is about.
fn about(
    pieces: &[Piece<'_>],
    action: Action,
    references: &[Reference],
    rules: &Finding,
) -> Result<Vec<Reference>, Flaw> {
    let all = |wanted: &dyn Fn(Thing<'_>) -> bool| {
        let is_one = |id: &Reference| find(pieces, id, |thing| wanted(thing).then_some(())).is_some();
        !references.is_empty() && references.iter().all(is_one)
    };
    let fits = match action {
        Action::FreezeCard | Action::BlockCard => all(&|thing| matches!(thing, Thing::Card)),
        Action::FreezeAccount => all(&|thing| matches!(thing, Thing::Account)),
        Action::RecallPayment | Action::ProvisionalCredit | Action::RaiseChargeback => references.len() == 1,
        Action::Inform
        | Action::TracePayment
        | Action::CorrectDetails
        | Action::RequestDocuments
        | Action::ReferToMerchant
        | Action::Escalate
        | Action::Clear
        | Action::ApproveOnboarding => true,
    };
    if !fits {
        return Err(Flaw::References);
    }
    Ok(if references.is_empty() { rules.references.clone() } else { references.to_vec() })
}

/// The amount that moves: what was booked of what the action is about, as for an analyst's own decision. Only what the
/// customer paid can be called back or credited, and only once it is booked.
fn amount(pieces: &[Piece<'_>], action: Action, references: &[Reference]) -> Result<Option<Money>, Flaw> {
    let [id] = references else { return Err(Flaw::References) };
    let paid = find(pieces, id, |thing| match thing {
        Thing::Transaction(row) => {
            (row.direction == Direction::Debit && row.status == TransactionStatus::Posted).then_some(row.money)
        }
        Thing::Payment(payment) => {
            let out = payment.direction != Some(PaymentDirection::In) && action == Action::RecallPayment;
            out.then_some(payment.money)
        }
        Thing::Account | Thing::Card | Thing::Other => None,
    });
    paid.map(Some).ok_or(Flaw::References)
}

/// The cites, with what the action is about last among the ledger's: the law looks there for the transaction.
fn in_order(cites: &[EvidenceId], references: &[Reference]) -> Vec<EvidenceId> {
    let about: Vec<EvidenceId> = references.iter().map(|id| EvidenceId::new(Source::Ledger.name(), id)).collect();
    let (about, others): (Vec<EvidenceId>, Vec<EvidenceId>) =
        cites.iter().cloned().partition(|cited| about.contains(cited));
    let is_row = |id: &EvidenceId| id.as_str().split(':').next() == Some(Source::Ledger.name());
    let (rows, others): (Vec<EvidenceId>, Vec<EvidenceId>) = others.into_iter().partition(is_row);
    rows.into_iter().chain(about).chain(others).collect()
}

/// Every agent that was asked about a finding since the customer last said something, and is done with it.
#[must_use]
pub fn consulted(state: &State) -> Vec<Consulted<'_>> {
    let of_track = |track: &'_ Track| -> Vec<Consulted<'_>> {
        let task = track.task;
        let done = consultations(state, &track.id).filter_map(|(consultation, ask)| {
            let result = match &ask.standing {
                Standing::Missing(missing) => Err(*missing),
                Standing::Answered(Answer::Advised { advice, took_ms, .. }) => {
                    let (outcome, flaw) = came_of(state, track, consultation, advice);
                    Ok(Advised { advice, took_ms: *took_ms, outcome, flaw })
                }
                Standing::Answered(_) | Standing::Open | Standing::Failed { .. } | Standing::Retry(_) => return None,
            };
            Some(Consulted { consultation, task, result })
        });
        done.collect()
    };
    state.tracks.iter().filter(|track| !track.retired).flat_map(of_track).collect()
}

/// What became of advice. Where something was proposed, that says it: what is judged again later may be judged otherwise,
/// since days pass.
fn came_of(state: &State, track: &Track, asked: &Consultation, advice: &Advice) -> (Outcome, Option<Flaw>) {
    let Advice::Finds(found) = advice else { return (Outcome::Agreed, None) };
    let judged = judge(state, track.task, &asked.finding, found);
    let followed = track.proposals.iter().rev().map(|one| &one.proposal);
    let mut followed = followed.filter(|proposal| !proposal.reasons().contains(&Reason::AnalystDecision));
    let outcome = match followed.next() {
        Some(proposal) if proposal.found_by() == Some(asked.agent) => Outcome::Adopted,
        Some(proposal) if proposal.reasons().contains(&Reason::AgentUnusable) => Outcome::Unusable,
        Some(proposal) if proposal.reasons().contains(&Reason::AgentDisagrees) => Outcome::Overruled,
        Some(_) => Outcome::Agreed,
        None => judged.as_ref().map_or(Outcome::Unusable, |(outcome, _)| *outcome),
    };
    (outcome, judged.err().filter(|_| outcome == Outcome::Unusable))
}
