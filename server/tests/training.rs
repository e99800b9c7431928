//! `caseworker train` as a person meets it: labels of one's own are learnt, what was right stays right, analysts' reroutes
//! teach too, and nobody's card lies in what is written.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

const CARD: &str = "4111 1111 1111 1111";

struct Desk(TempDir);

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

    #[track_caller]
    fn run(&self, line: &str, code: i32) -> String {
        let Output { status, stdout, stderr } = self.command(line).output().unwrap();
        let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
        assert_eq!(status.code(), Some(code), "{line}: {text}");
        text
    }

    /// Rows of a bank with names of its own for things, each with a card in it.
    fn rows(&self, name: &str, rows: usize) {
        let kinds = [
            ("my flumbrix did not clear the grombel gate", "kyc_lookup"),
            ("a snarfle went off the wobble pot twice", "dispute_summary"),
            ("the plinth of last week is still hanging", "payment_status"),
        ];
        let line = |at: usize| {
            let (words, task) = kinds[at % kinds.len()];
            let word: String = at.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect();
            format!("{}\n", json!({ "id": at, "text": format!("{words} ({word}), card {CARD}"), "task": task }))
        };
        fs::write(self.path(name), (0..rows).map(line).collect::<String>()).unwrap();
    }

    fn report(&self, path: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(path)).unwrap()).unwrap()
    }
}

#[test]
fn labels_of_ones_own_are_learnt_and_the_model_is_used_where_it_is_set() {
    let desk = Desk::new();
    desk.rows("mine.jsonl", 150);
    let said = desk.run("train mine.jsonl --out own.bin --report report", 0);
    assert!(said.contains("\"verdict\": \"better\""), "{said}");
    let (before, after) = (desk.report("report/before/report.json"), desk.report("report/after/report.json"));
    let accuracy = |report: &Value| report["accuracy"].as_f64().unwrap();
    assert!(accuracy(&before) < 0.7 && accuracy(&after) > 0.95, "{said}");
    // What reading takes is not measured here: rows are redacted before, and read in folds.
    for report in [&before, &after] {
        assert_eq!(report["latency"], json!({ "local_us": null }));
        let milestones = report["cascade"]["milestones"].as_array().unwrap();
        assert!(milestones.iter().all(|one| one.as_object().unwrap()["latency_ms"].is_null()), "{milestones:?}");
    }
    assert_eq!(after["comparison"]["rows"], 150);
    let card = fs::read_to_string(desk.path("report/MODELCARD.md")).unwrap();
    assert!(card.contains("mine.jsonl") && card.contains("| all, the model before | 150 |"), "{card}");
    for file in ["own.bin", "report/MODELCARD.md", "report/after/report.html", "report/after/report.json"] {
        let bytes = fs::read(desk.path(file)).unwrap();
        assert!(!bytes.windows(4).any(|window| window == b"4111"), "{file}");
    }
    assert!(!fs::read(desk.path("own.bin")).unwrap().windows(8).any(|window| window == b"flumbrix"));

    let text = "is the flumbrix at the grombel gate";
    let classify = || {
        let output = desk.command("classify").arg(text).output().unwrap();
        serde_json::from_slice::<Value>(&output.stdout).unwrap()["task"].as_str().unwrap().to_owned()
    };
    assert_ne!(classify(), "kyc_lookup");
    fs::write(desk.path("caseworker.toml"), "[host]\nlocal_model = \"own.bin\"\n").unwrap();
    assert_eq!(classify(), "kyc_lookup");
    assert!(desk.run("doctor", 0).contains(after["model"]["hash"].as_str().unwrap()));

    // What was trained is compared as what this build carries is, from either side.
    let shipped = "eval mine.jsonl --report own --model own.bin --compare shipped";
    let own = "eval mine.jsonl --report shipped --model shipped --compare own.bin";
    for (line, verdict) in [(shipped, "\"verdict\": \"better\""), (own, "\"verdict\": \"worse\"")] {
        assert!(desk.run(line, 0).contains(verdict), "{line}");
    }
    let compared = desk.report("shipped/report.json");
    assert_eq!(compared["comparison"]["other"]["accuracy"].as_f64(), Some(accuracy(&desk.report("own/report.json"))));
    fs::write(desk.path("torn.bin"), fs::read(desk.path("own.bin")).unwrap().split_at(5_000).0).unwrap();
    assert!(desk.run("eval mine.jsonl --report torn --compare torn.bin", 2).contains("torn.bin: "));

    // The same rows give the same bytes.
    let first = fs::read(desk.path("own.bin")).unwrap();
    desk.run("train mine.jsonl --out own.bin --report report", 0);
    assert!(fs::read(desk.path("own.bin")).unwrap() == first);
}

#[test]
fn too_little_to_learn_from_writes_no_model() {
    let desk = Desk::new();
    desk.rows("few.jsonl", 20);
    assert!(desk.run("train few.jsonl --out own.bin --report report", 2).contains("20 rows"));
    fs::write(desk.path("bad.jsonl"), format!("{CARD}\n")).unwrap();
    let said = desk.run("train bad.jsonl --out own.bin --report report", 2);
    assert!(said.contains("line 1") && !said.contains("4111"), "{said}");
    assert!(!desk.path("own.bin").exists());
    desk.run("train --out own.bin --report report", 2);
}

/// A server, ended with the test.
struct Served(Child, String);

impl Served {
    fn start(desk: &Desk) -> Self {
        let mut command = desk.command("serve --listen 127.0.0.1:0 --data d");
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let find = |line: String| {
            line.split_once("http://").map(|(_, url)| url.split(['/', ' ', '"']).next().unwrap().to_owned())
        };
        let address = lines.find_map(find).unwrap();
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, address)
    }

    /// Sends JSON, and reads the JSON that comes back.
    fn post(&self, path: &str, body: &Value) -> Value {
        let body = body.to_string();
        let (length, address) = (body.len(), &self.1);
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\nprefer: wait=10\r\n\
             idempotency-key: {length}-{path}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
        );
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        let body = reply.split_once("\r\n\r\n").unwrap().1;
        serde_json::from_str(body).unwrap_or_else(|error| json!({ "error": error.to_string(), "reply": reply }))
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn what_analysts_reroute_teaches_too() {
    let desk = Desk::new();
    desk.rows("mine.jsonl", 60);
    // A source that nobody serves: without any the sandbox bank would answer, and its cases teach nothing.
    fs::write(desk.path("caseworker.toml"), "[sources]\nledger = \"http://127.0.0.1:1\"\n").unwrap();
    let served = Served::start(&desk);
    for text in ["the flumbrix is stuck", "no gate for my flumbrix"] {
        let case = served.post("/v1/requests", &json!({ "text": format!("{text}, card {CARD}") }));
        let id = case["case_id"].as_str().unwrap();
        let command = json!({ "command": "reroute", "task": "kyc_lookup" });
        let done = served.post(&format!("/v1/cases/{id}/commands"), &command);
        assert_eq!(done["orchestration"]["routed_to"], "kyc-agent", "{done}");
    }
    drop(served);
    let said = desk.run("train mine.jsonl --reroutes --data d --out own.bin --report report", 0);
    assert!(said.contains("2 cases were rerouted"), "{said}");
    let after = desk.report("report/after/report.json");
    let slices = after["slices"]["source"].as_array().unwrap();
    let rerouted = slices.iter().find(|slice| slice["name"] == "rerouted by analysts").unwrap();
    assert_eq!((&rerouted["rows"], &after["rows"]), (&json!(2), &json!(62)));
    assert!(desk.run("train --reroutes --data d --out other.bin --report report", 2).contains("2 rows"));

    // A journal that is damaged in its middle teaches nothing, and is counted.
    let database = rusqlite::Connection::open(desk.path("d/cases.sqlite3")).unwrap();
    let damage = "UPDATE entries SET line = '{' WHERE seq = 1 AND case_id = (SELECT min(case_id) FROM cases)";
    assert_eq!(database.execute(damage, []).unwrap(), 1);
    let said = desk.run("train mine.jsonl --reroutes --data d --out own.bin --report report", 0);
    assert!(said.contains("1 cases were rerouted") && said.contains("left out: 1 that cannot be read"), "{said}");
}
