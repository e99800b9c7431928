//! The committed page of who may use which route, tried cell by cell. The conformance suite does the same over HTTP.

use case::actor::Role;
use desk::front::ROUTES;
use serde_json::json;

use crate::{
    browser::Browser,
    world::{SAMPLE, World},
};

const PAGE: &str = include_str!("../../../docs/roles.md");

/// A row: the method, the path, the cell of nobody, of each role, and of another tenant.
fn rows() -> Vec<(&'static str, &'static str, Vec<&'static str>)> {
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (method, path) = cells.next()?.trim_matches('`').split_once(' ')?;
        Some((method, path, cells.collect()))
    };
    PAGE.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

/// What is sent where something is: nothing that only some roles may say.
fn body(path: &str) -> String {
    let body = match path {
        "/v1/cases/{id}/messages" => json!({ "from": "customer", "text": "It was Streamly." }),
        "/v1/cases/{id}/commands" => json!({ "command": "identify", "customer_id": "cus_ada" }),
        _ => json!({}),
    };
    body.to_string()
}

fn is_console(method: &str, path: &str) -> bool {
    path.starts_with("/console") || (method, path) == ("GET", "/")
}

/// The same with a browser, which is signed in where there is a key.
async fn at_the_console(world: &World, method: &str, path: &str, key: &str) -> u16 {
    let browser = Browser::new(world);
    if !key.is_empty() {
        browser.sign_in(key).await;
    }
    let path = path.replace("/console/assets/{file}", &desk::console::assets::STYLE.path);
    if method == "GET" {
        return browser.send(method, &path, &[("accept", "text/html")], "").await.status;
    }
    if path == "/console/sign-in" {
        let anybody = world.hire("acme", "anybody", Role::Analyst);
        return Browser::new(world).sign_in(&anybody).await.status;
    }
    // Every page has a form, if only the one to sign out.
    let csrf = if key.is_empty() { String::new() } else { browser.token().await };
    browser.post(&path, &[("csrf", &csrf), ("command", "message"), ("text", "Looked at.")]).await.status
}

#[test]
fn the_page_names_every_route() {
    let named: Vec<(&str, &str)> = rows().iter().map(|(method, path, _)| (*method, *path)).collect();
    assert_eq!(named.len(), ROUTES.len() + 1, "and the native host's own");
    for route in ROUTES {
        assert!(named.contains(&(route.method.as_str(), route.path)), "{} {}", route.method, route.path);
    }
}

#[tokio::test(start_paused = true)]
async fn every_route_lets_in_whom_the_page_names_and_nobody_else() {
    let world = World::with_keys();
    let status = async |method: &str, path: &str, case: &str, key: &str| {
        if is_console(method, path) {
            return at_the_console(&world, method, &path.replace("{id}", case), key).await;
        }
        let kind = if path == "/v1/import" { desk::archive::MEDIA_TYPE } else { "application/json" };
        let headers = [("authorization", key), ("content-type", kind)];
        world.send(method, &path.replace("{id}", case), &headers, &body(path)).await.status
    };
    let (mut tried, mut refused) = (0, 0);
    for (method, path, cells) in rows().into_iter().filter(|(_, path, _)| *path != "/metrics") {
        assert_eq!(cells.len(), Role::ALL.len() + 2, "{path}");
        for (who, cell) in [None].into_iter().chain(Role::ALL.map(Some)).zip(&cells) {
            let own = who.map_or(String::new(), |role| world.hire("acme", role.name(), role));
            let foreign = who.map_or(String::new(), |role| world.hire("umbrella", role.name(), role));
            // Whoever cannot open a case is tried at a submitter's.
            let opener = if who == Some(Role::Auditor) || who.is_none() {
                world.hire("acme", "submitter", Role::Submitter)
            } else {
                own.clone()
            };
            let opened = world.post("/v1/requests", &[("authorization", &opener)], &json!({ "text": SAMPLE })).await;
            let case = opened.case_id();
            let got = status(method, path, &case, &own).await;
            match *cell {
                "sign in" => assert_eq!(got, 303, "{method} {path}"),
                "yes" | "own" => {
                    assert!(got < 500 && ![401, 403, 404].contains(&got), "{method} {path} {who:?}: {got}")
                }
                refusal => assert_eq!(refusal, got.to_string(), "{method} {path} {who:?}"),
            }
            if *cell == "own" {
                let another = world.hire("acme", "another", Role::Submitter);
                assert_eq!(status(method, path, &case, &another).await, 404, "{method} {path}: not its own");
            }
            if who.is_some() && cells.last() == Some(&"404") {
                assert_eq!(status(method, path, &case, &foreign).await, 404, "{method} {path} {who:?}: a foreigner");
            }
            tried += 1;
            refused += usize::from(matches!(*cell, "401" | "403"));
        }
    }
    assert!(tried == ROUTES.len() * 6 && refused > 30, "{tried} cells, {refused} refusals");
}
