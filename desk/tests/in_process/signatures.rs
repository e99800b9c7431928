//! Signed requests, each byte of which is changed: none that differs in anything is answered, none uses the signature up,
//! and the request itself is answered once, across restarts and beside another host.

use case::{
    actor::{Actor, Role},
    ids::{Subject, TenantId},
    time::Millis,
};
use desk::{
    ports::Grant,
    problem::Code,
    signature::{Secret, Signable, WINDOW_MS, grant_hash, sign_at},
};
use http::Method;
use serde_json::json;

use crate::world::{BEGIN, SAMPLE, World};

const PATH: &str = "/v1/requests?of=mine";
const KEYS: [&str; 2] = ["sig_abcdefghijklmnop", "sig_qrstuvwxyz234567"];

/// A desk with two signing keys of one service, as it has while it changes over.
fn world() -> World {
    let world = World::with_keys();
    for id in KEYS {
        let actor = Actor { subject: Subject::parse("service").unwrap(), role: Role::Submitter };
        let grant = Grant { tenant: TenantId::parse("acme").unwrap(), actor };
        world.store.grants().insert(grant_hash(id), grant);
    }
    world
}

fn now() -> Millis {
    Millis::parse_rfc3339(BEGIN).unwrap()
}

fn body() -> String {
    json!({ "text": SAMPLE, "customer_id": "cus_ada" }).to_string()
}

fn header(world: &World, key: &str, at: Millis, nonce: &str) -> String {
    let (secret, body) = (Secret::of_key(&world.setup.master, key), body());
    let signable = Signable { method: &Method::POST, path_and_query: PATH, body: body.as_bytes() };
    sign_at(&secret, key, at, nonce, signable).unwrap().to_str().unwrap().to_owned()
}

async fn status(world: &World, method: &str, path: &str, header: &str, body: &str) -> u16 {
    let headers = [("authorization", header), ("content-type", "application/json")];
    world.sent(method, path, &headers, body).await.status
}

#[tokio::test(start_paused = true)]
async fn no_request_that_differs_in_one_byte_is_answered_and_none_uses_the_signature_up() {
    let world = world();
    let (good, body) = (header(&world, KEYS[0], now(), "nonce-of-the-first-"), body());
    // Each byte of the header; the scheme's and hexadecimal letters may be large.
    for at in 0..good.len() {
        for change in [0x01, 0x20] {
            let mut changed = good.clone().into_bytes();
            changed[at] ^= change;
            let Ok(changed) = String::from_utf8(changed) else { continue };
            let is_same = changed.eq_ignore_ascii_case(&good)
                && (at < good.find(' ').unwrap() || at > good.find("sig=").unwrap() + 3);
            if is_same || http::HeaderValue::from_str(&changed).is_err() {
                continue;
            }
            assert_eq!(status(&world, "POST", PATH, &changed, &body).await, 401, "{changed}");
        }
        let cut = good.get(..at).unwrap_or_default();
        assert_eq!(status(&world, "POST", PATH, cut, &body).await, 401, "{cut}");
    }
    // Each byte of the body, one less and one more.
    for at in 0..body.len() {
        let mut changed = body.clone().into_bytes();
        changed[at] ^= 1;
        let Ok(changed) = String::from_utf8(changed) else { continue };
        assert_eq!(status(&world, "POST", PATH, &good, &changed).await, 401, "{changed}");
        assert_eq!(status(&world, "POST", PATH, &good, &body[..at]).await, 401);
    }
    assert_eq!(status(&world, "POST", PATH, &good, &format!("{body} ")).await, 401);
    for path in [
        "/v1/requests",
        "/v1/requests?of=mine&",
        "/v1/requests?of=Mine",
        "/v1/requests?Of=mine",
        "/v1/tasks?of=mine",
        "/?of=mine",
    ] {
        assert_eq!(status(&world, "POST", path, &good, &body).await, 401, "{path}");
    }
    assert_eq!(status(&world, "GET", "/v1/cases?of=mine", &good, "").await, 401);
    assert!(world.store.cases().is_empty(), "something was stored");
    assert_eq!(status(&world, "POST", PATH, &good, &body).await, 201);
}

#[tokio::test(start_paused = true)]
async fn a_signature_counts_once_whatever_is_restarted_and_each_of_two_keys_has_its_own() {
    let world = world();
    let body = body();
    let both = KEYS.map(|key| header(&world, key, now(), "one-nonce-for-both"));
    for good in &both {
        assert_eq!(status(&world, "POST", PATH, good, &body).await, 201, "{good}");
    }
    let world = world.restart(|setup| setup);
    let beside = world.beside();
    for good in &both {
        for host in [&world, &beside] {
            let headers = [("authorization", good.as_str()), ("content-type", "application/json")];
            host.sent("POST", PATH, &headers, &body).await.is(Code::Replayed);
        }
    }
    // A key's signature under the other's name is nobody's.
    let [one, other] = &both;
    let mixed = one.replace(KEYS[0], KEYS[1]);
    assert_ne!(&mixed, other);
    assert_eq!(status(&world, "POST", PATH, &mixed, &body).await, 401);
    assert_eq!(world.store.cases().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_signature_is_of_now_to_the_second() {
    let world = world();
    let body = body();
    for (number, (off_ms, expected)) in [
        (-WINDOW_MS - 1_000, 401),
        (WINDOW_MS + 1_000, 401),
        (i64::from(i32::MIN) * 100, 401),
        (-WINDOW_MS, 201),
        (WINDOW_MS, 201),
        (0, 201),
    ]
    .into_iter()
    .enumerate()
    {
        let signed = header(&world, KEYS[0], now().plus(off_ms), &format!("a-nonce-with-number-{number}"));
        assert_eq!(status(&world, "POST", PATH, &signed, &body).await, expected, "{off_ms}");
    }
}
