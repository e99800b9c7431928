//! `caseworker prompts`: which prompts this build has, by name and hash, and how long they are.

use bytes::Bytes;
use case::{
    draft,
    prompts::{PromptFile, PromptKind},
    triage,
};
use clap::Subcommand;
use claude::{
    endpoint::{Endpoint, OFFICIAL},
    price,
    request::{Effort, Prompt, count_request, read_count},
};
use serde_json::{Value, json};

use super::{Data, doctor};
use crate::{
    engine,
    exit::{Exit, Failure},
    output,
    settings::{Name, Settings},
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List every version with its hash and length
    List {
        /// Ask the Messages API how many tokens each has; that costs nothing, and needs a key
        #[arg(long)]
        count: bool,
    },
    /// Print one version as it goes to Claude
    Show {
        /// Its name, such as triage/v2
        name: String,
    },
}

impl Args {
    /// No folder is needed.
    pub(super) const fn data() -> Data {
        Data { data: None }
    }
}

/// Runs the command.
pub(super) async fn run(settings: &Settings, args: &Args) -> Result<(), Failure> {
    match &args.what {
        What::List { count } => list(settings, *count).await,
        What::Show { name } => {
            let mut all = PromptKind::ALL.into_iter().flat_map(PromptKind::versions);
            let found = all.find(|prompt| prompt.name == *name);
            let unknown =
                || Failure::new(Exit::Usage, format!("there is no prompt {name:?}; see `caseworker prompts list`"));
            output::line(found.ok_or_else(unknown)?.text.trim_end())
        }
    }
}

async fn list(settings: &Settings, count: bool) -> Result<(), Failure> {
    let mut shown = Vec::new();
    for kind in PromptKind::ALL {
        let (model, pinned) = asked(settings, kind);
        for file in kind.versions() {
            let prompt = prompt(kind, file, &model);
            let tokens = if count { Some(tokens(settings, &prompt).await?) } else { None };
            shown.push(row(file, &prompt, pinned == Some(file), tokens));
        }
    }
    output::pretty(&shown)
}

/// The model that a kind of prompt goes to, and the version that a case opened now is pinned to.
fn asked(settings: &Settings, kind: PromptKind) -> (String, Option<&'static PromptFile>) {
    let (config, own) = (&settings.config, &settings.config.settings);
    let model = config.model.clone().unwrap_or_else(|| desk::config::MODEL.to_owned());
    let (model, set) = match kind {
        PromptKind::Triage => (model, &own.triage.prompt),
        PromptKind::Extraction => (own.writing.model.clone().unwrap_or(model), &own.writing.extraction_prompt),
        PromptKind::Summary => (own.writing.model.clone().unwrap_or(model), &own.writing.summary_prompt),
    };
    (model, kind.pinned(kind.in_use(set.as_ref()).as_ref()))
}

/// What stays the same from case to case, with nothing of a customer's.
fn prompt(kind: PromptKind, file: &PromptFile, model: &str) -> Prompt {
    let schema = match kind {
        PromptKind::Triage => triage::prompt::schema(),
        PromptKind::Extraction => draft::fields::schema(),
        PromptKind::Summary => draft::prompt::schema(),
    };
    let (user, effort) = ("{}".to_owned(), Effort::Low);
    Prompt { model: model.to_owned(), max_tokens: 1, system: file.text.to_owned(), user, schema, effort }
}

fn row(file: &PromptFile, prompt: &Prompt, in_use: bool, tokens: Option<u64>) -> Value {
    // Four characters a token is how long English is; the service's own count is exact.
    let estimate = (file.text.chars().count() as u64).div_ceil(4);
    let known = tokens.unwrap_or(estimate);
    let cached = price::cached_from_tokens(&prompt.model).map(|least| known >= least);
    let mut row = json!({
        "name": file.name, "sha256": file.hash(), "in_use": in_use, "model": prompt.model,
        "bytes": file.text.len(), "tokens": known, "counted_by": if tokens.is_some() { "api" } else { "estimate" },
    });
    if let (Some(cached), Some(row)) = (cached, row.as_object_mut()) {
        row.insert("long_enough_for_the_cache".to_owned(), cached.into());
    }
    row
}

async fn tokens(settings: &Settings, prompt: &Prompt) -> Result<u64, Failure> {
    let no_key = || Failure::new(Exit::Settings, format!("counting needs a key: set {}", Name::AnthropicKey));
    let key = settings.api_key()?.ok_or_else(no_key)?;
    let base = settings.config.anthropic_base_url.as_deref().unwrap_or(OFFICIAL);
    let unusable = |why: String| Failure::new(Exit::Settings, why);
    let endpoint = Endpoint::parse(base).map_err(|error| unusable(error.to_string()))?;
    let request: http::Request<Bytes> =
        count_request(&endpoint, &key, prompt).map_err(|error| unusable(error.to_string()))?;
    let failed = |why: String| Failure::new(Exit::Outside, format!("{}: {why}", endpoint.authority()));
    let reply = doctor::call(&engine::http(settings)?, request).await.map_err(|error| failed(error.to_string()))?;
    read_count(reply.status().as_u16(), reply.headers(), reply.body()).map_err(|failure| failed(failure.to_string()))
}
