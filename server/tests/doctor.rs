//! `caseworker doctor` before a Worker: what is wrong is named, with the remedy, for servers that are wrong on purpose and
//! for a real one that is right. `handle` in short says the same.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where something is not as it must be")]

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

/// What a server answers to a request's head.
type Answer = fn(&str) -> (u16, &'static str, String);

/// Serves on loopback until the test's process ends.
fn serve(answer: Answer) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming() {
            let _ = reply(&mut stream.unwrap(), answer);
        }
    });
    url
}

fn reply(stream: &mut TcpStream, answer: Answer) -> std::io::Result<()> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte)? == 1 {
        head.push(byte[0]);
    }
    let (status, headers, body) = answer(&String::from_utf8_lossy(&head).to_lowercase());
    let length = body.len();
    let answer = format!("HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}");
    stream.write_all(answer.as_bytes())
}

/// Every line about the Worker, by its check.
fn doctor(url: &str, key: Option<&str>, settings: &str) -> Vec<Value> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("caseworker.toml"), settings).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
    command.args(["doctor", "--worker", url]).current_dir(&folder).env_clear();
    if let Some(key) = key {
        command.env("CASEWORKER_API_KEY", key);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!key.is_some_and(|key| text.contains(key)), "a key is shown: {text}");
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["check"].as_str().unwrap().starts_with("worker")).collect()
}

#[track_caller]
fn check(lines: &[Value], check: &str, result: &str, words: &str) {
    let line = lines.iter().find(|line| line["check"] == check);
    let line = line.unwrap_or_else(|| panic!("no line for {check}: {lines:?}"));
    assert!(line["result"] == result && line["detail"].as_str().unwrap().contains(words), "{line}");
    assert!(result == "ok" || line["remedy"].as_str().is_some_and(|remedy| !remedy.is_empty()), "{line}");
}

const JSON: &str = "content-type: application/json\r\n";

fn problem(status: u16, code: &str) -> (u16, &'static str, String) {
    (status, JSON, json!({ "code": code, "detail": "why" }).to_string())
}

fn ready(core: u32) -> (u16, &'static str, String) {
    (200, JSON, json!({ "status": "ready", "core": core, "version": "0.1.0" }).to_string())
}

#[test]
fn what_stands_in_a_workers_place_is_told_apart() {
    let cases: [(Answer, &str, &str); 5] = [
        (|_| (200, "content-type: text/html\r\n", "<h1>Sign in</h1>".to_owned()), "", "with a page"),
        (|_| (404, JSON, "{}".to_owned()), "/v1", "not as a Caseworker"),
        (
            |_| (302, "location: https://acme.cloudflareaccess.com/cdn-cgi/access/login\r\n", String::new()),
            "",
            "Access stands before it",
        ),
        (|_| (500, "content-type: text/html\r\n", "error code: 1101".to_owned()), "", "the Worker failed"),
        (|_| problem(503, "CW202"), "", "not set up: why"),
    ];
    for (answer, path, words) in cases {
        let lines = doctor(&format!("{}{path}", serve(answer)), None, "");
        check(&lines, "worker", "problem", words);
        assert_eq!(lines.len(), 1, "nothing else can be said: {lines:?}");
    }
    check(&doctor("http://127.0.0.1:1", None, ""), "worker", "problem", "nothing answers there");
}

#[test]
fn an_old_deployment_another_contract_and_an_open_door_are_found() {
    let url = serve(|head| match head {
        _ if head.starts_with("get /readyz") => ready(1),
        _ if head.starts_with("options") => (204, "access-control-allow-origin: *\r\n", String::new()),
        _ if head.starts_with("get /openapi.json") => {
            (200, JSON, json!({ "paths": { "/old": { "get": {} } } }).to_string())
        }
        _ => problem(401, "CW200"),
    });
    let lines = doctor(&url, None, "cors_origins = [\"https://desk.example\"]\n");
    check(&lines, "worker version", "problem", "old deployment");
    check(&lines, "worker key", "problem", "wants a key, and none is set");
    check(&lines, "worker cors", "problem", "pages of any site");
    check(&lines, "worker cors https://desk.example", "problem", "does not let it in");
    check(&lines, "worker api", "problem", "another contract: it has no ");
}

#[test]
fn a_key_that_is_refused_and_a_header_that_is_lost_are_told_apart() {
    let refusing = serve(|head| match head {
        _ if head.starts_with("get /readyz") => ready(case::case::CORE),
        _ if head.contains("authorization: cw1-") => problem(401, "CW203"),
        _ => problem(401, "CW200"),
    });
    check(&doctor(&refusing, Some("cw_secret"), ""), "worker key", "problem", "the key is refused");
    let losing = serve(|head| match head {
        _ if head.starts_with("get /readyz") => ready(case::case::CORE),
        _ => problem(401, "CW200"),
    });
    check(&doctor(&losing, Some("cw_secret"), ""), "worker key", "problem", "does not arrive");
    let taking = serve(|head| match head {
        _ if head.starts_with("get /readyz") => ready(case::case::CORE),
        _ if head.contains("authorization: bearer cw_secret") => problem(403, "CW201"),
        _ => problem(401, "CW200"),
    });
    check(&doctor(&taking, Some("cw_secret"), ""), "worker key", "ok", "may not list");
}

#[test]
fn handle_says_what_is_wrong_with_a_worker_and_where_to_learn_more() {
    let cases: [(Answer, &str); 3] = [
        (|_| (404, JSON, "{}".to_owned()), "not as a Caseworker answers"),
        (|_| (200, "content-type: text/html\r\n", "<h1>Sign in</h1>".to_owned()), "no JSON"),
        (|_| problem(401, "CW200"), "CASEWORKER_API_KEY"),
    ];
    let handle = |url: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
        command.args(["handle", "charged twice", "--worker", url]).current_dir(&folder).env_clear();
        let output = command.output().unwrap();
        assert!(!output.status.success());
        String::from_utf8(output.stderr).unwrap()
    };
    for (answer, words) in cases {
        let said = handle(&serve(answer));
        assert!(said.contains(words), "{said}");
    }
    let said = handle("http://127.0.0.1:1");
    assert!(said.contains("did not answer") && said.contains("caseworker doctor"), "{said}");
}

/// A host that ends with the test.
struct Host(Child);

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn nothing_is_wrong_with_a_host_that_is_right() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("caseworker.toml"), "cors_origins = [\"https://desk.example\"]\n").unwrap();
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
    command.args(["serve", "--listen", &address.to_string()]).current_dir(&folder).env_clear();
    let _host = Host(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    let until = Instant::now() + Duration::from_secs(30);
    while TcpStream::connect(address).is_err() && Instant::now() < until {
        thread::sleep(Duration::from_millis(20));
    }
    let lines = doctor(&format!("http://{address}"), None, "cors_origins = [\"https://desk.example\"]\n");
    assert_eq!(lines.len(), 7, "{lines:?}");
    for line in &lines {
        assert_eq!(line["result"], "ok", "{line}");
    }
}
