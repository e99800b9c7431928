//! Server-sent events from bytes that may be cut anywhere: inside a character, between CR and LF.
//! It refuses to hold more than one event, and after a failure it stays failed.

use super::{Event, StreamError};
use crate::limits::{STREAM_BYTES_MAX, STREAM_EVENT_BYTES_MAX, STREAM_EVENTS_MAX, STREAM_LINE_BYTES_MAX};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An incremental parser of one stream.
#[derive(Debug, Default)]
pub struct Parser {
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    ended_with_cr: bool,
    lines: usize,
    bytes: usize,
    events: usize,
    failed: Option<StreamError>,
}

impl Parser {
    /// A parser at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes and gives the events that they complete.
    ///
    /// # Errors
    /// [`StreamError`], from then on at every call; events of the same call before it are lost,
    /// which is right because the stream cannot be finished any more.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<Event>, StreamError> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let events = self.read(bytes);
        self.failed = events.as_ref().err().copied();
        events
    }

    fn read(&mut self, bytes: &[u8]) -> Result<Vec<Event>, StreamError> {
        self.bytes = self.bytes.saturating_add(bytes.len());
        if self.bytes > STREAM_BYTES_MAX {
            return Err(StreamError::TooLarge);
        }
        let mut events = Vec::new();
        for &byte in bytes {
            // A line ends with CR, LF or both; the LF of a pair may come in the next piece.
            let completes_pair = byte == b'\n' && self.ended_with_cr;
            self.ended_with_cr = byte == b'\r';
            if completes_pair {
                continue;
            }
            if byte != b'\n' && byte != b'\r' {
                if self.line.len() == STREAM_LINE_BYTES_MAX {
                    return Err(StreamError::TooLarge);
                }
                self.line.push(byte);
                continue;
            }
            if let Some(event) = self.end_line()? {
                events.push(event);
            }
        }
        Ok(events)
    }

    /// Takes in the finished line; an empty one completes an event.
    fn end_line(&mut self) -> Result<Option<Event>, StreamError> {
        let line = std::mem::take(&mut self.line);
        self.lines = self.lines.saturating_add(1);
        let line = if self.lines == 1 { line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&line) } else { &line };
        if line.is_empty() {
            return self.end_event();
        }
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let field = parts.next().unwrap_or_default();
        let value = parts.next().unwrap_or_default();
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"event" => self.name = value.to_vec(),
            b"data" => {
                if self.data.len() + value.len() > STREAM_EVENT_BYTES_MAX {
                    return Err(StreamError::TooLarge);
                }
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
            }
            // Comments (an empty field), `id`, `retry` and unknown fields say nothing to us.
            _ => {}
        }
        Ok(None)
    }

    fn end_event(&mut self) -> Result<Option<Event>, StreamError> {
        let (name, data) = (std::mem::take(&mut self.name), std::mem::take(&mut self.data));
        if !std::mem::take(&mut self.has_data) {
            return Ok(None);
        }
        self.events += 1;
        if self.events > STREAM_EVENTS_MAX {
            return Err(StreamError::TooLarge);
        }
        Event::read(&name, &data).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stream::Block;

    const STREAM: &str = concat!(
        ": hello\n",
        "event: message_start\n",
        "data: {\"type\":\"message_start\",\"message\":{\"model\":\"m\",\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n",
        "event: ping\ndata: {\"type\": \"ping\"}\n\n",
        "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n",
        "event: brand_new\ndata: what is this?\n\n",
        "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\ndata: \"delta\":{\"type\":\"text_delta\",\"text\":\"Grüße €😀\"}}\n\n",
        "data: {\"type\":\"content_block_stop\",\"index\":0}\n\n",
        "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
    );

    fn all(stream: &str, size: usize) -> Vec<Event> {
        let mut parser = Parser::new();
        stream.as_bytes().chunks(size).flat_map(|piece| parser.push(piece).unwrap()).collect()
    }

    #[test]
    fn the_pieces_that_a_stream_comes_in_make_no_difference() {
        let whole = all(STREAM, STREAM.len());
        assert_eq!(whole.len(), 7);
        assert_eq!(whole[2], Event::BlockStart { index: 0, block: Block::Text(String::new()) });
        assert_eq!(whole[3], Event::Unknown);
        assert_eq!(whole[4], Event::TextDelta { index: 0, text: "Grüße €😀".to_owned() });
        for ending in ["\n", "\r\n", "\r"] {
            let stream = format!("\u{FEFF}{}", STREAM.replace('\n', ending));
            for size in 1..40 {
                assert_eq!(all(&stream, size), whole, "{ending:?} {size}");
            }
        }
    }

    #[test]
    fn an_event_without_its_empty_line_is_not_there_yet() {
        let mut parser = Parser::new();
        assert_eq!(parser.push(b"data: {\"type\":\"message_stop\"}\n"), Ok(vec![]));
        assert_eq!(parser.push(b"\n\n\n"), Ok(vec![Event::MessageStop]));
    }

    #[test]
    fn what_cannot_be_an_event_of_the_api_ends_the_stream() {
        for (stream, error) in [
            (&b"data: <html>\n\n"[..], StreamError::NotJson),
            (b"event: message_stop\ndata: {\n\n", StreamError::NotJson),
            (b"data: {\"type\":\"\xFF\"}\n\n", StreamError::NotJson),
            (b"data: {}\n\n", StreamError::WrongShape),
            (b"data: {\"type\":\"message_start\"}\n\n", StreamError::WrongShape),
            (
                b"data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\"}}\n\n",
                StreamError::WrongShape,
            ),
        ] {
            let mut parser = Parser::new();
            assert_eq!(parser.push(stream), Err(error), "{}", String::from_utf8_lossy(stream));
            assert_eq!(parser.push(b"event: ping\ndata: {}\n\n"), Err(error));
        }
    }

    fn endless(piece: &[u8]) -> usize {
        let mut parser = Parser::new();
        (0..100_000_000).find(|_| parser.push(piece) == Err(StreamError::TooLarge)).unwrap()
    }

    #[test]
    fn an_endless_stream_ends() {
        assert!(endless(&[b'x'; 1_000]) < 300, "one endless line");
        assert!(endless(&b"data: xxxxxxxxxxxxxxxxxxxx\n".repeat(100)) < 200, "one endless event");
        assert!(endless(&b":\n\n\n".repeat(1_000)) < 3_000, "nothing but comments");
        assert!(endless(&b"event:ping\ndata:\n\n".repeat(1_000)) < 210, "nothing but pings");
    }
}
