//! What a browser sends with a form, read into fields; and the fields as a body of the API.
//!
//! It knows no command: what a form says is read by the same code that reads everybody's requests.

use axum::body::Body;
use http::HeaderMap;
use serde_json::{Map, Value};

use crate::{
    caller::{BODY, read_body},
    ports::Outside,
    problem::{Code, Problem},
    request::media_type,
};

/// The content type of forms.
const FORM: &str = "application/x-www-form-urlencoded";
/// Fields of a form, at most.
const FIELDS: usize = 64;
/// Fields that are the form's own, and not of what it says.
const OWN: [&str; 4] = ["csrf", "key", "next", "form"];

/// Fields in the order in which they were sent.
pub(super) type Fields = Vec<(String, String)>;

/// Reads the body of a form.
pub(super) async fn read(outside: &impl Outside, headers: &HeaderMap, body: Body) -> Result<Fields, Problem> {
    if media_type(headers) != FORM {
        return Err(Problem::of(Code::ContentType, "Content-Type", format!("Send a form as `{FORM}`.")));
    }
    Ok(fields(&read_body(outside, body, BODY).await?))
}

/// Fields as they are written in a body or a query.
pub(super) fn fields(text: &[u8]) -> Fields {
    let pairs = form_urlencoded::parse(text).take(FIELDS);
    // Browsers break lines as no text of ours does.
    pairs.map(|(name, value)| (name.into_owned(), value.replace("\r\n", "\n"))).collect()
}

/// The first field of that name, unless it is empty.
pub(super) fn field<'a>(fields: &'a [(String, String)], name: &str) -> Option<&'a str> {
    fields.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
}

/// What a form says, as a body of the API: an empty field is one that was left out.
pub(super) fn to_body(fields: &[(String, String)]) -> Value {
    let said = fields.iter().filter(|(name, value)| !OWN.contains(&name.as_str()) && !value.trim().is_empty());
    let value = |name: &str, value: &str| match (name, value) {
        ("drafted", "true") => Value::Bool(true),
        ("drafted", "false") => Value::Bool(false),
        (_, text) => text.into(),
    };
    let members: Map<String, Value> = said.map(|(name, text)| (name.clone(), value(name, text))).collect();
    Value::Object(members)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_is_read_as_it_was_typed_and_says_nothing_that_was_left_out() {
        let fields = fields("csrf=x&key=k-1&command=ask&question=a+%3Cb%3E%0D%0Ac%26%E2%80%AE&note=++&to=".as_bytes());
        assert_eq!(field(&fields, "question"), Some("a <b>\nc&\u{202e}"));
        assert_eq!((field(&fields, "to"), field(&fields, "nothing")), (None, None));
        assert_eq!(to_body(&fields), json!({ "command": "ask", "question": "a <b>\nc&\u{202e}" }));
    }

    #[test]
    fn bytes_that_are_no_text_and_endless_fields_are_no_panic() {
        assert_eq!(
            fields(b"a=%ff%fe&=&&%=%"),
            [("a", "\u{fffd}\u{fffd}"), ("", ""), ("%", "%")].map(|(a, b)| (a.to_owned(), b.to_owned()))
        );
        assert_eq!(fields("a=1&".repeat(1_000).as_bytes()).len(), FIELDS);
    }
}
