//! Who decides what a request is about: the local tier where it is sure, Claude where it is not, the caller where a
//! label came with the request, and a human where nobody is sure. Never a silent default.

pub mod audit;
pub mod calibrate;
pub mod prompt;
pub mod steering;

use crate::{
    entry::{Answer, Basis, Failure, Missing, Outcome, Purpose, Question, Tier},
    label::{Label, Ppm, Scored, Task},
    local::INTENTS_MAX,
    narrative::{Claim, DisputeKind, Narrative},
    state::{Ask, Standing, State},
    triage::calibrate::Calibrator,
};

/// Claims that are a fraud report whatever else a request is about.
const REPORTS: [Claim; 4] = [Claim::LostOrStolen, Claim::Compromised, Claim::AccountTakeover, Claim::ScamPayment];

/// What is to be done about triage.
pub enum Verdict {
    /// It is decided.
    Decided(Outcome),
    /// An answer is under way.
    Wait,
    /// Claude should be asked.
    Ask {
        /// Which model.
        model: String,
        /// Whether to repair an answer that could not be used.
        repair: bool,
    },
}

/// Decides from what is known so far.
#[must_use]
pub fn decide(state: &State) -> Verdict {
    let settings = &state.opened.settings.triage;
    if let Some(caller) = state.opened.caller {
        return Verdict::Decided(by_caller(state, caller));
    }
    if state.reading.sure {
        return Verdict::Decided(by_local(state, Basis::LocalSure));
    }
    let Some(model) = settings.model.clone() else {
        return Verdict::Decided(alone(state, Basis::LocalAlone));
    };
    let calls: Vec<&Ask> = calls(state).collect();
    if calls.iter().any(|ask| ask.is_open()) {
        return Verdict::Wait;
    }
    let opinion = calls.iter().find_map(|ask| match &ask.standing {
        Standing::Answered(Answer::Opinion { label, confidence, .. }) => {
            Some(Scored { label: *label, confidence: *confidence })
        }
        _ => None,
    });
    if let Some(opinion) = opinion {
        return Verdict::Decided(by_claude(state, opinion));
    }
    let unusable = |ask: &&&Ask| ask.standing == Standing::Missing(Missing::Failed(Failure::Unusable));
    let repair = calls.iter().find(unusable).is_some();
    let repaired = calls.len() > 1;
    if !(calls.is_empty() || (repair && !repaired)) {
        return Verdict::Decided(alone(state, Basis::LocalClaudeFailed));
    }
    if !can_afford(state, state.opened.reserve_nano_dollars) {
        return Verdict::Decided(alone(state, Basis::LocalBudgetSpent));
    }
    Verdict::Ask { model, repair }
}

/// Whether one more model call stays within the case's budget.
#[must_use]
pub fn can_afford(state: &State, reserve_nano_dollars: u64) -> bool {
    state.spent_nano_dollars.saturating_add(reserve_nano_dollars) <= state.opened.settings.triage.budget_nano_dollars
}

fn calls(state: &State) -> impl Iterator<Item = &Ask> {
    state.asks.values().filter(|ask| matches!(ask.question, Question::Triage { purpose: Purpose::Decide, .. }))
}

fn by_caller(state: &State, caller: Scored) -> Outcome {
    let sure = caller.confidence >= state.opened.settings.triage.caller_min;
    let basis = if sure { Basis::CallerLabel } else { Basis::CallerUnsure };
    outcome(state, caller, Tier::Caller, basis, if sure { caller.label.task().into_iter().collect() } else { vec![] })
}

fn by_local(state: &State, basis: Basis) -> Outcome {
    if top(state).label == Label::Other
        && let Some(heard) = by_rules(state)
    {
        return heard;
    }
    let intents = state.reading.intents.iter().filter_map(|scored| scored.label.task());
    outcome(state, top(state), Tier::Local, basis, by_urgency(intents))
}

/// The local tier without anybody better to ask: its best label routes if it is likely enough.
fn alone(state: &State, basis: Basis) -> Outcome {
    let best = top(state);
    // Neither the model nor the fixed rules know a word of it.
    if state.reading.language.is_some() {
        return outcome(state, best, Tier::Local, Basis::ForeignLanguage, vec![]);
    }
    let likely = best.confidence >= state.opened.settings.triage.alone_min;
    if likely && best.label != Label::Other {
        return outcome(state, best, Tier::Local, basis, with_likely_parts(state, best.label));
    }
    by_rules(state).unwrap_or_else(|| {
        let basis = if basis == Basis::LocalAlone && !likely { Basis::NobodySure } else { basis };
        outcome(state, best, Tier::Local, basis, vec![])
    })
}

/// What says how much Claude's confidence is worth, where the case has it for this model and prompt.
fn calibrator(state: &State) -> Option<&Calibrator> {
    let settings = &state.opened.settings.triage;
    settings.calibrator.as_ref().filter(|calibrator| calibrator.fits(settings))
}

/// What Claude's confidence is worth.
fn worth(state: &State, said: Ppm) -> Ppm {
    calibrator(state).map_or(said, |calibrator| calibrator.apply(said))
}

fn by_claude(state: &State, said: Scored) -> Outcome {
    let calibrator = calibrator(state).map(Calibrator::hash);
    let opinion = Scored { confidence: worth(state, said.confidence), ..said };
    let decided = |basis, tasks| Outcome { calibrator, ..outcome(state, opinion, Tier::Claude, basis, tasks) };
    if opinion.confidence < state.opened.settings.triage.claude_min {
        return decided(Basis::ClaudeUnsure, vec![]);
    }
    let mut tasks: Vec<Task> = opinion.label.task().into_iter().collect();
    // The model may raise risk, never lower it.
    if state.reading.fraud_suspected && opinion.label != Label::Other && !tasks.contains(&Task::FraudCheck) {
        tasks.insert(0, Task::FraudCheck);
    }
    decided(Basis::ClaudeSure, tasks)
}

fn top(state: &State) -> Scored {
    state.reading.scores.first().copied().unwrap_or(Scored { label: Label::Other, confidence: Ppm::default() })
}

/// Whether the customer reports a loss, a takeover or a scam in a case that the local tier or Claude routed elsewhere.
#[must_use]
pub fn is_reported_since(state: &State) -> bool {
    let routed = state
        .outcome
        .as_ref()
        .is_some_and(|outcome| !outcome.tasks.is_empty() && matches!(outcome.decided_by, Tier::Local | Tier::Claude));
    routed && REPORTS.iter().any(|claim| state.narrative.claims.contains(claim))
}

/// What the fixed rules hear in the words besides: a report of loss, of a takeover or of a scam is a fraud report
/// whatever else the request is about, and a fraud report can hold a complaint about a charge. A caller's label stays
/// what it is; there a suspicion escalates.
fn with_what_was_heard(state: &State, mut tasks: Vec<Task>, decided_by: Tier) -> Vec<Task> {
    let heard = &state.narrative;
    if tasks.is_empty() {
        return tasks;
    }
    // Somebody else's transfer is no question about a payment, nor is a card that was declined and billed.
    let denied = heard.claims.contains(&Claim::NotRecognised) && !tasks.contains(&Task::DisputeSummary);
    if denied && !tasks.contains(&Task::FraudCheck) {
        tasks.insert(0, Task::FraudCheck);
    }
    let billed = heard.dispute == DisputeKind::DeclinedButBilled && tasks.contains(&Task::DisputeSummary);
    tasks.retain(|task| *task != Task::PaymentStatus || !(denied || billed));
    if !tasks.contains(&Task::FraudCheck) && REPORTS.iter().any(|claim| heard.claims.contains(claim)) {
        tasks.insert(0, Task::FraudCheck);
    }
    // What was sent to a fraudster is to be recalled: nobody asks where it is. The report itself is a task by now.
    if heard.claims.contains(&Claim::ScamPayment) && decided_by == Tier::Local {
        tasks.retain(|task| *task != Task::PaymentStatus);
    }
    if is_contested(heard, &tasks, decided_by) && !tasks.contains(&Task::DisputeSummary) {
        // A complaint about a merchant is no question about a payment.
        tasks.retain(|task| *task != Task::PaymentStatus || !is_about_a_charge(heard.dispute));
        tasks.push(Task::DisputeSummary);
    }
    // A payment that did not come, beside a report that somebody else made one, is no question of its own.
    let missing = heard.claims.contains(&Claim::PaymentMissing) && !heard.claims.contains(&Claim::ScamPayment);
    if missing && !denied && !tasks.contains(&Task::PaymentStatus) && decided_by == Tier::Local {
        tasks.push(Task::PaymentStatus);
    }
    tasks.truncate(INTENTS_MAX);
    tasks
}

/// What the fixed rules hear where the model knows no such words; a person sees that it was they who decided.
fn by_rules(state: &State) -> Option<Outcome> {
    let label = heard_label(&state.narrative)?;
    let scored = state.reading.scores.iter().find(|scored| scored.label == label).copied();
    let confidence = scored.map_or_else(Ppm::default, |scored| scored.confidence);
    Some(outcome(state, Scored { label, confidence }, Tier::Local, Basis::Heard, with_likely_parts(state, label)))
}

/// The task of a label, and those of the parts that are likely enough by themselves: two matters in one text leave the
/// model unsure of the whole where it is clear about each part.
fn with_likely_parts(state: &State, label: Label) -> Vec<Task> {
    let alone_min = state.opened.settings.triage.alone_min;
    let parts = state.reading.intents.iter().filter(|part| part.confidence >= alone_min);
    by_urgency(label.task().into_iter().chain(parts.filter_map(|part| part.label.task())))
}

/// Tasks, each once, the most urgent first.
fn by_urgency(tasks: impl Iterator<Item = Task>) -> Vec<Task> {
    let mut tasks: Vec<Task> = tasks.collect();
    tasks.sort_by_key(|task| Task::ALL.iter().position(|other| other == task));
    tasks.dedup();
    tasks
}

/// The label of what the fixed rules hear for certain: a report of loss, takeover or scam, or a complaint that names a
/// merchant or an amount.
fn heard_label(heard: &Narrative) -> Option<Label> {
    if REPORTS.iter().any(|claim| heard.claims.contains(claim)) {
        return Some(Label::FraudCheck);
    }
    let named = heard.names_merchant || heard.names_amount;
    let complains = is_about_a_charge(heard.dispute) && named;
    let denies = heard.dispute == DisputeKind::Unrecognised && names_a_charge(heard);
    (complains || denies).then_some(Label::DisputeSummary)
}

/// Whether a charge needs to be looked at beside what triage came to. What did not come or was not refunded can as well
/// be a payment, if the model says so; what was sent to a fraudster is no merchant's; and where Claude read a question
/// about a payment, it stays one.
fn is_contested(heard: &Narrative, tasks: &[Task], decided_by: Tier) -> bool {
    let claims = |claim| heard.claims.contains(&claim);
    let payment = tasks.contains(&Task::PaymentStatus);
    let waits = payment && matches!(heard.dispute, DisputeKind::NotReceived | DisputeKind::Refund);
    if claims(Claim::ScamPayment)
        || (waits && !claims(Claim::MerchantContacted))
        || (payment && decided_by == Tier::Claude)
    {
        return false;
    }
    // A charge that the customer denies is both: whether the card is safe, and how the money comes back.
    let denied = heard.dispute == DisputeKind::Unrecognised
        && claims(Claim::HasCard)
        && heard.names_merchant
        && names_a_charge(heard);
    denied || (is_about_a_charge(heard.dispute) && (heard.names_merchant || heard.names_amount))
}

/// Whether the words point at one charge of one merchant.
fn names_a_charge(heard: &Narrative) -> bool {
    [heard.names_merchant, heard.names_amount, heard.names_date].into_iter().filter(|named| *named).count() > 1
}

/// Whether a complaint needs a charge to be looked at, beside what is said about a card or an account.
const fn is_about_a_charge(kind: DisputeKind) -> bool {
    match kind {
        DisputeKind::ChargedTwice
        | DisputeKind::PaidOtherwise
        | DisputeKind::WrongAmount
        | DisputeKind::WrongCurrency
        | DisputeKind::LateCharge
        | DisputeKind::SubscriptionCancelled
        | DisputeKind::NotReceived
        | DisputeKind::Defective
        | DisputeKind::Counterfeit
        | DisputeKind::Misrepresented
        | DisputeKind::Refund
        | DisputeKind::Returned
        | DisputeKind::DeclinedButBilled
        | DisputeKind::CashShort => true,
        DisputeKind::Unrecognised | DisputeKind::Fee | DisputeKind::ExchangeRate | DisputeKind::General => false,
    }
}

fn outcome(state: &State, best: Scored, decided_by: Tier, basis: Basis, tasks: Vec<Task>) -> Outcome {
    let tasks = if decided_by == Tier::Caller { tasks } else { with_what_was_heard(state, tasks, decided_by) };
    let mut alternatives = state.reading.scores.clone();
    alternatives.retain(|scored| scored.label != best.label);
    Outcome { label: best.label, confidence: best.confidence, decided_by, basis, tasks, alternatives, calibrator: None }
}
