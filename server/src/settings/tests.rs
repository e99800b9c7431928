//! Settings that cannot be used: each error names its place, and none repeats a value.

use std::{fs, path::Path};

use claude::key::ApiKey;
use tempfile::TempDir;

use super::{Environment, HostSettings, Name, Settings, check_url, environment, file};
use desk::config::Config;

fn toml_error(text: &str) -> String {
    file::parse(Path::new("caseworker.toml"), text).unwrap_err().to_string()
}

#[test]
fn a_settings_file_is_read_in_both_its_parts() {
    let text = "
cors_origins = [\"https://desk.example\"]
[settings]
ledger_days = 90
[settings.triage]
max_tokens = 300
[sources]
ledger = \"https://ledger.internal\"
[host]
listen = \"127.0.0.1:9000\"
";
    let (config, host) = file::parse(Path::new("caseworker.toml"), text).unwrap();
    assert_eq!((config.settings.ledger_days, config.settings.triage.max_tokens), (90, 300));
    assert_eq!(config.sources["ledger"], "https://ledger.internal");
    assert_eq!(host.listen.as_deref(), Some("127.0.0.1:9000"));
}

#[test]
fn errors_in_the_settings_file_name_file_line_and_key() {
    let error = toml_error("\n[settings]\nledger_days = \"many\"\n");
    assert!(error.starts_with("caseworker.toml, line 3: `settings.ledger_days`: expected"), "{error}");
    let error = toml_error("[settings]\n\nledger_dayz = 3\n");
    assert!(error.starts_with("caseworker.toml, line 3: ") && error.contains("ledger_dayz"), "{error}");
    let error = toml_error("model = \"m\"\n[host]\nport = 3\n");
    assert!(error.starts_with("caseworker.toml, line 3: ") && error.contains("unknown field `port`"), "{error}");
    let error = toml_error("[host]\nlisten = 3\n");
    assert!(error.starts_with("caseworker.toml, line 2: `host.listen`: "), "{error}");
    let error = toml_error("a = 1\nb = = 2\n");
    assert!(error.starts_with("caseworker.toml, line 2: "), "{error}");
    let error = toml_error("anthropic_api_key = \"sk-secret\"\n");
    assert!(error.contains("unknown field") && !error.contains("sk-secret"), "{error}");
}

#[test]
fn a_value_in_the_wrong_place_is_not_repeated() {
    let texts = [
        "cors_origins = \"SECRET\"",
        "settings = \"SECRET\"",
        "[settings.triage]\nalone_min = \"SECRET\"",
        "[settings]\nledger_days = \"SECRET, expected more\"",
        "[settings.approvals]\ninform = \"SECRET\"",
    ];
    for text in texts {
        let error = toml_error(text);
        assert!(!error.contains("SECRET") && error.contains("expected"), "{error}");
    }
}

#[test]
fn a_malformed_env_file_names_the_line_and_never_its_content() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".env");
    for text in
        ["A=1\n\nANTHROPIC_API_KEY sk-secret\n", "A=1\nB=2\nKEY=sk-secret more sk-secret\n", "A=1\nB=2\nC='sk-secret\n"]
    {
        fs::write(&path, text).unwrap();
        let error = environment::read_file(&path).unwrap_err().to_string();
        assert!(error.contains(", line 3: "), "{text}: {error}");
        assert!(!error.contains("sk-secret") && error.contains("NAME=value"), "{error}");
    }
    fs::write(&path, b"A=1\nB=\xff\n").unwrap();
    let error = environment::read_file(&path).unwrap_err().to_string();
    assert!(error.contains("line 2 is not UTF-8"), "{error}");
    assert!(environment::read_file(folder.path()).is_err());
    assert_eq!(environment::read_file(&folder.path().join("none")).unwrap(), []);
}

#[test]
fn an_env_file_is_read_with_quotes_comments_and_exports() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(".env");
    fs::write(&path, "\u{feff}# a comment\nexport A=1\nB=\"two words\"\n").unwrap();
    let pairs = environment::read_file(&path).unwrap();
    assert_eq!(pairs, [("A".to_owned(), "1".to_owned()), ("B".to_owned(), "two words".to_owned())]);
}

#[test]
fn secrets_are_not_shown() {
    let environment = Environment::of(&[(Name::AnthropicKey, "sk-secret"), (Name::Data, "elsewhere")]);
    assert!(!format!("{environment:?}").contains("sk-secret"));
    let settings = Settings {
        config: Config::default(),
        host: HostSettings::default(),
        environment: Environment::of(&[(Name::AnthropicKey, "\"sk-secret\"")]),
        data: "d".into(),
    };
    let error = settings.api_key().unwrap_err().to_string();
    assert!(error.starts_with("ANTHROPIC_API_KEY: ") && !error.contains("sk-secret"), "{error}");
    assert!(ApiKey::parse("sk-fine").is_ok());
}

#[test]
fn the_master_key_lies_beside_the_data_folder_and_not_in_it() {
    let mut settings = Settings {
        config: Config::default(),
        host: HostSettings::default(),
        environment: Environment::default(),
        data: "deep/data".into(),
    };
    assert_eq!(settings.master_key_file(), Path::new("deep/data.key"));
    settings.host.master_key_file = Some("safe/key".into());
    assert_eq!(settings.master_key_file(), Path::new("safe/key"));
}

#[test]
fn the_flag_wins_over_the_environment_and_that_over_the_file() {
    let mut settings = Settings {
        config: Config::default(),
        host: HostSettings { worker_url: Some("https://file.example".into()), ..HostSettings::default() },
        environment: Environment::of(&[(Name::WorkerUrl, "https://environment.example/")]),
        data: "d".into(),
    };
    let url = |settings: &Settings, flag| settings.worker_url(flag).unwrap().unwrap();
    assert_eq!(url(&settings, Some("https://flag.example//")), "https://flag.example");
    assert_eq!(url(&settings, None), "https://environment.example");
    settings.environment = Environment::default();
    assert_eq!(url(&settings, None), "https://file.example");
    settings.host.worker_url = None;
    assert_eq!(settings.worker_url(None).unwrap(), None);
}

#[test]
fn a_base_url_that_could_mislead_is_refused_without_being_repeated() {
    for url in ["", "ledger", "ftp://x", "https://", "https://u:hunter2@x", "https://x?key=hunter2", "http://x#hunter2"]
    {
        let error = check_url("host.worker_url", url).unwrap_err().to_string();
        assert!(error.starts_with("host.worker_url: ") && !error.contains("hunter2"), "{error}");
    }
    check_url("host.worker_url", " http://127.0.0.1:1/x/v1/ ").unwrap();
}
