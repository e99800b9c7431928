//! A browser at the console: it holds cookies, and says of its forms where they come from.

use std::{cell::RefCell, collections::BTreeMap};

use crate::world::{Answer, World};

/// A browser.
pub(crate) struct Browser<'a> {
    world: &'a World,
    host: &'static str,
    cookies: RefCell<BTreeMap<String, String>>,
}

impl<'a> Browser<'a> {
    pub(crate) fn new(world: &'a World) -> Self {
        Self::at(world, "desk.example")
    }

    pub(crate) fn at(world: &'a World, host: &'static str) -> Self {
        Self { world, host, cookies: RefCell::default() }
    }

    /// A browser that is signed in with this key (`Bearer ...`).
    pub(crate) async fn signed_in(world: &'a World, key: &str) -> Self {
        let browser = Self::new(world);
        let answer = browser.sign_in(key).await;
        assert_eq!((answer.status, answer.header("location")), (303, "/console"), "{}", answer.text);
        browser
    }

    pub(crate) async fn sign_in(&self, key: &str) -> Answer {
        let page = self.get("/console/sign-in").await;
        let key = key.trim_start_matches("Bearer ");
        self.post("/console/sign-in", &[("csrf", &token_of(&page.text)), ("key", key)]).await
    }

    /// The token that forms of this session carry.
    pub(crate) async fn token(&self) -> String {
        token_of(&self.get("/console").await.text)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    /// Sends a form from a page of the console's.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.post_from(path, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form from anywhere.
    pub(crate) async fn post_from(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut body = form_urlencoded::Serializer::new(String::new());
        let body = body.extend_pairs(fields).finish();
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        self.send("POST", path, &[&kind, headers].concat(), &body).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let held = self.cookies();
        let own = [("host", self.host), ("cookie", held.as_str())];
        let answer = self.world.send(method, path, &[&own, headers].concat(), body).await;
        for set in answer.headers.get_all("set-cookie") {
            let (name, rest) = set.to_str().unwrap().split_once('=').unwrap();
            let value = rest.split(';').next().unwrap();
            match value {
                "" => self.cookies.borrow_mut().remove(name),
                value => self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned()),
            };
        }
        answer
    }

    /// The header that it sends.
    pub(crate) fn cookies(&self) -> String {
        let held = self.cookies.borrow();
        held.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }

    /// Puts something else in the place of its session.
    pub(crate) fn hold(&self, value: &str) {
        let name = if self.host.starts_with("localhost") { "caseworker" } else { "__Host-caseworker" };
        self.cookies.borrow_mut().insert(name.to_owned(), value.to_owned());
    }

    /// Its session, as it holds it.
    pub(crate) fn session(&self) -> String {
        let held = self.cookies.borrow();
        let session = held.get("__Host-caseworker").or_else(|| held.get("caseworker"));
        session.cloned().unwrap_or_default()
    }
}

/// The token of the forms on a page.
pub(crate) fn token_of(page: &str) -> String {
    let mark = r#"name="csrf" value=""#;
    let (_, rest) = page.split_once(mark).unwrap_or_else(|| panic!("no form: {page}"));
    rest.split('"').next().unwrap().to_owned()
}
