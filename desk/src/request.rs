//! Bodies and headers of callers, read once into types. What cannot be read is a [`Problem`] that names the field, and
//! nothing is stored.

use axum::http::{HeaderMap, header};
use case::{
    identity::read,
    ids::{IdProblem, Reference},
    label::{Ppm, Scored, Task},
    limits,
};
use serde_json::{Map, Value};

use crate::problem::{Code, Problem};

/// The largest body, in bytes.
pub const BODY_BYTES: usize = 256 * 1024;
/// The longest that a body may take to arrive, in milliseconds.
pub const BODY_MS: u64 = 30_000;
/// The longest `Prefer: wait`, in seconds.
pub const WAIT_SECONDS: u64 = 60;
/// The longest idempotency key, in bytes.
pub const IDEMPOTENCY_KEY_BYTES: usize = 255;

/// A customer's request, as a caller sent it.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The customer's words.
    pub text: String,
    /// Whose case it is.
    pub customer: Option<Reference>,
    /// The transaction meant.
    pub transaction: Option<Reference>,
    /// The payment meant.
    pub payment: Option<Reference>,
    /// The operator's ticket.
    pub external_id: Option<Reference>,
    /// The channel.
    pub channel: Option<Reference>,
    /// The documents.
    pub documents: Vec<Value>,
    /// The caller's label, with the caller's reason.
    pub caller: Option<(Scored, Option<String>)>,
}

/// A message in a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct MessageBody {
    /// Whether the words are the customer's.
    pub from_customer: bool,
    /// The words.
    pub text: String,
    /// The documents.
    pub documents: Vec<Value>,
}

/// What the caller's headers say about how to answer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// How long to wait for the case to come to rest.
    pub wait_ms: u64,
    /// The idempotency key.
    pub idempotency_key: Option<String>,
    /// The position that the caller saw last.
    pub if_match: Option<u64>,
    /// The calling system, as it calls itself.
    pub agent_system: Option<Reference>,
    /// The trace id of a W3C `traceparent`.
    pub trace: Option<Reference>,
}

impl Request {
    /// Reads the body of `POST /v1/requests`.
    ///
    /// # Errors
    /// The first [`Problem`].
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let body = object(body)?;
        Self::from_object(&body, "text")
    }

    /// Reads the body of `POST /v1/tasks`: the same with the caller's label.
    ///
    /// # Errors
    /// The first [`Problem`].
    pub fn read_task(body: &[u8]) -> Result<Self, Problem> {
        let body = object(body)?;
        let task = match body.get("task") {
            None | Some(Value::Null) => {
                return Err(Problem::of(Code::Field, "task", "`task` is missing: it must be one of the four tasks."));
            }
            Some(task) => task.as_str().and_then(Task::from_name),
        };
        let task = task.ok_or_else(|| {
            let tasks = "`task` must be fraud_check, kyc_lookup, dispute_summary or payment_status.";
            Problem::of(Code::UnknownTask, "task", tasks)
        })?;
        let confidence = body.get("confidence").and_then(Value::as_f64).and_then(Ppm::from_share);
        let confidence = confidence
            .ok_or_else(|| Problem::of(Code::Confidence, "confidence", "`confidence` must be a number from 0 to 1."))?;
        let reason = optional_text(&body, "reason")?;
        let request = Self::from_object(&body, "request_text")?;
        Ok(Self { caller: Some((Scored { label: task.into(), confidence }, reason)), ..request })
    }

    fn from_object(body: &Map<String, Value>, text: &'static str) -> Result<Self, Problem> {
        Ok(Self {
            text: words(body, text)?,
            customer: reference(body, "customer_id")?,
            transaction: reference(body, "transaction_id")?,
            payment: reference(body, "payment_id")?,
            external_id: reference(body, "external_id")?,
            channel: reference(body, "channel")?,
            documents: documents(body)?,
            caller: None,
        })
    }
}

impl MessageBody {
    /// Reads the body of `POST /v1/cases/{id}/messages`.
    ///
    /// # Errors
    /// The first [`Problem`].
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        let body = object(body)?;
        let from_customer = match body.get("from").and_then(Value::as_str) {
            Some("customer") => true,
            Some("analyst") => false,
            Some(_) | None => {
                return Err(Problem::of(Code::Field, "from", "`from` must be \"customer\" or \"analyst\"."));
            }
        };
        Ok(Self { from_customer, text: words(&body, "text")?, documents: documents(&body)? })
    }
}

impl Preferences {
    /// Reads the headers.
    ///
    /// # Errors
    /// A [`Problem`] with the header's name.
    pub fn read(headers: &HeaderMap) -> Result<Self, Problem> {
        let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("\u{fffd}"));
        let wait_ms = text("prefer").map_or(Ok(0), wait_ms)?;
        let idempotency_key = match text("idempotency-key") {
            None => None,
            Some(key)
                if (1..=IDEMPOTENCY_KEY_BYTES).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic()) =>
            {
                Some(key.to_owned())
            }
            Some(_) => {
                let rule = "The key must be 1 to 255 visible ASCII characters.";
                return Err(Problem::of(Code::Header, "Idempotency-Key", rule));
            }
        };
        let if_match = match text("if-match") {
            None | Some("*") => None,
            Some(seq) => Some(seq.trim_matches('"').parse().map_err(|_| {
                Problem::of(Code::Header, "If-Match", "The value must be the case's `seq`, a whole number.")
            })?),
        };
        let agent_system = text("x-agent-system").and_then(|name| Reference::from_caller(name).ok());
        let trace = text("traceparent").and_then(trace_id);
        Ok(Self { wait_ms, idempotency_key, if_match, agent_system, trace })
    }
}

fn wait_ms(prefer: &str) -> Result<u64, Problem> {
    for preference in prefer.split([',', ';']) {
        if let Some(seconds) = preference.trim().strip_prefix("wait=") {
            let seconds: u64 = seconds
                .trim_matches('"')
                .parse()
                .map_err(|_| Problem::of(Code::Header, "Prefer", "`wait` must be a whole number of seconds."))?;
            return Ok(seconds.min(WAIT_SECONDS) * 1_000);
        }
    }
    Ok(0)
}

/// The trace id of a W3C `traceparent` (`00-{32 hex}-{16 hex}-{2 hex}`); anything else starts a new trace.
fn trace_id(traceparent: &str) -> Option<Reference> {
    let mut parts = traceparent.split('-');
    let (version, trace) = (parts.next()?, parts.next()?);
    let hexadecimal = trace.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let valid = version.len() == 2 && trace.len() == 32 && hexadecimal && trace.bytes().any(|byte| byte != b'0');
    if valid { Reference::parse(trace).ok() } else { None }
}

/// What the body is declared as, in lower case and without parameters.
pub(crate) fn media_type(headers: &HeaderMap) -> String {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
    declared.split(';').next().unwrap_or("").trim().to_ascii_lowercase()
}

/// Refuses a body that is not declared as JSON.
///
/// # Errors
/// A [`Problem`] with what is expected.
pub fn check_content_type(headers: &HeaderMap) -> Result<(), Problem> {
    let essence = media_type(headers);
    if essence == "application/json" || (essence.starts_with("application/") && essence.ends_with("+json")) {
        Ok(())
    } else {
        Err(Problem::of(Code::ContentType, "Content-Type", "Send the body as `Content-Type: application/json`."))
    }
}

/// Reads a JSON object.
///
/// # Errors
/// [`Code::NotJson`].
pub fn object(body: &[u8]) -> Result<Map<String, Value>, Problem> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(Problem::new(Code::NotJson, "The body must be a JSON object.")),
        Err(error) => {
            let place = format!("The body is not valid JSON: line {}, column {}.", error.line(), error.column());
            Err(Problem::new(Code::NotJson, place))
        }
    }
}

/// Reads an optional reference.
///
/// # Errors
/// [`Code::Reference`] with the field's name.
pub fn reference(body: &Map<String, Value>, name: &'static str) -> Result<Option<Reference>, Problem> {
    let problem = |why: String| Problem::of(Code::Reference, name, why);
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            let why = |error: IdProblem| problem(format!("`{name}` {error}."));
            Reference::from_caller(text).map(Some).map_err(why)
        }
        Some(_) => Err(problem(format!("`{name}` must be a text."))),
    }
}

/// Reads an optional short text, without control characters.
///
/// # Errors
/// [`Code::Field`] with the field's name.
pub fn optional_text(body: &Map<String, Value>, name: &'static str) -> Result<Option<String>, Problem> {
    match body.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => {
            Ok(Some(text.chars().filter(|c| !c.is_control() || *c == '\n').take(limits::NOTE_CHARS).collect()))
        }
        Some(_) => Err(Problem::of(Code::Field, name, format!("`{name}` must be a text."))),
    }
}

fn words(body: &Map<String, Value>, name: &'static str) -> Result<String, Problem> {
    let text = body.get(name).ok_or_else(|| Problem::of(Code::Field, name, format!("`{name}` is missing.")))?;
    let text = text.as_str().ok_or_else(|| Problem::of(Code::Field, name, format!("`{name}` must be a text.")))?;
    check_words(name, text)
}

/// Checks a customer's or analyst's words, and removes what cannot be seen: zero-width and direction characters.
///
/// # Errors
/// A [`Problem`] with the field's name.
pub fn check_words(name: &str, text: &str) -> Result<String, Problem> {
    if text.chars().nth(limits::TEXT_CHARS).is_some() {
        let rule = format!("`{name}` may have at most {} characters.", limits::TEXT_CHARS);
        return Err(Problem::of(Code::TextLong, name, rule));
    }
    let forbidden = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if let Some(at) = text.chars().position(forbidden) {
        let place = format!("`{name}` holds a control character at position {at}. Remove it and send the text again.");
        return Err(Problem::of(Code::TextControl, name, place));
    }
    let seen: String = text.chars().filter(|c| !is_invisible(*c)).collect();
    if seen.trim().is_empty() {
        return Err(Problem::of(Code::TextEmpty, name, format!("`{name}` holds nothing that can be read.")));
    }
    Ok(seen.trim().to_owned())
}

/// Zero-width characters, direction marks and overrides, tags: they hide text or turn it round.
const fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

fn documents(body: &Map<String, Value>) -> Result<Vec<Value>, Problem> {
    let problem = |why: String| Problem::of(Code::Document, "documents", why);
    let documents = match body.get("documents") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(documents)) => documents,
        Some(_) => return Err(problem("`documents` must be a list.".to_owned())),
    };
    read::documents(documents).map_err(|problem| Problem::of(Code::Document, &problem.field, problem.to_string()))?;
    Ok(documents.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &str, code: Code, field: Option<&str>) {
        let problem = Request::read_task(body.as_bytes()).unwrap_err();
        assert_eq!((problem.code, problem.field.as_deref()), (code, field), "{body}");
    }

    #[test]
    fn each_kind_of_bad_input_is_its_own_problem_and_names_the_field() {
        check("{", Code::NotJson, None);
        check("[]", Code::NotJson, None);
        check(r#"{"request_text":"x","confidence":1}"#, Code::Field, Some("task"));
        check(r#"{"task":"other","request_text":"x","confidence":1}"#, Code::UnknownTask, Some("task"));
        check(r#"{"task":"fraud_check","request_text":"x","confidence":1.2}"#, Code::Confidence, Some("confidence"));
        check(r#"{"task":"fraud_check","request_text":"x","confidence":"0.9"}"#, Code::Confidence, Some("confidence"));
        check(r#"{"task":"fraud_check","confidence":0.9}"#, Code::Field, Some("request_text"));
        check(
            r#"{"task":"fraud_check","confidence":0.9,"request_text":" \u200b "}"#,
            Code::TextEmpty,
            Some("request_text"),
        );
        check(
            r#"{"task":"fraud_check","confidence":0.9,"request_text":"a\u0000"}"#,
            Code::TextControl,
            Some("request_text"),
        );
        let card = r#"{"task":"fraud_check","confidence":0.9,"request_text":"a","customer_id":"4111111111111111"}"#;
        check(card, Code::Reference, Some("customer_id"));
        let long = format!(r#"{{"task":"fraud_check","confidence":0.9,"request_text":"{}"}}"#, "a".repeat(20_001));
        check(&long, Code::TextLong, Some("request_text"));
    }

    #[test]
    fn what_cannot_be_seen_is_removed() {
        assert_eq!(check_words("text", " cha\u{200b}rged \u{202e}twice ").unwrap(), "charged twice");
    }

    #[test]
    fn preferences_are_read_from_headers() {
        let mut headers = HeaderMap::new();
        headers.insert("prefer", "respond-async, wait=10".parse().unwrap());
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
        let preferences = Preferences::read(&headers).unwrap();
        assert_eq!(preferences.wait_ms, 10_000);
        assert_eq!(preferences.trace.unwrap().as_str(), "4bf92f3577b34da6a3ce929d0e0e4736");
        headers.insert("if-match", "seven".parse().unwrap());
        assert_eq!(Preferences::read(&headers).unwrap_err().code, Code::Header);
    }
}
