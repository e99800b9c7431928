//! The sandbox, served from this process on a thread of its own.

use std::{
    net::TcpListener,
    thread,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result};
use sandbox::{Config, Day, Script, router};

use super::{agent, liar, receiver};

/// The seed of the bank.
const SEED: u64 = 1;

/// A sandbox that is served until this process ends.
#[derive(Debug, Clone)]
pub struct Outside {
    /// Its base URL.
    pub url: String,
    /// The day on which its bank stands.
    pub today: Day,
}

/// How the stand-in takes orders in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obedience {
    /// They are only text.
    Wary,
    /// It does what they say.
    Gullible,
}

impl Outside {
    /// Serves a sandbox of its own on a free port.
    ///
    /// # Errors
    /// Where no port is free or the script cannot be read.
    pub fn serve(obedience: Obedience, script: &str) -> Result<Self> {
        Self::of_seed(SEED, obedience, script)
    }

    /// Serves the bank of a seed.
    ///
    /// # Errors
    /// As [`Outside::serve`].
    pub fn of_seed(seed: u64, obedience: Obedience, script: &str) -> Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).context("a port for the sandbox")?;
        listener.set_nonblocking(true)?;
        let url = format!("http://{}", listener.local_addr()?);
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
        let today = Day::from_unix_ms(i64::try_from(now)?);
        let config = Config {
            script: Some(Script::parse("script.jsonl", script)?),
            gullible: obedience == Obedience::Gullible,
            ..Config::new(seed, today)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::spawn(move || {
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::from_std(listener)?;
                axum::serve(listener, receiver::beside(liar::before(agent::beside(router(config))))).await
            })
        });
        Ok(Self { url, today })
    }

    /// `host:port`.
    #[must_use]
    pub fn address(&self) -> &str {
        self.url.trim_start_matches("http://")
    }
}
