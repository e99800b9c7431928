//! Sources that are not to be trusted: what they send back, where they try to lead, and when they are left alone.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    middleware::{Next, from_fn},
    response::{IntoResponse as _, Response},
};
use desk::{
    breaker::{BreakerSettings, Breakers},
    config::Config,
    ports::Target,
    setup::Setup,
};
use http::{StatusCode, header};
use serde_json::{Value, json};

use crate::world::{SAMPLE, World, local};

/// A bank that answers requests for transactions in another way.
fn lying(about: &'static str, lie: impl Fn(&str, Value) -> Response + Clone + Send + Sync + 'static) -> World {
    let layer = move |mut request: Request, next: Next| {
        let lie = lie.clone();
        async move {
            let uri = request.uri().to_string();
            if !uri.starts_with(about) {
                return next.run(request).await;
            }
            // The bank itself knows nothing of the cursors that are made up here.
            *request.uri_mut() = uri.split("&after=").next().unwrap_or_default().parse().unwrap();
            let honest = next.run(request).await;
            let honest = axum::body::to_bytes(honest.into_body(), usize::MAX).await.unwrap();
            lie(&uri, serde_json::from_slice(&honest).unwrap_or_default())
        }
    };
    World::behind(move |bank| bank.layer(from_fn(layer)), |setup| setup)
}

fn say(body: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}

/// The ledger is missing evidence, and nothing is claimed without it.
async fn is_not_believed(world: &World, lie: &str) {
    let case = world.open(SAMPLE, "cus_ada").await;
    world.wake(&case).await;
    let worked = world.get(&format!("/v1/cases/{case}")).await;
    assert_eq!(worked.at("/orchestration/proposal/action"), "escalate", "{lie}: {}", worked.text);
    let evidence = worked.at("/orchestration/evidence");
    let missing = |piece: &Value| {
        (&piece["id"], &piece["status"], &piece["why"])
            == (&json!("ledger:transactions"), &json!("missing"), &json!("unusable"))
    };
    assert!(evidence.as_array().unwrap().iter().any(missing), "{lie}: {evidence}");
}

#[tokio::test(start_paused = true)]
async fn a_reply_that_is_not_what_was_asked_for_is_not_used() {
    type Lie = fn(&str, Value) -> Response;
    let lies: [(&str, Lie); 6] = [
        ("a redirect", |_, _| (StatusCode::FOUND, [(header::LOCATION, "/elsewhere")]).into_response()),
        ("another content type", |_, honest| {
            ([(header::CONTENT_TYPE, "text/plain")], honest.to_string()).into_response()
        }),
        ("a cursor that repeats", |_, mut honest| {
            honest["next"] = json!("again");
            say(&honest)
        }),
        ("a next page at another address", |_, mut honest| {
            honest["next"] = json!({ "href": "https://elsewhere.example/" });
            say(&honest)
        }),
        ("a row that contradicts itself", |_, mut honest| {
            let mut row = honest["transactions"][0].clone();
            row["amount_minor"] = json!(1);
            honest["transactions"].as_array_mut().unwrap().push(row);
            say(&honest)
        }),
        ("a depth without end", |_, mut honest| {
            honest["more"] = (0..100).fold(json!(1), |inner, _| json!([inner]));
            say(&honest)
        }),
    ];
    for (name, lie) in lies {
        is_not_believed(&lying("/ledger/transactions", lie), name).await;
    }
}

#[tokio::test(start_paused = true)]
async fn any_list_is_read_over_all_its_pages() {
    for (list, text, customer, action) in [
        ("transactions", SAMPLE, "cus_ada", "raise_chargeback"),
        ("payments", "Where is my transfer? It has not arrived.", "cus_fay", "inform"),
    ] {
        let about = if list == "payments" { "/ledger/payments?" } else { "/ledger/transactions?" };
        let whole = lying(about, |_, honest| say(&honest)).work(text, customer).await;
        // One row a page; the cursor is a number that only this bank understands.
        let world = lying(about, move |uri, honest| {
            let rows = honest[list].as_array().cloned().unwrap_or_default();
            let at = uri.split("after=").nth(1).and_then(|after| after.parse().ok()).unwrap_or(0_usize);
            let next = (at + 1 < rows.len()).then(|| (at + 1).to_string());
            let row: Vec<&Value> = rows.iter().skip(at).take(1).collect();
            let mut page = json!({ "next": next });
            page[list] = json!(row);
            say(&page)
        });
        let paged = world.work(text, customer).await;
        let proposal = |answer: &crate::world::Answer| answer.at("/orchestration/proposal/references");
        assert_eq!(proposal(&paged), proposal(&whole), "{list}: {}", paged.text);
        assert_eq!(paged.at("/orchestration/proposal/action"), action, "{list}: {}", paged.text);
        assert_ne!(proposal(&paged), json!([]), "{list}: {}", paged.text);
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_goes_to_its_own_source_alone() {
    let seen: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
    let log = seen.clone();
    let listen = move |request: Request, next: Next| {
        let authorization =
            request.headers().get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
        log.lock().unwrap().push((request.uri().path().to_owned(), authorization.unwrap_or_default()));
        next.run(request)
    };
    let token = |setup: Setup| {
        let secret = |name: &str| (name == "CASEWORKER_SOURCE_LEDGER_TOKEN").then(|| "hush-hush".to_owned());
        setup.with_tokens(secret).unwrap()
    };
    let world = World::behind(move |bank| bank.layer(from_fn(listen)), token);
    let worked = world.work(SAMPLE, "cus_ada").await;
    assert!(!world.lines(&worked.case_id()).join("").contains("hush-hush"));
    assert!(!format!("{:?}", world.setup.tokens).contains("hush-hush"));
    let seen = seen.lock().unwrap();
    assert!(seen.len() >= 3, "{seen:?}");
    for (path, authorization) in seen.iter() {
        let expected = if path.starts_with("/ledger") { "Bearer hush-hush" } else { "" };
        assert_eq!(authorization, expected, "{path}");
    }
    assert!(world.setup.clone().with_sandbox().tokens.is_empty(), "the sandbox is told no secret");
}

/// A world in which two failures open a breaker for ten seconds, and the requests that the ledger got.
fn careful() -> (World, Arc<Mutex<u32>>) {
    let asked: Arc<Mutex<u32>> = Arc::default();
    let count = asked.clone();
    let listen = move |request: Request<Body>, next: Next| {
        if request.uri().path().starts_with("/ledger") {
            *count.lock().unwrap() += 1;
        }
        next.run(request)
    };
    let breaker = BreakerSettings { failures: 2, cool_down_ms: 10_000, ..BreakerSettings::default() };
    let change = move |setup: Setup| Setup { breakers: Arc::new(Breakers::new(breaker)), ..setup };
    let front_of = |bank: Router| bank.layer(from_fn(listen));
    (World::behind(front_of, change), asked)
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_down_is_left_alone_and_asked_again_once_it_had_time() {
    let (world, asked) = careful();
    let standing = async || world.get("/readyz").await.at("/breakers/ledger");
    assert_eq!(standing().await, "closed");
    world.fault("ledger", "500", None).await;
    let first = world.open(SAMPLE, "cus_ada").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.desk.wake(&local(&first)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!((standing().await, *asked.lock().unwrap()), (json!("open"), 2));
    let second = world.open(SAMPLE, "cus_ada").await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    world.desk.wake(&local(&second)).await.unwrap();
    assert_eq!(*asked.lock().unwrap(), 2, "nobody asks while it is open");
    world.no_faults().await;
    for case in [first, second] {
        world.wake(&case).await;
        let path = format!("/v1/cases/{case}");
        assert_eq!(world.get(&path).await.at("/orchestration/proposal/action"), "raise_chargeback");
    }
    assert_eq!(standing().await, "closed");
    assert_eq!(world.get("/readyz").await.at("/breakers/policy"), "closed", "others were never left alone");
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_trial_goes_on_after_it_and_uses_up_no_attempt() {
    let (world, _) = careful();
    world.fault("ledger", "500", None).await;
    let first = world.open(SAMPLE, "cus_ada").await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    world.desk.wake(&local(&first)).await.unwrap();
    world.no_faults().await;
    // The ledger is back, and slow: each case asks it two things at once, and only one of them may try.
    world.fault("ledger", "delay:1500", None).await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let worked = world.work(SAMPLE, "cus_ada").await;
    assert_eq!(worked.at("/orchestration/proposal/action"), "raise_chargeback", "{}", worked.text);
    assert_eq!(world.count(&worked.case_id(), "retry_planned"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_reply_about_one_customer_that_cannot_be_used_does_not_close_the_source_to_all() {
    let (world, asked) = careful();
    world.fault("ledger", "malformed", None).await;
    is_not_believed(&world, "malformed").await;
    assert!(*asked.lock().unwrap() > 2, "two failures would open it");
    assert_eq!(world.setup.breakers.shown(Target::ALL[0], case::time::Millis(0)).openings, 0);
}

#[test]
fn a_configuration_that_leads_astray_is_refused() {
    let config =
        |address: &str| Config { sources: [("risk".to_owned(), address.to_owned())].into(), ..Config::default() };
    assert!(config("https://risk.internal").check().is_ok() && config("RISK").check().is_ok());
    for address in ["http://risk.internal", "https://ada:hunter2@risk.internal", "https://risk.internal?key=hunter2"] {
        let error = config(address).check().unwrap_err().to_string();
        assert!(error.starts_with("`sources.risk`: ") && !error.contains("hunter2"), "{error}");
    }
    let listed = Config { insecure_hosts: vec!["risk.internal".to_owned()], ..config("http://risk.internal") };
    assert!(listed.check().is_ok());
    let breaker = BreakerSettings { share_percent: 0, ..BreakerSettings::default() };
    assert!(Config { breaker, ..Config::default() }.check().is_err());
    assert!(Config { connections: 0, ..Config::default() }.check().is_err());
}
