//! The example agent over HTTP, `examples/agents/dispute-http`, beside the native host: what it finds, whom it refuses.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use case::time::Millis;
use desk::{
    signature::{Secret, Signable, sign_at},
    vault::MasterKey,
};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use sim::{
    hosts::{
        Extras, Kind,
        native::{Native, root},
        outside::{Obedience, Outside},
    },
    world::World,
};

const MASTER: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const NAME: &str = "disputes";
const TWICE: &str = "My card was charged twice for the same Streamly subscription this month.";

/// The example, which ends with this value.
struct Agent {
    process: Child,
    url: String,
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Whether there is Python on this machine.
fn has_python() -> bool {
    let there = Command::new("python3").arg("--version").output().is_ok_and(|answer| answer.status.success());
    if !there {
        // `cargo xtask ci` takes this line for a failure; elsewhere it is only said.
        println!("SKIPPED: the example agent needs Python 3, which is not on this machine");
    }
    there
}

fn secret() -> Result<Secret> {
    Ok(Secret::of_agent(&MasterKey::parse(MASTER)?, NAME))
}

async fn agent(secret: &str) -> Result<Agent> {
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let script = root().join("examples/agents/dispute-http/agent.py");
    let mut command = Command::new("python3");
    command.arg(script).env("AGENT_SECRET", secret).env("PORT", port.to_string()).env("SMALL_AMOUNT", "2000");
    let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().context("starting the example")?;
    let agent = Agent { process, url: format!("http://127.0.0.1:{port}") };
    for _ in 0..100 {
        if Client::new().get(&agent.url).send().await.is_ok() {
            return Ok(agent);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    bail!("the example does not answer")
}

async fn host(agent: &Agent, outside: &Outside) -> Result<Native> {
    let extras = Extras {
        master_key: Some(MASTER.to_owned()),
        settings: json!({ "agents": { "specialists": { "dispute_summary": NAME } } }),
        agents: json!({ NAME: { "at": agent.url } }),
        ..Extras::default()
    };
    Native::start_with(Kind::Plain, outside, &extras).await
}

async fn proposal(world: &World) -> Result<Value> {
    let opened = world.api.open_for("cus_ada", TWICE).await?;
    let rested = world.api.until(opened.id(), |case| case.state() == "review").await?;
    rested.0.pointer("/orchestration/proposal").cloned().context("nothing is proposed")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_over_http_finds_by_its_house_rule_and_an_analyst_decides() -> Result<()> {
    if !has_python() {
        return Ok(());
    }
    let agent = agent(secret()?.reveal()).await?;
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = host(&agent, &outside).await?;
    let proposal = proposal(&host.world).await?;
    ensure!(proposal["action"] == "refer_to_merchant" && proposal["found_by"] == "agent:disputes", "{proposal}");
    ensure!(proposal["approval"] == "one_analyst" && proposal["stage"] == "pending", "{proposal}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_with_another_secret_refuses_us_and_the_rules_finding_stands() -> Result<()> {
    if !has_python() {
        return Ok(());
    }
    let agent = agent("another secret").await?;
    let outside = Outside::serve(Obedience::Wary, "")?;
    let host = host(&agent, &outside).await?;
    let proposal = proposal(&host.world).await?;
    ensure!(proposal["action"] == "raise_chargeback" && proposal["found_by"] == "rules", "{proposal}");
    ensure!(proposal["reasons"].to_string().contains("agent_missing"), "{proposal}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_refuses_what_is_changed_late_or_sent_again() -> Result<()> {
    if !has_python() {
        return Ok(());
    }
    let agent = agent(secret()?.reveal()).await?;
    let task = json!({
        "v": 1, "kind": "finding", "task": "dispute_summary", "actions": ["inform"], "reasons": ["charge_credited"],
        "proposal": { "action": "inform", "reasons": [], "cites": [], "references": [] },
    });
    let (body, now) = (task.to_string(), now());
    let late = Millis(now.0 - 301_000);
    for (at, nonce, sent, status) in [
        (now, "abcdefghijklmnop", body.as_str(), 200),
        (now, "abcdefghijklmnop", body.as_str(), 401),
        (now, "abcdefghijklmnoq", "{}", 401),
        (late, "abcdefghijklmnor", body.as_str(), 401),
        (now, "abcdefghijklmnos", body.as_str(), 200),
    ] {
        let signable = Signable { method: &Method::POST, path_and_query: "/v1/agent-tasks", body: body.as_bytes() };
        let signed = sign_at(&secret()?, NAME, at, nonce, signable)?;
        let request = Client::new().post(format!("{}/v1/agent-tasks", agent.url));
        let request = request.header("authorization", signed).header("content-type", "application/json");
        let answer = request.body(sent.to_owned()).send().await?;
        ensure!(answer.status() == status, "{nonce}: {}", answer.status());
    }
    Ok(())
}

fn now() -> Millis {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Millis(i64::try_from(since.as_millis()).unwrap_or_default())
}
