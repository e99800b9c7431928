//! Keys come and go, and the issuer may be down: what is fetched when, and what is still taken.

use std::sync::atomic::Ordering;

use serde_json::json;

use super::{
    super::*,
    issuer::{NOW_S, Pair, World, claims, p256},
    outcome, setup,
};

/// A token that is in force for long.
fn token(pair: &Pair, kid: &str) -> String {
    pair.token(kid, &claims(&json!({ "exp": NOW_S + 10_000_000 })))
}

#[tokio::test]
async fn old_and_new_keys_overlap_and_a_withdrawn_one_ends_within_the_hour() {
    let (old, new, setup) = (p256(), p256(), setup(&json!({})));
    let world = World::new(&[old.public("old")]);
    let takes = async |pair: &Pair, kid: &str| outcome(&setup, &world, &token(pair, kid)).await.is_ok();
    assert!(takes(&old, "old").await && takes(&old, "old").await);
    assert_eq!(world.fetches(), 1, "keys are fetched once");
    // The issuer adds a key; a token with it is the first that anybody hears of it.
    world.publish(&[old.public("old"), new.public("new")]);
    world.after_ms(60_000);
    assert!(takes(&new, "new").await && takes(&old, "old").await);
    assert_eq!(world.fetches(), 2);
    // The issuer takes the old one away.
    world.publish(&[new.public("new")]);
    world.after_ms(3_600_001);
    assert!(!takes(&old, "old").await && takes(&new, "new").await);
    assert_eq!(world.fetches(), 3);
}

#[tokio::test]
async fn unknown_keys_are_looked_for_once_a_minute_at_most() {
    let (known, foreign, setup) = (p256(), p256(), setup(&json!({})));
    let world = World::new(&[known.public("known")]);
    assert!(outcome(&setup, &world, &token(&known, "known")).await.is_ok());
    for ms in [0, 1, 58_000, 1_998] {
        world.after_ms(ms);
        for kid in ["a", "b", "c"] {
            let (code, detail) = outcome(&setup, &world, &token(&foreign, kid)).await.unwrap_err();
            assert_eq!(code, Code::Token, "{detail}");
        }
    }
    assert_eq!(world.fetches(), 1);
    world.after_ms(1);
    for kid in ["a", "b", "c"] {
        assert!(outcome(&setup, &world, &token(&foreign, kid)).await.is_err());
    }
    assert_eq!(world.fetches(), 2);
}

#[tokio::test]
async fn keys_are_kept_for_a_day_when_the_issuer_is_down() {
    let (pair, setup) = (p256(), setup(&json!({})));
    let world = World::new(&[pair.public("one")]);
    let takes = async || outcome(&setup, &world, &token(&pair, "one")).await.map_err(|(code, _)| code).map(|_| ());
    assert_eq!(takes().await, Ok(()));
    for answer in
        [None, Some((http::StatusCode::BAD_GATEWAY, String::new())), Some((http::StatusCode::OK, "{}".to_owned()))]
    {
        *world.answer.lock().unwrap() = answer;
        world.after_ms(3_700_000);
        assert_eq!(takes().await, Ok(()));
    }
    assert_eq!(world.fetches(), 4);
    assert_eq!(takes().await, Ok(()));
    assert_eq!(world.fetches(), 4, "not tried again within the minute");
    world.now_ms.store(NOW_S * 1_000 + 86_400_001, Ordering::Relaxed);
    assert_eq!(takes().await, Err(Code::KeySet));
    // Once it is back, nobody waits long.
    world.publish(&[pair.public("one")]);
    world.after_ms(60_000);
    assert_eq!(takes().await, Ok(()));
}

#[tokio::test]
async fn an_issuer_that_never_answered_is_tried_again_soon_and_the_caller_told() {
    let (pair, setup) = (p256(), setup(&json!({})));
    let world = World::new(&[]);
    *world.answer.lock().unwrap() = None;
    let code = async || outcome(&setup, &world, &token(&pair, "one")).await.map_err(|(code, _)| code).map(|_| ());
    assert_eq!(code().await, Err(Code::KeySet));
    assert_eq!(code().await, Err(Code::KeySet));
    assert_eq!(world.fetches(), 1);
    world.publish(&[pair.public("one")]);
    world.after_ms(2_000);
    assert_eq!(code().await, Ok(()));
}

#[tokio::test]
async fn many_who_sign_in_at_once_fetch_the_keys_once() {
    let (pair, setup) = (p256(), setup(&json!({})));
    let world = World { slow: true, ..World::new(&[pair.public("one")]) };
    let text = token(&pair, "one");
    let callers = (0..20).map(|_| outcome(&setup, &world, &text));
    let found = futures_util::future::join_all(callers).await;
    assert!(found.iter().all(Result::is_ok));
    assert_eq!(world.fetches(), 1);
}

#[tokio::test]
async fn who_goes_away_while_fetching_leaves_the_turn_to_the_next() {
    let (pair, setup) = (p256(), setup(&json!({})));
    let world = World { slow: true, ..World::new(&[pair.public("one")]) };
    let text = token(&pair, "one");
    {
        let mut gone = Box::pin(outcome(&setup, &world, &text));
        assert!(futures_util::FutureExt::now_or_never(&mut gone).is_none());
    }
    world.after_ms(2_000);
    assert!(outcome(&setup, &world, &text).await.is_ok());
    assert_eq!(world.fetches(), 2);
}
