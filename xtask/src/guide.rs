//! `cargo xtask guide`: runs the commands of the guides as they stand there, so that none of them is wrong for long.
//!
//! Blocks marked `sh run` of one document run in order, in one shell, in a folder made for them. Blocks marked `sh
//! yours` need an account or a machine of the reader's: their syntax is checked, and that each program knows the flags it is given.
//! Pieces of configuration are read as what they are. The numbers of ports are made free ones first; nothing else of a
//! document is changed.

mod blocks;

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::fs;
use std::io::Write as _;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use desk::config::Config;

use self::blocks::{Block, Kind};
use crate::edge::wrangler;
use crate::shell;
use crate::steps::Tally;

/// The longest that the commands of one document may take.
const PATIENCE: Duration = Duration::from_secs(300);

/// The ports that the guides name; each becomes a free one.
const PORTS: std::ops::RangeInclusive<u16> = 8780..=8799;

/// Runs every guide, and says how many blocks were looked at.
pub(crate) fn run() -> Result<ExitCode> {
    let tally = check()?;
    println!("{tally}");
    Ok(if tally.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The same as a step of the tests.
pub(crate) fn check() -> Result<Tally> {
    shell::run(shell::cargo().args(["build", "--package", "server"]))?;
    let mut tally = Tally::default();
    for path in documents()? {
        let name = path.file_stem().and_then(OsStr::to_str).context("a guide's name is not UTF-8")?;
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let blocks = blocks::read(&text).with_context(|| format!("reading {name}.md"))?;
        let checked = blocks.iter().filter(|block| block.kind != Kind::Shown).count();
        if checked == 0 {
            continue;
        }
        match look_at(name, &blocks) {
            Ok(()) => tally.passed += checked as u64,
            Err(error) => {
                eprintln!("docs/guide/{name}.md: {error:#}");
                tally.failed += 1;
            }
        }
    }
    if tally.passed + tally.failed == 0 {
        bail!("no guide has a command that is marked to be run");
    }
    Ok(tally)
}

/// Every guide, in the order of their names.
fn documents() -> Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for entry in fs::read_dir(shell::root().join("docs/guide")).context("reading docs/guide")? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "md") {
            documents.push(path);
        }
    }
    documents.sort();
    Ok(documents)
}

fn look_at(name: &str, blocks: &[Block]) -> Result<()> {
    for block in blocks {
        let at = || format!("the block at line {}", block.line);
        match block.kind {
            Kind::Yours => yours(&block.text).with_context(at)?,
            Kind::Jsonc => wrangler::parse(&format!("{{{}}}", block.text)).map(drop).with_context(at)?,
            Kind::Settings => {
                let config: Config = serde_json::from_str(&block.text).with_context(at)?;
                config.check().with_context(at)?;
            }
            Kind::Run | Kind::Shown => {}
        }
    }
    let script = script(blocks)?;
    if script.is_empty() { Ok(()) } else { play(name, &script) }
}

/// What one shell is given: each block after a line that says where it stands.
fn script(blocks: &[Block]) -> Result<String> {
    let mut script = String::new();
    for block in blocks.iter().filter(|block| block.kind == Kind::Run) {
        script.push_str(&format!("echo '== line {}' >&2\n{}", block.line, block.text));
    }
    let mut free = BTreeMap::new();
    for port in PORTS.filter(|port| script.contains(&port.to_string())) {
        // Held until all are found, lest two of them be the same.
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("finding a free port")?;
        free.insert(port, listener);
    }
    for (port, listener) in &free {
        let found = listener.local_addr().context("reading a free port")?.port();
        script = script.replace(&port.to_string(), &found.to_string());
    }
    Ok(script)
}

/// Runs a script in an empty folder of the checkout, with our `caseworker` first on the path, and ends what it started.
fn play(name: &str, script: &str) -> Result<()> {
    let folder = shell::root().join("target/guide").join(name);
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let file = folder.with_extension("sh");
    fs::write(&file, script).with_context(|| format!("writing {}", file.display()))?;
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = [shell::target_folder().join("debug")].into_iter().chain(env::split_paths(&path));
    let path = env::join_paths(folders).context("a folder's name has a colon")?;
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail"]).arg(&file).current_dir(&folder).env("PATH", path).stdin(Stdio::null());
    // Keys and addresses of whoever runs this are not the guide's.
    for variable in ["CASEWORKER_API_KEY", "CLOUDFLARE_WORKER_URL", "ANTHROPIC_API_KEY", "VAULT_KEY", "SETTINGS"] {
        bash.env_remove(variable);
    }
    let mut group = Group::spawn(bash)?;
    let until = Instant::now() + PATIENCE;
    loop {
        match group.0.try_wait().context("waiting for the shell")? {
            Some(status) if status.success() => return Ok(()),
            Some(status) => bail!("a command failed ({status}); what it said stands above, after its line"),
            None if Instant::now() > until => bail!("the commands took longer than {} s", PATIENCE.as_secs()),
            None => thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// A shell and all that it starts, ended together.
struct Group(Child);

impl Group {
    #[cfg(unix)]
    fn spawn(mut command: Command) -> Result<Group> {
        use std::os::unix::process::CommandExt as _;
        Ok(Group(command.process_group(0).spawn().context("starting bash")?))
    }

    #[cfg(not(unix))]
    fn spawn(mut command: Command) -> Result<Group> {
        Ok(Group(command.spawn().context("starting bash")?))
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Servers that the guide starts in the background may have ended by themselves, and then there is nothing to end.
        let group = format!("-{}", self.0.id());
        let _ = Command::new("kill").args(["-s", "KILL", "--", &group]).stderr(Stdio::null()).status();
        let _ = self.0.wait();
    }
}

/// Checks what can be checked of commands that need what only the reader has.
fn yours(text: &str) -> Result<()> {
    let mut bash = Command::new("bash").arg("-n").stdin(Stdio::piped()).spawn().context("starting bash")?;
    bash.stdin.take().context("the shell's input was piped")?.write_all(text.as_bytes())?;
    if !bash.wait()?.success() {
        bail!("is not the syntax of a shell");
    }
    for command in blocks::commands(text) {
        let words: Vec<&str> = command.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["cargo", "xtask", "edge", "wrangler", rest @ ..] => knows("wrangler", wrangler::wrangler()?, rest)?,
            ["caseworker", rest @ ..] => knows("caseworker", Command::new(native()), rest)?,
            _ => {}
        }
    }
    Ok(())
}

fn native() -> PathBuf {
    Path::new(&shell::target_folder()).join("debug/caseworker")
}

/// Asks a program for help with a command, and looks for each flag in it.
fn knows(program: &str, mut command: Command, words: &[&str]) -> Result<()> {
    let is_name = |word: &&&str| word.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    let two = ["d1", "secret", "versions", "deployments", "keys", "model", "docket", "agents", "rules", "webhooks"];
    let depth = if words.first().is_some_and(|word| two.contains(word)) { 2 } else { 1 };
    let path: Vec<&str> = words.iter().take(depth).take_while(is_name).copied().collect();
    let output = command.args(&path).arg("--help").output().with_context(|| format!("starting {program}"))?;
    let help = [output.stdout, output.stderr].concat();
    let help = String::from_utf8_lossy(&help);
    let called = format!("{program} {}", path.join(" "));
    if !output.status.success() || !help.contains(&called) {
        bail!("`{called}` is not a command");
    }
    for flag in words.iter().filter(|word| word.starts_with("--")) {
        let name = flag.split('=').next().unwrap_or(flag);
        let is_listed = help.split([' ', ',', '\n', '=', '[']).any(|word| word == name);
        if !is_listed {
            bail!("`{called}` has no flag {name}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(kind: Kind, text: &str) -> Block {
        Block { kind, line: 1, text: text.to_owned() }
    }

    #[test]
    fn only_what_is_to_be_run_is_run_and_its_ports_are_free_ones() {
        let blocks = [block(Kind::Run, "serve 8787\n"), block(Kind::Yours, "deploy\n"), block(Kind::Run, "ask 8787\n")];
        let script = script(&blocks).expect("there are free ports");
        assert!(!script.contains("8787") && !script.contains("deploy"));
        let ports: Vec<&str> = script.lines().filter_map(|line| line.split_once(' ')).map(|(_, port)| port).collect();
        assert_eq!(ports.get(1), ports.get(3), "{script}");
    }

    #[cfg(unix)]
    #[test]
    fn a_command_that_fails_in_the_middle_fails_the_document_and_what_it_started_is_ended() {
        let error = play("a-test", "sleep 1000 & echo $! > pid\nfalse\ntrue\n").expect_err("false fails");
        assert!(error.to_string().contains("a command failed"), "{error}");
        let pid = fs::read_to_string(shell::root().join("target/guide/a-test/pid")).expect("it was started");
        let lives = || {
            fs::read_to_string(format!("/proc/{}/status", pid.trim())).is_ok_and(|state| !state.contains("Z (zombie)"))
        };
        let until = Instant::now() + Duration::from_secs(20);
        while lives() && Instant::now() < until {
            thread::sleep(Duration::from_millis(10));
        }
        assert!(!lives(), "what the document started goes on");
    }

    #[test]
    fn a_piece_of_configuration_that_cannot_be_read_is_found() {
        assert!(look_at("none", &[block(Kind::Jsonc, "\"a\": [1, ]\n")]).is_ok());
        assert!(look_at("none", &[block(Kind::Jsonc, "\"a\": [1\n")]).is_err());
        assert!(look_at("none", &[block(Kind::Settings, "{\"sauces\": {}}")]).is_err());
    }
}
