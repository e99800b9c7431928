//! What somebody at the desk sends, having looked at the case.

use case::time::Millis;
use serde_json::{Value, json};

use crate::plan::Deed;

/// The command, about what the view shows.
pub(crate) fn body(deed: Deed, view: &Value, now: Millis) -> Value {
    let shown = |pointer: &str| view.pointer(pointer).cloned().unwrap_or_default();
    let about_proposal = |command: &str| {
        json!({ "command": command, "proposal": shown("/orchestration/proposal/id").as_str().unwrap_or("p1"),
            "hash": shown("/orchestration/proposal/hash").as_str().unwrap_or("0"), "reason": "Looked at." })
    };
    match deed {
        Deed::Approve => about_proposal("approve"),
        Deed::Reject => about_proposal("reject"),
        Deed::Decide => {
            let about = shown("/orchestration/proposal/references/0");
            json!({ "command": "decide", "action": "provisional_credit", "about": about, "reason": "Goodwill." })
        }
        Deed::Claim => json!({ "command": "claim" }),
        Deed::Snooze => {
            json!({ "command": "snooze", "until": now.plus(86_400_000).rfc3339(), "reason": "Waits for the merchant." })
        }
        Deed::Ask => json!({ "command": "ask", "question": "On which day was it?" }),
        Deed::Close => json!({ "command": "close", "reason": "Withdrawn." }),
        Deed::Reopen => json!({ "command": "reopen", "reason": "Closed in error." }),
        Deed::Escalate => json!({ "command": "escalate", "reason": "Is this fraud?" }),
        Deed::Reply => {
            json!({ "command": "reply", "text": "We have looked at your request and write again soon." })
        }
    }
}
