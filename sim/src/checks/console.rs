//! The console's door, as somebody who means harm would try it.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::json;

use crate::{
    api::{Reply, View},
    browser::{Browser, token_of},
    checks::words::SAMPLE,
    hosts::issuer::{Signs, issuer},
    world::World,
};

/// Checks the status and the code of a page.
fn is_page(reply: &Reply, status: u16, code: &str) -> Result<()> {
    let kind = reply.headers.get("content-type").map_or("", String::as_str);
    ensure!(reply.status == status && kind.starts_with("text/html"), "expected the page {status} {code}: {reply}");
    ensure!(reply.body.contains(code), "the page does not say {code}: {reply}");
    Ok(())
}

fn is_led_to_the_door(reply: &Reply) -> Result<()> {
    let place = reply.headers.get("location").map_or("", String::as_str);
    ensure!(reply.status == 303 && place.starts_with("/console/sign-in"), "not led to the door: {place} {reply}");
    Ok(())
}

async fn signed_in(world: &World, holder: &str) -> Result<Browser> {
    Browser::signed_in(&world.api, world.keys.get(holder).context("no such key")?).await
}

async fn case(world: &World) -> Result<(View, String)> {
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let path = format!("/console/cases/{}", case.id());
    Ok((case, path))
}

async fn commands_of(world: &World, case: &View) -> Result<usize> {
    let journal = world.holder("admin")?.journal(case.id()).await?;
    Ok(journal.iter().filter(|line| line.contains(r#""kind":"commanded""#)).count())
}

pub(crate) async fn a_session_opens_the_console_and_nothing_else(world: &World) -> Result<()> {
    let browser = signed_in(world, "analyst").await?;
    let (_, path) = case(world).await?;
    let page = browser.get(&path).await?;
    ensure!(page.status == 200 && page.body.contains("charged twice"), "{page}");
    for (name, value) in [
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        ensure!(page.headers.get(name).is_some_and(|found| found == value), "{name}: {:?}", page.headers);
    }
    let policy = page.headers.get("content-security-policy").map_or("", String::as_str);
    for part in
        ["default-src 'none'", "script-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"]
    {
        ensure!(policy.split("; ").any(|found| found == part), "no {part} in {policy}");
    }
    ensure!(!policy.contains("unsafe"), "{policy}");
    // The API takes no session, in whatever header; the console takes no key.
    let session = browser.session();
    let api = world.api.with_key(None);
    for api in [api.clone(), api.with_key(Some(&session))] {
        browser.send(api.get("/v1/cases")).await?.is_problem(401, "CW200", None)?;
        let call = api.post("/v1/requests", &json!({ "text": SAMPLE }));
        browser.send(call).await?.is_problem(401, "CW200", None)?;
    }
    is_led_to_the_door(&world.holder("admin")?.get("/console").send().await?)?;
    // Pages of the console are for no other origin, listed or not.
    let listed = browser.send(api.get("/console").header("origin", crate::hosts::ORIGIN)).await?;
    ensure!(!listed.headers.contains_key("access-control-allow-origin"), "{:?}", listed.headers);
    Ok(())
}

pub(crate) async fn a_session_that_was_changed_or_ended_is_none(world: &World) -> Result<()> {
    let browser = signed_in(world, "analyst").await?;
    let session = browser.session();
    let thief = Browser::new(&world.api);
    for at in [0, session.len() / 3, session.len() / 2, session.len() - 2] {
        let mut changed = session.clone().into_bytes();
        let byte = changed.get_mut(at).context("a session is longer")?;
        *byte = if *byte == b'A' { b'B' } else { b'A' };
        thief.hold_session(&String::from_utf8(changed)?);
        is_led_to_the_door(&thief.get("/console").await?)?;
    }
    let key = world.keys.get("analyst").context("no key")?;
    for other in [session[..session.len() - 4].to_owned(), format!("{session}AAAA"), "A".repeat(8_000), key.clone()] {
        thief.hold_session(&other);
        is_led_to_the_door(&thief.get("/console").await?)?;
        thief.get("/console/live").await?.is_problem(401, "CW209", None)?;
    }
    // Signing out ends the session for every copy of it.
    thief.hold_session(&session);
    ensure!(thief.get("/console").await?.status == 200, "the copy was good until then");
    let token = browser.token().await?;
    let out = browser.post("/console/sign-out", &[("csrf", &token)]).await?;
    ensure!(out.status == 303 && browser.session().is_empty(), "{out}");
    is_led_to_the_door(&thief.get("/console").await?)?;
    let (case, path) = case(world).await?;
    is_page(&thief.post(&path, &[("csrf", &token), ("command", "claim")]).await?, 401, "CW209")?;
    ensure!(commands_of(world, &case).await? == 0, "a session that was ended did something");
    Ok(())
}

pub(crate) async fn a_form_counts_only_from_a_page_of_its_own_session(world: &World) -> Result<()> {
    let (browser, other) = (signed_in(world, "analyst").await?, signed_in(world, "another-analyst").await?);
    let (case, path) = case(world).await?;
    let (token, others) = (browser.token().await?, other.token().await?);
    let door = token_of(&Browser::new(&world.api).get("/console/sign-in").await?)?;
    for csrf in ["", "wrong", others.as_str(), door.as_str(), &token[1..]] {
        is_page(&browser.post(&path, &[("csrf", csrf), ("command", "claim")]).await?, 403, "CW210")?;
    }
    is_page(&browser.post(&path, &[("command", "claim")]).await?, 403, "CW210")?;
    let claim = [("csrf", token.as_str()), ("command", "claim")];
    let address = world.process.as_ref().map_or(String::new(), |process| process.url().to_owned());
    for headers in [
        vec![],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "http://127.0.0.1:1")],
        vec![("sec-fetch-site", "cross-site"), ("origin", address.as_str())],
        vec![("sec-fetch-site", "same-site")],
        vec![("sec-fetch-site", "none")],
    ] {
        let reply = browser.post_from(&path, &claim, &headers).await?;
        is_page(&reply, 403, "CW210").with_context(|| format!("{headers:?}"))?;
    }
    let body = format!("csrf={token}&command=claim");
    for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x"] {
        let call = world.api.with_key(None).call(&Method::POST, &path).header("content-type", kind);
        let call = call.header("sec-fetch-site", "same-origin").body(body.clone());
        is_page(&browser.send(call).await?, 415, "CW101")?;
    }
    // An address alone does nothing.
    browser.get(&format!("{path}?{body}")).await?;
    ensure!(commands_of(world, &case).await? == 0, "a forged form did something");
    let done = browser.post(&path, &claim).await?;
    ensure!(done.status == 303 && commands_of(world, &case).await? == 1, "{done}");
    Ok(())
}

pub(crate) async fn nobody_is_signed_in_by_another_site(world: &World) -> Result<()> {
    let key = world.keys.get("analyst").context("no key")?;
    let (victim, attacker) = (Browser::new(&world.api), Browser::new(&world.api));
    let token = token_of(&attacker.get("/console/sign-in").await?)?;
    let fields = [("csrf", token.as_str()), ("key", key.as_str())];
    is_page(&victim.post("/console/sign-in", &fields).await?, 403, "CW210")?;
    victim.get("/console/sign-in").await?;
    is_page(&victim.post("/console/sign-in", &fields).await?, 403, "CW210")?;
    let evil = [("origin", "https://evil.example")];
    is_page(&attacker.post_from("/console/sign-in", &fields, &evil).await?, 403, "CW210")?;
    ensure!(victim.session().is_empty() && attacker.session().is_empty(), "somebody was signed in");
    let next = [fields.as_slice(), &[("next", "//evil.example/console")]].concat();
    let reply = attacker.post("/console/sign-in", &next).await?;
    ensure!(reply.status == 303 && reply.headers.get("location").is_some_and(|place| place == "/console"), "{reply}");
    let cookie = reply.cookies.iter().find(|cookie| cookie.starts_with("caseworker=")).context("no session")?;
    ensure!(cookie.contains("; HttpOnly; SameSite=Strict; Max-Age=43200"), "{cookie}");
    Ok(())
}

pub(crate) async fn whoever_comes_through_access_needs_no_form(world: &World) -> Result<()> {
    let issuer = issuer()?;
    let (_, path) = case(world).await?;
    let header = "cf-access-jwt-assertion";
    let token = |email: &str| issuer.token(Signs::Es256, &issuer.claims(email, &json!({})));
    let open = async |browser: &Browser, token: &str| {
        browser.send(world.api.with_key(None).get(&path).header(header, token)).await
    };
    let browser = Browser::new(&world.api);
    let (ada, bob) = (token("ada@bank.example")?, token("bob@bank.example")?);
    let page = open(&browser, &ada).await?;
    ensure!(page.status == 200 && page.body.contains("ada@bank.example") && !browser.session().is_empty(), "{page}");
    let session = browser.session();
    // Without the token of Access its session is none, and with another person's it is that person's.
    is_led_to_the_door(&browser.get(&path).await?)?;
    let others = open(&browser, &bob).await?;
    ensure!(others.status == 200 && others.body.contains("bob@bank.example"), "{others}");
    ensure!(!others.body.contains("ada@bank.example") && browser.session() != session, "{others}");
    is_page(&open(&Browser::new(&world.api), "ey.ey.ey").await?, 401, "CW206")?;
    let nobody = issuer.token(Signs::Es256, &issuer.claims("x@bank.example", &json!({ "groups": ["staff"] })))?;
    is_page(&open(&Browser::new(&world.api), &nobody).await?, 403, "CW207")?;
    // A token can also be given by hand, and then it is not needed again.
    let by_hand = Browser::signed_in(&world.api, &ada).await?;
    ensure!(by_hand.get(&path).await?.body.contains("ada@bank.example"), "not ada's page");
    Ok(())
}

pub(crate) async fn whose_key_is_revoked_is_signed_out(world: &World) -> Result<()> {
    let key = world.keys.get("leaving-analyst").context("no key")?;
    let browser = Browser::signed_in(&world.api, key).await?;
    let (case, path) = case(world).await?;
    let token = browser.token().await?;
    let hash = case::ids::Digest::of(key.as_bytes());
    world.holder("admin")?.post("/v1/revocations", &json!({ "key": hash })).ok(200).await?;
    // A host may remember for ten seconds whom it lets in.
    for _ in 0..60 {
        if browser.get("/console").await?.status == 303 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    is_led_to_the_door(&browser.get("/console").await?)?;
    is_page(&browser.post(&path, &[("csrf", &token), ("command", "claim")]).await?, 401, "CW209")?;
    ensure!(commands_of(world, &case).await? == 0, "somebody who was revoked did something");
    is_page(&browser.sign_in(key).await?, 401, "CW200")
}

pub(crate) async fn whoever_guesses_keys_has_to_wait_and_keeps_nobody_out(world: &World) -> Result<()> {
    let guesser = Browser::new(&world.api);
    let mut refused = None;
    for _ in 0..40 {
        let reply = guesser.sign_in("cw_0000000000000000000000000000000000000000").await?;
        if reply.status == 429 {
            refused = Some(reply);
            break;
        }
        is_page(&reply, 401, "CW200")?;
    }
    let refused = refused.context("nobody was told to wait")?;
    is_page(&refused, 429, "CW211")?;
    let wait = refused.headers.get("retry-after").and_then(|seconds| seconds.parse::<u64>().ok());
    ensure!(wait.is_some_and(|seconds| (1..=60).contains(&seconds)), "{:?}", refused.headers);
    signed_in(world, "analyst").await?;
    Ok(())
}

pub(crate) async fn what_is_refused_is_said_on_the_page_and_what_was_typed_is_kept(world: &World) -> Result<()> {
    let (case, path) = case(world).await?;
    let (ann, bob) = (signed_in(world, "analyst").await?, signed_in(world, "another-analyst").await?);
    let (of_ann, of_bob) = (ann.token().await?, bob.token().await?);
    let claim = ann.post(&path, &[("csrf", &of_ann), ("command", "claim"), ("key", "form-1")]).await?;
    ensure!(claim.status == 303, "{claim}");
    let again = ann.post(&path, &[("csrf", &of_ann), ("command", "claim"), ("key", "form-1")]).await?;
    ensure!(again.status == 303 && commands_of(world, &case).await? == 1, "a form that was sent twice counted twice");
    is_page(&bob.post(&path, &[("csrf", &of_bob), ("command", "claim")]).await?, 409, "CW304")?;
    let proposal = case.about_proposal("reject");
    let id = proposal.get("proposal").and_then(|id| id.as_str()).unwrap_or_default();
    let words = "I rang her: \"it was <b>once</b>\".\nShe & I agree.";
    let wrong = "0".repeat(64);
    let form = format!("reject-{id}");
    let fields =
        [("csrf", of_ann.as_str()), ("form", &form), ("command", "reject"), ("proposal", id), ("hash", &wrong)];
    let fields = [fields.as_slice(), &[("reason", words)]].concat();
    let stale = ann.post(&path, &fields).await?;
    is_page(&stale, 409, "CW305")?;
    let kept = "I rang her: &quot;it was &lt;b&gt;once&lt;/b&gt;&quot;.\nShe &amp; I agree.";
    ensure!(stale.body.contains(kept), "what was typed is gone: {}", stale.body);
    let auditor = signed_in(world, "auditor").await?;
    let token = auditor.token().await?;
    is_page(&auditor.post(&path, &[("csrf", &token), ("command", "claim")]).await?, 403, "CW201")
}

pub(crate) async fn the_console_is_open_to_this_machine_alone(world: &World) -> Result<()> {
    let case = world.api.open_for("cus_ada", SAMPLE).await?;
    let path = format!("/console/cases/{}", case.id());
    let browser = Browser::new(&world.api);
    let led = browser.get("/").await?;
    ensure!(led.status == 303 && led.headers.get("location").is_some_and(|place| place == "/console"), "{led}");
    let page = browser.get(&path).await?;
    ensure!(page.status == 200 && page.body.contains("charged twice"), "{page}");
    let token = browser.token().await?;
    let claim = [("csrf", token.as_str()), ("command", "claim")];
    is_page(&browser.post_from(&path, &claim, &[("origin", "https://evil.example")]).await?, 403, "CW210")?;
    is_page(&browser.post(&path, &[("csrf", "x"), ("command", "claim")]).await?, 403, "CW210")?;
    // By a name that somebody pointed at this machine nothing is told.
    let rebound = browser.send(world.api.get("/console").header("host", "evil.example")).await?;
    ensure!(rebound.status == 401, "{rebound}");
    let done = browser.post(&path, &claim).await?;
    ensure!(done.status == 303, "{done}");
    world.api.case(case.id()).await?.is("/assignee", "local")
}
