//! The load: so many connections, each with one request after another, until all are answered. Every answer is looked at, so
//! that nobody is quick by failing.

use std::{cell::Cell, net::Ipv4Addr, path::PathBuf, rc::Rc, time::Instant};

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use futures_util::future::try_join_all;
use http::{Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::json;
use tokio::net::TcpStream;

/// The arguments.
#[derive(clap::Args)]
pub(crate) struct Options {
    /// Port on loopback
    #[arg(long)]
    port: u16,
    /// Path that is posted to
    #[arg(long, default_value = "/v1/requests")]
    path: String,
    /// File with the body, JSON; a second one for other requests in turn may follow
    #[arg(long, required = true)]
    body: Vec<PathBuf>,
    /// How long the contender may wait before it answers, in seconds
    #[arg(long, default_value_t = 0)]
    wait: u32,
    /// How many requests in all
    #[arg(long)]
    cases: usize,
    /// How many of them at once
    #[arg(long)]
    connections: usize,
    /// What every answer must hold
    #[arg(long, default_value = "")]
    holds: String,
}

/// What all connections share.
struct Shared {
    options: Options,
    bodies: Vec<Bytes>,
    next: Cell<usize>,
}

/// Sends all of it, and prints what it took as JSON.
pub(crate) async fn run(options: Options) -> Result<()> {
    let bodies = options.body.iter().map(|file| Ok(Bytes::from(std::fs::read(file)?))).collect::<Result<_>>()?;
    let connections = options.connections.min(options.cases);
    let shared = Rc::new(Shared { options, bodies, next: Cell::new(0) });
    let local = tokio::task::LocalSet::new();
    let (mut taken, seconds) = local
        .run_until(async {
            // Connecting is not part of what is measured.
            let senders = try_join_all((0..connections).map(|_| connect(shared.options.port))).await?;
            let began = Instant::now();
            let taken = try_join_all(senders.into_iter().map(|sender| go(sender, shared.clone()))).await?;
            Ok::<_, anyhow::Error>((taken.concat(), began.elapsed().as_secs_f64()))
        })
        .await?;
    taken.sort_by(f64::total_cmp);
    let at = |share: f64| taken.get(((taken.len() - 1) as f64 * share) as usize).copied().unwrap_or_default();
    let said = json!({
        "cases": taken.len(), "seconds": seconds,
        "p50_ms": at(0.5), "p90_ms": at(0.9), "p99_ms": at(0.99), "most_ms": at(1.0),
    });
    println!("{said}");
    Ok(())
}

async fn connect(port: u16) -> Result<SendRequest<Full<Bytes>>> {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.context("connecting")?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(async move {
        // Whoever waits for an answer is told of what broke it off.
        let _ = connection.await;
    });
    Ok(sender)
}

async fn go(mut sender: SendRequest<Full<Bytes>>, shared: Rc<Shared>) -> Result<Vec<f64>> {
    let Shared { options, bodies, next } = &*shared;
    let mut taken = Vec::new();
    loop {
        let number = next.get();
        if number >= options.cases {
            return Ok(taken);
        }
        next.set(number + 1);
        let body = bodies.get(number % bodies.len()).cloned().context("there is a body")?;
        let mut request = Request::post(options.path.as_str())
            .header(header::HOST, "localhost")
            .header(header::CONTENT_TYPE, "application/json");
        if options.wait > 0 {
            request = request.header("prefer", format!("wait={}", options.wait));
        }
        let request = request.body(Full::new(body))?;
        let began = Instant::now();
        sender.ready().await?;
        let reply = sender.send_request(request).await?;
        let status = reply.status();
        let answer = reply.into_body().collect().await?.to_bytes();
        taken.push(began.elapsed().as_secs_f64() * 1e3);
        let said = String::from_utf8_lossy(&answer);
        ensure!(status.is_success() && said.contains(&options.holds), "{status}: {said}");
    }
}
