//! What is kept elsewhere: checkpoints and evidence packs, made by the command line and checked without a network.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use rusqlite::Connection;
use serde_json::Value;
use tempfile::TempDir;

struct Desk(TempDir);

/// How a command ended: its exit code, and what it said.
type Ended = (Option<i32>, String);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.current_dir(self.0.path()).args(line.split_whitespace()).stdin(Stdio::null()).env_clear();
        command
    }

    fn run(&self, line: &str) -> Ended {
        let output = self.command(line).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    }

    #[track_caller]
    fn check(&self, line: &str, code: i32, words: &[&str]) -> String {
        let (found, said) = self.run(line);
        assert_eq!(found, Some(code), "{line}: {said}");
        for word in words {
            assert!(said.contains(word), "{line}: no {word:?} in {said}");
        }
        said
    }

    /// Works a request, and says which case it became.
    fn handle(&self, text: &str) -> String {
        let output = self.command("handle --data d").arg(text).output().unwrap();
        let view: Value = serde_json::from_slice(&output.stdout).unwrap();
        view["case_id"].as_str().unwrap().to_owned()
    }

    fn key(&self) -> String {
        self.check("checkpoint --data d --public-key", 0, &["ed25519:"]).trim().to_owned()
    }

    fn database(&self) -> Connection {
        Connection::open(self.path("d/cases.sqlite3")).unwrap()
    }
}

const CHARGED: &str = "I was charged twice for my Flumbrix subscription, card 4111 1111 1111 1111";

#[test]
fn checkpoints_kept_elsewhere_show_what_the_folder_does_not() {
    let desk = Desk::new();
    let first = desk.handle(CHARGED);
    desk.check("checkpoint --data d --to kept.jsonl", 0, &["\"cases\":1"]);
    desk.handle("where is my refund");
    desk.check("checkpoint --data d --to kept.jsonl", 0, &["\"checkpoints\":1", "\"cases\":2"]);
    let key = desk.key();
    fs::write(desk.path("key"), &key).unwrap();
    desk.check(&format!("verify kept.jsonl --key {key}"), 0, &["\"checkpoints\":2", "\"cases\":3"]);
    desk.check("verify d --heads kept.jsonl --key key", 0, &["{\"heads_compared\":2}", "0 faults"]);
    desk.check("verify d --heads kept.jsonl", 0, &["may be anybody's"]);

    // Whoever writes the database can make it whole again in itself, and a journal can go with all that names it.
    let database = desk.database();
    for table in ["entries", "cases"] {
        database.execute(&format!("DELETE FROM {table} WHERE case_id = ?1"), [&first]).unwrap();
    }
    desk.check("verify d", 0, &["0 faults"]);
    desk.check("verify d --heads kept.jsonl --key key", 1, &[&first, "the case is not here"]);
    let lost = desk.check("checkpoint --data d --to kept.jsonl", 1, &["is not any more", "went backwards"]);
    assert!(lost.contains(&first), "{lost}");
    desk.check("verify kept.jsonl --key key", 0, &["\"checkpoints\":3"]);
}

#[test]
fn a_file_of_checkpoints_that_was_changed_is_placed_and_not_written_to() {
    let desk = Desk::new();
    desk.handle(CHARGED);
    for _ in 0..2 {
        desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    }
    let key = desk.key();
    let kept = fs::read_to_string(desk.path("kept.jsonl")).unwrap();
    let changed = kept.replacen("\"seq\":", "\"seq\":1", 1);
    fs::write(desk.path("changed.jsonl"), &changed).unwrap();
    for line in ["verify changed.jsonl", "verify d --heads changed.jsonl", "checkpoint --data d --to changed.jsonl"] {
        desk.check(line, 1, &["changed.jsonl, lines 1 to 3"]);
    }
    assert_eq!(fs::read_to_string(desk.path("changed.jsonl")).unwrap(), changed);
    // Another deployment's checkpoints hold together, and are not this one's.
    fs::write(desk.path("other.key"), format!("{}\n", "ab".repeat(32))).unwrap();
    fs::create_dir(desk.path("other")).unwrap();
    let other = Desk::new();
    other.handle(CHARGED);
    other.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    fs::copy(other.path("kept.jsonl"), desk.path("foreign.jsonl")).unwrap();
    desk.check("verify foreign.jsonl", 0, &["may be anybody's"]);
    desk.check(&format!("verify foreign.jsonl --key {key}"), 1, &["and not with the key"]);
    desk.check("checkpoint --data d --to foreign.jsonl", 1, &["another key", "nothing was written"]);
    desk.check("verify kept.jsonl --key nothing", 2, &["neither a file nor a key"]);
    desk.check("checkpoint --data none --to kept.jsonl", 4, &[]);
}

/// Changes one byte of a pack, checks it in another folder, and says what was found.
fn flipped(pack: &[u8], at: usize, elsewhere: &Desk) -> Vec<Value> {
    let mut bytes = pack.to_vec();
    bytes[at] ^= 1;
    fs::write(elsewhere.path("changed.html"), &bytes).unwrap();
    let output = elsewhere.command("verify changed.html").output().unwrap();
    assert_eq!(output.status.code(), Some(1), "byte {at}");
    let said = String::from_utf8(output.stdout).unwrap();
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn an_evidence_pack_is_checked_in_another_folder_and_a_changed_byte_is_placed() {
    let desk = Desk::new();
    let case = desk.handle(CHARGED);
    desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    desk.check(&format!("pack {case} --data d -o pack.html"), 0, &[&case, "ed25519:"]);
    let key = desk.key();
    let elsewhere = Desk::new();
    for file in ["pack.html", "kept.jsonl"] {
        fs::copy(desk.path(file), elsewhere.path(file)).unwrap();
    }
    desk.check("verify d", 0, &["0 faults"]);
    let line = format!("verify pack.html --heads kept.jsonl --key {key} --rederive");
    elsewhere.check(&line, 0, &["\"key_given\":true", "{\"heads_compared\":1}", "every byte is as Caseworker made it"]);
    elsewhere.check("verify pack.html", 0, &["\"key_given\":false", "and not who made it"]);

    let pack = fs::read(elsewhere.path("pack.html")).unwrap();
    let text = String::from_utf8(pack.clone()).unwrap();
    assert!(text.contains("Flumbrix") && !text.contains("4111 1111"), "words are shown, and numbers stay masked");
    assert!(!text.contains("src=") && !text.contains("<form") && !text.contains("href=\"/"), "it stands alone");
    let journal = text.find("id=\"journal\">\n").unwrap() + "id=\"journal\">\n".len();
    let third = journal + text[journal..].match_indices('\n').nth(1).unwrap().0 + 20;
    let found = flipped(&pack, third, &elsewhere);
    assert_eq!((&found[0]["section"], &found[0]["seq"]), (&"journal".into(), &2.into()), "{found:?}");
    let word = text.find("Flumbrix").unwrap();
    let found = flipped(&pack, word, &elsewhere);
    assert_eq!(found[0]["section"], "words", "{found:?}");
    let (from, to) = (found[0]["from"].as_u64().unwrap(), found[0]["to"].as_u64().unwrap());
    assert!(from <= word as u64 && word as u64 <= to && to - from < 512, "{found:?}");
    let manifest = text.find("id=\"manifest\">").unwrap() + 60;
    assert!(flipped(&pack, manifest, &elsewhere)[0]["fault"].as_str().unwrap().contains("manifest"));
    assert!(flipped(&pack, pack.len() - 40, &elsewhere)[0]["fault"].as_str().unwrap().contains("signature"));
    // Nothing that is found by where it lies depends on the first byte or on the file's name.
    assert!(flipped(&pack, 0, &elsewhere)[0]["section"] == "page");
    let step = pack.len() / 23;
    for at in (0..pack.len()).step_by(step) {
        assert_eq!(flipped(&pack, at, &elsewhere).len(), 1, "byte {at}");
    }

    // Somebody else may sign a pack of what they changed; with the key that was told them nobody takes it.
    let forger = Desk::new();
    fs::create_dir(forger.path("d")).unwrap();
    let theirs = forger.handle(CHARGED);
    forger.check(&format!("pack {theirs} --data d -o pack.html"), 0, &[]);
    fs::copy(forger.path("pack.html"), elsewhere.path("forged.html")).unwrap();
    elsewhere.check("verify forged.html", 0, &["and not who made it"]);
    elsewhere.check(&format!("verify forged.html --key {key}"), 1, &["and not with the key"]);
    elsewhere.check("verify forged.html --heads kept.jsonl", 2, &["none of these heads"]);
    desk.check("pack case_aaaaaaaaaaaaaaaaaaaaaaaaaa --data d -o other.html", 2, &["there is no case"]);
    assert!(!desk.path("other.html").exists());
}
