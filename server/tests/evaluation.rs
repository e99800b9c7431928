//! `caseworker eval` as a person meets it: what lies in the report's folder, how it ends, and who is asked what.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Words that no model has learnt, so that the local tier is never sure of them.
const STRANGE: &str = "zxcv qwpoeiru lkjasdf mnbzx";
const CARD: &str = "4111 1111 1111 1111";

/// A folder to work in, with nothing of this machine's settings in sight.
struct Desk(TempDir);

struct Ended {
    code: Option<i32>,
    out: String,
    words: String,
}

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

    fn rows(&self, name: &str, rows: &[(&str, &str)]) {
        let line = |(at, (text, task)): (usize, &(&str, &str))| {
            format!("{}\n", json!({ "id": at, "text": text, "task": task }))
        };
        self.write(name, rows.iter().enumerate().map(line).collect::<String>());
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.current_dir(self.0.path()).args(line.split_whitespace()).stdin(Stdio::null()).env_clear();
        command
    }

    fn eval(&self, line: &str) -> Ended {
        ended(&self.command(&format!("eval {line}")).output().unwrap())
    }

    /// With a key, and the stand-in in place of the Messages API.
    fn eval_with(&self, url: &str, line: &str) -> Ended {
        let mut command = self.command(&format!("eval {line}"));
        command.env("ANTHROPIC_API_KEY", "sk-ant-test").env("ANTHROPIC_BASE_URL", url);
        ended(&command.output().unwrap())
    }

    fn report(&self, folder: &str) -> Value {
        serde_json::from_str(&fs::read_to_string(self.path(folder).join("report.json")).unwrap()).unwrap()
    }

    fn predictions(&self, folder: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(folder).join("predictions.jsonl")).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

/// What became of the rows at the promised error in use.
fn in_use(report: &Value) -> &Value {
    let milestones = report["cascade"]["milestones"].as_array().unwrap();
    milestones.iter().find(|milestone| milestone["in_use"] == true).unwrap()
}

fn ended(output: &Output) -> Ended {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Ended { code: output.status.code(), out: text(&output.stdout), words: text(&output.stderr) }
}

impl Ended {
    #[track_caller]
    fn check(&self, code: i32, words: &str) {
        assert_eq!(self.code, Some(code), "{}\n{}", self.out, self.words);
        assert!(self.words.contains(words) || self.out.contains(words), "no {words:?}: {}\n{}", self.out, self.words);
    }
}

/// The stand-in for the Messages API, ended with the test.
struct StandIn(Child, String);

impl StandIn {
    fn start(desk: &Desk, options: &str) -> Self {
        let mut command = desk.command(&format!("sandbox --listen 127.0.0.1:0 {options}"));
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
        let url = lines.find_map(|line| line.split_once("listening on ").map(|(_, url)| url.to_owned())).unwrap();
        // Somebody must read what it says, or it would wait.
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, url)
    }
}

impl Drop for StandIn {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const ROWS: [(&str, &str); 6] = [
    ("Someone used my card, I do not recognise this payment", "fraud_check"),
    ("I was charged twice for the same subscription", "dispute_summary"),
    ("Where is my transfer?", "payment_status"),
    ("I can't verify my identity", "kyc_lookup"),
    ("what is the capital of france", "other"),
    ("My wallet was stolen with my card in it", "kyc_lookup"),
];

#[test]
fn the_folder_holds_figures_a_page_and_a_line_for_each_row_in_order() {
    let desk = Desk::new();
    desk.rows("rows.jsonl", &ROWS);
    desk.eval("rows.jsonl --report out/deep").check(0, "\"accuracy\": 0.833333");
    let predictions = desk.predictions("out/deep");
    let right = predictions.iter().filter(|line| line["label"] == line["predicted"]).count();
    assert_eq!((predictions.len(), right), (6, 5));
    for (at, line) in predictions.iter().enumerate() {
        let fields: Vec<&String> = line.as_object().unwrap().keys().collect();
        assert_eq!(fields, ["id", "label", "predicted", "probability", "accepted", "decided_by"]);
        assert_eq!((line["id"].as_u64(), line["label"].as_str()), (Some(at as u64), Some(ROWS[at].1)));
        assert_eq!(line["accepted"].as_bool().unwrap(), line["decided_by"] == "local");
    }
    let report = desk.report("out/deep");
    assert_eq!((&report["rows"], &report["accuracy"], &report["claude"]), (&json!(6), &json!(0.833_333), &Value::Null));
    assert_eq!(report["confusion"]["kyc_lookup"]["fraud_check"], 1);
    assert_eq!(report["mistakes"][0]["id"], 5);
    let page = fs::read_to_string(desk.path("out/deep/report.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.contains("My wallet was stolen"));
    let left: Vec<_> = fs::read_dir(desk.path("out/deep")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "{left:?}");
}

#[test]
fn a_run_below_the_bar_ends_with_one_and_has_its_report_all_the_same() {
    let desk = Desk::new();
    desk.rows("rows.jsonl", &ROWS);
    desk.eval("rows.jsonl --report out --fail-under 0.5").check(0, "macro_f1");
    desk.eval("rows.jsonl --report out --fail-under 0.99").check(1, "below 0.99");
    assert_eq!(desk.predictions("out").len(), 6);
    desk.eval("rows.jsonl --report out --fail-under 99").check(2, "share");
}

#[test]
fn bad_rows_are_named_by_line_without_their_text_and_the_good_ones_are_measured() {
    let desk = Desk::new();
    let good = r#"{"text": "Where is my transfer?", "label": "payment_status"}"#;
    desk.write("rows.jsonl", format!("{good}\n{{\"text\": \"{CARD}\"}}\n{CARD}\n\n{good}\n"));
    let ended = desk.eval("rows.jsonl --report out");
    ended.check(1, "line 2: `task`");
    ended.check(1, "line 3: the line is not one JSON object");
    assert!(!ended.words.contains("4111") && !ended.out.contains("4111"));
    let report = desk.report("out");
    assert_eq!(
        (&report["rows"], &report["notes"]["bad_rows"], &report["notes"]["repeated_texts"]),
        (&json!(2), &json!(2), &json!(1))
    );
    assert_eq!(desk.predictions("out")[1]["id"], 5, "an id is the line where there is none");
}

#[test]
fn without_a_row_there_is_no_report() {
    let desk = Desk::new();
    desk.write("empty.jsonl", "");
    desk.write("bad.jsonl", "{}\n");
    for file in ["empty.jsonl", "bad.jsonl", "nowhere.jsonl", "."] {
        desk.eval(&format!("{file} --report out")).check(2, file);
    }
    assert!(!desk.path("out/report.json").exists());
}

#[test]
fn hostile_rows_stay_text_and_personal_data_is_in_no_file() {
    let desk = Desk::new();
    let hostile = format!("<script>alert(1)</script> ada@example.com {CARD} where is my transfer");
    desk.rows("rows.jsonl", &[(&hostile, "kyc_lookup"), ("</body><h1>", "other"), ("\u{202e}\u{0}x", "other")]);
    desk.eval("rows.jsonl --report out").check(0, "rows");
    for file in ["report.json", "report.html", "predictions.jsonl"] {
        let text = fs::read_to_string(desk.path("out").join(file)).unwrap();
        assert!(!text.contains("4111") && !text.contains("ada@example"), "{file}");
        assert!(file == "report.json" || !text.contains("<script"), "{file}");
    }
}

#[test]
fn a_file_of_one_label_and_repeated_ids_is_measured_and_said_to_be_so() {
    let desk = Desk::new();
    desk.write(
        "rows.jsonl",
        "{\"id\":\"a\",\"text\":\"where is my transfer\",\"task\":\"payment_status\"}\n".repeat(3),
    );
    desk.eval("rows.jsonl --report out").check(0, "\"macro_f1\": 1.0");
    let notes = &desk.report("out")["notes"];
    assert_eq!((&notes["repeated_ids"], notes["labels_missing"].as_array().map(Vec::len)), (&json!(2), Some(4)));
    desk.eval("rows.jsonl --report again --compare out/predictions.jsonl").check(0, "no_difference_shown");
    assert_eq!(desk.report("again")["comparison"]["rows"], 3, "rows of one id are matched in their order");
}

#[test]
fn a_run_is_compared_with_a_model_and_with_another_run() {
    let desk = Desk::new();
    let many: Vec<(&str, &str)> = ROWS.iter().copied().cycle().take(60).collect();
    desk.rows("rows.jsonl", &many);
    let model = concat!(env!("CARGO_MANIFEST_DIR"), "/../case/model/triage.bin");
    desk.eval(&format!("rows.jsonl --report first --compare {model}")).check(0, "no_difference_shown");
    desk.eval(&format!("rows.jsonl --report own --model {model}")).check(0, "rows");
    assert_eq!(desk.report("own")["model"]["hash"], desk.report("first")["model"]["hash"]);
    // An earlier run that took every transfer for something else, and that did not see the last rows.
    let worse: Vec<String> = desk
        .predictions("first")
        .into_iter()
        .take(54)
        .map(|mut line| {
            if line["label"] == "payment_status" {
                line["predicted"] = json!("other");
            }
            line.to_string()
        })
        .collect();
    desk.write("worse.jsonl", worse.join("\n"));
    desk.eval("rows.jsonl --report second --compare worse.jsonl").check(0, "\"verdict\": \"better\"");
    let comparison = &desk.report("second")["comparison"];
    assert_eq!((&comparison["only_this_right"], &comparison["unmatched"]), (&json!(9), &json!(6)));
    desk.eval("rows.jsonl --report third --compare shipped").check(0, "no_difference_shown");
    desk.write("caseworker.toml", format!("[host]\nlocal_model = {model:?}\n"));
    desk.eval("rows.jsonl --report third").check(0, "rows");
    assert_eq!(desk.report("third")["model"]["name"], "triage.bin", "the configured one is taken by itself");
    desk.write("caseworker.toml", "[host]\nlocal_model = \"rows.jsonl\"\n");
    desk.eval("rows.jsonl --report third").check(3, "not a triage model");
    fs::remove_file(desk.path("caseworker.toml")).unwrap();
    desk.eval("rows.jsonl --report third --compare rows.jsonl").check(2, "neither a triage model");
    desk.eval("rows.jsonl --report third --model rows.jsonl").check(2, "not a triage model");
}

#[test]
fn another_model_is_held_to_the_promise_of_the_run() {
    let desk = Desk::new();
    desk.rows("rows.jsonl", &ROWS);
    desk.eval("rows.jsonl --report strict --promise 0.005 --compare shipped").check(0, "rows");
    desk.eval("rows.jsonl --report usual --compare shipped").check(0, "rows");
    let decided = |folder: &str, side: &str| desk.report(folder)["comparison"][side]["decided"].as_u64().unwrap();
    assert_eq!(decided("strict", "this"), decided("strict", "other"));
    assert!(decided("strict", "other") < decided("usual", "other"), "a stricter promise decides less");
}

#[test]
fn asking_is_priced_with_the_prompt_that_a_case_would_have() {
    let desk = Desk::new();
    desk.rows("rows.jsonl", &[(STRANGE, "other")]);
    let prompts = String::from_utf8(desk.command("prompts list").output().unwrap().stdout).unwrap();
    let prompts: Vec<Value> = serde_json::from_str(&prompts).unwrap();
    let at_most = |settings: &str| {
        desk.write("caseworker.toml", settings);
        desk.eval("rows.jsonl --report out").check(0, "rows");
        in_use(&desk.report("out"))["usd_per_thousand_at_most"].as_f64().unwrap()
    };
    let pinned = |name: &str| {
        let prompt = prompts.iter().find(|prompt| prompt["name"] == name).unwrap();
        let usd = at_most(&format!("[settings.triage]\nprompt = {}\n", prompt["sha256"]));
        (prompt["in_use"].as_bool().unwrap(), usd)
    };
    let (first, newest) = (pinned("triage/v1"), pinned("triage/v2"));
    assert_eq!((first.0, newest.0), (false, true));
    assert!(newest.1 > first.1, "{newest:?} {first:?}");
    assert_eq!(Some(at_most("")), Some(newest.1));
}

#[test]
fn claude_is_asked_where_the_local_tier_is_not_sure_and_what_it_cost_is_said() {
    let desk = Desk::new();
    desk.rows("rows.jsonl", &[ROWS[2], (STRANGE, "kyc_lookup"), ("qwpoeiru doubtful mnbzx", "kyc_lookup")]);
    let sure = json!({ "match": STRANGE, "reply": { "task": "kyc_lookup", "confidence": 0.95, "reason": "scripted" } });
    let unsure = json!({ "match": "doubtful", "reply": { "task": "other", "confidence": 0.3, "reason": "scripted" } });
    desk.write("script.jsonl", format!("{sure}\n{unsure}\n"));
    let stand_in = StandIn::start(&desk, "--strict --script script.jsonl");

    desk.eval("rows.jsonl --report alone --claude").check(3, "ANTHROPIC_API_KEY");
    desk.eval_with(&stand_in.1, "rows.jsonl --report out --claude").check(0, "usd_per_thousand");
    let decided: Vec<Value> = desk.predictions("out").iter().map(|line| line["decided_by"].clone()).collect();
    assert_eq!(decided, ["local", "claude", "human"]);
    let predictions = desk.predictions("out");
    assert_eq!((&predictions[1]["predicted"], &predictions[1]["probability"]), (&json!("kyc_lookup"), &json!(0.95)));
    assert_eq!((&predictions[2]["predicted"], &predictions[2]["accepted"]), (&json!("other"), &json!(false)));
    assert_eq!(predictions[2]["claude"], json!({ "label": "other", "confidence": 0.3 }));
    assert!(predictions[0].get("claude").is_none());
    let claude = &desk.report("out")["claude"];
    assert_eq!((&claude["asked"], &claude["answered"], &claude["decided"]), (&json!(2), &json!(2), &json!(1)));
    assert!(claude["usd"].as_f64().unwrap() > 0.0 && claude["input_tokens"].as_u64().unwrap() > 100);

    desk.eval_with(&stand_in.1, "--claude=all rows.jsonl --report all").check(0, "rows");
    let all = desk.report("all");
    assert_eq!(
        (&all["claude"]["asked"], desk.predictions("all")[0]["decided_by"].as_str()),
        (&json!(3), Some("local"))
    );
}

#[test]
fn a_spent_budget_and_an_api_that_is_down_leave_rows_to_a_person() {
    let desk = Desk::new();
    let rows: Vec<(String, &str)> = (0..40).map(|at| (format!("{STRANGE} {at}"), "other")).collect();
    let rows: Vec<(&str, &str)> = rows.iter().map(|(text, task)| (text.as_str(), *task)).collect();
    desk.rows("rows.jsonl", &rows);
    desk.write("script.jsonl", json!({ "match": "mnbzx 7", "reply": "no", "status": 400 }).to_string());
    let stand_in = StandIn::start(&desk, "--script script.jsonl");
    desk.eval_with(&stand_in.1, "rows.jsonl --report none --claude --budget 0").check(0, "rows");
    assert_eq!(desk.report("none")["claude"]["asked"], 0);
    assert_eq!(in_use(&desk.report("none"))["not_asked"], 40);

    desk.eval_with(&stand_in.1, "rows.jsonl --report few --claude --budget 0.002").check(0, "rows");
    let report = desk.report("few");
    let (asked, usd) = (report["claude"]["asked"].as_u64().unwrap(), report["claude"]["usd"].as_f64().unwrap());
    assert!(0 < asked && asked < 40 && usd <= 0.002, "{asked} for {usd}");
    assert!(fs::read_to_string(desk.path("few/report.html")).unwrap().contains("the budget was spent"));

    desk.eval_with(&stand_in.1, "rows.jsonl --report all --claude").check(0, "rows");
    let failed = &desk.predictions("all")[7];
    assert_eq!((&failed["decided_by"], &desk.report("all")["claude"]["answered"]), (&json!("human"), &json!(39)));
}
