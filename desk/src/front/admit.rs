//! Letting in: who calls is found out and proved, and whoever a route is not for goes no further.
//!
//! A handler is given [`Admitted`], which is made here alone, so that none can forget to ask.

use axum::{body::Body, extract::Request, http::request::Parts};
use bytes::Bytes;
use case::ids::CaseId;
use http::{Method, StatusCode};

use super::{Front, FrontHost, Leads, Route};
use crate::{
    archive::{ARCHIVE_BYTES, ARCHIVE_MS},
    caller::{BODY, Caller, Room, read_body},
    entering::{self, Entering},
    moving,
    ports::Grant,
    problem::Problem,
    urgency::Hears,
};

/// The room of an archive.
const ARCHIVE: Room = Room { bytes: ARCHIVE_BYTES, ms: ARCHIVE_MS };

/// A request whose sender is known and may use its route.
#[derive(Debug)]
pub(super) struct Admitted {
    /// Who.
    pub(super) grant: Grant,
    /// The head of the request.
    pub(super) parts: Parts,
    /// The whole body.
    pub(super) body: Bytes,
    _admitted: (),
}

/// Lets a request in, or says why not.
pub(super) async fn admit<F: FrontHost>(
    front: &Front<F>,
    route: &Route,
    request: Request,
) -> Result<Admitted, Problem> {
    let (parts, body) = request.into_parts();
    let caller = if route.leads == Leads::ToHook {
        let id = parts.uri.path().rsplit('/').next().unwrap_or_default();
        Caller::of_hook(&*front.host, &front.setup, id, &parts.headers).await?
    } else {
        Caller::of(&*front.host, &front.setup, &parts.headers).await?
    };
    let about_a_case = matches!(route.leads, Leads::ToCase | Leads::ToLinks | Leads::ToPack);
    if !about_a_case {
        // Before many bytes are read for somebody who may not send them.
        route.who.check(caller.claimed())?;
    }
    let room = if route.leads == Leads::ToImport { ARCHIVE } else { BODY };
    if route.leads == Leads::ToImport {
        moving::check_content_type(&parts.headers)?;
    }
    let body = read_body(&*front.host, body, room).await?;
    let grant = caller.prove(&*front.host, &front.setup, &parts, &body).await?;
    Hears::tell(&parts.extensions, &grant);
    if let Err(refused) = route.who.check(&grant) {
        return Err(if about_a_case { not_there(front, &grant, &parts).await.unwrap_or(refused) } else { refused });
    }
    Ok(Admitted { grant, parts, body, _admitted: () })
}

/// Which case a path names.
pub(crate) fn case_of(parts: &Parts) -> Result<CaseId, Problem> {
    let id = parts.uri.path().split('/').nth(3).unwrap_or_default();
    CaseId::parse(id).map_err(|_| Problem::no_case())
}

/// Another tenant's case is not there, also for somebody whose role would be refused at one of their own.
pub(crate) async fn not_there<F: FrontHost>(front: &Front<F>, grant: &Grant, parts: &Parts) -> Option<Problem> {
    let Ok(case) = case_of(parts) else { return Some(Problem::no_case()) };
    let entering = Entering { grant: grant.clone(), case };
    let look = http::Request::builder().method(Method::GET).uri(format!("/v1/cases/{}", entering.case));
    let look = look.header(entering::HEADER, entering.to_header()).body(Body::empty()).ok()?;
    let status = front.host.enter(entering, look).await.status();
    (status == StatusCode::NOT_FOUND).then(Problem::no_case)
}
