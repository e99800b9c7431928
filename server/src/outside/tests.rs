//! The outside over loopback sockets: redirects, endless and slow bodies, proxies, the sandbox in process.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Response, StatusCode, header},
    routing::get,
};
use bytes::Bytes;
use case::source::Source;
use desk::ports::{Outside as _, SendError, Target};
use futures_util::stream;
use http::Request;

use super::{Http, World, is_private};
use crate::metrics::Metrics;

/// A source on a loopback socket; returns its base URL.
async fn serve(routes: Router) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}")
}

fn world(ledger: &str, sandbox: Option<Router>) -> World {
    let sources = BTreeMap::from([("ledger".to_owned(), ledger.to_owned())]);
    World::new(Http::new(None, &[]).unwrap(), sources, sandbox, 2, Arc::new(Metrics::default()))
}

async fn ask(world: &World, path: &str, limit_ms: u64) -> Result<Response<Bytes>, SendError> {
    let request = Request::get(path).body(Bytes::new()).unwrap();
    world.send(Target::Source(Source::Ledger), request, limit_ms, 10_000).await
}

fn endless(pause: Duration) -> Response<Body> {
    let pieces = stream::unfold((), move |()| async move {
        tokio::time::sleep(pause).await;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from_static(&[b'x'; 100])), ()))
    });
    Response::new(Body::from_stream(pieces))
}

fn hostile() -> Router {
    Router::new()
        .route("/api/ok", get(async |request: axum::extract::Request| request.uri().to_string()))
        .route("/api/away", get(async || (StatusCode::FOUND, [(header::LOCATION, "/api/ok")])))
        .route("/api/endless", get(async || endless(Duration::ZERO)))
        .route("/api/slow", get(async || endless(Duration::from_millis(20))))
        .route("/api/hang", get(async || std::future::pending::<()>().await))
        .route("/api/large", get(async || "x".repeat(10_001)))
}

#[tokio::test]
async fn a_path_is_added_to_the_base_and_redirects_are_not_followed() {
    let world = world(&format!("{}/api/", serve(hostile()).await), None);
    let reply = ask(&world, "/ok?customer_id=cus_x", 5_000).await.unwrap();
    assert_eq!(reply.body(), "/api/ok?customer_id=cus_x");
    let reply = ask(&world, "/away", 5_000).await.unwrap();
    assert_eq!(reply.status(), StatusCode::FOUND);
}

#[tokio::test]
async fn bodies_end_at_their_limits_of_size_and_time() {
    let world = world(&format!("{}/api", serve(hostile()).await), None);
    assert_eq!(ask(&world, "/endless", 60_000).await.unwrap_err(), SendError::TooLarge);
    assert_eq!(ask(&world, "/large", 60_000).await.unwrap_err(), SendError::TooLarge);
    assert_eq!(ask(&world, "/slow", 100).await.unwrap_err(), SendError::TimedOut);
    assert_eq!(ask(&world, "/hang", 100).await.unwrap_err(), SendError::TimedOut);
}

#[tokio::test]
async fn what_is_not_there_or_not_configured_is_told_apart() {
    let world = world("http://127.0.0.1:1", None);
    assert_eq!(ask(&world, "/x", 5_000).await.unwrap_err(), SendError::Connection);
    let request = Request::get("/x").body(Bytes::new()).unwrap();
    let outcome = world.send(Target::Actions, request, 5_000, 10).await;
    assert_eq!(outcome.unwrap_err(), SendError::NotConfigured);
}

#[tokio::test]
async fn with_the_sandbox_no_source_is_asked() {
    let world = world("http://127.0.0.1:1", Some(hostile()));
    assert_eq!(ask(&world, "/api/ok", 5_000).await.unwrap().status(), StatusCode::OK);
    assert_eq!(ask(&world, "/api/endless", 60_000).await.unwrap_err(), SendError::TooLarge);
    assert_eq!(ask(&world, "/api/hang", 100).await.unwrap_err(), SendError::TimedOut);
}

#[test]
fn proxies_lead_to_public_hosts_only() {
    for host in ["localhost", "127.0.0.1", "[::1]", "10.1.2.3", "192.168.1.1", "[fd00::1]", "ledger"] {
        assert!(is_private(host), "{host}");
    }
    for host in ["api.anthropic.com", "8.8.8.8", "[2001:db8::1]"] {
        assert!(!is_private(host), "{host}");
    }
}

#[test]
fn a_file_that_holds_no_certificate_is_refused_by_name() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("ca.pem");
    assert!(Http::new(Some(&path), &[]).unwrap_err().contains("ca.pem"));
    std::fs::write(&path, "nothing").unwrap();
    assert!(Http::new(Some(&path), &[]).unwrap_err().contains("there is none in it"));
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_not_connected_to_unless_it_is_listed() {
    // Another name of this machine than `localhost`; a system that knows none has nothing to look up.
    let hosts = std::fs::read_to_string("/etc/hosts").unwrap_or_default();
    let names = hosts.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let address: std::net::IpAddr = words.next()?.parse().ok()?;
        let name = words.find(|word| !word.contains("localhost") && !word.starts_with('#'))?;
        (address.is_loopback() && address.is_ipv4()).then(|| (address, name.to_owned()))
    });
    let Some((address, name)) = names.into_iter().next() else { return };
    let listener = tokio::net::TcpListener::bind((address, 0)).await.unwrap();
    let url = format!("http://{name}:{}/api/ok", listener.local_addr().unwrap().port());
    tokio::spawn(async move { axum::serve(listener, hostile()).await });
    let get = async |listed: &[String]| {
        let http = Http::new(None, listed).unwrap();
        http.send(Request::get(&url).body(Bytes::new()).unwrap(), 10_000).await
    };
    assert_eq!(get(&[]).await.unwrap_err(), SendError::Connection);
    assert_eq!(get(std::slice::from_ref(&name)).await.unwrap().body(), "/api/ok");
}
