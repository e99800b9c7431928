//! The sandbox as the outside of a host under load: it counts what it is asked, and fails as often as it is told.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, AtomicU64, Ordering},
    },
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
};
use sandbox::{Config, Day, router};

/// The name of its thread.
pub(super) const THREAD: &str = "outside";
/// The seed of the bank.
const SEED: u64 = 1;

/// What is asked and how it fails, for one path.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) calls: AtomicU64,
    /// Of a hundred calls so many fail.
    pub(super) fails_percent: AtomicU32,
    /// When the first one did since somebody asked.
    first_at: Mutex<Option<Instant>>,
}

/// A sandbox that is served until this process ends.
pub(super) struct Outside {
    pub(super) url: String,
    pub(super) model: Arc<Line>,
    pub(super) ledger: Arc<Line>,
}

impl Line {
    /// The next call: whether it fails. Failures are spread evenly.
    fn fails(&self) -> bool {
        let number = self.calls.fetch_add(1, Ordering::SeqCst);
        let percent = u64::from(self.fails_percent.load(Ordering::SeqCst));
        let fails = (number + 1) * percent / 100 > number * percent / 100;
        if !fails {
            let now = Instant::now();
            self.first_at.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(now);
        }
        fails
    }

    /// From now on so many of a hundred calls fail; counting begins anew.
    pub(super) fn fail(&self, percent: u32) {
        self.calls.store(0, Ordering::SeqCst);
        self.fails_percent.store(percent, Ordering::SeqCst);
        *self.first_at.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// When the first call was answered well since then.
    pub(super) fn first_answer(&self) -> Option<Instant> {
        *self.first_at.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }
}

type Lines = BTreeMap<&'static str, Arc<Line>>;

impl Outside {
    /// Serves a sandbox on a free port, on a thread of its own.
    pub(super) fn serve() -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("a port for the sandbox")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let config = Config::new(SEED, Day::from_unix_ms(i64::try_from(now)?));
        let (model, ledger): (Arc<Line>, Arc<Line>) = Default::default();
        let lines = Arc::new(Lines::from([("/v1/messages", model.clone()), ("/ledger/", ledger.clone())]));
        let routes = router(config).layer(from_fn_with_state(lines, count));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new().name(THREAD.to_owned()).spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, routes).await
            })
        })?;
        Ok(Self { url, model, ledger })
    }
}

async fn count(State(lines): State<Arc<Lines>>, request: Request, next: Next) -> Response {
    // All paths of a source are one target, and share its budget.
    let path = request.uri().path();
    let line = lines.iter().find_map(|(begin, line)| path.starts_with(begin).then_some(line));
    match line {
        Some(line) if line.fails() => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Some(_) | None => next.run(request).await,
    }
}
