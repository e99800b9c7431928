//! The routes of one case. They run where the case lives: in its Durable Object, or beside all others natively.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
    routing::{get, post},
};
use case::{actor::Role, command::Refusal};
use serde_json::{Value, json};

use crate::{
    archive::ARCHIVE_BYTES,
    commands::CommandBody,
    entering::Entering,
    events,
    file::{Decision, Desk, Newness, OpenCase},
    hooks::{incoming, replay},
    intake, moving,
    ports::{CaseHost, HostError, ModelHost, Outside, TenantHost},
    problem::{Code, Problem},
    request::{MessageBody, Preferences, Request, check_content_type},
    ticket::{self, Reached},
    vault::{CaseVault, VaultError},
    view,
};

/// How often a message is read again because another one came first.
const MESSAGE_ATTEMPTS: u32 = 32;

/// What a handler answers.
pub(crate) type Answer = Result<Response<Body>, Problem>;

/// The routes. Every request carries [`Entering`], in an extension or in the host's own header.
pub fn case_routes<H: CaseHost + Outside + ModelHost + TenantHost>(desk: Desk<H>) -> Router {
    Router::new()
        .route("/", post(create_task))
        .route("/v1/tasks", post(create_task))
        .route("/v1/requests", post(create_request))
        .route("/v1/cases/{id}", get(read_case))
        .route("/v1/cases/{id}/head", get(read_head))
        .route("/v1/cases/{id}/journal", get(read_journal))
        .route("/v1/cases/{id}/events", get(follow_case))
        .route("/v1/cases/{id}/messages", post(add_message))
        .route("/v1/cases/{id}/commands", post(give_command))
        .route("/v1/cases/{id}/archive", get(moving::read_archive))
        .route("/v1/hooks/{key}", post(incoming::take_hook))
        .route(replay::PATH, post(replay::replay_case))
        .route("/v1/import", post(moving::import_case).layer(DefaultBodyLimit::max(ARCHIVE_BYTES)))
        .fallback(async || Problem::new(Code::NoRoute, "See /openapi.json for what there is."))
        .method_not_allowed_fallback(async || Problem::new(Code::Method, "See /openapi.json for what there is."))
        .with_state(desk)
}

/// Who enters, and where.
pub(crate) fn entering(headers: &HeaderMap) -> Result<Entering, Problem> {
    Entering::from_headers(headers).ok_or_else(|| Problem::new(Code::Unauthenticated, "Come in by the front."))
}

/// `POST /v1/requests`.
async fn create_request<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response<Body>, Problem> {
    check_content_type(&headers)?;
    let request = Request::read(&body)?;
    let preferences = Preferences::read(&headers)?;
    let entering = entering(&headers)?;
    let _attending = desk.attend(&entering.key());
    let reached = create(&desk, &entering, &request, &preferences, &body).await?;
    let view = view::short(desk.view(&entering.key()).await?);
    let status = match reached {
        Reached::New | Reached::Again => StatusCode::CREATED,
        Reached::Known | Reached::Further => StatusCode::OK,
    };
    let mut response = answer(status, &view);
    if matches!(reached, Reached::Again | Reached::Known) {
        response.headers_mut().insert("idempotent-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

/// `POST /` and `POST /v1/tasks`: the tutorial's contract.
async fn create_task<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    check_content_type(&headers)?;
    let request = Request::read_task(&body)?;
    let preferences = Preferences::read(&headers)?;
    let entering = entering(&headers)?;
    let _attending = desk.attend(&entering.key());
    create(&desk, &entering, &request, &preferences, &body).await?;
    let view = desk.view(&entering.key()).await?;
    let routed = |name: &str| view.pointer(&format!("/orchestration/{name}")).cloned().unwrap_or(Value::Null);
    let mut task = json!({
        "status": "ok",
        "routed_to": routed("routed_to"),
        "next_action": routed("next_action"),
        "case_id": entering.case,
        "state": routed("state"),
    });
    for name in ["question", "escalations"] {
        if let (Some(value), Some(task)) = (view.pointer(&format!("/orchestration/{name}")), task.as_object_mut()) {
            task.insert(name.to_owned(), value.clone());
        }
    }
    Ok(answer(StatusCode::OK, &task))
}

/// Opens the case, or finds it by its ticket or idempotency key; then waits as long as the caller prefers.
async fn create<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    request: &Request,
    preferences: &Preferences,
    body: &[u8],
) -> Result<Reached, Problem> {
    if !entering.grant.actor.role.submits() {
        return Err(Problem::new(Code::Role, "This role reads only."));
    }
    let key = entering.key();
    // Requests of one ticket wait for each other: each may have something new to say.
    let under_way = if preferences.idempotency_key.is_some() && request.external_id.is_none() {
        let again = "The first request with this key has not been answered yet. Try again in a moment.";
        Some(desk.begin(&key).ok_or_else(|| Problem::new(Code::InFlight, again))?)
    } else {
        None
    };
    let is_named = preferences.idempotency_key.is_some() || request.external_id.is_some();
    let newness = if is_named { Newness::Unknown } else { Newness::Drawn };
    let opened = desk
        .open(&key, newness, |vault, at| {
            let what = (request, preferences, body);
            intake::open(&*desk.host, &desk.setup, &key, &entering.grant, what, vault, at)
        })
        .await?;
    let reached = match (opened, &request.external_id) {
        (Some(_), _) => Reached::New,
        (None, Some(_)) => ticket::go_on(desk, entering, request, preferences, body).await?,
        (None, None) => {
            check_repetition(desk, entering, body).await?;
            Reached::Again
        }
    };
    desk.wait_for_rest(&key, preferences.wait_ms).await;
    drop(under_way);
    Ok(reached)
}

/// Refuses another request under an idempotency key that opened a case.
async fn check_repetition<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    body: &[u8],
) -> Result<(), Problem> {
    let (same, mine) = desk
        .look(&entering.key(), |open| {
            let state = open.case.state();
            let fingerprint = open.vault.as_ref().map(|vault| intake::fingerprint(vault, body));
            let same = fingerprint.is_none_or(|fingerprint| fingerprint == state.opened.fingerprint);
            (same, state.opened.by.subject == entering.grant.actor.subject)
        })
        .await?;
    if !same || !mine {
        let other = "Choose a new key for a new request, or send the first request again unchanged.";
        return Err(Problem::of(Code::OtherRequest, "Idempotency-Key", other));
    }
    Ok(())
}

/// `GET /v1/cases/{id}`.
async fn read_case<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
) -> Answer {
    let entering = entering(&headers)?;
    let _attending = desk.attend(&entering.key());
    may_see(&desk, &entering).await?;
    let role = entering.grant.actor.role;
    Ok(answer(StatusCode::OK, &desk.whole_view(&entering.key(), role).await?))
}

/// Where a case's journal ends. Callers see it in the case; pages that are open ask again and again.
async fn read_head<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
) -> Answer {
    let entering = entering(&headers)?;
    let _attending = desk.attend(&entering.key());
    may_see(&desk, &entering).await?;
    let head = desk.look(&entering.key(), |open| open.case.head().clone()).await?;
    Ok(answer(StatusCode::OK, &json!({ "seq": head.seq, "head_hash": head.hash })))
}

/// `GET /v1/cases/{id}/journal`: the stored bytes, one entry a line.
async fn read_journal<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
) -> Answer {
    let entering = entering(&headers)?;
    may_see(&desk, &entering).await?;
    let stored = desk.host.read(&entering.key()).await?.ok_or_else(Problem::no_case)?;
    let mut lines = stored.lines.join("\n");
    lines.push('\n');
    let mut response = Response::new(Body::from(lines));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/jsonl"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// `GET /v1/cases/{id}/events`: progress as server-sent events.
async fn follow_case<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
) -> Answer {
    let entering = entering(&headers)?;
    may_see(&desk, &entering).await?;
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok());
    let after = match last {
        None | Some("") => None,
        Some(seq) => Some(seq.parse().map_err(|_| {
            Problem::of(Code::Header, "Last-Event-ID", "The value must be the `id` of an event of this case.")
        })?),
    };
    Ok(events::follow(desk, entering.key(), after))
}

/// `POST /v1/cases/{id}/messages`.
async fn add_message<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let entering = entering(&headers)?;
    check_content_type(&headers)?;
    let message = MessageBody::read(&body)?;
    let preferences = preferences(&headers, &entering, &body)?;
    let _attending = desk.attend(&entering.key());
    may_see(&desk, &entering).await?;
    if !entering.grant.actor.role.submits() {
        return Err(Problem::new(Code::Role, "This role reads only."));
    }
    let key = entering.key();
    take_words(&desk, &entering, &message, &preferences).await?;
    desk.wait_for_rest(&key, preferences.wait_ms).await;
    Ok(answer(StatusCode::OK, &desk.view(&key).await?))
}

/// Writes a message, however many others come at the same time.
pub(crate) async fn take_words<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    message: &MessageBody,
    preferences: &Preferences,
) -> Result<(), Problem> {
    let mut attempts = 1;
    loop {
        match take_message(desk, entering, message, preferences).await {
            // Another message came first: this one is read again after it, and its writer has no need to know.
            Err(Problem { code: Code::Changed, field: None, .. }) if attempts < MESSAGE_ATTEMPTS => attempts += 1,
            told => return told,
        }
    }
}

/// Writes a message with the tokens that are known at this moment.
async fn take_message<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
    message: &MessageBody,
    preferences: &Preferences,
) -> Result<(), Problem> {
    let key = entering.key();
    let (newest, tokens) = desk.tokens(&key).await?;
    let decided = desk.decide(&key, |open, at| {
        check_seq(open, preferences)?;
        if open.case.state().words.last().map(|(_, hash, _)| hash) != newest.as_ref() {
            // Another message came in between, and may have used the next token for another value.
            return Err(HostError::Stale.into());
        }
        let vault = open.vault.as_ref().ok_or(VaultError::Erased)?;
        let told = intake::Told { key: preferences.idempotency_key.as_deref(), mark: None };
        let actor = &entering.grant.actor;
        let (message, sealed) = intake::message(
            (&*desk.host, &desk.setup, &open.case.state().opened.settings),
            vault,
            tokens.clone(),
            actor,
            message,
            told,
            at,
        )?;
        let step = open.case.message(message, at)?;
        let sealed = if step.lines.is_empty() { Vec::new() } else { vec![sealed] };
        Ok(Decision { step, sealed })
    });
    decided.await.map(drop)
}

/// `POST /v1/cases/{id}/commands`.
async fn give_command<H: CaseHost + Outside + ModelHost + TenantHost>(
    State(desk): State<Desk<H>>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let entering = entering(&headers)?;
    check_content_type(&headers)?;
    let command = CommandBody::read(&body)?;
    let mut preferences = preferences(&headers, &entering, &body)?;
    let _attending = desk.attend(&entering.key());
    may_see(&desk, &entering).await?;
    let key = entering.key();
    // Whoever may not is not told either what else would be in the way.
    if !entering.grant.actor.role.gives(command.name()) {
        return Err(Refusal::Role.into());
    }
    let revealed = match command.reveals() {
        Some(what) => {
            // Whoever looks twice has looked twice, and the journal says so.
            preferences.idempotency_key = None;
            Some(json!({ "what": what, "value": desk.held(&key, what).await? }))
        }
        None => None,
    };
    desk.decide(&key, |open, at| {
        check_seq(open, &preferences)?;
        let vault = open.vault.as_ref().ok_or(VaultError::Erased)?;
        let (command, sealed) = command.for_case(open.case.state())?.seal(vault, &*desk.host)?;
        let idempotency_key = preferences.idempotency_key.as_deref().map(|key| vault.fingerprint(key));
        let step = open.case.command(entering.grant.actor.clone(), command, idempotency_key, at)?;
        let sealed = if step.lines.is_empty() { Vec::new() } else { sealed };
        Ok(Decision { step, sealed })
    })
    .await?;
    desk.wait_for_rest(&key, preferences.wait_ms).await;
    let mut view = desk.view(&key).await?;
    if let (Some(view), Some(revealed)) = (view.as_object_mut(), revealed) {
        view.insert("revealed".to_owned(), revealed);
    }
    Ok(answer(StatusCode::OK, &view))
}

/// A submitter sees the cases it opened, all others see their tenant's.
pub(crate) async fn may_see<H: CaseHost + Outside + ModelHost + TenantHost>(
    desk: &Desk<H>,
    entering: &Entering,
) -> Result<(), Problem> {
    let submitter = desk.look(&entering.key(), |open| open.case.state().opened.by.subject.clone()).await?;
    let actor = &entering.grant.actor;
    if actor.role == Role::Submitter && submitter != actor.subject { Err(Problem::no_case()) } else { Ok(()) }
}

/// The preferences of a message or command. What is sent again under a key is the same only if the same person says the
/// same: nobody's approval is taken for a repetition of somebody else's.
fn preferences(headers: &HeaderMap, entering: &Entering, body: &[u8]) -> Result<Preferences, Problem> {
    let preferences = Preferences::read(headers)?;
    let idempotency_key =
        preferences.idempotency_key.map(|key| intake::repetition(&entering.grant.actor.subject, &key, body));
    Ok(Preferences { idempotency_key, ..preferences })
}

/// Refuses where the case went on since the caller saw it, unless that was by this very request, sent once before.
fn check_seq(open: &OpenCase, preferences: &Preferences) -> Result<(), Problem> {
    let seq = open.case.head().seq;
    let is_known = |(key, vault): (&String, &CaseVault)| open.case.state().knows(&vault.fingerprint(key));
    match preferences.if_match {
        Some(seen)
            if seen != seq && !preferences.idempotency_key.as_ref().zip(open.vault.as_ref()).is_some_and(is_known) =>
        {
            let now = format!("The case is at {seq}, you saw it at {seen}. Read it and decide again.");
            Err(Problem::of(Code::Changed, "If-Match", now))
        }
        Some(_) | None => Ok(()),
    }
}

pub(crate) fn answer(status: StatusCode, body: &Value) -> Response<Body> {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
