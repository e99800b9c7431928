//! Progress of a case as server-sent events: one for each entry, its position as the id. The stream ends when the case
//! comes to rest, or after five minutes; `Last-Event-ID` resumes it.

use axum::{
    body::{Body, Bytes},
    http::{HeaderValue, Response, header},
};
use case::{case::Rest, journal};
use futures_util::stream;
use serde_json::json;
use tokio::sync::watch;

use crate::{
    file::{Desk, first},
    ports::{CaseHost, CaseKey, ModelHost, Outside, TenantHost},
};

/// The longest that one stream lasts.
const STREAM_MS: i64 = 300_000;
/// A comment is sent at least this often, so that nothing between takes the stream for dead.
const HEARTBEAT_MS: u64 = 15_000;

struct Follower<H> {
    desk: Desk<H>,
    key: CaseKey,
    after: Option<u64>,
    until: i64,
    seen: watch::Receiver<u64>,
    over: bool,
}

/// The stream of a case's entries after that position.
pub(crate) fn follow<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: Desk<H>,
    key: CaseKey,
    after: Option<u64>,
) -> Response<Body> {
    let (until, seen) = (desk.host.now().0.saturating_add(STREAM_MS), desk.watch(&key));
    let follower = Follower { desk, key, after, until, seen, over: false };
    let events = stream::unfold(follower, |mut follower| async {
        let chunk = follower.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(chunk)), follower))
    });
    let mut response = Response::new(Body::from_stream(events));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl<H: CaseHost + Outside + ModelHost + TenantHost> Follower<H> {
    /// The next piece of the stream: what is new, or a heartbeat; `None` at the end.
    async fn next(&mut self) -> Option<String> {
        if self.over {
            return None;
        }
        let resting = self.desk.look(&self.key, |open| !matches!(open.case.rest(), Rest::Working { .. })).await.ok()?;
        let new = self.new_events().await?;
        self.over = resting;
        if !new.is_empty() || resting {
            return Some(new);
        }
        if self.desk.host.now().0 >= self.until {
            return None;
        }
        match first(self.seen.changed(), self.desk.host.sleep(HEARTBEAT_MS)).await {
            Ok(Ok(())) => self.new_events().await.map(|new| if new.is_empty() { ": \n\n".to_owned() } else { new }),
            Ok(Err(_)) => {
                // The file was put away: at rest, which the next look says, or because the storage failed.
                self.seen = self.desk.watch(&self.key);
                Some(": \n\n".to_owned())
            }
            Err(()) => Some(": still at work\n\n".to_owned()),
        }
    }

    async fn new_events(&mut self) -> Option<String> {
        let stored = self.desk.host.read(&self.key).await.ok()??;
        let lines = journal::read(stored.lines.iter().map(String::as_str)).ok()?;
        let mut events = String::new();
        let after = self.after;
        for line in lines.into_iter().filter(|line| after.is_none_or(|after| line.seq > after)) {
            let data = json!({ "seq": line.seq, "at": line.at.rfc3339(), "kind": line.entry.kind() });
            events.push_str(&format!("id: {}\nevent: {}\ndata: {data}\n\n", line.seq, line.entry.kind()));
            self.after = Some(line.seq);
        }
        Some(events)
    }
}
