//! Every limit of this crate, each with its reason. Nothing elsewhere bounds anything by a number
//! of its own.

/// Longest base URL in bytes: a real one has under 100, and it is repeated in every log line about hosts.
pub const ENDPOINT_BYTES_MAX: usize = 2_048;

/// Longest API key in bytes: today's keys have about 110; the rest is room for gateways' own tokens.
pub const API_KEY_BYTES_MAX: usize = 1_024;

/// Longest model name in bytes: the longest published one has 30.
pub const MODEL_NAME_BYTES_MAX: usize = 128;

/// Largest request body in bytes: a customer's text (20,000 characters), a policy and a schema fit
/// many times over, and a runaway prompt is caught before it is paid for.
pub const REQUEST_BYTES_MAX: usize = 1_024 * 1_024;

/// Largest `max_tokens` that may be asked for: the most that any model in the price table writes.
pub const MAX_TOKENS_MAX: u32 = 128_000;

/// Largest reply body in bytes that is read at all: a triage answer has about 1 KB, a long summary 20 KB.
pub const REPLY_BYTES_MAX: usize = 1_024 * 1_024;

/// Longest text in bytes that a reply may hand on, so that a hostile endpoint cannot fill a journal.
pub const REPLY_TEXT_BYTES_MAX: usize = 128 * 1_024;

/// Most content blocks in one reply: an answer has one or two; the rest is room for thinking blocks.
pub const REPLY_BLOCKS_MAX: usize = 256;

/// Most tokens that a reply may claim in any one count: the largest context window is about a
/// million, and larger claims would only serve to poison sums.
pub const USAGE_TOKENS_MAX: u64 = 100_000_000;

/// Longest request id in bytes: real ones have under 40.
pub const REQUEST_ID_BYTES_MAX: usize = 64;

/// Longest name of an unknown stop reason that is kept, in bytes: it goes into the journal.
pub const STOP_REASON_BYTES_MAX: usize = 48;

/// Largest error body in bytes that is parsed for its type; beyond it the status alone decides.
pub const ERROR_BYTES_MAX: usize = 64 * 1_024;

/// Longest wait in milliseconds that a server may ask for: the headers have no upper bound, and a
/// case has a service level.
pub const RETRY_AFTER_MS_MAX: u64 = 60_000;

/// Shortest pause before a retry in milliseconds, as both official SDKs have it.
pub const BACKOFF_MS_MIN: u64 = 500;

/// Longest pause before a retry in milliseconds without the server's word, as both official SDKs have it.
pub const BACKOFF_MS_MAX: u64 = 8_000;

/// Longest line of a stream in bytes: one delta has some hundred bytes.
pub const STREAM_LINE_BYTES_MAX: usize = 256 * 1_024;

/// Largest data of one streamed event in bytes, over all of its lines.
pub const STREAM_EVENT_BYTES_MAX: usize = 256 * 1_024;

/// Most bytes of one stream: framing makes a stream several times as long as its text.
pub const STREAM_BYTES_MAX: usize = 8 * 1_024 * 1_024;

/// Most events of one stream, pings included: the longest reply has one event a token, and an
/// endless stream of pings has to end somewhere.
pub const STREAM_EVENTS_MAX: usize = 200_000;

/// Largest answer about a model in bytes: real ones have about 2 KB.
pub const MODEL_BYTES_MAX: usize = 64 * 1_024;

/// Longest date text in bytes that is kept from an answer about a model (RFC 3339 with fractions has 35).
pub const DATE_BYTES_MAX: usize = 40;

/// Tokens that the service may add to a prompt for the structured output, over what we send.
pub const PROMPT_OVERHEAD_TOKENS: u64 = 1_024;
