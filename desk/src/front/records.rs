//! `GET /v1/checkpoint` and `GET /v1/checkpoint/key`: what is to be kept where the journals are not.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use serde_json::json;

use super::{Front, FrontHost, admit::Admitted, json_response};
use crate::{
    checkpoint::{MEDIA_TYPE, of_docket},
    problem::Problem,
};

/// Where the journals of the caller's tenant end.
pub(super) async fn checkpoint<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let signer = front.setup.master.signer();
    let query = admitted.parts.uri.query().unwrap_or_default();
    let text = of_docket(&*front.host, &signer, &admitted.grant, query).await?;
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// The key by which checkpoints and evidence packs are told from others'.
pub(super) fn signing_key<F: FrontHost>(front: &Front<F>) -> Response<Body> {
    json_response(StatusCode::OK, &json!({ "key": front.setup.master.signer().public_key() }))
}
