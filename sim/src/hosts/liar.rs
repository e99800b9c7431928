//! A layer before the sandbox that lies about the ledger: redirects, endless cursors, contradictions, pages of one row.
//! It can be told to lie over HTTP, so that a host in another process is lied to.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse as _, Response},
    routing::{get, put},
};
use serde_json::{Value, json};

/// Where the layer is told how to lie: the body is the name of a lie, or nothing.
pub const LIE: &str = "/liar/lie";
/// How often somebody came to where a redirect leads.
pub const VISITS: &str = "/liar/visits";
/// Where a redirect leads.
const ELSEWHERE: &str = "/liar/elsewhere";
/// The rows of a page, where lists are cut into small ones.
const ROWS: usize = 1;

/// The layer's memory.
#[derive(Debug, Default)]
struct Liar {
    lie: Mutex<String>,
    visits: AtomicUsize,
}

/// The sandbox behind the layer.
pub(super) fn before(sandbox: Router) -> Router {
    let liar = Arc::new(Liar::default());
    let own = Router::new()
        .route(LIE, put(learn))
        .route(VISITS, get(async |State(liar): State<Arc<Liar>>| liar.visits.load(Ordering::Relaxed).to_string()))
        .route(ELSEWHERE, get(elsewhere))
        .with_state(liar.clone());
    sandbox.layer(from_fn_with_state(liar, lie)).merge(own)
}

async fn learn(State(liar): State<Arc<Liar>>, lie: String) {
    *liar.lie.lock().unwrap_or_else(PoisonError::into_inner) = lie;
}

async fn elsewhere(State(liar): State<Arc<Liar>>) -> Response {
    liar.visits.fetch_add(1, Ordering::Relaxed);
    say(&json!({ "transactions": [], "next": null }))
}

async fn lie(State(liar): State<Arc<Liar>>, mut request: Request, next: Next) -> Response {
    let uri = request.uri().to_string();
    let lie = liar.lie.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if lie.is_empty() || !(uri.starts_with("/ledger/transactions?") || uri.starts_with("/ledger/payments?")) {
        return next.run(request).await;
    }
    if lie == "redirect" {
        return (StatusCode::FOUND, [(header::LOCATION, ELSEWHERE)]).into_response();
    }
    // The sandbox knows nothing of the cursors that are made up here.
    let (honest, after) = uri.split_once("&after=").unwrap_or((&uri, ""));
    let Ok(honest) = honest.parse() else { return StatusCode::BAD_REQUEST.into_response() };
    *request.uri_mut() = honest;
    let reply = next.run(request).await;
    let Ok(bytes) = axum::body::to_bytes(reply.into_body(), usize::MAX).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let mut whole: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let Some((list, rows)) =
        ["transactions", "payments"].iter().find_map(|list| Some((*list, whole.get(list)?.as_array()?.clone())))
    else {
        return Response::new(Body::from(bytes));
    };
    match lie.as_str() {
        "small-pages" => {
            let at: usize = after.parse().unwrap_or_default();
            whole[list] = rows.iter().skip(at).take(ROWS).cloned().collect();
            whole["next"] = if at + ROWS < rows.len() { json!((at + ROWS).to_string()) } else { Value::Null };
        }
        "same-cursor" => whole["next"] = json!("again"),
        "absolute-next" => whole["next"] = json!({ "href": ELSEWHERE }),
        "contradiction" => {
            let mut other = rows.first().cloned().unwrap_or_default();
            other["amount_minor"] = json!(1);
            whole[list] = rows.into_iter().chain([other]).collect();
        }
        "deep" => whole["more"] = (0..100).fold(json!(1), |inner, _| json!([inner])),
        "plain-text" => return ([(header::CONTENT_TYPE, "text/plain")], whole.to_string()).into_response(),
        _ => return StatusCode::NOT_IMPLEMENTED.into_response(),
    }
    say(&whole)
}

fn say(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
