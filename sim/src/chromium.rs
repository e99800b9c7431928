//! The console in a browser: starts a host with holders' keys and the sandbox, and hands both to `sim/browser`.
//!
//! What is checked is written in JavaScript, where browsers are driven; nothing of a page is looked at here.

use std::process::Command;

use anyhow::{Context as _, Result};
use clap::ValueEnum;
use serde_json::json;

use crate::{
    conformance::SCRIPT,
    hosts::{
        Extras, Kind,
        edge::Edge,
        native::{self, Native},
        outside::{Obedience, Outside},
    },
    world::World,
};

/// Which host serves the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Host {
    /// The native binary.
    Native,
    /// The Worker on workerd, as it was built last.
    Edge,
}

/// Runs the browser's tests against a host; whether they passed.
///
/// # Errors
/// Where the host or the tests cannot be started.
pub async fn run(host: Host) -> Result<bool> {
    let outside = Outside::serve(Obedience::Wary, SCRIPT)?;
    // Two people take a charge back, so that the second pair of eyes is seen at work.
    let settings = json!({ "approvals": { "raise_chargeback": "two_analysts" } });
    let extras = Extras { settings, ..Extras::default() };
    match host {
        Host::Native => drive("native", &Native::start_with(Kind::Keys, &outside, &extras).await?.world),
        Host::Edge => drive("edge", &Edge::start_with(Kind::Keys, &outside, &extras).await?.world),
    }
}

fn drive(host: &str, world: &World) -> Result<bool> {
    let process = world.process.as_ref().context("a host that was started is a process")?;
    let mut node = Command::new("node");
    node.arg("sim/browser/run.mjs").current_dir(native::root());
    node.env("BASE", process.url()).env("SANDBOX", world.bank.address()).env("HOST", host);
    node.env("HOLDERS", serde_json::to_string(&world.keys)?);
    Ok(node.status().context("starting node")?.success())
}
