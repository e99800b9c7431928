//! `GET /v1/cases/{id}/pack`: a case as one file. It is made at the front, of what the case itself says through its door
//! to this caller; nothing else of the case is read.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
};
use bytes::Bytes;
use case::ids::CaseId;
use http::Method;
use serde_json::Value;

use super::{
    Front, FrontHost,
    admit::{Admitted, case_of},
};
use crate::{
    entering::{self, Entering},
    pack::{MEDIA_TYPE, of_case},
    problem::{Code, Problem},
};

/// A file from here runs nothing and loads nothing, wherever it is opened.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; sandbox";

/// The pack, or what the case answered instead.
pub(super) async fn pack<F: FrontHost>(front: &Front<F>, admitted: Admitted) -> Result<Response<Body>, Problem> {
    let case = case_of(&admitted.parts)?;
    let entering = Entering { grant: admitted.grant, case };
    let path = format!("/v1/cases/{}", entering.case);
    // The view first: the journal only grows, so that it holds what the view was made of.
    let view = match read(front, &entering, &path).await? {
        Ok(bytes) => bytes,
        Err(other) => return Ok(other),
    };
    let journal = match read(front, &entering, &format!("{path}/journal")).await? {
        Ok(bytes) => bytes,
        Err(other) => return Ok(other),
    };
    let view: Value = serde_json::from_slice(&view).map_err(|_| torn())?;
    let lines = std::str::from_utf8(&journal).map_err(|_| torn())?.lines().map(str::to_owned).collect();
    let signer = front.setup.master.signer();
    let text = of_case(&entering.grant.tenant, &view, lines, front.host.now(), &signer)?;
    file(&entering.case, text)
}

/// The answer that is the file.
pub(crate) fn file(case: &CaseId, text: String) -> Result<Response<Body>, Problem> {
    let name = format!("attachment; filename=\"{case}.html\"");
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(|_| torn())?);
    Ok(response)
}

fn torn() -> Problem {
    Problem::new(Code::Storage, "The case was not read whole. Try again; the log says more.")
}

/// What a case answers to a reader: the body, or the whole answer where it is a problem.
async fn read<F: FrontHost>(
    front: &Front<F>,
    entering: &Entering,
    path: &str,
) -> Result<Result<Bytes, Response<Body>>, Problem> {
    let request = http::Request::builder().method(Method::GET).uri(path).header(entering::HEADER, entering.to_header());
    let request = request.body(Body::empty()).map_err(|_| torn())?;
    let response = front.host.enter(entering.clone(), request).await;
    if response.status() != StatusCode::OK {
        return Ok(Err(response));
    }
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await;
    bytes.map(Ok).map_err(|_| torn())
}
