//! A browser at the console: it holds cookies, follows nothing by itself, and says of its forms where they come from. It
//! runs no scripts.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;

use crate::api::{Api, Call, Reply};

/// The name of the session's cookie on a host that is reached without encryption, which here all are.
const SESSION: &str = "caseworker";

/// A browser, with what it holds.
#[derive(Debug, Clone)]
pub struct Browser {
    api: Api,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

impl Browser {
    /// A browser that holds nothing yet.
    #[must_use]
    pub fn new(api: &Api) -> Self {
        Self { api: api.with_key(None), cookies: Arc::default() }
    }

    /// A browser whose user has signed in with a key.
    ///
    /// # Errors
    /// Where that is refused.
    pub async fn signed_in(api: &Api, key: &str) -> Result<Self> {
        let browser = Self::new(api);
        let reply = browser.sign_in(key).await?;
        ensure!(reply.status == 303, "signing in: {reply}");
        Ok(browser)
    }

    /// Opens the sign-in page and sends its form.
    ///
    /// # Errors
    /// Where there is no answer, or no form on the page.
    pub async fn sign_in(&self, key: &str) -> Result<Reply> {
        let page = self.get("/console/sign-in?out=1").await?;
        self.post("/console/sign-in", &[("csrf", &token_of(&page)?), ("key", key)]).await
    }

    /// The token that forms of its session carry.
    ///
    /// # Errors
    /// Where no page has a form.
    pub async fn token(&self) -> Result<String> {
        token_of(&self.get("/console").await?)
    }

    /// Opens a page.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn get(&self, path: &str) -> Result<Reply> {
        self.send(self.api.get(path).header("accept", "text/html")).await
    }

    /// Sends a form from a page of the console's.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Result<Reply> {
        self.post_from(path, fields, &[("sec-fetch-site", "same-origin")]).await
    }

    /// Sends a form with these headers about where it comes from.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn post_from(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<Reply> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let call = self.api.call(&Method::POST, path).header("content-type", "application/x-www-form-urlencoded");
        let call = headers.iter().fold(call.body(body), |call, (name, value)| call.header(name, value));
        self.send(call).await
    }

    /// Makes a call with the cookies, and keeps those that come back.
    ///
    /// # Errors
    /// Where there is no answer.
    pub async fn send(&self, call: Call) -> Result<Reply> {
        let held = self.held();
        let reply = if held.is_empty() { call } else { call.header("cookie", &held) }.send().await?;
        for cookie in &reply.cookies {
            let (name, rest) = cookie.split_once('=').context("a cookie without a name")?;
            let value = rest.split(';').next().unwrap_or_default();
            self.hold(name, value);
        }
        Ok(reply)
    }

    /// Its session, as it holds it; empty where there is none.
    #[must_use]
    pub fn session(&self) -> String {
        self.cookies.lock().unwrap_or_else(PoisonError::into_inner).get(SESSION).cloned().unwrap_or_default()
    }

    /// Puts something else in the place of its session.
    pub fn hold_session(&self, value: &str) {
        self.hold(SESSION, value);
    }

    fn hold(&self, name: &str, value: &str) {
        let mut cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        if value.is_empty() {
            cookies.remove(name);
        } else {
            cookies.insert(name.to_owned(), value.to_owned());
        }
    }

    fn held(&self) -> String {
        let cookies = self.cookies.lock().unwrap_or_else(PoisonError::into_inner);
        cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

/// The token of the forms on a page.
///
/// # Errors
/// Where it has no form.
pub fn token_of(page: &Reply) -> Result<String> {
    let (_, rest) = page.body.split_once(r#"name="csrf" value=""#).with_context(|| format!("no form: {page}"))?;
    Ok(rest.split('"').next().unwrap_or_default().to_owned())
}
