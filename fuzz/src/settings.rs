//! What operators write: `.env` and `caseworker.toml`. Neither may be repeated in an error, for both may hold a secret.

use server::parsers;

use crate::{Target, text, texts};

/// A `.env` file.
pub(crate) const DOT_ENV: Target =
    Target { name: "dot_env", reads: "`.env` files", seeds: dot_env_seeds, run: dot_env };

/// The settings file.
pub(crate) const SETTINGS: Target =
    Target { name: "settings", reads: "`caseworker.toml`", seeds: settings_seeds, run: settings };

/// A secret that is planted in the seeds.
const SECRET: &str = "sk-ant-planted-secret";

fn dot_env_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "ANTHROPIC_API_KEY=sk-ant-planted-secret\nCASEWORKER_LOG=info\n",
        "# words\nexport CASEWORKER_API_KEY=\"sk-ant-planted-secret\"\r\nOTHER='a b'\n\nEMPTY=\n",
        "A=${B:-sk-ant-planted-secret}\nB=$A\\n\nC=\"two\nlines\"\n",
        "sk-ant-planted-secret\n",
    ])
}

fn dot_env(bytes: &[u8]) {
    if let Err(problem) = parsers::dot_env(bytes) {
        assert!(!problem.contains(SECRET), "an error shows what the file holds: {problem}");
    }
}

fn settings_seeds() -> Vec<Vec<u8>> {
    texts(&[
        "[sources]\nledger = \"https://ledger.bank.example\"\n[settings.triage]\nclaude_min = 0.7\n[host]\nlisten = \"127.0.0.1:8787\"\n",
        "insecure_hosts = [\"bank\"]\n[breaker]\nfailures = 5\n",
        "[host]\nmaster_key_file = 7\napi_key = \"sk-ant-planted-secret\"\n",
    ])
}

fn settings(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Err(problem) = parsers::settings(text) {
        assert!(!problem.contains(SECRET), "an error shows what the file holds: {problem}");
    }
}
