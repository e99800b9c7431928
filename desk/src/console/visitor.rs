//! Who looks: the holder of a session, of the token that Cloudflare Access adds, or anybody where access is open.

use http::{HeaderMap, HeaderValue};

use super::{
    browser::{Cookie, Reached},
    form,
    pages::Viewer,
};
use crate::{
    caller,
    front::{Front, FrontHost},
    ports::Grant,
    problem::{Code, Problem},
    session::{Session, form_token, is_form_token},
    setup::{Access, Setup, local_grant},
};

/// What forms are bound to where access is open.
const OPEN: &str = "open";

/// Somebody who looks.
#[derive(Debug)]
pub(super) struct Visitor {
    /// Who, as what, for which tenant.
    pub(super) grant: Grant,
    /// Their session; none where access is open.
    pub(super) session: Option<Session>,
    /// A cookie that the browser is to hold from now on.
    pub(super) cookie: Option<HeaderValue>,
    csrf: String,
}

/// Whether somebody is signed in.
#[derive(Debug)]
pub(super) enum Found {
    /// Yes.
    Somebody(Box<Visitor>),
    /// No.
    Nobody,
}

impl Visitor {
    fn found(setup: &Setup, grant: Grant, session: Option<Session>, cookie: Option<HeaderValue>) -> Found {
        let id = session.as_ref().map_or(OPEN, |session| &session.id);
        let csrf = form_token(&setup.master, id);
        Found::Somebody(Box::new(Self { grant, session, cookie, csrf }))
    }

    /// As pages show them.
    pub(super) fn viewer(&self) -> Viewer {
        Viewer {
            tenant: self.grant.tenant.clone(),
            subject: self.grant.actor.subject.clone(),
            role: self.grant.actor.role,
            csrf: self.csrf.clone(),
            signs_out: self.session.is_some(),
        }
    }

    /// Refuses a form that is not of a page of this session.
    pub(super) fn check(&self, setup: &Setup, fields: &[(String, String)]) -> Result<(), Problem> {
        let id = self.session.as_ref().map_or(OPEN, |session| &session.id);
        if is_form_token(&setup.master, id, form::field(fields, "csrf").unwrap_or_default()) {
            return Ok(());
        }
        let why =
            "The page that the form stands on is of an earlier session. Load it again and send the form from there.";
        Err(Problem::new(Code::Forged, why))
    }
}

/// Finds out who looks.
pub(super) async fn find<F: FrontHost>(
    front: &Front<F>,
    reached: &Reached,
    headers: &HeaderMap,
) -> Result<Found, Problem> {
    let (host, setup) = (&*front.host, &*front.setup);
    if setup.access == Access::Open {
        return Ok(Visitor::found(setup, local_grant(), None, None));
    }
    let held = reached.cookie(headers, Cookie::Session);
    let session = held.and_then(|text| Session::open(text, &setup.master, host.now()));
    let by_access = caller::access_token(setup, headers);
    if let Some(session) = session.filter(|session| !session.by_access || by_access.is_some())
        && let Some(grant) = session.holder(host, setup).await?
    {
        if !session.by_access {
            return Ok(Visitor::found(setup, grant, Some(session), None));
        }
        // Another person may have signed in to Access since, in the same browser.
        let (now, _) = caller::by_token(host, setup, by_access.unwrap_or_default()).await?;
        if now == grant {
            return Ok(Visitor::found(setup, grant, Some(session), None));
        }
    }
    let Some(token) = by_access else { return Ok(Found::Nobody) };
    let proved = caller::by_token(host, setup, token).await?;
    let grant = proved.0.clone();
    let session = Session::begin(host, setup, proved, true);
    let cookie = reached.set(Cookie::Session, &session.seal(&setup.master, host)?);
    Ok(Visitor::found(setup, grant, Some(session), cookie))
}
