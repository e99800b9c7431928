//! `kill -9` of the native host in the middle of a load. `KILLS` says how often (20 without it), `SEED` repeats a run.

use std::{collections::BTreeSet, fs, path::Path, process::Command, time::Duration};

use serde_json::{Value, json};
use sim::{
    battery::{self, Random},
    hosts::{
        Kind,
        native::{Native, caseworker},
        outside::{Obedience, Outside},
    },
};

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().map_or(default, |text| text.parse().unwrap())
}

fn seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    number("SEED", u64::from(now.subsec_nanos()))
}

/// Runs `caseworker` with arguments and hands back its exit code and what it printed.
fn run(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let done = caseworker(folder).unwrap().args(arguments).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (done.status.code(), text(&done.stdout), text(&done.stderr))
}

fn journals(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if fs::read_to_string(&path).is_ok_and(|text| text.contains("\"kind\":\"opened\"")) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_native_host_that_is_killed_again_and_again_loses_nothing_it_acknowledged() {
    let outside = Outside::serve(Obedience::Wary, "").unwrap();
    let host = Native::start(Kind::Plain, &outside).await.unwrap();
    let kills = u32::try_from(number("KILLS", 20)).unwrap();
    battery::run(&host.world, kills, seed()).await.unwrap();
    host.world.process.as_ref().unwrap().kill().unwrap();

    let (code, said, words) = run(host.folder(), &["verify", "data", "--rederive"]);
    assert_eq!(code, Some(0), "{said}{words}");
    let (code, said, words) = run(host.folder(), &["export", "--data", "data", "archive"]);
    assert_eq!(code, Some(0), "{said}{words}");
    let (code, said, words) = run(host.folder(), &["verify", "archive", "--rederive"]);
    assert_eq!(code, Some(0), "{said}{words}");

    // One changed byte in one line, and the place is named.
    let journal = journals(&host.folder().join("archive")).pop().unwrap();
    let text = fs::read_to_string(&journal).unwrap();
    let line = text.lines().nth(2).unwrap();
    fs::write(&journal, text.replace(line, &line.replacen("\"at\":1", "\"at\":2", 1))).unwrap();
    let (code, said, words) = run(host.folder(), &["verify", "archive"]);
    assert_ne!(code, Some(0), "a changed byte was not found");
    let fault: Value = serde_json::from_str(said.lines().next().unwrap()).unwrap();
    assert!(matches!(fault["seq"].as_u64(), Some(2 | 3)), "{said}{words}");
    assert!(journal.to_string_lossy().contains(fault["case"].as_str().unwrap()), "{said}{words}");
}

#[test]
fn a_batch_that_is_killed_again_and_again_has_one_line_out_for_each_line_in() {
    const LINES: usize = 400;
    let outside = Outside::serve(Obedience::Wary, "").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let line = |number: usize| {
        let text =
            ["My card was charged twice for the same subscription.", "Where is my transfer?", "\u{0}"][number % 3];
        json!({ "id": format!("row-{number}"), "text": text, "customer_id": "cus_ada" }).to_string() + "\n"
    };
    let rows: String = (0..LINES).map(line).collect();
    fs::write(folder.path().join("in.jsonl"), rows).unwrap();
    let mut configuration = String::from("[sources]\n");
    for source in ["ledger", "profile", "risk", "merchants", "policy", "actions"] {
        configuration.push_str(&format!("{source} = \"{}\"\n", outside.url));
    }
    fs::write(folder.path().join("caseworker.toml"), configuration).unwrap();
    let seed = seed();
    println!("seed {seed}");
    let mut random = Random::new(seed);
    let batch = || -> Command {
        let mut command = caseworker(folder.path()).unwrap();
        command.args(["batch", "in.jsonl", "out.jsonl", "--data", "data"]).stderr(std::process::Stdio::null());
        command
    };
    let out = || fs::read_to_string(folder.path().join("out.jsonl")).unwrap_or_default();
    let mut killed = 0;
    for _ in 0..number("KILLS", 20) {
        let mut child = batch().spawn().unwrap();
        std::thread::sleep(Duration::from_millis(60 + random.below(250)));
        if child.try_wait().unwrap().is_some() {
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        killed += 1;
        println!("kill {killed}: {} of {LINES} lines are out", out().lines().count());
    }
    assert!(killed > 0, "the batch was never at work");
    let status = batch().status().unwrap();
    assert!(matches!(status.code(), Some(0 | 1)), "{status}");
    let ids: Vec<String> = out()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_str().unwrap().to_owned())
        .collect();
    let distinct: BTreeSet<&String> = ids.iter().collect();
    assert_eq!((ids.len(), distinct.len()), (LINES, LINES), "one line out for each line in");
    let (code, said, words) = run(folder.path(), &["verify", "data", "--rederive"]);
    assert_eq!(code, Some(0), "{said}{words}");
}
