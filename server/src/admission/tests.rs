//! Who is let in and who is not, in which order; and that whatever becomes of a request, its place is given back.

use std::sync::atomic::AtomicUsize;

use axum::{
    Router,
    body::{Body, Bytes},
    extract::Request,
    http::{Response, StatusCode},
    middleware,
    routing::{get, post},
};
use case::{actor::Actor, ids::Subject};
use desk::{ports::Grant, urgency::Hears};
use futures_util::stream;
use proptest::prelude::*;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::{
    layer::{self, Entrance},
    permit::Held,
    *,
};

const ROOM: usize = 32;

fn gate() -> Arc<Gate> {
    gate_with(OverloadSettings::default())
}

fn gate_with(settings: OverloadSettings) -> Arc<Gate> {
    Gate::new(OverloadSettings { requests: ROOM as u32, cases_least: 10, cases_most: 100, ..settings })
}

fn tenant(name: &str) -> TenantId {
    TenantId::parse(name).unwrap()
}

fn by(role: Role) -> Sender {
    Sender::Known(tenant("acme"), role)
}

fn grant(name: &str, role: Role) -> Grant {
    Grant { tenant: tenant(name), actor: Actor { subject: Subject::parse("alice").unwrap(), role } }
}

/// Lets one in, for as long as what comes of it is kept.
fn admit(gate: &Arc<Gate>, urgency: Urgency, sender: Sender, load: Load) -> Result<Held, Refusal> {
    gate.admit(urgency, sender, load).map(Held)
}

/// Lets in as many as it does; what they hold, and why not more.
fn fill(gate: &Arc<Gate>, urgency: Urgency, sender: &Sender) -> (Vec<Held>, Refusal) {
    let mut held = Vec::new();
    loop {
        match gate.admit(urgency, sender.clone(), Load::default()) {
            Ok(permit) => held.push(Held(permit)),
            Err(refusal) => return (held, refusal),
        }
        assert!(held.len() <= ROOM, "{urgency:?} finds room without end");
    }
}

/// Requests that are counted, those of them that proved nothing, and bodies that are waited for.
fn counts(gate: &Gate) -> (usize, usize, usize) {
    let tally = gate.tally();
    (tally.requests, tally.unproved, tally.arriving.len())
}

#[test]
fn new_work_is_turned_away_first_then_submitters_and_the_desk_last() {
    let gate = gate();
    let (new, why) = fill(&gate, Urgency::NewWork, &by(Role::Submitter));
    assert_eq!((new.len(), why), (16, Refusal::Requests));
    let (further, why) = fill(&gate, Urgency::FollowUp, &by(Role::Submitter));
    assert_eq!((further.len(), why), (8, Refusal::Requests));
    let (staff, why) = fill(&gate, Urgency::Staff, &by(Role::Analyst));
    assert_eq!((staff.len(), why), (8, Refusal::Requests));
    assert!(admit(&gate, Urgency::Vital, Sender::Unproved, Load::default()).is_ok(), "signs of life are always given");
    drop(staff);
    assert!(admit(&gate, Urgency::NewWork, by(Role::Submitter), Load::default()).is_err());
    drop((further, new));
    assert_eq!(gate.tally().requests, 0);
}

#[test]
fn a_flood_without_keys_leaves_room_for_everybody_else() {
    let gate = gate();
    for urgency in [Urgency::Staff, Urgency::FollowUp, Urgency::NewWork] {
        let (unknown, why) = fill(&gate, urgency, &Sender::Unproved);
        assert_eq!((unknown.len(), why), (4, Refusal::Unproved), "{urgency:?}");
        let (new, _) = fill(&gate, Urgency::NewWork, &by(Role::Submitter));
        let (staff, _) = fill(&gate, Urgency::Staff, &by(Role::Analyst));
        assert_eq!((new.len(), staff.len()), (12, 16), "beside unknown {urgency:?}");
    }
}

#[test]
fn who_proves_who_they_are_makes_way_for_the_next_who_has_not_yet() {
    let gate = gate();
    let (unknown, _) = fill(&gate, Urgency::FollowUp, &Sender::Unproved);
    unknown[0].0.proved(&grant("acme", Role::Analyst));
    unknown[0].0.proved(&grant("acme", Role::Analyst));
    let next = admit(&gate, Urgency::FollowUp, Sender::Unproved, Load::default());
    assert_eq!((next.is_ok(), counts(&gate)), (true, (5, 4, 0)));
}

#[test]
fn requests_that_only_wait_for_a_case_take_no_room() {
    let gate = gate();
    let (_held, _) = fill(&gate, Urgency::NewWork, &by(Role::Submitter));
    let waiting = |waiting| Load { waiting, cases: 0 };
    assert!(admit(&gate, Urgency::NewWork, by(Role::Submitter), waiting(0)).is_err());
    assert!(admit(&gate, Urgency::NewWork, by(Role::Submitter), waiting(1)).is_ok());
}

#[test]
fn requests_for_new_cases_count_as_cases_until_they_wait_for_one() {
    let gate = gate();
    let load = |waiting| Load { waiting, cases: 30 };
    let new = || admit(&gate, Urgency::NewWork, by(Role::Submitter), load(0));
    let held: Vec<Held> = (0..10).map_while(|_| new().ok()).collect();
    assert_eq!((held.len(), new().err()), (10, Some(Refusal::Cases)));
    assert!(admit(&gate, Urgency::NewWork, by(Role::Submitter), load(1)).is_ok(), "one of them waits for its case");
    assert!(admit(&gate, Urgency::FollowUp, by(Role::Submitter), load(0)).is_ok());
    drop(held);
    assert!(new().is_ok());
    assert_eq!(gate.tally().new_work, 0);
}

#[test]
fn where_cases_are_too_many_only_new_ones_are_turned_away() {
    let gate = gate();
    let load = |cases| Load { waiting: 0, cases };
    assert!(admit(&gate, Urgency::NewWork, by(Role::Submitter), load(39)).is_ok());
    assert_eq!(admit(&gate, Urgency::NewWork, by(Role::Submitter), load(40)).err(), Some(Refusal::Cases));
    gate.learn(Duration::from_secs(1), load(50), 50, BTreeMap::new());
    assert_eq!(admit(&gate, Urgency::NewWork, by(Role::Admin), load(36)).err(), Some(Refusal::Cases));
    for (urgency, role) in [(Urgency::FollowUp, Role::Submitter), (Urgency::Staff, Role::Analyst)] {
        assert!(admit(&gate, urgency, by(role), load(1_000)).is_ok(), "{urgency:?}");
    }
    let page = gate.page(1_000, 0);
    for line in [
        "caseworker_turned_away_total{urgency=\"new_work\",limit=\"cases\"} 2\n",
        "caseworker_let_in_total{urgency=\"staff\"} 1\n",
        "caseworker_cases_limit 36\n",
        "caseworker_cases_at_work 1000\n",
        "caseworker_own_delay_microseconds 1000000\n",
    ] {
        assert!(page.contains(line), "{line}: {page}");
    }
}

#[test]
fn one_tenants_flood_leaves_room_for_another_and_alone_it_may_take_all() {
    let gate = gate();
    let of = |name: &str| Sender::Known(tenant(name), Role::Submitter);
    gate.known.let_in(None, &grant("acme", Role::Submitter));
    gate.learn(Duration::ZERO, Load { waiting: 0, cases: 30 }, 30, BTreeMap::from([(tenant("acme"), 30)]));
    let load = Load { waiting: 0, cases: 30 };
    assert!(admit(&gate, Urgency::NewWork, of("acme"), load).is_ok(), "there is nobody else");
    gate.known.let_in(None, &grant("globex", Role::Submitter));
    assert_eq!(admit(&gate, Urgency::NewWork, of("acme"), load).err(), Some(Refusal::Tenant));
    assert!(admit(&gate, Urgency::NewWork, of("globex"), load).is_ok());
    assert!(admit(&gate, Urgency::FollowUp, of("acme"), load).is_ok(), "what was taken is not held against its tenant");
    let (held, why) = fill(&gate, Urgency::FollowUp, &of("acme"));
    assert_eq!((held.len(), why), (18, Refusal::Tenant));
    assert!(admit(&gate, Urgency::Staff, Sender::Known(tenant("acme"), Role::Analyst), load).is_ok());
}

#[test]
fn slow_bodies_take_no_room_and_the_slowest_is_cut_off_where_there_are_too_many() {
    let gate = gate();
    let mut slow = Vec::new();
    for _ in 0..ROOM {
        let held = admit(&gate, Urgency::NewWork, by(Role::Submitter), Load::default()).unwrap();
        held.0.waits_for_body();
        held.0.waits_for_body();
        slow.push(held);
    }
    assert_eq!(counts(&gate), (0, 0, ROOM));
    let held = admit(&gate, Urgency::NewWork, by(Role::Submitter), Load::default()).unwrap();
    held.0.waits_for_body();
    let cut: Vec<bool> = slow.iter().map(|held| held.0.cut_off().is_cancelled()).collect();
    assert_eq!((cut[0], cut[1..].contains(&true)), (true, false));
    held.0.goes_on();
    assert_eq!(counts(&gate), (1, 0, ROOM - 1));
    drop((slow, held));
    assert_eq!(counts(&gate), (0, 0, 0));
}

proptest! {
    #[test]
    fn whatever_becomes_of_requests_every_place_is_given_back(
        steps in prop::collection::vec((0_u8..7, 0_usize..40, 0_u8..3), 0..200)
    ) {
        let gate = gate();
        let mut held: Vec<Held> = Vec::new();
        for (step, which, who) in steps {
            let sender = [Sender::Unproved, by(Role::Submitter), Sender::Anybody][usize::from(who)].clone();
            match (step, held.len()) {
                (0..=2, _) | (_, 0) => {
                    let urgency = Urgency::ALL[usize::from(step) % 4];
                    held.extend(admit(&gate, urgency, sender, Load::default()));
                }
                (3, len) => held[which % len].0.waits_for_body(),
                (4, len) => held[which % len].0.goes_on(),
                (5, len) => held[which % len].0.proved(&grant("globex", Role::Analyst)),
                (_, len) => drop(held.swap_remove(which % len)),
            }
            let tally = gate.tally();
            prop_assert!(tally.requests <= 2 * ROOM + 1 && tally.arriving.len() <= ROOM);
            prop_assert!(tally.by_tenant.values().sum::<usize>() + tally.unproved <= tally.requests);
        }
        drop(held);
        let tally = gate.tally();
        prop_assert_eq!((tally.requests, tally.unproved, tally.arriving.len()), (0, 0, 0));
        prop_assert!(tally.by_tenant.is_empty());
    }
}

/// A server behind the gate, whose requests end when a test lets them.
struct Behind {
    gate: Arc<Gate>,
    routes: Router,
    lets_go: Arc<Semaphore>,
    ended: Arc<AtomicUsize>,
    cases: Arc<AtomicUsize>,
}

impl Behind {
    fn new() -> Self {
        let (gate, lets_go) = (gate(), Arc::new(Semaphore::new(0)));
        let [ended, cases] = [(); 2].map(|()| Arc::new(AtomicUsize::new(0)));
        let (waits, counts, at_work) = (lets_go.clone(), ended.clone(), cases.clone());
        let work = move |request: Request| {
            let (waits, counts) = (waits.clone(), counts.clone());
            async move {
                let (parts, body) = request.into_parts();
                if axum::body::to_bytes(body, 1_000).await.is_err() {
                    return StatusCode::REQUEST_TIMEOUT;
                }
                Hears::tell(&parts.extensions, &grant("acme", Role::Analyst));
                waits.acquire().await.unwrap().forget();
                counts.fetch_add(1, Ordering::SeqCst);
                StatusCode::OK
            }
        };
        let entrance = Entrance::of(&gate, move || Load { waiting: 0, cases: at_work.load(Ordering::SeqCst) });
        let routes = Router::new()
            .route("/v1/requests", post(work.clone()))
            .route("/v1/oversight", get(work))
            .route("/v1/checkpoint", get(async || -> StatusCode { panic!("on purpose") }))
            .route("/v1/revocations", get(async || StatusCode::UNAUTHORIZED))
            .route("/v1/cases/{id}/events", get(events))
            .layer(middleware::from_fn_with_state(entrance, layer::enter));
        Self { gate, routes, lets_go, ended, cases }
    }

    async fn send(&self, line: &str, body: Body) -> Response<Body> {
        let (method, path) = line.split_once(' ').unwrap();
        let request = Request::builder().method(method).uri(path).header("authorization", "Bearer cw_one");
        self.routes.clone().oneshot(request.body(body).unwrap()).await.unwrap()
    }

    /// Until so many requests are under way.
    async fn until(&self, requests: usize) {
        while self.gate.tally().requests != requests {
            tokio::task::yield_now().await;
        }
    }
}

async fn events() -> Response<Body> {
    let pieces = stream::pending::<Result<Bytes, std::convert::Infallible>>();
    Response::builder().header("content-type", "text/event-stream").body(Body::from_stream(pieces)).unwrap()
}

#[tokio::test]
async fn what_was_let_in_is_worked_to_its_end_in_its_place_though_its_sender_leaves() {
    let behind = Behind::new();
    for line in ["GET /v1/oversight", "POST /v1/requests"] {
        let ended = behind.ended.load(Ordering::SeqCst);
        let mut leaves = Box::pin(behind.send(line, Body::from("{}")));
        tokio::select! {
            biased;
            _ = &mut leaves => unreachable!("nobody lets it go"),
            () = behind.until(1) => {}
        }
        drop(leaves);
        tokio::task::yield_now().await;
        assert_eq!(behind.gate.tally().requests, 1, "{line}: it has its place for as long as it is worked");
        behind.cases.store(usize::MAX, Ordering::SeqCst);
        behind.lets_go.add_permits(1);
        behind.until(0).await;
        assert_eq!(behind.ended.load(Ordering::SeqCst), ended + 1, "{line}");
        behind.cases.store(0, Ordering::SeqCst);
    }
}

#[tokio::test]
async fn a_request_that_panics_gives_its_place_back() {
    let behind = Behind::new();
    for _ in 0..2 * ROOM {
        assert_eq!(behind.send("GET /v1/checkpoint", Body::empty()).await.status(), 500);
    }
    assert_eq!(behind.gate.tally().requests, 0);
}

#[tokio::test]
async fn turning_away_reads_nothing_and_says_when_to_come_back() {
    let behind = Behind::new();
    behind.cases.store(usize::MAX, Ordering::SeqCst);
    let never = Body::from_stream(stream::pending::<Result<Bytes, std::convert::Infallible>>());
    let refused = behind.send("POST /v1/requests", never).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    assert_eq!((behind.gate.tally().requests, behind.ended.load(Ordering::SeqCst)), (0, 0));
    behind.lets_go.add_permits(1);
    assert_eq!(behind.send("GET /v1/oversight", Body::empty()).await.status(), 200, "others are let in");
}

#[tokio::test]
async fn a_body_that_does_not_come_takes_no_room() {
    let behind = Behind::new();
    let never = || Body::from_stream(stream::pending::<Result<Bytes, std::convert::Infallible>>());
    let mut slow = Vec::new();
    for count in 1..=ROOM {
        let (routes, body) = (behind.routes.clone(), never());
        slow.push(tokio::spawn(routes.oneshot(Request::post("/v1/requests").body(body).unwrap())));
        while behind.gate.tally().arriving.len() < count {
            tokio::task::yield_now().await;
        }
    }
    behind.lets_go.add_permits(1);
    assert_eq!(behind.send("POST /v1/requests", Body::from("{}")).await.status(), 200);
    let one_more = tokio::spawn(behind.routes.clone().oneshot(Request::post("/v1/requests").body(never()).unwrap()));
    let mut slow = slow.into_iter();
    assert_eq!(slow.next().unwrap().await.unwrap().unwrap().status(), 408, "the slowest makes way");
    slow.chain([one_more]).for_each(|task| task.abort());
}

#[tokio::test]
async fn who_was_let_in_is_known_from_then_on_until_they_are_refused() {
    let behind = Behind::new();
    let mark = behind.gate.known.mark("Bearer cw_one");
    assert_eq!(behind.gate.known.holder(mark), None);
    behind.lets_go.add_permits(1);
    behind.send("GET /v1/oversight", Body::empty()).await;
    assert_eq!(behind.gate.known.holder(mark).map(|holder| holder.role), Some(Role::Analyst));
    behind.send("GET /v1/revocations", Body::empty()).await;
    assert_eq!(behind.gate.known.holder(mark), None);
}

#[tokio::test]
async fn streams_have_a_room_of_their_own_and_give_it_back_when_they_end() {
    let behind = Behind::new();
    let path = "GET /v1/cases/case_1/events";
    let mut open = Vec::new();
    for _ in 0..OverloadSettings::default().streams * 3 / 4 {
        let stream = behind.send(path, Body::empty()).await;
        assert_eq!(stream.status(), 200);
        open.push(stream);
    }
    assert_eq!(behind.gate.tally().requests, 0, "a stream is no request that is worked on");
    let refused = behind.send(path, Body::empty()).await;
    assert_eq!(refused.status(), 503);
    assert!(refused.headers().contains_key("retry-after"));
    open.pop();
    assert_eq!(behind.send(path, Body::empty()).await.status(), 200);
    drop(open);
    assert_eq!(behind.gate.tally().streams, 0);
}
