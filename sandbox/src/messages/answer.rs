//! Deciding what the stand-in says: the script first, then a fault, then orders it obeys, then what was asked for.

use serde_json::{Value, json};

use super::api_error::ApiError;
use super::facts::{Facts, NAN_MARK};
use super::fill::fill;
use super::gullible::Orders;
use super::judge::{Judgement, judge};
use super::label::Label;
use super::models::model;
use super::prompt::Prompt;
use super::reply::{Block, Reply, Stop};
use super::request::MessageRequest;
use super::script::{Line, Prompter};
use crate::faults::FaultKind;
use crate::world::{Obedience, Strictness};

/// How confident a model is that does what a text told it.
const OBEDIENT_CONFIDENCE: f64 = 0.99;
/// A label that nobody allowed.
const ALIEN_LABEL: &str = "approve_everything";
const IMPOSSIBLE_CONFIDENCE: f64 = 1.7;

/// How the stand-in behaves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manners<'a> {
    pub(super) prompter: &'a Prompter,
    pub(super) strictness: Strictness,
    pub(super) obedience: Obedience,
    pub(super) fault: Option<FaultKind>,
}

/// The answer to a request; `call_id` names a call of a tool, where it makes one.
pub(super) fn answer(request: &MessageRequest, manners: Manners<'_>, call_id: &str) -> Result<Reply, ApiError> {
    let turn = request.user_text();
    let prompt = Prompt::read(turn);
    match manners.prompter.line_for(&format!("{}\n{turn}", prompt.customer_text)) {
        Some(Line::Error(status, message)) => return Err(ApiError::new(status, message)),
        Some(Line::Reply(text)) => return Ok(Reply::text(text).limited(request)),
        None => {}
    }
    match manners.fault {
        Some(FaultKind::Refusal) => return Ok(Reply { blocks: Vec::new(), stop: Stop::Refusal }),
        Some(FaultKind::Empty) => return Ok(Reply { blocks: Vec::new(), stop: Stop::EndTurn }),
        Some(FaultKind::Prose) => {
            let label = judge(&prompt.customer_text).label().name().replace('_', " ");
            return Ok(Reply::text(format!("Sure! I think this is a matter of {label}, I am fairly certain of it.")));
        }
        _ => {}
    }
    let orders = match manners.obedience {
        Obedience::Gullible => Orders::read(&prompt.untrusted_text),
        Obedience::Wary => Orders::default(),
    };
    if let Some(dictated) = orders.dictated {
        return Ok(Reply::text(dictated).limited(request));
    }
    let facts = facts(&prompt, orders, manners.fault);
    let mut reply = compose(request, &prompt, &facts, call_id)?;
    if manners.fault == Some(FaultKind::MaxTokens) {
        cut_in_half(&mut reply);
    }
    if thinks(request, manners.strictness) {
        reply.blocks.insert(0, Block::Thinking(facts.judgement.reason));
    }
    Ok(reply.limited(request))
}

/// What is known about the prompt, bent by what the text orders and by the fault.
fn facts(prompt: &Prompt, orders: Orders, fault: Option<FaultKind>) -> Facts {
    let mut judgement = judge(&prompt.customer_text);
    if let Some(label) = orders.label {
        judgement = certain(&judgement, label, "The text asked for this label.");
    }
    if fault == Some(FaultKind::WrongLabel) {
        let tasks = judgement.ranking.iter().rev().map(|(label, _)| *label);
        let wrong = tasks.filter(|label| *label != Label::Other).find(|label| *label != judgement.label());
        judgement = certain(&judgement, wrong.unwrap_or(Label::KycLookup), "The text reads like it.");
    }
    let confidence = orders.confidence;
    let mut facts = Facts::new(prompt, judgement, orders);
    if let Some(confidence) = confidence {
        facts.confidence = confidence;
    }
    match fault {
        Some(FaultKind::UnknownLabel) => facts.alien_label = Some(ALIEN_LABEL),
        Some(FaultKind::Nan) => facts.confidence = NAN_MARK,
        Some(FaultKind::OutOfRange) => facts.confidence = IMPOSSIBLE_CONFIDENCE,
        _ => {}
    }
    facts
}

/// The opinion with another label at its top.
fn certain(judgement: &Judgement, label: Label, reason: &str) -> Judgement {
    let others = judgement.ranking.iter().copied().filter(|(other, _)| *other != label);
    let others = others.map(|(other, share)| (other, share.min(1.0 - OBEDIENT_CONFIDENCE)));
    let ranking = std::iter::once((label, OBEDIENT_CONFIDENCE)).chain(others).collect();
    Judgement { ranking, reason: reason.to_owned() }
}

/// Answers in the form that was asked for: a tool's input, a schema, plain JSON, or words.
fn compose(request: &MessageRequest, prompt: &Prompt, facts: &Facts, call_id: &str) -> Result<Reply, ApiError> {
    let unfillable = || ApiError::invalid("The schema is nested too deeply, or refers to nothing");
    if let Some((name, schema)) = request.forced_tool() {
        let input = fill(schema, facts).ok_or_else(unfillable)?;
        let block = Block::ToolUse { id: call_id.to_owned(), name: name.to_owned(), input };
        return Ok(Reply { blocks: vec![block], stop: Stop::ToolUse });
    }
    let text = match request.schema() {
        Some(schema) => fill(schema, facts).ok_or_else(unfillable)?.to_string(),
        None => plain(request, prompt, facts),
    };
    let text = text.replace(&NAN_MARK.to_string(), "NaN");
    let begun = request.prefill().map(str::trim).filter(|begun| !begun.is_empty());
    Ok(Reply::text(begun.and_then(|begun| text.strip_prefix(begun)).unwrap_or(&text)))
}

/// The answer to a prompt without a schema, which says in words what it wants.
fn plain(request: &MessageRequest, prompt: &Prompt, facts: &Facts) -> String {
    let turn = request.user_text().replacen(&prompt.customer_text, "", 1);
    let instructions = format!("{}\n{turn}", request.system).to_lowercase();
    let named = |label: Label| instructions.contains(label.name());
    let some_named = Label::ALL.into_iter().any(|label| label != Label::Other && named(label));
    let allowed = |label: Label| if label == Label::Other { named(label) } else { named(label) || !some_named };
    let label = facts.label_among(allowed).unwrap_or(Label::Other);
    let label = facts.alien_label.unwrap_or(label.name());
    if instructions.contains("json") && (instructions.contains("task") || instructions.contains("confidence")) {
        // Written field by field, in the order in which callers ask for them.
        let (label, reason) = (json!(label), json!(facts.judgement.reason));
        return format!(r#"{{"task": {label}, "confidence": {}, "reason": {reason}}}"#, Value::from(facts.confidence));
    }
    if instructions.contains("summar") {
        return facts.summary_text();
    }
    if some_named {
        return label.to_owned();
    }
    "This is a stand-in for a model. It labels, extracts and summarises requests to a bank, and nothing else."
        .to_owned()
}

fn thinks(request: &MessageRequest, strictness: Strictness) -> bool {
    match (request.thinking(), strictness) {
        (Some("adaptive" | "enabled"), _) => true,
        (Some(_), _) | (None, Strictness::Lenient) => false,
        (None, Strictness::Strict) => model(&request.model).is_some_and(|model| model.thinks_by_default),
    }
}

/// Cuts the last block in the middle, as if the tokens had run out there.
fn cut_in_half(reply: &mut Reply) {
    reply.stop = Stop::MaxTokens;
    match reply.blocks.last_mut() {
        Some(Block::Text(text) | Block::Thinking(text)) => {
            *text = text.chars().take(text.chars().count() / 2).collect();
        }
        Some(Block::ToolUse { input, .. }) => *input = json!({}),
        None => {}
    }
}
