//! The binary as a person meets it: what it prints, how it ends, and what is left when it is killed.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// A folder to work in, with nothing of this machine's settings in sight.
struct Desk(TempDir);

impl Desk {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.path(name), text).unwrap();
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.current_dir(self.0.path()).args(line.split_whitespace()).stdin(Stdio::null());
        for name in [
            "ANTHROPIC_API_KEY",
            "ANTHROPIC_BASE_URL",
            "CLOUDFLARE_WORKER_URL",
            "CASEWORKER_API_KEY",
            "CASEWORKER_DATA",
        ] {
            command.env_remove(name);
        }
        command.env_remove("CASEWORKER_MASTER_KEY").env_remove("CASEWORKER_LOG");
        command
    }

    /// Runs a command to its end.
    fn run(&self, line: &str) -> Ended {
        Ended::of(&self.command(line).output().unwrap())
    }

    fn handle(&self, text: &str, rest: &str) -> Ended {
        Ended::of(&self.command("handle").arg(text).args(rest.split_whitespace()).output().unwrap())
    }

    /// Rows for a batch, with one that nobody can read.
    fn write_rows(&self, rows: usize) {
        let mut text = String::new();
        for row in 0..rows {
            text += &format!("{}\n", json!({ "id": row, "text": format!("I was charged twice, number {row}") }));
        }
        self.write("in.jsonl", text + "{\n");
    }

    fn lines(&self, name: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(name)).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    words: String,
}

impl Ended {
    fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        Self { code: output.status.code(), out: text(&output.stdout), words: text(&output.stderr) }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    #[track_caller]
    fn check(&self, code: i32, word: &str) {
        assert_eq!(self.code, Some(code), "{self:?}");
        assert!(self.words.contains(word) || self.out.contains(word), "no {word:?} in {self:?}");
    }
}

const SAMPLE: &str = "Customer says their card was charged twice for the same subscription.";

#[test]
fn the_sample_needs_no_settings_and_prints_json_alone() {
    let desk = Desk::new();
    let ended = desk.handle(SAMPLE, "");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let view = ended.json();
    assert_eq!(view["classification"]["task"], "dispute_summary");
    assert_eq!(view["orchestration"]["routed_to"], "dispute-agent");
    assert_eq!(view["orchestration"]["next_action"], "fetch_transaction_history");
    assert_eq!(view["sandbox"], true);
    assert!(desk.path("caseworker-data").is_dir() && desk.path("caseworker-data.key").is_file());
}

#[test]
fn the_words_are_nowhere_on_disk_and_the_key_is_its_owners_alone() {
    let desk = Desk::new();
    desk.handle("My Flumbrix subscription was charged twice, card 4111 1111 1111 1111", "").check(0, "dispute");
    for entry in fs::read_dir(desk.path("caseworker-data")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        for word in [&b"Flumbrix"[..], b"flumbrix", b"4111"] {
            assert!(!bytes.windows(word.len()).any(|window| window == word));
        }
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |name: &str| fs::metadata(desk.path(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode("caseworker-data.key"), mode("caseworker-data")), (0o600, 0o700));
    }
}

#[test]
fn bad_text_ends_with_its_own_problem_and_stores_no_case() {
    let desk = Desk::new();
    desk.handle("", "").check(2, "CW106");
    desk.handle(" \u{200b} ", "").check(2, "CW106");
    desk.handle("a\u{7}b", "").check(2, "CW108");
    desk.handle(&"a".repeat(20_001), "").check(2, "CW107");
    desk.handle("charged twice", "--customer 4111111111111111").check(2, "CW109");
    let mut child =
        desk.command("handle -").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"charged \xff twice").unwrap();
    Ended::of(&child.wait_with_output().unwrap()).check(2, "byte 8");
    let verified = desk.run("verify caseworker-data");
    verified.check(0, "0 cases");
}

#[test]
fn settings_that_cannot_be_used_end_with_3_and_name_the_place() {
    let desk = Desk::new();
    desk.write(".env", "A=1\nANTHROPIC_API_KEY sk-secret\n");
    let ended = desk.handle(SAMPLE, "");
    ended.check(3, ".env, line 2");
    assert!(!ended.words.contains("sk-secret"), "{ended:?}");
    desk.write(".env", "");
    desk.write("caseworker.toml", "[settings]\nledger_dayz = 1\n");
    desk.handle(SAMPLE, "").check(3, "caseworker.toml, line 2");
    desk.write("caseworker.toml", "[settings]\nledger_days = 0\n");
    desk.handle(SAMPLE, "").check(3, "`ledger_days` must be between 1 and 730");
    desk.write("caseworker.toml", "[sources]\nledger = \"ftp://user:hunter2@ledger\"\n");
    let ended = desk.handle(SAMPLE, "");
    ended.check(3, "sources.ledger");
    assert!(!ended.words.contains("hunter2"), "{ended:?}");
    desk.run("handle x --config none.toml").check(3, "none.toml");
    fs::remove_file(desk.path("caseworker.toml")).unwrap();
    let mut command = desk.command("handle charged");
    let ended = Ended::of(&command.env("CASEWORKER_MASTER_KEY", "0123 not a key").output().unwrap());
    ended.check(3, "CASEWORKER_MASTER_KEY");
    assert!(!ended.words.contains("0123"), "{ended:?}");
}

#[test]
fn a_lost_or_wrong_master_key_is_noticed_before_a_case_is() {
    let desk = Desk::new();
    desk.handle(SAMPLE, "").check(0, "dispute");
    let key = fs::read(desk.path("caseworker-data.key")).unwrap();
    desk.write("caseworker-data.key", "0".repeat(64));
    desk.handle(SAMPLE, "").check(3, "not the one");
    fs::remove_file(desk.path("caseworker-data.key")).unwrap();
    desk.handle(SAMPLE, "").check(3, "is missing");
    assert!(!desk.path("caseworker-data.key").exists());
    desk.write("caseworker-data.key", key);
    desk.handle(SAMPLE, "").check(0, "dispute");
}

#[test]
fn a_folder_that_is_a_file_and_a_worker_that_is_not_there_have_their_own_codes() {
    let desk = Desk::new();
    desk.write("file", "");
    desk.run("handle charged --data file/data").check(4, "--data");
    desk.run("handle charged --worker http://127.0.0.1:1").check(5, "doctor");
    desk.run("serve --listen nowhere").check(5, "--listen");
    desk.run("serve --listen 0.0.0.0:0").check(3, "keys create");
}

#[test]
fn a_batch_that_is_killed_goes_on_and_every_row_has_one_line_and_one_case() {
    let desk = Desk::new();
    desk.write_rows(400);
    let line = "batch in.jsonl out.jsonl --data d --sandbox";
    let tear = || {
        let mut out = fs::OpenOptions::new().create(true).append(true).open(desk.path("out.jsonl")).unwrap();
        out.write_all(b"{\"id\":").unwrap();
    };
    for kill in 0..6 {
        let mut child = desk.command(line).stderr(Stdio::null()).spawn().unwrap();
        // Killed with some lines out, others in work; on a machine fast enough to have ended first, it has.
        while child.try_wait().unwrap().is_none() && desk.lines("out.jsonl").len() <= 50 * kill {}
        child.kill().unwrap();
        child.wait().unwrap();
        // What the kill left, and worse: a line torn in its middle.
        tear();
    }
    // Whatever the kills met: cases that are worked and whose lines were never written.
    desk.run(line);
    let text = fs::read_to_string(desk.path("out.jsonl")).unwrap();
    desk.write("out.jsonl", text.split_inclusive('\n').take(100).collect::<String>());
    tear();
    desk.run(line).check(1, "301 rows worked, 100 were there already, 1 of them bad");
    let out = desk.lines("out.jsonl");
    let ids: Vec<&Value> = out.iter().map(|line| &line["id"]).collect();
    let expected: Vec<Value> = (0..400).map(Value::from).chain([Value::Null]).collect();
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
    let cases: std::collections::BTreeSet<String> = out.iter().map(|line| line["case_id"].to_string()).collect();
    assert_eq!(cases.len(), 401, "400 cases, and null for the bad row");
    desk.run("verify d --rederive").check(0, "400 cases");
    desk.run(line).check(1, "401 were there already, 1 of them bad");
}

#[test]
#[cfg(unix)]
fn a_batch_refuses_a_pipe_on_either_side_before_it_waits_for_it() {
    let desk = Desk::new();
    desk.write_rows(2);
    assert!(Command::new("mkfifo").arg(desk.path("pipe")).status().unwrap().success());
    for line in ["batch pipe out.jsonl --sandbox", "batch in.jsonl pipe --sandbox", "batch . out.jsonl --sandbox"] {
        desk.run(line).check(2, "not a regular file");
    }
    desk.run("batch in.jsonl /dev/stdout --sandbox").check(2, "give a file");
    let mut command = desk.command("batch /dev/stdin out.jsonl --sandbox");
    let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have ended before it reads any of this.
    let _ = child.stdin.take().unwrap().write_all(b"{\"id\":1,\"text\":\"charged twice\"}\n");
    Ended::of(&child.wait_with_output().unwrap()).check(2, "save it into a file");
    assert!(!desk.path("out.jsonl").exists());
}

#[test]
fn an_export_moves_cases_with_their_chains_and_a_changed_byte_is_placed() {
    let desk = Desk::new();
    desk.handle("charged twice", "--data a --customer cus_ada").check(0, "dispute");
    desk.run("export --data a x").check(0, "\"cases\":1");
    desk.run("export --data a x").check(2, "not empty");
    desk.run("verify x --heads x/heads.jsonl --rederive").check(0, "1 cases");
    desk.run("import x --data b").check(2, "--sandbox");
    desk.run("import x --data b --sandbox").check(3, "CASEWORKER_MASTER_KEY");
    fs::copy(desk.path("a.key"), desk.path("b.key")).unwrap();
    fs::remove_dir_all(desk.path("b")).unwrap();
    desk.run("import x --data b --sandbox").check(0, "\"new\":1");
    desk.run("import x --data b --sandbox").check(0, "\"same\":1");
    desk.run("verify b --heads x/heads.jsonl --rederive").check(0, "0 faults");

    let journal = only_file(&only_file(&desk.path("x/journals")));
    let whole = fs::read_to_string(&journal).unwrap();
    let id = journal.file_stem().unwrap().to_str().unwrap().to_owned();
    desk.run(&format!("replay {id} --data b")).check(0, "dispute-agent took up the case");
    for (number, line) in whole.lines().enumerate() {
        let changed = line.replacen("\"at\":1", "\"at\":2", 1);
        fs::write(&journal, whole.replacen(line, &changed, 1)).unwrap();
        let ended = desk.run("verify x");
        ended.check(1, &id);
        let seq = ended.json()["seq"].as_u64().unwrap();
        // A changed line shows in its own time or hash, or in the line after it that names its hash.
        assert!((number as u64..=number as u64 + 1).contains(&seq), "line {number}: {ended:?}");
        desk.run("import x --data c --sandbox").check(1, "nothing was imported");
    }
    let cut: String = whole.lines().take(2).map(|line| format!("{line}\n")).collect();
    fs::write(&journal, cut).unwrap();
    desk.run("verify x").check(1, &id);
    fs::write(&journal, whole.replacen("{\"v\":1,", "{\"v\":2,", 1)).unwrap();
    desk.run("import x --data c --sandbox").check(1, "newer");
}

#[test]
fn an_export_without_a_ciphertext_or_with_another_is_refused_by_its_hash() {
    let desk = Desk::new();
    desk.handle("charged twice", "--data a --customer cus_ada").check(0, "dispute");
    desk.run("export --data a x").check(0, "\"cases\":1");
    let vault = only_file(&only_file(&desk.path("x/vault")));
    let case = vault.file_stem().unwrap().to_str().unwrap().to_owned();
    let whole = fs::read_to_string(&vault).unwrap();
    let lines: Vec<&str> = whole.split_inclusive('\n').collect();
    assert!(lines.len() > 2, "{whole}");
    for line in lines.iter().skip(1) {
        let hash = serde_json::from_str::<Value>(line).unwrap()["hash"].as_str().unwrap().to_owned();
        for (changed, word) in
            [(String::new(), "is missing"), (line.replace("\"bytes\":\"", "\"bytes\":\"AAAA"), "was changed")]
        {
            fs::write(&vault, whole.replacen(line, &changed, 1)).unwrap();
            let ended = desk.run("verify x");
            ended.check(1, &format!("the ciphertext {hash} {word}"));
            assert_eq!(ended.json()["case"], *case, "{ended:?}");
            desk.run("import x --data c --sandbox").check(1, "ciphertext");
        }
    }
    fs::remove_file(&vault).unwrap();
    desk.run("verify x").check(1, "is missing");
}

#[test]
fn heads_that_are_given_are_counted_or_refused() {
    let desk = Desk::new();
    for data in ["a", "b"] {
        desk.handle("charged twice", &format!("--data {data}")).check(0, "dispute");
        desk.run(&format!("export --data {data} x{data}")).check(0, "\"cases\":1");
    }
    let ended = desk.run("verify a --heads xa/heads.jsonl");
    ended.check(0, "{\"heads_compared\":1}");
    desk.run("verify a --heads xb/heads.jsonl").check(2, "none of these heads");
    desk.write("empty", "");
    desk.run("verify a --heads empty").check(2, "names no head");
    desk.run("verify a --heads none").check(2, "file of heads");
    desk.run("verify none").check(2, "none: ");
}

fn only_file(folder: &Path) -> PathBuf {
    let mut entries = fs::read_dir(folder).unwrap();
    entries.next().unwrap().unwrap().path()
}

#[test]
fn a_journal_changed_in_the_database_is_named_with_its_line() {
    let desk = Desk::new();
    desk.handle("charged twice", "--data d --customer cus_ada").check(0, "dispute");
    let database = rusqlite::Connection::open(desk.path("d/cases.sqlite3")).unwrap();
    let change = "UPDATE entries SET line = replace(line, 'track_opened', 'track_0pened')";
    assert!(database.execute(change, []).unwrap() > 2);
    drop(database);
    let ended = desk.run("verify d");
    ended.check(1, "\"seq\":2");
}

#[test]
fn keys_are_shown_once_and_open_what_they_say() {
    let desk = Desk::new();
    let made = desk.run("keys create --tenant acme --subject ana --role analyst --data d");
    made.check(0, "shown once");
    let secret = made.json()["key"].as_str().unwrap().to_owned();
    let listed = desk.run("keys list --data d");
    listed.check(0, "\"subject\":\"ana\"");
    assert!(!listed.out.contains(&secret), "{listed:?}");
    let id = listed.json()["id"].as_str().unwrap().to_owned();
    let hash = made.json()["hash"].as_str().unwrap().to_owned();
    assert_eq!(desk.run("keys grants --data d").json()[&hash], made.json()["grant"]);
    desk.run(&format!("keys revoke {id} --data d")).check(0, "revoked");
    assert_eq!(desk.run("keys grants --data d").json(), serde_json::json!({}));
    desk.run("keys revoke key_none --data d").check(2, "keys list");
    desk.run("keys create --tenant a/b --subject ana --role analyst --data d").check(2, "letters, digits");
}

#[test]
fn the_doctor_names_what_is_wrong_and_says_no_secret() {
    let desk = Desk::new();
    desk.run("doctor").check(0, "the local model decides alone");
    desk.write(".env", "ANTHROPIC_API_KEY=sk-ant-secret\nANTHROPIC_BASE_URL=http://127.0.0.1:1\n");
    desk.write("caseworker.toml", "[sources]\nledger = \"http://127.0.0.1:1\"\n");
    let ended = desk.run("doctor --worker http://127.0.0.1:1");
    ended.check(1, "3 problems");
    assert!(!ended.out.contains("secret") && !ended.words.contains("secret"), "{ended:?}");
    for line in ended.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        assert!(line["result"] == "ok" || line["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{line}");
    }
}

#[test]
fn the_doctor_reads_what_it_reports_on_and_goes_on_after_what_is_malformed() {
    let desk = Desk::new();
    let ended = desk.run("doctor");
    ended.check(0, "sandbox bank");
    desk.run("keys create --tenant acme --subject ana --role analyst --data caseworker-data").check(0, "shown once");
    desk.run("doctor").check(0, "there is none yet");
    desk.write("caseworker.toml", "[host]\nlisten = \"nowhere\"\nmaster_key_file = \"key\"\n");
    desk.write("key", "hunter2");
    let ended = desk.run("doctor --worker hunter2");
    ended.check(1, "3 problems");
    for word in ["host.listen", "\"check\":\"master key\",\"result\":\"problem\"", "--worker"] {
        assert!(ended.out.contains(word), "{word}: {ended:?}");
    }
    assert!(!ended.out.contains("hunter2") && !ended.words.contains("hunter2"), "{ended:?}");
}
