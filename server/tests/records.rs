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

    // With the last of its cases a tenant is in no table any more.
    for table in ["entries", "cases"] {
        database.execute(&format!("DELETE FROM {table}"), []).unwrap();
    }
    desk.check("checkpoint --data d --to kept.jsonl", 1, &["\"cases\":0", "is not any more", "went backwards"]);
}

#[test]
fn a_key_vouches_for_nothing_that_nobody_signed() {
    let desk = Desk::new();
    desk.handle(CHARGED);
    desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    desk.check("export --data d out", 0, &[]);
    let key = desk.key();
    desk.check("verify d --heads out/heads.jsonl", 0, &["0 faults"]);
    desk.check(&format!("verify d --heads out/heads.jsonl --key {key}"), 2, &["nobody signed these heads"]);
    desk.check(&format!("verify d --key {key}"), 2, &["give checkpoints with --heads"]);
    desk.check("verify kept.jsonl --heads kept.jsonl", 2, &["not compared with heads"]);
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

impl Desk {
    /// Whether bytes stand anywhere in the files of the data folder.
    fn is_on_disk(&self, bytes: &[u8]) -> bool {
        let files = fs::read_dir(self.path("d")).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap());
        files.into_iter().any(|file| file.windows(bytes.len()).any(|window| window == bytes))
    }
}

#[test]
fn after_erasure_no_ciphertext_and_no_key_of_the_case_is_left_in_any_file() {
    let desk = Desk::new();
    let (case, other) = (desk.handle(CHARGED), desk.handle("Where is my transfer?"));
    let sealed = |case: &str| -> Vec<Vec<u8>> {
        let database = desk.database();
        let of = |sql: &str| -> Vec<Vec<u8>> {
            let mut statement = database.prepare(sql).unwrap();
            statement.query_map([case], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let mut bytes = of("SELECT bytes FROM sealed WHERE case_id = ?1");
        bytes.extend(of("SELECT wrapped_key FROM cases WHERE case_id = ?1 AND wrapped_key IS NOT NULL"));
        bytes
    };
    let (words, kept) = (sealed(&case), sealed(&other));
    // A page may end within a ciphertext, so that not every part stands in one place.
    let is_there = |bytes: &Vec<u8>| bytes.chunks(40).any(|part| part.len() == 40 && desk.is_on_disk(part));
    assert!(words.len() >= 2 && words.iter().all(is_there), "the words and their key");
    desk.check(&format!("erase {case} --data d"), 2, &["CW304"]);
    close(&desk, &case);
    let words = [words, sealed(&case)].concat();
    desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    desk.check(&format!("hold {case} --data d --code litigation"), 2, &["--note"]);
    let held = desk.command(&format!("hold {case} --data d --code litigation --note Sued")).output().unwrap();
    assert!(held.status.success(), "{held:?}");
    desk.check(&format!("erase {case} --data d"), 2, &["hold"]);
    desk.check(&format!("unhold {case} --data d --note Settled"), 0, &["\"held\":false"]);
    desk.check(&format!("erase {case} --data d --code requested_by_person"), 0, &["\"erased\":\"commanded\""]);

    assert!(!words.iter().any(is_there), "a part of a ciphertext is left");
    assert!(kept.iter().all(is_there), "the other case's are there");
    desk.check("verify d --heads kept.jsonl --rederive", 0, &["0 faults", "{\"heads_compared\":2}"]);
    desk.check(&format!("erase {case} --data d"), 2, &["CW309"]);
    desk.check(&format!("pack {case} --data d -o erased.html"), 0, &[]);
    assert!(!fs::read_to_string(desk.path("erased.html")).unwrap().contains("Flumbrix"));
    desk.check("export out --data d", 0, &[]);
    desk.check("verify out", 0, &["2 cases", "0 faults"]);

    // A key that comes back, from a copy of the file or by hand, is found and does not leave the folder.
    let back = "UPDATE cases SET wrapped_key = x'00' WHERE case_id = ?1";
    assert_eq!(desk.database().execute(back, [&case]).unwrap(), 1);
    desk.check("verify d", 1, &["its words were erased, and the key to its words"]);
    desk.check("export again --data d", 1, &["its words were erased, and some of them are here"]);
}

/// Closes a case over the API.
fn close(desk: &Desk, case: &str) {
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let mut server =
        desk.command("serve --listen 127.0.0.1:0 --data d --sandbox").stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(server.stderr.take().unwrap()).lines().map(Result::unwrap);
    let find = |line: String| Some(line.split_once("http://")?.1.split(['/', ' ', '"']).next()?.to_owned());
    let address = lines.find_map(find).unwrap();
    std::thread::spawn(move || lines.for_each(drop));
    let body = r#"{"command":"close","reason":"Told Flumbrix"}"#;
    let mut stream = std::net::TcpStream::connect(&address).unwrap();
    let length = body.len();
    let head = format!(
        "POST /v1/cases/{case}/commands HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    assert!(reply.contains("\"state\":\"closed\""), "{reply}");
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

#[test]
fn a_backup_is_a_whole_data_folder_and_an_old_one_is_noticed() {
    let desk = Desk::new();
    desk.handle(CHARGED);
    desk.check("keys create --data d --tenant acme --subject till --role submitter", 0, &[]);
    desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    desk.check("backup old --data d", 0, &["\"cases\":1", "the master key is not in it"]);
    let late = desk.handle("where is my refund");
    desk.check("verify old --heads kept.jsonl --rederive", 0, &["{\"heads_compared\":1}", "0 faults"]);
    desk.check("checkpoint --data d --to kept.jsonl", 0, &[]);
    desk.check("verify old --heads kept.jsonl", 1, &[&late, "the case is not here"]);
    desk.check("backup new --data d", 0, &["\"cases\":2"]);
    desk.check("verify new --heads kept.jsonl --rederive", 0, &["{\"heads_compared\":2}", "0 faults"]);
    // What is no case's is there as well, and the copy is worked like any other folder, with the key that sealed it.
    desk.check("keys list --data new", 0, &["till"]);
    fs::copy(desk.path("d.key"), desk.path("new.key")).unwrap();
    desk.check("handle --data new Hello", 0, &["case_"]);
    desk.check("verify new --rederive", 0, &["3 cases", "0 faults"]);

    desk.check("backup old --data d", 2, &["is not empty"]);
    desk.check("backup more --data none", 4, &["holds no cases"]);
    fs::write(desk.path("file"), "").unwrap();
    desk.check("backup file/more --data d", 4, &["cannot be used"]);
    assert!(!desk.path("more").exists(), "nothing is made where there is nothing to copy");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(desk.path("old")).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
