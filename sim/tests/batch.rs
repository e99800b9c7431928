//! `caseworker batch` over real customers' sentences: one line out for each line in, and labels that are right.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail loudly")]

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::Value;
use sim::hosts::native::caseworker;

const DEV: &str = "../data/requests/dev.jsonl";
/// The share of BANKING77 rows that must be labelled right.
const ACCURACY_LEAST: f64 = 0.965;

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_batch_of_real_requests_has_one_line_out_for_each_line_in_and_its_labels_are_right() {
    let folder = tempfile::tempdir().unwrap();
    let input = fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join(DEV)).unwrap();
    let output = folder.path().join("out.jsonl");
    let mut command = caseworker(folder.path()).unwrap();
    let status = command.args(["batch", input.to_str().unwrap(), "out.jsonl", "--data", "data"]).status().unwrap();
    assert!(status.success(), "{status}");

    let (asked, answered) = (lines(&input), lines(&output));
    let ids = |rows: &[Value]| rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    assert_eq!(ids(&asked), ids(&answered), "one line out for each line in, in order");

    let mut tally: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for (row, answer) in asked.iter().zip(&answered) {
        let source = row["source"].as_str().unwrap().split('/').next().unwrap().to_owned();
        let (right, all) = tally.entry(source).or_default();
        *all += 1;
        *right += u32::from(answer["classification"]["task"] == row["task"]);
    }
    for (source, (right, all)) in &tally {
        println!("{source}: {right} of {all} right, {:.4}", f64::from(*right) / f64::from(*all));
    }
    let (right, all) = tally["banking77"];
    assert!(f64::from(right) / f64::from(all) >= ACCURACY_LEAST, "{right} of {all}");
}
