//! What somebody does in a case: a form becomes one command or message of the API, and goes through the same door.
//!
//! What was typed is never lost: a form that is refused stands on the page again as it was sent.

use axum::{body::Body, http::Response};
use bytes::Bytes;
use case::ids::CaseId;
use http::{HeaderValue, Request, header};
use serde_json::Value;

use super::{
    form::{self, Fields},
    look::{self, Besides},
    pages::Flash,
    see,
    visitor::Visitor,
};
use crate::{
    front::{Front, FrontHost},
    problem::{Code, Problem},
};

/// How long a form waits for the case to come to rest, in seconds: most do, and the page shows it then.
const WAIT_S: u32 = 2;
/// What a form says that is words for the case, and no command.
const MESSAGE: &str = "message";

/// `POST /console/cases/{id}`.
pub(super) async fn act<F: FrontHost>(
    front: &Front<F>,
    visitor: &Visitor,
    case: &CaseId,
    fields: Fields,
) -> Result<Response<Body>, Problem> {
    let command = form::field(&fields, "command").unwrap_or_default().to_owned();
    let sent = match request(case, &command, &fields) {
        Ok(request) => look::through(front, visitor, case, request).await,
        Err(problem) => Err(problem),
    };
    match sent {
        Ok(answer) => match revealed(&answer) {
            Some(revealed) => {
                let besides = Besides { revealed: &[revealed], ..Besides::default() };
                look::case_page(front, visitor, case, http::StatusCode::OK, besides).await
            }
            None => Ok(see(&format!("/console/cases/{case}?done={}", is_word(&command)))),
        },
        Err(problem) => {
            let besides = Besides { flash: Some(Flash::Refused(&problem)), kept: &fields, ..Besides::default() };
            let page = look::case_page(front, visitor, case, problem.code.status(), besides).await;
            page.map_err(|_| problem)
        }
    }
}

/// The request that a form stands for.
fn request(case: &CaseId, command: &str, fields: &[(String, String)]) -> Result<Request<Bytes>, Problem> {
    let mut body = form::to_body(fields);
    let part = if command == MESSAGE {
        if let Some(body) = body.as_object_mut() {
            body.remove("command");
            body.insert("from".to_owned(), "analyst".into());
        }
        "messages"
    } else {
        "commands"
    };
    let request = Request::post(format!("/v1/cases/{case}/{part}"))
        .header(header::CONTENT_TYPE, "application/json")
        .header("prefer", format!("wait={WAIT_S}"))
        .body(Bytes::from(body.to_string()));
    let mut request = request.map_err(|_| Problem::no_case())?;
    // The same form sent twice is one command.
    if let Some(key) = form::field(fields, "key") {
        let rule = || Problem::of(Code::Header, "key", "Load the page again and send the form from there.");
        request.headers_mut().insert("idempotency-key", HeaderValue::from_str(key).map_err(|_| rule())?);
    }
    Ok(request)
}

/// What an answer reveals, for the page that is shown now and for no other.
fn revealed(answer: &[u8]) -> Option<(String, String)> {
    let answer: Value = serde_json::from_slice(answer).ok()?;
    let text = |name: &str| answer.pointer(&format!("/revealed/{name}")).and_then(Value::as_str);
    Some((text("what")?.to_owned(), text("value")?.to_owned()))
}

/// A command's name, and nothing else that may have stood in its place.
fn is_word(command: &str) -> &str {
    if command.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_') { command } else { "" }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn request_of(text: &str) -> (String, Value, Option<String>) {
        let fields = form::fields(text.as_bytes());
        let case = CaseId::from_random([7; 16]);
        let command = form::field(&fields, "command").unwrap_or_default().to_owned();
        let request = request(&case, &command, &fields).unwrap();
        let key = request.headers().get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
        let path = request.uri().path().rsplit('/').next().unwrap_or_default().to_owned();
        (path, serde_json::from_slice(request.body()).unwrap(), key)
    }

    #[test]
    fn a_form_is_one_command_and_words_are_an_analysts_message() {
        let (path, body, key) = request_of("csrf=x&key=k1&command=approve&proposal=d1%2Fp1&hash=ab&reason=&code=ok");
        assert_eq!((path.as_str(), key.as_deref()), ("commands", Some("k1")));
        assert_eq!(body, json!({ "command": "approve", "proposal": "d1/p1", "hash": "ab", "code": "ok" }));
        let (path, body, key) = request_of("command=message&text=Look&from=customer");
        assert_eq!((path.as_str(), key), ("messages", None));
        assert_eq!(body, json!({ "text": "Look", "from": "analyst" }), "nobody writes in the customer's name here");
    }
}
