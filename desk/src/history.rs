//! Entries as sentences, for people who read a case. No sentence holds a customer's words: a journal has none.

use case::{
    entry::{Advice, Answer, Command, Entry, Failure, Missing, Question, Return},
    facts::Facts,
    label::Scored,
};

/// What happened, in one line. Names of closed lists are those of the API.
#[must_use]
pub fn sentence(entry: &Entry) -> String {
    match entry {
        Entry::Opened(opened) => {
            let by = &opened.by;
            let customer = opened.customer.as_ref().map(|customer| format!(" for {customer}")).unwrap_or_default();
            let sandbox = if opened.sandbox { ", worked with the sandbox bank" } else { "" };
            format!("{} ({}) sent a request{customer}{sandbox}", by.subject, by.role.name())
        }
        Entry::Messaged(message) => {
            format!("{} posted a message of the {}", message.by.subject, name(&message.from))
        }
        Entry::Answered { ask, attempt, answer } => format!("{ask}, attempt {attempt}: {}", answered(answer)),
        Entry::Commanded { actor, command, code, .. } => {
            let reason = code.as_ref().map(|code| format!(" ({code})")).unwrap_or_default();
            format!("{} ({}) {}{reason}", actor.subject, actor.role.name(), commanded(command))
        }
        Entry::Notified(notice) => {
            let about = notice.about.as_ref().map(|about| format!(" about {about}")).unwrap_or_default();
            format!("{} says that {} has something new{about}", notice.by.subject, notice.source.name())
        }
        Entry::TimePassed => "time passed until something was due".to_owned(),
        Entry::Resumed => "Caseworker was started again, and what was in flight is asked again".to_owned(),
        Entry::Triaged(outcome) => {
            let best = Scored { label: outcome.label, confidence: outcome.confidence };
            let (by, basis) = (name(&outcome.decided_by), name(&outcome.basis));
            format!("triage: {}, decided by {by} ({basis})", scored(best))
        }
        Entry::Asked { ask, attempt, question, until, .. } => {
            format!("asked {}, attempt {attempt} until {}: {ask}", asked(question), until.rfc3339())
        }
        Entry::RetryPlanned { ask, at } => format!("{ask} failed and is tried again at {}", at.rfc3339()),
        Entry::GaveUp { ask, missing } => format!("{ask} has no answer: {}", why_missing(*missing)),
        Entry::TrackOpened { track, task } => format!("{track}: {} took up the case", case::specialist::agent(*task)),
        Entry::CustomerAsked { track, question, .. } => format!("{track}: the customer is asked {}", name(question)),
        Entry::Proposed { track, proposal, by } => {
            let by = by.as_ref().map(|by| format!(", {by}'s own decision")).unwrap_or_default();
            let amount = proposal.amount().map(|amount| format!(" {amount}")).unwrap_or_default();
            let (id, action, approval) = (proposal.id(), proposal.action().name(), proposal.approval().name());
            let cites: Vec<&str> = proposal.cites().iter().map(case::ids::EvidenceId::as_str).collect();
            format!("{track}: {id} proposes {action}{amount}, approval {approval}{by}; cites {}", cites.join(", "))
        }
        Entry::LawApplied { track, law } => format!("{track}: {} clocks of the law run", law.clocks.len()),
        Entry::Warned { track, rule, due_on, missed: false } => format!("{track}: {rule} is due on {due_on}"),
        Entry::Warned { track, rule, due_on, missed: true } => format!("{track}: {rule} was due on {due_on}"),
        Entry::Escalated { reason } => format!("a person should look: {}", name(reason)),
        Entry::Returned { why: Return::ClaimExpired } => {
            "the claim ended, and the case went back to the queue".to_owned()
        }
        Entry::Returned { why: Return::SnoozeOver } => "the rest is over".to_owned(),
        Entry::Erased { why } => format!("the words were erased: {}", name(why)),
        Entry::Closed { outcome } => format!("closed: {}", name(outcome)),
    }
}

/// The name of a value of a closed list on the wire.
fn name(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(name)) => name,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

fn scored(scored: Scored) -> String {
    format!("{} ({:.3})", scored.label.name(), scored.confidence.share())
}

fn asked(question: &Question) -> String {
    match question {
        Question::Triage { model, .. } if question.is_audit() => format!("{model} for a second opinion"),
        Question::Triage { model, repair: false, .. } => format!("{model} what it is about"),
        Question::Triage { model, repair: true, .. } => format!("{model} again, because its answer could not be used"),
        Question::Draft { model, proposal, .. } => format!("{model} for a summary of {proposal}"),
        Question::Extract { model, .. } => format!("{model} for the identity fields"),
        Question::Lookup(lookup) => format!("{} for {}", lookup.source().name(), lookup.step()),
        Question::Consult(asked) => format!("the agent {} about {}", asked.agent, asked.finding.action.name()),
        Question::Act { proposal } => format!("for the action of {proposal}"),
        Question::Letter { letter } => format!("for sending the letter {letter}"),
    }
}

fn answered(answer: &Answer) -> String {
    match answer {
        Answer::Opinion { label, confidence, call, .. } => {
            let cost = call.cost_nano_dollars.map(|nano| format!(", {nano} nano-dollars")).unwrap_or_default();
            let tokens = call.input_tokens.saturating_add(call.output_tokens);
            let opinion = scored(Scored { label: *label, confidence: *confidence });
            format!("{} says {opinion} ({tokens} tokens{cost})", call.model)
        }
        Answer::Drafted { kept, dropped, .. } => format!("a summary: {kept} sentences kept, {dropped} dropped"),
        Answer::Extracted { identity, dropped, .. } => {
            format!("{} identity fields found, {dropped} dropped", identity.found.len())
        }
        Answer::Facts { facts, took_ms, .. } => format!("{} in {took_ms} ms", counted(facts)),
        Answer::Advised { advice: Advice::Agrees, took_ms, .. } => format!("it agrees, in {took_ms} ms"),
        Answer::Advised { advice: Advice::Finds(found), took_ms, .. } => {
            format!("it finds {}, in {took_ms} ms", found.action.name())
        }
        Answer::Done { reference, took_ms } => {
            let reference = reference.as_ref().map(|reference| format!(" as {reference}")).unwrap_or_default();
            format!("done{reference} in {took_ms} ms")
        }
        Answer::Failed { failure, took_ms, .. } => format!("failed after {took_ms} ms: {}", why_failed(*failure)),
    }
}

fn counted(facts: &Facts) -> String {
    match facts {
        Facts::Transactions { total, rows, .. } => format!("{total} transactions, {} of them kept", rows.len()),
        Facts::Accounts { rows } => format!("{} accounts", rows.len()),
        Facts::Payments { rows } => format!("{} payments", rows.len()),
        Facts::Profile { present, missing, .. } => {
            format!("{} profile fields there, {} missing", present.len(), missing.len())
        }
        Facts::Risk { score, band, .. } => format!("risk {score} of 1000 ({})", name(band)),
        Facts::Merchants { rows, .. } => format!("{} merchants", rows.len()),
        Facts::Policy { rows } => format!("{} passages", rows.len()),
    }
}

const fn why_failed(failure: Failure) -> &'static str {
    match failure {
        Failure::NotConfigured => "not configured",
        Failure::NotFound => "not found",
        Failure::Refused => "refused",
        Failure::Unavailable => "unavailable",
        Failure::TimedOut => "timed out",
        Failure::Unusable => "the answer cannot be used",
        Failure::NoProfile => "no profile to take the customer's name out by",
    }
}

const fn why_missing(missing: Missing) -> &'static str {
    match missing {
        Missing::Failed(failure) => why_failed(failure),
        Missing::Late => "late",
    }
}

fn commanded(command: &Command) -> String {
    match command {
        Command::Claim => "took the case".to_owned(),
        Command::Release => "gave the case back".to_owned(),
        Command::Identify { customer } => format!("said that the customer is {customer}"),
        Command::Reroute { task } => format!("sent the case to {}", case::specialist::agent(*task)),
        Command::Ask { .. } => "asked the customer something".to_owned(),
        Command::Approve { proposal, .. } => format!("approved {proposal}"),
        Command::Reject { proposal, .. } => format!("rejected {proposal}"),
        Command::Decide { action, .. } => format!("decided: {}", action.name()),
        Command::Close { .. } => "closed the case".to_owned(),
        Command::Reopen { .. } => "opened the case again".to_owned(),
        Command::Assign { to, .. } => format!("gave the case to {to}"),
        Command::Snooze { until, .. } => format!("lets the case rest until {}", until.rfc3339()),
        Command::Escalate { .. } => "asks for somebody with more authority".to_owned(),
        Command::Reply { .. } => "sent a letter to the customer".to_owned(),
        Command::Reveal { what } => format!("looked at {what}"),
        Command::Hold { .. } => "put the case on hold".to_owned(),
        Command::Unhold { .. } => "ended the hold".to_owned(),
        Command::Erase => "commanded to erase the words".to_owned(),
    }
}
