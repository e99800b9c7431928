//! The log names cases, asks and kinds of failure; never what anybody wrote, and no secret.

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use desk::ports::HostError;
use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::world::{World, unsure};

/// Writes down every event with all its fields.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<String>>);

impl Subscriber for Listener {
    fn enabled(&self, _metadata: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        attributes.record(&mut self.clone());
        span::Id::from_u64(1)
    }

    fn record(&self, _span: &span::Id, values: &span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn record_follows_from(&self, _span: &span::Id, _follows: &span::Id) {}

    fn enter(&self, _span: &span::Id) {}

    fn exit(&self, _span: &span::Id) {}
}

impl Visit for Listener {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        writeln!(self.0.lock().unwrap(), "{field}={value:?}").unwrap();
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_fails_the_log_holds_no_word_of_anybodys() {
    let log = Listener::default();
    // For the whole process: what other tests cause beside this one has to be as quiet.
    tracing::subscriber::set_global_default(log.clone()).unwrap();
    let (card, mail) = ("4111 1111 1111 1111", "ada.marsh@example.com");
    let sure = "My card was charged twice for the same subscription.";
    for (target, fault, words) in [
        ("messages", "prose", unsure()),
        ("messages", "500", unsure()),
        ("ledger", "html", sure),
        ("merchants", "empty", sure),
        ("policy", "malformed", sure),
    ] {
        let text = format!("{words} Ada Marsh, card {card}, write to {mail}.");
        let world = World::with_claude();
        world.fault(target, fault, None).await;
        let case = world.open(&text, "cus_ada").await;
        world.wake(&case).await;
        world.store.trouble([HostError::Failed("the disk".to_owned()), HostError::Full("the quota".to_owned())]);
        world.message(&case, &[], &text).await;
        world.wake(&case).await;
        world.command(&case, &[], &json!({ "command": "close", "reason": text })).await;
        world.stored(&case, |record| record.lines.truncate(1));
        world.get(&format!("/v1/cases/{case}")).await;
    }
    let log = log.0.lock().unwrap().clone();
    for said in ["case=", "a source did not answer usably", "Claude", "the storage did not take a step"] {
        assert!(log.contains(said), "{said} is not in {log}");
    }
    for secret in [card, mail, "4111111111111111", "Marsh", "charged twice", unsure(), "sk-ant-test", "Bearer"] {
        assert!(!log.contains(secret), "{secret} is in {log}");
    }
}
