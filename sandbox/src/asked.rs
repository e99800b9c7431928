//! Reading what a request asks for: its query and its JSON body, with an error that names the parameter.

use std::collections::BTreeMap;

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::day::Day;
use crate::problem::Problem;

/// The parameters of a query.
#[derive(Debug)]
pub(crate) struct Asked(BTreeMap<String, String>);

impl Asked {
    /// The parameter as it was given, be it empty.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The parameter, where it was given and is not empty.
    pub(crate) fn optional(&self, name: &str) -> Option<&str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, Problem> {
        self.optional(name).ok_or_else(|| Problem::bad_request(format!("The parameter {name} is missing or empty.")))
    }

    pub(crate) fn day(&self, name: &str) -> Result<Option<Day>, Problem> {
        let parsed = self.optional(name).map(str::parse).transpose();
        parsed.map_err(|error| Problem::bad_request(format!("The parameter {name} is wrong: {error}.")))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let Query(parameters) =
            Query::try_from_uri(&parts.uri).map_err(|error| Problem::bad_request(error.body_text()))?;
        Ok(Self(parameters))
    }
}

/// A JSON body; the content type is not insisted on.
#[derive(Debug)]
pub(crate) struct JsonBody<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let bytes =
            Bytes::from_request(request, state).await.map_err(|error| Problem::bad_request(error.body_text()))?;
        let parsed = serde_json::from_slice(&bytes);
        parsed.map(Self).map_err(|error| Problem::bad_request(format!("The body is not what is asked for: {error}.")))
    }
}
