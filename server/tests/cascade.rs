//! What a person does about the cascade: find out what Claude's confidence is worth, see how often the tiers agree, and
//! look at the prompts. The stand-in plays Claude, from a script where it is to be wrong.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Words that no model has learnt, so that the local tier is never sure of them.
const STRANGE: &str = "zxcv qwpoeiru lkjasdf mnbzx";
/// A Claude that says the same of everything, and is very sure of it.
const BOASTER: &str = r#"{"match":"zxcv","reply":{"task":"dispute_summary","confidence":0.95,"reason":"Clear."}}"#;

/// A folder to work in, with nothing of this machine's settings in sight, and a stand-in.
struct Desk {
    folder: TempDir,
    stand_in: Child,
    url: String,
}

impl Desk {
    fn new(script: &str) -> Self {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("script.jsonl"), script).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.current_dir(folder.path()).env_clear().stdin(Stdio::null()).stderr(Stdio::piped());
        command.args(["sandbox", "--listen", "127.0.0.1:0", "--strict", "--script", "script.jsonl"]);
        let mut stand_in = command.spawn().unwrap();
        let mut lines = BufReader::new(stand_in.stderr.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.split_once("listening on ").map(|(_, url)| url.to_owned())).unwrap();
        // Somebody must read what it says, or it would wait.
        std::thread::spawn(move || lines.for_each(drop));
        Self { folder, stand_in, url }
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.folder.path().join(name)).unwrap()).unwrap()
    }

    /// Runs a command with a key for the stand-in, and says how it ended and what it printed.
    #[track_caller]
    fn run(&self, line: &str, code: i32) -> (Value, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.current_dir(self.folder.path()).env_clear().stdin(Stdio::null()).args(line.split_whitespace());
        command.env("ANTHROPIC_API_KEY", "sk-ant-test").env("ANTHROPIC_BASE_URL", &self.url);
        let Output { status, stdout, stderr } = command.output().unwrap();
        let (out, words) = (String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap());
        assert_eq!(status.code(), Some(code), "{line}\n{out}\n{words}");
        (serde_json::from_str(&out).unwrap_or_default(), words)
    }

    /// Rows that Claude is asked about, of which so many are what it says.
    fn strange_rows(&self, name: &str, rows: usize, right: usize) {
        let row = |at: usize| {
            let task = if at < right { "dispute_summary" } else { "other" };
            format!("{}\n", json!({ "id": at, "text": format!("{STRANGE} {at}"), "task": task }))
        };
        self.write(name, (0..rows).map(row).collect::<String>());
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = self.stand_in.kill();
        let _ = self.stand_in.wait();
    }
}

#[test]
fn a_claude_that_says_95_and_is_right_in_70_of_100_is_recovered() {
    let desk = Desk::new(BOASTER);
    desk.strange_rows("rows.jsonl", 240, 168);
    desk.run("eval rows.jsonl --claude --report before", 0);
    let (figures, _) = desk.run("calibrate --predictions before/predictions.jsonl --out calibrator.json", 0);
    assert_eq!((&figures["labels"], &figures["wrong"]), (&json!(240), &json!(72)));
    let errors = &figures["calibration_error"];
    let of = |name: &str| errors[name].as_f64().unwrap();
    assert!(of("before") > 0.24 && of("after") < 0.02, "{errors}");

    desk.write(
        "caseworker.toml",
        "[host]\ncalibrator_file = \"calibrator.json\"\n[settings.triage]\nclaude_min = 650000\n",
    );
    desk.strange_rows("others.jsonl", 100, 70);
    desk.run("eval others.jsonl --claude --report after", 0);
    let error = |folder: &str| desk.read(&format!("{folder}/report.json"))["calibration_error"].as_f64().unwrap();
    assert!(error("before") > 0.24 && error("after") < 0.03, "{} {}", error("before"), error("after"));
    // What is worth less than the threshold is a person's.
    desk.write("caseworker.toml", "[host]\ncalibrator_file = \"calibrator.json\"\n");
    desk.run("eval others.jsonl --claude --report strict", 0);
    let predictions = fs::read_to_string(desk.folder.path().join("strict/predictions.jsonl")).unwrap();
    assert!(predictions.lines().all(|line| line.contains(r#""decided_by":"human""#)), "{predictions}");
}

#[test]
fn a_calibrator_is_judged_by_the_definitions_of_an_evaluation() {
    let desk = Desk::new(BOASTER);
    let line = |said: f64, predicted: &str| {
        let row = json!({
            "id": 1, "label": "other", "predicted": predicted, "probability": said, "accepted": true,
            "decided_by": "claude", "claude": { "label": predicted, "confidence": said },
        });
        format!("{row}\n").repeat(150)
    };
    // 0.2 is where the fourth of fifteen bins begins: it lies in no bin with 0.19.
    desk.write("rows.jsonl", line(0.19, "kyc_lookup") + &line(0.2, "other"));
    let (figures, _) = desk.run("calibrate --predictions rows.jsonl", 0);
    assert_eq!(figures["calibration_error"]["before"], 0.495, "{figures}");
    assert_eq!(figures["brier"]["before"], 0.338_05, "{figures}");
}

#[test]
fn with_few_labels_nothing_is_written_and_it_says_why() {
    let desk = Desk::new(BOASTER);
    desk.strange_rows("rows.jsonl", 30, 21);
    desk.run("eval rows.jsonl --claude --report few", 0);
    let (figures, words) = desk.run("calibrate --predictions few/predictions.jsonl --out calibrator.json", 1);
    assert_eq!(figures["calibrator"], Value::Null);
    assert!(words.contains("30 labelled answers, 9 of them wrong") && words.contains("200"), "{words}");
    assert!(!desk.folder.path().join("calibrator.json").exists());
    desk.write(
        "calibrator.json",
        r#"{"v":1,"model":"claude-haiku-5-5","method":"platt","labels":30,"wrong":9,"points":[]}"#,
    );
    desk.write("caseworker.toml", "[host]\ncalibrator_file = \"calibrator.json\"\n");
    let (_, words) = desk.run("classify hello", 3);
    assert!(words.contains("fewer than 200 labels"), "{words}");
}

#[test]
fn second_opinions_are_asked_for_counted_and_decide_nothing() {
    let desk = Desk::new(
        "{\"match\":\"subscription\",\"reply\":{\"task\":\"payment_status\",\"confidence\":0.9,\"reason\":\"No.\"},\"times\":1}\n",
    );
    desk.write("caseworker.toml", "[settings.triage]\naudit_share = 1000000\n");
    let rows = [
        "Customer says their card was charged twice for the same subscription.",
        "My card was charged twice for the same thing",
        "Someone stole my card and used it",
    ];
    let row = |(at, text): (usize, &&str)| format!("{}\n", json!({ "id": at, "text": text, "customer_id": "cus_ada" }));
    desk.write("in.jsonl", rows.iter().enumerate().map(row).collect::<String>());
    desk.run("batch in.jsonl out.jsonl --data data --sandbox", 0);
    let (counted, _) = desk.run("agreement --data data", 0);
    assert_eq!((&counted["cases"], &counted["agreed"]["cases"]), (&json!(3), &json!(3)), "{counted}");
    assert_eq!(counted["by_task"]["dispute_summary"]["of_which"], 1, "{counted}");
    assert_eq!(counted["differences"]["dispute_summary > payment_status"], 1, "{counted}");
    let decided = fs::read_to_string(desk.folder.path().join("out.jsonl")).unwrap();
    assert!(!decided.contains(r#""decided_by":"claude""#) && !decided.contains("payment-agent"), "{decided}");
    // Three cases are no reason to speak of drift.
    let (drift, words) = desk.run("drift --data data", 0);
    assert_eq!((&drift["cases"], &drift["drifted"]), (&json!(3), &json!(false)), "{drift}");
    assert!(words.contains("say nothing"), "{words}");
}

#[test]
fn prompts_are_listed_counted_and_shown() {
    let desk = Desk::new("");
    let (listed, _) = desk.run("prompts list --count", 0);
    let listed = listed.as_array().unwrap();
    let used: Vec<&str> =
        listed.iter().filter(|one| one["in_use"] == true).map(|one| one["name"].as_str().unwrap()).collect();
    assert_eq!(used.len(), 3, "{used:?}");
    assert!(listed.iter().all(|one| one["counted_by"] == "api" && one["tokens"].as_u64() > Some(100)), "{listed:?}");
    let triage = listed.iter().find(|one| one["name"] == used[0]).unwrap();
    assert_eq!(triage["long_enough_for_the_cache"], true, "{triage}");
    desk.run(&format!("prompts show {}", used[0]), 0);
    desk.run("prompts show triage/none", 2);
}
