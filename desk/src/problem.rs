//! Errors as callers see them: `application/problem+json` with a stable code. Each code has a page in `docs/errors/`.
//!
//! A problem names fields and remedies. It never quotes a body, a secret, or what another system said.

use axum::{
    body::Body,
    http::{HeaderValue, Response, StatusCode, header},
    response::IntoResponse,
};
use case::{command::Refusal, journal::Fault};
use serde_json::{Value, json};

use crate::{ports::HostError, vault::VaultError};

/// A stable error code. Blocks: 1xx the request's content, 2xx who asks, 3xx the case, 4xx this service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u16)]
pub enum Code {
    /// The body is not JSON, or no object.
    NotJson = 100,
    /// The content type is not `application/json`, or not an archive's where one is sent.
    ContentType = 101,
    /// The body is over 256 KB.
    TooLarge = 102,
    /// A field is missing or has the wrong type.
    Field = 103,
    /// `task` is not one of the four.
    UnknownTask = 104,
    /// `confidence` is not a number in 0..=1.
    Confidence = 105,
    /// The text is empty.
    TextEmpty = 106,
    /// The text is over 20,000 characters.
    TextLong = 107,
    /// The text holds control characters.
    TextControl = 108,
    /// A reference cannot be used.
    Reference = 109,
    /// A document cannot be used.
    Document = 110,
    /// A header cannot be used.
    Header = 111,
    /// A query parameter cannot be used.
    Query = 112,
    /// Not a command.
    Command = 113,
    /// The body broke off, or took too long to arrive.
    Incomplete = 114,
    /// An archive does not hold together.
    Archive = 115,
    /// An archive was written by a newer version.
    ArchiveNewer = 116,
    /// An archive is not what a host with this master key wrote.
    ArchiveKey = 117,
    /// Not a reason that is configured.
    Reason = 118,
    /// A case may not rest until then.
    Snooze = 119,
    /// A letter may not leave like this.
    Letter = 120,
    /// A webhook's type is none that a case can be told.
    UnknownEvent = 121,
    /// No valid key.
    Unauthenticated = 200,
    /// The key's role may not.
    Role = 201,
    /// The deployment has no keys.
    NoKeys = 202,
    /// A signature is not of the form, or not that of the request.
    Signature = 203,
    /// A signature is too old, or of a time to come.
    SignatureTime = 204,
    /// The signed request was sent before.
    Replayed = 205,
    /// A token cannot be used.
    Token = 206,
    /// A token's holder has no role here.
    NoRole = 207,
    /// The issuer of a token does not give its keys.
    KeySet = 208,
    /// Nobody is signed in, or no more.
    NotSignedIn = 209,
    /// A form is not of a page that this session was shown.
    Forged = 210,
    /// Too many attempts to sign in.
    TooManySignIns = 211,
    /// The caller's tenant takes more than its share.
    TooMuch = 212,
    /// No such case, or another tenant's.
    NoCase = 300,
    /// The case has changed.
    Changed = 301,
    /// The idempotency key was used for another request.
    OtherRequest = 302,
    /// The request with this idempotency key is still under way.
    InFlight = 303,
    /// The case's state does not allow the command.
    Refused = 304,
    /// The proposal has changed.
    Stale = 305,
    /// One person cannot approve twice.
    SelfApproval = 306,
    /// No such address.
    NoRoute = 307,
    /// Not with this method.
    Method = 308,
    /// The case's words were erased.
    Erased = 309,
    /// The ticket's case is another customer's or submitter's.
    Ticket = 310,
    /// Nothing leaves a case in shadow mode.
    Shadow = 311,
    /// The case is here with another history.
    History = 312,
    /// Sandbox cases stay in sandboxes.
    Sandbox = 313,
    /// The tenant has as many revocations as it may have.
    TooManyRevocations = 314,
    /// The case is on hold.
    Held = 315,
    /// Nobody is told of the tenant's cases.
    NotTold = 316,
    /// The storage is full.
    Full = 400,
    /// The storage failed.
    Storage = 401,
    /// The case's journal does not verify.
    Damaged = 402,
    /// The case was written by a newer version.
    Newer = 403,
    /// The vault does not open.
    Vault = 404,
    /// The settings about rules cannot be used.
    Rules = 405,
    /// Whether the caller was revoked could not be looked up.
    Unchecked = 406,
    /// There is more to do than can be done in time.
    Overloaded = 407,
}

impl Code {
    /// Every code, for the documents.
    pub const ALL: [Self; 60] = [
        Self::NotJson,
        Self::ContentType,
        Self::TooLarge,
        Self::Field,
        Self::UnknownTask,
        Self::Confidence,
        Self::TextEmpty,
        Self::TextLong,
        Self::TextControl,
        Self::Reference,
        Self::Document,
        Self::Header,
        Self::Query,
        Self::Command,
        Self::Incomplete,
        Self::Archive,
        Self::ArchiveNewer,
        Self::ArchiveKey,
        Self::Reason,
        Self::Snooze,
        Self::Letter,
        Self::UnknownEvent,
        Self::Unauthenticated,
        Self::Role,
        Self::NoKeys,
        Self::Signature,
        Self::SignatureTime,
        Self::Replayed,
        Self::Token,
        Self::NoRole,
        Self::KeySet,
        Self::NotSignedIn,
        Self::Forged,
        Self::TooManySignIns,
        Self::TooMuch,
        Self::NoCase,
        Self::Changed,
        Self::OtherRequest,
        Self::InFlight,
        Self::Refused,
        Self::Stale,
        Self::SelfApproval,
        Self::NoRoute,
        Self::Method,
        Self::Erased,
        Self::Ticket,
        Self::Shadow,
        Self::History,
        Self::Sandbox,
        Self::TooManyRevocations,
        Self::Held,
        Self::NotTold,
        Self::Full,
        Self::Storage,
        Self::Damaged,
        Self::Newer,
        Self::Vault,
        Self::Rules,
        Self::Unchecked,
        Self::Overloaded,
    ];

    /// `CW100` and so on.
    #[must_use]
    pub fn name(self) -> String {
        format!("CW{}", self as u16)
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::NotJson
            | Self::Field
            | Self::UnknownTask
            | Self::Confidence
            | Self::TextEmpty
            | Self::TextLong
            | Self::TextControl
            | Self::Reference
            | Self::Document
            | Self::Header
            | Self::Query
            | Self::Command
            | Self::Reason
            | Self::Snooze => StatusCode::BAD_REQUEST,
            Self::Incomplete => StatusCode::REQUEST_TIMEOUT,
            Self::ContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Unauthenticated
            | Self::Signature
            | Self::SignatureTime
            | Self::Replayed
            | Self::Token
            | Self::NotSignedIn => StatusCode::UNAUTHORIZED,
            Self::Role | Self::NoRole | Self::SelfApproval | Self::Forged => StatusCode::FORBIDDEN,
            Self::TooManySignIns | Self::TooMuch => StatusCode::TOO_MANY_REQUESTS,
            Self::NoKeys | Self::KeySet | Self::Full | Self::Unchecked | Self::Overloaded => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NoCase | Self::NoRoute => StatusCode::NOT_FOUND,
            Self::Changed
            | Self::InFlight
            | Self::Refused
            | Self::Stale
            | Self::Ticket
            | Self::Shadow
            | Self::History
            | Self::Sandbox
            | Self::TooManyRevocations
            | Self::NotTold
            | Self::Held => StatusCode::CONFLICT,
            Self::Letter
            | Self::OtherRequest
            | Self::UnknownEvent
            | Self::Archive
            | Self::ArchiveNewer
            | Self::ArchiveKey => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Erased => StatusCode::GONE,
            Self::Storage | Self::Damaged | Self::Newer | Self::Vault | Self::Rules => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
        }
    }

    /// The code in words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::NotJson => "The body is not a JSON object",
            Self::ContentType => "The content type is not the one to send",
            Self::TooLarge => "The body is too large",
            Self::Field => "A field is missing or has the wrong type",
            Self::UnknownTask => "Unknown task",
            Self::Confidence => "The confidence must be a number from 0 to 1",
            Self::TextEmpty => "The text is empty",
            Self::TextLong => "The text is too long",
            Self::TextControl => "The text holds control characters",
            Self::Reference => "A reference cannot be used",
            Self::Document => "A document cannot be used",
            Self::Header => "A header cannot be used",
            Self::Query => "A query parameter cannot be used",
            Self::Command => "Not a command",
            Self::Incomplete => "The body did not arrive",
            Self::Archive => "The archive does not hold together",
            Self::ArchiveNewer => "The archive was written by a newer version",
            Self::ArchiveKey => "The archive is of no host with this master key",
            Self::Reason => "Not a reason that is configured",
            Self::Snooze => "A case may not rest until then",
            Self::Letter => "The letter may not leave like this",
            Self::UnknownEvent => "Not an event that can be told",
            Self::Unauthenticated => "No valid key",
            Self::Role => "The key's role does not allow this",
            Self::NoKeys => "This deployment has no keys",
            Self::Signature => "The signature does not fit the request",
            Self::SignatureTime => "The signature is too old, or of a time to come",
            Self::Replayed => "The signed request was sent before",
            Self::Token => "The token cannot be used",
            Self::NoRole => "The token's holder has no role here",
            Self::KeySet => "The issuer of the token does not give its keys",
            Self::NotSignedIn => "Nobody is signed in",
            Self::Forged => "The form is not of a page of this session",
            Self::TooManySignIns => "Too many attempts to sign in",
            Self::TooMuch => "The tenant takes more than its share",
            Self::NoCase => "No such case",
            Self::Changed => "The case has changed",
            Self::OtherRequest => "The idempotency key was used for another request",
            Self::InFlight => "The request with this idempotency key is still under way",
            Self::Refused => "The case does not allow this now",
            Self::Stale => "The proposal has changed",
            Self::SelfApproval => "A second approval needs another person",
            Self::NoRoute => "No such address",
            Self::Method => "The address does not take this method",
            Self::Erased => "The case's words were erased",
            Self::Ticket => "The ticket belongs to another customer or submitter",
            Self::Shadow => "Shadow mode",
            Self::History => "The case is here with another history",
            Self::Sandbox => "Sandbox cases stay in sandboxes",
            Self::TooManyRevocations => "The tenant has too many revocations",
            Self::Held => "The case is on hold",
            Self::NotTold => "Nobody is told of this tenant's cases",
            Self::Full => "The storage is full",
            Self::Storage => "The storage failed",
            Self::Damaged => "The case's journal does not verify",
            Self::Newer => "The case was written by a newer version",
            Self::Vault => "The vault does not open",
            Self::Rules => "The settings about rules cannot be used",
            Self::Unchecked => "Whether the caller was revoked is not known",
            Self::Overloaded => "There is too much to do",
        }
    }
}

/// An error as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// What exactly, and what to do about it.
    pub detail: String,
    /// Which field, header or parameter.
    pub field: Option<String>,
}

impl Problem {
    /// A problem.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: None }
    }

    /// A problem with a field, header or parameter.
    #[must_use]
    pub fn of(code: Code, field: &str, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), field: Some(field.to_owned()) }
    }

    /// The case that was asked for does not exist, or is another tenant's, which is the same to a caller.
    #[must_use]
    pub fn no_case() -> Self {
        Self::new(Code::NoCase, "There is no case with this id that your key may see.")
    }

    /// The body of the answer.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut body = json!({
            "type": "about:blank",
            "status": self.code.status().as_u16(),
            "code": self.code.name(),
            "title": self.code.title(),
            "detail": self.detail,
        });
        if let (Some(field), Value::Object(members)) = (&self.field, &mut body) {
            members.insert("field".to_owned(), field.as_str().into());
        }
        body
    }
}

impl Problem {
    /// Reads a problem as a route answered it.
    pub(crate) fn read(body: &[u8]) -> Option<Self> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let code = Code::ALL.into_iter().find(|code| text("code") == Some(&code.name()))?;
        Some(Self { code, detail: text("detail")?.to_owned(), field: text("field").map(str::to_owned) })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response<Body> {
        let status = self.code.status();
        let mut response = Response::new(Body::from(self.to_json().to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::SERVICE_UNAVAILABLE || self.code == Code::InFlight {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Role | Refusal::NeedsApprover => Code::Role,
            Refusal::Stale => Code::Stale,
            Refusal::SelfApproval => Code::SelfApproval,
            Refusal::NeedsEvidence => Code::Command,
            Refusal::Shadow => Code::Shadow,
            Refusal::Reason => Code::Reason,
            Refusal::Snooze => Code::Snooze,
            Refusal::Held => Code::Held,
            Refusal::Erased => Code::Erased,
            Refusal::Closed
            | Refusal::NotClosed
            | Refusal::NotClaimed
            | Refusal::Claimed
            | Refusal::CustomerFixed
            | Refusal::NoTrack
            | Refusal::NoProposal
            | Refusal::Settled
            | Refusal::ActionUnderWay
            | Refusal::SameLetter
            | Refusal::DoneBefore
            | Refusal::Full
            | Refusal::NotHeld
            | Refusal::NoCustomer
            | Refusal::Busy => Code::Refused,
        };
        Self::new(code, format!("Refused: {refusal}."))
    }
}

impl From<HostError> for Problem {
    fn from(error: HostError) -> Self {
        match error {
            HostError::Stale => Self::new(Code::Changed, "The case changed at the same time. Read it and try again."),
            HostError::Full(_) => Self::new(Code::Full, "Nothing was written. Free some space and try again."),
            HostError::Failed(_) => Self::new(Code::Storage, "Nothing is lost that was answered. The log says more."),
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Erased => Self::new(Code::Erased, "The key to this case's words was destroyed."),
            VaultError::Unreadable | VaultError::NotAKey => {
                Self::new(Code::Vault, "The master key is not the one this case was sealed with.")
            }
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        let code = if matches!(fault, Fault::Newer { .. }) { Code::Newer } else { Code::Damaged };
        Self::new(code, format!("{fault}."))
    }
}
