//! The same answer piece by piece: bytes become lines, lines become [`Event`]s, events fold into a
//! [`crate::Reply`]. It refuses to wait, to grow without bound, and to fail on events that are
//! newer than this code.

mod assembler;
mod parser;

pub use assembler::Assembler;
pub use parser::Parser;

use crate::failure::Why;
use crate::kind::WireError;
use crate::reply::WireUsage;
use serde::Deserialize;

/// One event of a streamed message, as far as this code cares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The message begins; its model and the prompt's usage are known.
    MessageStart(MessageStart),
    /// A content block begins.
    BlockStart {
        /// Its number.
        index: u64,
        /// Whether it is text, which counts, or anything else, which does not.
        block: Block,
    },
    /// A block of text grows.
    TextDelta {
        /// Its number.
        index: u64,
        /// What is added.
        text: String,
    },
    /// Another kind of block (thinking, a signature, a newer kind) grows.
    OtherDelta,
    /// A content block ends.
    BlockStop,
    /// The message is about to end; the reason and the final usage are known.
    MessageDelta(MessageDelta),
    /// The message is over.
    MessageStop,
    /// Nothing happened; the connection lives.
    Ping,
    /// The service gives up in the middle.
    Error(StreamedError),
    /// An event that is newer than this code.
    Unknown,
}

/// The kinds of content block that are told apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// Text, with what it begins with (usually nothing).
    Text(String),
    /// Thinking, tools and whatever else there is or will be.
    Other,
}

/// What the first event says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageStart {
    pub(crate) model: String,
    pub(crate) usage: WireUsage,
}

/// What the last event but one says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MessageDelta {
    pub(crate) stop_reason: Option<String>,
    pub(crate) usage: Option<WireUsage>,
}

/// The error in the middle of a stream; only its type is kept, never its message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamedError(pub(crate) WireError);

/// Why a stream cannot be read on. No byte of the stream is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StreamError {
    /// The data of a known event is not JSON in UTF-8.
    #[error("the stream holds an event that is not JSON")]
    NotJson,
    /// The data of a known event is JSON of another shape.
    #[error("the stream holds an event of the wrong shape")]
    WrongShape,
    /// A line, an event or the whole stream is over its limit.
    #[error("the stream is over its limit")]
    TooLarge,
}

impl StreamError {
    /// What this means for the answer.
    #[must_use]
    pub fn why(self) -> Why {
        match self {
            Self::NotJson => Why::NotJson,
            Self::WrongShape => Why::WrongShape,
            Self::TooLarge => Why::TooLarge,
        }
    }
}

#[derive(Deserialize)]
struct WireEvent {
    #[serde(rename = "type")]
    event_type: String,
    index: Option<u64>,
    message: Option<WireStart>,
    content_block: Option<WirePart>,
    delta: Option<WirePart>,
    usage: Option<WireUsage>,
    error: Option<WireError>,
}

#[derive(Deserialize)]
struct WireStart {
    model: String,
    usage: WireUsage,
}

/// A content block, a block's delta or a message's delta: three shapes that share no field by accident.
#[derive(Deserialize)]
struct WirePart {
    #[serde(rename = "type")]
    part_type: Option<String>,
    text: Option<String>,
    stop_reason: Option<String>,
}

impl Event {
    /// Reads the data of one event. A name that is given and unknown makes the data none of our business.
    fn read(name: &[u8], data: &[u8]) -> Result<Self, StreamError> {
        if name == b"ping" {
            return Ok(Self::Ping);
        }
        if !name.is_empty() && !KNOWN.iter().any(|known| known.as_bytes() == name) {
            return Ok(Self::Unknown);
        }
        let wire: WireEvent = serde_json::from_slice(data)
            .map_err(|error| if error.is_data() { StreamError::WrongShape } else { StreamError::NotJson })?;
        wire.into_event().ok_or(StreamError::WrongShape)
    }
}

const KNOWN: [&str; 7] = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "content_block_stop",
    "message_delta",
    "message_stop",
    "error",
];

impl WireEvent {
    fn into_event(self) -> Option<Event> {
        Some(match self.event_type.as_str() {
            "message_start" => {
                let WireStart { model, usage } = self.message?;
                Event::MessageStart(MessageStart { model, usage })
            }
            "content_block_start" => {
                let part = self.content_block?;
                let block =
                    if part.part_type? == "text" { Block::Text(part.text.unwrap_or_default()) } else { Block::Other };
                Event::BlockStart { index: self.index?, block }
            }
            "content_block_delta" => {
                let part = self.delta?;
                if part.part_type? == "text_delta" {
                    Event::TextDelta { index: self.index?, text: part.text? }
                } else {
                    Event::OtherDelta
                }
            }
            "content_block_stop" => Event::BlockStop,
            "message_delta" => {
                Event::MessageDelta(MessageDelta { stop_reason: self.delta?.stop_reason, usage: self.usage })
            }
            "message_stop" => Event::MessageStop,
            "ping" => Event::Ping,
            "error" => Event::Error(StreamedError(self.error.unwrap_or_default())),
            _ => Event::Unknown,
        })
    }
}
