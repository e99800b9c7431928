//! Events fold into a reply. It refuses to give one before `message_stop`, and after a failure it
//! stays failed.

use super::{Block, Event, StreamError};
use crate::failure::{self, Failure, Why};
use crate::limits::REPLY_BLOCKS_MAX;
use crate::reply::{Draft, Reply, Usage};
use http::HeaderMap;

/// Folds the events of one stream into a [`Reply`].
#[derive(Debug, Default)]
pub struct Assembler {
    headers: HeaderMap,
    draft: Draft,
    stage: Stage,
    /// The number of the text block that is open now, if one is.
    open_text: Option<u64>,
    blocks: usize,
}

/// How far the message has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Waiting,
    Started,
    Stopped,
}

impl Assembler {
    /// An assembler for the answer with these headers.
    #[must_use]
    pub fn new(headers: HeaderMap) -> Self {
        Self { headers, ..Self::default() }
    }

    /// Whether `message_stop` has come, so that nothing more need be read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.stage == Stage::Stopped
    }

    /// The text so far, for showing progress. It is untrusted and may still turn out unusable.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.draft.text
    }

    /// Takes one event in.
    ///
    /// # Errors
    /// [`Failure`] where the service reports an error or the events do not make a message.
    pub fn push(&mut self, event: Event) -> Result<(), Failure> {
        match (self.stage, event) {
            (_, Event::Error(error)) => Err(failure::of_error_in_success(&error.0, &self.headers)),
            // What comes after the end is of no interest, and neither is what we do not know.
            (Stage::Stopped, _) | (_, Event::Ping | Event::Unknown) => Ok(()),
            (Stage::Waiting, Event::MessageStart(start)) => {
                self.stage = Stage::Started;
                self.draft.model = start.model;
                self.draft.usage = start.usage.over(Usage::default()).ok_or_else(|| self.unusable(Why::WrongShape))?;
                Ok(())
            }
            (Stage::Waiting, _) | (Stage::Started, Event::MessageStart(_)) => Err(self.unusable(Why::WrongShape)),
            (Stage::Started, event) => self.grow(event).map_err(|why| self.unusable(why)),
        }
    }

    fn grow(&mut self, event: Event) -> Result<(), Why> {
        match event {
            Event::BlockStart { index, block } => {
                self.blocks += 1;
                if self.blocks > REPLY_BLOCKS_MAX {
                    return Err(Why::TooLarge);
                }
                self.open_text = None;
                if let Block::Text(text) = block {
                    self.open_text = Some(index);
                    self.draft.push_text(&text)?;
                }
            }
            Event::TextDelta { index, text } => {
                if self.open_text != Some(index) {
                    return Err(Why::WrongShape);
                }
                self.draft.push_text(&text)?;
            }
            Event::BlockStop => self.open_text = None,
            Event::MessageDelta(delta) => {
                if delta.stop_reason.is_some() {
                    self.draft.stop_reason = delta.stop_reason;
                }
                if let Some(usage) = delta.usage {
                    self.draft.usage = usage.over(self.draft.usage).ok_or(Why::WrongShape)?;
                }
            }
            Event::MessageStop => self.stage = Stage::Stopped,
            // The rest never comes here or changes nothing.
            Event::OtherDelta | Event::MessageStart(_) | Event::Ping | Event::Error(_) | Event::Unknown => {}
        }
        Ok(())
    }

    /// The reply, once the stream has ended.
    ///
    /// # Errors
    /// [`Failure::Unusable`] where the stream ended early, or the message is no use for the same
    /// reasons as in [`crate::read_reply`].
    pub fn finish(self) -> Result<Reply, Failure> {
        let failed = |why| self.unusable(why);
        match self.stage {
            Stage::Waiting => return Err(failed(Why::Empty)),
            Stage::Started => return Err(failed(Why::Unfinished)),
            Stage::Stopped => {}
        }
        match self.draft.clone().finish() {
            Ok(finished) => Ok(finished.into_reply(&self.headers)),
            Err(why) => Err(self.unusable(why)),
        }
    }

    /// The failure of a stream that could not be read on, with the usage so far.
    #[must_use]
    pub fn fail(&self, error: StreamError) -> Failure {
        self.unusable(error.why())
    }

    fn unusable(&self, why: Why) -> Failure {
        let usage = (self.stage != Stage::Waiting).then_some(self.draft.usage);
        Failure::Unusable { why, usage, request_id: failure::request_id(&self.headers) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;
    use crate::reply::StopReason;
    use crate::stream::Parser;

    const START: &str = r#"{"type":"message_start","message":{"id":"msg_1","type":"message","role":"assistant","content":[],"model":"claude-haiku-5-5","stop_reason":null,"usage":{"input_tokens":25,"cache_read_input_tokens":600,"output_tokens":1}}}"#;
    const THINKING: &str =
        r#"{"type":"content_block_start","index":0,"content_block":{"type":"thinking","thinking":""}}"#;
    const THOUGHT: &str =
        r#"{"type":"content_block_delta","index":0,"delta":{"type":"thinking_delta","thinking":"hm"}}"#;
    const STOP_0: &str = r#"{"type":"content_block_stop","index":0}"#;
    const TEXT: &str = r#"{"type":"content_block_start","index":1,"content_block":{"type":"text","text":""}}"#;
    const HELLO: &str = r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"Hel"}}"#;
    const LO: &str = r#"{"type":"content_block_delta","index":1,"delta":{"type":"text_delta","text":"lo"}}"#;
    const STOP_1: &str = r#"{"type":"content_block_stop","index":1}"#;
    const END: &str = r#"{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":15,"output_tokens_details":{"thinking_tokens":7}}}"#;
    const STOP: &str = r#"{"type":"message_stop"}"#;
    const PING: &str = r#"{"type":"ping"}"#;
    const NEW: &str = r#"{"type":"brand_new","payload":[1,2,3]}"#;

    fn fold(events: &[&str]) -> Result<Reply, Failure> {
        let (mut parser, mut assembler) = (Parser::new(), Assembler::new(HeaderMap::new()));
        for data in events {
            for event in parser.push(format!("data: {data}\n\n").as_bytes()).map_err(|error| assembler.fail(error))? {
                assembler.push(event)?;
            }
        }
        assembler.finish()
    }

    fn check_unusable(events: &[&str], expected: Why) {
        assert!(matches!(fold(events), Err(Failure::Unusable { why, .. }) if why == expected), "{:?}", fold(events));
    }

    #[test]
    fn a_whole_stream_makes_the_reply_of_a_whole_body() {
        let reply =
            fold(&[PING, START, NEW, THINKING, THOUGHT, STOP_0, PING, TEXT, HELLO, NEW, LO, STOP_1, END, STOP, PING])
                .unwrap();
        assert_eq!(
            (reply.text.words("a test"), reply.model.as_str(), &reply.stop_reason),
            ("Hello", "claude-haiku-5-5", &StopReason::EndTurn)
        );
        assert_eq!(
            reply.usage,
            Usage {
                input_tokens: 25,
                output_tokens: 15,
                cache_creation_input_tokens: 0,
                cache_read_input_tokens: 600,
                thinking_tokens: 7
            }
        );
    }

    #[test]
    fn a_stream_that_is_no_whole_message_is_unusable() {
        check_unusable(&[], Why::Empty);
        check_unusable(&[PING, PING], Why::Empty);
        check_unusable(&[START, TEXT, HELLO], Why::Unfinished);
        check_unusable(&[START, TEXT, HELLO, STOP_1, STOP], Why::Unfinished);
        check_unusable(&[START, TEXT, HELLO, STOP_1, END], Why::Unfinished);
        check_unusable(&[TEXT, HELLO], Why::WrongShape);
        check_unusable(&[START, START], Why::WrongShape);
        check_unusable(&[START, HELLO], Why::WrongShape);
        check_unusable(&[START, THINKING, HELLO], Why::WrongShape);
        check_unusable(&[START, TEXT, STOP_1, HELLO], Why::WrongShape);
        check_unusable(&[START, END, STOP], Why::NoText);
        check_unusable(&[START, TEXT, HELLO, &END.replace("end_turn", "max_tokens"), STOP], Why::Truncated);
        check_unusable(&[START, TEXT, HELLO, &END.replace("end_turn", "refusal"), STOP], Why::Refusal);
        check_unusable(&[START, "{"], Why::NotJson);
        check_unusable(
            &vec![TEXT; REPLY_BLOCKS_MAX + 2]
                .iter()
                .copied()
                .enumerate()
                .map(|(at, text)| if at == 0 { START } else { text })
                .collect::<Vec<_>>(),
            Why::TooLarge,
        );
    }

    #[test]
    fn an_unusable_stream_says_what_it_used_so_far() {
        let Err(Failure::Unusable { usage: Some(usage), .. }) = fold(&[START, TEXT, HELLO]) else { panic!("no usage") };
        assert_eq!((usage.input_tokens, usage.output_tokens), (25, 1));
    }

    #[test]
    fn an_error_in_the_middle_says_whether_to_retry() {
        let overloaded = r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#;
        assert!(matches!(
            fold(&[START, TEXT, overloaded]),
            Err(Failure::Retryable { kind: Kind::Overloaded, status: 200, .. })
        ));
        let invalid = r#"{"type":"error","error":{"type":"invalid_request_error","message":"x"}}"#;
        assert!(matches!(fold(&[invalid]), Err(Failure::NotRetryable { kind: Kind::InvalidRequest, .. })));
    }

    #[test]
    fn any_order_and_any_damage_ends_in_a_reply_or_a_failure() {
        let parts = [START, THINKING, THOUGHT, STOP_0, TEXT, HELLO, LO, STOP_1, END, STOP, PING, NEW, "{", "null"];
        let mut seed = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = move || {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            seed as usize
        };
        let mut replies = 0;
        for _ in 0..20_000 {
            let mut events = vec![START];
            events.extend((0..next() % 12).map(|_| parts[next() % parts.len()]));
            if next() % 2 == 0 {
                events.extend([TEXT, HELLO, END, STOP]);
            }
            if let Ok(reply) = fold(&events) {
                replies += 1;
                assert!(!reply.text.is_empty());
            }
        }
        assert!(replies > 100, "the generator makes whole messages too: {replies}");
    }
}
