//! How commands speak to a Worker, or to any other Caseworker that is served somewhere: over HTTP, with the caller's key or signature.
//!
//! It retries nothing, and no message of its holds a key.

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use serde_json::Value;

use super::{ask::Reply, credential::Credential};
use crate::{
    engine,
    exit::{Exit, Failure},
    limits, output,
    outside::Http,
    settings::{Name, Settings},
};

/// The content type of what callers send as a rule.
const JSON: &str = "application/json";

/// A caller of one Caseworker.
pub(super) struct Caller {
    http: Http,
    credential: Credential,
    url: String,
}

/// A call before it is made.
pub(super) struct Call<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    /// The headers but for the key's.
    pub(super) headers: &'a [(&'a str, &'a str)],
    pub(super) body: Bytes,
    /// The largest answer that is read, in bytes.
    pub(super) most_bytes: usize,
}

impl Caller {
    /// A caller of a Worker at a base URL, as whom the environment says.
    pub(super) fn new(settings: &Settings, url: &str) -> Result<Self, Failure> {
        let http = engine::http(settings)?;
        let credential = Credential::read(settings)?;
        if credential.can_be_overheard() && exposes(url) {
            output::words("the key crosses the network unencrypted; give the Worker's https URL");
        }
        Ok(Self { http, credential, url: url.to_owned() })
    }

    /// Reads JSON.
    pub(super) async fn get(&self, path: &str) -> Result<Value, Failure> {
        let call = Call { method: Method::GET, path, headers: &[], body: Bytes::new(), most_bytes: MOST };
        read(&self.send(call).await?)
    }

    /// What a route answers with that is no JSON, of at most `most_bytes`.
    pub(super) async fn bytes(&self, path: &str, most_bytes: usize) -> Result<Bytes, Failure> {
        let call = Call { method: Method::GET, path, headers: &[], body: Bytes::new(), most_bytes };
        let response = self.send(call).await?;
        if !response.status().is_success() {
            read(&response)?;
        }
        Ok(response.into_body())
    }

    /// Sends JSON and reads JSON.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Result<Value, Failure> {
        let headers = [&[(header::CONTENT_TYPE.as_str(), JSON)], headers].concat();
        let call = Call { method: Method::POST, path, headers: &headers, body: body.into(), most_bytes: MOST };
        read(&self.send(call).await?)
    }

    /// Makes a call and hands back what came, whatever its status.
    pub(super) async fn send(&self, call: Call<'_>) -> Result<Response<Bytes>, Failure> {
        let mut request = Request::builder().method(call.method).uri(format!("{}{}", self.url, call.path));
        for (name, value) in call.headers {
            request = request.header(*name, *value);
        }
        let request = request.body(call.body);
        let mut request =
            request.map_err(|error| Failure::new(Exit::Settings, format!("the Worker's URL: {error}")))?;
        self.credential.put_on(&mut request)?;
        let unreachable = |why: String| {
            let remedy = "is it running, and is the URL right? `caseworker doctor` says more";
            Failure::new(Exit::Outside, format!("the Worker did not answer: {why}; {remedy}"))
        };
        let reply = tokio::time::timeout(limits::WORKER_CALL, self.http.send(request, call.most_bytes)).await;
        let reply = reply.map_err(|_| unreachable("timed out".to_owned()))?;
        reply.map_err(|error| unreachable(error.to_string()))
    }
}

const MOST: usize = limits::WORKER_REPLY_BYTES;

/// Reads the JSON of an answer that is no problem.
pub(super) fn read(response: &Response<Bytes>) -> Result<Value, Failure> {
    let status = response.status();
    let reply = Reply { status, body: serde_json::from_slice(response.body()).unwrap_or(Value::Null) };
    if reply.body.is_null() {
        let message = format!(
            "the Worker answered {status} and no JSON; is the URL a Caseworker's? `caseworker doctor` says more"
        );
        return Err(Failure::new(Exit::Outside, message));
    }
    let code = reply.body.get("code").and_then(Value::as_str).unwrap_or_default();
    if !status.is_success() && !code.starts_with("CW") {
        let message =
            format!("{status} came, not as a Caseworker answers; is the URL right? `caseworker doctor` says more");
        return Err(Failure::new(Exit::Outside, message));
    }
    if status == StatusCode::UNAUTHORIZED {
        let why = reply.body.get("detail").and_then(Value::as_str).unwrap_or("it wants a key");
        let message = format!(
            "the Worker does not let you in: {why} Set {} to a key that is in force, or {} to a signing key",
            Name::ApiKey,
            Name::SigningKey
        );
        return Err(Failure::new(Exit::Settings, message));
    }
    reply.into_body()
}

/// Whether a key that is sent there can be read on the way.
fn exposes(url: &str) -> bool {
    claude::endpoint::Endpoint::parse(url).is_ok_and(|endpoint| endpoint.exposes_key())
}
