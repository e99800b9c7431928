//! The log of a Worker: one JSON line per event, on the console, where the platform collects it.
//!
//! It writes the fields that an event names and nothing else; that no event names a body or a person is the rule of
//! whoever writes the event.

use std::{
    fmt::Debug,
    sync::atomic::{AtomicU64, Ordering},
};

use serde_json::{Map, Value};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};
use worker::{console_error, console_log, console_warn};

/// Writes events up to this level.
const LEVEL: Level = Level::INFO;

/// Begins to log. Later calls change nothing, so each isolate may call it as often as it likes.
pub(crate) fn begin() {
    if tracing::dispatcher::has_been_set() {
        return;
    }
    let _ = tracing::subscriber::set_global_default(Console { spans: AtomicU64::new(1) });
}

/// Writes to the console. Spans are counted, as the trait asks, and not shown.
struct Console {
    spans: AtomicU64,
}

impl Subscriber for Console {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= LEVEL
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(self.spans.fetch_add(1, Ordering::Relaxed).max(1))
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(Map::new());
        line.0.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.0.insert("target".to_owned(), event.metadata().target().into());
        event.record(&mut line);
        let text = Value::Object(line.0).to_string();
        match *event.metadata().level() {
            Level::ERROR => console_error!("{text}"),
            Level::WARN => console_warn!("{text}"),
            _ => console_log!("{text}"),
        }
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// The fields of one event.
struct Line(Map<String, Value>);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
