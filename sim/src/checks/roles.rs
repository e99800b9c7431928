//! Who may use which route: the committed page, tried cell by cell, at one's own tenant and at another.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use case::{actor::Role, time::Millis};
use desk::{archive::MEDIA_TYPE, console::assets};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{api::View, browser::Browser, checks::words::SAMPLE, hosts::issuer::now_s, world::World};

const PAGE: &str = include_str!("../../../docs/roles.md");

/// A row of the page.
struct Row {
    method: &'static str,
    path: &'static str,
    /// The cell of nobody, those of the roles in their order, and that of another tenant.
    cells: Vec<&'static str>,
}

impl Row {
    fn is_console(&self) -> bool {
        self.path.starts_with("/console") || (self.method, self.path) == ("GET", "/")
    }
}

fn rows() -> Vec<Row> {
    let row = |line: &'static str| {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let (method, path) = cells.next()?.trim_matches('`').split_once(' ')?;
        Some(Row { method, path, cells: cells.collect() })
    };
    PAGE.lines().filter(|line| line.starts_with("| `")).filter_map(row).collect()
}

/// Tries cells, and keeps the browsers that signed in.
struct Trial<'w> {
    world: &'w World,
    browsers: BTreeMap<String, Browser>,
}

impl Trial<'_> {
    /// What a route answers somebody about a case.
    async fn status(&mut self, row: &Row, case: &str, holder: Option<&str>) -> Result<u16> {
        let path = row.path.replace("{id}", case);
        if row.is_console() {
            return self.at_the_console(row, &path, holder).await;
        }
        let api = match holder {
            Some(name) => self.world.holder(name)?,
            None => self.world.api.with_key(None),
        };
        if row.method == "GET" {
            return Ok(api.get(&path).send().await?.status);
        }
        // Nothing that only some roles may say, and nothing that changes more than the case.
        let body = match row.path {
            "/v1/cases/{id}/messages" => json!({ "from": "customer", "text": "It was Streamly." }),
            "/v1/cases/{id}/commands" => json!({ "command": "identify", "customer_id": "cus_ada" }),
            _ => json!({}),
        };
        let kind = if row.path == "/v1/import" { MEDIA_TYPE } else { "application/json" };
        let call = api.call(&Method::POST, &path).header("content-type", kind).body(body.to_string());
        Ok(call.send().await?.status)
    }

    async fn at_the_console(&mut self, row: &Row, path: &str, holder: Option<&str>) -> Result<u16> {
        let path = path.replace("/console/assets/{file}", &assets::STYLE.path);
        let key = |name: &str| self.world.keys.get(name).cloned().with_context(|| format!("no key for {name}"));
        if (row.method, row.path) == ("POST", "/console/sign-in") {
            // Nobody is who has a key and has not signed in yet.
            let browser = Browser::new(&self.world.api);
            let reply = browser.sign_in(&key(holder.unwrap_or("analyst"))?).await?;
            // Who is in is not led back to sign in, whatever their role may see.
            let is_led_back = browser.get("/console").await?.status == 303;
            return Ok(if is_led_back && reply.status == 303 { 401 } else { reply.status });
        }
        let ends = row.path == "/console/sign-out";
        let browser = match holder {
            None => Browser::new(&self.world.api),
            // Its session shall serve the other cells as well.
            Some(name) if ends => Browser::signed_in(&self.world.api, &key(name)?).await?,
            Some(name) => match self.browsers.get(name) {
                Some(browser) => browser.clone(),
                None => {
                    let browser = Browser::signed_in(&self.world.api, &key(name)?).await?;
                    self.browsers.insert(name.to_owned(), browser.clone());
                    browser
                }
            },
        };
        if row.method == "GET" {
            return Ok(browser.get(&path).await?.status);
        }
        let csrf = if holder.is_some() { browser.token().await? } else { String::new() };
        let fields = [("csrf", csrf.as_str()), ("command", "message"), ("text", "Looked at.")];
        Ok(browser.post(&path, &fields).await?.status)
    }
}

/// A command that the host can read.
fn command(name: &str, case: &View) -> Value {
    let about = case.about_proposal(name);
    let mut body = json!({
        "reason": "Tried by every role.",
        "question": "Which one was it?",
        "customer_id": "cus_ada",
        "task": "dispute_summary",
        "action": "inform",
        "to": "analyst",
        "until": Millis(i64::try_from(now_s()).unwrap_or_default() * 1_000).plus(60_000).rfc3339(),
        "what": "card:1",
        "text": "We have looked at your request and will write again.",
    });
    if let (Some(body), Some(about)) = (body.as_object_mut(), about.as_object()) {
        body.extend(about.clone());
    }
    body
}

pub(crate) async fn every_command_is_for_whom_the_page_names_and_nobody_else(world: &World) -> Result<()> {
    let (mut tried, mut wrong) = (BTreeMap::<&str, u32>::new(), Vec::new());
    let commands = PAGE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| `")?.trim_end_matches('|').split('|').map(str::trim);
        let name = cells.next()?.trim_end_matches('`');
        (!name.contains(' ')).then(|| (name, cells.collect::<Vec<_>>()))
    });
    let commands: Vec<(&str, Vec<&str>)> = commands.collect();
    ensure!(commands.len() > 15, "the page names {} commands", commands.len());
    for (at, role) in Role::ALL.into_iter().enumerate() {
        let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
        let path = format!("/v1/cases/{}/commands", case.id());
        for (name, cells) in &commands {
            let reply = world.holder(role.name())?.post(&path, &command(name, &case)).send().await?;
            let refused = reply.status == 403 && reply.json()?.text("/code") == "CW201";
            let cell = cells.get(at).copied().unwrap_or_default();
            *tried.entry(cell).or_default() += 1;
            if !matches!((cell, refused), ("yes", false) | ("403", true)) || reply.status >= 500 {
                wrong.push(format!("{name} by {}: {} and not {cell}", role.name(), reply.status));
            }
        }
    }
    println!("        commands tried, by what the page says: {tried:?}");
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    ensure!(tried.len() == 2 && tried.values().all(|count| *count > 10), "{tried:?}");
    Ok(())
}

pub(crate) async fn every_route_lets_in_whom_the_page_names_and_nobody_else(world: &World) -> Result<()> {
    let case = world.holder("submitter")?.open_for("cus_ada", SAMPLE).await?;
    let others = world.holder("another-submitter")?.open_for("cus_ada", SAMPLE).await?;
    let is_native = world.api.get("/metrics").send().await?.status != 404;
    let mut trial = Trial { world, browsers: BTreeMap::new() };
    let (mut tried, mut wrong) = (BTreeMap::<String, u32>::new(), Vec::new());
    for row in rows().iter().filter(|row| row.path != "/metrics" || is_native) {
        ensure!(row.cells.len() == Role::ALL.len() + 2, "{} has {} cells", row.path, row.cells.len());
        let elsewhere = row.cells.last().copied().unwrap_or_default();
        for (role, cell) in [None].into_iter().chain(Role::ALL.map(Some)).zip(&row.cells) {
            let name = role.map(Role::name);
            let mut judge = |what: &str, expected: &str, got: u16| {
                let fits = match expected {
                    "yes" | "own" => got < 500 && ![401, 403, 404].contains(&got),
                    "sign in" => got == 303,
                    refusal => refusal == got.to_string(),
                };
                *tried.entry(expected.to_owned()).or_default() += 1;
                if !fits {
                    wrong.push(format!("{} {} {what}: {got} and not {expected}", row.method, row.path));
                }
            };
            let got = trial.status(row, case.id(), name).await?;
            judge(name.unwrap_or("nobody"), cell, got);
            if *cell == "own" {
                judge("submitter, not its own", "404", trial.status(row, others.id(), name).await?);
            }
            if let (Some(name), "404") = (name, elsewhere) {
                let foreigner = format!("foreign-{name}");
                let got = trial.status(row, case.id(), Some(&foreigner)).await?;
                judge(&foreigner, "404", got);
            }
        }
    }
    println!("        cells tried, by what they say: {tried:?}");
    ensure!(wrong.is_empty(), "{}", wrong.join("; "));
    let refusals = ["401", "403", "404"].map(|refusal| tried.get(refusal).copied().unwrap_or(0));
    ensure!(refusals.iter().all(|count| *count > 10), "too few refusals were tried: {tried:?}");
    Ok(())
}
