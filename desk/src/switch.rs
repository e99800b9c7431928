//! `GET` and `POST /v1/model`: the switch by which an admin turns the model off for all cases of a deployment, at once
//! and without a restart. Cases go on with the local tier, as they do without a key.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::{
    ports::{Grant, ModelHost, Outside, Switch},
    problem::{Code, Problem},
    request::{object, optional_text},
    setup::Setup,
};

/// How the switch stands.
pub(crate) async fn read(host: &impl ModelHost, setup: &Setup) -> Result<(StatusCode, Value), Problem> {
    Ok((StatusCode::OK, shown(setup, host.switch().await?.as_ref())))
}

/// Turns the switch.
pub(crate) async fn turn<H: ModelHost + Outside>(
    host: &H,
    setup: &Setup,
    grant: &Grant,
    body: &[u8],
) -> Result<(StatusCode, Value), Problem> {
    let body = object(body)?;
    let off = body.get("off").and_then(Value::as_bool);
    let off = off.ok_or_else(|| Problem::of(Code::Field, "off", "`off` must be true or false."))?;
    let note = optional_text(&body, "note")?.map(|note| case::pii::redact(&note));
    let by = format!("{}/{}", grant.tenant, grant.actor.subject);
    let switch = Switch { off, by, at: host.now().0, note };
    host.set_switch(&switch).await?;
    tracing::warn!(off, by = switch.by, "the model was switched");
    Ok((StatusCode::OK, shown(setup, Some(&switch))))
}

fn shown(setup: &Setup, switch: Option<&Switch>) -> Value {
    let off = setup.config.model_off || switch.is_some_and(|switch| switch.off);
    let mut shown = json!({
        "off": off,
        "off_by_configuration": setup.config.model_off,
        "model": setup.model.as_ref().map(|model| model.name.clone()),
    });
    if let (Some(switch), Value::Object(members)) = (switch, &mut shown) {
        members.insert("by".to_owned(), switch.by.as_str().into());
        members.insert("at".to_owned(), case::time::Millis(switch.at).rfc3339().into());
        members.insert("note".to_owned(), switch.note.clone().into());
    }
    shown
}
