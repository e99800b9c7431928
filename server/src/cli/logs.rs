//! Logs: structured, on stderr, never with a word of a customer's. `--log` wins over `CASEWORKER_LOG`.

use tracing::{Level, level_filters::LevelFilter};
use tracing_subscriber::{Layer as _, filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};

use crate::{
    exit::{Exit, Failure},
    settings::{Environment, Name},
};

/// What the flag or the variable says.
#[derive(Debug, PartialEq)]
struct How {
    json: bool,
    targets: Targets,
}

/// Starts logging. A server says what it does; other commands say what went wrong.
pub(super) fn start(flag: Option<&str>, environment: &Environment, serving: bool) -> Result<(), Failure> {
    let (said, name) = match flag {
        Some(said) => (said, "--log".to_owned()),
        None => (environment.get(Name::Log).unwrap_or_default(), Name::Log.to_string()),
    };
    let usual = if serving { LevelFilter::INFO } else { LevelFilter::WARN };
    let how = parse(said, usual).ok_or_else(|| {
        let forms = "`text` or `json`, and levels such as `debug` or `desk=debug`, separated by commas";
        Failure::new(Exit::Usage, format!("{name}: not a way to log; give {forms}"))
    })?;
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = if how.json { layer.json().flatten_event(true).boxed() } else { layer.with_ansi(false).boxed() };
    // A second subscriber in one process (a test) is refused, and the first one goes on.
    let _ = tracing_subscriber::registry().with(layer.with_filter(how.targets)).try_init();
    Ok(())
}

fn parse(said: &str, usual: LevelFilter) -> Option<How> {
    let mut how = How { json: false, targets: Targets::new().with_default(usual) };
    for word in said.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match (word, word.split_once('=')) {
            ("json", _) => how.json = true,
            ("text", _) => how.json = false,
            (_, Some((target, level))) => {
                how.targets = how.targets.with_target(target.to_owned(), level.parse::<LevelFilter>().ok()?);
            }
            (level, None) => how.targets = how.targets.with_default(level.parse::<Level>().ok()?),
        }
    }
    Some(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_to_log_are_read_and_nonsense_is_refused() {
        assert!(!parse("", LevelFilter::WARN).unwrap().json);
        let how = parse("json, debug,desk=trace", LevelFilter::WARN).unwrap();
        assert!(how.json && how.targets.would_enable("desk", &Level::TRACE));
        assert!(how.targets.would_enable("server", &Level::DEBUG) && !how.targets.would_enable("x", &Level::TRACE));
        assert_eq!(parse("loud", LevelFilter::WARN), None);
        assert_eq!(parse("desk=loud", LevelFilter::WARN), None);
    }
}
