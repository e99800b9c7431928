//! The outside world as a process sees it: the system's clock and randomness, HTTP, and tasks that are waited for.
//!
//! HTTP follows no redirects (a source could send us anywhere), reads no more of a reply than it is allowed to, and
//! never logs a URL's query, a header or a body. With the sandbox, sources are answered in this process.

mod names;

use std::{
    collections::BTreeMap,
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::{Bytes, BytesMut};
use case::time::Millis;
use desk::ports::{Outside, SendError, Target, Task};
use http::{Request, Response, Uri};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use tokio::sync::Semaphore;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use self::names::Names;
use crate::{limits, metrics::Metrics};

/// The outside of one process.
#[derive(Debug)]
pub(crate) struct World {
    http: Http,
    /// Base URLs without a trailing slash, by the name of the source or agent.
    sources: BTreeMap<String, String>,
    sandbox: Option<axum::Router>,
    /// Calls at once to each target, so that one that hangs takes nothing from the others.
    permits: BTreeMap<String, Arc<Semaphore>>,
    tasks: TaskTracker,
    metrics: Arc<Metrics>,
}

/// HTTP clients: one that goes where it is told, and one that minds the system's proxy settings.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    direct: reqwest::Client,
    proxied: reqwest::Client,
}

impl World {
    /// A world with these sources; with a sandbox they are not asked, it answers for them. Each target has so many
    /// connections; who waits for one uses up the time of its call.
    pub(crate) fn new(
        http: Http,
        sources: BTreeMap<String, String>,
        sandbox: Option<axum::Router>,
        connections: u32,
        metrics: Arc<Metrics>,
    ) -> Self {
        let sources: BTreeMap<String, String> =
            sources.into_iter().map(|(name, url)| (name, url.trim().trim_end_matches('/').to_owned())).collect();
        let connections = usize::try_from(connections).unwrap_or(usize::MAX).min(Semaphore::MAX_PERMITS);
        let names = Target::ALL.iter().map(|target| target.name().into_owned()).chain(sources.keys().cloned());
        let permits = names.map(|name| (name, Arc::new(Semaphore::new(connections)))).collect();
        Self { http, sources, sandbox, permits, tasks: TaskTracker::new(), metrics }
    }

    /// Takes no more waiting for granted: returns when all tasks have ended.
    pub(crate) async fn tasks_ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn call(
        &self,
        target: Target,
        mut request: Request<Bytes>,
        most_bytes: usize,
    ) -> Result<Response<Bytes>, SendError> {
        let name = target.name();
        let _permit = match self.permits.get(&*name) {
            Some(permits) => Some(permits.acquire().await.map_err(|_| SendError::Connection)?),
            None => None,
        };
        match (target, &self.sandbox) {
            (Target::Model | Target::Issuer | Target::Webhook(_), _) => self.http.send(request, most_bytes).await,
            (Target::Source(_) | Target::Actions, Some(sandbox)) => {
                in_process(sandbox.clone(), request, most_bytes).await
            }
            (Target::Source(_) | Target::Actions, None) | (Target::Agent(_), _) => {
                let base = self.sources.get(&*name).ok_or(SendError::NotConfigured)?;
                let url = format!("{base}{}", request.uri());
                *request.uri_mut() = url.parse::<Uri>().map_err(|_| SendError::NotConfigured)?;
                self.http.send(request, most_bytes).await
            }
        }
    }
}

impl Outside for World {
    fn now(&self) -> Millis {
        now()
    }

    fn random(&self, bytes: &mut [u8]) {
        random(bytes);
    }

    async fn sleep(&self, duration_ms: u64) {
        tokio::time::sleep(Duration::from_millis(duration_ms)).await;
    }

    async fn send(
        &self,
        target: Target,
        request: Request<Bytes>,
        limit_ms: u64,
        most_bytes: usize,
    ) -> Result<Response<Bytes>, SendError> {
        let call = self.call(target, request, most_bytes);
        let limited = tokio::time::timeout(Duration::from_millis(limit_ms), call).await;
        let outcome = limited.unwrap_or(Err(SendError::TimedOut));
        self.metrics.call(target, &outcome);
        outcome
    }

    fn spawn(&self, task: Task) {
        self.tasks.spawn(task);
    }
}

/// The system's time.
pub(crate) fn now() -> Millis {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The system's randomness.
pub(crate) fn random(bytes: &mut [u8]) {
    // A process that cannot draw keys must not go on, and every supported system can.
    getrandom::fill(bytes).expect("the operating system gives random bytes");
}

impl Http {
    /// Clients that connect to no address that nobody may be asked at, whatever a name leads to, and that trust the public certificate authorities, and those of a PEM file where one is given.
    ///
    /// # Errors
    /// A sentence about the file, or about TLS.
    pub(crate) fn new(ca_file: Option<&Path>, insecure_hosts: &[String]) -> Result<Self, String> {
        let mut roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        if let Some(path) = ca_file {
            add_roots(&mut roots, path)?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| error.to_string())?
            .with_root_certificates(roots)
            .with_no_client_auth();
        let names = Arc::new(Names::new(insecure_hosts));
        let builder = || {
            reqwest::Client::builder()
                .tls_backend_preconfigured(tls.clone())
                .dns_resolver(Arc::clone(&names))
                .redirect(reqwest::redirect::Policy::none())
                .connect_timeout(limits::CONNECT)
                .user_agent(concat!("caseworker/", env!("CARGO_PKG_VERSION")))
        };
        let built = |builder: reqwest::ClientBuilder| builder.build().map_err(|error| chain(&error));
        Ok(Self { direct: built(builder().no_proxy())?, proxied: built(builder())? })
    }

    /// Sends a request to an absolute URL and reads the reply within its limit. The caller limits the time.
    pub(crate) async fn send(&self, request: Request<Bytes>, most_bytes: usize) -> Result<Response<Bytes>, SendError> {
        let host = request.uri().host().unwrap_or_default().to_owned();
        let client = if is_private(&host) { &self.direct } else { &self.proxied };
        let request = reqwest::Request::try_from(request).map_err(|error| failed(&host, error))?;
        let mut reply = client.execute(request).await.map_err(|error| failed(&host, error))?;
        if reply.content_length().is_some_and(|bytes| bytes > most_bytes as u64) {
            return Err(SendError::TooLarge);
        }
        let mut body = BytesMut::new();
        while let Some(piece) = reply.chunk().await.map_err(|error| failed(&host, error))? {
            if body.len() + piece.len() > most_bytes {
                return Err(SendError::TooLarge);
            }
            body.extend_from_slice(&piece);
        }
        let mut response = Response::new(body.freeze());
        *response.status_mut() = reply.status();
        std::mem::swap(response.headers_mut(), reply.headers_mut());
        Ok(response)
    }
}

/// Whether a host is this machine or on a private network, where no proxy leads.
fn is_private(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match bare.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(address)) => address.is_loopback() || address.is_private(),
        Ok(std::net::IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
        Err(_) => bare.eq_ignore_ascii_case("localhost") || !bare.contains('.'),
    }
}

fn failed(host: &str, error: reqwest::Error) -> SendError {
    let timed_out = error.is_timeout();
    // The URL of a look-up names a customer, so it is taken off before the error is shown.
    tracing::debug!(host, error = chain(&error.without_url()), "a call outside failed");
    if timed_out { SendError::TimedOut } else { SendError::Connection }
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// Adds the certificate authorities of a PEM file.
fn add_roots(roots: &mut rustls::RootCertStore, path: &Path) -> Result<(), String> {
    let unreadable =
        |why: String| format!("`host.ca_file`: {} is not a PEM file of certificates: {why}", path.display());
    let certificates = CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
    let mut added = 0;
    for certificate in certificates {
        let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
        roots.add(certificate).map_err(|error| unreadable(error.to_string()))?;
        added += 1;
    }
    if added == 0 { Err(unreadable("there is none in it".to_owned())) } else { Ok(()) }
}

async fn in_process(
    sandbox: axum::Router,
    request: Request<Bytes>,
    most_bytes: usize,
) -> Result<Response<Bytes>, SendError> {
    let request = request.map(axum::body::Body::from);
    let Ok(response) = sandbox.oneshot(request).await;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, most_bytes)
        .collect()
        .await
        .map_err(|error| if error.is::<LengthLimitError>() { SendError::TooLarge } else { SendError::Connection })?;
    Ok(Response::from_parts(parts, body.to_bytes()))
}

#[cfg(test)]
mod tests;
