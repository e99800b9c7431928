//! `cargo xtask edge wrangler`: Cloudflare's own tool at a pinned version, and whether it takes `edge/wrangler.jsonc`.
//!
//! It is installed into the tools folder by its committed lock file, apart from what builds the Worker: it brings a
//! runtime and a bundler of its own. The check needs no account and asks nobody; what an operator types is passed on.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::Value;

use crate::shell;
use crate::steps::Tally;
use crate::tools;

/// What Cloudflare is told, from the root of the checkout.
#[cfg(test)]
pub(crate) const FILE: &str = "edge/wrangler.jsonc";

/// The one warning that is known: `secrets.required` keeps a deployment without its master key from going out, and
/// wrangler calls the field experimental.
const KNOWN_WARNING: &str = "\"secrets\" fields are experimental";

/// What to hand to wrangler.
#[derive(Args)]
pub(crate) struct Options {
    /// A command of wrangler's and its flags, such as `deploy` or `tail --search CASE`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    arguments: Vec<String>,
}

/// Runs wrangler in `edge`, as the operator typed it.
pub(crate) fn run(options: &Options) -> Result<ExitCode> {
    let mut command = wrangler()?;
    let status = command.args(&options.arguments).status().context("starting wrangler")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Lets wrangler read `edge/wrangler.jsonc`, run its build and bundle the Worker, and deploys nothing.
///
/// A field that wrangler does not know is a warning to it and a failure here. It also finds out whether each class of a
/// Durable Object is exported.
pub(crate) fn dry_run() -> Result<Tally> {
    let out = shell::target_folder().join("wrangler");
    let mut command = wrangler()?;
    command.args(["deploy", "--dry-run", "--outdir"]).arg(&out).stdin(Stdio::null());
    // It must neither ask for a newer self nor tell anybody that it ran, nor wait for an answer.
    command.env("CLOUDFLARE_CF_FETCH_ENABLED", "false").env("WRANGLER_SEND_METRICS", "false").env("CI", "1");
    command.env("WRANGLER_HIDE_BANNER", "true").env("WRANGLER_LOG_PATH", &out);
    let output = command.output().context("starting wrangler")?;
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    println!("{said}");
    if !output.status.success() {
        bail!("`wrangler deploy --dry-run` ended with {}", output.status);
    }
    match unknown_warnings(&said).first() {
        Some(warning) => bail!("wrangler warns: {warning}"),
        None => Ok(Tally::ONE),
    }
}

/// Each warning is a line that begins with a dash, under a heading for the file.
fn unknown_warnings(said: &str) -> Vec<&str> {
    if !said.contains("WARNING") {
        return Vec::new();
    }
    let points = said.lines().map(str::trim).filter(|line| line.starts_with("- "));
    points.filter(|line| !line.contains(KNOWN_WARNING)).collect()
}

/// The file as wrangler reads it: comments and trailing commas are allowed.
#[cfg(test)]
pub(crate) fn read() -> Result<Value> {
    let text = fs::read_to_string(shell::root().join(FILE)).with_context(|| format!("reading {FILE}"))?;
    parse(&text).with_context(|| format!("reading {FILE}"))
}

/// Parses such a file.
pub(crate) fn parse(text: &str) -> Result<Value> {
    let options = jsonc_parser::ParseOptions::default();
    Ok(jsonc_parser::parse_to_serde_value(text, &options)?)
}

/// Wrangler in the folder of its configuration, installed if it is missing.
pub(crate) fn wrangler() -> Result<Command> {
    let script = ensure()?;
    let mut command = shell::command("node");
    command.arg(script).current_dir(shell::root().join("edge"));
    Ok(command)
}

/// `npm ci` in the tools folder, unless what lies there is what the committed lock file says.
fn ensure() -> Result<PathBuf> {
    if !shell::answers("node") || !shell::answers("npm") {
        bail!("wrangler needs Node 20 or newer with npm; install it and run the command again");
    }
    let wanted = shell::root().join("edge/deploy");
    let folder = tools::folder()?.join("wrangler");
    let script = folder.join("node_modules/wrangler/bin/wrangler.js");
    let stamp = folder.join("node_modules/.installed-lock.json");
    let lock = fs::read(wanted.join("package-lock.json")).context("reading edge/deploy/package-lock.json")?;
    if script.exists() && fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(script);
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(wanted.join(file), folder.join(file)).with_context(|| format!("copying {file}"))?;
    }
    // Install scripts only fetch what the packages already carry, so none needs to run.
    let mut install = shell::command("npm");
    install.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(&folder);
    shell::run(&mut install)?;
    fs::write(&stamp, lock).context("noting which lock file was installed")?;
    Ok(script)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_warning_about_secrets_is_expected() {
        let known = "WARNING Processing wrangler.jsonc configuration:\n\n    - \"secrets\" fields are experimental and may change\n";
        assert!(unknown_warnings(known).is_empty());
        let misspelt = format!("{known}    - Unexpected fields found in top-level field: \"trigers\"\n");
        assert_eq!(unknown_warnings(&misspelt), ["- Unexpected fields found in top-level field: \"trigers\""]);
    }

    #[test]
    fn a_comment_and_a_trailing_comma_are_read_as_wrangler_reads_them() {
        let value = parse("{ // why\n \"name\": \"https://a\", }").expect("wrangler takes it");
        assert_eq!(value, json!({ "name": "https://a" }));
    }
}
