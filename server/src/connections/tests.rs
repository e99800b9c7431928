//! Callers who are slow, who ask for nothing, or who do not take what they asked for.

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    sync::Semaphore,
};

use super::*;

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
/// The answer of one address: more than the system keeps for somebody who does not read.
const LARGE: usize = 64 << 20;

/// A server with these limits.
struct Server {
    address: std::net::SocketAddr,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<()>,
    /// Lets a request to `/held` end.
    lets_go: Arc<Semaphore>,
}

impl Server {
    async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, lets_go) = (CancellationToken::new(), Arc::new(Semaphore::new(0)));
        let waits = lets_go.clone();
        let routes = Router::new()
            .route("/", axum::routing::get(async || "here"))
            .route("/large", axum::routing::get(async || vec![b'x'; LARGE]))
            .route("/held", axum::routing::get(move || held(waits.clone())));
        let until = stop.clone();
        let task = tokio::spawn(async move { serve(listener, routes, &limits, &until).await });
        Self { address, stop, task, lets_go }
    }

    async fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        stream
    }

    /// The whole answer to a request, on a connection of its own.
    async fn ask(&self, path: &str) -> String {
        let stream = self.send(&format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n")).await;
        read(stream).await
    }

    async fn end(self) {
        self.stop.cancel();
        self.task.await.unwrap();
    }
}

async fn held(waits: Arc<Semaphore>) -> &'static str {
    waits.acquire().await.unwrap().forget();
    "held"
}

/// What comes until the connection ends.
async fn read(mut stream: TcpStream) -> String {
    let mut rest = Vec::new();
    // It may end with a word or without.
    let ended = tokio::time::timeout(PATIENCE, stream.read_to_end(&mut rest)).await;
    assert!(ended.is_ok(), "the connection is held for ever");
    String::from_utf8_lossy(&rest).into_owned()
}

const LIMITS: Limits = Limits { head: PATIENCE, write: PATIENCE, open: 64 };

#[tokio::test]
async fn a_connection_whose_request_never_has_a_whole_head_is_closed_and_others_are_answered() {
    let server = Server::start(Limits { head: Duration::from_millis(100), ..LIMITS }).await;
    let mut open = Vec::new();
    for begun in ["", "GE", "GET / HTTP/1.1\r\nhost:"] {
        open.push(server.send(begun).await);
    }
    let answer = server.ask("/").await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
    for stream in open {
        read(stream).await;
    }
    server.end().await;
}

#[tokio::test]
async fn connections_that_ask_for_nothing_keep_nobody_out() {
    let server = Server::start(LIMITS).await;
    let mut open = Vec::new();
    // More than there is room for; some of them have begun to ask.
    for number in 0..3 * LIMITS.open {
        open.push(server.send(["", "GET / HTTP/1.1\r\nhost:"][number % 2]).await);
        if number % 16 == 0 {
            let answer = server.ask("/").await;
            assert!(answer.ends_with("here"), "beside {number}: {answer}");
        }
    }
    drop(open);
    server.end().await;
}

#[tokio::test]
async fn where_every_connection_is_at_work_the_next_is_told_to_come_back_and_none_is_cut() {
    let server = Server::start(Limits { open: 2, ..LIMITS }).await;
    let mut held = Vec::new();
    for _ in 0..2 {
        held.push(server.send("GET /held HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await);
        // It is at work before the next one comes.
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
    let answer = read(TcpStream::connect(server.address).await.unwrap()).await;
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 503 ") && head.contains("retry-after: 2"), "{answer}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{answer}");
    assert_eq!(serde_json::from_str::<serde_json::Value>(body).unwrap()["code"], "CW407");
    server.lets_go.add_permits(2);
    for stream in held {
        assert!(read(stream).await.ends_with("held"), "a request was cut");
    }
    assert!(server.ask("/").await.ends_with("here"));
    server.end().await;
}

#[tokio::test]
async fn an_answer_that_nobody_takes_does_not_hold_its_connection() {
    let server = Server::start(Limits { write: Duration::from_millis(100), ..LIMITS }).await;
    let stream = server.send("GET /large HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await;
    stream.readable().await.unwrap();
    // Both wait for the same clock, and the server not as long.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(read(stream).await.len() < LARGE, "it was waited for");
    assert!(server.ask("/").await.ends_with("here"));
    server.end().await;
}
