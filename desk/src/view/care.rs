//! How people look after a case: until when it is claimed or rests, whether its words are kept, and which reasons
//! there are to choose from.

use case::{state::State, time::Millis};
use serde_json::{Map, Value, json};

/// What there is to say of it.
pub(super) fn shown(state: &State) -> Map<String, Value> {
    let mut shown = Map::new();
    let care = &state.care;
    let moments = [
        ("claimed_until", care.claimed_until),
        ("snoozed_until", care.snoozed.map(|snooze| snooze.until)),
        ("closed_at", care.closed_at),
    ];
    for (name, at) in moments {
        shown.extend(at.map(Millis::rfc3339).map(|at| (name.to_owned(), at.into())));
    }
    if care.held {
        shown.insert("held".to_owned(), true.into());
    }
    if let Some(why) = care.erased {
        shown.insert("erased".to_owned(), json!(why));
    }
    if let Some(desk) = &state.opened.settings.desk {
        shown.insert("reasons".to_owned(), json!(desk.reasons));
        shown.insert("reasons_required".to_owned(), desk.reasons_required.into());
    }
    shown
}
