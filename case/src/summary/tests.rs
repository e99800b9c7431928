//! Our own sentences before the judge.

use super::*;
use crate::{
    case::Case,
    narrative::{Claim, DisputeKind, Narrative},
    policy::{Action, Finding},
    settings::AgentName,
};

const DISPUTE: &str = include_str!("../../../testdata/journals/v1-dispute.jsonl");

fn state() -> State {
    Case::replay(DISPUTE.lines()).unwrap().state().clone()
}

/// Every reason, by the names in the file that lists them.
fn reasons() -> Vec<Reason> {
    let names =
        include_str!("../policy/reason.rs").lines().filter_map(|line| line.strip_prefix("    ")?.strip_suffix(','));
    let names = names.filter(|name| name.chars().all(char::is_alphanumeric));
    let snake = |name: &str| {
        name.char_indices().fold(String::new(), |mut snake, (at, letter)| {
            if letter.is_uppercase() && at > 0 {
                snake.push('_');
            }
            snake.extend(letter.to_lowercase());
            snake
        })
    };
    names.map(|name| serde_json::from_value(snake(name).into()).unwrap()).collect()
}

#[test]
fn every_reason_has_a_sentence_that_the_judge_lets_pass() {
    let state = state();
    let reasons = reasons();
    assert!(reasons.len() > 60, "{}", reasons.len());
    let first = &state.tracks[0].proposals[0].proposal;
    let mut texts = evidence::texts(&state);
    texts.insert(evidence::named("case", "decision"), "An analyst decided what is to be done.".to_owned());
    for action in Action::ALL {
        let finding = Finding {
            action,
            reasons: reasons.clone(),
            cites: first.cites().to_vec(),
            references: first.references().to_vec(),
            amount: first.amount(),
            code: None,
        };
        let (hash, settings, agent) = (first.hash(), &state.opened.settings, AgentName::parse("far-away").unwrap());
        let ours = Proposal::new("p1".to_owned(), finding.clone(), hash.clone(), settings);
        let theirs = Proposal::of_agent("p1".to_owned(), finding, agent, hash.clone(), settings);
        for proposal in [ours, theirs] {
            let sentences = reasons.iter().filter_map(|reason| because(&state, &proposal, *reason, &texts));
            for sentence in sentences.chain([proposed(&proposal)]) {
                assert_eq!(check::supported(&sentence, &texts), Ok(()), "{sentence:?}");
            }
        }
    }
}

#[test]
fn every_reason_has_one_sentence_or_is_told_by_the_facts() {
    let told_by_facts =
        [Reason::TransactionFound, Reason::RiskHigh, Reason::RiskMedium, Reason::RiskLow, Reason::EvidenceMissing];
    for reason in reasons() {
        assert_eq!(words::because(reason).is_none(), told_by_facts.contains(&reason), "{reason:?}");
    }
}

#[test]
fn the_summary_of_a_dispute_tells_the_whole_case() {
    let state = state();
    let proposal = &state.tracks[0].proposals[0].proposal;
    let sentences = of(&state, proposal);
    let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "The customer says that they were charged more than once for the same thing.",
            "Transaction tx1 is a card payment of USD 12.99, posted, booked on 2026-11-20 at 09:30 UTC.",
            "Transaction tx2 is a card payment of USD 12.99, posted, booked on 2026-11-20 at 09:30 UTC.",
            "One purchase was charged twice, and neither charge was credited.",
            "What is proposed is to raise a chargeback of USD 12.99, which needs an analyst's agreement.",
        ]
    );
    let row = EvidenceId::parse("ledger:tx2").unwrap();
    assert_eq!(sentences[2].cites, [row], "each row cites itself");
}

#[test]
fn every_line_of_evidence_can_be_repeated_as_a_sentence() {
    let texts = evidence::texts(&state());
    assert!(texts.len() > 5, "{texts:?}");
    for (id, text) in &texts {
        let sentence = Sentence { text: text.clone(), cites: vec![id.clone()] };
        assert_eq!(check::supported(&sentence, &texts), Ok(()), "{text}");
    }
}

#[test]
fn the_title_of_every_rule_can_be_told() {
    for found in crate::rules::Rulebook::shipped().rules() {
        let title = &found.rule.title;
        let text = format!("By the rule a/b, a clock that started on 2026-11-20 ends on 2026-12-05 ({title}).");
        let id = crate::evidence::law::rule_id("a/b").unwrap();
        let texts = Texts::from([(id.clone(), text.clone())]);
        assert_eq!(check::supported(&Sentence { text: text.clone(), cites: vec![id] }, &texts), Ok(()), "{text}");
    }
}

#[test]
fn what_the_customer_said_is_told_from_the_closed_vocabulary() {
    let narrative = Narrative {
        dispute: DisputeKind::SubscriptionCancelled,
        claims: [Claim::Cancelled, Claim::LostOrStolen].into(),
        cancelled_on: Some(jiff::civil::date(2026, 11, 3)),
        ..Narrative::default()
    };
    assert_eq!(
        told(&narrative),
        "The customer says that they were charged for what they had cancelled, and that a card or device is lost or \
         stolen, and that they cancelled on 2026-11-03."
    );
    assert!(told(&Narrative::default()).contains("none of the complaints"));
}
