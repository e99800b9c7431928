//! The calls of one case: what the stand-in saw while ours worked it. The bare flow makes exactly these, and the flows in
//! Python the look-ups among them, so that all contenders have the same work outside.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::super::client;
use super::contender::{Which, serve};
use super::stage::{self, Cores, Programs, Running};

/// The request that each case begins with: the customer asks where their payment is. The local tier is sure of it, and
/// Claude is asked for the summary.
pub(crate) const REQUEST: &str = r#"{"text":"I sent a transfer to my landlord and it has not arrived. Where is my payment?","customer_id":"cus_fay"}"#;
/// What the answer to a worked case holds.
pub(crate) const HOLDS: &str = "\"state\":\"review\"";
/// The path of the Messages endpoint.
const MESSAGES: &str = "/v1/messages";
/// Headers that belong to a connection, or that a client writes by itself.
const OWN: [&str; 4] = ["host", "content-length", "connection", "transfer-encoding"];

/// The calls, those of one stage at once, stage after stage.
pub(crate) struct Calls {
    stages: Vec<Vec<Value>>,
}

impl Calls {
    /// Has ours work one case, and takes down what it asked for.
    pub(crate) fn record(programs: &Programs, cores: Cores, stand_in: &Running) -> Result<Self> {
        let folder = stage::folder("record")?;
        let ours = serve(programs, cores, stand_in, &folder, &[])?;
        client::ask(stand_in.port, "DELETE", "/sandbox/requests", "")?;
        let (status, answer) = client::post(ours.port, "/v1/requests", REQUEST)?;
        ensure!(status == 201 && answer.contains(HOLDS), "{:?} did not work its case: {answer}", Which::Ours);
        let seen: Value = serde_json::from_str(&client::ask(stand_in.port, "GET", "/sandbox/requests", "")?)?;
        let seen = seen["requests"].as_array().context("the stand-in tells what it saw")?;
        Self::of(seen)
    }

    /// Whoever the customer is, is asked after the evidence and before the model; each of the two waits for what came before.
    fn of(seen: &[Value]) -> Result<Self> {
        let mut stages: Vec<Vec<Value>> = vec![Vec::new()];
        for request in seen {
            let path = request["path"].as_str().context("a request has a path")?;
            let alone = path.starts_with(MESSAGES) || path.starts_with("/profile/");
            if alone && stages.last().is_some_and(|stage| !stage.is_empty()) {
                stages.push(Vec::new());
            }
            let headers = request["headers"].as_object().context("a request has headers")?;
            let mut headers: Vec<(&str, &str)> = headers
                .iter()
                .filter(|(name, _)| !OWN.contains(&name.as_str()))
                .filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
                .collect();
            if path.starts_with(MESSAGES) {
                // The stand-in does not tell keys on.
                headers.push(("x-api-key", "test-key"));
            }
            let call =
                json!({ "method": request["method"], "path": path, "headers": headers, "body": request["body"] });
            stages.last_mut().context("there is a stage")?.push(call);
        }
        let calls = Self { stages };
        let (model, lookups) = (calls.model().count(), calls.lookups().count());
        ensure!(model == 1 && lookups == 3, "a case makes {model} calls of the model and {lookups} look-ups");
        Ok(calls)
    }

    fn model(&self) -> impl Iterator<Item = &Value> {
        self.stages.iter().flatten().filter(|call| is_model(call))
    }

    fn lookups(&self) -> impl Iterator<Item = &Value> {
        self.stages.iter().flatten().filter(|call| !is_model(call))
    }

    /// Writes all of them for the bare flow.
    pub(crate) fn write(&self, folder: &Path) -> Result<PathBuf> {
        write(folder, &json!(self.stages))
    }

    /// Writes the look-ups for a flow that has a prompt of its own.
    pub(crate) fn write_lookups(&self, folder: &Path) -> Result<PathBuf> {
        let lookups = self.lookups().map(|call| {
            let mut call = call.clone();
            let headers = call["headers"].as_array().into_iter().flatten();
            call["headers"] =
                headers.filter_map(|pair| Some((pair[0].as_str()?.to_owned(), pair[1].clone()))).collect();
            call
        });
        write(folder, &lookups.collect())
    }
}

fn is_model(call: &Value) -> bool {
    call["path"].as_str().is_some_and(|path| path.starts_with(MESSAGES))
}

fn write(folder: &Path, calls: &Value) -> Result<PathBuf> {
    let file = folder.join("calls.json");
    fs::write(&file, calls.to_string()).with_context(|| format!("writing {}", file.display()))?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_becomes_stages_and_a_case_with_other_calls_is_refused() {
        let seen =
            |path: &str| json!({"method": "GET", "path": path, "headers": {"host": "x", "accept": "a"}, "body": ""});
        let four = [seen("/ledger/payments"), seen("/policy/passages"), seen("/profile/customers/x"), seen(MESSAGES)];
        let calls = Calls::of(&four).unwrap();
        let sizes: Vec<usize> = calls.stages.iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 1, 1]);
        assert_eq!(calls.stages[0][0]["headers"], json!([["accept", "a"]]));
        assert!(Calls::of(&four[..3]).is_err() && Calls::of(&[]).is_err());
    }
}
