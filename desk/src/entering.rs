//! Who enters a case, and which: decided once at the front, carried inside a host, never taken from a caller.

use axum::http::HeaderMap;
use case::ids::{CaseId, TenantId};
use serde::{Deserialize, Serialize};

use crate::ports::{CaseKey, Grant};

/// The header in which [`Entering`] travels between the parts of a host. The front removes it from callers' requests.
pub const HEADER: &str = "x-caseworker-entering";

/// An authenticated request on its way to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entering {
    /// Who.
    pub grant: Grant,
    /// Which case.
    pub case: CaseId,
}

impl Entering {
    /// The case's key: always within the caller's own tenant.
    #[must_use]
    pub fn key(&self) -> CaseKey {
        CaseKey { tenant: self.tenant().clone(), case: self.case.clone() }
    }

    /// The caller's tenant.
    #[must_use]
    pub const fn tenant(&self) -> &TenantId {
        &self.grant.tenant
    }

    /// The value of [`HEADER`].
    #[must_use]
    pub fn to_header(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads [`HEADER`].
    #[must_use]
    pub fn from_headers(headers: &HeaderMap) -> Option<Self> {
        serde_json::from_slice(headers.get(HEADER)?.as_bytes()).ok()
    }
}
