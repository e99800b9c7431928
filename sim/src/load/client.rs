//! The least of an HTTP client, so that the load costs little: one request at a time on a connection, connections are
//! used again. It follows nothing and retries nothing but what never reached the server.

use std::{
    net::SocketAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    time::timeout,
};

/// Longer than any answer may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// A client of one server.
pub(super) struct Client {
    pub(super) address: SocketAddr,
    idle: Mutex<Vec<TcpStream>>,
}

/// A request.
#[derive(Debug, Clone, Default)]
pub(super) struct Ask {
    pub(super) line: String,
    pub(super) headers: String,
    pub(super) body: String,
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    /// What `Retry-After` says, if it says whole seconds.
    pub(super) retry_after_s: Option<u64>,
    pub(super) body: String,
}

impl Ask {
    /// A request by the holder of a key.
    pub(super) fn by(key: &str, line: impl Into<String>) -> Self {
        Self { line: line.into(), headers: format!("authorization: Bearer {key}\r\n"), body: String::new() }
    }

    /// The same with a header.
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers += &format!("{name}: {value}\r\n");
        self
    }

    /// The same with a body of JSON.
    pub(super) fn json(mut self, body: &serde_json::Value) -> Self {
        self.body = body.to_string();
        self.with("content-type", "application/json")
    }

    fn text(&self) -> String {
        let Self { line, headers, body } = self;
        let length = body.len();
        format!("{line} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}")
    }
}

impl Client {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, idle: Mutex::default() }
    }

    /// Asks, and waits for the whole answer.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Reply> {
        timeout(PATIENCE, self.exchange(ask)).await.context("no answer in time")?
    }

    async fn exchange(&self, ask: &Ask) -> Result<Reply> {
        let text = ask.text();
        let used = self.idle().pop();
        if let Some(mut stream) = used
            && let Some(first) = begin(&mut stream, &text).await
        {
            return self.finish(stream, first).await;
        }
        // There was none, or the server had closed it: then it read nothing of the request.
        let mut stream = TcpStream::connect(self.address).await.context("connecting")?;
        stream.set_nodelay(true)?;
        let first = begin(&mut stream, &text).await.context("the server closed a new connection")?;
        self.finish(stream, first).await
    }

    /// Reads the rest of an answer.
    async fn finish(&self, mut stream: TcpStream, mut read: Vec<u8>) -> Result<Reply> {
        let end = loop {
            if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
                break at + 4;
            }
            ensure!(stream.read_buf(&mut read).await? > 0, "the answer broke off");
        };
        let head = String::from_utf8_lossy(read.get(..end).unwrap_or_default()).to_ascii_lowercase();
        let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        let length: usize = field("content-length").context("an answer without a length")?.parse()?;
        while read.len() < end + length {
            ensure!(stream.read_buf(&mut read).await? > 0, "the answer broke off");
        }
        let status = head.get(9..12).and_then(|status| status.parse().ok()).context("the answer has no status")?;
        let retry_after_s = field("retry-after").and_then(|seconds| seconds.parse().ok());
        let body = String::from_utf8_lossy(read.get(end..).unwrap_or_default()).into_owned();
        if field("connection") != Some("close") {
            self.idle().push(stream);
        }
        Ok(Reply { status, retry_after_s, body })
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Sends a request; the first piece of its answer, or nothing where the connection had ended.
async fn begin(stream: &mut TcpStream, text: &str) -> Option<Vec<u8>> {
    stream.write_all(text.as_bytes()).await.ok()?;
    let mut read = Vec::with_capacity(4_096);
    (stream.read_buf(&mut read).await.ok()? > 0).then_some(read)
}
