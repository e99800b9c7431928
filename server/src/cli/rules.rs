//! `caseworker rules`: rule packs without a case. Lists them, checks one, and works out dates by one.

mod dates;

use std::path::{Path, PathBuf};

use case::{
    ids::Digest,
    rules::{
        Rulebook,
        check::{self, Problem},
        pack::Pack,
    },
};
use clap::Subcommand;
use serde_json::{Value, json};

use super::Data;
use crate::{
    exit::{Exit, Failure},
    limits, output,
    settings::Settings,
};

/// The arguments.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the packs and rules that a case opened now would be worked by
    List,
    /// Check a pack and say everything that is wrong with it
    Check {
        /// A file, or the name of a shipped pack
        pack: String,
        /// Print it as it stands in caseworker.toml instead
        #[arg(long)]
        toml: bool,
    },
    /// Work out when the clocks of a pack are due
    Dates(dates::Args),
}

impl Args {
    /// The settings' folder, which no rule needs.
    pub(super) const fn data() -> Data {
        Data { data: None }
    }

    /// Whether the settings are needed.
    pub(super) const fn needs_settings(&self) -> bool {
        matches!(self.what, What::List)
    }
}

/// Runs the command. `settings` are read for the list only.
pub(super) fn run(settings: Option<&Settings>, args: &Args) -> Result<(), Failure> {
    match &args.what {
        What::List => list(settings),
        What::Check { pack, toml: false } => check_pack(pack),
        What::Check { pack, toml: true } => output::line(&as_toml(&usable(pack)?)?),
        What::Dates(args) => dates::run(args),
    }
}

fn list(settings: Option<&Settings>) -> Result<(), Failure> {
    let rules = settings.map(|settings| settings.config.settings.rules.clone()).unwrap_or_default();
    let book = Rulebook::current(&rules).map_err(|problem| Failure::new(Exit::Settings, problem.to_string()))?;
    let mut packs = Vec::new();
    for (pin, pack) in book.pins().iter().zip(book.packs()) {
        let rules: Vec<Value> = book
            .rules()
            .filter(|found| found.pack.pack == pack.pack)
            .map(|found| {
                json!({
                    "rule": found.name(), "title": found.rule.title, "citation": found.rule.citation,
                    "source": found.rule.source, "confidence": found.rule.confidence, "in_force": found.force,
                    "effective_from": found.rule.effective_from, "effective_until": found.rule.effective_until,
                    "note": found.rule.note,
                })
            })
            .collect();
        packs.push(json!({
            "pack": pack.pack, "version": pack.version, "hash": pin.hash, "title": pack.title,
            "jurisdiction": pack.jurisdiction, "disclaimer": pack.disclaimer, "rules": rules,
        }));
    }
    output::words("none of this is legal advice; rules that are `marked` need a word with your counsel");
    output::pretty(&json!({ "home": rules.home, "packs": packs }))
}

fn check_pack(name: &str) -> Result<(), Failure> {
    let read = match find(name)? {
        Named::Shipped(pack) => Ok(pack.clone()),
        Named::File(text) => check::read(&text),
    };
    let (pack, problems) = match read {
        Ok(pack) => (Some(pack), Vec::new()),
        Err(problems) => (None, problems),
    };
    for problem in &problems {
        output::words(&format!("{name}: {problem}"));
    }
    let shown: Vec<Value> = problems.iter().map(show_problem).collect();
    output::pretty(&json!({
        "pack": pack.as_ref().map(|pack| &pack.pack), "version": pack.as_ref().map(|pack| pack.version),
        "hash": pack.as_ref().and_then(|pack| hash(name, pack)), "rules": pack.as_ref().map(|pack| pack.rules.len()),
        "problems": shown,
    }))?;
    match problems.len() {
        0 => Ok(()),
        1 => Err(Failure::new(Exit::Found, "1 problem")),
        count => Err(Failure::new(Exit::Found, format!("{count} problems"))),
    }
}

/// The hash under which a case pins the pack.
fn hash(name: &str, pack: &Pack) -> Option<Digest> {
    let of = |book: &Rulebook| book.pins().into_iter().find(|pin| pin.pack == pack.pack).map(|pin| pin.hash);
    match Rulebook::shipped().pack(name) {
        Some(_) => of(Rulebook::shipped()),
        None => Rulebook::trial(pack, false).ok().as_ref().and_then(of),
    }
}

/// A pack as it stands in the native host's settings.
fn as_toml(pack: &Pack) -> Result<String, Failure> {
    let settings = json!({ "settings": { "rules": { "own": [pack] } } });
    toml::to_string(&settings).map_err(|error| Failure::new(Exit::Usage, error.to_string()))
}

fn show_problem(problem: &Problem) -> Value {
    json!({ "place": problem.place, "what": problem.what.to_string() })
}

/// What a name on the command line means.
enum Named {
    Shipped(&'static Pack),
    File(String),
}

/// A shipped pack of the name, else the file.
fn find(name: &str) -> Result<Named, Failure> {
    if let Some(pack) = Rulebook::shipped().pack(name) {
        return Ok(Named::Shipped(pack));
    }
    let path = PathBuf::from(name);
    if !path.exists() {
        let names: Vec<&str> = Rulebook::shipped().packs().map(|pack| pack.pack.as_str()).collect();
        let message = format!("{name} is neither a file nor a shipped pack; those are {}", names.join(", "));
        return Err(Failure::new(Exit::Usage, message));
    }
    read_file(&path).map(Named::File)
}

fn read_file(path: &Path) -> Result<String, Failure> {
    let size = std::fs::metadata(path).map_err(|error| Failure::file(path, &error))?.len();
    if size > limits::PACK_BYTES {
        return Err(Failure::new(Exit::Usage, format!("{}: larger than {} bytes", path.display(), limits::PACK_BYTES)));
    }
    std::fs::read_to_string(path).map_err(|error| Failure::file(path, &error))
}

/// A pack that passes the checker.
fn usable(name: &str) -> Result<Pack, Failure> {
    match find(name)? {
        Named::Shipped(pack) => Ok(pack.clone()),
        Named::File(text) => check::read(&text).map_err(|problems| {
            let first = problems.first().map(ToString::to_string).unwrap_or_default();
            Failure::new(Exit::Found, format!("{name}: {first}; `caseworker rules check` says everything"))
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> (tempfile::TempDir, String) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("own.json");
        std::fs::write(&path, text).unwrap();
        (folder, path.display().to_string())
    }

    #[test]
    fn a_shipped_pack_passes_and_a_broken_file_is_found_wrong() {
        assert!(check_pack("us-reg-e").is_ok());
        let text = serde_json::to_string(Rulebook::shipped().pack("uk-app").unwrap()).unwrap();
        let (_folder, path) = written(&text);
        assert!(check_pack(&path).is_ok());
        let (_folder, path) = written(&text.replace("\"uk-app\"", "\"UK\"").replace("\"claim\"", "\"c\""));
        let failure = check_pack(&path).unwrap_err();
        assert_eq!((failure.exit, failure.message.as_str()), (Exit::Found, "2 problems"));
        let (_folder, path) = written("{");
        assert_eq!(check_pack(&path).unwrap_err().exit, Exit::Found);
    }

    #[test]
    fn a_pack_can_be_pasted_into_the_settings() {
        for pack in Rulebook::shipped().packs() {
            let text = as_toml(pack).unwrap();
            let config: desk::config::Config = toml::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
            assert_eq!(config.settings.rules.own, std::slice::from_ref(pack));
        }
    }

    #[test]
    fn the_guide_s_examples_are_used_as_they_stand() {
        let guide = include_str!("../../../docs/guide/rules.md");
        let block = |language: &str| {
            let (_, rest) = guide.split_once(&format!("```{language}\n")).unwrap();
            rest.split_once("```").unwrap().0
        };
        let pack = check::read(block("json")).unwrap();
        assert!(Rulebook::trial(&pack, false).is_ok());
        let config: desk::config::Config = toml::from_str(block("toml")).unwrap();
        assert_eq!(config.settings.rules.changes.len(), 1);
        assert_eq!(config.settings.check(), Ok(()));
    }

    #[test]
    fn a_name_that_is_nothing_is_told_what_there_is() {
        let failure = check_pack("us-reg-x").unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.contains("us-reg-e"), "{}", failure.message);
    }
}
