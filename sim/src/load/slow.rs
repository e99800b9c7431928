//! Callers who are slow in every way: who say nothing, who never end a head or a body, who do not read their answer. Each
//! comes back as soon as its connection is closed.

use std::{sync::Arc, time::Duration};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
    time::sleep,
};

use super::host::Host;

/// The pause between two bytes.
const PAUSE: Duration = Duration::from_secs(1);

/// Slow callers, until this is dropped.
pub(super) fn callers(host: &Host, count: usize) -> JoinSet<()> {
    let mut callers = JoinSet::new();
    let heads: Arc<[String; 4]> = Arc::new([
        String::new(),
        "GET /v1/cases HTTP/1.1\r\nhost: localhost\r\nx-slow: ".to_owned(),
        format!(
            "POST /v1/requests HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\n\
             content-length: 100000\r\n\r\n{{\"text\": \"",
            host.submitter
        ),
        // Answers pile up, and nobody reads them.
        "GET /openapi.json HTTP/1.1\r\nhost: localhost\r\n\r\n".repeat(64),
    ]);
    for number in 0..count {
        let (address, heads) = (host.client.address, heads.clone());
        callers.spawn(async move {
            loop {
                let Some(head) = heads.get(number % heads.len()) else { return };
                if let Ok(stream) = TcpStream::connect(address).await {
                    drip(stream, head, number % heads.len()).await;
                }
                sleep(PAUSE / 10).await;
            }
        });
    }
    callers
}

/// Holds a connection for as long as the server does.
async fn drip(mut stream: TcpStream, head: &str, kind: usize) {
    if stream.write_all(head.as_bytes()).await.is_err() {
        return;
    }
    let mut buffer = [0; 64];
    loop {
        match kind {
            // Says nothing, and hears when the server has had enough.
            0 => {
                let _ = stream.read(&mut buffer).await;
                return;
            }
            3 => sleep(PAUSE).await,
            _ => {
                sleep(PAUSE).await;
                if stream.write_all(b"x").await.is_err() {
                    return;
                }
            }
        }
        if kind == 3 && stream.write_all(b"GET").await.is_err() {
            return;
        }
    }
}
