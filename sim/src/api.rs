//! A caller: a plain HTTP client, as anybody could write one from the contract. It retries nothing and hides nothing.

use std::{collections::BTreeMap, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{Method, redirect::Policy};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt as _, net::TcpStream};

/// The longest that any call may take: the longest wait that a caller may prefer, and some time for a busy machine.
const CALL: Duration = Duration::from_secs(90);
/// How many seconds a caller waits for a case to come to rest.
const REST_SECONDS: u64 = 45;

/// A caller of one host, with a key or without.
#[derive(Debug, Clone)]
pub struct Api {
    http: reqwest::Client,
    base: String,
    key: Option<String>,
}

/// A call before it is made.
#[derive(Debug)]
pub struct Call {
    request: reqwest::RequestBuilder,
    what: String,
}

/// What came back, whole.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers, with lower-case names; of a repeated one the last.
    pub headers: BTreeMap<String, String>,
    /// The cookies that a browser would hold from now on, as they were written.
    pub cookies: Vec<String>,
    /// The body.
    pub body: String,
    what: String,
}

/// A case, or whatever else was shown as JSON.
#[derive(Debug, Clone, PartialEq)]
pub struct View(pub Value);

impl Api {
    /// A caller without a key.
    ///
    /// # Errors
    /// Where the HTTP client cannot be built.
    pub fn new(base: &str) -> Result<Self> {
        // Built together with the server, reqwest brings TLS and leaves its primitives to us. Another call has chosen the same.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().timeout(CALL).redirect(Policy::none());
        let http = http.build().context("building the HTTP client")?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), key: None })
    }

    /// The same caller with a key.
    #[must_use]
    pub fn with_key(&self, key: Option<&str>) -> Self {
        Self { key: key.map(str::to_owned), ..self.clone() }
    }

    /// A call with any method.
    #[must_use]
    pub fn call(&self, method: &Method, path: &str) -> Call {
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key);
        }
        Call { request, what: format!("{method} {path}") }
    }

    /// A call that reads.
    #[must_use]
    pub fn get(&self, path: &str) -> Call {
        self.call(&Method::GET, path)
    }

    /// A call that sends JSON.
    #[must_use]
    pub fn post(&self, path: &str, body: &Value) -> Call {
        self.call(&Method::POST, path).header("content-type", "application/json").body(body.to_string())
    }

    /// Opens a case and waits until it comes to rest.
    ///
    /// # Errors
    /// Anything but 201.
    pub async fn open(&self, body: &Value) -> Result<View> {
        self.post("/v1/requests", body).wait().ok(201).await
    }

    /// Opens a case for a customer and waits until it comes to rest.
    ///
    /// # Errors
    /// Anything but 201.
    pub async fn open_for(&self, customer: &str, text: &str) -> Result<View> {
        self.open(&json!({ "text": text, "customer_id": customer })).await
    }

    /// Reads a case.
    ///
    /// # Errors
    /// Anything but 200.
    pub async fn case(&self, id: &str) -> Result<View> {
        self.get(&format!("/v1/cases/{id}")).ok(200).await
    }

    /// A command for a case, that waits until the case comes to rest.
    #[must_use]
    pub fn command(&self, id: &str, body: &Value) -> Call {
        self.post(&format!("/v1/cases/{id}/commands"), body).wait()
    }

    /// A customer's message in a case, that waits until the case comes to rest.
    #[must_use]
    pub fn message(&self, id: &str, text: &str) -> Call {
        self.post(&format!("/v1/cases/{id}/messages"), &json!({ "from": "customer", "text": text })).wait()
    }

    /// The lines of a case's journal.
    ///
    /// # Errors
    /// Anything but 200.
    pub async fn journal(&self, id: &str) -> Result<Vec<String>> {
        let reply = self.get(&format!("/v1/cases/{id}/journal")).send().await?;
        ensure!(reply.status == 200, "{reply}");
        Ok(reply.body.lines().map(str::to_owned).collect())
    }

    /// Sends JSON over a connection of its own, and closes it so long after the last byte was sent, without a look at the
    /// answer.
    ///
    /// # Errors
    /// Where the host is not one that is reached without encryption, or takes no connection.
    pub async fn post_and_leave(&self, path: &str, body: &Value, after: Duration) -> Result<()> {
        let address = self.base.strip_prefix("http://").context("only a host on loopback is left like this")?;
        let body = body.to_string();
        let key = self.key.as_ref().map(|key| format!("authorization: Bearer {key}\r\n")).unwrap_or_default();
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nprefer: wait=20\r\n\
             {key}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut connection = TcpStream::connect(address).await.context("connecting")?;
        connection.write_all(request.as_bytes()).await.context("sending")?;
        tokio::time::sleep(after).await;
        drop(connection);
        Ok(())
    }

    /// Reads a case until it is in a state, for half a minute at most.
    ///
    /// # Errors
    /// Where it does not come to that.
    pub async fn until(&self, id: &str, done: impl Fn(&View) -> bool) -> Result<View> {
        let mut last = None;
        for _ in 0..300 {
            // A host that is being started again answers nothing for a moment.
            if let Ok(view) = self.case(id).await {
                if done(&view) {
                    return Ok(view);
                }
                last = Some(view);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!(
            "the case {id} did not come to what was waited for; last seen: {}",
            last.map_or_else(String::new, |view| view.0.to_string())
        )
    }
}

impl Call {
    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// Prefers to wait until the case comes to rest.
    #[must_use]
    pub fn wait(self) -> Self {
        self.header("prefer", &format!("wait={REST_SECONDS}"))
    }

    /// Sends these bytes.
    #[must_use]
    pub fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.request = self.request.body(body.into());
        self
    }

    /// Makes the call.
    ///
    /// # Errors
    /// Where no whole answer comes.
    pub async fn send(self) -> Result<Reply> {
        let reply = self.request.send().await.with_context(|| format!("{}: no answer", self.what))?;
        let status = reply.status().as_u16();
        let text = |value: &reqwest::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let headers = reply.headers().iter().map(|(name, value)| (name.to_string(), text(value))).collect();
        let cookies = reply.headers().get_all("set-cookie").into_iter().map(text).collect();
        let body = reply.text().await.with_context(|| format!("{}: the answer broke off", self.what))?;
        Ok(Reply { status, headers, cookies, body, what: self.what })
    }

    /// Makes the call and reads JSON from an answer that must have this status.
    ///
    /// # Errors
    /// Any other status, or a body that is not JSON.
    pub async fn ok(self, status: u16) -> Result<View> {
        let reply = self.send().await?;
        ensure!(reply.status == status, "expected {status}: {reply}");
        reply.json()
    }

    /// Makes the call, which must be refused with this status, code and field.
    ///
    /// # Errors
    /// Any other answer.
    pub async fn refused(self, status: u16, code: &str, field: Option<&str>) -> Result<Reply> {
        let reply = self.send().await?;
        reply.is_problem(status, code, field)?;
        Ok(reply)
    }
}

impl Reply {
    /// The body as JSON.
    ///
    /// # Errors
    /// Where it is none.
    pub fn json(&self) -> Result<View> {
        Ok(View(serde_json::from_str(&self.body).with_context(|| format!("not JSON: {self}"))?))
    }

    /// Checks that this is a problem with this status, code and field.
    ///
    /// # Errors
    /// Where it is anything else.
    pub fn is_problem(&self, status: u16, code: &str, field: Option<&str>) -> Result<()> {
        ensure!(self.status == status, "expected {status} {code}: {self}");
        let kind = self.headers.get("content-type").map(String::as_str);
        ensure!(kind == Some("application/problem+json"), "content type {kind:?}: {self}");
        let problem = self.json()?;
        problem.is("/code", code)?;
        problem.is("/status", status)?;
        ensure!(problem.0.get("field").and_then(Value::as_str) == field, "expected the field {field:?}: {self}");
        for words in ["title", "detail"] {
            ensure!(problem.text(&format!("/{words}")).len() > 5, "no {words}: {self}");
        }
        Ok(())
    }
}

impl std::fmt::Display for Reply {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body: String = self.body.chars().take(1_500).collect();
        write!(formatter, "{} answered {} {body}", self.what, self.status)
    }
}

impl View {
    /// The text at a JSON pointer; empty where there is none.
    #[must_use]
    pub fn text(&self, pointer: &str) -> &str {
        self.0.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }

    /// The number at a JSON pointer.
    ///
    /// # Errors
    /// Where there is none.
    pub fn number(&self, pointer: &str) -> Result<u64> {
        let number = self.0.pointer(pointer).and_then(Value::as_u64);
        number.with_context(|| format!("no number at {pointer} of {}", self.0))
    }

    /// The list at a JSON pointer; empty where there is none.
    #[must_use]
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.0.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// The case's id.
    #[must_use]
    pub fn id(&self) -> &str {
        self.text("/case_id")
    }

    /// Where the case stands: `working`, `waiting`, `review` or `closed`.
    #[must_use]
    pub fn state(&self) -> &str {
        self.text("/orchestration/state")
    }

    /// Checks the value at a JSON pointer.
    ///
    /// # Errors
    /// Any other value, with the whole document.
    pub fn is(&self, pointer: &str, expected: impl Into<Value>) -> Result<()> {
        let (found, expected) = (self.0.pointer(pointer), expected.into());
        ensure!(found == Some(&expected), "expected {expected} at {pointer}, found {found:?} in {}", self.0);
        Ok(())
    }

    /// Checks that the list at a JSON pointer holds a value.
    ///
    /// # Errors
    /// Where it does not, with the whole document.
    pub fn holds(&self, pointer: &str, expected: &str) -> Result<()> {
        let found = self.list(pointer).iter().any(|value| value.as_str() == Some(expected));
        ensure!(found, "expected {expected} among those at {pointer} in {}", self.0);
        Ok(())
    }

    /// Checks where the case was routed, and what comes next.
    ///
    /// # Errors
    /// Any other route.
    pub fn is_routed(&self, agent: &str, next_action: &str) -> Result<()> {
        self.is("/orchestration/status", "ok")?;
        self.is("/orchestration/routed_to", agent)?;
        self.is("/orchestration/next_action", next_action)
    }

    /// The body of a command about the case's proposal, as it was shown.
    #[must_use]
    pub fn about_proposal(&self, command: &str) -> Value {
        let (id, hash) = (self.text("/orchestration/proposal/id"), self.text("/orchestration/proposal/hash"));
        json!({ "command": command, "proposal": id, "hash": hash, "reason": "Looked at by a person." })
    }
}
