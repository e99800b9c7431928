//! The outside, as a test sees it: what the sandbox was asked, what it executed, and the switches that make it fail.

use anyhow::{Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use crate::{
    api::{Api, View},
    hosts::{agent, liar, receiver},
};

/// The sandbox's own surface, `/sandbox/...`.
#[derive(Debug, Clone)]
pub struct Bank {
    api: Api,
    address: String,
}

impl Bank {
    /// The surface of the sandbox at a base URL.
    ///
    /// # Errors
    /// Where the HTTP client cannot be built.
    pub fn new(base: &str) -> Result<Self> {
        Ok(Self { api: Api::new(base)?, address: base.trim_end_matches('/').to_owned() })
    }

    /// The base URL.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Every action that was executed for a case: the bodies, in order.
    ///
    /// # Errors
    /// Where the sandbox does not answer.
    pub async fn actions_of(&self, case_id: &str) -> Result<Vec<Value>> {
        let book = self.book().await?;
        let bodies = book.list("/actions").iter().filter_map(|action| action.get("body").cloned());
        Ok(bodies.filter(|body| body.get("case_id").and_then(Value::as_str) == Some(case_id)).collect())
    }

    /// A call to the sandbox, with any method.
    #[must_use]
    pub fn call(&self, method: &Method, path: &str) -> crate::api::Call {
        self.api.call(method, path)
    }

    /// What a source answers to anybody.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ask(&self, path: &str) -> Result<View> {
        self.api.get(path).ok(200).await
    }

    /// The whole book of actions.
    ///
    /// # Errors
    /// Where the sandbox does not answer.
    pub async fn book(&self) -> Result<View> {
        self.api.get("/sandbox/actions").ok(200).await
    }

    /// The last thousand requests that arrived.
    ///
    /// # Errors
    /// Where the sandbox does not answer.
    pub async fn requests(&self) -> Result<Vec<Value>> {
        Ok(self.api.get("/sandbox/requests").ok(200).await?.list("/requests").to_vec())
    }

    /// Forgets the requests that arrived so far.
    ///
    /// # Errors
    /// Where the sandbox refuses.
    pub async fn forget_requests(&self) -> Result<()> {
        self.api.call(&Method::DELETE, "/sandbox/requests").ok(200).await?;
        Ok(())
    }

    /// The requests that arrived under a trace.
    ///
    /// # Errors
    /// Where the sandbox does not answer.
    pub async fn requests_of(&self, trace: &str) -> Result<Vec<Value>> {
        let of =
            |request: &Value| request.get("traceparent").and_then(Value::as_str).is_some_and(|it| it.contains(trace));
        Ok(self.requests().await?.into_iter().filter(of).collect())
    }

    /// Switches a fault on, for a number of times or until [`Bank::mend`].
    ///
    /// # Errors
    /// Where the sandbox refuses.
    pub async fn fail(&self, target: &str, fault: &str, times: Option<u32>) -> Result<()> {
        let order = json!({ "target": target, "fault": fault, "times": times });
        self.api.post("/sandbox/faults", &order).ok(200).await?;
        Ok(())
    }

    /// Switches all faults off and takes the barrier down.
    ///
    /// # Errors
    /// Where the sandbox refuses.
    pub async fn mend(&self) -> Result<()> {
        for path in ["/sandbox/faults", "/sandbox/barrier"] {
            let reply = self.api.call(&Method::DELETE, path).send().await?;
            ensure!(reply.status == 200, "{reply}");
        }
        Ok(())
    }

    /// Makes the ledger lie in this way; in none, where the name is empty.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn lie(&self, lie: &str) -> Result<()> {
        let reply =
            self.api.call(&Method::PUT, liar::LIE).header("content-type", "text/plain").body(lie).send().await?;
        ensure!(reply.status == 200, "{reply}");
        Ok(())
    }

    /// Makes the remote agent beside the sandbox play a part, and forget what it was sent.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn play(&self, part: &str) -> Result<()> {
        let reply =
            self.api.call(&Method::PUT, agent::PART).header("content-type", "text/plain").body(part).send().await?;
        ensure!(reply.status == 200, "{reply}");
        Ok(())
    }

    /// Makes the receiver of webhooks beside the sandbox play a part.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn receive(&self, part: &str) -> Result<()> {
        let call = self.api.call(&Method::PUT, receiver::PART).header("content-type", "text/plain");
        let reply = call.body(part).send().await?;
        ensure!(reply.status == 200, "{reply}");
        Ok(())
    }

    /// Everything that the receiver of webhooks was sent, in order.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn attempts(&self) -> Result<Vec<Value>> {
        Ok(self.api.get(receiver::ATTEMPTS).ok(200).await?.list("").to_vec())
    }

    /// What the remote agent was sent since it was told its part.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn tasks(&self) -> Result<Vec<Value>> {
        let reply = self.api.get(agent::TASKS).ok(200).await?;
        Ok(reply.list("").to_vec())
    }

    /// How often somebody came to where a lie leads.
    ///
    /// # Errors
    /// Where the outside is not the suite's own.
    pub async fn visits(&self) -> Result<String> {
        Ok(self.api.get(liar::VISITS).send().await?.body)
    }

    /// Puts up a barrier before these sources that opens once: a source that is asked two things is not held up again.
    ///
    /// # Errors
    /// Where the sandbox refuses.
    pub async fn put_up_barrier(&self, targets: &[&str]) -> Result<()> {
        self.api.post("/sandbox/barrier", &json!({ "targets": targets, "times": 1 })).ok(200).await?;
        Ok(())
    }

    /// What the barrier has seen.
    ///
    /// # Errors
    /// Where the sandbox does not answer.
    pub async fn barrier(&self) -> Result<View> {
        self.api.get("/sandbox/barrier").ok(200).await
    }
}
