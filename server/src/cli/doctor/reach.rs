//! Whether Claude and the sources answer. What they answer is looked at no further than its form.

use std::time::Duration;

use bytes::Bytes;
use claude::{
    endpoint::{Endpoint, OFFICIAL},
    request::{Effort, Prompt, messages_request},
};
use desk::ports::SendError;
use http::{HeaderMap, Method, Request, Response, StatusCode, header};

use super::Finding;
use crate::{
    limits,
    outside::Http,
    settings::{Name, Settings},
};

/// Sends a request within the doctor's patience.
pub(in crate::cli) async fn call(http: &Http, request: Request<Bytes>) -> Result<Response<Bytes>, SendError> {
    let call = http.send(request, limits::DOCTOR_REPLY_BYTES);
    tokio::time::timeout(Duration::from_secs(limits::DOCTOR_SECONDS), call).await.unwrap_or(Err(SendError::TimedOut))
}

/// Whether the key opens the Messages API: the list of models costs nothing.
pub(super) async fn claude(settings: &Settings, http: &Http) -> Finding {
    const CHECK: &str = "claude";
    let key = match settings.api_key() {
        Ok(Some(key)) => key,
        Ok(None) => {
            let remedy = format!("none is needed; with {}, Claude is asked where it is unsure", Name::AnthropicKey);
            return Finding::note(CHECK, "no key: the local model decides alone", remedy);
        }
        Err(error) => return Finding::problem(CHECK, error.to_string(), "copy the key again, without quotes"),
    };
    let base = settings.config.anthropic_base_url.as_deref().unwrap_or(OFFICIAL);
    let Ok(endpoint) = Endpoint::parse(base) else {
        return Finding::problem(CHECK, "the base URL cannot be used", format!("set {}", Name::AnthropicBaseUrl));
    };
    let prompt = Prompt {
        model: settings.config.model.clone().unwrap_or_else(|| desk::config::MODEL.to_owned()),
        max_tokens: 1,
        system: String::new(),
        user: String::new(),
        schema: serde_json::json!({ "type": "object" }),
        effort: Effort::Low,
    };
    let request =
        messages_request(&endpoint, &key, &prompt, None).ok().and_then(|request| list_models(&endpoint, request));
    let Some(request) = request else {
        return Finding::problem(CHECK, "`model` is no model's name", "write it as in Anthropic's list of models");
    };
    if endpoint.exposes_key() {
        let remedy = format!("use https in {}", Name::AnthropicBaseUrl);
        return Finding::problem(CHECK, "the key would cross the network unencrypted", remedy);
    }
    let host = endpoint.authority();
    match call(http, request).await.map(|reply| reply.status()) {
        Ok(StatusCode::OK) => Finding::ok(CHECK, format!("{host} takes the key; the model is {}", prompt.model)),
        Ok(StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) => Finding::problem(
            CHECK,
            format!("{host} refuses the key"),
            format!("set {} to one in force", Name::AnthropicKey),
        ),
        Ok(status) => Finding::problem(CHECK, format!("{host} answered {status}"), "try again, or check the base URL"),
        Err(error) => Finding::problem(CHECK, format!("{host}: {error}"), "check the network and the base URL"),
    }
}

/// The same headers, asking for the list of models.
fn list_models(endpoint: &Endpoint, request: Request<Bytes>) -> Option<Request<Bytes>> {
    let (mut parts, _) = request.into_parts();
    parts.method = Method::GET;
    parts.uri = format!("{}/v1/models", endpoint.base()).parse().ok()?;
    parts.headers.remove(header::CONTENT_TYPE);
    parts.headers.remove(header::CONTENT_LENGTH);
    Some(Request::from_parts(parts, Bytes::new()))
}

/// Whether each source that is configured answers at all.
pub(super) async fn sources(settings: &Settings, http: &Http) -> Vec<Finding> {
    let mut findings = Vec::new();
    for name in desk::config::SOURCES {
        let check = format!("source {name}");
        let Some(url) = settings.config.sources.get(name) else {
            let remedy = format!("set `sources.{name}`; without it its evidence is missing and cases say so");
            findings.push(Finding::note(check, "not configured", remedy));
            continue;
        };
        findings.push(source(http, check, url).await);
    }
    if settings.config.sources.is_empty() {
        findings.push(Finding::note(
            "sources",
            "none is configured: `handle`, and `serve` on loopback, work cases with the sandbox bank and mark each",
            "set `sources` to work real cases; `batch` takes the bank with --sandbox only",
        ));
    }
    findings
}

async fn source(http: &Http, check: String, url: &str) -> Finding {
    let remedy = format!("is it running, and is `{}` its base URL?", check.replace("source ", "sources."));
    let Ok(request) = Request::get(format!("{}/", url.trim_end_matches('/'))).body(Bytes::new()) else {
        return Finding::problem(check, "not a URL", remedy);
    };
    match call(http, request).await {
        Ok(reply) if reply.status().is_server_error() => {
            Finding::problem(check, format!("answers {}", reply.status()), remedy)
        }
        Ok(reply) if !reply.status().is_success() || is_json(reply.headers()) => Finding::ok(check, "answers"),
        Ok(_) => Finding::problem(check, "answers, and not with JSON: a login page or a proxy?", remedy),
        Err(SendError::TooLarge) => Finding::ok(check, "answers"),
        Err(error) => Finding::problem(check, error.to_string(), remedy),
    }
}

/// Whether a reply says that it is JSON.
pub(super) fn is_json(headers: &HeaderMap) -> bool {
    let declared = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    declared.contains("json")
}
