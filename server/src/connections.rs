//! The connections of a server. `axum::serve` would drop a request whose sender has closed its side by the time that it is
//! read; here it is worked to its end, whether or not anybody waits for the answer.
//!
//! What is answered is not decided here.

use std::{io, net::IpAddr, time::Duration};

use axum::Router;
use desk::console::Peer;
use hyper::server::conn::http1::Builder;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower::util::MapRequest;

use crate::limits;

/// How long the head of a request may take to arrive, from when its connection is free for one.
pub(crate) const HEAD: Duration = Duration::from_secs(30);
/// How long to wait where no connection can be taken, because the process has as many files open as it may.
const BREATH: Duration = Duration::from_secs(1);

/// Serves until told to stop; then what is under way has a moment to end.
///
/// Whoever never finishes a request's head, or keeps a connection and asks for nothing, holds it no longer than `head`.
pub(crate) async fn serve(listener: TcpListener, routes: Router, head: Duration, stop: &CancellationToken) {
    let mut http = Builder::new();
    http.half_close(true).timer(TokioTimer::new()).header_read_timeout(head);
    let open = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.cancelled() => break,
        };
        match accepted {
            Ok((stream, address)) => {
                let service = TowerToHyperService::new(known_by(routes.clone(), address.ip()));
                let connection = http.serve_connection(TokioIo::new(stream), service);
                let watched = open.watch(connection);
                tokio::spawn(async move {
                    // A caller that breaks off is no failure of ours.
                    if let Err(error) = watched.await {
                        tracing::debug!(%error, "a connection broke off");
                    }
                });
            }
            Err(error) if is_of_the_caller(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection could be taken");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    tokio::select! {
        () = open.shutdown() => {}
        () = tokio::time::sleep(limits::GRACE) => {}
    }
}

/// The routes, which are told from which address a request comes.
fn known_by<B>(
    routes: Router,
    address: IpAddr,
) -> MapRequest<Router, impl FnMut(http::Request<B>) -> http::Request<B> + Clone> {
    let peer = Peer::of(address);
    MapRequest::new(routes, move |mut request: http::Request<B>| {
        request.extensions_mut().insert(peer.clone());
        request
    })
}

/// Whether a caller left before its connection was taken.
fn is_of_the_caller(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    #[tokio::test]
    async fn a_connection_whose_request_never_has_a_whole_head_is_closed_and_others_are_answered() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let routes = Router::new().route("/", axum::routing::get(async || "here"));
        let (until, head) = (stop.clone(), Duration::from_millis(100));
        let server = tokio::spawn(async move { serve(listener, routes, head, &until).await });
        let mut open = Vec::new();
        for begun in ["", "GE", "GET / HTTP/1.1\r\nhost:"] {
            let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
            stream.write_all(begun.as_bytes()).await.unwrap();
            open.push(stream);
        }
        let mut whole = tokio::net::TcpStream::connect(address).await.unwrap();
        whole.write_all(b"GET / HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n").await.unwrap();
        let mut answer = String::new();
        whole.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("here"), "{answer}");
        for mut stream in open {
            // It ends, with a word or without.
            let (mut rest, patience) = (Vec::new(), Duration::from_secs(60));
            let ended = tokio::time::timeout(patience, stream.read_to_end(&mut rest)).await;
            assert!(ended.is_ok(), "the connection is held for ever");
        }
        stop.cancel();
        server.await.unwrap();
    }
}
