//! The stand-in for Anthropic's Messages API: the same requests, answers, streams and errors, and no model behind it.
//!
//! Every reply is labelled as a stand-in's, by a header and by its identifiers. It keeps nothing of a conversation.

mod answer;
mod api_error;
mod facts;
mod fill;
mod gullible;
mod hostile;
mod judge;
mod label;
mod models;
mod prompt;
mod reply;
mod request;
mod script;
mod stream;
mod strict;
mod summary;

#[cfg(test)]
mod tests;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use bytes::Bytes;
use futures_util::stream::iter;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use serde_json::{Value, json};

use crate::asked::Asked;
use crate::faults::FaultKind;
use crate::world::{Shared, Strictness, World};
use answer::{Manners, answer};
use request::{MaxTokens, MessageRequest};

pub(crate) use api_error::ApiError;
pub(crate) use hostile::Hostile;
pub use hostile::canary::{canary_in, canary_in_bytes};
pub(crate) use script::Prompter;
pub use script::{Script, ScriptError};
pub(crate) use stream::event;

/// The routes beside `POST /v1/messages`, which faults do not strike.
pub(crate) fn routes() -> Router<Shared> {
    Router::new()
        .route("/v1/messages/count_tokens", post(count_tokens))
        .route("/v1/models", get(list_models))
        .route("/v1/models/{id}", get(read_model))
        .route("/v1/{*rest}", get(unknown_path).post(unknown_path))
}

/// `POST /v1/messages`
pub(crate) async fn create_message(
    State(world): State<Shared>,
    headers: HeaderMap,
    fault: Option<Extension<FaultKind>>,
    body: Bytes,
) -> Response {
    let ids = world.next_ids(&body);
    let reply = reply(&world, &headers, fault.map(|Extension(fault)| fault), &body, &ids);
    labelled(reply.unwrap_or_else(|error| error.into_response(&ids.request)), &ids)
}

/// The key that a caller sent, which a hostile model has then.
fn key_of(headers: &HeaderMap) -> &str {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text(AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer "));
    text("x-api-key").or(bearer).unwrap_or_default()
}

fn reply(
    world: &World,
    headers: &HeaderMap,
    fault: Option<FaultKind>,
    body: &[u8],
    ids: &Ids,
) -> Result<Response, ApiError> {
    let request = admit(world, headers, body, MaxTokens::Required)?;
    let (strictness, obedience) = (world.strictness, world.obedience);
    let manners = Manners { prompter: &world.prompter, strictness, obedience, fault };
    if fault.is_none()
        && let Some(attack) = world.hostile.answer(&request, manners, key_of(headers), &ids.message)
    {
        return Ok(attack);
    }
    let reply = answer(&request, manners, &ids.call)?;
    if !request.is_streamed() {
        return Ok(json_response(&reply.to_message(&ids.message, &request)));
    }
    let events = stream::events(&reply, &ids.message, &request).into_iter().map(Ok::<_, std::convert::Infallible>);
    let headers = [(CONTENT_TYPE, "text/event-stream; charset=utf-8"), (http::header::CACHE_CONTROL, "no-cache")];
    Ok((headers, Body::from_stream(iter(events))).into_response())
}

/// `POST /v1/messages/count_tokens`
async fn count_tokens(State(world): State<Shared>, headers: HeaderMap, body: Bytes) -> Response {
    let ids = world.next_ids(&body);
    let counted = admit(&world, &headers, &body, MaxTokens::NotNeeded)
        .map(|request| json_response(&json!({ "input_tokens": request.input_tokens() })));
    labelled(counted.unwrap_or_else(|error| error.into_response(&ids.request)), &ids)
}

/// `GET /v1/models`
async fn list_models(State(world): State<Shared>, headers: HeaderMap, uri: Uri, asked: Asked) -> Response {
    let ids = world.next_ids(uri.to_string().as_bytes());
    let listed = authenticate(&headers)
        .map(|()| json_response(&models::page(&asked, uri.query().unwrap_or_default(), world.today)));
    labelled(listed.unwrap_or_else(|error| error.into_response(&ids.request)), &ids)
}

/// `GET /v1/models/{id}`
async fn read_model(State(world): State<Shared>, headers: HeaderMap, Path(id): Path<String>) -> Response {
    let ids = world.next_ids(id.as_bytes());
    let read = authenticate(&headers).and_then(|()| {
        let model = models::describe(&id, world.today).ok_or_else(|| ApiError::not_found(format!("model: {id}")))?;
        Ok(json_response(&model))
    });
    labelled(read.unwrap_or_else(|error| error.into_response(&ids.request)), &ids)
}

async fn unknown_path(State(world): State<Shared>) -> Response {
    let ids = world.next_ids(b"");
    labelled(ApiError::not_found("Not found").into_response(&ids.request), &ids)
}

/// Checks who asks and what they ask.
fn admit(world: &World, headers: &HeaderMap, body: &[u8], max_tokens: MaxTokens) -> Result<MessageRequest, ApiError> {
    authenticate(headers)?;
    let request = MessageRequest::parse(body, max_tokens)?;
    match world.strictness {
        Strictness::Strict => strict::check(&request, headers, world.today)?,
        Strictness::Lenient => {}
    }
    Ok(request)
}

/// Any key will do, but there must be one.
fn authenticate(headers: &HeaderMap) -> Result<(), ApiError> {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).unwrap_or_default();
    let bearer = text(AUTHORIZATION.as_str()).strip_prefix("Bearer ").unwrap_or_default();
    if bearer.trim().is_empty() && text("x-api-key").trim().is_empty() {
        let message = "An API key is needed: Authorization: Bearer KEY, or x-api-key: KEY";
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, message));
    }
    Ok(())
}

/// The identifiers of one exchange.
#[derive(Debug, Clone)]
pub(crate) struct Ids {
    pub(crate) request: String,
    message: String,
    call: String,
}

impl Ids {
    pub(crate) fn new(unique: &str) -> Self {
        Self {
            request: format!("req_standin_{unique}"),
            message: format!("msg_standin_{unique}"),
            call: format!("toolu_standin_{unique}"),
        }
    }
}

/// The response with the headers that every reply of the stand-in has.
pub(crate) fn labelled(mut response: Response, ids: &Ids) -> Response {
    let id = HeaderValue::from_str(&ids.request).expect("an identifier is letters, digits and underscores");
    response.headers_mut().entry("request-id").or_insert(id);
    response.headers_mut().insert("x-caseworker-standin", HeaderValue::from_static("1"));
    response
}

fn json_response(body: &Value) -> Response {
    ([(CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
