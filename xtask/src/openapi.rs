//! `cargo xtask openapi`: writes the document of the API from the tables that the code itself uses, or checks that the
//! committed one is what they say now.
//!
//! Routes, codes, names and limits come from the code; only sentences are written here. It runs natively alone: hosts
//! serve the committed file.

mod agents;
mod answers;
mod asks;
mod bodies;
mod docket;
mod hooks;
mod journal;
mod law;
mod names;
mod operations;
mod parameters;
mod samples;
mod schema;

use std::{collections::BTreeMap, fs};

use anyhow::{Context as _, Result, bail};
use desk::{
    front::{Leads, ROUTES, Route},
    problem::Code,
    who::Who,
};
use serde_json::{Map, Value, json};

use crate::{shell, steps::Tally};
use operations::{Operation, Success};

/// Where the document lies, from the root of the checkout.
const FILE: &str = "docs/openapi.json";

/// Writes the document of the API, or checks the committed one.
#[derive(Debug, clap::Args)]
pub(crate) struct OpenApi {
    /// Compare the committed document with the code instead of writing it.
    #[arg(long)]
    check: bool,
}

impl OpenApi {
    /// Does what the options say.
    pub(crate) fn run(&self) -> Result<()> {
        if self.check {
            return check().map(|_| ());
        }
        for (file, text) in written()? {
            fs::write(shell::root().join(file), text).with_context(|| format!("cannot write {file}"))?;
            println!("wrote {file}");
        }
        Ok(())
    }
}

/// Compares the committed documents with the code.
pub(crate) fn check() -> Result<Tally> {
    for (file, text) in written()? {
        let committed = fs::read_to_string(shell::root().join(file)).with_context(|| format!("cannot read {file}"))?;
        if committed != text {
            bail!("{file} is not what the code says: run `cargo xtask openapi`");
        }
    }
    Ok(Tally::ONE)
}

/// The files, as they are committed: our own API, and what a remote agent must speak.
fn written() -> Result<[(&'static str, String); 2]> {
    let agents = agents::document(&schemas());
    Ok([(FILE, format!("{:#}\n", document()?)), (agents::FILE, format!("{agents:#}\n"))])
}

/// The document.
fn document() -> Result<Value> {
    let description = "Requests of a fintech's customers, worked into cases: classified, routed to specialists, \
                       backed by evidence, and put before a person who decides. Errors are \
                       `application/problem+json` with a stable code. Keys: `caseworker keys create`; a service on \
                       loopback without keys runs open. The native host also answers `GET /metrics`, in \
                       Prometheus' text format, to auditors and admins.";
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Caseworker",
            "version": env!("CARGO_PKG_VERSION"),
            "description": description,
            "license": { "name": "Apache License 2.0", "identifier": env!("CARGO_PKG_LICENSE") },
        },
        "servers": [{ "url": "/", "description": "The host that serves this document." }],
        "security": [{ "bearer": [] }, { "access": [] }, { "signature": [] }],
        "paths": paths()?,
        "webhooks": hooks::outgoing(),
        "components": {
            "securitySchemes": { "bearer": {
                "type": "http",
                "scheme": "bearer",
                "description": "A key with a tenant, a subject and a role; or a token of an issuer that is configured.",
            }, "access": {
                "type": "apiKey",
                "in": "header",
                "name": "Cf-Access-Jwt-Assertion",
                "description": "The token that Cloudflare Access adds, where its issuer is configured.",
            }, "signature": {
                "type": "apiKey",
                "in": "header",
                "name": "Authorization",
                "description": "`CW1-HMAC-SHA256 key=<id>,ts=<unix seconds>,nonce=<...>,sig=<hex>`: the HMAC-SHA256, with the \
                                key's secret, of method, path with query, ts, nonce and the SHA-256 of the body in \
                                hexadecimal, a line each.",
            }, "webhook": {
                "type": "apiKey",
                "in": "header",
                "name": "webhook-signature",
                "description": "As in the Standard Webhooks specification, beside `webhook-id` and `webhook-timestamp`: `v1,` and \
                                the HMAC-SHA256 of id, timestamp and body with full stops between, in base64.",
            } },
            "parameters": parameters::parameters(),
            "schemas": schemas(),
        },
    }))
}

fn schemas() -> Map<String, Value> {
    let all = [
        names::schemas(),
        bodies::schemas(),
        answers::schemas(),
        hooks::schemas(),
        journal::schemas(),
        asks::schemas(),
    ];
    all.into_iter().flatten().collect()
}

fn paths() -> Result<Map<String, Value>> {
    let mut paths = Map::new();
    for route in ROUTES.iter().filter(|route| !route.is_console()) {
        let Route { method, path, .. } = route;
        let operation = operations::operation(method, path)
            .with_context(|| format!("nothing was written about {method} {path} in xtask/src/openapi/operations.rs"))?;
        let shown_at = paths.entry(*path).or_insert_with(|| json!({}));
        shown_at[method.as_str().to_ascii_lowercase()] = shown(operation, route);
    }
    Ok(paths)
}

fn shown(operation: Operation, route: &Route) -> Value {
    // Where nobody shows a key, a page of another site's changes nothing.
    let forged = (!route.method.is_safe()).then_some(Code::Forged);
    let codes = operations::codes(&[&operation.codes, forged.as_slice()]);
    let parameter = |name: &&str| json!({ "$ref": format!("#/components/parameters/{name}") });
    let parameters: Vec<Value> = operation.parameters.iter().map(parameter).collect();
    let mut shown = json!({
        "operationId": operation.id,
        "summary": operation.summary,
        "description": operation.description,
        "responses": responses([Some(operation.success), operation.also], &codes),
    });
    if !parameters.is_empty() {
        shown["parameters"] = parameters.into();
    }
    if route.leads == Leads::ToImport {
        let content = json!({ desk::archive::MEDIA_TYPE: { "schema": schema::of("Archive") } });
        shown["requestBody"] = json!({ "required": true, "content": content });
    } else if let Some((schema, example)) = operation.body {
        let content = json!({ "application/json": { "schema": schema::of(schema), "example": example } });
        shown["requestBody"] = json!({ "required": true, "content": content });
    }
    if route.who == Who::Anybody {
        shown["security"] = json!([]);
    }
    if route.who == Who::Signs {
        shown["security"] = json!([{ "webhook": [] }]);
    }
    if route.leads == Leads::ToNext {
        shown["responses"]["204"] = json!({ "description": "There is none." });
    }
    if route.leads == Leads::ToReadiness {
        // The same body says why: a deployment without keys is there, and not ready.
        let mut closed = shown["responses"]["200"].clone();
        closed["description"] = "The service is closed: it has no keys.".into();
        shown["responses"]["503"] = closed;
    }
    shown
}

fn responses(successes: [Option<Success>; 2], codes: &[Code]) -> Map<String, Value> {
    let mut responses = Map::new();
    for success in successes.into_iter().flatten() {
        let mut content = json!({ "schema": success.schema });
        if let Some(example) = success.example {
            content["example"] = example;
        }
        let answer = json!({ "description": success.description, "content": { success.media_type: content } });
        responses.insert(success.status.to_string(), answer);
    }
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in codes {
        by_status.entry(code.status().as_u16()).or_default().push(*code);
    }
    responses.extend(by_status.into_iter().map(|(status, codes)| (status.to_string(), refusal(&codes))));
    responses
}

/// The answer with one status, for whichever of these codes.
fn refusal(codes: &[Code]) -> Value {
    let lines: Vec<String> = codes.iter().map(|code| format!("`{}`: {}.", code.name(), code.title())).collect();
    let names: Vec<String> = codes.iter().map(|code| code.name()).collect();
    let schema = json!({ "allOf": [schema::of("Problem"), { "properties": { "code": { "enum": names } } }] });
    json!({
        "description": lines.join(" "),
        "content": { "application/problem+json": { "schema": schema } },
    })
}
