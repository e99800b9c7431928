//! The routes of the docket: a page of it, the next case for an analyst, what lies beside a case, how the desk does, and
//! rows made again.

use axum::body::Body;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;

use super::{
    Front, FrontHost,
    admit::{Admitted, case_of},
    json_response,
    search::Search,
};
use crate::{oversight, problem::Problem, queue, rebuild, request::check_content_type};

/// `GET /v1/cases`.
pub(super) async fn list_cases<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let query = Search::read(&admitted.parts.uri)?.query(&admitted.grant)?;
    let page = front.host.page(&admitted.grant.tenant, &query).await?;
    Ok(json_response(StatusCode::OK, &json!(page)))
}

/// `POST /v1/queue/next`, with the query of [`list_cases`].
pub(super) async fn claim_next<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let query = Search::read(&admitted.parts.uri)?.query(&admitted.grant)?;
    let Some((case, mut answer)) = queue::claim_next(&*front.host, &admitted.grant, query).await? else {
        let mut nothing = Response::new(Body::empty());
        *nothing.status_mut() = StatusCode::NO_CONTENT;
        return Ok(nothing);
    };
    if let Ok(place) = HeaderValue::from_str(&format!("/v1/cases/{case}")) {
        answer.headers_mut().insert(header::LOCATION, place);
    }
    Ok(answer)
}

/// `GET /v1/cases/{id}/links`.
pub(super) async fn read_links<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let links = queue::links(&*front.host, &admitted.grant, &case_of(&admitted.parts)?).await?;
    Ok(json_response(StatusCode::OK, &queue::links_shown(&links)))
}

/// `GET /v1/oversight`.
pub(super) async fn oversee<F: FrontHost>(front: &Front<F>, admitted: &Admitted) -> Result<Response<Body>, Problem> {
    let days = oversight::days(&admitted.parts.uri)?;
    let counted = oversight::read(&*front.host, &admitted.grant.tenant, days, front.host.now()).await?;
    Ok(json_response(StatusCode::OK, &json!(counted)))
}

/// `POST /v1/docket/rebuild`.
pub(super) async fn rebuild_docket<F: FrontHost>(
    front: &Front<F>,
    admitted: &Admitted,
) -> Result<Response<Body>, Problem> {
    check_content_type(&admitted.parts.headers)?;
    let (status, body) = rebuild::rebuild(&*front.host, &admitted.grant, &admitted.body).await?;
    Ok(json_response(status, &body))
}
