//! Every code has its page in `docs/errors/`, and every page its code.

use std::{collections::BTreeSet, fs, path::PathBuf};

use desk::problem::Code;
use serde_json::Value;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/errors")
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{}.md", code.name())).collect();
    let files = fs::read_dir(folder()).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let pages: BTreeSet<String> = files.filter(|name| name != "README.md").collect();
    assert_eq!(pages, codes);
}

#[test]
fn each_page_says_the_title_and_status_that_are_answered_and_shows_one_such_problem() {
    let index = fs::read_to_string(folder().join("README.md")).unwrap();
    for code in Code::ALL {
        let (name, title, status) = (code.name(), code.title(), code.status().as_u16());
        let page = fs::read_to_string(folder().join(format!("{name}.md"))).unwrap();
        assert!(page.starts_with(&format!("# {name}: {title}\n\nHTTP status {status}.\n")), "{name}");
        let heads: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("## ")).collect();
        assert_eq!(heads, ["What happened", "Why", "What to do", "Example"], "{name}");
        let example = page.split("```json\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let example: Value = serde_json::from_str(example).unwrap();
        assert_eq!((&example["code"], &example["title"]), (&name.as_str().into(), &title.into()), "{name}");
        assert_eq!(example["status"], status, "{name}");
        assert!(index.contains(&format!("| [{name}]({name}.md) | {status} | {title} |")), "{name} in the index");
    }
}
