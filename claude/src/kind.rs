//! What kind of error the service reports, from its body's `type` or else from the status. It
//! refuses to keep the service's message: that may echo what was sent.

use serde::Deserialize;
use std::fmt;

/// What kind of error the service reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// 400: the request is malformed, or names something that the model does not support.
    InvalidRequest,
    /// 401: the key is wrong.
    Authentication,
    /// 402: the account cannot pay.
    Billing,
    /// 403: the key may not do this.
    Permission,
    /// 404: no such model or path.
    NotFound,
    /// 409: another request is in the way.
    Conflict,
    /// 413: the request is too large.
    RequestTooLarge,
    /// 429: too many requests or tokens for now.
    RateLimit,
    /// A spend cap is reached; it will not clear by waiting.
    SpendLimit,
    /// 500 and other faults on the service's side.
    Api,
    /// 408 and 504: the service ran out of time.
    Timeout,
    /// 529: the service is overloaded.
    Overloaded,
    /// No answer came at all.
    NoAnswer,
    /// A status that the API does not use, such as a redirect.
    Unexpected,
}

impl Kind {
    /// A short stable name for journals and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::Authentication => "authentication",
            Self::Billing => "billing",
            Self::Permission => "permission",
            Self::NotFound => "not_found",
            Self::Conflict => "conflict",
            Self::RequestTooLarge => "request_too_large",
            Self::RateLimit => "rate_limit",
            Self::SpendLimit => "spend_limit",
            Self::Api => "api",
            Self::Timeout => "timeout",
            Self::Overloaded => "overloaded",
            Self::NoAnswer => "no_answer",
            Self::Unexpected => "unexpected",
        }
    }

    /// Whether the kind by itself is worth another attempt.
    pub(crate) fn clears(self) -> bool {
        match self {
            Self::Conflict | Self::RateLimit | Self::Api | Self::Timeout | Self::Overloaded | Self::NoAnswer => true,
            Self::InvalidRequest
            | Self::Authentication
            | Self::Billing
            | Self::Permission
            | Self::NotFound
            | Self::RequestTooLarge
            | Self::SpendLimit
            | Self::Unexpected => false,
        }
    }

    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            401 => Self::Authentication,
            402 => Self::Billing,
            403 => Self::Permission,
            404 => Self::NotFound,
            408 | 504 => Self::Timeout,
            409 => Self::Conflict,
            413 => Self::RequestTooLarge,
            429 => Self::RateLimit,
            529 => Self::Overloaded,
            400..=499 => Self::InvalidRequest,
            500..=599 => Self::Api,
            _ => Self::Unexpected,
        }
    }

    /// The kind that an error's `type` names, where it is one of today's.
    fn of_type(error_type: &str) -> Option<Self> {
        Some(match error_type {
            "invalid_request_error" => Self::InvalidRequest,
            "authentication_error" => Self::Authentication,
            "billing_error" => Self::Billing,
            "permission_error" => Self::Permission,
            "not_found_error" => Self::NotFound,
            "request_too_large" => Self::RequestTooLarge,
            "rate_limit_error" => Self::RateLimit,
            "api_error" => Self::Api,
            "timeout_error" => Self::Timeout,
            "overloaded_error" => Self::Overloaded,
            _ => return None,
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// The error object of a body or of a streamed `error` event.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub(crate) struct WireError {
    #[serde(rename = "type", default)]
    error_type: String,
    #[serde(default)]
    details: Option<WireDetails>,
    #[serde(default)]
    error_code: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
struct WireDetails {
    #[serde(default)]
    error_code: Option<String>,
}

impl WireError {
    /// The service names several caps (`enforced_`, `contract_`, `linked_organization_`) with one ending.
    fn is_spend_cap(&self) -> bool {
        let code = self.details.as_ref().and_then(|details| details.error_code.as_deref());
        [code, self.error_code.as_deref(), Some(self.error_type.as_str())]
            .into_iter()
            .flatten()
            .any(|code| code.ends_with("spend_limit_reached"))
    }

    pub(crate) fn kind(&self, status: u16) -> Kind {
        if self.is_spend_cap() {
            return Kind::SpendLimit;
        }
        Kind::of_type(&self.error_type).unwrap_or_else(|| match status {
            // An error inside a success has no status to go by; unknown faults are the service's.
            200 => Kind::Api,
            status => Kind::of_status(status),
        })
    }
}
