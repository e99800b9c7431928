//! Requests and answers between JavaScript and wasm, with their bodies whole where they are small: a stream costs both
//! sides several turns of the event loop, more than all else that a small body needs.
//!
//! It refuses to hold what is long or has no end: that is handed through chunk by chunk.

use axum::body::{Body, HttpBody as _, to_bytes};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, header};
use worker::{
    HttpResponse, ResponseBuilder,
    js_sys::{self, Uint8Array},
    response_to_wasm, web_sys,
};

use crate::outside;

/// Longer bodies are streams.
const WHOLE_BYTES: usize = 256 * 1024;

/// An answer as JavaScript has it.
pub(crate) async fn answer(response: Response<Body>) -> worker::Result<worker::Response> {
    let length = response.body().size_hint().exact().and_then(|length| usize::try_from(length).ok());
    // An empty body is none at all: some answers may not have one.
    if !length.is_some_and(|length| (1..=WHOLE_BYTES).contains(&length)) {
        return response_to_wasm(response).map(Into::into);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, WHOLE_BYTES).await.map_err(|error| error.to_string())?;
    let headers = outside::headers(&parts.headers)?;
    Ok(ResponseBuilder::new().with_status(parts.status.as_u16()).with_headers(headers).fixed(bytes.into()))
}

/// What an object answered.
pub(crate) async fn answered(response: worker::Response) -> worker::Result<Response<Body>> {
    let response: web_sys::Response = response.into();
    let length = response.headers().get(header::CONTENT_LENGTH.as_str())?.and_then(|length| length.parse().ok());
    if !length.is_some_and(|length: usize| (1..=WHOLE_BYTES).contains(&length)) {
        let response: HttpResponse = worker::Response::from(response).try_into()?;
        return Ok(response.map(Body::new));
    }
    let status = http::StatusCode::from_u16(response.status()).map_err(|error| error.to_string())?;
    let mut answered = Response::new(Body::empty());
    *answered.status_mut() = status;
    *answered.headers_mut() = headers(&response.headers())?;
    let bytes = js_sys::futures::JsFuture::from(response.array_buffer()?).await?;
    *answered.body_mut() = Body::from(Uint8Array::new(&bytes).to_vec());
    Ok(answered)
}

/// A request that the entry Worker sent on: it has read the body, and kept it within its limit.
pub(crate) async fn sent_on(mut request: worker::Request) -> worker::Result<Request<Body>> {
    let bytes = request.bytes().await?;
    let mut sent = Request::new(Body::from(bytes));
    let method = request.inner().method();
    *sent.method_mut() = Method::from_bytes(method.as_bytes()).map_err(|error| error.to_string())?;
    *sent.uri_mut() = request.inner().url().parse().map_err(|error: http::uri::InvalidUri| error.to_string())?;
    *sent.headers_mut() = headers(&request.inner().headers())?;
    Ok(sent)
}

/// Headers as JavaScript has them, where each byte is a character; what is none there is left out.
fn headers(given: &web_sys::Headers) -> worker::Result<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in &worker::Headers(given.clone()) {
        let value: Option<Vec<u8>> = value.chars().map(|character| u8::try_from(character).ok()).collect();
        let value = value.and_then(|bytes| HeaderValue::from_bytes(bytes.as_slice()).ok());
        if let (Ok(name), Some(value)) = (HeaderName::from_bytes(name.as_bytes()), value) {
            headers.append(name, value);
        }
    }
    Ok(headers)
}
