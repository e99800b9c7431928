//! A host's process: started, killed and started again on the same address, with all it says in one file.

use std::{
    fs::{self, OpenOptions},
    net::TcpListener,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use futures_util::future::BoxFuture;

use crate::{api::Api, world::Process};

/// The longest that a host may take to answer after its start, in hundredths of a second: workerd compiles the core first.
const STARTS: u32 = 6_000;

/// A host's process, which ends with this value.
pub struct Child {
    make: Box<dyn Fn() -> Result<Command> + Send + Sync>,
    url: String,
    log: PathBuf,
    running: Mutex<Option<std::process::Child>>,
}

impl Child {
    /// A process that is not started yet. `make` says how to start it, each time.
    #[must_use]
    pub fn new(url: String, log: PathBuf, make: impl Fn() -> Result<Command> + Send + Sync + 'static) -> Self {
        Self { make: Box::new(make), url, log, running: Mutex::new(None) }
    }

    fn spawn(&self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log)?;
        let mut command = (self.make)()?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let child = command.spawn().with_context(|| format!("starting {command:?}"))?;
        *self.running() = Some(child);
        Ok(())
    }

    async fn answers(&self) -> Result<()> {
        let api = Api::new(&self.url)?;
        for _ in 0..STARTS {
            if api.get("/healthz").send().await.is_ok_and(|reply| reply.status == 200) {
                return Ok(());
            }
            if let Some(ended) = self.running().as_mut().and_then(|child| child.try_wait().transpose()) {
                bail!("the host ended with {}: {}", ended?, self.log());
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        bail!("the host does not answer: {}", self.log())
    }

    fn running(&self) -> std::sync::MutexGuard<'_, Option<std::process::Child>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Process for Child {
    fn kill(&self) -> Result<()> {
        if let Some(mut child) = self.running().take() {
            child.kill()?;
            child.wait()?;
        }
        Ok(())
    }

    fn start(&self) -> BoxFuture<'_, Result<()>> {
        Box::pin(async {
            self.spawn()?;
            self.answers().await
        })
    }

    fn id(&self) -> Option<u32> {
        self.running().as_ref().map(std::process::Child::id)
    }

    fn url(&self) -> &str {
        &self.url
    }

    fn log(&self) -> String {
        fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.kill();
    }
}

/// A port that was free a moment ago.
///
/// # Errors
/// Where none is.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("a free port")?;
    Ok(listener.local_addr()?.port())
}
