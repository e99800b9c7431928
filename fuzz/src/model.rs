//! What services answer: the Messages API, whole and piece by piece, what the model wrote in it, and the sources.

use case::{
    draft::{self, fields},
    evidence::Texts,
    facts,
    ids::{EvidenceId, Reference},
    limits,
    narrative::Heard,
    source::{Lookup, ProfileField, Topic},
    triage,
};
use claude::{
    Failure, Reply, read_reply,
    stream::{Assembler, Parser},
};
use http::HeaderMap;
use jiff::civil::Date;

use crate::{Target, text, texts};

/// A whole answer of the Messages API, or its error.
pub(crate) const REPLY: Target =
    Target { name: "reply", reads: "answers of the Messages API", seeds: reply_seeds, run: reply };

/// The same as a stream of events.
pub(crate) const STREAM: Target =
    Target { name: "stream", reads: "streams of the Messages API", seeds: stream_seeds, run: stream };

/// What the model wrote: an opinion, a summary, fields.
pub(crate) const ANSWER: Target = Target {
    name: "answer",
    reads: "the model's opinions, summaries and extracted fields",
    seeds: answer_seeds,
    run: answer,
};

/// What a source says of a look-up.
pub(crate) const SOURCE: Target = Target {
    name: "source",
    reads: "answers of ledger, profile, risk, merchants, policy",
    seeds: source_seeds,
    run: source,
};

/// What stands in an answer and must not in an error about it.
const PLANTED: &str = "4111111111111111";
/// The statuses that an answer is read with, by its first byte.
const STATUSES: [u16; 8] = [200, 200, 200, 400, 401, 429, 500, 529];

fn reply_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"0{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[{"type":"text","text":"{\"task\":\"fraud_check\"}"}],"stop_reason":"end_turn","usage":{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":0,"cache_creation_input_tokens":0}}"#,
        r#"1{"type":"error","error":{"type":"overloaded_error","message":"card 4111111111111111"}}"#,
        r#"5{"type":"error","error":{"type":"rate_limit_error","message":"4111111111111111"},"request_id":"req_1"}"#,
        "4<html>4111111111111111</html>",
    ])
}

fn reply(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let status = STATUSES[usize::from(*first) % STATUSES.len()];
    if let Err(failure) = read_reply(status, &HeaderMap::new(), body) {
        assert_silent(&failure);
    }
}

/// Nothing of an upstream body reaches a caller or a log.
fn assert_silent(failure: &Failure) {
    let said = format!("{failure} {failure:?}");
    assert!(!said.contains(PLANTED), "an error repeats what a service sent: {said}");
}

fn stream_seeds() -> Vec<Vec<u8>> {
    let start = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"stop_reason\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}\n\n";
    let text = "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\nevent: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hi \u{1f600}\"}}\n\nevent: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":0}\n\n";
    let stop = "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":{\"output_tokens\":4}}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";
    let whole = format!("{start}event: ping\r\ndata: {{\"type\": \"ping\"}}\r\n\r\n{text}{stop}");
    let error = "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"4111111111111111\"}}\n\n";
    [whole.clone(), whole.replace('\n', "\r\n"), format!("{start}{error}"), format!(": a comment\n{start}{text}")]
        .into_iter()
        .map(String::into_bytes)
        .collect()
}

/// However a stream is cut into pieces, the same comes of it. Where it is broken in two ways, which of them is told may differ:
/// the events before the break are lost with the piece that holds it.
fn stream(bytes: &[u8]) {
    let whole = assembled([bytes]);
    let middle = bytes.len() / 2;
    let halves = assembled([bytes.get(..middle).unwrap_or_default(), bytes.get(middle..).unwrap_or_default()]);
    let each = assembled(bytes.chunks(1));
    assert_eq!(whole, halves, "in two pieces");
    assert_eq!(whole, each, "byte by byte");
}

/// What a stream in these pieces comes to, if anything.
fn assembled<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Option<Reply> {
    let (mut parser, mut assembler) = (Parser::new(), Assembler::new(HeaderMap::new()));
    let read = || -> Result<(), Failure> {
        for piece in pieces {
            for event in parser.push(piece).map_err(|error| assembler.fail(error))? {
                assembler.push(event)?;
            }
        }
        Ok(())
    };
    let read = read();
    read.and_then(|()| assembler.finish()).inspect_err(assert_silent).ok()
}

fn answer_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"{"reason":"twice","task":"dispute_summary","confidence":0.91}"#,
        r#"{"sentences":[{"text":"The customer was charged twice.","cites":["case:request"]},{"text":"£12.50 was paid.","cites":["ledger:tx_1"]}]}"#,
        r#"{"fields":[{"field":"birth_date","value":"1990-01-02","document":"doc_1"},{"field":"name","value":"Ada","document":"words"}]}"#,
        r#"{"reason":"","task":" Fraud_Check ","confidence":7}"#,
    ])
}

fn answer(bytes: &[u8]) {
    let Some(answer) = text(bytes) else { return };
    if let Ok(opinion) = triage::prompt::read(answer) {
        let share = opinion.confidence.share();
        assert!((0.0..=1.0).contains(&share), "a confidence of {share}");
        assert!(
            opinion.reason.reveal("counting its letters").chars().count() <= limits::SHOWN_CHARS,
            "a reason without end"
        );
    }
    let cited = |id: &str, says: &str| Some((EvidenceId::parse(id).ok()?, says.to_owned()));
    let shown =
        [cited("case:request", "The customer was charged twice."), cited("ledger:tx_1", "GBP 12.50 to Streamly.")];
    let shown: Texts = shown.into_iter().flatten().collect();
    if let Ok(drafted) = draft::read(answer, &shown) {
        assert!(drafted.kept.len() <= limits::SUMMARY_SENTENCES, "a summary without end");
        let known = |id: &EvidenceId| shown.contains_key(id);
        assert!(drafted.kept.iter().all(|kept| kept.cites.iter().all(known)), "a sentence cites what nobody was shown");
    }
    let words = "I am Ada Byron, born 1990-01-02, and I live at 1 High Street, London.";
    let _ = fields::read(answer, &fields::sheets(words, &[]));
}

fn source_seeds() -> Vec<Vec<u8>> {
    texts(&[
        r#"0{"transactions":[{"id":"tx_1","customer_id":"cus_ada","amount":"12.50","currency":"GBP","merchant_id":"m_1","merchant":"Streamly","at":"2026-11-03T10:00:00Z","status":"settled"}],"next":null}"#,
        r#"1{"accounts":[{"id":"acc_1","customer_id":"cus_ada","kind":"current","currency":"GBP"}]}"#,
        r#"2{"payments":[{"id":"pay_1","customer_id":"cus_ada","amount":"1.00","currency":"GBP","scheme":"fps","status":{"code":"ACSC"}}]}"#,
        r#"3{"customer_id":"cus_ada","fields":{"name":"Ada Byron","birth_date":"1990-01-02"}}"#,
        r#"4{"score":712,"band":"high","reasons":[{"code":"new_device"}],"normal":{"amount":"10.00"},"model_version":"r-1"}"#,
        r#"5{"merchants":[{"id":"m_1","name":"Streamly"}]}"#,
        r#"6{"passages":[{"id":"p_1","text":"..."}]}"#,
    ])
}

fn source(bytes: &[u8]) {
    let Some((first, body)) = bytes.split_first() else { return };
    let Ok(customer) = Reference::parse("cus_ada") else { return };
    let day = Date::constant(2026, 11, 22);
    let lookup = match first % 7 {
        0 => Lookup::Transactions { customer, from: day, to: day },
        1 => Lookup::Accounts { customer },
        2 => Lookup::Payments { customer, payment: None },
        3 => Lookup::Profile { customer, fields: ProfileField::ALL.to_vec() },
        4 => Lookup::Risk { customer, transactions: Vec::new() },
        5 => Lookup::Merchants,
        _ => Lookup::Policy { topic: Topic::Refund },
    };
    let heard =
        Heard { texts: vec![(day, "Streamly took £12.50 twice on 3 November".to_owned())], ..Heard::default() };
    if let Ok(facts) = facts::read(&lookup, body, &heard) {
        assert!(facts.evidence().len() <= limits::SOURCE_ROWS, "more rows than a look-up may bring");
    }
}
