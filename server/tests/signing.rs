//! Signing keys and signing in as a person meets them on the command line: what is printed, what a signed command may, and
//! what the doctor says of an issuer.

#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    process::{Child, Command, Output, Stdio},
    thread,
};

use desk::{
    signature::{Secret, grant_hash},
    vault::MasterKey,
};
use serde_json::Value;
use tempfile::TempDir;

/// The master key of every test: that of the examples in the guide.
fn master() -> String {
    "0f".repeat(32)
}

fn command(folder: &TempDir, line: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caseworker"));
    command.current_dir(folder.path()).args(line.split_whitespace()).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["ANTHROPIC_", "CASEWORKER_", "CLOUDFLARE_"].iter().any(|start| text.starts_with(start)) {
            command.env_remove(&name);
        }
    }
    command.env("CASEWORKER_MASTER_KEY", master());
    command
}

fn run(folder: &TempDir, line: &str) -> Output {
    command(folder, line).output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn signing_key(folder: &TempDir) -> Value {
    json(&run(folder, "keys create --signing --tenant acme --subject webhook --role submitter"))
}

#[test]
fn a_signing_key_is_an_id_and_a_secret_that_follows_from_the_master_key() {
    let folder = TempDir::new().unwrap();
    let made = signing_key(&folder);
    let id = made["id"].as_str().unwrap();
    assert_eq!(made["secret"], Secret::of_key(&MasterKey::parse(&master()).unwrap(), id).reveal());
    assert_eq!(made["hash"], grant_hash(id).as_str());
    assert_eq!(made["grant"]["actor"]["role"], "submitter");
    assert!(made.get("key").is_none());
    assert_eq!(json(&run(&folder, "keys list"))["id"], id);
    assert_eq!(json(&run(&folder, "keys grants"))[grant_hash(id).as_str()], made["grant"]);
    let database = fs::read(folder.path().join("caseworker-data/cases.sqlite3")).unwrap();
    let secret = made["secret"].as_str().unwrap().as_bytes();
    assert!(!database.windows(secret.len()).any(|bytes| bytes == secret), "the secret is stored");
}

#[test]
fn an_agents_secret_is_shown_as_often_as_it_is_asked_for() {
    let folder = TempDir::new().unwrap();
    for _ in 0..2 {
        let shown = json(&run(&folder, "agents secret merchants"));
        assert_eq!(shown["secret"], "74746cd70e2e9b89072047ade92bc5e7bec099fcd162186d83f68e11b5b5fd46");
    }
    assert_eq!(run(&folder, "agents secret mer.chants").status.code(), Some(2));
}

/// A host that is served, with its address.
struct Served(Child, String);

impl Served {
    fn start(folder: &TempDir) -> Self {
        let mut serve = command(folder, "serve --listen 127.0.0.1:0").stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(serve.stderr.take().unwrap()).lines().map_while(Result::ok);
        let url = lines.find_map(|line| line.split_once("listening on ").map(|(_, url)| url.to_owned())).unwrap();
        // Whatever else it says must not fill the pipe.
        thread::spawn(move || lines.for_each(drop));
        Self(serve, url)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_command_signs_what_it_sends_and_a_wrong_secret_is_told_without_it() {
    let folder = TempDir::new().unwrap();
    let made = signing_key(&folder);
    let (id, secret) = (made["id"].as_str().unwrap(), made["secret"].as_str().unwrap());
    let served = Served::start(&folder);
    let handle = |key: &str| {
        let mut handle = command(&folder, "handle --customer cus_ada --worker");
        handle.arg(&served.1).arg("I see two charges of 49.99 from Streamly.").env("CASEWORKER_SIGNING_KEY", key);
        handle.output().unwrap()
    };
    let done = json(&handle(&format!("{id}:{secret}")));
    assert_eq!(done["orchestration"]["routed_to"], "dispute-agent");
    let other = "ab".repeat(32);
    let refused = handle(&format!("{id}:{other}"));
    let words = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{words}");
    assert!(
        words.contains("signature") && words.contains("CASEWORKER_SIGNING_KEY") && !words.contains(&other),
        "{words}"
    );
    for malformed in [secret, id, "sig_x:short", "a b:c"] {
        let words = handle(malformed);
        let words = String::from_utf8_lossy(&words.stderr).into_owned();
        assert!(words.contains("CASEWORKER_SIGNING_KEY") && !words.contains(secret), "{words}");
    }
}

/// Answers every request with this body, as JSON; its address.
fn issuer(body: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/keys", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let _ = stream.read(&mut [0; 4_096]);
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
            let _ = write!(stream, "{head}content-length: {}\r\n\r\n{body}", body.len());
        }
    });
    url
}

#[test]
fn the_doctor_says_of_each_issuer_whether_its_keys_can_be_read() {
    let folder = TempDir::new().unwrap();
    // The example key of RFC 7517.
    let good = issuer(
        r#"{"keys":[{"kty":"EC","crv":"P-256","kid":"1","use":"sig","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}"#,
    );
    let page = issuer("<html>");
    let none = "http://127.0.0.1:9/keys";
    let entry = |issuer: &str, algorithm: &str, url: &str| {
        format!(
            "[[sign_in]]\nissuer = \"{issuer}\"\naudience = \"a\"\nalgorithms = [\"{algorithm}\"]\nkeys_url = \"{url}\"\n\
             tenant = \"acme\"\nsubject = \"email\"\nroles = [{{ claim = \"email\", value = \"*\", role = \"analyst\" }}]\n"
        )
    };
    let settings = [
        entry("https://good.example", "ES256", &good),
        entry("https://other.example", "RS256", &good),
        entry("https://page.example", "RS256", &page),
        entry("https://none.example", "RS256", none),
        entry("https://team.cloudflareaccess.com", "ES256", &good),
    ];
    fs::write(folder.path().join("caseworker.toml"), settings.concat()).unwrap();
    let report = run(&folder, "doctor");
    let found = |check: &str| {
        let lines = String::from_utf8_lossy(&report.stdout);
        let lines = lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut lines = lines.filter(|line| line["check"] == format!("sign-in https://{check}"));
        let line = lines.next();
        line.map(|line| (line["result"].as_str().unwrap().to_owned(), line["detail"].as_str().unwrap().to_owned()))
    };
    assert_eq!(found("good.example keys"), Some(("ok".to_owned(), "1 keys can be used".to_owned())));
    assert_eq!(found("good.example audience").unwrap().0, "ok");
    for (check, says) in [
        ("other.example keys", "no key for RS256"),
        ("page.example keys", "no key that can be used"),
        ("none.example keys", "`keys_url`"),
        ("team.cloudflareaccess.com audience", "AUD tag"),
    ] {
        let (result, detail) = found(check).unwrap();
        assert!(result == "problem" && detail.contains(says), "{check}: {result}, {detail}");
    }
}
