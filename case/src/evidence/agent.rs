//! What a remote agent's advice says, in a line: who was asked, what it would do, and what the fixed rules would do.

use super::{Texts, named, why_missing};
use crate::{
    entry::Advice,
    ids::{EvidenceId, Reference},
    settings::AgentName,
    specialist::remote::{self, Advised, Consulted, Outcome},
    state::State,
    summary,
};

/// The source under which agents' advice is evidence.
pub(crate) const SOURCE: &str = "agent";

/// The id under which an agent's advice is evidence.
#[must_use]
pub fn agent_id(agent: AgentName) -> EvidenceId {
    named(SOURCE, &agent.to_string())
}

/// The line of every agent that was asked. One that was asked for several tasks has one line for all of them.
pub(super) fn all(state: &State) -> Texts {
    let mut texts = Texts::new();
    for consulted in remote::consulted(state) {
        let text: &mut String = texts.entry(agent_id(consulted.consultation.agent)).or_default();
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&told(state, &consulted));
    }
    texts
}

/// What came of asking an agent.
#[must_use]
pub fn told(state: &State, consulted: &Consulted<'_>) -> String {
    let (agent, task) = (consulted.consultation.agent, consulted.task.name());
    let advised = match &consulted.result {
        Err(missing) => {
            return format!("Nothing is known from the agent {agent} about {task}: {}.", why_missing(*missing));
        }
        Ok(advised) => advised,
    };
    match advised {
        Advised { outcome: Outcome::Agreed, .. } | Advised { advice: Advice::Agrees, .. } => {
            format!("About {task} the agent {agent} finds the same as the fixed rules.")
        }
        Advised { outcome: Outcome::Unusable, flaw, .. } => {
            let why = flaw.map(|flaw| format!(": {flaw}")).unwrap_or_default();
            format!("What the agent {agent} says about {task} cannot be used{why}.")
        }
        Advised { outcome, advice: Advice::Finds(found), .. } => {
            let rules = &consulted.consultation.finding;
            let theirs = format!("{}{}", summary::action(found.action), about(state, &found.references));
            let ours = format!("{}{}", summary::action(rules.action), about(state, &rules.references));
            let taken = if *outcome == Outcome::Adopted { "the agent" } else { "the fixed rules" };
            format!(
                "About {task} the agent {agent} finds that one should {theirs}, and the fixed rules that one should \
                 {ours}; what {taken} found is proposed."
            )
        }
    }
}

/// What a finding is about, with the amounts that the ledger has for it: two findings may differ in nothing else.
fn about(state: &State, references: &[Reference]) -> String {
    let money = |id: &Reference| {
        let transaction = state.transaction(id).map(|transaction| transaction.money);
        transaction.or_else(|| state.payment(id).map(|payment| payment.money))
    };
    let named: Vec<String> = references
        .iter()
        .map(|id| money(id).map_or_else(|| id.to_string(), |money| format!("{id} of {}", money)))
        .collect();
    if named.is_empty() { String::new() } else { format!(" ({})", named.join(", ")) }
}
