//! The console's door: sessions, forms, and what a browser is told.

use std::time::Duration;

use case::actor::Role;
use desk::{
    ports::HostError,
    problem::Code,
    setup::{Access, Setup},
};
use serde_json::json;
use tokio::time::advance;

use crate::{
    browser::{Browser, token_of},
    world::{Answer, SAMPLE, World},
};

/// Asserts that a page says this.
fn says(answer: &Answer, code: Code) {
    assert_eq!(answer.status, code.status().as_u16(), "{}", answer.text);
    assert!(answer.header("content-type").starts_with("text/html"));
    assert!(answer.text.contains(&code.name()), "{}", answer.text);
}

async fn case_of(world: &World, key: &str) -> String {
    let body = json!({ "text": SAMPLE, "customer_id": "cus_ada" });
    world.post("/v1/requests", &[("authorization", key), ("prefer", "wait=30")], &body).await.case_id()
}

#[tokio::test(start_paused = true)]
async fn a_key_is_exchanged_for_a_session_and_signing_out_ends_it_for_every_copy_of_it() {
    let world = World::with_keys();
    let ann = world.hire("acme", "ann", Role::Analyst);
    let case = case_of(&world, &ann).await;
    let browser = Browser::new(&world);
    let asked = browser.get(&format!("/console/cases/{case}")).await;
    let wanted = format!("/console/sign-in?next=%2Fconsole%2Fcases%2F{case}");
    assert_eq!((asked.status, asked.header("location")), (303, wanted.as_str()));
    let page = browser.get(&wanted).await;
    let fields =
        [("csrf", token_of(&page.text)), ("key", ann[7..].to_owned()), ("next", format!("/console/cases/{case}"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let entered = browser.post("/console/sign-in", &fields).await;
    assert_eq!((entered.status, entered.header("location")), (303, &*format!("/console/cases/{case}")));
    let cookie = entered.headers.get_all("set-cookie").iter().next().unwrap().to_str().unwrap();
    assert!(cookie.starts_with("__Host-caseworker=") && cookie.ends_with("SameSite=Strict; Max-Age=43200; Secure"));
    assert!(!cookie.contains("ann") && cookie.contains("HttpOnly"));
    let shown = browser.get(&format!("/console/cases/{case}")).await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("ann") && shown.text.contains("acme"));
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "same-origin"),
        ("cache-control", "no-store"),
        ("cross-origin-opener-policy", "same-origin"),
    ] {
        assert_eq!(shown.header(name), value);
    }
    assert!(shown.header("content-security-policy").starts_with("default-src 'none'; style-src 'self'; script-src"));
    // A file that is handed out may do less than a page.
    let pack = browser.get(&format!("/console/cases/{case}/pack")).await;
    let policy = pack.header("content-security-policy");
    assert!(pack.status == 200 && policy.ends_with("; sandbox") && !policy.contains("script-src"), "{policy}");
    assert_eq!((pack.header("x-content-type-options"), pack.header("x-frame-options")), ("nosniff", "DENY"));
    let copy = Browser::new(&world);
    copy.hold(&browser.session());
    assert_eq!(copy.get("/console").await.status, 200);
    let out = browser.post("/console/sign-out", &[("csrf", &browser.token().await)]).await;
    assert_eq!((out.status, out.header("location")), (303, "/console/sign-in?out=1"));
    assert_eq!(browser.session(), "");
    assert!(browser.get("/console/sign-in?out=1").await.text.contains("signed out"));
    assert_eq!(copy.get("/console").await.status, 303, "its copy is worth nothing either");
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_when_its_time_is_over_or_whoever_began_it_is_let_in_no_more() {
    let world = World::with_keys();
    let (ann, boss) = (world.hire("acme", "ann", Role::Analyst), world.hire("acme", "boss", Role::Admin));
    let of_ann = Browser::signed_in(&world, &ann).await;
    let of_boss = Browser::signed_in(&world, &boss).await;
    let refused = of_ann.get("/console/live").await;
    assert_eq!(refused.status, 200, "{}", refused.text);
    let revoked = world.post("/v1/revocations", &[("authorization", &boss)], &json!({ "subject": "ann" })).await;
    assert_eq!(revoked.status, 200);
    assert_eq!(of_ann.get("/console").await.status, 303);
    of_ann.get("/console/live").await.is(Code::NotSignedIn);
    // Whether somebody was revoked, and whether a session was ended, is asked with every request.
    *world.store.no_list.lock().unwrap() = Some(HostError::Failed("out of reach".to_owned()));
    says(&of_boss.get("/console").await, Code::Unchecked);
    *world.store.no_list.lock().unwrap() = None;
    advance(Duration::from_secs(12 * 3_600 - 60)).await;
    assert_eq!(of_boss.get("/console").await.status, 200);
    advance(Duration::from_secs(61)).await;
    assert_eq!(of_boss.get("/console").await.status, 303);
    // A role is looked up anew: somebody who was made an auditor works no cases from then on.
    let bob = world.hire("acme", "bob", Role::Analyst);
    let (of_bob, case) = (Browser::signed_in(&world, &bob).await, case_of(&world, &bob).await);
    let token = of_bob.token().await;
    world.hire("acme", "bob", Role::Auditor);
    let fields = [("csrf", token.as_str()), ("command", "claim")];
    says(&of_bob.post(&format!("/console/cases/{case}"), &fields).await, Code::Role);
}

#[tokio::test(start_paused = true)]
async fn nothing_but_a_session_of_this_deployment_is_one() {
    let world = World::with_keys();
    let ann = world.hire("acme", "ann", Role::Analyst);
    let browser = Browser::signed_in(&world, &ann).await;
    let session = browser.session();
    assert_eq!(browser.get("/console").await.status, 200);
    let mut flipped = session.clone().into_bytes();
    for at in [0, 10, 40, session.len() / 2, session.len() - 2] {
        flipped[at] = if flipped[at] == b'A' { b'B' } else { b'A' };
        browser.hold(std::str::from_utf8(&flipped).unwrap());
        assert_eq!(browser.get("/console").await.status, 303, "a changed character at {at}");
        flipped[at] = session.as_bytes()[at];
    }
    for other in
        [session[1..].to_owned(), format!("{session}A"), "A".repeat(100_000), "%00".to_owned(), ann[7..].to_owned()]
    {
        browser.hold(&other);
        assert_eq!(browser.get("/console").await.status, 303, "{:.40}", other);
    }
    // Another deployment's session of the same person is none here.
    let master = desk::vault::MasterKey::parse(&"5".repeat(64)).unwrap();
    let elsewhere = World::with(|setup| Setup { access: Access::Keys, master, ..setup });
    elsewhere.hire("acme", "ann", Role::Analyst);
    let foreign = Browser::signed_in(&elsewhere, &ann).await;
    browser.hold(&foreign.session());
    assert_eq!(browser.get("/console").await.status, 303);
    // The API takes no session, and the console no key.
    browser.hold(&session);
    assert_eq!(browser.get("/console").await.status, 200);
    browser.get("/v1/cases").await.is(Code::Unauthenticated);
    let by_key = world.send("GET", "/console", &[("host", "desk.example"), ("authorization", &ann)], "").await;
    assert_eq!(by_key.status, 303);
}

#[tokio::test(start_paused = true)]
async fn a_form_counts_only_from_a_page_of_this_session() {
    let world = World::with_keys();
    let (ann, bob) = (world.hire("acme", "ann", Role::Analyst), world.hire("acme", "bob", Role::Analyst));
    let case = case_of(&world, &ann).await;
    let (browser, other) = (Browser::signed_in(&world, &ann).await, Browser::signed_in(&world, &bob).await);
    let (token, others) = (browser.token().await, other.token().await);
    let path = format!("/console/cases/{case}");
    let same = [("sec-fetch-site", "same-origin")];
    let claim = async |csrf: &str, headers: &[(&str, &str)]| {
        browser.post_from(&path, &[("csrf", csrf), ("command", "claim")], headers).await
    };
    for csrf in ["", "wrong", &others, &token[1..], &format!("{token}A")] {
        says(&claim(csrf, &same).await, Code::Forged);
    }
    for headers in [
        vec![],
        vec![("origin", "null")],
        vec![("origin", "https://evil.example")],
        vec![("origin", "https://desk.example.evil.example")],
        vec![("sec-fetch-site", "cross-site"), ("origin", "https://desk.example")],
        vec![("sec-fetch-site", "same-site"), ("origin", "https://other.desk.example")],
    ] {
        says(&claim(&token, &headers).await, Code::Forged);
    }
    let plain = [("content-type", "text/plain"), ("sec-fetch-site", "same-origin")];
    says(&browser.send("POST", &path, &plain, &format!("csrf={token}&command=claim")).await, Code::ContentType);
    assert_eq!(world.stored_in("acme", &case, "commanded"), 0, "nothing of this was done");
    assert_eq!(claim(&token, &same).await.status, 303);
    assert_eq!(world.stored_in("acme", &case, "commanded"), 1);
    assert_eq!(claim(&token, &[("origin", "https://desk.example")]).await.status, 303);
    // Reading changes nothing, whatever the address says.
    let before = world.stored_in("acme", &case, "");
    browser.get(&format!("{path}?command=release&csrf={token}")).await;
    assert_eq!(world.stored_in("acme", &case, ""), before);
}

#[tokio::test(start_paused = true)]
async fn nobody_is_signed_in_by_a_form_of_another_site_or_without_its_cookie() {
    let world = World::with_keys();
    let ann = world.hire("acme", "ann", Role::Analyst);
    let (browser, stranger) = (Browser::new(&world), Browser::new(&world));
    let page = stranger.get("/console/sign-in").await;
    let fields = [("csrf", token_of(&page.text)), ("key", ann[7..].to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    says(&browser.post("/console/sign-in", &fields).await, Code::Forged);
    browser.get("/console/sign-in").await;
    says(&browser.post("/console/sign-in", &fields).await, Code::Forged);
    let evil = [("origin", "https://evil.example")];
    says(&stranger.post_from("/console/sign-in", &fields, &evil).await, Code::Forged);
    assert_eq!((browser.session(), stranger.session()), (String::new(), String::new()));
    assert_eq!(stranger.post("/console/sign-in", &fields).await.status, 303);
}

#[tokio::test(start_paused = true)]
async fn failing_to_sign_in_too_often_has_to_wait_and_keeps_nobody_with_a_key_out() {
    let world = World::with_keys();
    let ann = world.hire("acme", "ann", Role::Analyst);
    let browser = Browser::new(&world);
    for _ in 0..10 {
        says(&browser.sign_in("cw_guess").await, Code::Unauthenticated);
    }
    let refused = browser.sign_in("cw_guess").await;
    says(&refused, Code::TooManySignIns);
    assert_eq!(refused.header("retry-after"), "7");
    says(&browser.sign_in("ey.ey.ey").await, Code::TooManySignIns);
    assert_eq!(browser.sign_in(&ann).await.status, 303);
    advance(Duration::from_secs(7)).await;
    says(&Browser::new(&world).sign_in("cw_guess").await, Code::Unauthenticated);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_stands_on_the_page_again_as_it_was_typed() {
    let world = World::with_keys();
    let (ann, bob) = (world.hire("acme", "ann", Role::Analyst), world.hire("acme", "bob", Role::Approver));
    let case = case_of(&world, &ann).await;
    let path = format!("/console/cases/{case}");
    let (of_ann, of_bob) = (Browser::signed_in(&world, &ann).await, Browser::signed_in(&world, &bob).await);
    let (ann_token, bob_token) = (of_ann.token().await, of_bob.token().await);
    let claimed = of_ann.post(&path, &[("csrf", &ann_token), ("command", "claim"), ("key", "k1")]).await;
    assert_eq!((claimed.status, claimed.header("location")), (303, &*format!("{path}?done=claim")));
    assert!(of_ann.get(&format!("{path}?done=claim")).await.text.contains("The case is yours."));
    assert!(!of_ann.get(&format!("{path}?done=you+are+hacked")).await.text.contains("hacked"));
    let again = of_ann.post(&path, &[("csrf", &ann_token), ("command", "claim"), ("key", "k1")]).await;
    assert_eq!((again.status, world.stored_in("acme", &case, "commanded")), (303, 1), "sent twice, done once");
    says(&of_bob.post(&path, &[("csrf", &bob_token), ("command", "claim")]).await, Code::Refused);
    let note =
        [("csrf", ann_token.as_str()), ("command", "message"), ("text", "I rang <b>Ada</b>."), ("from", "customer")];
    assert_eq!(of_ann.post(&path, &note).await.status, 303);
    let journal = world.send("GET", &format!("/v1/cases/{case}/journal"), &[("authorization", &ann)], "").await;
    let noted = journal.text.lines().last().unwrap();
    assert!(noted.contains(r#""from":"analyst""#) && !noted.contains("Ada"), "{noted}");
    says(&of_ann.post(&path, &[("csrf", &ann_token), ("command", "dance")]).await, Code::Command);
    says(&of_ann.post(&path, &[("csrf", &ann_token)]).await, Code::Field);
    let long = "x".repeat(20_001);
    let refused = of_ann.post(&path, &[("csrf", &ann_token), ("command", "message"), ("text", &long)]).await;
    says(&refused, Code::TextLong);
}

#[tokio::test(start_paused = true)]
async fn personal_data_is_shown_on_one_page_to_who_may_and_the_journal_says_so() {
    let world = World::with_keys();
    let (ann, eve) = (world.hire("acme", "ann", Role::Analyst), world.hire("acme", "eve", Role::Auditor));
    let text = "My card 4111 1111 1111 1111 was charged twice for the same subscription.";
    let body = json!({ "text": text, "customer_id": "cus_ada" });
    let opened = world.post("/v1/requests", &[("authorization", &ann), ("prefer", "wait=30")], &body).await;
    let (case, card) = (opened.case_id(), "4111111111111111");
    let path = format!("/console/cases/{case}");
    let browser = Browser::signed_in(&world, &ann).await;
    let page = browser.get(&path).await;
    assert!(page.text.contains("[card:1]") && !page.text.contains(card), "{}", page.text);
    let token = token_of(&page.text);
    let shown = browser.post(&path, &[("csrf", &token), ("command", "reveal"), ("what", "card:1")]).await;
    assert!(shown.status == 200 && shown.text.contains(card), "{}", shown.text);
    assert_eq!(shown.header("cache-control"), "no-store");
    assert!(!browser.get(&path).await.text.contains(card), "it is shown once");
    let journal = world.send("GET", &format!("/v1/cases/{case}/journal"), &[("authorization", &ann)], "").await;
    let last = journal.text.lines().last().unwrap();
    assert!(last.contains(r#""what":"card:1""#) && last.contains("ann") && !journal.text.contains("4111"), "{last}");
    let lines = world.stored_in("acme", &case, "");
    for what in ["card:2", "profile:name", "card", "4111111111111111", "card:4111111111111111", "", "Card:1"] {
        says(&browser.post(&path, &[("csrf", &token), ("command", "reveal"), ("what", what)]).await, Code::Field);
    }
    let of_eve = Browser::signed_in(&world, &eve).await;
    let fields = [("csrf", of_eve.token().await), ("command", "reveal".to_owned()), ("what", "card:1".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    says(&of_eve.post(&path, &fields).await, Code::Role);
    assert_eq!(world.stored_in("acme", &case, ""), lines, "what shows nothing is not written either");
    // What the profile says of a person is shown likewise.
    let body = json!({ "text": "Please update my address, I moved.", "customer_id": "cus_ada" });
    let opened = world.post("/v1/requests", &[("authorization", &ann), ("prefer", "wait=30")], &body).await;
    let path = format!("/v1/cases/{}/commands", opened.case_id());
    let reveal = json!({ "command": "reveal", "what": "profile:name" });
    let named = world.post(&path, &[("authorization", &ann)], &reveal).await;
    assert!(!named.at("/revealed/value").as_str().unwrap_or_default().is_empty(), "{}", named.text);
}

#[tokio::test(start_paused = true)]
async fn where_access_is_open_the_console_is_there_for_this_machine_alone() {
    let world = World::new();
    let case = world.open(SAMPLE, "cus_ada").await;
    let here = Browser::at(&world, "localhost:8787");
    assert_eq!(here.get("/console/sign-in").await.header("location"), "/console");
    let page = here.get(&format!("/console/cases/{case}")).await;
    assert_eq!(page.status, 200);
    let path = format!("/console/cases/{case}");
    let fields = [("csrf", token_of(&here.get("/console").await.text)), ("command", "claim".to_owned())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    says(&here.post(&path, &[("csrf", "x"), ("command", "claim")]).await, Code::Forged);
    says(&here.post_from(&path, &fields, &[("origin", "https://evil.example")]).await, Code::Forged);
    assert_eq!(here.post(&path, &fields).await.status, 303);
    says(&Browser::at(&world, "evil.example").get("/console").await, Code::Unauthenticated);
    let closed = World::with(|setup| Setup { access: Access::Closed("Make a key.".to_owned()), ..setup });
    says(&Browser::new(&closed).get("/console").await, Code::NoKeys);
}

#[tokio::test(start_paused = true)]
async fn people_who_come_without_a_path_are_led_to_the_console_and_files_are_kept_for_ever() {
    let world = World::new();
    let here = Browser::at(&world, "localhost");
    let led = here.send("GET", "/", &[("accept", "text/html,application/xhtml+xml")], "").await;
    assert_eq!((led.status, led.header("location")), (303, "/console"));
    let script = here.send("GET", "/", &[("accept", "*/*")], "").await;
    assert_eq!(script.status, 405);
    for asset in [&*desk::console::assets::STYLE, &*desk::console::assets::SCRIPT] {
        let file = here.get(&asset.path).await;
        assert_eq!((file.status, file.header("content-type")), (200, asset.content_type));
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable");
        assert_eq!(file.header("x-content-type-options"), "nosniff");
    }
    says(&here.get("/console/assets/console-000000000000.js").await, Code::NoRoute);
    says(&here.get("/console/cases/case_none").await, Code::NoCase);
}

#[tokio::test(start_paused = true)]
async fn a_link_of_another_site_leads_to_the_page_and_not_to_the_door() {
    let world = World::with_keys();
    let ann = world.hire("acme", "ann", Role::Analyst);
    let case = case_of(&world, &ann).await;
    let path = format!("/console/cases/{case}");
    // The browser keeps the session from a request that another site began.
    let linked = Browser::new(&world).send("GET", &path, &[("sec-fetch-site", "cross-site")], "").await;
    assert_eq!(linked.status, 200);
    assert!(linked.text.contains(&format!("0;url={path}")) && !linked.text.contains("Streamly"));
    let browser = Browser::signed_in(&world, &ann).await;
    let then = browser.send("GET", &path, &[("sec-fetch-site", "same-origin")], "").await;
    assert!(then.text.contains("Streamly") || then.text.contains("charged twice"), "{}", then.text);
}
